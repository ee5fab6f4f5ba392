//! The beginning of a connection, the order of its bytes, what is missing, and the marks.

use super::wire::{Seen, Wire, c, s};
use crate::base::{Direction, GapReason};
use crate::packet::Flags;

const SECOND: i64 = 1_000_000_000;

/// Enough packets and time for an acknowledged hole to be given up: pure acknowledgments of the client.
fn let_grace_pass(wire: &mut Wire, sequence: u32, ack: u32) {
    wire.step = SECOND / 10;
    for _ in 0..10 {
        wire.send(c(sequence).ack(ack));
    }
}

#[test]
fn rfc9293_3_4_sequence_numbers_wrap_around() {
    let mut wire = Wire::new();
    wire.all([c(u32::MAX - 2).syn(), s(9).syn().ack(u32::MAX - 1), c(u32::MAX - 1).ack(10).data("abc")]);
    wire.all([c(3).ack(10).data("f"), c(1).ack(10).data("de")]);
    assert_eq!(wire.client(), "abcdef");
    assert_eq!(wire.numbers(), Some((4, Some(1))));
}

#[test]
fn offsets_go_beyond_four_gibibytes() {
    let mut wire = Wire::opened();
    let mut sequence = 1001u32;
    for _ in 0..130 {
        wire.send(c(sequence).ack(5001).data("x").missing((32 << 20) - 1));
        sequence = sequence.wrapping_add(32 << 20);
    }
    wire.send(c(sequence).ack(5001).data("end"));
    let Some((_, Seen::Data { offset, acked, .. })) = wire.seen.last() else { panic!("no data") };
    assert_eq!((*offset, *acked), (130 * (32 << 20), Some(0)));
    assert_eq!(wire.numbers(), Some((130 * (32 << 20) + 1, Some(1))));
}

#[test]
fn first_copy_wins_whether_handed_over_or_waiting() {
    let mut wire = Wire::opened();
    wire.all([
        c(1001).data("abc"),
        c(1002).data("XXd"),
        c(1008).data("hi"),
        c(1006).data("fgYYj"),
        c(1005).data("e"),
    ]);
    assert_eq!(wire.client(), "abcdefghij");
    let packets: Vec<u64> = wire
        .seen
        .iter()
        .filter_map(|(_, seen)| if let Seen::Data { packet, .. } = seen { Some(*packet) } else { None })
        .collect();
    assert_eq!(packets, [4, 5, 8, 7, 6, 7], "each byte is told with the packet that carried it");
}

#[test]
fn a_keep_alive_is_never_data() {
    let mut wire = Wire::opened();
    wire.all([c(1001).ack(5001).data("ab"), s(5001).ack(1003)]);
    wire.step = SECOND;
    wire.send(c(1002).ack(5001).data("\0"));
    assert_eq!(wire.marks(), ["keep-alive"]);
    wire.send(s(5001).ack(1003));
    assert_eq!(wire.marks(), [""; 0], "an answer to a keep-alive is no duplicate");
    wire.send(c(1002).ack(5001));
    assert_eq!(wire.marks(), ["keep-alive"]);
    wire.all([c(1003).ack(5001).data("c")]);
    assert_eq!(wire.client(), "abc");
}

#[test]
fn a_keep_alive_does_not_fill_a_hole_with_its_stale_byte() {
    let mut wire = Wire::opened();
    wire.all([c(1003).ack(5001), s(5001).ack(1003)]);
    wire.step = SECOND;
    wire.all([c(1002).ack(5001).data("\0"), s(5001).ack(1003), c(1003).ack(5001).data("c")]);
    wire.finish();
    assert_eq!(wire.client(), "[2 Acknowledged]c");
}

#[test]
fn one_late_byte_is_data_and_not_a_keep_alive() {
    let mut wire = Wire::opened();
    wire.all([c(1001).ack(5001).data("a"), c(1003).ack(5001), c(1002).ack(5001).data("b")]);
    assert_eq!((wire.client().as_str(), wire.marks()), ("ab", vec!["out-of-order"]));
}

#[test]
fn a_zero_window_probe_carries_data() {
    let mut wire = Wire::opened();
    wire.all([s(5001).ack(1001).data("ab"), c(1001).ack(5003).window(0)]);
    assert_eq!(wire.marks(), ["zero-window"]);
    wire.all([s(5003).ack(1001).data("c"), c(1001).ack(5003).window(0), s(5004).ack(1001).data("d")]);
    assert_eq!(wire.server(), "abcd");
}

