//! Composition: packets in, records out.
//!
//! In come the packets of a capture; out go [`Record`]s ([`Analyzer`]), or only which bytes and packets belong to which
//! connection ([`Streams`]). The only room that knows every stage: it hands each what the one before it said, keeps for each
//! connection what it is made of just now (TLS, HTTP, WebSocket, something else), and turns what the stages say into records.
//! It decodes no bytes itself, judges nothing, opens no file and prints nothing.

mod connection;
mod facts;
mod handshake;
mod layer;
mod lingering;
mod packet_row;
mod scene;
mod session;
mod streams;
mod tally;
mod team;
mod tls;

use std::collections::VecDeque;

use crate::base::{Budget, Limits, SHARDS, Shards};
use crate::capture::{End, Packet};
use crate::check::{self, Selection};
use crate::filter::Filter;
use crate::packet::{Decoder, Layers, likely};
use crate::record::{Ends, Record};
use crate::tcp::{Connections, Event, What};
use crate::tls::KeyLog;

use connection::Connection;
use lingering::Lingering;
use scene::{Means, Shared};
pub use streams::{News, Streams};
use tally::Tally;
pub(crate) use team::{Member, Team, total};

/// What a row of the output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rows {
    /// Every TCP segment.
    Packets,
    /// Every WebSocket frame.
    #[default]
    Frames,
    /// Every WebSocket message.
    Messages,
}

/// When TLS secrets are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrets {
    /// All before the first packet: if there are none, nothing encrypted is kept.
    Before,
    /// Some between packets, in time for the connections that they belong to.
    #[default]
    Between,
    /// Some when the connection that they belong to is over: what is still to be said of it waits for them.
    Late,
}

/// What to look for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// What a row is.
    pub rows: Rows,
    /// How many payload bytes of a row somebody reads; the rest is not kept. At most [`Limits::payload`] counts.
    pub payload: usize,
    /// Ports whose connections are WebSocket, even if no handshake was captured.
    pub websocket_ports: Vec<u16>,
    /// The rules whose findings are told and counted.
    pub selection: Selection,
    /// When TLS secrets are [added](Analyzer::add_keys).
    pub secrets: Secrets,
    /// Connections of which no record can match are not looked into; `None` if all are.
    pub connections: Option<Filter>,
    /// The caps.
    pub limits: Limits,
}

