//! Pings and pongs (RFC 6455 §5.5.2, §5.5.3).

use super::*;

/// What both say to show that the connection is in use, for a whole round trip.
fn in_use() -> [(Side, Vec<u8>); 4] {
    [client(0x81, b"a"), server(0x81, b"b"), client(0x81, b"c"), server(0x81, b"d")]
}

fn with(steps: &[(Side, Vec<u8>)]) -> Value {
    found(&[steps, &in_use()].concat(), &[])
}

fn ping(payload: &[u8]) -> (Side, Vec<u8>) {
    server(0x89, payload)
}

fn pong(payload: &[u8]) -> (Side, Vec<u8>) {
    client(0x8a, payload)
}

#[test]
fn rfc6455_5_5_2_a_ping_that_was_received_and_never_answered() {
    assert_eq!(with(&[ping(b"1")]), json!([["WS403", "client"]]));
    assert_eq!(with(&[ping(b"")]), json!([["WS403", "client"]]));
    assert_eq!(with(&[ping(b"1"), ping(b"2")]), json!([["WS403", "client"]]), "once a side");
    assert_eq!(with(&[ping(b"1"), pong(b"1")]), none());
    assert_eq!(with(&[ping(b""), pong(b"")]), none());
    let (capture, _) = talk(&[&[ping(b"1"), ping(b"2")][..], &in_use()].concat());
    let records = at_frames(&capture);
    assert_eq!(
        told(&records, "finding", "frame packets details text"),
        json!([[
            1,
            [6, 6],
            {"pings": 2},
            "the server's ping in frame 1 was never answered, though the client had received it and both went on; \
             nor was another one"
        ]])
    );
}

#[test]
fn rfc6455_5_5_2_the_clients_pings_too() {
    let steps = [client(0x89, b"1"), server(0x81, b"a"), client(0x81, b"b"), server(0x81, b"c")];
    assert_eq!(found(&steps, &[]), json!([["WS403", "server"]]));
    assert_eq!(found(&steps[..3], &[]), none(), "the server has not gone on");
}

#[test]
fn rfc6455_5_5_3_a_pong_answers_all_pings_before_it() {
    assert_eq!(with(&[ping(b"1"), ping(b"2"), ping(b"3"), pong(b"3")]), none());
    assert_eq!(with(&[ping(b"1"), pong(b"1"), ping(b"2")]), json!([["WS403", "client"]]));
    let pings: Vec<_> = (0..40).map(|number| ping(&[number])).collect();
    assert_eq!(with(&pings), json!([["WS403", "client"]]));
    assert_eq!(with(&[&pings[..], &[pong(&[39])]].concat()), none());
}

#[test]
fn nothing_shows_that_a_ping_at_the_end_was_never_answered() {
    for steps in 0..3 {
        let said = [&[ping(b"1")], &in_use()[..steps]].concat();
        assert_eq!(found(&said, &[]), none(), "{steps}");
        assert_eq!(found(&said, &[Side::Server, Side::Client]), json!([["WS416", "server"]]), "{steps}");
    }
}

#[test]
fn rfc6455_5_5_2_a_ping_needs_no_answer_once_the_close_has_come() {
    let close = || server(0x88, b"\x03\xe8");
    let steps = [&[ping(b"1"), client(0x81, b"a"), server(0x81, b"b"), close()][..]].concat();
    // The client's next data acknowledges the Close.
    assert_eq!(found(&[&steps[..], &[client(0x81, b"c"), client(0x88, b"")]].concat(), &[]), none());
    // What it sends behind its own Close shows nothing.
    let own = [ping(b"1"), client(0x88, b""), client(0x89, b"2"), server(0x81, b"b"), client(0x89, b"3")];
    assert_eq!(found(&own, &[]), none());
}

#[test]
fn rfc6455_5_5_3_a_pong_with_another_payload() {
    assert_eq!(with(&[ping(b"1"), pong(b"2")]), json!([["WS404", "client"]]));
    assert_eq!(with(&[ping(b"1"), pong(b"")]), json!([["WS404", "client"]]));
    assert_eq!(with(&[pong(b"2"), pong(b"")]), none(), "unsolicited");
    assert_eq!(
        with(&[ping(b"1"), pong(b"1"), pong(b"2"), pong(b"1")]),
        none(),
        "nothing waits for an answer"
    );
    assert_eq!(with(&[ping(b"1"), ping(b"2"), pong(b"1"), pong(b"2")]), none());
}

#[test]
fn a_pong_that_crosses_a_ping_is_no_answer() {
    let (mut capture, tcp) = talk(&[]);
    let before = capture.next(tcp, Side::Server);
    capture.server(tcp, &frame(0x89, b"1"));
    capture.segment_acking(tcp, Side::Client, ACK, before, &masked(0x8a, b"heartbeat"));
    capture.client(tcp, &masked(0x8a, b"1"));
    assert_eq!(findings(&capture), none());
}

#[test]
fn a_capture_that_holds_the_pong_before_the_ping() {
    let (mut capture, _) = talk(&[&[ping(b"1"), pong(b"1")][..], &in_use()].concat());
    capture.packets.swap(5, 6);
    assert_eq!(findings(&capture), none());
}
