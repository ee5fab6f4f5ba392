//! Every load of `benches/loads` says the same as the analysis of it.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

use std::collections::HashMap;

use sockeye::analyzer::{Analyzer, Options, Rows};
use sockeye::base::{Direction, Limits};
use sockeye::capture::Reader;
use sockeye::record::{Record, Severity, Summary};
use sockeye::report::{Json, Report};
use sockeye_loads::{Frames, Load, Truth, generate};

const SIZE: u64 = 200_000;

/// What the analysis has to say of a capture: everything in its [`Truth`].
#[derive(Default)]
struct Found {
    /// By stream and whether the client sent it.
    sent: HashMap<(u64, Direction), Frames>,
    alarms: Vec<String>,
    summary: Summary,
}

impl Found {
    fn take(&mut self, rows: Rows, record: &Record<'_>) {
        match record {
            Record::Frame(frame) => {
                assert!(!frame.truncated && frame.missing.is_empty());
                let sent = self.sent.entry((frame.place.stream, frame.from)).or_default();
                sent.frame(frame.header.opcode, frame.payload.bytes());
            }
            Record::Message(message) => {
                assert!(message.complete && !message.truncated && rows == Rows::Messages);
                let sent = self.sent.entry((message.place.stream, message.from)).or_default();
                sent.message_payload.push(message.payload.unwrap().bytes());
            }
            Record::Finding(finding) if finding.severity > Severity::Info => {
                self.alarms.push(format!("{} {:?}", finding.text, finding.packets));
            }
            Record::Summary(summary) => self.summary = summary.clone(),
            _ => {}
        }
    }

    fn of(&self, from: Direction) -> Frames {
        let mut all = Frames::default();
        self.sent.iter().filter(|((_, by), _)| *by == from).for_each(|(_, frames)| all += *frames);
        all
    }
}

fn analyze(capture: &[u8], rows: Rows) -> Found {
    let limits = Limits::default();
    let options = Options { rows, payload: usize::MAX, limits, ..Options::default() };
    let mut analyzer = Analyzer::new(options);
    let mut reader = Reader::open(capture, &limits).unwrap();
    let mut found = Found::default();
    let mut take = |record: &Record<'_>| found.take(rows, record);
    loop {
        while let Some(packet) = reader.next_packet() {
            analyzer.push(&packet, &mut take);
        }
        if !reader.fill() {
            break;
        }
    }
    analyzer.finish(&mut take);
    found
}

fn made(load: Load, size: u64, seed: u64) -> (Vec<u8>, Truth) {
    let mut capture = Vec::new();
    let truth = generate(load, size, seed, &mut capture).unwrap();
    (capture, truth)
}

#[test]
fn the_analysis_of_a_load_finds_its_truth() {
    for load in Load::each() {
        let name = load.name();
        let (capture, mut truth) = made(load, SIZE, 1);
        assert_eq!(truth.bytes, capture.len() as u64, "{name}");
        assert!(truth.bytes.abs_diff(SIZE) < SIZE / 10, "{name} has {} bytes", truth.bytes);
        let frames = analyze(&capture, Rows::Frames);
        let messages = analyze(&capture, Rows::Messages);
        assert_eq!((&frames.alarms, &messages.alarms), (&vec![], &vec![]), "{name}");
        for from in Direction::BOTH {
            let expected = *truth.of(from);
            let mut found = frames.of(from);
            found.message_payload = messages.of(from).message_payload;
            assert_eq!(found, expected, "{name}, {from:?}");
        }
        let Summary { packets, connections, websocket_connections, .. } = frames.summary;
        assert_eq!(
            (packets, connections, websocket_connections),
            (truth.packets, truth.connections, truth.websocket_connections),
            "{name}"
        );
        let limits = frames.summary.limits_reached;
        assert!(limits.is_empty(), "{name}: {limits:?}");
    }
}

/// Each record as JSON, looking ahead or not.
fn records(capture: &[u8], ahead: bool) -> Vec<u8> {
    let limits = Limits::default();
    let mut analyzer = Analyzer::new(Options { payload: usize::MAX, limits, ..Options::default() });
    let mut reader = Reader::open(capture, &limits).unwrap();
    let (mut json, mut records) = (Json::lines(), Vec::new());
    loop {
        loop {
            while let Some(packet) = reader.look_ahead().filter(|_| ahead) {
                analyzer.expect(&packet);
            }
            let Some(packet) = reader.next_packet() else { break };
            analyzer.push(&packet, &mut |record| json.record(record, &mut records).unwrap());
        }
        if !reader.fill() {
            break;
        }
    }
    analyzer.finish(&mut |record| json.record(record, &mut records).unwrap());
    records
}

#[test]
fn to_expect_packets_of_many_connections_changes_no_record() {
    let (capture, truth) = made(Load::Open, 2_000_000, 1);
    assert!(truth.connections > 1024, "{}", truth.connections);
    assert!(records(&capture, true) == records(&capture, false));
}

#[test]
fn a_seed_makes_one_file_and_another_seed_another() {
    for load in Load::each() {
        let [first, same, other] = [1, 1, 2].map(|seed| made(load, 50_000, seed));
        assert!(first == same, "{}", load.name());
        assert!(first.0 != other.0, "{}", load.name());
    }
}

#[test]
fn every_load_has_what_it_is_for() {
    let truth = |load| made(load, 400_000, 1).1;
    let chat = truth(Load::Chat);
    for sent in [chat.client, chat.server] {
        assert!(sent.continuation > 0 && sent.ping > 0 && sent.pong > 0 && sent.text > 500, "{sent:?}");
    }
    assert_eq!(chat.websocket_connections, 100);
    let dirty = truth(Load::Dirty);
    assert_ne!((dirty.packets, dirty.client), (chat.packets, chat.client));
    let haystack = truth(Load::Haystack);
    assert!(haystack.connections > haystack.websocket_connections);
    let fragments = truth(Load::Fragments).client;
    assert!(fragments.text == 1 && fragments.continuation > 9000, "{fragments:?}");
    let open = truth(Load::Open);
    assert!(open.connections > 300 && (open.client.close, open.server.close) == (0, 0), "{open:?}");
    let compressed = truth(Load::Deflate).server;
    assert!(compressed.frame_payload.bytes * 2 < compressed.message_payload.bytes, "{compressed:?}");
}
