//! Frames and messages as they follow each other when nothing is lost.

use super::*;

#[test]
fn rfc6455_5_7_a_single_masked_text() {
    let mut feed = Feed::new(Negotiated::default());
    feed.data(CLIENT, &[0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);
    let seen = feed.finish();
    assert_eq!(seen.frames, [(1, true, 5, b"Hello".to_vec(), "First".into(), Some(1))]);
    assert_eq!(seen.messages, [(1, b"Hello".to_vec(), [1, 1], true)]);
}

#[test]
fn rfc6455_5_7_a_fragmented_text_with_a_ping_between() {
    let mut feed = Feed::new(Negotiated::default());
    feed.data(SERVER, &[0x01, 0x03, 0x48, 0x65, 0x6c, 0x89, 0x00, 0x80, 0x02, 0x6c, 0x6f]);
    let seen = feed.finish();
    let parts: Vec<_> = seen.frames.iter().map(|f| (f.0, f.4.as_str(), f.5)).collect();
    assert_eq!(parts, [(1, "First", Some(1)), (9, "Control", Some(2)), (0, "Continuing", Some(1))]);
    assert_eq!(seen.messages, [(9, vec![], [2, 2], true), (1, b"Hello".to_vec(), [1, 3], true)]);
}

#[test]
fn rfc6455_5_4_both_directions_join_for_themselves() {
    let mut feed = Feed::new(Negotiated::default());
    feed.data(CLIENT, &frame(0x01, KEY, b"and a "))
        .data(SERVER, &frame(0x01, None, b"A"))
        .data(CLIENT, &frame(0x00, KEY, b"happy new "))
        .data(SERVER, &frame(0x80, None, b"B"))
        .data(CLIENT, &frame(0x80, KEY, b"year!"));
    let seen = feed.finish();
    assert_eq!(
        seen.messages,
        [(1, b"AB".to_vec(), [2, 4], true), (1, b"and a happy new year!".to_vec(), [1, 5], true)]
    );
}

#[test]
fn rfc6455_5_4_an_empty_last_fragment_ends_the_message() {
    let mut feed = Feed::new(Negotiated::default());
    feed.data(SERVER, &frame(0x02, None, b"x")).data(SERVER, &frame(0x80, None, b""));
    assert_eq!(feed.finish().messages, [(2, b"x".to_vec(), [1, 2], true)]);
}

#[test]
fn rfc6455_5_4_a_continuation_of_nothing_is_an_orphan() {
    let mut feed = Feed::new(Negotiated::default());
    feed.data(CLIENT, &frame(0x80, KEY, b"x"));
    let seen = feed.finish();
    assert_eq!((seen.frames[0].4.as_str(), seen.frames[0].5), ("Orphan", None));
    assert!(seen.messages.is_empty());
}

#[test]
fn rfc6455_5_4_a_new_message_inside_a_fragmented_one_abandons_that() {
    let mut feed = Feed::new(Negotiated::default());
    feed.data(CLIENT, &frame(0x01, KEY, b"first")).data(CLIENT, &frame(0x81, KEY, b"second"));
    let seen = feed.finish();
    assert_eq!(seen.frames[1].4, "Interrupting");
    assert_eq!(seen.messages, [(1, b"first".to_vec(), [1, 1], false), (1, b"second".to_vec(), [2, 2], true)]);
}

#[test]
fn rfc6455_5_5_the_rest_of_a_fragmented_ping_is_no_orphan() {
    let mut feed = Feed::new(Negotiated::default());
    feed.data(CLIENT, &frame(0x09, KEY, b"pi")).data(CLIENT, &frame(0x80, KEY, b"ng"));
    let seen = feed.finish();
    assert_eq!((seen.frames[1].4.as_str(), seen.frames[1].5), ("OfControl", None));
}

#[test]
fn rfc6455_5_2_a_reserved_opcode_belongs_to_no_message() {
    let mut feed = Feed::new(Negotiated::default());
    feed.data(CLIENT, &frame(0x01, KEY, b"a"))
        .data(CLIENT, &frame(0x83, KEY, b"?"))
        .data(CLIENT, &frame(0x80, KEY, b"b"));
    let seen = feed.finish();
    assert_eq!((seen.frames[1].4.as_str(), seen.frames[1].5), ("Reserved", None));
    assert_eq!(seen.messages, [(1, b"ab".to_vec(), [1, 3], true)]);
}

#[test]
fn rfc7692_6_rsv1_marks_a_message_as_compressed_only_where_agreed() {
    for deflate in [true, false] {
        let mut feed =
            Feed::new(Negotiated { deflate: deflate.then(Default::default), unknown_extension: false });
        feed.data(SERVER, &frame(0x41, None, b"x")).data(SERVER, &frame(0x80, None, b"y"));
        feed.data(SERVER, &frame(0x81, None, b"z"));
        assert_eq!(feed.finish().compressed, [deflate, false]);
    }
}

#[test]
fn an_announced_length_of_2_to_the_63_costs_nothing() {
    let mut feed = Feed::new(Negotiated::default());
    feed.data(CLIENT, &[0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, b'x' ^ 1]);
    let used = feed.held.used();
    assert!(used < 1024, "{used}");
    let seen = feed.finish();
    assert_eq!(seen.frames, [(2, true, (1 << 63) - 1, b"x".to_vec(), "First".into(), Some(1))]);
    assert_eq!(seen.messages, [(2, b"x".to_vec(), [1, 1], false)]);
}

#[test]
fn text_where_a_frame_should_begin_is_no_frame() {
    for direction in Direction::BOTH {
        let mut feed = Feed::new(Negotiated::default());
        feed.data(direction, b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
        let seen = feed.finish();
        assert_eq!((seen.not_frames, seen.frames.len()), (1, 0));
    }
}

#[test]
fn a_frame_that_breaks_two_rules_is_still_a_frame() {
    let unmasked_and_reserved = frame(0x83, None, b"x");
    let reserved_bits_and_opcode = frame(0xc3, KEY, b"x");
    for bytes in [unmasked_and_reserved, reserved_bits_and_opcode] {
        let mut feed = Feed::new(Negotiated::default());
        feed.data(CLIENT, &bytes);
        assert_eq!(feed.finish().frames.len(), 1);
    }
}

#[test]
fn a_header_cut_by_the_end_is_no_frame() {
    let mut feed = Feed::new(Negotiated::default());
    feed.data(SERVER, &[0x82, 0x7e, 0x01]);
    assert!(feed.finish().frames.is_empty());
}

/// Frames of any kind, right and wrong.
fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let opcode = prop::sample::select(vec![0x0u8, 0x1, 0x2, 0x3, 0x8, 0x9, 0xa]);
    let payload = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..40),
        1 => prop::collection::vec(any::<u8>(), 126..300),
    ];
    (opcode, any::<bool>(), any::<Option<[u8; 4]>>(), payload)
        .prop_map(|(opcode, fin, key, payload)| frame(opcode | if fin { 0x80 } else { 0 }, key, &payload))
}

