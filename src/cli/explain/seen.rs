//! What there was to choose from, for those who asked for something else.

use std::collections::{BTreeMap, BTreeSet};

use super::select::{Numbered, Wanted};
use crate::record::Frame;

/// What there was to choose from.
#[derive(Default)]
pub(super) struct Seen {
    pub packets: u64,
    /// Frames and messages of each stream that has any.
    streams: BTreeMap<u64, [u64; 2]>,
    /// Streams with a handshake.
    handshakes: BTreeSet<u64>,
}

impl Seen {
    /// There was a frame.
    pub(super) fn frame(&mut self, frame: &Frame<'_>, wanted: Wanted) {
        let stream = frame.place.stream;
        // Of many streams those suffice that a message names.
        if self.streams.len() > NAMED
            && !self.streams.contains_key(&stream)
            && wanted.stream() != Some(stream)
        {
            return;
        }
        let [frames, messages] = self.streams.entry(stream).or_default();
        *frames = frame.number.max(*frames);
        *messages = frame.message.unwrap_or(0).max(*messages);
    }

    /// There was a handshake.
    pub(super) fn handshake(&mut self, stream: u64) {
        if self.handshakes.len() <= NAMED {
            self.handshakes.insert(stream);
        }
    }

    /// Why nothing was found, and what could have been asked for.
    pub(super) fn instead_of(&self, wanted: Wanted) -> String {
        match wanted {
            Wanted::Frame(Numbered { stream, number }) => {
                self.count(stream, number, "frame", |[frames, _]| frames)
            }
            Wanted::Message(Numbered { stream, number }) => {
                self.count(stream, number, "message", |[_, messages]| messages)
            }
            Wanted::Packet(packet) if packet == 0 || packet > self.packets => {
                format!("there is no packet {packet}\n  the capture has packets 1 to {}", self.packets)
            }
            Wanted::Packet(packet) => format!(
                "packet {packet} carries neither a WebSocket frame nor a handshake\n  `sockeye CAPTURE` lists the packets that do"
            ),
            Wanted::Handshake(stream) => {
                format!(
                    "stream {stream} has no WebSocket handshake\n  {}",
                    some(self.handshakes.iter(), "handshakes")
                )
            }
        }
    }

    fn count(&self, stream: u64, number: u64, what: &str, of: impl Fn([u64; 2]) -> u64) -> String {
        match self.streams.get(&stream).map(|counts| of(*counts)) {
            Some(count) => {
                let plural = if count == 1 { "" } else { "s" };
                format!("there is no {what} {stream}:{number}\n  stream {stream} has {count} {what}{plural}")
            }
            None => {
                format!(
                    "stream {stream} has no WebSocket frames\n  {}",
                    some(self.streams.keys(), "WebSocket frames")
                )
            }
        }
    }
}

/// Streams that a message names.
const NAMED: usize = 10;

fn some<'a>(streams: impl Iterator<Item = &'a u64>, what: &str) -> String {
    let names: Vec<String> = streams.take(NAMED + 1).map(u64::to_string).collect();
    match names.get(..NAMED) {
        _ if names.is_empty() => format!("no stream of the capture has {what}"),
        Some(first) if names.len() > NAMED => format!("streams with {what}: {} …", first.join(", ")),
        _ => format!("streams with {what}: {}", names.join(", ")),
    }
}
