//! Captures that lack something, and segments that come late, twice or differently.

use serde_json::{Value, json};

use super::{at_frames, codes, none, only, records, texts, told};
use crate::traffic::{ACK, Capture, FIN, Side, encode, frame, masked};

/// Payload that shows which part of it is there.
const PAYLOAD: &[u8; 30] = b"0123456789abcdefghijABCDEFGHIJ";

/// A text of the server in three segments of ten payload bytes, the one in the middle not captured, and a text behind.
fn gap_in_payload() -> Capture {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    let bytes = frame(0x81, PAYLOAD);
    capture.server(tcp, &bytes[..12]);
    capture.server(tcp, &bytes[12..22]);
    capture.lose();
    capture.server(tcp, &bytes[22..]);
    capture.client(tcp, &masked(0x81, b"received"));
    capture.server(tcp, &frame(0x81, b"next"));
    capture.close(tcp);
    capture
}

#[test]
fn a_gap_inside_a_payload_is_named_and_skipped() {
    let records = at_frames(&gap_in_payload());
    assert_eq!(
        told(&records, "frame", "from payload.text payload_length payload_captured missing truncated"),
        json!([
            ["client", "received", 8, 8, [], false],
            ["server", "0123456789ABCDEFGHIJ", 30, 20, [[10, 10]], false],
            ["server", "next", 4, 4, [], false],
        ])
    );
    assert_eq!(
        told(&records, "finding", "code side length details.why packets"),
        json!([["WS901", "capture", 10, "acknowledged", [6, 7]]])
    );
    assert_eq!(told(&records, "connection", "missing_bytes"), json!([{"client": 0, "server": 10}]));
    assert_eq!(told(&records, "connection", "payload_bytes"), json!([{"client": 8, "server": 24}]));
}

#[test]
fn a_message_with_a_gap_is_not_complete() {
    let records = records(&gap_in_payload(), "messages");
    assert_eq!(
        told(&records, "message", "from payload.text wire_length length complete"),
        json!([
            ["client", "received", 8, 8, true],
            ["server", "0123456789ABCDEFGHIJ", 30, 30, false],
            ["server", "next", 4, 4, true],
        ])
    );
}

#[test]
fn an_acknowledged_gap_is_given_up_while_the_connection_goes_on() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    let bytes = frame(0x82, PAYLOAD);
    capture.server(tcp, &bytes[..12]);
    capture.server(tcp, &bytes[12..22]);
    capture.lose();
    capture.server(tcp, &bytes[22..]);
    capture.segment(tcp, Side::Client, ACK, b"");
    capture.wait(200);
    for number in 0..10 {
        capture.server(tcp, &frame(0x81, format!("{number}").as_bytes()));
    }
    let records = at_frames(&capture);
    assert_eq!(told(&records, "finding", "code details.why"), json!([["WS901", "acknowledged"]]));
    assert_eq!(told(&records, "frame", "missing")[0], json!([[10, 10]]));
    assert_eq!(told(&records, "frame", "type").as_array().unwrap().len(), 11);
    let last = &records[records.len() - 3];
    assert_eq!((&last["type"], &last["packet"]), (&json!("frame"), &json!(18)), "told before the end");
}

#[test]
fn behind_a_gap_over_a_header_frames_are_found_again() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.server(tcp, &frame(0x81, b"before"));
    capture.server(tcp, &frame(0x81, b"lost"));
    capture.lose();
    capture.server(tcp, &frame(0x81, b"behind"));
    capture.client(tcp, &masked(0x81, b"first"));
    capture.client(tcp, &masked(0x81, b"second"));
    capture.close(tcp);
    let records = at_frames(&capture);
    let expected =
        json!([["server", "before"], ["client", "first"], ["client", "second"], ["server", "behind"]]);
    assert_eq!(texts(&records), expected);
    assert_eq!(told(&records, "finding", "code length"), json!([["WS901", 6], ["WS909", null]]));
    assert_eq!(told(&records, "connection", "protocol ended_by"), json!([["websocket", "fin"]]));
}

#[test]
fn a_gap_from_one_payload_into_the_next_frame_loses_the_framing() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x81, b"abcd")[..8]);
    capture.client(tcp, &[&masked(0x81, b"abcd")[8..], &masked(0x81, b"efgh")[..3]].concat());
    capture.lose();
    capture.client(tcp, &masked(0x81, b"efgh")[3..]);
    capture.close(tcp);
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "frame", "payload.text payload_length payload_captured missing"),
        json!([["ab", 4, 2, [[2, 2]]]])
    );
    // The second says that the rest was captured, and where its frames begin is not known.
    assert_eq!(codes(&records), json!(["WS901", "WS901"]));
}

