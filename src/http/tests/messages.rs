//! Requests and responses that stay HTTP: framing, pairing, odd forms.

use super::super::{Oddities, Request, Response};
use super::*;

/// The heads that are told of these acts.
fn heads(acts: &[Act]) -> (Vec<Request>, Vec<Response>) {
    let (mut requests, mut responses) = (Vec::new(), Vec::new());
    let held = Budget::new(1 << 20);
    let mut exchange = Exchange::new(&Limits::default());
    let mut offsets = PerDirection::<u64>::default();
    for (number, act) in (1..).zip(acts) {
        let Act::Says(direction, bytes) = act else { panic!("only bytes here") };
        let span = Span::of(packet(number), offsets[*direction], bytes.len() as u64);
        offsets[*direction] += span.length;
        exchange.push(*direction, StreamEvent::Data { span, acked: None, bytes }, &held, &mut |event| {
            match event {
                HttpEvent::Request(request) => requests.push(request.clone()),
                HttpEvent::Response { response, .. } => responses.push(response.clone()),
                HttpEvent::Switched => {}
                other => panic!("{other:?}"),
            }
        });
    }
    (requests, responses)
}

#[test]
fn rfc9112_9_3_requests_and_responses_of_a_kept_connection() {
    let acts = [
        client(GET),
        server(OK),
        client("HEAD / HTTP/1.1\r\n\r\n"),
        server("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
    ];
    let more = [client("GET /304 HTTP/1.1\r\n\r\nGET /204 HTTP/1.1\r\n\r\n"), client(GET)];
    let answers = [
        server("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\nHTTP/1.1 204 No Content\r\n"),
        server("\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
    ];
    assert_eq!(
        told(&[&acts[..], &more, &answers].concat()),
        [
            "request GET /plain",
            "200 to GET /plain",
            "request HEAD /",
            "200 to HEAD /",
            "request GET /304",
            "request GET /204",
            "request GET /plain",
            "304 to GET /304",
            "204 to GET /204",
            "interim 100 to GET /plain",
            "404 to GET /plain",
        ]
    );
}

#[test]
fn rfc9112_7_1_a_handshake_within_a_chunked_body_is_a_body() {
    let post = "POST /up HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunks = format!("{:x};ext\r\n{UPGRADE}\r\n0\r\nTrailer: t\r\n\r\n", UPGRADE.len());
    let answer = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:X}\r\n{SWITCHING}\r\n0\r\n\r\n{OK}",
        SWITCHING.len()
    );
    assert_eq!(
        told(&[client(format!("{post}{chunks}{GET}")), server(answer)]),
        ["request POST /up", "request GET /plain", "200 to POST /up", "200 to GET /plain"]
    );
}

#[test]
fn rfc9112_6_3_a_response_without_length_lasts_until_the_close() {
    let answer = format!("HTTP/1.0 200 OK\r\n\r\n{SWITCHING}");
    let acts = [
        client(GET),
        server(answer),
        Act::Gap(ServerToClient, 7),
        server(SWITCHING),
        Act::Fin(ServerToClient),
    ];
    assert_eq!(told(&acts), ["request GET /plain", "200 to GET /plain"]);
}

#[test]
fn rfc9110_9_4_places_of_heads_and_bodies() {
    let post = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n";
    let (requests, responses) = heads(&[
        client("\r\n"),
        client(post.split_at(9).0),
        client(post.split_at(9).1),
        client(format!("hello{GET}")),
        server(OK),
        server(SWITCHING.split_at(50).0),
        server(SWITCHING.split_at(50).1),
    ]);
    let places: Vec<_> = requests
        .iter()
        .map(|request| {
            (request.span.offset, request.span.length, request.began.number, request.span.end.number)
        })
        .collect();
    let next = 2 + post.len() as u64 + 5;
    assert_eq!(places, [(2, post.len() as u64, 2, 3), (next, GET.len() as u64, 4, 4)]);
    assert_eq!(requests.iter().map(|request| request.body).collect::<Vec<_>>(), [Some(5), Some(0)]);
    let place = responses[1].span;
    assert_eq!((place.offset, place.length), (OK.len() as u64, SWITCHING.len() as u64));
    assert_eq!((place.first, place.last), (6, 7));
}

