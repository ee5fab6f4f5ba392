//! What a connection is made of just now, and the passing on of events when that changes.

use super::facts::Facts;
use super::scene::Scene;
use super::tls::Encrypted;
use super::{handshake, session};
use crate::base::{Budget, Direction, GapReason, Limits, PerDirection, Span, StreamEvent};
use crate::http::{Exchange, HttpEvent};
use crate::record::{Protocol, SidesKnownBy};
use crate::tls::is_tls;
use crate::websocket::{Demand, Session};

/// The stage that reads a connection's bytes.
#[derive(Debug)]
pub(super) enum Layer {
    /// Nothing yet, but what is missing before the first bytes.
    Start(Option<Box<Gaps>>),
    /// TLS, and what is inside of it.
    Tls(Box<Encrypted>),
    /// HTTP.
    Http(Box<Exchange>),
    /// Behind an accepted handshake.
    WebSocket(Box<Session>),
    /// Something else, left alone.
    Opaque,
}

/// What is missing in each direction.
type Gaps = PerDirection<Option<(Span, GapReason)>>;

/// CONNECT tunnels inside each other that are followed.
const TUNNELS: u8 = 4;

/// The stage that every connection begins with.
impl Default for Layer {
    fn default() -> Self {
        Layer::Start(None)
    }
}

impl Layer {
    /// HTTP.
    pub fn http(limits: &Limits) -> Self {
        Layer::Http(Box::new(Exchange::new(limits)))
    }

    /// What Wireshark would write in the Protocol column of a segment with payload.
    pub fn name(&self, facts: &Facts) -> &'static str {
        let tls = facts.tls.as_ref();
        match (self, facts.protocol) {
            (Layer::Tls(encrypted), _) if tls.is_some_and(|tls| tls.decrypted()) => {
                encrypted.inside().name(facts)
            }
            (Layer::Tls(_), _) | (_, Protocol::Tls) => tls.map_or("TLS", |tls| tls.protocol()),
            (Layer::WebSocket(_), Protocol::Websocket) => "WebSocket",
            (Layer::Http(_), Protocol::Http) => "HTTP",
            _ => "TCP",
        }
    }

    /// Fetches what most events touch.
    pub fn fetch(&self) {
        if let Layer::WebSocket(session) = self {
            session.fetch();
        }
    }

    /// Whatever comes is left alone.
    pub fn close(&mut self, held: &Budget) {
        self.replace(Some(Layer::Opaque), held);
    }

    /// There are more TLS secrets.
    pub fn keys_arrived(&mut self, scene: &mut Scene<'_, '_>) {
        if let Layer::Tls(encrypted) = self {
            encrypted.keys_arrived(scene);
        }
    }

    /// Whether TLS records wait that secrets could still open.
    pub fn waits_for_secrets(&self) -> bool {
        if let Layer::Tls(encrypted) = self { encrypted.waits_for_secrets() } else { false }
    }

    /// Takes the next event of one direction.
    pub fn push(&mut self, scene: &mut Scene<'_, '_>, direction: Direction, event: &StreamEvent<'_>) {
        match self {
            Layer::Start(_) => self.start(scene, direction, event),
            Layer::Tls(encrypted) => encrypted.push(scene, direction, event),
            Layer::Http(exchange) => {
                let mut next = None;
                let held = scene.held;
                exchange.push(direction, *event, held, &mut |event| http(scene, &mut next, event));
                self.replace(next, held);
            }
            Layer::WebSocket(frames) if overtaken(scene, frames, direction, event) => {
                scene.facts.http_lost = true;
                session::finish(frames, scene);
                *self = Layer::Opaque;
            }
            Layer::WebSocket(frames) => {
                session::push(frames, scene, direction, event);
                if scene.facts.websocket.is_none() && !is_told(scene) && !may_still_be(frames, event) {
                    session::finish(frames, scene);
                    *self = Layer::Opaque;
                }
            }
            Layer::Opaque => {}
        }
    }

    /// The connection is over.
    pub fn finish(&mut self, scene: &mut Scene<'_, '_>) {
        if let Layer::Start(_) = self {
            self.begin(scene, false);
        }
        if let Layer::Tls(encrypted) = self {
            return encrypted.finish(scene);
        }
        if let Layer::Http(exchange) = self {
            let mut next = None;
            let held = scene.held;
            exchange.finish(held, &mut |event| http(scene, &mut next, event));
            self.replace(next, held);
        }
        if let Layer::WebSocket(frames) = self {
            session::finish(frames, scene);
            session::judge_end(scene);
        }
    }

    /// Takes the first events, until the first bytes show what they are.
    fn start(&mut self, scene: &mut Scene<'_, '_>, direction: Direction, event: &StreamEvent<'_>) {
        match (&mut *self, event) {
            (Layer::Start(gaps), StreamEvent::Gap { span, why }) => {
                let gaps = gaps.get_or_insert_default();
                if gaps[direction].is_none() {
                    gaps[direction] = Some((*span, *why));
                    return;
                }
                self.begin(scene, false);
            }
            (_, StreamEvent::Data { bytes, .. }) => self.begin(scene, begins_tls(scene, bytes)),
            _ => self.begin(scene, false),
        }
        self.push(scene, direction, event);
    }

    /// The first bytes are here, or none will come.
    fn begin(&mut self, scene: &mut Scene<'_, '_>, tls: bool) {
        let first = if tls {
            Layer::Tls(Box::new(Encrypted::new(scene)))
        } else {
            Layer::http(scene.shared.limits())
        };
        let Layer::Start(Some(gaps)) = std::mem::replace(self, first) else { return };
        for direction in Direction::BOTH {
            if let Some((span, why)) = gaps[direction] {
                self.push(scene, direction, &StreamEvent::Gap { span, why });
            }
        }
    }

    fn replace(&mut self, next: Option<Layer>, held: &Budget) {
        let Some(next) = next else { return };
        if let Layer::Http(exchange) = self {
            exchange.release(held);
        }
        *self = next;
    }
}

