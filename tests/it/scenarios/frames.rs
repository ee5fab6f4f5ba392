//! Frames and messages: how segments carry them, how they stand to each other, what is told of their payload.

use serde_json::{Value, json};

use super::{at_frames, codes, none, records, texts, told};
use crate::traffic::{Capture, encode, frame, masked};

/// Sends these bytes from the client, in segments of this length.
fn in_segments(bytes: &[u8], length: usize) -> Capture {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    for segment in bytes.chunks(length) {
        capture.client(tcp, segment);
    }
    capture
}

#[test]
fn everything_is_told_of_a_frame() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    // The masked frame that says "something".
    capture.client(tcp, b"\x81\x89\x32\xfd\x43\x5f\x41\x92\x2e\x3a\x46\x95\x2a\x31\x55");
    let expected = json!([{
        "type": "frame", "stream": 0, "packet": 6,
        "time": "2023-11-14T22:13:20.005000000Z", "time_relative": 0.005,
        "frame": 1, "packets": [6, 6], "from": "client",
        "source": "10.0.0.1:40000", "destination": "10.0.0.2:3000",
        "fin": true, "rsv1": false, "rsv2": false, "rsv3": false, "opcode": 1, "opcode_name": "text",
        "masked": true, "masking_key": "32fd435f", "header_length": 6,
        "payload_length": 9, "payload_captured": 9, "missing": [],
        "payload": {"text": "something"}, "truncated": false, "compressed": false, "inflated": null,
        "assumed": false, "undecoded": null, "message": 1, "close": null,
    }]);
    let frames: Vec<Value> =
        at_frames(&capture).into_iter().filter(|record| record["type"] == "frame").collect();
    assert_eq!(Value::from(frames), expected);
}

#[test]
fn a_frame_is_split_over_many_segments() {
    let bytes = [masked(0x81, b"something"), masked(0x82, b"")].concat();
    let records = at_frames(&in_segments(&bytes, 1));
    assert_eq!(
        told(&records, "frame", "packets packet payload"),
        json!([[[6, 20], 20, {"text": "something"}], [[21, 26], 26, {"base64": ""}]])
    );
    assert_eq!(codes(&records), none());
}

#[test]
fn many_frames_come_in_one_segment() {
    let bytes: Vec<u8> = (0..500).flat_map(|_| masked(0x81, b"ab")).collect();
    let records = at_frames(&in_segments(&bytes, bytes.len()));
    let frames: Value = (1..=500).map(|number| json!([number, 6, number, "ab"])).collect();
    assert_eq!(told(&records, "frame", "frame packet message payload.text"), frames);
    assert_eq!(told(&records, "summary", "frames messages packets"), json!([[500, 500, 6]]));
}

#[test]
fn rfc6455_5_2_all_three_forms_of_length_both_masked_and_not() {
    for length in [0, 125, 126, 65535, 65536, 100_000] {
        let payload: Vec<u8> = (0..length).map(|at: usize| b'a' + (at % 26) as u8).collect();
        let mut capture = Capture::default();
        let tcp = capture.websocket();
        for segment in masked(0x81, &payload).chunks(1400) {
            capture.client(tcp, segment);
        }
        for segment in frame(0x81, &payload).chunks(1400) {
            capture.server(tcp, segment);
        }
        let records = at_frames(&capture);
        let header = 2 + [0, 2, 8][usize::from(length > 125) + usize::from(length > 65535)];
        let text = std::str::from_utf8(&payload).unwrap();
        assert_eq!(
            told(&records, "frame", "from header_length payload_length payload_captured payload.text"),
            json!([["client", header + 4, length, length, text], ["server", header, length, length, text]])
        );
        assert_eq!(codes(&records), none());
    }
}

