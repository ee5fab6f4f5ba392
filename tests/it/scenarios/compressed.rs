//! Compressed messages and texts: what is told of them at each zoom, and what is found wrong.

use serde_json::{Value, json};
use sockeye::base::Limits;
use sockeye::check::registry;
use sockeye::check::{Example, Opening, Step};

use super::{at_frames, at_frames_under, codes, none, records, table_rows, told};
use crate::traffic::{Capture, REQUEST, RESPONSE, Tcp, frame, masked};

const HELLO: [u8; 7] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
/// "Hello" behind another "Hello".
const AGAIN: [u8; 5] = [0xf2, 0x00, 0x11, 0x00, 0x00];

/// A connection that agreed on permessage-deflate with these parameters, and on other extensions.
fn agreed(extensions: &str) -> (Capture, Tcp) {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    let field = format!("Sec-WebSocket-Extensions: {extensions}\r\n\r\n");
    let with_field = |head: &[u8]| [head.strip_suffix(b"\r\n").unwrap(), field.as_bytes()].concat();
    capture.client(tcp, &with_field(REQUEST));
    capture.server(tcp, &with_field(RESPONSE));
    (capture, tcp)
}

fn deflate() -> (Capture, Tcp) {
    agreed("permessage-deflate")
}

fn messages(capture: &Capture, keys: &str) -> Value {
    told(&records(capture, "messages"), "message", keys)
}

#[test]
fn the_frame_that_completes_a_compressed_message_tells_what_it_says() {
    let (mut capture, tcp) = deflate();
    capture.client(tcp, &masked(0x41, &HELLO[..3]));
    capture.client(tcp, &masked(0x89, b"ping"));
    capture.client(tcp, &masked(0x80, &HELLO[3..]));
    capture.server(tcp, &frame(0xc2, &HELLO));
    let found = at_frames(&capture);
    assert_eq!(
        told(&found, "frame", "compressed payload_length inflated truncated"),
        json!([
            [true, 3, null, false],
            [false, 4, null, false],
            [true, 4, {"text": "Hello"}, false],
            [true, 7, {"base64": "SGVsbG8="}, false],
        ])
    );
    assert_eq!(codes(&found), none());
    assert_eq!(table_rows(&capture, "compressed \"Hello\"").len(), 1);
    assert_eq!(
        messages(&capture, "frames wire_length length payload complete assumed undecoded"),
        json!([
            [[2, 2], 4, 4, {"text": "ping"}, true, false, null],
            [[1, 3], 7, 5, {"text": "Hello"}, true, false, null],
            [[4, 4], 7, 5, {"base64": "SGVsbG8="}, true, false, null],
        ])
    );
}

#[test]
fn behind_a_lost_fragment_the_output_says_which_message_is_to_blame() {
    let (mut capture, tcp) = deflate();
    capture.server(tcp, &frame(0xc1, &HELLO));
    let bytes = frame(0xc1, &AGAIN);
    capture.server(tcp, &bytes[..3]);
    capture.server(tcp, &bytes[3..5]);
    capture.lose();
    capture.server(tcp, &bytes[5..]);
    capture.server(tcp, &frame(0xc1, &AGAIN));
    capture.server(tcp, &frame(0xc1, &HELLO));
    assert_eq!(
        messages(&capture, "payload complete undecoded"),
        json!([
            [{"text": "Hello"}, true, null],
            [null, false, {"reason": "missing-bytes", "message": null}],
            [null, false, {"reason": "context-lost", "message": 2}],
            [{"text": "Hello"}, true, null],
        ])
    );
    assert_eq!(codes(&at_frames(&capture)), json!(["WS901"]));
    assert_eq!(table_rows(&capture, "builds on message 2, which is not known").len(), 1);
}

#[test]
fn without_the_handshake_it_is_assumed_that_rsv1_means_compressed() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    for text in ["some text to be found", "some more of it", "and yet some more"] {
        capture.server(tcp, &frame(0x81, text.as_bytes()));
    }
    capture.server(tcp, &frame(0xc1, &AGAIN));
    capture.server(tcp, &frame(0xc1, &HELLO));
    capture.server(tcp, &frame(0x81, b"caf\xe9"));
    assert_eq!(
        messages(&capture, "compressed assumed complete undecoded").as_array().unwrap()[3..],
        [
            json!([true, false, false, {"reason": "context-lost", "message": null}]),
            json!([true, true, true, null]),
            json!([false, false, true, null]),
        ]
    );
    assert_eq!(codes(&at_frames(&capture)), json!(["WS903", "WS904"]));
}

