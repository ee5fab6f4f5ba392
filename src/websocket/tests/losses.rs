//! Losses, and frames found by evidence.

use super::*;

#[test]
fn a_gap_inside_a_payload_is_skipped_exactly() {
    let bytes = frame(0x81, KEY, b"0123456789");
    let mut feed = Feed::new(Negotiated::default());
    feed.data(CLIENT, &bytes[..8]).gap(CLIENT, 3).data(CLIENT, &bytes[11..]);
    feed.data(CLIENT, &frame(0x81, KEY, b"next"));
    let seen = feed.finish();
    assert_eq!(seen.frames[0].3, b"0156789");
    assert_eq!(seen.missing[0], [[2, 3]]);
    assert_eq!(seen.messages[0], (1, b"0156789".to_vec(), [1, 1], false));
    assert_eq!(seen.messages[1], (1, b"next".to_vec(), [2, 2], true));
}

#[test]
fn behind_a_gap_of_unknown_length_the_next_frame_is_searched_for() {
    let bytes = frame(0x81, KEY, b"0123456789");
    let mut feed = Feed::new(Negotiated::default());
    // The length is only an estimate: skipped exactly, it would make a frame of what follows.
    feed.data(CLIENT, &bytes[..8])
        .event(CLIENT, 3, |span| StreamEvent::Gap { span, why: GapReason::Undecrypted });
    feed.data(CLIENT, &frame(0x81, KEY, b"the next text")).data(CLIENT, &frame(0x81, KEY, b"and one more"));
    let seen = feed.finish();
    assert_eq!(seen.missing[0], [[2, 8]]);
    let texts: Vec<&[u8]> = seen.messages.iter().map(|message| &message.1[..]).collect();
    assert_eq!(texts, [&b"01"[..], b"the next text", b"and one more"]);
    assert_eq!((seen.lost, seen.found), (1, vec![(0, 1)]));
}

#[test]
fn a_gap_over_a_header_damages_the_message_and_not_the_other_direction() {
    let mut feed = Feed::new(Negotiated::default());
    feed.data(CLIENT, &frame(0x01, KEY, b"begun")).gap(CLIENT, 1);
    feed.data(CLIENT, b"\x00\x01 nothing like a frame").data(SERVER, &frame(0x81, None, b"seen"));
    let seen = feed.finish();
    assert_eq!((seen.lost, seen.found.len(), seen.not_found), (1, 0, 23));
    assert_eq!(seen.messages, [(1, b"begun".to_vec(), [1, 1], false), (1, b"seen".to_vec(), [2, 2], true)]);
}

#[test]
fn after_a_gap_over_a_header_frames_are_found_again() {
    let mut feed = Feed::new(Negotiated::default());
    let lost = frame(0x82, KEY, &[0xa5; 300]);
    feed.gap(CLIENT, 20).data(CLIENT, &lost[20..]);
    feed.data(CLIENT, &frame(0x81, KEY, b"found again")).data(CLIENT, &frame(0x89, KEY, b"ping"));
    let seen = feed.finish();
    let payloads: Vec<&[u8]> = seen.frames.iter().map(|frame| frame.3.as_slice()).collect();
    assert_eq!(payloads, [&b"found again"[..], b"ping"]);
    assert_eq!(
        (seen.lost, seen.found[0].0),
        (1, lost.len() as u64 - 20),
        "the rest of the lost frame is skipped"
    );
}

#[test]
fn a_gap_of_any_length_costs_nothing() {
    let mut feed = Feed::new(Negotiated::default());
    feed.gap(CLIENT, 1 << 40).data(CLIENT, &frame(0x81, KEY, b"behind the gap"));
    feed.data(CLIENT, &frame(0x81, KEY, b"and further on"));
    assert_eq!(feed.finish().frames.len(), 2);
}

#[test]
fn events_left_out_while_searching_cost_nothing() {
    let mut feed = Feed::new(Negotiated::default());
    feed.gap(CLIENT, 10).data(CLIENT, b"nothing like a frame");
    feed.offsets[CLIENT] += 1 << 59;
    feed.data(CLIENT, &frame(0x81, KEY, b"behind the jump"))
        .data(CLIENT, &frame(0x81, KEY, b"and further on"));
    assert_eq!(feed.finish().frames.len(), 2);
}

#[test]
fn after_a_loss_a_continuation_is_no_orphan() {
    let mut feed = Feed::new(Negotiated::default());
    feed.gap(SERVER, 10).data(SERVER, &frame(0x00, None, b"middle")).data(SERVER, &frame(0x80, None, b"end"));
    // An orphan so soon would say that the place is wrong.
    for _ in 0..20 {
        feed.data(SERVER, &frame(0x81, None, b"a whole text"));
    }
    feed.data(SERVER, &frame(0x80, None, b"orphan"));
    let seen = feed.finish();
    let parts: Vec<&str> = seen.frames.iter().map(|frame| frame.4.as_str()).collect();
    assert_eq!(
        (&parts[..3], &parts[21..]),
        (&["AfterLoss", "AfterLoss", "First"][..], &["First", "Orphan"][..])
    );
}

#[test]
fn frames_cut_by_the_snap_length_are_followed_by_their_headers() {
    let mut feed = Feed::new(Negotiated::default());
    feed.gap(SERVER, 7);
    for length in [1000, 300, 500, 1000] {
        let bytes = frame(0x82, None, &vec![0; length]);
        feed.data(SERVER, &bytes[..60]).gap(SERVER, bytes.len() as u64 - 60);
    }
    let seen = feed.finish();
    assert_eq!(seen.missing, [[[56, 944]], [[56, 244]], [[56, 444]], [[56, 944]]]);
}

