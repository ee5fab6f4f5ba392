//! The fields of HTTP, WebSocket and Sockeye itself, with their values.

use super::samples::*;
use crate::base::{Direction, PerDirection};
use crate::filter::{FIELDS, Field, Value};
use crate::http::{Header, Headers, Request, Response};
use crate::record::*;
use crate::websocket::{Extension, FrameHeader, Opcode};

/// The values of a field, as they are written in filters.
fn values(name: &str, record: &Record<'_>) -> Vec<String> {
    keyed(name, None, record)
}

fn keyed(name: &str, key: Option<&str>, record: &Record<'_>) -> Vec<String> {
    let field = Field::find(name).unwrap_or_else(|| panic!("{name}"));
    let mut values = Vec::new();
    field.any(record, key, &mut |value| {
        values.push(match value {
            Value::Text(text) => text.to_owned(),
            Value::Bytes(bytes) => bytes.escape_ascii().to_string(),
            value => value.to_string(),
        });
        false
    });
    values
}

fn headers(fields: &[(&str, &[u8])]) -> Headers {
    let header = |&(name, value)| Header { name: str::as_bytes(name), value, offset: 0, length: 0 };
    fields.iter().map(header).collect()
}

fn asking() -> Request {
    let fields: &[(&str, &[u8])] =
        &[("HOST", b"a:1"), ("Cookie", b"x=1"), ("cookie", b"y=2"), ("X-Odd", b"caf\xe9")];
    Request { target: (*b"/chat?a=b").into(), headers: headers(fields), ..REQUEST.clone() }
}

fn answering() -> Response {
    let fields: &[(&str, &[u8])] = &[("Server", b"s"), ("Connection", b"Upgrade")];
    Response { reason: (*b"Switching Protocols").into(), headers: headers(fields), ..RESPONSE.clone() }
}

const HTTP: [(&str, &[&str], bool); 12] = [
    ("http.request", &["true"], true),
    ("http.request.method", &["GET"], true),
    ("http.request.uri", &["/chat?a=b"], true),
    ("http.request.version", &["HTTP/1.1"], true),
    ("http.host", &["a:1"], true),
    ("http.cookie", &["x=1", "y=2"], true),
    ("http.response", &["true"], false),
    ("http.response.code", &["101"], false),
    ("http.response.phrase", &["Switching Protocols"], false),
    ("http.response.version", &["HTTP/1.1"], false),
    ("http.server", &["s"], false),
    ("http.connection", &["Upgrade"], false),
];

#[test]
fn a_request_a_response_and_a_handshake_of_both() {
    let (head, response) = (asking(), answering());
    let Record::Request(row) = request() else { panic!("a request") };
    let asked = Record::Request(RequestRow { head: &head, ..row });
    let Record::Switched(row) = switched() else { panic!("a response") };
    let answered = Record::Switched(Switched { head: &response, ..row });
    let Record::Handshake(row) = handshake(true) else { panic!("a handshake") };
    let packet = row.response.unwrap().packet;
    let both = Record::Handshake(Handshake {
        request: Some(HandshakeRequest { packet, head: &head }),
        response: Some(HandshakeResponse { packet, head: &response }),
        ..row
    });
    let heads = [Head::Request(head.clone()), Head::Response(response.clone())];
    let Record::Packet(row) = packet_of(ends(), CLIENT, "HTTP") else { panic!("a packet") };
    let packet = Record::Packet(PacketRow { heads: &heads, head_count: 2, ..row });
    for (field, expected, of_request) in HTTP {
        assert_eq!(values(field, &both), expected, "{field}");
        assert_eq!(values(field, &packet), expected, "{field}");
        assert_eq!(!values(field, &asked).is_empty(), of_request, "{field}");
        assert_eq!(!values(field, &answered).is_empty(), !of_request, "{field}");
        assert!(values(field, &connection()).is_empty(), "{field}");
    }
    assert_eq!(values("http.request.line", &asked)[..2], ["HOST: a:1\r\n", "Cookie: x=1\r\n"]);
    assert_eq!(values("http.response.line", &both), ["Server: s\r\n", "Connection: Upgrade\r\n"]);
}

