//! Fragments of one datagram, and of many.

use std::ops::Range;

use super::*;

const SECOND: i64 = 1_000_000_000;

/// 100 bytes that all differ, in a TCP segment of 120 bytes.
fn text() -> Vec<u8> {
    (0..100).collect()
}

fn segment() -> Vec<u8> {
    tcp(&text())
}

fn whole() -> Option<(Vec<u8>, u32)> {
    Some((text(), 100))
}

/// Fragments of the segment of 120 bytes: 48, 48 and 24.
const THIRDS: [Range<usize>; 3] = [0..48, 48..96, 96..120];

fn thirds(id: u16) -> [Vec<u8>; 3] {
    THIRDS.map(|range| fragment4(id, 6, &segment(), range))
}

fn at(seconds: i64, data: &[u8]) -> Packet<'_> {
    Packet { time: Timestamp::from_nanos(seconds * SECOND), ..packet(LinkType::RAW, data, data.len()) }
}

#[test]
fn rfc791_section_3_2_and_rfc8200_section_4_5_any_order() {
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let four = order.map(|i| fragment4(7, 6, &segment(), THIRDS[i].clone()));
        let six = order.map(|i| fragment6(7, 6, &segment(), THIRDS[i].clone()));
        for [first, second, third] in [four, six] {
            let mut bench = Bench::new();
            assert_eq!([bench.raw(&first), bench.raw(&second)], [None, None], "{order:?}");
            assert_eq!(bench.raw(&third), whole(), "the segment belongs to the packet that completed it");
            assert_eq!(bench.not_decoded(), [], "{order:?}");
        }
    }
}

#[test]
fn rfc791_section_3_2_the_segment_is_the_same_as_unfragmented() {
    let unfragmented = ipv4(&[], &segment());
    let expected =
        alone(&packet(LinkType::RAW, &unfragmented, unfragmented.len()), |s| format!("{s:?}")).unwrap();
    let mut decoder = Decoder::new(&Limits::default());
    let [first, second, third] = thirds(7);
    assert!(decoder.decode(&at(0, &third)).is_none());
    assert!(decoder.decode(&at(0, &first)).is_none());
    let found = decoder.decode(&at(0, &second)).map(|segment| format!("{segment:?}"));
    assert_eq!(found, Some(expected));
}

#[test]
fn fragments_whose_others_are_missing_are_counted_and_nothing_else_is() {
    let mut bench = Bench::new();
    let [first, second, third] = thirds(7);
    assert_eq!([&first, &first, &third].map(|data| bench.raw(data)), [None, None, None]);
    assert_eq!(bench.not_decoded(), [("IP fragment without the others".to_owned(), 3)]);
    assert_eq!(bench.raw(&second), whole());
    assert_eq!(bench.not_decoded(), []);
}

/// A capture on all interfaces of a router: every packet comes in and goes out, perhaps in other fragments.
#[test]
fn every_packet_twice() {
    let other_cuts = [0..24, 24..104, 104..120].map(|range| fragment4(7, 6, &segment(), range));
    for leaving in [thirds(7), other_cuts] {
        let mut bench = Bench::new();
        let found: Vec<_> =
            thirds(7).iter().zip(&leaving).flat_map(|(a, b)| [bench.raw(a), bench.raw(b)]).collect();
        assert_eq!(found.iter().flatten().count(), 1, "{found:?}");
        assert!(found.contains(&whole()));
        assert_eq!(bench.not_decoded(), []);
    }
    let mut bench = Bench::new();
    let mut id_7 = ipv4(&[], &segment());
    id_7[5] = 7;
    assert_eq!(bench.raw(&id_7), whole(), "it comes in whole");
    assert_eq!(thirds(7).map(|data| bench.raw(&data)), [None, None, whole()], "and goes out in fragments");
}

#[test]
fn rfc791_section_3_2_datagrams_are_told_apart_by_addresses_identification_and_protocol() {
    let [first, second, third] = thirds(7);
    let changes: [fn(&mut Vec<u8>); 4] =
        [|data| data[15] = 9, |data| data[19] = 9, |data| data[5] = 9, |data| data[9] = 17];
    for change in changes {
        let mut bench = Bench::new();
        let mut stranger = second.clone();
        change(&mut stranger);
        assert_eq!([&first, &stranger, &third].map(|data| bench.raw(data)), [None, None, None]);
        assert_eq!(bench.raw(&second), whole());
        assert_eq!(bench.packets_not_decoded(), 1, "the stranger");
    }
}

