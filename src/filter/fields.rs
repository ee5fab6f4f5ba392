//! The fields that filters can name, and how each is read from a record.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::value::Value;
use crate::base::Direction;
use crate::record::{Ends, Place, Protocol, Record, Side, Tls};
use crate::websocket::FrameHeader;

/// A field or protocol that a filter can name.
#[derive(Clone, Copy)]
pub struct Field {
    /// Wireshark's name of it.
    pub name: &'static str,
    /// What its values are.
    pub field_type: FieldType,
    /// What it is, in one sentence.
    pub meaning: &'static str,
    read: Read,
}

/// Shows the values that a field has in a record one after the other, until one of them is the one looked for; says
/// whether one was.
type Read = fn(&Record<'_>, &mut dyn FnMut(Value) -> bool) -> bool;

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// No values: a record has the protocol or has not.
    Protocol,
    /// True or false.
    Boolean,
    /// An unsigned integer.
    Unsigned {
        /// How many bits it has, 1 to 64.
        bits: u8,
    },
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
}

/// All fields, sorted by name.
pub static FIELDS: &[Field] = &[
    Field {
        name: "frame.number",
        field_type: FieldType::Unsigned { bits: 64 },
        meaning: "The packet that carried the last byte, counted from 1.",
        read: |record, found| place(record).is_some_and(|place| found(Value::Unsigned(place.packet))),
    },
    Field {
        name: "http",
        field_type: FieldType::Protocol,
        meaning: "An HTTP request or response, or a packet with a part of one.",
        read: |record, found| is_http(record) && found(Value::Boolean(true)),
    },
    Field {
        name: "ip.addr",
        field_type: FieldType::Ipv4,
        meaning: "The IPv4 address of the sender, and that of the receiver.",
        read: |record, found| both(record, |end| ipv4(end).is_some_and(&mut *found)),
    },
    Field {
        name: "ip.dst",
        field_type: FieldType::Ipv4,
        meaning: "The IPv4 address of the receiver; of the server where nobody is sending.",
        read: |record, found| receiver(record).and_then(ipv4).is_some_and(found),
    },
    Field {
        name: "ip.src",
        field_type: FieldType::Ipv4,
        meaning: "The IPv4 address of the sender; of the client where nobody is sending.",
        read: |record, found| sender(record).and_then(ipv4).is_some_and(found),
    },
    Field {
        name: "ipv6.addr",
        field_type: FieldType::Ipv6,
        meaning: "The IPv6 address of the sender, and that of the receiver.",
        read: |record, found| both(record, |end| ipv6(end).is_some_and(&mut *found)),
    },
    Field {
        name: "ipv6.dst",
        field_type: FieldType::Ipv6,
        meaning: "The IPv6 address of the receiver; of the server where nobody is sending.",
        read: |record, found| receiver(record).and_then(ipv6).is_some_and(found),
    },
    Field {
        name: "ipv6.src",
        field_type: FieldType::Ipv6,
        meaning: "The IPv6 address of the sender; of the client where nobody is sending.",
        read: |record, found| sender(record).and_then(ipv6).is_some_and(found),
    },
    Field {
        name: "tcp",
        field_type: FieldType::Protocol,
        meaning: "Anything that belongs to a TCP connection.",
        read: |record, found| place(record).is_some() && found(Value::Boolean(true)),
    },
    Field {
        name: "tcp.dstport",
        field_type: FieldType::Unsigned { bits: 16 },
        meaning: "The TCP port of the receiver; of the server where nobody is sending.",
        read: |record, found| receiver(record).map(port).is_some_and(found),
    },
    Field {
        name: "tcp.port",
        field_type: FieldType::Unsigned { bits: 16 },
        meaning: "The TCP port of the sender, and that of the receiver.",
        read: |record, found| both(record, |end| found(port(end))),
    },
    Field {
        name: "tcp.srcport",
        field_type: FieldType::Unsigned { bits: 16 },
        meaning: "The TCP port of the sender; of the client where nobody is sending.",
        read: |record, found| sender(record).map(port).is_some_and(found),
    },
    Field {
        name: "tcp.stream",
        field_type: FieldType::Unsigned { bits: 64 },
        meaning: "The TCP connection, counted from 0.",
        read: |record, found| place(record).is_some_and(|place| found(Value::Unsigned(place.stream))),
    },
    Field {
        name: "tls",
        field_type: FieldType::Protocol,
        meaning: "What is or was encrypted by TLS: a handshake or connection, a packet with TLS, an alert.",
        read: |record, found| about_tls(record) && found(Value::Boolean(true)),
    },
    Field {
        name: "tls.handshake.ciphersuite",
        field_type: FieldType::Unsigned { bits: 16 },
        meaning: "The cipher suite that the server chose, of a handshake or connection (RFC 8446 §B.4).",
        read: |record, found| {
            let suite = tls(record).and_then(|tls| tls.hello.cipher_suite);
            suite.is_some_and(|suite| found(Value::Unsigned(suite.0.into())))
        },
    },
    Field {
        name: "tls.record.version",
        field_type: FieldType::Unsigned { bits: 16 },
        meaning: "The version in the records of the hellos, of a handshake or connection: 0x0303 for TLS 1.2 and 1.3.",
        read: |record, found| {
            let version = tls(record).map(|tls| tls.hello.record_version).filter(|version| *version > 0);
            version.is_some_and(|version| found(Value::Unsigned(version.into())))
        },
    },
    Field {
        name: "websocket",
        field_type: FieldType::Protocol,
        meaning: "A WebSocket frame, message or connection, a packet that completes a frame, a finding about one.",
        read: |record, found| about_websocket(record) && found(Value::Boolean(true)),
    },
    Field {
        name: "websocket.fin",
        field_type: FieldType::Boolean,
        meaning: "Whether the frame is the last one of its message (RFC 6455 §5.2).",
        read: |record, found| any_header(record, |header| found(Value::Boolean(header.fin))),
    },
    Field {
        name: "websocket.mask",
        field_type: FieldType::Boolean,
        meaning: "Whether the payload is masked (RFC 6455 §5.2).",
        read: |record, found| any_header(record, |header| found(Value::Boolean(header.masked()))),
    },
    Field {
        name: "websocket.opcode",
        field_type: FieldType::Unsigned { bits: 4 },
        meaning: "0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong (RFC 6455 §5.2).",
        read: |record, found| {
            any_header(record, |header| found(Value::Unsigned(header.opcode.value().into())))
        },
    },
    Field {
        name: "websocket.payload_length",
        field_type: FieldType::Unsigned { bits: 64 },
        meaning: "The length of the payload on the wire in bytes, as announced by the frame or by all of the message.",
        read: |record, found| any_header(record, |header| found(Value::Unsigned(header.payload_length))),
    },
];

