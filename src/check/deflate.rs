//! How permessage-deflate is offered and accepted (RFC 7692 §5, §7).
//!
//! A head may hold thousands of elements and parameters: each is looked at a fixed number of times, and each rule is
//! told once for a head.

use std::collections::HashSet;

use serde_json::Value;

use super::text::{json, shown, shown_list};
use super::{Rule, Violation, registry};
use crate::base::{PacketId, Span, Timestamp};
use crate::http::{Header, Headers};
use crate::record::Side;
use crate::websocket::{Extension, extensions_in, window_bits};

const SERVER_NO_CONTEXT_TAKEOVER: &str = "server_no_context_takeover";
const CLIENT_NO_CONTEXT_TAKEOVER: &str = "client_no_context_takeover";
const SERVER_MAX_WINDOW_BITS: &str = "server_max_window_bits";
const CLIENT_MAX_WINDOW_BITS: &str = "client_max_window_bits";

/// Extensions that compress messages, and so use RSV1 (RFC 7692 §6).
const OF_MESSAGES: [&str; 5] = [
    "permessage-deflate",
    "permessage-compress",
    "permessage-bzip2",
    "permessage-snappy",
    "permessage-brotli",
];

/// Extensions that compress frames, and use RSV1 too.
const OF_FRAMES: [&str; 2] = ["deflate-frame", "x-webkit-deflate-frame"];

/// Elements that a finding shows.
const ELEMENTS_SHOWN: usize = 8;

/// Reasons that a finding gives why no offer fits.
const REASONS_SHOWN: usize = 3;

/// One element of `Sec-WebSocket-Extensions`, and the field it stands in.
pub(super) struct Element<'a> {
    header: Header<'a>,
    extension: Extension,
}

/// The elements of a head that follow the grammar.
pub(super) fn elements(headers: &Headers) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    for header in headers.fields("Sec-WebSocket-Extensions") {
        let list = extensions_in(header.value).list;
        found.extend(list.into_iter().map(|extension| Element { header, extension }));
    }
    found
}

/// WS601, WS602, WS603 (§7, §7.1): the parameters of an offer, or of an answer, by themselves.
pub(super) fn parameters(side: Side, elements: &[Element<'_>], head: &Span) -> Vec<Violation> {
    let found: Vec<_> = deflates(elements).flat_map(|element| faults(side, element)).collect();
    [
        &registry::DEFLATE_PARAMETER_UNKNOWN,
        &registry::DEFLATE_PARAMETER_INVALID,
        &registry::DEFLATE_PARAMETER_REPEATED,
    ]
    .into_iter()
    .filter_map(|rule: &'static Rule| {
        let mut of_rule = found.iter().filter(|fault| fault.rule.code == rule.code);
        let first = of_rule.next()?;
        Some(first.violation(side, head, 1 + of_rule.count()))
    })
    .collect()
}

/// WS601, WS602, WS603 (§7, §7.1): an answer of which only the value of its `Sec-WebSocket-Extensions` is known.
pub fn agreed(value: &[u8]) -> Vec<Violation> {
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
    let header = Header { name: b"Sec-WebSocket-Extensions", value, offset: 0, length };
    let nowhere = PacketId { number: 0, time: Timestamp::default() };
    let head = Span::of(nowhere, 0, u64::from(length));
    parameters(Side::Server, &elements(&[header].into_iter().collect()), &head)
}

/// WS604 (§7.1), WS610 (§7): the answer against the offers, all of which must be known.
pub(super) fn answer(offered: &[Element<'_>], accepted: &[Element<'_>], head: &Span) -> Option<Violation> {
    let offers: Vec<_> = deflates(offered).collect();
    offers.first()?;
    // There are only a few dozen different terms, however many offers.
    let mut valid = Vec::new();
    for offer in offers.iter().filter(|offer| faults(Side::Client, offer).next().is_none()) {
        let terms = Terms::of(&offer.extension);
        if !valid.contains(&terms) {
            valid.push(terms);
        }
    }
    let fits = |answer: Terms| valid.iter().any(|offer| offer.mismatch(answer).is_none());
    let wrong = deflates(accepted).find(|element| !fits(Terms::of(&element.extension)))?;
    let violation = match valid.as_slice() {
        [] => invalid_offer(&offers, wrong, head),
        valid => mismatch(&offers, valid, wrong, head),
    };
    let offered: Vec<_> =
        offers.iter().take(ELEMENTS_SHOWN).map(|offer| json(offer.written().as_bytes())).collect();
    Some(violation.with("accepted", json(wrong.written().as_bytes())).with("offered", offered))
}

