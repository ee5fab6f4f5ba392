//! Bytes of both directions into HTTP, cut anywhere: nothing is held in the end.

#![no_main]

mod pieces;

use libfuzzer_sys::fuzz_target;
use sockeye::base::{Budget, Limits, StreamEvent};
use sockeye::http::{Exchange, HttpEvent, speaks};

fuzz_target!(|bytes: &[u8]| {
    let limits =
        Limits { http_head: 512, http_wait: 512, http_fields: 8, http_pipeline: 4, ..Limits::default() };
    let held = Budget::new(4 << 10);
    let mut exchange = Exchange::new(&limits);
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
    pieces::each(bytes, u64::from, |direction, event| {
        if let StreamEvent::Data { bytes, .. } = event {
            let _ = speaks(bytes);
        }
        exchange.push(direction, *event, &held, &mut count);
    });
    exchange.finish(&held, &mut count);
    assert_eq!(held.used(), 0, "everything is given back");
    assert_eq!(asked, answered, "every request that asks for an upgrade gets one answer or the lack of it");
});
