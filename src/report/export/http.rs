//! Heads of HTTP as HAR 1.2 tells them.

use jiff::fmt::rfc2822;
use serde::Serialize;

use crate::http::{Headers, Request, Response};
use crate::record::{Ends, Handshake};

/// The media type of what has none, as Chromium names it.
const UNKNOWN_TYPE: &str = "x-unknown";

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HarRequest {
    method: String,
    url: String,
    http_version: String,
    headers: Vec<Pair>,
    query_string: Vec<Pair>,
    cookies: Vec<Pair>,
    headers_size: i64,
    body_size: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HarResponse {
    status: u16,
    status_text: String,
    http_version: String,
    headers: Vec<Pair>,
    cookies: Vec<SetCookie>,
    content: Body,
    #[serde(rename = "redirectURL")]
    redirect_url: String,
    headers_size: i64,
    body_size: i64,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Pair {
    name: String,
    value: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SetCookie {
    name: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    http_only: bool,
    secure: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    size: i64,
    mime_type: String,
}

impl HarRequest {
    pub(super) fn of(handshake: &Handshake<'_>) -> Self {
        let tls = handshake.tls.is_some();
        let Some(request) = handshake.request.map(|request| request.head) else {
            return Self::not_captured(handshake.ends, tls);
        };
        let Request { method, target, version, headers, span, body, .. } = request;
        let (method, target) = (text(method), text(target));
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let cookies = headers.all("Cookie").flat_map(|value| value.split(|byte| *byte == b';')).map(pair);
        Self {
            query_string: query
                .split('&')
                .filter(|part| !part.is_empty())
                .map(|part| pair(part.as_bytes()))
                .collect(),
            method,
            url: url(&target, headers, handshake.ends, tls),
            http_version: http_version(*version),
            headers: pairs(headers),
            cookies: cookies.collect(),
            headers_size: size(span.length),
            body_size: body.map_or(-1, size),
        }
    }

    /// Of a connection whose request is not in the capture.
    pub(super) fn not_captured(ends: Ends, tls: bool) -> Self {
        Self {
            method: "GET".to_owned(),
            url: url("/", &Headers::default(), ends, tls),
            http_version: http_version((1, 1)),
            headers: Vec::new(),
            query_string: Vec::new(),
            cookies: Vec::new(),
            headers_size: -1,
            body_size: -1,
        }
    }
}

impl HarResponse {
    /// Of a response; of one that is not there, with status 0, as browsers do.
    pub(super) fn of(response: Option<&Response>) -> Self {
        let Some(Response { version, status, reason, headers, span, .. }) = response else {
            return Self {
                status: 0,
                status_text: String::new(),
                http_version: String::new(),
                headers: Vec::new(),
                cookies: Vec::new(),
                content: Body { size: 0, mime_type: UNKNOWN_TYPE.to_owned() },
                redirect_url: String::new(),
                headers_size: -1,
                body_size: -1,
            };
        };
        let value = |name| headers.get(name).map(text);
        let announced = || value("Content-Length")?.parse().ok();
        let body = if *status == 101 { Some(0) } else { announced() };
        Self {
            status: *status,
            status_text: text(reason),
            http_version: http_version(*version),
            headers: pairs(headers),
            cookies: headers.all("Set-Cookie").map(set_cookie).collect(),
            content: Body {
                size: body.unwrap_or(0),
                mime_type: value("Content-Type").unwrap_or_else(|| UNKNOWN_TYPE.to_owned()),
            },
            redirect_url: value("Location").unwrap_or_default(),
            headers_size: size(span.length),
            body_size: body.unwrap_or(-1),
        }
    }
}

/// `ws://example.com/chat`: by the Host header, or the address of the server without one.
fn url(target: &str, headers: &Headers, ends: Ends, tls: bool) -> String {
    let scheme = if tls { "wss" } else { "ws" };
    // The absolute form, which proxies are sent (RFC 9112 §3.2.2).
    let absolute = target.split_once("://").filter(|(scheme, _)| !scheme.contains('/'));
    if let Some((_, rest)) = absolute {
        return format!("{scheme}://{rest}");
    }
    let host = headers.get("Host").map_or_else(|| ends.server.to_string(), text);
    format!("{scheme}://{host}{target}")
}

fn http_version((major, minor): (u8, u8)) -> String {
    format!("HTTP/{major}.{minor}")
}

fn pairs(headers: &Headers) -> Vec<Pair> {
    headers.iter().map(|header| Pair { name: text(header.name), value: text(header.value) }).collect()
}

/// `a=b`, or a name without a value.
fn pair(bytes: &[u8]) -> Pair {
    let text = text(bytes);
    let (name, value) = text.split_once('=').unwrap_or((&text, ""));
    Pair { name: name.trim().to_owned(), value: value.trim().to_owned() }
}

/// A Set-Cookie header (RFC 6265 §4.1.1).
fn set_cookie(value: &[u8]) -> SetCookie {
    let mut parts = value.split(|byte| *byte == b';').map(pair);
    let Pair { name, value } = parts.next().unwrap_or(Pair { name: String::new(), value: String::new() });
    let mut cookie =
        SetCookie { name, value, path: None, domain: None, expires: None, http_only: false, secure: false };
    for Pair { name, value } in parts {
        match name.to_ascii_lowercase().as_str() {
            "path" => cookie.path = Some(value),
            "domain" => cookie.domain = Some(value),
            "expires" => cookie.expires = date(&value),
            "httponly" => cookie.http_only = true,
            "secure" => cookie.secure = true,
            _ => {}
        }
    }
    cookie
}

/// A date of HTTP (RFC 9110 §5.6.7) as ISO 8601.
fn date(text: &str) -> Option<String> {
    let parsed = rfc2822::DateTimeParser::new().parse_zoned(text).ok()?;
    Some(parsed.timestamp().to_string())
}

/// A size, where -1 stands for an unknown one.
fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6265_4_1_1_attributes_of_a_cookie() {
        let cookie = set_cookie(
            b"id=a=b; Expires=Wed, 21 Oct 2015 07:28:00 GMT; path=/x; Domain=example.com; SECURE; HttpOnly; Max-Age=1",
        );
        let expected = SetCookie {
            name: "id".to_owned(),
            value: "a=b".to_owned(),
            path: Some("/x".to_owned()),
            domain: Some("example.com".to_owned()),
            expires: Some("2015-10-21T07:28:00Z".to_owned()),
            http_only: true,
            secure: true,
        };
        assert_eq!(cookie, expected);
        assert_eq!(set_cookie(b"").name, "");
        assert_eq!(set_cookie(b"a; expires=never").expires, None);
    }

    #[test]
    fn urls_have_the_scheme_of_the_transport() {
        let ends = Ends { client: "[::1]:5000".parse().unwrap(), server: "[::2]:443".parse().unwrap() };
        let none = Headers::default();
        assert_eq!(url("/chat?a=b", &none, ends, true), "wss://[::2]:443/chat?a=b");
        assert_eq!(url("http://example.com/a", &none, ends, false), "ws://example.com/a");
        assert_eq!(
            url("/x?u=http://example.com/", &none, ends, false),
            "ws://[::2]:443/x?u=http://example.com/"
        );
    }
}
