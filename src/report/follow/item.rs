//! What was said at once: a message, a frame, or what a segment brought.

use std::fmt::Write as _;

use super::FollowFormat;
use crate::base::{Direction, StreamEvent};
use crate::record::{Frame, Message, Payload, Place};
use crate::report::style::Style;
use crate::report::words;
use crate::websocket::Opcode;

/// An item of a conversation.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub place: Place,
    pub from: Direction,
    /// What it is, for people.
    pub title: &'a str,
    pub style: Style,
    /// `None` for bytes of TCP.
    pub opcode: Option<Opcode>,
    /// Its number in the connection, if it is a message or a frame.
    pub number: Option<Number>,
    pub content: Content<'a>,
}

/// The number of an item.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Message(u64),
    Frame(u64),
}

/// A payload, and what is not there of it.
#[derive(Debug, Default)]
pub(super) struct Content<'a> {
    /// What is there.
    pub bytes: &'a [u8],
    /// Whether it is meant to be read as text.
    pub text: bool,
    /// Where in the stream it begins; 0 for what is counted from its own beginning.
    pub start: u64,
    /// Holes in it, as offset and length.
    pub missing: &'a [[u64; 2]],
    /// Bytes behind it that are known, and left out.
    pub more: u64,
    /// Bytes behind it that the capture does not hold.
    pub cut: u64,
}

/// A part of a payload.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Bytes, and where they begin.
    Bytes(u64, &'a [u8]),
    /// So many bytes that the capture does not hold.
    Missing(u64),
    /// So many bytes that are left out.
    More(u64),
}

impl Item<'_> {
    /// Whether it is a message that carries no data of an application.
    pub(super) fn is_control_message(&self) -> bool {
        matches!(self.number, Some(Number::Message(_)))
            && self.opcode.is_some_and(|opcode| !matches!(opcode, Opcode::Text | Opcode::Binary))
    }
}

impl<'a> Item<'a> {
    pub(super) fn of_message(row: &Message<'a>, title: &'a mut String) -> Self {
        words::opcode(title, row.header.opcode);
        row.close.iter().for_each(|says| words::close(title, says));
        if row.frames[0] != row.frames[1] {
            let _ = write!(title, " (frames {} to {})", row.frames[0], row.frames[1]);
        }
        title.push_str(", ");
        words::count(title, row.length.unwrap_or(row.wire_length), "byte");
        if row.compressed {
            let assumed = if row.assumed { " (assumed)" } else { "" };
            let _ = write!(title, ", compressed{assumed} to {}", row.wire_length);
        } else if !row.complete {
            title.push_str(", incomplete");
        }
        if let Some(why) = row.undecoded {
            words::not_inflated(title, why);
        }
        let payload = row.payload.unwrap_or(Payload::Bytes(&[]));
        let bytes = payload.bytes();
        let holes = sum(row.missing);
        let rest = row.length.map_or(0, |length| {
            length.saturating_sub(bytes.len() as u64).saturating_sub(if row.compressed { 0 } else { holes })
        });
        let (more, cut) = if row.truncated { (rest, 0) } else { (0, rest) };
        let content = Content {
            bytes,
            text: row.header.opcode == Opcode::Text || matches!(payload, Payload::Text(_)),
            start: 0,
            missing: if row.compressed { &[] } else { row.missing },
            more,
            cut: if row.payload.is_some() { cut } else { row.wire_length },
        };
        Item::said(row.place, row.from, row.header.opcode, Number::Message(row.number), title, content)
    }

    /// What a peer said in a message or a frame.
    fn said(
        place: Place,
        from: Direction,
        opcode: Opcode,
        number: Number,
        title: &'a str,
        content: Content<'a>,
    ) -> Self {
        let (opcode, number) = (Some(opcode), Some(number));
        Item { place, from, title, style: style(from, opcode), opcode, number, content }
    }

