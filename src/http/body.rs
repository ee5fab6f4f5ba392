//! How long a body is (RFC 9112 §6.3), and the way over it without keeping any of it.

use super::Headers;

/// What is still to come of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// So many bytes.
    Length(u64),
    /// Chunks, up to the end of the trailer section.
    Chunked(Chunks),
    /// Whatever comes until the sender closes the connection.
    UntilClose,
}

/// Where in a chunked body (RFC 9112 §7.1) the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunks {
    /// In the hexadecimal size; `digits` once one has been seen.
    Size { value: u64, digits: bool },
    /// Behind the size, up to the end of the line: white space and extensions.
    Extension { size: u64 },
    /// In the data; `left` is not 0.
    Data { left: u64 },
    /// At the line end behind the data.
    DataEnd,
    /// In the trailer section; `empty` while nothing of the line has been seen.
    Trailer { empty: bool },
}

/// How far the way over a body led.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Skipped {
    /// Over everything that was there; more is to come.
    All,
    /// To the end of the body, which lay so many bytes further on.
    End(u64),
    /// Nowhere: what is there cannot be a part of the body.
    Broken,
}

const CHUNKED: Body = Body::Chunked(Chunks::SIZE);

impl Body {
    /// The body of a request. Where the RFC has a server refuse the request, there is none.
    pub(super) fn of_request(headers: &Headers) -> Body {
        match (transfer_coding(headers), content_length(headers)) {
            (Some(Coding::Chunked), _) => CHUNKED,
            (None, Length::Valid(length)) => Body::Length(length),
            (Some(Coding::Other), _) | (None, Length::Absent | Length::Invalid) => Body::Length(0),
        }
    }

    /// The body of a final response that does not switch, to a request of this method.
    pub(super) fn of_response(status: u16, method: Option<&[u8]>, headers: &Headers) -> Body {
        if method == Some(b"HEAD") || matches!(status, 100..=199 | 204 | 304) {
            return Body::Length(0);
        }
        match (transfer_coding(headers), content_length(headers)) {
            (Some(Coding::Chunked), _) => CHUNKED,
            (None, Length::Valid(length)) => Body::Length(length),
            (Some(Coding::Other), _) | (None, Length::Absent | Length::Invalid) => Body::UntilClose,
        }
    }

    /// The body, unless it is empty.
    pub(super) fn unless_empty(self) -> Option<Body> {
        (self != Body::Length(0)).then_some(self)
    }

    /// Goes over the bytes that come next.
    pub(super) fn skip(&mut self, bytes: &[u8]) -> Skipped {
        match self {
            Body::Chunked(chunks) => chunks.skip(bytes),
            _ => self.skip_gap(bytes.len() as u64),
        }
    }

    /// Goes over bytes that nobody has seen or counted.
    pub(super) fn skip_unknown(&self) -> Skipped {
        if matches!(self, Body::UntilClose) { Skipped::All } else { Skipped::Broken }
    }

    /// Goes over so many bytes that nobody has seen.
    pub(super) fn skip_gap(&mut self, length: u64) -> Skipped {
        match self {
            Body::UntilClose => Skipped::All,
            Body::Length(left) if length < *left => {
                *left -= length;
                Skipped::All
            }
            Body::Length(left) => Skipped::End(*left),
            Body::Chunked(chunks) => chunks.skip_gap(length),
        }
    }
}

impl Chunks {
    const SIZE: Chunks = Chunks::Size { value: 0, digits: false };

    fn skip(&mut self, bytes: &[u8]) -> Skipped {
        let mut rest = bytes;
        while let Some((&byte, behind)) = rest.split_first() {
            if let Chunks::Data { left } = *self {
                let here = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                *self = Chunks::data(left - here as u64);
                rest = rest.get(here..).unwrap_or_default();
                continue;
            }
            rest = behind;
            match self.after(byte) {
                Some(next) => *self = next,
                None if byte == b'\n' => return Skipped::End((bytes.len() - rest.len()) as u64),
                None => return Skipped::Broken,
            }
        }
        Skipped::All
    }

