//! For each rule an input that breaks it and one that nearly does.

use std::collections::BTreeSet;

use super::*;
use crate::base::Direction::{ClientToServer as Client, ServerToClient as Server};
use crate::base::GapReason;
use crate::check::{capture, registry, waiting};
use crate::record::Side;
use crate::record::SidesKnownBy;
use crate::websocket::Evidence;

/// A rule; what breaks it, and all that is found there; what nearly breaks it, and all that is found there.
struct Case {
    code: &'static str,
    breaks: Vec<Violation>,
    breaks_codes: &'static [&'static str],
    near: Vec<Violation>,
    near_codes: &'static [&'static str],
}

type Edit = (&'static str, &'static str);

/// Edits of the request, answered by a right 101: of one that breaks the rule, and of one that does not.
fn of_request(code: &'static str, breaks: Edit, codes: &'static [&'static str], near: Edit) -> Case {
    let found = |(from, to)| heads(&edit(REQUEST, from, to), RESPONSE);
    Case { code, breaks: found(breaks), breaks_codes: codes, near: found(near), near_codes: &[] }
}

/// Edits of the 101 to a right request.
fn of_response(code: &'static str, breaks: Edit, codes: &'static [&'static str], near: Edit) -> Case {
    let found = |(from, to)| heads(REQUEST, &edit(RESPONSE, from, to));
    Case { code, breaks: found(breaks), breaks_codes: codes, near: found(near), near_codes: &[] }
}

/// Answers to a request that offers two subprotocols and one extension.
fn of_answer(code: &'static str, breaks: &str, codes: &'static [&'static str], near: &str) -> Case {
    let offer = "Sec-WebSocket-Protocol: chat, mqtt\r\nSec-WebSocket-Extensions: permessage-deflate";
    let found = |line: &str| heads(&edit(REQUEST, "", offer), &edit(RESPONSE, "", line));
    Case { code, breaks: found(breaks), breaks_codes: codes, near: found(near), near_codes: &[] }
}

/// Two refusals, each a request and a response.
fn of_refusal(
    code: &'static str,
    breaks: (&str, &str),
    breaks_codes: &'static [&'static str],
    near: (&str, &str),
    near_codes: &'static [&'static str],
) -> Case {
    Case { code, breaks: heads(breaks.0, breaks.1), breaks_codes, near: heads(near.0, near.1), near_codes }
}

/// Two frames outside a fragmented message, without extensions.
fn of_frame(code: &'static str, breaks: (Direction, &[u8]), near: (Direction, &[u8])) -> Case {
    let found = |(from, bytes)| frame(from, bytes, Negotiated::default(), Some(false));
    single(code, found(breaks), found(near))
}

/// One violation against none.
fn single(code: &'static str, breaks: Vec<Violation>, near: Vec<Violation>) -> Case {
    assert_eq!(codes(&breaks), [code]);
    let breaks_codes = std::slice::from_ref(&registry::rule(code).unwrap().code);
    Case { code, breaks, breaks_codes, near, near_codes: &[] }
}

fn requests() -> Vec<Case> {
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let second = ("", "X-Second: x");
    vec![
        of_request("WS101", ("GET", "POST"), &["WS101", "WS131"], ("/chat", "/POST")),
        of_request("WS102", ("HTTP/1.1", "HTTP/1.0"), &["WS102", "WS131", "WS128"], ("HTTP/1.1", "HTTP/1.2")),
        of_request("WS103", ("Host: server.example\r\n", ""), &["WS103", "WS131"], ("Host:", "hOST :")),
        of_request(
            "WS104",
            ("Upgrade: websocket", "Upgrade: websockets"),
            &["WS104", "WS131"],
            ("Upgrade: websocket", "Upgrade: h2c , WEBSOCKET"),
        ),
        of_request(
            "WS105",
            ("Connection: Upgrade", "Connection: Up-grade"),
            &["WS105", "WS131"],
            ("Connection: Upgrade", "Connection: keep-alive\r\nConnection: close,upgrade"),
        ),
        of_request(
            "WS106",
            (key, ""),
            &["WS106", "WS131"],
            (key, "sec-websocket-KEY:dGhlIHNhbXBsZSBub25jZQ==\r\n"),
        ),
        Case {
            code: "WS107",
            breaks: heads(
                &edit(REQUEST, "dGhlIHNhbXBsZSBub25jZQ==", "ZmlmdGVlbiBieXRlcyEh"),
                &edit(RESPONSE, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "StiEbW2gmSyk1w61WM/1TJEd9VQ="),
            ),
            breaks_codes: &["WS107"],
            near: judge(Some(&edit(REQUEST, "ub25jZQ==", "ub25jZR==")), None, COMPLETE).0,
            near_codes: &["WS133"],
        },
        of_request("WS108", ("", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="), &["WS108", "WS131"], second),
        of_request("WS109", ("Sec-WebSocket-Version", "Sec-WebSocket-Versions"), &["WS109", "WS131"], second),
        of_request(
            "WS110",
            ("Version: 13", "Version: 8"),
            &["WS110", "WS131"],
            ("Version: 13", "Version:\t13 "),
        ),
        reused_key(),
        of_request(
            "WS112",
            ("", "Sec-WebSocket-Protocol: a, b c"),
            &["WS112"],
            ("", "Sec-WebSocket-Protocol: a, , A\r\nsec-websocket-protocol: b"),
        ),
        of_request(
            "WS113",
            ("", "Sec-WebSocket-Extensions: a; b=\"c d\""),
            &["WS113", "WS131"],
            ("", "Sec-WebSocket-Extensions: a; b=\"c\\d\"; e , , f;g = h"),
        ),
        of_request("WS114", ("/chat", "/chat#top"), &["WS114"], ("/chat", "/chat?a=%23top")),
        of_request(
            "WS116",
            ("Host: server.example\r\n", "Host : server.example\r\n"),
            &["WS116"],
            ("Host: server.example", "Host:\t server.example "),
        ),
        of_request("WS117", ("", "Sec-WebSocket-Version: 8"), &["WS117", "WS131"], second),
        of_request("WS119", ("", "host: other.example"), &["WS119"], ("", "X-Forwarded-Host: other.example")),
    ]
    .into_iter()
    .map(|case| if case.code == "WS103" { Case { near_codes: &["WS116"], ..case } } else { case })
    .collect()
}

fn reused_key() -> Case {
    let on_streams = |first, second| {
        let mut keys = KeyMemory::default();
        let mut found = Vec::new();
        for stream in [first, second] {
            let (request, response) = (request(REQUEST.as_bytes()), response(RESPONSE.as_bytes()));
            let exchange =
                Exchange { stream, request: Some(&request), response: Some(&response), complete: COMPLETE };
            handshake::judge(&exchange, &mut keys, &mut |violation| found.push(violation));
        }
        found
    };
    single("WS111", on_streams(1, 2), on_streams(3, 3))
}

fn responses() -> Vec<Case> {
    let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    vec![
        of_response("WS120", (accept, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="), &["WS120"], ("Accept: ", "Accept:\t")),
        of_response(
            "WS121",
            ("Sec-WebSocket-Accept", "X-Accept"),
            &["WS121"],
            ("WebSocket-Acc", "Websocket-ACC"),
        ),
        of_response(
            "WS122",
            ("", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            &["WS122"],
            ("", "Sec-WebSocket-Accepted: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ),
        of_response("WS123", ("Upgrade: websocket\r\n", ""), &["WS123"], ("websocket", "WebSocket")),
        of_response(
            "WS124",
            ("Connection: Upgrade", "Connection: close"),
            &["WS124"],
            ("Connection: Upgrade", "connection: keep-alive, upgrade"),
        ),
        of_answer("WS125", "Sec-WebSocket-Protocol: Chat", &["WS125"], "Sec-WebSocket-Protocol: chat"),
        of_answer(
            "WS126",
            "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: chat",
            &["WS126"],
            "Sec-WebSocket-Protocol: mqtt",
        ),
        of_answer(
            "WS127",
            "Sec-WebSocket-Extensions: permessage-bzip2",
            &["WS127"],
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover",
        ),
        of_response(
            "WS128",
            ("HTTP/1.1", "HTTP/1.0"),
            &["WS128"],
            ("Switching Protocols", "Fine by HTTP/1.0"),
        ),
        of_response("WS129", ("", "Content-Length: 0"), &["WS129"], ("", "Content-Type: text/plain")),
        of_answer(
            "WS134",
            "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Extensions: permessage-deflate",
            &["WS134", "WS611"],
            "Sec-WebSocket-Extensions: permessage-deflate",
        ),
        of_answer("WS135", "Sec-WebSocket-Protocol: chat, mqtt", &["WS135"], "Sec-WebSocket-Protocol: mqtt "),
    ]
}

fn refusals() -> Vec<Case> {
    let old = edit(REQUEST, "Version: 13", "Version: 99");
    let bad = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    let required = "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n";
    let unanswered = |complete| judge(Some(REQUEST), None, complete).0;
    vec![
        of_refusal(
            "WS130",
            (&old, bad),
            &["WS110", "WS130", "WS132"],
            (&old, &edit(bad, "", "Sec-WebSocket-Version: 13, 8")),
            &["WS110", "WS132"],
        ),
        of_refusal(
            "WS131",
            (&edit(REQUEST, "GET", "PUT"), RESPONSE),
            &["WS101", "WS131"],
            (&edit(REQUEST, "GET", "PUT"), bad),
            &["WS101", "WS132"],
        ),
        of_refusal("WS132", (REQUEST, bad), &["WS132"], (REQUEST, RESPONSE), &[]),
        single("WS133", unanswered(COMPLETE), unanswered(PerDirection { client: true, server: false })),
        of_refusal(
            "WS136",
            (REQUEST, required),
            &["WS136", "WS132"],
            (REQUEST, &edit(required, "", "Upgrade: websocket")),
            &["WS132"],
        ),
    ]
}

/// Offers of permessage-deflate with their answers: one that breaks the rule, and one that does not.
fn of_negotiation(
    code: &'static str,
    breaks: (&str, &str),
    breaks_codes: &'static [&'static str],
    near: (&str, &str),
) -> Case {
    let found = |(offer, answer): (&str, &str)| {
        let field = |list: &str| format!("Sec-WebSocket-Extensions: permessage-deflate{list}");
        heads(&edit(REQUEST, "", &field(offer)), &edit(RESPONSE, "", &field(answer)))
    };
    Case { code, breaks: found(breaks), breaks_codes, near: found(near), near_codes: &[] }
}

fn negotiations() -> Vec<Case> {
    let twice = ("; client_max_window_bits; client_max_window_bits, permessage-deflate", "");
    vec![
        of_negotiation("WS601", ("", "; foo"), &["WS601"], ("", "; server_max_window_bits=9")),
        of_negotiation(
            "WS602",
            ("", "; server_max_window_bits=7"),
            &["WS602"],
            ("", "; server_max_window_bits=8"),
        ),
        of_negotiation("WS603", twice, &["WS603"], ("; client_max_window_bits, permessage-deflate", "")),
        of_negotiation(
            "WS604",
            ("; server_no_context_takeover", ""),
            &["WS604"],
            ("; client_no_context_takeover", ""),
        ),
        of_negotiation("WS610", ("; foo", ""), &["WS601", "WS610"], ("; client_max_window_bits", "")),
        of_negotiation("WS611", ("", ", permessage-deflate"), &["WS611"], (", permessage-deflate", "")),
    ]
}

fn waits() -> Vec<Case> {
    let text = [0x81, 0x80, 1, 2, 3, 4];
    let early = |acked| -> Vec<_> {
        let header = FrameHeader::parse(&text).unwrap().1;
        waiting::early_data(129, &header, &frame_at(Client, 6), acked).into_iter().collect()
    };
    let continued = |bytes: &[u8], acked| -> Vec<_> {
        let header = FrameHeader::parse(bytes).unwrap().1;
        let at = frame_at(Client, bytes.len());
        let invalid = &registry::WRONG_ACCEPT;
        waiting::continued_after_invalid_response(invalid, 129, &header, &at, acked).into_iter().collect()
    };
    assert!(continued(&[0x88, 0x80, 1, 2, 3, 4], Some(129)).is_empty() && continued(&text, None).is_empty());
    assert!(early(None).is_empty());
    vec![
        single("WS115", early(Some(128)), early(Some(129))),
        single("WS118", continued(&text, Some(129)), continued(&text, Some(128))),
    ]
}

fn frames() -> Vec<Case> {
    let in_message = |bytes: &[u8], open| frame(Server, bytes, Negotiated::default(), open);
    vec![
        of_frame("WS201", (Client, &[0x81, 0x00]), (Client, &[0x81, 0x80, 0, 0, 0, 0])),
        of_frame("WS202", (Server, &[0x81, 0x80, 0, 0, 0, 0]), (Server, &[0x81, 0x00])),
        of_frame("WS203", (Server, &[0x83, 0x00]), (Server, &[0x82, 0x00])),
        of_frame("WS204", (Server, &[0xc1, 0x00]), (Server, &[0x81, 0x40])),
        of_frame("WS205", (Server, &[0x82, 0x7e, 0x00, 0x7d]), (Server, &[0x82, 0x7e, 0x00, 0x7e])),
        of_frame(
            "WS206",
            (Server, &[0x82, 0x7f, 0x80, 0, 0, 0, 0, 0, 0, 0]),
            (Server, &[0x82, 0x7f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ),
        single("WS301", in_message(&[0x80, 0x00], Some(false)), in_message(&[0x80, 0x00], None)),
        single("WS302", in_message(&[0x81, 0x00], Some(true)), in_message(&[0x89, 0x00], Some(true))),
        of_frame("WS401", (Server, &[0x89, 0x7e, 0x00, 0x7e]), (Server, &[0x89, 0x7d])),
        of_frame("WS402", (Server, &[0x0a, 0x00]), (Server, &[0x8a, 0x00])),
        of_frame("WS411", (Server, &[0x88, 0x01, 0x03]), (Server, &[0x88, 0x00])),
        of_frame(
            "WS413",
            (Server, &[0x88, 0x04, 0x03, 0xe8, 0x61, 0xc3]),
            (Server, &[0x88, 0x04, 0x03, 0xe8, 0xc3, 0xa9]),
        ),
        of_frame("WS412", (Server, &[0x88, 0x02, 0x03, 0xed]), (Server, &[0x88, 0x02, 0x03, 0xec])),
    ]
}

const EVIDENCE: Evidence = Evidence { frames: 3, bits: 30, masked: true };

fn captures() -> Vec<Case> {
    let gap = Span { length: 7, last: 12, ..Span::of(packet(10), 300, 7) };
    [
        ("WS901", capture::missing_bytes(Client, &gap, GapReason::Acknowledged)),
        ("WS901", capture::not_framed(Client, 40, packet(12))),
        ("WS902", capture::missing_bytes(Client, &gap, GapReason::Cut)),
        ("WS903", capture::handshake_not_captured(packet(5), SidesKnownBy::Mask, Client, 3)),
        ("WS904", capture::one_direction_only(Server, [1, 9])),
        ("WS905", capture::no_tls_keys(Client, &gap)),
        ("WS906", capture::limit_reached("http_head", "the rest of the connection", [4, 4])),
        ("WS907", capture::conflicting_retransmission(Client, &gap, packet(9), b"abcdefg", b"abXdefg")),
        ("WS908", capture::capture_cut("a.pcap", 1000, 12, "a record announces 60 bytes, 20 are there")),
        ("WS909", capture::resynchronised(Client, 900, 12, &EVIDENCE, packet(12))),
        ("WS911", capture::extensions_not_understood(&["x-secret"], &gap)),
    ]
    .map(|(code, violation)| {
        assert_eq!(violation.side, Side::Capture);
        single(code, vec![violation], Vec::new())
    })
    .into()
}

fn all() -> Vec<Case> {
    [requests(), responses(), refusals(), negotiations(), waits(), frames(), captures()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn each_rule_is_broken_by_its_case_and_not_by_the_near_one() {
    for case in all() {
        assert!(
            case.breaks_codes.contains(&case.code) && !case.near_codes.contains(&case.code),
            "{}",
            case.code
        );
        let sorted = |codes: &[&'static str]| codes.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(sorted(&codes(&case.breaks)), sorted(case.breaks_codes), "{}", case.code);
        assert_eq!(
            sorted(&codes(&case.near)),
            sorted(case.near_codes),
            "near {}: {:?}",
            case.code,
            case.near
        );
        assert_eq!(case.breaks.len(), case.breaks_codes.len(), "{}: each is told once", case.code);
    }
}

/// Rules that need more than one frame; `tests/it/scenarios/conduct.rs` breaks each of them.
const OF_CONDUCT: [&str; 14] = [
    "WS207", "WS208", "WS209", "WS303", "WS403", "WS404", "WS414", "WS415", "WS416", "WS417", "WS418",
    "WS419", "WS420", "WS421",
];

#[test]
fn no_rule_is_present_without_its_case() {
    let cases: BTreeSet<_> = all().iter().map(|case| case.code).collect();
    let rules: BTreeSet<_> = registry::RULES.iter().map(|rule| rule.code).collect();
    let missing: Vec<_> = rules.difference(&cases).copied().collect();
    assert_eq!(missing, OF_CONDUCT);
}

#[test]
fn a_finding_says_what_where_and_whose() {
    let found = heads(REQUEST, &edit(RESPONSE, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "AAAA"));
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
