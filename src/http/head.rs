//! A complete head, from its first line to its empty line, becomes a request or a response (RFC 9112 §3 to §5).

use std::ops::Range;

use memchr::memchr;

use super::{Headers, Oddities};

/// The longest method that is taken for one. The longest registered one has 18 letters (RFC 9110 §16.1).
pub(super) const METHOD_MAX: usize = 32;

/// Why the bytes are not a head that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeadError {
    /// The first line is not one of HTTP.
    StartLine,
    /// More header fields than are allowed.
    TooManyFields,
}

/// A request's first line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RequestLine<'a> {
    pub method: &'a [u8],
    pub target: &'a [u8],
    pub version: (u8, u8),
}

/// A response's first line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StatusLine<'a> {
    pub version: (u8, u8),
    pub status: u16,
    pub reason: &'a [u8],
    pub no_space_after_status: bool,
}

/// Splits a head into its first line and the fields; takes at most `max_fields` of them.
pub(super) fn split(head: &[u8], max_fields: usize) -> Result<(&[u8], Headers, Oddities), HeadError> {
    let mut oddities = Oddities::default();
    let (first, behind) = line(head, 0, &mut oddities).ok_or(HeadError::StartLine)?;
    let headers = fields(head, behind, max_fields, &mut oddities)?;
    Ok((first, headers, oddities))
}

/// `GET /chat HTTP/1.1`. Blanks within the target are taken for a part of it.
pub(super) fn request_line(line: &[u8]) -> Option<RequestLine<'_>> {
    let line = line.trim_ascii_end();
    let (method, rest) = method(line)?;
    let (target, version) = rest.split_at_checked(rest.len().checked_sub(b" HTTP/1.1".len())?)?;
    let (version, _) = version_number(version.strip_prefix(b" ")?)?;
    let target = target.trim_ascii();
    // The preface of HTTP/2 is made to look like a request (RFC 9113 §3.4).
    let preface = method == b"PRI" && version.0 == 2;
    (!target.is_empty() && !preface).then_some(RequestLine { method, target, version })
}

/// `HTTP/1.1 101 Switching Protocols`.
pub(super) fn status_line(line: &[u8]) -> Option<StatusLine<'_>> {
    let (version, rest) = version_number(line)?;
    let digits = trim_blanks_start(rest);
    let length = digits.iter().take(3).take_while(|digit| digit.is_ascii_digit()).count();
    if length == 0 || digits.len() == rest.len() {
        return None;
    }
    let (digits, rest) = digits.split_at_checked(length)?;
    let status = digits.iter().fold(0, |value, digit| value * 10 + u16::from(digit - b'0'));
    let (no_space_after_status, reason) = match rest.split_first() {
        None => (true, rest),
        Some((b' ' | b'\t', reason)) => (false, reason),
        Some(_) => return None,
    };
    Some(StatusLine { version, status, reason, no_space_after_status })
}

/// A method, and what stands behind the blank behind it.
fn method(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = line.iter().take(METHOD_MAX).take_while(|byte| is_tchar(**byte)).count();
    let (method, rest) = line.split_at_checked(length)?;
    (!method.is_empty()).then_some((method, rest.strip_prefix(b" ")?))
}

/// `HTTP/1.1` (RFC 9112 §2.3), HTTP/1.0 to HTTP/9.9, and what stands behind it.
fn version_number(input: &[u8]) -> Option<((u8, u8), &[u8])> {
    match input {
        [b'H', b'T', b'T', b'P', b'/', major @ b'1'..=b'9', b'.', minor @ b'0'..=b'9', rest @ ..] => {
            Some(((major - b'0', minor - b'0'), rest))
        }
        _ => None,
    }
}

/// The characters of a token (RFC 9110 §5.6.2).
pub(super) fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The line that begins at `start`, without its end, and where the next one begins; it ends in CRLF or LF
/// (RFC 9112 §2.2).
fn line<'a>(head: &'a [u8], start: usize, oddities: &mut Oddities) -> Option<(&'a [u8], usize)> {
    let rest = head.get(start..)?;
    let end = memchr(b'\n', rest)?;
    let line = rest.get(..end)?;
    let content = line.strip_suffix(b"\r").unwrap_or(line);
    oddities.bare_lf |= content.len() == end;
    Some((content, start + end + 1))
}

/// The fields in the lines of `head` from `start` on.
fn fields(head: &[u8], start: usize, max: usize, oddities: &mut Oddities) -> Result<Headers, HeadError> {
    let mut headers = Headers::of(head);
    let mut next = start;
    // Whether the line before was a field, which may go on.
    let mut open = false;
    while let Some((content, behind)) = line(head, next, oddities) {
        let start = std::mem::replace(&mut next, behind);
        let end = start + content.len();
        match content.first().copied() {
            None => break,
            Some(b' ' | b'\t') => {
                oddities.folded = true;
                if open {
                    headers.fold(trim_blanks(content), end);
                }
            }
            Some(_) if headers.len() >= max => return Err(HeadError::TooManyFields),
            Some(_) => {
                let colon = memchr(b':', content).map(|colon| start + colon);
                open = colon.is_some();
                oddities.line_without_colon |= !open;
                if let Some(colon) = colon {
                    let name = without_blanks(head, start..colon);
                    oddities.space_before_colon |= name != (start..colon);
                    headers.push(name, without_blanks(head, colon + 1..end), start..end);
                }
            }
        }
    }
    Ok(headers)
}

