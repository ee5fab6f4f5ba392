//! The short way for what most segments are: the next bytes of a direction, or an acknowledgment that brings nothing else
//! about, of a connection that has begun, has not ended and misses nothing.

use super::What;
use super::analysis::analyse;
use super::connection::{Connection, Memory};
use crate::base::{PacketId, Span, StreamEvent};
use crate::packet::{Flags, Segment};

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Beginning, ending, or with something missing.
    Open,
    /// Both directions are in order, and nothing is pending: see [`Connection::push_in_order`].
    Steady,
    /// It has ended.
    Closed,
    /// Its slot is free.
    Released,
}

impl Connection {
    /// Takes the next segment between its ends, if that is what most are: in order, with nothing missing or pending.
    /// `false` if it is not, and nothing has been done.
    ///
    /// [`Connection::push`] would do the same in more steps.
    pub(super) fn push_in_order(
        &mut self,
        packet: PacketId,
        segment: &Segment<'_>,
        memory: &mut Memory<'_>,
        out: &mut impl FnMut(What<'_>),
    ) -> bool {
        const MARKS: u8 = Flags::SYN.0 | Flags::FIN.0 | Flags::RST.0 | Flags::ACK.0;
        let length = segment.payload.len() as u64;
        if self.stage != Stage::Steady
            || segment.flags.0 & MARKS != Flags::ACK.0
            || u64::from(segment.payload_length) != length
        {
            return false;
        }
        let direction = self.ends.sender(segment.source);
        let (flow, reverse) = (&self.flows[direction], &self.flows[direction.reverse()]);
        let offset = flow.next;
        let Some(acknowledged) = reverse.position(segment.acknowledgment) else { return false };
        if flow.position(segment.sequence) != Some(offset as i64) || acknowledged > reverse.next as i64 {
            return false;
        }
        if self.watched {
            let analysis = analyse(flow, reverse, segment, false);
            out(What::Segment(self.note(direction, packet, segment, analysis)));
        }
        self.last = packet;
        self.packets += 1;
        let acknowledged = acknowledged.max(0) as u64;
        let reverse = &mut self.flows[direction.reverse()];
        reverse.acked = reverse.acked.max(acknowledged);
        let flow = &mut self.flows[direction];
        flow.kept_alive = false;
        flow.acknowledges(segment);
        if length > 0 {
            flow.next += length;
            flow.highest = flow.next as i64;
            flow.last = packet.number;
            if self.watched {
                let span = Span::of(packet, offset, length);
                let event = StreamEvent::Data { span, acked: Some(acknowledged), bytes: segment.payload };
                flow.told.remember(&event, memory.rings, memory.history);
                out(What::Stream(direction, event));
            }
        }
        true
    }

    /// Lets the next segment be one that [`Connection::push`] takes.
    #[cfg(test)]
    pub(super) fn take_long_way(&mut self) {
        if self.stage == Stage::Steady {
            self.stage = Stage::Open;
        }
    }

    /// Frees what is not needed any more, and sees whether the next segment may be one in order.
    pub(super) fn settle(&mut self) {
        let (flows, edges) = (&mut self.flows, self.edges.as_deref());
        let has_begun = self.established
            || (!(flows.client.has_syn() && flows.server.has_syn())
                && edges.is_some_and(|edges| edges.handshake_ack.is_some()));
        let ends = edges.is_some_and(|edges| edges.reset.is_some());
        if self.established && !ends {
            self.edges = None;
        }
        let steady = flows.client.is_steady() & flows.server.is_steady();
        self.stage = if steady && has_begun && !ends { Stage::Steady } else { Stage::Open };
    }
}