    /// A gap that goes beyond the data hides the next size.
    fn skip_gap(&mut self, length: u64) -> Skipped {
        match *self {
            Chunks::Data { left } if length <= left => {
                *self = Chunks::data(left - length);
                Skipped::All
            }
            _ => Skipped::Broken,
        }
    }

    /// Before so many bytes of data.
    fn data(left: u64) -> Chunks {
        if left == 0 { Chunks::DataEnd } else { Chunks::Data { left } }
    }

    /// Where the byte behind `byte` stands; `None` behind the LF that ends the body, and if `byte` cannot be here.
    fn after(self, byte: u8) -> Option<Chunks> {
        match (self, byte) {
            (Chunks::Size { value, .. }, _) if byte.is_ascii_hexdigit() => {
                let digit = char::from(byte).to_digit(16).map_or(0, u64::from);
                Some(Chunks::Size { value: value.saturating_mul(16).saturating_add(digit), digits: true })
            }
            (Chunks::Size { value, digits: true }, b'\n') | (Chunks::Extension { size: value }, b'\n') => {
                Some(match value {
                    0 => Chunks::Trailer { empty: true },
                    left => Chunks::Data { left },
                })
            }
            (Chunks::Size { value, digits: true }, b'\r' | b'\t' | b' ' | b';') => {
                Some(Chunks::Extension { size: value })
            }
            (Chunks::Extension { .. }, _) => Some(self),
            (Chunks::DataEnd, b'\r') => Some(self),
            (Chunks::DataEnd, b'\n') => Some(Chunks::SIZE),
            (Chunks::Trailer { empty: true }, b'\n') => None,
            (Chunks::Trailer { empty }, b'\r') => Some(Chunks::Trailer { empty }),
            (Chunks::Trailer { .. }, _) => Some(Chunks::Trailer { empty: byte == b'\n' }),
            (Chunks::Size { .. } | Chunks::DataEnd | Chunks::Data { .. }, _) => None,
        }
    }
}

/// The last transfer coding.
enum Coding {
    Chunked,
    Other,
}

/// `identity` was a coding once and said nothing (RFC 9112 §7).
fn transfer_coding(headers: &Headers) -> Option<Coding> {
    let codings = headers.tokens("Transfer-Encoding");
    let last = codings.filter(|coding| !coding.eq_ignore_ascii_case(b"identity")).last()?;
    Some(if last.eq_ignore_ascii_case(b"chunked") { Coding::Chunked } else { Coding::Other })
}

/// What `Content-Length` says.
enum Length {
    Absent,
    Valid(u64),
    Invalid,
}

/// Several equal values are as good as one (RFC 9112 §6.3).
fn content_length(headers: &Headers) -> Length {
    if headers.get("Content-Length").is_none() {
        return Length::Absent;
    }
    let mut lengths = headers.tokens("Content-Length").map(decimal);
    match lengths.next().flatten() {
        Some(first) if lengths.all(|length| length == Some(first)) => Length::Valid(first),
        _ => Length::Invalid,
    }
}