#[test]
fn any_header_by_its_name_in_any_case() {
    let head = asking();
    let Record::Request(row) = request() else { panic!("a request") };
    let record = Record::Request(RequestRow { head: &head, ..row });
    assert_eq!(keyed("http.header", Some("cOOkie"), &record), ["x=1", "y=2"]);
    assert_eq!(
        keyed("http.header", Some("X-Odd"), &record),
        ["caf\u{fffd}"],
        "what is not UTF-8 is replaced"
    );
    assert_eq!(keyed("http.header", Some("X"), &record), [""; 0]);
    assert_eq!(keyed("http.header", None, &record).len(), 4);
}

#[test]
fn a_header_field_of_a_fixed_name_is_that_header() {
    for field in FIELDS.iter() {
        let Some(meaning) = field.meaning.strip_prefix("The ").filter(|_| field.name.starts_with("http."))
        else {
            continue;
        };
        let Some((name, _)) = meaning.split_once(" header") else { continue };
        let in_field = field.name.trim_start_matches("http.").trim_end_matches("_header");
        assert_eq!(name.to_lowercase().replace('-', "_"), in_field);
        let head = Request { headers: headers(&[(name, b"v")]), ..REQUEST.clone() };
        let Record::Request(row) = request() else { panic!("a request") };
        assert_eq!(values(field.name, &Record::Request(RequestRow { head: &head, ..row })), ["v"], "{name}");
    }
}

/// A frame of the client with this payload, not compressed.
fn saying(opcode: u8, fin: bool, payload: &[u8]) -> Frame<'_> {
    let Record::Frame(frame) = frame(CLIENT, header(opcode, fin, true, payload.len() as u64)) else {
        panic!("a frame")
    };
    let content = if opcode == 0 { Opcode::Text } else { Opcode::from(opcode) };
    Frame { payload: Payload::new(content, payload, false), content, ..frame }
}

/// The values of a field in a row of the frame, and in that of its packet: equal.
fn at_both_zooms(name: &str, frame: &Frame<'_>) -> Vec<String> {
    let mut frames = Frames::default();
    frames.push(frame, usize::MAX);
    let in_packet = values(name, &packet(ends(), CLIENT, "WebSocket", &frames));
    let in_frame = values(name, &Record::Frame(frame.clone()));
    assert_eq!(in_packet, in_frame, "{name}");
    in_frame
}

const NOTHING: [&str; 0] = [];

#[test]
fn rfc6455_5_2_the_header_bit_by_bit() {
    let plain = saying(1, true, b"Hello");
    for (field, expected) in [
        ("websocket.rsv", "0"),
        ("websocket.pmc", "false"),
        ("websocket.masking_key", "\\x01\\x02\\x03\\x04"),
        ("websocket.header_length", "6"),
        ("websocket.from", "client"),
        ("websocket.frame", "1"),
        ("websocket.message", "1"),
    ] {
        assert_eq!(at_both_zooms(field, &plain), [expected], "{field}");
    }
    let bits = FrameHeader { rsv1: true, rsv3: true, ..*plain.header };
    let odd = Frame { header: &bits, ..plain.clone() };
    assert_eq!(at_both_zooms("websocket.rsv", &odd), ["5"]);
    assert_eq!(at_both_zooms("websocket.pmc", &odd), ["false"], "compression was not agreed on");
    assert_eq!(at_both_zooms("websocket.pmc", &Frame { compressed: true, ..odd }), ["true"]);
}

#[test]
fn rfc6455_5_2_extended_lengths() {
    let of = |masked: bool, extended: u8, payload_length: u64| {
        let header = header(2, true, masked, payload_length);
        let header = FrameHeader { header_length: header.header_length + extended, ..header };
        let frame = Frame { header: &header, ..saying(2, true, b"") };
        ["16", "64"].map(|bits| at_both_zooms(&format!("websocket.payload_length_ext_{bits}"), &frame))
    };
    for masked in [false, true] {
        assert_eq!(of(masked, 0, 125), [NOTHING; 2]);
        assert_eq!(of(masked, 2, 126), [vec!["126".to_owned()], vec![]]);
        assert_eq!(of(masked, 8, 5), [vec![], vec!["5".to_owned()]], "more bits than are needed");
    }
    assert_eq!(values("websocket.payload_length_ext_16", &message(true)), NOTHING);
}

