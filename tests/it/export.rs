//! `sockeye export`: what other programs read is what the records say.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sockeye::base::Limits;
use sockeye::capture::Reader;

use crate::fragments::half;
use crate::output::{records, rows};
use crate::samples;
use crate::traffic::{Capture, frame, masked};

fn sockeye(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockeye"));
    command.arg("export").args(args).current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn export(args: &[&str]) -> Vec<u8> {
    let output = sockeye(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    output.stdout
}

/// Exports a capture that comes from standard input.
fn piped(capture: &[u8], args: &[&str]) -> Output {
    let mut child = sockeye(&[&["-"], args].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may stop reading before the end.
    let _ = child.stdin.take().unwrap().write_all(capture);
    child.wait_with_output().unwrap()
}

/// Whoever reads the output may have read enough.
#[test]
fn a_pipe_that_is_closed_is_no_error() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    (0..20).for_each(|_| capture.client(tcp, &masked(0x81, &[b'a'; 20_000])));
    for form in ["har", "csv", "pcap", "pcapng"] {
        let mut child = sockeye(&["-", "--to", form])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let _ = child.stdin.take().unwrap().write_all(&capture.pcap());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{form}: {output:?}");
    }
}

fn har(bytes: &[u8]) -> Vec<Value> {
    let har: Value = serde_json::from_slice(bytes).unwrap();
    assert_eq!((&har["log"]["version"], &har["log"]["pages"]), (&json!("1.2"), &json!([])));
    assert!(har["log"]["creator"]["name"] == "Sockeye" && har["log"]["creator"]["version"].is_string());
    har["log"]["entries"].as_array().unwrap().clone()
}

/// Names and values, in an order of their own: browsers tell headers in another order than that of the wire.
fn pairs(list: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(|pair| (text(&pair["name"]), text(&pair["value"]))).collect()
}

#[test]
fn a_har_says_what_chromium_says_of_the_same_traffic() {
    let theirs = fs::read("tests/data/chromium/websocket.har").unwrap();
    let theirs: Value = serde_json::from_slice(&theirs).unwrap();
    let entries = theirs["log"]["entries"].as_array().unwrap();
    let theirs = entries.iter().find(|entry| entry["_resourceType"] == "websocket").unwrap();
    let ours = har(&export(&["tests/data/chromium/websocket.pcap", "--to", "har"]));
    assert_eq!(ours.len(), 1);
    let ours = &ours[0];

    for path in [
        "/_resourceType",
        "/cache",
        "/request/method",
        "/request/url",
        "/request/httpVersion",
        "/request/queryString",
        "/request/cookies",
        "/request/bodySize",
        "/response/status",
        "/response/statusText",
        "/response/httpVersion",
        "/response/headersSize",
        "/response/redirectURL",
        "/response/content/size",
        "/response/content/mimeType",
        "/response/cookies/0/name",
        "/response/cookies/0/value",
        "/response/cookies/0/path",
    ] {
        assert!(theirs.pointer(path).is_some(), "{path}");
        assert_eq!(ours.pointer(path), theirs.pointer(path), "{path}");
    }
    for side in ["request", "response"] {
        assert_eq!(pairs(&ours[side]["headers"]), pairs(&theirs[side]["headers"]), "{side}");
    }
    let all_but_time = |entry: &Value| -> Vec<Value> {
        let mut messages = entry["_webSocketMessages"].as_array().unwrap().clone();
        for message in &mut messages {
            assert!(message.as_object_mut().unwrap().remove("time").unwrap().is_f64());
        }
        messages
    };
    assert_eq!(all_but_time(ours), all_but_time(theirs));
    assert_eq!(all_but_time(ours).len(), 14);
}

#[test]
fn every_har_has_what_har_1_2_demands() {
    let mut entries = 0;
    for path in samples::all() {
        let path = path.to_str().unwrap();
        for entry in har(&export(&[path, "--keylog", "samples/tls.keys", "--to", "har"])) {
            entries += 1;
            let has = |path: &str, is: fn(&Value) -> bool| {
                let value = entry.pointer(path).unwrap_or(&Value::Null);
                assert!(is(value), "{path} is {value} in {entry}");
            };
            for number in ["/time", "/timings/send", "/timings/wait", "/timings/receive"] {
                has(number, |value| value.as_f64().is_some_and(|number| number >= 0.0));
            }
            for number in ["/request/headersSize", "/request/bodySize", "/response/headersSize"] {
                has(number, |value| value.as_i64().is_some_and(|number| number >= -1));
            }
            for number in ["/response/status", "/response/bodySize", "/response/content/size"] {
                has(number, Value::is_i64);
            }
            for text in [
                "/startedDateTime",
                "/request/method",
                "/request/httpVersion",
                "/response/statusText",
                "/response/httpVersion",
                "/response/redirectURL",
                "/response/content/mimeType",
            ] {
                has(text, Value::is_string);
            }
            for list in ["cookies", "headers"] {
                has(&format!("/request/{list}"), Value::is_array);
                has(&format!("/response/{list}"), Value::is_array);
            }
            has("/request/queryString", Value::is_array);
            has("/_webSocketMessages", Value::is_array);
            has("/cache", Value::is_object);
            let url = entry["request"]["url"].as_str().unwrap();
            let scheme = if path.ends_with("tls.pcap") { "wss://" } else { "ws://" };
            assert!(url.starts_with(scheme), "{url}");
        }
    }
    assert!(entries > 20, "{entries}");
}

/// A WebSocket whose messages hold what would break the forms, if it were not escaped, and another one beside it.
fn hostile() -> (Capture, Vec<Vec<u8>>) {
    let texts: Vec<Vec<u8>> = [
        &b"a,\"b\"\r\n;\"\"=cmd()"[..],
        b"\x1b[2J\x00\x07",
        "\u{202e}\u{feff}\u{2028}</script>]}\"".as_bytes(),
        b"caf\xe9",
        b"",
        b"{\"type\":\"send\"}]}],",
    ]
    .map(<[u8]>::to_vec)
    .to_vec();
    let mut capture = Capture::default();
    let [first, second] = [capture.websocket(), capture.websocket()];
    for text in &texts {
        capture.client(first, &masked(0x81, text));
        capture.server(second, &frame(0x82, text));
    }
    capture.close(second);
    capture.close(first);
    (capture, texts)
}

#[test]
fn no_text_breaks_a_har() {
    let (capture, texts) = hostile();
    let output = piped(&capture.pcap(), &["--to", "har"]);
    assert!(!String::from_utf8_lossy(&output.stdout).chars().any(|c| c.is_control() && c != '\n'));
    let entries = har(&output.stdout);
    let data = |entry: &Value| -> Vec<String> {
        let messages = entry["_webSocketMessages"].as_array().unwrap();
        messages.iter().map(|message| message["data"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(entries.len(), 2);
    assert_eq!(data(&entries[0]), texts.iter().map(|text| STANDARD.encode(text)).collect::<Vec<_>>());
    let expected: Vec<String> = texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect();
    assert_eq!(data(&entries[1]), expected, "in the order of their ends");
    assert_eq!(entries[1]["_webSocketMessages"][3]["comment"], "bytes that are not UTF-8 are replaced");
}

#[test]
fn a_har_holds_the_connections_of_which_a_record_is_selected() {
    let (capture, _) = hostile();
    let urls = |args: &[&str]| har(&piped(&capture.pcap(), &[&["--to", "har"], args].concat()).stdout).len();
    assert_eq!(urls(&["-Y", "websocket.opcode == 2"]), 1);
    assert_eq!(urls(&["-Y", "websocket.opcode == 9"]), 0);
    assert_eq!(urls(&["--stream", "0,1"]), 2);
    assert_eq!(urls(&["--stream", "1", "-Y", "tcp.stream == 0"]), 0);
}

#[test]
fn csv_holds_every_message_as_it_was() {
    let (capture, texts) = hostile();
    let output = piped(&capture.pcap(), &["--to", "csv", "--stream", "0"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.chars().any(|c| c.is_control() && !"\r\n".contains(c)), "{text:?}");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let column = |row: &csv::StringRecord, name: &str| {
        row[columns.iter().position(|column| column == name).unwrap()].to_owned()
    };
    let read: Vec<Vec<u8>> = reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            let payload = column(&row, "payload");
            match column(&row, "encoding").as_str() {
                "utf-8" => payload.into_bytes(),
                "base64" => STANDARD.decode(payload).unwrap(),
                other => panic!("{other}"),
            }
        })
        .collect();
    assert_eq!(read, texts);
}

#[test]
fn csv_has_the_columns_that_its_header_names() {
    let all = records(&samples::bytes("close.pcap"), "messages");
    let messages = rows(&all, "message");
    let text = export(&["samples/close.pcap", "--to", "csv"]);
    let mut reader = csv::Reader::from_reader(&text[..]);
    let columns = reader.headers().unwrap().clone();
    let mut count = 0;
    for (row, message) in reader.records().zip(&messages) {
        let row = row.unwrap();
        for (column, key) in [
            ("stream", "stream"),
            ("message", "message"),
            ("packet", "packet"),
            ("time", "time"),
            ("from", "from"),
            ("source", "source"),
            ("destination", "destination"),
            ("opcode", "opcode_name"),
            ("compressed", "compressed"),
            ("wire_length", "wire_length"),
            ("length", "length"),
            ("complete", "complete"),
            ("truncated", "truncated"),
        ] {
            let cell = &row[columns.iter().position(|name| name == column).unwrap()];
            let value = &message[key];
            assert_eq!(cell, value.as_str().map_or_else(|| value.to_string(), str::to_owned), "{column}");
        }
        count += 1;
    }
    assert_eq!(count, messages.len());
    assert!(count > 5);
}

#[test]
fn files_hold_the_payloads_and_a_failed_export_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("messages");
    let (capture, texts) = hostile();
    let args = ["--to", "files", "-o", target.to_str().unwrap()];
    assert!(piped(&capture.pcap(), &args).status.success());
    let names = ["txt", "txt", "txt", "bin", "txt", "txt"];
    for (number, (text, extension)) in texts.iter().zip(names).enumerate() {
        let of_client = format!("stream-0/{:06}-client-text.{extension}", number + 1);
        let of_server = format!("stream-1/{:06}-server-binary.bin", number + 1);
        assert_eq!(&fs::read(target.join(of_client)).unwrap(), text);
        assert_eq!(&fs::read(target.join(of_server)).unwrap(), text);
    }
    let mut index = csv::Reader::from_path(target.join("index.csv")).unwrap();
    let listed: Vec<String> = index.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!(listed.len(), 12);
    assert!(listed.iter().all(|file| target.join(file).is_file()));

    let again = piped(&capture.pcap(), &args);
    assert_eq!(again.status.code(), Some(2), "it is not empty");
    assert!(piped(&capture.pcap(), &[&args[..], &["--force"]].concat()).status.success());
    let other = folder.path().join("other");
    let none = piped(b"no capture", &["--to", "files", "-o", other.to_str().unwrap()]);
    assert_eq!((none.status.code(), other.exists()), (Some(2), false));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing half is left");
}

#[test]
fn a_file_is_written_over_only_if_asked() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("echo.har");
    fs::write(&target, "mine").unwrap();
    for form in ["har", "csv", "pcap", "pcapng"] {
        let args = ["samples/echo.pcap", "--to", form, "-o", target.to_str().unwrap()];
        let refused = sockeye(&args).output().unwrap();
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8(refused.stderr).unwrap().ends_with("add --force\n"));
        assert_eq!(fs::read(&target).unwrap(), b"mine", "{form}");
        assert!(export(&[&args[..], &["--force"]].concat()).is_empty());
        assert_eq!(fs::read(&target).unwrap(), export(&args[..3]), "{form}");
        fs::write(&target, "mine").unwrap();
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Time, link type, length and bytes of each packet.
fn packets(capture: &[u8]) -> Vec<(i64, u16, u32, Vec<u8>)> {
    let mut reader = Reader::open(capture, &Limits::default()).unwrap();
    let mut packets = Vec::new();
    loop {
        while let Some(packet) = reader.next_packet() {
            let time = packet.time.as_nanos();
            packets.push((time, packet.link_type.0, packet.original_length, packet.data.to_vec()));
        }
        if !reader.fill() {
            return packets;
        }
    }
}

#[test]
fn a_capture_of_a_connection_holds_exactly_its_packets() {
    for path in samples::all() {
        let capture = fs::read(&path).unwrap();
        let path = path.to_str().unwrap();
        let all = packets(&capture);
        let listed = rows(&records(&capture, "packets"), "packet");
        let streams: BTreeSet<u64> = listed.iter().map(|row| row["stream"].as_u64().unwrap()).collect();
        for stream in streams {
            let expected: Vec<_> = listed
                .iter()
                .filter(|row| row["stream"] == stream)
                .map(|row| all[row["packet"].as_u64().unwrap() as usize - 1].clone())
                .collect();
            let number = stream.to_string();
            let filter = format!("tcp.stream == {stream} and frame.number > 0");
            for args in [["--to", "pcap", "--stream", &number], ["--to", "pcapng", "-Y", &filter]] {
                let exported = export(&[&[path], &args[..]].concat());
                assert!(packets(&exported) == expected, "{path}, stream {stream}, {args:?}");
            }
        }
    }
}

#[test]
fn fragments_of_a_connection_are_exported_with_it() {
    let bytes = crate::fragments::capture(&[half(1, false), half(2, true), half(1, true), half(3, true)]);
    let output = piped(&bytes, &["--to", "pcap"]);
    assert!(output.status.success());
    let all = packets(&bytes);
    assert!(packets(&output.stdout) == [all[0].clone(), all[2].clone()]);
}

#[test]
fn a_pcap_holds_one_link_type_and_a_pcapng_several() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw.pcap");
    fs::write(&raw, hostile().0.pcap()).unwrap();
    let target = folder.path().join("out");
    let args = |form| {
        ["samples/echo.pcap", raw.to_str().unwrap(), "--to", form, "-o", target.to_str().unwrap()]
            .map(str::to_owned)
    };
    let run = |form| {
        let args = args(form);
        sockeye(&args.each_ref().map(String::as_str)).output().unwrap()
    };
    let refused = run("pcap");
    let error = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(error.ends_with("of RAW and ETHERNET; --to pcapng holds both\n"), "{error}");
    assert!(!target.exists());
    assert!(run("pcapng").status.success());
    let exported = packets(&fs::read(&target).unwrap());
    let types: BTreeSet<u16> = exported.iter().map(|packet| packet.1).collect();
    assert_eq!((exported.len(), types), (14 + 28, BTreeSet::from([1, 101])));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_capture_from_a_pipe_is_that_of_the_file() {
    for args in [["--to", "pcap", "-Y", "tcp.stream == 1"], ["--to", "pcapng", "--stream", "1"]] {
        let from_file = export(&[&["samples/nginx.pcap"], &args[..]].concat());
        let output = piped(&fs::read(Path::new("samples/nginx.pcap")).unwrap(), &args);
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        assert!(output.stdout == from_file);
    }
}
