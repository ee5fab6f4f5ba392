//! Compressed messages (RFC 7692), whole and damaged, with and without the ones before them.

use flate2::{Compress, FlushCompress};

use super::*;

const HELLO: [u8; 7] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
/// "Hello" behind another "Hello".
const AGAIN: [u8; 5] = [0xf2, 0x00, 0x11, 0x00, 0x00];

fn deflate(agreed: Compression) -> Feed {
    let deflate = PerDirection { client: agreed, server: agreed };
    Feed::new(Negotiated { deflate: Some(deflate), unknown_extension: false })
}

fn usual() -> Feed {
    deflate(Compression::USUAL)
}

fn alone() -> Feed {
    deflate(Compression { context_takeover: false, ..Compression::USUAL })
}

fn inflated(length: u64) -> (Content, Option<u64>) {
    let content = Content::Inflated { length, assumed: false, taken_over: false, window_exceeded: None };
    (content, None)
}

fn undecoded(why: Undecoded) -> (Content, Option<u64>) {
    (Content::Undecoded(why), None)
}

fn lost(message: u64) -> (Content, Option<u64>) {
    undecoded(Undecoded::ContextLost { message: Some(message) })
}

impl Feed {
    fn server(&mut self, first: u8, payload: &[u8]) -> &mut Self {
        self.data(SERVER, &frame(first, None, payload))
    }
}

/// The payloads of data messages.
fn said(seen: &Seen) -> Vec<&[u8]> {
    seen.messages.iter().filter(|message| message.0 < 8).map(|message| message.1.as_slice()).collect()
}

#[test]
fn rfc7692_7_2_3_2_a_direction_takes_its_context_over_and_only_its_own() {
    let mut feed = usual();
    feed.server(0xc1, &HELLO).server(0x81, b"plain").server(0xc1, &AGAIN);
    feed.data(CLIENT, &frame(0xc1, KEY, &AGAIN));
    let seen = feed.finish();
    assert_eq!(said(&seen), [&b"Hello"[..], b"plain", b"Hello", b""]);
    assert_eq!(seen.contents[..3], [inflated(5), (Content::Plain, None), inflated(5)]);
    assert!(matches!(seen.contents[3].0, Content::Undecoded(Undecoded::Invalid { .. })));
}

#[test]
fn rfc7692_7_1_1_without_takeover_each_message_stands_alone() {
    let mut feed = alone();
    feed.server(0xc1, &HELLO).server(0xc1, &HELLO).server(0xc1, &AGAIN);
    let seen = feed.finish();
    assert_eq!(said(&seen), [b"Hello", b"Hello", b"Hello"]);
    let taken_over = Content::Inflated { length: 5, assumed: false, taken_over: true, window_exceeded: None };
    assert_eq!(seen.contents, [inflated(5), inflated(5), (taken_over, None)]);
}

#[test]
fn rfc7692_7_1_2_what_refers_beyond_the_agreed_window_is_shown_and_noted() {
    let mut feed = deflate(Compression { context_takeover: true, window_bits: 8 });
    feed.server(0xc1, &[0x4a, 0x4c, 0x1a, 0x05, 0x40, 0xff, 0x03, 0x00]);
    feed.server(0xc1, &[0x4a, 0x4c, 0x1a, 0x05, 0xc0, 0x30, 0x00, 0x00]);
    let exceeded =
        Content::Inflated { length: 263, assumed: false, taken_over: false, window_exceeded: Some(260) };
    assert_eq!(feed.finish().contents, [inflated(263), (exceeded, None)]);
}

#[test]
fn rfc7692_6_1_fragments_with_a_ping_between_and_empty_ones() {
    let mut feed = usual();
    feed.server(0x41, b"")
        .server(0x00, &HELLO[..3])
        .server(0x89, b"ping")
        .server(0x00, &HELLO[3..])
        .server(0x80, b"");
    let seen = feed.finish();
    assert_eq!(seen.messages[1], (1, b"Hello".to_vec(), [1, 5], true));
    assert_eq!(seen.contents[1], inflated(5));
    let completed: Vec<_> = seen.completed.iter().map(Option::as_deref).collect();
    assert_eq!(completed, [None, None, Some(&b"ping"[..]), None, Some(b"Hello")]);
}

