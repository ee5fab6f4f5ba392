//! `sockeye follow`: what it prints is what the records say.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::output::{records, rows};
use crate::samples;

fn follow(capture: &str, stream: u64, args: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_sockeye"))
        .args(["follow", capture, "--stream", &stream.to_string()])
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{capture}: {output:?}");
    output.stdout
}

/// The bytes of a payload in JSON.
fn bytes(payload: &Value) -> Vec<u8> {
    match payload["text"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => payload["base64"].as_str().map(|text| STANDARD.decode(text).unwrap()).unwrap_or_default(),
    }
}

#[test]
fn raw_is_the_payloads_one_behind_the_other() {
    let mut seen = 0;
    for path in samples::all() {
        let capture = std::fs::read(&path).unwrap();
        let name = path.to_str().unwrap();
        for (what, kind) in [("messages", "message"), ("frames", "frame")] {
            let all = records(&capture, what);
            let websockets = rows(&all, "connection")
                .into_iter()
                .filter(|connection| connection["protocol"] == "websocket");
            for connection in websockets {
                let stream = connection["stream"].as_u64().unwrap();
                for from in ["client", "server"] {
                    let expected: Vec<u8> = rows(&all, kind)
                        .iter()
                        .filter(|row| row["stream"] == stream && row["from"] == from)
                        .filter(|row| {
                            kind == "frame" || row["opcode_name"] == "text" || row["opcode_name"] == "binary"
                        })
                        .flat_map(|row| bytes(&row["payload"]))
                        .collect();
                    let raw = follow(name, stream, &["--format", "raw", "--from", from, "--what", what]);
                    assert_eq!(raw, expected, "{name}, stream {stream}, {from}, {what}");
                    seen += raw.len();
                }
            }
        }
    }
    assert!(seen > 10_000);
}

#[test]
fn the_bytes_of_tcp_are_those_of_both_heads_and_all_frames() {
    let raw = follow("samples/echo.pcap", 0, &["--format", "raw", "--from", "server", "--what", "tcp"]);
    let text = b"message from server: something";
    let frames = [&[0x81, text.len() as u8], &text[..], &[0x88, 0]].concat();
    assert!(raw.starts_with(b"HTTP/1.1 101 Switching Protocols\r\n") && raw.ends_with(&frames));
}

#[test]
fn a_side_that_is_left_out_leaves_the_other_as_it_is() {
    let both = String::from_utf8(follow("samples/echo.pcap", 0, &[])).unwrap();
    for from in ["client", "server"] {
        let one = String::from_utf8(follow("samples/echo.pcap", 0, &["--from", from])).unwrap();
        let lines: Vec<&str> = one.lines().collect();
        assert!(lines.iter().all(|line| both.contains(line)), "{one}");
        assert!(!lines.iter().any(|line| line.ends_with(&format!("→ {from}"))), "{one}");
    }
}

#[test]
fn colour_tells_the_client_from_the_server() {
    let text = String::from_utf8(follow("samples/echo.pcap", 0, &["--color", "always"])).unwrap();
    assert!(text.contains("\u{1b}[32m    something\u{1b}[0m\n"), "{text}");
    assert!(text.contains("\n    message from server: something\n"), "{text}");
}

/// What a follower is shown at most holds for every item in every form.
#[test]
fn no_item_shows_more_than_is_asked_for() {
    for what in ["messages", "frames", "tcp"] {
        let all = follow("samples/echo.pcap", 0, &["--format", "raw", "--what", what]);
        let some = follow("samples/echo.pcap", 0, &["--format", "raw", "--what", what, "--max-payload", "3"]);
        assert!(all.starts_with(&some[..3]) && some.len() < all.len().min(20), "{what}: {some:?}");

        let args = ["--format", "yaml", "--what", what, "--max-payload", "3"];
        let yaml = String::from_utf8(follow("samples/echo.pcap", 0, &args)).unwrap();
        assert!(yaml.contains("left_out_behind: ") && !yaml.contains("thing"), "{yaml}");
    }
}