#[test]
fn an_acknowledged_hole_is_given_up_after_its_grace() {
    let mut wire = Wire::opened();
    wire.all([s(5001).ack(1001).data("ab"), s(5006).ack(1001).data("fg"), c(1001).ack(5008)]);
    assert_eq!(wire.server(), "ab");
    let_grace_pass(&mut wire, 1001, 5008);
    assert_eq!(wire.server(), "ab[3 Acknowledged]fg");
    let gap = wire.seen.iter().find_map(|(_, seen)| match seen {
        Seen::Gap { around, offset, .. } => Some((*offset, *around)),
        _ => None,
    });
    assert_eq!(gap, Some((2, (4, 5))), "the packets around it");
    wire.send(s(5003).ack(1001).data("cde"));
    assert_eq!((wire.server().as_str(), wire.marks()), ("ab[3 Acknowledged]fg", vec!["retransmission"]));
}

#[test]
fn an_acknowledged_tail_that_was_never_captured_is_a_gap() {
    let mut wire = Wire::opened();
    wire.send(c(1001).ack(5004));
    let_grace_pass(&mut wire, 1001, 5004);
    assert_eq!(wire.server(), "[3 Acknowledged]");
}

#[test]
fn one_acknowledged_byte_at_the_end_may_be_a_fin() {
    let mut wire = Wire::opened();
    wire.send(c(1001).ack(5002));
    let_grace_pass(&mut wire, 1001, 5002);
    assert_eq!(wire.server(), "");
    wire.send(s(5002).ack(1001).data("b"));
    assert_eq!(wire.server(), "[1 Acknowledged]b", "something lies behind it");
}

#[test]
fn a_late_segment_before_the_declaration_fills_the_hole() {
    let mut wire = Wire::opened();
    wire.all([s(5004).ack(1001).data("de"), c(1001).ack(5006)]);
    wire.step = SECOND;
    for _ in 0..6 {
        wire.send(c(1001).ack(5006));
    }
    wire.send(s(5001).ack(1001).data("abc"));
    assert_eq!((wire.server().as_str(), wire.marks()), ("abcde", vec!["out-of-order"]));
}

#[test]
fn the_grace_of_a_hole_starts_with_its_own_acknowledgment() {
    let mut wire = Wire::opened();
    wire.all([s(5004).ack(1001).data("de"), c(1001).ack(5001)]);
    let_grace_pass(&mut wire, 1001, 5001);
    assert_eq!(wire.server(), "", "not acknowledged: the other end may still wait for it");
    wire.all([c(1001).ack(5006), s(5001).ack(1001).data("abc")]);
    assert_eq!(wire.server(), "abcde");
}

#[test]
fn that_the_other_side_speaks_proves_no_loss() {
    let mut wire = Wire::opened();
    wire.step = SECOND;
    wire.send(s(5003).ack(1001).data("cd"));
    for turn in 0..20 {
        wire.send(c(1001 + turn).ack(5001).data("x"));
    }
    wire.send(s(5001).ack(1021).data("ab"));
    assert_eq!(wire.server(), "abcd");
}

#[test]
fn holes_at_the_end_of_the_input_are_told() {
    let mut wire = Wire::opened();
    wire.all([s(5003).ack(1001).data("cd"), s(5008).ack(1001).data("h"), c(1004).ack(5001).fin()]);
    wire.finish();
    assert_eq!((wire.server().as_str(), wire.client().as_str()), ("[2 End]cd[3 End]h", "[3 End]."));
}

#[test]
fn a_cut_packet_leaves_a_gap_and_the_stream_goes_on_at_once() {
    let mut wire = Wire::opened();
    wire.all([c(1001).data("abcdef").cut(2), c(1007).data("ghij").cut(3), s(5001).ack(1011)]);
    assert_eq!(wire.client(), "ab[4 Cut]ghi[1 Cut]");
}

#[test]
fn a_cut_tail_is_filled_by_a_retransmission() {
    let mut wire = Wire::opened();
    wire.all([c(1001).data("abcdef").cut(2), c(1003).data("cd"), c(1007).data("g")]);
    assert_eq!(wire.client(), "abcd[2 Cut]g");
}

#[test]
fn cut_packets_out_of_order() {
    let mut wire = Wire::opened();
    wire.all([
        c(1011).data("klmno").cut(0),
        c(1016).data("pq"),
        c(1006).data("fghij").cut(2),
        c(1001).data("abcde").cut(1),
    ]);
    assert_eq!(wire.client(), "a[4 Cut]fg[8 Cut]pq");
    wire.all([c(1018).data("rst").cut(1).fin()]);
    assert_eq!(wire.client(), "a[4 Cut]fg[8 Cut]pqr[2 Cut].");
}

