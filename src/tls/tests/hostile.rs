//! Bytes that nobody who means well would send.

use proptest::prelude::*;

use super::super::{KeyLog, Tls, TlsEvent};
use super::harness::{Told, capture, read, segments};
use crate::base::Direction::{ClientToServer, ServerToClient};
use crate::base::{Budget, GapReason, Limits, PacketId, PerDirection, Span, StreamEvent, Timestamp};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_and_gaps_give_an_answer_and_everything_back(
        events in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..60), 0..40_u64), 0..60),
        cap in 0..100_000_u64,
    ) {
        let held = Budget::new(cap);
        let (keys, mut told) = (KeyLog::default(), Told::default());
        let mut tls = Tls::new(&Limits { tls_wait: 2000, ..Limits::default() });
        let mut offsets = PerDirection::<u64>::default();
        for (number, (client, bytes, gap)) in (1..).zip(&events) {
            let from = if *client { ClientToServer } else { ServerToClient };
            let packet = PacketId { number, time: Timestamp::default() };
            // Mostly beginnings of records.
            let mut bytes = bytes.clone();
            if let [kind, major, minor, high, ..] = &mut bytes[..] {
                (*kind, *major, *minor, *high) = (20 + (*kind & 3), 3, 3, 0);
            }
            let length = if bytes.is_empty() { *gap } else { bytes.len() as u64 };
            let span = Span::of(packet, offsets[from], length);
            offsets[from] = span.end_offset();
            let event = if bytes.is_empty() {
                StreamEvent::Gap { span, why: GapReason::Acknowledged }
            } else {
                StreamEvent::Data { span, acked: Some(0), bytes: &bytes }
            };
            tls.push(from, &event, &keys, &held, &mut |event| told.take(event));
            prop_assert!(held.used() <= cap);
        }
        tls.finish(&keys, &held, &mut |event| told.take(event));
        prop_assert_eq!(held.used(), 0);
    }

    #[test]
    fn damage_anywhere_gives_an_answer(number in 0..22_usize, at in 0..4000_usize, mask in 1..=255_u8) {
        let (streams, keys) = capture("tls12");
        let mut stream = streams[number].clone();
        let mut left = at;
        for (_, event) in &mut stream {
            if let super::harness::Owned::Data(_, _, bytes) = event {
                if let Some(byte) = bytes.get_mut(left) {
                    *byte ^= mask;
                    break;
                }
                left -= bytes.len();
            }
        }
        let told = read(&stream, &keys, usize::MAX);
        prop_assert!(told.text(ClientToServer).len() <= 761);
    }
}

#[test]
fn a_record_that_never_ends_is_held_once() {
    let held = Budget::new(1 << 20);
    let mut tls = Tls::new(&Limits::default());
    let mut offset = 0;
    let mut push = |bytes: &[u8]| {
        let span = Span::of(PacketId { number: 1, time: Timestamp::default() }, offset, bytes.len() as u64);
        offset += bytes.len() as u64;
        let event = StreamEvent::Data { span, acked: None, bytes };
        tls.push(ServerToClient, &event, &KeyLog::default(), &held, &mut |_| {});
        held.used()
    };
    push(b"\x17\x03\x03\x48\x00");
    for _ in 0..18_000 {
        assert!(push(b"x") < 32 << 10);
    }
}

#[test]
fn bytes_that_are_no_records_give_nothing() {
    let parts =
        [(ClientToServer, b"GET / HTTP/1.1\r\n\r\n".repeat(100)), (ServerToClient, vec![0xff; 10_000])];
    let told = read(&segments(&parts), &KeyLog::default(), usize::MAX);
    assert_eq!(told, Told::default());
}

fn record(content: u8, body: &[u8]) -> Vec<u8> {
    [&[content, 3, 3], &(body.len() as u16).to_be_bytes()[..], body].concat()
}

/// A log without a secret, to which none will be added.
fn never_a_secret() -> KeyLog {
    let mut log = KeyLog::default();
    log.complete();
    log
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn that_secrets_will_never_come_changes_nothing_that_is_told(
        hello in any::<bool>(),
        records in prop::collection::vec((any::<bool>(), 0x14u8..=0x17, prop::collection::vec(any::<u8>(), 0..300)), 1..60),
        portion in 1usize..2000,
    ) {
        let direction = |from_client| if from_client { ClientToServer } else { ServerToClient };
        let mut parts: Vec<_> =
            records.iter().map(|(from, content, body)| (direction(*from), record(*content, body))).collect();
        if hello {
            let client_hello = [&[1, 0, 0, 41, 3, 3][..], &[7; 32], &[0, 0, 2, 0x13, 1, 1, 0]].concat();
            parts.insert(0, (ClientToServer, record(0x16, &client_hello)));
        }
        let stream = segments(&parts);
        prop_assert_eq!(read(&stream, &never_a_secret(), portion), read(&stream, &KeyLog::default(), portion));
    }
}

#[test]
fn data_that_no_secret_will_open_is_not_held() {
    let held = Budget::new(64 << 20);
    let mut tls = Tls::new(&Limits::default());
    let bytes = record(0x17, &[0xa5; 1000]);
    let mut told = 0;
    for number in 0..2000u64 {
        let offset = number * bytes.len() as u64;
        let packet = PacketId { number: number + 1, time: Timestamp::default() };
        let span = Span::of(packet, offset, bytes.len() as u64);
        let event = StreamEvent::Data { span, acked: None, bytes: &bytes };
        tls.push(ServerToClient, &event, &never_a_secret(), &held, &mut |event| {
            told += usize::from(matches!(event, TlsEvent::HelloMissing { at_limit: true, .. }));
        });
        assert!(held.used() < 1000, "{} bytes", held.used());
    }
    assert_eq!(told, 1, "as soon as it would have been too much to hold");
}
