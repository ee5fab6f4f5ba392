//! The request of an opening handshake (RFC 6455 §4.1).

use super::{Rule, Violation, deflate, head, registry, text};
use crate::base::Span;
use crate::http::{Header, Headers, Request};
use crate::record::Side;
use crate::websocket::{InvalidKey, decode_key, is_token};

/// What §4.2.1 tells a server to refuse. WS107 is not among them, since §4.2.2 frees the server from decoding the key.
static REFUSABLE: [&Rule; 11] = [
    &registry::REQUEST_NOT_GET,
    &registry::REQUEST_HTTP_VERSION,
    &registry::MISSING_HOST,
    &registry::MISSING_UPGRADE,
    &registry::MISSING_CONNECTION_UPGRADE,
    &registry::MISSING_KEY,
    &registry::REPEATED_KEY,
    &registry::MISSING_VERSION,
    &registry::UNSUPPORTED_VERSION,
    &registry::MALFORMED_EXTENSIONS,
    &registry::REPEATED_VERSION,
];

/// Judges an upgrade request by itself; returns the rules it broke for which a server has to refuse it.
pub(super) fn judge(request: &Request, out: &mut impl FnMut(Violation)) -> Vec<&'static Rule> {
    let mut judge = Judge { headers: &request.headers, span: &request.span, found: Vec::new() };
    judge.request_line(request);
    judge.host();
    judge.upgrade();
    judge.key();
    judge.version();
    judge.subprotocols();
    let Judge { mut found, .. } = judge;
    if request.headers.has("Sec-WebSocket-Extensions") {
        found.extend(head::extensions(Side::Client, &request.headers, &request.span));
        found.extend(deflate::parameters(Side::Client, &deflate::elements(&request.headers), &request.span));
    }
    found.extend(head::form(Side::Client, &request.oddities, &request.span));

    found.sort_by_key(|violation| violation.rule.code);
    let refusable =
        found.iter().map(|violation| violation.rule).filter(|rule| REFUSABLE.contains(rule)).collect();
    found.into_iter().for_each(out);
    refusable
}

struct Judge<'a> {
    headers: &'a Headers,
    span: &'a Span,
    found: Vec<Violation>,
}

impl<'a> Judge<'a> {
    /// WS101, WS102 (§4.1, items 1 and 2), WS114 (§3).
    fn request_line(&mut self, request: &Request) {
        if &*request.method != b"GET" {
            let text = format!("the method is {}, not GET", text::shown(&request.method));
            self.whole(&registry::REQUEST_NOT_GET, text);
        }
        if request.version < (1, 1) {
            let (major, minor) = request.version;
            let text =
                format!("the upgrade request is HTTP/{major}.{minor}; an upgrade needs HTTP/1.1 or higher");
            self.whole(&registry::REQUEST_HTTP_VERSION, text);
        }
        if request.target.contains(&b'#') {
            let text = format!("the target {} contains a fragment", text::shown(&request.target));
            self.whole(&registry::FRAGMENT_IN_TARGET, text);
        }
    }

    /// WS103 (§4.1, item 4), WS119 (RFC 9112 §3.2).
    fn host(&mut self) {
        if let Some((second, text)) = head::repeated(self.headers, "Host") {
            return self.field(&registry::REPEATED_HOST, second, text);
        }
        match self.headers.fields("Host").next() {
            None => self.whole(&registry::MISSING_HOST, "the upgrade request has no Host".into()),
            Some(host) if host.value.is_empty() => {
                self.field(&registry::MISSING_HOST, host, "Host is empty".into());
            }
            Some(_) => {}
        }
    }

    /// WS104, WS105 (§4.1, items 5 and 6).
    fn upgrade(&mut self) {
        for (rule, name, token) in [
            (&registry::MISSING_UPGRADE, "Upgrade", "websocket"),
            (&registry::MISSING_CONNECTION_UPGRADE, "Connection", "Upgrade"),
        ] {
            self.found.extend(head::without_token(
                rule,
                Side::Client,
                (self.headers, self.span),
                name,
                token,
            ));
        }
    }

    /// WS106, WS107 (§4.1, item 7), WS108 (§11.3.1).
    fn key(&mut self) {
        const NAME: &str = "Sec-WebSocket-Key";
        if let Some((second, text)) = head::repeated(self.headers, NAME) {
            self.field(&registry::REPEATED_KEY, second, text);
        } else if !self.headers.has(NAME) {
            self.whole(&registry::MISSING_KEY, "the upgrade request has no Sec-WebSocket-Key".into());
        }
        for key in self.headers.fields(NAME) {
            let why = match decode_key(key.value) {
                Ok(_) => continue,
                Err(InvalidKey::NotBase64) => "is not base64".into(),
                Err(InvalidKey::Length(length)) => format!("decodes to {length} bytes, not 16"),
            };
            let text = format!("Sec-WebSocket-Key {} {why}", text::shown(key.value));
            return self.field(&registry::INVALID_KEY, key, text);
        }
    }

    /// WS109, WS110 (§4.1, item 9), WS117 (§11.3.5).
    fn version(&mut self) {
        const NAME: &str = "Sec-WebSocket-Version";
        let Some(first) = self.headers.fields(NAME).next() else {
            let text = "the upgrade request has no Sec-WebSocket-Version";
            return self.whole(&registry::MISSING_VERSION, text.into());
        };
        if self.headers.all(NAME).all(|version| version != b"13") {
            let versions = text::shown_list(self.headers.all(NAME));
            let text = format!("Sec-WebSocket-Version is {versions}, not 13");
            self.field(&registry::UNSUPPORTED_VERSION, first, text);
        }
        if let Some((second, text)) = head::repeated(self.headers, NAME) {
            self.field(&registry::REPEATED_VERSION, second, text);
        }
    }

    /// WS112 (§4.1, item 10; the grammar is in §4.3).
    fn subprotocols(&mut self) {
        const NAME: &str = "Sec-WebSocket-Protocol";
        let Some(field) = self.headers.fields(NAME).next() else { return };
        let offered: Vec<_> = self.headers.tokens(NAME).collect();
        let invalid: Vec<_> = offered.iter().copied().filter(|name| !is_token(name)).collect();
        let repeated = repeated(&offered);
        let text = if offered.is_empty() {
            format!("{NAME} is there but names no subprotocol")
        } else if !invalid.is_empty() {
            format!("not a token among the offered subprotocols: {}", text::shown_list(invalid.into_iter()))
        } else if !repeated.is_empty() {
            format!("subprotocols offered more than once: {}", text::shown_list(repeated.into_iter()))
        } else {
            return;
        };
        self.field(&registry::INVALID_SUBPROTOCOL_OFFER, field, text);
    }

    fn whole(&mut self, rule: &'static Rule, text: String) {
        self.found.push(Violation::of_span(rule, Side::Client, self.span, text));
    }

    fn field(&mut self, rule: &'static Rule, header: Header<'_>, text: String) {
        let values: Vec<_> =
            self.headers.all(&String::from_utf8_lossy(header.name)).map(text::json).collect();
        let violation = Violation::of_header(rule, Side::Client, self.span, header, text);
        self.found.push(violation.with("values", values));
    }
}

/// Each name that stands there more than once, once.
fn repeated<'a>(names: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    let mut twice: Vec<_> =
        sorted.windows(2).filter(|pair| pair.first() == pair.last()).flatten().copied().collect();
    twice.dedup();
    twice
}
