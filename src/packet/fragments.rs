//! Fragments of IP datagrams are put together (RFC 791 §3.2, RFC 8200 §4.5).
//!
//! In comes the payload of a packet that is a fragment; out goes the payload of its datagram once all of it is there.
//! The order does not matter and copies do no harm. A datagram keeps its place after it has become whole, so that a
//! capture that shows every packet twice does not seem to hold fragments that lack the others.
//!
//! Fragments that contradict each other (another byte at the same place, another end) never make a datagram. The
//! earlier ones are given up and the latest one begins anew: RFC 5722 §3 wants such datagrams discarded, and
//! a sender that has used up its 65536 identifications looks just like that (RFC 4963).

use std::collections::HashMap;
use std::net::IpAddr;

use foldhash::fast::RandomState;

use super::NotTcp;
use super::ip::{Fragment, Payload};
use crate::base::Timestamp;

/// Bytes of the longest datagram: lengths in IP have 16 bits.
const LONGEST: usize = 65_535;
/// Offsets count blocks of this many bytes.
const BLOCK: usize = 8;
/// A datagram is given up 60 s after its first fragment (RFC 8200 §4.5; RFC 1122 §3.3.2 allows 60 to 120 s).
const TIMEOUT_NANOS: u64 = 60_000_000_000;
/// A datagram is given up so many packets after its first fragment: a fast sender uses its 65536 identifications up
/// long before the time is over (RFC 4963 §3), and what it lost would then be replaced by something else.
const TIMEOUT_PACKETS: u64 = 1 << 15;

/// A point in the capture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) time: Timestamp,
    /// Packets so far.
    pub(super) packets: u64,
}

/// The packets that carried what is being decoded.
#[derive(Debug, Default)]
pub(super) struct Carriers {
    /// How many.
    pub(super) count: u64,
    /// Their numbers, if there was more than one and somebody wants to know. Of those that bring nothing new, none.
    numbers: Option<Vec<u64>>,
}

impl Carriers {
    /// With their numbers.
    pub(super) fn noted() -> Self {
        Self { count: 0, numbers: Some(Vec::new()) }
    }

    /// Another packet comes.
    pub(super) fn begin(&mut self) {
        self.count = 1;
        self.numbers.iter_mut().for_each(Vec::clear);
    }

    pub(super) fn numbers(&self) -> &[u64] {
        self.numbers.as_deref().unwrap_or_default()
    }
}

/// The datagrams of which some fragments have been seen.
#[derive(Debug)]
pub(super) struct Reassembly {
    /// At most `cap` of them, which is not 0; once there are so many, a ring.
    datagrams: Vec<Datagram>,
    /// Where in `datagrams` each is.
    index: HashMap<Key, usize, RandomState>,
    /// The one that makes room next.
    oldest: usize,
    cap: usize,
    /// Packets with fragments of datagrams that were given up.
    given_up: u64,
    /// Datagrams that were still awaiting fragments when they made room.
    evicted: u64,
}

/// What the fragments of one datagram have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    source: IpAddr,
    destination: IpAddr,
    id: u32,
    /// Only in IPv4 (RFC 791 §3.2); in IPv6 the number may differ between the fragments of one datagram.
    protocol: Option<u8>,
}

/// A fragment that may belong to a datagram: `offset + length <= LONGEST`, `data.len() <= length`, `length > 0`.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    offset: usize,
    /// Bytes on the wire.
    length: usize,
    /// Those captured.
    data: &'a [u8],
    /// Whether more of the datagram lies behind it; if not, it may end inside a block.
    more: bool,
    protocol: u8,
}

/// A datagram whose fragments are being collected, or that is whole.
#[derive(Debug)]
struct Datagram {
    key: Key,
    begun: Moment,
    /// By the first fragment (RFC 8200 §4.5).
    protocol: u8,
    /// Up to the end of the last fragment so far; zeros where nothing is known.
    bytes: Vec<u8>,
    /// Which blocks of `bytes` some fragment carried.
    carried: Vec<bool>,
    /// How many of `carried` are set.
    blocks: usize,
    /// How long it is, once the last fragment says so; `bytes.len() <= end`.
    end: Option<usize>,
    /// What some fragment carried is known up to here; from here on, the capture cut one.
    known: usize,
    /// Packets that carried its fragments.
    packets: u64,
    /// Their numbers, if they are wanted; never more than `TIMEOUT_PACKETS` of each of the two reassemblies.
    numbers: Vec<u64>,
    whole: bool,
}

