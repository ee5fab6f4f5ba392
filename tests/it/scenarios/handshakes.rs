//! Opening handshakes: where they stand in a connection, and what becomes of them.

use serde_json::json;

use super::{at_frames, codes, none, only, texts, told};
use crate::traffic::{ACK, Capture, REQUEST, RESPONSE, Side, frame, masked};

const GET: &[u8] = b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n";
const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// The request with a line put in, or another in its place.
fn request(line: &str, instead: &str) -> Vec<u8> {
    replaced(REQUEST, line, instead)
}

fn response(line: &str, instead: &str) -> Vec<u8> {
    replaced(RESPONSE, line, instead)
}

fn replaced(head: &[u8], line: &str, instead: &str) -> Vec<u8> {
    let head = String::from_utf8(head.to_vec()).unwrap();
    assert!(head.contains(line), "{line}");
    head.replace(line, instead).into_bytes()
}

/// A connection with this handshake and a text from the client behind it.
fn speaking_after(request: &[u8], response: &[u8]) -> Capture {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, request);
    capture.server(tcp, response);
    capture.client(tcp, &masked(0x81, b"hi"));
    capture
}

#[test]
fn the_first_request_of_a_connection_upgrades_it() {
    let records = at_frames(&speaking_after(REQUEST, RESPONSE));
    let expected = json!({
        "type": "handshake", "stream": 0, "packet": 5,
        "time": "2023-11-14T22:13:20.004000000Z", "time_relative": 0.004,
        "client": "10.0.0.1:40000", "server": "10.0.0.2:3000", "transport": "tcp", "http_version": "1.1",
        "request": {
            "packet": 4, "time": "2023-11-14T22:13:20.003000000Z", "method": "GET", "target": "/chat",
            "headers": [
                ["Host", "a"], ["Upgrade", "websocket"], ["Connection", "Upgrade"],
                ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="], ["Sec-WebSocket-Version", "13"],
            ],
        },
        "response": {
            "packet": 5, "time": "2023-11-14T22:13:20.004000000Z",
            "status": 101, "reason": "Switching Protocols",
            "headers": [
                ["Upgrade", "websocket"], ["Connection", "Upgrade"],
                ["Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
            ],
        },
        "key": "dGhlIHNhbXBsZSBub25jZQ==",
        "accept": {
            "received": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "expected": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "valid": true,
        },
        "subprotocol": null, "extensions": [], "outcome": "accepted",
    });
    assert_eq!(only(&records, "handshake"), &expected);
    assert_eq!(texts(&records), json!([["client", "hi"]]));
    assert_eq!(codes(&records), none());
    assert_eq!(told(&records, "connection", "protocol sides_known_by"), json!([["websocket", "syn"]]));
}

#[test]
fn a_handshake_comes_after_other_requests_on_the_connection() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    for _ in 0..2 {
        capture.client(tcp, GET);
        capture.server(tcp, PAGE);
    }
    capture.upgrade(tcp);
    capture.server(tcp, &frame(0x81, b"welcome"));
    let records = at_frames(&capture);
    assert_eq!(told(&records, "handshake", "request.packet response.packet"), json!([[8, 9]]));
    assert_eq!(texts(&records), json!([["server", "welcome"]]));
    assert_eq!(codes(&records), none());
}

#[test]
fn a_401_and_its_retry_are_two_handshakes() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, REQUEST);
    let refusal =
        b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"a\"\r\nContent-Length: 2\r\n\r\nno";
    capture.server(tcp, refusal);
    capture.client(tcp, &request("Host: a\r\n", "Host: a\r\nAuthorization: Basic YTpi\r\n"));
    capture.server(tcp, RESPONSE);
    capture.client(tcp, &masked(0x81, b"in"));
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "handshake", "request.packet response.status outcome"),
        json!([[4, 401, "rejected"], [6, 101, "accepted"]])
    );
    assert_eq!(texts(&records), json!([["client", "in"]]));
    // The same key twice on one connection is a retry, not a key used again.
    assert_eq!(codes(&records), json!(["WS132"]));
}

