//! One connection: what is known of it, from its first segment to its last.

use super::layer::Layer;
use super::scene::{Means, Scene, Shared};
use super::tally::Tally;
use super::tls::TlsFacts;
use super::{Out, Rows};
use crate::base::{Direction, GapReason, PacketId, PerDirection, Span, StreamEvent, Timestamp};
use crate::check::conduct::Conduct;
use crate::check::{self, Rule, Violation};
use crate::http::{self, Speaks};
use crate::record::{
    Close, Connection as ConnectionRecord, EndedBy, Ends, Opened as OpenedRecord, Place, Protocol, Record,
    SidesKnownBy, Text,
};
use crate::tcp::{Bound, CloseReason, Closed, Conflict, Opened, SegmentNote};

use crate::websocket::Negotiated;

/// Bytes kept, until the end of a connection, of a text that was said in it; no control frame may carry more
/// (RFC 6455 §5.5). No budget counts them, and a capture can have many connections.
const KEPT: usize = 125;

/// A connection that is being followed.
#[derive(Debug)]
pub(super) struct Connection {
    facts: Facts,
    layer: Layer,
}

/// What is known of a connection, whatever it is made of just now.
#[derive(Debug)]
pub(super) struct Facts {
    pub stream: u64,
    pub ends: Ends,
    /// TCP's client is the server: the handshake has shown that its guess was wrong.
    turned: bool,
    pub known_by: SidesKnownBy,
    opened: PacketId,
    /// Its last packet so far.
    pub last: PacketId,
    /// The row about its beginning is out.
    announced: bool,
    pub protocol: Protocol,
    /// What it is encrypted with.
    pub tls: Option<Box<TlsFacts>>,
    /// What a 101 switched to, if that is not WebSocket; [`kept`].
    pub switched_to: Option<Vec<u8>>,
    /// A CONNECT was accepted, and its tunnel has not begun.
    pub tunnel: bool,
    /// Tunnels inside each other so far.
    pub tunnels: u8,
    /// What the accepted handshake agreed on.
    pub websocket: Option<WebSocketFacts>,
    /// An opening handshake was seen, whatever became of it.
    pub handshake: bool,
    /// A request asked for WebSocket, and its response has not been told.
    pub asked: bool,
    /// Gaps from the time when it was not known what the connection carries; of very many, the first.
    untold: Vec<(PacketId, Violation)>,
    /// The last response answered a request that was not captured.
    pub unpaired: bool,
    /// HTTP could not be followed to its end.
    pub http_lost: bool,
    /// That a retransmission contradicted the first copy has been told.
    conflicted: bool,
    /// That payload was shortened by a cap has been told.
    pub shortened: bool,
    /// That a compressed message was not inflated because of a cap, or not all of it, has been told.
    pub not_inflated: bool,
    /// Whether any segment of the direction was captured; settled when the connection ends.
    seen: PerDirection<bool>,
    /// The connection is over, and nobody has seen how it ended: more may have been said than was captured.
    cut_off: bool,
    pub frames: u64,
    pub messages: u64,
    pub payload_bytes: PerDirection<u64>,
    missing_bytes: PerDirection<u64>,
    pub findings: Tally,
    /// The first Close frame: its code and reason ([`kept`]), and who sent it.
    pub close: Option<(Option<u16>, Option<Vec<u8>>, Direction)>,
    /// Who has sent a Close frame.
    pub closing: PerDirection<bool>,
    /// What has to be remembered of its frames in order to judge the next ones.
    pub conduct: Conduct,
}

/// What is known of an accepted handshake when the frames come.
#[derive(Debug, Clone, Copy)]
pub(super) struct WebSocketFacts {
    pub negotiated: Negotiated,
    /// The request was captured, so that it is known where the client's frames begin.
    pub request_known: bool,
    /// The offset behind the 101 in the server's stream; `None` if that was not captured.
    pub end_of_response: Option<u64>,
    /// The rule by which the response obliged the client to fail the connection (RFC 6455 §4.1), until it is told
    /// that it went on.
    pub invalid_response: Option<&'static Rule>,
    /// The client's first frame has come.
    pub client_began: bool,
    /// Where the next frame of the direction begins is not known since bytes were lost.
    pub lost: PerDirection<bool>,
}

/// Gaps of unknown traffic that are remembered until it turns out to be of interest.
const UNTOLD: usize = 16;

