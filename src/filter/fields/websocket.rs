//! `websocket.*`: frames and messages.

use super::{Field, FieldType, Found, Scope};
use crate::base::Direction;
use crate::filter::Value;
use crate::record::{Close, Frame, Message, Protocol, Record, Text};
use crate::websocket::{FrameHeader, Opcode, unmask};

pub(super) static FIELDS: &[Field] = &[
    Field::new(
        "websocket",
        FieldType::Protocol,
        "A WebSocket frame, message or connection, a packet that completes a frame, a finding about one.",
        about_websocket,
    )
    .differs("Its bytes are the payload, unmasked and inflated; Wireshark's are those of the frame on the wire.")
    .of(Scope::Payload),
    Field::new(
        "websocket.compressed",
        FieldType::Boolean,
        "Whether the message is compressed, of each of its frames (RFC 7692 §6).",
        |record, found| any_unit(record, |unit| found(Value::Boolean(unit.compressed))),
    ),
    Field::new(
        "websocket.extensions",
        FieldType::Text,
        "The extensions that the server chose, each by its name, of a handshake (RFC 6455 §9.1).",
        |record, found| match record {
            Record::Handshake(row) => row.extensions.iter().any(|one| found(Value::Text(&one.name))),
            _ => false,
        },
    ),
    Field::new(
        "websocket.fin",
        FieldType::Boolean,
        "Whether the frame is the last one of its message (RFC 6455 §5.2).",
        |record, found| any_header(record, |header| found(Value::Boolean(header.fin))),
    ),
    Field::new(
        "websocket.fragment.count",
        FieldType::Unsigned { bits: 64 },
        "How many frames the message has, if it has more than one; of its last frame.",
        |record, found| {
            any_unit(record, |unit| unit.joined.is_some_and(|(frames, _)| found(Value::Unsigned(frames))))
        },
    ),
    Field::new(
        "websocket.frame",
        FieldType::Unsigned { bits: 64 },
        "The number of the frame, counted from 1 in its connection; of a message, those of its first and last.",
        |record, found| match record {
            Record::Finding(finding) => finding.frame.is_some_and(|number| found(Value::Unsigned(number))),
            _ => any_unit(record, |unit| {
                let [first, last] = unit.frames;
                found(Value::Unsigned(first)) || (last != first && found(Value::Unsigned(last)))
            }),
        },
    ),
    Field::new(
        "websocket.from",
        FieldType::Text,
        "Who sent the frame or message: \"client\" or \"server\".",
        |record, found| any_unit(record, |unit| found(Value::Text(sender(unit.from)))),
    ),
    Field::new(
        "websocket.header_length",
        FieldType::Unsigned { bits: 8 },
        "The length of the frame header in bytes, 2 to 14; of a message, of that of its first frame.",
        |record, found| any_header(record, |header| found(Value::Unsigned(header.header_length.into()))),
    ),
    Field::new(
        "websocket.mask",
        FieldType::Boolean,
        "Whether the payload is masked (RFC 6455 §5.2).",
        |record, found| any_header(record, |header| found(Value::Boolean(header.masked()))),
    ),
    Field::new(
        "websocket.masked_payload",
        FieldType::Bytes,
        "The payload as it was on the wire, of a frame that is masked.",
        |record, found| any_unit(record, |unit| masked(unit, found)),
    )
    .differs("Wireshark's has no value.")
    .of(Scope::Payload),
    Field::new(
        "websocket.masking_key",
        FieldType::Bytes,
        "The key that the payload is masked with (RFC 6455 §5.3); of a message, that of its first frame.",
        |record, found| {
            any_header(record, |header| header.masking_key.is_some_and(|key| found(Value::Bytes(&key))))
        },
    ),
    Field::new(
        "websocket.message",
        FieldType::Unsigned { bits: 64 },
        "The number of the message that the frame belongs to, counted from 1 in its connection.",
        |record, found| match record {
            Record::Finding(row) => row.message.is_some_and(|number| found(Value::Unsigned(number))),
            _ => any_unit(record, |unit| unit.message.is_some_and(|number| found(Value::Unsigned(number)))),
        },
    ),
    Field::new(
        "websocket.opcode",
        FieldType::Unsigned { bits: 4 },
        "0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong (RFC 6455 §5.2).",
        |record, found| any_header(record, |header| found(Value::Unsigned(header.opcode.value().into()))),
    ),
    Field::new(
        "websocket.payload",
        FieldType::Bytes,
        "The payload, unmasked; of what completes a message, all of that, inflated if it is compressed.",
        |record, found| any_unit(record, |unit| unit.has_payload() && found(Value::Bytes(unit.payload))),
    )
    .differs("Wireshark's has no value. With rows of frames, a fragment has only its own part.")
    .of(Scope::Payload),
    Field::new(
        "websocket.payload.close",
        FieldType::Bytes,
        "The body of a Close frame, if it is not empty (RFC 6455 §5.5.1).",
        |record, found| payload_of(record, Opcode::Close, found),
    )
    .differs("Wireshark's has no value.")
    .of(Scope::Payload),
    Field::new(
        "websocket.payload.close.reason",
        FieldType::Text,
        "The reason in a Close frame; of a connection, in its first one (RFC 6455 §5.5.1).",
        |record, found| {
            any_close(record, |close| {
                close.reason.is_some_and(|Text(reason)| !reason.is_empty() && lossy(reason, found))
            })
        },
    ),
    Field::new(
        "websocket.payload.close.status_code",
        FieldType::Unsigned { bits: 16 },
        "The status code in a Close frame; of a connection, in its first one (RFC 6455 §7.4).",
        |record, found| {
            any_close(record, |close| close.code.is_some_and(|code| found(Value::Unsigned(code.into()))))
        },
    ),
    Field::new(
        "websocket.payload.continue",
        FieldType::Bytes,
        "The payload of a continuation that is not the last frame of its message.",
        |record, found| {
            any_unit(record, |unit| {
                let continues = unit.header.opcode == Opcode::Continuation && !unit.header.fin;
                continues && unit.has_payload() && found(Value::Bytes(unit.payload))
            })
        },
    )
    .of(Scope::Payload),
    Field::new(
        "websocket.payload.ping",
        FieldType::Bytes,
        "The payload of a Ping, if it is not empty (RFC 6455 §5.5.2).",
        |record, found| payload_of(record, Opcode::Ping, found),
    )
    .of(Scope::Payload),
    Field::new(
        "websocket.payload.pong",
        FieldType::Bytes,
        "The payload of a Pong, if it is not empty (RFC 6455 §5.5.3).",
        |record, found| payload_of(record, Opcode::Pong, found),
    )
    .of(Scope::Payload),
    Field::new(
        "websocket.payload.text",
        FieldType::Text,
        "What a text message says, inflated if it is compressed; of the frame that completes it, and of the message.",
        |record, found| any_unit(record, |unit| unit.header.fin && text(unit, found)),
    )
    .differs(
        "Wireshark inflates no message of several frames, and wrongly what refers to one. With rows of frames, the last \
         fragment of a message that is not compressed has only its own part.",
    )
    .of(Scope::Payload),
    Field::new(
        "websocket.payload.unknown",
        FieldType::Bytes,
        "The payload of a frame with a reserved opcode (RFC 6455 §5.2).",
        |record, found| {
            any_unit(record, |unit| {
                let reserved = matches!(unit.header.opcode, Opcode::Reserved(_));
                reserved && unit.has_payload() && found(Value::Bytes(unit.payload))
            })
        },
    )
    .of(Scope::Payload),
    Field::new(
        "websocket.payload_length",
        FieldType::Unsigned { bits: 64 },
        "The length of the payload on the wire in bytes, as announced by the frame or by all of the message.",
        |record, found| any_header(record, |header| found(Value::Unsigned(header.payload_length))),
    )
    .differs("Wireshark's is the 7 bits in the second byte, which are 126 or 127 if the length stands behind them."),
    Field::new(
        "websocket.payload_length_ext_16",
        FieldType::Unsigned { bits: 16 },
        "The length of the payload, of a frame that announces it in 16 bits (RFC 6455 §5.2).",
        |record, found| extended_length(record, 2, found),
    ),
    Field::new(
        "websocket.payload_length_ext_64",
        FieldType::Unsigned { bits: 64 },
        "The length of the payload, of a frame that announces it in 64 bits (RFC 6455 §5.2).",
        |record, found| extended_length(record, 8, found),
    ),
    Field::new(
        "websocket.pmc",
        FieldType::Boolean,
        "Whether the frame begins a compressed message: RSV1, where compression was agreed on (RFC 7692 §6).",
        |record, found| {
            any_unit(record, |unit| found(Value::Boolean(unit.header.rsv1 && unit.compressed)))
        },
    )
    .differs("Where no compression was agreed on it is false; Wireshark's is absent there."),
    Field::new(
        "websocket.reassembled.length",
        FieldType::Unsigned { bits: 64 },
        "The length on the wire of the payload of a message of several frames; of its last frame.",
        |record, found| {
            any_unit(record, |unit| unit.joined.is_some_and(|(_, length)| found(Value::Unsigned(length))))
        },
    ),
    Field::new(
        "websocket.rsv",
        FieldType::Unsigned { bits: 3 },
        "The three reserved bits: 4 for RSV1, 2 for RSV2, 1 for RSV3 (RFC 6455 §5.2).",
        |record, found| {
            any_header(record, |&FrameHeader { rsv1, rsv2, rsv3, .. }| {
                let bits = u64::from(rsv1) << 2 | u64::from(rsv2) << 1 | u64::from(rsv3);
                found(Value::Unsigned(bits))
            })
        },
    ),
    Field::new(
        "websocket.subprotocol",
        FieldType::Text,
        "The subprotocol that the server chose, of a handshake (RFC 6455 §1.9).",
        |record, found| match record {
            Record::Handshake(row) => row.subprotocol.is_some_and(|Text(name)| lossy(name, found)),
            _ => false,
        },
    ),
    Field::new(
        "websocket.text",
        FieldType::Text,
        "What a text message says, inflated if it is compressed, or the part of it that a fragment carries.",
        |record, found| any_unit(record, |unit| text(unit, found)),
    )
    .of(Scope::Payload),
];

