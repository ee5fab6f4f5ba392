//! The cells of a row, as JSON.

use std::io::{self, Write as _};
use std::ops::Range;

use serde::Serialize;
use serde_json::{Serializer, Value as Json};

use super::direct::Cell;
use crate::filter::Value;
use crate::report::json::Harmless;

/// The cells of one row: the JSON of each, in one buffer that serves all rows.
#[derive(Debug, Default)]
pub(super) struct Cells {
    buffer: Vec<u8>,
    /// One a column, as far as they are filled; `None` for what the row does not have.
    cells: Vec<Option<Range<usize>>>,
}

impl Cells {
    /// Makes them empty.
    pub fn clear(&mut self) {
        self.buffer.clear();
        self.cells.clear();
    }

    /// The JSON of each cell, `None` for what the row does not have.
    pub fn iter(&self) -> impl Iterator<Item = Option<&[u8]>> {
        self.cells.iter().map(|cell| self.buffer.get(cell.clone()?))
    }

    /// The next cell is something that JSON output also has. Whether there is a value.
    pub fn push(&mut self, value: Option<&(impl Serialize + ?Sized)>) -> io::Result<bool> {
        let Some(value) = value else {
            self.cells.push(None);
            return Ok(false);
        };
        let start = self.buffer.len();
        value.serialize(&mut Serializer::with_formatter(&mut self.buffer, Harmless))?;
        self.cells.push(Some(start..self.buffer.len()));
        Ok(true)
    }

    /// The next cell is one that was read directly. Whether there is a value.
    pub fn push_cell(&mut self, cell: Option<Cell>) -> io::Result<bool> {
        match cell {
            None => self.push(None::<&()>),
            Some(Cell::Number(value)) => {
                self.push_bytes(itoa::Buffer::new().format(value).as_bytes());
                Ok(true)
            }
            Some(Cell::Bit(value)) => {
                self.push_bytes(if value { b"true" } else { b"false" });
                Ok(true)
            }
            Some(Cell::Seconds(value)) => self.push(Some(&value)),
            Some(Cell::Time(value)) => self.push(Some(&value)),
            Some(Cell::Word(value)) => self.push(Some(value)),
            Some(Cell::Address(value)) => self.push(Some(&value)),
            Some(Cell::Null) => {
                self.push_bytes(b"null");
                Ok(true)
            }
        }
    }

    fn push_bytes(&mut self, json: &[u8]) {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(json);
        self.cells.push(Some(start..self.buffer.len()));
    }

    /// The next cell holds the values of a field: one as itself, several as an array. Whether
    /// there is one.
    pub fn push_values(&mut self, each: impl FnOnce(&mut dyn FnMut(Value<'_>))) -> io::Result<bool> {
        let start = self.buffer.len();
        let mut count = 0_u64;
        let mut failed = None;
        let buffer = &mut self.buffer;
        buffer.push(b'[');
        each(&mut |value| {
            if count > 0 {
                buffer.push(b',');
            }
            count += 1;
            failed = failed.take().or(write_value(value, buffer).err());
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let cell = match count {
            0 => None,
            1 => Some(start + 1..self.buffer.len()),
            _ => {
                self.buffer.push(b']');
                Some(start..self.buffer.len())
            }
        };
        self.cells.push(cell);
        Ok(count > 0)
    }
}

/// Numbers and truth values as such, everything else as text.
fn write_value(value: Value<'_>, buffer: &mut Vec<u8>) -> io::Result<()> {
    let mut json = Serializer::with_formatter(&mut *buffer, Harmless);
    match value {
        Value::Boolean(value) => value.serialize(&mut json)?,
        Value::Unsigned(value) => value.serialize(&mut json)?,
        Value::Signed(value) => value.serialize(&mut json)?,
        Value::Float(value) => value.serialize(&mut json)?,
        Value::Text(text) | Value::Json(text) => text.serialize(&mut json)?,
        Value::Time(time) => time.serialize(&mut json)?,
        Value::Null => Json::Null.serialize(&mut json)?,
        // Exactly: seconds as a float would lose nanoseconds.
        Value::Duration(nanos) => {
            let sign = if nanos < 0 { "-" } else { "" };
            let (seconds, rest) =
                (nanos.unsigned_abs() / 1_000_000_000, nanos.unsigned_abs() % 1_000_000_000);
            write!(buffer, "{sign}{seconds}.{rest:09}")?;
        }
        // Hexadecimal digits and addresses need no escapes.
        other => write!(buffer, "\"{other}\"")?,
    }
    Ok(())
}
