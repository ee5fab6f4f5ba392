//! The output of `sockeye --threads N` is the same for every N, byte for byte.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use crate::fragments;
use crate::samples;
use crate::scenarios::tls::{from_port, joined_pcapng};
use crate::traffic::{ACK, Capture, FIN, REQUEST, RESPONSE, RST, SYN, Side, frame, masked};

/// Beside one.
const SEVERAL: [&str; 3] = ["2", "3", "8"];

const FIELDS: &str = "packet,time_relative,stream,from,opcode,fin,payload_length,tcp.stream,payload";

/// Every form at every zoom, with filters that exclude records, connections, or all.
const FORMS: [&[&str]; 13] = [
    &[],
    &["--rows", "packets", "--color", "always"],
    &["--rows", "messages"],
    &["--format", "json"],
    &["--rows", "packets", "--format", "jsonl"],
    &["--rows", "messages", "--format", "jsonl"],
    &["--fields", FIELDS],
    &["--rows", "messages", "--fields", FIELDS, "--format", "csv"],
    &["--rows", "frames", "--fields", FIELDS, "--format", "jsonl"],
    &["-Y", "tcp.stream in {0, 2, 3, 9} && websocket", "--format", "json"],
    &["-Y", "sockeye.severity", "--fields", "packet,code"],
    &["-Y", "tcp.stream == 1000", "--format", "jsonl"],
    &["-Y", "tcp.stream == 1000", "--fields", "packet,opcode"],
];

fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path
}

fn run(threads: &str, args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sockeye"))
        .args(["--threads", threads])
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // It may write more than a pipe holds before it has read all.
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    output
}

/// What one thread prints; that of several has to be the same.
fn same(args: &[&str], input: &[u8]) -> String {
    let one = run("1", args, input);
    assert!(one.status.success(), "{args:?}: {one:?}");
    for threads in SEVERAL {
        let other = run(threads, args, input);
        assert!(other == one, "{threads} threads, {args:?}:\n{}", first_difference(&one, &other));
    }
    String::from_utf8(one.stdout).unwrap()
}

fn first_difference(one: &Output, other: &Output) -> String {
    let [one, other] = [one, other].map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let mut lines = one.lines().zip(other.lines()).zip(1..);
    match lines.find(|((one, other), _)| one != other) {
        Some(((one, other), line)) => format!("line {line}:\n{one}\n{other}"),
        None => format!("{} and {} bytes, or standard error", one.len(), other.len()),
    }
}

/// A masked frame of the client, or one of the server.
fn said(side: Side, first: u8, payload: &[u8]) -> Vec<u8> {
    if side == Side::Client { masked(first, payload) } else { frame(first, payload) }
}

/// A request with a key of its own for each number.
fn request(key: u64) -> Vec<u8> {
    let key = STANDARD.encode(u128::from(key).to_be_bytes());
    String::from_utf8_lossy(REQUEST).replace("dGhlIHNhbXBsZSBub25jZQ==", &key).into_bytes()
}

#[test]
fn of_samples_in_every_form() {
    let secret = ["--keylog", "samples/tls.keys"];
    for sample in samples::all() {
        let path = sample.to_str().unwrap();
        for form in FORMS {
            let keys = if path.ends_with("tls.pcap") { &secret[..] } else { &[] };
            same(&[form, keys, &[path]].concat(), b"");
        }
    }
}

