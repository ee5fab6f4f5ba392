//! JSON: one record a line, or one document of all records. What its keys mean is told in `schema.json` beside this
//! file, which `sockeye schema` prints.

use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::Report;
use super::views::View;
use crate::record::{Record, SCHEMA};

/// The JSON Schema of the records.
pub const SCHEMA_TEXT: &str = include_str!("schema.json");

/// The JSON report.
#[derive(Debug)]
pub struct Json {
    form: Form,
    records: u64,
    /// Buffers used again for each record.
    line: Vec<u8>,
    info: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Lines,
    Document,
}

impl Json {
    /// JSON Lines: one record a line.
    pub fn lines() -> Self {
        Self { form: Form::Lines, records: 0, line: Vec::new(), info: String::new() }
    }

    /// One document `{"sockeye": {…}, "records": […]}`.
    pub fn document() -> Self {
        Self { form: Form::Document, ..Self::lines() }
    }
}

/// The beginning of the document.
fn head() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("{{\"sockeye\":{{\"version\":\"{version}\",\"schema\":{SCHEMA}}},\"records\":[")
}

impl Report for Json {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        self.info.clear();
        let Some(view) = View::of(record, &mut self.info) else { return Ok(()) };
        self.line.clear();
        if self.form == Form::Document {
            let start = if self.records == 0 { head() } else { ",".to_owned() };
            self.line.extend_from_slice(start.as_bytes());
            self.line.push(b'\n');
        }
        self.records += 1;
        view.serialize(&mut Serializer::with_formatter(&mut self.line, Harmless))?;
        if self.form == Form::Lines {
            self.line.push(b'\n');
        }
        out.write_all(&self.line)
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        match self.form {
            Form::Lines => Ok(()),
            Form::Document if self.records == 0 => writeln!(out, "{}]}}", head()),
            Form::Document => writeln!(out, "\n]}}"),
        }
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
    use super::*;

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