/// A frame or message, as the fields see it.
struct Unit<'r> {
    /// That of a message is its first frame's, with the length of all its frames, and final if the message is whole.
    header: FrameHeader,
    from: Direction,
    /// The numbers of its first frame and its last.
    frames: [u64; 2],
    message: Option<u64>,
    /// The opcode that says what the payload is.
    content: Opcode,
    compressed: bool,
    /// What can be read: of all of the message, if that is known, else of the frame.
    payload: &'r [u8],
    /// Whether `payload` is inflated, or need not be.
    inflated: bool,
    /// Frames of the message and their payload bytes on the wire, if there are several and this is the last.
    joined: Option<(u64, u64)>,
    /// The payload and its holes as they were in the frame, if it is one.
    wire: Option<(&'r [u8], &'r [[u64; 2]])>,
    close: Option<Close<'r>>,
}

impl<'r> Unit<'r> {
    fn of_frame(frame: &Frame<'r>) -> Self {
        let own = frame.payload.bytes();
        let inflated = frame.inflated.map(|inflated| inflated.payload.bytes());
        let joined = frame.joined.and_then(|joined| joined.payload);
        Self {
            header: *frame.header,
            from: frame.from,
            frames: [frame.number; 2],
            message: frame.message,
            content: frame.content,
            compressed: frame.compressed,
            payload: inflated.or(joined).unwrap_or(own),
            inflated: inflated.is_some() || !frame.compressed,
            joined: frame.joined.map(|joined| (joined.fragments, joined.wire_length)),
            wire: Some((own, frame.missing)),
            close: frame.close,
        }
    }

