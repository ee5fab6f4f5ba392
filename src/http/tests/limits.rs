//! Every cap acts, says so, and lets go of what was held.

use super::*;

fn limits() -> Limits {
    Limits { http_head: 200, http_wait: 2000, http_fields: 4, http_pipeline: 3, ..Limits::default() }
}

/// What is told besides what is passed.
fn events(limits: &Limits, acts: &[Act]) -> Vec<String> {
    let passed = |event: &String| event.contains('#') || event.contains('@');
    told_within(limits, acts).into_iter().filter(|event| !passed(event)).collect()
}

#[test]
fn a_head_that_is_too_long() {
    let head = |length: usize| format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(length - 18));
    assert_eq!(events(&limits(), &[client(head(200))]).len(), 1);
    assert_eq!(events(&limits(), &[client(head(201))]), ["limit http_head"]);
    let endless: Vec<_> = (0..1000).map(|_| client("GET /abcdef")).collect();
    assert_eq!(events(&limits(), &endless), ["limit http_head"]);
    let empty_lines: Vec<_> = (0..1000).map(|_| client("\r\n")).collect();
    assert_eq!(events(&limits(), &empty_lines), ["limit http_head"]);
    let answer = [client(UPGRADE), server(head(201).replacen("GET /", "HTTP/1.1 200 ", 1))];
    assert_eq!(events(&limits(), &answer), ["request GET /chat", "limit http_head", "unanswered GET /chat"]);
}

#[test]
fn a_head_with_too_many_fields() {
    let head = |fields: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(fields));
    assert_eq!(events(&limits(), &[client(head(4))]), ["request GET /"]);
    assert_eq!(events(&limits(), &[client(head(5))]), ["limit http_fields"]);
}

#[test]
fn a_client_that_does_not_wait() {
    let mut bench = Bench::new(&limits());
    bench.act(&client(UPGRADE));
    for _ in 0..1000 {
        bench.act(&client([0x82; 50]));
        assert!(bench.held.used() < 8000);
    }
    bench.act(&server(SWITCHING));
    assert_eq!(bench.held.used(), 0);
    let passed = |event: &&String| event.contains("client #");
    assert_eq!(bench.told.iter().filter(passed).count(), 1000);
    assert_eq!(bench.told[..3], ["request GET /chat", "limit http_wait", "unanswered GET /chat"]);
}

#[test]
fn a_gap_or_an_end_costs_something_too() {
    let ends = std::iter::repeat_n(Act::Fin(ClientToServer), 1000);
    let acts: Vec<_> = std::iter::once(client(UPGRADE)).chain(ends).collect();
    let expected = ["request GET /chat", "limit http_wait", "unanswered GET /chat"];
    assert_eq!(events(&limits(), &acts), expected);
    let torn = (0..1000).flat_map(|_| [Act::Fin(ServerToClient), server("HTTP")]);
    let acts: Vec<_> = std::iter::once(client(UPGRADE)).chain(torn).collect();
    assert_eq!(events(&limits(), &acts), expected);
}

#[test]
fn more_requests_than_may_wait() {
    let flood = [client(GET.repeat(4)), server(OK.repeat(4))];
    assert_eq!(events(&limits(), &flood).len(), 8);
    let endless: Vec<_> = (0..1000).map(|_| client(GET)).collect();
    let told = events(&limits(), &endless);
    assert_eq!(
        told,
        ["request GET /plain", "request GET /plain", "request GET /plain", "limit http_pipeline"]
    );
}

#[test]
fn responses_that_wait_too_long_for_their_requests() {
    let mut bench = Bench::new(&limits());
    for _ in 0..100 {
        bench.act(&server(OK));
        assert!(bench.held.used() < 8000);
    }
    assert!(bench.told.len() > 50 && bench.told.iter().all(|event| event == "200 to nobody"));
    let told = bench.finish();
    assert_eq!(told.len(), 100);
}

#[test]
fn a_long_response_to_a_request_that_was_not_captured() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
    let body = (0..1000).map(|_| server([b'x'; 100]));
    let after = [client(UPGRADE), server(SWITCHING)];
    let acts: Vec<_> = std::iter::once(server(answer)).chain(body).chain(after).collect();
    assert_eq!(
        events(&limits(), &acts),
        ["200 to nobody", "request GET /chat", "101 to GET /chat", "switched"]
    );
}

#[test]
fn what_all_connections_may_hold_together() {
    let limits = Limits { held_total: 100, ..Limits::default() };
    let passed = format!("client #1 @0: {}", UPGRADE[..40].escape_default());
    let told = told_within(&limits, &[client(&UPGRADE[..40]), client(&UPGRADE[40..])]);
    assert_eq!(told[..2], ["limit held_total".to_owned(), passed]);
    let told = events(&limits, &[client(UPGRADE), server(SWITCHING)]);
    assert_eq!(told, ["request GET /chat", "limit held_total", "unanswered GET /chat"]);
}

#[test]
fn what_is_released_is_forgotten() {
    let mut bench = Bench::new(&limits());
    bench.act(&client(GET));
    bench.act(&server("HTTP/1.1 200"));
    assert!(bench.held.used() > 0);
    bench.exchange.release(&bench.held);
    assert_eq!(bench.held.used(), 0);
    assert_eq!(bench.finish(), ["request GET /plain"]);
}
