//! Analyzers that share a capture, one a thread: all of them follow all connections, and each looks into some.
//!
//! ```text
//!             tick   10      11        12       13                   26
//!   packet 7   │ connection 3 ends │ 9 begins, speaks │ … │ parts 0 to 7 make room │ packet 8
//!              │   of part 3       │   of part 1      │   │                        │
//! ```
//!
//! What is told lies on one axis, counted in ticks, which all of them count alike, as they see the same connections begin
//! and end. At one tick only the connections of one part have anything to say. So records put in the order of their ticks
//! are in the order in which one analyzer would have told them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::base::SHARDS;
use crate::check::KeyMemory;
use crate::record::Summary;

/// Analyzers that share a capture.
///
/// Each must be given the same packets, secrets and ends in the same order. Whoever hands them out gives each of them all
/// that any of them has been given, before waiting for anything that one of them says.
#[derive(Debug)]
pub(crate) struct Team {
    ticks: Box<[Tick]>,
    /// Keys of earlier handshakes: the only thing that connections of different parts have in common.
    keys: Mutex<KeyMemory>,
}

/// How far a member is. Each has a cache line of its own, as it is written with every packet.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Tick(AtomicU64);

/// One of a [`Team`], and how far it is.
#[derive(Debug)]
pub(crate) struct Member {
    team: Arc<Team>,
    index: usize,
    tick: u64,
}

impl Team {
    /// As many members as are asked for, at least one and at most one for each part.
    pub fn of(members: usize) -> Vec<Member> {
        let members = members.clamp(1, SHARDS);
        let ticks = std::iter::repeat_with(Tick::default).take(members).collect();
        let team = Arc::new(Self { ticks, keys: Mutex::default() });
        (0..members).map(|index| Member { team: Arc::clone(&team), index, tick: 0 }).collect()
    }

    /// Where the member with this index is: what it tells belongs there.
    pub fn tick(&self, index: usize) -> u64 {
        self.ticks.get(index).map_or(u64::MAX, |tick| tick.0.load(Ordering::Acquire))
    }

    /// Waits until the other members have done what comes before the tick of the member with this index.
    ///
    /// That cannot last for ever. Of those that wait, the one with the lowest tick waits only for members that do not wait
    /// and are behind it. Such a one has been given all that this one was given, and reaches the same tick at the latest
    /// when it has treated that, or ends, which counts as having passed every tick.
    pub fn await_turn(&self, index: usize) {
        let tick = self.tick(index);
        while !self.have_passed(index, tick) {
            thread::yield_now();
        }
    }

    /// Whether all members but `index` have done what comes before `tick`.
    fn have_passed(&self, index: usize, tick: u64) -> bool {
        let mut others = self.ticks.iter().enumerate().filter(|(other, _)| *other != index);
        others.all(|(_, other)| other.0.load(Ordering::Acquire) >= tick)
    }
}

impl Member {
    /// The only one: it looks into all connections.
    pub fn alone() -> Self {
        let ticks = Box::new([Tick::default()]);
        Self { team: Arc::new(Team { ticks, keys: Mutex::default() }), index: 0, tick: 0 }
    }

    /// The team, and this one's index there.
    pub fn team(&self) -> (Arc<Team>, usize) {
        (Arc::clone(&self.team), self.index)
    }

    /// Whether it tells what is about no connection.
    pub fn is_first(&self) -> bool {
        self.index == 0
    }

    /// Whether it looks into the connection with this number.
    pub fn looks_into(&self, stream: u64) -> bool {
        (stream % SHARDS as u64) as usize % self.team.ticks.len() == self.index
    }

    /// Where it is.
    pub fn tick(&self) -> u64 {
        self.tick
    }

    /// Goes on to `tick`; all that comes before is done.
    pub fn reach(&mut self, tick: u64) {
        self.tick = tick;
        if let Some(published) = self.team.ticks.get(self.index) {
            published.0.store(tick, Ordering::Release);
        }
    }

    /// Goes on by `ticks`.
    pub fn advance(&mut self, ticks: u64) {
        self.reach(self.tick + ticks);
    }

    /// Uses the memory of keys when all have used it that come before.
    pub fn keys<R>(&self, judge: impl FnOnce(&mut KeyMemory) -> R) -> R {
        self.team.await_turn(self.index);
        judge(&mut self.team.keys.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Nobody waits for one that is gone, whatever ended it.
impl Drop for Member {
    fn drop(&mut self) {
        self.reach(u64::MAX);
    }
}

/// The totals of a team. What all members count is taken from the first, to which the parts of the others are added.
pub(crate) fn total(parts: impl IntoIterator<Item = Summary>) -> Summary {
    let mut parts = parts.into_iter();
    let mut total = parts.next().unwrap_or_default();
    for part in parts {
        total.connections_excluded += part.connections_excluded;
        total.websocket_connections += part.websocket_connections;
        total.frames += part.frames;
        total.messages += part.messages;
        total.findings.error += part.findings.error;
        total.findings.warning += part.findings.warning;
        total.findings.info += part.findings.info;
        for (limit, times) in part.limits_reached {
            *total.limits_reached.entry(limit).or_default() += times;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connection_has_one_member_that_looks_into_it() {
        for members in [1, 2, 3, 8, 9, 1000] {
            let team = Team::of(members);
            assert_eq!(team.len(), members.min(SHARDS));
            for stream in 0..100 {
                assert_eq!(team.iter().filter(|member| member.looks_into(stream)).count(), 1);
            }
        }
    }

    #[test]
    fn the_memory_of_keys_is_used_in_the_order_of_ticks() {
        const TICKS: u64 = 2000;
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for mut member in Team::of(3) {
                let order = &order;
                scope.spawn(move || {
                    for tick in 0..TICKS {
                        member.reach(tick);
                        if member.looks_into(tick) && (tick < TICKS / 2 || member.is_first()) {
                            member.keys(|_| order.lock().unwrap().push(tick));
                        }
                        if tick == TICKS / 2 && !member.is_first() {
                            return; // one that ends early holds nobody up
                        }
                    }
                });
            }
        });
        let order = order.into_inner().unwrap();
        assert!(order.is_sorted() && order.len() > TICKS as usize / 2);
    }
}
