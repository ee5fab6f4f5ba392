//! A message of several frames, joined.

use super::content::content;
use super::fields::bytes_of;
use super::frame::ways;
use super::inflated::Inflation;
use super::model::{Explanation, Mark, Note, Subject};
use crate::record::{Frame, Inflated, Payload};
use crate::websocket::Opcode;

const JOINED: Note = Note {
    text: "The payloads of the fragments, unmasked each with its own key, make the message one after the other.",
    rfc: "RFC 6455 §5.4",
};

/// What a compressed message inflates to, kept until all of it is explained.
#[derive(Debug)]
struct Kept {
    bytes: Vec<u8>,
    truncated: bool,
    assumed: bool,
}

/// The fragments of a message, joined as they come.
#[derive(Debug)]
pub struct Joined {
    /// The first fragment, without its payload's content, and with what all fragments hold.
    explanation: Explanation,
    of: Opcode,
    compressed: bool,
    inflated: Option<Kept>,
    why_not: Option<String>,
    marks: Vec<Mark>,
    frames: u64,
    payload: Vec<u8>,
    missing: Vec<[u64; 2]>,
}

impl Joined {
    /// A message of nothing but its first fragment. At most `most` bytes of payload are kept.
    pub fn new(first: &Frame<'_>, most: usize) -> Self {
        let (source, destination) = first.ends.of(first.from);
        let what = format!("Message {} of stream {}", first.message.unwrap_or(0), first.place.stream);
        let mut explanation = Explanation::new(Subject::Message, format!("{what}, {}", ways(first.from)));
        explanation.from = Some(first.from);
        explanation.source = Some(source);
        explanation.destination = Some(destination);
        explanation.packets = Some([first.span.first, first.span.last]);
        let mut joined = Self {
            explanation,
            of: first.content,
            compressed: first.compressed,
            inflated: None,
            why_not: None,
            marks: Vec::new(),
            frames: 0,
            payload: Vec::new(),
            missing: Vec::new(),
        };
        joined.push(first, most);
        joined
    }

    /// Adds the next fragment. At most `most` bytes of payload are kept.
    pub fn push(&mut self, frame: &Frame<'_>, most: usize) {
        let before = self.explanation.length;
        self.frames += 1;
        let room = most.saturating_sub(self.payload.len());
        if room > 0 {
            self.missing
                .extend(frame.missing.iter().map(|[at, length]| [at.saturating_add(before), *length]));
            self.payload.extend(frame.payload.bytes().iter().take(room));
        }
        self.explanation.length = before.saturating_add(frame.header.payload_length);
        if self.compressed {
            let last = Inflation::of_frame(frame.inflated, frame.undecoded, frame.header.fin);
            self.why_not = last.why_not;
            self.inflated = last.inflated.map(|inflated| Kept {
                bytes: inflated.payload.bytes().to_vec(),
                truncated: inflated.truncated,
                assumed: inflated.assumed,
            });
        }
        if let Some([first, last]) = &mut self.explanation.packets {
            (*first, *last) = ((*first).min(frame.span.first), (*last).max(frame.span.last));
        }
    }

    /// Adds a finding about all of it.
    pub fn mark(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// The whole message; `None` if one frame is all of it.
    pub fn explain(self) -> Option<Explanation> {
        if self.frames < 2 {
            return None;
        }
        let mut explanation = self.explanation;
        let length = explanation.length;
        explanation.title.push_str(&format!(", {} in {} fragments", bytes_of(length), self.frames));
        let compressed = if self.compressed { "compressed " } else { "" };
        let kind = format!("{compressed}{}", self.of.name());
        let mut says = content(&kind, &self.payload, &self.missing, length);
        let inflated = self.inflated.as_ref().map(|kept| Inflated {
            payload: Payload::Bytes(&kept.bytes),
            truncated: kept.truncated,
            length: None,
            assumed: kept.assumed,
        });
        Inflation { inflated, why_not: self.why_not }.add_to(&mut says, self.of);
        explanation.content = Some(says);
        explanation.notes = vec![JOINED];
        self.marks.into_iter().for_each(|mark| explanation.mark(mark, None));
        Some(explanation)
    }
}
