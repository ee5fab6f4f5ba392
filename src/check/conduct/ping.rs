//! Pings, and whether they are answered (RFC 6455 §5.5.2, §5.5.3).
//!
//! That a ping was never answered shows only if the connection stayed in use for a whole round trip behind it:
//!
//! ```text
//!   pinger   ping            frame             │  Sent ─▶ Received ─▶ Returned ─▶ Proven
//!   pinged        ╲──▶ frame ──╱ ╲──▶ frame    │  each has acknowledged what stands before the arrow
//! ```

use std::hash::{DefaultHasher, Hasher};
use std::num::NonZero;

use super::{Found, Sent};
use crate::base::{Direction, Timestamp};
use crate::check::{Violation, registry};
use crate::record::Side;
use crate::websocket::Opcode;

/// Pings of one side that are remembered. Peers send the next one when an interval has passed, not many at once, and they are
/// remembered in every open connection.
const REMEMBERED: usize = 4;

/// The pings of one side.
#[derive(Debug, Default)]
pub(super) struct Pings {
    /// The last ones.
    pings: Vec<Ping>,
    /// Whether one of them may still turn out not to be answered.
    open: bool,
    /// How much the other side had acknowledged, at most, when it sent a pong.
    ponged: Option<u64>,
    /// A ping had to make room whose pong had not come.
    forgot: bool,
    mismatch_told: bool,
}

#[derive(Debug, Clone, Copy)]
struct Ping {
    number: u64,
    packets: [u64; 2],
    /// The offset behind it.
    end: u64,
    /// Of its payload, if that is known.
    digest: Option<NonZero<u64>>,
    answered: bool,
    /// A pong with its payload, or that of a later ping, has come.
    ponged: bool,
    /// When its last byte was captured.
    time: Timestamp,
    state: State,
}

/// What shows that an unanswered ping could have been answered.
#[derive(Debug, Clone, Copy)]
enum State {
    Sent,
    /// The other side has received the ping, and gone on with a frame that ends here.
    Received(u64),
    /// The pinger has received that frame, and gone on with one that ends here.
    Returned(u64),
    /// The other side has received that, and gone on again, having acknowledged so much.
    Proven(u64),
}

impl Pings {
    /// Whether what either side says next matters for a ping.
    pub(super) fn is_any_open(&self) -> bool {
        self.open
    }

    /// A frame of the side that pings.
    pub(super) fn frame_of_pinger(&mut self, sent: &Sent<'_>) {
        let (end, acked) = (sent.at.span.end_offset(), sent.acked);
        if sent.cut || sent.is(Opcode::Close) {
            return;
        }
        for ping in &mut self.pings {
            if let State::Received(until) = ping.state
                && acked.is_some_and(|acked| acked >= until)
            {
                ping.state = State::Returned(end);
            }
        }
        if sent.is(Opcode::Ping) {
            if self.pings.len() >= REMEMBERED {
                self.forgot |= !self.pings.remove(0).ponged;
            }
            self.open = true;
            self.pings.reserve_exact(1);
            self.pings.push(Ping {
                number: sent.at.number,
                packets: [sent.at.span.first, sent.at.span.last],
                end,
                digest: sent.payload.map(digest),
                // The capture may hold an answer before the ping.
                answered: self.ponged.is_some_and(|acked| acked >= end),
                ponged: false,
                time: sent.at.span.end.time,
                state: State::Sent,
            });
        }
    }

    /// A frame of the side that is pinged. What it sends behind its own Close shows nothing.
    pub(super) fn frame_of_pinged(&mut self, sent: &Sent<'_>, closed: bool) {
        if sent.is(Opcode::Pong) {
            return self.answer(sent);
        }
        let Some(acked) = sent.acked else { return };
        if closed || sent.is(Opcode::Close) {
            return;
        }
        for ping in &mut self.pings {
            match ping.state {
                State::Sent if acked >= ping.end => {
                    ping.state = State::Received(sent.at.span.end_offset());
                }
                State::Returned(until) if acked >= until => ping.state = State::Proven(acked),
                _ => {}
            }
        }
        self.open = self.pings.iter().any(Ping::is_open);
    }