#[test]
fn each_payload_is_that_of_its_opcode() {
    let payloads: [(u8, bool, &[&str]); 7] = [
        (1, true, &["text"]),
        (1, false, &[]),
        (0, false, &["continue"]),
        (0, true, &["text"]),
        (9, true, &["ping"]),
        (10, true, &["pong"]),
        (3, true, &["unknown"]),
    ];
    for (opcode, fin, expected) in payloads {
        let frame = saying(opcode, fin, b"abc");
        for kind in ["text", "continue", "ping", "pong", "close", "unknown"] {
            let found = at_both_zooms(&format!("websocket.payload.{kind}"), &frame);
            assert_eq!(found.len(), usize::from(expected.contains(&kind)), "{kind} of {opcode}");
        }
        assert_eq!(at_both_zooms("websocket.payload", &frame), ["abc"]);
        assert_eq!(at_both_zooms("websocket", &frame), ["abc"]);
        assert_eq!(at_both_zooms("websocket.text", &frame).len(), usize::from(opcode < 2), "{opcode}");
        let empty = saying(opcode, fin, b"");
        for kind in ["", ".text", ".continue", ".ping", ".pong", ".close", ".unknown"] {
            assert_eq!(at_both_zooms(&format!("websocket.payload{kind}"), &empty), NOTHING, "{kind}");
        }
        assert_eq!(at_both_zooms("websocket", &empty), [""], "an empty frame is one too");
    }
}

#[test]
fn rfc6455_5_5_1_what_a_close_says() {
    let close = Some(Close { code: Some(1001), reason: Some(Text(b"bye \xff")) });
    let frame = Frame { close, ..saying(8, true, b"\x03\xe9bye \xff") };
    assert_eq!(at_both_zooms("websocket.payload.close", &frame), ["\\x03\\xe9bye \\xff"]);
    let row = Record::Message(Message { close, ..a_message() });
    let Record::Connection(ended) = connection() else { panic!("a connection") };
    let ended = Record::Connection(Connection { close: close.map(|close| (close, SERVER)), ..ended });
    for record in [&Record::Frame(frame.clone()), &row, &ended] {
        assert_eq!(values("websocket.payload.close.status_code", record), ["1001"]);
        assert_eq!(values("websocket.payload.close.reason", record), ["bye \u{fffd}"]);
    }
    assert_eq!(at_both_zooms("websocket.payload.close.reason", &frame), ["bye \u{fffd}"]);
    let empty = Frame { close: Some(Close { code: None, reason: None }), ..saying(8, true, b"") };
    assert_eq!(at_both_zooms("websocket.payload.close.status_code", &empty), NOTHING);
}

fn a_message() -> Message<'static> {
    let Record::Message(message) = message(true) else { panic!("a message") };
    message
}

#[test]
fn a_compressed_message_is_read_inflated_where_it_ends() {
    let part = Frame { compressed: true, payload: Payload::Bytes(b"zip"), ..saying(1, false, b"zip") };
    assert_eq!(at_both_zooms("websocket.text", &part), NOTHING);
    assert_eq!(at_both_zooms("websocket.payload", &part), ["zip"]);
    let inflated =
        Inflated { payload: Payload::Text("unzipped"), truncated: false, length: Some(8), assumed: false };
    let last = Frame {
        header: &header(0, true, true, 3),
        inflated: Some(inflated),
        joined: Some(Joined { fragments: 2, wire_length: 6, payload: None }),
        ..part
    };
    for (field, expected) in [
        ("websocket", "unzipped"),
        ("websocket.payload", "unzipped"),
        ("websocket.text", "unzipped"),
        ("websocket.payload.text", "unzipped"),
        ("websocket.compressed", "true"),
        ("websocket.fragment.count", "2"),
        ("websocket.reassembled.length", "6"),
    ] {
        assert_eq!(at_both_zooms(field, &last), [expected], "{field}");
    }
}

