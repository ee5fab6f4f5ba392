//! Memory: flat on a long capture, under a stated ceiling on a hostile one, and no allocation for each packet.
//!
//! A binary of its own, because the crate that counts allocations replaces the global allocator. It counts those of the
//! current thread, so that the cases do not disturb each other. Nothing here measures time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

use std::hint::black_box;
use std::io;

use allocation_counter::{AllocationInfo, measure};
use flate2::{Compress, Compression, FlushCompress};
use sockeye::analyzer::{Analyzer, Options, Rows};
use sockeye::base::{Limits, Timestamp};
use sockeye::capture::{LinkType, Packet};
use sockeye::filter::Filter;
use sockeye::record::Record;
use sockeye::report::{Json, Report};
use sockeye::stats::{Collector, Order};

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;
const FIN: u8 = 0x01;
const REQUEST: &[u8] = b"GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// What every analysis takes, whatever it reads.
const SMALL: u64 = 256 * KIB;
/// What a connection takes that holds no payload: 400 MiB if there are as many as the default allows.
const CONNECTION: u64 = 3 * KIB;
/// What a connection leaves behind that has ended; 4096 of them are remembered. A table that grows has up to twice the
/// room, and while it moves half of that once more.
const ENDED: u64 = 3 * 700;
/// What `sockeye stats` takes beside that for each connection, with a hundred messages of different lengths.
const STATISTICS: u64 = 6 * KIB;
/// What is remembered of bytes handed on, of all connections together: `history_total`.
const HISTORY: u64 = 2 * MIB;
/// What a payload of 16 MiB takes with its line of JSON, which is copied while it grows.
const LONGEST_ROW: u64 = 72 * MIB;
/// What searching for frames behind a loss takes.
const SEARCH: u64 = 2 * MIB;
/// What inflating takes, once for all connections.
const INFLATER: u64 = 192 * KIB;
/// What a capture ten times as long may take beyond the shorter one: numbers have more digits.
const SLACK: u64 = KIB;

/// From packets to JSON Lines, one packet a millisecond. Packets are raw IPv4, written into the same memory.
struct Analysis {
    analyzer: Analyzer,
    json: Json,
    /// What `sockeye stats` measures, if it shall.
    stats: Option<Collector>,
    /// What each record is held against.
    filters: Vec<Filter>,
    packet: Vec<u8>,
    millis: i64,
}

/// A connection from this end to port 3000 of 10.0.0.2, with the next sequence numbers of client and server.
struct Tcp {
    client: ([u8; 4], u16),
    next: [u32; 2],
}

impl Tcp {
    /// The connection of this number: 50,000 from each address.
    fn new(number: u32) -> Self {
        let address = (0x0b00_0000 + number / 50_000).to_be_bytes();
        Self { client: (address, 10_000 + (number % 50_000) as u16), next: [1000, 5000] }
    }
}

impl Analysis {
    fn new(options: Options) -> Self {
        let analyzer = Analyzer::new(options);
        Self {
            analyzer,
            json: Json::lines(),
            stats: None,
            filters: Vec::new(),
            packet: Vec::new(),
            millis: 0,
        }
    }

    fn opened(&mut self, number: u32) -> Tcp {
        let mut tcp = Tcp::new(number);
        self.segment(&mut tcp, 0, SYN, b"");
        self.segment(&mut tcp, 1, SYN | ACK, b"");
        self.segment(&mut tcp, 0, ACK, b"");
        tcp
    }

    fn websocket(&mut self, number: u32) -> Tcp {
        self.agreed(number, b"")
    }

    /// A connection whose handshake agreed on permessage-deflate.
    fn compressing(&mut self, number: u32) -> Tcp {
        self.agreed(number, b"Sec-WebSocket-Extensions: permessage-deflate\r\n")
    }

    fn agreed(&mut self, number: u32, field: &[u8]) -> Tcp {
        let mut tcp = self.opened(number);
        for (from, head) in [REQUEST, RESPONSE].into_iter().enumerate() {
            let head = [head.strip_suffix(b"\r\n").unwrap(), field, b"\r\n"].concat();
            self.segment(&mut tcp, from, ACK, &head);
        }
        tcp
    }

    fn closed(&mut self, mut tcp: Tcp) {
        self.segment(&mut tcp, 0, FIN | ACK, b"");
        self.segment(&mut tcp, 1, FIN | ACK, b"");
        self.segment(&mut tcp, 0, ACK, b"");
    }

