//! Records made by hand, and reports of them.

use crate::base::Timestamp;
use crate::record::{
    CaptureInfo, Connection, EndedBy, Ends, Finding, FindingCounts, Place, Protocol, Record, SCHEMA,
    Severity, Side, SidesKnownBy, Summary, Verdict,
};

use super::{CheckFormat, CheckOptions, check_report};

/// What breaks terminals, XML, Markdown, HTML, workflow commands and JSON.
pub const HOSTILE: &str =
    "a\u{1b}[31m\r\n::error::x%0A,:<b>|`*_]]>&amp;\"'\u{0}\u{fffe}\u{202e}\\| @me #1 www.x.y $z$ ü";

pub fn options() -> CheckOptions {
    CheckOptions {
        captures: vec!["capture.pcap".into()],
        fail_on: Some(Severity::Error),
        require_complete: false,
        expect_websocket: None,
        color: false,
        width: Some(80),
    }
}

fn ends() -> Ends {
    Ends { client: ([127, 0, 0, 1], 48890).into(), server: ([127, 0, 0, 1], 3000).into() }
}

fn place(stream: u64) -> Place {
    Place { stream, packet: 9, time: Timestamp::from_nanos(1_500_000_000), time_relative: 1.5 }
}

/// A finding of WS201, or of WS901 about the capture if it has no stream.
pub fn finding(stream: Option<u64>, severity: Severity, text: &str) -> Finding<'_> {
    let peer = stream.is_some();
    Finding {
        place: stream.map(place),
        ends: stream.map(|_| ends()),
        code: if peer { "WS201" } else { "WS908" },
        name: if peer { "unmasked-client-frame" } else { "capture-cut" },
        severity,
        side: if peer { Side::Client } else { Side::Capture },
        rfc: if peer { "RFC 6455 §5.1" } else { "" },
        text,
        requirement: "A client masks every frame that it sends.",
        help: "Use a WebSocket library for the client.",
        packets: [8, 8],
        frame: peer.then_some(3),
        message: peer.then_some(2),
        stream_offset: peer.then_some(97),
        length: peer.then_some(7),
        bytes: if peer { b"\x81\x05Hello" } else { b"" },
        mark: peer.then_some((1, 1)),
        details: &[],
    }
}

pub fn connection(stream: u64, verdict: Option<Verdict>) -> Connection<'static> {
    Connection {
        place: place(stream),
        ends: ends(),
        sides_known_by: SidesKnownBy::Syn,
        tls: None,
        protocol: Protocol::Websocket,
        switched_to: None,
        opened: Timestamp::from_nanos(0),
        closed: None,
        ended_by: EndedBy::Open,
        close: None,
        frames: 3,
        messages: 2,
        payload_bytes: Default::default(),
        tcp_handshake_nanos: None,
        tcp: Default::default(),
        silence: Default::default(),
        missing_bytes: Default::default(),
        findings: FindingCounts::default(),
        verdict,
    }
}

/// Of connections that fail, pass with a warning, are undetermined and pass, and of the capture; with this text.
pub fn session(text: &str) -> Vec<Record<'_>> {
    vec![
        Record::Finding(finding(Some(0), Severity::Error, text)),
        Record::Finding(finding(None, Severity::Warning, text)),
        Record::Finding(finding(Some(1), Severity::Warning, text)),
        Record::Connection(connection(0, Some(Verdict::Fail))),
        Record::Connection(connection(1, Some(Verdict::Pass))),
        Record::Connection(connection(2, Some(Verdict::Undetermined))),
        Record::Connection(connection(3, Some(Verdict::Pass))),
    ]
}

/// The report of these records between those of the capture and the totals.
pub fn rendered(format: CheckFormat, options: &CheckOptions, records: &[Record<'_>]) -> String {
    let mut out = Vec::new();
    let mut report = check_report(format, options.clone());
    let files = options.captures.clone();
    let first = Record::Capture(CaptureInfo { schema: SCHEMA, files: &files, filter: None });
    let connections = records.iter().filter(|record| matches!(record, Record::Connection(_))).count() as u64;
    let last = Record::Summary(Summary { packets: 20, connections, ..Summary::default() });
    for record in [&first].into_iter().chain(records).chain([&last]) {
        report.record(record, &mut out).unwrap();
    }
    report.finish(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}