#[test]
fn the_last_fragment_has_the_whole_message() {
    let joined = Joined { fragments: 3, wire_length: 9, payload: Some(b"onetwoend") };
    let last = Frame { joined: Some(joined), ..saying(0, true, b"end") };
    assert_eq!(at_both_zooms("websocket.payload.text", &last), ["onetwoend"]);
    assert_eq!(at_both_zooms("websocket.payload", &last), ["onetwoend"]);
    assert_eq!(at_both_zooms("websocket.masked_payload", &last), ["dlg"], "of the frame alone");
    let message = Record::Message(Message { payload: Some(Payload::Text("onetwoend")), ..a_message() });
    assert_eq!(values("websocket.text", &message), ["onetwoend"]);
    assert_eq!(values("websocket.frame", &message), ["1", "2"]);
    assert_eq!(values("websocket.fragment.count", &message), ["2"]);
    assert_eq!(values("websocket.masked_payload", &message), NOTHING);
    let unread = Record::Message(Message { compressed: true, payload: None, ..a_message() });
    assert_eq!(values("websocket.text", &unread), NOTHING);
}

#[test]
fn rfc6455_5_3_the_masked_payload_is_what_was_on_the_wire() {
    let frame = saying(2, true, b"\x01\x02\x03\x04\x01");
    assert_eq!(at_both_zooms("websocket.masked_payload", &frame), ["\\x00\\x00\\x00\\x00\\x00"]);
    let holes: &[[u64; 2]] = &[[1, 2], [4, 3]];
    let header = FrameHeader { payload_length: 8, ..*frame.header };
    let torn = Frame { header: &header, missing: holes, ..saying(2, true, b"\x01\x04\x04") };
    assert_eq!(
        at_both_zooms("websocket.masked_payload", &torn),
        ["\\x00\\x00\\x00"],
        "the key goes on over holes"
    );
    assert_eq!(at_both_zooms("sockeye.missing", &torn), ["5"]);
    let unmasked = Frame { header: &self::header(2, true, false, 5), ..frame };
    assert_eq!(at_both_zooms("websocket.masked_payload", &unmasked), NOTHING);
}

#[test]
fn frames_of_one_packet_keep_apart_what_they_borrow() {
    let close = Some(Close { code: Some(1000), reason: Some(Text(b"bye")) });
    let holes: &[[u64; 2]] = &[[0, 7]];
    let all = [
        Frame { missing: holes, ..saying(1, true, b"one") },
        Frame { ping_nanos: Some(5), number: 2, ..saying(10, true, b"two") },
        Frame { close, from: SERVER, ..saying(8, true, b"\x03\xe8bye") },
    ];
    let mut frames = Frames::default();
    for _ in 0..2 {
        frames.clear();
        assert!(frames.is_empty());
        assert!(all.iter().all(|frame| frames.push(frame, usize::MAX)));
        let told: Vec<String> = frames.iter().map(|frame| format!("{frame:?}")).collect();
        let pushed: Vec<String> = all.iter().map(|frame| format!("{frame:?}")).collect();
        assert_eq!(told, pushed);
    }
    let packet = packet(ends(), CLIENT, "WebSocket", &frames);
    assert_eq!(values("websocket.from", &packet), ["client", "client", "server"]);
    assert_eq!(values("sockeye.missing", &packet), ["7", "0", "0"]);
    assert_eq!(values("sockeye.ping_delay", &packet), ["0.000000005"]);
}

#[test]
fn what_a_packet_keeps_of_its_frames_is_capped() {
    let mut frames = Frames::default();
    assert!(frames.push(&saying(1, true, b"one"), 5));
    assert!(!frames.push(&saying(1, true, "tüo".as_bytes()), 5));
    let kept: Vec<_> = frames.iter().map(|frame| (frame.payload, frame.truncated)).collect();
    assert_eq!(kept, [(Payload::Text("one"), false), (Payload::Text("t"), true)], "no half character");
}

