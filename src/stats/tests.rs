use std::net::SocketAddr;

use super::*;
use crate::base::{Direction, PacketId, PerDirection, Span, Timestamp};
use crate::record::{
    Close, Connection, EndedBy, Ends, FindingCounts, Message, Payload, Place, Protocol, Record, SidesKnownBy,
    Silence, Text, Verdict,
};
use crate::websocket::{FrameHeader, Opcode};
use Direction::{ClientToServer as Client, ServerToClient as Server};

const MILLI: i64 = 1_000_000;

fn ends() -> Ends {
    let address = |text: &str| text.parse::<SocketAddr>().unwrap();
    Ends { client: address("[::1]:50000"), server: address("10.0.0.1:443") }
}

fn place(stream: u64, millis: i64) -> Place {
    let time = Timestamp::from_nanos(millis * MILLI);
    Place { stream, packet: millis as u64, time, time_relative: 0.0 }
}

/// A whole message, at so many milliseconds.
fn message<'a>(stream: u64, millis: i64, from: Direction, opcode: Opcode, payload: &'a [u8]) -> Message<'a> {
    let place = place(stream, millis);
    let length = payload.len() as u64;
    let packet = PacketId { number: place.packet, time: place.time };
    Message {
        place,
        ends: ends(),
        from,
        number: 1,
        span: Span::of(packet, 0, length + 2),
        header: FrameHeader {
            fin: true,
            rsv1: false,
            rsv2: false,
            rsv3: false,
            opcode,
            masking_key: None,
            payload_length: length,
            header_length: 2,
        },
        frames: [1, 1],
        compressed: false,
        assumed: false,
        undecoded: None,
        wire_length: length,
        length: Some(length),
        payload: Some(Payload::Bytes(payload)),
        complete: true,
        truncated: false,
        close: None,
        fragments: 1,
        missing: &[],
        ping_nanos: None,
    }
}

fn connection(stream: u64, millis: i64) -> Connection<'static> {
    Connection {
        place: place(stream, millis),
        ends: ends(),
        sides_known_by: SidesKnownBy::Syn,
        tls: None,
        tcp_handshake_nanos: Some(MILLI),
        tcp: PerDirection::default(),
        silence: Silence { nanos: stream, packet: 1 },
        protocol: Protocol::Websocket,
        switched_to: None,
        opened: Timestamp::from_nanos(0),
        closed: None,
        ended_by: EndedBy::Open,
        close: Some((Close { code: Some(1000), reason: Some(Text(b"bye")) }, Client)),
        frames: 3,
        messages: 3,
        payload_bytes: PerDirection { client: 5, server: 7 },
        missing_bytes: PerDirection::default(),
        findings: FindingCounts::default(),
        verdict: Some(Verdict::Pass),
    }
}

