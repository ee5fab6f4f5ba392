//! Leaving HTTP: what waits, who decides, what is passed on.

use super::*;

/// A frame of each side: a masked ping, an unmasked one.
const CLIENT_FRAME: &[u8] = b"\x89\x80abcd";
const SERVER_FRAME: &[u8] = b"\x89\x00";

#[test]
fn rfc6455_4_2_2_frames_in_the_segment_of_the_101() {
    let acts = [
        client(UPGRADE),
        server([SWITCHING.as_bytes(), SERVER_FRAME].concat()),
        client(CLIENT_FRAME),
        server(SERVER_FRAME),
        Act::Fin(ClientToServer),
        Act::Reset(ServerToClient),
    ];
    let (asked, answered) = (UPGRADE.len(), SWITCHING.len());
    assert_eq!(
        told(&acts),
        [
            "request GET /chat".to_owned(),
            "101 to GET /chat".to_owned(),
            "switched".to_owned(),
            format!("server #2 @{answered}: \\x89\\x00"),
            format!("client #3 @{asked}: \\x89\\x80abcd"),
            format!("server #4 @{}: \\x89\\x00", answered + 2),
            "client #5: fin".to_owned(),
            "server #6: reset".to_owned(),
        ]
    );
}

#[test]
fn the_empty_line_of_the_101_is_cut() {
    for cut in 1..=4 {
        let (first, second) = SWITCHING.split_at(SWITCHING.len() - cut);
        let acts = [client(UPGRADE), server(first), server([second.as_bytes(), SERVER_FRAME].concat())];
        let frame = format!("server #3 @{}: \\x89\\x00", SWITCHING.len());
        assert_eq!(told(&acts), ["request GET /chat", "101 to GET /chat", "switched", &frame], "{cut}");
    }
}

#[test]
fn rfc6455_4_1_frames_behind_the_request_wait_with_their_packets() {
    let acts = [
        client([UPGRADE.as_bytes(), CLIENT_FRAME].concat()),
        client(b"more"),
        Act::Gap(ClientToServer, 3),
        Act::Fin(ClientToServer),
        server(SWITCHING),
    ];
    let asked = UPGRADE.len();
    assert_eq!(
        told(&acts),
        [
            "request GET /chat".to_owned(),
            "101 to GET /chat".to_owned(),
            "switched".to_owned(),
            format!("client #1 @{asked}: \\x89\\x80abcd"),
            format!("client #2 @{}: more", asked + 6),
            format!("client @{}: gap of 3", asked + 10),
            "client #4: fin".to_owned(),
        ]
    );
}

#[test]
fn acknowledgments_are_passed_on_with_what_waited() {
    let mut bench = Bench::new(&Limits::default());
    bench.act(&client(UPGRADE));
    bench.act(&Act::Acks(ClientToServer, 77, CLIENT_FRAME.to_vec()));
    let mut acked = Vec::new();
    let span = Span::of(packet(3), 0, SWITCHING.len() as u64);
    let answer = StreamEvent::Data { span, acked: None, bytes: SWITCHING.as_bytes() };
    bench.exchange.push(ServerToClient, answer, &bench.held, &mut |event| {
        if let HttpEvent::Passed(direction, StreamEvent::Data { acked: ack, .. }) = event {
            acked.push((direction, ack));
        }
    });
    assert_eq!(acked, [(ClientToServer, Some(77))]);
    assert_eq!(bench.finish(), ["request GET /chat"]);
}

#[test]
fn a_refusal_makes_requests_of_what_waited() {
    let unauthorized = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n\r\nno!";
    let acts = [
        client(format!("{GET}{UPGRADE}{UPGRADE}{GET}")),
        server(OK),
        server(unauthorized),
        server(SWITCHING),
    ];
    assert_eq!(
        told(&acts),
        [
            "request GET /plain".to_owned(),
            "request GET /chat".to_owned(),
            "200 to GET /plain".to_owned(),
            "401 to GET /chat".to_owned(),
            "request GET /chat".to_owned(),
            "101 to GET /chat".to_owned(),
            "switched".to_owned(),
            format!("client #1 @{}: {}", behind(&[GET, UPGRADE, UPGRADE]), GET.escape_default()),
        ]
    );
}

#[test]
fn rfc9110_15_2_interim_responses_before_the_101() {
    let early = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n";
    assert_eq!(
        told(&[client(UPGRADE), server(format!("{early}{SWITCHING}"))]),
        [
            "request GET /chat",
            "interim 100 to GET /chat",
            "interim 103 to GET /chat",
            "101 to GET /chat",
            "switched",
        ]
    );
}

