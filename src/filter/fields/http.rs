//! `http.*`: requests and responses; above all the opening handshake.

use super::websocket::lossy;
use super::{Field, FieldType, Found};
use crate::filter::Value;
use crate::http::{Header, Headers, Request, Response};
use crate::record::{Head, Record};

pub(super) static FIELDS: &[Field] = &[
    Field::new(
        "http",
        FieldType::Protocol,
        "An HTTP request or response, or a packet with a part of one.",
        |record, found| is_http(record) && found(Value::Boolean(true)),
    )
    .differs("Wireshark has a head, and all of its fields, in the packet that ends its body."),
    header("http.accept", "Accept", "The Accept header (RFC 9110 §12.5.1)."),
    header("http.accept_encoding", "Accept-Encoding", "The Accept-Encoding header (RFC 9110 §12.5.3)."),
    header("http.accept_language", "Accept-Language", "The Accept-Language header (RFC 9110 §12.5.4)."),
    header("http.authorization", "Authorization", "The Authorization header (RFC 9110 §11.6.2)."),
    header("http.cache_control", "Cache-Control", "The Cache-Control header (RFC 9111 §5.2)."),
    header("http.connection", "Connection", "The Connection header (RFC 9110 §7.6.1)."),
    header("http.content_encoding", "Content-Encoding", "The Content-Encoding header (RFC 9110 §8.4)."),
    header("http.content_length_header", "Content-Length", "The Content-Length header (RFC 9110 §8.6)."),
    header("http.content_type", "Content-Type", "The Content-Type header (RFC 9110 §8.3)."),
    header("http.cookie", "Cookie", "The Cookie header (RFC 6265 §5.4)."),
    header("http.date", "Date", "The Date header (RFC 9110 §6.6.1)."),
    Field::keyed(
        "http.header",
        FieldType::Text,
        "Any header, by its name in any case: http.header[\"X-Request-Id\"]; without a name, all of them.",
        any_header,
    ),
    header("http.host", "Host", "The Host header (RFC 9110 §7.2)."),
    header("http.last_modified", "Last-Modified", "The Last-Modified header (RFC 9110 §8.8.2)."),
    header("http.location", "Location", "The Location header (RFC 9110 §10.2.2)."),
    header(
        "http.proxy_authenticate",
        "Proxy-Authenticate",
        "The Proxy-Authenticate header (RFC 9110 §11.7.1).",
    ),
    header(
        "http.proxy_authorization",
        "Proxy-Authorization",
        "The Proxy-Authorization header (RFC 9110 §11.7.2).",
    ),
    header("http.referer", "Referer", "The Referer header (RFC 9110 §10.1.3)."),
    Field::new(
        "http.request",
        FieldType::Boolean,
        "True for a request; a handshake has its request and its response.",
        |record, found| any_request(record, |_| found(Value::Boolean(true))),
    ),
    Field::new(
        "http.request.line",
        FieldType::Text,
        "A header line of a request, name and value, with its line end.",
        |record, found| any_request(record, |request| lines(&request.headers, found)),
    )
    .differs("There is one space behind the colon and CRLF at the end, whatever was sent."),
    Field::new(
        "http.request.method",
        FieldType::Text,
        "The method of a request (RFC 9110 §9).",
        |record, found| any_request(record, |request| lossy(&request.method, found)),
    ),
    Field::new(
        "http.request.uri",
        FieldType::Text,
        "What a request asks for, as written (RFC 9112 §3.2).",
        |record, found| any_request(record, |request| lossy(&request.target, found)),
    ),
    Field::new(
        "http.request.version",
        FieldType::Text,
        "The version in a request, \"HTTP/1.1\" (RFC 9112 §2.3).",
        |record, found| any_request(record, |request| version(request.version, found)),
    ),
    Field::new(
        "http.response",
        FieldType::Boolean,
        "True for a response; a handshake has its request and its response.",
        |record, found| any_response(record, |_| found(Value::Boolean(true))),
    ),
    Field::new(
        "http.response.code",
        FieldType::Unsigned { bits: 16 },
        "The status code of a response (RFC 9110 §15).",
        |record, found| any_response(record, |response| found(Value::Unsigned(response.status.into()))),
    ),
    Field::new(
        "http.response.line",
        FieldType::Text,
        "A header line of a response, name and value, with its line end.",
        |record, found| any_response(record, |response| lines(&response.headers, found)),
    )
    .differs("There is one space behind the colon and CRLF at the end, whatever was sent."),
    Field::new(
        "http.response.phrase",
        FieldType::Text,
        "The reason phrase of a response, if it has one (RFC 9112 §4).",
        |record, found| {
            any_response(record, |response| !response.reason.is_empty() && lossy(&response.reason, found))
        },
    ),
    Field::new(
        "http.response.version",
        FieldType::Text,
        "The version in a response, \"HTTP/1.1\" (RFC 9112 §2.3).",
        |record, found| any_response(record, |response| version(response.version, found)),
    ),
    header(
        "http.sec_websocket_accept",
        "Sec-WebSocket-Accept",
        "The Sec-WebSocket-Accept header (RFC 6455 §11.3.3).",
    ),
    header(
        "http.sec_websocket_extensions",
        "Sec-WebSocket-Extensions",
        "The Sec-WebSocket-Extensions header (RFC 6455 §11.3.2).",
    ),
    header("http.sec_websocket_key", "Sec-WebSocket-Key", "The Sec-WebSocket-Key header (RFC 6455 §11.3.1)."),
    header(
        "http.sec_websocket_protocol",
        "Sec-WebSocket-Protocol",
        "The Sec-WebSocket-Protocol header (RFC 6455 §11.3.4).",
    ),
    header(
        "http.sec_websocket_version",
        "Sec-WebSocket-Version",
        "The Sec-WebSocket-Version header (RFC 6455 §11.3.5).",
    ),
    header("http.server", "Server", "The Server header (RFC 9110 §10.2.4)."),
    header("http.set_cookie", "Set-Cookie", "The Set-Cookie header (RFC 6265 §4.1)."),
    header("http.transfer_encoding", "Transfer-Encoding", "The Transfer-Encoding header (RFC 9112 §6.1)."),
    header("http.upgrade", "Upgrade", "The Upgrade header (RFC 9110 §7.8)."),
    header("http.user_agent", "User-Agent", "The User-Agent header (RFC 9110 §10.1.5)."),
    header("http.www_authenticate", "WWW-Authenticate", "The WWW-Authenticate header (RFC 9110 §11.6.1)."),
    header("http.x_forwarded_for", "X-Forwarded-For", "The X-Forwarded-For header, which proxies add."),
];

