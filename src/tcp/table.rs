//! The connections that are remembered, in the order of their last activity.

use super::connection::Connection;
use super::index::{Index, Key};

/// No slot.
const NONE: u32 = u32::MAX;

/// A slab of connections with an index by their ends and a list by activity.
///
/// Invariants: every used slot is in the index under its ends and once in the list; every other slot is in `free`.
#[derive(Debug)]
pub(super) struct Table {
    index: Index,
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// The slot that was active last.
    newest: u32,
    /// The slot that has been silent for longest.
    oldest: u32,
}

#[derive(Debug)]
struct Slot {
    connection: Connection,
    newer: u32,
    older: u32,
}

impl Table {
    pub(super) fn new() -> Self {
        Self { index: Index::default(), slots: Vec::new(), free: Vec::new(), newest: NONE, oldest: NONE }
    }

    /// How many connections are remembered.
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(super) fn find(&self, key: &Key) -> Option<usize> {
        self.index.get(key)
    }

    /// The connection in a slot, used or not.
    pub(super) fn connection(&mut self, slot: usize) -> Option<&mut Connection> {
        self.slots.get_mut(slot).map(|slot| &mut slot.connection)
    }

    /// Whether a slot holds a connection, and not what one has left behind.
    pub(super) fn is_used(&self, slot: usize) -> bool {
        self.slots.get(slot).is_some_and(|one| self.index.get(&one.connection.key()) == Some(slot))
    }

    /// The slot that has been silent for longest.
    pub(super) fn oldest(&self) -> Option<usize> {
        (self.oldest != NONE).then_some(self.oldest as usize)
    }

    /// All used slots, the one silent for longest first.
    pub(super) fn used(&self) -> impl Iterator<Item = (usize, &Connection)> {
        let mut at = self.oldest;
        std::iter::from_fn(move || {
            let number = at as usize;
            let slot = self.slots.get(number)?;
            at = slot.newer;
            Some((number, &slot.connection))
        })
    }

    /// Gives a connection a slot, as the newest.
    pub(super) fn insert(&mut self, connection: Connection) -> usize {
        let key = connection.key();
        let slot = Slot { connection, newer: NONE, older: NONE };
        let number = match self.free.pop() {
            Some(number) => {
                self.slots[number as usize] = slot;
                number as usize
            }
            None => {
                self.slots.push(slot);
                self.slots.len() - 1
            }
        };
        self.index.insert(key, number);
        self.link(number);
        number
    }

    /// Marks a used slot as the one active last.
    pub(super) fn touch(&mut self, slot: usize) {
        if self.newest as usize != slot {
            self.unlink(slot);
            self.link(slot);
        }
    }

    /// Frees a used slot.
    pub(super) fn remove(&mut self, slot: usize) {
        self.unlink(slot);
        self.index.remove(&self.slots[slot].connection.key());
        self.free.push(slot as u32);
    }

    fn link(&mut self, slot: usize) {
        let before = std::mem::replace(&mut self.newest, slot as u32);
        self.slots[slot].newer = NONE;
        self.slots[slot].older = before;
        match self.slots.get_mut(before as usize) {
            Some(before) => before.newer = slot as u32,
            None => self.oldest = slot as u32,
        }
    }

    fn unlink(&mut self, slot: usize) {
        let Slot { newer, older, .. } = self.slots[slot];
        match self.slots.get_mut(newer as usize) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
    }
}
