//! Explanations as one JSON document: the annotation as data.

use std::io;

use serde::Serialize;
use serde_json::Serializer;

use super::Form;
use crate::explain::Explanation;
use crate::record::SCHEMA;
use crate::report::json::Harmless;

/// The JSON Schema of this form, of explanations and of whole connections.
pub const EXPLAIN_SCHEMA_TEXT: &str = include_str!("schema.json");

/// `{"sockeye": {"version", "schema"}, "explanations": […]}`.
#[derive(Debug, Default)]
pub struct JsonForm {
    begun: bool,
}

impl JsonForm {
    fn begin(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        if self.begun {
            return out.write_all(b",\n");
        }
        self.begun = true;
        let version = env!("CARGO_PKG_VERSION");
        writeln!(out, r#"{{"sockeye":{{"version":"{version}","schema":{SCHEMA}}},"explanations":["#)
    }
}

impl Form for JsonForm {
    fn explanation(&mut self, explanation: &Explanation, out: &mut dyn io::Write) -> io::Result<()> {
        self.begin(out)?;
        explanation.serialize(&mut Serializer::with_formatter(out, Harmless)).map_err(io::Error::from)
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        if !self.begun {
            self.begin(out)?;
        }
        out.write_all(b"\n]}\n")
    }
}
