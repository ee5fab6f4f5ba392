//! What is judged alike in the head of a request and of a response.

use super::{Rule, Violation, registry, text};
use crate::base::Span;
use crate::http::{Header, Headers, Oddities};
use crate::record::Side;
use crate::websocket::extensions as read_extensions;

/// WS104, WS105, WS123, WS124: a field is missing, or its list lacks a token.
pub(super) fn without_token(
    rule: &'static Rule,
    side: Side,
    (headers, span): (&Headers, &Span),
    name: &'static str,
    token: &str,
) -> Option<Violation> {
    if headers.has_token(name, token) {
        return None;
    }
    let Some(header) = headers.fields(name).next() else {
        return Some(Violation::of_span(rule, side, span, format!("there is no {name} field")));
    };
    let values = text::shown_list(headers.all(name));
    let text = format!("{name} is {values}, which does not list {token}");
    Some(Violation::of_header(rule, side, span, header, text).with("value", text::json(header.value)))
}

/// The second of several fields of one name, and what to say of them.
pub(super) fn repeated<'a>(headers: &'a Headers, name: &str) -> Option<(Header<'a>, String)> {
    let second = headers.fields(name).nth(1)?;
    let values = text::shown_list(headers.all(name));
    Some((second, format!("{} {name} fields: {values}", headers.count(name))))
}

/// WS113 (§9.1).
pub(super) fn extensions(side: Side, headers: &Headers, span: &Span) -> Option<Violation> {
    const NAME: &str = "Sec-WebSocket-Extensions";
    let header = headers.fields(NAME).next()?;
    let malformed = read_extensions(headers).malformed?;
    let text = match &*malformed {
        [] => format!("{NAME} is there but names no extension"),
        bytes => format!("in {NAME}, {} does not follow the grammar", text::shown(bytes)),
    };
    let violation = Violation::of_header(&registry::MALFORMED_EXTENSIONS, side, span, header, text);
    Some(violation.with("malformed", text::json(&malformed)))
}

/// WS116 (RFC 9112 §2.2, §4, §5.1, §5.2): one finding for all that is odd about a head.
pub(super) fn form(side: Side, oddities: &Oddities, span: &Span) -> Option<Violation> {
    if *oddities == Oddities::default() {
        return None;
    }
    let Oddities {
        bare_lf,
        leading_empty_lines,
        folded,
        space_before_colon,
        no_space_after_status,
        line_without_colon,
    } = *oddities;
    let odd: Vec<_> = [
        (leading_empty_lines, "empty lines before the first line"),
        (bare_lf, "lines that end in LF without CR"),
        (no_space_after_status, "no space after the status code"),
        (folded, "a value folded over several lines"),
        (space_before_colon, "white space before a colon"),
        (line_without_colon, "a header line without a colon"),
    ]
    .into_iter()
    .filter_map(|(is_so, what)| is_so.then_some(what))
    .collect();
    let text = format!("the head has {}", odd.join(", "));
    Some(Violation::of_span(&registry::MALFORMED_HEAD, side, span, text).with("oddities", odd))
}