impl Reassembly {
    /// At most `cap` datagrams are remembered (one, if it is 0), each up to 72 KiB.
    pub(super) fn new(cap: usize) -> Self {
        Self {
            datagrams: Vec::new(),
            index: HashMap::default(),
            oldest: 0,
            cap: cap.max(1),
            given_up: 0,
            evicted: 0,
        }
    }

    /// Takes a fragment that these `carriers` brought. If its datagram is whole with it, that one's payload comes back,
    /// and `carriers` become those of all its fragments.
    ///
    /// # Errors
    ///
    /// [`NotTcp::Fragment`] if others are awaited, or it repeats what is known; otherwise it is not one that any
    /// sender may make.
    pub(super) fn add(
        &mut self,
        payload: &Payload<'_>,
        fragment: Fragment,
        now: Moment,
        carriers: &mut Carriers,
    ) -> Result<Payload<'_>, NotTcp> {
        let piece = Piece::new(payload, fragment).ok_or(NotTcp::Malformed("IP fragment"))?;
        let key = Key {
            source: payload.source,
            destination: payload.destination,
            id: fragment.id,
            protocol: payload.source.is_ipv4().then_some(payload.protocol),
        };
        let place = self.place_of(key, now);
        let datagram = self.datagrams.get_mut(place).ok_or(NotTcp::Fragment)?;
        if datagram.is_too_old(now) || datagram.contradicts(&piece) {
            self.given_up += datagram.lost();
            datagram.begin(key, now);
        }
        if datagram.whole {
            return Err(NotTcp::Fragment);
        }
        let blocks = datagram.blocks;
        datagram.fill(&piece);
        datagram.packets += carriers.count;
        if let Some(numbers) = carriers.numbers.as_mut().filter(|_| datagram.blocks > blocks) {
            if numbers.is_empty() {
                numbers.push(now.packets);
            }
            datagram.numbers.append(numbers);
        }
        let end =
            datagram.end.filter(|end| datagram.blocks == end.div_ceil(BLOCK)).ok_or(NotTcp::Fragment)?;
        datagram.whole = true;
        carriers.count = datagram.packets;
        if let Some(numbers) = &mut carriers.numbers {
            std::mem::swap(numbers, &mut datagram.numbers);
        }
        let captured = datagram.bytes.get(..end.min(datagram.known)).unwrap_or_default();
        Ok(Payload {
            source: payload.source,
            destination: payload.destination,
            protocol: datagram.protocol,
            captured,
            missing: end - captured.len(),
        })
    }

    /// Packets with fragments of datagrams that have not become whole.
    pub(super) fn incomplete(&self) -> u64 {
        self.given_up + self.datagrams.iter().map(Datagram::lost).sum::<u64>()
    }

    /// Datagrams that were still awaiting fragments when they made room for others.
    pub(super) fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Bytes allocated for what fragments carried.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.datagrams.iter().map(|datagram| datagram.bytes.capacity() + datagram.carried.capacity()).sum()
    }

    /// Where the datagram of this key is; if it is new, the oldest one may have to make room.
    fn place_of(&mut self, key: Key, now: Moment) -> usize {
        if let Some(place) = self.index.get(&key) {
            return *place;
        }
        let place = if self.datagrams.len() < self.cap {
            self.datagrams.push(Datagram::new(key, now));
            self.datagrams.len() - 1
        } else {
            let place = self.oldest;
            let Some(datagram) = self.datagrams.get_mut(place) else { return place };
            self.oldest = (place + 1) % self.cap;
            self.index.remove(&datagram.key);
            self.evicted += u64::from(!datagram.whole && !datagram.is_too_old(now));
            self.given_up += datagram.lost();
            datagram.begin(key, now);
            place
        };
        self.index.insert(key, place);
        place
    }
}

