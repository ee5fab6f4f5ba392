//! Who is the client, and what a capture allows to say that holds only a part of what was sent.

use serde_json::json;

use super::{at_frames, codes, none, table_rows, texts, told};
use crate::traffic::{ACK, Capture, FIN, REQUEST, RESPONSE, Side, frame, masked};

#[test]
fn the_end_that_sends_the_request_is_the_client_whatever_its_port() {
    let mut capture = Capture::default();
    let tcp = capture.between("10.0.0.1:3000", "10.0.0.2:40000", [1000, 2000]);
    capture.upgrade(tcp);
    capture.client(tcp, &masked(0x81, b"hi"));
    capture.server(tcp, &frame(0x81, b"hello"));
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "connection", "client server sides_known_by protocol"),
        json!([["10.0.0.1:3000", "10.0.0.2:40000", "handshake", "websocket"]])
    );
    assert_eq!(
        told(&records, "frame", "from source destination"),
        json!(
            [["client", "10.0.0.1:3000", "10.0.0.2:40000"], ["server", "10.0.0.2:40000", "10.0.0.1:3000"],]
        )
    );
    assert_eq!(told(&records, "connection", "payload_bytes"), json!([{"client": 2, "server": 5}]));
    assert_eq!(codes(&records), none());
    let from = told(&super::records(&capture, "packets"), "packet", "from");
    assert_eq!(from, json!(["client", "server", "client", "server"]));
}

#[test]
fn the_ports_decide_who_is_who_where_nothing_else_does() {
    let mut capture = Capture::default();
    let tcp = capture.between("10.0.0.1:3000", "10.0.0.2:40000", [1000, 2000]);
    capture.client(tcp, b"\x00\x01\x02");
    assert_eq!(
        told(&at_frames(&capture), "connection", "client sides_known_by protocol"),
        json!([["10.0.0.2:40000", "port", "unknown"]])
    );
}

#[test]
fn frames_without_their_handshake_are_not_invented() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.client(tcp, &masked(0x81, b"hi"));
    capture.server(tcp, &frame(0x81, b"hello"));
    capture.close(tcp);
    let records = at_frames(&capture);
    assert_eq!(told(&records, "frame", "frame"), none());
    assert_eq!(
        told(&records, "connection", "protocol sides_known_by ended_by frames"),
        json!([["unknown", "port", "fin", 0]])
    );
    assert_eq!(codes(&records), none());
    assert_eq!(table_rows(&capture, "first seen in the middle").len(), 1);
}

#[test]
fn with_the_client_alone_in_the_capture_the_server_is_not_blamed() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x81, b"hello there, server"));
    capture.segment(tcp, Side::Client, FIN | ACK, b"");
    capture.packets.remove(4);
    capture.packets.remove(1);
    let records = at_frames(&capture);
    assert_eq!(told(&records, "handshake", "outcome response"), json!([[null, null]]));
    assert_eq!(
        texts(&records),
        json!([["client", "hello there, server"]]),
        "what it said behind the handshake is found"
    );
    assert_eq!(told(&records, "finding", "code side"), json!([["WS903", "capture"], ["WS904", "capture"]]));
    assert_eq!(told(&records, "connection", "protocol ended_by"), json!([["websocket", "open"]]));
}

#[test]
fn with_the_server_alone_in_the_capture_its_frames_are_read() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.server(tcp, &frame(0x81, b"hello"));
    capture.packets.remove(3);
    capture.packets.remove(2);
    capture.packets.remove(0);
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "handshake", "outcome request key accept.received accept.expected accept.valid"),
        json!([["accepted", null, null, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", null, null]])
    );
    assert_eq!(texts(&records), json!([["server", "hello"]]));
    assert_eq!(
        told(&records, "finding", "code side details.captured"),
        json!([["WS904", "capture", "server"]])
    );
}

#[test]
fn the_rest_of_a_request_whose_beginning_was_not_captured_is_no_frame() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.client(tcp, &REQUEST[..7]);
    capture.lose();
    capture.client(tcp, &REQUEST[7..]);
    capture.server(tcp, RESPONSE);
    capture.packets.swap(0, 1);
    capture.client(tcp, &masked(0x81, b"hi"));
    let records = at_frames(&capture);
    assert_eq!(told(&records, "handshake", "outcome request"), json!([["accepted", null]]));
    assert_eq!(texts(&records), json!([["client", "hi"]]));
    assert_eq!(codes(&records), none());
}
