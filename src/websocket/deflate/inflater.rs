//! What inflating takes, whosever message it is.

use super::stream::{Failure, Stream};
use super::walk::Walk;
use crate::base::{Budget, Limits};
use crate::websocket::collector::Collector;
use crate::websocket::utf8::{InvalidText, Utf8};

/// Inflates the messages of all connections, one at a time: it remembers nothing of one for the next.
///
/// Hand it down with each call, like the [`Budget`]. What it needs it makes when the first compressed message comes.
#[derive(Debug, Default)]
pub struct Inflater {
    stream: Option<Box<Stream>>,
    walk: Option<Box<Walk>>,
    /// The beginning of the message, for its readers.
    shown: Collector,
    text: Utf8,
    /// Bytes of a compressed message that are collected.
    pub(in crate::websocket) compressed: usize,
    /// Bytes that a message may inflate to.
    inflated: u64,
}

impl Inflater {
    /// An inflater with these limits.
    pub fn new(limits: &Limits) -> Self {
        Self { compressed: limits.payload, inflated: limits.inflated, ..Self::default() }
    }

    /// Inflates a message that may refer to `window`, of which `wanted` bytes are to be read; examines it if it is a text.
    pub(super) fn inflate(
        &mut self,
        window: [&[u8]; 2],
        wire: &[u8],
        wanted: usize,
        is_text: bool,
        held: &Budget,
    ) -> Result<(), Failure> {
        let Self { stream, shown, text, inflated, .. } = self;
        shown.clear(held);
        *text = Utf8::default();
        stream.get_or_insert_default().inflate(window, wire, *inflated, &mut |bytes| {
            shown.add(None, 0, bytes, wanted, held);
            if is_text {
                text.push(bytes);
            }
        })
    }

    /// Bytes that the last message inflated to.
    pub(super) fn length(&self) -> u64 {
        self.stream.as_ref().map_or(0, |stream| stream.length())
    }

    /// The last of them, as far as later messages can refer to them.
    pub(super) fn recent(&self) -> &[u8] {
        self.stream.as_ref().map_or(&[], |stream| stream.recent())
    }

    /// How far into its output a message first refers back farther than 2^`bits` bytes.
    pub(super) fn first_beyond(&mut self, bits: u8, wire: &[u8]) -> Option<u64> {
        self.walk.get_or_insert_default().first_beyond(bits, wire)
    }

    /// Where the last message, read as text, stops being UTF-8; if it was inflated to its `end`, it must not stop inside a
    /// character.
    pub(super) fn invalid_text(&self, end: bool) -> Option<InvalidText> {
        self.text.invalid(end)
    }

    /// The beginning of the last message, and whether there is more of it.
    pub(in crate::websocket) fn shown(&self) -> (&[u8], bool) {
        (self.shown.bytes(), self.shown.truncated())
    }

    /// Nobody reads the last message any more.
    pub(in crate::websocket) fn clear(&mut self, held: &Budget) {
        self.shown.clear(held);
    }

    /// Gives back what was taken from `held`: the next message may be that of another connection, with a budget of its own.
    pub(in crate::websocket) fn rest(&mut self, held: &Budget) {
        self.shown.rest(held);
    }

    /// Gives back what was taken from `held`, and the memory.
    pub(in crate::websocket) fn release(&mut self, held: &Budget) {
        self.shown.release(held);
    }
}
