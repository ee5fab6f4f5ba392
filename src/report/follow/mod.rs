//! The conversation of one connection, item by item: messages, frames, or the bytes of TCP.
//!
//! In come the records of a capture, or the bytes that TCP brings; out go the items of one connection in one of the
//! [`FollowFormat`]s. What is missing is said where it is missing.
//!
//! ```text
//!  Record::Message ┐
//!  Record::Frame   ├─► Item ─► text, json (pretty), hex (dump), yaml, raw
//!  StreamEvent     ┘
//! ```

mod dump;
mod item;
mod pretty;
#[cfg(test)]
mod tests;
mod text;
mod yaml;

use std::io;

use super::style::Style;
use super::{Report, words};
use crate::base::{Direction, StreamEvent};
use crate::record::{Ends, Place, Record, Side};
use item::{Content, Item};

/// What of a conversation is written, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowOptions {
    /// The connection: Wireshark's `tcp.stream`.
    pub stream: u64,
    /// Whose side of it; `None` for both.
    pub from: Option<Direction>,
    /// How it is written.
    pub format: FollowFormat,
    /// Colour the text.
    pub color: bool,
    /// Payload bytes shown of an item; `None` for all, but in text a few of what is not text.
    pub most: Option<usize>,
}

/// How a conversation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowFormat {
    /// For people: a line about each item, its payload below.
    Text,
    /// The same; a payload that is JSON on several lines.
    Json,
    /// The same; payloads as a dump of bytes.
    Hex,
    /// Payloads of data messages, of frames or of segments, and nothing else.
    Raw,
    /// A YAML document in the form that tshark's `follow` has.
    Yaml,
}

/// Writes a conversation.
#[derive(Debug)]
pub struct Follow {
    options: FollowOptions,
    /// Items so far.
    items: u64,
    /// Bytes that are not in the output, and were part of what was said.
    missing: u64,
    started: bool,
    /// Buffers used again for each item.
    title: String,
    lines: String,
}

impl Follow {
    /// Nothing is written yet.
    pub fn new(options: FollowOptions) -> Self {
        Self { options, items: 0, missing: 0, started: false, title: String::new(), lines: String::new() }
    }

    /// Bytes that were said, and are not in the output: the capture lacks them, or they are not known or too many.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// The next thing in one direction of the connection's TCP.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn stream(
        &mut self,
        place: Place,
        ends: Ends,
        from: Direction,
        event: &StreamEvent<'_>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        if place.stream != self.options.stream {
            return Ok(());
        }
        let style = Style::sender(from);
        let mut title = std::mem::take(&mut self.title);
        title.clear();
        let result = match event {
            StreamEvent::Data { .. } | StreamEvent::Gap { .. } => {
                let content = Content::of_stream(event);
                content.title(&mut title);
                let item = Item { place, from, title: &title, style, opcode: None, number: None, content };
                self.item(item, ends, out)
            }
            StreamEvent::Fin { .. } => self.line(place, Some(from), ends, "FIN", style, out),
            StreamEvent::Reset { .. } => self.line(place, Some(from), ends, "RST", style, out),
        };
        self.title = title;
        result
    }

    fn item(&mut self, mut item: Item<'_>, ends: Ends, out: &mut dyn io::Write) -> io::Result<()> {
        if self.options.from.is_some_and(|from| from != item.from) {
            return Ok(());
        }
        if let Some(most) = self.options.most {
            item.content = item.content.up_to(most);
        }
        let item = &item;
        self.missing = self.missing.saturating_add(item.content.not_there());
        self.start(ends, out)?;
        match self.options.format {
            FollowFormat::Raw if item.is_control_message() => return Ok(()),
            FollowFormat::Raw => out.write_all(item.content.bytes)?,
            FollowFormat::Yaml => yaml::item(&mut self.lines, item, self.items, out)?,
            FollowFormat::Text | FollowFormat::Json | FollowFormat::Hex => {
                text::item(&mut self.lines, item, &self.options, out)?;
            }
        }
        self.items += 1;
        Ok(())
    }

    /// A line about something that carries no payload.
    fn line(
        &mut self,
        place: Place,
        from: Option<Direction>,
        ends: Ends,
        title: &str,
        style: Style,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        if from.is_some() && self.options.from.is_some_and(|wanted| Some(wanted) != from) {
            return Ok(());
        }
        match self.options.format {
            FollowFormat::Raw => Ok(()),
            FollowFormat::Yaml if from.is_some() => Ok(()),
            FollowFormat::Yaml => {
                self.start(ends, out)?;
                writeln!(out, "  # {title}")
            }
            FollowFormat::Text | FollowFormat::Json | FollowFormat::Hex => {
                self.start(ends, out)?;
                text::head(&mut self.lines, place, from, title, style, self.options.color, out)
            }
        }
    }

    /// Writes what stands before the first item.
    fn start(&mut self, ends: Ends, out: &mut dyn io::Write) -> io::Result<()> {
        if std::mem::replace(&mut self.started, true) {
            return Ok(());
        }
        match self.options.format {
            FollowFormat::Raw => Ok(()),
            FollowFormat::Yaml => yaml::peers(ends, out),
            FollowFormat::Text | FollowFormat::Json | FollowFormat::Hex => {
                let Ends { client, server } = ends;
                writeln!(out, "stream {}: client {client}, server {server}", self.options.stream)
            }
        }
    }

    fn told(&mut self, record: &Record<'_>, title: &mut String, out: &mut dyn io::Write) -> io::Result<()> {
        let place = match record {
            Record::Message(row) if row.place.stream == self.options.stream => {
                let item = Item::of_message(row, title);
                return self.item(item, row.ends, out);
            }
            Record::Frame(row) if row.place.stream == self.options.stream => {
                let item = Item::of_frame(row, self.options.format, title);
                return self.item(item, *row.ends, out);
            }
            Record::Request(row) => Some((row.place, row.ends, Some(Direction::ClientToServer))),
            Record::Handshake(row) => Some((row.place, row.ends, Some(Direction::ServerToClient))),
            Record::Finding(row) if row.side == Side::Capture => {
                row.place.zip(row.ends).map(|(place, ends)| (place, ends, None))
            }
            Record::Connection(row) => Some((row.place, row.ends, None)),
            _ => None,
        };
        let Some((place, ends, from)) = place.filter(|(place, ..)| place.stream == self.options.stream)
        else {
            return Ok(());
        };
        words::info(title, record, 0);
        self.line(place, from, ends, title, Style::of(record), out)
    }
}

impl Report for Follow {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mut title = std::mem::take(&mut self.title);
        title.clear();
        let result = self.told(record, &mut title, out);
        self.title = title;
        result
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        match self.options.format {
            FollowFormat::Yaml if self.started && self.items == 0 => writeln!(out, "  []"),
            _ => Ok(()),
        }
    }
}
