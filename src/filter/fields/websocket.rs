//! `websocket.*`: frames and messages.

use super::{Field, FieldType};
use crate::filter::Value;
use crate::record::{Protocol, Record};
use crate::websocket::FrameHeader;

pub(super) static FIELDS: &[Field] = &[
    Field::new(
        "websocket",
        FieldType::Protocol,
        "A WebSocket frame, message or connection, a packet that completes a frame, a finding about one.",
        |record, found| about_websocket(record) && found(Value::Boolean(true)),
    ),
    Field::new(
        "websocket.fin",
        FieldType::Boolean,
        "Whether the frame is the last one of its message (RFC 6455 §5.2).",
        |record, found| any_header(record, |header| found(Value::Boolean(header.fin))),
    ),
    Field::new(
        "websocket.mask",
        FieldType::Boolean,
        "Whether the payload is masked (RFC 6455 §5.2).",
        |record, found| any_header(record, |header| found(Value::Boolean(header.masked()))),
    ),
    Field::new(
        "websocket.opcode",
        FieldType::Unsigned { bits: 4 },
        "0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong (RFC 6455 §5.2).",
        |record, found| any_header(record, |header| found(Value::Unsigned(header.opcode.value().into()))),
    ),
    Field::new(
        "websocket.payload_length",
        FieldType::Unsigned { bits: 64 },
        "The length of the payload on the wire in bytes, as announced by the frame or by all of the message.",
        |record, found| any_header(record, |header| found(Value::Unsigned(header.payload_length))),
    ),
];

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