#[test]
fn a_gap_in_the_response_leaves_the_outcome_unknown_and_nobody_blamed() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.lose();
    capture.server(tcp, &frame(0x81, b"hello from the server"));
    capture.client(tcp, &masked(0x81, b"hello from the client"));
    capture.close(tcp);
    let records = at_frames(&capture);
    assert_eq!(told(&records, "handshake", "outcome response"), json!([[null, null]]));
    assert_eq!(
        texts(&records),
        json!([["client", "hello from the client"], ["server", "hello from the server"]])
    );
    assert_eq!(told(&records, "finding", "code side"), json!([["WS901", "capture"], ["WS903", "capture"]]));
}

#[test]
fn a_snapped_packet_is_a_gap_and_never_frames_that_nobody_sent() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.server(tcp, &frame(0x81, PAYLOAD));
    capture.cut(20);
    capture.server(tcp, &frame(0x81, b"whole"));
    // Of this segment not even the header of the second frame is there.
    capture.client(tcp, &[masked(0x81, b"hi"), masked(0x81, b"ho")].concat());
    capture.cut(8);
    capture.client(tcp, &masked(0x81, b"found behind"));
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "frame", "from payload.text payload_length missing"),
        json!([
            ["server", "0123456789", 30, [[10, 20]]],
            ["server", "whole", 5, []],
            ["client", "hi", 2, []],
            ["client", "found behind", 12, []],
        ])
    );
    assert_eq!(
        told(&records, "finding", "code length"),
        json!([["WS902", 20], ["WS902", 8], ["WS909", null]])
    );
    assert_eq!(told(&records, "connection", "missing_bytes"), json!([{"client": 8, "server": 20}]));
}

#[test]
fn a_gap_in_traffic_that_nobody_reads_is_counted_without_a_finding() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, b"\x00\x01\x02\x03");
    capture.client(tcp, b"lost");
    capture.lose();
    capture.client(tcp, b"behind");
    capture.close(tcp);
    let records = at_frames(&capture);
    assert_eq!(told(&records, "connection", "protocol missing_bytes.client"), json!([["unknown", 4]]));
}

#[test]
fn sequence_numbers_wrap_around() {
    let mut capture = Capture::default();
    let tcp = capture.between("10.0.0.1:40000", "10.0.0.2:3000", [u32::MAX - 100, u32::MAX - 140]);
    capture.open(tcp);
    capture.upgrade(tcp);
    for number in 0..20 {
        capture.client(tcp, &encode(0x82, Some([1, 2, 3, number]), PAYLOAD));
        capture.server(tcp, &frame(0x82, PAYLOAD));
    }
    let records = at_frames(&capture);
    assert_eq!(told(&records, "frame", "type").as_array().unwrap().len(), 40);
    assert_eq!(codes(&records), none());
    assert_eq!(told(&records, "connection", "payload_bytes"), json!([{"client": 600, "server": 600}]));
    let rows = told(&super::records(&capture, "packets"), "packet", "seq ack analysis");
    assert!(rows.as_array().unwrap().iter().all(|row| row[2] == json!([])), "{rows}");
    assert_eq!(rows[3], json!([1, 1, []]));
}

#[test]
fn segments_come_out_of_order_and_twice() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.server(tcp, &frame(0x81, b"one"));
    capture.server(tcp, &frame(0x81, b"two"));
    capture.server(tcp, &frame(0x81, b"three"));
    capture.repeat(6);
    capture.packets.swap(5, 7);
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "frame", "frame packet payload.text"),
        json!([[1, 8, "one"], [2, 7, "two"], [3, 6, "three"]])
    );
    assert_eq!(codes(&records), none());
    let analysis = told(&super::records(&capture, "packets"), "packet", "packet analysis");
    assert_eq!(
        analysis.as_array().unwrap()[5..],
        [
            json!([6, ["lost-segment"]]),
            json!([7, ["out-of-order"]]),
            json!([8, ["out-of-order"]]),
            json!([9, ["retransmission"]]),
        ]
    );
}

#[test]
fn a_retransmission_that_says_something_else_is_told_once_and_does_not_count() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.server(tcp, &frame(0x81, b"early"));
    let early = capture.packets.pop().unwrap();
    let behind = capture.next(tcp, Side::Server);
    capture.server(tcp, &frame(0x81, b"first"));
    for other in [b"other", b"third"] {
        capture.set_next(tcp, Side::Server, behind);
        capture.server(tcp, &frame(0x81, other));
    }
    capture.packets.push(early);
    let records = at_frames(&capture);
    assert_eq!(texts(&records), json!([["server", "early"], ["server", "first"]]));
    let finding = only(&records, "finding");
    assert_eq!(finding["code"], "WS907");
    assert_eq!(finding["packets"], json!([6, 7]));
    assert_eq!(finding["details"]["from"], "server");
}

