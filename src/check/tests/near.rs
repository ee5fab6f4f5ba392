//! What nearly breaks a rule, and what a finding says.

use super::*;
use crate::base::Direction::{ClientToServer as Client, ServerToClient as Server};
use crate::check::{registry, waiting};
use crate::record::Side;

const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

#[test]
fn requests_that_nearly_break_a_rule() {
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for (from, to) in [
        ("/chat", "/POST"),
        ("HTTP/1.1", "HTTP/1.2"),
        ("Upgrade: websocket", "Upgrade: h2c , WEBSOCKET"),
        ("Connection: Upgrade", "Connection: keep-alive\r\nConnection: close,upgrade"),
        (key, "sec-websocket-KEY:dGhlIHNhbXBsZSBub25jZQ==\r\n"),
        ("Version: 13", "Version:\t13 "),
        ("", "Sec-WebSocket-Protocol: a, , A\r\nsec-websocket-protocol: b"),
        ("", "Sec-WebSocket-Extensions: a; b=\"c\\d\"; e , , f;g = h"),
        ("Host: server.example", "Host:\t server.example "),
    ] {
        assert!(heads(&edit(REQUEST, from, to), RESPONSE).is_empty(), "{to}");
    }
    let padding_bits_set = edit(REQUEST, "ub25jZQ==", "ub25jZR==");
    assert_eq!(codes(&judge(Some(&padding_bits_set), None, COMPLETE).0), ["WS133"]);
    let odd_but_there = edit(REQUEST, "Host:", "hOST :");
    assert_eq!(codes(&heads(&odd_but_there, RESPONSE)), ["WS116"]);
}

