//! What a peer did, held against what happened before: what each rule finds, what nearly breaks it, and what real stacks
//! do.

mod closing;
mod legal;
mod losses;
mod pings;

use serde_json::{Value, json};

use super::{at_frames, codes, none, told};
use crate::traffic::{ACK, Capture, FIN, RST, Side, Tcp, encode, frame, masked};

/// A conversation behind a handshake: what each side sends, in segments that acknowledge all that came before.
fn talk(steps: &[(Side, Vec<u8>)]) -> (Capture, Tcp) {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    for (side, bytes) in steps {
        capture.segment(tcp, *side, ACK, bytes);
    }
    (capture, tcp)
}

fn client(first: u8, payload: &[u8]) -> (Side, Vec<u8>) {
    (Side::Client, masked(first, payload))
}

fn server(first: u8, payload: &[u8]) -> (Side, Vec<u8>) {
    (Side::Server, frame(first, payload))
}

/// The ends of TCP in this order, and the last acknowledgment.
fn end(capture: &mut Capture, tcp: Tcp, sides: &[Side]) {
    for side in sides {
        capture.segment(tcp, *side, FIN | ACK, b"");
    }
    if let Some(first) = sides.first() {
        capture.segment(tcp, *first, ACK, b"");
    }
}

/// The codes and sides of all findings of a conversation that the ends of TCP follow, in this order.
fn found(steps: &[(Side, Vec<u8>)], sides: &[Side]) -> Value {
    let (mut capture, tcp) = talk(steps);
    end(&mut capture, tcp, sides);
    findings(&capture)
}

/// The codes and sides of all findings, which are the same at every zoom.
fn findings(capture: &Capture) -> Value {
    let at = |zoom| told(&super::records(capture, zoom), "finding", "code side");
    let found = at("frames");
    assert_eq!((at("messages"), at("packets")), (found.clone(), found.clone()));
    found
}

#[test]
fn rfc6455_5_3_three_frames_in_a_row_with_one_masking_key() {
    let with = |keys: &[u8]| {
        let frames = keys.iter().map(|key| (Side::Client, encode(0x81, Some([1, 2, 3, *key]), b"x")));
        found(&frames.collect::<Vec<_>>(), &[])
    };
    assert_eq!(with(&[7, 7, 7]), json!([["WS207", "client"]]));
    assert_eq!(with(&[7, 7, 7, 7, 8, 8, 8]), json!([["WS207", "client"]]), "once a connection");
    assert_eq!(with(&[7, 7, 8, 7, 7]), none());
}

#[test]
fn a_frame_that_was_lost_may_have_had_another_key() {
    let (mut capture, tcp) = talk(&[]);
    let same = |capture: &mut Capture| capture.client(tcp, &encode(0x81, Some([1, 2, 3, 4]), b"some text"));
    same(&mut capture);
    same(&mut capture);
    capture.client(tcp, &masked(0x81, b"another key"));
    capture.lose();
    capture.segment(tcp, Side::Server, ACK, b"");
    for _ in 0..2 {
        same(&mut capture);
    }
    capture.client(tcp, &masked(0x81, b"and it goes on"));
    assert_eq!(findings(&capture), json!([["WS901", "capture"], ["WS909", "capture"]]));
}

#[test]
fn rfc6455_5_3_a_masking_key_of_zeros_is_told_once_and_is_no_repetition() {
    let zero = || (Side::Client, encode(0x81, Some([0; 4]), b"x"));
    assert_eq!(found(&[zero(), zero(), zero(), zero()], &[]), json!([["WS208", "client"]]));
}

#[test]
fn rfc6455_7_1_7_data_after_a_violation_that_had_been_received() {
    let bare = || (Side::Client, frame(0x81, b"not masked"));
    let answer = || server(0x81, b"never mind");
    assert_eq!(found(&[bare(), answer(), answer()], &[]), json!([["WS201", "client"], ["WS420", "server"]]));
    assert_eq!(found(&[bare(), server(0x88, b"\x03\xea")], &[]), json!([["WS201", "client"]]));
    assert_eq!(found(&[bare(), server(0x89, b"")], &[]), json!([["WS201", "client"]]));

    let (mut capture, tcp) = talk(&[]);
    let before = capture.next(tcp, Side::Client);
    capture.client(tcp, &frame(0x81, b"not masked"));
    capture.segment_acking(tcp, Side::Server, ACK, before, &frame(0x81, b"sent before that came"));
    assert_eq!(findings(&capture), json!([["WS201", "client"]]));
}

#[test]
fn a_connection_that_ends_inside_a_frame_or_its_header() {
    let bytes = masked(0x82, b"twenty bytes of data");
    let cut = |at: usize, steps: &[(Side, Vec<u8>)], flags: u8| {
        let (mut capture, tcp) = talk(steps);
        capture.client(tcp, &bytes[..at]);
        capture.segment(tcp, Side::Client, flags, b"");
        findings(&capture)
    };
    for at in [1, 5, 10, 25] {
        assert_eq!(cut(at, &[], FIN | ACK), json!([["WS209", "client"], ["WS416", "client"]]), "{at}");
    }
    assert_eq!(cut(26, &[], FIN | ACK), json!([["WS416", "client"]]));
    assert_eq!(cut(10, &[], ACK), none(), "the capture may have been stopped");
}

#[test]
fn rfc6455_5_4_a_connection_that_ends_inside_a_message() {
    let first = || client(0x01, b"begun");
    let closes = || [client(0x88, b""), server(0x88, b"")];
    let both = [Side::Server, Side::Client];
    let with = |last: &[(Side, Vec<u8>)]| found(&[&[first()], last, &closes()].concat(), &both);
    assert_eq!(with(&[]), json!([["WS303", "client"]]));
    assert_eq!(with(&[client(0x00, b"on"), client(0x89, b"")]), json!([["WS303", "client"]]));
    assert_eq!(with(&[client(0x80, b"")]), none());
    assert_eq!(found(&[first()], &[]), none(), "the capture may have been stopped");
    // The server's masked frame obliges the client to fail the connection, finished or not.
    let wrong = (Side::Server, masked(0x81, b"masked"));
    let last = [wrong, client(0x88, b"\x03\xea"), server(0x88, b"\x03\xea")];
    assert_eq!(found(&[&[first()], &last[..]].concat(), &both), json!([["WS202", "server"]]));
}
