//! One DEFLATE stream at a time (RFC 1951), which is what a compressed message is once the four bytes are appended that
//! its sender removed (RFC 7692 §7.2.2).

use flate2::{Decompress, FlushDecompress, Status};

use super::window::FARTHEST;

/// What the sender removes from the end of each message, and the receiver appends (RFC 7692 §7.2.1, §7.2.2): the lengths of
/// an empty stored block.
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

/// An empty final block. It ends the stream at once if that stands between two blocks, as it must behind the tail.
const END: [u8; 2] = [0x03, 0x00];

/// Why a message does not inflate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// It is no DEFLATE data, refers to what was not said, or ends inside a block.
    Invalid {
        /// The byte of the message at which it was refused; its length if it ends inside a block.
        at: u64,
    },
    /// It inflates to more than the limit.
    Limit,
}

/// Inflates messages one after the other. It takes over 100 KiB, so one serves all connections.
///
/// Invariant: the bytes before `at` are the last that the message has inflated to; as many as it can refer to, or all.
#[derive(Debug)]
pub(super) struct Stream {
    zlib: Decompress,
    output: Box<[u8]>,
    at: usize,
    /// Bytes that the message has inflated to so far.
    length: u64,
}

/// What the end of some input meant.
enum Fed {
    /// The stream goes on.
    Open,
    /// A final block ended it, this many bytes before the end of the input.
    Ended { left: usize },
}

impl Default for Stream {
    fn default() -> Self {
        // Always 15 window bits: a smaller window would not be enforced, and 8 is refused.
        let zlib = Decompress::new_with_window_bits(false, 15);
        Self { zlib, output: vec![0; 2 * FARTHEST].into_boxed_slice(), at: 0, length: 0 }
    }
}

impl Stream {
    /// Inflates a message that may refer to `window`; `sink` gets the output piece by piece, at most `limit` bytes. If
    /// that fails otherwise than by the limit, what it got means nothing.
    pub(super) fn inflate(
        &mut self,
        window: [&[u8]; 2],
        wire: &[u8],
        limit: u64,
        sink: &mut impl FnMut(&[u8]),
    ) -> Result<(), Failure> {
        (self.at, self.length) = (0, 0);
        // Some senders write an empty message as nothing at all.
        if wire.is_empty() {
            return Ok(());
        }
        let refused = |left: usize| Failure::Invalid { at: wire.len().saturating_sub(left + 1) as u64 };
        let mut rest = wire;
        self.begin(window)?;
        while let Fed::Ended { left } = self.feed(rest, limit, sink).map_err(|stop| stop.failure(refused))? {
            // A final block does not end the message (RFC 7692 §7.2.3.4).
            rest = rest.get(rest.len() - left..).unwrap_or_default();
            if rest.is_empty() || rest == TAIL {
                return Ok(());
            }
            self.begin(window)?;
        }
        let before = self.length;
        // Some senders leave it. No message ends so otherwise: the last bits are those that begin the removed block, 000.
        let tail: &[u8] = if wire.ends_with(&TAIL) { &[] } else { &TAIL };
        let tail = self.feed(tail, limit, sink).and_then(|_| self.feed(&END, limit, sink));
        match tail {
            Ok(Fed::Ended { left: 0 }) if self.length == before => Ok(()),
            Err(Stop::Limit) => Err(Failure::Limit),
            _ => Err(Failure::Invalid { at: wire.len() as u64 }),
        }
    }

    /// Bytes that the last message inflated to.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The last of these bytes, as far as what follows can refer to them.
    pub(super) fn recent(&self) -> &[u8] {
        self.output.get(self.at.saturating_sub(FARTHEST)..self.at).unwrap_or_default()
    }

    /// Begins a DEFLATE stream that may refer to `window` and to what the message has inflated to so far.
    fn begin(&mut self, window: [&[u8]; 2]) -> Result<(), Failure> {
        let Self { zlib, output, at, .. } = self;
        zlib.reset(false);
        let recent = output.get(at.saturating_sub(FARTHEST)..*at).unwrap_or_default();
        for part in window.into_iter().chain([recent]).filter(|part| !part.is_empty()) {
            zlib.set_dictionary(part).map_err(|_| Failure::Invalid { at: 0 })?;
        }
        Ok(())
    }

    /// Inflates `input` until it is used up or its stream ends.
    fn feed(&mut self, input: &[u8], limit: u64, sink: &mut impl FnMut(&[u8])) -> Result<Fed, Stop> {
        let mut rest = input;
        loop {
            if self.at >= self.output.len() {
                self.at = FARTHEST;
                self.output.copy_within(FARTHEST.., 0);
            }
            let room = self.output.get_mut(self.at..).unwrap_or_default();
            let space = room.len();
            let before = (self.zlib.total_in(), self.zlib.total_out());
            let result = self.zlib.decompress(rest, room, FlushDecompress::None);
            let used = (self.zlib.total_in() - before.0) as usize;
            let produced = (self.zlib.total_out() - before.1) as usize;
            rest = rest.get(used..).unwrap_or_default();
            self.pass_on(produced, limit, sink)?;
            match result {
                Err(_) => return Err(Stop::Invalid { left: rest.len() }),
                Ok(Status::StreamEnd) => return Ok(Fed::Ended { left: rest.len() }),
                Ok(_) if rest.is_empty() && produced < space => return Ok(Fed::Open),
                Ok(_) if used == 0 && produced == 0 => return Err(Stop::Invalid { left: rest.len() }),
                Ok(_) => {}
            }
        }
    }

    /// Hands on the next bytes of the output.
    fn pass_on(&mut self, produced: usize, limit: u64, sink: &mut impl FnMut(&[u8])) -> Result<(), Stop> {
        let output = self.output.get(self.at..self.at + produced).unwrap_or_default();
        let allowed = usize::try_from(limit.saturating_sub(self.length)).unwrap_or(usize::MAX);
        sink(output.get(..allowed).unwrap_or(output));
        self.at += produced;
        self.length = self.length.saturating_add(produced as u64);
        if self.length > limit { Err(Stop::Limit) } else { Ok(()) }
    }
}

/// Why feeding stopped before the input was used up.
enum Stop {
    Invalid { left: usize },
    Limit,
}

impl Stop {
    fn failure(self, invalid: impl FnOnce(usize) -> Failure) -> Failure {
        match self {
            Stop::Invalid { left } => invalid(left),
            Stop::Limit => Failure::Limit,
        }
    }
}
