//! The marks of the packet list: how a segment stands to those before it.
//!
//! Names and conditions are Wireshark's where they need no clock: a segment that fills a hole is out of order here,
//! however late it comes, and a retransmission only if all its bytes are old.

use super::Analysis;
use super::flow::Flow;
use crate::base::PacketId;
use crate::packet::{Flags, Segment};

/// Judges a segment of `flow`, before the flow learns of it.
pub(super) fn analyse(flow: &Flow, reverse: &Flow, segment: &Segment<'_>, keep_alive: bool) -> Analysis {
    let opens_or_ends = opens_or_ends(segment);
    let mut marks = 0;
    if segment.window == 0 && !opens_or_ends {
        marks |= Analysis::ZERO_WINDOW.0;
    }
    let Some(position) = flow.position(segment.sequence) else { return Analysis(marks) };
    if position > flow.highest && !segment.flags.has(Flags::RST) {
        marks |= Analysis::LOST_SEGMENT.0;
    }
    if keep_alive {
        marks |= Analysis::KEEP_ALIVE.0;
    } else if position < flow.highest {
        marks |= repeats(flow, segment).0;
    }
    if !opens_or_ends
        && position == flow.highest
        && !reverse.kept_alive
        && repeats_acknowledgment(flow, segment)
    {
        marks |= Analysis::DUPLICATE_ACK.0;
    }
    Analysis(marks)
}

/// Whether a segment only asks whether the other end is still there (RFC 9293 §3.8.4): nothing, or one byte of no
/// meaning, just before the next sequence number.
///
/// A byte there that has not been seen is data which comes late, unless it was acknowledged some time ago.
pub(super) fn is_keep_alive(flow: &Flow, packet: PacketId, segment: &Segment<'_>) -> bool {
    let Some(position) = flow.position(segment.sequence) else { return false };
    let late = segment.payload_length == 1
        && u64::try_from(position)
            .is_ok_and(|at| at >= flow.next && flow.rare().store.first_missing(at, at + 1).is_some())
        && !flow.missed_for_long(packet);
    segment.payload_length <= 1 && !opens_or_ends(segment) && position + 1 == flow.highest && !late
}

fn opens_or_ends(segment: &Segment<'_>) -> bool {
    [Flags::SYN, Flags::FIN, Flags::RST].into_iter().any(|flag| segment.flags.has(flag))
}

/// A segment that begins before the furthest one ended: does it repeat, or fill a hole?
fn repeats(flow: &Flow, segment: &Segment<'_>) -> Analysis {
    let fin = segment.flags.has(Flags::FIN);
    let takes_space = segment.payload_length > 0 || fin || segment.flags.has(Flags::SYN);
    let Some(start) = flow.payload_position(segment).filter(|_| takes_space) else {
        return Analysis::default();
    };
    let wire_end = start + i64::from(segment.payload_length);
    let captured_end = (start + segment.payload.len() as i64).min(flow.highest).max(0) as u64;
    let from = flow.next.max(start.max(0) as u64);
    if flow.rare().store.first_missing(from, captured_end).is_some() {
        Analysis::OUT_OF_ORDER
    } else if wire_end + i64::from(fin) <= flow.highest {
        Analysis::RETRANSMISSION
    } else {
        Analysis::default()
    }
}

fn repeats_acknowledgment(flow: &Flow, segment: &Segment<'_>) -> bool {
    segment.payload_length == 0
        && segment.window != 0
        && segment.flags.has(Flags::ACK)
        && flow.has_said(segment)
}
