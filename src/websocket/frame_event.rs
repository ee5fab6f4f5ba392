//! What a [decoder](super::Decoder) is told beforehand, and what it tells.

use super::FrameHeader;
use super::search::{Demand, Evidence, Sought};
use crate::base::Span;

/// What one direction's bytes turn out to be.
#[derive(Debug, Clone, Copy)]
pub enum FrameEvent<'a> {
    /// A header is complete.
    Header {
        /// The header.
        header: FrameHeader,
        /// Where it stands.
        span: Span,
        /// How much of the other direction the sender had acknowledged when it sent the first byte.
        acked: Option<u64>,
    },
    /// The next payload bytes, still masked.
    Payload {
        /// How far into the payload they stand.
        offset: u64,
        /// Where they stand in the stream.
        span: Span,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// Payload bytes that the capture does not hold.
    Missing {
        /// How far into the payload they stand.
        offset: u64,
        /// How many.
        length: u64,
    },
    /// The frame is over: all of its payload has come or is known to be missing, or (`cut`) the stream ended first.
    End {
        /// Whether the stream ended inside the payload.
        cut: bool,
    },
    /// Bytes that cannot be a frame header, where a frame should begin. The rest of the direction is not decoded.
    NotAFrame {
        /// What they would say, read as a header.
        header: FrameHeader,
        /// Where they stand.
        span: Span,
    },
    /// The stream ended inside a header.
    HeaderCut {
        /// What there is of it.
        span: Span,
    },
    /// After missing bytes, nobody knows where the next frame begins.
    Lost,
    /// Where a frame begins is known again, by evidence.
    Found {
        /// The offset of its header.
        start: u64,
        /// Bytes since the loss that were captured and are not decoded.
        skipped: u64,
        /// Why one thinks so.
        evidence: Evidence,
    },
    /// The stream ended, and where frames begin was not found again.
    NotFound {
        /// Bytes since the loss that were captured and are not decoded.
        skipped: u64,
    },
}

/// What is known of the frames of a direction before they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Whether frames are masked: they are if the sender is the client (RFC 6455 §5.1). `None` if that is not known.
    pub masked: Option<bool>,
    /// An extension may give RSV bits and reserved opcodes a meaning (§5.8, §9).
    pub extended: bool,
    /// How sure one has to be to find frames again.
    pub demand: Demand,
}

impl Expected {
    /// Whether bytes read as this header can be a frame at all. One broken rule, or two, is a bad frame. A reserved
    /// opcode with reserved bits, and the mask of the other side or no end, is something else: text for instance.
    pub(super) fn admits(self, header: &FrameHeader) -> bool {
        let reserved_bits = header.rsv1 || header.rsv2 || header.rsv3;
        let reserved_opcode = matches!(header.opcode, super::Opcode::Reserved(_));
        let third = self.masked.is_some_and(|masked| masked != header.masked()) || !header.fin;
        self.extended || !(reserved_bits && reserved_opcode && third)
    }

    /// What a search looks for.
    pub(super) fn sought(self) -> Sought {
        Sought { masked: self.masked, rsv1: self.extended }
    }
}
