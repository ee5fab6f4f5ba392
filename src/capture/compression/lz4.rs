//! lz4: frames, the legacy frames of its first versions, and skippable frames, by the LZ4 Frame Format Description.
//!
//! A block of at most 8 MiB comes as a whole, when its last byte has come; a decoder takes less than 17 MiB.

use std::hash::Hasher;

use lz4_flex::block::decompress_into_with_dict;
use twox_hash::XxHash32;

use super::{Decode, Failure, State, Step};

const FRAME: u32 = 0x184d_2204;
const LEGACY_FRAME: u32 = 0x184c_2102;
/// The upper 28 bits of a skippable frame's magic number.
const SKIPPABLE_FRAME: u32 = 0x0184_d2a5;

/// How far a block may look back.
const WINDOW: usize = 64 << 10;
/// What a block of a legacy frame decompresses to at most.
const LEGACY_BLOCK: usize = 8 << 20;
/// What a block of a legacy frame takes at most: incompressible data grow.
const LEGACY_COMPRESSED: usize = LEGACY_BLOCK + LEGACY_BLOCK / 255 + 16;
/// The highest bit of a block's length: its data are not compressed.
const RAW: u32 = 1 << 31;

pub(super) struct Decoder {
    frame: Frame,
    expected: Expected,
    /// Bytes of what is expected.
    needed: usize,
    /// Those that have come.
    gathered: Vec<u8>,
    /// The last bytes decompressed; those from `sent` on have not been handed over. It never shrinks.
    /// Invariant: `sent <= end <= output.len()`.
    output: Vec<u8>,
    sent: usize,
    end: usize,
}

/// What a frame's descriptor says of its blocks.
struct Frame {
    legacy: bool,
    linked: bool,
    block_checksums: bool,
    content_checksum: bool,
    content_size: Option<u64>,
    /// What a block decompresses to at most.
    block_size: usize,
    /// Of the content that has come.
    checksum: XxHash32,
    size: u64,
}

