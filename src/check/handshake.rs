//! An opening handshake as a whole (RFC 6455 §4): which of its rules apply, and what came of it.

use super::{KeyMemory, Rule, Violation, refusal, registry, request, response, text::shown};
use crate::base::PerDirection;
use crate::http::{Request, Response};
use crate::record::Side;
use crate::websocket::{Wants, switched_to_websocket, wants_websocket};

/// A request and its final response, as far as there are both and the capture holds them.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The connection, Wireshark's `tcp.stream`.
    pub stream: u64,
    /// The request; `None` if it was not captured.
    pub request: Option<&'a Request>,
    /// The final response; `None` if none came or none was captured.
    pub response: Option<&'a Response>,
    /// The `Sec-WebSocket-Accept` that the first key of the request demands, if the caller knows it already.
    pub expected: Option<&'a str>,
    /// For each direction, whether the capture holds every byte of it from the request to the response (or to the
    /// end of the connection). Where bytes are missing, nobody knows which request a response answers.
    pub complete: PerDirection<bool>,
}

/// Judges a request once its final response has come, or cannot come any more. Ordinary HTTP passes in silence.
///
/// If the response makes the connection a WebSocket but is wrong in a way that obliges the client to fail it
/// (RFC 6455 §4.1), the rule it broke is returned.
pub fn judge(
    exchange: &Exchange<'_>,
    keys: &mut KeyMemory,
    out: &mut impl FnMut(Violation),
) -> Option<&'static Rule> {
    let Exchange { stream, request, response, expected, complete } = *exchange;
    let wants = request.map_or(Wants::No, wants_websocket);
    let accepted = response.is_some_and(|response| switched_to_websocket(request, response));
    let pair_is_certain = complete.client && complete.server;

    let mut refusable = Vec::new();
    if let Some(request) = request
        && (wants == Wants::Upgrade || wants == Wants::Traces && accepted && pair_is_certain)
    {
        refusable = request::judge(request, out);
        keys.judge(stream, request, out);
    }

    // An answer to a request that asks for nothing of the kind belongs to another one, which overtook it.
    let answered = request.filter(|_| pair_is_certain && wants != Wants::No);
    match (request, response) {
        (_, Some(response)) if accepted => {
            if let Some(request) = request.filter(|_| pair_is_certain) {
                accepted_invalid_request(request, response, wants, &refusable, out);
            }
            response::judge(answered, response, expected, out)
        }
        (_, Some(response)) => {
            if let Some(request) = answered {
                refusal::judge(request, wants, response, out);
            }
            None
        }
        (Some(request), None) if wants == Wants::Upgrade && complete.server => {
            out(unanswered(request));
            None
        }
        (_, None) => None,
    }
}

/// WS131 (§4.2.1).
fn accepted_invalid_request(
    request: &Request,
    response: &Response,
    wants: Wants,
    refusable: &[&'static Rule],
    out: &mut impl FnMut(Violation),
) {
    let text = if wants == Wants::No {
        format!(
            "the server answered {} {} with a 101 to WebSocket, though the request does not ask for it; \
             if a later request does, the 101 came ahead of the answers to earlier ones",
            shown(&request.method),
            shown(&request.target)
        )
    } else if refusable.is_empty() {
        return;
    } else {
        let rules: Vec<_> = refusable.iter().map(|rule| format!("{} {}", rule.code, rule.name)).collect();
        format!("the server answered 101 to a request that it had to refuse: {}", rules.join(", "))
    };
    let codes: Vec<_> = refusable.iter().map(|rule| rule.code).collect();
    let rule = &registry::ACCEPTED_INVALID_REQUEST;
    let mut violation =
        Violation::of_span(rule, Side::Server, &response.span, text).with("request_breaks", codes);
    violation.packets =
        [request.span.first.min(response.span.first), request.span.last.max(response.span.last)];
    out(violation);
}

/// WS133 (§4.2.2).
fn unanswered(request: &Request) -> Violation {
    let text = format!(
        "the handshake for {} got no HTTP response: the connection ended, or what the server sent is none",
        shown(&request.target)
    );
    let packets = [request.span.first, request.span.last];
    Violation::of_packets(&registry::HANDSHAKE_UNANSWERED, Side::Server, packets, text)
}
