//! `--fields`: its cells are what the JSON of the records says.

use serde_json::Value;
use sockeye::report::{Columns, ColumnsForm, ColumnsReport, Json};

use crate::output::{ROWS, render};
use crate::samples;

/// Keys of rows of all kinds; those of the records that other zooms have are not there.
const KEYS: [&str; 30] = [
    "type",
    "stream",
    "packet",
    "time",
    "time_relative",
    "from",
    "source",
    "destination",
    "protocol",
    "seq",
    "ack",
    "frame",
    "fin",
    "rsv1",
    "rsv2",
    "rsv3",
    "opcode",
    "masked",
    "header_length",
    "payload_length",
    "payload_captured",
    "wire_length",
    "complete",
    "opcode_name",
    "compressed",
    "message",
    "length",
    "payload",
    "flags",
    "close.code",
];

#[test]
fn cells_are_what_the_json_of_the_records_says() {
    for path in samples::all() {
        let (name, capture) = (path.display(), std::fs::read(&path).unwrap());
        for (rows, zoom) in ROWS {
            let records = String::from_utf8(render(&capture, zoom, &mut Json::lines())).unwrap();
            let columns = Columns::parse(&KEYS.map(str::to_owned)).unwrap();
            let mut report = ColumnsReport::new(columns, ColumnsForm::Lines);
            let lines = String::from_utf8(render(&capture, zoom, &mut report)).unwrap();
            let mut lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            let mut compared = 0;
            for record in records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
                // What every row has is no reason to write one.
                let has = |key: &&str| record.get(*key).is_some();
                if matches!(record["type"].as_str(), Some("capture" | "summary"))
                    || !KEYS[5..].iter().any(has)
                {
                    continue;
                }
                let line = lines.next().unwrap_or_else(|| panic!("{name} {rows}: no line for {record}"));
                for key in KEYS {
                    let path = format!("/{}", key.replace('.', "/"));
                    assert_eq!(
                        line[key],
                        *record.pointer(&path).unwrap_or(&Value::Null),
                        "{name} {rows} {key}"
                    );
                }
                compared += 1;
            }
            assert!(compared > 0 || rows != "packets", "{name} {rows}: no rows");
            assert_eq!(lines.next(), None, "{name} {rows}");
        }
    }
}
