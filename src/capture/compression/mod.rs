//! Decompresses a capture while it arrives.
//!
//! In come the compressed bytes of a file or a pipe, out go those of the capture: gzip (RFC 1952), zstd (RFC 8878),
//! lz4 frames, xz and bzip2, told apart by their first bytes, each with any number of members (or frames, or streams)
//! one behind the other. What was compressed twice is decompressed once.
//!
//! The readers that the decoders' own crates offer wait for input while they still have output, or drop what they
//! decoded just before they met damage. Here nothing is read before everything has been handed over that can be
//! known without.

mod bzip2;
mod gzip;
mod lz4;
mod xz;
mod zstd;

use std::fmt;
use std::io::{self, Read};

/// The most bytes that [`Format::of`] looks at.
pub(super) const MAGIC: usize = 6;

/// Compressed bytes read at once.
const INPUT: usize = 32 << 10;

/// A compressed format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Gzip,
    Zstd,
    Lz4,
    Xz,
    Bzip2,
}

impl Format {
    /// The format of a file that begins with these bytes: [`MAGIC`] of them, unless the file is shorter.
    pub(super) fn of(first: &[u8]) -> Option<Format> {
        match first {
            [0x1f, 0x8b, ..] => Some(Format::Gzip),
            // A skippable frame may stand before the first of zstd or of lz4, but only zstd's tools write one there.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Format::Zstd),
            [0x04, 0x22, 0x4d, 0x18, ..] | [0x02, 0x21, 0x4c, 0x18, ..] => Some(Format::Lz4),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Format::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Format::Bzip2),
            _ => None,
        }
    }

    /// A decoder that looks back `window` bytes at most.
    fn decoder(self, window: usize) -> Box<dyn Decode> {
        match self {
            Format::Gzip => Box::new(gzip::Decoder::new()),
            Format::Zstd => Box::new(zstd::Decoder::new(window)),
            Format::Lz4 => Box::new(lz4::Decoder::new()),
            Format::Xz => Box::new(xz::Decoder::new(window)),
            Format::Bzip2 => Box::new(bzip2::Decoder::new()),
        }
    }

    /// Whether zeros may stand behind a member: those of xz are padded, and tapes pad gzip.
    fn is_padded(self) -> bool {
        matches!(self, Format::Gzip | Format::Xz)
    }
}

/// Turns the bytes of one format into what they stand for.
trait Decode: Send {
    /// Decodes on, from `input` and from what it has kept of earlier input, into `out`, which is not empty.
    ///
    /// Takes a byte of a non-empty `input`, or writes one, unless it has failed; writes what it can before it takes
    /// all. After [`State::Ended`] the next byte begins a new member. After [`State::Failed`] there is no next call.
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step;
}

impl fmt::Debug for dyn Decode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decoder")
    }
}

/// What a decoder has done.
struct Step {
    /// Bytes taken from the input.
    consumed: usize,
    /// Bytes written to the output; they count even if it has failed behind them.
    written: usize,
    state: State,
}

impl Step {
    /// The step between two readings of a decoder's counters, each of bytes taken and bytes written.
    fn between(before: (u64, u64), after: (u64, u64), state: State) -> Self {
        Self { consumed: (after.0 - before.0) as usize, written: (after.1 - before.1) as usize, state }
    }
}

#[derive(Clone, Copy)]
enum State {
    /// Inside a member.
    Inside,
    /// Behind a member, or where one may end.
    Ended,
    Failed(Failure),
}

/// Why a decoder cannot go on.
#[derive(Debug, Clone, Copy)]
enum Failure {
    /// The compressed data make no sense.
    Damaged,
    /// They would take more memory than is allowed.
    Window,
}

/// Why there are no more bytes, although they have not ended.
#[derive(Debug)]
pub(super) enum Broken {
    /// The operating system refused.
    Io(io::Error),
    /// The file ends inside a member.
    Cut,
    /// The compressed data make no sense.
    Damaged,
    /// The compressed data need more memory than is allowed.
    Window,
}

/// A compressed source, decompressed.
#[derive(Debug)]
pub(super) struct Decompressed<R> {
    source: R,
    format: Format,
    decoder: Box<dyn Decode>,
    /// Invariant: `start <= filled <= input.len()`.
    input: Box<[u8]>,
    start: usize,
    filled: usize,
    /// Whether the decoder is inside a member.
    inside: bool,
    failure: Option<Failure>,
}

impl<R: Read> Decompressed<R> {
    /// Decompresses `source`, of which these first bytes, at most [`MAGIC`], have been read already.
    pub(super) fn new(source: R, format: Format, first: &[u8], window: usize) -> Self {
        let mut input = vec![0; INPUT].into_boxed_slice();
        input.iter_mut().zip(first).for_each(|(to, from)| *to = *from);
        let filled = first.len().min(INPUT);
        let decoder = format.decoder(window);
        Self { source, format, decoder, input, start: 0, filled, inside: false, failure: None }
    }

    /// Reads at least one byte into `out`, which is not empty; 0 at the end.
    pub(super) fn read(&mut self, out: &mut [u8]) -> Result<usize, Broken> {
        loop {
            let written = self.decode(out);
            if written > 0 {
                return Ok(written);
            }
            match self.failure {
                Some(Failure::Damaged) => return Err(Broken::Damaged),
                Some(Failure::Window) => return Err(Broken::Window),
                None if self.start < self.filled => continue,
                None => {}
            }
            self.start = 0;
            self.filled = read_retrying(&mut self.source, &mut self.input).map_err(Broken::Io)?;
            if self.filled == 0 {
                return if self.inside { Err(Broken::Cut) } else { Ok(0) };
            }
        }
    }

    /// Decodes what can be decoded without reading.
    fn decode(&mut self, out: &mut [u8]) -> usize {
        if !self.inside && self.format.is_padded() {
            let rest = self.input.get(self.start..self.filled).unwrap_or_default();
            self.start += rest.iter().take_while(|byte| **byte == 0).count();
        }
        let input = self.input.get(self.start..self.filled).unwrap_or_default();
        if self.failure.is_some() || !self.inside && input.is_empty() {
            return 0;
        }
        let Step { consumed, written, state } = self.decoder.decode(input, out);
        let stuck = consumed == 0 && written == 0 && !input.is_empty();
        self.start = self.start.saturating_add(consumed).min(self.filled);
        self.inside = !matches!(state, State::Ended);
        self.failure = match state {
            State::Failed(failure) => Some(failure),
            State::Inside | State::Ended => stuck.then_some(Failure::Damaged),
        };
        written
    }
}

/// [`Read::read`], again if a signal interrupted it.
pub(super) fn read_retrying(source: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(out) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