#[test]
fn without_a_handshake_the_mask_tells_the_sides() {
    let mut feed = Feed::new(Negotiated::default());
    let wanted = Wanted { frame: 1 << 20, message: 1 << 20 };
    feed.session = Session::without_handshake(wanted, Demand::UNKNOWN_TRAFFIC, true);
    // What is taken for the server's direction is masked.
    for text in [&b"first message"[..], b"second message", b"third message"] {
        feed.data(SERVER, &frame(0x81, KEY, text));
    }
    let seen = feed.seen;
    assert_eq!(seen.messages.len(), 3);
    assert!(seen.turned);
}

#[test]
fn frames_found_in_one_direction_lower_the_demand_on_the_other_at_once() {
    let mut feed = Feed::new(Negotiated::default());
    feed.session =
        Session::without_handshake(Wanted { frame: 100, message: 100 }, Demand::UNKNOWN_TRAFFIC, false);
    feed.data(CLIENT, &frame(0x81, KEY, b"a text of the client"));
    feed.data(CLIENT, &frame(0x82, KEY, b"and bytes of the client"));
    assert!(feed.seen.frames.is_empty());
    for text in [&b"first of the server"[..], b"second, of the server", b"third"] {
        feed.data(SERVER, &frame(0x81, None, text));
    }
    assert_eq!(feed.seen.frames.len(), 5, "before anything else comes from the client");
}

#[test]
fn traffic_that_is_not_websocket_is_not_taken_for_it() {
    let texts = [
        &b"220 mail.example ESMTP\r\nEHLO client.example\r\n250-mail.example\r\n250 SIZE\r\nMAIL FROM:<a@b.example>\r\n"[..],
        b"*3\r\n$3\r\nSET\r\n$5\r\nmykey\r\n$7\r\nmyvalue\r\n+OK\r\n$5\r\nhello\r\n",
    ];
    let fill = (0..=255).map(|byte| vec![byte; 600]);
    let pairs = (0..=255).map(|byte| [0x82, byte].repeat(300));
    let postgresql = b"T\0\0\0\x1b\0\x01x\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0Z\0\0\0\x05I".repeat(500);
    let http2 =
        (0..500u64).flat_map(|n| [&b"\0\0\x08\x06\x01\0\0\0\0"[..], &n.to_be_bytes()].concat()).collect();
    let mongodb = (0..500u32)
        .flat_map(|n| [60, n, 0, 2013].map(u32::to_le_bytes).concat().into_iter().chain([0; 44]))
        .collect();
    // Continuations of messages that had ended, over and over.
    let periodic = b"\x80\x05abcde\x82\x03xyz".repeat(200);
    let others = texts.map(<[u8]>::to_vec).into_iter().chain([postgresql, http2, mongodb, periodic]);
    for text in others.chain(fill).chain(pairs) {
        let mut feed = Feed::new(Negotiated::default());
        feed.session = Session::without_handshake(Wanted::default(), Demand::UNKNOWN_TRAFFIC, true);
        for chunk in text.chunks(48) {
            feed.data(CLIENT, chunk);
        }
        let seen = feed.finish();
        assert!(seen.frames.is_empty(), "{text:?}");
    }
}

#[test]
fn a_gap_beyond_the_end_of_a_frame_ends_the_frame() {
    let bytes = frame(0x82, None, b"0123456789");
    let mut feed = Feed::new(Negotiated::default());
    feed.data(SERVER, &bytes[..6]).gap(SERVER, 100).data(SERVER, b"no frame");
    let seen = feed.finish();
    assert_eq!((seen.lost, seen.frames.len()), (1, 1));
    assert_eq!(seen.missing[0], [[4, 6]]);
}

/// A masked text, as a client sends it.
fn any_text_frame() -> impl Strategy<Value = Vec<u8>> {
    (any::<[u8; 4]>(), "[a-zA-Z0-9 {}:,]{8,200}")
        .prop_map(|(key, text)| frame(0x81, Some(key), text.as_bytes()))
}

/// Bytes without a pattern (splitmix64).
fn random_bytes(seed: [u8; 32], count: usize) -> Vec<u8> {
    let mut state = u64::from_le_bytes(seed[..8].try_into().unwrap());
    let words = std::iter::repeat_with(|| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)).to_le_bytes()
    });
    words.flatten().take(count).collect()
}

proptest! {
    #[test]
    fn behind_any_loss_every_frame_that_comes_whole_is_found_or_skipped_and_none_invented(
        frames in prop::collection::vec(any_text_frame(), 6..12),
        lost in 1..4usize,
    ) {
        let mut feed = Feed::new(Negotiated::default());
        let bytes: usize = frames[..lost].iter().map(Vec::len).sum();
        feed.gap(CLIENT, bytes as u64);
        frames[lost..].iter().for_each(|frame| {
            feed.data(CLIENT, frame);
        });
        let seen = feed.finish();
        prop_assert_eq!(seen.frames.len(), frames.len() - lost);
        prop_assert_eq!(seen.found.as_slice().first().map(|found| found.0), Some(0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn random_bytes_are_not_taken_for_websocket(seed: [u8; 32], chunk in 1..1500usize) {
        let bytes = random_bytes(seed, 20_000);
        let mut feed = Feed::new(Negotiated::default());
        feed.session = Session::without_handshake(Wanted::default(), Demand::UNKNOWN_TRAFFIC, true);
        bytes.chunks(chunk).for_each(|chunk| {
            feed.data(SERVER, chunk);
        });
        prop_assert!(feed.finish().frames.is_empty());
    }
}
