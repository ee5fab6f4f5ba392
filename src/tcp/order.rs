//! One direction's bytes in order: what comes early waits, what is missing is named.
//!
//! ```text
//!   handed over   │ hole      │ piece │ hole │ piece
//!                 next        first                     an in-order segment moves `next` without being copied
//! ```
//!
//! A hole is given up as a gap when the other end has acknowledged it and a grace has passed, when too much waits
//! behind it, or at the end. Bytes that the snap length cut off are given up as soon as something shows that the
//! stream went on behind them. After that, the bytes are old if they come.

use super::Bound;
use super::flow::{Fin, Flow};
use super::store::{Piece, Room};
use crate::base::{Budget, GapReason, PacketId, Span, StreamEvent};

/// Packets of the connection that must follow the acknowledgment of a hole before it is given up.
///
/// A capture from several queues writes an acknowledgment before the data. If each packet may move by 3 places, 6 can
/// lie between the two.
const GRACE_PACKETS: u64 = 8;

/// Nanoseconds of capture time that must pass as well: queues are emptied within milliseconds.
const GRACE_NANOS: i64 = 100_000_000;

/// Nanoseconds after which a byte that was acknowledged and repeats itself is a keep-alive's and not a late one: stacks
/// wait a second at least before they send one.
const KEEP_ALIVE_NANOS: i64 = 500_000_000;

/// Packets of the connection after which a hole is given up whatever the clock says: some captures have none.
const GRACE_PACKETS_WITHOUT_CLOCK: u64 = 1000;

/// A hole that the other end says is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Suspect {
    /// Where it starts. If the stream moves on, bytes are still coming in, and the grace starts anew.
    at: u64,
    /// What was acknowledged.
    end: u64,
    /// Since when, and how many packets the connection had then.
    since: Moment,
}

/// A point in a connection's life.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// The packet that is being looked at.
    pub(super) packet: PacketId,
    /// How many packets of the connection came before it.
    pub(super) count: u64,
}

impl Moment {
    fn grace_passed(&self, since: &Moment) -> bool {
        let packets = self.count.saturating_sub(since.count);
        let nanos = self.packet.time.nanos_since(since.packet.time);
        (packets >= GRACE_PACKETS && nanos >= GRACE_NANOS) || packets >= GRACE_PACKETS_WITHOUT_CLOCK
    }
}

/// Payload as one packet carried it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub(super) packet: PacketId,
    /// The offset of the first byte.
    pub(super) start: i64,
    /// The bytes captured.
    pub(super) bytes: &'a [u8],
    /// The offset behind the last byte on the wire.
    pub(super) wire_end: i64,
    /// What the sender had acknowledged of the other direction.
    pub(super) acked: Option<u64>,
}

