//! A conversation as YAML, in the form of tshark's `follow` (`peers`, `packets`), with the kind and number of each item
//! beside it.
//!
//! Text stands as a double-quoted string, which JSON's strings are too (YAML 1.2 §7.3.1); all else is `!!binary`.

use std::fmt::Write as _;
use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::item::{Item, Number};
use crate::base::{Direction, Timestamp};
use crate::record::Ends;
use crate::report::json::escape_controls;

/// Characters of a line of base64.
const LINE: usize = 76;

/// Writes who takes part: 0 is the client.
pub(super) fn peers(ends: Ends, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "peers:")?;
    for (number, address) in [ends.client, ends.server].into_iter().enumerate() {
        writeln!(out, "  - peer: {number}")?;
        writeln!(out, "    host: \"{}\"", address.ip())?;
        writeln!(out, "    port: {}", address.port())?;
    }
    writeln!(out, "packets:")
}

/// Writes an item.
pub(super) fn item(
    text: &mut String,
    item: &Item<'_>,
    index: u64,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let peer = usize::from(item.from == Direction::ServerToClient);
    text.clear();
    // Writing to a String cannot fail.
    let _ = write!(text, "  - packet: {}\n    peer: {peer}\n    index: {index}\n", item.place.packet);
    let _ = writeln!(text, "    timestamp: {}", Seconds(item.place.time));
    let _ = match item.number {
        Some(Number::Message(number)) => writeln!(text, "    message: {number}"),
        Some(Number::Frame(number)) => writeln!(text, "    frame: {number}"),
        None => Ok(()),
    };
    if let Some(opcode) = item.opcode {
        let _ = writeln!(text, "    opcode: {}", opcode.name());
    }
    let content = &item.content;
    if !content.missing.is_empty() {
        let holes: Vec<String> =
            content.missing.iter().map(|[offset, length]| format!("[{offset}, {length}]")).collect();
        let _ = writeln!(text, "    missing: [{}]", holes.join(", "));
    }
    for (key, bytes) in [("left_out_behind", content.more), ("missing_behind", content.cut)] {
        if bytes > 0 {
            let _ = writeln!(text, "    {key}: {bytes}");
        }
    }
    data(text, content.bytes, content.text);
    out.write_all(text.as_bytes())
}

fn data(text: &mut String, bytes: &[u8], is_text: bool) {
    text.push_str("    data: ");
    let readable = std::str::from_utf8(bytes).ok().filter(|_| is_text || bytes.is_empty());
    if let Some(quoted) = readable.and_then(|readable| serde_json::to_string(readable).ok()) {
        escape_controls(text, &quoted);
        return text.push('\n');
    }
    text.push_str("!!binary |\n");
    let mut encoded = STANDARD.encode(bytes);
    while !encoded.is_empty() {
        let rest = encoded.split_off(LINE.min(encoded.len()));
        let _ = writeln!(text, "      {encoded}");
        encoded = rest;
    }
}

/// Seconds since 1970 with nine digits behind the point.
struct Seconds(Timestamp);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let nanos = self.0.as_nanos();
        let sign = if nanos < 0 { "-" } else { "" };
        let nanos = nanos.unsigned_abs();
        write!(f, "{sign}{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)
    }
}