impl Field {
    /// The field of that name.
    pub(super) fn find(name: &str) -> Option<&'static Field> {
        let index = FIELDS.binary_search_by(|field| field.name.cmp(name)).ok()?;
        FIELDS.get(index)
    }

    /// Whether `found` holds for one of the field's values in a record; `false` if it has none there.
    pub(super) fn any(&self, record: &Record<'_>, found: &mut dyn FnMut(Value) -> bool) -> bool {
        (self.read)(record, found)
    }
}

/// Names are unique.
impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// As Wireshark's field reference names them.
impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldType::Protocol => f.write_str("Protocol"),
            FieldType::Boolean => f.write_str("Boolean"),
            FieldType::Unsigned { bits } => write!(f, "Unsigned integer ({bits} bits)"),
            FieldType::Ipv4 => f.write_str("IPv4 address"),
            FieldType::Ipv6 => f.write_str("IPv6 address"),
        }
    }
}

/// Where a record belongs; `None` if it is about the capture as a whole.
pub(super) fn place(record: &Record<'_>) -> Option<Place> {
    match record {
        Record::Capture(_) | Record::Summary(_) => None,
        Record::Packet(row) => Some(row.place),
        Record::Opened(opened) => Some(opened.place),
        Record::Alert(alert) => Some(alert.place),
        Record::Request(request) => Some(request.place),
        Record::Switched(switched) => Some(switched.place),
        Record::Handshake(handshake) => Some(handshake.place),
        Record::Frame(frame) => Some(frame.place),
        Record::Message(message) => Some(message.place),
        Record::Finding(finding) => finding.place,
        Record::Connection(connection) => Some(connection.place),
    }
}

