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
mod tls;

use crate::base::{Budget, Limits};
use crate::capture::{End, Packet};
use crate::check::{self, Selection};
use crate::filter::Filter;
use crate::packet::{Decoder, Layers};
use crate::record::{Ends, Record};
use crate::tcp::{Connections, Event, What};
use crate::tls::KeyLog;

use connection::Connection;
use lingering::Lingering;
use scene::{Means, Shared};
pub use streams::{News, Streams};
use tally::Tally;

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
    lingering: Lingering,
    held: Budget,
    keys: KeyLog,
    shared: Shared,
}

/// Connections that are looked through for records that new secrets decrypt; of more, those that began to wait last. The
/// others go on when they say something, or end.
const WAITING: usize = 256;

impl Analyzer {
    /// An analyzer at the beginning of a capture.
    pub fn new(options: Options) -> Self {
        let mut keys = KeyLog::default();
        if options.secrets == Secrets::Before {
            keys.complete();
        }
        Self {
            decoder: Decoder::new(&options.limits),
            tcp: Connections::new(options.limits),
            connections: Vec::new(),
            lingering: Lingering::default(),
            held: Budget::new(options.limits.held_total),
            keys,
            shared: Shared::new(options),
        }
    }

    /// Takes the next packet of the capture. Records borrow what they say and live for the call.
    pub fn push(&mut self, packet: &Packet<'_>, out: &mut dyn FnMut(&Record<'_>)) {
        let id = self.shared.begin_packet(packet);
        let Self { decoder, tcp, connections, lingering, held, keys, shared } = self;
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
        lingering.make_room(means, shared, out);
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
        let mut waiting = std::mem::take(&mut shared.waiting_for_keys);
        for at in (0..waiting.len()).rev().take(WAITING) {
            let Some(slot) = waiting.get(at).copied() else { continue };
            let connection = connections.get_mut(slot).and_then(Option::as_mut);
            if !connection.is_some_and(|connection| connection.keys_arrived(means, shared, out)) {
                waiting.swap_remove(at);
            }
        }
        waiting.append(&mut shared.waiting_for_keys);
        shared.waiting_for_keys = waiting;
        lingering.keys_arrived(means, shared, out);
    }

    /// One of the captures could not be read to its end. Call it before [`Analyzer::finish`].
    pub fn cut(&mut self, file: &str, end: &End, out: &mut dyn FnMut(&Record<'_>)) {
        let (End::Cut { offset, .. } | End::Damaged { offset, .. } | End::ReadFailed { offset, .. }) = *end
        else {
            return;
        };
        let last = self.shared.packet.number;
        self.shared.cut |= self.shared.options.selection.includes(&check::registry::CAPTURE_CUT);
        let violation = check::capture::capture_cut(file, offset, last, &end.to_string());
        self.shared.finding(None, None, violation, &mut Tally::default(), None, out);
    }

    /// The capture is over: everything open ends here. The last record is the summary.
    pub fn finish(&mut self, out: &mut dyn FnMut(&Record<'_>)) {
        let Self { decoder, tcp, connections, lingering, held, keys, shared } = self;
        let means = Means { held, keys, layers: None };
        lingering.finish(means, shared, out);
        tcp.finish(&mut |event| treat(connections, None, means, shared, event, out));
        let evicted = decoder.evicted();
        if evicted > 0 {
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
    linger: Option<&mut Lingering>,
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
        if filter.is_some_and(|filter| !filter.may_match(&ends, opened.stream)) {
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
                let waiting = &mut shared.waiting_for_keys;
                if waiting.len() >= 2 * WAITING {
                    waiting.drain(..WAITING);
                }
                waiting.push(number);
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
                    lingering.push(connection, closed);
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