/// WS611 (§5): permessage-deflate, or another extension that compresses messages, beside one more that uses RSV1.
pub(super) fn conflict(accepted: &[Element<'_>], head: &Span) -> Option<Violation> {
    let claims =
        || accepted.iter().filter(|element| element.is_one_of(&OF_MESSAGES) || element.is_one_of(&OF_FRAMES));
    let of_messages = claims().any(|element| element.is_one_of(&OF_MESSAGES));
    let second = claims().nth(1).filter(|_| of_messages)?;
    let names = || claims().map(|element| element.extension.name.as_bytes());
    let text =
        format!("the server accepted {} extensions that use RSV1: {}", claims().count(), shown_list(names()));
    let violation = second.violation(&registry::CONFLICTING_EXTENSIONS, Side::Server, head, text);
    Some(violation.with("accepted", names().take(ELEMENTS_SHOWN).map(json).collect::<Vec<_>>()))
}

fn deflates<'a>(elements: &'a [Element<'a>]) -> impl Iterator<Item = &'a Element<'a>> {
    elements.iter().filter(|element| element.extension.is_known())
}

fn invalid_offer(offers: &[&Element<'_>], wrong: &Element<'_>, head: &Span) -> Violation {
    let mut broken: Vec<_> =
        offers.iter().flat_map(|offer| faults(Side::Client, offer)).map(|fault| fault.rule.code).collect();
    broken.sort_unstable();
    broken.dedup();
    let text = format!(
        "the server accepted {}, though it had to decline {}: {} broken",
        shown(wrong.written().as_bytes()),
        shown_offers(offers),
        broken.join(", ")
    );
    let violation = wrong.violation(&registry::ACCEPTED_INVALID_OFFER, Side::Server, head, text);
    violation.with("offer_breaks", broken)
}

fn mismatch(offers: &[&Element<'_>], valid: &[Terms], wrong: &Element<'_>, head: &Span) -> Violation {
    let terms = Terms::of(&wrong.extension);
    let why: Vec<_> = valid.iter().filter_map(|offer| offer.mismatch(terms)).take(REASONS_SHOWN).collect();
    let text = format!(
        "the server accepted {}, which does not fit {}: {}",
        shown(wrong.written().as_bytes()),
        shown_offers(offers),
        why.join("; ")
    );
    wrong.violation(&registry::DEFLATE_RESPONSE_MISMATCH, Side::Server, head, text)
}

fn shown_offers(offers: &[&Element<'_>]) -> String {
    let written: Vec<_> = offers.iter().take(ELEMENTS_SHOWN + 1).map(|offer| offer.written()).collect();
    let offer = if offers.len() == 1 { "the offer" } else { "the offers" };
    format!("{offer} {}", shown_list(written.iter().map(String::as_bytes)))
}

impl Element<'_> {
    fn is_one_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.extension.name.eq_ignore_ascii_case(name))
    }

    /// The element in its plain form.
    fn written(&self) -> String {
        let mut text = self.extension.name.clone();
        for (name, value) in &self.extension.params {
            text.extend(["; ", name]);
            if let Some(value) = value {
                text.extend(["=", value]);
            }
        }
        text
    }

    fn violation(&self, rule: &'static Rule, side: Side, head: &Span, text: String) -> Violation {
        Violation::of_header(rule, side, head, self.header, text)
    }
}

/// A parameter that breaks a rule.
struct Fault<'a> {
    rule: &'static Rule,
    element: &'a Element<'a>,
    name: &'a str,
    value: Option<&'a str>,
}

