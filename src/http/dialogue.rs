//! The state of an exchange: which message each direction is in, which requests wait for responses, and how it ends.
//!
//! Each direction goes as far as it can; what one finds out may let the other go on. What a direction cannot digest
//! stays in its [`Source`]; nothing is recursive, so the order in which the directions came does not matter.

use std::collections::VecDeque;

use super::body::{Body, Skipped};
use super::scan::Scan;
use super::source::{Front, Source, Sources};
use super::{HttpEvent, Request};
use crate::base::{Direction, GapReason, Limits, PerDirection};

use Direction::{ClientToServer, ServerToClient};

/// Where the events go.
pub(super) type Out<'o> = dyn FnMut(HttpEvent<'_>) + 'o;

/// The state of an exchange.
#[derive(Debug)]
pub(super) struct Dialogue {
    pub(super) caps: Caps,
    pub(super) sides: PerDirection<Side>,
    /// Requests that have no final response yet, in order. At most one, the last, asks for an upgrade, because the
    /// client's bytes behind it wait.
    pub(super) pending: VecDeque<Request>,
    pub(super) requests: Requests,
    /// Before the client's first request there may be a PROXY header.
    pub(super) may_be_proxied: bool,
    /// A 101 overtook the responses to earlier requests.
    pub(super) agreed: bool,
    /// Bytes of the server before this offset came while no request was known.
    pub(super) early_until: u64,
    /// The next response is told even if no request is known.
    pub(super) impatient: bool,
}

/// The caps that apply to heads and requests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caps {
    pub(super) head: usize,
    pub(super) fields: usize,
    pub(super) wait: usize,
    pub(super) pipeline: usize,
}

impl From<&Limits> for Caps {
    fn from(limits: &Limits) -> Self {
        Caps {
            head: limits.http_head,
            fields: limits.http_fields,
            wait: limits.http_wait,
            pipeline: limits.http_pipeline.max(1),
        }
    }
}

/// The state of one direction.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub(super) stage: Stage,
    /// What is left of the body of the last head; the stage is for what comes behind it.
    pub(super) body: Option<Body>,
    pub(super) scan: Scan,
}

/// What the next bytes of a direction are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// A head.
    #[default]
    Head,
    /// The other direction will decide it.
    Waiting,
    /// Not for this room.
    Passing,
}

/// Whether further requests can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Requests {
    /// The client is followed.
    Followed,
    /// The client's bytes are no requests; a response may yet say what they are.
    NotHttp,
    /// The client cannot be followed since a gap.
    Lost,
    /// The input has ended.
    Over,
}