impl Flow {
    /// Takes the payload of a segment; hands over what its turn has come for. Says which bound acted, if one did.
    pub(super) fn receive(
        &mut self,
        chunk: Chunk<'_>,
        room: &mut Room<'_>,
        out: &mut impl FnMut(StreamEvent<'_>),
    ) -> Option<Bound> {
        let limit = self.rare().fin.map_or(i64::MAX, |fin| fin.offset as i64);
        let wire_end = chunk.wire_end.min(limit);
        let start = chunk.start.max(self.next as i64);
        if wire_end <= start {
            return None;
        }
        let captured = usize::try_from(limit.saturating_sub(chunk.start)).unwrap_or(0);
        let bytes = chunk.bytes.get(..captured).unwrap_or(chunk.bytes);
        let bytes =
            usize::try_from(start - chunk.start).ok().and_then(|skip| bytes.get(skip..)).unwrap_or(&[]);
        let chunk = Chunk { start, bytes, wire_end, ..chunk };
        if start as u64 <= self.next.max(self.rare().cut_until) {
            self.take_in_order(chunk, room.budget, out);
            None
        } else {
            self.put_aside(chunk, room, out)
        }
    }

    /// Hands over a chunk that starts at `next`, or behind bytes that the capture cut off.
    fn take_in_order(
        &mut self,
        chunk: Chunk<'_>,
        budget: &mut Budget,
        out: &mut impl FnMut(StreamEvent<'_>),
    ) {
        let start = chunk.start as u64;
        let end = start + chunk.bytes.len() as u64;
        self.give_up_until(start, GapReason::Cut, chunk.packet, budget, out);
        while self.next < end {
            let stop = self.rare().store.first().map_or(end, |(offset, _)| offset.min(end));
            self.hand_over(start, chunk.bytes, stop, chunk.packet, chunk.acked, out);
            self.drain(budget, out);
        }
        self.cut_until(chunk.wire_end as u64);
        self.settle(budget, out);
    }

    /// Stores a chunk that lies behind a hole. If there is no room for it, gives holes up until there is.
    fn put_aside(
        &mut self,
        chunk: Chunk<'_>,
        room: &mut Room<'_>,
        out: &mut impl FnMut(StreamEvent<'_>),
    ) -> Option<Bound> {
        let start = chunk.start as u64;
        let mut acted = None;
        let mut stored = start;
        while let Err(bound) = self.rare_mut().store.insert(&mut stored, &chunk, room) {
            acted = Some(bound);
            let (to, behind) = match self.rare().store.first() {
                Some((first, packet)) if first < start => (first, packet),
                _ => (start, chunk.packet),
            };
            self.give_up_until(to, GapReason::Limit, behind, room.budget, out);
            if self.next >= start {
                self.take_in_order(chunk, room.budget, out);
                break;
            }
            self.settle(room.budget, out);
        }
        acted
    }

    /// The sender has nothing to say behind `offset`; which packet said so, and what its sender had acknowledged.
    pub(super) fn receive_fin(
        &mut self,
        offset: i64,
        (packet, acked): (PacketId, Option<u64>),
        budget: &mut Budget,
        out: &mut impl FnMut(StreamEvent<'_>),
    ) {
        let rare = self.rare();
        let known = self.next.max(rare.store.end()).max(rare.cut_until) as i64;
        if rare.fin.is_none() && offset >= known {
            self.rare_mut().fin = Some(Fin { offset: offset as u64, packet, acked });
            self.settle(budget, out);
        }
    }

    /// Gives up holes which the other end acknowledged, if their grace has passed.
    pub(super) fn give_up_acknowledged(
        &mut self,
        now: Moment,
        budget: &mut Budget,
        out: &mut impl FnMut(StreamEvent<'_>),
    ) {
        let (end, cut_until) = (self.acked_bytes(), self.rare().cut_until);
        if self.next < cut_until && end >= cut_until {
            self.give_up_until(cut_until, GapReason::Cut, now.packet, budget, out);
            self.settle(budget, out);
        }
        if end <= self.next {
            self.clear_suspect();
            return;
        }
        match self.rare().suspect {
            Some(suspect) if suspect.at == self.next => {
                if now.grace_passed(&suspect.since) && !self.may_be_a_fin(end) {
                    self.give_up_all(suspect.end.min(end), GapReason::Acknowledged, now.packet, budget, out);
                    self.clear_suspect();
                }
            }
            _ => self.rare_mut().suspect = Some(Suspect { at: self.next, end, since: now }),
        }
    }

    fn clear_suspect(&mut self) {
        if let Some(rare) = self.rare_if_any() {
            rare.suspect = None;
        }
    }

    /// Whether the next byte was acknowledged so long ago that no queue of the capture can still hold it.
    pub(super) fn missed_for_long(&self, now: PacketId) -> bool {
        self.rare().suspect.is_some_and(|suspect| {
            suspect.at == self.next && now.time.nanos_since(suspect.since.packet.time) >= KEEP_ALIVE_NANOS
        })
    }

    /// Gives up every hole before something that is known to have been sent.
    pub(super) fn give_up_rest(
        &mut self,
        why: GapReason,
        now: PacketId,
        budget: &mut Budget,
        out: &mut impl FnMut(StreamEvent<'_>),
    ) {
        let acked = Some(self.acked_bytes()).filter(|acked| !self.may_be_a_fin(*acked)).unwrap_or(0);
        let rare = self.rare();
        let sent = rare.store.end().max(acked).max(rare.cut_until);
        let end = rare.fin.map_or(sent, |fin| fin.offset);
        self.give_up_all(end, why, now, budget, out);
        if let Some(rare) = self.rare_if_any() {
            rare.store.clear(budget);
        }
    }

    /// One byte acknowledged that nothing lies behind: a FIN that was not captured is acknowledged like that.
    fn may_be_a_fin(&self, acked: u64) -> bool {
        acked == self.next + 1 && self.rare().fin.is_none() && self.rare().store.is_empty()
    }

    /// Gives up every hole before `end`, and hands over what lies between them.
    fn give_up_all(
        &mut self,
        end: u64,
        why: GapReason,
        now: PacketId,
        budget: &mut Budget,
        out: &mut impl FnMut(StreamEvent<'_>),
    ) {
        while self.next < end {
            let (to, behind) = match self.rare().store.first() {
                Some((first, packet)) if first < end => (first, packet),
                _ => (end, now),
            };
            self.give_up_until(to, why, behind, budget, out);
            self.settle(budget, out);
        }
        self.settle(budget, out);
    }

    /// Tells the hole from `next` to `to`, in which no piece lies: what is known to be cut, and what is not.
    fn give_up_until(
        &mut self,
        to: u64,
        why: GapReason,
        behind: PacketId,
        budget: &mut Budget,
        out: &mut impl FnMut(StreamEvent<'_>),
    ) {
        while self.next < to {
            self.learn_cuts(budget);
            let rare = self.rare();
            let (end, why) = if self.next < rare.cut_until {
                (rare.cut_until.min(to), GapReason::Cut)
            } else {
                let end = rare.store.first_cut().map_or(to, |cut| cut.min(to));
                // Bytes that the other end has acknowledged were sent and received, whatever ended the waiting.
                let acked = why == GapReason::End && end <= self.acked_bytes();
                (end, if acked { GapReason::Acknowledged } else { why })
            };
            let before = if self.last > 0 { self.last } else { behind.number };
            let span = Span {
                offset: self.next,
                length: end - self.next,
                first: before.min(behind.number),
                last: before.max(behind.number),
                end: behind,
            };
            out(StreamEvent::Gap { span, why });
            self.next = end;
        }
    }

    /// Hands over the bytes from `next` to `stop` out of `bytes`, which start at `start`.
    fn hand_over(
        &mut self,
        start: u64,
        bytes: &[u8],
        stop: u64,
        packet: PacketId,
        acked: Option<u64>,
        out: &mut impl FnMut(StreamEvent<'_>),
    ) {
        let range = self.next.saturating_sub(start) as usize..stop.saturating_sub(start) as usize;
        let Some(bytes) = bytes.get(range).filter(|bytes| !bytes.is_empty()) else { return };
        let span = Span::of(packet, self.next, bytes.len() as u64);
        self.next = stop;
        self.last = packet.number;
        out(StreamEvent::Data { span, acked, bytes });
    }

    /// Hands over the pieces whose turn has come.
    fn drain(&mut self, budget: &mut Budget, out: &mut impl FnMut(StreamEvent<'_>)) {
        while let Some((start, piece)) = self.pop_next(budget) {
            let stop = start + piece.bytes.len() as u64;
            self.hand_over(start, &piece.bytes, stop, piece.packet, piece.acked, out);
        }
    }

    fn pop_next(&mut self, budget: &mut Budget) -> Option<(u64, Piece)> {
        let next = self.next;
        self.rare_if_any()?.store.pop_until(next, budget)
    }

    /// Hands over all that can be: pieces, cuts that something lies behind, the FIN.
    ///
    /// Afterwards the first piece lies further on than `next` and `cut_until`.
    fn settle(&mut self, budget: &mut Budget, out: &mut impl FnMut(StreamEvent<'_>)) {
        loop {
            self.drain(budget, out);
            self.learn_cuts(budget);
            let rare = self.rare();
            let fin = rare.fin.map(|fin| (fin.offset, fin.packet));
            let behind = rare.store.first().or(fin).filter(|(offset, _)| *offset <= rare.cut_until);
            match behind {
                Some((offset, packet)) if self.next < offset => {
                    self.give_up_until(offset, GapReason::Cut, packet, budget, out);
                }
                _ => break,
            }
        }
        let next = self.next;
        if let Some(rare) = self.rare_if_any()
            && let Some(Fin { offset, packet, acked }) = rare.fin
            && offset == next
            && !rare.fin_told
        {
            rare.fin_told = true;
            out(StreamEvent::Fin { packet, acked });
        }
    }

    /// The capture cut the bytes before `offset` off, if they have not been handed over.
    fn cut_until(&mut self, offset: u64) {
        if offset > self.next {
            let rare = self.rare_mut();
            rare.cut_until = rare.cut_until.max(offset);
        }
    }

    /// Moves `cut_until` over the cuts that begin there or before.
    fn learn_cuts(&mut self, budget: &mut Budget) {
        let next = self.next;
        let Some(rare) = self.rare_if_any() else { return };
        while let Some(end) = rare.store.pop_cut_until(next.max(rare.cut_until), budget) {
            rare.cut_until = rare.cut_until.max(end);
        }
    }
}
