//! JSON: one record a line, or one document of all records. What its keys mean is told in `schema.json` beside this
//! file, which `sockeye schema` prints.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter};

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
        view.serialize(&mut Serializer::with_formatter(&mut self.line, Harmless(CompactFormatter)))?;
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

/// Compact JSON whose strings cannot control a terminal: beyond what JSON demands, DEL and the C1 controls are escaped.
struct Harmless(CompactFormatter);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, control)) = rest.char_indices().find(|(_, c)| matches!(c, '\u{7f}'..='\u{9f}')) {
            let (harmless, behind) = rest.split_at(at);
            writer.write_all(harmless.as_bytes())?;
            write!(writer, "\\u{:04x}", u32::from(control))?;
            rest = behind.get(control.len_utf8()..).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }
}
