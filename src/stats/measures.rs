//! What is measured, as plain data. Times are in nanoseconds.

use super::histogram::Spread;
use crate::base::{Direction, PerDirection, Timestamp};
use crate::record::{EndedBy, Ends, Protocol, Silence, Traffic, Verdict};

/// A connection that has ended, or had not when the capture did.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionStats {
    /// Wireshark's `tcp.stream`.
    pub stream: u64,
    /// Client and server.
    pub ends: Ends,
    /// Whether TLS was seen.
    pub tls: bool,
    /// What it carried.
    pub protocol: Protocol,
    /// Whether the peers kept to the rules; `None` if it is not WebSocket.
    pub verdict: Option<Verdict>,
    /// When its first packet was captured.
    pub opened: Timestamp,
    /// When it ended; `None` if it had not ended when the capture did.
    pub closed: Option<Timestamp>,
    /// How it ended.
    pub ended_by: EndedBy,
    /// The first Close frame.
    pub close: Option<CloseStats>,
    /// From the SYN to the ACK that completed the three-way handshake.
    pub tcp_handshake: Option<u64>,
    /// From the opening handshake's request to its response, where they were captured.
    pub handshake: Option<u64>,
    /// What was measured.
    pub measures: Measures,
}

/// A Close frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseStats {
    /// The status code; `None` if the frame carries none.
    pub code: Option<u16>,
    /// The reason; `None` if the frame carries no status code. At most 125 bytes.
    pub reason: Option<Box<[u8]>>,
    /// Who sent it.
    pub by: Direction,
}

/// What was measured, of one connection or of several together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measures {
    /// From the first packet to the last.
    pub duration: u64,
    /// TCP segments.
    pub tcp: PerDirection<Traffic>,
    /// Bytes of the TCP stream that the capture does not hold.
    pub missing_bytes: PerDirection<u64>,
    /// WebSocket frames.
    pub frames: u64,
    /// WebSocket payload bytes captured, compressed ones as they were sent.
    pub payload_bytes: PerDirection<u64>,
    /// The messages of each side.
    pub said: PerDirection<Said>,
    /// Messages that were compressed, and could be inflated.
    pub compressed: Compressed,
    /// Lengths of text and binary messages after inflating, where they are known.
    pub sizes: Option<Spread>,
    /// From a ping to its pong.
    pub round_trips: Option<Spread>,
    /// Pings to which no pong was captured.
    pub unanswered_pings: u64,
    /// From a text or binary message to the next one of the same side.
    pub gaps: Option<Spread>,
    /// The longest time in which neither side sent anything new.
    pub silence: Silence,
    /// The connection in which that was.
    pub silence_stream: u64,
}

/// The messages of one side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Said {
    /// Text messages.
    pub text: u64,
    /// Binary messages.
    pub binary: u64,
    /// Ping frames.
    pub ping: u64,
    /// Pong frames.
    pub pong: u64,
    /// Close frames.
    pub close: u64,
    /// Bytes of all of them after inflating, where their length is known.
    pub bytes: u64,
    /// Those whose length is not known, because they are not whole or could not be inflated.
    pub unmeasured: u64,
}

impl Said {
    /// Text and binary messages.
    pub fn data(&self) -> u64 {
        self.text + self.binary
    }

    /// Control frames.
    pub fn control(&self) -> u64 {
        self.ping + self.pong + self.close
    }
}

/// Messages that were compressed, and could be inflated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compressed {
    /// How many.
    pub messages: u64,
    /// Their bytes as they were sent.
    pub sent: u64,
    /// Their bytes after inflating.
    pub inflated: u64,
}

impl Measures {
    /// Adds what can be added up; spreads and silences are not.
    pub(super) fn add(&mut self, other: &Self) {
        for from in Direction::BOTH {
            let (to, of) = (&mut self.tcp[from], &other.tcp[from]);
            for (sum, more) in [
                (&mut to.packets, of.packets),
                (&mut to.bytes, of.bytes),
                (&mut to.payload_bytes, of.payload_bytes),
                (&mut to.retransmissions, of.retransmissions),
                (&mut to.out_of_order, of.out_of_order),
                (&mut to.lost_segments, of.lost_segments),
                (&mut self.missing_bytes[from], other.missing_bytes[from]),
                (&mut self.payload_bytes[from], other.payload_bytes[from]),
            ] {
                *sum = sum.saturating_add(more);
            }
            let (to, of) = (&mut self.said[from], &other.said[from]);
            for (sum, more) in [
                (&mut to.text, of.text),
                (&mut to.binary, of.binary),
                (&mut to.ping, of.ping),
                (&mut to.pong, of.pong),
                (&mut to.close, of.close),
                (&mut to.bytes, of.bytes),
                (&mut to.unmeasured, of.unmeasured),
            ] {
                *sum = sum.saturating_add(more);
            }
        }
        self.frames += other.frames;
        self.compressed.messages += other.compressed.messages;
        self.compressed.sent = self.compressed.sent.saturating_add(other.compressed.sent);
        self.compressed.inflated = self.compressed.inflated.saturating_add(other.compressed.inflated);
        self.unanswered_pings += other.unanswered_pings;
    }
}
