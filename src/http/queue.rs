//! The events of one direction that wait, with copies of their bytes.

use std::collections::VecDeque;

use crate::base::{GapReason, PacketId, Span, StreamEvent};

/// Stream events that have not been digested, in order.
///
/// Invariants: `taken <= bytes.len()`; the data pieces together have as many bytes as `bytes[taken..]`, none of them
/// is empty; `run` is the number of bytes in the first `run_pieces` pieces, which are the data pieces before the first
/// other piece.
#[derive(Debug, Default)]
pub(super) struct Queue {
    bytes: Vec<u8>,
    taken: usize,
    pieces: VecDeque<Piece>,
    run: usize,
    run_pieces: usize,
}

/// An event without its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece {
    Data { span: Span, acked: Option<u64> },
    Gap(Gap),
    End(End),
}

/// Bytes that are missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    pub span: Span,
    pub why: GapReason,
}

impl Gap {
    pub(super) fn event(self) -> StreamEvent<'static> {
        StreamEvent::Gap { span: self.span, why: self.why }
    }

    /// What is left of it behind its first bytes.
    pub(super) fn behind(self, bytes: u64) -> Gap {
        let left = self.span.length.saturating_sub(bytes);
        Gap { span: self.span.part(bytes, left), ..self }
    }
}

/// The end of a direction.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    Fin { packet: PacketId, acked: Option<u64> },
    Reset { packet: PacketId, acked: Option<u64> },
}

