//! How connections begin and end, and what is left unfinished then.

use serde_json::json;
use sockeye::base::Limits;

use super::{at_frames, at_frames_under, codes, none, only, records, table_rows, texts, told};
use crate::traffic::{ACK, Capture, FIN, RST, SYN, Side, frame, masked};

#[test]
fn a_connection_is_told_with_times_and_totals() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x81, b"hi"));
    capture.server(tcp, &frame(0x82, b"\x00\x01\x02"));
    capture.client(tcp, &masked(0x88, b"\x03\xe8bye"));
    capture.server(tcp, &frame(0x88, b"\x03\xe8"));
    capture.close(tcp);
    let records = at_frames(&capture);
    let expected = json!({
        "type": "connection", "stream": 0, "packet": 12,
        "time": "2023-11-14T22:13:20.011000000Z", "time_relative": 0.011,
        "client": "10.0.0.1:40000", "server": "10.0.0.2:3000", "sides_known_by": "syn",
        "transport": "tcp", "tls": null, "tcp_handshake": 0.002, "tcp": {
            "client": {"packets": 6, "bytes": 6 * 40 + 163, "payload_bytes": 163, "retransmissions": 0, "out_of_order": 0,
                "lost_segments": 0},
            "server": {"packets": 6, "bytes": 6 * 40 + 138, "payload_bytes": 138, "retransmissions": 0, "out_of_order": 0,
                "lost_segments": 0},
        },
        "longest_silence": 0.002, "protocol": "websocket", "verdict": "pass",
        "opened": "2023-11-14T22:13:20.000000000Z", "closed": "2023-11-14T22:13:20.011000000Z",
        "ended_by": "close-handshake", "close": {"code": 1000, "reason": "bye", "by": "client"},
        "frames": 4, "messages": 4, "payload_bytes": {"client": 7, "server": 5},
        "missing_bytes": {"client": 0, "server": 0}, "findings": {"error": 0, "warning": 0, "info": 0},
    });
    assert_eq!(only(&records, "connection"), &expected);
    let expected = json!({
        "type": "summary", "packets": 12, "bytes": capture.packets.iter().map(|p| p.bytes.len()).sum::<usize>(),
        "link_types": ["RAW"], "connections": 1, "connections_excluded": 0, "websocket_connections": 1, "frames": 4, "messages": 4,
        "findings": {"error": 0, "warning": 0, "info": 0}, "limits_reached": {}, "not_decoded": [],
    });
    assert_eq!(only(&records, "summary"), &expected);
    assert_eq!(table_rows(&capture, "opened (SYN → SYN, ACK → ACK in 2.00 ms)").len(), 1);
}

#[test]
fn the_first_close_frame_says_who_closed() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.server(tcp, &frame(0x88, b"\x03\xf3oops"));
    capture.client(tcp, &masked(0x88, b"\x03\xe8"));
    capture.segment(tcp, Side::Server, FIN | ACK, b"");
    capture.segment(tcp, Side::Client, FIN | ACK, b"");
    capture.segment(tcp, Side::Server, ACK, b"");
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "connection", "ended_by close packet"),
        json!([["close-handshake", {"code": 1011, "reason": "oops", "by": "server"}, 10]])
    );
}

#[test]
fn both_fins_without_both_closes_are_an_end_by_fin() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x88, b""));
    capture.close(tcp);
    assert_eq!(
        told(&at_frames(&capture), "connection", "ended_by close closed"),
        json!([["fin", {"code": null, "reason": null, "by": "client"}, "2023-11-14T22:13:20.008000000Z"]])
    );
}

#[test]
fn a_reset_in_the_middle_of_a_frame_leaves_it_cut_short() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x81, b"0123456789")[..10]);
    capture.segment(tcp, Side::Server, RST | ACK, b"");
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "frame", "packet payload.text payload_length payload_captured missing truncated"),
        json!([[6, "0123", 10, 4, [], false]])
    );
    assert_eq!(
        told(&records, "connection", "ended_by packet missing_bytes"),
        json!([["reset", 7, {"client": 0, "server": 0}]])
    );
    let messages = super::records(&capture, "messages");
    assert_eq!(
        told(&messages, "message", "payload.text wire_length complete truncated"),
        json!([["0123", 10, false, false]])
    );
    assert_eq!(table_rows(&capture, "(4 of 10 bytes captured)").len(), 1);
}