impl WebSocketFacts {
    /// If the handshake was not captured.
    pub const NOT_CAPTURED: WebSocketFacts = WebSocketFacts {
        negotiated: Negotiated::NOT_CAPTURED,
        request_known: true,
        end_of_response: None,
        invalid_response: None,
        client_began: false,
        lost: PerDirection { client: false, server: false },
    };
}

impl Facts {
    fn new(opened: &Opened) -> Self {
        Self {
            stream: opened.stream,
            ends: Ends { client: opened.client, server: opened.server },
            turned: false,
            known_by: if opened.by_syn { SidesKnownBy::Syn } else { SidesKnownBy::Port },
            opened: opened.packet,
            last: opened.packet,
            announced: false,
            protocol: Protocol::Unknown,
            tls: None,
            switched_to: None,
            tunnel: false,
            tunnels: 0,
            websocket: None,
            handshake: false,
            asked: false,
            untold: Vec::new(),
            unpaired: false,
            http_lost: false,
            conflicted: false,
            shortened: false,
            not_inflated: false,
            seen: PerDirection { client: true, server: true },
            cut_off: false,
            frames: 0,
            messages: 0,
            payload_bytes: PerDirection::default(),
            missing_bytes: PerDirection::default(),
            findings: Tally::default(),
            close: None,
            closing: PerDirection::default(),
            conduct: Conduct::default(),
        }
    }

    /// A direction as TCP names it, as the analysis does.
    pub fn turn(&self, direction: Direction) -> Direction {
        if self.turned { direction.reverse() } else { direction }
    }

    /// Who speaks first in HTTP is the client, whatever the ports say.
    fn learn_sides(&mut self, direction: Direction, bytes: &[u8]) {
        if self.known_by != SidesKnownBy::Port {
            return;
        }
        let is_client = direction == Direction::ClientToServer;
        if let Some(is_client_hello) = client_hello(bytes) {
            if is_client_hello != is_client {
                self.turn_round();
            }
            self.known_by = SidesKnownBy::Handshake;
            return;
        }
        let speaks_as_client = match http::speaks(bytes) {
            Speaks::Request => true,
            Speaks::Response => false,
            // Too short to tell, but no beginning of a response: at most a request.
            Speaks::Undecided => !b"HTTP/".starts_with(bytes),
            Speaks::Neither => return,
        };
        if speaks_as_client != is_client {
            self.turn_round();
        }
    }

    /// HTTP has shown who the client is, if the SYN has not.
    pub fn sides_by_handshake(&mut self) {
        if self.known_by == SidesKnownBy::Port {
            self.known_by = SidesKnownBy::Handshake;
        }
    }

    /// The client is the server, and the other way round.
    pub fn turn_round(&mut self) {
        self.turned = !self.turned;
        self.ends = Ends { client: self.ends.server, server: self.ends.client };
    }

    /// Whether both directions were captured, and no bytes of them are known to be missing.
    pub fn nothing_missing(&self) -> bool {
        let PerDirection { client, server } = self.captured();
        client && server
    }

    /// Whether the capture holds what the server said, if it said anything.
    pub fn server_was_heard(&self) -> bool {
        self.captured().server && !self.http_lost
    }

    /// For each direction, whether it was captured, could be read, and no bytes of it are known to be missing.
    pub fn captured(&self) -> PerDirection<bool> {
        let unread = self.tls.as_ref().map(|tls| tls.unread).unwrap_or_default();
        let captured = |from| self.seen[from] && self.missing_bytes[from] == 0 && !unread[from];
        PerDirection {
            client: captured(Direction::ClientToServer),
            server: captured(Direction::ServerToClient),
        }
    }

    /// For each direction, whether the capture holds all that there was of it.
    pub fn complete(&self) -> PerDirection<bool> {
        let followed = !self.http_lost && !self.cut_off;
        let PerDirection { client, server } = self.captured();
        PerDirection { client: followed && client, server: followed && server }
    }

    fn ended_by(&self, why: CloseReason) -> EndedBy {
        match why {
            _ if self.closing.client && self.closing.server => EndedBy::CloseHandshake,
            CloseReason::Fin => EndedBy::Fin,
            CloseReason::Reset(_) => EndedBy::Reset,
            CloseReason::Open => EndedBy::Open,
            CloseReason::Evicted => EndedBy::Evicted,
            CloseReason::PortReuse => EndedBy::PortReuse,
        }
    }
}

/// Whether bytes begin with the hello of a TLS client, or that of a server; `None` if with neither (RFC 8446 §4, §5.1).
fn client_hello(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0x16, 3, 0..=4, _, _, 1, ..] => Some(true),
        [0x16, 3, 0..=4, _, _, 2, ..] => Some(false),
        _ => None,
    }
}

