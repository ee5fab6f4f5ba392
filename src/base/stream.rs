//! What a byte stream tells the stage above it: TCP today, anything that carries a stream tomorrow.

use super::{PacketId, Span};

/// One thing that happened in one direction of a byte stream, in stream order.
///
/// `Data` and `Gap` follow each other without overlap and without a hole: each starts where the one before ended.
#[derive(Debug, Clone, Copy)]
pub enum StreamEvent<'a> {
    /// The next bytes, as one packet carried them.
    Data {
        /// Where they are; `span.length == bytes.len()`.
        span: Span,
        /// How many bytes of the other direction the sender had acknowledged when it sent them, if the capture
        /// tells.
        acked: Option<u64>,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// Bytes that were sent, or must have been, and are not in the capture.
    Gap {
        /// Which bytes; `first` and `last` are the packets around the gap, `end` the one behind it.
        span: Span,
        /// How one knows that they will not come.
        why: GapReason,
    },
    /// The sender has nothing more to say (FIN), and all that it said has been handed over.
    Fin {
        /// The packet that said so.
        packet: PacketId,
        /// How many bytes of the other direction the sender had acknowledged when it said so, if the capture tells.
        acked: Option<u64>,
    },
    /// The connection was reset by the sender of this direction.
    Reset {
        /// The packet that said so.
        packet: PacketId,
        /// How many bytes of the other direction the sender had acknowledged by then, if the capture tells.
        acked: Option<u64>,
    },
}

impl StreamEvent<'_> {
    /// The packet that told it; of bytes, that of the last one.
    pub fn packet(&self) -> PacketId {
        match self {
            StreamEvent::Data { span, .. } | StreamEvent::Gap { span, .. } => span.end,
            StreamEvent::Fin { packet, .. } | StreamEvent::Reset { packet, .. } => *packet,
        }
    }
}

/// How one knows that missing bytes will not come any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapReason {
    /// The other end acknowledged them: they arrived there, and the capture missed them.
    Acknowledged,
    /// The packet is in the capture, but was cut by the snap length.
    Cut,
    /// Too much was waiting behind them.
    Limit,
    /// The connection or the capture ended without them.
    End,
    /// They were in encrypted records that are missing in part or could not be decrypted. How many there were is not known:
    /// the length of the gap is an estimate, and what stands behind it may be anything.
    Undecrypted,
}
