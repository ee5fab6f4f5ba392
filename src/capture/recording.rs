//! Several captures as one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Read;

use super::{End, Packet, Reader};
use crate::base::Timestamp;

/// Captures merged into one recording, in the order of their packets' times.
///
/// Each capture keeps its own order, even where its times go back; of packets with the same time, that of the
/// earlier capture comes first. A recording of one capture costs nothing more than its [`Reader`].
#[derive(Debug)]
pub struct Recording<R> {
    sources: Vec<Reader<R>>,
    /// The source to take from, as long as its next packet is the earliest.
    active: usize,
    /// The sources after this one have not been asked for their first packet.
    asked: usize,
    /// The other sources that have been asked and have not ended: the time of the next packet of each.
    heads: BinaryHeap<Reverse<(Timestamp, usize)>>,
}

impl<R: Read> Recording<R> {
    /// Merges captures.
    pub fn new(sources: Vec<Reader<R>>) -> Self {
        Self { sources, active: 0, asked: 0, heads: BinaryHeap::new() }
    }

    /// The next packet of those that have been read; `None` if that takes a [`Recording::fill`], or at the end.
    pub fn next_packet(&mut self) -> Option<Packet<'_>> {
        if self.sources.len() > 1 {
            self.choose()?;
        }
        self.sources.get_mut(self.active)?.next_packet()
    }

    /// What comes behind that in a recording of one capture, as [`Framer::look_ahead`](super::Framer::look_ahead).
    pub fn look_ahead(&mut self) -> Option<Packet<'_>> {
        match self.sources.as_mut_slice() {
            [source] => source.look_ahead(),
            _ => None,
        }
    }

    /// Reads on, if [`Recording::next_packet`] has nothing more; may wait for a source. `false` at the end of all of them.
    pub fn fill(&mut self) -> bool {
        let goes_on = self.sources.get_mut(self.active).is_some_and(Reader::fill);
        goes_on || self.asked + 1 < self.sources.len() || !self.heads.is_empty()
    }

    /// TLS secrets that stand before the packet that [`Recording::next_packet`] will return, as [`Reader::take_secrets`].
    pub fn take_secrets(&mut self) -> Option<Vec<u8>> {
        if self.sources.len() > 1 {
            self.choose();
        }
        self.sources.get_mut(self.active)?.take_secrets_before_next()
    }

    /// How each capture ended, in their order; `None` for one that has not been read to its end.
    pub fn ends(&self) -> impl Iterator<Item = Option<&End>> {
        self.sources.iter().map(Reader::end)
    }

    /// Makes the source of the earliest packet the active one; `None` if the active one has to be read first.
    fn choose(&mut self) -> Option<()> {
        loop {
            let active = self.sources.get_mut(self.active)?;
            match active.peek() {
                Some(time) => {
                    let head = Reverse((time, self.active));
                    if self.asked + 1 < self.sources.len() {
                        self.heads.push(head);
                        self.ask_next();
                    } else {
                        self.swap_if_earlier(head);
                        return Some(());
                    }
                }
                None => {
                    active.end()?;
                    if self.asked + 1 < self.sources.len() {
                        self.ask_next();
                    } else {
                        self.active = self.heads.pop()?.0.1;
                    }
                }
            }
        }
    }

    fn ask_next(&mut self) {
        self.asked += 1;
        self.active = self.asked;
    }

    /// Lets the active source, whose head this is, wait for another one with an earlier packet.
    fn swap_if_earlier(&mut self, head: Reverse<(Timestamp, usize)>) {
        if let Some(mut first) = self.heads.peek_mut() {
            // Reversed, the earlier one is the greater.
            if *first > head {
                self.active = first.0.1;
                *first = head;
            }
        }
    }
}
