//! One capture, read from a file or a pipe.

use std::fmt;
use std::io::{self, Read};

use super::compression::{self, Broken, Decompressed, Format, read_retrying};
use super::{End, Framer, Packet};
use crate::base::{Error, Limits, Timestamp};

/// Reads one capture, compressed or not.
///
/// [`Reader::next_packet`] never waits; [`Reader::fill`] may. Between the two is the time to show what is known.
#[derive(Debug)]
pub struct Reader<R> {
    /// `None` once it has no more to say.
    source: Option<Source<R>>,
    framer: Framer,
}

#[derive(Debug)]
enum Source<R> {
    Plain(R),
    Compressed(Decompressed<R>),
    Closed(Closed<R>),
}

/// A source that is closed until its first packet's time has come.
struct Closed<R> {
    first: Timestamp,
    reopen: Box<dyn FnOnce() -> io::Result<R> + Send>,
    limits: Limits,
}

impl<R> fmt::Debug for Closed<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closed").field("first", &self.first).finish_non_exhaustive()
    }
}

impl<R: Read> Reader<R> {
    /// Reads the beginning of a capture, up to and including its own header.
    ///
    /// # Errors
    ///
    /// The source cannot be read, or is not a capture. What happens later is no error, but an [`End`].
    pub fn open(mut source: R, limits: &Limits) -> Result<Self, Error> {
        let mut first = [0; compression::MAGIC];
        let count = read_full(&mut source, &mut first)?;
        let first = first.get(..count).unwrap_or_default();
        let mut framer = Framer::new(limits);
        let source = match Format::of(first) {
            Some(format) => {
                Source::Compressed(Decompressed::new(source, format, first, limits.decompression_window))
            }
            None => {
                framer.push(first);
                Source::Plain(source)
            }
        };
        let mut reader = Self { source: Some(source), framer };
        while !reader.framer.open()? {
            match reader.read() {
                Ok(()) => {}
                Err(Broken::Io(error)) => return Err(Error::Io(error)),
                Err(Broken::Cut) => return Err(Error::BadHeader("its compressed data end too early")),
                Err(Broken::Damaged) => return Err(Error::BadHeader("its compressed data are damaged")),
                Err(Broken::Window) => return Err(Error::DecompressionWindow),
            }
        }
        Ok(reader)
    }

    /// Reads the beginning of a capture, up to its first packet, then closes it until that packet is wanted.
    ///
    /// For one of many captures: a recording may consist of more than can be open at once. `open` has to open the
    /// same capture each time.
    ///
    /// # Errors
    ///
    /// As [`Reader::open`].
    pub fn open_later(
        open: impl Fn() -> io::Result<R> + Send + 'static,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let mut reader = Self::open(open()?, limits)?;
        while reader.peek().is_none() && reader.fill() {}
        if let Some(first) = reader.peek() {
            let closed = Closed { first, reopen: Box::new(open), limits: *limits };
            reader = Self { source: Some(Source::Closed(closed)), framer: Framer::new(limits) };
        }
        Ok(reader)
    }

    /// The time of the first packet that [`Reader::next_packet`] has not returned, if it is known.
    pub fn peek(&mut self) -> Option<Timestamp> {
        match &self.source {
            Some(Source::Closed(closed)) => Some(closed.first),
            _ => self.framer.peek(),
        }
    }

    /// The next packet of those that have been read; `None` if that takes a [`Reader::fill`], or at the end.
    pub fn next_packet(&mut self) -> Option<Packet<'_>> {
        self.framer.next_packet()
    }

    /// What comes behind that, as [`Framer::look_ahead`].
    pub fn look_ahead(&mut self) -> Option<Packet<'_>> {
        self.framer.look_ahead()
    }

    /// Reads on, if [`Reader::next_packet`] has nothing more; may wait for the source. `false` at the end.
    pub fn fill(&mut self) -> bool {
        if let Some(Source::Closed(_)) = &self.source {
            self.reopen();
        }
        if self.peek().is_some() {
            return true;
        }
        if self.end().is_none() {
            match self.read() {
                Ok(()) => {}
                Err(Broken::Io(error)) => {
                    self.break_off(|offset| End::ReadFailed { offset, error: error.to_string() });
                }
                Err(Broken::Cut) => self.break_off(|offset| End::Cut { offset, missing: 0 }),
                Err(Broken::Damaged) => {
                    self.break_off(|offset| End::Damaged {
                        offset,
                        what: "the compressed data make no sense",
                    });
                }
                Err(Broken::Window) => {
                    let what = "decompressing it takes more memory than the limit";
                    self.break_off(|offset| End::Damaged { offset, what });
                }
            }
        }
        // Tells the end, or finds the packet that `next_packet` will be asked for.
        self.peek();
        let goes_on = self.end().is_none();
        if !goes_on {
            self.source = None;
        }
        goes_on
    }

    /// TLS secrets in the capture that have been read since this was called before: lines of NSS key logs.
    pub fn take_secrets(&mut self) -> Option<Vec<u8>> {
        self.framer.take_secrets()
    }

    /// The same, including those that stand just before the next packet.
    pub(super) fn take_secrets_before_next(&mut self) -> Option<Vec<u8>> {
        if !self.framer.may_have_secrets() {
            return None;
        }
        self.peek();
        self.take_secrets()
    }

    /// How the capture ended; `None` as long as packets may still come.
    pub fn end(&self) -> Option<&End> {
        self.framer.end()
    }

    fn reopen(&mut self) {
        let Some(Source::Closed(closed)) = self.source.take() else { return };
        let opened = (closed.reopen)().map_err(Error::Io);
        match opened.and_then(|source| Self::open(source, &closed.limits)) {
            Ok(reader) => *self = reader,
            Err(Error::Io(error)) => self.fail(&error),
            Err(error) => self.fail(&error),
        }
    }

    fn fail(&mut self, error: &dyn fmt::Display) {
        self.framer.stop(End::ReadFailed { offset: 0, error: error.to_string() });
    }

    fn read(&mut self) -> Result<(), Broken> {
        let space = self.framer.space();
        let count = match &mut self.source {
            Some(Source::Plain(source)) => read_retrying(source, space).map_err(Broken::Io)?,
            Some(Source::Compressed(source)) => source.read(space)?,
            Some(Source::Closed(_)) | None => 0,
        };
        match count {
            0 => self.framer.finish(),
            count => self.framer.filled(count),
        }
        Ok(())
    }

    fn break_off(&mut self, why: impl FnOnce(u64) -> End) {
        self.framer.break_off(why);
    }
}

/// Reads until `out` is full or the source ends.
pub(super) fn read_full(source: &mut impl Read, out: &mut [u8]) -> Result<usize, Error> {
    let mut filled = 0;
    while let Some(space) = out.get_mut(filled..).filter(|space| !space.is_empty()) {
        match read_retrying(source, space)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}
