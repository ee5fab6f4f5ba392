//! Which RST ends a connection.

use super::connection::Connection;
use crate::base::{Direction, PacketId};
use crate::packet::{Flags, Segment};

/// How far from what has been sent and acknowledged the sequence number of a RST may lie: a window without scaling.
/// One further off was not accepted by its receiver (RFC 9293 §3.10.7.4).
const RESET_WINDOW: i64 = 64 << 10;

impl Connection {
    /// Who reset it first, and in which packet.
    pub(super) fn reset(&self) -> Option<(Direction, PacketId)> {
        self.edges.as_ref().and_then(|edges| edges.reset)
    }

    /// Takes a RST, if its receiver is likely to have accepted it.
    pub(super) fn take_reset(
        &mut self,
        direction: Direction,
        packet: PacketId,
        segment: &Segment<'_>,
        awaiting: bool,
    ) {
        let plausible = self.is_plausible_reset(direction, segment, awaiting);
        if plausible && self.reset().is_none() && self.both_fins().is_none() {
            let reverse = &self.flows[direction.reverse()];
            let acks = segment.flags.has(Flags::ACK);
            let acked = acks.then(|| reverse.bytes_sent_before(segment.acknowledgment)).flatten();
            let edges = self.edges.get_or_insert_default();
            edges.reset = Some((direction, packet));
            edges.reset_acked = acked;
        }
    }

    fn is_plausible_reset(&self, direction: Direction, segment: &Segment<'_>, awaiting: bool) -> bool {
        let (flow, reverse) = (&self.flows[direction], &self.flows[direction.reverse()]);
        if let Some(position) = flow.position(segment.sequence) {
            let least = flow.next.min(flow.acked) as i64;
            let most = flow.highest.max(flow.next.max(flow.acked) as i64);
            return (least - RESET_WINDOW..=most + RESET_WINDOW).contains(&position);
        }
        if segment.flags.has(Flags::ACK) {
            // RFC 9293 §3.10.7.3: the answer to a SYN counts if it acknowledges it.
            let position = reverse.position(segment.acknowledgment);
            return position.is_none_or(|at| (0..=reverse.highest + RESET_WINDOW).contains(&at));
        }
        let mentioned = flow.before_mentioned(segment.sequence);
        !awaiting && mentioned.is_none_or(|distance| distance.abs() <= RESET_WINDOW)
    }
}
