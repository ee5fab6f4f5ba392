//! Packets and what comes between them, copied so that several threads can treat them.

use crate::analyzer::Analyzer;
use crate::base::Timestamp;
use crate::capture::{End, LinkType, Packet};
use crate::record::Record;

/// Bytes after which a batch is handed over: enough that handing over costs nothing beside what is done with them, and few
/// enough to stay in the cache.
const BYTES: usize = 256 << 10;
/// The same for its items, if they are small.
const ITEMS: usize = 2048;
/// A larger buffer, which few packets need, is not kept for the next batch.
const KEPT: usize = 2 * BYTES;

/// A part of the recording.
#[derive(Debug, Default)]
pub(super) struct Batch {
    items: Vec<Item>,
    /// The bytes of all items, one behind the other.
    bytes: Vec<u8>,
}

/// What is given to an analyzer; numbers are bytes in the batch.
#[derive(Debug)]
enum Item {
    Packet { time: Timestamp, link_type: LinkType, original_length: u32, length: usize },
    Keys { length: usize },
    Cut { file: String, end: End },
    Finish,
}

impl Batch {
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Bytes in it.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    pub fn is_full(&self) -> bool {
        self.bytes.len() >= BYTES || self.items.len() >= ITEMS
    }

    /// Adds the next packet.
    pub fn packet(&mut self, packet: &Packet<'_>) {
        let Packet { time, link_type, original_length, data } = *packet;
        self.bytes.extend_from_slice(data);
        self.items.push(Item::Packet { time, link_type, original_length, length: data.len() });
    }

    /// Adds lines of a key log.
    pub fn keys(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.items.push(Item::Keys { length: text.len() });
    }

    /// A capture could not be read to its end.
    pub fn cut(&mut self, file: String, end: End) {
        self.items.push(Item::Cut { file, end });
    }

    /// There is no more.
    pub fn finish(&mut self) {
        self.items.push(Item::Finish);
    }

    /// Empties it for other items.
    pub fn clear(&mut self) {
        self.items.clear();
        self.bytes.clear();
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
    }

    /// Gives all to an analyzer.
    pub fn replay(&self, analyzer: &mut Analyzer, out: &mut dyn FnMut(&Record<'_>)) {
        let mut rest = &self.bytes[..];
        let mut take = |length: usize| {
            let (taken, behind) = rest.split_at_checked(length).unwrap_or_default();
            rest = behind;
            taken
        };
        for item in &self.items {
            match item {
                &Item::Packet { time, link_type, original_length, length } => {
                    analyzer.push(&Packet { time, link_type, original_length, data: take(length) }, out);
                }
                Item::Keys { length } => analyzer.add_keys(take(*length), out),
                Item::Cut { file, end } => analyzer.cut(file, end, out),
                Item::Finish => analyzer.finish(out),
            }
        }
    }
}
