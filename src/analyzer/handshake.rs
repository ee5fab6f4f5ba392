//! What HTTP says becomes records: upgrade requests, handshakes, connections that switch to something else.

use super::facts::{WebSocketFacts, kept};
use super::scene::Scene;
use crate::base::{PacketId, PerDirection};
use crate::check::{self, Rule};
use crate::http::{Request, Response};
use crate::record::{
    Accept, Handshake, HandshakeRequest, HandshakeResponse, Head, Outcome, Protocol, Record, RequestRow,
    Switched, Text,
};
use crate::websocket::{self, Extensions, Negotiated, Wants};

/// A request head is complete.
pub(super) fn request(scene: &mut Scene<'_, '_>, head: &Request) {
    scene.learn_protocol(Protocol::Http);
    scene.facts.sides_by_handshake();
    let Scene { facts, shared, .. } = scene;
    shared.row.head(facts, head.span.length, || Head::Request(head.clone()));
    scene.facts.asked |= websocket::wants_websocket(head) == Wants::Upgrade;
    if head.asks_for_upgrade() {
        let place = scene.place(head.span.end);
        scene.tell(&Record::Request(RequestRow { place, ends: scene.facts.ends, head }));
    }
}

/// A response head is complete.
pub(super) fn response(scene: &mut Scene<'_, '_>, request: Option<&Request>, head: &Response, interim: bool) {
    scene.learn_protocol(Protocol::Http);
    scene.facts.sides_by_handshake();
    let Scene { facts, shared, .. } = scene;
    shared.row.head(facts, head.span.length, || Head::Response(head.clone()));
    if interim {
        return;
    }
    scene.facts.asked = false;
    let accepted = websocket::switched_to_websocket(request, head);
    scene.facts.unpaired = request.is_none();
    let wanted = request.is_some_and(|request| websocket::wants_websocket(request) != Wants::No);
    if accepted || wanted {
        handshake(scene, request, Some(head), accepted);
    }
    if accepted {
        return;
    }
    if head.status == 101 {
        let protocol = head.headers.get("Upgrade").unwrap_or(b"unknown");
        scene.facts.switched_to = Some(kept(protocol));
        if !wanted {
            switched(scene, head, protocol);
        }
    } else if request.is_some_and(|request| *request.method == *b"CONNECT") && head.status / 100 == 2 {
        scene.facts.tunnel = true;
        switched(scene, head, b"CONNECT");
    }
}

fn switched(scene: &mut Scene<'_, '_>, head: &Response, protocol: &[u8]) {
    let place = scene.place(head.span.end);
    let ends = scene.facts.ends;
    scene.tell(&Record::Switched(Switched { place, ends, span: head.span, head, protocol: Text(protocol) }));
}

/// A request will not be answered any more.
pub(super) fn unanswered(scene: &mut Scene<'_, '_>, head: &Request) {
    if websocket::wants_websocket(head) != Wants::No {
        handshake(scene, Some(head), None, false);
    }
}

/// Tells a handshake, and judges it.
fn handshake(
    scene: &mut Scene<'_, '_>,
    request: Option<&Request>,
    response: Option<&Response>,
    accepted: bool,
) {
    scene.facts.handshake = true;
    let packet = response.map_or(scene.facts.last, |response| response.span.end);
    let extensions = response.map(|response| websocket::extensions(&response.headers)).unwrap_or_default();
    let key = request.and_then(|request| request.headers.get("Sec-WebSocket-Key"));
    let expected = key.map(websocket::accept_for);
    let record = Handshake {
        place: scene.place(packet),
        ends: scene.facts.ends,
        tls: scene.facts.tls.as_ref().map(|tls| tls.record()),
        request: request.map(|head| HandshakeRequest { packet: head.span.end, head }),
        response: response.map(|head| HandshakeResponse { packet: head.span.end, head }),
        key: key.map(Text),
        accept: accept(response, expected.clone()),
        subprotocol: response.and_then(|head| head.headers.get("Sec-WebSocket-Protocol")).map(Text),
        extensions: &extensions.list,
        outcome: match response {
            _ if accepted => Some(Outcome::Accepted),
            Some(_) => Some(Outcome::Rejected),
            None => scene.facts.server_was_heard().then_some(Outcome::Unanswered),
        },
    };
    (scene.out)(&Record::Handshake(record));
    let invalid = judge(scene, packet, request, response, expected.as_deref());
    if let Some(head) = response.filter(|_| accepted) {
        accept_session(scene, request, head, &extensions, invalid);
    }
}

/// Tells what is wrong with a handshake; returns the rule that obliges the client to fail the connection.
fn judge(
    scene: &mut Scene<'_, '_>,
    packet: PacketId,
    request: Option<&Request>,
    response: Option<&Response>,
    expected: Option<&str>,
) -> Option<&'static Rule> {
    let (stream, complete) = (scene.facts.stream, scene.facts.complete());
    let exchange = check::handshake::Exchange { stream, request, response, expected, complete };
    let mut found = Vec::new();
    let invalid = scene
        .shared
        .member
        .keys(|keys| check::handshake::judge(&exchange, keys, &mut |violation| found.push(violation)));
    for violation in found {
        scene.find(packet, violation);
    }
    invalid
}

/// The connection becomes a WebSocket.
fn accept_session(
    scene: &mut Scene<'_, '_>,
    request: Option<&Request>,
    response: &Response,
    extensions: &Extensions,
    invalid: Option<&'static Rule>,
) {
    scene.learn_protocol(Protocol::Websocket);
    scene.facts.websocket = Some(WebSocketFacts {
        negotiated: Negotiated::new(extensions),
        request_known: request.is_some(),
        end_of_response: Some(response.span.end_offset()),
        invalid_response: invalid,
        client_began: false,
        lost: PerDirection::default(),
    });
    scene.facts.conduct.begins(PerDirection {
        client: request.map(|request| request.span.end_offset()),
        server: Some(response.span.end_offset()),
    });
    if invalid.is_some() {
        scene.facts.conduct.client_must_fail();
    }
    let unknown = extensions.list.iter().filter(|extension| !extension.is_known());
    let names = unknown.map(|extension| extension.name.as_bytes()).chain(extensions.unread());
    let names: Vec<&[u8]> = names.collect();
    if !names.is_empty() {
        scene.find(response.span.end, check::capture::extensions_not_understood(&names, &response.span));
    }
}

/// What the server proved (RFC 6455 §4.2.2).
fn accept(response: Option<&Response>, expected: Option<String>) -> Accept<'_> {
    let received = response.and_then(|response| response.headers.get("Sec-WebSocket-Accept"));
    let valid = received.zip(expected.as_ref()).map(|(received, expected)| received == expected.as_bytes());
    Accept { received: received.map(Text), expected, valid }
}