/// The number that the digits say, `u64::MAX` if it is larger; `None` if they are not digits.
fn decimal(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0u64, |value, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        Some(value.saturating_mul(10).saturating_add(u64::from(digit)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::Header;
    use super::*;

    fn headers(fields: &[(&str, &str)]) -> Headers {
        let header = |&(name, value)| Header {
            name: str::as_bytes(name),
            value: str::as_bytes(value),
            offset: 0,
            length: 0,
        };
        fields.iter().map(header).collect()
    }

    fn request(fields: &[(&str, &str)]) -> Body {
        Body::of_request(&headers(fields))
    }

    #[test]
    fn rfc9112_6_3_of_requests() {
        assert_eq!(request(&[]), Body::Length(0));
        assert_eq!(request(&[("content-length", "11")]), Body::Length(11));
        assert_eq!(request(&[("Content-Length", "5, 5"), ("Content-Length", "5")]), Body::Length(5));
        assert_eq!(request(&[("Content-Length", "5"), ("Content-Length", "6")]), Body::Length(0));
        for bad in ["", "-1", "+1", "0x10", "1 1", "5, x"] {
            assert_eq!(request(&[("Content-Length", bad)]), Body::Length(0), "{bad}");
        }
        assert_eq!(request(&[("Content-Length", "99999999999999999999999")]), Body::Length(u64::MAX));
        assert_eq!(request(&[("Content-Length", "3"), ("Transfer-Encoding", "gzip, Chunked")]), CHUNKED);
        assert_eq!(
            request(&[("Content-Length", "3"), ("Transfer-Encoding", "chunked, gzip")]),
            Body::Length(0)
        );
        assert_eq!(request(&[("Content-Length", "3"), ("Transfer-Encoding", "identity")]), Body::Length(3));
    }

    #[test]
    fn rfc9112_6_3_of_responses() {
        let with = headers(&[("Content-Length", "7")]);
        assert_eq!(Body::of_response(200, Some(b"GET"), &with), Body::Length(7));
        assert_eq!(Body::of_response(200, None, &with), Body::Length(7));
        assert_eq!(Body::of_response(200, Some(b"HEAD"), &with), Body::Length(0));
        for status in [100, 101, 103, 204, 304] {
            assert_eq!(Body::of_response(status, Some(b"GET"), &with), Body::Length(0), "{status}");
        }
        assert_eq!(Body::of_response(200, None, &headers(&[])), Body::UntilClose);
        assert_eq!(Body::of_response(200, None, &headers(&[("Content-Length", "x")])), Body::UntilClose);
        assert_eq!(
            Body::of_response(200, None, &headers(&[("Transfer-Encoding", "gzip")])),
            Body::UntilClose
        );
        assert_eq!(Body::of_response(200, None, &headers(&[("Transfer-Encoding", "chunked")])), CHUNKED);
    }

    /// With an extension, upper and lower case digits, bare LF, a trailer field, and what comes behind.
    const CHUNKS: &[u8] = b"5;a=\"b\"\r\nhello\r\n0A \n0123456789\n0\r\nTrailer: x\r\n\r\nbehind";

    #[test]
    fn rfc9112_7_1_chunks_end_where_they_end_however_they_are_cut() {
        let end = CHUNKS.len() - b"behind".len();
        for step in 1..CHUNKS.len() {
            let (mut body, mut at) = (CHUNKED, 0);
            for piece in CHUNKS.chunks(step) {
                match body.skip(piece) {
                    Skipped::All => at += piece.len(),
                    Skipped::End(used) => {
                        at += used as usize;
                        break;
                    }
                    Skipped::Broken => panic!("broken at {at} in steps of {step}"),
                }
            }
            assert_eq!(at, end, "in steps of {step}");
        }
    }

    #[test]
    fn rfc9112_7_1_what_are_not_chunks() {
        for bad in [&b"\r\n"[..], b"x", b";", b"1\r\nab", b"1\r\na0\r\n", b" 1"] {
            assert_eq!(CHUNKED.clone().skip(bad), Skipped::Broken, "{bad:?}");
        }
    }

    #[test]
    fn a_gap_is_skipped_within_data_only() {
        let mut body = CHUNKED;
        assert_eq!(body.skip(b"ffffffffffffffffff\r\nx"), Skipped::All);
        assert_eq!(body.skip_gap(u64::MAX - 2), Skipped::All);
        assert_eq!(body.skip_gap(1), Skipped::All);
        assert_eq!(body, Body::Chunked(Chunks::DataEnd));
        assert_eq!(body.skip_gap(1), Skipped::Broken);
        let mut body = Body::Length(10);
        assert_eq!(body.skip_gap(9), Skipped::All);
        assert_eq!(body.skip_gap(9), Skipped::End(1));
        assert_eq!(Body::UntilClose.clone().skip_gap(u64::MAX), Skipped::All);
    }
}
