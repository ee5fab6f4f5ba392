//! The examples of all rules, turned into captures and analyzed: each rule is found in the one that breaks it, and
//! nothing is found in the one that does not.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use sockeye::analyzer::{Options, Rows};
use sockeye::base::limits::ALL;
use sockeye::base::{Direction, Limits};
use sockeye::check::registry::RULES;
use sockeye::check::{Edit, Example, Opening, REQUEST, RESPONSE, Rule, Step, edited};
use sockeye::report::Json;

use crate::output::{parse_lines, render_with_keys, validate};
use crate::traffic::{ACK, Capture, FIN, RST, Side, Tcp};

/// What else is an error or a warning in the example that breaks a rule, as one thing leads to another.
const COMPANY: &[(&str, &[&str])] = &[
    ("WS104", &["WS131"]),
    ("WS105", &["WS131"]),
    ("WS118", &["WS120"]),
    ("WS130", &["WS110"]),
    ("WS131", &["WS101"]),
    ("WS136", &["WS110"]),
    ("WS420", &["WS201"]),
    ("WS610", &["WS602"]),
    ("WS904", &["WS903"]),
    ("WS909", &["WS901"]),
];

/// What is about an answer that did not come, or about the end of TCP: no byte of a frame or a handshake.
const WITHOUT_CARET: &[&str] = &["WS133", "WS416", "WS417"];

/// How much of a cut file is missing.
const CUT_FROM_FILE: usize = 3;

/// An example that is being acted out.
struct Play {
    capture: Capture,
    tcp: Tcp,
    /// What the client acknowledges while it has received nothing.
    nothing_received: u32,
}

impl Play {
    fn new() -> Self {
        let mut capture = Capture::default();
        let tcp = capture.connection();
        Self { capture, tcp, nothing_received: 0 }
    }

    /// A connection up to its request.
    fn request(&mut self, edits: &[Edit]) {
        self.capture.open(self.tcp);
        self.nothing_received = self.capture.next(self.tcp, Side::Server);
        self.capture.client(self.tcp, head(REQUEST, edits).as_bytes());
    }

    fn handshake(&mut self, request: &[Edit], response: &[Edit]) {
        self.request(request);
        self.capture.server(self.tcp, head(RESPONSE, response).as_bytes());
    }

    fn open(&mut self, opening: &Opening) {
        match opening {
            Opening::Handshake { request, response } => self.handshake(request, response),
            Opening::Refused { request, response } => {
                self.request(request);
                self.capture.server(self.tcp, response.as_bytes());
            }
            Opening::Unanswered { request } => self.request(request),
            Opening::NotCaptured | Opening::KeyLog(_) => {}
            Opening::OneDirection(_) | Opening::Limited { .. } => self.handshake(&[], &[]),
        }
    }

    fn step(&mut self, step: &Step) {
        let (capture, tcp) = (&mut self.capture, self.tcp);
        match *step {
            Step::Client(bytes) => capture.client(tcp, bytes),
            Step::Server(bytes) => capture.server(tcp, bytes),
            Step::Early(bytes) => {
                capture.segment_acking(tcp, Side::Client, ACK, self.nothing_received, bytes)
            }
            Step::Missed(from, bytes) => {
                capture.segment(tcp, side(from), ACK, bytes);
                capture.lose();
                capture.segment(tcp, side(from.reverse()), ACK, b"");
            }
            Step::Cut(from, bytes, missing) => {
                capture.segment(tcp, side(from), ACK, bytes);
                capture.cut(missing);
            }
            Step::Again(from, bytes) => {
                let next = capture.next(tcp, side(from));
                capture.set_next(tcp, side(from), next.wrapping_sub(bytes.len() as u32));
                capture.segment(tcp, side(from), ACK, bytes);
            }
            Step::Fin(from) => capture.segment(tcp, side(from), FIN | ACK, b""),
            Step::Reset(from) => capture.segment(tcp, side(from), RST | ACK, b""),
            Step::Connect { request, response } => {
                self.tcp = capture.connection();
                self.handshake(request, response);
            }
            Step::EndOfFile => {}
        }
    }
}

/// A head with all of the changes made to it.
fn head(base: &str, edits: &[Edit]) -> String {
    edits.iter().fold(base.to_owned(), |head, edit| {
        assert!(head.contains(edit.0), "{:?} is in the head that is changed", edit.0);
        edited(&head, &[*edit])
    })
}

fn side(from: Direction) -> Side {
    match from {
        Direction::ClientToServer => Side::Client,
        Direction::ServerToClient => Side::Server,
    }
}