    /// `from` is 0 for the client. A total length of 0, as offload writes it, leaves room for any payload.
    fn segment(&mut self, tcp: &mut Tcp, from: usize, flags: u8, payload: &[u8]) {
        let ends = [tcp.client, ([10, 0, 0, 2], 3000)];
        let ((source, source_port), (destination, destination_port)) = (ends[from], ends[1 - from]);
        let acknowledgment = if flags & ACK == 0 { 0 } else { tcp.next[1 - from] };
        self.packet.clear();
        self.packet.extend([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0]);
        self.packet.extend(source.into_iter().chain(destination));
        self.packet.extend(source_port.to_be_bytes().into_iter().chain(destination_port.to_be_bytes()));
        self.packet.extend(tcp.next[from].to_be_bytes().into_iter().chain(acknowledgment.to_be_bytes()));
        self.packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        self.packet.extend_from_slice(payload);
        let counted = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        tcp.next[from] = tcp.next[from].wrapping_add(counted);
        self.push();
    }

    /// A fragment of an IP datagram that carries 8 bytes and is not its last.
    fn fragment(&mut self, id: u16, block: u16) {
        self.packet.clear();
        self.packet.extend([0x45, 0, 0, 28]);
        self.packet.extend(id.to_be_bytes().into_iter().chain((0x2000 | block).to_be_bytes()));
        self.packet.extend([64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
        self.push();
    }

    fn push(&mut self) {
        let Self { analyzer, json, stats, filters, packet, millis } = self;
        *millis += 1;
        let time = Timestamp::from_nanos(*millis * 1_000_000);
        let original_length = packet.len() as u32;
        let packet = Packet { time, link_type: LinkType::RAW, original_length, data: packet };
        analyzer.push(&packet, &mut |record| {
            json.record(record, &mut io::sink()).unwrap();
            stats.iter_mut().for_each(|stats| stats.record(record, true));
            filters.iter().for_each(|filter| _ = black_box(filter.matches(record)));
        });
    }

    /// Ends the capture; gives the limits that were reached.
    fn finish(mut self) -> Vec<String> {
        let mut reached = Vec::new();
        self.analyzer.finish(&mut |record| {
            self.json.record(record, &mut io::sink()).unwrap();
            self.stats.iter_mut().for_each(|stats| stats.record(record, true));
            if let Record::Summary(summary) = record {
                reached = summary.limits_reached.keys().map(ToString::to_string).collect();
            }
        });
        self.stats.map(Collector::finish);
        reached
    }
}

fn options(rows: Rows, payload: usize) -> Options {
    Options { rows, payload, ..Options::default() }
}

fn limited(rows: Rows, payload: usize, limits: Limits) -> Options {
    Options { rows, payload, limits, ..Options::default() }
}

/// What reading a capture took.
struct Cost {
    /// The most bytes held at once, the end of the capture included.
    peak: u64,
    /// The limits that were reached.
    limits: Vec<String>,
}

fn cost(options: Options, packets: impl FnOnce(&mut Analysis)) -> Cost {
    let mut limits = Vec::new();
    let info = measure(|| {
        let mut analysis = Analysis::new(options);
        packets(&mut analysis);
        limits = analysis.finish();
    });
    Cost { peak: info.bytes_max, limits }
}

/// Holds what these packets take against a ceiling, and the limits that they reach against those expected.
fn stays_under(ceiling: u64, limits: &[&str], options: Options, packets: impl FnOnce(&mut Analysis)) {
    let cost = cost(options, packets);
    eprintln!("at most {} of {} KiB", cost.peak / KIB, ceiling / KIB);
    assert!(cost.peak <= ceiling, "{} bytes, which is more than {ceiling}", cost.peak);
    assert_eq!(cost.limits, limits);
}

/// Holds the peak of `count` repetitions against that of ten times as many.
fn is_flat(options: &Options, count: u32, packets: impl Fn(&mut Analysis, u32)) {
    let short = cost(options.clone(), |analysis| packets(analysis, count)).peak;
    let long = cost(options.clone(), |analysis| packets(analysis, 10 * count)).peak;
    assert!(long <= short + SLACK, "{short} bytes for {count}, {long} for ten times as many");
}

#[test]
fn a_connection_ten_times_as_long_takes_no_more_memory() {
    for rows in [Rows::Packets, Rows::Frames, Rows::Messages] {
        is_flat(&options(rows, usize::MAX), 400, |analysis, frames| {
            let mut tcp = analysis.websocket(0);
            for _ in 0..frames {
                analysis.segment(&mut tcp, 0, ACK, b"\x81\x85\x01\x02\x03\x04iglhn");
                analysis.segment(&mut tcp, 1, ACK, b"\x82\x04abcd");
            }
        });
    }
}

#[test]
fn a_stream_of_messages_ten_times_as_long_takes_no_more_memory() {
    is_flat(&options(Rows::Messages, usize::MAX), 500, |analysis, messages| {
        let mut tcp = analysis.websocket(0);
        for _ in 0..messages {
            analysis.segment(&mut tcp, 1, ACK, b"\x01\x02ab\x00\x01c");
            analysis.segment(&mut tcp, 1, ACK, b"\x89\x01p\x80\x03def");
        }
    });
}

#[test]
fn ten_times_as_many_short_connections_take_no_more_memory() {
    let limits = Limits { connections: 100, ..Limits::default() };
    is_flat(&limited(Rows::Frames, usize::MAX, limits), 300, |analysis, connections| {
        for number in 0..connections {
            let mut tcp = analysis.websocket(number);
            analysis.segment(&mut tcp, 1, ACK, b"\x82\x04abcd");
            analysis.closed(tcp);
        }
    });
}

#[test]
fn connections_that_have_ended_are_few_and_small() {
    let ceiling = SMALL + 4096 * ENDED + HISTORY;
    stays_under(ceiling, &[], options(Rows::Frames, 0), |analysis| {
        for number in 0..12_000 {
            let mut tcp = analysis.websocket(number);
            analysis.segment(&mut tcp, 1, ACK, b"\x82\x04abcd");
            analysis.closed(tcp);
        }
    });
}

#[test]
fn the_statistics_of_ten_times_as_many_connections_take_no_more_memory() {
    let limits = Limits { connections: 100, ..Limits::default() };
    is_flat(&limited(Rows::Messages, 125, limits), 300, |analysis, connections| {
        analysis.stats = Some(Collector::new(Order::default(), 100));
        for number in 0..connections {
            let mut tcp = analysis.websocket(number);
            analysis.segment(&mut tcp, 1, ACK, b"\x82\x04abcd\x89\x01p");
            analysis.closed(tcp);
        }
    });
}

#[test]
fn the_statistics_of_connections_that_go_on_are_small() {
    let ceiling = SMALL + 200 * (CONNECTION + STATISTICS) + HISTORY;
    stays_under(ceiling, &[], options(Rows::Messages, 125), |analysis| {
        analysis.stats = Some(Collector::new(Order::default(), 100));
        let mut connections: Vec<Tcp> = (0..200).map(|number| analysis.websocket(number)).collect();
        for length in 0..100u8 {
            for tcp in &mut connections {
                let frame = [&[0x82, length], &[0; 100][..usize::from(length)]].concat();
                analysis.segment(tcp, 1, ACK, &frame);
                analysis.segment(tcp, 1, ACK, &[0x89, 1, length]);
            }
        }
    });
}

#[test]
fn lost_segments_leave_nothing_behind() {
    is_flat(&options(Rows::Frames, usize::MAX), 200, |analysis, losses| {
        let mut tcp = analysis.websocket(0);
        for _ in 0..losses {
            tcp.next[1] += 6;
            for _ in 0..10 {
                analysis.segment(&mut tcp, 1, ACK, b"\x82\x04abcd");
                analysis.segment(&mut tcp, 0, ACK, b"\x82\x84\x00\x00\x00\x00abcd");
            }
        }
    });
}

/// What is allocated for a thousand packets of a connection that has been read for a while.
fn for_a_thousand_packets(options: Options, filters: &[&str]) -> AllocationInfo {
    let mut analysis = Analysis::new(options);
    let mut tcp = analysis.websocket(0);
    analysis.filters = filters.iter().map(|filter| Filter::parse(filter).unwrap()).collect();
    let mut five_hundred_of_each = || {
        for _ in 0..500 {
            analysis.segment(&mut tcp, 0, ACK, b"\x81\x85\x01\x02\x03\x04iglhn");
            analysis.segment(&mut tcp, 1, ACK, b"\x82\x04abcd\x89\x00");
        }
    };
    five_hundred_of_each();
    measure(five_hundred_of_each)
}

#[test]
fn in_the_steady_state_nothing_is_allocated() {
    for rows in [Rows::Packets, Rows::Frames, Rows::Messages] {
        for payload in [0, usize::MAX] {
            let info = for_a_thousand_packets(options(rows, payload), &[]);
            assert_eq!(info.count_total, 0, "{rows:?} with payloads of up to {payload} bytes");
        }
    }
}

#[test]
fn filters_that_make_no_text_allocate_nothing() {
    let filters = [
        "tcp.port == 3000 and tcp.stream == 0",
        "ip.addr == 10.0.0.0/8 and not tcp.port in {80, 8000..8999}",
        "websocket.opcode == 1 or websocket.opcode in {2, 9}",
        "count(tcp.port) == 2 and frame.number % 1 == 0",
        "not websocket.payload contains \"x\" and not websocket.payload.text == \"y\"",
        "not websocket.payload[0:2] == \"xy\" and len(websocket.payload) < 100",
        "not websocket.payload matches \"^x\"",
        "not tcp.flags & 2 and not http.host == \"x\"",
    ];
    for rows in [Rows::Packets, Rows::Frames, Rows::Messages] {
        let info = for_a_thousand_packets(options(rows, usize::MAX), &filters);
        assert_eq!(info.count_total, 0, "{rows:?}");
    }
}

/// A compressed message of the server.
fn compressed(message: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(message.len() + 100);
    Compress::new(Compression::best(), false).compress_vec(message, &mut wire, FlushCompress::Sync).unwrap();
    wire.truncate(wire.len() - 4);
    framed(&wire)
}

/// A binary frame of the server with RSV1.
fn framed(wire: &[u8]) -> Vec<u8> {
    [&[0xc2, 127][..], &(wire.len() as u64).to_be_bytes(), wire].concat()
}

#[test]
fn in_the_steady_state_nothing_is_allocated_for_compressed_messages() {
    for rows in [Rows::Packets, Rows::Frames, Rows::Messages] {
        for payload in [0, usize::MAX] {
            let mut analysis = Analysis::new(options(rows, payload));
            let mut tcp = analysis.compressing(0);
            // Fills the window.
            analysis.segment(&mut tcp, 1, ACK, &compressed(&[7; 40_000]));
            let mut five_hundred = || {
                for _ in 0..500 {
                    analysis.segment(&mut tcp, 1, ACK, b"\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00");
                    analysis.segment(&mut tcp, 1, ACK, b"\xc1\x05\xf2\x00\x11\x00\x00\x81\x03\xe2\x82\xac");
                }
            };
            five_hundred();
            assert_eq!(
                measure(five_hundred).count_total,
                0,
                "{rows:?} with payloads of up to {payload} bytes"
            );
        }
    }
}

#[test]
fn messages_that_inflate_to_gigabytes() {
    let limits = Limits { inflated: 8 * MIB, payload: MIB as usize, ..Limits::default() };
    let mut wire = Vec::with_capacity(64 << 10);
    let zeros = vec![0; 16 << 20];
    Compress::new(Compression::best(), false).compress_vec(&zeros, &mut wire, FlushCompress::Sync).unwrap();
    let bomb = framed(&wire.repeat(32));
    for rows in [Rows::Packets, Rows::Frames, Rows::Messages] {
        let ceiling = SMALL + LONGEST_ROW / 16 + 2 * INFLATER + MIB;
        stays_under(ceiling, &["inflated"], limited(rows, usize::MAX, limits), |analysis| {
            let mut tcp = analysis.compressing(0);
            for _ in 0..3 {
                for segment in bomb.chunks(60 << 10) {
                    analysis.segment(&mut tcp, 1, ACK, segment);
                }
            }
        });
    }
}

#[test]
fn windows_of_many_connections() {
    let limits = Limits { held_total: 2 * MIB, ..Limits::default() };
    let message = compressed(&[7; 40_000]);
    let again = framed(b"\xf2\x00\x11\x00\x00");
    let ceiling = SMALL + 200 * CONNECTION + HISTORY + 2 * MIB + INFLATER;
    stays_under(ceiling, &["held_total"], limited(Rows::Packets, usize::MAX, limits), |analysis| {
        for number in 0..200 {
            let mut tcp = analysis.compressing(number);
            analysis.segment(&mut tcp, 1, ACK, &message);
            analysis.segment(&mut tcp, 1, ACK, &again);
        }
    });
}

#[test]
fn sequence_numbers_that_jump_by_hundreds_of_megabytes() {
    stays_under(MIB, &["sequence_jump"], options(Rows::Frames, usize::MAX), |analysis| {
        let mut tcp = analysis.websocket(0);
        for number in 0..50_000u32 {
            tcp.next[1] = tcp.next[1].wrapping_add(300 << 20).wrapping_add(number);
            analysis.segment(&mut tcp, 1, ACK, b"\x82\x04abcd");
        }
    });
}

#[test]
fn a_frame_that_announces_more_than_there_can_be() {
    for rows in [Rows::Packets, Rows::Frames, Rows::Messages] {
        stays_under(LONGEST_ROW, &["payload"], options(rows, usize::MAX), |analysis| {
            let mut tcp = analysis.websocket(0);
            analysis.segment(&mut tcp, 1, ACK, b"\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff");
            let payload = vec![7; 60 << 10];
            for _ in 0..400 {
                analysis.segment(&mut tcp, 1, ACK, &payload);
            }
        });
    }
}

#[test]
fn a_packet_that_completes_many_long_frames() {
    let limits = Limits { payload: MIB as usize, ..Limits::default() };
    let options = limited(Rows::Packets, usize::MAX, limits);
    stays_under(SMALL + 16 * MIB, &["payload"], options, |analysis| {
        let mut tcp = analysis.websocket(0);
        let mut first = tcp.next[1];
        tcp.next[1] += 1;
        let frame = [&b"\x82\x7e\xea\x60"[..], &[7; 60_000]].concat();
        let wire = frame.repeat(60);
        for segment in wire[1..].chunks(50_000) {
            analysis.segment(&mut tcp, 1, ACK, segment);
        }
        std::mem::swap(&mut first, &mut tcp.next[1]);
        analysis.segment(&mut tcp, 1, ACK, &wire[..1]);
    });
}

/// Connections remembered while many more come. The default is sixteen times that, which takes long without optimization.
const MANY: usize = 1 << 13;

#[test]
fn half_open_connections() {
    let limits = Limits { connections: MANY, ..Limits::default() };
    stays_under(
        SMALL + MANY as u64 * CONNECTION,
        &["connections"],
        limited(Rows::Frames, usize::MAX, limits),
        |analysis| {
            for number in 0..20_000 {
                analysis.segment(&mut Tcp::new(number), 0, SYN, b"");
            }
        },
    );
}

#[test]
fn fragments_of_datagrams_that_never_become_whole() {
    stays_under(
        SMALL + 256 * 72 * KIB,
        &["fragmented_datagrams"],
        options(Rows::Frames, usize::MAX),
        |analysis| {
            for number in 0..5000u16 {
                analysis.fragment(number, 8190);
                analysis.fragment(number, number % 8190);
            }
        },
    );
}

#[test]
fn segments_of_one_byte_in_reverse_order() {
    stays_under(SMALL + 4 * MIB, &["out_of_order"], options(Rows::Frames, usize::MAX), |analysis| {
        let mut tcp = analysis.websocket(0);
        let start = tcp.next[1];
        for back in 0..100_000 {
            tcp.next[1] = start + 100_000 - back;
            analysis.segment(&mut tcp, 1, ACK, b"\x00");
        }
    });
}

#[test]
fn segments_of_one_byte_in_reverse_order_on_many_connections() {
    let limits = Limits { out_of_order_total: 4 * MIB, ..Limits::default() };
    stays_under(
        SMALL + 4 * MIB,
        &["out_of_order_total"],
        limited(Rows::Frames, usize::MAX, limits),
        |analysis| {
            for number in 0..50 {
                let mut tcp = analysis.websocket(number);
                let start = tcp.next[1];
                for back in 0..2000 {
                    tcp.next[1] = start + 2000 - back;
                    analysis.segment(&mut tcp, 1, ACK, b"\x00");
                }
            }
        },
    );
}

#[test]
fn a_gap_before_bytes_that_are_no_frames() {
    let mut noise = vec![0; 16 << 10];
    let mut state = 1u32;
    for byte in &mut noise {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 24) as u8;
    }
    for noise in [&noise[..], &[0; 16 << 10], &[0x82; 16 << 10]] {
        stays_under(SEARCH, &[], options(Rows::Frames, usize::MAX), |analysis| {
            let mut tcp = analysis.websocket(0);
            tcp.next[1] += 100;
            for _ in 0..20 {
                analysis.segment(&mut tcp, 1, ACK, noise);
                analysis.segment(&mut tcp, 0, ACK, b"");
            }
        });
    }
}

#[test]
fn pipelined_requests_without_answers() {
    stays_under(2 * 256 * KIB + SMALL, &["http_wait"], options(Rows::Frames, usize::MAX), |analysis| {
        let mut tcp = analysis.opened(0);
        for _ in 0..100_000 {
            analysis.segment(&mut tcp, 0, ACK, REQUEST);
        }
    });
}

#[test]
fn heads_that_do_not_end() {
    for (begin, more) in [("GET / HTTP/1.1\r\n", "a: b\r\n"), ("GET /", "a"), ("GET / HTTP/1.1\r\na: ", "b")]
    {
        stays_under(SMALL, &["http_head"], options(Rows::Frames, usize::MAX), |analysis| {
            let mut tcp = analysis.opened(0);
            analysis.segment(&mut tcp, 0, ACK, begin.as_bytes());
            for _ in 0..2000 {
                analysis.segment(&mut tcp, 0, ACK, more.repeat(1000).as_bytes());
            }
        });
    }
}

#[test]
fn heads_that_do_not_end_on_many_connections() {
    let limits = Limits { held_total: 8 * MIB, ..Limits::default() };
    let head = [b"GET / HTTP/1.1\r\na: ", &[b'b'; 30_000][..]].concat();
    stays_under(
        SMALL + 800 * CONNECTION + HISTORY + 8 * MIB,
        &["held_total"],
        limited(Rows::Frames, usize::MAX, limits),
        |analysis| {
            for number in 0..800 {
                let mut tcp = analysis.opened(number);
                analysis.segment(&mut tcp, 0, ACK, &head);
            }
        },
    );
}

#[test]
fn messages_that_do_not_end_on_many_connections() {
    let limits = Limits { held_total: 8 * MIB, ..Limits::default() };
    let payload = [7; 30_000];
    for rows in [Rows::Packets, Rows::Frames, Rows::Messages] {
        stays_under(
            SMALL + 800 * CONNECTION + HISTORY + 8 * MIB,
            &["held_total"],
            limited(rows, usize::MAX, limits),
            |analysis| {
                for number in 0..800 {
                    let mut tcp = analysis.websocket(number);
                    analysis.segment(&mut tcp, 1, ACK, b"\x02\x7f\x7f\xff\xff\xff\xff\xff\xff\xff");
                    analysis.segment(&mut tcp, 1, ACK, &payload);
                }
            },
        );
    }
}

#[test]
fn what_is_remembered_of_each_connection_until_its_end() {
    let switched = [
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ",
        &[b'b'; 30_000][..],
        b"\r\n\r\n",
    ]
    .concat();
    let close = [b"\x88\x7e\x75\x32\x03\xe8", &[b'b'; 30_000][..]].concat();
    stays_under(SMALL + 150 * CONNECTION + HISTORY, &[], options(Rows::Frames, usize::MAX), |analysis| {
        for number in 0..150 {
            let mut tcp = analysis.opened(number);
            analysis.segment(&mut tcp, 0, ACK, REQUEST);
            analysis.segment(&mut tcp, 1, ACK, &switched);
        }
    });
    stays_under(SMALL + 150 * CONNECTION + HISTORY, &[], options(Rows::Frames, usize::MAX), |analysis| {
        for number in 0..150 {
            let mut tcp = analysis.websocket(number);
            analysis.segment(&mut tcp, 1, ACK, &close);
        }
    });
}

#[test]
fn requests_that_wait_for_their_responses_on_many_connections() {
    let limits = Limits { held_total: 4 * MIB, ..Limits::default() };
    let request = [REQUEST.trim_ascii_end(), b"\r\na: ", &[b'b'; 30_000][..], b"\r\n\r\n"].concat();
    let options = limited(Rows::Frames, usize::MAX, limits);
    stays_under(SMALL + 300 * CONNECTION + HISTORY + 4 * MIB, &["held_total"], options, |analysis| {
        for number in 0..300 {
            let mut tcp = analysis.opened(number);
            analysis.segment(&mut tcp, 0, ACK, &request);
        }
    });
}
