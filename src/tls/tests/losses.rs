//! Captures that miss bytes: what is told was sent, and what is left out is told.

use proptest::prelude::*;

use super::harness::{Owned, Plain, Stream, Told, capture, lines, read};
use crate::base::Direction::{self, ClientToServer, ServerToClient};
use crate::base::{GapReason, PerDirection, Span};

/// The connections whose every line is answered.
fn answered() -> Vec<(Stream, super::super::KeyLog)> {
    let of = |name, count| {
        let (streams, _) = capture(name);
        streams.into_iter().take(count).map(move |stream| (stream, capture(name).1)).collect::<Vec<_>>()
    };
    of("tls12", 17).into_iter().chain(of("tls13", 8)).collect()
}

/// Data before a gap and behind an exact one stands where it was sent; behind others it is the end of what was sent.
fn assert_nothing_is_made_up(told: &Told, sent: &PerDirection<Vec<u8>>) {
    for from in Direction::BOTH {
        let sent = &sent[from];
        let mut behind: Option<Vec<u8>> = None;
        for plain in &told.plain[from] {
            match plain {
                Plain::Data { bytes, .. } if behind.is_some() => behind.as_mut().unwrap().extend(bytes),
                Plain::Data { offset, bytes, .. } => {
                    let at = *offset as usize;
                    assert_eq!(
                        sent.get(at..at + bytes.len()),
                        Some(&bytes[..]),
                        "{from:?} at {at}: {told:?}"
                    );
                }
                Plain::Gap { why: GapReason::Undecrypted, .. } => behind = Some(Vec::new()),
                Plain::Gap { offset, length, .. } => {
                    assert!(offset + length <= sent.len() as u64, "{from:?}: {told:?}")
                }
                Plain::End => {}
            }
        }
        assert!(behind.is_none_or(|behind| sent.ends_with(&behind)), "{from:?}: {told:?}");
        let whole = told.plain[from].iter().all(|plain| !matches!(plain, Plain::Gap { .. }));
        let text = told.text(from);
        assert!(!whole || text == *sent || !told.others.is_empty(), "{from:?} hides a loss: {told:?}");
    }
}

/// The stream without `length` bytes of one direction from `offset` on.
fn without(stream: &Stream, from: Direction, offset: u64, length: u64) -> Stream {
    let mut damaged = Vec::new();
    let end = offset + length;
    for (sender, event) in stream {
        let Owned::Data(span, acked, bytes) = event else {
            damaged.push((*sender, event.clone()));
            continue;
        };
        let (start, stop) =
            (offset.clamp(span.offset, span.end_offset()), end.clamp(span.offset, span.end_offset()));
        if *sender != from || start >= stop {
            damaged.push((*sender, event.clone()));
            continue;
        }
        let (before, missing) = (start - span.offset, stop - start);
        if before > 0 {
            damaged.push((
                *sender,
                Owned::Data(span.part(0, before), *acked, bytes[..before as usize].to_vec()),
            ));
        }
        damaged.push((*sender, Owned::Gap(span.part(before, missing), GapReason::Acknowledged)));
        let rest = bytes[(before + missing) as usize..].to_vec();
        if !rest.is_empty() {
            let span = span.part(before + missing, rest.len() as u64);
            damaged.push((*sender, Owned::Data(span, *acked, rest)));
        }
    }
    damaged
}

#[test]
fn each_lost_segment_loses_its_records_and_no_more() {
    let (said, answers) = lines();
    let sent = PerDirection { client: said, server: answers };
    for (stream, keys) in answered() {
        for lost in 0..stream.len() {
            let (from, Owned::Data(span, ..)) = &stream[lost] else { continue };
            let told = read(&without(&stream, *from, span.offset, span.length), &keys, usize::MAX);
            assert_nothing_is_made_up(&told, &sent);
            // The hellos are needed; all that stands behind them is read but for the records that are lost.
            let whole = read(&stream, &keys, usize::MAX);
            let last = whole.plain[*from].iter().rev().find_map(|plain| match plain {
                Plain::Data { first, .. } => Some(*first),
                Plain::Gap { .. } | Plain::End => None,
            });
            if last == Some(span.first) {
                continue;
            }
            if span.offset > 1500 || (*from == ClientToServer && span.offset > 600) {
                let end = told.text(*from);
                assert!(
                    end.ends_with(b"last\n") || end.ends_with(b"tsal\n") || told.hello.version.is_none(),
                    "{told:?}"
                );
            }
        }
    }
}