#[test]
fn rfc6455_5_2_lengths_in_a_longer_form_than_needed_and_beyond_reason() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.server(tcp, b"\x81\x7e\x00\x02hi");
    capture.server(tcp, b"\x81\x7f\x00\x00\x00\x00\x00\x00\x00\x02hi");
    capture.server(tcp, b"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xffthe end");
    capture.close(tcp);
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "frame", "header_length payload_length payload_captured"),
        json!([[4, 2, 2], [10, 2, 2], [10, u64::MAX, 7]])
    );
    assert_eq!(
        told(&records, "finding", "code side frame"),
        json!([["WS205", "server", 1], ["WS205", "server", 2], ["WS206", "server", 3]])
    );
}

/// A fragmented text of the client with a ping in it, and meanwhile one of the server.
fn interleaved() -> Capture {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x01, b"and a "));
    capture.server(tcp, &frame(0x02, b"\x00"));
    capture.client(tcp, &masked(0x89, b"there?"));
    capture.client(tcp, &masked(0x00, b"happy new "));
    capture.server(tcp, &frame(0x8a, b"there?"));
    capture.server(tcp, &frame(0x80, b""));
    capture.client(tcp, &masked(0x80, b"year!"));
    capture
}

#[test]
fn rfc6455_5_4_control_frames_stand_between_fragments() {
    let records = at_frames(&interleaved());
    assert_eq!(
        told(&records, "frame", "frame from opcode_name fin message payload"),
        json!([
            [1, "client", "text", false, 1, {"text": "and a "}],
            [2, "server", "binary", false, 2, {"base64": "AA=="}],
            [3, "client", "ping", true, 3, {"text": "there?"}],
            [4, "client", "continuation", false, 1, {"text": "happy new "}],
            [5, "server", "pong", true, 4, {"text": "there?"}],
            [6, "server", "continuation", true, 2, {"base64": ""}],
            [7, "client", "continuation", true, 1, {"text": "year!"}],
        ])
    );
    assert_eq!(codes(&records), none());
}

#[test]
fn rfc6455_5_4_fragments_are_joined_and_each_control_frame_is_a_message() {
    let records = records(&interleaved(), "messages");
    assert_eq!(
        told(
            &records,
            "message",
            "message from opcode_name frames packet payload wire_length length complete"
        ),
        json!([
            [3, "client", "ping", [3, 3], 8, {"text": "there?"}, 6, 6, true],
            [4, "server", "pong", [5, 5], 10, {"text": "there?"}, 6, 6, true],
            [2, "server", "binary", [2, 6], 11, {"base64": "AA=="}, 1, 1, true],
            [1, "client", "text", [1, 7], 12, {"text": "and a happy new year!"}, 21, 21, true],
        ])
    );
    assert_eq!(told(&records, "connection", "frames messages"), json!([[7, 4]]));
}

#[test]
fn rfc6455_5_4_continuations_of_nothing_and_messages_inside_messages() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x80, b"of what?"));
    capture.client(tcp, &masked(0x01, b"begun"));
    capture.client(tcp, &masked(0x81, b"another"));
    assert_eq!(
        told(&at_frames(&capture), "frame", "message payload"),
        json!([[null, {"base64": "b2Ygd2hhdD8="}], [1, {"text": "begun"}], [2, {"text": "another"}]])
    );
    let records = records(&capture, "messages");
    assert_eq!(
        told(&records, "message", "message complete payload.text"),
        json!([[1, false, "begun"], [2, true, "another"]])
    );
    assert_eq!(told(&records, "finding", "code frame message"), json!([["WS301", 1, null], ["WS302", 3, 2]]));
}

#[test]
fn payload_is_text_where_it_should_be_and_is() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    for (first, payload) in [
        (0x81, &b"gr\xc3\xbc\xc3\x9fe"[..]),
        (0x81, b"\xff"),
        (0x82, b"plain"),
        (0x89, b"plain"),
        (0x89, b"\xff"),
        (0x8a, b"plain"),
        (0x01, b"split \xc3"),
        (0x80, b"\xbc"),
        (0x02, b"a"),
        (0x80, b"b"),
        (0x88, b"\x03\xe8bye"),
    ] {
        capture.server(tcp, &frame(first, payload));
    }
    assert_eq!(
        told(&at_frames(&capture), "frame", "opcode_name payload"),
        json!([
            ["text", {"text": "grüße"}],
            ["text", {"base64": "/w=="}],
            ["binary", {"base64": "cGxhaW4="}],
            ["ping", {"text": "plain"}],
            ["ping", {"base64": "/w=="}],
            ["pong", {"text": "plain"}],
            ["text", {"base64": "c3BsaXQgww=="}],
            ["continuation", {"base64": "vA=="}],
            ["binary", {"base64": "YQ=="}],
            ["continuation", {"base64": "Yg=="}],
            ["close", {"base64": "A+hieWU="}],
        ])
    );
    let messages = told(&records(&capture, "messages"), "message", "payload");
    assert_eq!(messages[6], json!({"text": "split ü"}), "the character that was split is whole again");
    assert_eq!(messages[7], json!({"base64": "YWI="}));
}

