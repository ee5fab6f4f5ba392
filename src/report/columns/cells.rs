//! The cells of a row, as JSON.

use std::io::{self, Write as _};
use std::net::SocketAddr;

use serde::Serialize;
use serde_json::{Serializer, Value as Json};

use super::direct::Show;
use crate::base::{Direction, Timestamp};
use crate::filter::Value;
use crate::report::escape::Buffer as _;
use crate::report::json::Harmless;
use crate::report::line::Line;

/// Appends what is shown as JSON has it.
pub(super) struct Marked<'l>(pub &'l mut Line);

impl Show for Marked<'_> {
    #[inline]
    fn number(self, value: u64) {
        self.0.number(value);
    }

    #[inline]
    fn truth(self, value: bool) {
        self.0.truth(value);
    }

    fn seconds(self, value: f64) {
        self.0.seconds(value);
    }

    fn time(self, value: Timestamp) {
        self.0.quoted(|line| line.time(value));
    }

    #[inline]
    fn from(self, value: Direction) {
        self.0.sender(value);
    }

    fn word(self, value: &'static str) {
        self.0.quoted(|line| line.push_str(value));
    }

    fn address(self, value: SocketAddr) {
        self.0.quoted(|line| line.address(value));
    }

    #[inline]
    fn nothing(self) {
        self.0.put(*b"null", 4);
    }
}

/// Appends what is shown without the marks of JSON, and nothing for what is not known.
pub(super) struct Plain<'l>(pub &'l mut Line);

impl Show for Plain<'_> {
    fn number(self, value: u64) {
        self.0.number(value);
    }

    fn truth(self, value: bool) {
        self.0.truth(value);
    }

    fn seconds(self, value: f64) {
        self.0.seconds(value);
    }

    fn time(self, value: Timestamp) {
        self.0.time(value);
    }

    fn from(self, value: Direction) {
        self.0.push_str(value.sender());
    }

    fn word(self, value: &'static str) {
        self.0.push_str(value);
    }

    fn address(self, value: SocketAddr) {
        self.0.address(value);
    }

    fn nothing(self) {}
}

/// Appends something that JSON output also has.
pub(super) fn push_json(line: &mut Line, value: &Json) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(line.buffer(), Harmless))?)
}

/// Appends the values of a field: one as itself, several as an array. Whether there is one.
pub(super) fn push_values(line: &mut Line, each: impl FnOnce(&mut dyn FnMut(Value<'_>))) -> io::Result<bool> {
    let buffer = line.buffer();
    let start = buffer.len();
    let mut count = 0_u64;
    let mut failed = None;
    each(&mut |value| {
        match count {
            0 => {}
            1 => {
                buffer.insert(start, b'[');
                buffer.push(b',');
            }
            _ => buffer.push(b','),
        }
        count += 1;
        failed = failed.take().or(write_value(value, buffer).err());
    });
    if count > 1 {
        buffer.push(b']');
    }
    failed.map_or(Ok(count > 0), Err)
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
