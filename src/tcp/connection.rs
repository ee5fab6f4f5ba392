//! One connection: two flows, how they begin and how they end.

use super::analysis::{analyse, is_keep_alive};
use super::conflicts::tell_conflicts;
use super::ends::Ends;
use super::flow::{Flow, LATE_START};
use super::history::Rings;
use super::order::{Chunk, Moment};
use super::steady::Stage;
use super::store::Room;
use super::{Analysis, Bound, CloseReason, Closed, Opened, SegmentNote, What};
use crate::base::{
    Budget, Direction, GapReason, PacketId, PerDirection, SeqNumber, StreamEvent, Timestamp, fetch,
};
use crate::packet::{Flags, Segment};

/// Nanoseconds of capture time that a connection stays open after a RST, or after both FINs if the last
/// acknowledgment is missing: what the other end had sent by then may be captured later, but not by more than a
/// round trip.
pub(super) const LINGER_NANOS: i64 = 1_000_000_000;

/// The memory that connections share.
pub(super) struct Memory<'a> {
    /// For what comes early.
    pub(super) room: Room<'a>,
    /// What all copies of bytes that were handed over take together.
    pub(super) history: &'a Budget,
    /// Where these copies are.
    pub(super) rings: &'a mut Rings,
}

/// A connection, open or lately ended. What a segment in order touches lies in three cache lines.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) flows: PerDirection<Flow>,
    pub(super) ends: Ends,
    /// Its last packet, after its end too.
    pub(super) last: PacketId,
    pub(super) stream: u64,
    pub(super) packets: u64,
    pub(super) edges: Option<Box<Edges>>,
    pub(super) stage: Stage,
    seen: PerDirection<bool>,
    pub(super) established: bool,
    /// Whether anybody wants to know what its bytes are. If not, it is followed to its end all the same, so that the
    /// next connection between its ends is told from it.
    pub(super) watched: bool,
    /// Whether a deadline has been set.
    pub(super) lingers: bool,
    /// The bounds reported, a bit for each.
    reported: u8,
}

/// What matters while a connection begins or ends.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// The last SYNs that were not old duplicates.
    syn: PerDirection<Option<PacketId>>,
    /// Where a direction begins, as the other end's SYN-ACK says.
    answered: PerDirection<Option<SeqNumber>>,
    /// The client's first acknowledgment of a SYN from the server.
    pub(super) handshake_ack: Option<PacketId>,
    pub(super) reset: Option<(Direction, PacketId)>,
    /// What the reset itself acknowledged of the other direction.
    pub(super) reset_acked: Option<u64>,
}

impl Connection {
    /// Has the three lines fetched.
    pub(super) fn fetch(&self) {
        fetch(&self.flows.client);
        fetch(&self.flows.server);
        fetch(&self.last);
    }

    /// A connection whose first segment this is.
    pub(super) fn new(stream: u64, packet: PacketId, segment: &Segment<'_>) -> Self {
        let (source, destination) = (segment.source, segment.destination);
        let from_server = match (segment.flags.has(Flags::SYN), segment.flags.has(Flags::ACK)) {
            (true, is_answer) => is_answer,
            (false, _) => source.port() < destination.port(),
        };
        let (client, server) = if from_server { (destination, source) } else { (source, destination) };
        Self {
            flows: PerDirection::default(),
            ends: Ends::new(client, server),
            last: packet,
            stream,
            packets: 0,
            edges: None,
            stage: Stage::Open,
            seen: PerDirection::default(),
            established: false,
            watched: true,
            lingers: false,
            reported: 0,
        }
    }

    /// The event for its beginning.
    pub(super) fn opened(&self, packet: PacketId, by_syn: bool) -> Opened {
        let (client, server) = self.ends.both();
        Opened { stream: self.stream, packet, client, server, by_syn }
    }