/// Whether the first bytes are those of a TLS record. Of a connection whose beginning was captured, less than a header
/// will do, for no HTTP begins so.
fn begins_tls(scene: &Scene<'_, '_>, bytes: &[u8]) -> bool {
    let part_of_hello = matches!(bytes, [0x16] | [0x16, 3] | [0x16, 3, 0..=4] | [0x16, 3, 0..=4, _]);
    is_tls(bytes) || (part_of_hello && scene.facts.known_by != SidesKnownBy::Port)
}

/// Whether the server's first bytes behind a 101 are the answers to earlier requests, which the 101 overtook (some
/// servers do that). With its requests not captured, nobody can say where frames begin.
fn overtaken(scene: &Scene<'_, '_>, frames: &Session, direction: Direction, event: &StreamEvent<'_>) -> bool {
    let first = direction == Direction::ServerToClient && frames.frames() == 0;
    let response = matches!(event, StreamEvent::Data { bytes, .. } if bytes.starts_with(b"HTTP/1."));
    first && response && (scene.facts.unpaired || !scene.facts.nothing_missing())
}

/// Treats what HTTP says; `next` is the stage that follows it, once that is known.
fn http(scene: &mut Scene<'_, '_>, next: &mut Option<Layer>, event: HttpEvent<'_>) {
    match event {
        HttpEvent::Request(request) => handshake::request(scene, request),
        HttpEvent::Response { request, response, interim } => {
            handshake::response(scene, request, response, interim)
        }
        HttpEvent::Unanswered(request) => handshake::unanswered(scene, request),
        HttpEvent::Switched => *next = Some(switched(scene)),
        HttpEvent::Passed(direction, event) => {
            if let Some(layer) = next {
                layer.push(scene, direction, &event);
            }
        }
        HttpEvent::Lost(Direction::ClientToServer) => scene.facts.http_lost = true,
        // What the server said is known, and is no answer.
        HttpEvent::NotHttp(Direction::ServerToClient) => *next = Some(behind_http(scene)),
        HttpEvent::NotHttp(Direction::ClientToServer) | HttpEvent::Lost(Direction::ServerToClient) => {
            scene.facts.http_lost = true;
            *next = Some(behind_http(scene));
        }
        HttpEvent::LimitReached(name) => {
            scene.limit_reached(name, "HTTP is not followed any further on this connection");
            scene.facts.http_lost = true;
            *next = Some(Layer::Opaque);
        }
    }
}

/// The stage behind bytes that are not HTTP, or cannot be followed as HTTP.
///
/// Without a handshake they are WebSocket only if the capture may lack one, and frames are found by evidence; or if
/// the user says so.
fn behind_http(scene: &Scene<'_, '_>) -> Layer {
    let Facts { known_by, protocol, asked, .. } = &*scene.facts;
    let told = is_told(scene);
    let whole = scene.facts.nothing_missing();
    let began = *known_by == SidesKnownBy::Syn && whole;
    let demand = match protocol {
        _ if told => Demand::TOLD,
        _ if *asked && !whole => Demand::AFTER_LOSS,
        Protocol::Unknown | Protocol::Tls if !began => Demand::UNKNOWN_TRAFFIC,
        _ => return Layer::Opaque,
    };
    let sides_guessed = *known_by == SidesKnownBy::Port;
    Layer::WebSocket(Box::new(Session::without_handshake(scene.shared.wanted(), demand, sides_guessed)))
}

/// Whether the user says that the connection is WebSocket.
fn is_told(scene: &Scene<'_, '_>) -> bool {
    scene.shared.options.websocket_ports.iter().any(|port| scene.facts.ends.has_port(*port))
}

/// Bytes of unknown traffic that are searched for frames.
const SEARCHED: u64 = 256 << 10;

/// Whether unknown traffic may still turn out to be WebSocket: not if another protocol explains it.
fn may_still_be(session: &Session, event: &StreamEvent<'_>) -> bool {
    let explained = match event {
        // A record of TLS: its type, and a version from SSL 3.0 to TLS 1.3 (RFC 8446 §5.1).
        StreamEvent::Data { bytes: [0x14..=0x17, 0x03, 0x00..=0x04, ..], .. } => true,
        StreamEvent::Data { bytes, .. } => bytes.starts_with(b"SSH-") || bytes.starts_with(b"PRI * HTTP/2"),
        _ => false,
    };
    !explained && session.searched() <= SEARCHED
}

/// The stage behind a 101 or a CONNECT.
fn switched(scene: &mut Scene<'_, '_>) -> Layer {
    match &scene.facts.websocket {
        Some(websocket) => {
            Layer::WebSocket(Box::new(Session::new(websocket.negotiated, scene.shared.wanted())))
        }
        None if scene.facts.tunnel && scene.facts.tunnels < TUNNELS => {
            scene.facts.tunnels += 1;
            scene.facts.tunnel = false;
            Layer::default()
        }
        None if scene.facts.tunnel => {
            scene.limit_reached("tunnels", "CONNECT tunnels inside each other are not followed any deeper");
            Layer::Opaque
        }
        None => Layer::Opaque,
    }
}