    fn of_message(message: &Message<'r>) -> Self {
        Self {
            header: header_of(message),
            from: message.from,
            frames: message.frames,
            message: Some(message.number),
            content: message.header.opcode,
            compressed: message.compressed,
            payload: message.payload.map(|payload| payload.bytes()).unwrap_or_default(),
            inflated: message.payload.is_some(),
            joined: (message.fragments > 1).then_some((message.fragments, message.wire_length)),
            wire: None,
            close: message.close,
        }
    }

    fn has_payload(&self) -> bool {
        self.header.payload_length > 0 || !self.payload.is_empty()
    }
}

/// The header of a message: that of its first frame, with the length of all its frames, and final if the message is
/// whole.
fn header_of(message: &Message<'_>) -> FrameHeader {
    FrameHeader {
        fin: message.complete || message.header.fin,
        payload_length: message.wire_length,
        ..message.header
    }
}

/// Whether `found` holds for one of the frames, or for the message, of a record.
fn any_unit(record: &Record<'_>, mut found: impl FnMut(&Unit<'_>) -> bool) -> bool {
    match record {
        Record::Frame(frame) => found(&Unit::of_frame(frame)),
        Record::Message(message) => found(&Unit::of_message(message)),
        Record::Packet(row) => row.frames.iter().any(|frame| found(&Unit::of_frame(&frame))),
        _ => false,
    }
}

