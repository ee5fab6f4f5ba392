//! The last bytes of one direction that were handed over, so that a later copy of them can be compared.
//!
//! ```text
//!   handed over   │ forgotten │ packet 7 │ gap │ packet 8 │ packet 9
//!                 0       end - SIZE                            end     byte n of the stream is at n % SIZE
//! ```

use std::collections::VecDeque;

use crate::base::{Budget, PacketId, StreamEvent};

/// Bytes remembered: three full segments. Whoever sends a second version of bytes does so before they are acknowledged
/// or soon after, and every remembered byte of every open connection costs memory.
pub(super) const SIZE: usize = 4 << 10;

/// Packets remembered: their places must not take more memory than their bytes, however small the packets are.
pub(super) const PACKETS: usize = 32;

/// What a history takes from the budget.
pub(super) const COST: usize = size_of::<Ring>() + PACKETS * size_of::<Piece>();

/// The last bytes that were handed over, if there was memory for them: the number of a ring, or one of the two below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct History(u32);

impl Default for History {
    fn default() -> Self {
        Self::NOTHING
    }
}

/// The rings of all directions. A budget bounds how many there are; they are used again, and not freed.
#[derive(Debug, Default)]
pub(super) struct Rings {
    rings: Vec<Box<Ring>>,
    free: Vec<History>,
}

/// Invariants: pieces do not overlap and are in the order of the stream; there are at most [`PACKETS`].
#[derive(Debug)]
struct Ring {
    bytes: [u8; SIZE],
    pieces: VecDeque<Piece>,
    /// The offset behind the last byte.
    end: u64,
}

/// Where the bytes of one packet lie in the stream.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: u64,
    end: u64,
    packet: PacketId,
}

/// Bytes that came before with other content.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference<'a> {
    /// Where in the stream.
    pub(super) offset: u64,
    /// The packet that came first.
    pub(super) first: PacketId,
    /// What it carried there.
    pub(super) kept: &'a [u8],
    /// What the later one carries there.
    pub(super) refused: &'a [u8],
}

impl Rings {
    fn get(&self, history: History) -> Option<&Ring> {
        self.rings.get(history.0 as usize).map(|ring| &**ring)
    }

    /// An empty ring.
    fn begin(&mut self) -> History {
        let Some(history) = self.free.pop() else {
            self.rings.push(Ring::new());
            return History((self.rings.len() - 1) as u32);
        };
        if let Some(ring) = self.rings.get_mut(history.0 as usize) {
            ring.pieces.clear();
            ring.end = 0;
        }
        history
    }
}

impl History {
    /// Nothing has been handed over.
    const NOTHING: History = History(u32::MAX);
    /// Bytes could not be remembered, because others had used the budget up.
    const REFUSED: History = History(u32::MAX - 1);

    /// Remembers what is handed over.
    pub(super) fn remember(&mut self, event: &StreamEvent<'_>, rings: &mut Rings, budget: &Budget) {
        if let StreamEvent::Data { span, bytes, .. } = event {
            self.record(span.offset, bytes, span.end, rings, budget);
        }
    }

    fn record(&mut self, offset: u64, bytes: &[u8], packet: PacketId, rings: &mut Rings, budget: &Budget) {
        if !self.has_ring() {
            *self = if budget.take(COST) { rings.begin() } else { Self::REFUSED };
        }
        if let Some(ring) = rings.rings.get_mut(self.0 as usize) {
            ring.record(offset, bytes, packet);
        }
    }

    fn has_ring(self) -> bool {
        self != Self::NOTHING && self != Self::REFUSED
    }

    /// Whether bytes that come again cannot be compared for lack of memory.
    pub(super) fn is_refused(self) -> bool {
        self == Self::REFUSED
    }

    /// Where bytes that come again differ from what is remembered.
    ///
    /// One difference for each packet that carried some of the bytes first (two if its bytes lie at both ends of the
    /// ring): all that both packets carried there, of which at least one byte differs.
    pub(super) fn differences<'a>(
        self,
        offset: u64,
        bytes: &'a [u8],
        rings: &'a Rings,
    ) -> impl Iterator<Item = Difference<'a>> {
        rings.get(self).into_iter().flat_map(move |ring| ring.differences(offset, bytes))
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self, rings: &mut Rings, budget: &Budget) {
        if self.has_ring() {
            rings.free.push(*self);
            budget.give_back(COST);
            *self = Self::NOTHING;
        }
    }
}

impl Ring {
    fn new() -> Box<Self> {
        Box::new(Self { bytes: [0; SIZE], pieces: VecDeque::with_capacity(PACKETS), end: 0 })
    }

    fn record(&mut self, offset: u64, bytes: &[u8], packet: PacketId) {
        let end = offset + bytes.len() as u64;
        let kept = bytes.get(bytes.len().saturating_sub(SIZE)..).unwrap_or_default();
        let start = end - kept.len() as u64;
        let place = place(start);
        let (head, tail) = kept.split_at(kept.len().min(SIZE - place));
        self.bytes[place..place + head.len()].copy_from_slice(head);
        self.bytes[..tail.len()].copy_from_slice(tail);
        if self.pieces.len() == PACKETS {
            self.pieces.pop_front();
        }
        self.pieces.push_back(Piece { start, end, packet });
        self.end = end;
    }

