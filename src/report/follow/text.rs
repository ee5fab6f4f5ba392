//! A conversation for people: a line about each item, and its payload indented below, so that no payload can look like
//! such a line.

use std::fmt::Write as _;
use std::io;

use super::item::{Content, Item, Piece};
use super::{FollowFormat, FollowOptions, dump, pretty};
use crate::base::Direction;
use crate::record::Place;
use crate::report::escape::escape_into;
use crate::report::style::Style;
use crate::report::words::counted;

/// Bytes shown of a payload that is not text, if nobody says how many.
const BYTES_SHOWN: usize = 64;

/// What stands before a line of a payload.
const INDENT: &str = "    ";

/// Writes an item: its head, its payload.
pub(super) fn item(
    lines: &mut String,
    item: &Item<'_>,
    options: &FollowOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    head(lines, item.place, Some(item.from), item.title, item.style, options.color, out)?;
    lines.clear();
    payload(lines, item, options);
    let style = if options.color { item.style } else { Style::Plain };
    lines.lines().try_for_each(|line| writeln!(out, "{}{line}{}", style.begin(), style.end()))
}

/// Writes a line: who to whom, when, which packet, what.
pub(super) fn head(
    line: &mut String,
    place: Place,
    from: Option<Direction>,
    title: &str,
    style: Style,
    color: bool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let style = if color { style } else { Style::Plain };
    let arrow = match from {
        Some(Direction::ClientToServer) => "client → server",
        Some(Direction::ServerToClient) => "server → client",
        None => "--             ",
    };
    line.clear();
    let _ = write!(line, "{arrow}  {:.6}  packet {}  {title}", place.time_relative, place.packet);
    writeln!(out, "{}{line}{}", style.begin(), style.end())
}

fn payload(lines: &mut String, item: &Item<'_>, options: &FollowOptions) {
    let content = &item.content;
    if options.format == FollowFormat::Hex {
        return pieces(lines, content, dump::lines);
    }
    // A Close frame's code and reason stand in its head.
    if item.opcode == Some(crate::websocket::Opcode::Close) {
        return;
    }
    if options.format == FollowFormat::Json && content.is_whole() && !content.bytes.is_empty() {
        let start = lines.len();
        if pretty::lines(lines, INDENT, content.bytes) {
            return;
        }
        lines.truncate(start);
    }
    if content.text {
        return pieces(lines, content, text);
    }
    pieces(lines, &content.up_to(options.most.unwrap_or(BYTES_SHOWN)), dump::lines);
}

/// Appends the parts of a payload, each on lines of its own.
fn pieces(lines: &mut String, content: &Content<'_>, write: fn(&mut String, u64, &[u8])) {
    // Writing to a String cannot fail.
    let _ = content.pieces(&mut |piece| {
        match piece {
            Piece::Bytes(offset, bytes) => write(lines, offset, bytes),
            Piece::Missing(bytes) => {
                let _ = writeln!(lines, "  [{} missing]", counted(bytes, "byte"));
            }
            Piece::More(bytes) => {
                let _ = writeln!(lines, "  [{} more]", counted(bytes, "byte"));
            }
        }
        Ok::<(), std::convert::Infallible>(())
    });
}

/// Appends a text with its own lines, escaped.
fn text(lines: &mut String, _offset: u64, bytes: &[u8]) {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    for line in bytes.split(|byte| *byte == b'\n') {
        lines.push_str(INDENT);
        escape_into(lines, line, false);
        lines.push('\n');
    }
}