/// What the next bytes are.
#[derive(Clone, Copy)]
enum Expected {
    /// A magic number, or in a legacy frame the length of another block.
    Magic,
    Descriptor,
    SkippedLength,
    Skipped,
    BlockLength,
    /// A block and its checksum.
    Block {
        raw: bool,
        length: usize,
    },
    ContentChecksum,
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self {
            frame: Frame::default(),
            expected: Expected::Magic,
            needed: 4,
            gathered: Vec::new(),
            output: Vec::new(),
            sent: 0,
            end: 0,
        }
    }

    /// Takes what is needed of `input`; returns how much that was.
    fn gather(&mut self, input: &[u8]) -> usize {
        let skipped = matches!(self.expected, Expected::Skipped);
        let missing = if skipped { self.needed } else { self.needed.saturating_sub(self.gathered.len()) };
        let taken = input.get(..missing).unwrap_or(input);
        if skipped {
            self.needed -= taken.len();
        } else {
            self.gathered.extend_from_slice(taken);
        }
        taken.len()
    }

    fn is_whole(&self) -> bool {
        self.gathered.len() >= self.needed
    }

    /// Understands what has been gathered as a whole.
    fn understand(&mut self) -> Result<State, Failure> {
        match self.expected {
            Expected::Magic => return self.magic(word(&self.gathered, 0)?),
            Expected::Descriptor => self.descriptor()?,
            Expected::SkippedLength => {
                let length = word(&self.gathered, 0)?;
                self.expect(Expected::Skipped, length as usize);
            }
            Expected::Skipped => return Ok(self.frame_ends(false)),
            Expected::BlockLength => return self.block_length(word(&self.gathered, 0)?),
            Expected::Block { raw, length } => {
                self.block(raw, length)?;
                if self.frame.legacy {
                    return Ok(self.frame_ends(true));
                }
                self.expect(Expected::BlockLength, 4);
            }
            Expected::ContentChecksum => {
                if word(&self.gathered, 0)? != self.frame.checksum.finish_32() {
                    return Err(Failure::Damaged);
                }
                return Ok(self.frame_ends(false));
            }
        }
        Ok(State::Inside)
    }

    fn expect(&mut self, expected: Expected, needed: usize) {
        self.gathered.clear();
        self.expected = expected;
        self.needed = needed;
    }

    /// The frame ends here, or may: one in the legacy format has no end of its own.
    fn frame_ends(&mut self, legacy: bool) -> State {
        self.frame.legacy = legacy;
        self.expect(Expected::Magic, 4);
        State::Ended
    }

    fn magic(&mut self, magic: u32) -> Result<State, Failure> {
        match magic {
            FRAME => self.expect(Expected::Descriptor, 2),
            LEGACY_FRAME => {
                self.begin(Frame { block_size: LEGACY_BLOCK, ..Frame::default() });
                return Ok(self.frame_ends(true));
            }
            _ if magic >> 4 == SKIPPABLE_FRAME => self.expect(Expected::SkippedLength, 4),
            _ if self.frame.legacy && magic as usize <= LEGACY_COMPRESSED => {
                let length = magic as usize;
                self.expect(Expected::Block { raw: false, length }, length);
            }
            _ => return Err(Failure::Damaged),
        }
        Ok(State::Inside)
    }

    fn begin(&mut self, frame: Frame) {
        self.sent = 0;
        self.end = 0;
        let needed = WINDOW + frame.block_size;
        if self.output.len() < needed {
            self.output = vec![0; needed];
        }
        self.frame = frame;
    }

    fn descriptor(&mut self) -> Result<(), Failure> {
        let Some([flags, block_size]) = self.gathered.first_chunk().copied() else { return Ok(()) };
        let length = 3 + if flags & 0x08 != 0 { 8 } else { 0 };
        // Version 1; frames that need a dictionary cannot be read.
        if flags & 0xc3 != 0x40 || block_size & 0x8f != 0 || block_size >> 4 < 4 {
            return Err(Failure::Damaged);
        }
        self.needed = length;
        let Some((described, [checksum])) = self.gathered.split_at_checked(length - 1) else { return Ok(()) };
        if XxHash32::oneshot(0, described).to_le_bytes()[1] != *checksum {
            return Err(Failure::Damaged);
        }
        self.begin(Frame {
            linked: flags & 0x20 == 0,
            block_checksums: flags & 0x10 != 0,
            content_checksum: flags & 0x04 != 0,
            content_size: described.get(2..).and_then(|d| d.first_chunk()).map(|d| u64::from_le_bytes(*d)),
            block_size: 256 << (2 * (block_size >> 4)),
            ..Frame::default()
        });
        self.expect(Expected::BlockLength, 4);
        Ok(())
    }

    fn block_length(&mut self, word: u32) -> Result<State, Failure> {
        if word == 0 {
            if self.frame.content_size.is_some_and(|size| size != self.frame.size) {
                return Err(Failure::Damaged);
            }
            if !self.frame.content_checksum {
                return Ok(self.frame_ends(false));
            }
            self.expect(Expected::ContentChecksum, 4);
            return Ok(State::Inside);
        }
        let length = (word & !RAW) as usize;
        if length > self.frame.block_size {
            return Err(Failure::Damaged);
        }
        let needed = if self.frame.block_checksums { length + 4 } else { length };
        self.expect(Expected::Block { raw: word & RAW != 0, length }, needed);
        Ok(State::Inside)
    }

    /// Decompresses the block that has been gathered, which is `length` bytes long.
    fn block(&mut self, raw: bool, length: usize) -> Result<(), Failure> {
        let (block, checksum) = self.gathered.split_at_checked(length).ok_or(Failure::Damaged)?;
        if self.frame.block_checksums && word(checksum, 0)? != XxHash32::oneshot(0, block) {
            return Err(Failure::Damaged);
        }
        let kept = if self.frame.linked { self.end.min(WINDOW) } else { 0 };
        self.output.copy_within(self.end - kept..self.end, 0);
        let (window, space) = self.output.split_at_mut_checked(kept).ok_or(Failure::Damaged)?;
        let space = space.get_mut(..self.frame.block_size).ok_or(Failure::Damaged)?;
        let written = if raw {
            copy(block, space)
        } else {
            decompress_into_with_dict(block, space, window).map_err(|_| Failure::Damaged)?
        };
        if self.frame.content_checksum {
            self.frame.checksum.write(space.get(..written).unwrap_or_default());
        }
        self.frame.size = self.frame.size.saturating_add(written as u64);
        self.sent = kept;
        self.end = kept + written;
        Ok(())
    }

    /// Hands over what has been decompressed; returns how much that was.
    fn send(&mut self, out: &mut [u8]) -> usize {
        let count = copy(self.output.get(self.sent..self.end).unwrap_or_default(), out);
        self.sent += count;
        count
    }
}

impl Decode for Decoder {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let mut consumed = 0;
        while self.sent == self.end {
            consumed += self.gather(input.get(consumed..).unwrap_or_default());
            if !self.is_whole() {
                return Step { consumed, written: 0, state: State::Inside };
            }
            match self.understand() {
                Ok(State::Inside) => {}
                // A block of a legacy frame that has something to hand over.
                Ok(_) if self.sent < self.end => {}
                Ok(state) => return Step { consumed, written: 0, state },
                Err(failure) => return Step { consumed, written: 0, state: State::Failed(failure) },
            }
        }
        let written = self.send(out);
        let may_end = self.sent == self.end && self.frame.legacy;
        Step { consumed, written, state: if may_end { State::Ended } else { State::Inside } }
    }
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            legacy: false,
            linked: false,
            block_checksums: false,
            content_checksum: false,
            content_size: None,
            block_size: 0,
            checksum: XxHash32::with_seed(0),
            size: 0,
        }
    }
}

/// The 32-bit number at `offset`.
fn word(bytes: &[u8], offset: usize) -> Result<u32, Failure> {
    let number = bytes.get(offset..).and_then(|rest| rest.first_chunk()).ok_or(Failure::Damaged)?;
    Ok(u32::from_le_bytes(*number))
}

/// Copies as much as there is and fits; returns how much that was.
fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..count), to.get_mut(..count)) {
        to.copy_from_slice(from);
    }
    count
}
