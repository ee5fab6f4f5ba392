//! The bytes of one direction become records (RFC 8446 §5.1), with losses told apart from what is there.

use std::collections::VecDeque;

use super::header::{APPLICATION_DATA, Header, LENGTH};
use crate::base::{Budget, GapReason, PacketId, Span, StreamEvent};

/// What stands in the stream next.
#[derive(Debug, Clone, Copy)]
pub(super) enum Framed<'a> {
    /// A record, whole.
    Record {
        header: Header,
        /// What follows the header.
        body: &'a [u8],
        /// The record, header included.
        span: Span,
        /// What the packet with its first byte said.
        acked: Option<u64>,
    },
    /// Bytes that are missing or, because of that, belong to no record that is whole.
    Lost {
        /// All of them.
        span: Span,
        /// Why the last missing ones are missing.
        why: GapReason,
        /// If these bytes are exactly one record, its header.
        header: Option<Header>,
    },
    /// FIN or RST: nothing more will come.
    End { packet: PacketId, acked: Option<u64>, reset: bool },
}

impl Framed<'_> {
    /// A record of application data, without the data.
    pub fn without_data(&self) -> Option<Self> {
        match *self {
            Framed::Record { header, span, acked, .. } if header.content == APPLICATION_DATA => {
                Some(Framed::Record { header, body: &[], span, acked })
            }
            _ => None,
        }
    }

    /// The bytes that it stands for.
    pub fn span(&self) -> Option<Span> {
        match *self {
            Framed::Record { span, .. } | Framed::Lost { span, .. } => Some(span),
            Framed::End { .. } => None,
        }
    }
}

/// Cuts one direction's stream into records.
///
/// Invariant: outside of [`Mode::Search`] the buffer holds the beginning of one record at most. `pieces` cover the buffer.
#[derive(Debug, Default)]
pub(super) struct Framer {
    mode: Mode,
    buffer: Vec<u8>,
    /// Bytes at the front of the buffer that are done with; none between two events.
    front: usize,
    pieces: VecDeque<Piece>,
    lost: Option<(Span, GapReason)>,
    /// Bytes taken from the budget.
    taken: usize,
}

#[derive(Debug, Default, Clone, Copy)]
enum Mode {
    /// The next record begins where the last one ended.
    #[default]
    InStep,
    /// So many bytes are left of a record that misses some.
    Skip(Header, u64),
    /// Nobody knows where the next record begins.
    Search,
}

/// Buffered bytes that one packet carried.
#[derive(Debug, Clone, Copy)]
struct Piece {
    span: Span,
    acked: Option<u64>,
}

/// Pieces told apart; more of them are joined, so a stream of tiny segments takes no more memory.
const PIECES: usize = 64;

/// Bytes that fit behind the longest record, so that what follows it can be looked at.
const PEEK: usize = LENGTH;

