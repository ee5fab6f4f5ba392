//! What holds for all packets.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

const LINK_TYPES: [u16; 13] = [0, 1, 9, 12, 14, 101, 108, 113, 147, 228, 229, 276, 1];

/// Beginnings of packets, so that random bytes come far.
fn starts() -> Vec<Vec<u8>> {
    let segment = tcp(b"hello, hello, hello, hello");
    let inner = fragment4(3, 6, &segment, 0..24);
    vec![
        Vec::new(),
        ethernet(0x0800, &ipv4(&[], &segment)),
        ethernet(0x86dd, &ipv6(0, &[60, 0, 1, 4, 0, 0, 0, 0, 44, 0, 1, 4, 0, 0, 0, 0])),
        ipv4(&[1; 8], &tcp(b"")),
        ipv6(6, &segment),
        ethernet(0x0800, &fragment4(3, 6, &segment, 0..24)),
        fragment4(3, 6, &segment, 0..24),
        fragment4(3, 6, &segment, 24..46),
        fragment6(3, 6, &segment, 24..46),
        fragment6(3, 6, &segment, 0..24),
        fragment4(4, 4, &inner, 0..24),
        fragment4(4, 4, &inner, 24..44),
        ethernet(0x8864, &[0x11, 0, 0, 7, 0, 47, 0x00, 0x21]),
        ethernet(0x8847, &[0, 1, 0x21, 64]),
        vec![0xff, 0x03, 0x00, 0x21],
        ipv4_of(47, &[0xb0, 0, 0x65, 0x58, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ipv4_of(17, &[0, 0, 0x12, 0xb5, 0, 30, 0, 0, 8, 0, 0, 0, 0, 0, 1, 0]),
    ]
}

fn likely_packets() -> impl Strategy<Value = (u16, Vec<u8>)> {
    let changes = prop::collection::vec((any::<Index>(), any::<u8>()), 0..4);
    let tail = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..80),
        Just(ipv4(&[], &tcp(b"hello"))),
        Just(Vec::new()),
    ];
    (select(LINK_TYPES.to_vec()), select(starts()), tail, changes).prop_map(
        |(link_type, start, tail, changes)| {
            let mut bytes = [start, tail].concat();
            for (index, value) in changes {
                if !bytes.is_empty() {
                    let index = index.index(bytes.len());
                    bytes[index] = value;
                }
            }
            (link_type, bytes)
        },
    )
}

/// Where a segment of this length is cut, in blocks of 8 bytes, and in which order the fragments come, some twice.
fn cuts(length: usize) -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    prop::collection::btree_set(1..length.div_ceil(8), 1..12).prop_flat_map(move |blocks| {
        let edges: Vec<usize> =
            [0].into_iter().chain(blocks.iter().map(|block| block * 8)).chain([length]).collect();
        let fragments = edges.len() - 1;
        let copies = prop::collection::vec(0..fragments, 0..6);
        let order =
            copies.prop_map(move |copies| (0..fragments).chain(copies).collect::<Vec<_>>()).prop_shuffle();
        (Just(edges), order)
    })
}

