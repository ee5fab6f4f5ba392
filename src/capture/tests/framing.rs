//! However the bytes come, and wherever they end.

use proptest::prelude::*;

use super::*;

/// One capture of each format.
fn samples() -> [Vec<u8>; 3] {
    let mut modified = pcap_header(Order::Big, 0xa1b2_cd34, 1);
    for length in [0_usize, 3, 40] {
        modified.extend(numbers(Order::Big, &[1, 2, length as u32, length as u32, 0, 0]));
        modified.extend(vec![7; length]);
    }
    [pcap_at(&[1, 2, 3]), modified, pcapng_of_two_sections()]
}

/// Byte by byte, a packet comes with its last byte.
#[test]
fn a_packet_is_handed_over_as_soon_as_it_is_complete() {
    for sample in samples() {
        let (whole, _) = read(&sample).unwrap();
        let mut framer = Framer::new(&Limits::default());
        let mut packets = Vec::new();
        for (index, byte) in sample.iter().enumerate() {
            framer.push(&[*byte]);
            if framer.open().unwrap() {
                packets.extend(framer.next_packet().map(owned));
            }
            let complete = read(&sample[..=index]).map_or(0, |(packets, _)| packets.len());
            assert_eq!(packets.len(), complete);
        }
        assert_eq!(packets, whole);
    }
}

#[test]
fn a_cut_anywhere_loses_nothing_before_it() {
    for sample in samples() {
        let (whole, _) = read(&sample).unwrap();
        for length in 0..sample.len() {
            let Ok((packets, end)) = read(&sample[..length]) else {
                assert!(length < 28, "only a cut in the capture's own header is an error");
                continue;
            };
            assert_eq!(packets, whole[..packets.len()]);
            match end {
                End::Complete => {}
                End::Cut { offset, missing } => {
                    assert!(offset < length as u64 && missing > 0);
                    // What was missing at least is enough for at most this record.
                    let more = read(&sample[..length + missing as usize]).unwrap();
                    assert!(more.0.len() <= packets.len() + 1);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn what_is_no_capture_is_said_before_any_packet() {
    assert!(matches!(read(b""), Err(Error::Empty)));
    assert!(matches!(read(b"Todo"), Err(Error::NotACapture(bytes)) if bytes == b"Todo"));
    assert!(matches!(read(b"Todo: everything"), Err(Error::NotACapture(bytes)) if bytes == b"Todo: ev"));
    for sample in samples() {
        assert!(matches!(read(&sample[..3]), Err(Error::NotACapture(_))));
        assert!(matches!(read(&sample[..4]), Err(Error::BadHeader("it ends inside its header"))));
        assert!(matches!(read(&sample[..23]), Err(Error::BadHeader("it ends inside its header"))));
    }
    let mut version = section_header(Order::Big);
    version[13] = 2;
    assert!(matches!(
        read(&version),
        Err(Error::BadHeader("the section is of an unknown version of pcapng"))
    ));
}

#[test]
fn memory_does_not_follow_the_lengths_that_a_record_announces() {
    let mut framer = Framer::new(&Limits::default());
    framer.push(&pcap_at(&[]));
    framer.push(&numbers(Order::Little, &[0, 0, 16 << 20, 16 << 20]));
    assert!(framer.open().unwrap());
    assert!(framer.next_packet().is_none());
    assert!(framer.space().len() <= 256 << 10);
}

/// Bytes that begin as a capture does.
fn damaged_captures() -> impl Strategy<Value = Vec<u8>> {
    let start = prop_oneof![
        Just(pcap_at(&[1])),
        Just(pcap_header(Order::Big, 0xa1b2_cd34, 1)),
        Just(pcapng_of_two_sections()),
        Just([section_header(Order::Little), interface(Order::Little, 1, 0, &[])].concat()),
        Just(Vec::new()),
    ];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (start, prop::collection::vec(any::<u8>(), 0..300), changes).prop_map(|(start, tail, changes)| {
        let mut bytes = [start, tail].concat();
        for (index, value) in changes {
            if !bytes.is_empty() {
                let index = index.index(bytes.len());
                bytes[index] = value;
            }
        }
        bytes
    })
}

proptest! {
    #[test]
    fn any_bytes_in_any_portions_give_the_same(bytes in damaged_captures(), piece in 1_usize..64) {
        let limits = Limits { record: 200, ..Limits::default() };
        let whole = read_in_pieces(&bytes, bytes.len().max(1), &limits);
        let pieces = read_in_pieces(&bytes, piece, &limits);
        match (whole, pieces) {
            (Ok(whole), Ok(pieces)) => prop_assert_eq!(whole, pieces),
            (Err(whole), Err(pieces)) => prop_assert_eq!(whole.to_string(), pieces.to_string()),
            (whole, pieces) => prop_assert!(false, "{whole:?} and {pieces:?}"),
        }
    }
    #[test]
    fn who_looks_ahead_sees_what_comes_and_changes_nothing(
        bytes in damaged_captures(),
        packets in 0_u32..30,
        piece in 1_usize..200,
        steps in prop::collection::vec(0_usize..20, 1..40),
    ) {
        let bytes = [bytes, (0..packets).flat_map(|n| pcap_record(Order::Little, n, 0, &[n as u8])).collect()].concat();
        let limits = Limits { record: 200, ..Limits::default() };
        let mut framer = Framer::new(&limits);
        let (mut seen, mut got, mut steps) = (Vec::new(), Vec::new(), steps.into_iter().cycle());
        for piece in bytes.chunks(piece) {
            framer.push(piece);
            match framer.open() {
                Ok(true) => {}
                Ok(false) => continue,
                Err(_) => return Ok(()),
            }
            loop {
                let ahead = steps.next().unwrap_or(0);
                seen.extend(std::iter::from_fn(|| framer.look_ahead().map(owned)).take(ahead));
                prop_assert!(seen.len() <= got.len() + 16);
                let Some(packet) = framer.next_packet().map(owned) else { break };
                got.push(packet);
                seen.resize_with(seen.len().max(got.len()), || got.last().cloned().unwrap_or_default());
            }
        }
        framer.finish();
        let Ok(expected) = read_in_pieces(&bytes, bytes.len(), &limits) else { return Ok(()) };
        got.extend(std::iter::from_fn(|| framer.next_packet().map(owned)));
        prop_assert_eq!(seen.iter().zip(&got).find(|(seen, got)| seen != got), None);
        prop_assert_eq!((got, framer.end().cloned()), (expected.0, Some(expected.1)));
    }
}
