//! Connections: how they begin, their packets, how they end.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{Ends, Frames, Head, Place, Text};
use crate::base::{Direction, PerDirection, Timestamp};
use crate::packet::{Flags, Layers};
use crate::tcp::Analysis;
use crate::tls::{self, CipherSuite, Hello};

/// A TCP segment, as Wireshark lists it.
#[derive(Debug, Clone)]
pub struct PacketRow<'a> {
    /// Where and when.
    pub place: Place,
    /// Client and server.
    pub ends: Ends,
    /// Who sent it.
    pub from: Direction,
    /// What it carries, as far as is known when it comes: `TCP`, `TLSv1.3`, `HTTP`, `WebSocket`.
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
    /// The window in bytes (RFC 7323 §2.3); `None` if the SYNs that tell its scale were not captured.
    pub window_size: Option<u32>,
    /// Its headers.
    pub layers: Layers<'a>,
    /// How long ago what came before it was captured.
    pub since: Since,
    /// What stands in the TLS records that it completes; of very many, the first.
    pub tls: &'a [TlsRecord],
    /// The HTTP heads that it completes; of very many, the first.
    pub heads: &'a [Head],
    /// How many heads it completes.
    pub head_count: u64,
    /// The WebSocket frames that it completes; of very many, the first.
    pub frames: &'a Frames,
    /// How many frames it completes.
    pub frame_count: u64,
}

/// A TLS record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsRecord {
    /// The version in its header.
    pub version: u16,
    /// What stands in it.
    pub content: TlsContent,
}

/// What stands in a TLS record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsContent {
    /// What Wireshark calls it: `Certificate`, `Application Data`.
    Named(&'static str),
    /// A client's first hello, and what was said so far.
    ClientHello(Box<Hello>),
    /// A server's hello, and what was said so far.
    ServerHello(Box<Hello>),
    /// An alert that could be read: its level and description (RFC 8446 §6).
    Alert([u8; 2]),
}

/// Nanoseconds from earlier packets to one of a connection; negative if the capture is not in the order of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Since {
    /// The packet before it; 0 for the first packet of the capture.
    pub previous: i64,
    /// The first packet of its connection.
    pub opened: i64,
    /// The packet before it in its connection; 0 for the first.
    pub last: i64,
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

/// A TLS alert (a row of the timeline).
#[derive(Debug, Clone)]
pub struct Alert {
    /// Where and when.
    pub place: Place,
    /// Client and server.
    pub ends: Ends,
    /// Who sent it.
    pub from: Direction,
    /// The version of TLS as Wireshark names the protocol.
    pub protocol: &'static str,
    /// 1 for a warning, 2 if fatal.
    pub level: u8,
    /// What happened (RFC 8446 §6); [`alert_name`](tls::alert_name) names it.
    pub description: u8,
}

/// The TLS that a connection, or what stands in its tunnel, is encrypted with.
#[derive(Debug, Clone, Copy)]
pub struct Tls<'a> {
    /// What its hellos say.
    pub hello: &'a Hello,
    /// Whether application data was decrypted.
    pub decrypted: bool,
}

impl Serialize for Tls<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Hello { version, cipher_suite, server_name, alpn_offered, alpn, .. } = self.hello;
        let mut keys = serializer.serialize_struct("Tls", 6)?;
        keys.serialize_field("version", &version.map(Named::version))?;
        keys.serialize_field("cipher_suite", &cipher_suite.map(Named::suite))?;
        keys.serialize_field("server_name", server_name)?;
        keys.serialize_field("alpn_offered", alpn_offered)?;
        keys.serialize_field("alpn", alpn)?;
        keys.serialize_field("decrypted", &self.decrypted)?;
        keys.end()
    }
}

/// A registered number: its name, or `0x0a0a` if it has none that is known.
struct Named(Option<&'static str>, u16);

impl Named {
    fn version(version: u16) -> Self {
        Self(tls::version_name(version), version)
    }

    fn suite(suite: CipherSuite) -> Self {
        Self(suite.name(), suite.0)
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:04x}", self.1),
        }
    }
}

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
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
    /// The TLS that it was encrypted with; of TLS inside of TLS, the inner one.
    pub tls: Option<Tls<'a>>,
    /// Nanoseconds from the SYN to the ACK that completed the three-way handshake; `None` if that was not captured.
    pub tcp_handshake_nanos: Option<i64>,
    /// The TCP segments of each side.
    pub tcp: PerDirection<Traffic>,
    /// The longest time in which neither side sent anything new.
    pub silence: Silence,
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

/// TCP segments that one side sent, until the connection ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Traffic {
    /// Packets with a segment; of a datagram in fragments, the one that completed it.
    pub packets: u64,
    /// Bytes of these packets on the wire, all headers included.
    pub bytes: u64,
    /// TCP payload on the wire, what was sent again included.
    pub payload_bytes: u64,
    /// Segments whose bytes had all been seen before.
    pub retransmissions: u64,
    /// Segments that filled a hole which a later one had left.
    pub out_of_order: u64,
    /// Segments before which bytes had not been seen.
    pub lost_segments: u64,
}

/// A time in which neither side sent anything new: no payload for the first time, no SYN, FIN or RST.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Silence {
    /// How long it lasted.
    pub nanos: u64,
    /// The packet it began with; 0 if there was none.
    pub packet: u64,
}

/// Whether the peers of a connection kept to the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// No error was found, and everything that judging needs was captured.
    Pass,
    /// A peer has made an error.
    Fail,
    /// No error was found, but something that judging needs was not captured.
    Undetermined,
}

impl Verdict {
    /// The word for it in all outputs.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Undetermined => "undetermined",
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// A WebSocket handshake was accepted.
    Websocket,
    /// HTTP, and no WebSocket.
    Http,
    /// TLS, and what is in it was not decrypted, or is neither HTTP nor WebSocket.
    Tls,
    /// Anything else.
    Unknown,
}

impl Protocol {
    /// The word for it in all outputs.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Websocket => "websocket",
            Protocol::Http => "http",
            Protocol::Tls => "tls",
            Protocol::Unknown => "unknown",
        }
    }
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl EndedBy {
    /// The word for it in all outputs.
    pub fn name(self) -> &'static str {
        match self {
            EndedBy::CloseHandshake => "close-handshake",
            EndedBy::Fin => "fin",
            EndedBy::Reset => "reset",
            EndedBy::Open => "open",
            EndedBy::Evicted => "evicted",
            EndedBy::PortReuse => "port-reuse",
        }
    }
}

impl Serialize for EndedBy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
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
