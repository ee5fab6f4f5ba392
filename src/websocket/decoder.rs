//! The bytes of one direction become frames (RFC 6455 §5.2).
//!
//! ```text
//!            header complete          payload complete
//!   Header ──────────────────▶ Payload ──────────────▶ Header …
//!     │  ▲ gap                     │ gap beyond the end of the frame
//!     │  │   ╲                     ▼
//!     │  └─── Searching: where a frame begins is not known; found again by evidence (`search`)
//!     │ bytes that cannot be a header
//!     ▼
//!   Ended: the rest of the direction is not decoded
//! ```
//!
//! Where frames begin is only inferred behind a search. If one of the next headers breaks a rule, the inference is more
//! likely to be wrong than the peer: the search goes on.

use std::collections::VecDeque;

use super::search::{Doubt, Found, Kept, Search};
use super::{Expected, FrameEvent, FrameHeader};
use crate::base::{Budget, GapReason, Span, StreamEvent};

/// Decodes the frames of one direction. Holds at most one header, payload passes through; only while it searches for
/// the next frame after a loss, it keeps what comes.
#[derive(Debug)]
pub struct Decoder {
    state: State,
    /// The header that has begun. Boxed, as few directions have one at any time; kept for the next one.
    partial: Option<Box<Partial>>,
    /// What was kept while searching, and waits to be decoded. Boxed, as few directions have any.
    #[allow(clippy::box_collection)] // an empty one would take four times the room
    replay: Option<Box<VecDeque<Kept>>>,
    /// How far what a search has found is to be believed; `None` without one.
    doubt: Option<Box<Doubt>>,
}

#[derive(Debug)]
enum State {
    /// Between frames, or inside a header of which some bytes have come, if it is `begun`.
    Header { begun: bool },
    /// Inside a payload; `0 <= done < length`.
    Payload { length: u64, done: u64 },
    /// Where the next frame begins is not known.
    Searching { search: Box<Search>, captured: u64 },
    /// It is not known, and not searched for any more.
    Skipping { captured: u64 },
    /// The rest is not decoded.
    Ended,
}

/// The beginning of a header: its span so far, and what its sender had acknowledged.
#[derive(Debug, Clone, Copy)]
struct Start {
    span: Span,
    acked: Option<u64>,
}

/// A header of which not all bytes have come.
#[derive(Debug, Clone, Copy)]
struct Partial {
    bytes: HeaderBytes,
    start: Start,
}

/// The bytes of a header so far: up to 14.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct HeaderBytes {
    bytes: [u8; FrameHeader::MAX_LENGTH],
    length: usize,
}

impl HeaderBytes {
    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Takes as much of `bytes` as fits; how much it took.
    fn fill(&mut self, bytes: &[u8]) -> usize {
        let free = self.bytes.get_mut(self.length..).unwrap_or_default();
        let count = free.len().min(bytes.len());
        for (to, from) in free.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.length += count;
        count
    }
}

const BETWEEN_FRAMES: State = State::Header { begun: false };

impl Default for Decoder {
    fn default() -> Self {
        Self { state: BETWEEN_FRAMES, partial: None, replay: None, doubt: None }
    }
}

impl Decoder {
    /// A decoder that has to find the first frame by evidence.
    pub fn searching() -> Self {
        Self { state: State::searching(), ..Self::default() }
    }

    /// Whether a frame begins with the next byte, as far as anybody knows.
    pub fn is_between_frames(&self) -> bool {
        matches!(self.state, State::Header { begun: false }) && self.replay.is_none() && self.doubt.is_none()
    }

