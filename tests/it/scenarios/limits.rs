//! What the caps do when they act: each is told, and everything else goes on.

use serde_json::{Value, json};
use sockeye::base::{Limits, SHARDS};

use super::{at_frames_under, none, told};
use crate::traffic::{Capture, REQUEST, RESPONSE, frame, masked};

/// A capture in which `first` happens on one connection, while another one speaks before it and behind it.
fn beside(first: impl FnOnce(&mut Capture)) -> Capture {
    let mut capture = Capture::default();
    let other = capture.websocket();
    capture.client(other, &masked(0x81, b"before"));
    first(&mut capture);
    capture.server(other, &frame(0x81, b"behind"));
    capture
}

/// What the other connection said is there, and of this cap it is told that it acted once, on the first.
fn acted_once(records: &[Value], limit: &str) {
    let other = told(records, "frame", "stream payload.text");
    let other: Vec<&Value> =
        other.as_array().unwrap().iter().filter(|frame| frame[0] == 0).map(|frame| &frame[1]).collect();
    assert_eq!(other, ["before", "behind"]);
    assert_eq!(
        told(records, "finding", "code side severity stream details.limit"),
        json!([["WS906", "capture", "warning", 1, limit]])
    );
    assert_eq!(told(records, "summary", "limits_reached"), json!([{limit: 1}]));
}

