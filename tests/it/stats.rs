//! `sockeye stats`: its numbers are those of the records.

use std::io::Write;
use std::process::{Command, Output};

use serde_json::Value;

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