/// Whether `found` holds for what one of the frames, or the message, of a record says, as far as it can be read.
pub(super) fn any_payload(record: &Record<'_>, found: &mut dyn FnMut(&[u8]) -> bool) -> bool {
    any_unit(record, |unit| unit.inflated && found(unit.payload))
}

/// Whether `found` holds for one of the frame headers of a record.
fn any_header(record: &Record<'_>, mut found: impl FnMut(&FrameHeader) -> bool) -> bool {
    match record {
        Record::Frame(frame) => found(frame.header),
        Record::Message(message) => found(&header_of(message)),
        Record::Packet(row) => row.frames.headers().any(found),
        _ => false,
    }
}

/// Whether `found` holds for what one of the Close frames of a record says.
fn any_close(record: &Record<'_>, mut found: impl FnMut(Close<'_>) -> bool) -> bool {
    match record {
        Record::Connection(connection) => connection.close.is_some_and(|(close, _)| found(close)),
        _ => any_unit(record, |unit| unit.close.is_some_and(&mut found)),
    }
}

/// Whether a record tells something that only WebSocket traffic has; the values are the payloads.
fn about_websocket(record: &Record<'_>, found: Found<'_>) -> bool {
    let about = match record {
        Record::Connection(connection) => connection.protocol == Protocol::Websocket,
        Record::Finding(finding) => finding.frame.is_some() || finding.message.is_some(),
        _ => return any_unit(record, |unit| found(Value::Bytes(unit.payload))),
    };
    about && found(Value::Boolean(true))
}

fn sender(from: Direction) -> &'static str {
    match from {
        Direction::ClientToServer => "client",
        Direction::ServerToClient => "server",
    }
}

fn text(unit: &Unit<'_>, found: Found<'_>) -> bool {
    unit.content == Opcode::Text && unit.inflated && unit.has_payload() && lossy(unit.payload, found)
}

/// Bytes as text; what is not UTF-8 is replaced.
pub(super) fn lossy(bytes: &[u8], found: Found<'_>) -> bool {
    found(Value::Text(&String::from_utf8_lossy(bytes)))
}

/// The payload of a control frame.
fn payload_of(record: &Record<'_>, opcode: Opcode, found: Found<'_>) -> bool {
    any_unit(record, |unit| {
        unit.header.opcode == opcode && unit.has_payload() && found(Value::Bytes(unit.payload))
    })
}

/// The length, if the header has this many bytes for it alone.
fn extended_length(record: &Record<'_>, bytes: u8, found: Found<'_>) -> bool {
    if let Record::Message(_) = record {
        return false;
    }
    any_header(record, |header| {
        let others = if header.masked() { 2 + 4 } else { 2 };
        header.header_length == others + bytes && found(Value::Unsigned(header.payload_length))
    })
}

/// The payload is masked again, piece by piece between the holes.
fn masked(unit: &Unit<'_>, found: Found<'_>) -> bool {
    let (Some(key), Some((own, missing))) = (unit.header.masking_key, unit.wire) else { return false };
    if !unit.has_payload() {
        return false;
    }
    let mut payload = own.to_vec();
    let (mut rest, mut offset) = (&mut *payload, 0);
    for [hole, length] in missing.iter().copied().chain([[u64::MAX, 0]]) {
        let before = usize::try_from(hole.saturating_sub(offset)).unwrap_or(usize::MAX).min(rest.len());
        let (piece, behind) = rest.split_at_mut(before);
        unmask(key, offset, piece);
        (rest, offset) = (behind, hole.saturating_add(length));
    }
    found(Value::Bytes(&payload))
}
