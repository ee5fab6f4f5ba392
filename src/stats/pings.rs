//! Pings and the pongs that answer them (RFC 6455 §5.5.2, §5.5.3).

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hasher};

use crate::base::Timestamp;

/// Pings of one side that are remembered. Peers send the next one when an interval has passed, not sixteen at once.
const REMEMBERED: usize = 16;

/// The pings of one side that no pong has answered.
#[derive(Debug, Default)]
pub(super) struct Pings {
    waiting: VecDeque<Ping>,
    /// Those of them that had to make room, and were counted.
    forgotten: u64,
}

#[derive(Debug)]
struct Ping {
    time: Timestamp,
    /// Of its payload; `None` if that is not known, so that nobody knows which pong answers it.
    digest: Option<u64>,
    /// Whether somebody wants to know of it.
    counts: bool,
}

impl Pings {
    /// A ping, with its payload if that was captured.
    pub(super) fn sent(&mut self, time: Timestamp, payload: Option<&[u8]>, counts: bool) {
        if self.waiting.len() >= REMEMBERED {
            self.forgotten += self.waiting.pop_front().map_or(0, |ping| u64::from(ping.counts));
        }
        self.waiting.push_back(Ping { time, digest: payload.map(digest), counts });
    }

    /// A pong of the other side. Returns how many nanoseconds its ping waited, if it is clear which one that is.
    ///
    /// It answers the ping with its payload, and those before that, which need no answer of their own (§5.5.3). If several
    /// have the same payload, nobody knows which of them it answers.
    pub(super) fn answered(&mut self, time: Timestamp, payload: Option<&[u8]>) -> Option<u64> {
        let digest = Some(digest(payload?));
        let last = self.waiting.iter().rposition(|ping| ping.digest == digest)?;
        let mut alike = 0;
        let mut answered = None;
        for ping in self.waiting.drain(..=last) {
            alike += usize::from(ping.digest == digest);
            answered = Some(ping);
        }
        let ping = answered.filter(|ping| alike == 1 && ping.counts)?;
        u64::try_from(time.nanos_since(ping.time)).ok()
    }

    /// How many have not been answered.
    pub(super) fn unanswered(&self) -> u64 {
        self.forgotten + self.waiting.iter().filter(|ping| ping.counts).count() as u64
    }
}

fn digest(payload: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(payload);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: i64) -> Timestamp {
        Timestamp::from_nanos(nanos)
    }

    #[test]
    fn rfc6455_5_5_3_a_pong_answers_the_ping_with_its_payload_and_those_before() {
        let mut pings = Pings::default();
        for (time, payload) in [(10, b"a"), (20, b"b"), (30, b"c")] {
            pings.sent(at(time), Some(payload), true);
        }
        assert_eq!(pings.answered(at(100), Some(b"b")), Some(80));
        assert_eq!(pings.unanswered(), 1);
        assert_eq!(pings.answered(at(110), Some(b"a")), None, "it is answered");
        assert_eq!(pings.answered(at(120), Some(b"x")), None, "nobody asked");
        assert_eq!(pings.answered(at(130), Some(b"c")), Some(100));
        assert_eq!(pings.unanswered(), 0);
    }

    #[test]
    fn which_of_two_equal_pings_is_answered_is_not_known() {
        let mut pings = Pings::default();
        pings.sent(at(10), Some(b""), true);
        pings.sent(at(20), Some(b""), true);
        assert_eq!(pings.answered(at(30), Some(b"")), None);
        assert_eq!(pings.unanswered(), 0);
        pings.sent(at(40), Some(b""), true);
        assert_eq!(
            pings.answered(at(45), Some(b"")),
            Some(5),
            "one lost pong spoils one time, not all that follow"
        );
    }

    #[test]
    fn what_was_not_captured_is_not_guessed() {
        let mut pings = Pings::default();
        pings.sent(at(10), None, true);
        assert_eq!(pings.answered(at(30), Some(b"")), None);
        assert_eq!(pings.answered(at(30), None), None);
        assert_eq!(pings.unanswered(), 1);
        pings.sent(at(50), Some(b"early"), true);
        assert_eq!(pings.answered(at(40), Some(b"early")), None, "no time is negative");
    }

    #[test]
    fn a_flood_of_pings_is_counted_and_not_kept() {
        let mut pings = Pings::default();
        (0..1000i64).for_each(|i| pings.sent(at(i), Some(&i.to_be_bytes()), i % 2 == 0));
        assert_eq!((pings.waiting.len(), pings.unanswered()), (REMEMBERED, 500));
    }
}