impl End {
    fn event(self) -> StreamEvent<'static> {
        match self {
            End::Fin { packet, acked } => StreamEvent::Fin { packet, acked },
            End::Reset { packet, acked } => StreamEvent::Reset { packet, acked },
        }
    }
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether there is nothing but bytes.
    pub(super) fn is_one_run(&self) -> bool {
        self.run_pieces == self.pieces.len()
    }

    /// What it holds: bytes, and what it takes to know where they came from.
    pub(super) fn cost(&self) -> usize {
        (self.bytes.len() - self.taken) + self.pieces.len() * size_of::<Piece>()
    }

    /// What it has allocated.
    pub(super) fn footprint(&self) -> usize {
        self.bytes.capacity() + self.pieces.capacity() * size_of::<Piece>()
    }

    pub(super) fn push(&mut self, event: StreamEvent<'_>) {
        let piece = match event {
            StreamEvent::Data { bytes: [], .. } => return,
            StreamEvent::Data { span, acked, bytes } => {
                if self.is_one_run() {
                    self.run += bytes.len();
                    self.run_pieces += 1;
                }
                self.bytes.extend_from_slice(bytes);
                // Positions within the queue are counted in bytes that are there.
                Piece::Data { span: span.part(0, bytes.len() as u64), acked }
            }
            StreamEvent::Gap { span, why } => Piece::Gap(Gap { span, why }),
            StreamEvent::Fin { packet, acked } => Piece::End(End::Fin { packet, acked }),
            StreamEvent::Reset { packet, acked } => Piece::End(End::Reset { packet, acked }),
        };
        self.pieces.push_back(piece);
    }

    pub(super) fn front(&self) -> Option<Piece> {
        self.pieces.front().copied()
    }

    /// The bytes before the first piece that is not data.
    pub(super) fn run(&self) -> &[u8] {
        self.bytes.get(self.taken..self.taken + self.run).unwrap_or_default()
    }

    /// The data pieces of the run, cut to the bytes from `skip` on, `length` of them.
    pub(super) fn spans(&self, skip: usize, length: usize) -> impl Iterator<Item = Span> {
        let (mut skip, mut left) = (skip as u64, length as u64);
        self.pieces.iter().map_while(move |piece| {
            let Piece::Data { span, .. } = piece else { return None };
            if left == 0 {
                return None;
            }
            let before = skip.min(span.length);
            let here = (span.length - before).min(left);
            skip -= before;
            left -= here;
            Some(span.part(before, here))
        })
    }

    /// Whether the run ends because bytes are missing.
    pub(super) fn run_ends_in_gap(&self) -> bool {
        matches!(self.pieces.get(self.run_pieces), Some(Piece::Gap(_)))
    }

    /// Where the last data piece ends.
    pub(super) fn end_offset(&self) -> Option<u64> {
        self.pieces.iter().rev().find_map(|piece| match piece {
            Piece::Data { span, .. } => Some(span.end_offset()),
            _ => None,
        })
    }

    /// Takes bytes off the front of the run.
    pub(super) fn advance(&mut self, bytes: usize) {
        let bytes = bytes.min(self.run);
        self.run -= bytes;
        self.taken += bytes;
        let mut left = bytes as u64;
        while left > 0
            && let Some(Piece::Data { span, .. }) = self.pieces.front_mut()
        {
            if span.length > left {
                *span = span.part(left, span.length - left);
                break;
            }
            left -= span.length;
            self.pieces.pop_front();
            self.run_pieces = self.run_pieces.saturating_sub(1);
        }
        self.tidy();
    }

    /// Takes the front piece off, if it is not data.
    pub(super) fn pop(&mut self) {
        if matches!(self.pieces.front(), Some(Piece::Data { .. })) {
            return;
        }
        self.pieces.pop_front();
        (self.run, self.run_pieces) = (0, 0);
        for piece in &self.pieces {
            let Piece::Data { span, .. } = piece else { break };
            self.run += usize::try_from(span.length).unwrap_or(usize::MAX);
            self.run_pieces += 1;
        }
        self.tidy();
    }

    /// Shortens the gap at the front.
    pub(super) fn shorten_gap(&mut self, by: u64) {
        if let Some(Piece::Gap(gap)) = self.pieces.front_mut() {
            *gap = gap.behind(by);
        }
    }

    /// Hands all events over and lets go of them.
    pub(super) fn drain(&mut self, mut to: impl FnMut(StreamEvent<'_>)) {
        let mut bytes = self.bytes.get(self.taken..).unwrap_or_default();
        for piece in &self.pieces {
            to(match *piece {
                Piece::Data { span, acked } => {
                    let length = usize::try_from(span.length).unwrap_or(usize::MAX);
                    let (here, behind) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
                    bytes = behind;
                    StreamEvent::Data { span, acked, bytes: here }
                }
                Piece::Gap(gap) => gap.event(),
                Piece::End(end) => end.event(),
            });
        }
        *self = Queue::default();
    }

    /// Frees what is no longer needed; moves the bytes only when at least half of them have been taken.
    fn tidy(&mut self) {
        if self.pieces.is_empty() {
            *self = Queue::default();
        } else if self.taken >= self.bytes.len() - self.taken {
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;

    fn packet(number: u64) -> PacketId {
        PacketId { number, time: Timestamp::from_nanos(0) }
    }

    fn data(number: u64, offset: u64, bytes: &[u8]) -> StreamEvent<'_> {
        let span = Span::of(packet(number), offset, bytes.len() as u64);
        StreamEvent::Data { span, acked: Some(number), bytes }
    }

    fn gap(offset: u64, length: u64) -> StreamEvent<'static> {
        StreamEvent::Gap { span: Span::of(packet(9), offset, length), why: GapReason::End }
    }

    #[test]
    fn what_is_left_comes_out_as_it_came_in() {
        let mut queue = Queue::default();
        for event in [data(1, 0, b"abc"), data(2, 3, b"de"), gap(5, 10), data(3, 15, b"f")] {
            queue.push(event);
        }
        queue.push(StreamEvent::Fin { packet: packet(4), acked: Some(7) });
        assert_eq!((queue.run(), queue.run_ends_in_gap(), queue.is_one_run()), (&b"abcde"[..], true, false));
        queue.advance(4);
        let mut seen = Vec::new();
        queue.drain(|event| {
            seen.push(match event {
                StreamEvent::Data { span, acked, bytes } => {
                    (span.offset, span.first, acked, String::from_utf8_lossy(bytes).into_owned())
                }
                StreamEvent::Gap { span, .. } => (span.offset, span.length, None, "gap".into()),
                StreamEvent::Fin { packet, acked } => (0, packet.number, acked, "fin".into()),
                StreamEvent::Reset { .. } => (0, 0, None, "reset".into()),
            });
        });
        let expected =
            [(4, 2, Some(2), "e"), (5, 10, None, "gap"), (15, 3, Some(3), "f"), (0, 4, Some(7), "fin")];
        assert_eq!(seen, expected.map(|(a, b, c, text)| (a, b, c, text.to_owned())));
        assert_eq!((queue.is_empty(), queue.footprint()), (true, 0));
    }

    #[test]
    fn the_run_goes_on_behind_a_gap() {
        let mut queue = Queue::default();
        queue.push(data(1, 0, b"a"));
        queue.push(gap(1, 7));
        queue.push(data(2, 8, b"bc"));
        queue.push(data(3, 10, b"d"));
        queue.advance(9);
        assert_eq!(queue.run(), b"");
        queue.shorten_gap(3);
        assert!(
            matches!(queue.front(), Some(Piece::Gap(gap)) if gap.span.offset == 4 && gap.span.length == 4)
        );
        queue.pop();
        assert_eq!((queue.run(), queue.is_one_run(), queue.end_offset()), (&b"bcd"[..], true, Some(11)));
        let spans: Vec<_> = queue.spans(1, 2).map(|span| (span.offset, span.length, span.first)).collect();
        assert_eq!(spans, [(9, 1, 2), (10, 1, 3)]);
    }
}