#[test]
fn an_unknown_extension_may_have_changed_what_messages_say() {
    let (mut capture, tcp) = agreed("permessage-deflate, x-secret");
    capture.server(tcp, &frame(0xc1, b"Hello"));
    capture.server(tcp, &frame(0x81, b"caf\xe9"));
    capture.server(tcp, &frame(0xc9, b""));
    assert_eq!(codes(&at_frames(&capture)), json!(["WS911"]));
}

#[test]
fn what_is_found_does_not_depend_on_the_zoom() {
    let (mut capture, tcp) = deflate();
    capture.server(tcp, &frame(0xc1, b"Hello"));
    capture.client(tcp, &masked(0x81, b"caf\xe9s"));
    capture.client(tcp, &masked(0x01, b"\xe2\x82"));
    capture.client(tcp, &masked(0x80, b""));
    for zoom in ["packets", "frames", "messages"] {
        let found = records(&capture, zoom);
        assert_eq!(
            told(&found, "finding", "code side message frame text"),
            json!([
                ["WS607", "server", 1, 1, "byte 4 of the 5 compressed bytes cannot be inflated"],
                ["WS501", "client", 2, 2, "the text is not UTF-8 from byte 3 on, which is 0xe9"],
                [
                    "WS501",
                    "client",
                    3,
                    null,
                    "the text ends inside a UTF-8 sequence, which begins with 0xe2 at byte 0"
                ],
            ]),
            "{zoom}"
        );
    }
}

#[test]
fn a_message_that_inflates_without_end_is_stopped_and_told_once() {
    let (mut capture, tcp) = deflate();
    // 'a' 777 times.
    let bomb = [0x4a, 0x4c, 0x1c, 0x05, 0xa3, 0x60, 0x14, 0x24, 0x02, 0x00];
    for _ in 0..2 {
        capture.server(tcp, &frame(0xc2, &bomb));
    }
    let limits = Limits { inflated: 100, ..Limits::default() };
    let found = at_frames_under(limits, &capture);
    assert_eq!(codes(&found), json!(["WS906"]));
    assert_eq!(told(&found, "summary", "limits_reached"), json!([{"inflated": 1}]));
    assert_eq!(told(&found, "frame", "truncated"), json!([true, true]), "the beginning is shown");
    let text = told(&found, "finding", "text");
    assert!(text[0].as_str().unwrap().contains("inflate to more than 100 bytes"), "{text}");
    assert_eq!(codes(&at_frames(&capture)), none());
}

/// The codes of the findings in an example.
fn run(example: &Example) -> Vec<String> {
    let Opening::Handshake { request, response } = example.opening else { panic!("a handshake") };
    let head = |head: &[u8], edits: &[(&str, &str)]| {
        let fields: String = edits.iter().map(|(_, field)| format!("{field}\r\n")).collect();
        [head.strip_suffix(b"\r\n").unwrap(), fields.as_bytes(), b"\r\n"].concat()
    };
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, &head(REQUEST, request));
    capture.server(tcp, &head(RESPONSE, response));
    for step in example.steps {
        match step {
            Step::Client(bytes) => capture.client(tcp, bytes),
            Step::Server(bytes) => capture.server(tcp, bytes),
            other => panic!("{other:?}"),
        }
    }
    codes(&at_frames(&capture))
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_examples_of_the_rules_break_and_keep_them() {
    for rule in [
        &registry::INVALID_UTF8_TEXT,
        &registry::COMPRESSED_CONTINUATION,
        &registry::COMPRESSED_CONTROL_FRAME,
        &registry::INFLATE_ERROR,
        &registry::CONTEXT_TAKEOVER_VIOLATION,
        &registry::WINDOW_EXCEEDED,
    ] {
        assert_eq!(run(&rule.breaking), [rule.code]);
        assert!(run(&rule.correct).is_empty(), "{}", rule.code);
    }
}
