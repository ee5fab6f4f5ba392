//! The same bytes with other content: told with both versions, and never counted.

use proptest::prelude::*;

use super::wire::{Seen, Sent, Wire, c, s};
use crate::base::{Limits, SHARDS};
use crate::tcp::Bound;
use crate::tcp::history::{COST, PACKETS, SIZE};

fn conflicts(wire: &Wire) -> Vec<&Seen> {
    wire.seen.iter().map(|(_, seen)| seen).filter(|seen| matches!(seen, Seen::Conflict { .. })).collect()
}

fn told(offset: u64, packets: (u64, u64), kept: &str, refused: &str) -> Seen {
    Seen::Conflict { offset, packets, kept: kept.into(), refused: refused.into() }
}

#[test]
fn a_contradiction_to_waiting_bytes_is_told_with_both_versions() {
    let mut wire = Wire::opened();
    wire.all([c(1004).data("defg"), c(1006).data("fXhi"), c(1002).data("bcd"), c(1001).data("abcY")]);
    assert_eq!(wire.client(), "abcdefghi");
    assert_eq!(conflicts(&wire), [&told(5, (4, 5), "fg", "fX"), &told(3, (4, 7), "d", "Y")]);
}

#[test]
fn a_contradiction_to_bytes_that_were_handed_over_is_told_with_both_versions() {
    let mut wire = Wire::opened();
    wire.all([c(1001).data("abc"), c(1004).data("def"), s(5001).ack(1007), c(1002).data("bcdXYgh")]);
    assert_eq!(wire.client(), "abcdefgh");
    assert_eq!(conflicts(&wire), [&told(3, (5, 7), "def", "dXY")]);
    wire.send(c(1001).data("ABCdef"));
    assert_eq!(conflicts(&wire)[1..], [&told(0, (4, 8), "abc", "ABC")]);
}

#[test]
fn bytes_that_waited_are_compared_with_the_packet_that_carried_them() {
    let mut wire = Wire::opened();
    wire.all([c(1003).data("cd"), c(1001).data("ab"), c(1001).data("abXd")]);
    assert_eq!((wire.client().as_str(), conflicts(&wire)), ("abcd", vec![&told(2, (4, 6), "cd", "Xd")]));
}

#[test]
fn without_syn_what_lies_before_the_first_byte_is_not_compared() {
    let mut wire = Wire::new();
    wire.all([c(1001).ack(1).data("abc"), c(999).ack(1).data("??aXc")]);
    assert_eq!((wire.client().as_str(), conflicts(&wire)), ("abc", vec![&told(0, (1, 2), "abc", "aXc")]));
}

#[test]
fn missing_bytes_that_come_too_late_are_no_contradiction() {
    let mut wire = Wire::opened();
    wire.all([c(1001).data("abcd").cut(2), c(1005).data("ef"), c(1001).data("abcdef"), c(1002).data("bcXe")]);
    assert_eq!((wire.client().as_str(), conflicts(&wire).len()), ("ab[2 Cut]ef", 0));
}

#[test]
fn a_keep_alive_contradicts_nothing_even_if_it_is_captured_late() {
    let mut wire = Wire::opened();
    wire.all([c(1001).ack(5001).data("ab"), c(1002).ack(5001).data("\0"), c(1002).ack(5001)]);
    wire.all([c(1003).ack(5001).data("cd"), c(1002).ack(5001).data("\0")]);
    wire.all([c(1005).ack(5001).fin(), c(1004).ack(5001).data("\0")]);
    assert_eq!((wire.client().as_str(), conflicts(&wire).len()), ("abcd.", 0));
}

#[test]
fn a_zero_window_probe_is_compared_as_the_data_that_it_is() {
    let mut wire = Wire::opened();
    wire.all([s(5001).ack(1001).data("ab"), c(1001).ack(5003).window(0), s(5003).ack(1001).data("c")]);
    wire.all([c(1001).ack(5003), s(5003).ack(1001).data("cd")]);
    assert_eq!((wire.server().as_str(), conflicts(&wire).len()), ("abcd", 0));
    wire.send(s(5003).ack(1001).data("Xd"));
    assert_eq!(conflicts(&wire), [&told(2, (6, 9), "c", "X")]);
}

#[test]
fn without_memory_nothing_is_compared_and_that_is_told_once_where_something_came_again() {
    let history_total = (2 * COST as u64 + 1) * SHARDS as u64;
    let mut wire = Wire::with(Limits { history_total, ..Limits::default() });
    // The first connection and the last have a budget in common.
    let last = SHARDS as u16;
    let open = |port: u16| {
        let on = move |sent: Sent| sent.port(port);
        [c(1000).syn(), s(5000).syn().ack(1001), c(1001).ack(5001).data("abc"), s(5001).ack(1004).data("x")]
            .map(on)
    };
    wire.all(open(0));
    wire.all((1..last).map(|port| c(1000).syn().port(port)));
    wire.all(open(last));
    let limits = |wire: &Wire| -> Vec<(u64, Seen)> {
        wire.seen.iter().filter(|(_, seen)| matches!(seen, Seen::Limit(_))).cloned().collect()
    };
    assert_eq!(limits(&wire), []);
    assert!(wire.history() <= history_total);
    for port in [0, last, last] {
        wire.send(c(1001).port(port).ack(5001).data("aXc"));
    }
    assert_eq!(conflicts(&wire), [&told(0, (3, 16), "abc", "aXc")]);
    assert_eq!(limits(&wire), [(u64::from(last), Seen::Limit(Bound::History))]);

    wire.send(c(900_000).port(0).syn());
    assert_eq!(wire.history(), 0, "the end of a connection frees what it held");
    let again = |text| c(1004).port(last).ack(5002).data(text);
    wire.all([again("def"), again("dXf")]);
    assert_eq!(conflicts(&wire)[1..], [&told(3, (20, 21), "def", "dXf")]);
    wire.finish();
}

proptest! {
    #[test]
    fn one_byte_that_differs_is_one_contradiction(
        lengths in prop::collection::vec(1usize..400, 1..80),
        (back, length, flipped) in (2usize..SIZE, 2usize..2000, any::<usize>()),
    ) {
        let mut wire = Wire::opened();
        let mut stream = Vec::new();
        for length in &lengths {
            let start = stream.len();
            stream.extend((start..start + length).map(|at| (at % 251) as u8));
            wire.send(c(1001 + start as u32).ack(5001).bytes(&stream[start..]));
        }
        let last_packets: usize = lengths.iter().rev().take(PACKETS).sum();
        let from = stream.len() - back.min(last_packets).min(stream.len());
        let mut again = stream[from..stream.len().min(from + length)].to_vec();
        prop_assume!(again.len() > 1);
        wire.send(c(1001 + from as u32).ack(5001).bytes(&again));
        prop_assert_eq!(conflicts(&wire).len(), 0);

        let flipped = flipped % again.len();
        again[flipped] ^= 0x20;
        wire.send(c(1001 + from as u32).ack(5001).bytes(&again));
        let [Seen::Conflict { offset, packets, kept, refused }] = conflicts(&wire)[..] else {
            panic!("{:?}", conflicts(&wire))
        };
        let at = from + flipped - *offset as usize;
        prop_assert_eq!((kept[at], refused[at]), (again[flipped] ^ 0x20, again[flipped]));
        let before: Vec<usize> =
            lengths.iter().scan(0, |end, length| { *end += length; Some(*end) }).collect();
        let first = before.partition_point(|end| *end <= from + flipped) as u64 + 4;
        prop_assert_eq!(*packets, (first, lengths.len() as u64 + 5));
        wire.finish();
    }
}
