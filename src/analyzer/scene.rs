//! What all connections share, and what the treatment of one event may touch.

use std::collections::HashSet;

use super::facts::Facts;
use super::packet_row::RowDraft;
use super::tally::{Tally, count};
use super::team::Member;
use super::{Options, Out, Rows};
use crate::base::{Budget, Limits, PacketId, Shards, Timestamp};
use crate::capture::{LinkType, Packet};
use crate::check::Violation;
use crate::packet::NotTcp;
use crate::record::{Ends, Layers, NotDecoded, Place, Record, Summary};
use crate::tls::KeyLog;
use crate::websocket::{Scratch, Wanted};

/// Findings that wait for the row of their packet, some 30 MB of them: more than the frames of 64 KiB can bring about.
/// Reassembly can complete millions of wrong frames at once; then the row goes out before it knows them all.
const WAITING: usize = 1 << 16;

/// Reasons told apart. Some are made of numbers that a capture can make up at will.
const REASONS: usize = 64;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    pub options: Options,
    /// Which connections are looked into, and in whose company.
    pub member: Member,
    /// A capture could not be read to its end, and that was told.
    pub cut: bool,
    /// The packet that is being treated.
    pub packet: PacketId,
    /// Bytes of it on the wire.
    length: u32,
    /// Nanoseconds since the packet before it; 0 for the first.
    since_previous: i64,
    /// Time of the first packet.
    origin: Option<Timestamp>,
    pub summary: Summary,
    link_type: Option<LinkType>,
    link_types: HashSet<LinkType>,
    /// Taken out while a session uses it, whose events touch all the rest.
    scratch: Option<Box<Scratch>>,
    /// The row of the packet that is being treated, at [`Rows::Packets`].
    pub row: RowDraft,
    /// Of the last frame, if it is a Pong that answers a Ping: nanoseconds since that.
    pub ping_nanos: Option<i64>,
    /// Findings wait for the row of the message that their frame may complete.
    hold: bool,
    /// How often secrets came.
    pub keys_added: u64,
    /// The slot of a connection that has just begun, and into which nobody wants to look.
    pub unwanted: Option<usize>,
    /// Numbers and slots of connections that wait for secrets, or did.
    pub waiting_for_keys: Shards<Vec<(u64, usize)>>,
    /// Findings that wait until that row is out.
    waiting: Vec<(Option<Place>, Option<Ends>, Violation)>,
}

/// What all connections take from, and none changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Means<'m> {
    pub held: &'m Shards<Budget>,
    pub keys: &'m KeyLog,
    /// The packet that is being treated, if there is one.
    pub layers: Option<Layers<'m>>,
}

/// What the treatment of one event of a connection may touch.
pub(super) struct Scene<'s, 'o> {
    pub facts: &'s mut Facts,
    pub held: &'s Budget,
    pub keys: &'s KeyLog,
    layers: Option<Layers<'s>>,
    pub shared: &'s mut Shared,
    pub out: Out<'o>,
}

impl Shared {
    pub fn new(options: Options, member: Member) -> Self {
        Self {
            scratch: None,
            options,
            member,
            packet: PacketId { number: 0, time: Timestamp::default() },
            length: 0,
            since_previous: 0,
            origin: None,
            summary: Summary::default(),
            link_type: None,
            link_types: HashSet::new(),
            row: RowDraft::default(),
            ping_nanos: None,
            hold: false,
            cut: false,
            keys_added: 0,
            unwanted: None,
            waiting_for_keys: Shards::default(),
            waiting: Vec::new(),
        }
    }

    pub fn limits(&self) -> &Limits {
        &self.options.limits
    }

    /// How much payload the rows need.
    pub fn wanted(&self) -> Wanted {
        let payload = self.options.payload.min(self.options.limits.payload);
        match self.options.rows {
            Rows::Packets => Wanted { frame: payload, message: payload },
            Rows::Frames => Wanted { frame: payload, message: 0 },
            Rows::Messages => Wanted { frame: 0, message: payload },
        }
    }

    /// Room for a session to work in; to be [put back](Shared::put_back).
    pub fn take_scratch(&mut self) -> Box<Scratch> {
        self.scratch.take().unwrap_or_else(|| Box::new(Scratch::new(&self.options.limits)))
    }

    /// The session has done its work.
    pub fn put_back(&mut self, scratch: Box<Scratch>) {
        self.scratch = Some(scratch);
    }

