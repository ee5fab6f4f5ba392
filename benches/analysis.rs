//! From the bytes of a capture to JSON Lines: `cargo bench`.
//!
//! The loads are made here, in memory: one connection with very many small frames, and many short connections.

#![allow(missing_docs, clippy::expect_used)] // a load that cannot be analyzed is a bug of the benchmark

#[allow(dead_code)] // the tests use more of it
#[path = "../tests/it/traffic.rs"]
mod traffic;

use std::hint::black_box;
use std::io;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sockeye::analyzer::{Analyzer, Options, Rows};
use sockeye::base::Limits;
use sockeye::capture::Reader;
use sockeye::record::Record;
use sockeye::report::{Json, Report};

use traffic::{Capture, frame, masked};

/// One connection, three frames of 15 bytes a segment.
fn long(segments: usize) -> Vec<u8> {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    let frames = frame(0x81, b"Hello, world!").repeat(3);
    for _ in 0..segments {
        capture.server(tcp, &frames);
    }
    capture.close(tcp);
    capture.pcap()
}

/// Connections one after the other, each with one message both ways.
fn churn(connections: usize) -> Vec<u8> {
    let mut capture = Capture::default();
    for _ in 0..connections {
        let tcp = capture.websocket();
        capture.client(tcp, &masked(0x81, b"ping"));
        capture.server(tcp, &frame(0x81, b"pong"));
        capture.close(tcp);
    }
    capture.pcap()
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
