//! `sockeye stats`: its numbers are those of the records.

use std::io::Write;
use std::process::{Command, Output};

use serde_json::Value;
use sockeye::report::STATS_SCHEMA_TEXT;
use sockeye::stats::{COLUMNS, Of};

use crate::samples;
use crate::traffic::{Capture, frame, masked};

fn stats(capture: &[u8], args: &[&str]) -> Output {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(capture).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sockeye"))
        .args(["stats", file.path().to_str().unwrap()])
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    output
}

fn json(capture: &[u8], args: &[&str]) -> Value {
    serde_json::from_slice(&stats(capture, &[&["--format", "json"], args].concat()).stdout).unwrap()
}

/// Payload bytes are not needed for numbers, but a filter may ask for them.
#[test]
fn a_filter_sees_whole_payloads() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    let long = [&[b'a'; 5000][..], b" needle"].concat();
    capture.client(tcp, &masked(0x81, &long));
    capture.server(tcp, &frame(0x81, b"{}"));
    capture.close(tcp);
    for filter in ["websocket.text contains \"needle\"", "len(websocket.text) > 1000"] {
        let total = &json(&capture.pcap(), &["-Y", filter])["total"];
        assert_eq!((&total["connections"], &total["messages"]), (&1.into(), &1.into()), "{filter}");
        assert_eq!(total["message_bytes"], long.len(), "{filter}");
    }
}

#[test]
fn every_document_keeps_to_the_schema() {
    let schema: Value = serde_json::from_str(STATS_SCHEMA_TEXT).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let nothing = Capture::default().pcap();
    let captures = samples::all().into_iter().map(|path| std::fs::read(path).unwrap());
    for capture in captures.chain([nothing]) {
        for args in [&[][..], &["-Y", "websocket.opcode == 8"]] {
            let document = json(&capture, args);
            if let Err(error) = validator.validate(&document) {
                panic!("{error}\n{document:#}");
            }
        }
    }
}

#[test]
fn the_schema_says_of_every_column_what_the_columns_say() {
    let schema: Value = serde_json::from_str(STATS_SCHEMA_TEXT).unwrap();
    let meaning = |of: &str, key: &str| schema["$defs"][of]["properties"][key]["description"].clone();
    for column in COLUMNS {
        assert_eq!(meaning("connection", column.key), column.meaning);
        if let Of::Measured(_) = column.of {
            assert_eq!(meaning("total", column.key), column.meaning);
        }
    }
    let described = schema["$defs"]["connection"]["properties"].as_object().unwrap();
    assert_eq!(described.len(), COLUMNS.len());
}
