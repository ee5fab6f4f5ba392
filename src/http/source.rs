//! What one direction has to say now: what waits in its queue, or else the event that was just pushed, borrowed.

use super::queue::{Gap, Piece, Queue};
use crate::base::{PacketId, PerDirection, Span, StreamEvent};

/// The input of one direction while one event is being digested.
///
/// Invariant: there is an `event` only while the `queue` is empty.
pub(super) struct Source<'q, 'e> {
    queue: &'q mut Queue,
    event: Option<StreamEvent<'e>>,
}

/// Both directions.
pub(super) type Sources<'q, 'e> = PerDirection<Source<'q, 'e>>;

/// What comes next.
pub(super) enum Front<'a> {
    /// Bytes, up to the next event that is not data.
    Bytes(&'a [u8]),
    /// A gap.
    Gap(Gap),
    /// The direction ends.
    End,
}

impl<'q, 'e> Source<'q, 'e> {
    pub(super) fn new(queue: &'q mut Queue, event: Option<StreamEvent<'e>>) -> Self {
        let mut source = Source { queue, event };
        match source.event {
            Some(StreamEvent::Data { bytes: [], .. }) => source.event = None,
            Some(event) if !source.queue.is_empty() => {
                source.queue.push(event);
                source.event = None;
            }
            _ => {}
        }
        source
    }

    pub(super) fn front(&self) -> Option<Front<'_>> {
        Some(match (self.queue.front(), self.event) {
            (Some(Piece::Data { .. }), _) => Front::Bytes(self.queue.run()),
            (Some(Piece::Gap(gap)), _) => Front::Gap(gap),
            (Some(Piece::End(_)), _) => Front::End,
            (None, Some(StreamEvent::Data { bytes, .. })) => Front::Bytes(bytes),
            (None, Some(StreamEvent::Gap { span, why })) => Front::Gap(Gap { span, why }),
            (None, Some(StreamEvent::Fin { .. } | StreamEvent::Reset { .. })) => Front::End,
            (None, None) => return None,
        })
    }

    /// Whether there are bytes to come next.
    pub(super) fn has_bytes(&self) -> bool {
        matches!(self.front(), Some(Front::Bytes(_)))
    }

    /// Whether the bytes that come next end because others are missing.
    pub(super) fn ends_in_gap(&self) -> bool {
        self.queue.run_ends_in_gap()
    }

    /// Of the bytes that come next, where those behind `skip` are, `length` of them, and the packet of the first.
    pub(super) fn place(&self, skip: usize, length: usize) -> Option<(Span, PacketId)> {
        if let Some(StreamEvent::Data { span, .. }) = self.event {
            return Some((span.part(skip as u64, length as u64), span.end));
        }
        let mut spans = self.queue.spans(skip, length).filter(|span| span.length > 0);
        let first = spans.next()?;
        Some((spans.fold(first, |whole, next| whole.join(&next)), first.end))
    }

    /// How much of the other direction the sender of the next byte had acknowledged.
    pub(super) fn acked(&self) -> Option<u64> {
        match (self.queue.front(), self.event) {
            (Some(Piece::Data { acked, .. }), _) => acked,
            (None, Some(StreamEvent::Data { acked, .. })) => acked,
            _ => None,
        }
    }

    /// The offset behind the last byte that is there.
    pub(super) fn end_offset(&self) -> Option<u64> {
        match self.event {
            Some(StreamEvent::Data { span, .. }) => Some(span.end_offset()),
            _ => self.queue.end_offset(),
        }
    }

    /// Takes bytes that come next.
    pub(super) fn advance(&mut self, taken: usize) {
        match &mut self.event {
            Some(StreamEvent::Data { span, bytes, .. }) => {
                let rest = bytes.get(taken..).unwrap_or_default();
                *span = span.part(taken as u64, rest.len() as u64);
                *bytes = rest;
                if rest.is_empty() {
                    self.event = None;
                }
            }
            _ => self.queue.advance(taken),
        }
    }

    /// Takes all bytes that come next.
    pub(super) fn drop_bytes(&mut self) {
        if let Some(Front::Bytes(bytes)) = self.front() {
            let all = bytes.len();
            self.advance(all);
        }
    }

    /// Takes so much of the gap that comes next.
    pub(super) fn advance_gap(&mut self, gap: Gap, taken: u64) {
        let rest = gap.behind(taken);
        match (&mut self.event, rest.span.length) {
            (Some(_), 0) => self.event = None,
            (Some(event), _) => *event = rest.event(),
            (None, 0) => self.queue.pop(),
            (None, _) => self.queue.shorten_gap(taken),
        }
    }

    /// Hands everything over.
    pub(super) fn drain(&mut self, mut to: impl FnMut(StreamEvent<'_>)) {
        self.queue.drain(&mut to);
        if let Some(event) = self.event.take() {
            to(event);
        }
    }

    /// Copies what was not taken.
    pub(super) fn keep(self) {
        if let Some(event) = self.event {
            self.queue.push(event);
        }
    }
}