#[test]
fn rfc6455_5_5_1_close_frames_say_why() {
    let closes = [
        (&b""[..], json!({"code": null, "reason": null}), none()),
        (b"\x03", json!({"code": null, "reason": null}), json!(["WS411"])),
        (b"\x03\xe8", json!({"code": 1000, "reason": ""}), none()),
        (b"\x03\xe9going away", json!({"code": 1001, "reason": "going away"}), none()),
        (b"\x0f\xa0mine", json!({"code": 4000, "reason": "mine"}), none()),
        (b"\x03\xed", json!({"code": 1005, "reason": ""}), json!(["WS412"])),
        (b"\x03\xe8\xff", json!({"code": 1000, "reason": {"base64": "/w=="}}), json!(["WS413"])),
    ];
    for (body, close, findings) in closes {
        let mut capture = Capture::default();
        let tcp = capture.websocket();
        capture.server(tcp, &frame(0x88, body));
        let records = at_frames(&capture);
        assert_eq!(told(&records, "frame", "close"), json!([close]), "{body:?}");
        assert_eq!(codes(&records), findings, "{body:?}");
        let connection = told(&records, "connection", "close.code close.reason close.by");
        assert_eq!(connection, json!([[close["code"], close["reason"], "server"]]));
        let messages = super::records(&capture, "messages");
        assert_eq!(told(&messages, "message", "opcode_name close"), json!([["close", close]]));
    }
}

#[test]
fn masks_are_judged_by_side_and_undone_all_the_same() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &frame(0x81, b"bare"));
    capture.server(tcp, &encode(0x81, Some([1, 2, 3, 4]), b"masked"));
    capture.client(tcp, &encode(0x81, Some([0; 4]), b"hardly"));
    let records = at_frames(&capture);
    assert_eq!(texts(&records), json!([["client", "bare"], ["server", "masked"], ["client", "hardly"]]));
    assert_eq!(
        told(&records, "frame", "masked masking_key"),
        json!([[false, null], [true, "01020304"], [true, "00000000"]])
    );
    assert_eq!(
        told(&records, "finding", "code frame"),
        json!([["WS201", 1], ["WS202", 2], ["WS420", 2], ["WS208", 3], ["WS420", 3]])
    );
}

#[test]
fn rfc6455_5_5_control_frames_that_are_too_long_or_fragmented() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x89, &[b'x'; 126]));
    capture.client(tcp, &masked(0x09, b"half a "));
    capture.client(tcp, &masked(0x80, b"ping"));
    let records = at_frames(&capture);
    assert_eq!(told(&records, "finding", "code frame"), json!([["WS401", 1], ["WS402", 2]]));
    assert_eq!(told(&records, "frame", "payload_captured message"), json!([[126, 1], [7, 2], [4, null]]));
}

#[test]
fn bytes_that_are_no_frame_end_their_direction_only() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, b"GET / HTTP/1.1\r\n\r\n");
    capture.client(tcp, &masked(0x81, b"not read"));
    capture.server(tcp, &frame(0x89, b"read"));
    let records = at_frames(&capture);
    assert_eq!(texts(&records), json!([["server", "read"]]));
    assert_eq!(
        told(&records, "finding", "code side packet frame"),
        json!([["WS201", "client", 6, null], ["WS203", "client", 6, null], ["WS204", "client", 6, null],])
    );
}