#[test]
fn a_head_that_is_too_long() {
    let capture = beside(|capture| {
        let tcp = capture.connection();
        capture.open(tcp);
        capture.client(tcp, b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: ");
        for _ in 0..10 {
            capture.client(tcp, &[b'x'; 100]);
        }
        capture.client(tcp, b"\r\n\r\n");
    });
    let records = at_frames_under(Limits { http_head: 500, ..Limits::default() }, &capture);
    acted_once(&records, "http_head");
}

#[test]
fn a_head_of_too_many_fields() {
    let capture = beside(|capture| {
        let tcp = capture.connection();
        capture.open(tcp);
        let fields = "A: b\r\n".repeat(20);
        capture.client(tcp, format!("GET / HTTP/1.1\r\n{fields}\r\n").as_bytes());
    });
    let records = at_frames_under(Limits { http_fields: 10, ..Limits::default() }, &capture);
    acted_once(&records, "http_fields");
}

/// A request, and so many frames behind it that wait for the response.
fn waiting(capture: &mut Capture) {
    let tcp = capture.connection();
    capture.open(tcp);
    // Not the key of the other connection, which would be told.
    let request =
        String::from_utf8_lossy(REQUEST).replace("dGhlIHNhbXBsZSBub25jZQ", "8cyP/EvUjJHSMbkOIHFU/w");
    capture.client(tcp, request.as_bytes());
    for _ in 0..20 {
        capture.client(tcp, &masked(0x82, &[0; 100]));
    }
}

/// The connection of [`waiting`] is given up: its request got no answer that could be told.
fn gave_up(records: &[Value]) {
    assert_eq!(told(records, "handshake", "stream outcome"), json!([[0, "accepted"], [1, null]]));
    assert_eq!(told(records, "connection", "protocol"), json!(["websocket", "http"]));
}

#[test]
fn too_much_behind_a_request() {
    let capture = beside(waiting);
    let records = at_frames_under(Limits { http_wait: 1000, ..Limits::default() }, &capture);
    gave_up(&records);
    acted_once(&records, "http_wait");
}

#[test]
fn too_much_held_in_all_connections_together() {
    let capture = beside(waiting);
    let records = at_frames_under(Limits { held_total: 2000 * SHARDS as u64, ..Limits::default() }, &capture);
    gave_up(&records);
    acted_once(&records, "held_total");
}

#[test]
fn what_compressed_messages_may_refer_to_leaves_room_for_other_handshakes() {
    const EXTENSION: &str = "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    let agreed = |head: &[u8]| String::from_utf8_lossy(head).replace("\r\n\r\n", EXTENSION).into_bytes();
    let mut capture = Capture::default();
    let others = 20 * SHARDS;
    for _ in 0..others {
        let tcp = capture.connection();
        capture.open(tcp);
        capture.client(tcp, &agreed(REQUEST));
        capture.server(tcp, &agreed(RESPONSE));
        // It inflates to 263 bytes.
        capture.server(tcp, &frame(0xc2, &[0x4a, 0x4c, 0x1a, 0x05, 0x40, 0xff, 0x03, 0x00]));
    }
    let tcp = capture.connection();
    capture.open(tcp);
    let (beginning, end) = REQUEST.split_at(REQUEST.len() / 2);
    capture.client(tcp, beginning);
    capture.client(tcp, end);
    capture.server(tcp, RESPONSE);
    let records = at_frames_under(Limits { held_total: 4000 * SHARDS as u64, ..Limits::default() }, &capture);
    assert_eq!(told(&records, "handshake", "outcome"), json!(vec!["accepted"; others + 1]));
}

#[test]
fn too_many_requests_without_responses() {
    let capture = beside(|capture| {
        let tcp = capture.connection();
        capture.open(tcp);
        for _ in 0..40 {
            capture.client(tcp, b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
        }
    });
    let limits = Limits { http_pipeline: 4, http_wait: 500, ..Limits::default() };
    acted_once(&at_frames_under(limits, &capture), "http_pipeline");
}

#[test]
fn payload_longer_than_is_kept() {
    let capture = beside(|capture| {
        let tcp = capture.connection();
        capture.open(tcp);
        capture.client(
            tcp,
            b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Key: 8cyP/EvUjJHSMbkOIHFU/w==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        );
        let response = String::from_utf8_lossy(RESPONSE)
            .replace("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "EiaKGKO0E/pC8vnArob263aS3XY=");
        capture.server(tcp, response.as_bytes());
        capture.server(tcp, &frame(0x81, b"0123456789 is shown in part"));
        capture.server(tcp, &frame(0x81, b"0123456789 is shown in part too"));
        capture.server(tcp, &frame(0x81, b"short"));
    });
    let records = at_frames_under(Limits { payload: 10, ..Limits::default() }, &capture);
    assert_eq!(
        told(&records, "frame", "payload.text payload_captured truncated"),
        json!([
            ["before", 6, false],
            ["0123456789", 27, true],
            ["0123456789", 31, true],
            ["short", 5, false],
            ["behind", 6, false],
        ])
    );
    acted_once(&records, "payload");
}

#[test]
fn too_much_behind_a_hole() {
    let capture = beside(|capture| {
        let tcp = capture.connection();
        capture.open(tcp);
        capture.client(tcp, b"\x00\x01");
        capture.client(tcp, b"lost");
        capture.lose();
        for _ in 0..20 {
            capture.client(tcp, &[0; 100]);
        }
    });
    let limits = Limits { out_of_order: 1000, ..Limits::default() };
    let records = at_frames_under(limits, &capture);
    acted_once(&records, "out_of_order");
    assert_eq!(told(&records, "connection", "missing_bytes.client"), json!([0, 4]));
    let limits = Limits { out_of_order_total: 1000, ..Limits::default() };
    acted_once(&at_frames_under(limits, &capture), "out_of_order_total");
}

#[test]
fn copies_of_what_was_handed_over_without_a_finding() {
    let capture = beside(|capture| {
        let tcp = capture.websocket();
        capture.client(tcp, &masked(0x81, b"twice"));
        capture.repeat(capture.packets.len() - 1);
        capture.repeat(capture.packets.len() - 1);
    });
    let without = at_frames_under(Limits { history_total: 10, ..Limits::default() }, &capture);
    let with = at_frames_under(Limits::default(), &capture);
    assert_eq!(told(&without, "summary", "limits_reached"), json!([{"history_total": 1}]));
    assert_eq!(told(&with, "summary", "limits_reached"), json!([{}]));
    assert_eq!(told(&without, "finding", "code"), told(&with, "finding", "code"));
}

#[test]
fn a_segment_absurdly_far_ahead() {
    let capture = beside(|capture| {
        let tcp = capture.connection();
        capture.open(tcp);
        capture.client(tcp, b"\x00\x01");
        let next = capture.next(tcp, crate::traffic::Side::Client);
        capture.set_next(tcp, crate::traffic::Side::Client, next.wrapping_add(1 << 30));
        capture.client(tcp, b"far away");
    });
    acted_once(&at_frames_under(Limits::default(), &capture), "sequence_jump");
}

#[test]
fn no_cap_acts_on_ordinary_traffic() {
    let capture = beside(|capture| {
        let tcp = capture.connection();
        capture.open(tcp);
        capture.client(tcp, b"\x00\x01");
        capture.close(tcp);
    });
    let records = at_frames_under(Limits::default(), &capture);
    assert_eq!(told(&records, "finding", "code"), none());
    assert_eq!(told(&records, "summary", "limits_reached"), json!([{}]));
}
