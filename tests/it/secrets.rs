//! TLS secrets that come late, to the command.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::samples;
use crate::scenarios::tls::{pcapng, pcapng_with};

/// Text of the first message, and what is told at the end if all of it was read.
const READ: [&str; 2] = ["\"tls13 hello 1\"", "10 frames, 10 messages, verdict pass"];

fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path
}

fn sockeye(args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockeye"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// What the command prints, and whether it ends well.
fn run(args: &[&str], input: &[u8]) -> String {
    let mut child = sockeye(args);
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn is_read(text: &str) -> bool {
    READ.iter().all(|part| text.contains(part)) && !text.contains("WS905")
}

/// Packets of the sample.
const COUNT: usize = 24;

#[test]
fn blocks_serve_the_packets_before_them_in_a_file() {
    let keys = samples::bytes("tls.keys");
    let middle = keys.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let (first, rest) = keys.split_at(middle);
    let foreign = format!("CLIENT_RANDOM {} {}\n", "ab".repeat(32), "cd".repeat(48)).into_bytes();
    for (name, content) in [
        ("end", pcapng(&keys, COUNT)),
        ("several", pcapng_with(&[(&foreign, 0), (rest, 13), (&foreign, 20), (first, COUNT)])),
    ] {
        let path = file(&format!("secrets-{name}.pcapng"), &content);
        let path = path.to_str().unwrap();
        assert!(is_read(&run(&[path], b"")), "{name}");
        let rows = run(&["--rows", "packets", path], b"");
        assert!(rows.contains("GET /secure HTTP/1.1") && !rows.contains("WS905"), "{rows}");
        assert!(run(&["check", path], b"").contains("pass"));
        assert!(run(&["explain", "--message", "0:1", path], b"").contains("tls13 hello 1"));
        // One of several captures, and not the last.
        let echo = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/echo.pcap");
        assert!(is_read(&run(&[path, echo.to_str().unwrap()], b"")), "{name}");
    }
}

#[test]
fn a_pipe_is_read_once_and_blocks_serve_from_where_they_stand() {
    let keys = samples::bytes("tls.keys");
    assert!(is_read(&run(&["-"], &pcapng(&keys, COUNT - 4))));
    assert!(run(&["-"], &pcapng(&keys, COUNT)).contains("WS905"));
    // A key log makes it wait for what comes.
    let empty = file("secrets-empty.keys", b"");
    assert!(is_read(&run(&["--keylog", empty.to_str().unwrap(), "-"], &pcapng(&keys, COUNT))));
}

#[test]
fn a_compressed_file_is_read_once_too() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&pcapng(&samples::bytes("tls.keys"), COUNT - 4)).unwrap();
    let path = file("secrets-middle.pcapng.gz", &encoder.finish().unwrap());
    assert!(is_read(&run(&[path.to_str().unwrap()], b"")));
}

#[test]
fn damage_ends_the_search_for_blocks_and_nothing_else() {
    let keys = samples::bytes("tls.keys");
    let whole = pcapng(&keys, 0);
    for (name, behind) in [("garbage", &[0xff; 64][..]), ("zeros", &[0; 64]), ("cut", &whole[..40])] {
        let path = file(&format!("secrets-{name}.pcapng"), &[&whole[..], behind].concat());
        assert!(is_read(&run(&[path.to_str().unwrap()], b"")), "{name}");
    }
    let path = file("secrets-header.pcapng", &whole[..20]);
    let output = sockeye(&[path.to_str().unwrap()]).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_key_log_that_is_written_when_the_connection_is_over_serves() {
    for rows in ["frames", "messages"] {
        let keys = file(&format!("secrets-late-{rows}.keys"), b"# nothing yet\n");
        let mut child = sockeye(&["--rows", rows, "--keylog", keys.to_str().unwrap(), "-"]);
        let mut input = child.stdin.take().unwrap();
        input.write_all(&samples::bytes("tls.pcap")).unwrap();
        // Of the same link type: when its end is told, all of the first is read.
        input.write_all(&samples::bytes("echo.pcap")[24..]).unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut before = String::new();
        while !before.contains("closed (") {
            assert!(lines.read_line(&mut before).unwrap() > 0);
        }
        assert!(before.contains("verdict pass") && !before.contains("WS905"), "{before}");
        fs::write(&keys, [b"# nothing yet\n", &samples::bytes("tls.keys")[..]].concat()).unwrap();
        drop(input);
        let mut text = String::new();
        lines.read_to_string(&mut text).unwrap();
        assert!(child.wait().unwrap().success());
        assert!(is_read(&text), "{rows}: {text}");
    }
}