    pub(super) fn of_frame(row: &Frame<'a>, format: FollowFormat, title: &'a mut String) -> Self {
        words::frame_header(title, row.header);
        row.close.iter().for_each(|says| words::close(title, says));
        title.push_str(", ");
        words::count(title, row.header.payload_length, "byte");
        if row.compressed {
            title.push_str(", compressed");
        }
        let reads = matches!(format, FollowFormat::Text | FollowFormat::Json);
        let content = match row.inflated.filter(|_| reads) {
            Some(inflated) => {
                title.push_str(if inflated.assumed { " (assumed); message:" } else { "; message:" });
                Content {
                    bytes: inflated.payload.bytes(),
                    text: row.content == Opcode::Text,
                    more: inflated
                        .length
                        .map_or(0, |all| all.saturating_sub(inflated.payload.bytes().len() as u64)),
                    ..Content::default()
                }
            }
            None if reads && row.compressed => Content::default(),
            None => {
                let there = row.payload.bytes().len() as u64;
                let holes = sum(row.missing);
                Content {
                    bytes: row.payload.bytes(),
                    text: !row.compressed && is_text(row),
                    start: 0,
                    missing: row.missing,
                    more: row.payload_captured.saturating_sub(there),
                    cut: row.header.payload_length.saturating_sub(row.payload_captured).saturating_sub(holes),
                }
            }
        };
        row.undecoded.iter().for_each(|why| words::not_inflated(title, *why));
        Item::said(row.place, row.from, row.header.opcode, Number::Frame(row.number), title, content)
    }
}

fn is_text(row: &Frame<'_>) -> bool {
    row.content == Opcode::Text || matches!(row.payload, Payload::Text(_))
}

fn style(from: Direction, opcode: Option<Opcode>) -> Style {
    if opcode.is_some_and(Opcode::is_control) { Style::Control } else { Style::sender(from) }
}

fn sum(holes: &[[u64; 2]]) -> u64 {
    holes.iter().fold(0, |sum, [_, length]| sum.saturating_add(*length))
}

impl<'a> Content<'a> {
    /// Bytes that TCP brings, or that are missing there.
    pub(super) fn of_stream(event: &StreamEvent<'a>) -> Self {
        match *event {
            StreamEvent::Data { span, bytes, .. } => {
                Self { bytes, text: is_readable(bytes), start: span.offset, ..Self::default() }
            }
            StreamEvent::Gap { span, .. } => Self { start: span.offset, cut: span.length, ..Self::default() },
            StreamEvent::Fin { .. } | StreamEvent::Reset { .. } => Self::default(),
        }
    }

    /// Appends how much it is.
    pub(super) fn title(&self, text: &mut String) {
        words::count(text, (self.bytes.len() as u64).saturating_add(self.cut), "byte");
    }

    /// How many bytes are not in `bytes`.
    pub(super) fn not_there(&self) -> u64 {
        sum(self.missing).saturating_add(self.more).saturating_add(self.cut)
    }

    /// Whether nothing is missing.
    pub(super) fn is_whole(&self) -> bool {
        self.not_there() == 0
    }

    /// The first `most` bytes of it.
    #[must_use]
    pub(super) fn up_to(&self, most: usize) -> Content<'a> {
        let bytes = self.bytes.get(..most).unwrap_or(self.bytes);
        let left_out = (self.bytes.len() - bytes.len()) as u64;
        Content { bytes, more: self.more.saturating_add(left_out), ..*self }
    }

    /// Its parts, in order.
    pub(super) fn pieces<E>(&self, out: &mut impl FnMut(Piece<'a>) -> Result<(), E>) -> Result<(), E> {
        let (mut at, mut rest) = (0_u64, self.bytes);
        let mut holes = self.missing.iter();
        while let Some([offset, length]) = holes.as_slice().first() {
            let before = usize::try_from(offset.saturating_sub(at)).unwrap_or(usize::MAX);
            let Some((head, tail)) = rest.split_at_checked(before) else { break };
            if !head.is_empty() {
                out(Piece::Bytes(self.start.saturating_add(at), head))?;
            }
            out(Piece::Missing(*length))?;
            (at, rest) = (offset.saturating_add(*length), tail);
            holes.next();
        }
        if !rest.is_empty() {
            out(Piece::Bytes(self.start.saturating_add(at), rest))?;
        }
        if self.more > 0 {
            out(Piece::More(self.more))?;
        }
        let missing = sum(holes.as_slice()).saturating_add(self.cut);
        if missing > 0 {
            out(Piece::Missing(missing))?;
        }
        Ok(())
    }
}

/// Whether bytes look like text: UTF-8, as far as it goes, without controls that text does not need.
fn is_readable(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => {
            bytes.get(..error.valid_up_to()).and_then(|whole| std::str::from_utf8(whole).ok())
        }
        Err(_) => None,
    };
    text.is_some_and(|text| text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')))
}
