//! What the Info column says of a record.

mod tls;

use super::escape::{Buffer, escape_into, hex_into, quote_into};
use crate::base::Direction;
use crate::http;
use crate::packet::Flags;
use crate::record::{
    Close, Connection, EndedBy, Finding, Frame, Handshake, Head, Inflated, Message, Opened, Outcome,
    PacketRow, Payload, Protocol, Record, Side, SidesKnownBy, Text,
};
use crate::websocket::{FrameHeader, Opcode, Undecoded, code_name};

/// Appends the Info column of a record. `bytes_shown` is how many payload bytes that are not text are shown.
///
/// Writing to a `String` cannot fail, so the results of `write!` are not looked at.
pub(super) fn info(text: &mut impl Buffer, record: &Record<'_>, bytes_shown: usize) {
    match record {
        Record::Packet(row) => packet(text, row),
        Record::Opened(row) => opened(text, row),
        Record::Alert(row) => tls::alert(text, [row.level, row.description]),
        Record::Request(row) => request(text, row.head),
        Record::Switched(row) => {
            status(text, row.head);
            text.push_str(if row.protocol == Text(b"CONNECT") { "  tunnel: " } else { "  not WebSocket: " });
            escape_into(text, row.protocol.0, false);
        }
        Record::Handshake(handshake) => answer(text, handshake),
        Record::Frame(row) => frame(text, row, bytes_shown),
        Record::Message(row) => message(text, row, bytes_shown),
        Record::Finding(row) => finding(text, row),
        Record::Connection(row) => connection(text, row),
        Record::Capture(_) | Record::Summary(_) => {}
    }
}

/// Heads and frames that the row of a packet names; a segment may complete many more.
const NAMED: usize = 16;

/// Appends the Info of a packet: what it carries, or its TCP header as Wireshark words it.
pub(super) fn packet(text: &mut impl Buffer, row: &PacketRow<'_>) {
    for mark in row.analysis.names() {
        let _ = write!(text, "[{mark}] ");
    }
    let mut separator = "";
    if row.heads.is_empty() && row.frames.is_empty() {
        for record in row.tls.iter().take(NAMED) {
            text.push_str(separator);
            tls::record(text, &record.content);
            separator = ", ";
        }
    }
    for head in row.heads.iter().take(NAMED) {
        text.push_str(separator);
        first_line(text, head);
        separator = "; ";
    }
    for header in row.frames.headers().take(NAMED) {
        text.push_str(separator);
        frame_header(text, header);
        separator = "; ";
    }
    let named = |count: usize| count.min(NAMED) as u64;
    let more_heads = row.head_count.saturating_sub(named(row.heads.len()));
    let more = row.frame_count.saturating_sub(named(row.frames.len())).saturating_add(more_heads);
    if more > 0 {
        let _ = write!(text, "; and {more} more");
    }
    // A head or frame tells what the segment says, its bare flags only that it says something.
    if separator.is_empty() || row.flags.has(Flags::FIN) || row.flags.has(Flags::RST) {
        text.push_str(separator);
        segment(text, row);
    }
}

/// Appends `GET /chat HTTP/1.1`, or `HTTP/1.1 101 Switching Protocols`.
fn first_line(text: &mut impl Buffer, head: &Head) {
    match head {
        Head::Request(head) => {
            lossy(text, &head.method);
            text.push(' ');
            lossy(text, &head.target);
            let _ = write!(text, " HTTP/{}.{}", head.version.0, head.version.1);
        }
        Head::Response(head) => {
            let _ = write!(text, "HTTP/{}.{} {} ", head.version.0, head.version.1, head.status);
            lossy(text, &head.reason);
        }
    }
}

fn lossy(text: &mut impl Buffer, bytes: &[u8]) {
    text.escape(&String::from_utf8_lossy(bytes), false);
}

fn segment(text: &mut impl Buffer, row: &PacketRow<'_>) {
    let (source, destination) = row.ends.of(row.from);
    let _ = write!(text, "{} → {} [{}] Seq={}", source.port(), destination.port(), row.flags, row.seq);
    if let Some(ack) = row.ack {
        let _ = write!(text, " Ack={ack}");
    }
    let _ = write!(text, " Win={} Len={}", row.window, row.payload_length);
}

fn opened(text: &mut impl Buffer, row: &Opened) {
    match row.handshake_nanos {
        Some(nanos) => {
            let _ = write!(text, "opened (SYN → SYN, ACK → ACK in {:.2} ms)", nanos as f64 / 1e6);
        }
        None => text.push_str("first seen in the middle (no TCP handshake captured)"),
    }
}

fn request(text: &mut impl Buffer, head: &http::Request) {
    request_line(text, head);
    match head.headers.get("Upgrade") {
        Some(upgrade) => {
            text.push_str("  Upgrade: ");
            escape_into(text, upgrade, false);
        }
        None if head.headers.get("Sec-WebSocket-Key").is_some() => {
            text.push_str("  Sec-WebSocket-Key without Upgrade");
        }
        None => {}
    }
}

