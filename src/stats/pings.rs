//! Pings and the pongs that answer them (RFC 6455 §5.5.2, §5.5.3).

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hasher};

use crate::base::Timestamp;

/// Pings of one side that are remembered. Peers send the next one when an interval has passed, not sixteen at once.
const REMEMBERED: usize = 16;

/// Pings and pongs that wait for their turn. Where bytes are missing, those of one side become known late.
const WAITING: usize = 16;

/// A ping or pong.
#[derive(Debug)]
pub(super) struct Event {
    packet: u64,
    time: Timestamp,
    /// Of its payload; `None` if that is not known, so that nobody knows which pong answers which ping.
    digest: Option<u64>,
    what: What,
}

/// Which of both.
#[derive(Debug)]
pub(super) enum What {
    Ping {
        /// Whether somebody wants to know of it.
        counts: bool,
    },
    Pong,
}

/// The pings of one side, and the pongs of the other.
#[derive(Debug, Default)]
pub(super) struct Pings {
    /// Those whose turn has not come, by their packets.
    waiting: VecDeque<Event>,
    /// Pings that no pong has answered.
    open: VecDeque<Ping>,
    /// Those of them that had to make room, and count.
    forgotten: u64,
}

#[derive(Debug)]
struct Ping {
    time: Timestamp,
    digest: Option<u64>,
    counts: bool,
}

impl Event {
    /// A ping or pong, with its payload if that was captured.
    pub(super) fn new(packet: u64, time: Timestamp, payload: Option<&[u8]>, what: What) -> Self {
        Self { packet, time, digest: payload.map(digest), what }
    }
}

impl Pings {
    /// Takes the next event that became known. Returns how many nanoseconds a ping waited for its pong, if that is known
    /// now.
    pub(super) fn push(&mut self, event: Event) -> Option<u64> {
        let at = self.waiting.partition_point(|other| other.packet <= event.packet);
        self.waiting.insert(at, event);
        if self.waiting.len() > WAITING { self.pop()? } else { None }
    }

    /// Treats the first event that waits, as [`Pings::push`] does; `None` if none waits.
    pub(super) fn pop(&mut self) -> Option<Option<u64>> {
        let Event { time, digest, what, .. } = self.waiting.pop_front()?;
        Some(match what {
            What::Ping { counts } => {
                if self.open.len() >= REMEMBERED {
                    self.forgotten += self.open.pop_front().map_or(0, |ping| u64::from(ping.counts));
                }
                self.open.push_back(Ping { time, digest, counts });
                None
            }
            What::Pong => self.answered(time, digest),
        })
    }

    /// A pong answers the ping with its payload, and those before that, which need no answer of their own (§5.5.3). If
    /// several have the same payload, nobody knows which of them it answers.
    fn answered(&mut self, time: Timestamp, digest: Option<u64>) -> Option<u64> {
        let digest = Some(digest?);
        let last = self.open.iter().rposition(|ping| ping.digest == digest)?;
        let mut alike = 0;
        let mut answered = None;
        for ping in self.open.drain(..=last) {
            alike += usize::from(ping.digest == digest);
            answered = Some(ping);
        }
        let ping = answered.filter(|ping| alike == 1 && ping.counts)?;
        u64::try_from(time.nanos_since(ping.time)).ok()
    }

    /// How many have not been answered, once no event waits.
    pub(super) fn unanswered(&self) -> u64 {
        self.forgotten + self.open.iter().filter(|ping| ping.counts).count() as u64
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

    const PING: fn(i64, Option<&[u8]>) -> Event =
        |at, payload| Event::new(at as u64, Timestamp::from_nanos(at), payload, What::Ping { counts: true });
    const PONG: fn(i64, Option<&[u8]>) -> Event =
        |at, payload| Event::new(at as u64, Timestamp::from_nanos(at), payload, What::Pong);

    /// The times of the pings that were answered, and how many were not.
    fn told(events: impl IntoIterator<Item = Event>) -> (Vec<u64>, u64) {
        let mut pings = Pings::default();
        let mut times: Vec<u64> = events.into_iter().filter_map(|event| pings.push(event)).collect();
        times.extend(std::iter::from_fn(|| pings.pop()).flatten());
        (times, pings.unanswered())
    }

    #[test]
    fn rfc6455_5_5_3_a_pong_answers_the_ping_with_its_payload_and_those_before() {
        let pings = || [(10, b"a"), (20, b"b"), (30, b"c")].map(|(at, payload)| PING(at, Some(payload)));
        assert_eq!(told(pings().into_iter().chain([PONG(100, Some(b"b"))])), (vec![80], 1));
        let more =
            [PONG(100, Some(b"b")), PONG(110, Some(b"a")), PONG(120, Some(b"x")), PONG(130, Some(b"c"))];
        assert_eq!(told(pings().into_iter().chain(more)), (vec![80, 100], 0));
    }

    #[test]
    fn which_of_two_equal_pings_is_answered_is_not_known() {
        let events = [PING(10, Some(b"")), PING(20, Some(b"")), PONG(30, Some(b""))];
        assert_eq!(told(events), (vec![], 0));
        let events = [
            PING(10, Some(b"")),
            PING(20, Some(b"")),
            PONG(30, Some(b"")),
            PING(40, Some(b"")),
            PONG(45, Some(b"")),
        ];
        assert_eq!(told(events), (vec![5], 0), "one lost pong spoils one time, not all that follow");
    }

    #[test]
    fn a_ping_that_becomes_known_behind_its_pong_is_answered() {
        assert_eq!(told([PONG(29, Some(b"x")), PING(25, Some(b"x"))]), (vec![4], 0));
        assert_eq!(told([PONG(20, Some(b"x")), PING(25, Some(b"x"))]), (vec![], 1), "nobody had asked");
    }

    #[test]
    fn what_was_not_captured_is_not_guessed() {
        assert_eq!(told([PING(10, None), PONG(30, Some(b"")), PONG(40, None)]), (vec![], 1));
        let early = Event::new(60, Timestamp::from_nanos(40), Some(b"x"), What::Pong);
        assert_eq!(told([PING(50, Some(b"x")), early]), (vec![], 0), "no time is negative");
    }

    #[test]
    fn a_flood_of_pings_is_counted_and_not_kept() {
        let mut pings = Pings::default();
        for at in 0..1000i64 {
            pings.push(PING(at, Some(&at.to_be_bytes())));
        }
        assert_eq!((pings.waiting.len(), pings.open.len()), (WAITING, REMEMBERED));
        while pings.pop().is_some() {}
        assert_eq!(pings.unanswered(), 1000);
    }
}
