//! Whole ways, from packets to JSON records: each test makes a capture, and says exactly what is told of it.

mod capture_order;
mod compressed;
mod conduct;
mod ends;
mod frames;
mod gaps;
mod handshakes;
mod limits;
mod packet_rows;
mod sides;
mod switching;
pub mod tls;
mod verdicts;

use serde_json::{Value, json};
use sockeye::analyzer::{Options, Rows};
use sockeye::base::Limits;
use sockeye::report::{Json, Table, TableOptions};

use crate::output::{self, parse_lines, render, render_with, validate};
use crate::traffic::Capture;

/// The records of a capture at a zoom; all of them keep to the schema.
fn records(capture: &Capture, zoom: &str) -> Vec<Value> {
    let records = output::records(&capture.pcap(), zoom);
    records.iter().for_each(validate);
    records
}

/// The frames, and what else is told at that zoom.
fn at_frames(capture: &Capture) -> Vec<Value> {
    records(capture, "frames")
}

/// The same under caps of one's own.
fn at_frames_under(limits: Limits, capture: &Capture) -> Vec<Value> {
    let options = Options { rows: Rows::Frames, payload: usize::MAX, limits, ..Options::default() };
    let records = parse_lines(&render_with(&capture.pcap()[..], options, &mut Json::lines()));
    records.iter().for_each(validate);
    records
}

/// For each record of a type the values of these keys, separated by blanks; `a.b` is a key in an object.
fn told(records: &[Value], kind: &str, keys: &str) -> Value {
    let value = |record: &Value, key: &str| {
        let pointer = format!("/{}", key.replace('.', "/"));
        record.pointer(&pointer).unwrap_or_else(|| panic!("{kind} has no {key}: {record}")).clone()
    };
    let row = |record: &Value| match keys.split(' ').collect::<Vec<_>>()[..] {
        [key] => value(record, key),
        ref keys => keys.iter().map(|key| value(record, key)).collect(),
    };
    records.iter().filter(|record| record["type"] == kind).map(row).collect()
}

/// The codes of all findings, in their order.
fn codes(records: &[Value]) -> Value {
    told(records, "finding", "code")
}

/// The only record of a type.
fn only<'a>(records: &'a [Value], kind: &str) -> &'a Value {
    let of_kind: Vec<&Value> = records.iter().filter(|record| record["type"] == kind).collect();
    assert_eq!(of_kind.len(), 1, "one {kind}");
    of_kind[0]
}

/// The rows of the table that contain this.
fn table_rows(capture: &Capture, part: &str) -> Vec<String> {
    let options = TableOptions { bytes_shown: 32, ..TableOptions::default() };
    let table = String::from_utf8(render(&capture.pcap(), Rows::Frames, &mut Table::new(options))).unwrap();
    table.lines().filter(|line| line.contains(part)).map(str::to_owned).collect()
}

/// Who sent which text, frame by frame.
fn texts(records: &[Value]) -> Value {
    told(records, "frame", "from payload.text")
}

/// No findings.
fn none() -> Value {
    json!([])
}
