//! Hostile input: bounded memory, every bound that acts is told.

use super::wire::{Seen, Wire, c, s};
use crate::base::Limits;
use crate::tcp::Bound;
use crate::tcp::store::PIECE_OVERHEAD;

fn limits(wire: &Wire) -> Vec<Bound> {
    let bound = |(_, seen): &(u64, Seen)| if let Seen::Limit(bound) = seen { Some(*bound) } else { None };
    wire.seen.iter().filter_map(bound).collect()
}

fn open(wire: &mut Wire) {
    wire.all([c(1000).syn(), s(5000).syn().ack(1001), c(1001).ack(5001)]);
}

#[test]
fn too_much_behind_a_hole_gives_it_up() {
    let cap = 3 * (PIECE_OVERHEAD + 1);
    let mut wire = Wire::with(Limits { out_of_order: cap, ..Limits::default() });
    open(&mut wire);
    wire.all([c(1003).data("c"), c(1005).data("e"), c(1007).data("g"), c(1009).data("i")]);
    assert_eq!((wire.client().as_str(), limits(&wire)), ("[2 Limit]c", vec![Bound::OutOfOrder]));
    wire.all([c(1011).data("k"), c(1012).data("l"), c(1013).data("m")]);
    assert_eq!(limits(&wire).len(), 1, "told once");
    assert!(wire.held() <= cap as u64);
    wire.finish();
    assert_eq!(wire.client(), "[2 Limit]c[1 Limit]e[1 Limit]g[1 Limit]i[1 End]klm");
}

#[test]
fn the_total_bound_acts_on_whoever_comes_next() {
    let total = PIECE_OVERHEAD as u64 + 1;
    let mut wire = Wire::with(Limits { out_of_order_total: total, ..Limits::default() });
    open(&mut wire);
    wire.all([c(1).port(9).syn(), c(9).port(9).data("x"), c(1003).data("c")]);
    assert_eq!((wire.client().as_str(), limits(&wire)), ("[2 Limit]c", vec![Bound::OutOfOrderTotal]));
    wire.finish();
}

#[test]
fn one_byte_segments_in_reverse_order() {
    let mut wire = Wire::opened();
    for at in (0..60_000).rev() {
        wire.send(c(1001 + at).ack(5001).data("x"));
    }
    wire.finish();
    assert!(limits(&wire).contains(&Bound::OutOfOrder));
}

#[test]
fn an_absurd_jump_is_not_part_of_the_stream() {
    let mut wire = Wire::opened();
    wire.all([c(1001).ack(5001).data("ab"), c(300_001_001).ack(5001).data("far").fin()]);
    assert_eq!((limits(&wire), wire.held()), (vec![Bound::SequenceJump], 0));
    wire.all([c(1003).ack(5001).data("c"), s(5001).ack(300_001_001)]);
    wire.finish();
    assert_eq!(wire.client(), "abc[299999997 Acknowledged]");
}

#[test]
fn an_absurd_acknowledgment_alone_means_nothing() {
    let mut wire = Wire::opened();
    wire.all([c(1001).ack(5001).data("ab"), s(5001).ack(900_001_001)]);
    wire.finish();
    assert_eq!(wire.client(), "ab");
}

#[test]
fn a_capture_that_lost_a_lot_goes_on_where_the_peer_acknowledges() {
    let mut wire = Wire::opened();
    wire.send(c(1001).ack(5001).data("ab"));
    wire.step = 20_000_000;
    for at in 0..20 {
        wire.all([c(500_001_001 + at).ack(5001).data("x"), s(5001).ack(500_001_002 + at)]);
    }
    assert_eq!(wire.client(), "ab[499999999 Acknowledged]xxxxxxxxxxxxxxxxxxx");
}

#[test]
fn many_half_open_connections_hold_no_more_than_the_table() {
    let mut wire = Wire::with(Limits { connections: 100, ..Limits::default() });
    for sequence in 0..20_000u32 {
        wire.send(c(sequence).port((sequence % 10_000) as u16).syn());
    }
    assert_eq!(wire.closed().len(), 19_900);
    assert_eq!(limits(&wire).len(), 19_900);
    wire.finish();
}

#[test]
fn endings_are_bounded_even_if_the_clock_stands_still() {
    let mut wire = Wire::with(Limits { connections: 10, ..Limits::default() });
    wire.step = 0;
    for port in 0..1000 {
        wire.all([c(1000).port(port).syn(), s(5000).port(port).syn().ack(1001), c(1001).port(port).rst()]);
    }
    assert!(wire.closed().len() >= 990);
    wire.finish();
    assert_eq!(wire.closed().len(), 1000);
}
