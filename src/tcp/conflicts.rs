//! Bytes that come again with other content.

use super::flow::Flow;
use super::history::{Difference, Rings};
use super::order::Chunk;
use super::{Conflict, What};
use crate::base::{Direction, Span};

/// Tells where a chunk contradicts bytes that were handed over lately or wait for their turn.
pub(super) fn tell_conflicts(
    flow: &Flow,
    rings: &Rings,
    direction: Direction,
    chunk: Chunk<'_>,
    out: &mut impl FnMut(What<'_>),
) {
    // What lies before the first byte of the stream was never handed over.
    let before = usize::try_from(chunk.start.min(0).unsigned_abs()).unwrap_or(usize::MAX);
    let (start, bytes) = (chunk.start.max(0) as u64, chunk.bytes.get(before..).unwrap_or_default());
    let mut tell = |difference: Difference<'_>| {
        let Difference { offset, first, kept, refused } = difference;
        let span = Span::of(chunk.packet, offset, kept.len() as u64);
        out(What::Conflict(direction, Conflict { span, first, kept, refused }));
    };
    if start < flow.next {
        flow.told.differences(start, bytes, rings).for_each(&mut tell);
    }
    if !flow.rare().store.is_empty() {
        flow.rare().store.conflicts(start, bytes).for_each(tell);
    }
}