/// The range without the white space at its ends.
fn without_blanks(head: &[u8], Range { mut start, mut end }: Range<usize>) -> Range<usize> {
    while start < end && head.get(start).copied().is_some_and(is_blank) {
        start += 1;
    }
    while start < end && head.get(end - 1).copied().is_some_and(is_blank) {
        end -= 1;
    }
    start..end
}

fn trim_blanks_start(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

fn trim_blanks(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(head: &[u8]) -> (Vec<(String, String)>, Oddities) {
        let (_, headers, oddities) = split(head, 100).unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (headers.iter().map(|header| (text(header.name), text(header.value))).collect(), oddities)
    }

    fn field(name: &str, value: &str) -> (String, String) {
        (name.into(), value.into())
    }

    #[test]
    fn rfc9112_3_request_lines() {
        let line = request_line(b"GET /chat?x=y HTTP/1.1").unwrap();
        assert_eq!((line.method, line.target, line.version), (&b"GET"[..], &b"/chat?x=y"[..], (1, 1)));
        assert_eq!(request_line(b"GET /a b HTTP/1.0 ").unwrap().target, b"/a b");
        assert_eq!(request_line("GET /ü HTTP/9.9".as_bytes()).unwrap().version, (9, 9));
        assert_eq!(request_line(b"CONNECT example.com:80 HTTP/1.1").unwrap().method, b"CONNECT");
        let long = [&[b'X'; METHOD_MAX + 1][..], b" / HTTP/1.1"].concat();
        for bad in [
            &b""[..],
            b"GET",
            b"GET /",
            b"GET  HTTP/1.1",
            b"GET / HTTP/1",
            b"GET / HTTP/1.10",
            b"GET / http/1.1",
            b"GET / HTTP/0.9",
            b"GET /HTTP/1.1",
            b" GET / HTTP/1.1",
            b"G(T / HTTP/1.1",
            b"PRI * HTTP/2.0",
            &long,
        ] {
            assert_eq!(request_line(bad), None, "{}", bad.escape_ascii());
        }
    }

    #[test]
    fn rfc9112_4_status_lines() {
        let line = status_line(b"HTTP/1.1 101 Switching Protocols").unwrap();
        assert_eq!((line.version, line.status, line.reason), ((1, 1), 101, &b"Switching Protocols"[..]));
        let line = status_line(b"HTTP/1.0 200 ").unwrap();
        assert_eq!((line.reason, line.no_space_after_status), (&b""[..], false));
        let line = status_line(b"HTTP/1.1 999").unwrap();
        assert_eq!((line.status, line.no_space_after_status), (999, true));
        for bad in [
            &b"HTTP/1.1"[..],
            b"HTTP/1.1 ",
            b"HTTP/1.1 OK",
            b"HTTP/1.1 2000",
            b"HTTP/1.1200 OK",
            b"HTTP/11 200",
        ] {
            assert_eq!(status_line(bad), None, "{}", bad.escape_ascii());
        }
    }

    #[test]
    fn rfc9112_5_fields_and_their_places() {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\nX:\tb \r\nY:\r\n\r\n";
        let (_, headers, oddities) = split(head, 3).unwrap();
        assert_eq!(oddities, Oddities::default());
        let places: Vec<_> = headers.iter().map(|header| (header.offset, header.length)).collect();
        assert_eq!(places, [(16, 7), (25, 5), (32, 2)]);
        assert_eq!(headers.get("x"), Some(&b"b"[..]));
        assert_eq!(headers.get("y"), Some(&b""[..]));
        assert_eq!(split(head, 2).unwrap_err(), HeadError::TooManyFields);
    }

    #[test]
    fn rfc9112_2_2_bare_line_feeds() {
        let (fields, oddities) = parse(b"GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n");
        assert_eq!(fields, [field("A", "b"), field("C", "d")]);
        assert!(oddities.bare_lf);
    }

    #[test]
    fn rfc9112_5_1_space_before_the_colon_and_no_colon() {
        let (fields, oddities) = parse(b"X\r\nA : b\r\nno colon\r\n over two lines\r\nC: d\r\n\r\n");
        assert_eq!(fields, [field("A", "b"), field("C", "d")]);
        assert!(oddities.space_before_colon && oddities.line_without_colon && oddities.folded);
    }

    #[test]
    fn rfc9112_5_2_folded_lines_are_joined_with_one_space() {
        let head = b"X\r\n leading\r\nA:\r\n\t b  \r\n \r\n  c\r\nD: e\r\n\r\n";
        let (fields, oddities) = parse(head);
        assert_eq!(fields, [field("A", "b c"), field("D", "e")]);
        assert!(oddities.folded && !oddities.line_without_colon);
        let (_, headers, _) = split(head, 9).unwrap();
        let whole = headers.iter().next().unwrap();
        assert_eq!((whole.offset, whole.length as usize), (13, b"A:\r\n\t b  \r\n \r\n  c".len()));
    }

    #[test]
    fn rfc9110_5_5_any_byte_may_stand_in_a_value() {
        let (_, headers, _) = split(b"X\r\nA: \xff\x80\x00\x1b\r\n\r\n", 9).unwrap();
        assert_eq!(headers.get("A"), Some(&b"\xff\x80\x00\x1b"[..]));
    }
}
