//! The keys of frames and messages. There are many of them, so they are written by hand: a key with what stands around it
//! is one piece.

use crate::base::Direction;
use crate::record::{Close, Ends, Frame, Message, Payload, Place, Text};
use crate::report::escape::{Buffer as _, digit};
use crate::report::json::push_string;
use crate::report::line::Line;
use crate::websocket::Undecoded;

/// Appends the JSON of a frame.
pub(super) fn frame(line: &mut Line, row: &Frame<'_>) {
    let header = &row.header;
    line.push_str(r#"{"type":"frame""#);
    place(line, &row.place);
    number(line, r#","frame":"#, row.number);
    pair(line, r#","packets":["#, [row.span.first, row.span.last]);
    ends(line, row.from, row.ends);
    truth(line, r#","fin":"#, header.fin);
    if header.rsv1 || header.rsv2 || header.rsv3 {
        truth(line, r#","rsv1":"#, header.rsv1);
        truth(line, r#","rsv2":"#, header.rsv2);
        truth(line, r#","rsv3":"#, header.rsv3);
    } else {
        line.push_str(r#","rsv1":false,"rsv2":false,"rsv3":false"#);
    }
    number(line, r#","opcode":"#, header.opcode.value().into());
    word(line, r#","opcode_name":"#, header.opcode.name());
    match header.masking_key {
        Some([a, b, c, d]) => {
            line.push_str(r#","masked":true,"masking_key":""#);
            let [a, b, c, d] = [a, b, c, d].map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]);
            line.put([a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1], b'"'], 9);
        }
        None => line.push_str(r#","masked":false,"masking_key":null"#),
    }
    number(line, r#","header_length":"#, header.header_length.into());
    number(line, r#","payload_length":"#, header.payload_length);
    number(line, r#","payload_captured":"#, row.payload_captured);
    missing(line, row.missing);
    line.push_str(r#","payload":"#);
    payload(line, &row.payload);
    let inflated = row.inflated.as_ref();
    truth(line, r#","truncated":"#, row.truncated || inflated.is_some_and(|inflated| inflated.truncated));
    truth(line, r#","compressed":"#, row.compressed);
    optional(line, r#","inflated":"#, inflated, |line, inflated| payload(line, &inflated.payload));
    truth(line, r#","assumed":"#, inflated.is_some_and(|inflated| inflated.assumed));
    optional(line, r#","undecoded":"#, row.undecoded, undecoded);
    optional(line, r#","message":"#, row.message, Line::number);
    optional(line, r#","close":"#, row.close.as_ref(), close);
    line.byte(b'}');
}

/// Appends the JSON of a message.
pub(super) fn message(line: &mut Line, row: &Message<'_>) {
    line.push_str(r#"{"type":"message""#);
    place(line, &row.place);
    number(line, r#","message":"#, row.number);
    ends(line, row.from, &row.ends);
    word(line, r#","opcode_name":"#, row.header.opcode.name());
    pair(line, r#","frames":["#, row.frames);
    truth(line, r#","compressed":"#, row.compressed);
    truth(line, r#","assumed":"#, row.assumed);
    optional(line, r#","undecoded":"#, row.undecoded, undecoded);
    number(line, r#","wire_length":"#, row.wire_length);
    optional(line, r#","length":"#, row.length, Line::number);
    optional(line, r#","payload":"#, row.payload.as_ref(), payload);
    truth(line, r#","complete":"#, row.complete);
    truth(line, r#","truncated":"#, row.truncated);
    optional(line, r#","close":"#, row.close.as_ref(), close);
    line.byte(b'}');
}

#[inline]
fn number(line: &mut Line, key: &'static str, value: u64) {
    line.push_str(key);
    line.number(value);
}

#[inline]
fn truth(line: &mut Line, key: &'static str, value: bool) {
    line.push_str(key);
    line.truth(value);
}

/// A word of ours, without anything that has to be escaped.
#[inline]
fn word(line: &mut Line, key: &'static str, value: &'static str) {
    line.push_str(key);
    line.quoted(|line| line.push_str(value));
}

/// Two numbers, of which the bracket before the first belongs to the key.
#[inline]
fn pair(line: &mut Line, key: &'static str, [first, last]: [u64; 2]) {
    number(line, key, first);
    number(line, ",", last);
    line.byte(b']');
}

#[inline]
fn optional<T>(line: &mut Line, key: &'static str, value: Option<T>, push: impl FnOnce(&mut Line, T)) {
    line.push_str(key);
    match value {
        Some(value) => push(line, value),
        None => line.push_str("null"),
    }
}

fn place(line: &mut Line, place: &Place) {
    number(line, r#","stream":"#, place.stream);
    number(line, r#","packet":"#, place.packet);
    line.push_str(r#","time":""#);
    line.time(place.time);
    line.push_str(r#"","time_relative":"#);
    line.seconds(place.time_relative);
}

fn ends(line: &mut Line, from: Direction, ends: &Ends) {
    let (source, destination) = ends.of(from);
    line.push_str(r#","from":"#);
    line.sender(from);
    line.push_str(r#","source":""#);
    line.address(source);
    line.push_str(r#"","destination":""#);
    line.address(destination);
    line.byte(b'"');
}

fn missing(line: &mut Line, holes: &[[u64; 2]]) {
    line.push_str(r#","missing":["#);
    for (index, hole) in holes.iter().enumerate() {
        pair(line, if index == 0 { "[" } else { ",[" }, *hole);
    }
    line.byte(b']');
}

fn payload(line: &mut Line, payload: &Payload<'_>) {
    match payload {
        Payload::Text(text) => {
            line.push_str(r#"{"text":"#);
            push_string(line, text);
            line.byte(b'}');
        }
        Payload::Bytes(bytes) => base64(line, bytes),
    }
}

fn base64(line: &mut Line, bytes: &[u8]) {
    line.push_str(r#"{"base64":""#);
    line.base64(bytes);
    line.push_str(r#""}"#);
}

fn close(line: &mut Line, close: &Close<'_>) {
    optional(line, r#"{"code":"#, close.code, |line, code| line.number(code.into()));
    optional(line, r#","reason":"#, close.reason, |line, Text(reason)| match std::str::from_utf8(reason) {
        Ok(text) => push_string(line, text),
        Err(_) => base64(line, reason),
    });
    line.byte(b'}');
}

/// Why a compressed message is not known, or not all of it.
fn undecoded(line: &mut Line, why: Undecoded) {
    word(line, r#"{"reason":"#, why.name());
    optional(line, r#","message":"#, why.message(), Line::number);
    line.byte(b'}');
}
