//! Inflates gzip while it arrives (RFC 1952).
//!
//! The decoders of `flate2` drop what one call inflated before it met damage, and wait for input while they still
//! have output. Here both reach the caller at once.

use std::io::{self, Read};

use flate2::{Decompress, FlushDecompress, Status};

/// The first bytes of every member (RFC 1952 §2.3.1).
pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Compressed bytes read at once.
const INPUT: usize = 32 << 10;

/// Why there are no more bytes, although they have not ended.
#[derive(Debug)]
pub(super) enum Broken {
    /// The operating system refused.
    Io(io::Error),
    /// The file ends inside a member.
    Cut,
    /// The compressed data make no sense.
    Damaged,
}

/// Members of gzip, one behind the other, as one stream of bytes.
#[derive(Debug)]
pub(super) struct Gunzip<R> {
    source: R,
    /// Invariant: `start <= filled <= input.len()`.
    input: Box<[u8]>,
    start: usize,
    filled: usize,
    /// `None` between members.
    member: Option<Decompress>,
    damaged: bool,
}

impl<R: Read> Gunzip<R> {
    /// Inflates `source`, from which [`MAGIC`] has been read already.
    pub(super) fn new(source: R) -> Self {
        let mut input = vec![0; INPUT].into_boxed_slice();
        input.iter_mut().zip(MAGIC).for_each(|(to, from)| *to = from);
        Self { source, input, start: 0, filled: MAGIC.len(), member: None, damaged: false }
    }

    /// Reads at least one byte into `out`, which is not empty; 0 at the end.
    pub(super) fn read(&mut self, out: &mut [u8]) -> Result<usize, Broken> {
        loop {
            let written = self.inflate(out);
            if written > 0 {
                return Ok(written);
            }
            if self.damaged {
                return Err(Broken::Damaged);
            }
            if self.start < self.filled {
                continue;
            }
            self.start = 0;
            self.filled = read_retrying(&mut self.source, &mut self.input).map_err(Broken::Io)?;
            if self.filled == 0 {
                return if self.member.is_some() { Err(Broken::Cut) } else { Ok(0) };
            }
        }
    }

    /// Inflates what can be inflated without reading.
    fn inflate(&mut self, out: &mut [u8]) -> usize {
        let input = self.input.get(self.start..self.filled).unwrap_or_default();
        let member = match &mut self.member {
            _ if self.damaged => return 0,
            Some(member) => member,
            None if input.is_empty() => return 0,
            none => none.insert(Decompress::new_gzip(15)),
        };
        let before = (member.total_in(), member.total_out());
        let result = member.decompress(input, out, FlushDecompress::None);
        let consumed = (member.total_in() - before.0) as usize;
        let written = (member.total_out() - before.1) as usize;
        let stuck = consumed == 0 && written == 0 && !input.is_empty();
        match result {
            Ok(Status::StreamEnd) => self.member = None,
            Ok(Status::Ok | Status::BufError) => self.damaged = stuck,
            Err(_) => self.damaged = true,
        }
        self.start = self.start.saturating_add(consumed).min(self.filled);
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
