//! pcapng, by the sections of the draft.

use super::*;

const LE: Order = Order::Little;

/// The only packet of a section with this interface.
fn packet_of(interface: Vec<u8>, packet: Vec<u8>) -> Owned {
    let file = [section_header(LE), interface, packet].concat();
    let (mut packets, end) = read(&file).unwrap();
    assert_eq!((packets.len(), end), (1, End::Complete));
    packets.remove(0)
}

/// What makes the rest of this section unreadable.
fn damage_of(blocks: &[Vec<u8>]) -> (usize, u64, &'static str) {
    match read(&[section_header(LE), blocks.concat()].concat()).unwrap() {
        (packets, End::Damaged { offset, what }) => (packets.len(), offset, what),
        other => panic!("{other:?}"),
    }
}

#[test]
fn section_4_1_sections_have_their_own_byte_order_and_interfaces() {
    let expected = vec![
        (5, 1, 5, b"first".to_vec()),
        (7_000_000_000, 276, 6, b"second".to_vec()),
        (9_000_000_000, 101, 5, b"third".to_vec()),
        (9_000_000_000, 101, 6, b"four".to_vec()),
    ];
    assert_eq!(read(&pcapng_of_two_sections()).unwrap(), (expected, End::Complete));
}

#[test]
fn section_4_2_if_tsresol() {
    assert_eq!(packet_of(interface(LE, 1, 0, &[]), enhanced(LE, 0, 3, b"")).0, 3_000);
    let cases = [
        (6, 3, 3_000),
        (3, 3, 3_000_000),
        (9, 3, 3),
        (0, 3, 3_000_000_000),
        (12, 3_999, 3),
        (127, u64::MAX, 0),
        (0x80 | 10, 1_536, 1_500_000_000),
        (0x80 | 127, u64::MAX, 0),
    ];
    for (resolution, units, nanos) in cases {
        let interface = interface(LE, 1, 0, &[(9, &[resolution])]);
        assert_eq!(packet_of(interface, enhanced(LE, 0, units, b"")).0, nanos, "{resolution}");
    }
}

#[test]
fn section_4_2_if_tsoffset_is_signed_seconds() {
    for (seconds, nanos) in [(10_i64, 10_000_003_000), (-10, -9_999_997_000)] {
        let interface = interface(LE, 1, 0, &[(1, b"comment"), (14, &seconds.to_le_bytes()), (9, &[6])]);
        assert_eq!(packet_of(interface, enhanced(LE, 0, 3, b"")).0, nanos);
    }
}

#[test]
fn section_4_2_options_of_a_wrong_size_count_as_far_as_they_go() {
    let options: [&[(u16, &[u8])]; 3] = [&[(14, &[1, 2, 3])], &[(14, &[])], &[(9, &[6, 9, 9, 9, 9])]];
    for options in options {
        assert_eq!(packet_of(interface(LE, 1, 0, options), enhanced(LE, 0, 3, b"")).0, 3_000);
    }
}

#[test]
fn section_4_2_times_saturate() {
    for (seconds, nanos) in [(i64::MAX, i64::MAX), (i64::MIN, i64::MIN)] {
        let interface = interface(LE, 1, 0, &[(9, &[0]), (14, &seconds.to_le_bytes())]);
        assert_eq!(packet_of(interface, enhanced(LE, 0, 0, b"")).0, nanos);
    }
    assert_eq!(packet_of(interface(LE, 1, 0, &[(9, &[0])]), enhanced(LE, 0, u64::MAX, b"")).0, i64::MAX);
}

#[test]
fn section_3_5_options_that_cannot_be_read_end_the_options_only() {
    let mut body = interface(LE, 1, 0, &[(9, &[9]), (9, &[0])])[8..].to_vec();
    body.truncate(24);
    body[18] = 200; // the second option says that it is 200 bytes long
    assert_eq!(packet_of(block(LE, 1, &body), enhanced(LE, 0, 3, b"")).0, 3);
    assert_eq!(packet_of(interface(LE, 1, 0, &[(9, &[])]), enhanced(LE, 0, 3, b"")).0, 3_000);
}

#[test]
fn section_4_3_lengths_that_contradict_each_other_are_accepted() {
    for (captured, original, expected) in
        [(3, 9, (9, 3)), (3, 0, (3, 3)), (3, 2, (3, 3)), (900, 900, (900, 4))]
    {
        let body = [numbers(LE, &[0, 0, 0, captured, original]), b"abc".to_vec()].concat();
        let packet = packet_of(interface(LE, 1, 0, &[]), block(LE, 6, &body));
        assert_eq!((packet.2, packet.3.len()), expected);
    }
}

