//! The opening handshake (RFC 6455 §4), line by line.

use super::Acceptance;
use super::content::shown;
use super::fields::bytes_of;
use super::frame::ways;
use super::model::{Check, Explanation, Field, Role, Subject, pairs};
use crate::base::Direction;
use crate::http::{Header, Headers, Request, Response};
use crate::record::{Ends, Handshake, Text};
use crate::websocket::decode_key;

const REQUEST: &str = "RFC 6455 §4.1";
const RESPONSE: &str = "RFC 6455 §4.2.2";

/// The request and the response of a handshake, as far as they were captured, each with the offset in the stream at
/// which it begins.
pub fn of_handshake(handshake: &Handshake<'_>) -> Vec<(Explanation, u64)> {
    let stream = handshake.place.stream;
    let request = handshake.request.map(|request| {
        let title = format!("Handshake of stream {stream}, request");
        (explain_request(title, request.head, handshake.ends), request.head.span.offset)
    });
    let response = handshake.response.map(|response| {
        let title = format!("Handshake of stream {stream}, response");
        let mut explanation = explain_response(title, response.head, handshake);
        explanation.accept = handshake
            .key
            .filter(|_| response.head.status == 101)
            .map(|Text(key)| Acceptance::new(key, handshake.accept.received.map(|Text(received)| received)));
        (explanation, response.head.span.offset)
    });
    [request, response].into_iter().flatten().collect()
}

fn explain_request(title: String, head: &Request, ends: Ends) -> Explanation {
    let first =
        format!("{} {} HTTP/{}.{}", shown(&head.method), shown(&head.target), head.version.0, head.version.1);
    let meaning = "asks for this resource; the connection is to become a WebSocket";
    let mut explanation = explain_head(Subject::Request, title, Direction::ClientToServer, ends, &head.span);
    explanation.fields = lines(&head.headers, head.span.length, first, meaning);
    explanation.checks = request_checks(head);
    explanation
}

fn explain_response(title: String, head: &Response, handshake: &Handshake<'_>) -> Explanation {
    let (major, minor) = head.version;
    let first = format!("HTTP/{major}.{minor} {} {}", head.status, shown(&head.reason));
    let meaning = match head.status {
        101 => "agrees: behind the empty line there are frames",
        _ => "does not agree: the connection stays HTTP",
    };
    let mut explanation =
        explain_head(Subject::Response, title, Direction::ServerToClient, handshake.ends, &head.span);
    explanation.fields = lines(&head.headers, head.span.length, first, meaning);
    explanation.checks = response_checks(head, handshake);
    explanation
}

fn explain_head(
    subject: Subject,
    title: String,
    from: Direction,
    ends: Ends,
    span: &crate::base::Span,
) -> Explanation {
    let title = format!("{title}, {}, {}, packet {}", ways(from), bytes_of(span.length), span.end.number);
    let mut explanation = Explanation::new(subject, title);
    let (source, destination) = ends.of(from);
    explanation.from = Some(from);
    explanation.source = Some(source);
    explanation.destination = Some(destination);
    explanation.packets = Some([span.first, span.last]);
    explanation.length = span.length;
    explanation
}

/// The lines of a head. What stands between two of them (line ends) belongs to the one before.
fn lines(headers: &Headers, length: u64, first: String, meaning: &str) -> Vec<Field> {
    let line = |offset: u64, end: u64, name: String, value: String, meaning: String, rfc| Field {
        offset,
        length: end.saturating_sub(offset),
        bits: None,
        name,
        value,
        meaning,
        rfc,
        rules: Vec::new(),
        role: Role::Line,
    };
    let starts: Vec<u64> = headers.iter().map(|header| u64::from(header.offset)).collect();
    let start_of = |index: usize| starts.get(index).copied().unwrap_or(length);
    let mut fields = vec![line(0, start_of(0), String::new(), first, meaning.to_owned(), "RFC 9112 §2.1")];
    for (index, header) in headers.iter().enumerate() {
        let (meaning, rfc) = header_meaning(header);
        fields.push(line(
            start_of(index),
            start_of(index + 1),
            shown(header.name),
            shown(header.value),
            meaning,
            rfc,
        ));
    }
    fields
}

