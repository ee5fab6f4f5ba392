//! One direction of a connection: sequence numbers become stream offsets, and what is acknowledged is remembered.
//!
//! Offset 0 is the byte behind the SYN or, if no SYN was captured, the first byte seen. It moves back for an earlier
//! segment as long as nothing has been handed over; after that the stream only goes forward. `order.rs` puts the
//! bytes in order.

use super::history::History;
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
/// Captures have thousands of them open at once, and each packet finds theirs far from the processor: all that a
/// segment in order touches lies in one cache line, and what few have at any time is boxed.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(super) struct Flow {
    /// The offset of the next byte to hand over.
    pub(super) next: u64,
    /// The offset behind the furthest segment, its FIN included: the sender's next sequence number.
    pub(super) highest: i64,
    /// The highest offset that the other end has acknowledged, its FIN included.
    pub(super) acked: u64,
    /// The number of the packet that carried what lies before `next`; 0 before the first.
    pub(super) last: u64,
    rare: Option<Box<Rare>>,
    /// What of the following is known.
    known: Known,
    /// The sequence number of offset 0.
    base: SeqNumber,
    /// The sequence number that is shown as 0: the SYN's or, without one, that before the first seen.
    shown: SeqNumber,
    /// The last acknowledgment number and window that the sender sent, if it sent one.
    said: SeqNumber,
    said_window: u16,
    pub(super) has_acknowledged: bool,
    /// Whether its last segment was a keep-alive.
    pub(super) kept_alive: bool,
    /// How the sender scales its windows, if the other end does so too.
    pub(super) scale: Scale,
    /// What was handed over last.
    pub(super) told: History,
}

/// How much is known of where a direction begins; each includes what stands before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    #[default]
    Nothing,
    /// What to show as 0, as the other end has acknowledged something.
    Shown,
    /// The sequence number of offset 0.
    Base,
    /// That, by the SYN.
    Syn,
}

/// What few directions have at any time.
#[derive(Debug, Default)]
pub(super) struct Rare {
    /// What came before its turn.
    pub(super) store: Store,
    /// From `next` to here, if that is further on, the capture cut the bytes off.
    pub(super) cut_until: u64,
    /// The FIN.
    pub(super) fin: Option<Fin>,
    /// Whether the FIN has been handed over.
    pub(super) fin_told: bool,
    /// The hole that the other end says is none.
    pub(super) suspect: Option<Suspect>,
    /// What lay out of reach lately.
    far: Far,
}