#[test]
fn a_handshake_names_what_was_agreed_on() {
    let Record::Handshake(row) = handshake(true) else { panic!("a handshake") };
    let extensions = [Extension { name: "permessage-deflate".to_owned(), params: vec![] }];
    let accept = Accept { valid: Some(false), ..Accept::default() };
    let subprotocol = Some(Text(b"mqtt"));
    let record = Record::Handshake(Handshake { subprotocol, accept, extensions: &extensions, ..row });
    assert_eq!(values("websocket.subprotocol", &record), ["mqtt"]);
    assert_eq!(values("websocket.extensions", &record), ["permessage-deflate"]);
    assert_eq!(values("sockeye.accept", &record), ["false"]);
    assert_eq!(values("sockeye.accept", &handshake(true)), NOTHING);
    assert_eq!(values("sockeye.outcome", &handshake(true)), ["accepted"]);
    assert_eq!(values("sockeye.outcome", &handshake(false)), ["unanswered"]);
}

#[test]
fn what_only_sockeye_says() {
    let Record::Finding(found) = finding(Side::Server) else { panic!("a finding") };
    let found = Finding { name: "wrong-accept", frame: Some(3), message: Some(2), ..found };
    let found = Record::Finding(Finding { severity: Severity::Error, ..found });
    for (field, expected) in [
        ("sockeye.rule", "WS900"),
        ("sockeye.rule.name", "wrong-accept"),
        ("sockeye.severity", "error"),
        ("sockeye.side", "server"),
        ("sockeye.type", "finding"),
        ("websocket.frame", "3"),
        ("websocket.message", "2"),
    ] {
        assert_eq!(values(field, &found), [expected], "{field}");
        assert_eq!(values(field, &opened()).is_empty(), field != "sockeye.type", "{field}");
    }
    let Record::Connection(ended) = connection() else { panic!("a connection") };
    let missing_bytes = PerDirection { client: 3, server: 4 };
    let ended = Record::Connection(Connection { verdict: Some(Verdict::Fail), missing_bytes, ..ended });
    assert_eq!(values("sockeye.verdict", &ended), ["fail"]);
    assert_eq!(values("sockeye.missing", &ended), ["7"]);
    assert_eq!(values("sockeye.ended_by", &ended), ["open"]);
    assert_eq!(values("sockeye.verdict", &connection()), NOTHING);
}

#[test]
fn a_pong_has_the_time_since_its_ping() {
    let pong = Frame { ping_nanos: Some(1_500_000_000), ..saying(10, true, b"a") };
    assert_eq!(at_both_zooms("sockeye.ping_delay", &pong), ["1.5"]);
    let row = Record::Message(Message { ping_nanos: Some(-1), ..a_message() });
    assert_eq!(values("sockeye.ping_delay", &row), ["-0.000000001"]);
    assert_eq!(at_both_zooms("sockeye.ping_delay", &saying(10, true, b"a")), NOTHING);
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn words_are_those_of_the_json_output() {
    for severity in [Severity::Info, Severity::Warning, Severity::Error] {
        let Record::Finding(found) = finding(Side::Client) else { panic!("a finding") };
        let record = Record::Finding(Finding { severity, ..found });
        assert_eq!(values("sockeye.severity", &record), [word(severity)]);
    }
    for side in [Side::Client, Side::Server, Side::Capture] {
        assert_eq!(values("sockeye.side", &finding(side)), [word(side)]);
    }
    let endings = [EndedBy::CloseHandshake, EndedBy::Fin, EndedBy::Reset, EndedBy::Open];
    for ended_by in endings.into_iter().chain([EndedBy::Evicted, EndedBy::PortReuse]) {
        let Record::Connection(ended) = connection() else { panic!("a connection") };
        let record = Record::Connection(Connection { ended_by, ..ended });
        assert_eq!(values("sockeye.ended_by", &record), [word(ended_by)]);
    }
    for verdict in [Verdict::Pass, Verdict::Fail, Verdict::Undetermined] {
        let Record::Connection(ended) = connection() else { panic!("a connection") };
        let record = Record::Connection(Connection { verdict: Some(verdict), ..ended });
        assert_eq!(values("sockeye.verdict", &record), [word(verdict)]);
    }
    for outcome in [Outcome::Accepted, Outcome::Rejected, Outcome::Unanswered] {
        let Record::Handshake(row) = handshake(true) else { panic!("a handshake") };
        let record = Record::Handshake(Handshake { outcome: Some(outcome), ..row });
        assert_eq!(values("sockeye.outcome", &record), [word(outcome)]);
    }
    assert_eq!([Direction::ClientToServer, SERVER].map(word), ["client", "server"]);
}
