//! From the bytes of a capture to rendered output, every zoom and every form.

#![no_main]

use std::io;

use libfuzzer_sys::fuzz_target;
use sockeye::analyzer::{Analyzer, Options, Rows};
use sockeye::base::Limits;
use sockeye::capture::Reader;
use sockeye::record::{Record, Severity};
use sockeye::report::{CheckFormat, CheckOptions, Json, Report, Table, TableOptions, check_report};

/// Small caps, so that small inputs reach them.
fn limits() -> Limits {
    Limits {
        record: 4 << 10,
        decompression_window: 64 << 10,
        fragmented_datagrams: 2,
        connections: 8,
        out_of_order: 1 << 10,
        out_of_order_total: 2 << 10,
        history_total: 16 << 10,
        http_head: 512,
        http_wait: 512,
        http_fields: 8,
        http_pipeline: 4,
        payload: 512,
        inflated: 4 << 10,
        tls_wait: 512,
        held_total: 2 << 10,
    }
}

/// What `sockeye check` writes, besides JSON.
const FORMS: [CheckFormat; 5] =
    [CheckFormat::Text, CheckFormat::Junit, CheckFormat::Sarif, CheckFormat::Github, CheckFormat::Markdown];

fn check() -> CheckOptions {
    CheckOptions {
        captures: vec!["fuzz".into()],
        fail_on: Some(Severity::Warning),
        require_complete: true,
        expect_websocket: Some(1),
        color: true,
        width: Some(60),
    }
}

fn render(capture: &[u8], rows: Rows, limits: Limits) {
    let Ok(mut reader) = Reader::open(capture, &limits) else { return };
    let options =
        TableOptions { packets: rows == Rows::Packets, color: true, width: Some(80), bytes_shown: 16 };
    let mut reports: Vec<Box<dyn Report>> = vec![Box::new(Table::new(options)), Box::new(Json::lines())];
    if rows == Rows::Frames {
        reports.extend(FORMS.map(|form| check_report(form, check())));
    }
    let mut out = io::sink();
    let mut print = |record: &Record<'_>| {
        for report in &mut reports {
            report.record(record, &mut out).expect("a sink takes everything");
        }
    };
    let mut analyzer = Analyzer::new(Options { rows, payload: usize::MAX, limits, ..Options::default() });
    loop {
        while let Some(packet) = reader.next_packet() {
            analyzer.push(&packet, &mut print);
        }
        if let Some(secrets) = reader.take_secrets() {
            analyzer.add_keys(&secrets, &mut print);
        }
        if !reader.fill() {
            break;
        }
    }
    if let Some(end) = reader.end() {
        analyzer.cut("fuzz", end, &mut print);
    }
    analyzer.finish(&mut print);
    for mut report in reports {
        report.finish(&mut out).expect("a sink takes everything");
    }
}

fuzz_target!(|capture: &[u8]| {
    for rows in [Rows::Packets, Rows::Frames, Rows::Messages] {
        render(capture, rows, limits());
        render(capture, rows, Limits::default());
    }
});
