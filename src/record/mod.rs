//! What the analysis says: plain types with the names and meanings of the JSON output.
//!
//! Nothing is computed here. The analyzer fills records in, `filter` and `report` read them. Most borrow their bytes
//! and live as long as the call that hands them over.
//!
//! A [`Record`] is one of two kinds: those that scripts see (each a JSON object with `type`), and
//! [`Record::Opened`], [`Record::Alert`], [`Record::Request`] and [`Record::Switched`], rows of the timeline, mostly about
//! what a later record tells in full.

mod connection;
mod finding;
mod frame;
mod handshake;
mod kept;
mod text;

pub use connection::{
    Alert, Close, Connection, EndedBy, FindingCounts, Opened, PacketRow, Protocol, SidesKnownBy, Silence,
    Since, Tls, TlsContent, TlsRecord, Traffic, Verdict,
};
pub use finding::{Finding, Severity, Side};
pub use frame::{Frame, Inflated, Joined, Message, Payload};
pub use handshake::{Accept, Handshake, HandshakeRequest, HandshakeResponse, Outcome, RequestRow, Switched};
pub use kept::{Frames, Head};
pub use text::Text;

pub use crate::packet::{Flags, Header, HeaderKind, Layers};
pub use crate::tcp::Analysis;
pub use crate::tls::Hello;
pub use crate::websocket::Extension;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::Serialize;

use crate::base::{Direction, Timestamp};

/// The version of the JSON output; a larger number may lack or rename keys.
pub const SCHEMA: u32 = 1;

/// Where and when a record belongs: the keys that all records of a connection share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Place {
    /// Wireshark's `tcp.stream`.
    pub stream: u64,
    /// Wireshark's `frame.number` of the packet that carried the record's last byte.
    pub packet: u64,
    /// When that packet was captured.
    pub time: Timestamp,
    /// Seconds since the first packet of the capture.
    pub time_relative: f64,
}

/// Client and server of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ends {
    /// Who opened the connection.
    pub client: SocketAddr,
    /// Who accepted it.
    pub server: SocketAddr,
}

impl Ends {
    /// Whether one of them has this port.
    pub fn has_port(&self, port: u16) -> bool {
        self.client.port() == port || self.server.port() == port
    }

    /// Sender and receiver of a direction.
    pub fn of(&self, direction: Direction) -> (SocketAddr, SocketAddr) {
        match direction {
            Direction::ClientToServer => (self.client, self.server),
            Direction::ServerToClient => (self.server, self.client),
        }
    }
}

/// One thing the analysis says.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // handed over by reference, never stored
pub enum Record<'a> {
    /// The first record: what is being read.
    Capture(CaptureInfo<'a>),
    /// A TCP segment.
    Packet(PacketRow<'a>),
    /// A connection began (timeline only).
    Opened(Opened),
    /// A TLS alert was sent (timeline only).
    Alert(Alert),
    /// An upgrade request was sent (timeline only).
    Request(RequestRow<'a>),
    /// A connection switched to something that is not WebSocket (timeline only).
    Switched(Switched<'a>),
    /// An opening handshake, answered or not.
    Handshake(Handshake<'a>),
    /// A WebSocket frame.
    Frame(Frame<'a>),
    /// A WebSocket message.
    Message(Message<'a>),
    /// Something that a peer did wrong, or that the capture does not show.
    Finding(Finding<'a>),
    /// A connection, at its end.
    Connection(Connection<'a>),
    /// The last record: totals.
    Summary(Summary),
}

impl Record<'_> {
    /// Where and when it belongs; `None` if it is about the capture as a whole.
    pub fn place(&self) -> Option<Place> {
        Some(match self {
            Record::Capture(_) | Record::Summary(_) => return None,
            Record::Packet(row) => row.place,
            Record::Opened(row) => row.place,
            Record::Alert(row) => row.place,
            Record::Request(row) => row.place,
            Record::Switched(row) => row.place,
            Record::Handshake(row) => row.place,
            Record::Frame(row) => row.place,
            Record::Message(row) => row.place,
            Record::Finding(row) => row.place?,
            Record::Connection(row) => row.place,
        })
    }
}

impl Record<'_> {
    /// The record with no more payload than this; `None` if it has no more. A record of a packet keeps all.
    pub fn with_payload(&self, most: usize) -> Option<Record<'_>> {
        let fits = |payload: Payload<'_>| payload.bytes().len() <= most;
        match self {
            Record::Frame(frame)
                if !fits(frame.payload) || frame.inflated.is_some_and(|inflated| !fits(inflated.payload)) =>
            {
                let inflated = frame.inflated.map(|inflated| Inflated {
                    truncated: inflated.truncated || !fits(inflated.payload),
                    payload: inflated.payload.first(most),
                    ..inflated
                });
                let (truncated, payload) =
                    (frame.truncated || !fits(frame.payload), frame.payload.first(most));
                Some(Record::Frame(Frame { payload, truncated, inflated, ..frame.clone() }))
            }
            Record::Message(message) if message.payload.is_some_and(|payload| !fits(payload)) => {
                let payload = message.payload.map(|payload| payload.first(most));
                Some(Record::Message(Message { payload, truncated: true, ..message.clone() }))
            }
            _ => None,
        }
    }
}

/// The first record.
#[derive(Debug, Clone, Serialize)]
pub struct CaptureInfo<'a> {
    /// Version of this output, [`SCHEMA`].
    pub schema: u32,
    /// The captures read, as named on the command line.
    pub files: &'a [String],
    /// The display filter.
    pub filter: Option<&'a str>,
}

/// The last record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Packets read.
    pub packets: u64,
    /// Bytes of them, as they were on the wire.
    pub bytes: u64,
    /// Link types seen, by name.
    pub link_types: Vec<String>,
    /// TCP connections.
    pub connections: u64,
    /// Those of them into which nobody looked, as the filter excludes them by address, port or stream.
    pub connections_excluded: u64,
    /// Those of them that are WebSocket; of the ones looked into.
    pub websocket_connections: u64,
    /// WebSocket frames.
    pub frames: u64,
    /// WebSocket messages, control frames included.
    pub messages: u64,
    /// Findings by severity.
    pub findings: FindingCounts,
    /// Caps that were reached, each with how often.
    pub limits_reached: BTreeMap<&'static str, u64>,
    /// What could not be decoded, by reason.
    pub not_decoded: Vec<NotDecoded>,
}

/// Packets that carry no TCP segment that Sockeye can read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotDecoded {
    /// Why.
    pub reason: String,
    /// How many.
    pub packets: u64,
}