#[test]
fn a_reset_in_the_middle_of_a_header_leaves_no_frame() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x81, b"whole"));
    capture.client(tcp, &masked(0x81, b"0123456789")[..5]);
    capture.segment(tcp, Side::Client, RST, b"");
    let records = at_frames(&capture);
    assert_eq!(texts(&records), json!([["client", "whole"]]));
    assert_eq!(told(&records, "connection", "ended_by frames"), json!([["reset", 1]]));
}

#[test]
fn a_fin_inside_a_message_leaves_it_incomplete() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x01, b"and "));
    capture.client(tcp, &masked(0x00, b"then"));
    capture.close(tcp);
    let records = records(&capture, "messages");
    assert_eq!(
        told(&records, "message", "frames payload.text complete"),
        json!([[[1, 2], "and then", false]])
    );
    assert_eq!(told(&records, "connection", "ended_by frames messages"), json!([["fin", 2, 1]]));
}

#[test]
fn a_connection_may_outlast_the_capture() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x81, b"hi"));
    assert_eq!(
        told(&at_frames(&capture), "connection", "ended_by closed packet"),
        json!([["open", null, 6]])
    );
}

#[test]
fn two_connections_may_use_the_same_ports_one_after_the_other() {
    let mut capture = Capture::default();
    let ends = ("10.0.0.1:40000", "10.0.0.2:3000");
    for (initial, text) in [(1000, "first"), (500_000, "second")] {
        let tcp = capture.between(ends.0, ends.1, [initial, initial]);
        capture.open(tcp);
        capture.upgrade(tcp);
        capture.client(tcp, &masked(0x81, text.as_bytes()));
        capture.close(tcp);
    }
    let records = at_frames(&capture);
    assert_eq!(told(&records, "frame", "stream payload.text"), json!([[0, "first"], [1, "second"]]));
    assert_eq!(told(&records, "connection", "stream ended_by"), json!([[0, "fin"], [1, "fin"]]));
}

#[test]
fn ports_used_again_end_a_connection_whose_end_was_not_captured() {
    let mut capture = Capture::default();
    let ends = ("10.0.0.1:40000", "10.0.0.2:3000");
    for (initial, text) in [(1000, "first"), (500_000, "second")] {
        let tcp = capture.between(ends.0, ends.1, [initial, initial]);
        capture.open(tcp);
        capture.upgrade(tcp);
        capture.client(tcp, &masked(0x81, text.as_bytes()));
    }
    let records = at_frames(&capture);
    assert_eq!(told(&records, "frame", "stream payload.text"), json!([[0, "first"], [1, "second"]]));
    assert_eq!(
        told(&records, "connection", "stream ended_by packet"),
        json!([[0, "port-reuse", 6], [1, "open", 12]])
    );
}

#[test]
fn a_connection_that_must_make_room_is_told_as_evicted() {
    let mut capture = Capture::default();
    let first = capture.websocket();
    capture.client(first, &masked(0x81, b"first"));
    let second = capture.websocket();
    capture.client(second, &masked(0x81, b"second"));
    let limits = Limits { connections: 1, ..Limits::default() };
    let records = at_frames_under(limits, &capture);
    assert_eq!(told(&records, "frame", "stream payload.text"), json!([[0, "first"], [1, "second"]]));
    assert_eq!(
        told(&records, "connection", "stream ended_by packet"),
        json!([[0, "evicted", 6], [1, "open", 12]])
    );
    assert_eq!(told(&records, "finding", "code stream packet"), json!([["WS906", 0, 6], ["WS111", 1, 11]]));
    assert_eq!(told(&records, "summary", "limits_reached"), json!([{"connections": 1}]));
}

#[test]
fn a_refused_connection_is_no_more_than_that() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.segment(tcp, Side::Client, SYN, b"");
    capture.segment(tcp, Side::Server, RST | ACK, b"");
    let records = at_frames(&capture);
    assert_eq!(told(&records, "connection", "ended_by protocol packet"), json!([["reset", "unknown", 2]]));
    assert_eq!(codes(&records), none());
}

#[test]
fn ipv6_connections_are_told_in_brackets() {
    let mut capture = Capture::default();
    let tcp = capture.between("[2001:db8::1]:40000", "[::1]:3000", [1000, 2000]);
    capture.open(tcp);
    capture.upgrade(tcp);
    capture.client(tcp, &masked(0x81, b"hi"));
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "frame", "source destination payload.text"),
        json!([["[2001:db8::1]:40000", "[::1]:3000", "hi"]])
    );
}
