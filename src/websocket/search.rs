//! Where frames begin, found by evidence (after a loss, or when a capture starts in the middle).
//!
//! Every offset at which a plausible header stands begins a chain: the header says where the next one must stand, and
//! so on. Chance ends a false chain soon; a true one gathers evidence with every header. Each offset is looked at
//! once, and each chain only where it expects a header, so that the work is linear in the bytes.
//!
//! ```text
//!   …payload of a lost frame…│81 05 Hello│89 00│81 7e 01 2c …300 bytes…│81 …
//!                             └──────────▶└────▶└──────────────────────▶   evidence adds up
//! ```

use std::collections::{BTreeMap, VecDeque};

use super::{FrameHeader, Opcode, unmask};
use crate::base::{Budget, GapReason, Span, StreamEvent};

/// How sure one has to be, in bits: chance gives a chain of this much evidence once in 2^bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// Evidence of a chain while more bytes may come.
    bits: u32,
    /// Headers in a row that it must have.
    frames: u32,
    /// Evidence of a chain that ends exactly with the stream.
    bits_at_end: u32,
}

impl Demand {
    /// To go on where it is known that frames follow.
    pub const AFTER_LOSS: Demand = Demand { bits: 24, frames: 1, bits_at_end: 16 };
    /// To take unknown traffic for WebSocket.
    pub const UNKNOWN_TRAFFIC: Demand = Demand { bits: 48, frames: 3, bits_at_end: 48 };
    /// To find the first frame where somebody says that it is WebSocket.
    pub const TOLD: Demand = Demand { bits: 16, frames: 1, bits_at_end: 8 };
}

/// What is known beforehand of the frames searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sought {
    /// Whether they are masked; `None` if the sender's role is not known.
    pub masked: Option<bool>,
    /// RSV1 may mark a compressed message.
    pub rsv1: bool,
}

/// Why one thinks that frames begin at some offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Plausible headers in a row.
    pub frames: u32,
    /// How unlikely that is by chance: once in 2^bits.
    pub bits: u32,
    /// Whether the frames are masked.
    pub masked: bool,
}

/// Where frames begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// The offset of the first header.
    pub start: u64,
    pub evidence: Evidence,
}

/// Memory for what is kept while searching; frames that begin further back than this are lost.
const WINDOW: usize = 256 << 10;
/// Chains followed at once. Those that jump furthest are given up first: they prove least.
const CHAINS: usize = 1024;
/// The longest frame that a chain may jump over.
const JUMP: u64 = 16 << 20;
/// What an event kept costs besides its bytes.
const EVENT_COST: usize = 128;

/// Evidence of a header: no reserved bits, a known opcode, the right mask bit.
const HEADER_BITS: u32 = 5;
/// Evidence of a frame that begins where a segment does, at most: most do, and few other offsets.
const BEGINS_SEGMENT_BITS: u32 = 4;
/// Evidence of a frame that ends where a segment does, at most.
const ENDS_SEGMENT_BITS: u32 = 8;
/// Evidence of a status code between 1000 and 4999.
const CLOSE_CODE_BITS: u32 = 4;
/// Payload bytes of a text that are looked at; each that fits is a bit of evidence.
const TEXT_LOOKED_AT: usize = 16;

/// Searches one direction for the place where frames begin.
///
/// Invariant: `kept` holds consecutive events that end at `end`; `held` is what was taken from the budget for them.
#[derive(Debug, Default)]
pub(super) struct Search {
    kept: VecDeque<Kept>,
    held: usize,
    /// Those of them that are not gaps.
    segments: usize,
    /// Chains by the offset at which each expects its next header.
    chains: BTreeMap<u64, Chain>,
    /// Offsets before this one have been tried as beginnings.
    tried: u64,
    /// How many have been tried.
    places: u64,
    /// The offset behind the last event.
    end: u64,
}

/// An event that waits until it is known what it means.
#[derive(Debug)]
pub(super) struct Kept {
    span: Span,
    acked: Option<u64>,
    what: Content,
}

#[derive(Debug)]
enum Content {
    Bytes(Vec<u8>),
    Gap(GapReason),
}

/// Headers that follow each other; `last` stands at `at`.
#[derive(Debug, Clone, Copy)]
struct Chain {
    start: u64,
    at: u64,
    last: FrameHeader,
    /// Places that had been tried when it began.
    places: u64,
    evidence: Evidence,
    /// Whether `last` proves anything: see [`proves`].
    proves: bool,
    /// The payload of `last` and its end have been looked at.
    settled: bool,
}