#[test]
fn first_bytes_that_were_lost_with_the_syn_are_missing_if_the_syn_ack_tells_of_them() {
    let mut wire = Wire::new();
    wire.all([s(5000).syn().ack(1001), c(1004).ack(5001).data("def"), s(5001).ack(1007).data("x")]);
    assert_eq!((wire.client().as_str(), wire.server().as_str()), ("", "x"));
    let_grace_pass(&mut wire, 1007, 5002);
    assert_eq!(wire.client(), "[3 Acknowledged]def");
    assert_eq!(
        wire.seen[0].1,
        Seen::Opened { stream: 0, client: ([10, 0, 0, 1], 50000).into(), by_syn: true }
    );
}

#[test]
fn first_bytes_that_come_late_are_not_lost_with_the_syn() {
    let mut wire = Wire::new();
    wire.all([s(5000).syn().ack(1001), c(1004).ack(5001).data("def"), c(1001).ack(5001).data("abc")]);
    wire.send(c(1000).syn());
    assert_eq!((wire.client().as_str(), wire.numbers()), ("abcdef", Some((0, None))));
}

#[test]
fn a_syn_ack_invents_no_bytes_of_a_direction_that_was_not_captured() {
    let mut wire = Wire::new();
    wire.all([s(5000).syn().ack(1001), s(5001).ack(1001).data("a"), s(5002).ack(1501).data("b")]);
    wire.finish();
    assert_eq!((wire.client().as_str(), wire.server().as_str()), ("", "ab"));
}

#[test]
fn a_syn_ack_that_acknowledges_data_on_a_lost_syn_moves_nothing() {
    let mut wire = Wire::new();
    wire.all([s(5000).syn().ack(1003), c(1003).ack(5001).data("c"), c(1004).ack(5001).data("d")]);
    wire.finish();
    assert_eq!(wire.client(), "cd");
}

#[test]
fn rfc9293_3_8_5_urgent_data_stays_in_line_and_is_noted() {
    let mut wire = Wire::opened();
    wire.all([c(1001).data("ab"), c(1003).flag(Flags(0x20)).data("!c"), c(1005).data("d")]);
    assert_eq!(wire.client(), "ab!cd");
    let urgent: Vec<_> = wire.notes.iter().map(|(_, note)| note.flags.has(Flags(0x20))).collect();
    assert_eq!(urgent, [false, false, false, false, true, false]);
}

#[test]
fn the_handshake_is_told_once() {
    let mut wire = Wire::new();
    wire.all([c(1000).syn(), c(1000).syn(), s(5000).syn().ack(1001), s(5000).syn().ack(1001)]);
    assert_eq!(wire.marks(), ["retransmission"]);
    wire.all([c(1001).ack(5001).data("the ACK was lost"), c(1017).ack(5001)]);
    let told: Vec<_> =
        wire.seen.iter().filter(|(_, seen)| matches!(seen, Seen::Established { .. })).collect();
    assert_eq!(told, [&(0, Seen::Established { syn: 2, ack: 5 })]);
}

#[test]
fn data_on_the_syn_is_data() {
    let mut wire = Wire::new();
    wire.all([c(1000).syn().data("ab"), s(5000).syn().ack(1003).data("x"), c(1003).ack(5002).data("c")]);
    assert_eq!((wire.client().as_str(), wire.server().as_str()), ("abc", "x"));
}

#[test]
fn syn_ack_before_syn_keeps_the_roles() {
    let mut wire = Wire::new();
    wire.all([s(5000).syn().ack(1001), c(1000).syn()]);
    assert_eq!(wire.numbers(), Some((0, None)));
    wire.all([c(1001).ack(5001), c(1001).ack(5001).data("a")]);
    let Seen::Opened { client, by_syn, .. } = &wire.seen[0].1 else { panic!("not opened") };
    assert_eq!((client.port(), *by_syn), (50000, true));
    assert_eq!(wire.seen[1].1, Seen::Established { syn: 2, ack: 3 });
    assert_eq!(wire.client(), "a");
}

