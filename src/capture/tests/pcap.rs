//! Classic pcap: the variants, and the odd files that others read too.

use super::*;

#[test]
fn both_byte_orders_and_both_resolutions() {
    for order in [Order::Little, Order::Big] {
        for (magic, nanos) in [(0xa1b2_c3d4, 5_000), (0xa1b2_3c4d, 5)] {
            let file = [pcap_header(order, magic, 113), pcap_record(order, 2, 5, b"abc")].concat();
            let expected = (2_000_000_000 + nanos, 113, 3, b"abc".to_vec());
            assert_eq!(read(&file).unwrap(), (vec![expected], End::Complete));
        }
    }
}

#[test]
fn the_modified_format_has_longer_record_headers() {
    for order in [Order::Little, Order::Big] {
        let mut file = pcap_header(order, 0xa1b2_cd34, 1);
        for data in [b"abc", b"def"] {
            file.extend(numbers(order, &[1, 2, 3, 9, 0xaaaa_aaaa, 0xbbbb_bbbb]));
            file.extend(data);
        }
        let (packets, end) = read(&file).unwrap();
        assert_eq!(packets[1], (1_000_002_000, 1, 9, b"def".to_vec()));
        assert_eq!((packets.len(), end), (2, End::Complete));
    }
}

#[test]
fn the_version_does_not_matter() {
    for (major, minor) in [(2, 5), (2, 40), (1, 0), (3, 2), (0, 0), (0xffff, 0xffff)] {
        let mut header = pcap_header(Order::Little, 0xa1b2_c3d4, 1);
        header[4..8]
            .copy_from_slice(&[u16_bytes(Order::Little, major), u16_bytes(Order::Little, minor)].concat());
        let file = [header, pcap_record(Order::Little, 1, 0, b"abc")].concat();
        assert_eq!(read(&file).unwrap().0.len(), 1, "{major}.{minor}");
    }
}

#[test]
fn old_versions_have_the_lengths_the_other_way_round() {
    for order in [Order::Little, Order::Big] {
        for (version, lengths) in [([2, 2], [9, 3]), ([543, 0], [9, 3]), ([2, 3], [9, 3]), ([2, 3], [3, 9])] {
            let mut file = pcap_header(order, 0xa1b2_c3d4, 1);
            file[4..8].copy_from_slice(&version.map(|number| u16_bytes(order, number)).concat());
            for data in [b"abc", b"def"] {
                file.extend(numbers(order, &[1, 2, lengths[0], lengths[1]]));
                file.extend(data);
            }
            let (packets, end) = read(&file).unwrap();
            assert_eq!(packets[1], (1_000_002_000, 1, 9, b"def".to_vec()));
            assert_eq!((packets.len(), end), (2, End::Complete));
        }
    }
}

#[test]
fn a_sub_second_field_of_a_second_or_more_is_carried_over() {
    let file =
        [pcap_header(Order::Little, 0xa1b2_c3d4, 1), pcap_record(Order::Little, 1, 2_500_000, b"")].concat();
    assert_eq!(read(&file).unwrap().0[0].0, 3_500_000_000);
}

#[test]
fn the_largest_time_does_not_overflow() {
    for (magic, nanos) in [(0xa1b2_c3d4, 4_294_971_589_967_295_000), (0xa1b2_3c4d, 4_294_967_299_294_967_295)]
    {
        let file =
            [pcap_header(Order::Big, magic, 1), pcap_record(Order::Big, u32::MAX, u32::MAX, b"")].concat();
        assert_eq!(read(&file).unwrap().0[0].0, nanos);
    }
}

#[test]
fn lengths_that_contradict_each_other_are_accepted() {
    let le = Order::Little;
    let mut header = pcap_header(le, 0xa1b2_c3d4, 1);
    for snap_length in [0, 2, 65_535] {
        header[16..20].copy_from_slice(&u32_bytes(le, snap_length));
        for (original, expected) in [(0, 3), (2, 3), (3, 3), (9, 9)] {
            let file = [header.clone(), numbers(le, &[0, 0, 3, original]), b"abc".to_vec()].concat();
            assert_eq!(read(&file).unwrap(), (vec![(0, 1, expected, b"abc".to_vec())], End::Complete));
        }
    }
}

#[test]
fn the_length_of_the_frame_check_sequence_is_not_part_of_the_link_type() {
    let file =
        [pcap_header(Order::Big, 0xa1b2_c3d4, 0x2400_0001), pcap_record(Order::Big, 0, 0, b"abc")].concat();
    assert_eq!(read(&file).unwrap().0[0].1, 1);
}

#[test]
fn a_record_longer_than_any_packet_is_damage_and_not_a_cut() {
    let mut file = pcap_at(&[1]);
    let offset = file.len() as u64;
    file.extend(numbers(Order::Little, &[0, 0, (16 << 20) + 1, 60]));
    let (packets, end) = read(&file).unwrap();
    assert_eq!(packets.len(), 1);
    assert!(matches!(end, End::Damaged { offset: at, .. } if at == offset), "{end:?}");
}

#[test]
fn a_record_larger_than_the_usual_buffer_is_read() {
    let large = vec![7; 1 << 20];
    let file =
        [pcap_at(&[1]), pcap_record(Order::Little, 2, 0, &large), pcap_record(Order::Little, 3, 0, b"x")];
    let (packets, end) = read_in_pieces(&file.concat(), 60_000, &Limits::default()).unwrap();
    assert_eq!(packets.iter().map(|p| p.3.len()).collect::<Vec<_>>(), [1, 1 << 20, 1]);
    assert_eq!(end, End::Complete);
}