/// What a header field says, for those that a handshake is about.
fn header_meaning(header: Header<'_>) -> (String, &'static str) {
    let name = header.name.to_ascii_lowercase();
    let (meaning, rfc) = match &*name {
        b"host" => ("the server that is meant, and its port", "RFC 9110 §7.2"),
        b"upgrade" => ("the protocol to switch to", "RFC 6455 §4.1"),
        b"connection" if header.value.eq_ignore_ascii_case(b"upgrade") => {
            ("Upgrade is meant for the next hop, so a proxy must know it to pass it on", "RFC 6455 §4.1")
        }
        b"connection" => ("header fields and options that are meant for the next hop", "RFC 9110 §7.6.1"),
        b"sec-websocket-key" => return (key_meaning(header.value), REQUEST),
        b"sec-websocket-version" => ("the version of the protocol; 13 is the one of RFC 6455", REQUEST),
        b"sec-websocket-accept" => ("proves that the server understood the key", RESPONSE),
        b"sec-websocket-protocol" => {
            ("subprotocols: offered by the client, one chosen by the server", "RFC 6455 §1.9")
        }
        b"sec-websocket-extensions" => {
            ("extensions: offered by the client, chosen by the server", "RFC 6455 §9.1")
        }
        b"origin" => {
            ("the page whose script opens the connection; the server may refuse it", "RFC 6455 §10.2")
        }
        b"cookie" => ("sent as with any request to this server", "RFC 6265 §4.2"),
        b"authorization" => ("who the client is", "RFC 9110 §11.6.2"),
        b"user-agent" => ("which program the client is", "RFC 9110 §10.1.5"),
        b"server" => ("which program the server is", "RFC 9110 §10.2.4"),
        _ => ("", ""),
    };
    (meaning.to_owned(), rfc)
}

fn key_meaning(value: &[u8]) -> String {
    match decode_key(value) {
        Ok(bytes) => {
            format!("16 random bytes in base64: {}", pairs(&bytes))
        }
        Err(_) => "should be 16 random bytes in base64, and is not".to_owned(),
    }
}

fn check(demand: &'static str, met: bool, found: Option<&[u8]>, rfc: &'static str) -> Check {
    Check { demand, met, found: found.filter(|_| !met).map(shown), rfc }
}

fn request_checks(head: &Request) -> Vec<Check> {
    let headers = &head.headers;
    let one = |name, value: &[u8]| headers.count(name) == 1 && headers.get(name) == Some(value);
    let key = headers.get("Sec-WebSocket-Key");
    let key_valid = headers.count("Sec-WebSocket-Key") == 1 && key.is_some_and(|key| decode_key(key).is_ok());
    vec![
        check("method GET", *head.method == *b"GET", Some(&head.method), REQUEST),
        check("HTTP/1.1 or later", head.version >= (1, 1), None, REQUEST),
        check("Host", headers.count("Host") == 1, None, REQUEST),
        check(
            "Upgrade: websocket",
            headers.has_token("Upgrade", "websocket"),
            headers.get("Upgrade"),
            REQUEST,
        ),
        check(
            "Connection: Upgrade",
            headers.has_token("Connection", "upgrade"),
            headers.get("Connection"),
            REQUEST,
        ),
        check("Sec-WebSocket-Key: 16 bytes in base64", key_valid, key, REQUEST),
        check(
            "Sec-WebSocket-Version: 13",
            one("Sec-WebSocket-Version", b"13"),
            headers.get("Sec-WebSocket-Version"),
            REQUEST,
        ),
    ]
}

fn response_checks(head: &Response, handshake: &Handshake<'_>) -> Vec<Check> {
    let headers = &head.headers;
    let status = head.status.to_string();
    let mut checks = vec![check("status 101", head.status == 101, Some(status.as_bytes()), RESPONSE)];
    // A response that refuses needs none of the rest.
    if head.status == 101 {
        let accept = handshake.accept.received.map(|Text(value)| value);
        checks.extend([
            check(
                "Upgrade: websocket",
                headers.has_token("Upgrade", "websocket"),
                headers.get("Upgrade"),
                RESPONSE,
            ),
            check(
                "Connection: Upgrade",
                headers.has_token("Connection", "upgrade"),
                headers.get("Connection"),
                RESPONSE,
            ),
        ]);
        // Without the request nobody knows what follows from its key.
        if handshake.accept.valid.is_some() || accept.is_none() {
            let demand = "Sec-WebSocket-Accept that follows from the key";
            checks.push(check(demand, handshake.accept.valid == Some(true), accept, RESPONSE));
        }
    }
    checks
}