/// What is kept of a text until the end of its connection; no character is cut in two.
pub(super) fn kept(text: &[u8]) -> Vec<u8> {
    let head = text.get(..KEPT).unwrap_or(text);
    match std::str::from_utf8(head) {
        Err(error) if head.len() < text.len() && error.error_len().is_none() => {
            head.get(..error.valid_up_to()).unwrap_or(head).to_vec()
        }
        _ => head.to_vec(),
    }
}

impl Connection {
    pub fn new(opened: &Opened) -> Self {
        Self { facts: Facts::new(opened), layer: Layer::default() }
    }

    /// A segment of the connection begins the row of its packet.
    pub fn segment(&mut self, note: &SegmentNote, shared: &mut Shared) {
        self.facts.last = note.packet;
        if shared.options.rows != Rows::Packets {
            return;
        }
        let place = shared.place(self.facts.stream, note.packet);
        let protocol = self.layer.name(&self.facts);
        let length = shared.packet_length();
        shared.row.begin(place, &self.facts, note, length, protocol);
    }

    /// The three-way handshake is complete.
    pub fn established(&mut self, syn: PacketId, ack: PacketId, shared: &Shared, out: Out<'_>) {
        self.announce(ack, Some(ack.time.nanos_since(syn.time)), shared, out);
    }

    fn announce(&mut self, packet: PacketId, handshake_nanos: Option<i64>, shared: &Shared, out: Out<'_>) {
        if std::mem::replace(&mut self.facts.announced, true) {
            return;
        }
        let place = shared.place(self.facts.stream, packet);
        out(&Record::Opened(OpenedRecord { place, ends: self.facts.ends, handshake_nanos }));
    }

    /// The next thing in one direction, as TCP names it.
    pub fn stream(
        &mut self,
        direction: Direction,
        event: &StreamEvent<'_>,
        means: Means<'_>,
        shared: &mut Shared,
        out: Out<'_>,
    ) {
        if let StreamEvent::Data { bytes, .. } = event {
            let direction = self.facts.turn(direction);
            self.facts.learn_sides(direction, bytes);
            self.announce(self.facts.opened, None, shared, out);
        }
        let direction = self.facts.turn(direction);
        let Self { facts, layer } = self;
        let mut scene = Scene::new(facts, means, shared, out);
        if let StreamEvent::Gap { span, why } = event {
            scene.facts.missing_bytes[direction] += span.length;
            if !matches!(layer, Layer::Opaque) {
                scene.missing(direction, span, *why);
            }
        }
        layer.push(&mut scene, direction, event);
    }

    /// Whether it has begun to wait for TLS secrets; told once, until they come.
    pub fn waits_for_keys(&mut self) -> bool {
        self.facts.tls.as_mut().is_some_and(|tls| tls.waits && !std::mem::replace(&mut tls.listed, true))
    }

    /// There are more TLS secrets: goes on if it has waited for them; whether it still waits.
    pub fn keys_arrived(&mut self, means: Means<'_>, shared: &mut Shared, out: Out<'_>) -> bool {
        let Self { facts, layer } = self;
        layer.keys_arrived(&mut Scene::new(facts, means, shared, out));
        facts.tls.as_mut().is_some_and(|tls| {
            tls.listed = tls.waits;
            tls.waits
        })
    }

    /// The same bytes came twice with different content; told once a connection.
    pub fn conflict(
        &mut self,
        direction: Direction,
        conflict: &Conflict<'_>,
        means: Means<'_>,
        shared: &mut Shared,
        out: Out<'_>,
    ) {
        if !std::mem::replace(&mut self.facts.conflicted, true) {
            let direction = self.facts.turn(direction);
            let Conflict { span, first, kept, refused } = *conflict;
            let violation =
                check::capture::conflicting_retransmission(direction, &span, first, kept, refused);
            Scene::new(&mut self.facts, means, shared, out).find(span.end, violation);
        }
    }

    /// A bound of TCP acted.
    pub fn limit_reached(&mut self, bound: Bound, means: Means<'_>, shared: &mut Shared, out: Out<'_>) {
        let (limit, left_out) = match bound {
            Bound::Connections => ("connections", "this connection is not followed any further"),
            Bound::OutOfOrder => {
                ("out_of_order", "bytes that others were waiting for were given up as missing")
            }
            Bound::OutOfOrderTotal => {
                ("out_of_order_total", "bytes that others were waiting for were given up as missing")
            }
            Bound::History => {
                *shared.summary.limits_reached.entry("history_total").or_default() += 1;
                return;
            }
            Bound::SequenceJump => ("sequence_jump", "a segment lay further ahead than any window reaches"),
        };
        Scene::new(&mut self.facts, means, shared, out).limit_reached(limit, left_out);
    }