#[test]
fn a_refused_handshake_is_told_with_its_status() {
    let refusals = [
        ("301 Moved Permanently\r\nLocation: https://a/", json!(["WS132"])),
        ("400 Bad Request", json!(["WS132"])),
        ("403 Forbidden", json!(["WS132"])),
        ("404 Not Found", json!(["WS132"])),
        ("426 Upgrade Required", json!(["WS132"])),
        ("502 Bad Gateway", json!(["WS132"])),
        ("200 OK", json!(["WS132"])),
    ];
    for (refusal, expected) in refusals {
        let status: u64 = refusal[..3].parse().unwrap();
        let mut capture = Capture::default();
        let tcp = capture.connection();
        capture.open(tcp);
        capture.client(tcp, REQUEST);
        capture.server(tcp, format!("HTTP/1.1 {refusal}\r\nContent-Length: 0\r\n\r\n").as_bytes());
        capture.close(tcp);
        let records = at_frames(&capture);
        assert_eq!(
            told(&records, "handshake", "response.status outcome accept.valid"),
            json!([[status, "rejected", null]])
        );
        assert_eq!(codes(&records), expected, "{refusal}");
        assert_eq!(told(&records, "connection", "protocol ended_by"), json!([["http", "fin"]]));
        assert_eq!(told(&records, "summary", "websocket_connections"), json!([0]));
    }
}

#[test]
fn an_interim_response_is_not_the_answer() {
    let mut early_hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".to_vec();
    early_hints.extend(RESPONSE);
    let records = at_frames(&speaking_after(REQUEST, &early_hints));
    assert_eq!(told(&records, "handshake", "response.status outcome"), json!([[101, "accepted"]]));
    assert_eq!(codes(&records), none());
}

#[test]
fn a_handshake_without_answer_is_told_when_none_can_come() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, REQUEST);
    capture.close(tcp);
    let records = at_frames(&capture);
    let expected = json!([["unanswered", null, "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]]);
    assert_eq!(told(&records, "handshake", "outcome response key accept.expected"), expected);
    assert_eq!(told(&records, "handshake", "packet request.packet"), json!([[7, 4]]));
    assert_eq!(codes(&records), json!(["WS133"]));
}

#[test]
fn a_wrong_accept_is_told_and_so_is_a_client_that_does_not_mind() {
    let wrong = response("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let records = at_frames(&speaking_after(REQUEST, &wrong));
    assert_eq!(
        told(&records, "handshake", "accept.received accept.expected accept.valid outcome"),
        json!([["AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", false, "accepted"]])
    );
    assert_eq!(
        told(&records, "finding", "code side packet frame"),
        json!([["WS120", "server", 5, null], ["WS118", "client", 6, 1]])
    );
    assert_eq!(texts(&records), json!([["client", "hi"]]));
}

#[test]
fn a_missing_accept_is_told_and_so_is_a_client_that_does_not_mind() {
    let missing = response("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", "");
    let records = at_frames(&speaking_after(REQUEST, &missing));
    assert_eq!(
        told(&records, "handshake", "accept.received accept.valid outcome"),
        json!([[null, null, "accepted"]])
    );
    assert_eq!(codes(&records), json!(["WS121", "WS118"]));
}

#[test]
fn a_client_that_fails_the_connection_after_a_wrong_accept_does_right() {
    let wrong = response("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, REQUEST);
    capture.server(tcp, &wrong);
    capture.client(tcp, &masked(0x88, &[0x03, 0xf2]));
    capture.server(tcp, &frame(0x88, b""));
    capture.close(tcp);
    assert_eq!(codes(&at_frames(&capture)), json!(["WS120"]));
}

#[test]
fn rfc6455_4_1_frames_right_behind_the_request_are_early_by_their_acknowledgment() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, &[REQUEST, &masked(0x81, b"too early")].concat());
    capture.server(tcp, RESPONSE);
    capture.client(tcp, &masked(0x81, b"in time"));
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "frame", "packet from payload.text"),
        json!([[4, "client", "too early"], [6, "client", "in time"]])
    );
    assert_eq!(told(&records, "finding", "code packet frame details.acked"), json!([["WS115", 4, 1, 0]]));
}

#[test]
fn rfc6455_4_1_the_order_of_the_capture_does_not_say_what_was_early() {
    let mut behind = Capture::default();
    let tcp = behind.connection();
    behind.open(tcp);
    behind.client(tcp, REQUEST);
    let not_received = behind.next(tcp, Side::Server);
    behind.server(tcp, RESPONSE);
    behind.segment_acking(tcp, Side::Client, ACK, not_received, &masked(0x81, b"early"));
    assert_eq!(told(&at_frames(&behind), "finding", "code packet"), json!([["WS115", 6]]));

    let mut before = Capture::default();
    let tcp = before.websocket();
    before.client(tcp, &masked(0x81, b"in time"));
    before.packets.swap(4, 5);
    let records = at_frames(&before);
    assert_eq!(texts(&records), json!([["client", "in time"]]));
    assert_eq!(codes(&records), none());
}

