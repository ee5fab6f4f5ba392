//! Frames and messages of whole sessions, from raw bytes.

use proptest::prelude::*;

use super::*;
use crate::base::{Budget, Direction, GapReason, PacketId, Span, StreamEvent, Timestamp};

const CLIENT: Direction = Direction::ClientToServer;
const SERVER: Direction = Direction::ServerToClient;

/// What a test wants to know of a session.
#[derive(Debug, Default, PartialEq, Clone)]
struct Seen {
    frames: Vec<SeenFrame>,
    missing: Vec<Vec<[u64; 2]>>,
    /// Opcode, payload, first and last frame, whether it is whole.
    messages: Vec<(u8, Vec<u8>, [u64; 2], bool)>,
    /// Whether each message is compressed.
    compressed: Vec<bool>,
    /// Bytes skipped and headers in a row, each time that frames were found again.
    found: Vec<(u64, u32)>,
    /// Whether the directions turned out to be the other way round.
    turned: bool,
    lost: usize,
    not_frames: usize,
}

/// Opcode, FIN, announced length, payload, part in the message and its number.
type SeenFrame = (u8, bool, u64, Vec<u8>, String, Option<u64>);

struct Feed {
    session: Session,
    held: Budget,
    offsets: crate::base::PerDirection<u64>,
    packet: u64,
    seen: Seen,
}

impl Feed {
    fn new(negotiated: Negotiated) -> Self {
        Self {
            session: Session::new(negotiated, Wanted { frame: 1 << 20, message: 1 << 20 }),
            held: Budget::new(1 << 30),
            offsets: Default::default(),
            packet: 0,
            seen: Seen::default(),
        }
    }

    fn event(&mut self, direction: Direction, length: u64, event: impl Fn(Span) -> StreamEvent<'static>) {
        let span = self.span(direction, length);
        let event = event(span);
        let Self { session, held, seen, .. } = self;
        session.push(direction, &event, held, &mut |event| see(seen, event));
    }

    fn span(&mut self, direction: Direction, length: u64) -> Span {
        self.packet += 1;
        let packet = PacketId { number: self.packet, time: Timestamp::from_nanos(self.packet as i64) };
        let span = Span::of(packet, self.offsets[direction], length);
        self.offsets[direction] += length;
        span
    }

    fn data(&mut self, direction: Direction, bytes: &[u8]) -> &mut Self {
        let span = self.span(direction, bytes.len() as u64);
        let event = StreamEvent::Data { span, acked: Some(0), bytes };
        let Self { session, held, seen, .. } = self;
        session.push(direction, &event, held, &mut |event| see(seen, event));
        self
    }

    fn gap(&mut self, direction: Direction, length: u64) -> &mut Self {
        self.event(direction, length, |span| StreamEvent::Gap { span, why: GapReason::Acknowledged });
        self
    }

    fn finish(mut self) -> Seen {
        let Self { session, held, seen, .. } = &mut self;
        session.finish(held, &mut |event| see(seen, event));
        assert_eq!(self.held.used(), 0, "everything is given back");
        self.seen
    }
}

fn see(seen: &mut Seen, event: SessionEvent<'_>) {
    match event {
        SessionEvent::Frame(frame) => {
            let header = &frame.header;
            let part = format!("{:?}", frame.membership.part);
            let payload = frame.payload.to_vec();
            let message = frame.membership.message;
            seen.frames.push((
                header.opcode.value(),
                header.fin,
                header.payload_length,
                payload,
                part,
                message,
            ));
            seen.missing.push(frame.missing.to_vec());
        }
        SessionEvent::Message(message) => {
            let opcode = message.header.opcode.value();
            seen.messages.push((opcode, message.payload.to_vec(), message.frames, message.whole));
            seen.compressed.push(message.compressed);
        }
        SessionEvent::Lost(_) => seen.lost += 1,
        SessionEvent::Found { skipped, evidence, turned, .. } => {
            seen.found.push((skipped, evidence.frames));
            seen.turned |= turned;
        }
        SessionEvent::NotAFrame { .. } => seen.not_frames += 1,
    }
}

/// A frame with the shortest header; masked if it has a key.
fn frame(first: u8, key: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let mask = if key.is_some() { 0x80 } else { 0 };
    let mut bytes = match payload.len() {
        length @ 0..=125 => vec![first, mask | length as u8],
        length @ 126..=0xffff => vec![first, mask | 126, (length >> 8) as u8, length as u8],
        length => [&[first, mask | 127][..], &(length as u64).to_be_bytes()].concat(),
    };
    let mut payload = payload.to_vec();
    if let Some(key) = key {
        bytes.extend(key);
        unmask(key, 0, &mut payload);
    }
    bytes.extend(payload);
    bytes
}

const KEY: Option<[u8; 4]> = Some([0x37, 0xfa, 0x21, 0x3d]);

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
        let mut feed = Feed::new(Negotiated { deflate, unknown_extension: false });
        feed.data(SERVER, &frame(0x41, None, b"x")).data(SERVER, &frame(0x80, None, b"y"));
        feed.data(SERVER, &frame(0x81, None, b"z"));
        assert_eq!(feed.finish().compressed, [deflate, false]);
    }
}

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
fn a_gap_over_a_header_damages_the_message_and_not_the_other_direction() {
    let mut feed = Feed::new(Negotiated::default());
    feed.data(CLIENT, &frame(0x01, KEY, b"begun")).gap(CLIENT, 1);
    feed.data(CLIENT, b"\x00\x01 nothing like a frame").data(SERVER, &frame(0x81, None, b"seen"));
    let seen = feed.finish();
    assert_eq!((seen.lost, seen.found.len()), (1, 0));
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
fn after_a_loss_a_continuation_is_no_orphan() {
    let mut feed = Feed::new(Negotiated::default());
    feed.gap(SERVER, 10).data(SERVER, &frame(0x00, None, b"middle")).data(SERVER, &frame(0x80, None, b"end"));
    feed.data(SERVER, &frame(0x81, None, b"a whole text")).data(SERVER, &frame(0x80, None, b"orphan"));
    let seen = feed.finish();
    let parts: Vec<&str> = seen.frames.iter().map(|frame| frame.4.as_str()).collect();
    assert_eq!(parts, ["AfterLoss", "AfterLoss", "First", "Orphan"]);
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
fn traffic_that_is_not_websocket_is_not_taken_for_it() {
    let texts = [
        &b"220 mail.example ESMTP\r\nEHLO client.example\r\n250-mail.example\r\n250 SIZE\r\nMAIL FROM:<a@b.example>\r\n"[..],
        b"*3\r\n$3\r\nSET\r\n$5\r\nmykey\r\n$7\r\nmyvalue\r\n+OK\r\n$5\r\nhello\r\n",
    ];
    let fill = (0..=255).map(|byte| vec![byte; 600]);
    let pairs = (0..=255).map(|byte| [0x82, byte].repeat(300));
    for text in texts.map(<[u8]>::to_vec).into_iter().chain(fill).chain(pairs) {
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

    #[test]
    fn no_bytes_and_no_gaps_panic(
        events in prop::collection::vec((any::<bool>(), prop::option::weighted(0.8, any::<Vec<u8>>()), 1..300u64), 0..20),
        deflate: bool,
    ) {
        let mut feed = Feed::new(Negotiated { deflate, unknown_extension: false });
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
