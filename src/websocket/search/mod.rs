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

mod doubt;
mod evidence;
mod window;

use std::collections::BTreeMap;

use super::{FrameHeader, unmask};
use crate::base::{Budget, StreamEvent};

use evidence::{
    BEGINS_SEGMENT_BITS, ENDS_SEGMENT_BITS, HEADER_BITS, TEXT_LOOKED_AT, content_bits, message_open,
    plausible, proves,
};
use window::{Look, Window};

pub(super) use doubt::Doubt;
pub(super) use evidence::Sought;
pub use evidence::{Demand, Evidence};
pub(super) use window::Kept;

/// Where frames begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// The offset of the first header.
    pub start: u64,
    pub evidence: Evidence,
}

/// Chains followed at once. Those that jump furthest are given up first: they prove least.
const CHAINS: usize = 1024;

/// Searches one direction for the place where frames begin.
#[derive(Debug, Default)]
pub(super) struct Search {
    window: Window,
    /// Chains by the offset at which each expects its next header.
    chains: BTreeMap<u64, Chain>,
    /// Offsets before this one have been tried as beginnings.
    tried: u64,
    /// How many have been tried.
    places: u64,
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
    /// Whether a fragmented message is open behind `last`, as far as the chain tells.
    message_open: Option<bool>,
    /// Whether `last` proves anything: see [`proves`].
    proves: bool,
    /// The payload of `last` and its end have been looked at.
    settled: bool,
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
        self.window.keep(event, budget);
        self.tried = self.tried.max(self.window.start());
        self.try_beginnings(sought);
        self.follow(sought, demand)
    }

    /// Less evidence suffices than before: tells the surest chain that now does.
    pub fn again(&self, demand: Demand) -> Option<Found> {
        let over = self.chains.range(..=self.window.end()).map(|(_, chain)| chain);
        let sure = over.filter(|chain| chain.suffices(demand));
        sure.max_by_key(|chain| chain.rank()).map(|chain| self.found(chain))
    }

    /// The stream is over: a chain that ends exactly here needs less evidence.
    pub fn finish(&self, demand: Demand) -> Option<Found> {
        let chain = self.chains.get(&self.window.end())?;
        (chain.net_bits() >= demand.bits_at_end).then(|| self.found(chain))
    }

    /// What was kept, from the header at `start` on. Everything is forgotten and given back.
    pub fn take(&mut self, start: u64, budget: &Budget) -> impl DoubleEndedIterator<Item = Kept> + use<> {
        let kept = self.window.take(start, budget);
        self.release(budget);
        kept
    }

    /// Forgets everything and gives it back.
    pub fn release(&mut self, budget: &Budget) {
        self.window.release(budget);
        *self = Self::default();
    }

    /// Begins a chain at every offset that has not been tried and has a plausible header.
    fn try_beginnings(&mut self, sought: Sought) {
        while self.tried < self.window.end() {
            if let Some(end) = self.window.gap_at(self.tried) {
                self.tried = end;
                continue;
            }
            match self.window.look(self.tried) {
                Look::More => return,
                Look::Header(header) if plausible(&header, sought) => self.begin(header),
                Look::Header(_) | Look::Nothing => {}
            }
            self.tried += 1;
            self.places += 1;
        }
    }

    /// Begins a chain with a header where the next place to try is.
    fn begin(&mut self, header: FrameHeader) {
        let start = self.tried;
        let proves = proves(&header, None);
        let begins = self.window.boundary_bits(start, BEGINS_SEGMENT_BITS);
        let bits = begins + if proves { HEADER_BITS } else { 0 };
        let evidence = Evidence { frames: 1, bits, masked: header.masked() };
        let places = self.places + 1;
        let Some(message_open) = message_open(None, &header) else { return };
        self.insert(Chain {
            start,
            at: start,
            last: header,
            places,
            evidence,
            message_open,
            proves,
            settled: false,
        });
    }

    /// Goes on with the chains whose next header has come. Tells the surest that suffices.
    fn follow(&mut self, sought: Sought, demand: Demand) -> Option<Found> {
        let mut surest: Option<Chain> = None;
        let mut waiting = Vec::new();
        while let Some(chain) = self.next_chain() {
            let Some(chain) = self.settle(chain) else { continue };
            let Evidence { frames, bits, masked } = chain.evidence;
            match self.window.look(chain.next()) {
                Look::More => waiting.push(chain),
                Look::Nothing => {}
                Look::Header(header) => {
                    let sought = Sought { masked: Some(masked), ..sought };
                    let follows = message_open(chain.message_open, &header);
                    let Some(message_open) = follows.filter(|_| plausible(&header, sought)) else { continue };
                    let proves = proves(&header, Some(&chain.last));
                    let bits = bits + if proves { HEADER_BITS } else { 0 };
                    let evidence = Evidence { frames: frames + 1, bits, masked };
                    self.insert(Chain {
                        at: chain.next(),
                        last: header,
                        evidence,
                        message_open,
                        proves,
                        settled: false,
                        ..chain
                    });
                }
            }
            if chain.suffices(demand) && surest.is_none_or(|other| other.rank() < chain.rank()) {
                surest = Some(chain);
            }
        }
        waiting.into_iter().for_each(|chain| self.insert(chain));
        surest.map(|chain| self.found(&chain))
    }

    /// Takes out a chain whose last frame is over.
    fn next_chain(&mut self) -> Option<Chain> {
        let end = self.window.end();
        let first = self.chains.first_entry().filter(|first| *first.key() <= end)?;
        Some(first.remove())
    }

    /// Of two chains that expect the same header the one of higher rank stays, and of equals the later.
    fn insert(&mut self, chain: Chain) {
        let next = chain.next();
        let stays = self.chains.get(&next).is_none_or(|other| other.rank() <= chain.rank());
        if stays {
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
        let known = self.window.copy(chain.at + u64::from(header.header_length), payload);
        let payload = payload.get_mut(..known)?;
        if let Some(key) = header.masking_key {
            unmask(key, 0, payload);
        }
        let content = content_bits(header, payload)?;
        let end = if chain.proves { self.window.boundary_bits(chain.next(), ENDS_SEGMENT_BITS) } else { 0 };
        chain.evidence.bits += content + end;
        chain.settled = true;
        Some(chain)
    }

    /// Where to go on from: the beginning of a chain, or its last header if that is all that is kept of it.
    fn found(&self, chain: &Chain) -> Found {
        let kept_from = self.window.start();
        let headers = [chain.start, chain.at, chain.next()];
        let start = headers.into_iter().find(|start| *start >= kept_from).unwrap_or(self.window.end());
        Found { start, evidence: Evidence { bits: chain.net_bits(), ..chain.evidence } }
    }
}

impl Chain {
    /// Which of two chains that suffice is taken: the one that begins with the first byte behind the loss, where frames
    /// begin more often than anywhere else; otherwise the surer one.
    fn rank(&self) -> (bool, u32) {
        (self.places == 1, self.net_bits())
    }

    /// Whether the evidence is enough while more bytes may come.
    fn suffices(&self, demand: Demand) -> bool {
        self.net_bits() >= demand.bits && self.evidence.frames >= demand.frames
    }

    /// The evidence, less what chance has in its favour: the more places were tried before, the more chains have begun.
    fn net_bits(&self) -> u32 {
        self.evidence.bits.saturating_sub(self.places.checked_ilog2().unwrap_or(0))
    }

    /// Where the next header must stand.
    fn next(&self) -> u64 {
        self.at.saturating_add(u64::from(self.last.header_length)).saturating_add(self.last.payload_length)
    }
}
