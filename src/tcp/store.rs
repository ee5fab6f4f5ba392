//! Bytes that came before their turn.

use std::collections::BTreeMap;

use super::Bound;
use super::history::Difference;
use super::order::Chunk;
use crate::base::{Budget, PacketId};

/// What a piece costs besides its bytes: its place in the tree (half-full nodes) and the allocator's own.
///
/// Counted, so that a million one-byte segments are bounded as a million bytes in one segment are.
pub(super) const PIECE_OVERHEAD: usize = 160;

/// Bytes of one direction that lie behind a hole, and the places where captured packets were cut.
///
/// Invariants: pieces are not empty and do not overlap; `held` is what has been taken from the budget.
#[derive(Debug, Default)]
pub(super) struct Store {
    pieces: BTreeMap<u64, Piece>,
    /// Where bytes were on the wire but not in the capture: from offset to offset. May overlap pieces and each other.
    cuts: BTreeMap<u64, u64>,
    held: usize,
}

/// Bytes as one packet carried them.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) bytes: Box<[u8]>,
    pub(super) packet: PacketId,
    /// What the sender had acknowledged of the other direction.
    pub(super) acked: Option<u64>,
}

/// The memory that what comes early may use.
pub(super) struct Room<'a> {
    /// The most bytes one direction may hold.
    pub(super) cap: usize,
    /// What all directions hold together.
    pub(super) budget: &'a mut Budget,
}

impl Store {
    /// Nothing held.
    pub(super) const fn new() -> Self {
        Self { pieces: BTreeMap::new(), cuts: BTreeMap::new(), held: 0 }
    }

    /// Stores those bytes of a chunk that are not there yet, from `at` on: the first copy wins. Remembers what the capture
    /// cut off behind them.
    ///
    /// If a bound forbids it, the error names it, and the bytes stored so far stay: `at` is behind them, and once there is
    /// room, the same call goes on from there.
    pub(super) fn insert(
        &mut self,
        at: &mut u64,
        chunk: &Chunk<'_>,
        room: &mut Room<'_>,
    ) -> Result<(), Bound> {
        let offset = chunk.start.max(0) as u64;
        let end = offset.saturating_add(chunk.bytes.len() as u64);
        while let Some((start, stop)) = self.first_missing(*at, end) {
            let part =
                chunk.bytes.get((start - offset) as usize..(stop - offset) as usize).unwrap_or_default();
            self.take(part.len() + PIECE_OVERHEAD, room)?;
            let piece = Piece { bytes: part.into(), packet: chunk.packet, acked: chunk.acked };
            self.pieces.insert(start, piece);
            *at = stop;
        }
        self.insert_cut(end, chunk.wire_end.max(0) as u64, room)
    }

    /// Remembers that the capture cut the bytes between two offsets.
    fn insert_cut(&mut self, start: u64, end: u64, room: &mut Room<'_>) -> Result<(), Bound> {
        if start >= end {
            return Ok(());
        }
        if let Some(known) = self.cuts.get_mut(&start) {
            *known = end.max(*known);
            return Ok(());
        }
        self.take(PIECE_OVERHEAD, room)?;
        self.cuts.insert(start, end);
        Ok(())
    }

    /// The first range between two offsets that no piece covers.
    pub(super) fn first_missing(&self, start: u64, end: u64) -> Option<(u64, u64)> {
        let mut at = start;
        if let Some((offset, piece)) = self.pieces.range(..=start).next_back() {
            at = at.max(offset + piece.bytes.len() as u64);
        }
        for (offset, piece) in self.pieces.range(at..end.max(at)) {
            if *offset > at {
                return Some((at, *offset));
            }
            at = offset + piece.bytes.len() as u64;
        }
        (at < end).then_some((at, end))
    }

