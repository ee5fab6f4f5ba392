//! What HTTP says becomes records: upgrade requests, handshakes, connections that switch to something else.

use super::connection::WebSocketFacts;
use super::scene::Scene;
use crate::base::PerDirection;
use crate::check;
use crate::http::{Request, Response};
use crate::record::{
    Accept, Handshake, HandshakeRequest, HandshakeResponse, Outcome, Protocol, Record, RequestRow, Switched, Text,
};
use crate::websocket::{self, Negotiated, Wants};

/// A request head is complete.
pub(super) fn request(scene: &mut Scene<'_, '_>, head: &Request) {
    scene.learn_protocol(Protocol::Http);
    let Scene { facts, shared, .. } = scene;
    shared.row.head(facts, || start_line(&[&head.method, &head.target], Some(head.version)));
    if asks_for_change(head) {
        let place = scene.place(head.span.end);
        scene.tell(&Record::Request(RequestRow { place, ends: scene.facts.ends, head }));
    }
}

/// Whether a request wants the connection to become something else than HTTP.
fn asks_for_change(head: &Request) -> bool {
    *head.method == *b"CONNECT"
        || head.headers.get("Upgrade").is_some()
        || websocket::wants_websocket(head) != Wants::No
}

/// A response head is complete.
pub(super) fn response(scene: &mut Scene<'_, '_>, request: Option<&Request>, head: &Response, interim: bool) {
    scene.learn_protocol(Protocol::Http);
    let Scene { facts, shared, .. } = scene;
    shared.row.head(facts, || status_line(head));
    if interim {
        return;
    }
    let accepted = websocket::switched_to_websocket(request, head);
    let wanted = request.is_some_and(|request| websocket::wants_websocket(request) != Wants::No);
    if accepted || wanted && head.status != 101 {
        handshake(scene, request, Some(head), accepted);
    } else if head.status == 101 {
        let protocol = head.headers.get("Upgrade").unwrap_or(b"unknown");
        scene.facts.switched_to = Some(protocol.to_vec());
        switched(scene, head, protocol);
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
fn handshake(scene: &mut Scene<'_, '_>, request: Option<&Request>, response: Option<&Response>, accepted: bool) {
    scene.facts.handshake = true;
    let packet = response.map_or(scene.shared.packet, |response| response.span.end);
    let extensions = response.map(|response| websocket::extensions(&response.headers)).unwrap_or_default();
    let key = request.and_then(|request| request.headers.get("Sec-WebSocket-Key"));
    let place = scene.place(packet);
    scene.tell(&Record::Handshake(Handshake {
        place,
        ends: scene.facts.ends,
        request: request.map(|head| HandshakeRequest { packet: head.span.end, head }),
        response: response.map(|head| HandshakeResponse { packet: head.span.end, head }),
        key: key.map(Text),
        accept: accept(key, response),
        subprotocol: response.and_then(|head| head.headers.get("Sec-WebSocket-Protocol")).map(Text),
        extensions: &extensions.list,
        outcome: match response {
            _ if accepted => Outcome::Accepted,
            Some(_) => Outcome::Rejected,
            None => Outcome::Unanswered,
        },
    }));
    let _ = (check::handshake, WebSocketFacts::default, Negotiated::default, PerDirection::<bool>::default);
}

/// What the server proved (RFC 6455 §4.2.2).
fn accept<'a>(key: Option<&[u8]>, response: Option<&'a Response>) -> Accept<'a> {
    let received = response.and_then(|response| response.headers.get("Sec-WebSocket-Accept"));
    let expected = key.map(websocket::accept_for);
    let valid = received.zip(expected.as_ref()).map(|(received, expected)| received == expected.as_bytes());
    Accept { received: received.map(Text), expected, valid }
}

/// The first line of a request, for the packet list.
fn start_line(words: &[&[u8]], version: Option<(u8, u8)>) -> String {
    let _ = (words, version);
    String::new()
}

fn status_line(_: &Response) -> String {
    String::new()
}
