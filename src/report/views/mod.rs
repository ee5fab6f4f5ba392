//! The keys of each JSON record, in their order.

mod handshake;

use serde::Serialize;
use serde::ser::SerializeMap;
use std::net::SocketAddr;

use crate::base::{Direction, PerDirection, Timestamp};
use crate::packet::Flags;
use crate::record::{
    CaptureInfo, Close, Connection, EndedBy, Finding, FindingCounts, Frame, Message, PacketRow, Payload,
    Place, Protocol, Record, Severity, Side, SidesKnownBy, Summary, Tls, Traffic, Verdict,
};
use crate::tcp::Analysis;
use crate::websocket::Undecoded;

/// A record as JSON.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // written at once, never stored
pub(in crate::report) enum View<'a> {
    Capture(&'a CaptureInfo<'a>),
    Packet(PacketView<'a>),
    Handshake(handshake::HandshakeView<'a>),
    Frame(FrameView<'a>),
    Message(MessageView<'a>),
    Finding(FindingView<'a>),
    Connection(ConnectionView<'a>),
    Summary(&'a Summary),
}

impl<'a> View<'a> {
    /// `None` for rows that only the timeline has. `info` is an empty buffer for text made up for the record.
    pub(in crate::report) fn of(record: &'a Record<'a>, info: &'a mut String) -> Option<Self> {
        Some(match record {
            Record::Capture(info) => View::Capture(info),
            Record::Packet(row) => View::Packet(PacketView::of(row, info)),
            Record::Handshake(handshake) => View::Handshake(handshake::HandshakeView::of(handshake)),
            Record::Frame(frame) => View::Frame(FrameView::of(frame)),
            Record::Message(message) => View::Message(MessageView::of(message)),
            Record::Finding(finding) => View::Finding(FindingView::of(finding)),
            Record::Connection(connection) => View::Connection(ConnectionView::of(connection)),
            Record::Summary(summary) => View::Summary(summary),
            Record::Opened(_) | Record::Alert(_) | Record::Request(_) | Record::Switched(_) => return None,
        })
    }
}

#[derive(Serialize)]
pub(in crate::report) struct PacketView<'a> {
    #[serde(flatten)]
    place: Place,
    from: Direction,
    source: SocketAddr,
    destination: SocketAddr,
    protocol: &'a str,
    flags: Flags,
    seq: u64,
    ack: Option<u64>,
    length: u32,
    analysis: Analysis,
    info: &'a str,
}

impl<'a> PacketView<'a> {
    fn of(row: &'a PacketRow<'a>, info: &'a mut String) -> Self {
        let (source, destination) = row.ends.of(row.from);
        crate::report::words::packet(info, row);
        Self {
            place: row.place,
            from: row.from,
            source,
            destination,
            protocol: row.protocol,
            flags: row.flags,
            seq: row.seq,
            ack: row.ack,
            length: row.length,
            analysis: row.analysis,
            info,
        }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct FrameView<'a> {
    #[serde(flatten)]
    place: Place,
    frame: u64,
    packets: [u64; 2],
    from: Direction,
    source: SocketAddr,
    destination: SocketAddr,
    fin: bool,
    rsv1: bool,
    rsv2: bool,
    rsv3: bool,
    opcode: u8,
    opcode_name: &'static str,
    masked: bool,
    masking_key: Option<Hex<'a>>,
    header_length: u8,
    payload_length: u64,
    payload_captured: u64,
    missing: &'a [[u64; 2]],
    payload: Payload<'a>,
    truncated: bool,
    compressed: bool,
    inflated: Option<Payload<'a>>,
    assumed: bool,
    undecoded: Option<UndecodedView>,
    message: Option<u64>,
    close: Option<Close<'a>>,
}

impl<'a> FrameView<'a> {
    fn of(frame: &'a Frame<'a>) -> Self {
        let (source, destination) = frame.ends.of(frame.from);
        let header = &frame.header;
        Self {
            place: frame.place,
            frame: frame.number,
            packets: [frame.span.first, frame.span.last],
            from: frame.from,
            source,
            destination,
            fin: header.fin,
            rsv1: header.rsv1,
            rsv2: header.rsv2,
            rsv3: header.rsv3,
            opcode: header.opcode.value(),
            opcode_name: header.opcode.name(),
            masked: header.masked(),
            masking_key: header.masking_key.as_ref().map(|key| Hex(key)),
            header_length: header.header_length,
            payload_length: header.payload_length,
            payload_captured: frame.payload_captured,
            missing: frame.missing,
            payload: frame.payload,
            truncated: frame.truncated || frame.inflated.is_some_and(|inflated| inflated.truncated),
            compressed: frame.compressed,
            inflated: frame.inflated.map(|inflated| inflated.payload),
            assumed: frame.inflated.is_some_and(|inflated| inflated.assumed),
            undecoded: frame.undecoded.map(UndecodedView::of),
            message: frame.message,
            close: frame.close,
        }
    }
}

/// Bytes as hexadecimal digits.
pub(super) struct Hex<'a>(pub(super) &'a [u8]);

impl Serialize for Hex<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[derive(Serialize)]
pub(in crate::report) struct MessageView<'a> {
    #[serde(flatten)]
    place: Place,
    message: u64,
    from: Direction,
    source: SocketAddr,
    destination: SocketAddr,
    opcode_name: &'static str,
    frames: [u64; 2],
    compressed: bool,
    assumed: bool,
    undecoded: Option<UndecodedView>,
    wire_length: u64,
    length: Option<u64>,
    payload: Option<Payload<'a>>,
    complete: bool,
    truncated: bool,
    close: Option<Close<'a>>,
}

impl<'a> MessageView<'a> {
    fn of(message: &'a Message<'a>) -> Self {
        let (source, destination) = message.ends.of(message.from);
        Self {
            place: message.place,
            message: message.number,
            from: message.from,
            source,
            destination,
            opcode_name: message.header.opcode.name(),
            frames: message.frames,
            compressed: message.compressed,
            assumed: message.assumed,
            undecoded: message.undecoded.map(UndecodedView::of),
            wire_length: message.wire_length,
            length: message.length,
            payload: message.payload,
            complete: message.complete,
            truncated: message.truncated,
            close: message.close,
        }
    }
}

/// Why a compressed message is not known, or not all of it.
#[derive(Serialize)]
struct UndecodedView {
    reason: &'static str,
    message: Option<u64>,
}

impl UndecodedView {
    fn of(why: Undecoded) -> Self {
        Self { reason: why.name(), message: why.message() }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct FindingView<'a> {
    stream: Option<u64>,
    packet: Option<u64>,
    time: Option<Timestamp>,
    time_relative: Option<f64>,
    code: &'a str,
    name: &'a str,
    severity: Severity,
    side: Side,
    rfc: &'a str,
    text: &'a str,
    requirement: &'a str,
    help: &'a str,
    packets: [u64; 2],
    frame: Option<u64>,
    message: Option<u64>,
    stream_offset: Option<u64>,
    length: Option<u64>,
    bytes: Hex<'a>,
    details: Details<'a>,
}

impl<'a> FindingView<'a> {
    fn of(finding: &'a Finding<'a>) -> Self {
        Self {
            stream: finding.place.map(|place| place.stream),
            packet: finding.place.map(|place| place.packet),
            time: finding.place.map(|place| place.time),
            time_relative: finding.place.map(|place| place.time_relative),
            code: finding.code,
            name: finding.name,
            severity: finding.severity,
            side: finding.side,
            rfc: finding.rfc,
            text: finding.text,
            requirement: finding.requirement,
            help: finding.help,
            packets: finding.packets,
            frame: finding.frame,
            message: finding.message,
            stream_offset: finding.stream_offset,
            length: finding.length,
            bytes: Hex(finding.bytes),
            details: Details(finding.details),
        }
    }
}

/// An object of a rule's values.
struct Details<'a>(&'a [(&'static str, serde_json::Value)]);

impl Serialize for Details<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

#[derive(Serialize)]
pub(in crate::report) struct ConnectionView<'a> {
    #[serde(flatten)]
    place: Place,
    client: SocketAddr,
    server: SocketAddr,
    sides_known_by: SidesKnownBy,
    transport: &'static str,
    tls: Option<Tls<'a>>,
    tcp_handshake: Option<f64>,
    tcp: PerDirection<Traffic>,
    longest_silence: f64,
    protocol: Protocol,
    verdict: Option<Verdict>,
    opened: Timestamp,
    closed: Option<Timestamp>,
    ended_by: EndedBy,
    close: Option<ConnectionClose<'a>>,
    frames: u64,
    messages: u64,
    payload_bytes: PerDirection<u64>,
    missing_bytes: PerDirection<u64>,
    findings: FindingCounts,
}

#[derive(Serialize)]
struct ConnectionClose<'a> {
    #[serde(flatten)]
    says: Close<'a>,
    by: Direction,
}

impl<'a> ConnectionView<'a> {
    fn of(connection: &'a Connection<'a>) -> Self {
        Self {
            place: connection.place,
            client: connection.ends.client,
            server: connection.ends.server,
            sides_known_by: connection.sides_known_by,
            transport: if connection.tls.is_some() { "tls" } else { "tcp" },
            tls: connection.tls,
            tcp_handshake: connection.tcp_handshake_nanos.map(|nanos| nanos as f64 / 1e9),
            tcp: connection.tcp,
            longest_silence: connection.silence.nanos as f64 / 1e9,
            protocol: connection.protocol,
            verdict: connection.verdict,
            opened: connection.opened,
            closed: connection.closed,
            ended_by: connection.ended_by,
            close: connection.close.map(|(says, by)| ConnectionClose { says, by }),
            frames: connection.frames,
            messages: connection.messages,
            payload_bytes: connection.payload_bytes,
            missing_bytes: connection.missing_bytes,
            findings: connection.findings,
        }
    }
}