/// What a direction has that has nothing of it.
static NOTHING: Rare = Rare {
    store: Store::new(),
    cut_until: 0,
    fin: None,
    fin_told: false,
    suspect: None,
    far: Far { data: None, ack: None },
};

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
        self.has_begun().then(|| {
            let expected = self.base.advance(self.next as u32);
            self.next as i64 + i64::from(sequence.distance_from(expected))
        })
    }

    /// Whether a segment has told where offset 0 is.
    pub(super) fn has_begun(&self) -> bool {
        self.known >= Known::Base
    }

    /// Whether a SYN that was not an old duplicate has told it.
    pub(super) fn has_syn(&self) -> bool {
        self.known == Known::Syn
    }

    /// What few have.
    pub(super) fn rare(&self) -> &Rare {
        self.rare.as_deref().unwrap_or(&NOTHING)
    }

    /// The same, for something to be put there.
    pub(super) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// The same, if something may be there.
    pub(super) fn rare_if_any(&mut self) -> Option<&mut Rare> {
        self.rare.as_deref_mut()
    }

    /// The connection has ended: keeps what segments that come late are judged by.
    pub(super) fn end(&mut self) {
        if self.rare().suspect.is_none() {
            self.rare = None;
        }
    }

    /// Frees what is not needed any more. Returns whether all that was sent has been handed over, nothing else has been
    /// acknowledged, and nothing rare is left.
    pub(super) fn is_steady(&mut self) -> bool {
        if self.rare.as_ref().is_some_and(|rare| rare.is_nothing(self.next)) {
            self.rare = None;
        }
        self.has_begun() && self.rare.is_none() && self.highest == self.next as i64 && self.acked <= self.next
    }

    /// The offset of a segment's first payload byte.
    pub(super) fn payload_position(&self, segment: &Segment<'_>) -> Option<i64> {
        let syn = i64::from(segment.flags.has(Flags::SYN));
        self.position(segment.sequence).map(|position| position + syn)
    }

    /// A sequence number as Wireshark shows it: relative to the SYN or to the byte before the first seen.
    pub(super) fn relative(&self, sequence: SeqNumber) -> u64 {
        let relative = match (self.known, self.position(sequence)) {
            (_, Some(position)) => position + i64::from(self.base.distance_from(self.shown)),
            (Known::Nothing, None) => 1,
            (_, None) => i64::from(sequence.distance_from(self.shown)),
        };
        relative.max(0) as u64
    }

    /// The other end names the next byte that it expects: the numbers shown can count from there.
    pub(super) fn mentioned(&mut self, acknowledgment: SeqNumber) {
        if self.known == Known::Nothing {
            self.known = Known::Shown;
            self.shown = SeqNumber(acknowledgment.0.wrapping_sub(1));
        }
    }

    /// How far behind the first number that the other end has mentioned a SYN lies; `None` if it has mentioned none.
    pub(super) fn before_mentioned(&self, syn: SeqNumber) -> Option<i64> {
        (self.known > Known::Nothing).then(|| i64::from(self.shown.distance_from(syn)))
    }

    /// The sender acknowledges something.
    pub(super) fn acknowledges(&mut self, segment: &Segment<'_>) {
        self.has_acknowledged = true;
        self.said = segment.acknowledgment;
        self.said_window = segment.window;
    }

    /// Whether the sender's last acknowledgment was the same, with the same window.
    pub(super) fn has_said(&self, segment: &Segment<'_>) -> bool {
        self.has_acknowledged && (self.said, self.said_window) == (segment.acknowledgment, segment.window)
    }

    /// Learns offset 0 from the first segment, a late SYN, or a segment from before the first. `answered` is where the
    /// stream begins as the other end's SYN-ACK says. Returns whether this is the SYN.
    pub(super) fn learn(
        &mut self,
        packet: PacketId,
        segment: &Segment<'_>,
        answered: Option<SeqNumber>,
    ) -> bool {
        let is_syn = segment.flags.has(Flags::SYN);
        let first = if is_syn { segment.sequence.advance(1) } else { segment.sequence };
        let Some(position) = self.position(first) else {
            // If the first bytes were not captured, the SYN-ACK still tells that they were sent.
            let lost =
                |from: &SeqNumber| !is_syn && (0..=REACH).contains(&i64::from(first.distance_from(*from)));
            self.base = answered.filter(lost).unwrap_or(first);
            self.mentioned(segment.sequence);
            self.known = Known::Base;
            if is_syn {
                self.take_syn(segment);
            }
            self.last = packet.number;
            return is_syn;
        };
        let rare = self.rare();
        let untouched = !self.has_syn() && self.next == 0 && rare.store.is_empty() && rare.fin.is_none();
        let keep_alive = segment.payload_length == 1 && position + 1 == self.highest;
        let begins = is_syn || (segment.payload_length > 0 && !keep_alive);
        if untouched && begins && (-LATE_START..0).contains(&position) {
            self.base = first;
            self.highest -= position;
            self.acked += position.unsigned_abs();
            if let Some(rare) = self.rare_if_any() {
                rare.suspect = None;
            }
        }
        let is_ours = if self.has_syn() { position == 0 } else { (-LATE_START..=0).contains(&position) };
        if is_syn && is_ours {
            self.take_syn(segment);
        }
        is_syn && is_ours
    }

    fn take_syn(&mut self, segment: &Segment<'_>) {
        self.known = Known::Syn;
        self.shown = segment.sequence;
        self.scale = Scale::of(segment);
    }

    /// Whether a segment with these ends can be part of the stream; an absurd jump is not.
    pub(super) fn within_reach(&mut self, position: i64, end: i64) -> bool {
        let arrived = self.next.max(self.acked) as i64;
        if position <= arrived + REACH {
            return true;
        }
        self.rare_mut().far.data = Some(end);
        self.meet_far_away();
        position <= self.acked as i64 + REACH
    }

    /// The other end has acknowledged everything before `position`.
    pub(super) fn acknowledge(&mut self, position: i64) {
        if !self.plausible_ack(position) {
            self.rare_mut().far.ack = Some(position);
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
        if let Far { data: Some(data), ack: Some(ack) } = self.rare().far
            && (data - ack).abs() <= REACH
        {
            self.acked = self.acked.max(ack.max(0) as u64);
            self.rare_mut().far = Far::default();
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
        self.rare().fin.map_or(acked, |fin| acked.min(fin.offset))
    }

    /// Whether the FIN has been handed over and acknowledged.
    pub(super) fn is_finished(&self) -> bool {
        let rare = self.rare();
        rare.fin_told && rare.fin.is_some_and(|fin| self.acked > fin.offset)
    }

    /// Whether bytes are missing before something that is known to have been sent.
    pub(super) fn has_hole(&self) -> bool {
        let rare = self.rare();
        !rare.store.is_empty() || rare.fin.is_some() != rare.fin_told || self.acked_bytes() > self.next
    }
}

impl Rare {
    /// Whether nothing of it is left for a direction that has come to `next`.
    fn is_nothing(&self, next: u64) -> bool {
        let Rare { store, cut_until, fin, fin_told: _, suspect, far } = self;
        let far = far.data.is_none() && far.ack.is_none();
        store.is_empty() && *cut_until <= next && fin.is_none() && suspect.is_none() && far
    }
}