/// What stands at an offset.
enum Look {
    Header(FrameHeader),
    /// The beginning of one; the rest has not come.
    More,
    /// Bytes that were not captured, or are not kept any more.
    Nothing,
}

impl Search {
    /// Takes the next event; tells where frames begin as soon as that is sure enough.
    pub fn push(
        &mut self,
        sought: Sought,
        demand: Demand,
        event: &StreamEvent<'_>,
        budget: &Budget,
    ) -> Option<Found> {
        match *event {
            StreamEvent::Data { span, acked, bytes } => {
                self.keep(span, acked, Content::Bytes(bytes.to_vec()), budget)
            }
            StreamEvent::Gap { span, why } => self.keep(span, None, Content::Gap(why), budget),
            StreamEvent::Fin(_) | StreamEvent::Reset(_) => return None,
        }
        self.try_beginnings(sought);
        self.follow(sought, demand)
    }

    /// The stream is over: a chain that ends exactly here needs less evidence.
    pub fn finish(&self, demand: Demand) -> Option<Found> {
        let chain = self.chains.get(&self.end).filter(|chain| chain.net_bits() >= demand.bits_at_end)?;
        Some(self.found(chain))
    }

    /// What was kept, from the header at `start` on. Everything is forgotten and given back.
    pub fn take(&mut self, start: u64, budget: &Budget) -> impl DoubleEndedIterator<Item = Kept> + use<> {
        let kept = std::mem::take(&mut self.kept);
        self.release(budget);
        kept.into_iter().filter_map(move |event| event.from(start))
    }

    /// Forgets everything and gives it back.
    pub fn release(&mut self, budget: &Budget) {
        budget.give_back(self.held);
        *self = Self::default();
    }

    /// Keeps an event, and lets the oldest go if they are too many.
    fn keep(&mut self, span: Span, acked: Option<u64>, what: Content, budget: &Budget) {
        let event = Kept { span, acked, what };
        let cost = event.cost();
        while self.held + cost > WINDOW && self.forget_oldest(budget) {}
        if cost <= WINDOW && budget.take(cost) {
            self.held += cost;
            self.segments += event.segments();
            self.kept.push_back(event);
        } else {
            while self.forget_oldest(budget) {}
        }
        self.end = span.end_offset();
        self.tried = self.tried.max(self.kept.front().map_or(self.end, |first| first.span.offset));
    }

    fn forget_oldest(&mut self, budget: &Budget) -> bool {
        let Some(oldest) = self.kept.pop_front() else { return false };
        budget.give_back(oldest.cost());
        self.held -= oldest.cost();
        self.segments -= oldest.segments();
        true
    }

    /// Begins a chain at every offset that has not been tried and has a plausible header.
    fn try_beginnings(&mut self, sought: Sought) {
        while self.tried < self.end {
            let at = self.tried;
            if let Some(end) = self.gap_at(at) {
                self.tried = end;
                continue;
            }
            self.places += 1;
            match self.look(at) {
                Look::More => return,
                Look::Nothing => {}
                Look::Header(header) => {
                    if plausible(&header, sought) {
                        let proves = proves(&header, None);
                        let begins = self.boundary_bits(at, BEGINS_SEGMENT_BITS);
                        let bits = if proves { HEADER_BITS + begins } else { 0 };
                        let evidence = Evidence { frames: 1, bits, masked: header.masked() };
                        self.insert(Chain {
                            start: at,
                            at,
                            last: header,
                            places: self.places,
                            evidence,
                            proves,
                            settled: false,
                        });
                    }
                }
            }
            self.tried += 1;
        }
    }