/// Where records go.
type Out<'o> = &'o mut dyn FnMut(&Record<'_>);

/// Turns packets into records.
///
/// Memory is bounded by [`Limits`] and does not grow with the length of the capture.
#[derive(Debug)]
pub struct Analyzer {
    decoder: Decoder,
    tcp: Connections,
    connections: Vec<Option<Box<Connection>>>,
    /// Empty unless [`Secrets::Late`].
    lingering: Shards<Lingering>,
    held: Shards<Budget>,
    keys: KeyLog,
    shared: Shared,
    /// The slots of the connections whose packets will come, as far as they are known.
    expected: VecDeque<Option<usize>>,
}

/// Connections, with 1.3 KiB each, from which on their state is more than a processor has at hand; that of fewer need not be
/// fetched.
const MANY: usize = 1024;

/// Of the packets that are expected, how many are so near that the last is fetched.
const NEARER: usize = 8;

/// Connections of each part that are looked through for records that new secrets decrypt, 256 in all; of more, those that
/// began to wait last. The others go on when they say something, or end.
const WAITING: usize = 256 / SHARDS;

impl Analyzer {
    /// An analyzer at the beginning of a capture.
    pub fn new(options: Options) -> Self {
        Self::of_team(options, Member::alone())
    }

    /// One of several analyzers at the beginning of a capture.
    pub(crate) fn of_team(options: Options, member: Member) -> Self {
        let mut keys = KeyLog::default();
        if options.secrets == Secrets::Before {
            keys.complete();
        }
        Self {
            decoder: Decoder::new(&options.limits),
            tcp: Connections::new(options.limits),
            connections: Vec::new(),
            lingering: Shards::default(),
            held: Shards::of_total(options.limits.held_total),
            keys,
            shared: Shared::new(options, member),
            expected: VecDeque::new(),
        }
    }

    /// A packet that will be [pushed](Analyzer::push) soon, behind others: has what is known of its connection fetched.
    /// Who leaves that out gets the same records, later.
    pub fn expect(&mut self, packet: &Packet<'_>) {
        if self.connections.len() < MANY {
            return;
        }
        let likely = likely(packet);
        let mut slot = likely.and_then(|likely| self.tcp.expect(likely.source, likely.destination));
        let has_payload = likely.is_some_and(|likely| likely.has_payload);
        if let Some(Some(connection)) = slot.and_then(|slot| self.connections.get(slot)) {
            connection.fetch(has_payload);
        }
        slot = slot.filter(|_| has_payload);
        // Where the layer lies is known when that is there.
        self.expected.push_back(slot);
        if self.expected.len() > NEARER
            && let Some(Some(slot)) = self.expected.pop_front()
            && let Some(Some(connection)) = self.connections.get(slot)
        {
            connection.fetch_layer();
        }
    }

    /// Takes the next packet of the capture. Records borrow what they say and live for the call.
    pub fn push(&mut self, packet: &Packet<'_>, out: &mut dyn FnMut(&Record<'_>)) {
        let id = self.shared.begin_packet(packet);
        let Self { decoder, tcp, connections, lingering, held, keys, shared, .. } = self;
        let Some(segment) = decoder.decode(packet) else { return };
        let layers = Some(Layers::new(packet, &segment));
        let means = Means { held, keys, layers };
        tcp.push(id, &segment, &mut |event| {
            let linger = (shared.options.secrets == Secrets::Late).then_some(&mut *lingering);
            treat(connections, linger, means, shared, event, out);
        });
        if let Some(slot) = shared.unwanted.take() {
            tcp.unwatch(slot);
        }
        shared.end_packet(layers, out);
        shared.member.advance(1);
        let behind = shared.member.tick() + SHARDS as u64;
        if shared.options.secrets == Secrets::Late {
            for (lingering, held) in lingering.iter_mut().zip(held.iter()) {
                lingering.make_room(held, means, shared, out);
                shared.member.advance(1);
            }
        }
        shared.member.reach(behind);
    }

    /// Adds TLS secrets: whole lines of an NSS key log, as they also stand in a pcapng. What has waited for them is
    /// decrypted and told.
    pub fn add_keys(&mut self, text: &[u8], out: &mut dyn FnMut(&Record<'_>)) {
        let Self { connections, lingering, held, keys, shared, .. } = self;
        if keys.add(text) == 0 {
            return;
        }
        shared.keys_added += 1;
        let means = Means { held, keys, layers: None };
        let mut waiting: Vec<(u64, usize)> = Vec::new();
        for list in shared.waiting_for_keys.iter_mut() {
            waiting.extend(list.drain(list.len().saturating_sub(WAITING)..));
        }
        waiting.sort_unstable();
        let begin = shared.member.tick();
        for (stream, slot) in waiting {
            let connection = connections.get_mut(slot).and_then(Option::as_mut);
            // The slot may have another connection by now.
            let Some(connection) = connection.filter(|one| one.stream_number() == stream) else { continue };
            shared.member.reach(begin + stream);
            if connection.keys_arrived(means, shared, out) {
                shared.waiting_for_keys.of_mut(stream).push((stream, slot));
            }
        }
        shared.member.reach(begin + shared.summary.connections);
        for lingering in lingering.iter_mut() {
            lingering.keys_arrived(means, shared, out);
            shared.member.advance(1);
        }
    }

    /// One of the captures could not be read to its end. Call it before [`Analyzer::finish`].
    pub fn cut(&mut self, file: &str, end: &End, out: &mut dyn FnMut(&Record<'_>)) {
        let (End::Cut { offset, .. } | End::Damaged { offset, .. } | End::ReadFailed { offset, .. }) = *end
        else {
            return;
        };
        let last = self.shared.packet.number;
        self.shared.cut |= self.shared.options.selection.includes(&check::registry::CAPTURE_CUT);
        if self.shared.member.is_first() {
            let violation = check::capture::capture_cut(file, offset, last, &end.to_string());
            self.shared.finding(None, None, violation, &mut Tally::default(), None, out);
        }
        self.shared.member.advance(1);
    }

    /// The capture is over: everything open ends here. The last record is the summary; that of one of several analyzers
    /// counts its own connections.
    pub fn finish(&mut self, out: &mut dyn FnMut(&Record<'_>)) {
        let Self { decoder, tcp, connections, lingering, held, keys, shared, .. } = self;
        let means = Means { held, keys, layers: None };
        for lingering in lingering.iter_mut() {
            lingering.finish(means, shared, out);
            shared.member.advance(1);
        }
        tcp.finish(&mut |event| treat(connections, None, means, shared, event, out));
        let evicted = decoder.evicted();
        if evicted > 0 && shared.member.is_first() {
            shared.summary.limits_reached.insert("fragmented_datagrams", evicted);
            let left_out = "fragments of IP packets were given up before the others came";
            let packets = [1, shared.packet.number];
            let violation = check::capture::limit_reached("fragmented_datagrams", left_out, packets);
            shared.finding(None, None, violation, &mut Tally::default(), None, out);
        }
        out(&Record::Summary(shared.summary(decoder.not_decoded())));
    }
}

/// Treats what TCP says of one connection. `linger` takes those that are over and wait for secrets which may come.
fn treat(
    connections: &mut Vec<Option<Box<Connection>>>,
    linger: Option<&mut Shards<Lingering>>,
    means: Means<'_>,
    shared: &mut Shared,
    event: Event<'_>,
    out: Out<'_>,
) {
    // Behind each of these, the next event may be one of another connection.
    let passes = matches!(event.what, What::Opened(_) | What::Closed(_) | What::Released);
    treat_event(connections, linger, means, shared, event, out);
    if passes {
        shared.member.advance(1);
    }
}

fn treat_event(
    connections: &mut Vec<Option<Box<Connection>>>,
    linger: Option<&mut Shards<Lingering>>,
    means: Means<'_>,
    shared: &mut Shared,
    event: Event<'_>,
    out: Out<'_>,
) {
    if let What::Opened(opened) = event.what {
        if connections.len() <= event.slot {
            connections.resize_with(event.slot + 1, || None);
        }
        shared.summary.connections += 1;
        let ends = Ends { client: opened.client, server: opened.server };
        let filter = shared.options.connections.as_ref();
        if !shared.member.looks_into(opened.stream) {
            shared.unwanted = Some(event.slot);
        } else if filter.is_some_and(|filter| !filter.may_match(&ends, opened.stream)) {
            shared.summary.connections_excluded += 1;
            shared.unwanted = Some(event.slot);
        } else if let Some(slot) = connections.get_mut(event.slot) {
            *slot = Some(Box::new(Connection::new(&opened)));
        }
        return;
    }
    let number = event.slot;
    let Some(slot) = connections.get_mut(number) else { return };
    let Some(connection) = slot else { return };
    match event.what {
        What::Opened(_) => {}
        What::Segment(note) => connection.segment(&note, shared),
        What::Established { syn, ack } => connection.established(syn, ack, shared, out),
        What::Stream(direction, event) => {
            connection.stream(direction, &event, means, shared, out);
            if connection.waits_for_keys() {
                let stream = connection.stream_number();
                let waiting = shared.waiting_for_keys.of_mut(stream);
                if waiting.len() >= 2 * WAITING {
                    waiting.drain(..WAITING);
                }
                waiting.push((stream, number));
            }
        }
        What::Conflict(direction, conflict) => connection.conflict(direction, &conflict, means, shared, out),
        What::LimitReached(bound) => connection.limit_reached(bound, means, shared, out),
        What::Closed(closed) => {
            // Only packet rows have something to say of a connection that is over.
            let is_named = shared.options.rows == Rows::Packets;
            if let Some(lingering) = linger.filter(|_| connection.waits_for_secrets()) {
                let remains = is_named.then(|| Box::new(connection.remains()));
                if let Some(connection) = std::mem::replace(slot, remains) {
                    lingering.of_mut(connection.stream_number()).push(connection, closed);
                }
                return;
            }
            connection.closed(&closed, means, shared, out);
            if !is_named {
                *slot = None;
            }
        }
        What::Released => *slot = None,
    }
}
