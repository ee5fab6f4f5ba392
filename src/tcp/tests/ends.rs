//! How connections end, and how another one begins between the same ends.

use super::wire::{Seen, Wire, c, s};
use crate::base::Direction::{ClientToServer, ServerToClient};
use crate::base::Limits;
use crate::tcp::CloseReason::{Evicted, Fin, Open, PortReuse, Reset};

const SECOND: i64 = 1_000_000_000;

/// Lets time pass by a packet of another connection.
fn wait(wire: &mut Wire, nanos: i64) {
    wire.nanos += nanos;
    wire.send(c(1).port(60000).ack(1));
}

#[test]
fn closed_at_the_last_acknowledgment() {
    let mut wire = Wire::opened();
    wire.all([c(1001).ack(5001).data("bye").fin(), s(5001).ack(1005).fin()]);
    assert_eq!(wire.closed(), []);
    wire.send(c(1005).ack(5002));
    assert_eq!(wire.closed(), [(0, 6, Fin)]);
    assert_eq!((wire.client().as_str(), wire.server().as_str()), ("bye.", "."));
    wire.send(s(5001).ack(1005).fin());
    assert_eq!((wire.marks(), wire.notes.last().unwrap().0), (vec!["retransmission"], 0));
    wire.finish();
    assert_eq!(wire.closed().len(), 1);
}

#[test]
fn those_that_are_overdue_together_are_closed_in_the_order_of_their_numbers() {
    let mut wire = Wire::new();
    wire.all([c(1000).port(50000).syn(), c(1000).port(50001).syn()]);
    wire.all([s(5000).port(50000).syn().ack(1001), s(5000).port(50001).syn().ack(1001)]);
    wire.all([c(1001).port(50001).rst(), c(1001).port(50000).rst()]);
    wait(&mut wire, 2 * SECOND);
    assert_eq!(wire.closed(), [(0, 6, Reset(ClientToServer)), (1, 5, Reset(ClientToServer))]);
}

#[test]
fn closed_a_while_after_the_fins_if_the_last_acknowledgment_is_missing() {
    let mut wire = Wire::opened();
    wire.all([c(1001).ack(5001).fin(), s(5001).ack(1002).fin()]);
    wait(&mut wire, SECOND / 2);
    assert_eq!(wire.closed(), []);
    wait(&mut wire, SECOND);
    assert_eq!(wire.closed(), [(0, 5, Fin)]);
}

#[test]
fn a_fin_out_of_order_cuts_nothing() {
    let mut wire = Wire::opened();
    wire.all([c(1004).ack(5001).fin(), s(5001).ack(1001).data("x"), c(1001).ack(5001).data("abc")]);
    assert_eq!((wire.client().as_str(), wire.server().as_str()), ("abc.", "x"));
}

#[test]
fn data_after_the_fin_of_the_other_side_is_kept() {
    let mut wire = Wire::opened();
    wire.all([c(1001).ack(5001).fin(), s(5001).ack(1002).data("still here"), c(1002).ack(5011)]);
    assert_eq!((wire.client().as_str(), wire.server().as_str()), (".", "still here"));
    assert_eq!(wire.closed(), []);
}

#[test]
fn fin_not_told_before_lost_bytes_are_given_up() {
    let mut wire = Wire::opened();
    wire.all([c(1004).ack(5001).fin(), s(5001).ack(1005)]);
    assert_eq!(wire.client(), "");
    wire.step = SECOND / 10;
    for _ in 0..10 {
        wire.send(s(5001).ack(1005));
    }
    assert_eq!(wire.client(), "[3 Acknowledged].");
}

#[test]
fn a_reset_cuts_nothing_that_comes_late() {
    let mut wire = Wire::opened();
    wire.all([c(1004).ack(5001).rst(), c(1001).ack(5001).data("abc"), s(5001).ack(1001).data("x").fin()]);
    wait(&mut wire, SECOND);
    assert_eq!((wire.client().as_str(), wire.server().as_str()), ("abc!", "x."));
    assert_eq!(wire.closed(), [(0, 4, Reset(ClientToServer))]);
    wire.send(s(5003).ack(1001).data("after the end"));
    assert_eq!((wire.server().as_str(), wire.notes.last().unwrap().0), ("x.", 0));
}

