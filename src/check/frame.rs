//! One frame: its header (RFC 6455 §5.1 to §5.5) and the body of a Close (§5.5.1, §7.4).

use std::ops::Range;

use super::violation::SHOWN;
use super::{Rule, Violation, registry};
use crate::base::{Direction, Span};
use crate::record::Side;
use crate::websocket::{
    CloseBody, CodeClass, FrameHeader, Negotiated, Opcode, code_class, code_name, unmask,
};

/// Which frame.
#[derive(Debug, Clone, Copy)]
pub struct FrameAt {
    /// Who sent it.
    pub from: Direction,
    /// Its number within the connection.
    pub number: u64,
    /// The number of its message, if it has one.
    pub message: Option<u64>,
    /// Where it stands: at least its header.
    pub span: Span,
}

/// Judges a frame header. `message_open` says whether a fragmented message of this direction is unfinished; `None` if
/// that is not known, as after a gap.
pub fn header(
    header: &FrameHeader,
    at: &FrameAt,
    negotiated: Negotiated,
    message_open: Option<bool>,
    out: &mut impl FnMut(Violation),
) {
    if is_regular(header, at.from, negotiated, message_open) {
        return;
    }
    let found = [
        mask(header, at.from),
        reserved_opcode(header, negotiated),
        reserved_bits(header, negotiated),
        compression_bit(header, negotiated),
        length(header),
        order(header.opcode, message_open),
    ];
    for (rule, text) in found.into_iter().flatten().chain(control(header).into_iter().flatten()) {
        out(of_frame(rule, header, at, text));
    }
}

/// Whether a header breaks none of these rules, as nearly all do not.
fn is_regular(
    header: &FrameHeader,
    from: Direction,
    negotiated: Negotiated,
    message_open: Option<bool>,
) -> bool {
    let masked = header.masked() == (from == Direction::ClientToServer);
    let reserved = header.rsv1 || header.rsv2 || header.rsv3;
    let in_place = match header.opcode {
        Opcode::Text | Opcode::Binary => {
            let compressed = header.rsv1 && !header.rsv2 && !header.rsv3 && negotiated.deflate.is_some();
            message_open != Some(true) && (!reserved || compressed)
        }
        Opcode::Continuation => message_open != Some(false) && !reserved,
        Opcode::Close | Opcode::Ping | Opcode::Pong => {
            header.fin && !reserved && header.payload_length <= 125
        }
        Opcode::Reserved(_) => false,
    };
    let minimal = match length_field(header) {
        0 => true,
        2 => header.payload_length >= 126,
        _ => header.payload_length >= 65536 && header.payload_length >> 63 == 0,
    };
    masked && in_place && minimal
}

/// Judges the body of a Close frame, if all of it was captured.
pub fn close(header: &FrameHeader, body: CloseBody<'_>, at: &FrameAt, out: &mut impl FnMut(Violation)) {
    match body {
        CloseBody::Empty => {}
        CloseBody::OneByte(byte) => {
            let text = format!("the Close carries one byte, {byte:#04x}; a status code has two");
            let violation = of_frame(&registry::CLOSE_PAYLOAD_OF_1_BYTE, header, at, text);
            out(with_body(violation, header, &[byte], 0..1));
        }
        CloseBody::Status { code, reason } => {
            let body = [&code.to_be_bytes(), reason.get(..SHOWN).unwrap_or(reason)].concat();
            if let Some((rule, text)) = close_reason(header, reason) {
                out(with_body(of_frame(rule, header, at, text), header, &body, 2..body.len()));
            }
            let why = match code_class(code) {
                CodeClass::Unused => "codes below 1000 are not used",
                CodeClass::LocalOnly => "an endpoint reports it to its own application only",
                _ => return,
            };
            let name = code_name(code).map(|name| format!(" ({name})")).unwrap_or_default();
            let text = format!("the Close carries status code {code}{name}: {why}");
            let violation =
                of_frame(&registry::INVALID_CLOSE_CODE, header, at, text).with("close_code", code);
            out(with_body(violation, header, &body, 0..2));
        }
    }
}

