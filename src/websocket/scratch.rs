//! What sessions use one after the other.

use super::Inflater;
use super::collector::Collector;
use super::holes::Holes;
use super::message::Joiner;
use super::stage::OpenFrame;
use crate::base::{Budget, Limits};

/// Room to work in, for the sessions of all connections, one at a time: it remembers nothing of one for the next.
///
/// Hand it down with each call, like the [`Budget`].
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) inflater: Inflater,
    /// The payload of a frame that lies whole in a segment, unmasked.
    pub(super) plain: Vec<u8>,
    /// What sessions have used and do not need now.
    #[allow(clippy::vec_box)] // the boxes themselves are handed out
    spare: Vec<Box<Unfinished>>,
}

/// What is begun in one direction of a session, and not over. Of thousands of connections open at once, few have any.
#[derive(Debug, Default)]
pub(super) struct Unfinished {
    pub frame: Option<OpenFrame>,
    pub payload: Collector,
    pub missing: Holes,
    pub joiner: Joiner,
}

/// Spare ones that are kept, with small buffers.
const SPARE: usize = 8;

impl Scratch {
    /// Room to work under these limits.
    pub fn new(limits: &Limits) -> Self {
        Self { inflater: Inflater::new(limits), ..Self::default() }
    }

    /// An empty one.
    pub(super) fn unfinished(&mut self) -> Box<Unfinished> {
        self.spare.pop().unwrap_or_default()
    }

    /// It is over.
    pub(super) fn take_back(&mut self, mut unfinished: Box<Unfinished>, held: &Budget) {
        let Unfinished { frame, payload, missing, joiner } = &mut *unfinished;
        *frame = None;
        missing.clear();
        payload.rest(held);
        joiner.rest(held);
        if self.spare.len() < SPARE {
            self.spare.push(unfinished);
        }
    }

    /// Gives back what was taken from `held`.
    pub(super) fn release(&mut self, held: &Budget) {
        self.inflater.release(held);
    }
}

impl Unfinished {
    /// Whether nothing is begun.
    pub fn is_over(&self) -> bool {
        self.frame.is_none() && self.joiner.is_over()
    }
}
