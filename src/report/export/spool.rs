//! Texts that grow side by side and are read one by one, in a store that may be larger than the memory.
//!
//! ```text
//!  tape ── buffer (in memory) ── last segment ─► segment ─► … ─► first segment      (in the store)
//! ```

use std::io::{self, Read, Seek, SeekFrom, Write};

/// Where a spool puts aside what it does not hold in memory: a temporary file.
pub trait Store: Read + Write + Seek {}

impl<T: Read + Write + Seek> Store for T {}

/// Bytes of a buffer that are put aside at once.
const SEGMENT: usize = 64 << 10;
/// Bytes of all buffers; if there are more, all are put aside.
const BUFFERED: usize = 32 << 20;
/// Before the bytes of a segment stand the place and the length of the one before it.
const LINK: usize = 16;

/// Where a segment stands in the store.
#[derive(Debug, Clone, Copy)]
struct Segment {
    at: u64,
    length: u64,
}

/// One of the texts.
#[derive(Debug, Default)]
pub(super) struct Tape {
    buffer: Vec<u8>,
    last: Option<Segment>,
}

/// The store of all texts.
///
/// Invariant: `buffered` is the sum of the lengths of all buffers.
#[derive(Debug)]
pub(super) struct Spool<S> {
    store: S,
    end: u64,
    buffered: usize,
}

impl<S: Store> Spool<S> {
    pub(super) fn new(store: S) -> Self {
        Self { store, end: 0, buffered: 0 }
    }

    /// Adds to a text.
    pub(super) fn append(&mut self, tape: &mut Tape, bytes: &[u8]) -> io::Result<()> {
        tape.buffer.extend_from_slice(bytes);
        self.buffered = self.buffered.saturating_add(bytes.len());
        if tape.buffer.len() >= SEGMENT { self.put_aside(tape) } else { Ok(()) }
    }

    /// Whether so much is in memory that every text should be [put aside](Spool::put_aside).
    pub(super) fn is_full(&self) -> bool {
        self.buffered > BUFFERED
    }

    /// Moves what is in memory of a text to the store.
    pub(super) fn put_aside(&mut self, tape: &mut Tape) -> io::Result<()> {
        let buffer = std::mem::take(&mut tape.buffer);
        self.buffered = self.buffered.saturating_sub(buffer.len());
        if buffer.is_empty() {
            return Ok(());
        }
        let before = tape.last.unwrap_or(Segment { at: u64::MAX, length: 0 });
        self.store.seek(SeekFrom::Start(self.end))?;
        self.store.write_all(&before.at.to_le_bytes())?;
        self.store.write_all(&before.length.to_le_bytes())?;
        self.store.write_all(&buffer)?;
        let segment = Segment { at: self.end, length: buffer.len() as u64 };
        self.end += LINK as u64 + segment.length;
        tape.last = Some(segment);
        Ok(())
    }

    /// Forgets a text.
    pub(super) fn drop_tape(&mut self, tape: Tape) {
        self.buffered = self.buffered.saturating_sub(tape.buffer.len());
    }

    /// Writes a text to `out` and forgets it.
    pub(super) fn play(&mut self, tape: Tape, out: &mut impl Write) -> io::Result<()> {
        let mut segments = Vec::new();
        let mut next = tape.last;
        while let Some(segment) = next {
            segments.push(segment);
            let mut link = [[0; LINK / 2]; 2];
            self.store.seek(SeekFrom::Start(segment.at))?;
            self.store.read_exact(link.as_flattened_mut())?;
            let [at, length] = link.map(u64::from_le_bytes);
            // Each link leads to an earlier place.
            next = (at < segment.at).then_some(Segment { at, length });
        }
        for segment in segments.iter().rev() {
            self.store.seek(SeekFrom::Start(segment.at.saturating_add(LINK as u64)))?;
            io::copy(&mut Read::by_ref(&mut self.store).take(segment.length), out)?;
        }
        out.write_all(&tape.buffer)?;
        self.drop_tape(tape);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_text_comes_out_as_it_went_in(
            steps in proptest::collection::vec((0usize..4, 0usize..5, any::<u8>()), 0..60)
        ) {
            let mut spool = Spool::new(Cursor::new(Vec::new()));
            let mut tapes: [Tape; 4] = Default::default();
            let mut model: [Vec<u8>; 4] = Default::default();
            for (tape, action, byte) in steps {
                let bytes = vec![byte; action * SEGMENT / 3];
                spool.append(&mut tapes[tape], &bytes).unwrap();
                model[tape].extend(&bytes);
                match action {
                    0 => spool.put_aside(&mut tapes[tape]).unwrap(),
                    4 => {
                        let mut out = Vec::new();
                        spool.play(std::mem::take(&mut tapes[tape]), &mut out).unwrap();
                        prop_assert!(out == std::mem::take(&mut model[tape]));
                    }
                    _ => {}
                }
                prop_assert_eq!(spool.buffered, tapes.iter().map(|tape| tape.buffer.len()).sum::<usize>());
            }
            for (tape, model) in tapes.into_iter().zip(model) {
                let mut out = Vec::new();
                spool.play(tape, &mut out).unwrap();
                prop_assert!(out == model);
            }
            prop_assert_eq!(spool.buffered, 0);
        }
    }
}
