//! Messages as rows of CSV (RFC 4180).

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::net::SocketAddr;

use crate::base::{Direction, Timestamp};
use crate::record::{Message, Payload};
use crate::report::json::is_control;
use crate::report::sheet::Sheet;

/// The names of [`MessageColumns`].
pub const MESSAGE_COLUMNS: [&str; 18] = [
    "stream",
    "message",
    "packet",
    "time",
    "time_relative",
    "from",
    "source",
    "destination",
    "opcode",
    "first_frame",
    "last_frame",
    "compressed",
    "wire_length",
    "length",
    "complete",
    "truncated",
    "undecoded",
    "close_code",
];

/// What a row says of a message beside its payload.
#[derive(Debug, Serialize)]
pub struct MessageColumns {
    stream: u64,
    message: u64,
    packet: u64,
    time: Timestamp,
    time_relative: f64,
    from: Direction,
    source: SocketAddr,
    destination: SocketAddr,
    opcode: &'static str,
    first_frame: u64,
    last_frame: u64,
    compressed: bool,
    wire_length: u64,
    length: Option<u64>,
    complete: bool,
    truncated: bool,
    undecoded: Option<&'static str>,
    close_code: Option<u16>,
}

impl MessageColumns {
    /// Those of a message.
    pub fn of(message: &Message<'_>) -> Self {
        let (source, destination) = message.ends.of(message.from);
        Self {
            stream: message.place.stream,
            message: message.number,
            packet: message.place.packet,
            time: message.place.time,
            time_relative: message.place.time_relative,
            from: message.from,
            source,
            destination,
            opcode: message.header.opcode.name(),
            first_frame: message.frames[0],
            last_frame: message.frames[1],
            compressed: message.compressed,
            wire_length: message.wire_length,
            length: message.length,
            complete: message.complete,
            truncated: message.truncated,
            undecoded: message.undecoded.map(|why| why.name()),
            close_code: message.close.and_then(|close| close.code),
        }
    }
}

/// Writes messages as CSV: a header, and a row for each.
#[derive(Debug)]
pub struct CsvMessages<W: io::Write> {
    rows: Sheet<W>,
    /// Used again for each payload.
    encoded: String,
}

impl<W: io::Write> CsvMessages<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W) -> io::Result<Self> {
        let mut rows = Sheet::new(out);
        rows.row((MESSAGE_COLUMNS, "encoding", "payload"))?;
        Ok(Self { rows, encoded: String::new() })
    }

    /// Writes one message. A payload that is not text, or that could control a terminal, is base64.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn message(&mut self, message: &Message<'_>) -> io::Result<()> {
        self.encoded.clear();
        let (encoding, payload) = match message.payload {
            None => ("", ""),
            Some(Payload::Text(text)) if is_plain(text) => ("utf-8", text),
            Some(payload) => {
                STANDARD.encode_string(payload.bytes(), &mut self.encoded);
                ("base64", self.encoded.as_str())
            }
        };
        self.rows.row((MessageColumns::of(message), encoding, payload))
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn flush(&mut self) -> io::Result<()> {
        self.rows.flush()
    }
}

fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r') || is_control(c))
}