/// WS413 (§5.5.1). A Close that is compressed or goes on elsewhere has no reason that could be read.
fn close_reason(header: &FrameHeader, reason: &[u8]) -> Found {
    let readable = header.fin && !(header.rsv1 || header.rsv2 || header.rsv3);
    let error = std::str::from_utf8(reason).err().filter(|_| readable)?;
    let valid = error.valid_up_to();
    let what = match (error.error_len(), reason.get(valid)) {
        (None, _) => "it ends inside a character, which begins".to_owned(),
        (Some(_), byte) => format!("byte {:#04x} stands", byte.copied().unwrap_or_default()),
    };
    let text = format!("the reason of the Close is not UTF-8: {what} at offset {valid}");
    Some((&registry::INVALID_UTF8_CLOSE_REASON, text))
}

type Found = Option<(&'static Rule, String)>;

/// WS201, WS202 (§5.1).
fn mask(header: &FrameHeader, from: Direction) -> Found {
    let kind = header.opcode.name();
    match (from, header.masking_key) {
        (Direction::ClientToServer, None) => {
            Some((&registry::UNMASKED_CLIENT_FRAME, format!("the client's {kind} frame is not masked")))
        }
        (Direction::ServerToClient, Some([a, b, c, d])) => {
            let text = format!("the server's {kind} frame is masked, with {a:02x} {b:02x} {c:02x} {d:02x}");
            Some((&registry::MASKED_SERVER_FRAME, text))
        }
        _ => None,
    }
}

/// WS203 (§5.2).
fn reserved_opcode(header: &FrameHeader, negotiated: Negotiated) -> Found {
    match header.opcode {
        Opcode::Reserved(value) if !negotiated.unknown_extension => {
            let text = format!(
                "opcode {value:#x} has no meaning, and no extension was negotiated that gives it one"
            );
            Some((&registry::RESERVED_OPCODE, text))
        }
        _ => None,
    }
}

/// WS204 (§5.2). What RSV1 may stand on under permessage-deflate is for the rules of RFC 7692.
fn reserved_bits(header: &FrameHeader, negotiated: Negotiated) -> Found {
    if negotiated.unknown_extension {
        return None;
    }
    let set: Vec<_> =
        [(header.rsv1 && negotiated.deflate.is_none(), "RSV1"), (header.rsv2, "RSV2"), (header.rsv3, "RSV3")]
            .into_iter()
            .filter_map(|(is_set, name)| is_set.then_some(name))
            .collect();
    (!set.is_empty()).then(|| {
        let text = format!("set without an extension that uses it: {}", set.join(", "));
        (&registry::RSV_WITHOUT_EXTENSION, text)
    })
}

/// WS605, WS606 (RFC 7692 §6.1).
fn compression_bit(header: &FrameHeader, negotiated: Negotiated) -> Found {
    if !header.rsv1 || negotiated.deflate.is_none() || negotiated.unknown_extension {
        return None;
    }
    match header.opcode {
        Opcode::Continuation => {
            let text = "RSV1 is set on a continuation frame; only the first frame of a message may say that it is \
                compressed";
            Some((&registry::COMPRESSED_CONTINUATION, text.into()))
        }
        Opcode::Close | Opcode::Ping | Opcode::Pong => {
            let text = format!("RSV1 is set on a {} frame, which cannot be compressed", header.opcode.name());
            Some((&registry::COMPRESSED_CONTROL_FRAME, text))
        }
        Opcode::Text | Opcode::Binary | Opcode::Reserved(_) => None,
    }
}

/// WS205, WS206 (§5.2). A 64-bit length with its highest bit set is never too short for its form.
fn length(header: &FrameHeader) -> Found {
    let length = header.payload_length;
    let (bits, least) = match length_field(header) {
        2 => (16, 126),
        8 => (64, 65536),
        _ => return None,
    };
    if length >> 63 != 0 {
        let text = format!("the payload length is {length:#018x}, whose highest bit is set");
        Some((&registry::LENGTH_HIGH_BIT, text))
    } else if length < least {
        let text = format!("payload length {length} stands in {bits} bits, which begin at {least}");
        Some((&registry::NON_MINIMAL_LENGTH, text))
    } else {
        None
    }
}

/// WS301, WS302 (§5.4).
fn order(opcode: Opcode, message_open: Option<bool>) -> Found {
    match (opcode, message_open) {
        (Opcode::Continuation, Some(false)) => {
            let text = "a continuation frame, and there is no unfinished message to go on with".into();
            Some((&registry::CONTINUATION_WITHOUT_START, text))
        }
        (Opcode::Text | Opcode::Binary, Some(true)) => {
            let text = format!("a {} frame begins a message inside an unfinished one", opcode.name());
            Some((&registry::NEW_MESSAGE_INSIDE_FRAGMENTED_MESSAGE, text))
        }
        _ => None,
    }
}

/// WS401, WS402 (§5.5), which hold for the reserved control opcodes too.
fn control(header: &FrameHeader) -> [Found; 2] {
    if !header.opcode.is_control() {
        return [None, None];
    }
    let kind = header.opcode.name();
    let long = (header.payload_length > 125).then(|| {
        let text =
            format!("a {kind} frame announces {} bytes of payload, more than 125", header.payload_length);
        (&registry::CONTROL_FRAME_TOO_LONG, text)
    });
    let fragmented =
        (!header.fin).then(|| (&registry::CONTROL_FRAME_FRAGMENTED, format!("a {kind} frame without FIN")));
    [long, fragmented]
}

pub(super) fn of_frame(rule: &'static Rule, header: &FrameHeader, at: &FrameAt, text: String) -> Violation {
    let mut violation = Violation::of_span(rule, Side::from(at.from), &at.span, text);
    violation.frame = Some(at.number);
    violation.message = at.message;
    violation.mark = mark(rule, header);
    violation
        .with_bytes(&wire_form(header))
        .with("opcode", header.opcode.value())
        .with("payload_length", header.payload_length)
}

/// Shows the body behind the header, as it was on the wire, and marks a part of it.
fn with_body(mut violation: Violation, header: &FrameHeader, body: &[u8], part: Range<usize>) -> Violation {
    let mut wire = body.to_vec();
    if let Some(key) = header.masking_key {
        // Masking and unmasking are the same (§5.3).
        unmask(key, 0, &mut wire);
    }
    let first = u8::try_from(part.start).ok().and_then(|start| header.header_length.checked_add(start));
    let first = first.filter(|first| usize::from(*first) < SHOWN);
    violation.mark = first.zip(u8::try_from(part.len()).ok());
    violation.with_bytes(&[wire_form(header), wire].concat())
}

/// The bytes of the header that a rule is about: the first one and how many.
fn mark(rule: &Rule, header: &FrameHeader) -> Option<(u8, u8)> {
    match rule.code {
        // FIN, RSV1 to RSV3, opcode.
        "WS203" | "WS204" | "WS301" | "WS302" | "WS402" | "WS605" | "WS606" => Some((0, 1)),
        // MASK.
        "WS201" | "WS202" => Some((1, 1)),
        // Both parts of the payload length.
        "WS205" | "WS206" | "WS401" => Some((1, 1 + length_field(header))),
        // The masking key.
        "WS207" | "WS208" => header.masked().then(|| (header.header_length.saturating_sub(4), 4)),
        _ => None,
    }
}

/// The bytes of a header as they were: its fields determine them.
pub fn wire_form(header: &FrameHeader) -> Vec<u8> {
    let bit = |is_set: bool, value: u8| if is_set { value } else { 0 };
    let flags =
        bit(header.fin, 0x80) | bit(header.rsv1, 0x40) | bit(header.rsv2, 0x20) | bit(header.rsv3, 0x10);
    let length = header.payload_length.to_be_bytes();
    let [.., short] = length;
    let extended = usize::from(length_field(header));
    let form = match extended {
        2 => 126,
        8 => 127,
        _ => short,
    };
    let mut bytes = vec![flags | header.opcode.value(), bit(header.masked(), 0x80) | form];
    bytes.extend(length.iter().skip(length.len() - extended.min(length.len())));
    bytes.extend(header.masking_key.iter().flatten());
    bytes
}

/// Bytes of the extended payload length: 0, 2 or 8.
fn length_field(header: &FrameHeader) -> u8 {
    let mask = if header.masked() { 4 } else { 0 };
    header.header_length.saturating_sub(2 + mask)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::testing::packet;

    #[test]
    fn the_bytes_that_a_rule_is_about_are_marked() {
        let of = |rule: &'static Rule, bytes: &[u8]| mark(rule, &FrameHeader::parse(bytes).unwrap().1);
        let long = [0x89, 0xfe, 0, 126, 1, 2, 3, 4];
        assert_eq!(of(&registry::CONTROL_FRAME_FRAGMENTED, &long), Some((0, 1)));
        assert_eq!(of(&registry::MASKED_SERVER_FRAME, &long), Some((1, 1)));
        assert_eq!(of(&registry::CONTROL_FRAME_TOO_LONG, &long), Some((1, 3)));
        assert_eq!(of(&registry::INVALID_CLOSE_CODE, &[0x88, 2]), None);
    }

    #[test]
    fn rfc6455_5_5_1_the_body_of_a_close_is_shown_as_it_was_sent_and_marked() {
        let of = |bytes: &[u8], body: &[u8]| {
            let span = Span::of(packet(1), 0, bytes.len() as u64);
            let at = FrameAt { from: Direction::ClientToServer, number: 1, message: None, span };
            let mut found = Vec::new();
            let header = FrameHeader::parse(bytes).unwrap().1;
            close(&header, CloseBody::parse(body), &at, &mut |violation| found.push(violation));
            found.pop().map(|violation| (violation.bytes, violation.mark))
        };
        for (bytes, body, mark) in [
            (&b"\x88\x01\x03"[..], &b"\x03"[..], (2, 1)),
            (b"\x88\x81\x01\x02\x03\x04\x02", b"\x03", (6, 1)),
            (b"\x88\x82\x37\xfa\x21\x3d\x34\x17", b"\x03\xed", (6, 2)),
            (b"\x88\x06\x03\xe8caf\xe9", b"\x03\xe8caf\xe9", (4, 4)),
        ] {
            assert_eq!(of(bytes, body), Some((bytes.to_vec(), Some(mark))));
        }
        let long = [b"\x88\xff\0\0\0\0\0\x01\0\x02\0\0\0\0\x03\xe8".to_vec(), vec![0xff; 1 << 16]].concat();
        let (bytes, mark) = of(&long, &long[14..]).unwrap();
        assert_eq!((bytes.as_slice(), mark), (&long[..SHOWN], None), "it stands behind what is shown");
    }

    proptest! {
        #[test]
        fn rfc6455_5_2_a_regular_header_breaks_no_rule_and_any_other_does_unless_an_extension_allows_it(
            bytes in any::<[u8; 14]>(),
            short in any::<bool>(),
            client in any::<bool>(),
            deflate in any::<bool>(),
            open in any::<Option<bool>>(),
        ) {
            let mut bytes = bytes;
            if short {
                bytes[2..9].fill(0);
            }
            let header = FrameHeader::parse(&bytes).unwrap().1;
            let from = if client { Direction::ClientToServer } else { Direction::ServerToClient };
            let negotiated = Negotiated { deflate: deflate.then(Default::default), unknown_extension: false };
            let each = [
                mask(&header, from),
                reserved_opcode(&header, negotiated),
                reserved_bits(&header, negotiated),
                compression_bit(&header, negotiated),
                length(&header),
                order(header.opcode, open),
            ];
            let broken = each.into_iter().flatten().chain(control(&header).into_iter().flatten()).count();
            prop_assert_eq!(is_regular(&header, from, negotiated, open), broken == 0);
        }

        #[test]
        fn the_bytes_shown_are_those_of_the_wire(bytes in any::<[u8; 14]>()) {
            let header = FrameHeader::parse(&bytes).unwrap().1;
            prop_assert_eq!(wire_form(&header), &bytes[..usize::from(header.header_length)]);
        }
    }
}
