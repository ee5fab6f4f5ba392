//! Bytes and gaps of both directions into records and plaintext, with secrets that may fit.

#![no_main]

mod pieces;

use libfuzzer_sys::fuzz_target;
use sockeye::base::{Budget, Limits, PerDirection, StreamEvent};
use sockeye::tls::{KeyLog, Tls, TlsEvent};

/// Small caps, so that small inputs reach them.
const HELD: u64 = 64 << 10;

fn run(bytes: &[u8], keys: &KeyLog, late: bool) {
    let held = Budget::new(HELD);
    let mut tls = Tls::new(&Limits { tls_wait: 8 << 10, ..Limits::default() });
    let mut plain = PerDirection::<u64>::default();
    let mut check = |event: TlsEvent<'_>| {
        if let TlsEvent::Plain(direction, StreamEvent::Data { span, .. } | StreamEvent::Gap { span, .. }) =
            event
        {
            assert_eq!(span.offset, plain[direction], "plaintext follows without overlap");
            assert!(span.length > 0);
            plain[direction] = span.end_offset();
        }
    };
    let none = KeyLog::default();
    pieces::each(
        bytes,
        |kind| 1 << (kind >> 3),
        |direction, event| {
            tls.push(direction, event, if late { &none } else { keys }, &held, &mut check);
            assert!(held.used() <= HELD);
        },
    );
    tls.keys_arrived(keys, &held, &mut check);
    tls.finish(keys, &held, &mut check);
    assert_eq!(held.used(), 0, "everything is given back");
}

fuzz_target!(|bytes: &[u8]| {
    // A key log, up to a zero byte; then the pieces.
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let (text, pieces) = bytes.split_at(end);
    let pieces = pieces.get(1..).unwrap_or_default();
    let mut keys = KeyLog::default();
    let understood = keys.add(text);
    assert!(understood == 0 || !keys.is_empty());
    run(pieces, &keys, false);
    run(pieces, &keys, true);
});
