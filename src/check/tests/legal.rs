//! What must pass in silence, and what must not be inferred.

use super::*;
use crate::base::Direction::{ClientToServer as Client, ServerToClient as Server};
use crate::record::Severity;

fn loud(found: &[Violation]) -> Vec<&Violation> {
    found.iter().filter(|violation| violation.rule.severity > Severity::Info).collect()
}

#[test]
fn what_real_stacks_send_is_no_error_and_no_warning() {
    let deflate = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";
    for (from, to) in [
        ("Host: server.example\r\nUpgrade: websocket", "host: server.example\r\nupgrade: websocket"),
        ("Sec-WebSocket-Version", "Sec-Websocket-Version"),
        ("Upgrade: websocket", "Upgrade: WebSocket"),
        ("Upgrade: websocket", "Upgrade: websocket, foo"),
        ("Connection: Upgrade", "Connection: keep-alive, Upgrade"),
        ("Connection: Upgrade", "Connection: close, upgrade"),
        ("Connection: Upgrade", "Connection: keep-alive\r\nConnection: Upgrade"),
        ("Host: server.example", "Host: 127.0.0.1:8080"),
        ("GET /chat", "GET http://server.example/chat"),
        ("", "Content-Length: 0"),
        ("", "X-Name: J\u{fc}rgen \u{540d}"),
        ("", "Origin: null"),
        ("", deflate),
        ("", "Sec-WebSocket-Protocol: v12.stomp,v11.stomp"),
        ("", "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: superchat"),
        (
            "",
            "Sec-WebSocket-Extensions: foo, permessage-deflate; client_max_window_bits=\"10\", permessage-deflate",
        ),
    ] {
        assert!(heads(&edit(REQUEST, from, to), RESPONSE).is_empty(), "{to}");
    }
    for (from, to) in [
        ("Switching Protocols", "Web Socket Protocol Handshake"),
        ("Switching Protocols", ""),
        ("Upgrade: websocket\r\nConnection", "UPGRADE:  WebSocket\r\nCONNECTION"),
        ("Connection: Upgrade", "Connection: upgrade, close"),
        ("", "Sec-WebSocket-Version: 13"),
        (
            "",
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=15; server_no_context_takeover",
        ),
        ("", "Server: x\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT"),
    ] {
        assert!(heads(&edit(REQUEST, "", deflate), &edit(RESPONSE, from, to)).is_empty(), "{to}");
    }
}

#[test]
fn ordinary_http_passes_in_silence() {
    let not_found = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    for request in [
        "GET / HTTP/1.0\r\n\r\n",
        "POST /api#x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /docs?upgrade=websocket HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    ] {
        assert!(heads(request, not_found).is_empty(), "{request}");
        assert!(judge(Some(request), None, COMPLETE).0.is_empty(), "{request}");
        for protocol in ["h2c", "foo/1.0", "SPDY/3.1", "tcp", "TLS/1.0"] {
            let switched = format!("HTTP/1.0 101 OK\r\nUpgrade: {protocol}\r\nContent-Length: 0\r\n\r\n");
            assert!(heads(request, &switched).is_empty(), "{request} {protocol}");
        }
    }
}

#[test]
fn an_upgrade_stripped_by_a_proxy_is_told_as_such_and_nothing_else() {
    let stripped =
        edit(&edit(REQUEST, "Upgrade: websocket\r\n", ""), "Connection: Upgrade", "Connection: close");
    for status in
        ["400 Bad Request", "404 Not Found", "426 Upgrade Required", "505 HTTP Version Not Supported"]
    {
        let found = heads(&edit(&stripped, "HTTP/1.1", "HTTP/1.0"), &format!("HTTP/1.1 {status}\r\n\r\n"));
        assert_eq!(codes(&found), ["WS132"], "{status}");
        for part in ["HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", "proxy", &status[..3]] {
            assert!(found[0].text.contains(part), "{part}: {}", found[0].text);
        }
    }
    assert!(judge(Some(&stripped), None, COMPLETE).0.is_empty());
}

