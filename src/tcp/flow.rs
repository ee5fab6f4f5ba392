//! One direction of a connection: sequence numbers become stream offsets, and what is acknowledged is remembered.
//!
//! Offset 0 is the byte behind the SYN or, if no SYN was captured, the first byte seen. It moves back for an earlier
//! segment as long as nothing has been handed over; after that the stream only goes forward. `order.rs` puts the
//! bytes in order.

use super::order::Suspect;
use super::store::Store;
use crate::base::{PacketId, SeqNumber};
use crate::packet::{Flags, Segment};

/// How far ahead of what has arrived a segment may lie.
///
/// More than any receive window in practice (Linux ends at 6 MiB unless tuned), so no sender gets further ahead of
/// its peer; a capture that lost more than this goes on as soon as the peer acknowledges what lies there.
pub(super) const REACH: i64 = 64 << 20;

/// How far before the first segment of a direction an earlier one may lie, if it was captured later.
pub(super) const LATE_START: i64 = 64 << 10;

/// One direction of a connection.
///
/// Captures have thousands of them open at once: what few have at any time is boxed.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The sequence number of offset 0, once a segment has told it.
    pub(super) base: Option<SeqNumber>,
    /// The sequence number that is shown as 0: the SYN's or, without one, that before the first seen.
    shown: Option<SeqNumber>,
    /// Where the stream begins, as the other end's SYN-ACK says.
    pub(super) answered: Option<SeqNumber>,
    /// The last SYN that was not an old duplicate.
    pub(super) syn: Option<PacketId>,
    /// The offset of the next byte to hand over.
    pub(super) next: u64,
    /// The packet that carried what lies before `next`.
    pub(super) last: Option<PacketId>,
    /// The offset behind the furthest segment, its FIN included: the sender's next sequence number.
    pub(super) highest: i64,
    /// The highest offset that the other end has acknowledged, its FIN included.
    pub(super) acked: u64,
    /// From `next` to here, if that is further on, the capture cut the bytes off.
    pub(super) cut_until: u64,
    /// The FIN.
    pub(super) fin: Option<Box<Fin>>,
    /// Whether the FIN has been handed over.
    pub(super) fin_told: bool,
    /// What came before its turn.
    pub(super) store: Store,
    /// The hole that the other end says is none.
    pub(super) suspect: Option<Box<Suspect>>,
    /// What lay out of reach lately.
    far: Option<Box<Far>>,
    /// The last acknowledgment number and window that the sender sent.
    pub(super) said: Option<(SeqNumber, u16)>,
    /// Whether its last segment was a keep-alive.
    pub(super) kept_alive: bool,
    /// How the sender scales its windows, if the other end does so too.
    pub(super) scale: Scale,
}

/// A FIN.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fin {
    /// Where the stream ends.
    pub(super) offset: u64,
    pub(super) packet: PacketId,
    /// How much of the other direction the sender had acknowledged.
    pub(super) acked: Option<u64>,
}

/// What lay out of reach.
#[derive(Debug, Clone, Copy, Default)]
struct Far {
    /// Where the last segment ended.
    data: Option<i64>,
    /// The last acknowledgment.
    ack: Option<i64>,
}

/// What the SYN of a direction says of window scaling (RFC 7323 §2.2).
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Scale {
    #[default]
    NotCaptured,
    NotOffered,
    Offered(u8),
}

impl Scale {
    fn of(syn: &Segment<'_>) -> Self {
        syn.window_shift().map_or(Scale::NotOffered, Scale::Offered)
    }

    /// The shift of a sender whose peer offers `other`: windows are scaled if both ends offer it.
    pub(super) fn shift(self, other: Scale) -> Option<u8> {
        match (self, other) {
            (Scale::NotOffered, _) | (_, Scale::NotOffered) => Some(0),
            (Scale::Offered(shift), Scale::Offered(_)) => Some(shift),
            (Scale::NotCaptured, _) | (_, Scale::NotCaptured) => None,
        }
    }
}

impl Flow {
    /// The offset that a sequence number stands for, nearest to what is expected; the SYN has -1.
    pub(super) fn position(&self, sequence: SeqNumber) -> Option<i64> {
        let base = self.base?;
        let expected = base.advance(self.next as u32);
        Some(self.next as i64 + i64::from(sequence.distance_from(expected)))
    }

    /// The offset of a segment's first payload byte.
    pub(super) fn payload_position(&self, segment: &Segment<'_>) -> Option<i64> {
        let syn = i64::from(segment.flags.has(Flags::SYN));
        self.position(segment.sequence).map(|position| position + syn)
    }

    /// A sequence number as Wireshark shows it: relative to the SYN or to the byte before the first seen.
    pub(super) fn relative(&self, sequence: SeqNumber) -> u64 {
        let relative = match (self.shown, self.base, self.position(sequence)) {
            (Some(shown), Some(base), Some(position)) => position + i64::from(base.distance_from(shown)),
            (Some(shown), ..) => i64::from(sequence.distance_from(shown)),
            (None, ..) => 1,
        };
        relative.max(0) as u64
    }

