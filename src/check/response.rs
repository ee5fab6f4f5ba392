//! The 101 that accepts an opening handshake (RFC 6455 §4.2.2, and §4.1 for what the client makes of it).

use std::collections::HashSet;

use super::{Rule, Violation, deflate, head, registry, text};
use crate::base::Span;
use crate::http::{Header, Headers, Request, Response};
use crate::record::Side;
use crate::websocket::{Extensions, accept_for, extensions, is_token};

/// Judges a 101 to WebSocket. `request` is the one it certainly answers; without it, nothing is said about what
/// follows from the request.
///
/// `expected` is the `Sec-WebSocket-Accept` that its first key demands, if that is known already.
///
/// Returns the first broken rule that obliges the client to fail the connection.
pub(super) fn judge(
    request: Option<&Request>,
    response: &Response,
    expected: Option<&str>,
    out: &mut impl FnMut(Violation),
) -> Option<&'static Rule> {
    let (headers, span) = (&response.headers, &response.span);
    let mut judge = Judge { headers, span, found: Vec::new(), must_fail: Vec::new() };
    judge.upgrade();
    judge.accept(request, expected);
    judge.subprotocol(request);
    judge.extensions(request);
    judge.deflate(request);
    judge.http(request, response);
    let Judge { mut found, mut must_fail, .. } = judge;
    found.extend(head::form(Side::Server, &response.oddities, span));

    found.sort_by_key(|violation| violation.rule.code);
    must_fail.sort_by_key(|rule| rule.code);
    found.into_iter().for_each(out);
    must_fail.first().copied()
}

struct Judge<'a> {
    headers: &'a Headers,
    span: &'a Span,
    found: Vec<Violation>,
    /// The broken rules that oblige the client to fail the connection.
    must_fail: Vec<&'static Rule>,
}

impl<'a> Judge<'a> {
    /// WS123, WS124 (§4.2.2, item 5; §4.1, items 2 and 3).
    fn upgrade(&mut self) {
        let (rule, head) = (&registry::RESPONSE_MISSING_UPGRADE, (self.headers, self.span));
        let missing = head::without_token(rule, Side::Server, head, "Upgrade", "websocket");
        self.found.extend(missing.or_else(|| self.switched_to_more()));
        let rule = &registry::RESPONSE_MISSING_CONNECTION_UPGRADE;
        self.found.extend(head::without_token(rule, Side::Server, head, "Connection", "Upgrade"));
        self.must_fail.extend(self.found.iter().map(|violation| violation.rule));
    }

    /// WS123: the client takes no other value than `websocket`.
    fn switched_to_more(&self) -> Option<Violation> {
        let other = self.headers.tokens("Upgrade").find(|name| !name.eq_ignore_ascii_case(b"websocket"))?;
        let header = self.headers.fields("Upgrade").next()?;
        let text = format!("Upgrade names {} beside websocket", text::shown(other));
        Some(self.of_field(&registry::RESPONSE_MISSING_UPGRADE, header, text))
    }

    /// WS120, WS121 (§4.2.2, item 5; §4.1, item 4), WS122 (§11.3.3).
    fn accept(&mut self, request: Option<&Request>, expected: Option<&str>) {
        const NAME: &str = "Sec-WebSocket-Accept";
        const KEY: &str = "Sec-WebSocket-Key";
        let Some(first) = self.headers.fields(NAME).next() else {
            return self
                .fatal(self.of_head(&registry::MISSING_ACCEPT, "there is no Sec-WebSocket-Accept field"));
        };
        let repeated = head::repeated(self.headers, NAME);
        if repeated.is_none() && expected.is_some_and(|expected| expected.as_bytes() == first.value) {
            return;
        }
        if let Some((second, text)) = repeated {
            self.found.push(self.of_field(&registry::REPEATED_ACCEPT, second, text));
        }
        let Some(request) = request else { return };
        let Some(key) = request.headers.get(KEY) else { return };
        let expected: Vec<_> = request.headers.all(KEY).map(accept_for).collect();
        let is_right = |accept: &'a [u8]| expected.iter().any(|right| right.as_bytes() == accept);
        if !self.headers.all(NAME).any(is_right) {
            let text = format!(
                "Sec-WebSocket-Accept is {}, and the key {} demands {}",
                text::shown(first.value),
                text::shown(key),
                text::shown_list(expected.iter().map(|right| right.as_bytes()))
            );
            let violation = self.of_field(&registry::WRONG_ACCEPT, first, text);
            self.fatal(
                violation
                    .with("received", text::json(first.value))
                    .with("expected", expected)
                    .with("key", text::json(key)),
            );
        } else if !self.headers.all(NAME).all(is_right) {
            self.must_fail.push(&registry::REPEATED_ACCEPT);
        }
    }