impl Framer {
    /// Takes the next event; what is kept comes out of `held`.
    pub fn push(&mut self, event: &StreamEvent<'_>, held: &Budget, out: &mut impl FnMut(Framed<'_>)) {
        match *event {
            StreamEvent::Data { span, acked, bytes } => self.data(Piece { span, acked }, bytes, held, out),
            StreamEvent::Gap { span, why } => self.gap(span, why, held, out),
            StreamEvent::Fin { packet, acked } => {
                self.finish(held, out);
                out(Framed::End { packet, acked, reset: false });
            }
            StreamEvent::Reset { packet, acked } => {
                self.finish(held, out);
                out(Framed::End { packet, acked, reset: true });
            }
        }
    }

    /// No more bytes will come. Gives everything back to `held`.
    pub fn finish(&mut self, held: &Budget, out: &mut impl FnMut(Framed<'_>)) {
        self.search(true, out);
        // The beginning of a record that nobody finished is no loss of the capture; behind a gap it is part of one.
        if matches!(self.mode, Mode::Search) {
            self.lose_buffer(None);
        }
        if self.lost.is_some() {
            let header = if let Mode::Skip(header, _) = self.mode { Some(header) } else { None };
            self.tell_loss(header, out);
        }
        *self = Self { taken: self.taken, ..Self::default() };
        self.settle(held);
    }

    fn data(&mut self, piece: Piece, bytes: &[u8], held: &Budget, out: &mut impl FnMut(Framed<'_>)) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let piece = Piece { span: piece.span.part(at as u64, rest.len() as u64), ..piece };
            at = at.saturating_add(match self.mode {
                Mode::Skip(header, left) => self.skip(header, left, piece.span, out),
                Mode::InStep if self.buffer.is_empty() => self.direct(piece, rest, out),
                Mode::InStep => self.complete(piece, rest, out),
                Mode::Search => {
                    self.keep(piece, rest);
                    self.search(false, out);
                    rest.len()
                }
            });
        }
        if !self.settle(held) {
            self.lose_buffer(Some(GapReason::Limit));
            self.mode = Mode::Search;
            self.settle(held);
        }
    }

    /// Takes what is there of a damaged record.
    fn skip(&mut self, header: Header, left: u64, span: Span, out: &mut impl FnMut(Framed<'_>)) -> usize {
        let count = left.min(span.length);
        self.lose(span.part(0, count), None);
        self.skipped(header, left, count, out);
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    fn skipped(&mut self, header: Header, left: u64, count: u64, out: &mut impl FnMut(Framed<'_>)) {
        self.mode = Mode::Skip(header, left.saturating_sub(count));
        if count >= left {
            self.mode = Mode::InStep;
            self.tell_loss(Some(header), out);
        }
    }

    /// Takes a record that is whole in `rest`, or keeps its beginning.
    fn direct(&mut self, piece: Piece, rest: &[u8], out: &mut impl FnMut(Framed<'_>)) -> usize {
        if let Some(header) = Header::read(rest)
            && let Some(body) = rest.get(LENGTH..header.whole())
        {
            let span = piece.span.part(0, header.whole() as u64);
            out(Framed::Record { header, body, span, acked: piece.acked });
            return header.whole();
        }
        self.keep(piece, rest);
        if !Header::may_begin(rest) {
            self.mode = Mode::Search;
            self.search(false, out);
        }
        rest.len()
    }

    /// Takes what is missing of the buffered record.
    fn complete(&mut self, piece: Piece, rest: &[u8], out: &mut impl FnMut(Framed<'_>)) -> usize {
        let wanted = Header::read(&self.buffer).map_or(LENGTH, Header::whole);
        let count = wanted.saturating_sub(self.buffer.len()).min(rest.len());
        self.buffer.reserve_exact(wanted.saturating_sub(self.buffer.len()));
        self.keep(
            Piece { span: piece.span.part(0, count as u64), ..piece },
            rest.get(..count).unwrap_or_default(),
        );
        if !Header::may_begin(&self.buffer) {
            self.mode = Mode::Search;
            self.search(false, out);
        } else if let Some(header) = Header::read(&self.buffer)
            && let Some(body) = self.buffer.get(LENGTH..header.whole())
        {
            if let Some((span, acked)) = self.whole_span() {
                out(Framed::Record { header, body, span, acked });
            }
            self.empty();
        }
        count
    }

    fn gap(&mut self, span: Span, why: GapReason, held: &Budget, out: &mut impl FnMut(Framed<'_>)) {
        self.search(true, out);
        let known = match self.mode {
            Mode::Skip(header, left) => Some((header, left)),
            Mode::InStep => Header::read(self.rest())
                .map(|header| (header, header.whole().saturating_sub(self.rest().len()) as u64)),
            Mode::Search => None,
        };
        self.lose_buffer(None);
        self.lose(span, Some(why));
        match known {
            Some((header, left)) if span.length <= left => self.skipped(header, left, span.length, out),
            _ => self.mode = Mode::Search,
        }
        self.settle(held);
    }

    /// Looks for a record that is followed by another one, as far as there are bytes; then takes what is there in step.
    /// `last`: what is not whole in the buffer will never be.
    fn search(&mut self, last: bool, out: &mut impl FnMut(Framed<'_>)) {
        while let Mode::Search = self.mode {
            let Some(found) = candidate(self.rest(), last) else {
                return self.lose_buffer(None);
            };
            self.lose_front(found.at);
            if !found.whole {
                return;
            }
            self.tell_loss(None, out);
            self.mode = Mode::InStep;
            self.in_step(out);
        }
    }

    /// Takes the records at the front of a buffer that was searched; what they leave stays.
    fn in_step(&mut self, out: &mut impl FnMut(Framed<'_>)) {
        while let Some(header) = Header::read(self.rest())
            && let Some(body) = self.rest().get(LENGTH..header.whole())
        {
            if let Some((span, acked)) = self.span(header.whole()) {
                out(Framed::Record { header, body, span, acked });
            }
            self.drop_front(header.whole());
        }
        if !Header::may_begin(self.rest()) {
            self.mode = Mode::Search;
            self.lose_front(1);
        }
    }

    /// What is buffered.
    fn rest(&self) -> &[u8] {
        self.buffer.get(self.front..).unwrap_or_default()
    }

    /// The span of the first `length` buffered bytes, and what the packet of the first said.
    fn span(&self, length: usize) -> Option<(Span, Option<u64>)> {
        let base = self.pieces.front()?.span.offset;
        let end = base.saturating_add(length as u64);
        let mut overlapping = self.pieces.iter().take_while(|piece| piece.span.offset < end);
        let first = overlapping.next()?;
        let joined = overlapping.fold(first.span, |joined, piece| joined.join(&piece.span));
        Some((Span { offset: base, length: length as u64, ..joined }, first.acked))
    }

    fn whole_span(&self) -> Option<(Span, Option<u64>)> {
        self.span(self.rest().len())
    }

    fn keep(&mut self, piece: Piece, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        let full = self.pieces.len() >= PIECES;
        match self.pieces.back_mut() {
            Some(last) if full => last.span = last.span.join(&piece.span),
            _ => self.pieces.push_back(piece),
        }
    }

    /// The first `count` buffered bytes are lost.
    fn lose_front(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        if let Some((span, _)) = self.span(count) {
            self.lose(span, None);
        }
        self.drop_front(count);
    }

    fn lose_buffer(&mut self, why: Option<GapReason>) {
        if let Some((span, _)) = self.whole_span() {
            self.lose(span, why);
        }
        self.empty();
    }

    fn drop_front(&mut self, count: usize) {
        if count >= self.rest().len() {
            return self.empty();
        }
        let Some(base) = self.pieces.front().map(|piece| piece.span.offset.saturating_add(count as u64))
        else {
            return;
        };
        self.front += count;
        while self.pieces.front().is_some_and(|piece| piece.span.end_offset() <= base) {
            self.pieces.pop_front();
        }
        if let Some(first) = self.pieces.front_mut() {
            let gone = base.saturating_sub(first.span.offset);
            first.span = first.span.part(gone, first.span.length.saturating_sub(gone));
        }
    }

    fn empty(&mut self) {
        self.buffer = Vec::new();
        self.front = 0;
        self.pieces = VecDeque::new();
    }

    fn lose(&mut self, span: Span, why: Option<GapReason>) {
        self.lost = Some(match self.lost {
            Some((before, cause)) => (before.join(&span), why.unwrap_or(cause)),
            None => (span, why.unwrap_or(GapReason::End)),
        });
    }

    fn tell_loss(&mut self, header: Option<Header>, out: &mut impl FnMut(Framed<'_>)) {
        if let Some((span, why)) = self.lost.take() {
            out(Framed::Lost { span, why, header });
        }
    }

    /// Holds what is allocated against the budget; whether it fits.
    fn settle(&mut self, held: &Budget) -> bool {
        self.buffer.drain(..self.front);
        self.front = 0;
        let now = self.buffer.capacity() + self.pieces.capacity() * size_of::<Piece>();
        if now > self.taken && !held.take(now - self.taken) {
            return false;
        }
        held.give_back(self.taken.saturating_sub(now));
        self.taken = now;
        true
    }
}

/// Where a record may begin.
struct Candidate {
    at: usize,
    whole: bool,
}

/// The first place where a record may begin: its header is one, and so are the bytes behind its end, as far as there are
/// any. If nothing more will come, a record has to be whole.
fn candidate(bytes: &[u8], last: bool) -> Option<Candidate> {
    (0..bytes.len()).find_map(|at| {
        let rest = bytes.get(at..)?;
        if !Header::may_begin(rest) {
            return None;
        }
        let Some(header) = Header::read(rest) else {
            return (!last).then_some(Candidate { at, whole: false });
        };
        let whole = rest.len() >= header.whole();
        let behind = rest.get(header.whole()..).unwrap_or_default();
        let behind = behind.get(..PEEK).unwrap_or(behind);
        (Header::may_begin(behind) && (whole || !last)).then_some(Candidate { at, whole })
    })
}
