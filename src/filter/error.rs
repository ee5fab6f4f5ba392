//! What is wrong with a filter, and where.

use std::borrow::Cow;
use std::fmt;

use nom::Offset;
use nom::error::{ErrorKind, ParseError};
use unicode_width::UnicodeWidthStr;

/// How many characters are shown of each of the offending part, what is before it and what is behind it.
const SHOWN: usize = 100;

/// Why a text is not a filter.
///
/// Displayed as three lines: what is wrong, the filter, and under it carets that mark the offending part, with what to
/// try instead. Characters that a terminal would not show as themselves are escaped, and a long filter is cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    message: Cow<'static, str>,
    /// The filter before the offending part, ready to be shown, as the next two.
    before: String,
    part: String,
    after: String,
    help: Cow<'static, str>,
}

impl FilterError {
    /// `mistake.at` is a slice of `text`, a filter.
    pub(super) fn new(text: &str, mistake: Mistake<'_>) -> FilterError {
        let message = format!("in the filter, {}", mistake.message);
        FilterError::of_field(text, Mistake { message: message.into(), ..mistake })
    }

    /// `mistake.at` is a slice of `text`, the name of a field.
    pub(super) fn of_field(text: &str, mistake: Mistake<'_>) -> FilterError {
        let start = text.offset(mistake.at);
        let (before, rest) = text.split_at_checked(start).unwrap_or((text, ""));
        let (part, after) = rest.split_at_checked(mistake.at.len()).unwrap_or((rest, ""));
        FilterError {
            message: mistake.message,
            before: shown_end(before),
            part: shown(part, SHOWN),
            after: shown(after, SHOWN),
            help: mistake.help,
        }
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FilterError { message, before, part, after, help } = self;
        let indent = before.width();
        let carets = "^".repeat(part.width().max(1));
        write!(f, "{message}\n  {before}{part}{after}\n  {:indent$}{carets} {help}", "")
    }
}

impl std::error::Error for FilterError {}

/// What is wrong with a part of a filter that is being parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake<'t> {
    /// The offending part, a slice of the filter; empty for something that is missing.
    pub(super) at: &'t str,
    /// What is wrong: goes on behind "in the filter, ".
    pub(super) message: Cow<'static, str>,
    /// What to try.
    pub(super) help: Cow<'static, str>,
}

impl<'t> Mistake<'t> {
    pub(super) fn new(
        at: &'t str,
        message: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { at, message: message.into(), help: help.into() }
    }
}

/// Parsers try one thing after the other; that one of them did not fit is no news for anybody.
impl<'t> ParseError<&'t str> for Mistake<'t> {
    fn from_error_kind(input: &'t str, _: ErrorKind) -> Self {
        Mistake::new(input, "this cannot be read", "try something like `tcp.port == 3000`")
    }

    fn append(_: &'t str, _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// A token in backquotes, cut if it is long, as it can be shown within a sentence.
pub(super) fn quoted(token: &str) -> String {
    format!("`{}`", shown(token, 40))
}

/// The beginning of a text as a terminal can show it.
fn shown(text: &str, characters: usize) -> String {
    let mut shown: String = text.chars().take(characters).flat_map(escaped).collect();
    if text.chars().nth(characters).is_some() {
        shown.push('…');
    }
    shown
}

/// The end of a text as a terminal can show it.
fn shown_end(text: &str) -> String {
    match text.char_indices().rev().nth(SHOWN) {
        None => shown(text, SHOWN),
        Some((cut, character)) => {
            let rest = text.get(cut + character.len_utf8()..).unwrap_or(text);
            format!("…{}", shown(rest, SHOWN))
        }
    }
}

/// A character, or its escape if it is invisible, changes its neighbours or moves the cursor. Quotation marks and
/// backslashes are what they are.
fn escaped(character: char) -> impl Iterator<Item = char> {
    let plain = matches!(character, '"' | '\'' | '\\').then_some(character);
    let escape = plain.is_none().then(|| character.escape_debug());
    plain.into_iter().chain(escape.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str, at: std::ops::Range<usize>) -> String {
        FilterError::new(text, Mistake::new(&text[at], "no", "help")).to_string()
    }

    #[test]
    fn carets_stand_under_wide_and_combined_characters() {
        assert_eq!(error("é世x y", 5..6), "in the filter, no\n  é世x y\n     ^ help");
        assert_eq!(error("世界 y", 0..6), "in the filter, no\n  世界 y\n  ^^^^ help");
        assert_eq!(error("e\u{301} y", 4..5), "in the filter, no\n  e\\u{301} y\n           ^ help");
    }

    #[test]
    fn control_characters_and_changes_of_direction_are_escaped() {
        assert_eq!(error("\x1b[2J\ty", 5..6), "in the filter, no\n  \\u{1b}[2J\\ty\n             ^ help");
        assert_eq!(error("\u{202e}y", 0..3), "in the filter, no\n  \\u{202e}y\n  ^^^^^^^^ help");
        assert_eq!(error(r#""\'"#, 0..1), "in the filter, no\n  \"\\'\n  ^ help");
    }

    #[test]
    fn what_is_missing_is_one_caret_behind_the_end() {
        assert_eq!(error("tcp and", 7..7), "in the filter, no\n  tcp and\n         ^ help");
        assert_eq!(error("", 0..0), "in the filter, no\n  \n  ^ help");
    }

    #[test]
    fn long_filters_are_cut_on_both_sides() {
        let text = format!("{}x{}", "é".repeat(101), "b".repeat(101));
        let shown = error(&text, 202..203);
        let line = format!("  …{}x{}…", "é".repeat(100), "b".repeat(100));
        assert_eq!(shown.lines().nth(1), Some(line.as_str()));
        assert_eq!(shown.lines().nth(2), Some(format!("{}^ help", " ".repeat(103)).as_str()));
        let whole = format!("{}x{}", "é".repeat(100), "b".repeat(100));
        assert_eq!(error(&whole, 200..201).lines().nth(1), Some(format!("  {whole}").as_str()));
    }
}
