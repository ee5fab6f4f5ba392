//! How much a header, and what follows it, proves.

use crate::websocket::{FrameHeader, Opcode};

/// How sure one has to be, in bits: chance gives a chain of this much evidence once in 2^bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// Evidence of a chain while more bytes may come.
    pub(super) bits: u32,
    /// Headers in a row that it must have.
    pub(super) frames: u32,
    /// Evidence of a chain that ends exactly with the stream.
    pub(super) bits_at_end: u32,
}

impl Demand {
    /// To go on where it is known that frames follow.
    pub const AFTER_LOSS: Demand = Demand { bits: 24, frames: 1, bits_at_end: 16 };
    /// To take unknown traffic for WebSocket.
    pub const UNKNOWN_TRAFFIC: Demand = Demand { bits: 48, frames: 3, bits_at_end: 48 };
    /// To find the first frame where somebody says that it is WebSocket.
    pub const TOLD: Demand = Demand { bits: 16, frames: 1, bits_at_end: 8 };
}

/// What is known beforehand of the frames searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::websocket) struct Sought {
    /// Whether they are masked; `None` if the sender's role is not known.
    pub masked: Option<bool>,
    /// RSV1 may mark a compressed message.
    pub rsv1: bool,
}

/// Why one thinks that frames begin at some offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Plausible headers in a row.
    pub frames: u32,
    /// How unlikely that is by chance: once in 2^bits.
    pub bits: u32,
    /// Whether the frames are masked.
    pub masked: bool,
}

/// The longest frame that a chain may jump over.
const JUMP: u64 = 16 << 20;
/// Evidence of a header: no reserved bits, a known opcode, the right mask bit.
pub(super) const HEADER_BITS: u32 = 5;
/// Evidence of a frame that begins where a segment does, at most: most do, and few other offsets.
pub(super) const BEGINS_SEGMENT_BITS: u32 = 4;
/// Evidence of a frame that ends where a segment does, at most.
pub(super) const ENDS_SEGMENT_BITS: u32 = 8;
/// Evidence of a status code between 1000 and 4999.
const CLOSE_CODE_BITS: u32 = 4;
/// Payload bytes of a text that are looked at; each that fits is a bit of evidence.
pub(super) const TEXT_LOOKED_AT: usize = 16;

/// Whether a peer that keeps to the protocol might send this header.
pub(super) fn plausible(header: &FrameHeader, sought: Sought) -> bool {
    let control = header.opcode.is_control();
    let known = !matches!(header.opcode, Opcode::Reserved(_));
    let reserved = header.rsv2 || header.rsv3 || header.rsv1 && (control || !sought.rsv1);
    let mask = sought.masked.is_none_or(|masked| masked == header.masked());
    let short = !control || header.fin && header.payload_length <= 125;
    let minimal = match header.header_length - if header.masked() { 4 } else { 0 } {
        2 => true,
        4 => header.payload_length > 125,
        _ => header.payload_length > 0xffff,
    };
    known && !reserved && mask && short && minimal && header.payload_length <= JUMP
}

/// Whether a fragmented message is open behind this header, `before` it being so; `None` if it cannot follow (RFC 6455
/// §5.4).
pub(super) fn message_open(before: Option<bool>, header: &FrameHeader) -> Option<Option<bool>> {
    match (header.opcode, before) {
        (Opcode::Text | Opcode::Binary, Some(true)) | (Opcode::Continuation, Some(false)) => None,
        (opcode, _) if opcode.is_control() => Some(before),
        _ => Some(Some(!header.fin)),
    }
}

/// Whether a plausible header proves anything. Empty data frames and fragments before the last do not, nor does a header
/// (with its masking key) like the one before: zeros, small numbers, fill bytes and tables of any other protocol look
/// like these.
pub(super) fn proves(header: &FrameHeader, before: Option<&FrameHeader>) -> bool {
    let usual = (header.payload_length == 0 || !header.fin) && !header.opcode.is_control();
    !usual && before.is_none_or(|before| before != header)
}

/// How much the first bytes of a payload prove; `None` if no peer that keeps to the protocol would send them.
pub(super) fn content_bits(header: &FrameHeader, payload: &[u8]) -> Option<u32> {
    match header.opcode {
        Opcode::Text if !header.rsv1 => text_bits(payload),
        Opcode::Close => close_bits(header.payload_length, payload),
        _ => Some(0),
    }
}

/// How much the first bytes of a text prove: one bit for each byte of UTF-8 that is no control character. `None` if
/// they are not UTF-8.
fn text_bits(bytes: &[u8]) -> Option<u32> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    Some(text.bytes().filter(|byte| !byte.is_ascii_control()).count() as u32)
}

/// How much the body of a Close frame proves; `None` if it cannot be one.
fn close_bits(length: u64, bytes: &[u8]) -> Option<u32> {
    match (length, bytes) {
        (0, _) => Some(CLOSE_CODE_BITS),
        (1, _) => None,
        (_, [high, low, reason @ ..]) => {
            let possible = (1000..5000).contains(&u16::from_be_bytes([*high, *low]));
            text_bits(reason).filter(|_| possible).map(|bits| bits + CLOSE_CODE_BITS)
        }
        _ => Some(0),
    }
}
