//! A finding for people, in the manner of rustc: what, where, the bytes with carets, what is demanded, what to do.

use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::gather::Kept;
use super::outcome::{demand, place};
use crate::report::style::Style;

/// Columns that text is given at least, however narrow the terminal is.
const NARROWEST: usize = 40;

/// Text that is being laid out. Writing to a `String` cannot fail, so the results of `write!` are not looked at.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub text: String,
    /// Columns to keep to; `None`: as many as there are.
    pub width: Option<usize>,
    pub color: bool,
}

impl Page {
    /// Appends `text` in a style.
    pub fn styled(&mut self, style: Style, text: &str) {
        if self.color {
            self.text.extend([style.begin(), text, style.end()]);
        } else {
            self.text.push_str(text);
        }
    }

    /// Appends words and ends the line. `column` is where the line stands; lines that follow are indented by `indent`.
    pub fn words(&mut self, mut column: usize, indent: usize, words: &str) {
        let width = self.width.map_or(usize::MAX, |width| width.max(NARROWEST));
        for (i, word) in words.split(' ').enumerate() {
            let blank = usize::from(i > 0);
            if column + blank + word.width() <= width || column <= indent {
                self.text.extend(std::iter::repeat_n(' ', blank));
                column += blank;
            } else {
                self.new_line(indent);
                column = indent;
            }
            for character in word.chars() {
                let columns = character.width().unwrap_or(0);
                if column + columns > width {
                    self.new_line(indent);
                    column = indent;
                }
                self.text.push(character);
                column += columns;
            }
        }
        self.text.push('\n');
    }

    fn new_line(&mut self, indent: usize) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        let _ = write!(self.text, "\n{:indent$}", "");
    }

    /// Appends a finding. `explained`: without what the rule demands, which stands above.
    pub fn finding(&mut self, finding: &Kept, file: Option<&str>, explained: bool) {
        let label = format!("{}[{}]", finding.severity.name(), finding.code);
        let style = Style::of_severity(finding.severity);
        self.styled(style, &label);
        self.words(label.len(), 4, &format!(" {}: {}", finding.name, finding.text));
        let offset = finding.stream_offset.filter(|_| !finding.bytes.is_empty());
        let offset = offset.map(|offset| offset.to_string()).unwrap_or_default();
        let gutter = offset.len().max(1);
        let file = file.map(|name| format!("{name}: ")).unwrap_or_default();
        let _ = write!(self.text, "{:gutter$}--> ", "");
        self.words(gutter + 4, gutter + 4, &format!("{file}{}", place(finding)));
        if !finding.bytes.is_empty() {
            self.bytes(finding, style, &offset, gutter);
        }
        if !explained {
            for (label, words) in [("", demand(finding)), ("help: ", finding.help.into())] {
                let _ = write!(self.text, "{:gutter$} = {label}", "");
                let column = gutter + 3 + label.len();
                self.words(column, column, &words);
            }
        }
    }

    /// The bytes, and carets below those that it is about.
    fn bytes(&mut self, finding: &Kept, style: Style, offset: &str, gutter: usize) {
        let bytes = &finding.bytes;
        let _ = write!(self.text, "{:gutter$} |\n{offset:>gutter$} |", "");
        for byte in bytes {
            let _ = write!(self.text, " {byte:02x}");
        }
        if bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            self.text.push_str("  ");
            self.text.extend(bytes.iter().copied().map(char::from));
        }
        let (first, number) = match finding.mark {
            Some((first, number)) => (usize::from(first), usize::from(number)),
            None => (0, bytes.len()),
        };
        let first = first.min(bytes.len());
        let number = number.min(bytes.len() - first);
        let _ = write!(self.text, "\n{:gutter$} |{:before$}", "", "", before = 1 + 3 * first);
        self.styled(style, &"^".repeat((3 * number).saturating_sub(1)));
        let shown = bytes.len() as u64;
        if let Some(length) = finding.length.filter(|length| *length > shown && finding.mark.is_none()) {
            let _ = write!(self.text, " … {length} bytes in all");
        }
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(width: Option<usize>, words: &str) -> String {
        let mut page = Page { width, ..Page::default() };
        page.words(0, 4, words);
        page.text
    }

    #[test]
    fn words_are_wrapped_at_blanks_and_long_ones_inside() {
        let text = "one two three four five six seven eight nine ten";
        assert_eq!(laid_out(Some(40), text), "one two three four five six seven eight\n    nine ten\n");
        assert_eq!(laid_out(None, text), format!("{text}\n"));
        let long = "x".repeat(50);
        assert_eq!(
            laid_out(Some(40), &format!("a {long}")),
            format!("a {}\n    {}\n", "x".repeat(38), "x".repeat(12))
        );
    }

    #[test]
    fn wide_characters_count_as_two_columns() {
        let lines = laid_out(Some(40), &"世".repeat(30));
        assert!(lines.lines().all(|line| line.width() <= 40), "{lines}");
        assert_eq!(lines.matches('世').count(), 30);
    }
}
