//! Segments become connections, and their bytes come in order.
//!
//! In come [`Segment`](crate::packet::Segment)s; out go [`Event`]s: a connection begins, a segment belongs to it,
//! the bytes of a direction in order with gaps named, a connection ends. This room does not look into the bytes and
//! does not judge anybody. The first copy of a byte wins.
//!
//! ```text
//!   Connections   which connection is it?       ends (who), table (slots by ends, least recently active)
//!        ▼
//!   Connection    roles, handshake, end         analysis (marks of the packet list), history (of what was handed over),
//!        │                                        steady (the short way of most segments), reset, conflicts
//!        ▼
//!   Flow          sequence number to offset     order (in order, early, missing), store (what came early)
//! ```
//!
//! A connection ends with the acknowledgment of the second FIN. After a RST, or if that acknowledgment is missing, it
//! stays open for a second of capture time, because what the other end had sent may be captured late; `Closed` names
//! the packet that ended it all the same.
//!
//! Protocol: RFC 9293.

mod analysis;
mod conflicts;
mod connection;
mod connections;
mod ends;
mod flow;
mod history;
mod order;
mod reset;
mod steady;
mod store;
mod table;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

pub use connections::Connections;

use crate::base::{Direction, PacketId, Span, StreamEvent};
use crate::packet::Flags;

/// Something that happened to one connection.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// Which connection: a small index that is used again after [`What::Released`].
    pub slot: usize,
    /// What happened.
    pub what: What<'a>,
}

/// What can happen to a connection.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// Its first segment was seen. Always the first event of a slot.
    Opened(Opened),
    /// A segment belongs to it. Comes before whatever the segment brings about, `Opened` excepted; for connections
    /// that have ended too, as late retransmissions belong to them.
    Segment(SegmentNote),
    /// Three-way handshake complete: times of the SYN, the SYN-ACK and the ACK.
    Established {
        /// The SYN that was answered.
        syn: PacketId,
        /// The ACK that completed it.
        ack: PacketId,
    },
    /// The next thing in one direction.
    Stream(Direction, StreamEvent<'a>),
    /// Two packets carried the same bytes with different content. Known of bytes that wait for their turn, and of the
    /// last 4 KiB or 32 packets that were handed over in each direction, whichever is less. Never said of a keep-alive.
    Conflict(Direction, Conflict<'a>),
    /// A bound acted, and something was left out. At most once for each bound and connection.
    LimitReached(Bound),
    /// It ended; no stream event follows.
    Closed(Closed),
    /// The slot is forgotten and may be used again. Always the last event of a slot, after `Closed`.
    Released,
}

/// The same bytes with two contents.
#[derive(Debug, Clone, Copy)]
pub struct Conflict<'a> {
    /// Which bytes, as the second packet carried them: all that are compared with one earlier packet, of which at least
    /// one differs. If several packets came first, each has its own conflict.
    pub span: Span,
    /// The packet whose copy counts.
    pub first: PacketId,
    /// What the first packet carried: `span.length` bytes.
    pub kept: &'a [u8],
    /// What the second packet carried: as many.
    pub refused: &'a [u8],
}

/// What bounds the memory of this room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// [`Limits::connections`](crate::base::Limits): this connection made room while it was open.
    Connections,
    /// [`Limits::out_of_order`](crate::base::Limits): a hole in one direction was given up.
    OutOfOrder,
    /// [`Limits::out_of_order_total`](crate::base::Limits): a hole was given up for lack of memory elsewhere.
    OutOfOrderTotal,
    /// [`Limits::history_total`](crate::base::Limits): bytes came again that could not be compared.
    History,
    /// A segment lay further ahead than any window reaches, and was left out.
    SequenceJump,
}

/// The beginning of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Opened {
    /// Wireshark's `tcp.stream`: 0 for the first connection of the capture.
    pub stream: u64,
    /// The first segment's packet.
    pub packet: PacketId,
    /// The client, as far as is known yet.
    pub client: SocketAddr,
    /// The server.
    pub server: SocketAddr,
    /// Whether a SYN or SYN-ACK told the roles; otherwise the end with the lower port is taken for the server.
    pub by_syn: bool,
}

/// What the packet list says of one segment.
#[derive(Debug, Clone, Copy)]
pub struct SegmentNote {
    /// Its packet.
    pub packet: PacketId,
    /// Who sent it.
    pub direction: Direction,
    /// The control bits.
    pub flags: Flags,
    /// Sequence number relative to the first of its direction.
    pub sequence: u64,
    /// Acknowledgment number relative to the first of the other direction; `None` without ACK.
    pub acknowledgment: Option<u64>,
    /// The window field as it stands in the header.
    pub window: u16,
    /// The window in bytes (RFC 7323 §2.3); `None` if the SYNs that tell its scale were not captured.
    pub window_size: Option<u32>,
    /// Payload bytes on the wire.
    pub payload_length: u32,
    /// How it stands to the segments before it.
    pub analysis: Analysis,
}

/// How a segment stands to those before it, in Wireshark's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Analysis(pub u8);

impl Analysis {
    /// All its bytes had been seen before.
    pub const RETRANSMISSION: Analysis = Analysis(0x01);
    /// It fills a hole that a later segment had left.
    pub const OUT_OF_ORDER: Analysis = Analysis(0x02);
    /// Bytes before it have not been seen.
    pub const LOST_SEGMENT: Analysis = Analysis(0x04);
    /// A keep-alive probe: at most one byte, just before the next expected one.
    pub const KEEP_ALIVE: Analysis = Analysis(0x08);
    /// Repeats the last acknowledgment, with the same window and no payload.
    pub const DUPLICATE_ACK: Analysis = Analysis(0x10);
    /// The sender can take no more bytes.
    pub const ZERO_WINDOW: Analysis = Analysis(0x20);

    /// All marks.
    pub const ANY: Analysis = Analysis(0x3f);

    /// Each mark with its name in the output.
    pub const NAMES: [(Analysis, &'static str); 6] = [
        (Analysis::RETRANSMISSION, "retransmission"),
        (Analysis::OUT_OF_ORDER, "out-of-order"),
        (Analysis::LOST_SEGMENT, "lost-segment"),
        (Analysis::KEEP_ALIVE, "keep-alive"),
        (Analysis::DUPLICATE_ACK, "duplicate-ack"),
        (Analysis::ZERO_WINDOW, "zero-window"),
    ];

    /// Whether this mark is set; of several, one of them.
    pub fn has(self, mark: Analysis) -> bool {
        self.0 & mark.0 != 0
    }

    /// The names of the marks that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(mark, _)| self.has(*mark)).map(|(_, name)| name)
    }
}

/// A list of names: `["retransmission"]`.
impl serde::Serialize for Analysis {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

/// The end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Closed {
    /// The packet that ended it; for `Open`, `Evicted` and `PortReuse` its own last packet.
    pub packet: PacketId,
    /// How.
    pub why: CloseReason,
    /// Whether segments of each direction were captured at all.
    pub seen: crate::base::PerDirection<bool>,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// Both ends sent FIN.
    Fin,
    /// One end reset it.
    Reset(Direction),
    /// It had not ended when the capture did.
    Open,
    /// It had to make room ([`Limits::connections`](crate::base::Limits)).
    Evicted,
    /// A new connection began between the same ends.
    PortReuse,
}
