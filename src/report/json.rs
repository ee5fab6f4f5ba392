//! JSON: one record a line, or one document of all records. What its keys mean is told in `schema.json` beside this
//! file, which `sockeye schema` prints.

use std::fmt::Write as _;
use std::io;

use serde_json::ser::Formatter;

use super::Report;
use super::escape::{Buffer as _, digit};
use super::line::Line;
use super::runs::{Word, is_plain, push_by_runs};
use super::views;
use crate::record::{Record, SCHEMA};

/// The JSON Schema of the records.
pub const SCHEMA_TEXT: &str = include_str!("schema.json");

/// The JSON report.
#[derive(Debug)]
pub struct Json {
    form: Form,
    records: u64,
    /// Buffers used again for each record.
    line: Line,
    info: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Lines,
    Document,
    /// Of a document, records as they stand behind others: each begins with a comma.
    Part,
}

impl Json {
    /// JSON Lines: one record a line.
    pub fn lines() -> Self {
        Self { form: Form::Lines, records: 0, line: Line::default(), info: String::new() }
    }

    /// One document `{"sockeye": {…}, "records": […]}`.
    pub fn document() -> Self {
        Self { form: Form::Document, ..Self::lines() }
    }
}

/// What stands between two records of the document.
const BETWEEN: &[u8] = b",\n";

/// The beginning of the document.
fn head() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("{{\"sockeye\":{{\"version\":\"{version}\",\"schema\":{SCHEMA}}},\"records\":[")
}

impl Report for Json {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        self.line.clear();
        match self.form {
            Form::Lines => {}
            Form::Document if self.records == 0 => {
                self.line.push_str(&head());
                self.line.byte(b'\n');
            }
            Form::Document | Form::Part => self.line.push_bytes(BETWEEN),
        }
        if !views::push(&mut self.line, record, &mut self.info)? {
            return Ok(());
        }
        self.records += 1;
        if self.form == Form::Lines {
            self.line.byte(b'\n');
        }
        self.line.write(out)
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        match self.form {
            Form::Lines | Form::Part => Ok(()),
            Form::Document if self.records == 0 => writeln!(out, "{}]}}", head()),
            Form::Document => writeln!(out, "\n]}}"),
        }
    }

    fn fork(&self) -> Option<Box<dyn Report + Send>> {
        let form = if self.form == Form::Lines { Form::Lines } else { Form::Part };
        Some(Box::new(Self { form, ..Self::lines() }))
    }

    fn join(&mut self, written: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
        let begins = self.form == Form::Document && self.records == 0;
        let Some(behind) = written.strip_prefix(BETWEEN).filter(|_| begins) else {
            return out.write_all(written);
        };
        self.records += 1;
        writeln!(out, "{}", head())?;
        out.write_all(behind)
    }
}

/// Compact JSON whose strings cannot control a terminal: beyond what JSON demands, DEL, the C1 controls, changes of
/// writing direction and invisible line ends are escaped.
pub(super) struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if is_plain(fragment) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((at, control)) = rest.char_indices().find(|(_, c)| is_control(*c)) {
            let (harmless, behind) = rest.split_at(at);
            writer.write_all(harmless.as_bytes())?;
            write!(writer, "\\u{:04x}", u32::from(control))?;
            rest = behind.get(control.len_utf8()..).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }
}

/// Appends a string of JSON as [`Harmless`] has it.
pub(super) fn push_string(line: &mut Line, text: &str) {
    line.reserve(text.len());
    let slashed = |word: Word| word.equal(b'"') | word.equal(b'\\');
    line.byte(b'"');
    push_by_runs(line, text, slashed, |line, rest| {
        let [first, ..] = rest.as_bytes() else { return 0 };
        match first {
            b'\n' => line.put(*b"\\n", 2),
            b'\r' => line.put(*b"\\r", 2),
            b'\t' => line.put(*b"\\t", 2),
            0x08 => line.put(*b"\\b", 2),
            0x0c => line.put(*b"\\f", 2),
            0..0x80 => line.put([b'\\', b'u', b'0', b'0', digit(first >> 4), digit(first & 0x0f)], 6),
            0x80.. => return push_beyond_ascii(line, rest),
        }
        1
    });
    line.byte(b'"');
}

/// Appends the characters with which `text` begins that are no ASCII; how many bytes they are.
fn push_beyond_ascii(line: &mut Line, text: &str) -> usize {
    let end = text.find(|character: char| character.is_ascii() || is_control(character));
    let (harmless, rest) = text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((text, ""));
    line.push_str(harmless);
    match rest.chars().next().filter(|character| is_control(*character)) {
        // DEL is left for the caller.
        Some(control) if !control.is_ascii() => {
            let _ = write!(line, "\\u{:04x}", u32::from(control));
            harmless.len() + control.len_utf8()
        }
        _ => harmless.len(),
    }
}

/// Appends a string of JSON, quotes included, so that it cannot control a terminal, and that YAML takes it too.
pub(super) fn escape_controls(text: &mut String, quoted: &str) {
    for character in quoted.chars() {
        // YAML 1.2 §5.1: no string may hold the last two as they are.
        if is_control(character) || matches!(character, '\u{feff}' | '\u{fffe}' | '\u{ffff}') {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\u{:04x}", u32::from(character));
        } else {
            text.push(character);
        }
    }
}

/// Whether a terminal does something else with a character than show it. All of them have four hexadecimal digits.
pub(super) fn is_control(character: char) -> bool {
    matches!(
        character,
        '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Serialize as _;
    use serde_json::Serializer;

    use super::*;

    fn by_serde(text: &str) -> String {
        let mut line = Vec::new();
        text.serialize(&mut Serializer::with_formatter(&mut line, Harmless)).unwrap();
        String::from_utf8(line).unwrap()
    }

    fn by_runs(text: &str) -> String {
        let mut line = Line::default();
        push_string(&mut line, text);
        line.text().to_owned()
    }

    #[test]
    fn every_character_is_written_the_same_by_both_ways() {
        for character in '\0'..=char::MAX {
            let text = format!("é{character}a");
            assert_eq!(by_runs(&text), by_serde(&text));
        }
    }

    proptest! {
        #[test]
        fn any_string_is_written_the_same_by_both_ways(text: String, ascii in "[ -~\\x00-\\x7f\"\\\\é\u{202e}]{0,40}") {
            prop_assert_eq!(by_runs(&text), by_serde(&text));
            prop_assert_eq!(by_runs(&ascii), by_serde(&ascii));
        }
    }

    #[test]
    fn strings_cannot_control_a_terminal_and_stay_the_same() {
        let text = "a\u{1b}[2J\u{7f}\u{9b}31m \u{202e}abc\u{2066}é\u{1f600}";
        let mut line = Vec::new();
        text.serialize(&mut Serializer::with_formatter(&mut line, Harmless)).unwrap();
        let line = String::from_utf8(line).unwrap();
        assert_eq!(line, "\"a\\u001b[2J\\u007f\\u009b31m \\u202eabc\\u2066é\u{1f600}\"");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
