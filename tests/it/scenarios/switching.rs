//! Connections that leave HTTP for something else than WebSocket, or for a tunnel with WebSocket in it.

use serde_json::json;

use super::{at_frames, codes, none, table_rows, texts, told};
use crate::traffic::{Capture, REQUEST, RESPONSE, Tcp, frame, masked};

const CONNECT: &[u8] = b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n";
const CONNECTED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

fn opened() -> (Capture, Tcp) {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    (capture, tcp)
}

#[test]
fn an_upgrade_to_something_else_is_named_and_left_alone() {
    for protocol in ["h2c", "foo"] {
        let (mut capture, tcp) = opened();
        let request =
            format!("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\n\r\n");
        let response =
            format!("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\n\r\n");
        capture.client(tcp, request.as_bytes());
        capture.server(tcp, response.as_bytes());
        // What follows would be frames.
        capture.client(tcp, &masked(0x81, b"hi"));
        capture.server(tcp, &frame(0x81, b"hello"));
        capture.close(tcp);
        let records = at_frames(&capture);
        for kind in ["frame", "handshake", "finding"] {
            assert_eq!(told(&records, kind, "type"), none(), "{protocol}");
        }
        assert_eq!(told(&records, "connection", "protocol ended_by"), json!([["http", "fin"]]));
        let row = format!("101 Switching Protocols  not WebSocket: {protocol}");
        assert_eq!(table_rows(&capture, &row).len(), 1, "{protocol}");
        assert_eq!(table_rows(&capture, &format!("closed (FIN): HTTP, then {protocol}")).len(), 1);
    }
}

#[test]
fn websocket_is_found_in_a_connect_tunnel() {
    let (mut capture, tcp) = opened();
    capture.client(tcp, CONNECT);
    capture.server(tcp, CONNECTED);
    capture.upgrade(tcp);
    capture.client(tcp, &masked(0x81, b"hi"));
    capture.server(tcp, &frame(0x81, b"hello"));
    let records = at_frames(&capture);
    assert_eq!(told(&records, "handshake", "packet outcome accept.valid"), json!([[7, "accepted", true]]));
    assert_eq!(texts(&records), json!([["client", "hi"], ["server", "hello"]]));
    assert_eq!(codes(&records), none());
    assert_eq!(told(&records, "connection", "protocol"), json!(["websocket"]));
    assert_eq!(table_rows(&capture, "200 Connection established  tunnel: CONNECT").len(), 1);
}

#[test]
fn something_else_in_a_connect_tunnel_is_left_alone() {
    let (mut capture, tcp) = opened();
    capture.client(tcp, CONNECT);
    capture.server(tcp, CONNECTED);
    capture.client(tcp, b"\x16\x03\x01\x00\x05hello");
    let records = at_frames(&capture);
    assert_eq!(told(&records, "handshake", "type"), none());
    assert_eq!(told(&records, "connection", "protocol"), json!(["http"]));
    assert_eq!(codes(&records), none());
}

/// So many tunnels inside each other, and WebSocket in the innermost.
fn nested(tunnels: usize) -> Capture {
    let (mut capture, tcp) = opened();
    for _ in 0..tunnels {
        capture.client(tcp, CONNECT);
        capture.server(tcp, CONNECTED);
    }
    capture.upgrade(tcp);
    capture.client(tcp, &masked(0x81, b"hi"));
    capture
}

#[test]
fn tunnels_in_tunnels_are_followed_four_deep() {
    let records = at_frames(&nested(4));
    assert_eq!(texts(&records), json!([["client", "hi"]]));
    assert_eq!(codes(&records), none());

    let records = at_frames(&nested(5));
    assert_eq!(told(&records, "frame", "type"), none());
    assert_eq!(told(&records, "finding", "code details.limit"), json!([["WS906", "tunnels"]]));
    assert_eq!(told(&records, "summary", "limits_reached"), json!([{"tunnels": 1}]));
}

#[test]
fn frames_come_in_the_same_segment_as_the_101() {
    let (mut capture, tcp) = opened();
    capture.client(tcp, REQUEST);
    let hello = [RESPONSE, &frame(0x81, b"hello"), &frame(0x89, b""), &frame(0x01, b"wor")].concat();
    capture.server(tcp, &hello);
    capture.server(tcp, &frame(0x80, b"ld"));
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "frame", "packet opcode_name payload_length"),
        json!([[5, "text", 5], [5, "ping", 0], [5, "text", 3], [6, "continuation", 2]])
    );
    assert_eq!(codes(&records), none());
}

#[test]
fn a_websocket_handshake_answered_with_another_protocol_is_rejected() {
    let (mut capture, tcp) = opened();
    capture.client(tcp, REQUEST);
    capture.server(tcp, b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n");
    capture.server(tcp, &frame(0x81, b"hello"));
    let records = at_frames(&capture);
    assert_eq!(told(&records, "handshake", "response.status outcome"), json!([[101, "rejected"]]));
    assert_eq!(told(&records, "frame", "type"), none());
    assert_eq!(codes(&records), json!(["WS132"]));
    assert_eq!(told(&records, "connection", "protocol"), json!(["http"]));
    assert_eq!(table_rows(&capture, "HTTP, then foo").len(), 1);
}

#[test]
fn tls_is_named_and_nothing_in_it_is_judged() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03");
    capture.server(tcp, b"\x16\x03\x03\x00\x02\x02\x00\x17\x03\x03\x00\x04\x81\x02hi");
    capture.server(tcp, b"\x17\x03\x03\x00\x04\x81\x02hi");
    capture.close(tcp);
    let records = at_frames(&capture);
    assert_eq!(told(&records, "finding", "code side packets"), json!([["WS905", "capture", [5, 6]]]));
    assert_eq!(told(&records, "connection", "protocol"), json!(["tls"]));
    assert_eq!(told(&records, "frame", "frame"), none());
}

#[test]
fn a_frame_that_begins_with_the_bytes_of_a_tls_record_is_a_frame() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x82, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"));
    let records = at_frames(&capture);
    assert_eq!(codes(&records), none());
    assert_eq!(told(&records, "connection", "protocol"), json!(["websocket"]));
}
