//! How connections are closed (RFC 6455 §5.5.1, §7).

use super::*;

const BOTH: [Side; 2] = [Side::Server, Side::Client];

fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    [&code.to_be_bytes(), reason].concat()
}

#[test]
fn rfc6455_5_5_1_data_behind_ones_own_close() {
    let own = || client(0x88, b"");
    let answer = || server(0x88, b"");
    for data in [client(0x81, b"a"), client(0x82, b"")] {
        let steps = [own(), data.clone(), data, answer()];
        assert_eq!(found(&steps, &BOTH), json!([["WS414", "client"]]), "once a side");
    }
    let fragment = [client(0x01, b"a"), own(), client(0x80, b"b"), answer()];
    assert_eq!(found(&fragment, &BOTH), json!([["WS414", "client"]]));
    assert_eq!(found(&[own(), client(0x89, b""), client(0x8a, b""), answer()], &BOTH), none());
    assert_eq!(found(&[own(), server(0x81, b"not yet received"), answer()], &BOTH), none());
}

#[test]
fn rfc6455_5_5_1_a_second_close() {
    let steps = [client(0x88, b""), client(0x88, b"\x03\xe8"), client(0x88, b""), server(0x88, b"")];
    assert_eq!(found(&steps, &BOTH), json!([["WS419", "client"]]));
}

#[test]
fn rfc6455_5_5_1_a_reason_that_is_not_utf_8() {
    let with = |reason: &[u8]| found(&[server(0x88, &close(1000, reason)), client(0x88, b"")], &BOTH);
    assert_eq!(with(b"caf\xe9"), json!([["WS413", "server"]]));
    assert_eq!(with("caf\u{e9}".as_bytes()), none());
    assert_eq!(with(b""), none());
    let (capture, _) = talk(&[server(0x88, &close(1000, b"abc\xc3"))]);
    assert_eq!(
        told(&at_frames(&capture), "finding", "text"),
        json!(["the reason of the Close is not UTF-8: it ends inside a character, which begins at offset 3"])
    );
}

#[test]
fn rfc6455_7_4_codes_without_a_meaning_and_of_the_other_role() {
    let by_server = |code: u16| found(&[server(0x88, &close(code, b"")), client(0x88, b"")], &BOTH);
    for code in [1004, 1016, 2999, 5000, 12592, 65535] {
        assert_eq!(by_server(code), json!([["WS421", "server"]]), "{code}");
    }
    for code in [1000, 1001, 1014, 3000, 3999, 4000, 4999] {
        assert_eq!(by_server(code), none(), "{code}");
    }
    assert_eq!(by_server(1010), json!([["WS418", "server"]]));
    let echo = |code: u16| found(&[client(0x88, &close(code, b"")), server(0x88, &close(code, b""))], &BOTH);
    assert_eq!(echo(1010), none(), "the server gives back what it has received");
    assert_eq!(echo(2000), json!([["WS421", "client"]]));
}

#[test]
fn rfc6455_5_5_1_a_close_without_an_answer() {
    let steps = [client(0x88, b""), server(0x81, b"still here")];
    assert_eq!(found(&steps, &BOTH), json!([["WS415", "server"]]));
    assert_eq!(found(&steps, &[]), none(), "the capture may have been stopped");
    let steps_of_client = [server(0x88, b""), client(0x81, b"still here")];
    assert_eq!(found(&steps_of_client, &[Side::Client, Side::Server]), json!([["WS415", "client"]]));
    let (mut capture, tcp) = talk(&steps);
    capture.segment(tcp, Side::Server, RST | ACK, b"");
    assert_eq!(findings(&capture), json!([["WS415", "server"]]));
}

#[test]
fn a_close_that_was_acknowledged_may_not_have_been_read() {
    assert_eq!(found(&[client(0x88, b"")], &BOTH), json!([["WS416", "server"]]));
    assert_eq!(found(&[server(0x88, b"")], &[Side::Client, Side::Server]), json!([["WS416", "client"]]));
}

#[test]
fn a_close_that_crosses_the_end_of_tcp_needs_no_answer() {
    let (mut capture, tcp) = talk(&[]);
    let before = capture.next(tcp, Side::Client);
    capture.client(tcp, &masked(0x88, b""));
    capture.segment_acking(tcp, Side::Server, FIN | ACK, before, b"");
    capture.segment(tcp, Side::Client, FIN | ACK, b"");
    capture.segment(tcp, Side::Server, ACK, b"");
    assert_eq!(findings(&capture), json!([["WS416", "server"]]));
}

#[test]
fn rfc6455_7_1_7_who_had_to_fail_the_connection_may_end_it_as_it_likes() {
    let wrong = || (Side::Client, frame(0x81, b"not masked"));
    assert_eq!(found(&[wrong()], &BOTH), json!([["WS201", "client"]]));
    assert_eq!(found(&[wrong(), client(0x88, b"")], &BOTH), json!([["WS201", "client"]]));
    // The other way round the rules hold.
    let by_client = [Side::Client, Side::Server];
    assert_eq!(found(&[wrong()], &by_client), json!([["WS201", "client"], ["WS416", "client"]]));
}

#[test]
fn rfc6455_7_1_5_an_end_without_a_close() {
    assert_eq!(found(&[], &BOTH), json!([["WS416", "server"]]));
    assert_eq!(found(&[], &[Side::Client, Side::Server]), json!([["WS416", "client"]]));
    assert_eq!(found(&[], &[Side::Client]), json!([["WS416", "client"]]));
    assert_eq!(found(&[], &[]), none());
}

#[test]
fn rfc6455_7_1_1_the_client_ends_tcp_first() {
    let closes = [client(0x88, b""), server(0x88, b"")];
    assert_eq!(found(&closes, &[Side::Client, Side::Server]), json!([["WS417", "client"]]));
    assert_eq!(found(&closes, &[Side::Client]), json!([["WS417", "client"]]));
    assert_eq!(found(&closes, &BOTH), none());
}
