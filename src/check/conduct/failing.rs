//! Violations after which the other side must fail the connection (RFC 6455 §7.1.7), and whether it did.

use super::{Found, Sent};
use crate::check::{Rule, registry};

/// What obliges the other side to fail the connection. It may then stop as it likes.
const OBLIGING: [&str; 20] = [
    "WS201", "WS202", "WS203", "WS204", "WS205", "WS206", "WS301", "WS302", "WS401", "WS402", "WS411",
    "WS412", "WS413", "WS414", "WS501", "WS605", "WS606", "WS607", "WS608", "WS609",
];

/// Of these, where the RFC says in so many words that the receiver must not go on (§5.1, §5.2, §8.1).
const NO_GOING_ON: [&str; 5] = ["WS201", "WS202", "WS203", "WS204", "WS501"];

/// What one side has done so far.
#[derive(Debug, Default)]
pub(super) struct Failing {
    obliging: bool,
    /// The first violation after which the other side must not go on, and the offset behind it.
    fault: Option<(&'static Rule, u64)>,
    /// That it went on behind a fault of the other side has been told.
    told: bool,
}

impl Failing {
    /// The side broke a rule, in bytes that end at `end`.
    pub(super) fn broke(&mut self, rule: &'static Rule, end: u64) {
        self.obliging |= OBLIGING.contains(&rule.code);
        if NO_GOING_ON.contains(&rule.code) {
            self.fault.get_or_insert((rule, end));
        }
    }

    /// Whether the other side must not go on.
    pub(super) fn is_faulty(&self) -> bool {
        self.fault.is_some()
    }

    /// Whatever the side did, the other one has to fail the connection.
    pub(super) fn obliges(&mut self) {
        self.obliging = true;
    }

    /// Whether the other side has to fail the connection.
    pub(super) fn is_obliging(&self) -> bool {
        self.obliging
    }

    /// WS420, once a side, for a frame of this side.
    pub(super) fn judge_going_on(&mut self, sent: &Sent<'_>, peer: &Failing) -> Found {
        let (rule, end) = peer.fault?;
        let knew = sent.acked.is_some_and(|acked| acked >= end);
        if !knew || !sent.is_data() || std::mem::replace(&mut self.told, true) {
            return None;
        }
        let (sender, kind) = (sent.sender(), sent.header.opcode.name());
        let text = format!(
            "the {sender} had received what it had to fail the connection for ({} {}), and sent a {kind} frame",
            rule.code, rule.name
        );
        Some((&registry::KEPT_TALKING_AFTER_PEER_VIOLATION, text))
    }
}