#[test]
fn section_4_4_simple_packets_are_cut_by_the_snap_length() {
    for (snap_length, captured) in [(0, 5), (2, 2), (100, 5)] {
        let body = [numbers(LE, &[5]), b"abcde".to_vec()].concat();
        let packet = packet_of(interface(LE, 1, snap_length, &[]), block(LE, 3, &body));
        assert_eq!((packet.2, packet.3), (5, b"abcde"[..captured].to_vec()));
    }
}

/// They have no time: that of the packet before, in whichever section, or the epoch.
#[test]
fn section_4_4_simple_packets_have_the_time_of_the_packet_before() {
    let simple = |order| block(order, 3, &numbers(order, &[0]));
    let be = Order::Big;
    let file = [
        section_header(LE),
        interface(LE, 1, 0, &[]),
        simple(LE),
        enhanced(LE, 0, 7, b""),
        simple(LE),
        section_header(be),
        interface(be, 1, 0, &[]),
        simple(be),
    ];
    let times: Vec<_> = read(&file.concat()).unwrap().0.iter().map(|packet| packet.0).collect();
    assert_eq!(times, [0, 7_000, 7_000, 7_000]);
}

/// A name resolution block whose records do not end, a statistics block that is too short, custom blocks to be
/// copied and not, secrets, a block of a type that nobody has given away.
#[test]
fn sections_4_5_to_4_8_blocks_without_packets_are_skipped_whatever_is_in_them() {
    for (kind, body) in [
        (4, &[1, 0, 5, 0, 192, 0, 2, 1, b'h'][..]),
        (4, &[]),
        (5, &[0]),
        (0x0bad, &[1, 2, 3, 4, 5]),
        (0x4000_0bad, &[]),
        (10, &[0xff; 12]),
        (0x7fff_ffff, &[0xff; 8]),
    ] {
        let other = [block(LE, kind, body), interface(LE, 1, 0, &[]), block(LE, kind, body)].concat();
        assert_eq!(packet_of(other, enhanced(LE, 0, 3, b"abc")).3, b"abc");
    }
}

/// A comment that is not UTF-8, an option longer than the block, a flags word of 3 bytes.
#[test]
fn section_4_3_options_of_packets_are_not_looked_at() {
    for options in [&[1, 0, 2, 0, 0xff, 0xfe, 0, 0][..], &[1, 0, 0xff, 0xff], &[2, 0, 3, 0, 1, 2, 3, 0]] {
        let body = [numbers(LE, &[0, 0, 3, 4, 4]), b"abcd".to_vec(), options.to_vec()].concat();
        assert_eq!(packet_of(interface(LE, 1, 0, &[]), block(LE, 6, &body)).3, b"abcd");
    }
}

#[test]
fn appendix_a_obsolete_packet_blocks_count_drops_beside_the_interface() {
    let body = [numbers(LE, &[0x0003_0000, 0, 4, 3, 3]), b"abc".to_vec()].concat();
    assert_eq!(packet_of(interface(LE, 12, 0, &[]), block(LE, 2, &body)), (4_000, 12, 3, b"abc".to_vec()));
}

#[test]
fn what_cannot_be_read_ends_the_capture_with_a_reason() {
    let start = section_header(LE).len() as u64;
    let ethernet = || interface(LE, 1, 0, &[]);
    let after = start + ethernet().len() as u64;

    let unknown = damage_of(&[enhanced(LE, 0, 0, b"")]);
    assert_eq!(unknown, (0, start, "the packet's interface has not been described"));

    let mut differ = enhanced(LE, 0, 0, b"");
    *differ.last_mut().unwrap() = 1;
    assert_eq!(damage_of(&[ethernet(), differ]), (0, after, "the block's two lengths differ"));

    let mut odd = enhanced(LE, 0, 0, b"");
    odd[4] = 33;
    assert_eq!(damage_of(&[ethernet(), odd]), (0, after, "the block's length is impossible"));

    let huge = numbers(LE, &[6, 0x7fff_fffc, 0]);
    assert_eq!(damage_of(&[ethernet(), huge]), (0, after, "the block is longer than any packet"));

    let short = damage_of(&[ethernet(), block(LE, 6, &[0; 16])]);
    assert_eq!(short, (0, after, "the packet block is too short"));

    let mut magic = section_header(LE);
    magic[8] = 0;
    let second = after + enhanced(LE, 0, 0, b"").len() as u64;
    let wrong = damage_of(&[ethernet(), enhanced(LE, 0, 0, b""), magic]);
    assert_eq!(wrong, (1, second, "the section's byte-order magic is wrong"));
}

#[test]
fn the_number_of_interfaces_is_bounded() {
    let interfaces = interface(LE, 1, 0, &[]).repeat((1 << 16) + 1);
    assert_eq!(damage_of(&[interfaces]).2, "the section has too many interfaces");
}
