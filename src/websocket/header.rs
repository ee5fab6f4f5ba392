//! The frame header (RFC 6455 §5.2).

use nom::IResult;
use nom::Parser;
use nom::number::streaming::{be_u8, be_u16, be_u64};

/// A frame header as it was on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    /// Last frame of its message.
    pub fin: bool,
    /// First reserved bit; permessage-deflate marks compressed messages with it (RFC 7692 §6).
    pub rsv1: bool,
    /// Second reserved bit.
    pub rsv2: bool,
    /// Third reserved bit.
    pub rsv3: bool,
    /// What the frame is.
    pub opcode: Opcode,
    /// The key the payload is masked with; `None` if it is not masked.
    pub masking_key: Option<[u8; 4]>,
    /// Payload bytes announced, whether they come or not.
    pub payload_length: u64,
    /// Bytes of the header itself, 2 to 14.
    pub header_length: u8,
}

/// What a frame is. Total: every value of the four bits has its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Opcode {
    /// 0x0: goes on with the message begun before.
    Continuation,
    /// 0x1: UTF-8 text.
    Text,
    /// 0x2: any bytes.
    Binary,
    /// 0x8: closes the connection.
    Close,
    /// 0x9: asks for a pong.
    Ping,
    /// 0xA: answers a ping.
    Pong,
    /// 0x3 to 0x7 (data) and 0xB to 0xF (control): no meaning yet.
    Reserved(u8),
}

impl From<u8> for Opcode {
    /// From the low four bits of `value`.
    fn from(value: u8) -> Self {
        match value & 0x0f {
            0x0 => Opcode::Continuation,
            0x1 => Opcode::Text,
            0x2 => Opcode::Binary,
            0x8 => Opcode::Close,
            0x9 => Opcode::Ping,
            0xa => Opcode::Pong,
            other => Opcode::Reserved(other),
        }
    }
}

impl Opcode {
    /// The four bits.
    pub fn value(self) -> u8 {
        match self {
            Opcode::Continuation => 0x0,
            Opcode::Text => 0x1,
            Opcode::Binary => 0x2,
            Opcode::Close => 0x8,
            Opcode::Ping => 0x9,
            Opcode::Pong => 0xa,
            Opcode::Reserved(value) => value,
        }
    }

    /// The name in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Opcode::Continuation => "continuation",
            Opcode::Text => "text",
            Opcode::Binary => "binary",
            Opcode::Close => "close",
            Opcode::Ping => "ping",
            Opcode::Pong => "pong",
            Opcode::Reserved(_) => "reserved",
        }
    }

    /// Whether it is a control frame: the highest of the four bits (§5.5).
    pub fn is_control(self) -> bool {
        self.value() & 0x8 != 0
    }
}

impl FrameHeader {
    /// The longest header: 2 bytes, 8 of length, 4 of masking key.
    pub const MAX_LENGTH: usize = 14;

    /// Whether the frame is masked.
    pub fn masked(&self) -> bool {
        self.masking_key.is_some()
    }

    /// Reads a header from the beginning of `input`; `Incomplete` if it goes on behind the end. Never an error.
    pub fn parse(input: &[u8]) -> IResult<&[u8], FrameHeader, ()> {
        let (rest, (first, second)) = (be_u8, be_u8).parse(input)?;
        let (rest, payload_length) = match second & 0x7f {
            126 => be_u16.map(u64::from).parse(rest)?,
            127 => be_u64.parse(rest)?,
            short => (rest, u64::from(short)),
        };
        let (rest, masking_key) = match second & 0x80 {
            0 => (rest, None),
            _ => (be_u8, be_u8, be_u8, be_u8).map(|(a, b, c, d)| Some([a, b, c, d])).parse(rest)?,
        };
        let header = FrameHeader {
            fin: first & 0x80 != 0,
            rsv1: first & 0x40 != 0,
            rsv2: first & 0x20 != 0,
            rsv3: first & 0x10 != 0,
            opcode: Opcode::from(first),
            masking_key,
            payload_length,
            header_length: (input.len() - rest.len()) as u8,
        };
        Ok((rest, header))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8]) -> FrameHeader {
        FrameHeader::parse(bytes).unwrap().1
    }

    #[test]
    fn rfc6455_5_7_unmasked_hello() {
        let header = parse(&[0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
        assert!(header.fin && !header.rsv1 && !header.rsv2 && !header.rsv3 && !header.masked());
        assert_eq!((header.opcode, header.payload_length, header.header_length), (Opcode::Text, 5, 2));
    }

    #[test]
    fn rfc6455_5_7_masked_hello() {
        let header = parse(&[0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);
        assert_eq!(header.masking_key, Some([0x37, 0xfa, 0x21, 0x3d]));
        assert_eq!((header.payload_length, header.header_length), (5, 6));
    }

    #[test]
    fn rfc6455_5_7_256_bytes_and_64_kib() {
        let header = parse(&[0x82, 0x7e, 0x01, 0x00]);
        assert_eq!((header.opcode, header.payload_length, header.header_length), (Opcode::Binary, 256, 4));
        let header = parse(&[0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]);
        assert_eq!((header.payload_length, header.header_length), (65536, 10));
    }

    #[test]
    fn rfc6455_5_2_the_highest_bit_of_the_length_is_kept() {
        let header = parse(&[0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]);
        assert_eq!((header.payload_length, header.header_length), (u64::MAX, 14));
        assert_eq!(header.masking_key, Some([1, 2, 3, 4]));
    }

    #[test]
    fn every_prefix_of_a_header_is_incomplete() {
        let whole = [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4];
        for cut in 0..whole.len() {
            assert!(FrameHeader::parse(&whole[..cut]).unwrap_err().is_incomplete());
        }
    }

    #[test]
    fn rfc6455_5_2_every_opcode_survives_the_way_through() {
        for value in 0..16 {
            assert_eq!(Opcode::from(value).value(), value);
        }
        assert!(Opcode::Reserved(0xb).is_control() && !Opcode::Reserved(0x3).is_control());
    }
}
