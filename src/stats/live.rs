//! A connection that goes on.

use super::histogram::Histogram;
use super::measures::{CloseStats, ConnectionStats, Measures};
use super::pings::{Event, Pings, What};
use super::total::Spreads;
use crate::base::{Budget, Direction, PerDirection, Timestamp};
use crate::record::{Connection, Handshake, Message, Payload};
use crate::websocket::Opcode;

/// What is known of a connection that goes on.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// Something of it was selected.
    pub selected: bool,
    /// From the request of its handshake to the response.
    handshake: Option<u64>,
    measures: Measures,
    sizes: Histogram,
    round_trips: Histogram,
    gaps: Histogram,
    pings: PerDirection<Pings>,
    /// When the last text or binary message of each side came.
    last: PerDirection<Option<Timestamp>>,
}

impl Live {
    /// A handshake was answered or not.
    pub(super) fn handshake(&mut self, handshake: &Handshake<'_>) {
        let (Some(request), Some(response)) = (handshake.request, handshake.response) else { return };
        self.handshake = u64::try_from(response.packet.time.nanos_since(request.packet.time)).ok();
    }

    /// A message came. Those that are not `selected` answer pings, and nothing else.
    pub(super) fn message(
        &mut self,
        message: &Message<'_>,
        selected: bool,
        room: &Budget,
        total: &mut Spreads,
    ) {
        self.ping_or_pong(message, selected, room, total);
        if !selected {
            return;
        }
        let length = length(message);
        self.count(message, length);
        if matches!(message.header.opcode, Opcode::Text | Opcode::Binary) {
            if let Some(length) = length {
                self.sizes.record(length, room);
                total.sizes(length);
            }
            let last = &mut self.last[message.from];
            let time = message.place.time;
            if let Some(last) = last {
                let nanos = u64::try_from(time.nanos_since(*last)).unwrap_or(0);
                self.gaps.record(nanos, room);
                total.gaps(nanos);
            }
            *last = (*last).max(Some(time));
        }
    }

    fn ping_or_pong(&mut self, message: &Message<'_>, selected: bool, room: &Budget, total: &mut Spreads) {
        let (pinger, what) = match message.header.opcode {
            Opcode::Ping => (message.from, What::Ping { counts: selected }),
            Opcode::Pong => (message.from.reverse(), What::Pong),
            _ => return,
        };
        let payload = message.payload.filter(|_| message.complete && !message.truncated);
        let payload = payload.as_ref().map(Payload::bytes);
        let event = Event::new(message.place.packet, message.place.time, payload, what);
        if let Some(nanos) = self.pings[pinger].push(event) {
            self.round_trips.record(nanos, room);
            total.round_trips(nanos);
        }
    }

    fn count(&mut self, message: &Message<'_>, length: Option<u64>) {
        let said = &mut self.measures.said[message.from];
        match message.header.opcode {
            Opcode::Text => said.text += 1,
            Opcode::Binary => said.binary += 1,
            Opcode::Ping => said.ping += 1,
            Opcode::Pong => said.pong += 1,
            Opcode::Close => said.close += 1,
            Opcode::Continuation | Opcode::Reserved(_) => {}
        }
        match length {
            Some(length) => said.bytes = said.bytes.saturating_add(length),
            None => said.unmeasured += 1,
        }
        if let Some(length) = message.length.filter(|_| message.compressed && message.complete) {
            let compressed = &mut self.measures.compressed;
            compressed.messages += 1;
            compressed.sent = compressed.sent.saturating_add(message.wire_length);
            compressed.inflated = compressed.inflated.saturating_add(length);
        }
    }

    /// The connection is over.
    pub(super) fn end(
        mut self,
        connection: &Connection<'_>,
        room: &Budget,
        total: &mut Spreads,
    ) -> ConnectionStats {
        let place = connection.place;
        for pinger in Direction::BOTH {
            while let Some(answer) = self.pings[pinger].pop() {
                if let Some(nanos) = answer {
                    self.round_trips.record(nanos, room);
                    total.round_trips(nanos);
                }
            }
        }
        let measures = Measures {
            duration: u64::try_from(place.time.nanos_since(connection.opened)).unwrap_or(0),
            tcp: connection.tcp,
            missing_bytes: connection.missing_bytes,
            frames: connection.frames,
            payload_bytes: connection.payload_bytes,
            sizes: self.sizes.spread(),
            round_trips: self.round_trips.spread(),
            gaps: self.gaps.spread(),
            silence: connection.silence,
            silence_stream: place.stream,
            unanswered_pings: self.pings.client.unanswered() + self.pings.server.unanswered(),
            ..self.measures
        };
        for mut histogram in [self.sizes, self.round_trips, self.gaps] {
            histogram.release(room);
        }
        ConnectionStats {
            stream: place.stream,
            ends: connection.ends,
            tls: connection.tls.is_some(),
            protocol: connection.protocol,
            verdict: connection.verdict,
            opened: connection.opened,
            closed: connection.closed,
            ended_by: connection.ended_by,
            close: connection.close.map(|(close, by)| CloseStats {
                code: close.code,
                reason: close.reason.map(|reason| reason.0.into()),
                by,
            }),
            tcp_handshake: connection.tcp_handshake_nanos.and_then(|nanos| u64::try_from(nanos).ok()),
            handshake: self.handshake,
            measures,
        }
    }
}

/// How long a message is after inflating, if that is known. Of one whose bytes were not all captured it is if it is a
/// single frame that was sent to its end, as where a snapshot length cut the packets.
fn length(message: &Message<'_>) -> Option<u64> {
    if message.complete {
        return message.length;
    }
    let header = &message.header;
    let single = header.fin && message.frames[0] == message.frames[1];
    let announced = header.payload_length.saturating_add(u64::from(header.header_length));
    let sent = message.span.length >= announced;
    (single && sent && !message.compressed).then_some(message.wire_length)
}
