//! WebSocket frames and messages.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::text::base64_object;
use super::{Close, Ends, Place};
use crate::base::{Direction, Span};
use crate::websocket::{FrameHeader, Opcode, Undecoded};

/// A WebSocket frame (RFC 6455 §5.2), as it was on the wire.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    /// Where and when; the packet is that of the last byte captured.
    pub place: Place,
    /// Client and server.
    pub ends: &'a Ends,
    /// Who sent it.
    pub from: Direction,
    /// 1 for the first frame of the connection that became known, whichever side sent it.
    pub number: u64,
    /// Header and payload in the stream, as far as captured.
    pub span: Span,
    /// The header.
    pub header: &'a FrameHeader,
    /// Payload bytes that the capture holds.
    pub payload_captured: u64,
    /// Payload bytes that the capture does not hold: `[offset, length]`.
    pub missing: &'a [[u64; 2]],
    /// The payload, unmasked; a prefix of it if `truncated`. Missing bytes are left out.
    pub payload: Payload<'a>,
    /// Whether `payload` is shorter than what was captured.
    pub truncated: bool,
    /// Whether the message it belongs to is compressed (RFC 7692 §6).
    pub compressed: bool,
    /// What that message says, if it is compressed and ends with this frame.
    pub inflated: Option<Inflated<'a>>,
    /// Why that is not known, or not all of it.
    pub undecoded: Option<Undecoded>,
    /// The opcode that says what the payload is: for a continuation, that of its message's first frame.
    pub content: Opcode,
    /// The message it belongs to; `None` for a continuation of nothing.
    pub message: Option<u64>,
    /// The message that ends with this frame, if it has others too.
    pub joined: Option<Joined<'a>>,
    /// What a Close frame says.
    pub close: Option<Close<'a>>,
    /// Of a Pong that answers a Ping: nanoseconds since that Ping.
    pub ping_nanos: Option<i64>,
}

/// A WebSocket message: its fragments joined (RFC 6455 §5.4). Control frames are messages of one frame.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// Where and when; the packet is that of the last byte captured.
    pub place: Place,
    /// Client and server.
    pub ends: Ends,
    /// Who sent it.
    pub from: Direction,
    /// 1 for the first message of the connection that began, whichever side sent it.
    pub number: u64,
    /// The span of its first frame to its last.
    pub span: Span,
    /// Header of its first frame.
    pub header: FrameHeader,
    /// Number of its first frame and of its last.
    pub frames: [u64; 2],
    /// How many frames it has.
    pub fragments: u64,
    /// Whether it is compressed (RFC 7692 §6).
    pub compressed: bool,
    /// Whether that is only assumed, as the handshake was not captured, and it did inflate.
    pub assumed: bool,
    /// Why it is compressed and not known, or not all of it.
    pub undecoded: Option<Undecoded>,
    /// Payload bytes announced by its frames.
    pub wire_length: u64,
    /// Of these, bytes that the capture does not hold: `[offset, length]`; without what its end cut off.
    pub missing: &'a [[u64; 2]],
    /// Payload bytes after inflating; `None` if that is not known.
    pub length: Option<u64>,
    /// The payload; `None` if it could not be decoded.
    pub payload: Option<Payload<'a>>,
    /// Whether every byte was there and decoded.
    pub complete: bool,
    /// Whether `payload` is shorter than what was captured, or than what that inflates to.
    pub truncated: bool,
    /// What a Close frame says.
    pub close: Option<Close<'a>>,
    /// Of a Pong that answers a Ping: nanoseconds since that Ping.
    pub ping_nanos: Option<i64>,
}

/// What a compressed message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inflated<'a> {
    /// What it inflates to; a prefix of it if `truncated`.
    pub payload: Payload<'a>,
    /// Whether `payload` is shorter than that.
    pub truncated: bool,
    /// How many bytes it inflates to; `None` if that is not known.
    pub length: Option<u64>,
    /// Whether it is only assumed that it is compressed, as the handshake was not captured.
    pub assumed: bool,
}

/// A message of several frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined<'a> {
    /// How many frames it has.
    pub fragments: u64,
    /// Payload bytes announced by its frames.
    pub wire_length: u64,
    /// The payload of all of them, as far as somebody reads it with the row of the packet; `None` in other rows, and
    /// if it is compressed.
    pub payload: Option<&'a [u8]>,
}

/// A payload, unmasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload<'a> {
    /// Of a text, ping or pong that is valid UTF-8.
    Text(&'a str),
    /// Of anything else.
    Bytes(&'a [u8]),
}

impl<'a> Payload<'a> {
    /// Its first bytes. A character that is cut is left out.
    pub fn first(self, most: usize) -> Self {
        match self {
            Payload::Text(text) => {
                let whole = text.floor_char_boundary(most);
                Payload::Text(text.get(..whole).unwrap_or(text))
            }
            Payload::Bytes(bytes) => Payload::Bytes(bytes.get(..most).unwrap_or(bytes)),
        }
    }

    /// The payload of something whose content is `opcode`. If it is `truncated`, a character that is cut at its end is
    /// left out.
    pub fn new(opcode: Opcode, bytes: &'a [u8], truncated: bool) -> Self {
        if !matches!(opcode, Opcode::Text | Opcode::Ping | Opcode::Pong) {
            return Payload::Bytes(bytes);
        }
        let text = match simdutf8::compat::from_utf8(bytes) {
            Err(error) if truncated && error.error_len().is_none() => {
                bytes.get(..error.valid_up_to()).and_then(|whole| std::str::from_utf8(whole).ok())
            }
            result => result.ok(),
        };
        text.map_or(Payload::Bytes(bytes), Payload::Text)
    }

    /// The payload of a frame whose message is `compressed` or not.
    pub fn of_frame(compressed: bool, content: Opcode, bytes: &'a [u8], truncated: bool) -> Self {
        if compressed { Payload::Bytes(bytes) } else { Payload::new(content, bytes, truncated) }
    }

    /// The bytes themselves.
    pub fn bytes(&self) -> &'a [u8] {
        match self {
            Payload::Text(text) => text.as_bytes(),
            Payload::Bytes(bytes) => bytes,
        }
    }
}

/// `{"text": …}` or `{"base64": …}`.
impl Serialize for Payload<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Payload::Text(text) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("text", text)?;
                map.end()
            }
            Payload::Bytes(bytes) => base64_object(bytes, serializer),
        }
    }
}
