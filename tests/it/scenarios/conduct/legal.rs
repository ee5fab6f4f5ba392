//! What real stacks do: no error, and no warning.

use super::*;

/// That nothing worse than an `info` is found, and which.
fn quiet(capture: &Capture) -> Value {
    let records = at_frames(capture);
    let severities = told(&records, "finding", "severity");
    let infos = severities.as_array().unwrap().iter().filter(|severity| **severity == "info").count();
    assert_eq!(severities.as_array().unwrap().len(), infos, "{}", codes(&records));
    codes(&records)
}

const BOTH: [Side; 2] = [Side::Server, Side::Client];

#[test]
fn a_browser_leaves_the_page() {
    // Close 1001 and FIN at once; the server's answer meets RST.
    let (mut capture, tcp) = talk(&[client(0x81, b"hi"), server(0x81, b"hi")]);
    capture.client(tcp, &masked(0x88, b"\x03\xe9"));
    capture.segment(tcp, Side::Client, FIN | ACK, b"");
    capture.server(tcp, &frame(0x88, b"\x03\xe9"));
    capture.segment(tcp, Side::Client, RST, b"");
    capture.segment(tcp, Side::Server, FIN | ACK, b"");
    assert_eq!(quiet(&capture), json!(["WS417"]));
}

#[test]
fn a_client_ends_tcp_right_behind_its_close_and_the_server_is_gone() {
    let (mut capture, tcp) = talk(&[server(0x81, b"hi"), client(0x88, b"\x03\xe8")]);
    end(&mut capture, tcp, &[Side::Client]);
    assert_eq!(quiet(&capture), json!(["WS417"]));
}

#[test]
fn nobody_is_there_any_more_to_read_an_answer() {
    let gone_after = |milliseconds| {
        let (mut capture, tcp) = talk(&[client(0x88, b"\x03\xe8")]);
        capture.wait(milliseconds);
        end(&mut capture, tcp, &[Side::Client, Side::Server]);
        findings(&capture)
    };
    assert_eq!(gone_after(0), json!([["WS417", "client"]]));
    assert_eq!(gone_after(2000), json!([["WS416", "server"]]), "it waited for the answer");
}

#[test]
fn a_proxy_cuts_an_idle_tunnel() {
    for (sides, flags) in [(Side::Server, FIN | ACK), (Side::Client, FIN | ACK), (Side::Server, RST | ACK)] {
        let (mut capture, tcp) = talk(&[client(0x81, b"hi"), server(0x89, b"are you there?")]);
        capture.segment(tcp, sides, flags, b"");
        assert_eq!(quiet(&capture), json!(["WS416"]));
    }
}

#[test]
fn a_server_is_killed_in_the_middle_of_a_message() {
    let (mut capture, tcp) = talk(&[server(0x01, b"begin"), client(0x81, b"hi")]);
    end(&mut capture, tcp, &BOTH);
    assert_eq!(quiet(&capture), json!(["WS303", "WS416"]));
}

#[test]
fn a_close_is_answered_with_another_code_or_without_a_reason() {
    let said: [(&[u8], &[u8]); 4] =
        [(b"", b"\x03\xe8"), (b"\x03\xe9bye", b"\x03\xe9"), (b"\x03\xe9", b"\x03\xe8"), (b"\x0f\xa0", b"")];
    for (ask, answer) in said {
        assert_eq!(found(&[client(0x88, ask), server(0x88, answer)], &BOTH), none());
        assert_eq!(found(&[server(0x88, ask), client(0x88, answer)], &BOTH), none());
    }
}

#[test]
fn closes_cross() {
    let (mut capture, tcp) = talk(&[]);
    let before = capture.next(tcp, Side::Client);
    capture.client(tcp, &masked(0x88, b"\x03\xe8"));
    capture.segment_acking(tcp, Side::Server, ACK, before, &frame(0x88, b"\x03\xe8"));
    end(&mut capture, tcp, &BOTH);
    assert_eq!(quiet(&capture), none());
}

#[test]
fn data_on_its_way_meets_a_close() {
    let (mut capture, tcp) = talk(&[]);
    capture.client(tcp, &masked(0x88, b"\x03\xe8"));
    capture.server(tcp, &frame(0x81, b"the rest of the answer"));
    capture.server(tcp, &frame(0x88, b"\x03\xe8"));
    end(&mut capture, tcp, &BOTH);
    assert_eq!(quiet(&capture), none());
}

#[test]
fn heartbeats_without_payload_of_either_side() {
    let beat =
        [server(0x89, b""), client(0x8a, b""), client(0x89, b""), server(0x8a, b""), server(0x8a, b"")];
    let (capture, _) = talk(&beat.iter().cycle().take(100).cloned().collect::<Vec<_>>());
    assert_eq!(quiet(&capture), none());
}

#[test]
fn a_pong_that_comes_while_messages_go_on() {
    let steps = [
        server(0x89, b"1"),
        client(0x81, b"sent by another thread"),
        server(0x81, b"a"),
        client(0x81, b"and another"),
        client(0x8a, b"1"),
        server(0x81, b"b"),
        client(0x81, b"c"),
    ];
    assert_eq!(quiet(&talk(&steps).0), none());
}