    /// Goes on with the chains whose next header has come. Tells the surest that suffices.
    fn follow(&mut self, sought: Sought, demand: Demand) -> Option<Found> {
        let mut surest: Option<Chain> = None;
        let mut waiting = Vec::new();
        while let Some(chain) = self.next_chain() {
            let Some(chain) = self.settle(chain) else { continue };
            let Evidence { frames, bits, masked } = chain.evidence;
            match self.look(chain.next()) {
                Look::More => waiting.push(chain),
                Look::Nothing => {}
                Look::Header(header) => {
                    let sought = Sought { masked: Some(masked), ..sought };
                    if !plausible(&header, sought) {
                        continue;
                    }
                    let proves = proves(&header, Some(&chain.last));
                    let bits = bits + if proves { HEADER_BITS } else { 0 };
                    let evidence = Evidence { frames: frames + 1, bits, masked };
                    self.insert(Chain {
                        at: chain.next(),
                        last: header,
                        evidence,
                        proves,
                        settled: false,
                        ..chain
                    });
                }
            }
            let sure = chain.net_bits() >= demand.bits && frames >= demand.frames;
            if sure && surest.is_none_or(|other| other.evidence.bits < bits) {
                surest = Some(chain);
            }
        }
        waiting.into_iter().for_each(|chain| self.insert(chain));
        surest.map(|chain| self.found(&chain))
    }

    /// Takes out a chain whose last frame is over.
    fn next_chain(&mut self) -> Option<Chain> {
        let first = self.chains.first_entry().filter(|first| *first.key() <= self.end)?;
        Some(first.remove())
    }

    /// Of two chains that expect the same header the surer one stays, and of equals the later.
    fn insert(&mut self, chain: Chain) {
        let next = chain.next();
        let surer = self.chains.get(&next).is_none_or(|other| other.net_bits() <= chain.net_bits());
        if surer {
            self.chains.insert(next, chain);
        }
        if self.chains.len() > CHAINS {
            self.chains.pop_last();
        }
    }

    /// Looks at the payload of the last frame of a chain, now that it is over; `None` if it cannot be one.
    fn settle(&self, mut chain: Chain) -> Option<Chain> {
        if chain.settled {
            return Some(chain);
        }
        let header = &chain.last;
        let mut payload = [0; TEXT_LOOKED_AT];
        let length = header.payload_length.min(TEXT_LOOKED_AT as u64) as usize;
        let payload = payload.get_mut(..length)?;
        let known = self.copy(chain.at + u64::from(header.header_length), payload);
        let payload = payload.get_mut(..known)?;
        if let Some(key) = header.masking_key {
            unmask(key, 0, payload);
        }
        let content = match header.opcode {
            Opcode::Text if !header.rsv1 => text_bits(payload)?,
            Opcode::Close => close_bits(header.payload_length, payload)?,
            _ => 0,
        };
        let end = if chain.proves { self.boundary_bits(chain.next(), ENDS_SEGMENT_BITS) } else { 0 };
        chain.evidence.bits += content + end;
        chain.settled = true;
        Some(chain)
    }

    /// Where to go on from: the beginning of a chain, or its last header if that is all that is kept of it.
    fn found(&self, chain: &Chain) -> Found {
        let kept_from = self.kept.front().map_or(self.end, |first| first.span.offset);
        let headers = [chain.start, chain.at, chain.next()];
        let start = headers.into_iter().find(|start| *start >= kept_from).unwrap_or(self.end);
        Found { start, evidence: Evidence { bits: chain.net_bits(), ..chain.evidence } }
    }

    /// The header at an offset.
    fn look(&self, offset: u64) -> Look {
        let mut bytes = [0; FrameHeader::MAX_LENGTH];
        let count = self.copy(offset, &mut bytes);
        match FrameHeader::parse(bytes.get(..count).unwrap_or_default()) {
            Ok((_, header)) => Look::Header(header),
            Err(_) if offset + count as u64 >= self.end => Look::More,
            Err(_) => Look::Nothing,
        }
    }

    /// The end of the gap that an offset lies in. Gaps can be longer than anybody could walk.
    fn gap_at(&self, offset: u64) -> Option<u64> {
        let at = self.kept.partition_point(|event| event.span.end_offset() <= offset);
        let event = self.kept.get(at)?;
        matches!(event.what, Content::Gap(_)).then_some(event.span.end_offset())
    }

    /// Copies the bytes at an offset, up to a gap or the end; how many.
    fn copy(&self, offset: u64, to: &mut [u8]) -> usize {
        let mut count = 0;
        let first = self.kept.partition_point(|event| event.span.end_offset() <= offset);
        for event in self.kept.range(first..) {
            let skip = (offset + count as u64).checked_sub(event.span.offset).map(|skip| skip as usize);
            let (Content::Bytes(bytes), Some(skip)) = (&event.what, skip) else { break };
            let free = to.get_mut(count..).unwrap_or_default();
            for (to, from) in free.iter_mut().zip(bytes.get(skip..).unwrap_or_default()) {
                *to = *from;
                count += 1;
            }
            if count == to.len() {
                break;
            }
        }
        count
    }