#[test]
fn rfc7692_7_2_3_6_empty_messages_change_nothing() {
    let mut feed = usual();
    feed.server(0xc1, &HELLO).server(0xc1, b"").server(0xc1, b"\x00").server(0xc1, &AGAIN);
    assert_eq!(feed.finish().contents, [inflated(5), inflated(0), inflated(0), inflated(5)]);
}

#[test]
fn behind_missing_bytes_what_builds_on_them_is_not_known_and_all_else_is() {
    let mut feed = usual();
    let bytes = frame(0xc1, None, &HELLO);
    feed.server(0xc1, &HELLO).data(SERVER, &bytes[..4]).gap(SERVER, 2).data(SERVER, &bytes[6..]);
    feed.server(0xc1, &AGAIN).server(0xc1, &AGAIN);
    feed.server(0xc1, &HELLO).server(0xc1, &AGAIN);
    let seen = feed.finish();
    assert_eq!(
        seen.contents,
        [inflated(5), undecoded(Undecoded::MissingBytes), lost(2), lost(2), inflated(5), inflated(5)]
    );
    assert_eq!(said(&seen), [&b"Hello"[..], b"", b"", b"", b"Hello", b"Hello"]);
}

#[test]
fn behind_frames_that_were_lost_nobody_is_to_blame() {
    let mut feed = usual();
    feed.server(0xc1, &HELLO).gap(SERVER, 100);
    for _ in 0..3 {
        feed.server(0xc1, &[&AGAIN[..4], &[0x00]].concat())
            .server(0x81, b"some plain text, to be found again");
    }
    let seen = feed.finish();
    assert!(!seen.contents.is_empty());
    let nothing = undecoded(Undecoded::ContextLost { message: None });
    for content in seen.contents[1..].iter().filter(|content| content.0 != Content::Plain) {
        assert_eq!(*content, nothing);
    }
}

#[test]
fn rfc6455_5_4_a_compressed_message_that_was_interrupted_is_missing_for_later_ones() {
    let mut feed = usual();
    feed.server(0x41, &HELLO).server(0xc1, &AGAIN).server(0xc1, &HELLO);
    assert_eq!(feed.finish().contents, [undecoded(Undecoded::MissingBytes), lost(1), inflated(5)]);
}

#[test]
fn a_message_that_does_not_inflate_is_missing_for_later_ones() {
    let mut feed = usual();
    feed.server(0xc1, &HELLO).server(0xc1, b"Hello").server(0xc1, &AGAIN);
    let invalid = undecoded(Undecoded::Invalid { at: 4 });
    assert_eq!(feed.finish().contents, [inflated(5), invalid, lost(2)]);
}

#[test]
fn rfc7692_7_2_1_a_tail_that_was_not_removed_disturbs_nobody() {
    let mut feed = usual();
    feed.server(0xc1, &[&HELLO[..], &[0x00, 0x00, 0xff, 0xff]].concat()).server(0xc1, &AGAIN);
    assert_eq!(feed.finish().contents, [inflated(5), inflated(5)]);
}

#[test]
fn with_32_kib_known_behind_a_loss_nothing_before_it_matters() {
    let mut feed = usual();
    feed.server(0x41, &HELLO);
    let text = vec![b'x'; 32 << 10];
    feed.server(0xc1, &compressed(&mut compressor(), &text, false)).server(0xc1, b"Hello");
    let contents = feed.finish().contents;
    assert_eq!(contents[1], inflated(32 << 10));
    assert!(matches!(contents[2].0, Content::Undecoded(Undecoded::Invalid { .. })));
}

#[test]
fn without_handshake_inflating_is_tried_and_labelled() {
    let mut feed = usual();
    feed.session = Session::without_handshake(Wanted { frame: 99, message: 99 }, Demand::TOLD, false);
    for _ in 0..2 {
        feed.data(SERVER, &frame(0x81, None, b"a text that is plain to see"));
    }
    feed.server(0xc1, &AGAIN).server(0xc1, &HELLO).server(0xc1, &AGAIN);
    let seen = feed.finish();
    let assumed = Content::Inflated { length: 5, assumed: true, taken_over: false, window_exceeded: None };
    let unknown = undecoded(Undecoded::ContextLost { message: None });
    assert_eq!(seen.contents[2..], [unknown, (assumed, None), (assumed, None)]);
}

