//! What the capture does not show, or shows in the wrong order.

use super::*;

#[test]
fn a_response_captured_before_its_request() {
    let acts = [server(SWITCHING), server(b"\x89\x00"), client(UPGRADE)];
    let frame = format!("server #2 @{}: \\x89\\x00", SWITCHING.len());
    assert_eq!(told(&acts), ["request GET /chat", "101 to GET /chat", "switched", &frame]);
    let acked = Act::Acks(ServerToClient, UPGRADE.len() as u64, SWITCHING.into());
    assert_eq!(told(&[acked, client(UPGRADE)]), ["request GET /chat", "101 to GET /chat", "switched"]);
}

#[test]
fn a_response_sent_before_the_request_answers_another() {
    let acts = [Act::Acks(ServerToClient, 0, OK.into()), client(UPGRADE), server(SWITCHING)];
    assert_eq!(told(&acts), ["request GET /chat", "200 to nobody", "101 to GET /chat", "switched"]);
    let behind = [client(UPGRADE), Act::Acks(ServerToClient, 0, SWITCHING.into())];
    assert_eq!(told(&behind), ["request GET /chat", "101 to GET /chat", "switched"]);
}

#[test]
fn only_the_server_was_captured() {
    let frame = format!("server #2 @{}: \\x89\\x00", SWITCHING.len());
    let acts = [server(SWITCHING), server(b"\x89\x00")];
    assert_eq!(told(&acts), ["101 to nobody", "switched", &frame]);
    assert_eq!(told(&[server(OK), server(SWITCHING)]), ["200 to nobody", "101 to nobody", "switched"]);
}

#[test]
fn the_request_was_not_captured() {
    let acts = [server(SWITCHING), client(b"\x89\x80abcd"), server(b"\x89\x00")];
    let frame = format!("server #3 @{}: \\x89\\x00", SWITCHING.len());
    assert_eq!(told(&acts), ["101 to nobody", "switched", "client #2 @0: \\x89\\x80abcd", &frame]);
}

#[test]
fn the_request_is_a_gap() {
    let acts = [Act::Gap(ClientToServer, 100), client(b"\x89\x80abcd"), server(SWITCHING)];
    let passed = ["client @0: gap of 100", "client #2 @100: \\x89\\x80abcd"];
    assert_eq!(told(&acts), [&["client: lost", "101 to nobody", "switched"][..], &passed].concat());
    assert_eq!(told(&acts[..2]), [&["client: lost"][..], &passed].concat());
}

#[test]
fn a_gap_in_a_head() {
    let half = &UPGRADE[..20];
    let acts = [client(half), Act::Gap(ClientToServer, 9), server(SWITCHING)];
    assert_eq!(told(&acts), ["client: lost", "101 to nobody", "switched", "client @20: gap of 9"]);
    let acts = [client(UPGRADE), server(&SWITCHING[..30]), Act::Gap(ServerToClient, 9), server("x")];
    assert_eq!(
        told(&acts),
        [
            "request GET /chat",
            "server: lost",
            "unanswered GET /chat",
            "server @30: gap of 9",
            "server #4 @39: x"
        ]
    );
}

#[test]
fn gaps_in_bodies_are_skipped_exactly() {
    let post = "POST / HTTP/1.1\r\nContent-Length: 1000000000000\r\n\r\nab";
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n";
    let acts = [
        client(post),
        Act::Gap(ClientToServer, 999_999_999_997),
        client(format!("z{UPGRADE}")),
        server(answer),
        Act::Gap(ServerToClient, 0xff_ffff_ffff),
        server(format!("\r\n0\r\n\r\n{SWITCHING}")),
    ];
    assert_eq!(
        told(&acts),
        ["request POST /", "request GET /chat", "200 to POST /", "101 to GET /chat", "switched"]
    );
}

#[test]
fn gaps_beyond_bodies_lose_the_direction() {
    let post = "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab";
    let acts = [client(post), Act::Gap(ClientToServer, 5), server(OK), server(SWITCHING)];
    let gap = format!("client @{}: gap of 3", post.len() + 2);
    let start = ["request POST /", "client: lost", "200 to POST /", "101 to nobody", "switched"];
    assert_eq!(told(&acts), [&start[..], &[&gap]].concat());

    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab";
    let acts = [client(format!("{GET}{UPGRADE}")), server(chunked), Act::Gap(ServerToClient, 4)];
    let gap = format!("server @{}: gap of 4", chunked.len());
    assert_eq!(
        told(&acts),
        [
            "request GET /plain",
            "request GET /chat",
            "200 to GET /plain",
            "server: lost",
            "unanswered GET /chat",
            &gap
        ]
    );
}

#[test]
fn bytes_that_are_no_request_wait_for_the_answers_to_those_before() {
    let acts = [client(GET), client(b"\x89\x80abcd"), server(OK), server("late")];
    assert_eq!(
        told(&acts),
        [
            "request GET /plain".to_owned(),
            "200 to GET /plain".to_owned(),
            "client: not http".to_owned(),
            format!("client #2 @{}: \\x89\\x80abcd", GET.len()),
            format!("server #4 @{}: late", OK.len()),
        ]
    );
    let switching = [client(GET), client(b"\x89\x80abcd"), server(SWITCHING)];
    let frame = format!("client #2 @{}: \\x89\\x80abcd", GET.len());
    assert_eq!(told(&switching), ["request GET /plain", "101 to GET /plain", "switched", &frame]);
}

#[test]
fn after_the_finish_everything_passes() {
    let mut bench = Bench::new(&Limits::default());
    bench.act(&client(&UPGRADE[..30]));
    assert!(bench.held.used() >= 30);
    bench.exchange.finish(&bench.held, &mut |event| panic!("{event:?}"));
    bench.act(&client("x"));
    assert_eq!(bench.finish(), ["client #2 @30: x"]);
}

#[test]
fn a_body_with_a_gap_of_unknown_length_has_no_known_end() {
    let post = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc";
    let after = |gap| told(&[client(post), gap, client(UPGRADE)]);
    assert_eq!(
        after(Act::Gap(ClientToServer, 6)),
        ["request POST /", "request GET /chat", "unanswered GET /chat"]
    );
    let unknown = after(Act::Undecrypted(ClientToServer, 6));
    assert_eq!(unknown[..2], ["request POST /", "client: lost"]);
    assert!(!unknown.iter().any(|event| event.starts_with("request GET")), "{unknown:?}");
}
