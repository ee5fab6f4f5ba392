//! All connections of a capture: which segment belongs to which, when one begins, when one is forgotten.

use std::collections::VecDeque;
use std::net::SocketAddr;

use super::connection::{Connection, LINGER_NANOS, Memory};
use super::ends::Key;
use super::history::Rings;
use super::steady::Stage;
use super::store::Room;
use super::table::Table;
use super::{CloseReason, Event, What};
use crate::base::{Budget, Limits, PacketId, Shards, Timestamp};
use crate::packet::{Flags, Segment};

/// Connections that are remembered when they have ended.
///
/// What comes late (a FIN sent again, segments that a capture from several queues holds behind the end) comes within
/// seconds, and few captures have more than a thousand connections a second that end.
const ENDED: usize = 4096;

/// The connections of a capture, open and lately ended.
///
/// A connection that has ended keeps its slot, so that late retransmissions find it, until a new connection between
/// the same ends, until 4096 others have ended, or until the least recently active one's turn to make room.
#[derive(Debug)]
pub struct Connections {
    table: Table,
    /// Connections that have ended and wait a moment for what is late, in the order in which they ended.
    deadlines: VecDeque<Deadline>,
    /// The slots and numbers of those that have ended, in the order in which they did. Some have other connections now.
    ended: VecDeque<(usize, u64)>,
    next_stream: u64,
    /// What waits for earlier segments, in all connections.
    budget: Budget,
    /// The copies of what was handed over. Those that nobody watches have none, so each part has a budget of its own.
    pub(super) history: Shards<Budget>,
    rings: Rings,
    /// Whether to take every segment the long way, to compare the two.
    #[cfg(test)]
    pub(super) without_short_cut: bool,
    limits: Limits,
}

#[derive(Debug)]
struct Deadline {
    since: Timestamp,
    slot: usize,
    stream: u64,
}