/// Appends `GET /chat HTTP/1.1`.
pub(super) fn request_line(text: &mut impl Buffer, head: &http::Request) {
    escape_into(text, &head.method, false);
    text.push(' ');
    escape_into(text, &head.target, false);
    let _ = write!(text, " HTTP/{}.{}", head.version.0, head.version.1);
}

/// Appends `101 Switching Protocols`.
fn status(text: &mut impl Buffer, head: &http::Response) {
    let _ = write!(text, "{} ", head.status);
    escape_into(text, &head.reason, false);
    text.cut_blanks();
}

fn answer(text: &mut impl Buffer, handshake: &Handshake<'_>) {
    let Some(response) = handshake.response else {
        text.push_str(match handshake.outcome {
            Some(_) => "no answer to ",
            None => "no answer captured to ",
        });
        if let Some(request) = handshake.request {
            request_line(text, request.head);
        }
        return;
    };
    status(text, response.head);
    if handshake.outcome == Some(Outcome::Rejected) {
        text.push_str("  handshake rejected");
        return;
    }
    text.push_str(match handshake.accept.valid {
        Some(true) => "  Sec-WebSocket-Accept ✓",
        Some(false) => "  Sec-WebSocket-Accept ✗ wrong",
        None if handshake.accept.received.is_none() => "  Sec-WebSocket-Accept ✗ missing",
        None => "  Sec-WebSocket-Accept not verifiable",
    });
    if let Some(subprotocol) = handshake.subprotocol {
        text.push_str("  Sec-WebSocket-Protocol: ");
        escape_into(text, subprotocol.0, false);
    }
    let mut label = "  Sec-WebSocket-Extensions: ";
    for extension in handshake.extensions {
        text.push_str(label);
        escape_into(text, extension.name.as_bytes(), false);
        for (name, value) in &extension.params {
            text.push_str("; ");
            escape_into(text, name.as_bytes(), false);
            if let Some(value) = value {
                text.push('=');
                escape_into(text, value.as_bytes(), false);
            }
        }
        label = ", ";
    }
}

/// Appends `Text [FIN] [MASKED]`.
pub(super) fn frame_header(text: &mut impl Buffer, header: &FrameHeader) {
    opcode(text, header.opcode);
    let marks = [
        (header.fin, " [FIN]"),
        (header.rsv1, " [RSV1]"),
        (header.rsv2, " [RSV2]"),
        (header.rsv3, " [RSV3]"),
        (header.masked(), " [MASKED]"),
    ];
    marks.into_iter().filter(|(set, _)| *set).for_each(|(_, mark)| text.push_str(mark));
}

pub(super) fn opcode(text: &mut impl Buffer, opcode: Opcode) {
    match opcode {
        Opcode::Continuation => text.push_str("Continuation"),
        Opcode::Text => text.push_str("Text"),
        Opcode::Binary => text.push_str("Binary"),
        Opcode::Close => text.push_str("Close"),
        Opcode::Ping => text.push_str("Ping"),
        Opcode::Pong => text.push_str("Pong"),
        Opcode::Reserved(value) => {
            let _ = write!(text, "Reserved 0x{value:x}");
        }
    }
}

fn frame(text: &mut impl Buffer, row: &Frame<'_>, bytes_shown: usize) {
    frame_header(text, row.header);
    if row.payload_captured < row.header.payload_length {
        let _ = write!(text, " ({} of {} bytes captured)", row.payload_captured, row.header.payload_length);
    }
    match row.close {
        Some(says) => close(text, &says),
        None if row.compressed => {
            text.push_str(" compressed");
            if let Some(Inflated { payload: content, truncated, assumed, .. }) = row.inflated {
                text.push_str(if assumed { " (assumed)" } else { "" });
                payload(text, row.content, &content, truncated, bytes_shown);
            }
            row.undecoded.iter().for_each(|why| not_inflated(text, *why));
        }
        None => payload(text, row.content, &row.payload, row.truncated, bytes_shown),
    }
}

fn message(text: &mut impl Buffer, row: &Message<'_>, bytes_shown: usize) {
    opcode(text, row.header.opcode);
    if row.header.masked() {
        text.push_str(" [MASKED]");
    }
    let fragments = row.frames[1] != row.frames[0] || !row.header.fin;
    if fragments {
        let _ = write!(text, " (frames {} to {})", row.frames[0], row.frames[1]);
    }
    if row.compressed {
        let assumed = if row.assumed { " (assumed)" } else { "" };
        let _ = write!(text, " compressed{assumed}, ");
        count(text, row.wire_length, "byte");
        text.push_str(" on the wire");
    } else if !row.complete {
        text.push_str(" (incomplete)");
    }
    match (row.close, row.payload) {
        (Some(says), _) => close(text, &says),
        (None, Some(content)) => payload(text, row.header.opcode, &content, row.truncated, bytes_shown),
        (None, None) => {}
    }
    row.undecoded.iter().for_each(|why| not_inflated(text, *why));
}

