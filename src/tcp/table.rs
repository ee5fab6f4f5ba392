//! The connections that are remembered: found by their ends, or as the one silent for longest.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::connection::Connection;
use super::ends::Key;
use super::steady::Stage;

/// A slab of connections with an index by their ends.
///
/// Invariants: every used slot is in the index under its ends; every other slot is in `free`. Once `by_activity` is not
/// empty, it holds every slot once.
#[derive(Debug)]
pub(super) struct Table {
    /// The numbers of slots only, as the ends stand in the slots: so it stays near the processor. Never iterated: its
    /// order is random.
    index: HashTable<u32>,
    hasher: RandomState,
    slots: Vec<Connection>,
    free: Vec<u32>,
    /// When each slot was active, or some time earlier. A packet does not have to write here: who looks for the one
    /// silent for longest puts right what he finds at the top, not more often than there were packets.
    by_activity: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Table {
    pub(super) fn new() -> Self {
        Self {
            index: HashTable::new(),
            hasher: RandomState::default(),
            slots: Vec::new(),
            free: Vec::new(),
            by_activity: BinaryHeap::new(),
        }
    }

    /// How many connections are remembered.
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(super) fn find(&self, key: &Key) -> Option<usize> {
        let is_there = |slot: &u32| self.slots.get(*slot as usize).is_some_and(|one| one.ends().are(key));
        self.index.find(hash(&self.hasher, key), is_there).map(|slot| *slot as usize)
    }

    /// Has what nearly every segment touches of a slot fetched: of the one that the index names for such ends, without
    /// looking there whether it is. Its number.
    pub(super) fn fetch(&self, key: &Key) -> Option<usize> {
        let slot = *self.index.find(hash(&self.hasher, key), |_| true)? as usize;
        self.slots.get(slot)?.fetch();
        Some(slot)
    }

    /// The connection in a slot, used or not.
    pub(super) fn connection(&mut self, slot: usize) -> Option<&mut Connection> {
        self.slots.get_mut(slot)
    }

    /// The slot that has been silent for longest, if none is free.
    pub(super) fn oldest(&mut self) -> Option<usize> {
        if !self.free.is_empty() {
            return None;
        }
        if self.by_activity.len() < self.slots.len() {
            let slots = (0..).zip(&self.slots);
            self.by_activity = slots.map(|(slot, one)| Reverse((one.last.number, slot))).collect();
        }
        loop {
            // What is changed at the top moves to its place when `top` goes.
            let mut top = self.by_activity.peek_mut()?;
            let Reverse((active, slot)) = *top;
            let truly = self.slots.get(slot as usize)?.last.number;
            if active == truly {
                return Some(slot as usize);
            }
            *top = Reverse((truly, slot));
        }
    }

    /// All used slots.
    pub(super) fn used(&self) -> impl Iterator<Item = (usize, &Connection)> {
        self.slots.iter().enumerate().filter(|(_, one)| one.stage != Stage::Released)
    }

    /// Gives a connection a slot.
    pub(super) fn insert(&mut self, connection: Connection) -> usize {
        let Self { index, hasher, slots, free, .. } = self;
        let hash_of = |slots: &[Connection], slot: u32| {
            slots.get(slot as usize).map_or(0, |one| hash(hasher, &one.ends().key()))
        };
        let number = match free.pop() {
            Some(number) => {
                slots[number as usize] = connection;
                number
            }
            None => {
                slots.push(connection);
                (slots.len() - 1) as u32
            }
        };
        index.insert_unique(hash_of(slots, number), number, |slot| hash_of(slots, *slot));
        number as usize
    }

    /// Frees a used slot.
    pub(super) fn remove(&mut self, slot: usize) {
        let Some(one) = self.slots.get_mut(slot) else { return };
        one.stage = Stage::Released;
        let number = slot as u32;
        if let Ok(entry) =
            self.index.find_entry(hash(&self.hasher, &one.ends().key()), |other| *other == number)
        {
            entry.remove();
            self.free.push(number);
        }
    }
}

fn hash(hasher: &RandomState, key: &Key) -> u64 {
    match *key {
        Key::V4(low, high) => hasher.hash_one((low, high)),
        Key::Wide(low, high) => hasher.hash_one((low, high)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use proptest::prelude::*;

    use super::*;
    use crate::base::{PacketId, SeqNumber, Timestamp};
    use crate::packet::{Flags, Segment};

    fn connection(number: u64) -> Connection {
        let segment = Segment {
            source: SocketAddr::from(([10, 0, 0, 1], number as u16)),
            destination: SocketAddr::from(([10, 0, 0, 2], 80)),
            sequence: SeqNumber(0),
            acknowledgment: SeqNumber(0),
            flags: Flags::SYN,
            window: 0,
            payload_length: 0,
            payload: &[],
            captured: &[],
        };
        Connection::new(number, PacketId { number, time: Timestamp::default() }, &segment)
    }

    proptest! {
        #[test]
        fn knows_the_one_silent_for_longest(
            most in 1usize..8,
            steps in prop::collection::vec((0u8..8, any::<prop::sample::Index>()), 0..300),
        ) {
            let mut table = Table::new();
            // The connections in the order of their last activity, each with its slot.
            let mut model: Vec<(u64, usize)> = Vec::new();
            for (number, (kind, which)) in (1..).zip(steps) {
                match kind {
                    0..3 => {
                        if table.len() == most {
                            let (stream, slot) = model.remove(0);
                            prop_assert_eq!(table.oldest(), Some(slot));
                            prop_assert_eq!(table.connection(slot).map(|one| one.stream), Some(stream));
                            table.remove(slot);
                        }
                        model.push((number, table.insert(connection(number))));
                    }
                    3 if !model.is_empty() => table.remove(model.remove(which.index(model.len())).1),
                    _ if !model.is_empty() => {
                        let active = model.remove(which.index(model.len()));
                        model.push(active);
                        if let Some(one) = table.connection(active.1) {
                            one.last.number = number;
                        }
                    }
                    _ => {}
                }
                prop_assert_eq!(table.len(), model.len());
                prop_assert_eq!(table.used().count(), model.len());
                prop_assert!(table.by_activity.len() <= most);
                for (stream, slot) in &model {
                    prop_assert_eq!(table.find(&connection(*stream).ends().key()), Some(*slot));
                }
            }
        }
    }

    #[test]
    fn a_connection_takes_three_cache_lines() {
        assert_eq!(size_of::<Connection>(), 192);
    }
}