impl Dialogue {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            caps: limits.into(),
            sides: PerDirection::default(),
            pending: VecDeque::new(),
            requests: Requests::Followed,
            may_be_proxied: true,
            agreed: false,
            early_until: 0,
            impatient: false,
        }
    }

    /// Digests what can be digested now.
    pub(super) fn run(&mut self, from: &mut Sources<'_, '_>, out: &mut Out<'_>) {
        while self.step(ClientToServer, from, out) || self.step(ServerToClient, from, out) {}
    }

    /// Whether events of this direction go straight through.
    pub(super) fn passes(&self, direction: Direction) -> bool {
        let side = &self.sides[direction];
        side.stage == Stage::Passing && side.body.is_none()
    }

    /// Whether no further request may be read before one has been answered.
    pub(super) fn is_full(&self) -> bool {
        self.pending.len() >= self.caps.pipeline
    }

    /// Goes one step; `false` if this direction cannot go on by itself.
    fn step(&mut self, direction: Direction, from: &mut Sources<'_, '_>, out: &mut Out<'_>) -> bool {
        if direction == ServerToClient && self.decide(from.server.has_bytes(), out) {
            return true;
        }
        let source = &mut from[direction];
        if source.front().is_none() {
            return false;
        }
        if self.sides[direction].body.is_some() {
            return self.skip_body(direction, source, out);
        }
        match (self.sides[direction].stage, direction) {
            (Stage::Waiting, _) => false,
            (Stage::Passing, _) => {
                source.drain(|event| out(HttpEvent::Passed(direction, event)));
                true
            }
            (Stage::Head, ClientToServer) => self.read_request(source, out),
            (Stage::Head, ServerToClient) => self.read_response(source, out),
        }
    }

    /// Does what was only waiting for the server to have answered all requests.
    fn decide(&mut self, server_has_bytes: bool, out: &mut Out<'_>) -> bool {
        let server = &self.sides.server;
        if server.stage == Stage::Passing || !self.pending.is_empty() {
            return false;
        }
        if self.agreed && server.body.is_none() {
            self.switch(out);
            return true;
        }
        if self.requests == Requests::NotHttp && !server_has_bytes {
            self.end(HttpEvent::NotHttp(ClientToServer), out);
            return true;
        }
        false
    }

    fn skip_body(&mut self, direction: Direction, source: &mut Source<'_, '_>, out: &mut Out<'_>) -> bool {
        let side = &mut self.sides[direction];
        let Some(body) = &mut side.body else { return false };
        let (skipped, gap) = match source.front() {
            Some(Front::Bytes(bytes)) => {
                let skipped = body.skip(bytes);
                let all = bytes.len();
                match skipped {
                    Skipped::All => source.advance(all),
                    Skipped::End(used) => source.advance(usize::try_from(used).unwrap_or(all)),
                    Skipped::Broken => {}
                }
                (skipped, false)
            }
            Some(Front::Gap(gap)) => {
                let skipped = match gap.why {
                    GapReason::Undecrypted => body.skip_unknown(),
                    _ => body.skip_gap(gap.span.length),
                };
                match skipped {
                    Skipped::All => source.advance_gap(gap, gap.span.length),
                    Skipped::End(used) => source.advance_gap(gap, used),
                    Skipped::Broken => {}
                }
                (skipped, true)
            }
            Some(Front::End) | None => return false,
        };
        match (skipped, direction) {
            (Skipped::All, _) => {}
            (Skipped::End(_), _) => side.body = None,
            (Skipped::Broken, _) if side.stage == Stage::Passing => side.body = None,
            (Skipped::Broken, ClientToServer) if gap => self.lose_requests(source, out),
            (Skipped::Broken, ClientToServer) => self.stop_reading_requests(Requests::NotHttp),
            (Skipped::Broken, ServerToClient) if gap => self.lose_responses(source, out),
            (Skipped::Broken, ServerToClient) => self.refuse_responses(out),
        }
        true
    }

    /// Leaves HTTP as both sides agreed.
    pub(super) fn switch(&mut self, out: &mut Out<'_>) {
        out(HttpEvent::Switched);
        self.pass_on(out);
    }

    /// Leaves HTTP for this reason.
    pub(super) fn end(&mut self, why: HttpEvent<'_>, out: &mut Out<'_>) {
        out(why);
        self.pass_on(out);
    }

    /// What is left of a body is still HTTP, unless nobody knows where it ends.
    fn pass_on(&mut self, out: &mut Out<'_>) {
        self.forget_pending(out);
        self.sides.server.body.take_if(|body| *body == Body::UntilClose);
        for direction in Direction::BOTH {
            self.sides[direction].stage = Stage::Passing;
        }
    }

    fn forget_pending(&mut self, out: &mut Out<'_>) {
        for request in std::mem::take(&mut self.pending) {
            if request.asks_for_upgrade() {
                out(HttpEvent::Unanswered(&request));
            }
        }
    }

    /// After the end of the input: takes the next decision that only missing bytes could have brought; `false` if
    /// there is none left.
    pub(super) fn give_up(&mut self, from: &Sources<'_, '_>, out: &mut Out<'_>) -> bool {
        if self.sides.server.stage == Stage::Passing {
            return false;
        }
        if self.agreed {
            self.switch(out);
        } else if !self.pending.is_empty() {
            self.forget_pending(out);
            if self.sides.client.stage == Stage::Waiting && self.requests == Requests::Over {
                self.sides.client.stage = Stage::Head;
            }
        } else if self.requests == Requests::NotHttp {
            self.end(HttpEvent::NotHttp(ClientToServer), out);
        } else if self.requests == Requests::Lost && from.client.front().is_some() {
            self.pass_on(out);
        } else {
            return false;
        }
        true
    }
}