/// Appends why a compressed message is not known, or not all of it.
pub(super) fn not_inflated(text: &mut impl Buffer, why: Undecoded) {
    let _ = match why {
        Undecoded::MissingBytes => write!(text, ", not inflated: not whole"),
        Undecoded::ContextLost { message: Some(message) } => {
            write!(text, ", not inflated: builds on message {message}, which is not known")
        }
        Undecoded::ContextLost { message: None } => {
            write!(text, ", not inflated: builds on what was not captured")
        }
        Undecoded::Limit(cap) => write!(text, ", not inflated any further: limit {}", cap.name()),
        Undecoded::Invalid { at } => write!(text, ", does not inflate: invalid at byte {at}"),
    };
}

fn payload(
    text: &mut impl Buffer,
    opcode: Opcode,
    payload: &Payload<'_>,
    truncated: bool,
    bytes_shown: usize,
) {
    let bytes = payload.bytes();
    let is_text = opcode == Opcode::Text || matches!(payload, Payload::Text(_)) && !bytes.is_empty();
    if bytes.is_empty() && truncated {
        text.push_str(" …");
    } else if is_text {
        text.push_str(" \"");
        match payload {
            Payload::Text(payload) => text.escape(payload, true),
            Payload::Bytes(bytes) => escape_into(text, bytes, true),
        }
        text.push('"');
        if truncated {
            text.push('…');
        }
    } else if !bytes.is_empty() {
        text.push(' ');
        hex_into(text, bytes, bytes_shown);
        if truncated && bytes.len() <= bytes_shown {
            text.push_str(" …");
        }
    }
}

pub(super) fn close(text: &mut impl Buffer, close: &Close<'_>) {
    let Some(code) = close.code else {
        text.push_str(" no status");
        return;
    };
    let _ = write!(text, " {code}");
    if let Some(name) = code_name(code) {
        let _ = write!(text, " {name}");
    }
    if let Some(Text(reason)) = close.reason.filter(|reason| !reason.0.is_empty()) {
        text.push(' ');
        quote_into(text, reason);
    }
}

fn finding(text: &mut impl Buffer, row: &Finding<'_>) {
    let side = match row.side {
        Side::Client => "client",
        Side::Server => "server",
        Side::Capture => "capture",
    };
    let _ = write!(text, "{} {} ({side}): ", row.code, row.name);
    escape_into(text, row.text.as_bytes(), false);
}

fn connection(text: &mut impl Buffer, row: &Connection<'_>) {
    text.push_str(match row.ended_by {
        EndedBy::CloseHandshake => "closed (close handshake)",
        EndedBy::Fin => "closed (FIN)",
        EndedBy::Reset => "closed (RST)",
        EndedBy::Open => "still open at the end of the capture",
        EndedBy::Evicted => "no longer followed (too many connections)",
        EndedBy::PortReuse => "ended (the ports are used again)",
    });
    match row.protocol {
        Protocol::Websocket => {
            text.push_str(": ");
            count(text, row.frames, "frame");
            text.push_str(", ");
            count(text, row.messages, "message");
        }
        Protocol::Tls => {
            text.push_str(": ");
            tls::connection(text, row.tls.as_ref());
        }
        Protocol::Http if row.tls.is_some_and(|tls| !tls.decrypted) => {
            text.push_str(": HTTP, then ");
            tls::connection(text, row.tls.as_ref());
        }
        Protocol::Http => match row.switched_to {
            Some(Text(name)) => {
                text.push_str(": HTTP, then ");
                escape_into(text, name, false);
            }
            None => text.push_str(": HTTP, no WebSocket seen"),
        },
        // Not that there was none: the bytes may be encrypted, and the handshake not captured.
        Protocol::Unknown if row.sides_known_by == SidesKnownBy::Port => {
            text.push_str(": beginning not captured, no HTTP or WebSocket seen");
        }
        Protocol::Unknown => text.push_str(": no HTTP or WebSocket seen"),
    }
    let missing = row.missing_bytes[Direction::ClientToServer] + row.missing_bytes[Direction::ServerToClient];
    if missing > 0 {
        text.push_str(", ");
        count(text, missing, "byte");
        text.push_str(" missing");
    }
    if let Some(of_connection) = row.verdict {
        text.push_str(", verdict ");
        text.push_str(of_connection.name());
    }
}

/// `1 frame` or `2 frames`.
pub fn counted(number: u64, noun: &str) -> String {
    let mut text = String::new();
    count(&mut text, number, noun);
    text
}

/// Appends `1 frame` or `2 frames`.
pub(super) fn count(text: &mut impl Buffer, number: u64, noun: &str) {
    let plural = if number == 1 { "" } else { "s" };
    let _ = write!(text, "{number} {noun}{plural}");
}
