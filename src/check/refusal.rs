//! A handshake that was answered with something other than a WebSocket 101: whether rightly, and probably why.

use super::{Violation, head, registry, text::json, text::shown};
use crate::http::{Request, Response};
use crate::record::Side;
use crate::websocket::Wants;

/// Judges the final response to a request that asked for WebSocket, or shows traces of it, and did not get it.
///
/// Such traces are what proxies leave of an upgrade: then the exchange is ordinary HTTP, and only the likely cause
/// is told.
pub(super) fn judge(request: &Request, wants: Wants, response: &Response, out: &mut impl FnMut(Violation)) {
    if wants == Wants::Upgrade {
        let found = [
            head::form(Side::Server, &response.oddities, &response.span),
            without_version(request, response),
            without_upgrade(request, response),
        ];
        found.into_iter().flatten().for_each(&mut *out);
    }
    out(rejected(request, wants, response));
}

/// WS130 (§4.2.2, item 4; §4.4).
fn without_version(request: &Request, response: &Response) -> Option<Violation> {
    const NAME: &str = "Sec-WebSocket-Version";
    let version = request.headers.get(NAME)?;
    let other = request.headers.fields(NAME).all(|field| field.value != b"13");
    let refused = matches!(response.status, 400 | 426) && response.headers.count(NAME) == 0;
    let text =
        format!("the server answered {} to version {} without {NAME}", response.status, shown(version));
    let rule = &registry::REFUSAL_WITHOUT_VERSION;
    (other && refused).then(|| Violation::of_span(rule, Side::Server, &response.span, text))
}

/// WS136 (RFC 9110 §15.5.22). A 426 to a request that asks for all that it could demand answers what a proxy made of it;
/// the field that the proxy has to remove from the request is gone from the answer too.
fn without_upgrade(request: &Request, response: &Response) -> Option<Violation> {
    let rule = &registry::UPGRADE_REQUIRED_WITHOUT_UPGRADE;
    let right = request.headers.fields("Sec-WebSocket-Version").all(|field| field.value == b"13");
    let missing = response.status == 426 && response.headers.count("Upgrade") == 0 && !right;
    missing.then(|| {
        Violation::of_span(rule, Side::Server, &response.span, "the 426 has no Upgrade field".into())
    })
}

/// WS132 (§4.2.2).
fn rejected(request: &Request, wants: Wants, response: &Response) -> Violation {
    let stripped = stripped(request, wants);
    let cause = if stripped.is_empty() {
        cause(request, response)
    } else {
        let missing = stripped.join(", ");
        format!("the request lacks {missing}; a proxy before this point probably removed the upgrade")
    };
    let text = format!(
        "the server answered the handshake for {} with {} {}: {cause}",
        shown(&request.target),
        response.status,
        shown(&response.reason)
    );
    Violation::of_span(&registry::HANDSHAKE_REJECTED, Side::Server, &response.span, text)
        .with("status", response.status)
        .with("reason", json(&response.reason))
        .with("target", json(&request.target))
        .with("stripped", stripped)
}

/// What a proxy that knows nothing of upgrades leaves away.
fn stripped(request: &Request, wants: Wants) -> Vec<&'static str> {
    let lacks = |name, token| wants != Wants::Upgrade && !request.headers.has_token(name, token);
    [
        (request.version < (1, 1), "HTTP/1.1"),
        (lacks("Upgrade", "websocket"), "Upgrade: websocket"),
        (lacks("Connection", "upgrade"), "Connection: Upgrade"),
    ]
    .into_iter()
    .filter_map(|(is_so, what)| is_so.then_some(what))
    .collect()
}

/// The likely cause, by the status.
fn cause(request: &Request, response: &Response) -> String {
    let value = |name| response.headers.get(name).map_or("nothing".into(), shown);
    let version = request.headers.get("Sec-WebSocket-Version");
    match response.status {
        101 => format!("it switched to {} instead", value("Upgrade")),
        200..=299 => "what answers at this path is an ordinary page, not a WebSocket endpoint".into(),
        300..=399 => format!("it redirects to {}; few WebSocket clients follow", value("Location")),
        400 | 426 if version.is_some_and(|version| version != b"13") => {
            format!("it does not accept the version asked for, and names {}", value("Sec-WebSocket-Version"))
        }
        400 => "the server finds the request invalid, or a proxy did not pass the upgrade on to it".into(),
        401 | 407 => "it demands authentication".into(),
        403 => match request.headers.get("Origin") {
            Some(origin) => format!("it does not allow the origin {}, or this user", shown(origin)),
            None => "access is denied; the request has no Origin, which some servers demand".into(),
        },
        404 | 410 => "there is no WebSocket endpoint at this path".into(),
        405 => format!("this path does not take the method {}", shown(&request.method)),
        426 => {
            "it demands what the request asks for; a proxy probably did not pass the upgrade on to it".into()
        }
        429 => "there were too many requests".into(),
        502 | 504 => "a proxy does not reach its backend, or gets no answer from it".into(),
        503 => "the service is overloaded or down".into(),
        505 => "it finds the HTTP version too old; a proxy probably speaks HTTP/1.0 to its backend".into(),
        500..=599 => "the server failed; its log should say why".into(),
        _ => "the status does not tell why".into(),
    }
}