    /// WS125, WS135 (§4.2.2, item 5; §4.1, item 6), WS126 (§11.3.4).
    fn subprotocol(&mut self, request: Option<&Request>) {
        const NAME: &str = "Sec-WebSocket-Protocol";
        if let Some((second, text)) = head::repeated(self.headers, NAME) {
            self.found.push(self.of_field(&registry::REPEATED_SUBPROTOCOL, second, text));
        }
        if let Some(header) = self.headers.fields(NAME).find(|header| !is_token(header.value)) {
            let text = format!("{NAME} is {}, which is not one subprotocol", text::shown(header.value));
            return self.fatal(self.of_field(&registry::INVALID_SUBPROTOCOL_ANSWER, header, text));
        }
        let Some(request) = request else { return };
        if !self.headers.has(NAME) {
            return;
        }
        let offered: Vec<_> = request.headers.tokens(NAME).collect();
        if let Some(header) = self.headers.fields(NAME).find(|header| !offered.contains(&header.value)) {
            let offer = match offered.as_slice() {
                [] => "no subprotocol".into(),
                names => text::shown_list(names.iter().copied()),
            };
            let text = format!("the server chose {}; the client offered {offer}", text::shown(header.value));
            let violation = self.of_field(&registry::SUBPROTOCOL_NOT_OFFERED, header, text);
            let offered: Vec<_> = offered.into_iter().map(text::json).collect();
            self.fatal(violation.with("chosen", text::json(header.value)).with("offered", offered));
        }
    }

    /// WS113, WS127 (§9.1; §4.1, item 5), WS134 (§11.3.2).
    fn extensions(&mut self, request: Option<&Request>) {
        const NAME: &str = "Sec-WebSocket-Extensions";
        let Some(first) = self.headers.fields(NAME).next() else { return };
        if let Some((second, text)) = head::repeated(self.headers, NAME) {
            self.found.push(self.of_field(&registry::REPEATED_EXTENSIONS_HEADER, second, text));
        }
        if let Some(violation) = head::extensions(Side::Server, self.headers, self.span) {
            self.fatal(violation);
        }
        // What could not be read of an offer may be what was accepted.
        let offers = request.map(|request| extensions(&request.headers));
        let Some(Extensions { list: offered, malformed: None }) = offers else { return };
        // Both lists can have thousands of elements.
        let in_lower_case: HashSet<_> = offered.iter().map(|offer| offer.name.to_ascii_lowercase()).collect();
        let is_offered = |name: &str| in_lower_case.contains(&name.to_ascii_lowercase());
        let accepted = extensions(self.headers).list;
        if let Some(extra) = accepted.iter().find(|extension| !is_offered(&extension.name)) {
            let names: Vec<_> = offered.iter().map(|offer| offer.name.as_str()).collect();
            let offer = match names.as_slice() {
                [] => "no extension".into(),
                names => text::shown_list(names.iter().map(|name| name.as_bytes())),
            };
            let text = format!(
                "the server accepted {}; the client offered {offer}",
                text::shown(extra.name.as_bytes())
            );
            let violation = self.of_field(&registry::EXTENSION_NOT_OFFERED, first, text);
            self.fatal(violation.with("accepted", extra.name.as_str()).with("offered", names));
        }
    }

    /// WS601 to WS604, WS610, WS611 (RFC 7692 §5, §7).
    fn deflate(&mut self, request: Option<&Request>) {
        if !self.headers.has("Sec-WebSocket-Extensions") {
            return;
        }
        let accepted = deflate::elements(self.headers);
        for violation in deflate::parameters(Side::Server, &accepted, self.span) {
            self.fatal(violation);
        }
        if let Some(violation) = deflate::conflict(&accepted, self.span) {
            self.fatal(violation);
        }
        // What could not be read of an offer may be what was accepted.
        if let Some(request) = request.filter(|request| extensions(&request.headers).malformed.is_none()) {
            let offered = deflate::elements(&request.headers);
            self.found.extend(deflate::answer(&offered, &accepted, self.span));
        }
    }

    /// WS128 (RFC 9110 §15.2), WS129 (RFC 9110 §8.6, RFC 9112 §6.1).
    fn http(&mut self, request: Option<&Request>, response: &Response) {
        let old = |(major, minor): (u8, u8)| format!("HTTP/{major}.{minor}");
        if response.version < (1, 1) {
            let text = format!("the 101 is an {} response", old(response.version));
            self.found.push(self.of_head(&registry::RESPONSE_HTTP_VERSION, &text));
        } else if let Some(request) = request.filter(|request| request.version < (1, 1)) {
            let text = format!("the 101 answers an {} request", old(request.version));
            self.found.push(self.of_head(&registry::RESPONSE_HTTP_VERSION, &text));
        }
        for name in ["Content-Length", "Transfer-Encoding"] {
            if let Some(header) = self.headers.fields(name).next() {
                let text = format!("the 101 has {name}: {}", text::shown(header.value));
                self.found.push(self.of_field(&registry::BODY_HEADER_IN_101, header, text));
            }
        }
    }

    fn of_head(&self, rule: &'static Rule, text: &str) -> Violation {
        Violation::of_span(rule, Side::Server, self.span, text.into())
    }

    fn of_field(&self, rule: &'static Rule, header: Header<'_>, text: String) -> Violation {
        Violation::of_header(rule, Side::Server, self.span, header, text)
    }

    fn fatal(&mut self, violation: Violation) {
        self.must_fail.push(violation.rule);
        self.found.push(violation);
    }
}
