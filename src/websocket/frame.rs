//! A frame, at its end.

use super::{FrameHeader, Membership, Message, Opcode};
use crate::base::{Direction, Span};

/// A frame, told when its payload is over.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Who sent it.
    pub direction: Direction,
    /// 1 for the first frame of the connection that became known.
    pub number: u64,
    /// The header.
    pub header: FrameHeader,
    /// How much of the other direction the sender had acknowledged when it sent the first byte, if the capture tells.
    pub acked: Option<u64>,
    /// Header and payload in the stream; without what the stream's end cut off.
    pub span: Span,
    /// Payload bytes captured.
    pub payload_captured: u64,
    /// Payload bytes not captured: offset and length of each hole.
    pub missing: &'a [[u64; 2]],
    /// Payload bytes captured, unmasked; a prefix if `truncated`.
    pub payload: &'a [u8],
    /// Whether `payload` is shorter than what was captured.
    pub truncated: bool,
    /// How it stands to the messages of its direction.
    pub membership: Membership,
    /// The message that ends with it.
    pub completes: Option<&'a Message<'a>>,
}

impl Frame<'_> {
    /// Whether the stream ended inside it.
    pub fn is_cut(&self) -> bool {
        let length = self.header.payload_length.saturating_add(u64::from(self.header.header_length));
        self.span.length < length
    }

    /// The whole payload of a control frame that is not too long (RFC 6455 §5.5); `None` if it is another frame, or
    /// not all of it is known.
    pub fn control_body(&self) -> Option<&[u8]> {
        let known = self.payload.len() as u64 == self.header.payload_length && self.payload.len() <= 125;
        (self.header.opcode.is_control() && known).then_some(self.payload)
    }

    /// The whole body of a Close frame; `None` if it is not one or not all of it is known.
    pub fn close_body(&self) -> Option<&[u8]> {
        let known = self.payload.len() as u64 == self.header.payload_length;
        (self.header.opcode == Opcode::Close && known).then_some(self.payload)
    }
}
