//! The keys of each JSON record, in their order.

mod handshake;
mod rows;

use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::Serializer;
use std::net::SocketAddr;

use crate::base::{Direction, PerDirection, Timestamp};
use crate::packet::Flags;
use crate::record::{
    CaptureInfo, Close, Connection, EndedBy, Finding, FindingCounts, PacketRow, Place, Protocol, Record,
    Severity, Side, SidesKnownBy, Summary, Tls, Traffic, Verdict,
};
use crate::report::json::Harmless;
use crate::report::line::Line;
use crate::tcp::Analysis;

/// Appends a record as JSON; `false` if it is a row that only the timeline has. `info` is a buffer for text made up for it.
pub(in crate::report) fn push(
    line: &mut Line,
    record: &Record<'_>,
    info: &mut String,
) -> serde_json::Result<bool> {
    match record {
        Record::Frame(row) => rows::frame(line, row),
        Record::Message(row) => rows::message(line, row),
        _ => {
            info.clear();
            let Some(view) = View::of(record, info) else { return Ok(false) };
            view.serialize(&mut Serializer::with_formatter(line.buffer(), Harmless))?;
        }
    }
    Ok(true)
}

/// The same as a value in which keys can be looked up. Of frames and messages, `time_relative` may not be exact.
pub(in crate::report) fn value(
    record: &Record<'_>,
    info: &mut String,
) -> serde_json::Result<Option<serde_json::Value>> {
    if matches!(record, Record::Frame(_) | Record::Message(_)) {
        let mut line = Line::default();
        push(&mut line, record, info)?;
        return serde_json::from_slice(line.bytes()).map(Some);
    }
    info.clear();
    View::of(record, info).map(serde_json::to_value).transpose()
}

/// A record as JSON, of the kinds that are not so many.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // written at once, never stored
enum View<'a> {
    Capture(&'a CaptureInfo<'a>),
    Packet(PacketView<'a>),
    Handshake(handshake::HandshakeView<'a>),
    Finding(FindingView<'a>),
    Connection(ConnectionView<'a>),
    Summary(&'a Summary),
}

impl<'a> View<'a> {
    /// `None` for rows that only the timeline has, and for frames and messages. `info` is an empty buffer for text made up
    /// for the record.
    fn of(record: &'a Record<'a>, info: &'a mut String) -> Option<Self> {
        Some(match record {
            Record::Capture(info) => View::Capture(info),
            Record::Packet(row) => View::Packet(PacketView::of(row, info)),
            Record::Handshake(handshake) => View::Handshake(handshake::HandshakeView::of(handshake)),
            Record::Finding(finding) => View::Finding(FindingView::of(finding)),
            Record::Connection(connection) => View::Connection(ConnectionView::of(connection)),
            Record::Summary(summary) => View::Summary(summary),
            Record::Frame(_) | Record::Message(_) => return None,
            Record::Opened(_) | Record::Alert(_) | Record::Request(_) | Record::Switched(_) => return None,
        })
    }
}

#[derive(Serialize)]
struct PacketView<'a> {
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
struct FindingView<'a> {
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
struct ConnectionView<'a> {
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
