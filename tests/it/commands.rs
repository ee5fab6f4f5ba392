//! Transcripts: what the commands print, and what the documentation says they print. Beside them, what a transcript
//! cannot show: standard input, colours, escapes.
//!
//! A changed output is written into them with `TRYCMD=overwrite cargo test --test it commands`; read the difference
//! before you commit it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::samples;

#[test]
fn transcripts_and_documentation_show_what_the_commands_print() {
    trycmd::TestCases::new()
        // The width of the help where standard output is no terminal.
        .env("COLUMNS", "100")
        .case("tests/cmd/*.trycmd")
        .case("README.md")
        .case("docs/*.md");
}

fn sockeye(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockeye"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn run(args: &[&str]) -> Output {
    sockeye(args).output().unwrap()
}

fn stdout(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn standard_input_is_read_like_a_file() {
    let mut child = sockeye(&["-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&samples::bytes("echo.pcap")).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), stdout(&["samples/echo.pcap"]));
}

#[test]
fn rows_appear_while_the_capture_is_still_being_written() {
    let mut child = sockeye(&["-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let capture = samples::bytes("echo.pcap");
    let (first, rest) = capture.split_at(capture.len() / 2);
    let mut input = child.stdin.take().unwrap();
    let mut rows = BufReader::new(child.stdout.take().unwrap());
    input.write_all(first).unwrap();
    let mut line = String::new();
    while !line.contains("opened") {
        line.clear();
        assert!(rows.read_line(&mut line).unwrap() > 0, "the output goes on as long as the input");
    }
    input.write_all(rest).unwrap();
    drop(input);
    let mut later = String::new();
    rows.read_to_string(&mut later).unwrap();
    assert!(later.contains("closed (close handshake)"), "{later}");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let mut child =
        sockeye(&["-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(&samples::bytes("echo.pcap")).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn colour_is_never_the_only_sign() {
    let colored = stdout(&["--color", "always", "samples/wrong-accept.pcap"]);
    let row = |part: &str| colored.lines().find(|line| line.contains(part)).unwrap().to_owned();
    assert!(row("do I care?").starts_with("\x1b[32m") && row("do I care?").ends_with("\x1b[0m"), "client");
    assert!(row("\"no\"").starts_with("  19"), "server");
    assert!(row("Close [FIN]").starts_with("\x1b[33m"), "control frame");
    assert!(row("WS120").starts_with("\x1b[1;31m"), "error");
    let plain = ["\x1b[32m", "\x1b[33m", "\x1b[1;31m", "\x1b[0m"]
        .iter()
        .fold(colored.clone(), |text, code| text.replace(code, ""));
    for when in ["never", "auto"] {
        assert_eq!(stdout(&["--color", when, "samples/wrong-accept.pcap"]), plain, "{when}, piped");
    }
}

#[test]
fn text_from_the_wire_does_not_control_the_terminal() {
    let table = stdout(&["tests/data/hostile.pcap"]);
    assert!(table.contains(r#""\u{1b}[2J\u{1b}[31mred\u{7}\r\n\\ \"\u{202e}\" é \u{7f}___""#), "{table}");
    let lines = stdout(&["--format", "jsonl", "tests/data/hostile.pcap"]);
    assert!(lines.contains(r#"\u001b[2J\u001b[31mred\u0007\r\n\\ \""#), "{lines}");
    assert!(!lines.chars().any(|c| c.is_control() && c != '\n'));
}

#[test]
fn a_cut_capture_is_told_to_people_and_to_programs() {
    let output = run(&["--format", "jsonl", "-Y", "websocket", "tests/data/cut.pcap"]);
    assert!(output.status.success());
    let warning = String::from_utf8(output.stderr).unwrap();
    assert!(warning.starts_with("warning: tests/data/cut.pcap: cut in the record at byte "), "{warning}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let records: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let types: Vec<&str> = records.iter().map(|record| record["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["capture", "frame", "finding", "connection", "summary"], "whatever the filter says");
    assert_eq!((&records[2]["code"], &records[2]["packet"]), (&"WS908".into(), &Value::Null));
    assert_eq!(records[3]["ended_by"], "open");
}

#[test]
fn the_schema_is_printed() {
    assert_eq!(stdout(&["schema"]), sockeye::report::SCHEMA_TEXT);
    assert_eq!(stdout(&["schema", "explain"]), sockeye::report::EXPLAIN_SCHEMA_TEXT);
    assert_eq!(stdout(&["schema", "stats"]), sockeye::report::STATS_SCHEMA_TEXT);
}

#[test]
fn a_check_says_by_its_exit_code_whether_it_passes() {
    for (code, args) in [
        (0, &["samples/echo.pcap"][..]),
        (0, &["samples/echo.pcap", "samples/heartbeat.pcap", "--expect-websocket", "2"]),
        (1, &["samples/echo.pcap", "samples/heartbeat.pcap", "--expect-websocket", "3"]),
        (1, &["samples/wrong-accept.pcap"]),
        (0, &["samples/wrong-accept.pcap", "--fail-on", "never"]),
        (0, &["samples/gap.pcap", "--fail-on", "info"]),
        (1, &["samples/gap.pcap", "--require-complete"]),
        (0, &["samples/gap.pcap", "--require-complete=false"]),
        (0, &["samples/gap.pcap", "--require-complete", "--ignore", "WS9"]),
        (1, &["samples/gap.pcap", "--require-complete", "--fail-on", "never"]),
        (0, &["tests/data/cut.pcap"]),
        (1, &["tests/data/cut.pcap", "--require-complete", "-Y", "tcp.stream == 99"]),
        (2, &["tests/data/empty.pcap"]),
        (2, &["samples/echo.pcap", "-Y", "tcp.prot == 3000"]),
        (2, &["samples/echo.pcap", "--format", "table"]),
        (2, &["samples/echo.pcap", "--select", "WS3x"]),
    ] {
        for format in ["text", "jsonl", "json", "junit", "sarif", "github", "markdown"] {
            let given = args.contains(&"--format");
            let format = if given { &[][..] } else { &["--format", format] };
            let output = run(&[&["check", "--no-config"], format, args].concat());
            assert_eq!(output.status.code(), Some(code), "{args:?} {format:?}: {output:?}");
        }
    }
}

#[test]
fn a_check_keeps_its_exit_code_when_nobody_reads_on() {
    let mut child = sockeye(&["check", "--format", "jsonl", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(&samples::bytes("wrong-accept.pcap")).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), &b""[..]));
}

#[test]
fn options_are_looked_for_in_the_current_directory_and_above() {
    let top = Path::new(env!("CARGO_TARGET_TMPDIR")).join("options");
    let below = top.join("project/below");
    fs::create_dir_all(&below).unwrap();
    fs::write(top.join("sockeye.toml"), "[check]\nfail-on = \"error\"").unwrap();
    fs::write(top.join("project/sockeye.toml"), "[check]\nfail-on = \"never\"").unwrap();
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/wrong-accept.pcap");
    let code = |directory: &Path, args: &[&str]| {
        let mut command = sockeye(&["check"]);
        command.args(args).arg(&capture).current_dir(directory).output().unwrap().status.code()
    };
    assert_eq!(code(&below, &[]), Some(0), "the nearest one counts");
    assert_eq!(code(&top.join("project"), &[]), Some(0));
    assert_eq!(code(&top, &[]), Some(1));
    assert_eq!(code(&below, &["--no-config"]), Some(1));
    assert_eq!(code(&below, &["--config", "../../sockeye.toml"]), Some(1));
    assert_eq!(code(&below, &["--fail-on", "error"]), Some(1), "the command line wins");
    fs::write(below.join("sockeye.toml"), "[check]\nfail_on = \"never\"").unwrap();
    let output = sockeye(&["check"]).arg(&capture).current_dir(&below).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("error: in sockeye.toml, line 2, column 1: unknown key `fail_on`"), "{error}");
    fs::remove_dir_all(&top).unwrap();
}

#[test]
fn a_check_holds_the_findings_handshakes_and_connections_of_the_timeline() {
    let kinds = ["capture", "handshake", "finding", "connection", "summary"];
    for sample in samples::all() {
        let path = sample.to_str().unwrap();
        let timeline = stdout(&["--format", "jsonl", path]);
        let is_wanted =
            |line: &&str| kinds.iter().any(|kind| line.contains(&format!("{{\"type\":\"{kind}\"")));
        let expected: Vec<&str> = timeline.lines().filter(is_wanted).collect();
        let output = run(&["check", "--no-config", "--format", "jsonl", path]);
        let lines = String::from_utf8(output.stdout).unwrap();
        assert_eq!(lines.lines().collect::<Vec<_>>(), expected, "{path}");
    }
}

#[test]
fn a_file_becomes_the_bytes_of_a_frame() {
    let args = ["encode", "--file", "tests/data/notes.txt", "--opcode", "1", "--format", "raw"];
    let content = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/notes.txt")).unwrap();
    assert_eq!(run(&args).stdout, [&[0x81, content.len() as u8], &content[..]].concat());
}

#[test]
fn an_encoded_capture_is_read_again() {
    let args = ["encode", "--text", "something", "--mask", "32fd435f", "--pcap", "-"];
    let capture = run(&args);
    assert!(capture.status.success() && capture.stderr.is_empty());
    let mut child = sockeye(&["-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&capture.stdout).unwrap();
    let table = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    for part in
        [r#"Text [FIN] [MASKED] "something""#, "Sec-WebSocket-Accept ✓", "(close handshake): 3 frames"]
    {
        assert!(table.contains(part), "{table}");
    }

    let file = std::env::temp_dir().join(format!("sockeye-encode-{}.pcap", std::process::id()));
    let to_file = [&args[..5], &["--pcap", file.to_str().unwrap()]].concat();
    for _ in 0..2 {
        assert!(run(&to_file).stdout.is_empty(), "the second time over the first");
        assert_eq!(fs::read(&file).unwrap(), capture.stdout);
    }
    fs::remove_file(file).unwrap();
}

#[test]
fn a_payload_that_is_too_long_is_refused() {
    let mut child =
        sockeye(&["encode", "--file", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // It may stop reading before the end.
    let _ = input.write_all(&vec![0; (16 << 20) + 1]);
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error, "error: the payload in standard input is too long\n  it may have 16777216 bytes\n");
}

#[test]
fn secrets_that_are_written_while_the_capture_is_read_serve() {
    let keys = Path::new(env!("CARGO_TARGET_TMPDIR")).join("growing.keys");
    fs::write(&keys, "# nothing yet\n").unwrap();
    let mut child = sockeye(&["--keylog", keys.to_str().unwrap(), "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let capture = samples::bytes("tls.pcap");
    let (first, rest) = capture.split_at(capture.len() / 2);
    let mut input = child.stdin.take().unwrap();
    let mut rows = BufReader::new(child.stdout.take().unwrap());
    input.write_all(first).unwrap();
    let mut line = String::new();
    while !line.contains("opened") {
        line.clear();
        assert!(rows.read_line(&mut line).unwrap() > 0);
    }
    fs::write(&keys, [b"# nothing yet\n", &samples::bytes("tls.keys")[..]].concat()).unwrap();
    input.write_all(rest).unwrap();
    drop(input);
    let mut text = String::new();
    rows.read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(text.contains("\"tls13 hello 1\"") && text.contains("verdict pass"), "{text}");
}
