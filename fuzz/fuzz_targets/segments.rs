//! Lists of segments into TCP: gaps and data follow each other without overlap, and nothing is held in the end.

#![no_main]

use std::collections::HashMap;
use std::net::SocketAddr;

use libfuzzer_sys::fuzz_target;
use sockeye::base::{Direction, Limits, PacketId, SeqNumber, StreamEvent, Timestamp};
use sockeye::packet::{Flags, Segment};
use sockeye::tcp::{Connections, Event, What};

/// Small caps, so that small inputs reach them.
fn limits() -> Limits {
    Limits { connections: 4, out_of_order: 1 << 10, out_of_order_total: 2 << 10, ..Limits::default() }
}

fn end(number: u8) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, number & 1], 1000 + u16::from(number & 3)))
}

/// What each direction of each slot has been told, in bytes.
#[derive(Default)]
struct Told(HashMap<(usize, bool), u64>);

impl Told {
    fn check(&mut self, event: Event<'_>) {
        match event.what {
            What::Opened(_) => self.0.retain(|(slot, _), _| *slot != event.slot),
            What::Stream(direction, stream) => {
                let (span, length) = match stream {
                    StreamEvent::Data { span, bytes, .. } => (span, bytes.len() as u64),
                    StreamEvent::Gap { span, .. } => (span, span.length),
                    StreamEvent::Fin { .. } | StreamEvent::Reset { .. } => return,
                };
                let client = direction == Direction::ClientToServer;
                let next = self.0.entry((event.slot, client)).or_insert(span.offset);
                assert_eq!(
                    (span.offset, span.length),
                    (*next, length),
                    "each begins where the one before ended"
                );
                *next += length;
            }
            _ => {}
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut connections = Connections::new(limits());
    let mut told = Told::default();
    // Ten bytes say what a segment is; its payload are the bytes behind them.
    let mut rest = bytes;
    let mut number = 0_u64;
    while let Some(([ends, flags, s0, s1, s2, s3, a0, a1, length, time], behind)) =
        rest.split_first_chunk::<10>()
    {
        number += 1;
        let payload = behind.get(..usize::from(length & 0x3f)).unwrap_or(behind);
        let segment = Segment {
            source: end(*ends),
            destination: end(ends >> 4),
            sequence: SeqNumber(u32::from_be_bytes([s0 & 0x80, s1 & 0x01, *s2, *s3])),
            acknowledgment: SeqNumber(u32::from_be_bytes([0, 0, *a0, *a1])),
            flags: Flags(*flags),
            window: u16::from(*time),
            payload_length: payload.len() as u32 + u32::from(length >> 6),
            payload,
            captured: &[],
        };
        let time = Timestamp::from_nanos((number as i64) * i64::from(*time) * 1_000_000);
        connections.push(PacketId { number, time }, &segment, &mut |event| told.check(event));
        rest = behind.get(payload.len()..).unwrap_or_default();
    }
    connections.finish(&mut |event| told.check(event));
    assert_eq!(connections.held(), 0);
});