#[test]
fn caps_are_named_and_what_they_left_out_is_missing_for_later_messages() {
    let zeros = compressed(&mut compressor(), &[0; 1000], false);
    let feed = |limits: Limits| {
        let mut feed = usual();
        feed.scratch = Scratch::new(&limits);
        feed.server(0xc1, &HELLO).server(0xc2, &zeros).server(0xc1, &AGAIN);
        feed.finish()
    };
    let seen = feed(Limits { inflated: 100, ..Limits::default() });
    assert_eq!(seen.contents, [inflated(5), undecoded(Undecoded::Limit(Cap::Inflated)), lost(2)]);
    assert_eq!(said(&seen), [&b"Hello"[..], &[0; 100], b""], "the beginning is known");
    let seen = feed(Limits { payload: 7, ..Limits::default() });
    assert_eq!(seen.contents, [inflated(5), undecoded(Undecoded::Limit(Cap::Payload)), lost(2)]);
}

#[test]
fn rfc6455_8_1_what_is_no_text_before_a_cap_acted_is_none() {
    let mut feed = usual();
    feed.scratch = Scratch::new(&Limits { inflated: 5, ..Limits::default() });
    for text in ["ab\u{ff}cdef".as_bytes(), b"ab\xffcdef", b"abcd\xc3\xa9"] {
        feed.server(0xc1, &compressed(&mut compressor(), text, false));
    }
    let limit = Content::Undecoded(Undecoded::Limit(Cap::Inflated));
    assert_eq!(feed.finish().contents, [(limit, None), (limit, Some(2)), (limit, None)]);
}

#[test]
fn without_room_for_the_window_it_is_the_room_that_is_named() {
    let mut feed = usual();
    feed.session = Session::new(
        Negotiated { deflate: Some(PerDirection::default()), unknown_extension: false },
        Wanted::default(),
    );
    feed.held = Budget::new(64);
    feed.server(0xc1, &HELLO).server(0xc1, &AGAIN);
    assert_eq!(feed.finish().contents, [inflated(5), undecoded(Undecoded::Limit(Cap::HeldTotal))]);
}

#[test]
fn rfc6455_8_1_a_text_is_examined_as_a_whole() {
    let offsets = |feed: Feed| feed.finish().contents.iter().map(|content| content.1).collect::<Vec<_>>();
    let mut feed = usual();
    feed.server(0x01, b"a\xe2").server(0x00, b"\x82").server(0x80, b"\xac");
    feed.server(0x01, b"abc").server(0x80, b"\xe2\x82").server(0x82, b"\xff").server(0x01, b"\xff");
    feed.data(CLIENT, &frame(0x81, KEY, "schön".as_bytes())).data(CLIENT, &frame(0x81, KEY, b"sch\xf6n"));
    assert_eq!(offsets(feed), [None, Some(3), None, None, Some(3), Some(0)], "an unfinished one too");
    let mut feed = usual();
    let text = compressed(&mut compressor(), b"sch\xf6n", false);
    feed.server(0xc1, &text).server(0xc2, &text);
    assert_eq!(offsets(feed), [Some(3), None]);
    let mut feed = usual();
    let bytes = frame(0x81, None, b"ab\xe2\x82\xac");
    feed.data(SERVER, &bytes[..5]).gap(SERVER, 1).data(SERVER, &bytes[6..]);
    assert_eq!(offsets(feed), [None], "nothing is said about what is behind missing bytes");
}

fn compressor() -> Compress {
    Compress::new(flate2::Compression::default(), false)
}

