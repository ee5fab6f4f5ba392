//! What is wrong with a file of options, and where.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Characters of a line that are shown; the place is named in any case.
const SHOWN: usize = 200;
/// Longer words are like no key, and the edit distance takes time with their length.
const LONGEST_WORD: usize = 64;

/// What is wrong with a part of a file that is being read.
#[derive(Debug)]
pub(super) struct Mistake {
    /// The offending bytes.
    pub span: Range<usize>,
    /// What is wrong. Lines behind the first are shown at the end.
    pub message: String,
    /// What to try; may be empty.
    pub help: String,
}

impl Mistake {
    /// The text is not TOML.
    pub fn of_toml(error: toml::de::Error) -> Self {
        let (message, help) = error.message().split_once('\n').unwrap_or((error.message(), ""));
        Self {
            span: error.span().unwrap_or_default(),
            message: format!("this is not TOML: {message}"),
            help: help.to_owned(),
        }
    }

    /// There is no such key; `known` are those there are.
    pub fn unknown_key(key: &Spanned<toml::de::DeString<'_>>, known: &[&str]) -> Self {
        let word = key.get_ref();
        let alike = known
            .iter()
            .filter(|_| word.len() <= LONGEST_WORD)
            .map(|known| (strsim::osa_distance(word, known), known))
            .filter(|(distance, known)| *distance <= known.len() / 3)
            .min_by_key(|(distance, _)| *distance);
        let help = match alike {
            Some((_, known)) => format!("did you mean `{known}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        Self { span: key.span(), message: format!("unknown key `{}`", visible(word)), help }
    }

    /// As users see it; `text` is that of the file.
    pub fn found_in(self, path: &str, text: &str) -> ConfigError {
        let Self { span, message, help } = self;
        let (before, rest) = text.split_at_checked(span.start).unwrap_or((text, ""));
        let line = before.matches('\n').count() + 1;
        let start = before.rsplit('\n').next().unwrap_or_default();
        let end = rest.lines().next().unwrap_or_default();
        let part = rest.get(..span.len().min(end.len())).unwrap_or_default();
        let (first, more) = message.split_once('\n').unwrap_or((&message, ""));
        let column = start.chars().count() + 1;
        let mut shown = format!("in {path}, line {line}, column {column}: {first}");
        if start.chars().count() + end.chars().count() <= SHOWN {
            let (start, end) = (visible(start), visible(end));
            let carets = "^".repeat(visible(part).width().max(1));
            shown.push_str(&format!("\n  {start}{end}\n  {:1$}{carets} {help}", "", start.width()));
        } else {
            shown.push_str(&format!("\n  {help}"));
        }
        shown.truncate(shown.trim_end().len());
        if !more.is_empty() {
            shown.push('\n');
            shown.push_str(more);
        }
        ConfigError(shown)
    }
}

/// What is wrong with a file of options: what, where, and what to try.
#[derive(Debug)]
pub(in crate::cli) struct ConfigError(String);

impl ConfigError {
    /// The file could not be read.
    pub fn unreadable(path: &str, why: &str) -> Self {
        Self(format!("cannot read {path}: {why}\n  options stand in a TOML file, in its table [check]"))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Harmless for a terminal, and no character is wider than it says.
fn visible(text: &str) -> String {
    let visible = |c: char| match (c, c.width()) {
        ('\t', _) => ' ',
        (_, None | Some(0)) => char::REPLACEMENT_CHARACTER,
        _ => c,
    };
    text.chars().map(visible).collect()
}
