//! The fields of a frame (RFC 6455 §5.2), as many of them as there are bytes for.

use super::content::shown;
use super::model::{Field, Role, pairs};
use crate::base::Direction;
use crate::websocket::{CloseBody, CodeClass, FrameHeader, Opcode, code_class, code_name};

const BASE_FRAMING: &str = "RFC 6455 §5.2";

/// The fields of a header; `bytes` may end inside of it.
pub(super) fn of_header(bytes: &[u8], from: Option<Direction>) -> Vec<Field> {
    let mut fields = Vec::with_capacity(10);
    let Some((&first, rest)) = bytes.split_first() else { return fields };
    fields.extend(first_byte(first));
    let Some((&second, rest)) = rest.split_first() else { return fields };
    fields.extend(second_byte(second, from));
    let announced = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let (length, rest) = rest.split_at_checked(announced).unwrap_or((rest, &[]));
    if !length.is_empty() {
        fields.push(extended_length(length, announced));
    }
    let key = rest.get(..4).unwrap_or(rest);
    if !key.is_empty() && second & 0x80 != 0 {
        fields.push(masking_key(key, 2 + announced));
    }
    fields
}

fn first_byte(byte: u8) -> [Field; 5] {
    let fin = byte & 0x80 != 0;
    let opcode = Opcode::from(byte);
    let reserved = |number: u8, what: &'static str| {
        let set = byte & (0x80 >> number) != 0;
        let meaning = if set { what } else { "no extension uses it here" };
        bits(0, [number, 1], Role::Reserved, &format!("RSV{number}"), u8::from(set).to_string(), meaning)
    };
    [
        bits(
            0,
            [0, 1],
            Role::Fin,
            "FIN",
            u8::from(fin).to_string(),
            if fin { "last frame of its message" } else { "more frames of this message follow" },
        ),
        reserved(1, "with permessage-deflate: the message is compressed"),
        reserved(2, "only an extension may set it"),
        reserved(3, "only an extension may set it"),
        bits(
            0,
            [4, 4],
            Role::Opcode,
            "opcode",
            format!("{:#x} {}", opcode.value(), opcode.name()),
            opcode_meaning(opcode),
        ),
    ]
}

fn opcode_meaning(opcode: Opcode) -> &'static str {
    match opcode {
        Opcode::Continuation => "goes on with the message begun before",
        Opcode::Text => "the payload is UTF-8",
        Opcode::Binary => "the payload may be any bytes",
        Opcode::Close => "control frame: ends the connection",
        Opcode::Ping => "control frame: asks for a pong",
        Opcode::Pong => "control frame: answers a ping",
        Opcode::Reserved(8..) => "control frame without a meaning yet",
        Opcode::Reserved(_) => "data frame without a meaning yet",
    }
}

fn second_byte(byte: u8, from: Option<Direction>) -> [Field; 2] {
    let masked = byte & 0x80 != 0;
    let mask = match (masked, from) {
        (true, Some(Direction::ClientToServer)) => "masked, as a client must",
        (true, Some(Direction::ServerToClient)) => "masked: a server must not",
        (false, Some(Direction::ClientToServer)) => "not masked: a client must",
        (false, Some(Direction::ServerToClient)) => "not masked, as a server sends",
        (true, None) => "masked",
        (false, None) => "not masked",
    };
    let short = byte & 0x7f;
    let length = match short {
        126 => "the next 16 bits are the length",
        127 => "the next 64 bits are the length",
        1 => "byte of payload",
        _ => "bytes of payload",
    };
    [
        bits(1, [0, 1], Role::Mask, "MASK", u8::from(masked).to_string(), mask),
        bits(1, [1, 7], Role::Length, "payload len", short.to_string(), length),
    ]
}

fn extended_length(bytes: &[u8], announced: usize) -> Field {
    let value = bytes.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    let (value, meaning) = if bytes.len() == announced {
        (value.to_string(), "bytes of payload, in network byte order".to_owned())
    } else {
        (String::new(), format!("cut: {} of {announced} bytes", bytes.len()))
    };
    whole(2, bytes.len() as u64, Role::ExtendedLength, "extended length", value, meaning)
}

fn masking_key(bytes: &[u8], offset: usize) -> Field {
    let meaning = match bytes.len() {
        4 => "XORed with the payload".to_owned(),
        there => format!("cut: {there} of 4 bytes"),
    };
    let field =
        whole(offset as u64, bytes.len() as u64, Role::MaskingKey, "masking key", pairs(bytes), meaning);
    Field { rfc: "RFC 6455 §5.3", ..field }
}

/// The fields of a payload of which `captured` (unmasked) is known from its beginning on.
pub(super) fn of_payload(header: &FrameHeader, captured: &[u8], kind: &str) -> Vec<Field> {
    let (offset, length) = (u64::from(header.header_length), header.payload_length);
    let masked = if header.masked() { "masked " } else { "" };
    match (header.opcode, CloseBody::parse(captured)) {
        _ if length == 0 => Vec::new(),
        (Opcode::Close, CloseBody::Status { code, reason: says }) if length >= 2 => {
            let code = Field {
                rfc: "RFC 6455 §5.5.1",
                ..whole(
                    offset,
                    2,
                    Role::StatusCode,
                    "status code",
                    code.to_string(),
                    masked.to_owned() + &code_meaning(code),
                )
            };
            let reason = (length > 2).then(|| Field {
                rfc: "RFC 6455 §5.5.1",
                ..whole(
                    offset.saturating_add(2),
                    length - 2,
                    Role::Payload,
                    "reason",
                    bytes_of(length - 2),
                    format!("{masked}UTF-8, for people{}", quoted(says)),
                )
            });
            [Some(code), reason].into_iter().flatten().collect()
        }
        _ => {
            let meaning = format!("{masked}{kind}");
            vec![whole(offset, length, Role::Payload, "payload", bytes_of(length), meaning)]
        }
    }
}

/// Bytes of a reason shown: all that it may have (RFC 6455 §5.5).
const REASON: usize = 123;

/// What a reason says, behind what it is.
fn quoted(reason: &[u8]) -> String {
    match reason.get(..REASON).unwrap_or(reason) {
        [] => String::new(),
        says => format!(": \"{}\"", shown(says)),
    }
}

/// `1 byte`, `2 bytes`.
pub(super) fn bytes_of(count: u64) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}

/// What a status code says.
fn code_meaning(code: u16) -> String {
    let class = match code_class(code) {
        CodeClass::Unused => "below 1000, not used",
        CodeClass::Registered => "",
        CodeClass::LocalOnly => "never sent: what an endpoint reports to its own application",
        CodeClass::Reserved => "reserved, without a meaning yet",
        CodeClass::Library => "for libraries and frameworks",
        CodeClass::Private => "for agreements between applications",
        CodeClass::OutOfRange => "in no range that the RFC knows",
    };
    match (code_name(code), class) {
        (Some(name), "") => name.to_owned(),
        (Some(name), class) => format!("{name} ({class})"),
        (None, class) => class.to_owned(),
    }
}

fn bits(offset: u64, bits: [u8; 2], role: Role, name: &str, value: String, meaning: &str) -> Field {
    Field { bits: Some(bits), ..whole(offset, 1, role, name, value, meaning.to_owned()) }
}

fn whole(offset: u64, length: u64, role: Role, name: &str, value: String, meaning: String) -> Field {
    Field {
        offset,
        length,
        bits: None,
        name: name.to_owned(),
        value,
        meaning,
        rfc: BASE_FRAMING,
        rules: Vec::new(),
        role,
    }
}