    /// How much it proves that a segment begins or ends at an offset: the longer segments are, the more, up to `most`.
    fn boundary_bits(&self, offset: u64, most: u32) -> u32 {
        let at = self.kept.partition_point(|event| event.span.offset < offset);
        let is_boundary =
            offset == self.end || self.kept.get(at).is_some_and(|event| event.span.offset == offset);
        let bytes = self.held.saturating_sub(self.kept.len() * EVENT_COST);
        let length = bytes / self.segments.max(1);
        if is_boundary { length.checked_ilog2().unwrap_or(0).min(most) } else { 0 }
    }
}

impl Chain {
    /// The evidence, less what chance has in its favour: the more places were tried before, the more chains have begun.
    fn net_bits(&self) -> u32 {
        self.evidence.bits.saturating_sub(self.places.checked_ilog2().unwrap_or(0))
    }

    /// Where the next header must stand.
    fn next(&self) -> u64 {
        self.at.saturating_add(u64::from(self.last.header_length)).saturating_add(self.last.payload_length)
    }
}

impl Kept {
    /// The event, to be treated now.
    pub fn event(&self) -> StreamEvent<'_> {
        match &self.what {
            Content::Bytes(bytes) => StreamEvent::Data { span: self.span, acked: self.acked, bytes },
            Content::Gap(why) => StreamEvent::Gap { span: self.span, why: *why },
        }
    }

    /// Captured bytes in it.
    pub fn captured(&self) -> u64 {
        if let Content::Bytes(bytes) = &self.what { bytes.len() as u64 } else { 0 }
    }

    /// 1 if it is a segment, 0 if it is a gap.
    fn segments(&self) -> usize {
        usize::from(matches!(self.what, Content::Bytes(_)))
    }

    /// What memory it takes.
    fn cost(&self) -> usize {
        EVENT_COST + if let Content::Bytes(bytes) = &self.what { bytes.len() } else { 0 }
    }

    /// The part that lies at `start` or behind.
    fn from(mut self, start: u64) -> Option<Self> {
        let skip = start.saturating_sub(self.span.offset).min(self.span.length);
        if let Content::Bytes(bytes) = &mut self.what {
            bytes.drain(..(skip as usize).min(bytes.len()));
        }
        self.span = self.span.part(skip, self.span.length - skip);
        (self.span.length > 0).then_some(self)
    }
}

/// Whether a peer that keeps to the protocol might send this header.
fn plausible(header: &FrameHeader, sought: Sought) -> bool {
    let control = header.opcode.is_control();
    let known = !matches!(header.opcode, Opcode::Reserved(_));
    let reserved = header.rsv2 || header.rsv3 || header.rsv1 && (control || !sought.rsv1);
    let mask = sought.masked.is_none_or(|masked| masked == header.masked());
    let short = !control || header.fin && header.payload_length <= 125;
    let minimal = match header.header_length - if header.masked() { 4 } else { 0 } {
        2 => true,
        4 => header.payload_length > 125,
        _ => header.payload_length > 0xffff,
    };
    known && !reserved && mask && short && minimal && header.payload_length <= JUMP
}

/// Whether a plausible header proves anything. Empty data frames do not, nor does a header (with its masking key) like
/// the one before: zeros, fill bytes and tables of any other protocol look like these.
fn proves(header: &FrameHeader, before: Option<&FrameHeader>) -> bool {
    let empty = header.payload_length == 0 && !header.opcode.is_control();
    !empty && before.is_none_or(|before| before != header)
}

/// How much the first bytes of a text prove: one bit for each byte of UTF-8 that is no control character. `None` if
/// they are not UTF-8.
fn text_bits(bytes: &[u8]) -> Option<u32> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    Some(text.bytes().filter(|byte| !byte.is_ascii_control()).count() as u32)
}

/// How much the body of a Close frame proves; `None` if it cannot be one.
fn close_bits(length: u64, bytes: &[u8]) -> Option<u32> {
    match (length, bytes) {
        (0, _) => Some(CLOSE_CODE_BITS),
        (1, _) => None,
        (_, [high, low, reason @ ..]) => {
            let possible = (1000..5000).contains(&u16::from_be_bytes([*high, *low]));
            text_bits(reason).filter(|_| possible).map(|bits| bits + CLOSE_CODE_BITS)
        }
        _ => Some(0),
    }
}