proptest! {
    #[test]
    fn any_cut_of_the_bytes_gives_the_same_frames_and_messages(
        frames in prop::collection::vec(any_frame(), 1..8),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let bytes = frames.concat();
        let mut whole = Feed::new(Negotiated::default());
        whole.data(CLIENT, &bytes);
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        at.extend([0, bytes.len()]);
        at.sort_unstable();
        let mut cut = Feed::new(Negotiated::default());
        for pair in at.windows(2) {
            cut.data(CLIENT, &bytes[pair[0]..pair[1]]);
        }
        let whole = whole.finish();
        prop_assert_eq!(whole.frames.len(), frames.len());
        prop_assert_eq!(cut.finish(), whole);
    }

    #[test]
    fn no_bytes_and_no_gaps_panic(
        events in prop::collection::vec((any::<bool>(), prop::option::weighted(0.8, any::<Vec<u8>>()), 1..300u64), 0..20),
        deflate: bool,
    ) {
        let mut feed = Feed::new(Negotiated { deflate: deflate.then(Default::default), unknown_extension: false });
        for (client, bytes, gap) in &events {
            let direction = if *client { CLIENT } else { SERVER };
            match bytes {
                Some(bytes) => feed.data(direction, bytes),
                None => feed.gap(direction, *gap),
            };
        }
        let seen = feed.finish();
        prop_assert!(seen.not_frames <= 2);
    }
}