#[test]
fn rfc9112_2_2_odd_forms_are_written_down() {
    let request = "\r\nGET / HTTP/1.1\nHost : h\nX: 1\n\t2\nno colon\n\n";
    let (requests, responses) = heads(&[client(request), server("HTTP/1.1 204\r\n\r\n")]);
    let all = Oddities {
        bare_lf: true,
        leading_empty_lines: true,
        folded: true,
        space_before_colon: true,
        no_space_after_status: false,
        line_without_colon: true,
    };
    assert_eq!(requests[0].oddities, all);
    assert_eq!(requests[0].headers.get("x"), Some(&b"1 2"[..]));
    assert_eq!(responses[0].oddities, Oddities { no_space_after_status: true, ..Oddities::default() });
    assert_eq!((responses[0].status, &*responses[0].reason), (204, &b""[..]));
}

#[test]
fn rfc9112_2_2_empty_lines_behind_a_request_are_not_those_of_the_next() {
    let (requests, _) = heads(&[client(["\r\n", GET, "\r\n", GET].concat())]);
    let empty_lines: Vec<_> = requests.iter().map(|request| request.oddities.leading_empty_lines).collect();
    assert_eq!(empty_lines, [true, false]);
}

#[test]
fn a_head_that_comes_byte_by_byte_is_the_same_head() {
    let acts: Vec<_> = UPGRADE.bytes().map(|byte| client([byte])).collect();
    let (requests, _) = heads(&acts);
    let (whole, _) = heads(&[client(UPGRADE)]);
    assert_eq!(requests.len(), 1);
    assert_eq!((&requests[0].headers, &requests[0].target), (&whole[0].headers, &whole[0].target));
    let span = requests[0].span;
    assert_eq!((span.length, span.first, span.last), (UPGRADE.len() as u64, 1, UPGRADE.len() as u64));
}

#[test]
fn proxy_headers_are_no_part_of_the_request() {
    let v1 = "PROXY TCP4 192.0.2.1 192.0.2.2 40000 80\r\n";
    let v2 = [&b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c"[..], b"\n\nGET / HTTP"].concat();
    for proxy in [v1.as_bytes(), &v2] {
        let (requests, _) = heads(&[client([proxy, GET.as_bytes()].concat())]);
        assert_eq!(requests[0].span.offset, proxy.len() as u64);
        assert_eq!(requests[0].oddities, Oddities::default());
        let whole = [proxy, GET.as_bytes()].concat();
        let acts: Vec<_> = whole.iter().map(|byte| client([*byte])).collect();
        assert_eq!(told(&acts), ["request GET /plain"]);
    }
}

#[test]
fn what_is_not_http_is_handed_over_at_once() {
    let cases: [(Act, &[&str]); 5] = [
        (client(b"\x16\x03\x01"), &["client: not http", "client #1 @0: \\x16\\x03\\x01"]),
        (client(b"\x81\x80"), &["client: not http", "client #1 @0: \\x81\\x80"]),
        (client("EHLO x\r\n"), &["client: not http", "client #1 @0: EHLO x\\r\\n"]),
        (client("PRI * HTTP/2.0\r\n\r\n"), &["client: not http", "client #1 @0: PRI * HTTP/2.0\\r\\n\\r\\n"]),
        (server("220 smtp"), &["server: not http", "server #1 @0: 220 smtp"]),
    ];
    for (act, expected) in cases {
        let mut bench = Bench::new(&Limits::default());
        bench.act(&act);
        assert_eq!(bench.told, expected);
        assert_eq!(bench.held.used(), 0);
    }
}

#[test]
fn what_was_kept_is_handed_over_if_it_turns_out_not_to_be_http() {
    assert_eq!(
        told(&[client("hello "), server("HT"), client("world\r\n"), Act::Fin(ClientToServer), server("ML")]),
        [
            "server: not http",
            "client #1 @0: hello ",
            "client #3 @6: world\\r\\n",
            "client #4: fin",
            "server #2 @0: HT",
            "server #5 @2: ML",
        ]
    );
}