#[test]
fn a_refusal_names_its_likely_cause() {
    for (response, part) in [
        (
            "301 Moved Permanently\r\nLocation: https://server.example/chat/",
            "\"https://server.example/chat/\"",
        ),
        ("401 Unauthorized", "authentication"),
        ("403 Forbidden", "\"http://evil.example\""),
        ("404 Not Found", "path"),
        ("200 OK", "not a WebSocket endpoint"),
        ("426 Upgrade Required\r\nUpgrade: websocket", "did not pass the upgrade on"),
        ("505 HTTP Version Not Supported", "speaks HTTP/1.0"),
        ("502 Bad Gateway", "backend"),
        ("504 Gateway Timeout", "backend"),
        ("101 Switching Protocols\r\nUpgrade: h2c", "\"h2c\" instead"),
        ("999 ", "does not tell"),
    ] {
        let request = edit(REQUEST, "", "Origin: http://evil.example");
        let found = heads(&request, &format!("HTTP/1.1 {response}\r\n\r\n"));
        assert_eq!(codes(&found), ["WS132"], "{response}");
        assert!(found[0].text.contains(part), "{}", found[0].text);
    }
}

#[test]
fn after_a_loss_nothing_is_said_that_needs_the_pair() {
    let wrong = edit(&edit(RESPONSE, "s3pP", "AAAA"), "", "Sec-WebSocket-Protocol: mqtt");
    let refused = "HTTP/1.1 400 Bad Request\r\n\r\n";
    let stripped = edit(REQUEST, "Upgrade: websocket\r\n", "");
    for complete in
        [PerDirection { client: false, server: true }, PerDirection { client: true, server: false }]
    {
        for (request, response) in [(REQUEST, wrong.as_str()), (REQUEST, refused), (&stripped, RESPONSE)] {
            let (found, must_fail) = judge(Some(request), Some(response), complete);
            assert!(found.is_empty() && must_fail.is_none(), "{found:?}");
        }
    }
    assert!(judge(None, Some(&wrong), COMPLETE).0.is_empty());
    assert!(judge(None, None, COMPLETE).0.is_empty());
    let (found, must_fail) =
        judge(None, Some(&edit(RESPONSE, "Connection: Upgrade", "Connection: x")), COMPLETE);
    assert_eq!((codes(&found), must_fail.map(|rule| rule.code)), (vec!["WS124"], Some("WS124")));
}

#[test]
fn a_101_ahead_of_earlier_answers_is_not_the_clients_fault() {
    let (found, must_fail) = judge(Some("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"), Some(RESPONSE), COMPLETE);
    assert_eq!((codes(&found), must_fail), (vec!["WS131"], None));
    assert!(found[0].text.contains("\"/a\""), "{}", found[0].text);
}

#[test]
fn rfc6455_4_2_2_a_server_need_not_decode_the_key() {
    let request = edit(REQUEST, "dGhlIHNhbXBsZSBub25jZQ==", "not base64 at all!");
    let found =
        heads(&request, &edit(RESPONSE, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "D8x7fcK4K6iwOmg/v2mpoa9g7jU="));
    assert_eq!(codes(&found), ["WS107"]);
}

#[test]
fn rfc6455_4_1_what_obliges_the_client_to_fail() {
    let must_fail = |from, to| {
        let response = edit(RESPONSE, from, to);
        judge(Some(REQUEST), Some(&response), COMPLETE).1.map(|rule| rule.code)
    };
    let right = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    assert_eq!(must_fail("s3pP", "AAAA"), Some("WS120"));
    assert_eq!(must_fail("Sec-WebSocket-Accept", "X-Accept"), Some("WS121"));
    assert_eq!(must_fail("", "Sec-WebSocket-Accept: AAAA"), Some("WS122"));
    assert_eq!(must_fail("", right), None);
    assert_eq!(must_fail("Upgrade: websocket", "Upgrade: foo"), Some("WS123"));
    assert_eq!(must_fail("Upgrade: websocket", "Upgrade: websocket, foo"), Some("WS123"));
    assert_eq!(must_fail("", "Sec-WebSocket-Protocol: chat"), Some("WS125"));
    assert_eq!(must_fail("", "Sec-WebSocket-Protocol:"), Some("WS135"));
    assert_eq!(must_fail("", "Sec-WebSocket-Extensions: permessage-deflate"), Some("WS127"));
    assert_eq!(must_fail("", "Sec-WebSocket-Extensions: ;"), Some("WS113"));
    assert_eq!(must_fail("", "Content-Length: 0"), None);
    assert_eq!(must_fail("HTTP/1.1", "HTTP/1.0"), None);
}