/// A message as it goes on the wire (RFC 7692 §7.2.1).
fn compressed(zlib: &mut Compress, message: &[u8], takeover: bool) -> Vec<u8> {
    if message.is_empty() {
        return vec![0x00];
    }
    if !takeover {
        zlib.reset();
    }
    let mut wire = Vec::with_capacity(2 * message.len() + 100);
    zlib.compress_vec(message, &mut wire, FlushCompress::Sync).unwrap();
    assert!(wire.ends_with(&[0x00, 0x00, 0xff, 0xff]));
    wire.truncate(wire.len() - 4);
    wire
}

proptest! {
    #[test]
    fn rfc7692_7_2_any_messages_in_any_fragments_inflate_to_what_was_said(
        messages in prop::collection::vec((
            prop_oneof![
                prop::collection::vec(prop::sample::select(&b"abc "[..]), 0..2000),
                prop::collection::vec(any::<u8>(), 0..300),
                (0..50_000usize).prop_map(|length| b"0123456789abcdef".repeat(length / 16)),
            ],
            any::<bool>(),
            prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        ), 1..8),
        level in 0..=9u32,
        takeover: bool,
        step in 1..4000usize,
    ) {
        let mut zlib = Compress::new(flate2::Compression::new(level), false);
        let mut bytes = Vec::new();
        for (message, compress, cuts) in &messages {
            let wire = if *compress { compressed(&mut zlib, message, takeover) } else { message.clone() };
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(wire.len() + 1)).collect();
            at.extend([0, wire.len()]);
            at.sort_unstable();
            for (number, pair) in at.windows(2).enumerate() {
                let fin = if pair[1] == wire.len() && number + 2 == at.len() { 0x80 } else { 0 };
                let first = match number {
                    0 => if *compress { 0x42 } else { 0x02 },
                    _ => 0x00,
                };
                bytes.extend(frame(first | fin, KEY, &wire[pair[0]..pair[1]]));
            }
        }
        let agreed = Compression { context_takeover: takeover, window_bits: 15 };
        let (mut whole, mut cut) = (deflate(agreed), deflate(agreed));
        whole.data(CLIENT, &bytes);
        bytes.chunks(step).for_each(|chunk| {
            cut.data(CLIENT, chunk);
        });
        let (whole, cut) = (whole.finish(), cut.finish());
        let expected: Vec<&[u8]> = messages.iter().map(|(message, ..)| message.as_slice()).collect();
        prop_assert_eq!(said(&whole), expected);
        prop_assert!(whole.messages.iter().all(|message| message.3));
        prop_assert_eq!(whole, cut);
    }

    #[test]
    fn whatever_is_missing_nothing_is_shown_that_was_not_said_and_nobody_is_blamed(
        messages in prop::collection::vec(
            (prop::collection::vec(prop::sample::select(&b"abcd"[..]), 1..400), 1..30usize),
            1..20,
        ),
        missing in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        takeover: bool,
    ) {
        let mut zlib = compressor();
        let mut feed = deflate(Compression { context_takeover: takeover, window_bits: 15 });
        let missing: Vec<usize> = missing.iter().map(|index| index.index(messages.len())).collect();
        for (number, (message, times)) in messages.iter().enumerate() {
            let wire = compressed(&mut zlib, &message.repeat(*times), takeover);
            let bytes = frame(0xc2, None, &wire);
            if missing.contains(&number) {
                feed.data(SERVER, &bytes[..bytes.len() - 1]).gap(SERVER, 1);
            } else {
                feed.data(SERVER, &bytes);
            }
        }
        let seen = feed.finish();
        prop_assert_eq!(seen.contents.len(), messages.len());
        for (number, (content, _)) in seen.contents.iter().enumerate() {
            let (message, times) = &messages[number];
            let last = missing.iter().filter(|missing| **missing < number).max();
            match content {
                Content::Inflated { taken_over, .. } => {
                    prop_assert_eq!(&seen.messages[number].1, &message.repeat(*times));
                    prop_assert!(!taken_over);
                }
                Content::Undecoded(Undecoded::MissingBytes) => prop_assert!(missing.contains(&number)),
                Content::Undecoded(Undecoded::ContextLost { message: Some(lost) }) => {
                    prop_assert!(takeover);
                    prop_assert_eq!(last.map(|last| *last as u64 + 1), Some(*lost));
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