    /// Whether a segment between the same ends begins another connection: a SYN that cannot be one of this.
    pub(super) fn is_succeeded_by(&self, segment: &Segment<'_>) -> bool {
        if !segment.flags.has(Flags::SYN) || segment.flags.has(Flags::RST) {
            return false;
        }
        let direction = self.ends.sender(segment.source);
        let (flow, reverse) = (&self.flows[direction], &self.flows[direction.reverse()]);
        let Some(position) = flow.position(segment.sequence) else {
            let late = flow.before_mentioned(segment.sequence);
            return late.is_some_and(|distance| !(0..=LATE_START).contains(&distance));
        };
        let same = position == -1 || (!flow.has_syn() && (-LATE_START..0).contains(&position));
        let old_duplicate = !self.is_closed() && (0..flow.highest).contains(&position);
        let answers = segment.flags.has(Flags::ACK)
            && reverse.position(segment.acknowledgment).is_some_and(|at| (0..=reverse.highest).contains(&at));
        !(same || old_duplicate || answers)
    }

    /// Takes the next segment between its ends.
    pub(super) fn push(
        &mut self,
        packet: PacketId,
        segment: &Segment<'_>,
        memory: &mut Memory<'_>,
        out: &mut impl FnMut(What<'_>),
    ) {
        let direction = self.ends.sender(segment.source);
        let keep_alive = is_keep_alive(&self.flows[direction], packet, segment);
        let analysis = self
            .watched
            .then(|| analyse(&self.flows[direction], &self.flows[direction.reverse()], segment, keep_alive));
        let awaiting = self.awaits_syn_ack();
        if !self.is_closed() {
            self.learn(direction, packet, segment, awaiting);
        }
        if let Some(analysis) = analysis {
            out(What::Segment(self.note(direction, packet, segment, analysis)));
        }
        self.seen[direction] = true;
        let flow = &mut self.flows[direction];
        flow.kept_alive = keep_alive;
        if segment.flags.has(Flags::ACK) {
            flow.acknowledges(segment);
        }
        self.last = packet;
        if self.is_closed() {
            return;
        }
        self.packets += 1;
        if segment.flags.has(Flags::RST) {
            self.take_reset(direction, packet, segment, awaiting);
        } else {
            self.take_acknowledgment(direction, packet, segment, out);
            if !keep_alive {
                self.take_payload(direction, packet, segment, awaiting, memory, out);
            }
        }
        self.give_up_acknowledged(packet, memory, out);
        let finished = Direction::BOTH.into_iter().all(|each| self.flows[each].is_finished());
        let cut_short = segment.flags.has(Flags::RST)
            && Direction::BOTH.into_iter().all(|each| self.flows[each].rare().fin_told);
        if finished || cut_short {
            self.close(CloseReason::Fin, packet, GapReason::End, memory, out);
        } else {
            self.settle();
        }
    }

    /// Whether it has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.stage >= Stage::Closed
    }

    /// Who it is between.
    pub(super) fn ends(&self) -> &Ends {
        &self.ends
    }

    /// Whether it has ended as far as can be seen, and only waits for what comes late.
    pub(super) fn is_ending(&self) -> bool {
        !self.is_closed() && (self.reset().is_some() || self.both_fins().is_some())
    }

    /// The time of its last packet, if retransmissions may still fill its holes: as long as any packet comes.
    pub(super) fn active_since(&self, now: Timestamp) -> Option<Timestamp> {
        let holes = Direction::BOTH.into_iter().any(|each| self.flows[each].has_hole());
        let active = now.nanos_since(self.last.time) < LINGER_NANOS;
        (holes && active && self.reset().is_none()).then_some(self.last.time)
    }