#[test]
fn every_oddity_of_a_head_is_named_in_one_finding() {
    let request = edit(REQUEST, "GET", "\r\n\r\nGET").replace("\r\n", "\n").replace("Host:", "Host :");
    let odd = edit(&edit(RESPONSE, " Switching Protocols", ""), "Accept:", "Accept:\r\n");
    let odd = edit(&odd, "s3pP", " s3pP").replace("Connection", "no colon\r\nConnection");
    let found = heads(&request, &odd);
    assert_eq!(codes(&found), ["WS116", "WS116"]);
    for part in ["empty lines", "LF without CR", "before a colon"] {
        assert!(found[0].text.contains(part), "{part}: {}", found[0].text);
    }
    for part in ["after the status code", "folded", "without a colon"] {
        assert!(found[1].text.contains(part), "{part}: {}", found[1].text);
    }
}

#[test]
fn frames_that_real_stacks_send_are_no_error_and_no_warning() {
    let deflate = Negotiated { deflate: Some(PerDirection::default()), unknown_extension: false };
    for (bytes, open) in [
        (&[0x89, 0x00][..], Some(true)),
        (&[0x8a, 0x00], Some(false)),
        (&[0x80, 0x00], Some(true)),
        (&[0x01, 0x00], Some(false)),
        (&[0x00, 0x00], Some(true)),
        (&[0xc1, 0x00], Some(false)),
        (&[0x41, 0x01, 0x00], Some(false)),
        (&[0x88, 0x00], Some(true)),
        (&[0x82, 0x7e, 0xff, 0xff], Some(false)),
        (&[0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0], Some(false)),
    ] {
        assert!(loud(&frame(Server, bytes, deflate, open)).is_empty(), "{bytes:02x?}");
    }
}

#[test]
fn rfc6455_7_4_codes_that_may_stand_on_the_wire_or_are_for_another_rule() {
    for code in [1000u16, 1001, 1003, 1004, 1007, 1010, 1014, 1016, 2999, 3000, 4999, 5000, 12592, 65535] {
        let [high, low] = code.to_be_bytes();
        let found = frame(Server, &[0x88, 0x03, high, low, b'x'], Negotiated::default(), Some(false));
        assert!(found.is_empty(), "{code}");
    }
    for code in [0u16, 999, 1005, 1006, 1015] {
        let [high, low] = code.to_be_bytes();
        let found = frame(Server, &[0x88, 0x02, high, low], Negotiated::default(), Some(false));
        assert_eq!(codes(&found), ["WS412"], "{code}");
    }
}

#[test]
fn what_an_unknown_extension_may_mean_is_not_judged() {
    for bytes in [&[0xb1, 0x80, 0, 0, 0, 0][..], &[0x8b, 0x80, 0, 0, 0, 0]] {
        assert!(
            frame(Client, bytes, Negotiated { deflate: None, unknown_extension: true }, None).is_empty(),
            "{bytes:02x?}"
        );
        assert!(!frame(Client, bytes, Negotiated::default(), None).is_empty(), "{bytes:02x?}");
    }
}

#[test]
fn rfc6455_5_5_reserved_control_frames_are_short_and_whole_too() {
    let found = frame(Server, &[0x0b, 0x7e, 0x01, 0x00], Negotiated::default(), Some(false));
    assert_eq!(codes(&found), ["WS203", "WS401", "WS402"]);
}

#[test]
fn rfc6455_5_4_nothing_is_said_of_order_after_a_gap() {
    for bytes in [[0x80, 0x00], [0x81, 0x00], [0x02, 0x00]] {
        assert!(frame(Server, &bytes, Negotiated::default(), None).is_empty(), "{bytes:02x?}");
    }
}
