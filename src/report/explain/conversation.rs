//! A whole connection: as a lesson, or as a sequence diagram.

mod html;
mod markdown;
mod mermaid;

use std::borrow::Cow;
use std::fmt::Write;
use std::io;

use serde::Serialize;
use serde_json::Serializer;

use super::ink::{Color, Ink};
use super::wrap::{center, cited, fit, safe, wrap};
use crate::base::Direction;
use crate::explain::{Conversation, Step};
use crate::record::SCHEMA;
use crate::report::json::Harmless;

pub use html::{diagram_html, lesson_html};
pub use markdown::{diagram_markdown, lesson_markdown};
pub use mermaid::mermaid;

/// Columns of a line.
const WIDTH: usize = 80;
/// Columns of packet, time and sender.
const PACKET: usize = 8;
const TIME: usize = 11;
const WHO: usize = 8;
/// Columns before the text of a step.
const BEFORE: usize = 1 + PACKET + TIME + WHO;
/// Columns between the two lines of a diagram.
const LANE: usize = WIDTH - 3 - PACKET - TIME;

/// The connection as a lesson for a terminal of 80 columns, with colours or without.
///
/// Writing to a `String` cannot fail, so the results of `write!` are not looked at.
pub fn lesson(conversation: &Conversation, color: bool) -> String {
    let ink = Ink(color);
    let mut text = heading(conversation, ink);
    let titles = format!("{}{}{}what", fit("packet", PACKET), fit("seconds", TIME), fit("who", WHO));
    let _ = writeln!(text, "\n {}", ink.paint(Color::Title, &titles));
    for step in &conversation.steps {
        let who = step.from.map_or("", Direction::sender);
        let begin = format!(" {}{}{}", fit(&step.packet.to_string(), PACKET), time(step), fit(who, WHO));
        for (at, line) in wrap(&safe(&label(step)), WIDTH - BEFORE).iter().enumerate() {
            let begin = if at == 0 { begin.clone() } else { " ".repeat(BEFORE) };
            let _ = writeln!(text, "{begin}{}", ink.paint(color_of(step), line));
        }
        let meaning = safe(&step.meaning);
        let meaning = if step.rfc.is_empty() { meaning } else { cited(&meaning, step.rfc) };
        for line in wrap(&meaning, WIDTH - BEFORE - 2) {
            let _ = writeln!(text, "{:BEFORE$}  {line}", "");
        }
        if let Some(state) = step.state {
            let state = ink.paint(Color::State, &format!("=== {} ===", state.name()));
            let _ = writeln!(text, "{:BEFORE$}{state}", "");
        }
    }
    left_out(&mut text, conversation);
    text
}

/// The connection as a sequence diagram of characters, with colours or without.
pub fn diagram(conversation: &Conversation, color: bool) -> String {
    let ink = Ink(color);
    let mut text = heading(conversation, ink);
    let indent = PACKET + TIME;
    let gap = LANE - "client".len() - "server".len() + 2;
    let _ = writeln!(text, "\n {:indent$}client{:gap$}server", "", "");
    for step in &conversation.steps {
        let label = fit_label(&safe(&label(step)));
        let lane = match arrow_of(step) {
            Some(from) => arrow(&label, from),
            None => center(&label, LANE),
        };
        let lane = ink.paint(color_of(step), &lane);
        let _ = writeln!(text, " {}{}|{lane}|", fit(&step.packet.to_string(), PACKET), time(step));
        if let Some(state) = step.state {
            let state = ink.paint(Color::State, &center(&format!("=== {} ===", state.name()), LANE));
            let _ = writeln!(text, " {:indent$}|{state}|", "");
        }
    }
    left_out(&mut text, conversation);
    text
}

/// Writes the connection as one JSON document.
///
/// # Errors
/// Those of `out`.
pub fn conversation_json(conversation: &Conversation, out: &mut dyn io::Write) -> io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    write!(out, r#"{{"sockeye":{{"version":"{version}","schema":{SCHEMA}}},"conversation":"#)?;
    conversation.serialize(&mut Serializer::with_formatter(&mut *out, Harmless))?;
    out.write_all(b"}\n")
}

fn title(conversation: &Conversation) -> String {
    let Conversation { stream, client, server, .. } = conversation;
    format!("Stream {stream}: {client} (client), {server} (server)")
}

fn heading(conversation: &Conversation, ink: Ink) -> String {
    wrap(&title(conversation), WIDTH).iter().map(|line| ink.paint(Color::Title, line) + "\n").collect()
}

/// What it is; of a finding, with how bad it is.
pub(super) fn label(step: &Step) -> Cow<'_, str> {
    match step.severity {
        Some(severity) => format!("{} {}", severity.name(), step.what).into(),
        None => step.what.as_str().into(),
    }
}

fn color_of(step: &Step) -> Color {
    match (step.severity, step.from) {
        (Some(severity), _) => Color::of(severity),
        (None, Some(Direction::ClientToServer)) => Color::Client,
        (None, Some(Direction::ServerToClient)) => Color::Server,
        (None, None) => Color::Plain,
    }
}

fn time(step: &Step) -> String {
    fit(&format!("{:.6}", step.time_relative), TIME)
}

fn left_out(text: &mut String, conversation: &Conversation) {
    if conversation.left_out > 0 {
        let _ = writeln!(text, " … and {} more steps in between", conversation.left_out);
    }
}

/// Who sent it; a finding was not sent.
fn arrow_of(step: &Step) -> Option<Direction> {
    step.from.filter(|_| step.code.is_none())
}

/// Columns of an arrow around its label: `-- ` and ` -->`.
const ARROW: usize = 7;

/// A label that fits on an arrow.
fn fit_label(label: &str) -> String {
    let whole = fit(label, LANE - ARROW);
    let trimmed = whole.trim_end();
    if trimmed.len() < label.trim_end().len() {
        fit(label, LANE - ARROW - 1).trim_end().to_owned() + "…"
    } else {
        trimmed.to_owned()
    }
}

/// The label on an arrow from one side to the other, in exactly the columns of the lane.
fn arrow(label: &str, from: Direction) -> String {
    let columns = unicode_width::UnicodeWidthStr::width(label);
    let line = "-".repeat(LANE.saturating_sub(columns + ARROW - 3));
    match from {
        Direction::ClientToServer => format!("-- {label} {}>", line.get(1..).unwrap_or_default()),
        Direction::ServerToClient => format!("<- {label} {line}"),
    }
}

#[cfg(test)]
mod tests;