fn ends(record: &Record<'_>) -> Option<Ends> {
    match record {
        Record::Capture(_) | Record::Summary(_) => None,
        Record::Packet(row) => Some(row.ends),
        Record::Opened(opened) => Some(opened.ends),
        Record::Alert(alert) => Some(alert.ends),
        Record::Request(request) => Some(request.ends),
        Record::Switched(switched) => Some(switched.ends),
        Record::Handshake(handshake) => Some(handshake.ends),
        Record::Frame(frame) => Some(frame.ends),
        Record::Message(message) => Some(message.ends),
        Record::Finding(finding) => finding.ends,
        Record::Connection(connection) => Some(connection.ends),
    }
}

/// Who sent what a record tells. What nobody sent counts as the client's.
fn direction(record: &Record<'_>) -> Direction {
    match record {
        Record::Packet(row) => row.from,
        Record::Alert(alert) => alert.from,
        Record::Frame(frame) => frame.from,
        Record::Message(message) => message.from,
        Record::Switched(_) => Direction::ServerToClient,
        Record::Handshake(handshake) if handshake.response.is_some() => Direction::ServerToClient,
        Record::Finding(finding) if finding.side == Side::Server => Direction::ServerToClient,
        Record::Handshake(_)
        | Record::Finding(_)
        | Record::Request(_)
        | Record::Opened(_)
        | Record::Connection(_)
        | Record::Capture(_)
        | Record::Summary(_) => Direction::ClientToServer,
    }
}

fn sender(record: &Record<'_>) -> Option<SocketAddr> {
    ends(record).map(|ends| match direction(record) {
        Direction::ClientToServer => ends.client,
        Direction::ServerToClient => ends.server,
    })
}

fn receiver(record: &Record<'_>) -> Option<SocketAddr> {
    ends(record).map(|ends| match direction(record) {
        Direction::ClientToServer => ends.server,
        Direction::ServerToClient => ends.client,
    })
}

fn both(record: &Record<'_>, mut found: impl FnMut(SocketAddr) -> bool) -> bool {
    ends(record).is_some_and(|ends| found(ends.client) || found(ends.server))
}

fn port(end: SocketAddr) -> Value {
    Value::Unsigned(end.port().into())
}

fn ipv4(end: SocketAddr) -> Option<Value> {
    match end.ip() {
        IpAddr::V4(address) => Some(Value::ipv4(address)),
        IpAddr::V6(_) => None,
    }
}

fn ipv6(end: SocketAddr) -> Option<Value> {
    match end.ip() {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) => Some(Value::ipv6(address)),
    }
}

fn is_http(record: &Record<'_>) -> bool {
    match record {
        Record::Request(_) | Record::Switched(_) | Record::Handshake(_) => true,
        Record::Packet(row) => row.protocol == "HTTP",
        _ => false,
    }
}

/// The TLS of a handshake or connection.
fn tls<'r>(record: &'r Record<'_>) -> Option<Tls<'r>> {
    match record {
        Record::Handshake(handshake) => handshake.tls,
        Record::Connection(connection) => connection.tls,
        _ => None,
    }
}

fn about_tls(record: &Record<'_>) -> bool {
    match record {
        Record::Alert(_) => true,
        Record::Packet(row) => !row.tls.is_empty(),
        _ => tls(record).is_some(),
    }
}

/// Whether a record tells something that only WebSocket traffic has.
fn about_websocket(record: &Record<'_>) -> bool {
    match record {
        Record::Frame(_) | Record::Message(_) => true,
        Record::Packet(row) => !row.frames.is_empty(),
        Record::Connection(connection) => connection.protocol == Protocol::Websocket,
        Record::Finding(finding) => finding.frame.is_some() || finding.message.is_some(),
        _ => false,
    }
}

/// Whether `found` holds for one of the frame headers of a record. A message has one: that of its first frame, with
/// the length of all its frames, and final if the message is whole.
fn any_header(record: &Record<'_>, mut found: impl FnMut(&FrameHeader) -> bool) -> bool {
    match record {
        Record::Frame(frame) => found(&frame.header),
        Record::Message(message) => found(&FrameHeader {
            fin: message.complete || message.header.fin,
            payload_length: message.wire_length,
            ..message.header
        }),
        Record::Packet(row) => row.frames.iter().any(found),
        _ => false,
    }
}
