//! What `contains` and `matches` look for, made ready once.

use std::fmt;

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ast::{self, ErrorKind};

use super::error::Mistake;
use super::literal::Literal;
use super::strings::Quoted;
use super::value::Value;

/// Bytes of memory that a regular expression may take when it is compiled, and again while it is used.
const REGEX_SIZE: usize = 2 << 20;

/// Levels of groups in a regular expression.
const REGEX_DEPTH: u32 = 100;

/// What `contains` looks for. Finding it takes time with the length of what is searched alone.
#[derive(Debug, Clone)]
pub(super) struct Needle {
    literal: Literal,
    finder: Finder<'static>,
}

impl Needle {
    pub(super) fn new(literal: Literal) -> Needle {
        let finder = Finder::new(searchable(literal.value()).unwrap_or_default()).into_owned();
        Needle { literal, finder }
    }

    pub(super) fn is_in(&self, value: Value<'_>) -> bool {
        searchable(value).is_some_and(|bytes| self.finder.find(bytes).is_some())
    }
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.literal == other.literal
    }
}

impl fmt::Display for Needle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.literal.fmt(f)
    }
}

fn searchable(value: Value<'_>) -> Option<&[u8]> {
    match value {
        Value::Text(text) | Value::Json(text) => Some(text.as_bytes()),
        Value::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

/// A regular expression. Matching takes time with the length of the text alone, whatever the expression.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    source: Box<str>,
    regex: Regex,
}

impl Pattern {
    /// Compiles an expression, in which upper and lower case are the same. In `characters`, of text, `.` is a character;
    /// else it is a byte.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and which bytes of it that is about.
    pub(super) fn new(source: &str, characters: bool) -> Result<Pattern, (String, std::ops::Range<usize>)> {
        let mut parser = ast::parse::ParserBuilder::new();
        parser.nest_limit(REGEX_DEPTH);
        if let Err(error) = parser.build().parse(source) {
            let span = error.span();
            return Err((of_syntax(error.kind()), span.start.offset..span.end.offset));
        }
        let mut builder = RegexBuilder::new(source);
        builder.case_insensitive(true).unicode(characters).nest_limit(REGEX_DEPTH);
        match builder.size_limit(REGEX_SIZE).dfa_size_limit(REGEX_SIZE).build() {
            Ok(regex) => Ok(Pattern { source: source.into(), regex }),
            Err(regex::Error::CompiledTooBig(_)) => {
                Err((String::from("this regular expression is too big"), 0..source.len()))
            }
            Err(error) => {
                let error = error.to_string();
                let last = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
                Err((format!("in the regular expression, {last}"), 0..source.len()))
            }
        }
    }

    pub(super) fn is_in(&self, value: Value<'_>) -> bool {
        searchable(value).is_some_and(|bytes| self.regex.is_match(bytes))
    }
}

/// What is missing, of those things that other libraries for regular expressions have, is said as such.
fn of_syntax(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::UnsupportedLookAround => {
            String::from("look-around, `(?=`, `(?!`, `(?<=` and `(?<!`, is not supported")
        }
        ErrorKind::UnsupportedBackreference => String::from("back-references are not supported"),
        other => format!("in the regular expression, {other}"),
    }
}

/// The mistake in an expression that was written at `at`: it points into the expression if no escape stands before.
pub(super) fn mistake<'t>(at: &'t str, (message, place): (String, std::ops::Range<usize>)) -> Mistake<'t> {
    let open = if at.starts_with('r') { 2 } else { 1 };
    let plain = open == 2 || !at.contains('\\');
    let part = at.get(open + place.start..open + place.end).filter(|_| plain);
    Mistake::new(
        part.unwrap_or(at),
        message,
        r#"regular expressions are those of Perl without look-around and back-references: r"^\d+$""#,
    )
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// As raw text, if it has backslashes and can be written so.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let raw = self.source.contains('\\')
            && !self.source.contains(|c: char| c == '"' || !matches!(c, ' '..='~'));
        if raw { write!(f, "r\"{}\"", self.source) } else { Quoted(&self.source).fmt(f) }
    }
}