    /// Takes the next event of the direction. What has to be kept comes out of `held`.
    pub fn push(
        &mut self,
        expected: Expected,
        event: &StreamEvent<'_>,
        held: &Budget,
        out: &mut impl FnMut(FrameEvent<'_>),
    ) {
        self.feed(expected, event, held, out);
        self.replay(expected, held, out);
    }

    /// Looks at what was kept again, if it is searching: `expected` demands less than before.
    pub fn search_again(&mut self, expected: Expected, held: &Budget, out: &mut impl FnMut(FrameEvent<'_>)) {
        if let State::Searching { search, captured } = &self.state
            && let Some(found) = search.again(expected.demand)
        {
            let captured = *captured;
            self.found(found, captured, held, out);
            self.replay(expected, held, out);
        }
    }

    /// The stream is over: a frame still open ends here.
    pub fn finish(&mut self, expected: Expected, held: &Budget, out: &mut impl FnMut(FrameEvent<'_>)) {
        if let State::Searching { search, captured } = &self.state
            && let Some(found) = search.finish(expected.demand)
        {
            let captured = *captured;
            self.found(found, captured, held, out);
            self.replay(expected, held, out);
        }
        match &mut self.state {
            State::Payload { .. } => out(FrameEvent::End { cut: true }),
            State::Searching { search, captured } => {
                search.release(held);
                if *captured > 0 {
                    out(FrameEvent::NotFound { skipped: *captured });
                }
            }
            State::Skipping { captured } => out(FrameEvent::NotFound { skipped: *captured }),
            State::Header { begun: true } => {
                if let Some(partial) = &self.partial {
                    out(FrameEvent::HeaderCut { span: partial.start.span });
                }
            }
            State::Header { begun: false } | State::Ended => {}
        }
        self.state = State::Ended;
    }

    /// Decodes what was kept while searching; it may lead to another search.
    fn replay(&mut self, expected: Expected, held: &Budget, out: &mut impl FnMut(FrameEvent<'_>)) {
        while let Some(kept) = self.replay.as_mut().and_then(|replay| replay.pop_front()) {
            self.feed(expected, &kept.event(), held, out);
        }
        self.replay = None;
    }

    fn feed(
        &mut self,
        expected: Expected,
        event: &StreamEvent<'_>,
        held: &Budget,
        out: &mut impl FnMut(FrameEvent<'_>),
    ) {
        if let (State::Skipping { captured }, StreamEvent::Data { bytes, .. }) = (&mut self.state, event) {
            *captured = captured.saturating_add(bytes.len() as u64);
            return;
        }
        if let State::Searching { search, captured } = &mut self.state {
            if let StreamEvent::Data { bytes, .. } = event {
                *captured = captured.saturating_add(bytes.len() as u64);
            }
            let captured = *captured;
            if let Some(found) = search.push(expected.sought(), expected.demand, event, held) {
                self.found(found, captured, held, out);
            }
            return;
        }
        match *event {
            StreamEvent::Data { span, acked, bytes } => {
                let rest = self.data(expected, span, acked, bytes, out);
                if rest > 0 {
                    // They turned out not to follow a frame.
                    let span = span.part((bytes.len() - rest) as u64, rest as u64);
                    let bytes = bytes.get(bytes.len() - rest..).unwrap_or_default();
                    self.feed(expected, &StreamEvent::Data { span, acked, bytes }, held, out);
                }
            }
            StreamEvent::Gap { why: GapReason::Undecrypted, .. } => self.gap_of_unknown_length(out),
            StreamEvent::Gap { span, .. } => self.gap(span.length, out),
            StreamEvent::Fin { .. } | StreamEvent::Reset { .. } => {}
        }
    }

    /// Goes on from the header that was found.
    fn found(&mut self, found: Found, captured: u64, held: &Budget, out: &mut impl FnMut(FrameEvent<'_>)) {
        let State::Searching { search, .. } = &mut self.state else { return };
        let mut again = 0_u64;
        // What was kept comes before what is still waiting from an earlier search.
        for kept in search.take(found.start, held).rev() {
            again = again.saturating_add(kept.captured());
            self.replay.get_or_insert_default().push_front(kept);
        }
        self.state = BETWEEN_FRAMES;
        self.doubt.get_or_insert_default().raise(&found.evidence);
        let skipped = captured.saturating_sub(again);
        out(FrameEvent::Found { start: found.start, skipped, evidence: found.evidence });
    }

    /// Decodes bytes; how many at the end are left because it is not known any more where frames begin.
    fn data(
        &mut self,
        expected: Expected,
        span: Span,
        acked: Option<u64>,
        bytes: &[u8],
        out: &mut impl FnMut(FrameEvent<'_>),
    ) -> usize {
        let mut rest = bytes;
        while !rest.is_empty() {
            let at = span.part((bytes.len() - rest.len()) as u64, rest.len() as u64);
            let used = match &mut self.state {
                State::Header { begun } => {
                    let begun = *begun;
                    self.header(expected, begun, (at, acked), rest, out)
                }
                State::Payload { length, done } => {
                    let (length, done) = (*length, *done);
                    self.payload(length, done, at, rest, out)
                }
                State::Searching { .. } | State::Skipping { .. } => return rest.len(),
                State::Ended => return 0,
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        0
    }

    /// Takes bytes of a header from the front of `input`, which stands `at` and was sent having `acked` so much; how many.
    fn header(
        &mut self,
        expected: Expected,
        begun: bool,
        (at, acked): (Span, Option<u64>),
        input: &[u8],
        out: &mut impl FnMut(FrameEvent<'_>),
    ) -> usize {
        let partial = self.partial.as_deref().copied().filter(|_| begun);
        let mut bytes = partial.map_or(HeaderBytes::default(), |partial| partial.bytes);
        let before = bytes.length;
        let filled = bytes.fill(input);
        let parsed = FrameHeader::parse(bytes.as_slice()).ok().map(|(_, header)| header);
        let length = parsed.map_or(bytes.length, |header| usize::from(header.header_length));
        let used = length.saturating_sub(before).min(filled);
        let part = at.part(0, used as u64);
        let start = match partial.map(|partial| partial.start) {
            Some(start) => Start { span: start.span.join(&part), ..start },
            None => Start { span: part, acked },
        };
        if let Some(header) = parsed {
            self.begin_frame(expected, header, start, out);
            return used;
        }
        let partial = Partial { bytes, start };
        match &mut self.partial {
            Some(kept) => **kept = partial,
            None => self.partial = Some(Box::new(partial)),
        }
        self.state = State::Header { begun: true };
        used
    }

    fn begin_frame(
        &mut self,
        expected: Expected,
        header: FrameHeader,
        start: Start,
        out: &mut impl FnMut(FrameEvent<'_>),
    ) {
        let Start { span, acked } = start;
        if self.doubt.as_mut().is_some_and(|doubt| doubt.refutes(&header, expected.sought())) {
            return self.search_on(span.length, out);
        }
        if !expected.admits(&header) {
            self.state = State::Ended;
            return out(FrameEvent::NotAFrame { header, span });
        }
        out(FrameEvent::Header { header, span, acked });
        self.advance(header.payload_length, 0, out);
    }

    /// Takes bytes of a payload from the front of `input`; how many.
    fn payload(
        &mut self,
        length: u64,
        done: u64,
        at: Span,
        input: &[u8],
        out: &mut impl FnMut(FrameEvent<'_>),
    ) -> usize {
        let wanted = usize::try_from(length - done).unwrap_or(usize::MAX).min(input.len());
        let bytes = input.get(..wanted).unwrap_or_default();
        out(FrameEvent::Payload { offset: done, span: at.part(0, wanted as u64), bytes });
        self.advance(length, done + wanted as u64, out);
        wanted
    }

    /// `done` bytes of a payload of `length` are behind us.
    fn advance(&mut self, length: u64, done: u64, out: &mut impl FnMut(FrameEvent<'_>)) {
        if done < length {
            self.state = State::Payload { length, done };
        } else {
            self.state = BETWEEN_FRAMES;
            out(FrameEvent::End { cut: false });
        }
    }

    fn gap(&mut self, missing: u64, out: &mut impl FnMut(FrameEvent<'_>)) {
        match self.state {
            State::Payload { length, done } => {
                let inside = missing.min(length - done);
                out(FrameEvent::Missing { offset: done, length: inside });
                self.advance(length, done + inside, out);
                if missing > inside {
                    self.lose(out);
                }
            }
            State::Header { .. } => self.lose(out),
            State::Searching { .. } | State::Skipping { .. } | State::Ended => {}
        }
    }

    /// Behind it, nobody knows how much of the payload is over.
    fn gap_of_unknown_length(&mut self, out: &mut impl FnMut(FrameEvent<'_>)) {
        match self.state {
            State::Payload { length, done } => {
                self.gap(length - done, out);
                self.lose(out);
            }
            _ => self.gap(0, out),
        }
    }

    /// The place that was found is wrong, as its last bytes show.
    fn search_on(&mut self, captured: u64, out: &mut impl FnMut(FrameEvent<'_>)) {
        self.state = if self.doubt.as_mut().is_some_and(|doubt| doubt.gives_up()) {
            State::Skipping { captured }
        } else {
            State::Searching { search: Box::default(), captured }
        };
        out(FrameEvent::Lost);
    }

    fn lose(&mut self, out: &mut impl FnMut(FrameEvent<'_>)) {
        self.state = State::searching();
        out(FrameEvent::Lost);
    }
}

impl State {
    fn searching() -> Self {
        State::Searching { search: Box::default(), captured: 0 }
    }
}
