//! The last events of a direction, kept while it is not known what they mean.

use std::collections::VecDeque;

use crate::base::{Budget, GapReason, Span, StreamEvent};
use crate::websocket::FrameHeader;

/// Memory for what is kept while searching; frames that begin further back than this are lost.
const WINDOW: usize = 256 << 10;
/// What an event kept costs besides its bytes.
const EVENT_COST: usize = 128;

/// Events kept, the last of them up to a limit of memory.
///
/// Invariant: `kept` holds consecutive events that end at `end`; `held` is what was taken from the budget for them.
#[derive(Debug, Default)]
pub(super) struct Window {
    kept: VecDeque<Kept>,
    held: usize,
    /// Those of them that are not gaps.
    segments: usize,
    /// The offset behind the last event.
    end: u64,
}

/// An event that waits until it is known what it means.
#[derive(Debug)]
pub(in crate::websocket) struct Kept {
    span: Span,
    acked: Option<u64>,
    what: Content,
}

#[derive(Debug)]
enum Content {
    Bytes(Vec<u8>),
    Gap(GapReason),
}

/// What stands at an offset.
pub(super) enum Look {
    Header(FrameHeader),
    /// The beginning of one; the rest has not come.
    More,
    /// Bytes that were not captured, or are not kept any more.
    Nothing,
}

impl Window {
    /// The offset behind the last event.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The offset of the first byte kept.
    pub fn start(&self) -> u64 {
        self.kept.front().map_or(self.end, |first| first.span.offset)
    }

    /// Keeps an event, and lets the oldest go if they are too many.
    pub fn keep(&mut self, event: &StreamEvent<'_>, budget: &Budget) {
        let Some(event) = Kept::of(event) else { return };
        // What the caller left out between two events is lost; walking over it could take for ever.
        while event.span.offset != self.end && self.forget_oldest(budget) {}
        self.end = event.span.end_offset();
        let cost = event.cost();
        while self.held + cost > WINDOW && self.forget_oldest(budget) {}
        if cost <= WINDOW && budget.take(cost) {
            self.held += cost;
            self.segments += event.segments();
            self.kept.push_back(event);
        } else {
            while self.forget_oldest(budget) {}
        }
    }

    /// Hands over what is kept, from `start` on, and gives everything back.
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

    fn forget_oldest(&mut self, budget: &Budget) -> bool {
        let Some(oldest) = self.kept.pop_front() else { return false };
        budget.give_back(oldest.cost());
        self.held -= oldest.cost();
        self.segments -= oldest.segments();
        true
    }

    /// The header at an offset.
    pub fn look(&self, offset: u64) -> Look {
        let mut bytes = [0; FrameHeader::MAX_LENGTH];
        let count = self.copy(offset, &mut bytes);
        match FrameHeader::parse(bytes.get(..count).unwrap_or_default()) {
            Ok((_, header)) => Look::Header(header),
            Err(_) if offset + count as u64 >= self.end => Look::More,
            Err(_) => Look::Nothing,
        }
    }

    /// The end of the gap that an offset lies in. Gaps can be longer than anybody could walk.
    pub fn gap_at(&self, offset: u64) -> Option<u64> {
        let at = self.kept.partition_point(|event| event.span.end_offset() <= offset);
        let event = self.kept.get(at)?;
        matches!(event.what, Content::Gap(_)).then_some(event.span.end_offset())
    }

    /// Copies the bytes at an offset, up to a gap or the end; how many.
    pub fn copy(&self, offset: u64, to: &mut [u8]) -> usize {
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
    pub fn boundary_bits(&self, offset: u64, most: u32) -> u32 {
        let at = self.kept.partition_point(|event| event.span.offset < offset);
        let is_boundary =
            offset == self.end || self.kept.get(at).is_some_and(|event| event.span.offset == offset);
        let bytes = self.held.saturating_sub(self.kept.len() * EVENT_COST);
        let length = bytes / self.segments.max(1);
        if is_boundary { length.checked_ilog2().unwrap_or(0).min(most) } else { 0 }
    }
}

impl Kept {
    /// A copy of an event; `None` if it has no bytes and lacks none.
    fn of(event: &StreamEvent<'_>) -> Option<Self> {
        Some(match *event {
            StreamEvent::Data { span, acked, bytes } => {
                Self { span, acked, what: Content::Bytes(bytes.to_vec()) }
            }
            StreamEvent::Gap { span, why } => Self { span, acked: None, what: Content::Gap(why) },
            StreamEvent::Fin { .. } | StreamEvent::Reset { .. } => return None,
        })
    }

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
