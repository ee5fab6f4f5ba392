//! From the bytes of a capture to JSON Lines: `cargo bench`.
//!
//! The loads are made here, in memory: one connection with very many small frames, and many short connections.

#![allow(missing_docs, clippy::expect_used)] // a load that cannot be analyzed is a bug of the benchmark

use std::hint::black_box;
use std::io;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sockeye::analyzer::{Analyzer, Options, Rows};
use sockeye::base::Limits;
use sockeye::capture::Reader;
use sockeye::record::Record;
use sockeye::report::{Json, Report};

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;
const FIN: u8 = 0x01;

/// A pcap of raw IPv4 packets, written segment by segment.
struct Capture {
    bytes: Vec<u8>,
    packets: u32,
}

/// One connection of the capture being written.
struct Connection {
    client_port: u16,
    /// Next sequence numbers: the client's, the server's.
    sequence: [u32; 2],
}

impl Capture {
    fn new() -> Self {
        let mut bytes = Vec::new();
        bytes.extend(0xa1b2_c3d4_u32.to_le_bytes());
        bytes.extend([2, 0, 4, 0]);
        bytes.extend([0; 8]);
        bytes.extend(65535_u32.to_le_bytes());
        bytes.extend(101_u32.to_le_bytes()); // raw IP
        Self { bytes, packets: 0 }
    }

    fn segment(&mut self, connection: &mut Connection, sender: usize, flags: u8, payload: &[u8]) {
        let length = (40 + payload.len()) as u32;
        self.packets += 1;
        let header = [self.packets / 1_000_000, self.packets % 1_000_000, length, length];
        self.bytes.extend(header.iter().flat_map(|field| field.to_le_bytes()));
        let (from, to) = if sender == 0 { (1, 2) } else { (2, 1) };
        self.bytes.extend([0x45, 0]);
        self.bytes.extend((length as u16).to_be_bytes());
        self.bytes.extend([0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, to]);
        let ports = [connection.client_port, 3000];
        self.bytes.extend(ports[sender].to_be_bytes());
        self.bytes.extend(ports[1 - sender].to_be_bytes());
        self.bytes.extend(connection.sequence[sender].to_be_bytes());
        self.bytes.extend(connection.sequence[1 - sender].to_be_bytes());
        self.bytes.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        self.bytes.extend(payload);
        let counted = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        connection.sequence[sender] = connection.sequence[sender].wrapping_add(counted);
    }

    fn open(&mut self, client_port: u16) -> Connection {
        let mut connection = Connection { client_port, sequence: [1000, 2000] };
        self.segment(&mut connection, 0, SYN, b"");
        self.segment(&mut connection, 1, SYN | ACK, b"");
        self.segment(&mut connection, 0, ACK, b"");
        let request = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        self.segment(&mut connection, 0, ACK, request);
        let response = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        self.segment(&mut connection, 1, ACK, response);
        connection
    }

    fn close(&mut self, mut connection: Connection) {
        self.segment(&mut connection, 0, FIN | ACK, b"");
        self.segment(&mut connection, 1, FIN | ACK, b"");
        self.segment(&mut connection, 0, ACK, b"");
    }
}

/// One connection, three frames of 15 bytes a segment.
fn long(segments: usize) -> Vec<u8> {
    let mut capture = Capture::new();
    let mut connection = capture.open(40000);
    let frames = b"\x81\x0dHello, world!".repeat(3);
    for _ in 0..segments {
        capture.segment(&mut connection, 1, ACK, &frames);
    }
    capture.close(connection);
    capture.bytes
}

/// Connections one after the other, each with one message both ways.
fn churn(connections: u16) -> Vec<u8> {
    let mut capture = Capture::new();
    for port in 0..connections {
        let mut connection = capture.open(10_000 + port);
        capture.segment(&mut connection, 0, ACK, b"\x81\x84\x01\x02\x03\x04qkmc");
        capture.segment(&mut connection, 1, ACK, b"\x81\x04pong");
        capture.close(connection);
    }
    capture.bytes
}

/// Lists the frames of a capture; how many records that takes.
fn list(capture: &[u8], payload: usize) -> u64 {
    let limits = Limits::default();
    let mut json = Json::lines();
    let mut records = 0;
    let mut out = io::sink();
    let mut print = |record: &Record<'_>| {
        records += 1;
        json.record(record, &mut out).expect("a sink takes everything");
    };
    let mut analyzer = Analyzer::new(Options { rows: Rows::Frames, payload, limits, ..Options::default() });
    let mut reader = Reader::open(capture, &limits).expect("a capture");
    loop {
        while let Some(packet) = reader.next_packet() {
            analyzer.push(&packet, &mut print);
        }
        if !reader.fill() {
            break;
        }
    }
    analyzer.finish(&mut print);
    records
}

fn analysis(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("frames as JSON Lines");
    for (name, capture) in [("long", long(20_000)), ("churn", churn(5_000))] {
        group.throughput(Throughput::Bytes(capture.len() as u64));
        group.bench_function(format!("{name}, headers only"), |bencher| {
            bencher.iter(|| black_box(list(black_box(&capture), 0)));
        });
        group.bench_function(format!("{name}, with payload"), |bencher| {
            bencher.iter(|| black_box(list(black_box(&capture), usize::MAX)));
        });
    }
    group.finish();
}

criterion_group!(benches, analysis);
criterion_main!(benches);
