//! Packets of any link type through one decoder, so that fragments meet.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye::base::{Limits, Timestamp};
use sockeye::capture::{LinkType, Packet};
use sockeye::packet::{Decoder, Layers};

/// Link types that are read, and one that is not.
const LINK_TYPES: [u16; 13] = [1, 101, 0, 9, 12, 14, 108, 113, 228, 229, 276, 105, 1];

/// The first packet of the input and what follows it: link type, bytes that the capture lacks, seconds since the
/// packet before, length (two bytes), data.
fn next_packet<'a>(input: &'a [u8], nanos: &mut i64) -> Option<(Packet<'a>, &'a [u8])> {
    let ([link_type, cut, seconds, high, low], rest) = input.split_first_chunk::<5>()?;
    let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
    let (data, rest) = rest.split_at(length);
    *nanos += i64::from(*seconds) * 1_000_000_000;
    let packet = Packet {
        time: Timestamp::from_nanos(*nanos),
        link_type: LinkType(LINK_TYPES[usize::from(*link_type) % LINK_TYPES.len()]),
        original_length: (length + usize::from(*cut)) as u32,
        data,
    };
    Some((packet, rest))
}

fuzz_target!(|input: &[u8]| {
    // A small cap, so that small inputs reach it.
    let mut decoder = Decoder::new(&Limits { fragmented_datagrams: 2, ..Limits::default() });
    let (mut rest, mut nanos) = (input, 0);
    let (mut packets, mut segments) = (0, 0);
    while let Some((packet, behind)) = next_packet(rest, &mut nanos) {
        rest = behind;
        packets += 1;
        if let Some(segment) = decoder.decode(&packet) {
            segments += 1;
            assert!(segment.payload_length as usize >= segment.payload.len());
            let layers = Layers::new(&packet, &segment);
            assert!(layers.headers().all(|header| header.length <= header.bytes.len()));
            assert_eq!(layers.tcp().map(|header| header.payload()), Some(segment.payload));
        }
    }
    let not_decoded: u64 = decoder.not_decoded().map(|(_, packets)| packets).sum();
    assert!(segments + not_decoded <= packets, "no packet counts twice");
});
