//! Bytes and gaps of both directions into frames and messages, with and without a handshake.

#![no_main]

mod pieces;

use std::cell::Cell;

use libfuzzer_sys::fuzz_target;
use sockeye::base::{Budget, Limits, PerDirection};
use sockeye::websocket::{Compression, Content, Demand, Negotiated, Scratch, Session, SessionEvent, Wanted};

/// Bytes that a message may inflate to.
const INFLATED: u64 = 128 << 10;

fn run(mut session: Session, bytes: &[u8]) {
    let held = Budget::new(64 << 10);
    let mut scratch = Scratch::new(&Limits { inflated: INFLATED, ..Limits::default() });
    let mut frames = 0;
    // Once the mask has shown the sides to be the other way round, the caller names them so.
    let turned = Cell::new(false);
    let mut check = |event: SessionEvent<'_>| match event {
        SessionEvent::Frame(frame) => {
            frames += 1;
            assert_eq!(frame.number, frames);
            let missing: u64 = frame.missing.iter().map(|[_, length]| length).sum();
            assert!(frame.payload_captured.saturating_add(missing) <= frame.header.payload_length);
            assert!(frame.payload.len() as u64 <= frame.payload_captured);
        }
        SessionEvent::Message(message) => {
            assert!(message.frames[0] <= message.frames[1]);
            assert_eq!(message.compressed, message.content != Content::Plain);
            if let Content::Inflated { length, .. } = message.content {
                assert!(length <= INFLATED && message.payload.len() as u64 <= length);
            }
        }
        SessionEvent::Found { turned: true, .. } => turned.set(!turned.get()),
        _ => {}
    };
    pieces::each(
        bytes,
        |kind| 1 << (kind >> 2),
        |direction, event| {
            let direction = if turned.get() { direction.reverse() } else { direction };
            session.push(direction, event, &mut scratch, &held, &mut check);
        },
    );
    session.finish(&mut scratch, &held, &mut check);
    assert_eq!(held.used(), 0, "everything is given back");
}

fuzz_target!(|bytes: &[u8]| {
    let wanted = Wanted { frame: 1 << 10, message: 1 << 10 };
    run(Session::new(Negotiated::default(), wanted), bytes);
    for agreed in [
        Compression::USUAL,
        Compression { context_takeover: false, window_bits: 15 },
        Compression { context_takeover: true, window_bits: 8 },
    ] {
        let deflate = Some(PerDirection { client: agreed, server: agreed });
        run(Session::new(Negotiated { deflate, unknown_extension: false }, wanted), bytes);
    }
    run(Session::without_handshake(wanted, Demand::UNKNOWN_TRAFFIC, true), bytes);
    run(Session::without_handshake(wanted, Demand::TOLD, false), bytes);
});