    /// Ends it, if it has not ended yet; if its own end has been seen, that is the reason, otherwise `why`.
    pub(super) fn end(&mut self, why: CloseReason, memory: &mut Memory<'_>, out: &mut impl FnMut(What<'_>)) {
        if self.is_closed() {
            return;
        }
        let (why, packet) = match (self.reset(), self.both_fins()) {
            (Some((direction, packet)), _) => (CloseReason::Reset(direction), packet),
            (None, Some(packet)) => (CloseReason::Fin, packet),
            (None, None) => (why, self.last),
        };
        let mut gaps = GapReason::End;
        if why == CloseReason::Evicted {
            self.report(Bound::Connections, out);
            gaps = GapReason::Limit;
        }
        self.close(why, packet, gaps, memory, out);
    }

    fn close(
        &mut self,
        why: CloseReason,
        packet: PacketId,
        gaps: GapReason,
        memory: &mut Memory<'_>,
        out: &mut impl FnMut(What<'_>),
    ) {
        for direction in Direction::BOTH {
            let (last, watched) = (self.last, self.watched);
            self.flows[direction].give_up_rest(gaps, last, memory.room.budget, &mut |event| {
                if watched {
                    out(What::Stream(direction, event));
                }
            });
            self.flows[direction].told.clear(memory.rings, memory.history);
        }
        if let Some((direction, packet)) = self.reset().filter(|_| self.watched) {
            let acked = self.edges.as_ref().and_then(|edges| edges.reset_acked);
            let acked = acked.max(self.flows[direction.reverse()].acknowledged());
            out(What::Stream(direction, StreamEvent::Reset { packet, acked }));
        }
        Direction::BOTH.into_iter().for_each(|each| self.flows[each].end());
        self.edges = None;
        self.stage = Stage::Closed;
        out(What::Closed(Closed { packet, why, seen: self.seen }));
    }

    /// Whether one end has sent a SYN and nothing shows that the other has answered. Until then a RST or FIN is
    /// provisional: a SYN-ACK may follow.
    fn awaits_syn_ack(&self) -> bool {
        Direction::BOTH.into_iter().any(|each| {
            let (flow, reverse) = (&self.flows[each], &self.flows[each.reverse()]);
            flow.has_syn() && !flow.has_acknowledged && !reverse.has_begun()
        })
    }

    fn learn(&mut self, direction: Direction, packet: PacketId, segment: &Segment<'_>, awaiting: bool) {
        if segment.flags.has(Flags::ACK) && !segment.flags.has(Flags::RST) {
            self.flows[direction.reverse()].mentioned(segment.acknowledgment);
        }
        let ends = segment.flags.has(Flags::RST) || (awaiting && segment.flags.has(Flags::FIN));
        let answers_another = segment.flags.has(Flags::SYN)
            && segment.flags.has(Flags::ACK)
            && self.flows[direction.reverse()]
                .position(segment.acknowledgment)
                .is_some_and(|position| position < 0 || position > self.flows[direction.reverse()].highest);
        if !ends && !answers_another {
            let answered = self.edges.as_ref().and_then(|edges| edges.answered[direction]);
            let is_syn = self.flows[direction].learn(packet, segment, answered);
            if segment.flags.has(Flags::SYN) && !self.established {
                let edges = self.edges.get_or_insert_default();
                if is_syn {
                    edges.syn[direction] = Some(packet);
                }
                if segment.flags.has(Flags::ACK) {
                    edges.answered[direction.reverse()] = Some(segment.acknowledgment);
                }
            }
        }
        // RFC 9293 §3.10.7.3: a RST that was not accepted in SYN-SENT has no effect; the SYN-ACK shows it.
        if awaiting
            && self.flows[direction].has_begun()
            && segment.flags.has(Flags::SYN)
            && segment.flags.has(Flags::ACK)
            && let Some(edges) = &mut self.edges
        {
            edges.reset = None;
        }
    }

    pub(super) fn note(
        &self,
        direction: Direction,
        packet: PacketId,
        segment: &Segment<'_>,
        analysis: Analysis,
    ) -> SegmentNote {
        let (flow, reverse) = (&self.flows[direction], &self.flows[direction.reverse()]);
        // RFC 7323 §2.2: the window of a SYN is not scaled.
        let shift = if segment.flags.has(Flags::SYN) { Some(0) } else { flow.scale.shift(reverse.scale) };
        SegmentNote {
            packet,
            direction,
            flags: segment.flags,
            sequence: flow.relative(segment.sequence),
            acknowledgment: segment.flags.has(Flags::ACK).then(|| reverse.relative(segment.acknowledgment)),
            window: segment.window,
            window_size: shift.map(|shift| u32::from(segment.window) << shift),
            payload_length: segment.payload_length,
            analysis,
        }
    }

    fn take_acknowledgment(
        &mut self,
        direction: Direction,
        packet: PacketId,
        segment: &Segment<'_>,
        out: &mut impl FnMut(What<'_>),
    ) {
        if segment.flags.has(Flags::ACK) {
            let reverse = &mut self.flows[direction.reverse()];
            let position = reverse.position(segment.acknowledgment);
            if let Some(position) = position {
                reverse.acknowledge(position);
            }
            let from_client = direction == Direction::ClientToServer && !segment.flags.has(Flags::SYN);
            if from_client && !self.established && position.is_none_or(|position| position >= 0) {
                self.edges.get_or_insert_default().handshake_ack.get_or_insert(packet);
            }
        }
        if !self.established
            && let Some(edges) = &self.edges
            && let (Some(syn), Some(_), Some(ack)) = (edges.syn.client, edges.syn.server, edges.handshake_ack)
        {
            self.established = true;
            if self.watched {
                out(What::Established { syn, ack });
            }
        }
    }

    /// The payload and the FIN.
    fn take_payload(
        &mut self,
        direction: Direction,
        packet: PacketId,
        segment: &Segment<'_>,
        awaiting: bool,
        memory: &mut Memory<'_>,
        out: &mut impl FnMut(What<'_>),
    ) {
        let reverse = &self.flows[direction.reverse()];
        let acked =
            segment.flags.has(Flags::ACK).then(|| reverse.bytes_before(segment.acknowledgment)).flatten();
        let flow = &mut self.flows[direction];
        let Some(start) = flow.payload_position(segment) else { return };
        let wire_end = start + i64::from(segment.payload_length);
        let old_syn = segment.flags.has(Flags::SYN) && start != 0;
        if old_syn {
            return;
        }
        if !flow.within_reach(start, wire_end) {
            self.report(Bound::SequenceJump, out);
            return;
        }
        let fin = segment.flags.has(Flags::FIN) && !awaiting;
        flow.highest = flow.highest.max(wire_end + i64::from(fin));
        let chunk = Chunk { packet, start, bytes: segment.payload, wire_end, acked };
        let watched = self.watched;
        if watched {
            tell_conflicts(flow, memory.rings, direction, chunk, out);
        }
        let not_compared = flow.told.is_refused() && !chunk.bytes.is_empty() && start < flow.next as i64;
        let Memory { room, history, rings } = memory;
        let mut told = flow.told;
        let mut tell = |event: StreamEvent<'_>| {
            if watched {
                told.remember(&event, rings, history);
                out(What::Stream(direction, event));
            }
        };
        let mut bound = None;
        if segment.payload_length > 0 {
            bound = flow.receive(chunk, room, &mut tell);
        }
        if fin {
            flow.receive_fin(wire_end, (packet, acked), room.budget, &mut tell);
        }
        flow.told = told;
        for bound in bound.into_iter().chain(not_compared.then_some(Bound::History)) {
            self.report(bound, out);
        }
    }

    fn give_up_acknowledged(
        &mut self,
        packet: PacketId,
        memory: &mut Memory<'_>,
        out: &mut impl FnMut(What<'_>),
    ) {
        let now = Moment { packet, count: self.packets };
        let watched = self.watched;
        for direction in Direction::BOTH {
            let flow = &mut self.flows[direction];
            if flow.has_begun() {
                let Memory { room, history, rings } = memory;
                let mut told = flow.told;
                flow.give_up_acknowledged(now, room.budget, &mut |event| {
                    if watched {
                        told.remember(&event, rings, history);
                        out(What::Stream(direction, event));
                    }
                });
                flow.told = told;
            }
        }
    }

    /// The later of the two FINs, if there are two.
    pub(super) fn both_fins(&self) -> Option<PacketId> {
        let client = self.flows.client.rare().fin?.packet;
        let server = self.flows.server.rare().fin?.packet;
        Some(if client.number > server.number { client } else { server })
    }

    fn report(&mut self, bound: Bound, out: &mut impl FnMut(What<'_>)) {
        let bit = 1 << bound as u8;
        if self.watched && self.reported & bit == 0 {
            self.reported |= bit;
            out(What::LimitReached(bound));
        }
    }
}