#[test]
fn rfc9110_7_8_the_body_of_the_request_is_not_passed_on() {
    let request = UPGRADE.replace("\r\n\r\n", "\r\nContent-Length: 11\r\n\r\n");
    let early = [client(format!("{request}hello worldX")), server(SWITCHING)];
    let late = [client(format!("{request}hello")), server(SWITCHING), client(" worldX")];
    for (acts, packet) in [(&early[..], 1), (&late[..], 3)] {
        let frame = format!("client #{packet} @{}: X", request.len() + 11);
        assert_eq!(told(acts), ["request GET /chat", "101 to GET /chat", "switched", &frame]);
    }
}

#[test]
fn rfc9110_9_3_6_connect_makes_a_tunnel() {
    let connect = "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n";
    let established = "HTTP/1.1 200 Connection established\r\nContent-Length: 7\r\n\r\n";
    let acts = [client(connect), server(format!("{established}tunnel")), client(UPGRADE)];
    assert_eq!(
        told(&acts),
        [
            "request CONNECT h:80".to_owned(),
            "200 to CONNECT h:80".to_owned(),
            "switched".to_owned(),
            format!("server #2 @{}: tunnel", established.len()),
            format!("client #3 @{}: {}", connect.len(), UPGRADE.escape_default()),
        ]
    );
    let refused =
        [client(connect), server("HTTP/1.1 407 P\r\nContent-Length: 0\r\n\r\n"), client(GET), server(OK)];
    assert_eq!(
        told(&refused),
        ["request CONNECT h:80", "407 to CONNECT h:80", "request GET /plain", "200 to GET /plain"]
    );
}

#[test]
fn a_101_that_overtakes_the_answers_to_pipelined_requests() {
    let acts = [
        client(format!("{GET}{GET}{UPGRADE}")),
        client(CLIENT_FRAME),
        server(format!("{SWITCHING}{OK}")),
        server([OK.as_bytes(), SERVER_FRAME].concat()),
    ];
    let frames = [
        format!("server #4 @{}: \\x89\\x00", behind(&[SWITCHING, OK, OK])),
        format!("client #2 @{}: \\x89\\x80abcd", behind(&[GET, GET, UPGRADE])),
    ];
    assert_eq!(
        told(&acts),
        [
            "request GET /plain",
            "request GET /plain",
            "request GET /chat",
            "101 to GET /chat",
            "200 to GET /plain",
            "200 to GET /plain",
            "switched",
            &frames[1],
            &frames[0],
        ]
    );
}

#[test]
fn a_101_that_overtakes_answers_which_never_come() {
    let acts = [client(format!("{GET}{UPGRADE}")), server(SWITCHING), server(SERVER_FRAME)];
    let frame = format!("server #3 @{}: \\x89\\x00", SWITCHING.len());
    let start = ["request GET /plain", "request GET /chat", "101 to GET /chat", "switched"];
    assert_eq!(told(&acts), [&start[..], &[&frame]].concat());
    assert_eq!(told(&acts[..2]), start);
}

#[test]
fn a_101_nobody_asked_for_still_switches() {
    let acts = [client(GET), server([SWITCHING.as_bytes(), SERVER_FRAME].concat())];
    let frame = format!("server #2 @{}: \\x89\\x00", SWITCHING.len());
    assert_eq!(told(&acts), ["request GET /plain", "101 to GET /plain", "switched", &frame]);
}

#[test]
fn an_upgrade_stripped_by_a_proxy_still_waits() {
    let stripped = "GET /chat HTTP/1.0\r\nSec-WebSocket-Key: x\r\n\r\n";
    let refusal = "HTTP/1.1 400 Bad Request\r\n\r\n";
    let acts = [client([stripped.as_bytes(), CLIENT_FRAME].concat()), server(refusal)];
    let frame = format!("client #1 @{}: \\x89\\x80abcd", stripped.len());
    assert_eq!(told(&acts), ["request GET /chat", "400 to GET /chat", "client: not http", &frame]);
}

#[test]
fn an_upgrade_that_nobody_answers() {
    assert_eq!(
        told(&[client(format!("{GET}{UPGRADE}{GET}")), Act::Fin(ServerToClient)]),
        ["request GET /plain", "request GET /chat", "unanswered GET /chat", "request GET /plain"]
    );
}

#[test]
fn only_the_client_was_captured() {
    let frame = format!("client #2 @{}: \\x89\\x80abcd", UPGRADE.len());
    assert_eq!(
        told(&[client(UPGRADE), client(CLIENT_FRAME)]),
        ["request GET /chat", "unanswered GET /chat", "client: not http", &frame]
    );
}
