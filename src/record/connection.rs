//! Connections: how they begin, their packets, how they end.

use serde::Serialize;

use super::{Ends, Place, Text};
use crate::base::{Direction, PerDirection, Timestamp};
use crate::packet::Flags;
use crate::tcp::Analysis;

/// A TCP segment, as Wireshark lists it.
#[derive(Debug, Clone)]
pub struct PacketRow<'a> {
    /// Where and when.
    pub place: Place,
    /// Client and server.
    pub ends: Ends,
    /// Who sent it.
    pub from: Direction,
    /// What it carries, as far as is known when it comes: `TCP`, `HTTP`, `WebSocket`.
    pub protocol: &'static str,
    /// The control bits.
    pub flags: Flags,
    /// Sequence number relative to the first of its direction.
    pub seq: u64,
    /// Acknowledgment number relative to the first of the other direction; `None` without ACK.
    pub ack: Option<u64>,
    /// Bytes of the packet on the wire, all headers included.
    pub length: u32,
    /// TCP payload bytes on the wire.
    pub payload_length: u32,
    /// How it stands to the segments before it.
    pub analysis: Analysis,
    /// The window field as it stands in the header.
    pub window: u16,
    /// First lines of the HTTP heads that it completes.
    pub heads: &'a [String],
    /// Headers of the WebSocket frames that it completes; of very many, the first.
    pub frames: &'a [crate::websocket::FrameHeader],
    /// How many frames it completes.
    pub frame_count: u64,
}

/// The beginning of a connection (a row of the timeline).
#[derive(Debug, Clone)]
pub struct Opened {
    /// Where and when: the ACK that completed the handshake, or the first segment seen.
    pub place: Place,
    /// Client and server.
    pub ends: Ends,
    /// Nanoseconds from the SYN to that ACK; `None` if the three-way handshake was not captured.
    pub handshake_nanos: Option<i64>,
}

/// A connection, told when it has ended.
#[derive(Debug, Clone)]
pub struct Connection<'a> {
    /// Where and when: the packet that ended it.
    pub place: Place,
    /// Client and server.
    pub ends: Ends,
    /// How one knows which is which.
    pub sides_known_by: SidesKnownBy,
    /// What it carried.
    pub protocol: Protocol,
    /// What it switched to, if that is not WebSocket: the `Upgrade` header of the 101, at most 125 bytes of it.
    pub switched_to: Option<Text<'a>>,
    /// When its first packet was captured.
    pub opened: Timestamp,
    /// When it ended; `None` if it had not ended when the capture did.
    pub closed: Option<Timestamp>,
    /// How it ended.
    pub ended_by: EndedBy,
    /// The first Close frame and who sent it. Of a reason longer than RFC 6455 §5.5 allows, 125 bytes.
    pub close: Option<(Close<'a>, Direction)>,
    /// Frames of both sides.
    pub frames: u64,
    /// Messages of both sides, control frames included.
    pub messages: u64,
    /// WebSocket payload bytes captured.
    pub payload_bytes: PerDirection<u64>,
    /// Bytes of the TCP stream that the capture does not hold.
    pub missing_bytes: PerDirection<u64>,
    /// Findings by severity.
    pub findings: FindingCounts,
    /// Whether the peers kept to the rules; `None` if it is not WebSocket.
    pub verdict: Option<Verdict>,
}

/// Whether the peers of a connection kept to the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No error was found, and everything that judging needs was captured.
    Pass,
    /// A peer has made an error.
    Fail,
    /// No error was found, but something that judging needs was not captured.
    Undetermined,
}

/// The body of a Close frame (RFC 6455 §5.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Close<'a> {
    /// The status code; `None` if the frame carries none.
    pub code: Option<u16>,
    /// The reason; `None` if the frame carries no status code.
    pub reason: Option<Text<'a>>,
}

/// How one knows who is the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SidesKnownBy {
    /// It sent the SYN.
    Syn,
    /// It sent the HTTP request.
    Handshake,
    /// It masks its frames.
    Mask,
    /// It has the higher port.
    Port,
}

/// What a connection carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// A WebSocket handshake was accepted.
    Websocket,
    /// HTTP, and no WebSocket.
    Http,
    /// TLS.
    Tls,
    /// Anything else.
    Unknown,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndedBy {
    /// Both ends sent a Close frame.
    CloseHandshake,
    /// TCP was closed, without that.
    Fin,
    /// TCP was reset, without that.
    Reset,
    /// It had not ended when the capture did.
    Open,
    /// It had to make room.
    Evicted,
    /// A new connection began between the same ends.
    PortReuse,
}

/// Findings by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FindingCounts {
    /// Proven violations.
    pub error: u64,
    /// Broken recommendations, and what the capture lacks.
    pub warning: u64,
    /// Facts worth knowing.
    pub info: u64,
}