#[test]
fn the_ack_may_come_before_the_syn_ack() {
    let mut wire = Wire::new();
    wire.all([c(1000).syn(), c(1001).ack(5001), s(5000).syn().ack(1001), s(5001).ack(1001).data("x")]);
    assert_eq!(wire.seen[1].1, Seen::Established { syn: 1, ack: 2 });
    assert_eq!(wire.server(), "x");
}

#[test]
fn a_split_handshake_keeps_the_roles() {
    let mut wire = Wire::new();
    wire.all([
        c(1000).syn(),
        s(5000).syn(),
        c(1000).syn().ack(5001),
        s(5001).ack(1001).data("x"),
        c(1001).ack(5002),
    ]);
    assert_eq!((wire.server().as_str(), wire.closed().len()), ("x", 0));
    let Seen::Opened { client, .. } = &wire.seen[0].1 else { panic!("not opened") };
    assert_eq!(client.port(), 50000);
}

#[test]
fn a_capture_from_the_middle_starts_with_the_first_byte_seen() {
    let mut wire = Wire::new();
    wire.send(s(777).ack(333).data("late"));
    assert_eq!(wire.numbers(), Some((1, Some(1))));
    wire.all([c(333).ack(781).data("hello"), s(781).ack(338).data(" end")]);
    let Seen::Opened { client, by_syn, .. } = &wire.seen[0].1 else { panic!("not opened") };
    assert_eq!((client.port(), *by_syn), (50000, false), "the lower port is the server's");
    assert_eq!((wire.client().as_str(), wire.server().as_str()), ("hello", "late end"));
}

#[test]
fn without_syn_an_earlier_segment_counts_as_long_as_nothing_was_handed_over() {
    let mut wire = Wire::new();
    wire.all([c(1003).ack(5001), c(1001).ack(5001).data("ab"), c(1003).ack(5001).data("c")]);
    assert_eq!(wire.client(), "abc");
    wire.send(c(990).ack(5001).data("too late"));
    assert_eq!(wire.client(), "abc");
}

#[test]
fn one_direction_only_is_read_without_inventing_the_other() {
    let mut wire = Wire::new();
    wire.all([c(1001).ack(5001).data("ab"), c(1003).ack(9001).data("cd")]);
    wire.finish();
    assert_eq!((wire.client().as_str(), wire.server().as_str()), ("abcd", ""));
}

#[test]
fn data_tells_what_its_sender_had_acknowledged_also_after_waiting() {
    let mut wire = Wire::new();
    wire.all([c(1000).syn(), c(1001).ack(5001).data("a"), s(5000).syn().ack(1001)]);
    wire.all([s(5004).ack(1002).data("d"), c(1002).ack(5005), s(5001).ack(1001).data("abc")]);
    let acked: Vec<_> = wire
        .seen
        .iter()
        .filter_map(
            |(_, seen)| if let Seen::Data { acked, from, .. } = seen { Some((*from, *acked)) } else { None },
        )
        .collect();
    use Direction::{ClientToServer, ServerToClient};
    assert_eq!(acked, [(ClientToServer, None), (ServerToClient, Some(0)), (ServerToClient, Some(1))]);
}

#[test]
fn marks_as_wireshark_sets_them() {
    let mut wire = Wire::opened();
    wire.send(c(1001).ack(5001).data("ab"));
    wire.send(c(1001).ack(5001).data("ab"));
    assert_eq!(wire.marks(), ["retransmission"]);
    wire.send(c(1005).ack(5001).data("ef"));
    assert_eq!(wire.marks(), ["lost-segment"]);
    wire.send(s(5001).ack(1003));
    assert_eq!(wire.marks(), [""; 0]);
    wire.send(s(5001).ack(1003));
    assert_eq!(wire.marks(), ["duplicate-ack"]);
    wire.send(s(5001).ack(1003).window(999));
    assert_eq!(wire.marks(), [""; 0], "a window update");
    wire.send(c(1003).ack(5001).data("cd"));
    assert_eq!(wire.marks(), ["out-of-order"]);
    wire.send(c(1006).ack(5001).data("fg"));
    assert_eq!(wire.marks(), [""; 0], "it repeats a byte and brings another");
    wire.send(s(5001).ack(1008).fin().window(0));
    assert_eq!(wire.marks(), [""; 0]);
    wire.send(s(5001).ack(1008).fin());
    assert_eq!(wire.marks(), ["retransmission"]);
    assert_eq!((wire.client().as_str(), wire.server().as_str()), ("abcdefg", "."));
    assert!(!wire.seen.iter().any(|(_, seen)| matches!(seen, Seen::Gap { why: GapReason::End, .. })));
}