#[test]
fn a_declared_body_behind_the_request_is_no_early_data() {
    let with_body = request("Host: a\r\n", "Host: a\r\nContent-Length: 8\r\n");
    let body = masked(0x81, b"hi");
    assert_eq!(body.len(), 8);
    let records = at_frames(&speaking_after(&[with_body, body].concat(), RESPONSE));
    assert_eq!(texts(&records), json!([["client", "hi"]]));
    assert_eq!(codes(&records), none());
}

#[test]
fn rfc6455_4_1_a_key_used_again_on_another_connection_is_told() {
    let mut capture = Capture::default();
    capture.websocket();
    capture.websocket();
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "finding", "code severity stream details.stream details.packet"),
        json!([["WS111", "info", 1, 0, 4]])
    );
}

#[test]
fn an_unknown_extension_silences_the_rules_that_it_may_change() {
    let offer = request("Host: a\r\n", "Host: a\r\nSec-WebSocket-Extensions: x-shiny; level=9\r\n");
    let answer =
        response("Connection: Upgrade\r\n", "Connection: Upgrade\r\nSec-WebSocket-Extensions: x-shiny\r\n");
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, &offer);
    capture.server(tcp, &answer);
    capture.client(tcp, &masked(0xf1, b"all reserved bits"));
    capture.client(tcp, &masked(0x83, b"reserved opcode"));
    capture.client(tcp, &frame(0x81, b"unmasked"));
    let records = at_frames(&capture);
    assert_eq!(told(&records, "handshake", "extensions"), json!([[{"name": "x-shiny", "params": []}]]));
    assert_eq!(
        told(&records, "frame", "opcode rsv1 rsv2 rsv3 message"),
        json!([[1, true, true, true, 1], [3, false, false, false, null], [1, false, false, false, 2]])
    );
    assert_eq!(
        told(&records, "finding", "code side packet"),
        json!([["WS911", "capture", 5], ["WS201", "client", 8]])
    );
}

#[test]
fn the_same_frames_without_the_extension_break_rules() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0xf1, b"all reserved bits"));
    capture.client(tcp, &masked(0x83, b"reserved opcode"));
    assert_eq!(told(&at_frames(&capture), "finding", "code frame"), json!([["WS204", 1], ["WS203", 2]]));
}

#[test]
fn a_subprotocol_and_extensions_are_told_as_chosen() {
    let offer = request(
        "Host: a\r\n",
        "Host: a\r\nSec-WebSocket-Protocol: mqtt, chat\r\n\
            Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n",
    );
    let answer = response(
        "Connection: Upgrade\r\n",
        "Connection: Upgrade\r\nSec-WebSocket-Protocol: chat\r\n\
            Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10; server_no_context_takeover\r\n",
    );
    let records = at_frames(&speaking_after(&offer, &answer));
    let params = json!([["client_max_window_bits", "10"], ["server_no_context_takeover", null]]);
    assert_eq!(
        told(&records, "handshake", "subprotocol extensions"),
        json!([["chat", [{"name": "permessage-deflate", "params": params}]]])
    );
    assert_eq!(codes(&records), none());
}

#[test]
fn an_answer_that_is_no_http_is_none() {
    for answer in [&b"SSH-2.0-OpenSSH_9.2\r\n"[..], b"HTTP/1.1 one-oh-one\r\n\r\n"] {
        let mut capture = Capture::default();
        let tcp = capture.connection();
        capture.open(tcp);
        capture.client(tcp, REQUEST);
        capture.server(tcp, answer);
        capture.close(tcp);
        let records = at_frames(&capture);
        assert_eq!(told(&records, "handshake", "outcome response"), json!([["unanswered", null]]));
        assert_eq!(codes(&records), json!(["WS133"]));
    }
}

#[test]
fn nobody_is_blamed_for_using_an_extension_that_was_accepted_in_malformed_words() {
    let offer = request("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    let answer = response("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate;\r\n\r\n");
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, &offer);
    capture.server(tcp, &answer);
    capture.client(tcp, &masked(0xc1, &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]));
    assert_eq!(codes(&at_frames(&capture)), json!(["WS113", "WS911", "WS118"]));
}
