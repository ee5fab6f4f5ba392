//! Bytes of both directions into HTTP, cut anywhere: nothing is held in the end.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye::base::{
    Budget, Direction, GapReason, Limits, PacketId, PerDirection, Span, StreamEvent, Timestamp,
};
use sockeye::http::{Exchange, HttpEvent, speaks};

fuzz_target!(|bytes: &[u8]| {
    let limits =
        Limits { http_head: 512, http_wait: 512, http_fields: 8, http_pipeline: 4, ..Limits::default() };
    let held = Budget::new(4 << 10);
    let mut exchange = Exchange::new(&limits);
    let mut offsets = PerDirection::<u64>::default();
    let mut asked = 0_u64;
    let mut answered = 0_u64;
    let mut count = |event: HttpEvent<'_>| match event {
        HttpEvent::Request(request) => asked += u64::from(request.asks_for_upgrade()),
        HttpEvent::Response { request: Some(request), interim: false, .. } => {
            answered += u64::from(request.asks_for_upgrade());
        }
        HttpEvent::Unanswered(_) => answered += 1,
        _ => {}
    };
    let mut rest = bytes;
    let mut number = 0;
    // Two bytes say which direction and how much; a zero length is a gap.
    while let Some(([kind, length], behind)) = rest.split_first_chunk::<2>() {
        number += 1;
        let direction = if kind & 1 == 0 { Direction::ClientToServer } else { Direction::ServerToClient };
        let data = behind.get(..usize::from(*length)).unwrap_or(behind);
        let packet = PacketId { number, time: Timestamp::default() };
        let gap = data.is_empty();
        let span =
            Span::of(packet, offsets[direction], if gap { u64::from(*kind) } else { data.len() as u64 });
        offsets[direction] += span.length;
        let _ = speaks(data);
        let event = if gap {
            StreamEvent::Gap { span, why: GapReason::Acknowledged }
        } else {
            StreamEvent::Data { span, acked: Some(offsets[direction.reverse()]), bytes: data }
        };
        exchange.push(direction, event, &held, &mut count);
        rest = behind.get(data.len()..).unwrap_or_default();
    }
    exchange.finish(&held, &mut count);
    assert_eq!(held.used(), 0, "everything is given back");
    assert_eq!(asked, answered, "every request that asks for an upgrade gets one answer or the lack of it");
});