/// What is wrong with the parameters of an element.
fn faults<'a>(side: Side, element: &'a Element<'a>) -> impl Iterator<Item = Fault<'a>> {
    let mut seen = HashSet::new();
    element.extension.params.iter().flat_map(move |(name, value)| {
        let value = value.as_deref();
        let lower_case = name.to_ascii_lowercase();
        let by_itself = match lower_case.as_str() {
            SERVER_NO_CONTEXT_TAKEOVER | CLIENT_NO_CONTEXT_TAKEOVER => {
                value.is_some().then_some(&registry::DEFLATE_PARAMETER_INVALID)
            }
            CLIENT_MAX_WINDOW_BITS if value.is_none() && side == Side::Client => None,
            SERVER_MAX_WINDOW_BITS | CLIENT_MAX_WINDOW_BITS => {
                value.and_then(window_bits).is_none().then_some(&registry::DEFLATE_PARAMETER_INVALID)
            }
            _ => Some(&registry::DEFLATE_PARAMETER_UNKNOWN),
        };
        let repeated = (!seen.insert(lower_case)).then_some(&registry::DEFLATE_PARAMETER_REPEATED);
        [by_itself, repeated].into_iter().flatten().map(move |rule| Fault { rule, element, name, value })
    })
}

impl Fault<'_> {
    /// The violation, of which there are `count` in the head.
    fn violation(&self, side: Side, head: &Span, count: usize) -> Violation {
        let element = self.element.written();
        let more = if count > 1 {
            format!("; {count} of the kind in this head, and this is the first")
        } else {
            String::new()
        };
        let text = format!("{}, in {}{more}", self.what(), shown(element.as_bytes()));
        self.element
            .violation(self.rule, side, head, text)
            .with("element", json(element.as_bytes()))
            .with("parameter", json(self.name.as_bytes()))
            .with("value", self.value.map_or(Value::Null, |value| json(value.as_bytes())))
            .with("count", count)
    }

    fn what(&self) -> String {
        let name = shown(self.name.as_bytes());
        let takes_bits = self.name.to_ascii_lowercase().ends_with("_bits");
        if self.rule.code == registry::DEFLATE_PARAMETER_UNKNOWN.code {
            return format!("permessage-deflate has no parameter {name}");
        }
        if self.rule.code == registry::DEFLATE_PARAMETER_REPEATED.code {
            return format!("the parameter {name} stands there again");
        }
        match self.value.map(|value| shown(value.as_bytes())) {
            Some(value) if takes_bits => format!("{name} is {value}, which is not one of 8 to 15"),
            Some(value) => format!("{name} takes no value, and has {value}"),
            None => format!("{name} has no value"),
        }
    }
}

/// What an offer or an answer says of the parameters that bind the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Terms {
    server_no_context_takeover: bool,
    /// The least if the value is not valid, since that is told by itself.
    server_max_window_bits: Option<u8>,
    client_max_window_bits: bool,
}

impl Terms {
    fn of(extension: &Extension) -> Self {
        let bits = |value: Option<&str>| value.and_then(window_bits).unwrap_or(8);
        Self {
            server_no_context_takeover: extension.param(SERVER_NO_CONTEXT_TAKEOVER).is_some(),
            server_max_window_bits: extension.param(SERVER_MAX_WINDOW_BITS).map(bits),
            client_max_window_bits: extension.param(CLIENT_MAX_WINDOW_BITS).is_some(),
        }
    }

    /// Why `answer` does not accept this offer (§7.1.1.1, §7.1.2.1, §7.1.2.2).
    fn mismatch(self, answer: Self) -> Option<String> {
        if self.server_no_context_takeover && !answer.server_no_context_takeover {
            return Some(format!("{SERVER_NO_CONTEXT_TAKEOVER} is missing"));
        }
        if answer.client_max_window_bits && !self.client_max_window_bits {
            return Some(format!("{CLIENT_MAX_WINDOW_BITS} was not offered"));
        }
        match (self.server_max_window_bits?, answer.server_max_window_bits) {
            (offered, None) => Some(format!("{SERVER_MAX_WINDOW_BITS}={offered} is missing")),
            (offered, Some(bits)) => (bits > offered)
                .then(|| format!("{SERVER_MAX_WINDOW_BITS} is {bits}, more than the {offered} offered")),
        }
    }
}