impl Connections {
    /// No connections yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            table: Table::new(),
            deadlines: VecDeque::new(),
            ended: VecDeque::new(),
            next_stream: 0,
            budget: Budget::new(limits.out_of_order_total),
            history: Shards::of_total(limits.history_total),
            rings: Rings::default(),
            #[cfg(test)]
            without_short_cut: false,
            limits,
        }
    }

    /// Takes the next segment of the capture, in capture order.
    pub fn push(&mut self, packet: PacketId, segment: &Segment<'_>, out: &mut impl FnMut(Event<'_>)) {
        self.end_overdue(packet.time, out);
        let slot = self.slot_for(packet, segment, out);
        let Some(connection) = self.table.connection(slot) else { return };
        let history = self.history.of(connection.stream);
        let mut memory = Memory {
            room: Room { cap: self.limits.out_of_order, budget: &mut self.budget },
            history,
            rings: &mut self.rings,
        };
        let mut tell = |what: What<'_>| out(Event { slot, what });
        #[cfg(test)]
        if self.without_short_cut {
            connection.take_long_way();
        }
        if connection.push_in_order(packet, segment, &mut memory, &mut tell) {
            return;
        }
        let was_closed = connection.is_closed();
        connection.push(packet, segment, &mut memory, &mut tell);
        let ended = (connection.is_closed() && !was_closed).then_some(connection.stream);
        if connection.is_ending() && !connection.lingers {
            connection.lingers = true;
            self.deadlines.push_back(Deadline { since: packet.time, slot, stream: connection.stream });
        }
        if let Some(stream) = ended {
            self.remember(slot, stream, out);
        }
    }

    /// A segment between these ends will come soon: has what is known of their connection, or of one that looks like it,
    /// fetched. The slot of that.
    pub fn expect(&self, source: SocketAddr, destination: SocketAddr) -> Option<usize> {
        self.table.fetch(&Key::of(source, destination))
    }

    /// Nobody wants to know what the bytes of this connection are: from now on only its end is told of. All others are
    /// numbered and told as before.
    pub fn unwatch(&mut self, slot: usize) {
        if let Some(connection) = self.table.connection(slot) {
            connection.watched = false;
        }
    }

    /// The end of the capture: gives up holes, ends every open connection and forgets all, in the order of their
    /// numbers.
    pub fn finish(&mut self, out: &mut impl FnMut(Event<'_>)) {
        let mut slots: Vec<(u64, usize)> =
            self.table.used().map(|(slot, connection)| (connection.stream, slot)).collect();
        slots.sort_unstable();
        for (_, slot) in slots {
            self.forget(slot, CloseReason::Open, out);
        }
        self.deadlines.clear();
        self.ended.clear();
    }

    /// Bytes held for segments that came before their turn, in all connections.
    pub fn held(&self) -> u64 {
        self.budget.used()
    }

    /// The slot of the connection that a segment belongs to, which may begin with it.
    fn slot_for(
        &mut self,
        packet: PacketId,
        segment: &Segment<'_>,
        out: &mut impl FnMut(Event<'_>),
    ) -> usize {
        let key = Key::of(segment.source, segment.destination);
        if let Some(slot) = self.table.find(&key) {
            let succeeded =
                self.table.connection(slot).is_some_and(|connection| connection.is_succeeded_by(segment));
            if !succeeded {
                return slot;
            }
            self.forget(slot, CloseReason::PortReuse, out);
        } else if self.table.len() >= self.limits.connections.max(1)
            && let Some(oldest) = self.table.oldest()
        {
            self.forget(oldest, CloseReason::Evicted, out);
        }
        let connection = Connection::new(self.next_stream, packet, segment);
        self.next_stream += 1;
        let opened = connection.opened(packet, segment.flags.has(Flags::SYN));
        let slot = self.table.insert(connection);
        out(Event { slot, what: What::Opened(opened) });
        slot
    }

    /// A connection has ended: the one that ended first makes room for it.
    fn remember(&mut self, slot: usize, stream: u64, out: &mut impl FnMut(Event<'_>)) {
        self.ended.push_back((slot, stream));
        if self.ended.len() > ENDED.min(self.limits.connections)
            && let Some((slot, stream)) = self.ended.pop_front()
            && self
                .table
                .connection(slot)
                .is_some_and(|connection| connection.stream == stream && connection.stage != Stage::Released)
        {
            self.release(slot, out);
        }
    }

    /// Ends a connection, unless it has ended, and frees its slot.
    fn forget(&mut self, slot: usize, why: CloseReason, out: &mut impl FnMut(Event<'_>)) {
        self.end(slot, why, out);
        self.release(slot, out);
    }

    fn release(&mut self, slot: usize, out: &mut impl FnMut(Event<'_>)) {
        self.table.remove(slot);
        out(Event { slot, what: What::Released });
    }

    fn end(&mut self, slot: usize, why: CloseReason, out: &mut impl FnMut(Event<'_>)) {
        if let Some(connection) = self.table.connection(slot) {
            let history = self.history.of(connection.stream);
            let mut memory = Memory {
                room: Room { cap: self.limits.out_of_order, budget: &mut self.budget },
                history,
                rings: &mut self.rings,
            };
            connection.end(why, &mut memory, &mut |what| out(Event { slot, what }));
        }
    }

    /// Ends the connections that have waited long enough, in the order of their numbers.
    ///
    /// There are never more deadlines than connections allowed, even if the clock of the capture stands still.
    fn end_overdue(&mut self, now: Timestamp, out: &mut impl FnMut(Event<'_>)) {
        let mut overdue = Vec::new();
        while let Some(&Deadline { since, slot, stream }) = self.deadlines.front() {
            let crowded = self.deadlines.len() > self.limits.connections;
            if now.nanos_since(since) < LINGER_NANOS && !crowded {
                break;
            }
            self.deadlines.pop_front();
            let Some(connection) = self.table.connection(slot).filter(|one| one.stream == stream) else {
                continue;
            };
            if !connection.is_ending() {
                connection.lingers = false;
                continue;
            }
            match connection.active_since(now) {
                Some(since) if !crowded => self.deadlines.push_back(Deadline { since, slot, stream }),
                _ => overdue.push((stream, slot)),
            }
        }
        overdue.sort_unstable();
        for (stream, slot) in overdue {
            self.end(slot, CloseReason::Open, out);
            self.remember(slot, stream, out);
        }
    }
}