/// The capture of an example.
fn acted_out(example: &Example) -> Vec<u8> {
    let mut play = Play::new();
    play.open(&example.opening);
    example.steps.iter().for_each(|step| play.step(step));
    if let Opening::OneDirection(from) = example.opening {
        // The last byte of the source address: the client's is 10.0.0.1.
        let sender = if from == Direction::ClientToServer { 1 } else { 2 };
        play.capture.packets.retain(|packet| packet.bytes[15] == sender);
    }
    let mut file = play.capture.pcap();
    if example.steps.contains(&Step::EndOfFile) {
        file.truncate(file.len() - CUT_FROM_FILE);
    }
    file
}

/// The findings in an example.
fn findings(example: &Example) -> Vec<Value> {
    let file = acted_out(example);
    let mut limits = Limits::default();
    if let Opening::Limited { limit, value } = &example.opening {
        let known = ALL.iter().find(|known| known.name == *limit).unwrap();
        (known.set)(&mut limits, *value);
    }
    let options = Options { rows: Rows::Frames, payload: usize::MAX, limits, ..Options::default() };
    let keys = if let Opening::KeyLog(line) = example.opening { line } else { "" };
    let mut records = parse_lines(&render_with_keys(&file[..], keys.as_bytes(), options, &mut Json::lines()));
    records.iter().for_each(validate);
    records.retain(|record| record["type"] == "finding");
    records
}

fn code(finding: &Value) -> &str {
    finding["code"].as_str().unwrap()
}

fn is_loud(finding: &&Value) -> bool {
    finding["severity"] != "info"
}

/// Who may break a rule; nobody breaks those about the capture.
fn may_break(rule: &Rule) -> &'static [&'static str] {
    let number: u16 = rule.code[2..].parse().unwrap();
    match number {
        100..=119 | 201 | 207 | 208 | 417 => &["client"],
        120..=199 | 202 => &["server"],
        900.. => &["capture"],
        _ => &["client", "server"],
    }
}

#[test]
fn each_rule_is_broken_by_its_example() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let found = findings(&rule.breaking);
        let by: Vec<_> = found
            .iter()
            .filter(|finding| code(finding) == rule.code)
            .map(|finding| &finding["side"])
            .collect();
        if !may_break(rule).iter().any(|side| by == [side]) {
            wrong.push(format!("{} is not found once, but {by:?}", rule.code));
        }
        let company = COMPANY.iter().find(|(code, _)| *code == rule.code).map_or(&[][..], |(_, with)| with);
        let mut others: Vec<_> =
            found.iter().filter(is_loud).map(code).filter(|code| *code != rule.code).collect();
        others.dedup();
        if others != company {
            wrong.push(format!("beside {} are found {others:?}, and not {company:?}", rule.code));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_rule_is_broken_by_a_correct_example() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let found = findings(&rule.correct);
        let codes = found.iter().filter(|finding| is_loud(finding) || code(finding) == rule.code).map(code);
        wrong.extend(codes.map(|code| format!("{code} is found in what is correct by {}", rule.code)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_example_that_breaks_a_rule_is_not_the_correct_one() {
    for rule in RULES {
        assert_ne!(rule.breaking, rule.correct, "{}", rule.code);
    }
}

/// The explanations of a part of a capture.
fn explained(path: &Path, part: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_sockeye"))
        .args(["explain", "--format", "json"])
        .args(part)
        .arg(path)
        .output()
        .unwrap();
    // No frame can be explained of which not even the header is whole.
    let all: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    all["explanations"].as_array().cloned().unwrap_or_default()
}

#[test]
fn explain_sets_a_caret_where_a_rule_is_broken() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("caret.pcap");
    let mut carets = 0;
    for rule in RULES.iter().filter(|rule| rule.code < "WS900") {
        fs::write(&path, acted_out(&rule.breaking)).unwrap();
        for finding in findings(&rule.breaking).iter().filter(|finding| code(finding) == rule.code) {
            let stream = &finding["stream"];
            let parts = match (&finding["frame"], &finding["message"]) {
                (Value::Number(frame), _) => explained(&path, &["--frame", &format!("{stream}:{frame}")]),
                (_, Value::Number(message)) => {
                    explained(&path, &["--message", &format!("{stream}:{message}")])
                }
                _ => explained(&path, &["--handshake", &stream.to_string()]),
            };
            let marks: Vec<&Value> = parts
                .iter()
                .flat_map(|part| part["findings"].as_array().unwrap())
                .filter(|mark| mark["code"] == rule.code)
                .collect();
            let marked = marks.iter().any(|mark| mark["fields"] != serde_json::json!([]));
            assert_ne!(marked, WITHOUT_CARET.contains(&rule.code), "{}: {finding:#}", rule.code);
            carets += usize::from(marked);
        }
    }
    assert!(carets > 70, "{carets}");
}