#[test]
fn of_damaged_and_of_several_captures() {
    for form in FORMS {
        same(&[form, &["tests/data/cut.pcap"]].concat(), b"");
        same(&[form, &["tests/data/no-tcp.pcap", "samples/nginx.pcap", "samples/close.pcap"]].concat(), b"");
    }
    same(&["--format", "jsonl", "-"], &samples::bytes("nginx.pcap"));
    let missing = run("8", &["tests/data/missing.pcap"], b"");
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn of_fragments_that_make_room() {
    let halves: Vec<_> = (0..300).map(|id| fragments::half(id, true)).collect();
    let path = file("threads-fragments.pcap", &fragments::capture(&halves));
    let text = same(&["--format", "jsonl", path.to_str().unwrap()], b"");
    assert_eq!(text.matches("\"WS906\"").count(), 1);
}

#[test]
fn of_more_rows_than_a_thread_may_hold() {
    let mut capture = Capture::default();
    let connections: Vec<_> = (0..6).map(|_| capture.websocket()).collect();
    for _ in 0..40 {
        for tcp in &connections {
            // In JSON, six times as long.
            capture.server(*tcp, &frame(0x81, &[1; 60_000]));
        }
    }
    let path = file("threads-much.pcap", &capture.pcap());
    let text = same(&["--format", "jsonl", path.to_str().unwrap()], b"");
    assert!(text.len() > 80 << 20);
}

#[test]
fn of_keys_that_are_used_again() {
    let mut capture = Capture::default();
    for number in 0..300_u64 {
        let tcp = capture.connection();
        capture.open(tcp);
        capture.client(tcp, &request(number % 37));
        // Some are judged when they are answered, the others when all is over.
        if !number.is_multiple_of(5) {
            capture.server(tcp, RESPONSE);
        }
        if number.is_multiple_of(3) {
            capture.close(tcp);
        }
    }
    let path = file("threads-keys.pcap", &capture.pcap());
    for limit in ["connections=131072", "connections=20"] {
        let text = same(&["--format", "jsonl", "--limit", limit, path.to_str().unwrap()], b"");
        assert_eq!(text.matches("\"WS111\"").count(), 300 - 37, "{limit}");
    }
}

#[test]
fn of_secrets_that_come_when_many_wait_for_them() {
    let captures: Vec<Vec<u8>> = (2000..2040).map(from_port).collect();
    let empty = file("threads-empty.keys", b"");
    let late = ["--keylog", empty.to_str().unwrap()];
    let keys = samples::bytes("tls.keys");
    let middle = keys.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let (first, rest) = keys.split_at(middle);
    for in_turn in [true, false] {
        for secrets in
            [vec![(&keys[..], 12 * 40)], vec![(first, 300), (rest, 700)], vec![(&keys[..], 24 * 40)]]
        {
            let capture = joined_pcapng(&captures, in_turn, &secrets);
            for limit in ["held_total=256M", "held_total=400K"] {
                for rows in ["packets", "frames", "messages"] {
                    let args = ["--rows", rows, "--format", "jsonl", "--limit", limit, "-"];
                    same(&args, &capture);
                    same(&[&late[..], &args].concat(), &capture);
                }
            }
        }
    }
}

#[test]
fn rows_appear_while_the_capture_is_still_being_written() {
    for threads in SEVERAL {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sockeye"))
            .args(["--threads", threads, "--format", "jsonl", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let mut rows = BufReader::new(child.stdout.take().unwrap());
        let mut capture = Capture::default();
        let connections: Vec<_> = (0..9).map(|_| capture.websocket()).collect();
        input.write_all(&capture.pcap()).unwrap();
        for tcp in connections.into_iter().cycle().take(30) {
            let written = capture.pcap().len();
            capture.server(tcp, &frame(0x81, b"now"));
            input.write_all(&capture.pcap()[written..]).unwrap();
            let mut line = String::new();
            while !line.contains("\"type\":\"frame\"") {
                line.clear();
                assert!(rows.read_line(&mut line).unwrap() > 0, "the output goes on as long as the input");
            }
            assert!(line.contains(&format!("\"packet\":{},", capture.packets.len())), "{line}");
        }
        drop(input);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn a_reader_that_has_read_enough_ends_all_of_them() {
    let mut capture = Capture::default();
    let connections: Vec<_> = (0..8).map(|_| capture.websocket()).collect();
    for tcp in connections.iter().cycle().take(3000) {
        capture.server(*tcp, &frame(0x81, &[b'x'; 1000]));
    }
    let path = file("threads-enough.pcap", &capture.pcap());
    for threads in SEVERAL {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sockeye"))
            .args(["--threads", threads, "--format", "jsonl", path.to_str().unwrap()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    }
}

/// What can happen to one of several connections.
#[derive(Debug, Clone)]
enum Step {
    Open,
    Request(u64),
    Response,
    Say(bool, u8, usize),
    Lose,
    Repeat(prop::sample::Index),
    Contradict(prop::sample::Index),
    End(u8),
    Close,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Open),
        3 => (0u64..12).prop_map(Step::Request),
        3 => Just(Step::Response),
        8 => (any::<bool>(), prop::sample::select(vec![0x81, 0x82, 0x01, 0x80, 0x89, 0x8a, 0x88, 0xc1, 0x83]), 0..300usize)
            .prop_map(|(client, first, length)| Step::Say(client, first, length)),
        1 => Just(Step::Lose),
        2 => any::<prop::sample::Index>().prop_map(Step::Repeat),
        1 => any::<prop::sample::Index>().prop_map(Step::Contradict),
        1 => prop::sample::select(vec![RST, RST | ACK, FIN | ACK, SYN]).prop_map(Step::End),
        1 => Just(Step::Close),
        1 => (1u64..3000).prop_map(Step::Wait),
    ]
}

/// Connections between the same few ends, so that later ones take the place of earlier ones.
fn random(steps: &[(usize, Step)]) -> Vec<u8> {
    let mut capture = Capture::default();
    let connections: Vec<_> = (0..14).map(|_| capture.connection()).collect();
    for tcp in &connections {
        capture.open(*tcp);
    }
    for (at, step) in steps {
        let tcp = connections[at % connections.len()];
        match step {
            Step::Open => {
                let sequence = capture.next(tcp, Side::Client).wrapping_add(1 << 20);
                capture.set_next(tcp, Side::Client, sequence);
                capture.open(tcp);
            }
            Step::Request(key) => capture.client(tcp, &request(*key)),
            Step::Response => capture.server(tcp, RESPONSE),
            Step::Say(client, first, length) => {
                let side = if *client { Side::Client } else { Side::Server };
                capture.segment(tcp, side, ACK, &said(side, *first, &vec![b'a'; *length]));
            }
            Step::Lose => capture.lose(),
            Step::Repeat(index) if !capture.packets.is_empty() => {
                capture.repeat(index.index(capture.packets.len()));
            }
            Step::Contradict(index) if !capture.packets.is_empty() => {
                capture.repeat(index.index(capture.packets.len()));
                if let Some(packet) = capture.packets.last_mut().filter(|packet| packet.bytes.len() > 42) {
                    *packet.bytes.last_mut().unwrap() ^= 1;
                }
            }
            Step::Repeat(_) | Step::Contradict(_) => {}
            Step::End(flags) => capture.segment(tcp, Side::Server, *flags, b""),
            Step::Close => capture.close(tcp),
            Step::Wait(milliseconds) => capture.wait(*milliseconds),
        }
    }
    capture.pcap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn of_random_traffic_under_any_limits(
        steps in prop::collection::vec((any::<usize>(), step()), 1..250),
        form in prop::sample::select(FORMS.to_vec()),
        limits in prop::sample::subsequence(
            vec!["connections=3", "held_total=6K", "history_total=90K", "out_of_order_total=700", "http_wait=50", "payload=100"],
            0..5,
        ),
    ) {
        let path = file("threads-random.pcap", &random(&steps));
        let limits: Vec<&str> = limits.iter().flat_map(|limit| ["--limit", *limit]).collect();
        for form in [form, &["--format", "jsonl"]] {
            same(&[form, &limits, &[path.to_str().unwrap()]].concat(), b"");
        }
    }
}