#[test]
fn unacknowledged_data_before_a_reset_is_kept() {
    let mut wire = Wire::opened();
    wire.all([s(5001).ack(1001).data("last words"), s(5011).ack(1001).rst()]);
    wire.finish();
    assert_eq!(wire.server(), "last words!");
    assert_eq!(wire.closed(), [(0, 5, Reset(ServerToClient))]);
}

#[test]
fn a_wild_reset_is_ignored() {
    let mut wire = Wire::opened();
    wire.all([s(1_000_000).rst(), s(5001u32.wrapping_sub(1_000_000)).rst(), c(1001).ack(5001).data("on")]);
    wait(&mut wire, 10 * SECOND);
    assert_eq!((wire.client().as_str(), wire.closed().len()), ("on", 0));
}

#[test]
fn a_reset_after_both_fins_is_no_abnormal_end() {
    let mut wire = Wire::opened();
    wire.all([c(1001).ack(5001).fin(), s(5001).ack(1002).fin(), c(1002).rst()]);
    assert_eq!(wire.closed(), [(0, 6, Fin)]);
}

#[test]
fn a_refused_connection_ends_with_its_reset() {
    let mut wire = Wire::new();
    wire.all([c(1000).syn(), s(0).ack(1001).rst()]);
    assert_eq!(wire.closed(), []);
    wait(&mut wire, SECOND);
    assert_eq!(wire.closed(), [(0, 2, Reset(ServerToClient))]);
}

#[test]
fn reset_and_fin_before_the_syn_ack_are_provisional() {
    let mut wire = Wire::new();
    wire.all([c(1000).syn(), s(777).ack(1001).fin(), s(0).ack(1001).rst(), s(0).ack(77).rst()]);
    wire.all([s(5000).syn().ack(1001), c(1001).ack(5001).data("hello")]);
    wait(&mut wire, 5 * SECOND);
    wire.send(s(5001).ack(1006).data("hi"));
    assert_eq!((wire.client().as_str(), wire.server().as_str()), ("hello", "hi"));
    assert_eq!(wire.closed(), []);
}

#[test]
fn a_syn_with_another_number_is_a_new_connection() {
    let mut wire = Wire::opened();
    wire.all([c(1001).ack(5001).data("old"), c(900_000).syn()]);
    assert_eq!(wire.closed(), [(0, 4, PortReuse)]);
    wire.all([s(70).syn().ack(900_001), c(900_001).ack(71).data("new")]);
    assert_eq!(wire.client(), "old");
    assert_eq!(wire.text_of(1, ClientToServer), "new");
    assert_eq!(wire.seen.iter().filter(|(_, seen)| *seen == Seen::Released).count(), 1);
}

#[test]
fn an_old_duplicate_of_the_syn_is_no_new_connection() {
    let mut wire = Wire::opened();
    wire.all([c(1001).ack(5001).data("abc"), c(1000).syn(), c(1002).syn(), c(1004).ack(5001).data("d")]);
    assert_eq!((wire.client().as_str(), wire.closed().len()), ("abcd", 0));
    wire.all([c(1005).ack(5001).fin(), s(5001).ack(1006).fin(), c(1006).ack(5002), c(1000).syn()]);
    assert_eq!(wire.notes.last().unwrap().0, 0);
}

#[test]
fn ports_used_again_after_the_end() {
    let mut wire = Wire::opened();
    wire.all([c(1001).ack(5001).fin(), s(5001).ack(1002).fin(), c(1002).ack(5002)]);
    wire.all([c(2_000_000).syn(), s(6000).syn().ack(2_000_001), c(2_000_001).ack(6001).data("again")]);
    assert_eq!(wire.closed(), [(0, 6, Fin)]);
    assert_eq!(wire.text_of(1, ClientToServer), "again");
}

#[test]
fn a_syn_ack_that_answers_an_uncaptured_syn_is_a_new_connection() {
    let mut wire = Wire::opened();
    wire.all([s(800_000).syn().ack(900_001), c(900_001).ack(800_001).data("new")]);
    assert_eq!(wire.closed(), [(0, 3, PortReuse)]);
    assert_eq!(wire.text_of(1, ClientToServer), "new");
}

