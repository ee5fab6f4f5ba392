//! Four times a hostile load takes four times the allocations, and no more memory than what may be held of it.
//!
//! Allocations are counted, as in `tests/memory.rs`, because no test can hold times against anything. `benches/run
//! --linear` measures these.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

use std::io;

use allocation_counter::{AllocationInfo, measure};
use sockeye::analyzer::{Analyzer, Options, Rows};
use sockeye::base::Limits;
use sockeye::capture::Reader;
use sockeye::report::{Json, Report};
use sockeye_loads::{Load, generate};

/// Bytes of the smaller captures.
const SIZE: u64 = 300_000;
/// Of these, a block of `disorder` is whole.
const BLOCK: u64 = 1_600_000;
/// What every analysis takes, whatever it reads, and what blocks of segments differ by.
const SMALL: u64 = 256 << 10;
/// The keys of handshakes, of which 4096 are remembered.
const KEYS: u64 = 512 << 10;

/// What the analysis of a load takes, to its lines of JSON.
fn cost(load: Load, size: u64, options: &Options) -> AllocationInfo {
    let mut capture = Vec::new();
    generate(load, size, 1, &mut capture).unwrap();
    measure(|| {
        let mut json = Json::lines();
        let mut analyzer = Analyzer::new(options.clone());
        let mut reader = Reader::open(&capture[..], &options.limits).unwrap();
        loop {
            while let Some(packet) = reader.next_packet() {
                analyzer.push(&packet, &mut |record| json.record(record, &mut io::sink()).unwrap());
            }
            if !reader.fill() {
                break;
            }
        }
        analyzer.finish(&mut |record| json.record(record, &mut io::sink()).unwrap());
    })
}

/// The cost at a size and at four times it, which takes at most four times the allocations.
fn grown(load: Load, size: u64, options: &Options) -> [AllocationInfo; 2] {
    let [one, four] = [size, 4 * size].map(|size| cost(load, size, options));
    // A capture has about the bytes asked for.
    let most = |one: u64| 4 * one + one / 5;
    assert!(four.count_total <= most(one.count_total), "{one:?}, {four:?}");
    assert!(four.bytes_total <= most(one.bytes_total), "{one:?}, {four:?}");
    [one, four]
}

fn options(rows: Rows, payload: usize) -> Options {
    Options { rows, payload, ..Options::default() }
}

#[test]
fn segments_in_the_wrong_order() {
    let [one, four] = grown(Load::Disorder, BLOCK, &options(Rows::Frames, 0));
    assert!(one.bytes_max > 10_000 * 100, "{one:?}: nothing waited");
    assert!(four.bytes_max <= one.bytes_max + SMALL, "{one:?}, {four:?}");
}

#[test]
fn connections_that_never_end() {
    let [one, four] = grown(Load::Open, SIZE, &options(Rows::Frames, 0));
    assert!(four.bytes_max <= 4 * one.bytes_max, "{one:?}, {four:?}");
}

#[test]
fn connections_that_never_end_and_make_room_for_others() {
    let limits = Limits { connections: 100, ..Limits::default() };
    let options = Options { limits, ..options(Rows::Frames, 0) };
    let [one, four] = grown(Load::Open, SIZE, &options);
    assert!(four.bytes_max <= one.bytes_max + KEYS, "{one:?}, {four:?}");
}

#[test]
fn a_message_of_very_many_fragments() {
    for rows in [Rows::Packets, Rows::Frames, Rows::Messages] {
        let [one, four] = grown(Load::Fragments, SIZE, &options(rows, 0));
        assert_eq!(four.bytes_max, one.bytes_max, "{rows:?}");
        // One more where a number has more digits: 3 at 32 times the size.
        assert!(four.count_total <= one.count_total + 10, "{rows:?}: {one:?}, {four:?}");
    }
    let [one, four] = grown(Load::Fragments, SIZE, &options(Rows::Messages, usize::MAX));
    assert!(four.count_total <= one.count_total + 10, "{one:?}, {four:?}");
}
