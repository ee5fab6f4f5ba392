//! Heads for tests, from their bytes.

use crate::base::{PacketId, Span, Timestamp};
use crate::http::{Header, Headers, Oddities, Request, Response};

pub(super) fn packet(number: u64) -> PacketId {
    PacketId { number, time: Timestamp::from_nanos(number as i64) }
}

/// A request in packet 4.
pub(super) fn request(head: &[u8]) -> Request {
    let (line, headers, oddities) = split(head);
    let mut words = line.split(|&byte| byte == b' ');
    let mut word = || words.next().unwrap_or_default();
    Request {
        method: word().into(),
        target: word().into(),
        version: version(word()),
        headers,
        oddities,
        span: Span::of(packet(4), 0, head.len() as u64),
        began: packet(4),
        body: Some(0),
    }
}

/// A response in packet 6.
pub(super) fn response(head: &[u8]) -> Response {
    let (line, headers, oddities) = split(head);
    let mut words = line.splitn(3, |&byte| byte == b' ');
    let mut word = || words.next().unwrap_or_default();
    Response {
        version: version(word()),
        status: std::str::from_utf8(word()).unwrap().parse().unwrap(),
        reason: word().into(),
        headers,
        oddities,
        span: Span::of(packet(6), 0, head.len() as u64),
    }
}

fn version(word: &[u8]) -> (u8, u8) {
    (word[5] - b'0', word[7] - b'0')
}

fn split(head: &[u8]) -> (&[u8], Headers, Oddities) {
    let text = head.trim_ascii_start();
    let mut oddities = Oddities { leading_empty_lines: text.len() < head.len(), ..Oddities::default() };
    let (mut first, mut headers) = (&b""[..], Vec::<(&[u8], Vec<u8>, u32, u32)>::new());
    let mut offset = head.len() - text.len();
    for (number, line) in text.split_inclusive(|&byte| byte == b'\n').enumerate() {
        oddities.bare_lf |= !line.ends_with(b"\r\n");
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let start = offset as u32;
        offset += line.len() + 2;
        if number == 0 {
            first = line;
            oddities.no_space_after_status = line.starts_with(b"HTTP") && line.len() == 12;
        } else if line.first().is_some_and(|byte| b" \t".contains(byte)) {
            oddities.folded = true;
            let last = headers.last_mut().unwrap();
            last.1.extend_from_slice(line.trim_ascii());
        } else if let Some(colon) = line.iter().position(|&byte| byte == b':') {
            let name = line[..colon].trim_ascii_end();
            oddities.space_before_colon |= name.len() < colon;
            let value = line[colon + 1..].trim_ascii().into();
            headers.push((name, value, start, line.len() as u32));
        } else {
            oddities.line_without_colon |= !line.is_empty();
        }
    }
    let header = |(name, value, offset, length)| Header { name, value, offset, length };
    let headers = headers.iter().map(|(name, value, offset, length)| (*name, &**value, *offset, *length));
    (first, headers.map(header).collect(), oddities)
}
