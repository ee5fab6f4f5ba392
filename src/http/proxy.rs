//! The header that a proxy puts before the client's first byte, to say who the client is (HAProxy's PROXY protocol,
//! versions 1 and 2). It is recognised in order to go over it; what it says is not read.

use nom::bytes::complete::take;
use nom::number::complete::be_u16;
use nom::{IResult, Parser};

/// What the first bytes of the client are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Such a header, of so many bytes.
    Header(u64),
    /// Too few to tell.
    Undecided,
    /// Something else.
    Other,
}

const SIGNATURE_V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// Signature, version and command, family, length.
const FIXED_V2: usize = 16;
const BEGINNINGS_V1: [&[u8]; 3] = [b"PROXY TCP4 ", b"PROXY TCP6 ", b"PROXY UNKNOWN"];
/// The longest line of version 1, line end included.
const LINE_V1: usize = 107;

/// Looks at the first bytes of the client.
pub(super) fn look(bytes: &[u8]) -> Look {
    if bytes.starts_with(SIGNATURE_V2) {
        let length: IResult<&[u8], u16, ()> =
            (take(FIXED_V2 - 2), be_u16).map(|(_, length)| length).parse(bytes);
        return match length {
            Ok((_, length)) => Look::Header(FIXED_V2 as u64 + u64::from(length)),
            Err(_) => Look::Undecided,
        };
    }
    if BEGINNINGS_V1.iter().any(|beginning| bytes.starts_with(beginning)) {
        let line = bytes.get(..LINE_V1).unwrap_or(bytes);
        return match line.iter().position(|&byte| byte == b'\n') {
            Some(end) => Look::Header(end as u64 + 1),
            None if bytes.len() < LINE_V1 => Look::Undecided,
            None => Look::Other,
        };
    }
    let begins = |whole: &&[u8]| whole.starts_with(bytes);
    if begins(&SIGNATURE_V2) || BEGINNINGS_V1.iter().any(begins) { Look::Undecided } else { Look::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_1_is_a_line() {
        let line = b"PROXY TCP4 192.0.2.1 192.0.2.2 40000 80\r\n";
        for length in 0..line.len() {
            assert_eq!(look(&line[..length]), Look::Undecided);
        }
        assert_eq!(look(&[line, &b"GET /"[..]].concat()), Look::Header(line.len() as u64));
        assert_eq!(look(b"PROXY UNKNOWN\r\n"), Look::Header(15));
        assert_eq!(look(&[&b"PROXY TCP6 "[..], &[b':'; 100]].concat()), Look::Other);
        assert_eq!(look(b"PROXY /x HTTP/1.1\r\n"), Look::Other);
    }

    #[test]
    fn version_2_says_its_length() {
        let header = [SIGNATURE_V2, &[0x21, 0x11, 0x01, 0x02]].concat();
        for length in 0..header.len() {
            assert_eq!(look(&header[..length]), Look::Undecided);
        }
        assert_eq!(look(&header), Look::Header(16 + 0x102));
        assert_eq!(look(b"\r\n\r\nGET /"), Look::Other);
    }
}