#[test]
fn a_request_that_was_accepted_although_it_breaks_a_rule() {
    for (from, to, expected) in [
        ("GET", "POST", &["WS101", "WS131"][..]),
        ("HTTP/1.1", "HTTP/1.0", &["WS102", "WS128", "WS131"]),
        ("Host: server.example\r\n", "", &["WS103", "WS131"]),
        ("Sec-WebSocket-Key", "Sec-WebSocket-Keys", &["WS106", "WS131"]),
        ("", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", &["WS108", "WS131"]),
        ("Sec-WebSocket-Version", "Sec-WebSocket-Versions", &["WS109", "WS131"]),
        ("Version: 13", "Version: 8", &["WS110", "WS131"]),
        ("", "Sec-WebSocket-Extensions: a; b=\"c d\"", &["WS113", "WS131"]),
        ("", "Sec-WebSocket-Version: 8", &["WS117", "WS131"]),
    ] {
        let mut found = codes(&heads(&edit(REQUEST, from, to), RESPONSE));
        found.sort_unstable();
        assert_eq!(found, expected, "{to}");
    }
}

#[test]
fn responses_that_nearly_break_a_rule() {
    for (from, to) in [
        ("Accept: ", "Accept:\t"),
        ("WebSocket-Acc", "Websocket-ACC"),
        ("", "Sec-WebSocket-Accepted: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ("Connection: Upgrade", "connection: keep-alive, upgrade"),
        ("Switching Protocols", "Fine by HTTP/1.0"),
        ("", "Content-Type: text/plain"),
    ] {
        assert!(heads(REQUEST, &edit(RESPONSE, from, to)).is_empty(), "{to}");
    }
    let offer = "Sec-WebSocket-Protocol: chat, mqtt\r\nSec-WebSocket-Extensions: permessage-deflate";
    for (answer, expected) in [
        ("Sec-WebSocket-Protocol: Chat", &["WS125"][..]),
        ("Sec-WebSocket-Protocol: mqtt ", &[]),
        ("Sec-WebSocket-Extensions: permessage-bzip2", &["WS127"]),
        ("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover", &[]),
    ] {
        let found = heads(&edit(REQUEST, "", offer), &edit(RESPONSE, "", answer));
        assert_eq!(codes(&found), expected, "{answer}");
    }
}

#[test]
fn a_refusal_may_name_more_versions_and_need_not_be_seen() {
    let old = edit(REQUEST, "Version: 13", "Version: 99");
    let bad = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    let found = heads(&old, &edit(bad, "", "Sec-WebSocket-Version: 13, 8"));
    assert_eq!(codes(&found), ["WS110", "WS132"]);
    let server_incomplete = PerDirection { client: true, server: false };
    assert!(judge(Some(REQUEST), None, server_incomplete).0.is_empty());
}

#[test]
fn rfc6455_4_1_a_retry_on_the_same_connection_may_use_the_same_key() {
    let (request, response) = (request(REQUEST.as_bytes()), response(RESPONSE.as_bytes()));
    let exchange = Exchange {
        stream: 3,
        request: Some(&request),
        response: Some(&response),
        expected: Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        complete: COMPLETE,
    };
    let mut keys = KeyMemory::default();
    for _ in 0..2 {
        handshake::judge(&exchange, &mut keys, &mut |violation| panic!("{violation:?}"));
    }
}

#[test]
fn rfc6455_4_1_what_the_client_had_received_decides() {
    const END_OF_101: u64 = 129;
    let parse = |bytes| FrameHeader::parse(bytes).unwrap().1;
    let (text, close) = (parse(&[0x81, 0x80, 1, 2, 3, 4]), parse(&[0x88, 0x80, 1, 2, 3, 4]));
    let at = frame_at(Client, 6);
    let early = |acked| waiting::early_data(END_OF_101, &text, &at, acked).is_some();
    assert!(early(Some(128)) && !early(Some(129)) && !early(None));
    let continued = |header, acked| {
        let invalid = &registry::WRONG_ACCEPT;
        waiting::continued_after_invalid_response(invalid, END_OF_101, header, &at, acked).is_some()
    };
    assert!(continued(&text, Some(129)) && !continued(&text, Some(128)) && !continued(&text, None));
    assert!(!continued(&close, Some(129)), "to close is to fail the connection");
}

#[test]
fn frames_that_nearly_break_a_rule() {
    for (from, bytes, open) in [
        (Client, &[0x81, 0x80, 1, 2, 3, 4][..], Some(false)),
        (Server, &[0x81, 0x40], Some(false)),
        (Server, &[0x82, 0x7e, 0x00, 0x7e], Some(false)),
        (Server, &[0x82, 0x7f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Some(false)),
        (Server, &[0x80, 0x00], None),
        (Server, &[0x89, 0x00], Some(true)),
        (Server, &[0x89, 0x7d], Some(false)),
        (Server, &[0x88, 0x02, 0x03, 0xec], Some(false)),
    ] {
        assert!(frame(from, bytes, Negotiated::default(), open).is_empty(), "{bytes:02x?}");
    }
    let found = frame(Server, &[0x82, 0x7e, 0x00, 0x7d], Negotiated::default(), Some(false));
    assert_eq!(codes(&found), ["WS205"]);
}

#[test]
fn a_finding_says_what_where_and_whose() {
    let found = heads(REQUEST, &edit(RESPONSE, ACCEPT, "AAAA"));
    let [wrong] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((wrong.side, wrong.packets), (Side::Server, [6, 6]));
    assert!(
        wrong.text.contains("\"AAAA\"") && wrong.text.contains("\"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\""),
        "{}",
        wrong.text
    );
    let line = RESPONSE.find("Sec-WebSocket-Accept").unwrap() as u64;
    assert_eq!((wrong.stream_offset, wrong.bytes.as_slice()), (Some(line), &b"Sec-WebSocket-Ac"[..]));
    let finding = wrong.finding(None, None);
    assert_eq!((finding.code, finding.name, finding.rfc), ("WS120", "wrong-accept", "RFC 6455 §4.2.2"));

    let found = frame(Server, &[0xc1, 0x80, 1, 2, 3, 4], Negotiated::default(), Some(false));
    assert_eq!(codes(&found), ["WS202", "WS204"]);
    assert_eq!((found[0].frame, found[0].message, found[0].stream_offset), (Some(3), Some(2), Some(200)));
    assert_eq!(found[0].bytes, [0xc1, 0x80, 1, 2, 3, 4]);
}