    fn differences<'a>(&'a self, offset: u64, bytes: &'a [u8]) -> impl Iterator<Item = Difference<'a>> {
        let from = offset.max(self.end.saturating_sub(SIZE as u64));
        let to = (offset + bytes.len() as u64).min(self.end);
        let skipped = self.pieces.partition_point(|piece| piece.end <= from);
        let pieces = self.pieces.range(skipped..).take_while(move |piece| from < to && piece.start < to);
        let pieces = pieces.filter(move |piece| !may_be_a_keep_alive(piece, offset, bytes));
        let both = pieces.flat_map(move |piece| {
            let (from, to) = (from.max(piece.start), to.min(piece.end));
            let seam = (from - from % SIZE as u64 + SIZE as u64).min(to);
            [(piece.packet, from, seam), (piece.packet, seam, to)]
        });
        both.filter_map(move |(first, from, to)| {
            let length = (to - from) as usize;
            let kept = self.bytes.get(place(from)..)?.get(..length)?;
            let refused = bytes.get((from - offset) as usize..)?.get(..length)?;
            (kept != refused).then_some(Difference { offset: from, first, kept, refused })
        })
    }
}

fn place(offset: u64) -> usize {
    (offset % SIZE as u64) as usize
}

/// Whether a later packet may be a keep-alive that was captured late: its only byte is the last that a packet carried,
/// and stands for nothing.
fn may_be_a_keep_alive(piece: &Piece, offset: u64, bytes: &[u8]) -> bool {
    bytes.len() == 1 && offset + 1 == piece.end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::Timestamp;

    fn packet(number: u64) -> PacketId {
        PacketId { number, time: Timestamp::from_nanos(0) }
    }

    /// A byte of the stream, and the packet that carried it.
    type Byte = (u8, u64);

    /// What is remembered of a stream of which each byte is known.
    fn remembered(stream: &[Option<Byte>], packets: u64) -> Vec<Option<Byte>> {
        let oldest = stream.len().saturating_sub(SIZE);
        let of_late = |(at, byte): (usize, &Option<Byte>)| {
            byte.filter(|(_, number)| at >= oldest && *number + PACKETS as u64 > packets)
        };
        stream.iter().enumerate().map(of_late).collect()
    }

    proptest! {
        #[test]
        fn knows_the_last_bytes_and_their_packets(
            handed_over in prop::collection::vec((prop_oneof![9 => 1usize..600, 1 => 1usize..9000],
                prop_oneof![4 => Just(0usize), 1 => 1usize..3000]), 1..60),
            (from, length) in (any::<usize>(), 2usize..6000),
        ) {
            let budget = Budget::new(COST as u64);
            let (mut history, mut rings) = (History::default(), Rings::default());
            let mut stream: Vec<Option<Byte>> = Vec::new();
            let mut number = 0;
            for (length, gap) in handed_over {
                stream.extend((0..gap).map(|_| None));
                number += 1;
                let start = stream.len();
                stream.extend((start..start + length).map(|at| Some(((at * 7 + at / 256) as u8, number))));
                let bytes: Vec<u8> = stream[start..].iter().flatten().map(|(byte, _)| *byte).collect();
                history.record(start as u64, &bytes, packet(number), &mut rings, &budget);
            }
            let model = remembered(&stream, number);
            let from = from % stream.len();
            let part = &model[from..stream.len().min(from + length)];
            let again: Vec<u8> = part.iter().map(|byte| byte.map_or(0, |(byte, _)| byte)).collect();
            prop_assume!(again.len() > 1);
            prop_assert_eq!(history.differences(from as u64, &again, &rings).next(), None, "the same content");

            let other: Vec<u8> = again.iter().map(|byte| !byte).collect();
            let mut found = vec![None; part.len()];
            for difference in history.differences(from as u64, &other, &rings) {
                let start = difference.offset as usize - from;
                prop_assert_eq!(difference.refused, &other[start..start + difference.kept.len()]);
                for (at, byte) in (start..).zip(difference.kept) {
                    prop_assert_eq!(found[at].replace((*byte, difference.first.number)), None, "told twice");
                }
            }
            prop_assert_eq!(&found[..], part);

            for (at, known) in part.iter().enumerate().step_by(61) {
                let mut flipped = again.clone();
                flipped[at] ^= 1;
                let told: Vec<u64> =
                    history.differences(from as u64, &flipped, &rings).map(|one| one.first.number).collect();
                let expected: Vec<u64> = known.iter().map(|(_, number)| *number).collect();
                prop_assert_eq!(told, expected);
            }
            history.clear(&mut rings, &budget);
            prop_assert_eq!(budget.used(), 0);
        }
    }

    #[test]
    fn remembers_nothing_without_memory() {
        let budget = Budget::new(COST as u64 - 1);
        let (mut history, mut rings) = (History::default(), Rings::default());
        history.record(0, b"abc", packet(1), &mut rings, &budget);
        assert_eq!((history.is_refused(), history.differences(0, b"xyz", &rings).count()), (true, 0));
        history.clear(&mut rings, &budget);
        assert_eq!(budget.used(), 0);
    }
}
