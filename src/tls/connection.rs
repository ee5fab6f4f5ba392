//! One TLS connection: records of both directions in their order, and those that wait for keys.

use std::collections::VecDeque;

use super::TlsEvent;
use super::framer::{Framed, Framer};
use super::header::{APPLICATION_DATA, Header};
use super::keylog::KeyLog;
use super::reading::{Blocked, Means, Reading};
use crate::base::{Budget, Direction, GapReason, Limits, PacketId, PerDirection, Span, StreamEvent};

/// Both directions of one TLS connection.
///
/// Records that cannot be read yet wait, up to [`Limits::tls_wait`] bytes, and never in the last half of the budget for all
/// connections. If there [will never be a secret](KeyLog::stays_empty), only their places wait: what is told is the same, and
/// so is when.
#[derive(Debug)]
pub struct Tls {
    framers: PerDirection<Framer>,
    records: Records,
}

/// Everything behind the framers.
#[derive(Debug)]
struct Records {
    reading: Reading,
    queues: PerDirection<VecDeque<Waiting>>,
    /// Why the first record of a queue waits.
    blocked: PerDirection<Option<Blocked>>,
    /// Of the next that waits, in both directions.
    number: u64,
    /// Bytes that waiting takes.
    waiting: usize,
    limit: usize,
}

/// What waits.
#[derive(Debug)]
struct Waiting {
    number: u64,
    item: Item,
    /// What it counts towards the limit: [`Item::cost_of`], and bytes that were left out.
    counted: usize,
}

/// [`Framed`], with its own bytes.
#[derive(Debug)]
enum Item {
    Record { header: Header, body: Box<[u8]>, span: Span, acked: Option<u64> },
    Lost { span: Span, why: GapReason, header: Option<Header> },
    End { packet: PacketId, acked: Option<u64>, reset: bool },
}

impl Tls {
    /// A connection whose first bytes are those of records.
    pub fn new(limits: &Limits) -> Self {
        let records = Records {
            reading: Reading::default(),
            queues: PerDirection::default(),
            blocked: PerDirection::default(),
            number: 0,
            waiting: 0,
            limit: limits.tls_wait,
        };
        Self { framers: PerDirection::default(), records }
    }

    /// Takes the next event of one direction; bytes kept come out of `held`.
    pub fn push(
        &mut self,
        direction: Direction,
        event: &StreamEvent<'_>,
        keys: &KeyLog,
        held: &Budget,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) {
        let Self { framers, records } = self;
        framers[direction].push(event, held, &mut |framed| records.take(direction, framed, keys, held, out));
    }

    /// Whether records wait for secrets or hellos.
    pub fn is_waiting(&self) -> bool {
        self.records.waiting > 0
    }

    /// Whether records wait that secrets could still open: it is known under which name to look for them.
    pub fn waits_for_secrets(&self) -> bool {
        self.is_waiting() && self.records.reading.has_name()
    }