#[test]
fn rfc5288_what_is_lost_of_tls_1_2_with_aead_is_counted_exactly() {
    let (streams, keys) = capture("tls12");
    for stream in &streams[..7] {
        let plain = &read(stream, &keys, usize::MAX).plain;
        for lost in 0..stream.len() {
            let (from, Owned::Data(span, ..)) = &stream[lost] else { continue };
            // The lost packet carried data that had been preceded by other data.
            let whole = plain[*from].iter().find_map(|plain| match plain {
                Plain::Data { offset, first, bytes, .. } if *first == span.first && *offset > 0 => {
                    Some((*offset, bytes.len() as u64))
                }
                _ => None,
            });
            let Some((offset, length)) = whole.filter(|(offset, length)| offset + length < 761) else {
                continue;
            };
            let told = read(&without(stream, *from, span.offset, span.length), &keys, usize::MAX);
            let gap = Plain::Gap { offset, length, why: GapReason::Acknowledged };
            assert!(told.plain[*from].contains(&gap), "{told:?}");
        }
    }
}

#[test]
fn rfc8446_5_4_behind_padding_lengths_are_estimates() {
    let (streams, keys) = capture("tls13");
    for (number, why) in [(0, GapReason::Acknowledged), (6, GapReason::Undecrypted)] {
        let stream = &streams[number];
        let whole = read(stream, &keys, usize::MAX);
        let Plain::Data { first, offset, .. } = whole.plain.client[2].clone() else { panic!("{whole:?}") };
        let span = stream.iter().find_map(|(_, event)| match event {
            Owned::Data(span, ..) if span.first == first => Some(*span),
            _ => None,
        });
        let damaged = without(stream, ClientToServer, span.unwrap().offset, span.unwrap().length);
        let told = read(&damaged, &keys, usize::MAX);
        let Some(Plain::Gap { length, why: told_why, .. }) = told.plain.client.get(2) else {
            panic!("{told:?}")
        };
        assert_eq!((*told_why, *length == 701, offset), (why, number == 0, 28));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_hole_in_any_segmentation_makes_nothing_up(
        number in 0..25_usize,
        from in prop::sample::select(&Direction::BOTH[..]),
        offset in 0..3200_u64,
        length in 1..1200_u64,
        portion in 1..900_usize,
    ) {
        let name = if number < 17 { "tls12" } else { "tls13" };
        let (streams, keys) = capture(name);
        let stream = &streams[if number < 17 { number } else { number - 17 }];
        let (said, answers) = lines();
        let sent = PerDirection { client: said, server: answers };
        let told = read(&without(stream, from, offset, length), &keys, portion);
        assert_nothing_is_made_up(&told, &sent);
    }

    #[test]
    fn any_segmentation_gives_the_same(number in 0..22_usize, portion in 1..2000_usize) {
        let (streams, keys) = capture("tls12");
        let [mut whole, mut cut] = [usize::MAX, portion].map(|portion| read(&streams[number], &keys, portion));
        // A record in pieces may name the packets of all of them; here each segment is one packet.
        whole.records.sort_by_key(|(from, _)| from.sender());
        cut.records.sort_by_key(|(from, _)| from.sender());
        prop_assert_eq!(whole, cut);
    }
}

#[test]
fn rfc8446_7_3_without_the_server_hello_the_suite_is_found_by_trying() {
    let (said, answers) = lines();
    let (streams, keys) = capture("tls13");
    for (number, stream) in streams[..5].iter().enumerate() {
        let told = read(&without(stream, ServerToClient, 0, 90), &keys, usize::MAX);
        assert_eq!(told.hello.cipher_suite.map(|suite| suite.0), Some(0x1301 + number as u16));
        assert_eq!((told.text(ClientToServer), told.text(ServerToClient)), (said.clone(), answers.clone()));
        // Only the client was captured.
        let client: Stream = stream.iter().filter(|(from, _)| *from == ClientToServer).cloned().collect();
        assert_eq!(read(&client, &keys, usize::MAX).text(ClientToServer), said);
    }
}

#[test]
fn a_capture_that_begins_in_the_middle_says_which_hello_is_missing() {
    let (streams, keys) = capture("tls13");
    let data = |(_, event): &(Direction, Owned)| matches!(event, Owned::Data(span, ..) if span.offset > 2000);
    let stream: Stream =
        streams[0].iter().filter(|event| data(event) && event.0 == ServerToClient).cloned().collect();
    if stream.is_empty() {
        return;
    }
    let told = read(&stream, &keys, usize::MAX);
    assert_eq!(told.others, ["HelloMissing { from: ServerToClient, hello: ServerToClient, at_limit: false"]);
}

#[test]
fn of_packets_cut_too_short_for_any_hello_it_is_said_that_one_is_missing() {
    let (streams, keys) = capture("tls13");
    let mut stream = streams[0].clone();
    for from in Direction::BOTH {
        let begins: Vec<Span> = stream
            .iter()
            .filter_map(|(sender, event)| match event {
                Owned::Data(span, ..) if *sender == from => Some(*span),
                _ => None,
            })
            .collect();
        for span in begins.iter().filter(|span| span.length > 14) {
            stream = without(&stream, from, span.offset + 14, span.length - 14);
        }
    }
    let told = read(&stream, &keys, usize::MAX);
    assert_eq!(told.others, ["HelloMissing { from: ClientToServer, hello: ClientToServer, at_limit: false"]);
}