    /// The other end names the next byte that it expects: the numbers shown can count from there.
    pub(super) fn mentioned(&mut self, acknowledgment: SeqNumber) {
        self.shown.get_or_insert(SeqNumber(acknowledgment.0.wrapping_sub(1)));
    }

    /// How far behind the first number that the other end has mentioned a SYN lies; `None` if it has mentioned none.
    pub(super) fn before_mentioned(&self, syn: SeqNumber) -> Option<i64> {
        self.shown.map(|shown| i64::from(shown.distance_from(syn)))
    }

    /// Learns offset 0 from the first segment, a late SYN, or a segment from before the first.
    pub(super) fn learn(&mut self, packet: PacketId, segment: &Segment<'_>) {
        let is_syn = segment.flags.has(Flags::SYN);
        let first = if is_syn { segment.sequence.advance(1) } else { segment.sequence };
        let Some(position) = self.position(first) else {
            // If the first bytes were not captured, the SYN-ACK still tells that they were sent.
            let lost =
                |from: &SeqNumber| !is_syn && (0..=REACH).contains(&i64::from(first.distance_from(*from)));
            self.base = Some(self.answered.filter(lost).unwrap_or(first));
            if is_syn {
                self.take_syn(packet, segment);
            } else {
                self.mentioned(segment.sequence);
            }
            self.last = Some(packet);
            return;
        };
        let untouched = self.syn.is_none() && self.next == 0 && self.store.is_empty() && self.fin.is_none();
        let keep_alive = segment.payload_length == 1 && position + 1 == self.highest;
        let begins = is_syn || (segment.payload_length > 0 && !keep_alive);
        if untouched && begins && (-LATE_START..0).contains(&position) {
            self.base = Some(first);
            self.highest -= position;
            self.acked += position.unsigned_abs();
            self.suspect = None;
        }
        let is_ours = if self.syn.is_some() { position == 0 } else { (-LATE_START..=0).contains(&position) };
        if is_syn && is_ours {
            self.take_syn(packet, segment);
        }
    }

    fn take_syn(&mut self, packet: PacketId, segment: &Segment<'_>) {
        self.syn = Some(packet);
        self.shown = Some(segment.sequence);
        self.scale = Scale::of(segment);
    }

    /// Whether a segment with these ends can be part of the stream; an absurd jump is not.
    pub(super) fn within_reach(&mut self, position: i64, end: i64) -> bool {
        let arrived = self.next.max(self.acked) as i64;
        if position <= arrived + REACH {
            return true;
        }
        self.far.get_or_insert_default().data = Some(end);
        self.meet_far_away();
        position <= self.acked as i64 + REACH
    }

    /// The other end has acknowledged everything before `position`.
    pub(super) fn acknowledge(&mut self, position: i64) {
        if !self.plausible_ack(position) {
            self.far.get_or_insert_default().ack = Some(position);
            self.meet_far_away();
        } else if position > self.acked as i64 {
            self.acked = position as u64;
        }
    }

    /// Whether an acknowledgment is not further ahead than a sender can be.
    fn plausible_ack(&self, position: i64) -> bool {
        position <= self.highest.max(self.next.max(self.acked) as i64) + REACH
    }

    /// Data and an acknowledgment that are both out of reach, but not of each other: the capture lost what lies
    /// before them.
    fn meet_far_away(&mut self) {
        if let Some(Far { data: Some(data), ack: Some(ack) }) = self.far.as_deref().copied()
            && (data - ack).abs() <= REACH
        {
            self.acked = self.acked.max(ack.max(0) as u64);
            self.far = None;
        }
    }

    /// How many bytes an acknowledgment number acknowledges, as the stream counts them.
    pub(super) fn bytes_before(&self, acknowledgment: SeqNumber) -> Option<u64> {
        let position = self.position(acknowledgment).filter(|position| self.plausible_ack(*position))?;
        Some(self.without_fin(position.max(0) as u64))
    }

    /// The highest byte that the other end has acknowledged.
    pub(super) fn acked_bytes(&self) -> u64 {
        self.without_fin(self.acked)
    }

    /// The same for a reset, which nothing obliges to acknowledge what was received: not more than was sent.
    pub(super) fn bytes_sent_before(&self, acknowledgment: SeqNumber) -> Option<u64> {
        self.bytes_before(acknowledgment).filter(|bytes| *bytes as i64 <= self.highest)
    }

    /// The highest byte that the other end has acknowledged; `None` if nothing shows that it has received any.
    pub(super) fn acknowledged(&self) -> Option<u64> {
        (self.acked > 0).then(|| self.acked_bytes())
    }

    fn without_fin(&self, acked: u64) -> u64 {
        self.fin.as_ref().map_or(acked, |fin| acked.min(fin.offset))
    }

    /// Whether the FIN has been handed over and acknowledged.
    pub(super) fn is_finished(&self) -> bool {
        self.fin_told && self.fin.as_ref().is_some_and(|fin| self.acked > fin.offset)
    }

    /// Whether bytes are missing before something that is known to have been sent.
    pub(super) fn has_hole(&self) -> bool {
        !self.store.is_empty() || self.fin.is_some() != self.fin_told || self.acked_bytes() > self.next
    }
}
