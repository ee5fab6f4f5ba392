//! The JSON output against its schema, and the forms of output against each other.

use std::io::Read;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;
use sockeye::analyzer::{Analyzer, Options, Rows};
use sockeye::capture::{Reader, Recording};
use sockeye::record::{CaptureInfo, Record, SCHEMA};
use sockeye::report::{
    CheckFormat, CheckOptions, Json, Report, SCHEMA_TEXT, Table, TableOptions, check_report,
};

use crate::samples;

static VALIDATOR: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::validator_for(&serde_json::from_str(SCHEMA_TEXT).unwrap()).unwrap());

/// The zooms by name.
pub const ROWS: [(&str, Rows); 3] =
    [("packets", Rows::Packets), ("frames", Rows::Frames), ("messages", Rows::Messages)];

/// Renders a capture; reads as much of it as can be read.
pub fn render(capture: &[u8], rows: Rows, report: &mut dyn Report) -> Vec<u8> {
    let options = Options { rows, payload: usize::MAX, ..Options::default() };
    render_with(capture, options, report)
}

/// Renders a capture under these limits, read from wherever it comes.
pub fn render_with(source: impl Read, options: Options, report: &mut dyn Report) -> Vec<u8> {
    let reader = Reader::open(source, &options.limits);
    render_recording(Recording::new(reader.into_iter().collect()), options, report)
}

/// Renders a capture whose TLS secrets are these.
pub fn render_with_keys(
    source: impl Read,
    keys: &[u8],
    options: Options,
    report: &mut dyn Report,
) -> Vec<u8> {
    let reader = Reader::open(source, &options.limits);
    let mut analyzer = Analyzer::new(options);
    analyzer.add_keys(keys, &mut |_| {});
    render_analyzed(Recording::new(reader.into_iter().collect()), analyzer, report)
}

/// Renders several captures as one.
pub fn render_recording(
    recording: Recording<impl Read>,
    options: Options,
    report: &mut dyn Report,
) -> Vec<u8> {
    render_analyzed(recording, Analyzer::new(options), report)
}

fn render_analyzed(
    mut recording: Recording<impl Read>,
    mut analyzer: Analyzer,
    report: &mut dyn Report,
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut print = |record: &Record<'_>| report.record(record, &mut out).unwrap();
    print(&Record::Capture(CaptureInfo { schema: SCHEMA, files: &["capture".to_owned()], filter: None }));
    loop {
        loop {
            if let Some(keys) = recording.take_secrets() {
                analyzer.add_keys(&keys, &mut print);
            }
            let Some(packet) = recording.next_packet() else { break };
            analyzer.push(&packet, &mut print);
        }
        if !recording.fill() {
            break;
        }
    }
    for end in recording.ends().flatten() {
        analyzer.cut("capture", end, &mut print);
    }
    analyzer.finish(&mut print);
    report.finish(&mut out).unwrap();
    out
}

/// The JSON Lines of a capture.
pub fn records(capture: &[u8], zoom: &str) -> Vec<Value> {
    let rows = ROWS.iter().find(|(name, _)| *name == zoom).unwrap().1;
    parse_lines(&render(capture, rows, &mut Json::lines()))
}

/// The records of JSON Lines.
pub fn parse_lines(lines: &[u8]) -> Vec<Value> {
    lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(parse).collect()
}

fn parse(line: &[u8]) -> Value {
    serde_json::from_slice(line).unwrap()
}

/// The records of one type.
pub fn rows(records: &[Value], kind: &str) -> Vec<Value> {
    records.iter().filter(|record| record["type"] == kind).cloned().collect()
}

/// Fails if a record does not keep to the schema.
pub fn validate(record: &Value) {
    let kind = record["type"].as_str().unwrap().to_owned();
    if let Err(error) = VALIDATOR.validate(record) {
        // `oneOf` only says that nothing fits; the definition of the record's type says what.
        let mut schema: Value = serde_json::from_str(SCHEMA_TEXT).unwrap();
        schema["oneOf"] = serde_json::json!([{ "$ref": format!("#/$defs/{kind}") }]);
        panic!("{error}\n{record:#}");
    }
}

#[test]
fn every_record_of_every_sample_keeps_to_the_schema() {
    let mut kinds = std::collections::BTreeSet::new();
    for path in samples::all() {
        let capture = std::fs::read(path).unwrap();
        for (zoom, _) in ROWS {
            let records = records(&capture, zoom);
            assert_eq!(
                (&records[0]["type"], &records.last().unwrap()["type"]),
                (&"capture".into(), &"summary".into())
            );
            for record in records {
                validate(&record);
                kinds.insert(record["type"].as_str().unwrap().to_owned());
            }
        }
    }
    let all = ["capture", "connection", "finding", "frame", "handshake", "message", "packet", "summary"];
    assert!(kinds.iter().eq(all), "each type of record was seen: {kinds:?}");
}

#[test]
fn the_schema_forbids_what_it_does_not_name() {
    let mut record = rows(&records(&samples::bytes("echo.pcap"), "frames"), "frame").remove(0);
    validate(&record);
    record["unheard_of"] = Value::Null;
    assert!(!VALIDATOR.is_valid(&record));
}

#[test]
fn the_document_holds_the_records_of_the_lines() {
    let capture = samples::bytes("fragments.pcap");
    let document = parse(&render(&capture, Rows::Frames, &mut Json::document()));
    assert_eq!(document["sockeye"]["schema"], SCHEMA);
    assert_eq!(document["records"].as_array().unwrap(), &records(&capture, "frames"));
}

#[test]
fn the_table_has_a_row_for_every_frame() {
    let options = TableOptions { bytes_shown: 32, ..TableOptions::default() };
    for path in samples::all() {
        let capture = std::fs::read(path).unwrap();
        let table = String::from_utf8(render(&capture, Rows::Frames, &mut Table::new(options))).unwrap();
        let in_table = table.lines().filter(|line| line.contains("  WebSocket  ")).count();
        assert_eq!(in_table, rows(&records(&capture, "frames"), "frame").len());
    }
}

#[test]
fn every_form_of_check_tells_every_finding() {
    let options = CheckOptions {
        captures: vec!["capture.pcap".into()],
        fail_on: None,
        require_complete: false,
        expect_websocket: None,
        color: false,
        width: None,
    };
    let signs = [
        (CheckFormat::Text, "--> "),
        (CheckFormat::Junit, "--&gt; "),
        (CheckFormat::Sarif, "\"ruleIndex\":"),
        (CheckFormat::Github, "\n::"),
        (CheckFormat::Markdown, "\n| WS"),
    ];
    let mut seen = 0;
    for path in samples::all() {
        let capture = std::fs::read(path).unwrap();
        let findings = rows(&records(&capture, "frames"), "finding").len();
        seen += findings;
        for (format, sign) in signs {
            let mut report = check_report(format, options.clone());
            let text = render(&capture, Rows::Frames, report.as_mut());
            let text = "\n".to_owned() + &String::from_utf8(text).unwrap();
            assert_eq!(text.matches(sign).count(), findings, "{format:?}: {text}");
        }
    }
    assert!(seen > 5, "samples have findings");
}

#[test]
fn records_come_in_the_order_of_their_packets() {
    let packets: Vec<u64> = records(&samples::bytes("nginx.pcap"), "frames")
        .iter()
        .filter_map(|record| record["packet"].as_u64())
        .collect();
    assert!(packets.is_sorted(), "{packets:?}");
}