impl<'a> Piece<'a> {
    /// `None` if no sender may make such a fragment: empty, beyond the longest datagram, or inside it and not made of
    /// whole blocks.
    fn new(payload: &Payload<'a>, fragment: Fragment) -> Option<Self> {
        let length = payload.captured.len().checked_add(payload.missing)?;
        let possible = length > 0
            && fragment.offset.checked_add(length)? <= LONGEST
            && (!fragment.more || length.is_multiple_of(BLOCK));
        possible.then_some(Self {
            offset: fragment.offset,
            length,
            data: payload.captured,
            more: fragment.more,
            protocol: payload.protocol,
        })
    }

    fn end(&self) -> usize {
        self.offset + self.length
    }

    /// The bytes captured, cut into blocks, each with its number.
    fn blocks(&self) -> impl Iterator<Item = (usize, &'a [u8])> {
        (self.offset / BLOCK..).zip(self.data.chunks(BLOCK))
    }
}

impl Datagram {
    fn new(key: Key, begun: Moment) -> Self {
        Self {
            key,
            begun,
            protocol: 0,
            bytes: Vec::new(),
            carried: Vec::new(),
            blocks: 0,
            end: None,
            known: usize::MAX,
            packets: 0,
            numbers: Vec::new(),
            whole: false,
        }
    }

    /// Begins another datagram in the same memory.
    fn begin(&mut self, key: Key, begun: Moment) {
        let (mut bytes, mut carried) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.carried));
        bytes.clear();
        carried.clear();
        *self = Self { bytes, carried, ..Self::new(key, begun) };
    }

    fn is_too_old(&self, now: Moment) -> bool {
        now.time.nanos_since(self.begun.time).unsigned_abs() > TIMEOUT_NANOS
            || now.packets - self.begun.packets > TIMEOUT_PACKETS
    }

    /// Packets that are lost if the datagram is given up as it is.
    fn lost(&self) -> u64 {
        if self.whole { 0 } else { self.packets }
    }

    /// Whether this cannot be a piece of the same datagram. Bytes that were not captured contradict nothing.
    fn contradicts(&self, piece: &Piece<'_>) -> bool {
        let beyond_the_end = self.end.is_some_and(|end| piece.end() > end);
        let ends_before_others = !piece.more && piece.end() < self.bytes.len();
        let ends_elsewhere = !piece.more && self.end.is_some_and(|end| piece.end() != end);
        beyond_the_end
            || ends_before_others
            || ends_elsewhere
            || piece.blocks().any(|(block, data)| self.is_carried(block) && self.differs(block, data))
    }

    fn is_carried(&self, block: usize) -> bool {
        self.carried.get(block).copied().unwrap_or_default()
    }

    fn differs(&self, block: usize, data: &[u8]) -> bool {
        let start = block * BLOCK;
        let length = data.len().min(self.known.saturating_sub(start));
        self.bytes.get(start..start + length) != data.get(..length)
    }

    /// Takes over what is new in a piece that does not contradict.
    fn fill(&mut self, piece: &Piece<'_>) {
        if piece.end() > self.bytes.len() {
            self.bytes.reserve_exact(piece.end() - self.bytes.len());
            self.bytes.resize(piece.end(), 0);
            let blocks = piece.end().div_ceil(BLOCK);
            self.carried.reserve_exact(blocks - self.carried.len());
            self.carried.resize(blocks, false);
        }
        for (block, data) in piece.blocks() {
            let start = block * BLOCK;
            let room = self.bytes.get_mut(start..start + data.len());
            if let Some(room) = room.filter(|_| self.carried.get(block) == Some(&false)) {
                room.copy_from_slice(data);
            }
        }
        let cut = piece.offset + piece.data.len();
        let carried = self.carried.iter_mut().enumerate().take(piece.end().div_ceil(BLOCK));
        for (block, carried) in carried.skip(piece.offset / BLOCK).filter(|(_, carried)| !**carried) {
            *carried = true;
            self.blocks += 1;
            if piece.end().min((block + 1) * BLOCK) > cut {
                self.known = self.known.min(cut.max(block * BLOCK));
            }
        }
        if piece.offset == 0 {
            self.protocol = piece.protocol;
        }
        if !piece.more {
            self.end = Some(piece.end());
        }
    }
}