proptest! {
    #[test]
    fn a_plain_packet_is_decoded_as_any_other(
        options in prop::collection::vec(any::<[u8; 4]>(), 0..3),
        payload in prop::collection::vec(any::<u8>(), 0..40),
        padding in 0_usize..8,
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 0..3),
    ) {
        let (is_plain, has_options) = (changes.is_empty(), !options.is_empty());
        let mut data = ethernet(0x0800, &ipv4(&options.concat(), &tcp(&payload)));
        data.extend(std::iter::repeat_n(0, padding));
        for (index, value) in changes {
            let index = index.index(data.len());
            data[index] = value;
        }
        let packet = packet(LinkType::ETHERNET, &data, data.len());
        let now = Moment { time: packet.time, packets: 1 };
        let mut reassembly = [Reassembly::new(1), Reassembly::new(1)];
        let any_other = tcp_payload(&mut reassembly, &packet, now, &mut Carriers::default());
        let plain = Segment::plain(&packet);
        prop_assert!(plain.is_some() || !is_plain);
        let likely = likely(&packet);
        prop_assert!(likely.is_some() || !is_plain || has_options);
        if let Some(segment) = plain {
            let any_other = any_other.and_then(|payload| Segment::parse(&payload));
            prop_assert_eq!(format!("{:?}", any_other.unwrap()), format!("{segment:?}"));
            let expected = Likely {
                source: segment.source,
                destination: segment.destination,
                has_payload: !segment.payload.is_empty(),
            };
            prop_assert!(likely.is_none_or(|likely| likely == expected));
        }
    }

    #[test]
    fn any_packets_are_decoded_or_refused(
        packets in prop::collection::vec((likely_packets(), 0_u32..3), 1..40),
        cap in 0_usize..4,
    ) {
        let mut bench = Bench::with(cap);
        let mut segments = 0;
        for ((link_type, data), cut) in &packets {
            let packet = packet(LinkType(*link_type), data, data.len() + *cut as usize);
            if let Some(segment) = bench.0.decode(&packet) {
                segments += 1;
                prop_assert!(segment.payload_length as usize >= segment.payload.len());
            }
            prop_assert!(bench.held() <= 2 * cap.max(1) * (72 << 10));
        }
        prop_assert!(segments + bench.packets_not_decoded() <= packets.len() as u64);
        for (reason, count) in bench.not_decoded() {
            prop_assert!(!reason.is_empty() && count > 0);
        }
    }

    #[test]
    fn the_headers_of_a_packet_lie_inside_each_other_and_the_last_is_that_of_the_segment(
        (link_type, data) in likely_packets(),
        cut in 0_usize..3,
    ) {
        let packet = packet(LinkType(link_type), &data, data.len() + cut);
        let mut decoder = Decoder::new(&Limits::default());
        if let Some(segment) = decoder.decode(&packet) {
            let layers = Layers::new(&packet, &segment);
            let tcp = layers.tcp().unwrap();
            prop_assert_eq!(tcp.payload(), segment.payload);
            prop_assert_eq!(tcp.bits(0..16), Some(segment.source.port().into()));
            prop_assert!(layers.headers().count() > 0);
            let mut outer = data.as_ptr_range();
            for header in layers.headers().chain([tcp]) {
                let inner = header.bytes.as_ptr_range();
                prop_assert!(outer.start <= inner.start && inner.end <= outer.end);
                prop_assert!(header.length <= header.bytes.len());
                prop_assert_eq!(header.own().len() + header.payload().len(), header.bytes.len());
                outer = header.payload().as_ptr_range();
            }
        }
    }

    #[test]
    fn a_packet_alone_gives_a_segment_that_borrows_it_or_one_reason((link_type, data) in likely_packets()) {
        let packet = packet(LinkType(link_type), &data, data.len());
        let found = alone(&packet, |segment| segment.payload.as_ptr_range());
        if let Ok(payload) = found {
            let range = data.as_ptr_range();
            prop_assert!(payload.is_empty() || (range.start <= payload.start && payload.end <= range.end));
        }
    }

    #[test]
    fn any_order_of_any_fragments_gives_the_segment_once(
        text in prop::collection::vec(any::<u8>(), 40..400),
        (edges, order) in (60_usize..420).prop_flat_map(cuts),
        v6 in any::<bool>(),
    ) {
        let length = *edges.last().unwrap();
        let text: Vec<u8> = text.iter().cycle().take(length - 20).copied().collect();
        let segment = tcp(&text);
        let mut bench = Bench::new();
        let mut found = Vec::new();
        for i in order {
            let range = edges[i]..edges[i + 1];
            let data = if v6 { fragment6(7, 6, &segment, range) } else { fragment4(7, 6, &segment, range) };
            found.extend(bench.raw(&data));
        }
        prop_assert_eq!(found, [(text, length as u32 - 20)]);
        prop_assert_eq!(bench.packets_not_decoded(), 0);
    }

    #[test]
    fn fragments_that_overlap_in_any_way_give_the_segment_once(
        ranges in prop::collection::vec((0_usize..30, 1_usize..30), 0..20),
        last in 1_usize..29,
    ) {
        let text: Vec<u8> = (0..=214).collect();
        let segment = tcp(&text);
        let mut bench = Bench::new();
        let every_other = (0..30).step_by(2).map(|block| (block, 1));
        let odd = (1..30).step_by(2).map(|block| (block, 1));
        let mut found = Vec::new();
        for (block, blocks) in every_other.chain(ranges).chain([(last, 30)]).chain(odd) {
            let range = block * 8..((block + blocks) * 8).min(segment.len());
            found.extend(bench.raw(&fragment4(7, 6, &segment, range)));
        }
        prop_assert_eq!(found, [(text, 215)]);
        prop_assert_eq!(bench.packets_not_decoded(), 0);
    }
}
