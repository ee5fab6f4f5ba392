//! What the capture does not hold is nobody's fault.

use super::*;

/// A frame was sent and received, and is not in the capture.
fn lost(capture: &mut Capture, tcp: Tcp, (side, bytes): (Side, Vec<u8>)) {
    capture.segment(tcp, side, ACK, &bytes);
    capture.lose();
    let other = if side == Side::Client { Side::Server } else { Side::Client };
    capture.segment(tcp, other, ACK, b"");
}

fn of_peers(capture: &Capture) -> Value {
    let records = at_frames(capture);
    let found = told(&records, "finding", "code side");
    found.as_array().unwrap().iter().filter(|pair| pair[1] != "capture").cloned().collect()
}

#[test]
fn a_lost_pong_is_no_silence() {
    let (mut capture, tcp) = talk(&[server(0x89, b"1")]);
    lost(&mut capture, tcp, client(0x8a, b"1"));
    for (side, bytes) in [client(0x81, b"some text"), server(0x81, b"b"), client(0x81, b"some more of it")] {
        capture.segment(tcp, side, ACK, &bytes);
    }
    assert_eq!(of_peers(&capture), none());
}

#[test]
fn a_lost_close_is_an_answer() {
    let (mut capture, tcp) = talk(&[client(0x88, b"\x03\xe8")]);
    lost(&mut capture, tcp, server(0x88, b"\x03\xe8"));
    end(&mut capture, tcp, &[Side::Server, Side::Client]);
    assert_eq!(of_peers(&capture), none());
}

#[test]
fn a_lost_end_of_a_message_is_no_unfinished_one() {
    let (mut capture, tcp) = talk(&[client(0x01, b"begun")]);
    lost(&mut capture, tcp, client(0x80, b"and ended"));
    for (side, bytes) in [client(0x88, b"\x03\xe8bye, and thanks"), server(0x88, b"")] {
        capture.segment(tcp, side, ACK, &bytes);
    }
    end(&mut capture, tcp, &[Side::Server, Side::Client]);
    assert_eq!(of_peers(&capture), none());
}

#[test]
fn what_obliges_to_fail_the_connection_may_be_lost() {
    let (mut capture, tcp) = talk(&[]);
    // A frame without a mask, for instance: the server need not answer the Close behind it.
    lost(&mut capture, tcp, (Side::Client, frame(0x81, b"unmasked")));
    for (side, bytes) in [client(0x88, b"\x03\xe8bye, and thanks"), server(0x81, b"still here")] {
        capture.segment(tcp, side, ACK, &bytes);
    }
    end(&mut capture, tcp, &[Side::Server, Side::Client]);
    assert_eq!(of_peers(&capture), none());
}

#[test]
fn bytes_that_are_no_frames_may_hold_a_close() {
    let (mut capture, tcp) = talk(&[client(0x88, b"")]);
    capture.server(tcp, &[0x82, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    end(&mut capture, tcp, &[Side::Server, Side::Client]);
    assert_eq!(of_peers(&capture), json!([["WS206", "server"]]));
}

#[test]
fn without_the_handshake_closing_is_judged_all_the_same() {
    let steps = [
        client(0x81, b"one text"),
        server(0x81, b"another text"),
        client(0x81, b"and one more"),
        server(0x81, b"and so it goes on"),
        client(0x81, b"for a while"),
        client(0x88, b"\x03\xe8"),
        server(0x81, b"still here"),
    ];
    let (mut capture, tcp) = talk(&steps);
    end(&mut capture, tcp, &[Side::Server, Side::Client]);
    capture.packets.drain(..5);
    assert_eq!(of_peers(&capture), json!([["WS415", "server"]]));
}

#[test]
fn a_code_may_echo_a_close_that_is_not_known() {
    let answer = |code: u16| server(0x88, &code.to_be_bytes());
    for code in [1010_u16, 2000] {
        let (mut capture, tcp) = talk(&[server(0x81, b"some text")]);
        lost(&mut capture, tcp, client(0x88, &code.to_be_bytes()));
        capture.segment(tcp, Side::Server, ACK, &answer(code).1);
        end(&mut capture, tcp, &[Side::Server, Side::Client]);
        assert_eq!(of_peers(&capture), none(), "lost: {code}");

        let (mut capture, tcp) = talk(&[client(0x88, &code.to_be_bytes())]);
        capture.cut(2);
        capture.segment(tcp, Side::Server, ACK, &answer(code).1);
        end(&mut capture, tcp, &[Side::Server, Side::Client]);
        let by_server = |pair: &&Value| pair[1] == "server";
        assert_eq!(of_peers(&capture).as_array().unwrap().iter().find(by_server), None, "cut: {code}");
    }
    assert_eq!(found(&[answer(2000)], &[]), json!([["WS421", "server"]]), "nothing was there to be echoed");
}