    /// Counts a packet and gives it its number.
    pub fn begin_packet(&mut self, packet: &Packet<'_>) -> PacketId {
        self.summary.packets += 1;
        self.summary.bytes += u64::from(packet.original_length);
        self.since_previous = self.origin.map_or(0, |_| packet.time.nanos_since(self.packet.time));
        self.origin.get_or_insert(packet.time);
        self.length = packet.original_length;
        self.packet = PacketId { number: self.summary.packets, time: packet.time };
        let is_another = self.link_type.replace(packet.link_type) != Some(packet.link_type);
        if is_another && self.link_types.insert(packet.link_type) {
            self.summary.link_types.push(packet.link_type.to_string());
        }
        self.packet
    }

    /// The totals, with the most frequent reason for not decoding a packet first.
    pub fn summary(&self, not_decoded: impl Iterator<Item = (NotTcp, u64)>) -> Summary {
        let entry = |(reason, packets): (NotTcp, u64)| NotDecoded { reason: reason.to_string(), packets };
        let mut reasons: Vec<NotDecoded> = not_decoded.map(entry).collect();
        reasons.sort_by(|a, b| (b.packets, &a.reason).cmp(&(a.packets, &b.reason)));
        let others: u64 = reasons.iter().skip(REASONS).map(|other| other.packets).sum();
        reasons.truncate(REASONS);
        if others > 0 {
            reasons.push(NotDecoded { reason: "other reasons".to_owned(), packets: others });
        }
        Summary { not_decoded: reasons, ..self.summary.clone() }
    }

    /// Where a record of this connection and packet belongs.
    pub fn place(&self, stream: u64, packet: PacketId) -> Place {
        let nanos = self.origin.map_or(0, |origin| packet.time.nanos_since(origin));
        Place { stream, packet: packet.number, time: packet.time, time_relative: nanos as f64 / 1e9 }
    }

    /// Bytes on the wire of the packet that is being treated.
    pub fn packet_length(&self) -> u32 {
        self.length
    }

    /// Nanoseconds from the packet before it to the one that is being treated.
    pub fn since_previous(&self) -> i64 {
        self.since_previous
    }

    /// The treatment of a packet is over: its row goes out, then the findings that belong behind it.
    pub fn end_packet(&mut self, layers: Option<Layers<'_>>, out: Out<'_>) {
        if self.row.pending() {
            self.row.emit(layers, out);
        }
        self.release(out);
    }

    /// A frame is over: the message that it completes, if it does, is the next thing to be told.
    pub fn hold(&mut self) {
        self.hold = self.options.rows == Rows::Messages;
    }

    /// Tells the findings that wait.
    pub fn release(&mut self, out: Out<'_>) {
        self.hold = false;
        if self.waiting.is_empty() {
            return;
        }
        for (place, ends, violation) in self.waiting.drain(..) {
            out(&Record::Finding(violation.finding(place, ends)));
        }
    }

    /// Tells a finding, if its rule is selected; `tally` is that of its connection.
    pub fn finding(
        &mut self,
        place: Option<Place>,
        ends: Option<Ends>,
        violation: Violation,
        tally: &mut Tally,
        layers: Option<Layers<'_>>,
        out: Out<'_>,
    ) {
        if !self.options.selection.includes(violation.rule) {
            return;
        }
        count(&mut self.summary.findings, violation.rule.severity);
        tally.add(&violation);
        if self.hold || self.row.pending() {
            self.waiting.push((place, ends, violation));
            if self.waiting.len() >= WAITING {
                self.end_packet(layers, out);
            }
        } else {
            out(&Record::Finding(violation.finding(place, ends)));
        }
    }
}

impl<'s, 'o> Scene<'s, 'o> {
    pub fn new(facts: &'s mut Facts, means: Means<'s>, shared: &'s mut Shared, out: Out<'o>) -> Self {
        let Means { held, keys, layers } = means;
        Self { held: held.of(facts.stream), facts, keys, layers, shared, out }
    }
}

impl Scene<'_, '_> {
    /// Where a record of this connection and packet belongs.
    pub fn place(&self, packet: PacketId) -> Place {
        self.shared.place(self.facts.stream, packet)
    }

    /// Tells the findings that wait for a message.
    pub fn release(&mut self) {
        if self.shared.options.rows == Rows::Messages {
            self.shared.release(self.out);
        }
    }

    /// Tells a record.
    pub fn tell(&mut self, record: &Record<'_>) {
        (self.out)(record);
    }

    /// Tells a finding about this connection, at `packet`.
    pub fn find(&mut self, packet: PacketId, violation: Violation) {
        let place = self.place(packet);
        let Facts { ends, findings, .. } = self.facts;
        self.shared.finding(Some(place), Some(*ends), violation, findings, self.layers, self.out);
    }
}