    /// Where bytes that come later differ from the pieces: one difference for each piece.
    pub(super) fn conflicts<'a>(
        &'a self,
        offset: u64,
        bytes: &'a [u8],
    ) -> impl Iterator<Item = Difference<'a>> {
        let end = offset.saturating_add(bytes.len() as u64);
        let before = self.pieces.range(..offset).next_back();
        before.into_iter().chain(self.pieces.range(offset..end)).filter_map(move |(start, piece)| {
            let at = offset.max(*start);
            let kept = piece.bytes.get((at - start) as usize..)?;
            let other = bytes.get((at - offset) as usize..)?;
            let both = kept.len().min(other.len());
            let (kept, refused) = (kept.get(..both)?, other.get(..both)?);
            (kept != refused).then_some(Difference { offset: at, first: piece.packet, kept, refused })
        })
    }

    /// Takes out the first piece if it starts at `offset` or before.
    pub(super) fn pop_until(&mut self, offset: u64, budget: &mut Budget) -> Option<(u64, Piece)> {
        let entry = self.pieces.first_entry().filter(|entry| *entry.key() <= offset)?;
        let (start, piece) = entry.remove_entry();
        self.give_back(piece.bytes.len() + PIECE_OVERHEAD, budget);
        Some((start, piece))
    }

    /// Takes out the first cut if it starts at `offset` or before; returns where it ends.
    pub(super) fn pop_cut_until(&mut self, offset: u64, budget: &mut Budget) -> Option<u64> {
        let entry = self.cuts.first_entry().filter(|entry| *entry.key() <= offset)?;
        let end = entry.remove();
        self.give_back(PIECE_OVERHEAD, budget);
        Some(end)
    }

    /// Where the first piece starts, and its packet.
    pub(super) fn first(&self) -> Option<(u64, PacketId)> {
        self.pieces.first_key_value().map(|(offset, piece)| (*offset, piece.packet))
    }

    /// Where the first cut starts.
    pub(super) fn first_cut(&self) -> Option<u64> {
        self.cuts.first_key_value().map(|(offset, _)| *offset)
    }

    /// The highest offset that is known to have been on the wire; 0 if nothing is held.
    pub(super) fn end(&self) -> u64 {
        let piece =
            self.pieces.last_key_value().map_or(0, |(offset, piece)| offset + piece.bytes.len() as u64);
        let cut = self.cuts.last_key_value().map_or(0, |(_, end)| *end);
        piece.max(cut)
    }

    /// Whether nothing is held.
    pub(super) fn is_empty(&self) -> bool {
        self.held == 0
    }

    /// Lets go of everything.
    pub(super) fn clear(&mut self, budget: &mut Budget) {
        self.pieces.clear();
        self.cuts.clear();
        self.give_back(self.held, budget);
    }

    fn take(&mut self, bytes: usize, room: &mut Room<'_>) -> Result<(), Bound> {
        if self.held.saturating_add(bytes) > room.cap {
            return Err(Bound::OutOfOrder);
        }
        if !room.budget.take(bytes) {
            return Err(Bound::OutOfOrderTotal);
        }
        self.held += bytes;
        Ok(())
    }

    fn give_back(&mut self, bytes: usize, budget: &mut Budget) {
        budget.give_back(bytes);
        self.held -= bytes;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::Timestamp;

    fn chunk(offset: u64, bytes: &[u8], number: u64) -> Chunk<'_> {
        let start = offset as i64;
        Chunk { packet: packet(number), start, bytes, wire_end: start + bytes.len() as i64, acked: None }
    }

    fn insert(store: &mut Store, chunk: Chunk<'_>, cap: usize, budget: &mut Budget) -> Result<(), Bound> {
        store.insert(&mut (chunk.start as u64), &chunk, &mut Room { cap, budget })
    }

    fn packet(number: u64) -> PacketId {
        PacketId { number, time: Timestamp::from_nanos(0) }
    }

    /// The bytes of the whole store: which packet carried each.
    fn content(store: &Store) -> Vec<Option<(u8, u64)>> {
        let mut bytes = vec![None; 64];
        for (offset, piece) in &store.pieces {
            assert!(!piece.bytes.is_empty());
            for (at, byte) in (*offset..).zip(&piece.bytes) {
                assert!(bytes[at as usize].is_none(), "pieces overlap");
                bytes[at as usize] = Some((*byte, piece.packet.number));
            }
        }
        bytes
    }

    proptest! {
        #[test]
        fn holds_what_a_byte_map_would_hold(
            segments in prop::collection::vec((0usize..48, 1usize..16, any::<u8>()), 1..40),
            popped in 0u64..64,
        ) {
            let mut budget = Budget::new(u64::MAX);
            let mut store = Store::default();
            let mut model = vec![None; 64];
            for (number, (offset, length, fill)) in (1..).zip(segments) {
                let bytes: Vec<u8> = (0..length).map(|at| fill.wrapping_add(at as u8)).collect();
                for (at, byte) in (offset..).zip(&bytes) {
                    model[at].get_or_insert((*byte, number));
                }
                let chunk = chunk(offset as u64, &bytes, number);
                prop_assert!(insert(&mut store, chunk, usize::MAX, &mut budget).is_ok());
                prop_assert_eq!(&content(&store), &model);
                for start in 0..64 {
                    let expected = model[start..].iter().position(Option::is_none).map(|at| (start + at) as u64);
                    prop_assert_eq!(store.first_missing(start as u64, 64).map(|range| range.0), expected);
                }
            }
            while let Some((start, _)) = store.pop_until(popped, &mut budget) {
                prop_assert!(start <= popped);
            }
            prop_assert!(store.first().is_none_or(|(offset, _)| offset > popped));
            store.clear(&mut budget);
            prop_assert_eq!((budget.used(), store.is_empty()), (0, true));
        }
    }

    #[test]
    fn one_byte_pieces_cost_more_than_a_byte() {
        let mut budget = Budget::new(u64::MAX);
        let mut store = Store::default();
        let cap = 10 * PIECE_OVERHEAD;
        let stored = (0..1000u64)
            .filter(|at| insert(&mut store, chunk(2000 - at * 2, b"x", 1), cap, &mut budget).is_ok())
            .count();
        assert_eq!(stored, 9);
    }

    #[test]
    fn says_which_bound_acted() {
        let mut budget = Budget::new(PIECE_OVERHEAD as u64);
        let mut store = Store::default();
        let total = insert(&mut store, chunk(5, b"x", 1), 100 * PIECE_OVERHEAD, &mut budget);
        assert_eq!(total, Err(Bound::OutOfOrderTotal));
        assert_eq!(insert(&mut store, chunk(5, b"x", 1), 100, &mut budget), Err(Bound::OutOfOrder));
        assert!(store.is_empty());
    }

    #[test]
    fn what_finds_no_room_goes_on_where_it_stopped() {
        let mut budget = Budget::new(u64::MAX);
        let mut store = Store::default();
        let room = &mut Room { cap: 4 * (PIECE_OVERHEAD + 1), budget: &mut budget };
        for offset in [1, 3] {
            assert_eq!(store.insert(&mut { offset }, &chunk(offset, b"x", 1), room), Ok(()));
        }
        let (mut at, whole) = (0, chunk(0, b"0123456", 2));
        assert_eq!(store.insert(&mut at, &whole, room), Err(Bound::OutOfOrder));
        assert_eq!(at, 3, "before and behind the first piece");
        room.cap = usize::MAX;
        assert_eq!(store.insert(&mut at, &whole, room), Ok(()));
        let numbers: Vec<u64> = content(&store).iter().flatten().map(|(_, number)| *number).collect();
        assert_eq!(numbers, [2, 1, 2, 1, 2, 2, 2]);
    }
}
