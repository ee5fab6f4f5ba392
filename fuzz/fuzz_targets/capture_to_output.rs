//! From the bytes of a capture to rendered output, every zoom and every form.

#![no_main]

use std::io::{self, Cursor, Write};

use libfuzzer_sys::fuzz_target;
use sockeye::analyzer::{Analyzer, News, Options, Rows, Streams};
use sockeye::base::Limits;
use sockeye::capture::Reader;
use sockeye::record::{Place, Record, Severity};
use sockeye::report::{
    CheckFormat, CheckOptions, Columns, ColumnsForm, ColumnsReport, CsvMessages, Delimited, Follow,
    FollowFormat, FollowOptions, Har, Json, Report, StatsOptions, Table, TableOptions, check_report,
    write_stats, write_stats_csv, write_stats_json,
};
use sockeye::stats::{Collector, LISTED};

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

/// What `--fields` prints: names of records and of filters, of every row and of some.
const FIELDS: [&str; 12] = [
    "packet",
    "type",
    "payload",
    "frame.time_relative",
    "ip.src",
    "tcp.analysis.retransmission",
    "http.request.uri",
    "websocket.opcode",
    "websocket.text",
    "websocket.payload.close.reason",
    "sockeye.rule",
    "sockeye.missing",
];

const COLUMNS: [ColumnsForm; 3] = [
    ColumnsForm::Text { delimited: Delimited::Tabs, header: true },
    ColumnsForm::Text { delimited: Delimited::Commas, header: false },
    ColumnsForm::Lines,
];

fn columns() -> Columns {
    Columns::parse(&FIELDS.map(str::to_owned)).expect("all of them are fields")
}

/// Every form of `sockeye follow`, whole and shortened.
fn follows() -> impl Iterator<Item = Follow> {
    use FollowFormat::{Hex, Json, Raw, Text, Yaml};
    let formats = [Text, Json, Hex, Raw, Yaml].into_iter();
    formats.flat_map(|format| {
        [None, Some(3)]
            .map(|most| Follow::new(FollowOptions { stream: 0, from: None, format, color: true, most }))
    })
}

/// What is written of messages that no [`Report`] is.
struct Exports {
    stats: Option<Collector>,
    har: Har<io::Sink, Cursor<Vec<u8>>>,
    csv: CsvMessages<io::Sink>,
}

impl Exports {
    fn new() -> io::Result<Self> {
        Ok(Self {
            stats: Some(Collector::new("ping_median:desc".parse().expect("a column"), LISTED)),
            har: Har::new(io::sink(), Cursor::default())?,
            csv: CsvMessages::new(io::sink())?,
        })
    }
}

impl Report for Exports {
    fn record(&mut self, record: &Record<'_>, _: &mut dyn Write) -> io::Result<()> {
        self.stats.iter_mut().for_each(|stats| stats.record(record, true));
        self.har.record(record, true)?;
        if let Record::Message(message) = record { self.csv.message(message) } else { Ok(()) }
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.har.finish()?;
        self.csv.flush()?;
        let Some(stats) = self.stats.take().map(Collector::finish) else { return Ok(()) };
        let options = StatsOptions { color: true, width: Some(60) };
        write_stats(&stats, options, out)?;
        write_stats_json(&stats, &[], None, out)?;
        write_stats_csv(&stats, out)
    }
}

/// The bytes of the first connection, and nothing of what is above TCP.
fn follow_tcp(capture: &[u8], limits: Limits) {
    let Ok(mut reader) = Reader::open(capture, &limits) else { return };
    let mut follows: Vec<Follow> = follows().collect();
    let mut ends = None;
    let mut take = |stream: u64, news: &News<'_>| {
        if let News::Opened(of) = news
            && stream == 0
        {
            ends = Some(*of);
        }
        if let (Some(ends), News::Stream(from, event)) = (ends, news) {
            let packet = event.packet();
            let place = Place { stream, packet: packet.number, time: packet.time, time_relative: 0.0 };
            for follow in &mut follows {
                follow.stream(place, ends, *from, event, &mut io::sink()).expect("a sink takes everything");
            }
        }
    };
    let mut streams = Streams::new(limits);
    loop {
        while let Some(packet) = reader.next_packet() {
            streams.push(&packet, &mut take);
        }
        if !reader.fill() {
            break;
        }
    }
    streams.finish(&mut take);
}

fn render(capture: &[u8], rows: Rows, limits: Limits) {
    let Ok(mut reader) = Reader::open(capture, &limits) else { return };
    let options =
        TableOptions { packets: rows == Rows::Packets, color: true, width: Some(80), bytes_shown: 16 };
    let mut reports: Vec<Box<dyn Report>> = vec![Box::new(Table::new(options)), Box::new(Json::lines())];
    if rows == Rows::Frames {
        reports.extend(FORMS.map(|form| check_report(form, check())));
    }
    reports.extend(COLUMNS.map(|form| Box::new(ColumnsReport::new(columns(), form)) as Box<dyn Report>));
    if rows != Rows::Packets {
        reports.extend(follows().map(|follow| Box::new(follow) as Box<dyn Report>));
    }
    if rows == Rows::Messages {
        reports.push(Box::new(Exports::new().expect("a sink takes everything")));
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
    follow_tcp(capture, limits());
});