    /// WS404, once a side, for a pong of the other one; the pings are known up to the offset `told`.
    pub(super) fn judge_pong(&mut self, sent: &Sent<'_>, told: u64) -> Found {
        if !sent.is(Opcode::Pong) || self.mismatch_told || self.forgot {
            return None;
        }
        let (acked, digest) = (sent.acked?, digest(sent.payload?));
        let known = self.pings.iter().all(|ping| ping.digest.is_some_and(|known| known != digest));
        let waiting = self.pings.iter().rev().find(|ping| !ping.answered && ping.end <= acked)?;
        if !known || acked > told {
            return None;
        }
        self.mismatch_told = true;
        let text = format!(
            "the {}'s pong has another payload than any ping; the ping in frame {} waits for an answer",
            sent.sender(),
            waiting.number
        );
        Some((&registry::PONG_PAYLOAD_MISMATCH, text))
    }

    /// How long before a pong of the other side the ping came that it answers.
    pub(super) fn nanos_before(&self, pong: &Sent<'_>) -> Option<i64> {
        let ping = self.pings.get(self.echoed(pong)?)?;
        Some(pong.at.span.end.time.nanos_since(ping.time))
    }

    /// The ping that a pong repeats: the last one with its payload that its sender had received and not repeated yet.
    /// It is the one most likely meant (RFC 6455 §5.5.3 lets it stand for those before), and an error of one ping does
    /// not carry over to the next.
    fn echoed(&self, pong: &Sent<'_>) -> Option<usize> {
        let digest = digest(pong.payload.filter(|_| pong.is(Opcode::Pong))?);
        self.pings.iter().rposition(|ping| {
            let received = pong.acked.is_none_or(|acked| ping.end <= acked);
            ping.digest == Some(digest) && received && !ping.ponged
        })
    }

    /// A pong answers the ping with its payload and all before it; for the sake of silence, all that its sender had
    /// received.
    fn answer(&mut self, pong: &Sent<'_>) {
        let digest = pong.payload.map(digest);
        let equal = self.pings.iter().rposition(|ping| digest.is_some() && ping.digest == digest);
        if let Some(echoed) = self.echoed(pong) {
            self.pings.iter_mut().take(echoed + 1).for_each(|ping| ping.ponged = true);
        }
        for (at, ping) in self.pings.iter_mut().enumerate() {
            ping.answered |=
                equal.is_some_and(|equal| at <= equal) || pong.acked.is_none_or(|acked| ping.end <= acked);
        }
        self.ponged = self.ponged.max(pong.acked);
        self.open = self.pings.iter().any(Ping::is_open);
    }

    /// WS403, once a side: about `pinged`, which did not answer before a Close, at the offset `close`, had reached it.
    pub(super) fn judge_silence(&self, pinged: Direction, close: Option<u64>) -> Option<Violation> {
        let unanswered = |ping: &&Ping| {
            let proven =
                matches!(ping.state, State::Proven(acked) if close.is_none_or(|close| acked <= close));
            !ping.answered && proven
        };
        let mut pings = self.pings.iter().filter(unanswered);
        let first = pings.next()?;
        let (count, number) = (1 + pings.count(), first.number);
        let (pinged, pinger) = (pinged, pinged.reverse().sender());
        let others = match count {
            1 => String::new(),
            2 => "; nor was another one".to_owned(),
            count => format!("; nor were {} others", count - 1),
        };
        let text = format!(
            "the {pinger}'s ping in frame {number} was never answered, though the {} had received it and both went on{others}",
            pinged.sender()
        );
        let rule = &registry::PING_UNANSWERED;
        let mut violation = Violation::of_packets(rule, Side::from(pinged), first.packets, text);
        violation.frame = Some(number);
        Some(violation.with("pings", count as u64))
    }
}

impl Ping {
    /// Whether it may still turn out that it was never answered.
    fn is_open(&self) -> bool {
        !self.answered && !matches!(self.state, State::Proven(_))
    }
}

/// Stands for a payload. Two that differ and have the same one are found by chance once in 2^64 pairs.
fn digest(payload: &[u8]) -> NonZero<u64> {
    let mut hasher = DefaultHasher::new();
    hasher.write(payload);
    NonZero::new(hasher.finish()).unwrap_or(NonZero::<u64>::MIN)
}
