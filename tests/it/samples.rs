//! The samples show what their index says, and every one of them has an entry there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::output::{records, rows};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// All captures among the samples, by name.
pub fn all() -> Vec<PathBuf> {
    let mut captures = files(&folder());
    captures.retain(|path| path.extension().is_some_and(|extension| extension != "keys"));
    captures
}

/// The files of a folder without its index, by name.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "md"))
        .collect();
    files.sort();
    files
}

/// The bytes of a sample.
pub fn bytes(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap()
}

fn texts(name: &str, from: &str) -> Vec<String> {
    rows(&records(&bytes(name), "messages"), "message")
        .iter()
        .filter(|message| message["from"] == from && message["complete"] == true)
        .filter_map(|message| message["payload"]["text"].as_str().map(str::to_owned))
        .collect()
}

fn frames(name: &str) -> Vec<Value> {
    rows(&records(&bytes(name), "frames"), "frame")
}

fn connections(name: &str) -> Vec<Value> {
    rows(&records(&bytes(name), "frames"), "connection")
}

fn codes(name: &str) -> Vec<String> {
    let findings = rows(&records(&bytes(name), "frames"), "finding");
    findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

/// The files that the index of a folder lists, each with what it is and how it was made.
pub fn listed(folder: &Path) -> BTreeSet<String> {
    let index = fs::read_to_string(folder.join("README.md")).unwrap();
    index
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            assert!(cells.len() >= 3 && cells[1].len() > 10 && cells[2].len() > 10, "{row}: what and how");
            cells[0].trim_end_matches('`').to_owned()
        })
        .collect()
}

#[test]
fn every_sample_has_provenance() {
    let files = files(&folder());
    let present: BTreeSet<String> =
        files.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(present, listed(&folder()));
}

#[test]
fn echo_says_something() {
    for name in ["echo.pcap", "echo.pcapng"] {
        assert_eq!(texts(name, "client"), ["something"], "{name}");
        assert_eq!(texts(name, "server"), ["message from server: something"], "{name}");
        assert_eq!(connections(name)[0]["ended_by"], "close-handshake", "{name}");
    }
}

#[test]
fn tcp_and_http_hold_no_websocket() {
    let protocols: Vec<Value> =
        connections("tcp-and-http.pcap").iter().map(|connection| connection["protocol"].clone()).collect();
    assert_eq!(protocols, ["unknown", "http", "http", "http"]);
    assert!(frames("tcp-and-http.pcap").is_empty());
}

#[test]
fn fragments_are_joined_around_the_ping() {
    assert!(texts("fragments.pcap", "client").contains(&"and ahappy newyear!".to_owned()));
    let frames = frames("fragments.pcap");
    let client: Vec<(bool, u64, &str)> = frames
        .iter()
        .filter(|frame| frame["from"] == "client")
        .map(|frame| {
            let text = frame["payload"]["text"].as_str().unwrap_or("");
            (frame["fin"].as_bool().unwrap(), frame["opcode"].as_u64().unwrap(), text)
        })
        .collect();
    let start = client.iter().position(|frame| *frame == (false, 1, "and a")).unwrap();
    let end = client.iter().position(|frame| *frame == (true, 0, "year!")).unwrap();
    let between: Vec<u64> = client[start..=end].iter().map(|frame| frame.1).collect();
    assert!(between.contains(&9), "a ping stands between the fragments: {between:?}");
}

#[test]
fn heartbeat_has_pings_and_pongs() {
    let opcodes: Vec<Value> =
        frames("heartbeat.pcap").iter().map(|frame| frame["opcode_name"].clone()).collect();
    assert!(opcodes.iter().filter(|name| *name == "ping").count() >= 3);
    assert!(opcodes.iter().filter(|name| *name == "pong").count() >= 4);
}

#[test]
fn close_shows_codes_reasons_and_their_absence() {
    let closes: Vec<Value> =
        connections("close.pcap").iter().map(|connection| connection["close"].clone()).collect();
    assert_eq!(closes[0], serde_json::json!({"code": 1000, "reason": "bye", "by": "client"}));
    assert_eq!(closes[1], serde_json::json!({"code": 1002, "reason": "protocol error", "by": "server"}));
    assert_eq!((&closes[2]["code"], &closes[2]["reason"]), (&Value::Null, &Value::Null));
}

#[test]
fn refused_handshakes_are_told_with_their_status() {
    let handshakes = rows(&records(&bytes("refused.pcap"), "frames"), "handshake");
    let mut statuses: Vec<String> = handshakes
        .iter()
        .map(|handshake| {
            format!("{} {}", handshake["outcome"].as_str().unwrap(), handshake["response"]["status"])
        })
        .collect();
    statuses.sort();
    assert_eq!(statuses, ["accepted 101", "rejected 401", "rejected 404", "rejected 426", "unanswered null"]);
}

#[test]
fn wrong_accept_is_told_with_the_right_one() {
    let handshakes = rows(&records(&bytes("wrong-accept.pcap"), "frames"), "handshake");
    assert_eq!(handshakes.len(), 2);
    for handshake in &handshakes {
        assert_eq!(handshake["accept"]["valid"], false);
        assert_eq!(handshake["accept"]["received"], "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    }
    assert_eq!(codes("wrong-accept.pcap"), ["WS120", "WS120", "WS118"]);
}

#[test]
fn nginx_passes_frames_on_and_refuses_one() {
    let protocols: Vec<Value> =
        connections("nginx.pcap").iter().map(|connection| connection["protocol"].clone()).collect();
    assert_eq!(protocols.iter().filter(|protocol| *protocol == "websocket").count(), 4);
    assert!(texts("nginx.pcap", "client").iter().filter(|text| *text == "no deflate").count() == 2);
}

#[test]
fn midstream_is_found_without_its_handshake() {
    assert_eq!(texts("midstream.pcap", "client"), ["client in the capture", "mid"]);
    let server = ["mid", "in the capture 1", "in the capture 2", "in the capture 3"];
    assert_eq!(texts("midstream.pcap", "server"), server);
    assert_eq!(codes("midstream.pcap"), ["WS903"]);
    let connection = &connections("midstream.pcap")[0];
    assert_eq!(
        (&connection["sides_known_by"], &connection["client"], &connection["frames"]),
        (&"mask".into(), &"127.0.0.1:56182".into(), &10.into())
    );
}

#[test]
fn gap_damages_one_message_and_hides_another() {
    assert_eq!(codes("gap.pcap"), ["WS901", "WS901", "WS909"]);
    let frames = frames("gap.pcap");
    let lengths = |from: &str| -> Vec<u64> {
        let sent = frames.iter().filter(|frame| frame["from"] == from);
        sent.map(|frame| frame["payload_length"].as_u64().unwrap()).collect()
    };
    assert_eq!(lengths("client"), [2500, 2505, 2500, 2505, 2500, 2505, 2500, 2505, 11, 11, 19]);
    // Of the eight messages, the one that nobody could see is the fourth.
    assert_eq!(lengths("server"), [11, 2500, 2507, 2500, 2500, 2507, 2500, 2507, 11, 19]);
    let damaged: Vec<&Value> =
        frames.iter().filter(|frame| frame["missing"] != serde_json::json!([])).collect();
    assert_eq!(damaged.len(), 1);
    assert_eq!(damaged[0]["missing"], serde_json::json!([[1440, 1065]]));
    assert_eq!(
        connections("gap.pcap")[0]["missing_bytes"],
        serde_json::json!({"client": 1065, "server": 2511})
    );
}
