//! `sockeye.*`: what no other analyzer says.

use super::{Field, FieldType, Found};
use crate::filter::Value;
use crate::record::{Finding, Record};

pub(super) static FIELDS: &[Field] = &[
    Field::new(
        "sockeye.accept",
        FieldType::Boolean,
        "Whether Sec-WebSocket-Accept is what follows from the key, of a handshake where both are known.",
        |record, found| match record {
            Record::Handshake(row) => row.accept.valid.is_some_and(|valid| found(Value::Boolean(valid))),
            _ => false,
        },
    ),
    Field::new(
        "sockeye.ended_by",
        FieldType::Text,
        "How a connection ended: close-handshake, fin, reset, open, evicted or port-reuse.",
        |record, found| match record {
            Record::Connection(connection) => found(Value::Text(connection.ended_by.name())),
            _ => false,
        },
    ),
    Field::new(
        "sockeye.missing",
        FieldType::Unsigned { bits: 64 },
        "Bytes that the capture does not hold: of the payload of a frame, or of both directions of a connection.",
        missing,
    ),
    Field::new(
        "sockeye.outcome",
        FieldType::Text,
        "What became of a handshake, if that is known: accepted, rejected or unanswered.",
        |record, found| match record {
            Record::Handshake(row) => row.outcome.is_some_and(|known| found(Value::Text(known.name()))),
            _ => false,
        },
    ),
    Field::new(
        "sockeye.ping_delay",
        FieldType::Duration,
        "Of a Pong that answers a Ping: the time since that, both as captured.",
        ping_delay,
    ),
    Field::new(
        "sockeye.rule",
        FieldType::Text,
        "The code of the rule that a finding is about: WS120.",
        |record, found| any_finding(record, |finding| found(Value::Text(finding.code))),
    ),
    Field::new(
        "sockeye.rule.name",
        FieldType::Text,
        "The name of the rule that a finding is about: wrong-accept.",
        |record, found| any_finding(record, |finding| found(Value::Text(finding.name))),
    ),
    Field::new(
        "sockeye.severity",
        FieldType::Text,
        "How bad a finding is: error, warning or info.",
        |record, found| any_finding(record, |finding| found(Value::Text(finding.severity.name()))),
    ),
    Field::new(
        "sockeye.side",
        FieldType::Text,
        "Whom a finding is about: client, server or capture.",
        |record, found| any_finding(record, |finding| found(Value::Text(finding.side.name()))),
    ),
    Field::new(
        "sockeye.type",
        FieldType::Text,
        "What a row is: packet, opened, alert, request, switched, handshake, frame, message, finding or connection.",
        |record, found| kind(record).is_some_and(|kind| found(Value::Text(kind))),
    ),
    Field::new(
        "sockeye.verdict",
        FieldType::Text,
        "Whether the peers of a WebSocket connection kept to the rules: pass, fail or undetermined.",
        |record, found| match record {
            Record::Connection(connection) => {
                connection.verdict.is_some_and(|known| found(Value::Text(known.name())))
            }
            _ => false,
        },
    ),
];

fn any_finding(record: &Record<'_>, found: impl FnOnce(&Finding<'_>) -> bool) -> bool {
    match record {
        Record::Finding(finding) => found(finding),
        _ => false,
    }
}

fn missing(record: &Record<'_>, found: Found<'_>) -> bool {
    let mut sum = |holes: &[[u64; 2]]| {
        found(Value::Unsigned(holes.iter().fold(0, |sum, [_, length]| sum.saturating_add(*length))))
    };
    match record {
        Record::Frame(frame) => sum(frame.missing),
        Record::Packet(row) => row.frames.iter().any(|frame| sum(frame.missing)),
        Record::Connection(row) => {
            let missing = row.missing_bytes;
            found(Value::Unsigned(missing.client.saturating_add(missing.server)))
        }
        _ => false,
    }
}

fn ping_delay(record: &Record<'_>, found: Found<'_>) -> bool {
    let mut delay = |nanos: Option<i64>| nanos.is_some_and(|nanos| found(Value::Duration(nanos)));
    match record {
        Record::Frame(frame) => delay(frame.ping_nanos),
        Record::Message(message) => delay(message.ping_nanos),
        Record::Packet(row) => row.frames.iter().any(|frame| delay(frame.ping_nanos)),
        _ => false,
    }
}

fn kind(record: &Record<'_>) -> Option<&'static str> {
    Some(match record {
        Record::Packet(_) => "packet",
        Record::Opened(_) => "opened",
        Record::Alert(_) => "alert",
        Record::Request(_) => "request",
        Record::Switched(_) => "switched",
        Record::Handshake(_) => "handshake",
        Record::Frame(_) => "frame",
        Record::Message(_) => "message",
        Record::Finding(_) => "finding",
        Record::Connection(_) => "connection",
        Record::Capture(_) | Record::Summary(_) => return None,
    })
}