fn is_http(record: &Record<'_>) -> bool {
    match record {
        Record::Request(_) | Record::Switched(_) | Record::Handshake(_) => true,
        Record::Packet(row) => row.protocol == "HTTP" || row.head_count > 0,
        _ => false,
    }
}

/// Whether `found` holds for one of the requests of a record.
fn any_request(record: &Record<'_>, mut found: impl FnMut(&Request) -> bool) -> bool {
    match record {
        Record::Request(row) => found(row.head),
        Record::Handshake(row) => row.request.is_some_and(|request| found(request.head)),
        Record::Packet(row) => row.heads.iter().any(|head| match head {
            Head::Request(request) => found(request),
            Head::Response(_) => false,
        }),
        _ => false,
    }
}

/// Whether `found` holds for one of the responses of a record.
fn any_response(record: &Record<'_>, mut found: impl FnMut(&Response) -> bool) -> bool {
    match record {
        Record::Switched(row) => found(row.head),
        Record::Handshake(row) => row.response.is_some_and(|response| found(response.head)),
        Record::Packet(row) => row.heads.iter().any(|head| match head {
            Head::Request(_) => false,
            Head::Response(response) => found(response),
        }),
        _ => false,
    }
}

/// Whether `found` holds for one of the header fields, of that name if there is one, of the heads of a record.
fn any_field(record: &Record<'_>, name: Option<&str>, mut found: impl FnMut(Header<'_>) -> bool) -> bool {
    let mut any = |headers: &Headers| match name {
        Some(name) => headers.fields(name).any(&mut found),
        None => headers.iter().any(&mut found),
    };
    any_request(record, |request| any(&request.headers))
        || any_response(record, |response| any(&response.headers))
}

/// The header of this name.
const fn header(name: &'static str, header: &'static str, meaning: &'static str) -> Field {
    Field::of_key(name, FieldType::Text, meaning, any_header, header)
}

fn any_header(record: &Record<'_>, name: Option<&str>, found: Found<'_>) -> bool {
    any_field(record, name, |field| lossy(field.value, found))
}

fn lines(headers: &Headers, found: Found<'_>) -> bool {
    headers.iter().any(|Header { name, value, .. }| {
        let line = [name, b": ", value, b"\r\n"].concat();
        lossy(&line, found)
    })
}

fn version((major, minor): (u8, u8), found: Found<'_>) -> bool {
    found(Value::Text(&format!("HTTP/{major}.{minor}")))
}
