//! The exchange as its caller sees it: events in, events out, and an account of every byte held.

use std::collections::VecDeque;

use super::dialogue::{Dialogue, Out, Requests, Stage};
use super::queue::Queue;
use super::source::{Source, Sources};
use super::{HttpEvent, Request};
use crate::base::{Budget, Direction, Limits, PerDirection, StreamEvent};

use Direction::{ClientToServer, ServerToClient};

/// One per TCP connection, or per tunnel within one: follows both directions until they are no longer HTTP.
///
/// Invariant: between calls, `charged` bytes have been taken from the budget, and that is what is allocated.
#[derive(Debug)]
pub struct Exchange {
    dialogue: Dialogue,
    queues: PerDirection<Queue>,
    charged: usize,
}

impl Exchange {
    /// An exchange that has not begun. Holds nothing.
    pub fn new(limits: &Limits) -> Self {
        Self { dialogue: Dialogue::new(limits), queues: PerDirection::default(), charged: 0 }
    }

    /// Digests the next event of one direction. What must wait is copied, and its memory taken from `held`, the
    /// budget of all connections together; pass the same one every time.
    pub fn push(
        &mut self,
        direction: Direction,
        event: StreamEvent<'_>,
        held: &Budget,
        out: &mut impl FnMut(HttpEvent<'_>),
    ) {
        if self.dialogue.passes(direction) {
            return out(HttpEvent::Passed(direction, event));
        }
        self.run(Some((direction, event)), out);
        self.tell_waiting_responses(out);
        if let Some(limit) = self.limit_reached() {
            self.stop(limit, out);
        }
        self.settle(held, out);
    }

    /// The connection ended, or the input did: decides what still waits, tells what will not come, and gives
    /// everything back to `held`. Whatever is pushed later is passed.
    pub fn finish(&mut self, held: &Budget, out: &mut impl FnMut(HttpEvent<'_>)) {
        if self.dialogue.requests == Requests::Followed {
            self.dialogue.requests = Requests::Over;
        }
        let mut more = true;
        while more {
            more = self.with_sources(None, |dialogue, from| {
                dialogue.run(from, out);
                dialogue.give_up(from, out)
            });
        }
        for direction in Direction::BOTH {
            self.dialogue.sides[direction].stage = Stage::Passing;
            self.dialogue.sides[direction].body = None;
        }
        self.release(held);
    }

    /// Gives everything back to `held` without another word: what waits is forgotten.
    pub fn release(&mut self, held: &Budget) {
        self.queues = PerDirection::default();
        self.dialogue.pending = VecDeque::new();
        held.give_back(std::mem::take(&mut self.charged));
    }

    fn run(&mut self, pushed: Option<(Direction, StreamEvent<'_>)>, out: &mut Out<'_>) {
        self.with_sources(pushed, |dialogue, from| dialogue.run(from, out));
    }

    /// Lends what waits and what was pushed; keeps what is left of it.
    fn with_sources<T>(
        &mut self,
        pushed: Option<(Direction, StreamEvent<'_>)>,
        work: impl FnOnce(&mut Dialogue, &mut Sources<'_, '_>) -> T,
    ) -> T {
        let event = |direction| pushed.filter(|(pushed, _)| *pushed == direction).map(|(_, event)| event);
        let PerDirection { client, server } = &mut self.queues;
        let mut from = PerDirection {
            client: Source::new(client, event(ClientToServer)),
            server: Source::new(server, event(ServerToClient)),
        };
        let done = work(&mut self.dialogue, &mut from);
        from.client.keep();
        from.server.keep();
        done
    }

    /// Responses that have waited long enough for their requests are told without them.
    fn tell_waiting_responses(&mut self, out: &mut Out<'_>) {
        while self.queues.server.cost() > self.dialogue.caps.wait
            && self.dialogue.sides.server.scan.is_done()
            && self.dialogue.may_wait_for_request()
        {
            self.dialogue.impatient = true;
            self.run(None, out);
        }
    }

    /// A head that is not complete has a cap of its own.
    fn limit_reached(&self) -> Option<&'static str> {
        let over = |direction| self.queues[direction].cost() > self.dialogue.caps.wait;
        let collecting = |direction| {
            let side = &self.dialogue.sides[direction];
            side.stage == Stage::Head && !side.scan.is_done() && self.queues[direction].is_one_run()
        };
        let full = self.dialogue.is_full();
        if over(ClientToServer) && full {
            return Some("http_pipeline");
        }
        let waits = |direction: &Direction| over(*direction) && !collecting(*direction);
        Direction::BOTH.iter().any(waits).then_some("http_wait")
    }

    fn stop(&mut self, limit: &'static str, out: &mut Out<'_>) {
        self.dialogue.end(HttpEvent::LimitReached(limit), out);
        self.run(None, out);
    }

    /// Makes the account right; gives up if the budget does not allow what is held.
    fn settle(&mut self, held: &Budget, out: &mut Out<'_>) {
        let footprint = self.footprint();
        if footprint > self.charged && !held.take(footprint - self.charged) {
            self.stop("held_total", out);
            return self.release(held);
        }
        held.give_back(self.charged.saturating_sub(footprint));
        self.charged = footprint;
    }

    fn footprint(&self) -> usize {
        let queues = self.queues.client.footprint() + self.queues.server.footprint();
        let pending = &self.dialogue.pending;
        let heads: usize = pending.iter().map(head_footprint).sum();
        queues + heads + pending.capacity() * size_of::<Request>()
    }
}

/// What a request has allocated.
fn head_footprint(request: &Request) -> usize {
    request.method.len() + request.target.len() + request.headers.footprint()
}
