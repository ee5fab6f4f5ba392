//! Instructions that the analysis of each load takes, counted by Callgrind: `cargo bench -p sockeye-loads`.
//!
//! Unlike times, the counts are the same on a busy machine, so that two commits can be compared. This needs `valgrind`,
//! and `gungraun-runner` of the version that `Cargo.lock` has of `gungraun`.

#![allow(missing_docs, unused_qualifications)] // what the macros make
#![allow(clippy::expect_used)] // a load that cannot be analyzed is a bug of the benchmark

use std::hint::black_box;
use std::io;

use gungraun::{library_benchmark, library_benchmark_group, main};
use sockeye::analyzer::{Analyzer, Options, Rows};
use sockeye::base::Limits;
use sockeye::capture::Reader;
use sockeye::record::Record;
use sockeye::report::{Columns, ColumnsForm, ColumnsReport, Json, Report};
use sockeye_loads::{Load, generate};

const SIZE: u64 = 1_000_000;

fn capture(load: Load) -> Vec<u8> {
    let mut capture = Vec::new();
    generate(load, SIZE, 1, &mut capture).expect("memory takes everything");
    capture
}

/// The list of `benches/run`.
fn columns() -> ColumnsReport {
    let names = ["packet", "time_relative", "stream", "from", "opcode", "fin", "payload_length"];
    let columns = Columns::parse(&names.map(str::to_owned)).expect("names of columns");
    ColumnsReport::new(columns, ColumnsForm::Lines)
}

/// Reads, analyzes and writes what is asked for; how many records that takes.
fn list(capture: &[u8], rows: Rows, payload: usize, mut report: impl Report) -> u64 {
    let limits = Limits::default();
    let mut records = 0;
    let mut out = io::sink();
    let mut print = |record: &Record<'_>| {
        records += 1;
        report.record(record, &mut out).expect("a sink takes everything");
    };
    let mut analyzer = Analyzer::new(Options { rows, payload, limits, ..Options::default() });
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

#[library_benchmark]
#[bench::chat(capture(Load::Chat))]
#[bench::feed(capture(Load::Feed))]
#[bench::bulk(capture(Load::Bulk))]
#[bench::dirty(capture(Load::Dirty))]
#[bench::haystack(capture(Load::Haystack))]
#[bench::long(capture(Load::Long))]
#[bench::churn(capture(Load::Churn))]
#[bench::disorder(capture(Load::Disorder))]
#[bench::open(capture(Load::Open))]
#[bench::fragments(capture(Load::Fragments))]
fn frames(capture: Vec<u8>) -> u64 {
    black_box(list(&capture, Rows::Frames, 0, columns()))
}

#[library_benchmark]
#[bench::chat(capture(Load::Chat))]
#[bench::bulk(capture(Load::Bulk))]
fn payloads(capture: Vec<u8>) -> u64 {
    black_box(list(&capture, Rows::Frames, usize::MAX, Json::lines()))
}

#[library_benchmark]
#[bench::chat(capture(Load::Chat))]
#[bench::deflate(capture(Load::Deflate))]
fn messages(capture: Vec<u8>) -> u64 {
    black_box(list(&capture, Rows::Messages, usize::MAX, Json::lines()))
}

library_benchmark_group!(name = analysis, benchmarks = [frames, payloads, messages]);
main!(library_benchmark_groups = analysis);