    /// The connection is over.
    pub fn closed(&mut self, closed: &Closed, means: Means<'_>, shared: &mut Shared, out: Out<'_>) {
        let Self { facts, layer } = self;
        facts.seen = if facts.turned { closed.seen.swap() } else { closed.seen };
        facts.cut_off = !matches!(closed.why, CloseReason::Fin | CloseReason::Reset(_));
        let mut scene = Scene::new(facts, means, shared, out);
        layer.finish(&mut scene);
        *layer = Layer::Opaque;
        scene.tell_one_direction(closed.packet);
        // What the file lacks may have been said on it.
        let goes_on = matches!(closed.why, CloseReason::Open);
        scene.facts.findings.incomplete |= goes_on && scene.shared.cut;
        scene.shared.summary.websocket_connections += u64::from(scene.facts.websocket.is_some());
        let place = scene.place(closed.packet);
        let closed_at = (!matches!(closed.why, CloseReason::Open)).then_some(closed.packet.time);
        let record = self.facts.record(place, closed.why, closed_at);
        out(&Record::Connection(record));
    }
}

impl Scene<'_, '_> {
    /// Says so if all that was captured of a handshake or WebSocket came from one end.
    fn tell_one_direction(&mut self, last: PacketId) {
        let Facts { seen, opened, handshake, websocket, .. } = &*self.facts;
        if !handshake && websocket.is_none() {
            return;
        }
        if let Some(missing) = Direction::BOTH.into_iter().find(|direction| !seen[*direction]) {
            let packets = [opened.number, last.number];
            self.find(last, check::capture::one_direction_only(missing.reverse(), packets));
        }
    }

    /// What the connection carries, as far as is known; WebSocket is the last word.
    pub fn learn_protocol(&mut self, protocol: Protocol) {
        if self.facts.protocol != Protocol::Websocket {
            self.facts.protocol = protocol;
        }
        for (packet, violation) in std::mem::take(&mut self.facts.untold) {
            self.find(packet, violation);
        }
    }

    /// Bytes are missing: told at once, or, of unknown traffic, when it turns out to be of interest.
    fn missing(&mut self, direction: Direction, span: &Span, why: GapReason) {
        let violation = check::capture::missing_bytes(direction, span, why);
        match self.facts.protocol {
            Protocol::Unknown | Protocol::Tls if self.facts.untold.len() < UNTOLD => {
                self.facts.untold.push((span.end, violation));
            }
            Protocol::Unknown | Protocol::Tls => {}
            Protocol::Http | Protocol::Websocket => self.find(span.end, violation),
        }
    }

    /// A cap acted.
    pub fn limit_reached(&mut self, limit: &'static str, left_out: &str) {
        *self.shared.summary.limits_reached.entry(limit).or_default() += 1;
        let packet = self.facts.last;
        self.find(packet, check::capture::limit_reached(limit, left_out, [packet.number, packet.number]));
    }
}

impl Facts {
    fn record(&self, place: Place, why: CloseReason, closed: Option<Timestamp>) -> ConnectionRecord<'_> {
        ConnectionRecord {
            place,
            ends: self.ends,
            sides_known_by: self.known_by,
            tls: self.tls.as_ref().map(|tls| tls.record()),
            protocol: self.protocol,
            switched_to: self.switched_to.as_deref().map(Text),
            opened: self.opened.time,
            closed,
            ended_by: self.ended_by(why),
            close: self
                .close
                .as_ref()
                .map(|(code, reason, by)| (Close { code: *code, reason: reason.as_deref().map(Text) }, *by)),
            frames: self.frames,
            messages: self.messages,
            payload_bytes: self.payload_bytes,
            missing_bytes: self.missing_bytes,
            findings: self.findings.counts,
            verdict: (self.protocol == Protocol::Websocket).then(|| self.findings.verdict()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_ends_between_characters() {
        assert_eq!(kept(b"bye"), b"bye");
        assert_eq!(kept(&[b'b'; 126]), [b'b'; 125]);
        assert_eq!(kept("世".repeat(42).as_bytes()), "世".repeat(41).as_bytes());
        assert_eq!(kept(&[0xff; 126]), [0xff; 125]);
        assert_eq!(kept(b"cut by the sender \xe4\xb8"), b"cut by the sender \xe4\xb8");
    }
}
