//! Any text as a display filter: one that is read is printed and read back as the same, holds for a record or does not,
//! and never matches a record of a connection that it cannot match.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye::analyzer::{Analyzer, Options, Rows};
use sockeye::base::Limits;
use sockeye::capture::{Reader, Recording};
use sockeye::filter::{Column, Filter};
use sockeye::record::{Ends, Record};

/// JSON, compressed and fragmented; all of its packets are of stream 0.
const CAPTURE: &[u8] = include_bytes!("../../samples/compressed.pcap");

fuzz_target!(|text: &str| {
    let column = Column::parse(text);
    let filter = match Filter::parse(text) {
        Ok(filter) => filter,
        Err(error) => {
            assert_eq!(error.to_string().lines().count(), 3, "an error is three lines");
            return;
        }
    };
    let printed = filter.to_string();
    assert_eq!(Filter::parse(&printed).as_ref(), Ok(&filter), "{printed}");
    let ends = Ends { client: ([127, 0, 0, 1], 46652).into(), server: ([127, 0, 0, 1], 9001).into() };
    let possible = filter.may_match(&ends, 0);
    for rows in [Rows::Packets, Rows::Frames, Rows::Messages] {
        each_record(rows, &mut |record| {
            if let Ok(column) = &column {
                column.each(record, &mut |_| {});
            }
            let of_stream = !matches!(record, Record::Capture(_) | Record::Summary(_));
            assert!(!filter.matches(record) || possible || !of_stream, "{printed}");
        });
    }
});

fn each_record(rows: Rows, take: &mut dyn FnMut(&Record<'_>)) {
    let reader = Reader::open(CAPTURE, &Limits::default()).expect("a capture");
    let mut recording = Recording::new(vec![reader]);
    let mut analyzer = Analyzer::new(Options { rows, payload: usize::MAX, ..Options::default() });
    loop {
        while let Some(packet) = recording.next_packet() {
            analyzer.push(&packet, take);
        }
        if !recording.fill() {
            return analyzer.finish(take);
        }
    }
}
