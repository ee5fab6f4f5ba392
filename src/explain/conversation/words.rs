//! What a step is, and what it means.

use crate::explain::content::shown;
use crate::explain::fields::bytes_of;
use crate::explain::inflated::why_not;
use crate::http;
use crate::record::{Close, Connection, EndedBy, Frame, Handshake, Opened, Outcome, Payload, Protocol};
use crate::websocket::{Opcode, code_name};

/// Characters of a payload shown.
const SHOWN: usize = 40;

/// Frames without a handshake before them.
pub(super) const NOT_CAPTURED: [&str; 2] =
    ["already open", "The handshake is not in the capture; frames are, so it was accepted."];

/// Frames of a client that the handshake forbids.
pub(super) const NONETHELESS: [&str; 2] =
    ["open nonetheless", "The client had to fail the connection, and sends frames instead."];

/// A frame that is of no message.
pub(super) const RESERVED: &str = "RFC 6455 gives this opcode no meaning. If no extension does either, the receiver must fail the connection.";

pub(super) fn opened(row: &Opened) -> [String; 2] {
    match row.handshake_nanos {
        Some(nanos) => [
            "ACK".to_owned(),
            format!("TCP is open; the three-way handshake took {:.2} ms.", nanos as f64 / 1e6),
        ],
        None => ["TCP is open".to_owned(), "Its beginning is not in the capture.".to_owned()],
    }
}

pub(super) fn request(head: &http::Request) -> [String; 2] {
    let what = format!("{} {}", shown(&head.method), cut(&shown(&head.target)));
    [what, "The client asks to switch from HTTP to WebSocket, and sends a key.".to_owned()]
}

pub(super) fn answer(row: &Handshake<'_>) -> [String; 2] {
    let what = row.response.map_or_else(
        || "no answer".to_owned(),
        |response| format!("{} {}", response.head.status, cut(&shown(&response.head.reason))),
    );
    let meaning = match (row.outcome, row.accept.valid) {
        (Some(Outcome::Accepted), Some(false)) => {
            "The server agrees, but its Sec-WebSocket-Accept does not follow from the key: the client must fail the \
             connection, which never becomes OPEN."
        }
        (Some(Outcome::Accepted), _) => "The server agrees. From here on both sides send frames.",
        (Some(Outcome::Rejected), _) => "The server does not agree: no WebSocket.",
        (Some(Outcome::Unanswered), _) => "The connection ended before an answer.",
        (None, _) => "The capture does not show what became of it.",
    };
    [what, meaning.to_owned()]
}

pub(super) fn frame(frame: &Frame<'_>) -> String {
    if let Some(close) = &frame.close {
        return self::close(close);
    }
    let name = frame.header.opcode.name();
    let length = bytes_of(frame.header.payload_length);
    match text_of(frame) {
        Some(text) if frame.compressed => format!("{name} \"{}\", {length} compressed", cut(text)),
        Some(text) => format!("{name} \"{}\"", cut(text)),
        None if frame.compressed => format!("{name}, {length} compressed"),
        None => format!("{name}, {length}"),
    }
}

fn close(close: &Close<'_>) -> String {
    let Some(code) = close.code else { return "close without a status".to_owned() };
    let named = code_name(code).map(|name| format!(" {name}")).unwrap_or_default();
    let reason = close.reason.filter(|reason| !reason.0.is_empty());
    let reason = reason.map(|reason| format!(" \"{}\"", cut(&shown(reason.0)))).unwrap_or_default();
    format!("close {code}{named}{reason}")
}

/// What a frame says, if that is text. Behind a later fragment's own bytes stands all of its message.
fn text_of<'a>(frame: &Frame<'a>) -> Option<&'a str> {
    let payload = match frame.inflated {
        None if frame.compressed => return None,
        None => frame.payload,
        Some(_) if frame.header.opcode == Opcode::Continuation => return None,
        Some(inflated) => inflated.payload,
    };
    match payload {
        Payload::Text(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// What becomes of a compressed message with this frame, behind what the frame is.
pub(super) fn inflated(frame: &Frame<'_>) -> String {
    let why_not = frame.undecoded.map(|why| format!(" Not inflated: {}.", why_not(why)));
    let Some(inflated) = frame.inflated else { return why_not.unwrap_or_default() };
    let first = if inflated.truncated { "more than " } else { "" };
    let length = bytes_of(inflated.payload.bytes().len() as u64);
    let says = match inflated.payload {
        Payload::Text(text) if frame.header.opcode == Opcode::Continuation => format!(": \"{}\"", cut(text)),
        _ => String::new(),
    };
    format!(" Inflated, it has {first}{length}{says}.{}", why_not.unwrap_or_default())
}

/// How a data frame stands to its message.
pub(super) fn part(message: Option<u64>, opcode: Opcode, fin: bool, fragment: u64) -> String {
    let Some(message) = message else { return "It goes on with a message that never began.".to_owned() };
    match (opcode, fin) {
        (Opcode::Continuation, true) => {
            format!("Fragment {fragment} of message {message}, and the last one.")
        }
        (Opcode::Continuation, false) => format!("Fragment {fragment} of message {message}."),
        (_, false) => format!("The first fragment of message {message}; more follow."),
        (_, true) => format!("Message {message}, in one frame."),
    }
}

/// How long a pong took, in seconds, behind what it is.
pub(super) fn after(delay: f64) -> String {
    format!(", {:.2} ms later", delay * 1e3)
}

/// What a pong answers: packet and delay in seconds.
pub(super) fn pong(ping: Option<(u64, f64)>) -> String {
    match ping {
        Some((packet, delay)) => {
            format!("It answers the ping of packet {packet}{}.", after(delay))
        }
        None => "No ping before it has this payload: a heartbeat, which needs no answer.".to_owned(),
    }
}

pub(super) fn ended(row: &Connection<'_>) -> [String; 2] {
    let [what, meaning] = match row.ended_by {
        EndedBy::CloseHandshake if row.closed.is_none() => {
            ["the capture ends", "Both sides sent a Close, so nothing was lost; TCP was still open."]
        }
        EndedBy::CloseHandshake => {
            ["the connection ends", "Both sides sent a Close, and TCP is closed: nothing was lost."]
        }
        EndedBy::Fin | EndedBy::Reset => [
            "the connection ends",
            "Without a complete close handshake, whether everything arrived is not known.",
        ],
        EndedBy::Open => ["the capture ends", "The connection was still open."],
        EndedBy::Evicted => ["no longer followed", "Too many connections were open at once."],
        EndedBy::PortReuse => ["no longer followed", "A new connection began between the same ports."],
    };
    let meaning = if row.protocol == Protocol::Websocket { meaning } else { "It carried no WebSocket." };
    [what.to_owned(), meaning.to_owned()]
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}