#[test]
fn rfc8200_section_4_5_the_first_fragment_says_what_the_datagram_carries() {
    let mut bench = Bench::new();
    let options = [&[6, 0, 1, 4, 0, 0, 0, 0], segment().as_slice()].concat();
    assert_eq!(bench.raw(&fragment6(1, 17, &options, 64..128)), None);
    assert_eq!(bench.raw(&fragment6(1, 60, &options, 0..64)), whole(), "an extension header comes first");
    assert_eq!(bench.not_decoded(), []);
}

#[test]
fn rfc8200_section_4_5_lengths_that_no_sender_may_choose() {
    let long = [0; 80];
    let mut beyond = fragment4(7, 6, &long, 0..80);
    beyond[6..8].copy_from_slice(&0x1fff_u16.to_be_bytes());
    let unaligned = fragment4(7, 6, &segment(), 0..47);
    let empty = fragment4(7, 6, &segment(), 48..48);
    for data in [beyond, unaligned, empty] {
        assert_eq!(payload(LinkType::RAW, &data), Err(NotTcp::Malformed("IP fragment")));
    }
}

/// What came before a contradiction is given up, what comes from then on is a datagram only if it agrees.
#[test]
fn rfc5722_section_3_fragments_that_contradict_never_make_a_datagram() {
    let [first, second, third] = thirds(7);
    let mut forged = second.clone();
    forged[20..].fill(0xff);
    let mut overlapping = fragment4(7, 6, &segment(), 40..96);
    overlapping[20] ^= 0xff;
    let forged_text = [&text()[..28], &[0xff; 48], &text()[76..]].concat();
    for (contradiction, found, lost) in [(forged, Some((forged_text, 100)), 1), (overlapping, None, 4)] {
        let mut bench = Bench::new();
        assert_eq!([&second, &contradiction, &first].map(|data| bench.raw(data)), [None, None, None]);
        assert_eq!(bench.raw(&third), found);
        assert_eq!(bench.packets_not_decoded(), lost);
    }
}

#[test]
fn rfc5722_section_3_ends_that_contradict() {
    let [first, second, third] = thirds(7);
    let mut longer = segment();
    longer.extend([0; 8]);
    let ends_later = fragment4(7, 6, &longer, 96..128);
    let lies_beyond = fragment4(7, 6, &[0; 200], 144..160);
    let ends_earlier = fragment4(7, 6, &segment()[..88], 80..88);
    for contradiction in [&ends_later, &lies_beyond, &ends_earlier] {
        for (earlier, lost) in [([contradiction, &third], 1), ([&third, contradiction], 2)] {
            let mut bench = Bench::new();
            assert_eq!(earlier.map(|data| bench.raw(data)), [None, None]);
            assert_eq!(bench.packets_not_decoded(), 2);
            let found = [&third, &first, &second].map(|data| bench.raw(data));
            assert_eq!(found, [None, None, whole()]);
            assert_eq!(bench.packets_not_decoded(), lost);
        }
    }
}

#[test]
fn rfc4963_section_3_a_reused_identification_begins_another_datagram() {
    let mut other = segment();
    other[20..].fill(b'x');
    let again = THIRDS.map(|range| fragment4(7, 6, &other, range));
    let mut bench = Bench::new();
    assert_eq!(thirds(7).map(|data| bench.raw(&data)), [None, None, whole()]);
    assert_eq!(again.clone().map(|data| bench.raw(&data)), [None, None, Some((vec![b'x'; 100], 100))]);
    assert_eq!(bench.not_decoded(), []);

    let mut bench = Bench::new();
    let [_, second, third] = thirds(7);
    assert_eq!([&second, &third].map(|data| bench.raw(data)), [None, None], "the first one is lost");
    for _ in 0..1 << 15 {
        assert!(bench.raw(&ipv4(&[], &segment())).is_some());
    }
    assert_eq!(again.map(|data| bench.raw(&data)), [None, None, Some((vec![b'x'; 100], 100))]);
    assert_eq!(bench.packets_not_decoded(), 2);
}

#[test]
fn rfc8200_section_4_5_a_datagram_is_given_up_after_60_seconds() {
    let [first, second, third] = thirds(7);
    let mut bench = Bench::new();
    assert_eq!([bench.push(&at(0, &first)), bench.push(&at(60, &second))], [None, None]);
    assert_eq!(bench.push(&at(61, &third)), None);
    assert_eq!(bench.packets_not_decoded(), 3);
    assert_eq!([bench.push(&at(61, &second)), bench.push(&at(61, &first))], [None, whole()]);
    assert_eq!(bench.not_decoded(), [("IP fragment without the others".to_owned(), 2)]);
}