fn collected(records: &[Record<'_>]) -> Stats {
    let mut collector = Collector::new(Order::default(), LISTED);
    records.iter().for_each(|record| collector.record(record, true));
    collector.finish()
}

fn only(stats: &Stats) -> &ConnectionStats {
    let [connection] = stats.connections.as_slice() else { panic!("{stats:?}") };
    connection
}

#[test]
fn messages_are_counted_by_side_and_opcode_and_their_gaps_measured() {
    let stats = collected(&[
        Record::Message(message(4, 10, Client, Opcode::Text, b"hello")),
        Record::Message(message(4, 40, Server, Opcode::Binary, b"1234567")),
        Record::Message(message(4, 100, Server, Opcode::Ping, b"")),
        Record::Message(message(4, 110, Server, Opcode::Text, b"")),
        Record::Connection(connection(4, 150)),
    ]);
    let Measures { said, sizes, gaps, duration, .. } = &only(&stats).measures;
    assert_eq!(said.client, Said { text: 1, bytes: 5, ..Said::default() });
    assert_eq!(said.server, Said { text: 1, binary: 1, ping: 1, bytes: 7, ..Said::default() });
    let sizes = sizes.as_ref().unwrap();
    assert_eq!((sizes.count, sizes.min, sizes.max, sizes.percentiles), (3, 0, 7, Some([5, 7, 7])));
    let gaps = gaps.as_ref().unwrap();
    assert_eq!((gaps.count, gaps.min, gaps.max), (1, 70 * MILLI as u64, 70 * MILLI as u64));
    assert_eq!(*duration, 150 * MILLI as u64);
    assert_eq!((stats.total.measures.said, stats.total.connections), (*said, 1));
    assert_eq!(stats.total.close_codes.into_iter().collect::<Vec<_>>(), [(Some(1000), 1)]);
}

#[test]
fn the_longest_silence_of_all_names_its_connection() {
    let stats = collected(&[3, 9, 5].map(|stream| Record::Connection(connection(stream, 5))));
    let Measures { silence, silence_stream, .. } = stats.total.measures;
    assert_eq!((silence.nanos, silence_stream), (9, 9));
}

#[test]
fn messages_of_one_side_that_become_known_late_leave_no_gap_and_no_ping_unanswered() {
    let stats = collected(&[
        Record::Message(message(0, 50, Server, Opcode::Pong, b"x")),
        Record::Message(message(0, 60, Server, Opcode::Text, b"")),
        Record::Message(message(0, 10, Client, Opcode::Text, b"")),
        Record::Message(message(0, 40, Client, Opcode::Ping, b"x")),
        Record::Message(message(0, 45, Client, Opcode::Text, b"")),
        Record::Connection(connection(0, 70)),
    ]);
    let measures = &only(&stats).measures;
    assert_eq!(measures.gaps.as_ref().map(|it| (it.count, it.min)), Some((1, 35 * MILLI as u64)));
    let round_trips = measures.round_trips.as_ref().map(|it| (it.count, it.max));
    assert_eq!((round_trips, measures.unanswered_pings), (Some((1, 10 * MILLI as u64)), 0));
}

#[test]
fn the_length_of_a_message_that_is_not_whole_is_not_made_up() {
    let whole = message(0, 1, Client, Opcode::Binary, b"12345");
    let cut = Message { complete: false, span: Span { length: 4, ..whole.span }, ..whole.clone() };
    let snapped = Message { complete: false, ..whole.clone() };
    let unfinished = Message { complete: false, frames: [1, 2], ..whole.clone() };
    let unread = Message { complete: false, compressed: true, length: None, ..whole.clone() };
    let stats = collected(&[
        Record::Message(cut),
        Record::Message(snapped),
        Record::Message(unfinished),
        Record::Message(unread),
        Record::Connection(connection(0, 9)),
    ]);
    let said = only(&stats).measures.said.client;
    assert_eq!(said, Said { binary: 4, bytes: 5, unmeasured: 3, ..Said::default() });
    assert_eq!(
        only(&stats).measures.sizes.as_ref().map(|sizes| sizes.count),
        Some(1),
        "the snapped one was sent whole"
    );
    assert_eq!(only(&stats).measures.compressed, Compressed::default());
}

#[test]
fn compression_is_measured_on_what_could_be_inflated() {
    let plain = message(0, 1, Client, Opcode::Text, b"12345");
    let compressed = Message { compressed: true, length: Some(50), ..plain.clone() };
    let stats = collected(&[
        Record::Message(plain),
        Record::Message(compressed),
        Record::Connection(connection(0, 9)),
    ]);
    let measures = &only(&stats).measures;
    assert_eq!(measures.compressed, Compressed { messages: 1, sent: 5, inflated: 50 });
    assert_eq!(measures.said.client.bytes, 55);
}

#[test]
fn a_filter_decides_which_messages_and_connections_count_and_pongs_answer_all_the_same() {
    let mut collector = Collector::new(Order::default(), LISTED);
    for (record, selected) in [
        (Record::Message(message(0, 10, Client, Opcode::Ping, b"a")), true),
        (Record::Message(message(0, 15, Server, Opcode::Pong, b"a")), false),
        (Record::Message(message(0, 20, Client, Opcode::Ping, b"b")), false),
        (Record::Message(message(0, 30, Client, Opcode::Text, b"text")), false),
        (Record::Message(message(1, 30, Client, Opcode::Text, b"text")), false),
        (Record::Connection(connection(0, 40)), false),
        (Record::Connection(connection(1, 40)), false),
    ] {
        collector.record(&record, selected);
    }
    let stats = collector.finish();
    let measures = &only(&stats).measures;
    assert_eq!(measures.said.client, Said { ping: 1, bytes: 1, ..Said::default() });
    assert_eq!(measures.round_trips.as_ref().map(|it| (it.count, it.max)), Some((1, 5 * MILLI as u64)));
    assert_eq!((measures.unanswered_pings, measures.frames), (0, 3));
    assert_eq!((stats.total.connections, stats.total.tcp_connections), (1, 2));
}

#[test]
fn what_is_no_websocket_is_only_counted() {
    let other = Connection { protocol: Protocol::Tls, verdict: None, ..connection(0, 5) };
    let stats = collected(&[Record::Connection(other)]);
    assert_eq!((stats.connections.len(), stats.total.connections, stats.total.tcp_connections), (0, 0, 1));
}

#[test]
fn of_very_many_connections_those_are_listed_that_come_first_and_all_are_counted() {
    let order: Order = "duration:desc".parse().unwrap();
    let mut collector = Collector::new(order, 3);
    for stream in 0..1000 {
        // 7 and 1000 have no common divisor, so each duration comes once.
        collector.record(&Record::Connection(connection(stream, (stream * 7 % 1000) as i64)), true);
    }
    let stats = collector.finish();
    let durations: Vec<u64> =
        stats.connections.iter().map(|it| it.measures.duration / MILLI as u64).collect();
    assert_eq!(durations, [999, 998, 997]);
    assert_eq!((stats.total.connections, stats.total.not_listed), (1000, 997));
    assert_eq!(stats.total.measures.frames, 3000);
}

#[test]
fn what_is_not_known_comes_last_in_both_orders() {
    let records: Vec<Record<'_>> = [None, Some(2), Some(1)]
        .into_iter()
        .zip(0..)
        .map(|(nanos, stream)| {
            Record::Connection(Connection { tcp_handshake_nanos: nanos, ..connection(stream, 5) })
        })
        .collect();
    for (order, expected) in
        [("tcp_handshake", [2, 1, 0]), ("tcp_handshake:desc", [1, 2, 0]), ("client:asc", [0, 1, 2])]
    {
        let mut collector = Collector::new(order.parse().unwrap(), LISTED);
        records.iter().for_each(|record| collector.record(record, true));
        let streams: Vec<u64> = collector.finish().connections.iter().map(|it| it.stream).collect();
        assert_eq!(streams, expected, "{order}");
    }
}

#[test]
fn an_order_that_does_not_exist_gets_a_suggestion() {
    let error = |text: &str| text.parse::<Order>().unwrap_err();
    assert!(
        error("ping_medain")
            .starts_with("there is no such column; did you mean `ping_median`?\nthe columns are stream,")
    );
    assert!(error("bytes:up").contains("`desc`"));
    assert!(!error(&"x".repeat(100_000)).contains("did you mean"));
}

#[test]
fn columns_have_names_of_their_own() {
    let mut keys: Vec<&str> = COLUMNS.iter().map(|column| column.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), COLUMNS.len());
    assert!(
        keys.iter().all(|key| key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
    );
}