#[test]
fn the_end_of_the_capture_ends_all_in_the_order_of_their_numbers() {
    let mut wire = Wire::new();
    wire.all([c(1).port(3).syn(), c(1).port(1).syn(), c(1).port(2).syn(), c(2).port(3).ack(9)]);
    wire.finish();
    assert_eq!(wire.closed(), [(0, 4, Open), (1, 2, Open), (2, 3, Open)]);
}

#[test]
fn the_least_recently_active_connection_makes_room() {
    let mut wire = Wire::with(Limits { connections: 2, ..Limits::default() });
    wire.all([c(1).port(1).syn(), c(1).port(2).syn(), c(2).port(1).ack(9), c(1).port(3).syn()]);
    assert_eq!(wire.closed(), [(1, 2, Evicted)]);
    wire.send(c(2).port(1).ack(9));
    assert_eq!(wire.notes.last().unwrap().0, 0);
    wire.finish();
}

#[test]
fn a_fin_says_what_its_sender_had_received() {
    let mut wire = Wire::opened();
    wire.all([s(5001).ack(1001).data("ten bytes."), c(1004).ack(5011).fin(), c(1001).ack(5001).data("abc")]);
    wire.all([s(5011).ack(1005).fin(), c(1005).ack(5012)]);
    let fins: Vec<_> = wire.seen.iter().filter(|(_, seen)| matches!(seen, Seen::Fin(..))).collect();
    let expected = [Seen::Fin(ClientToServer, 5, Some(10)), Seen::Fin(ServerToClient, 7, Some(3))];
    assert_eq!(fins, [&(0, expected[0].clone()), &(0, expected[1].clone())]);
}

#[test]
fn a_reset_says_what_its_sender_had_received_by_then() {
    let reset = |rst: super::wire::Sent| {
        let mut wire = Wire::opened();
        wire.all([s(5001).ack(1001).data("ten"), c(1001).ack(5004), s(5004).ack(1001).data(" bytes."), rst]);
        wire.finish();
        wire.seen.into_iter().find(|(_, seen)| matches!(seen, Seen::Reset(..))).map(|(_, seen)| seen)
    };
    let of = |acked| Some(Seen::Reset(ClientToServer, 7, Some(acked)));
    assert_eq!(reset(c(1001).rst()), of(3));
    assert_eq!(reset(c(1001).ack(5011).rst()), of(10));
    assert_eq!(reset(c(1001).ack(5001).rst()), of(3), "an old number takes nothing back");
    assert_eq!(reset(c(1001).ack(9000).rst()), of(3), "more than was sent is not believed");
}

/// A connection from this port that opens and ends with three segments.
fn short(wire: &mut Wire, port: u16) {
    wire.all([c(1000).port(port).ack(1).fin(), s(1).port(port).ack(1001).fin(), c(1001).port(port).ack(2)]);
}

#[test]
fn what_comes_late_finds_a_connection_that_has_ended_until_thousands_of_others_have() {
    let mut wire = Wire::new();
    for port in 1..=4096 {
        short(&mut wire, port);
    }
    wire.send(s(1).port(1).ack(1001).fin());
    assert_eq!(wire.notes.last().unwrap().0, 0);
    short(&mut wire, 5000);
    let released: Vec<u64> =
        wire.seen.iter().filter(|(_, seen)| *seen == Seen::Released).map(|(stream, _)| *stream).collect();
    assert_eq!(released, [0]);
    wire.send(s(1).port(1).ack(1001).fin());
    assert_eq!(wire.notes.last().unwrap().0, 4097);
    wire.finish();
}

#[test]
fn ports_used_again_and_again_leave_nothing_to_forget_twice() {
    let mut wire = Wire::with(Limits { connections: 3, ..Limits::default() });
    for round in 0..3000u32 {
        for port in 1..=2 {
            let first = 1_000_000 * (round + 1);
            wire.all([c(first).port(port).syn(), s(first).port(port).syn().ack(first + 1)]);
            wire.all([c(first + 1).port(port).ack(first + 1).fin()]);
            wire.all([s(first + 1).port(port).ack(first + 2).fin()]);
            wire.send(c(first + 2).port(port).ack(first + 2));
        }
    }
    wire.finish();
    let count = |wanted: &Seen| wire.seen.iter().filter(|(_, seen)| seen == wanted).count();
    assert_eq!((wire.closed().len(), count(&Seen::Released)), (6000, 6000));
}