#[test]
fn a_retransmission_that_contradicts_a_frame_already_told_does_not_count_either() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    let next = capture.next(tcp, Side::Server);
    capture.server(tcp, &frame(0x81, b"first"));
    capture.segment(tcp, Side::Client, ACK, b"");
    for other in [b"other", b"third"] {
        capture.set_next(tcp, Side::Server, next);
        capture.server(tcp, &[frame(0x81, other), frame(0x81, b"behind")].concat());
    }
    let records = at_frames(&capture);
    assert_eq!(texts(&records), json!([["server", "first"], ["server", "behind"]]));
    let finding = only(&records, "finding");
    assert_eq!((&finding["code"], &finding["packets"]), (&json!("WS907"), &json!([6, 8])));
    assert_eq!(finding["details"]["kept"], "\u{fffd}\u{5}first");
}

/// A WebSocket without its request, and without these packets of the handshakes.
fn without_request(lost: &[usize]) -> Vec<Value> {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    for text in [b"one".as_slice(), b"two", b"three"] {
        capture.client(tcp, &masked(0x81, text));
        capture.server(tcp, &frame(0x81, text));
    }
    capture.close(tcp);
    for index in lost {
        capture.packets.remove(*index);
    }
    at_frames(&capture)
}

#[test]
fn a_request_that_was_lost_with_the_syn_is_missing_as_if_it_was_lost_alone() {
    let [alone, with_syn] = [without_request(&[3]), without_request(&[3, 2, 0])];
    for records in [&alone, &with_syn] {
        assert_eq!(told(records, "connection", "missing_bytes.client"), json!([144]));
    }
    assert_eq!(texts(&with_syn).as_array().unwrap().len(), 6);
    assert_eq!((texts(&with_syn), codes(&with_syn)), (texts(&alone), codes(&alone)));
}

#[test]
fn a_keep_alive_is_no_data() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x81, b"hi"));
    let next = capture.next(tcp, Side::Client);
    capture.wait(10_000);
    capture.set_next(tcp, Side::Client, next.wrapping_sub(1));
    capture.client(tcp, b"\0");
    capture.segment(tcp, Side::Server, ACK, b"");
    capture.client(tcp, &masked(0x81, b"still here"));
    let records = at_frames(&capture);
    assert_eq!(texts(&records), json!([["client", "hi"], ["client", "still here"]]));
    assert_eq!(codes(&records), none());
    let rows = told(&super::records(&capture, "packets"), "packet", "packet analysis");
    assert_eq!(rows[6], json!([7, ["keep-alive"]]));
}

#[test]
fn a_fin_before_the_last_data_cuts_nothing() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x81, b"last words"));
    capture.segment(tcp, Side::Client, FIN | ACK, b"");
    capture.packets.swap(5, 6);
    capture.segment(tcp, Side::Server, FIN | ACK, b"");
    capture.segment(tcp, Side::Client, ACK, b"");
    let records = at_frames(&capture);
    assert_eq!(texts(&records), json!([["client", "last words"]]));
    assert_eq!(codes(&records), json!(["WS416"]));
    assert_eq!(told(&records, "connection", "ended_by packet"), json!([["fin", 9]]));
}

#[test]
fn a_gap_before_it_is_known_what_the_traffic_is_is_told_once_that_is_known() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.server(tcp, &frame(0x81, b"the first text"));
    capture.server(tcp, &frame(0x81, b"lost"));
    capture.lose();
    for text in [&b"the second text"[..], b"another text", b"and one more"] {
        capture.server(tcp, &frame(0x81, text));
    }
    let records = at_frames(&capture);
    assert_eq!(told(&records, "frame", "payload.text").as_array().unwrap().len(), 3);
    assert_eq!(codes(&records), json!(["WS901", "WS903", "WS904"]));
}

/// Frames of WebSocket over HTTP/2 are real ones, with headers of HTTP/2 between them.
#[test]
fn a_place_that_was_inferred_is_given_up_before_a_peer_is_blamed() {
    const DATA: &[u8] = &[0, 1, 0, 0, 0, 0, 0, 0, 5];
    let mut capture = Capture::default();
    let tcp = capture.connection();
    for number in 0..8 {
        let text = |part| format!("a text of some length: number {number}, part {part}");
        let asked: Vec<u8> = (0..6).flat_map(|part| masked(0x81, text(part).as_bytes())).collect();
        let answered: Vec<u8> = (0..6).flat_map(|part| frame(0x81, text(part).as_bytes())).collect();
        capture.client(tcp, &[DATA, &asked].concat());
        capture.server(tcp, &[DATA, &answered].concat());
    }
    let records = at_frames(&capture);
    let opcodes = told(&records, "frame", "opcode_name");
    assert!(opcodes.as_array().unwrap().iter().all(|name| name == "text"), "{opcodes}");
    assert!(opcodes.as_array().unwrap().len() > 6);
    let blamed = told(&records, "finding", "side");
    assert!(blamed.as_array().unwrap().iter().all(|side| side == "capture"), "{}", codes(&records));
}
