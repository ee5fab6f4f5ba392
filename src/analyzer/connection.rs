//! One connection: what is known of it, from its first segment to its last.

use super::facts::Facts;
use super::layer::Layer;
use super::scene::{Means, Scene, Shared};
use super::{Out, Rows};
use crate::base::{Direction, GapReason, PacketId, Span, StreamEvent, fetch};
use crate::check;
use crate::record::{Opened as OpenedRecord, Protocol, Record, Since};
use crate::tcp::{Bound, CloseReason, Closed, Conflict, Opened, SegmentNote};

/// A connection that is being followed.
#[derive(Debug)]
pub(super) struct Connection {
    facts: Facts,
    layer: Layer,
}

/// Gaps of unknown traffic that are remembered until it turns out to be of interest.
const UNTOLD: usize = 16;

impl Connection {
    pub fn new(opened: &Opened) -> Self {
        Self { facts: Facts::new(opened), layer: Layer::default() }
    }

    /// Wireshark's `tcp.stream`.
    pub fn stream_number(&self) -> u64 {
        self.facts.stream
    }

    /// Fetches what nearly every segment touches, but for the layer.
    pub fn fetch(&self, has_payload: bool) {
        self.facts.fetch(has_payload);
        if has_payload {
            fetch(&self.layer);
        }
    }

    /// The same of the layer, once the rest is there.
    pub fn fetch_layer(&self) {
        self.layer.fetch();
    }

    /// A segment of the connection begins the row of its packet.
    pub fn segment(&mut self, note: &SegmentNote, shared: &mut Shared) {
        let last = std::mem::replace(&mut self.facts.last, note.packet);
        let length = shared.packet_length();
        self.facts.count_segment(note, length);
        if shared.options.rows != Rows::Packets {
            return;
        }
        let place = shared.place(self.facts.stream, note.packet);
        let protocol = self.layer.name(&self.facts);
        let since = Since {
            previous: shared.since_previous(),
            opened: note.packet.time.nanos_since(self.facts.opened.time),
            last: note.packet.time.nanos_since(last.time),
        };
        shared.row.begin(place, &self.facts, note, length, since, protocol);
    }

    /// The three-way handshake is complete.
    pub fn established(&mut self, syn: PacketId, ack: PacketId, shared: &Shared, out: Out<'_>) {
        let nanos = Some(ack.time.nanos_since(syn.time));
        self.facts.tcp_handshake_nanos = nanos;
        self.announce(ack, nanos, shared, out);
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

    /// Whether TLS records wait that secrets could still open.
    pub fn waits_for_secrets(&self) -> bool {
        self.layer.waits_for_secrets()
    }

    /// What names the rows of late segments while the connection itself waits elsewhere for its secrets.
    pub fn remains(&self) -> Self {
        Self { facts: self.facts.remains(), layer: Layer::Opaque }
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