/// The capture cut each packet: the payload reaches to where the first fragment was cut.
#[test]
fn cut_fragments_make_a_cut_segment() {
    let fragments = thirds(7);
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut bench = Bench::new();
        let cut =
            |i: usize| packet(LinkType::RAW, &fragments[i][..60.min(fragments[i].len())], fragments[i].len());
        let found = order.map(|i| bench.push(&cut(i)));
        assert_eq!(found, [None, None, Some((text()[..20].to_vec(), 100))], "{order:?}");
    }
    let mut bench = Bench::new();
    let [first, second, third] = &fragments;
    assert_eq!([bench.raw(first), bench.raw(second)], [None, None]);
    let again = packet(LinkType::RAW, &second[..30], second.len());
    assert_eq!(bench.push(&again), None, "what is known stays known");
    assert_eq!(bench.raw(third), whole());
}

#[test]
fn other_protocols_are_named_with_all_their_fragments() {
    let mut bench = Bench::new();
    let udp = [0; 64];
    for range in [0..32, 32..48, 48..64] {
        assert_eq!(bench.raw(&fragment4(7, 17, &udp, range)), None);
    }
    assert_eq!(bench.not_decoded(), [("UDP".to_owned(), 3)]);
}

/// A router fragments a packet, and another one the tunnel's packets with those fragments.
#[test]
fn fragments_inside_of_fragments() {
    let mut bench = Bench::new();
    let mut found = Vec::new();
    for (id, inner) in (20..).zip(thirds(7)) {
        for range in [0..40, 40..inner.len()] {
            found.push(bench.raw(&fragment4(id, 4, &inner, range)));
        }
    }
    assert_eq!(found, [None, None, None, None, None, whole()]);
    assert_eq!(bench.not_decoded(), []);

    let mut bench = Bench::new();
    let [inner, ..] = thirds(7);
    for range in [0..40, 40..inner.len()] {
        assert_eq!(bench.raw(&fragment4(20, 4, &inner, range)), None);
    }
    assert_eq!(bench.not_decoded(), [("IP fragment without the others".to_owned(), 2)]);

    let twice = fragment4(30, 4, &inner, 0..40);
    let rest = fragment4(30, 4, &inner, 40..inner.len());
    let mut bench = Bench::new();
    for (id, middle) in (40..).zip([twice, rest]) {
        for range in [0..24, 24..middle.len()] {
            assert_eq!(bench.raw(&fragment4(id, 4, &middle, range)), None);
        }
    }
    assert_eq!(bench.not_decoded(), [("nested too deep".to_owned(), 4)]);
}

#[test]
fn the_oldest_datagram_makes_room() {
    let mut bench = Bench::with(2);
    for id in [1, 2, 3] {
        assert_eq!(bench.raw(&thirds(id)[0]), None);
    }
    assert_eq!((bench.0.evicted(), bench.packets_not_decoded()), (1, 3));
    for id in [2, 3] {
        let [_, second, third] = thirds(id);
        assert_eq!([bench.raw(&second), bench.raw(&third)], [None, whole()], "{id}");
    }
    assert_eq!((bench.0.evicted(), bench.packets_not_decoded()), (1, 1));
    assert_eq!(thirds(4).map(|data| bench.raw(&data)), [None, None, whole()]);
    assert_eq!(bench.0.evicted(), 1, "a whole datagram that makes room is no loss");
}

#[test]
fn endless_first_fragments_stay_under_the_cap() {
    const CAP: usize = 16;
    let long = vec![0; 65_400];
    let mut bench = Bench::with(CAP);
    let (mut highest, mut after_one_round) = (0, 0);
    for id in 0..4_000_u32 {
        let mut data = fragment4(id as u16, 6, &long, 0..8);
        data[6..8].copy_from_slice(&(0x2000 | 8_100_u16).to_be_bytes());
        data[12..16].copy_from_slice(&id.to_be_bytes());
        assert_eq!(bench.raw(&data), None);
        highest = highest.max(bench.held());
        if id == CAP as u32 {
            after_one_round = bench.held();
        }
    }
    assert!(highest <= CAP * (72 << 10), "{highest}");
    assert_eq!(highest, after_one_round, "buffers are used again");
    assert_eq!(bench.packets_not_decoded(), 4_000);
    assert_eq!(bench.0.evicted(), 4_000 - CAP as u64);
}
