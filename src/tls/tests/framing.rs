//! Records out of bytes and gaps (RFC 8446 §5.1).

use super::super::framer::{Framed, Framer};
use crate::base::{Budget, GapReason, PacketId, Span, StreamEvent, Timestamp};

/// A record of application data with so many times this byte.
fn record(length: u16, byte: u8) -> Vec<u8> {
    let [high, low] = length.to_be_bytes();
    let mut record = vec![0x17, 0x03, 0x03, high, low];
    record.resize(5 + usize::from(length), byte);
    record
}

/// What is told of bytes and, where there is `Err`, of so many missing ones: `(offset, length)` of records and of losses, the
/// latter with whether their header is known.
fn frame(parts: &[Result<Vec<u8>, u64>]) -> Vec<String> {
    let held = Budget::new(1 << 20);
    let (mut framer, mut offset, mut told) = (Framer::default(), 0, Vec::new());
    let mut out = |framed: Framed<'_>| {
        told.push(match framed {
            Framed::Record { body, span, .. } => {
                assert_eq!(span.length, body.len() as u64 + 5);
                format!("{}+{} [{}-{}]", span.offset, span.length, span.first, span.last)
            }
            Framed::Lost { span, header, .. } => {
                format!("lost {}+{}{}", span.offset, span.length, if header.is_some() { ", one" } else { "" })
            }
            Framed::End { .. } => "end".to_owned(),
        });
    };
    for (number, part) in (1..).zip(parts) {
        let packet = PacketId { number, time: Timestamp::default() };
        let length = part.as_ref().map_or_else(|length| *length, |bytes| bytes.len() as u64);
        let span = Span::of(packet, offset, length);
        offset = span.end_offset();
        let event = match part {
            Ok(bytes) => StreamEvent::Data { span, acked: None, bytes },
            Err(_) => StreamEvent::Gap { span, why: GapReason::Acknowledged },
        };
        framer.push(&event, &held, &mut out);
    }
    framer.finish(&held, &mut out);
    assert_eq!(held.used(), 0);
    told
}

#[test]
fn records_are_told_with_the_packets_that_carried_them() {
    let stream = [record(10, 1), record(20, 2), record(30, 3)].concat();
    let parts = [stream[..8].to_vec(), stream[8..17].to_vec(), stream[17..].to_vec()].map(Ok);
    assert_eq!(frame(&parts), ["0+15 [1-2]", "15+25 [2-3]", "40+35 [3-3]"]);
}

#[test]
fn a_hole_in_a_body_loses_one_record() {
    let (first, second) = (record(100, 1), record(10, 2));
    let parts = [Ok(first[..30].to_vec()), Err(50), Ok([&first[80..], &second].concat())];
    assert_eq!(frame(&parts), ["lost 0+105, one", "105+15 [3-3]"]);
    let parts = [Ok(first[..30].to_vec()), Err(75), Ok(second)];
    assert_eq!(frame(&parts), ["lost 0+105, one", "105+15 [3-3]"]);
}

#[test]
fn behind_a_hole_over_a_header_the_next_record_is_found() {
    let (first, second, third) = (record(100, 1), record(200, 2), record(10, 3));
    let behind = [&second[60..], &third, &third].concat();
    let parts = [Ok(first[..30].to_vec()), Err(135), Ok(behind)];
    assert_eq!(frame(&parts), ["lost 0+310", "310+15 [3-3]", "325+15 [3-3]"]);
}

#[test]
fn what_looks_like_a_header_in_a_body_is_none_if_nothing_follows_it() {
    let mut second = record(200, 2);
    second[100..105].copy_from_slice(b"\x17\x03\x03\x00\x09");
    let parts = [Err(50), Ok([&second[60..], &record(10, 3)].concat()), Ok(record(7, 4))];
    assert_eq!(frame(&parts), ["lost 0+195", "195+15 [2-2]", "210+12 [3-3]"]);
}

#[test]
fn a_record_that_the_stream_ends_in_is_no_loss() {
    assert_eq!(frame(&[Ok(record(10, 1)), Ok(record(10, 2)[..9].to_vec())]), ["0+15 [1-1]"]);
    assert_eq!(frame(&[Ok(record(10, 2)[..9].to_vec()), Err(3)]), ["lost 0+12, one"]);
}