    /// There are more secrets: reads what waited for them.
    pub fn keys_arrived(&mut self, keys: &KeyLog, held: &Budget, out: &mut impl FnMut(TlsEvent<'_>)) {
        self.records.drain(keys, held, out);
    }

    /// The connection is over; what still waits is given up. Gives everything back to `held`.
    pub fn finish(&mut self, keys: &KeyLog, held: &Budget, out: &mut impl FnMut(TlsEvent<'_>)) {
        let Self { framers, records } = self;
        for direction in Direction::BOTH {
            framers[direction].finish(held, &mut |framed| records.take(direction, framed, keys, held, out));
        }
        records.drain(keys, held, out);
        // Giving up one direction may leave the other waiting for its own keys.
        for _ in Direction::BOTH {
            if records.waiting > 0 {
                records.give_up(None, keys, held, out);
            }
        }
        records.clear(held);
        for direction in Direction::BOTH {
            records.reading.tell_missing_hello(direction, out);
            records.reading.finish(direction, held, out);
        }
    }
}

impl Records {
    fn take(
        &mut self,
        from: Direction,
        framed: Framed<'_>,
        log: &KeyLog,
        held: &Budget,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) {
        // Giving up may leave a direction waiting for something else, at most once for each direction.
        for _ in 0..3 {
            if self.queues[from].is_empty() {
                let means = Means { log, held, other_waits: self.waits_for_keys(from.reverse()) };
                match self.reading.take(from, framed, &means, out) {
                    Ok(()) => return self.go_on(from, log, held, out),
                    Err(blocked) => self.blocked[from] = Some(blocked),
                }
            }
            if self.wait(from, framed, log, held) {
                return name(from, &framed, out);
            }
            self.give_up(Some((from, framed)), log, held, out);
        }
    }

    /// Something was read in one direction; what of the other waits for it may be read now.
    fn go_on(&mut self, from: Direction, log: &KeyLog, held: &Budget, out: &mut impl FnMut(TlsEvent<'_>)) {
        self.blocked[from] = None;
        if self.reading.progress() && self.waiting > 0 {
            self.drain(log, held, out);
        }
    }

    /// Lets something wait; whether there is room for it.
    fn wait(&mut self, from: Direction, framed: Framed<'_>, log: &KeyLog, held: &Budget) -> bool {
        let counted = Item::cost_of(&framed);
        if self.waiting.saturating_add(counted) > self.limit {
            return false;
        }
        let place = if log.stays_empty() { framed.without_data() } else { None };
        let joined = place.and_then(|place| self.queues[from].back_mut()?.item.join(place).then_some(()));
        if joined.is_some() {
            if let Some(last) = self.queues[from].back_mut() {
                last.counted += counted;
            }
            self.waiting += counted;
            return true;
        }
        let framed = place.unwrap_or(framed);
        let cost = Item::cost_of(&framed);
        let half_free = held.used().saturating_add(cost as u64) <= held.cap() / 2;
        if !half_free || !held.take(cost) {
            return false;
        }
        self.number += 1;
        self.waiting += counted;
        self.queues[from].push_back(Waiting { number: self.number, item: Item::of(framed), counted });
        true
    }

    /// Reads what waits, in the order in which it came, as far as that is possible.
    fn drain(&mut self, log: &KeyLog, held: &Budget, out: &mut impl FnMut(TlsEvent<'_>)) {
        let mut stuck = PerDirection::<bool>::default();
        while let Some(from) = self.next(&stuck) {
            let means = Means { log, held, other_waits: self.waits_for_keys(from.reverse()) };
            let Some(first) = self.queues[from].front() else { return };
            // It has its name already.
            let mut out = |event: TlsEvent<'_>| {
                if !matches!(event, TlsEvent::Record { .. }) {
                    out(event);
                }
            };
            if let Err(blocked) = self.reading.take(from, first.item.framed(), &means, &mut out) {
                self.blocked[from] = Some(blocked);
                stuck[from] = true;
                continue;
            }
            let (cost, counted) = (Item::cost_of(&first.item.framed()), first.counted);
            self.queues[from].pop_front();
            self.waiting -= counted;
            held.give_back(cost);
            self.blocked[from] = None;
            self.reading.progress();
            stuck = PerDirection::default();
        }
        for direction in Direction::BOTH {
            if self.queues[direction].is_empty() {
                self.queues[direction] = VecDeque::new();
            }
        }
    }

    /// The direction whose first waiting record came first.
    fn next(&self, stuck: &PerDirection<bool>) -> Option<Direction> {
        let first =
            |from: Direction| self.queues[from].front().filter(|_| !stuck[from]).map(|first| first.number);
        Direction::BOTH.into_iter().filter(|from| first(*from).is_some()).min_by_key(|from| first(*from))
    }

    /// Nothing more is waited for: says what is missing. `new` found no room, and the connection goes on; without it, the
    /// connection is over.
    fn give_up(
        &mut self,
        new: Option<(Direction, Framed<'_>)>,
        log: &KeyLog,
        held: &Budget,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) {
        let at_limit = new.is_some();
        for from in Direction::BOTH {
            let new = new.filter(|(direction, _)| *direction == from).and_then(|(_, framed)| framed.span());
            let spans = self.queues[from].iter().map(|waiting| waiting.item.framed().span()).chain([new]);
            let Some(span) = spans.flatten().reduce(|all, next| all.join(&next)) else { continue };
            match self.blocked[from] {
                Some(Blocked::Keys(label, client_random)) => {
                    let looked_for = label.name();
                    out(TlsEvent::NoKeys { from, looked_for, client_random, at_limit, span });
                }
                Some(Blocked::Hello(hello)) => out(TlsEvent::HelloMissing { from, hello, at_limit, span }),
                Some(Blocked::Behind) | None => continue,
            }
            self.reading.give_up(from);
        }
        self.drain(log, held, out);
    }

    fn clear(&mut self, held: &Budget) {
        self.waiting = 0;
        for queue in Direction::BOTH.map(|direction| std::mem::take(&mut self.queues[direction])) {
            held.give_back(queue.iter().map(|waiting| Item::cost_of(&waiting.item.framed())).sum());
        }
    }

    fn waits_for_keys(&self, direction: Direction) -> bool {
        matches!(self.blocked[direction], Some(Blocked::Keys(..))) && !self.queues[direction].is_empty()
    }
}

impl Item {
    fn of(framed: Framed<'_>) -> Self {
        match framed {
            Framed::Record { header, body, span, acked } => {
                Item::Record { header, body: body.into(), span, acked }
            }
            Framed::Lost { span, why, header } => Item::Lost { span, why, header },
            Framed::End { packet, acked, reset } => Item::End { packet, acked, reset },
        }
    }

    fn framed(&self) -> Framed<'_> {
        match *self {
            Item::Record { header, ref body, span, acked } => Framed::Record { header, body, span, acked },
            Item::Lost { span, why, header } => Framed::Lost { span, why, header },
            Item::End { packet, acked, reset } => Framed::End { packet, acked, reset },
        }
    }

    /// Adds a record without its data to another one.
    fn join(&mut self, place: Framed<'_>) -> bool {
        match (self, place.span()) {
            (Item::Record { header, body, span, .. }, Some(next))
                if header.content == APPLICATION_DATA && body.is_empty() =>
            {
                *span = span.join(&next);
                true
            }
            _ => false,
        }
    }

    /// Bytes that it takes in a queue.
    fn cost_of(framed: &Framed<'_>) -> usize {
        let body = if let Framed::Record { body, .. } = framed { body.len() } else { 0 };
        body + size_of::<Waiting>()
    }
}

/// What a record looks like from outside.
fn name(from: Direction, framed: &Framed<'_>, out: &mut impl FnMut(TlsEvent<'_>)) {
    let Framed::Record { header, span, .. } = *framed else { return };
    out(TlsEvent::Record { from, name: header.name(), version: header.version, span });
}
