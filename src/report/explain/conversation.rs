//! A whole connection: as a lesson, or as a sequence diagram.

use std::fmt::Write;
use std::io;

use serde::Serialize;
use serde_json::Serializer;

use super::wrap::{center, cited, fit, safe, wrap};
use crate::base::Direction;
use crate::explain::{Conversation, Step};
use crate::record::SCHEMA;
use crate::report::json::Harmless;

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

/// The connection as a lesson for a terminal of 80 columns.
///
/// Writing to a `String` cannot fail, so the results of `write!` are not looked at.
pub fn lesson(conversation: &Conversation) -> String {
    let mut text = title(conversation);
    let _ = writeln!(text, "\n {}{}{}what", fit("packet", PACKET), fit("seconds", TIME), fit("who", WHO));
    for step in &conversation.steps {
        let who = step.from.map_or("", Direction::sender);
        let begin = format!(" {}{}{}", fit(&step.packet.to_string(), PACKET), time(step), fit(who, WHO));
        for (at, line) in wrap(&safe(&step.what), WIDTH - BEFORE).iter().enumerate() {
            let _ = writeln!(text, "{}{line}", if at == 0 { begin.clone() } else { " ".repeat(BEFORE) });
        }
        let meaning = safe(&step.meaning);
        let meaning = if step.rfc.is_empty() { meaning } else { cited(&meaning, step.rfc) };
        for line in wrap(&meaning, WIDTH - BEFORE - 2) {
            let _ = writeln!(text, "{:BEFORE$}  {line}", "");
        }
        if let Some(state) = step.state {
            let _ = writeln!(text, "{:BEFORE$}=== {} ===", "", state.name());
        }
    }
    left_out(&mut text, conversation);
    text
}

/// The connection as a sequence diagram of characters.
pub fn diagram(conversation: &Conversation) -> String {
    let mut text = title(conversation);
    let indent = PACKET + TIME;
    let gap = LANE - "client".len() - "server".len() + 2;
    let _ = writeln!(text, "\n {:indent$}client{:gap$}server", "", "");
    for step in &conversation.steps {
        let label = fit_label(&safe(&step.what));
        let lane = match arrow_of(step) {
            Some(from) => arrow(&label, from),
            None => center(&label, LANE),
        };
        let _ = writeln!(text, " {}{}|{lane}|", fit(&step.packet.to_string(), PACKET), time(step));
        if let Some(state) = step.state {
            let _ = writeln!(text, " {:indent$}|{}|", "", center(&format!("=== {} ===", state.name()), LANE));
        }
    }
    left_out(&mut text, conversation);
    text
}

/// The connection as a sequence diagram in Mermaid's language.
pub fn mermaid(conversation: &Conversation) -> String {
    let mut text = "sequenceDiagram\n".to_owned();
    for (name, who, address) in [("C", "client", conversation.client), ("S", "server", conversation.server)] {
        let _ = writeln!(text, "    participant {name} as {}", harmless(&format!("{who} {address}")));
    }
    for step in &conversation.steps {
        let label = harmless(&step.what);
        let _ = match arrow_of(step) {
            Some(Direction::ClientToServer) => writeln!(text, "    C->>S: {label}"),
            Some(Direction::ServerToClient) => writeln!(text, "    S->>C: {label}"),
            None => writeln!(text, "    Note over C,S: {label}"),
        };
        if let Some(state) = step.state {
            let _ = writeln!(text, "    Note over C,S: {}", state.name());
        }
    }
    if conversation.left_out > 0 {
        let _ = writeln!(text, "    Note over C,S: {} more", conversation.left_out);
    }
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
    let title = format!("Stream {stream}: {client} (client), {server} (server)");
    wrap(&title, WIDTH).join("\n") + "\n"
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

/// Text that Mermaid takes for nothing but text: what could be its own as character codes.
fn harmless(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for character in safe(text).chars() {
        if character.is_ascii_punctuation() && !matches!(character, '.' | ',' | '-' | '/' | '\'') {
            let _ = write!(label, "#{};", u32::from(character));
        } else {
            label.push(character);
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::explain::State;
    use crate::report::explain::sequence::sequence;
    use crate::report::explain::tests::is_balanced;

    fn step(from: Option<Direction>, what: &str) -> Conversation {
        let step = Step {
            packet: 7,
            time_relative: 1.5,
            from,
            what: what.to_owned(),
            meaning: what.to_owned(),
            rfc: "RFC 6455 §5.4",
            state: Some(State::Open),
            code: None,
        };
        let end = "127.0.0.1:3000".parse().unwrap();
        Conversation { stream: 0, client: end, server: end, steps: vec![step], left_out: 0 }
    }

    proptest! {
        #[test]
        fn lines_fit_and_arrows_end_where_they_should(what in ".{0,90}", from in 0..3) {
            let from = [None, Some(Direction::ClientToServer), Some(Direction::ServerToClient)][from as usize];
            let conversation = step(from, &what);
            let picture = sequence(&conversation);
            prop_assert!(is_balanced(&picture), "{}", picture);
            for text in [lesson(&conversation), diagram(&conversation), mermaid(&conversation), picture] {
                prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
            }
            prop_assert!(lesson(&conversation).lines().all(|line| line.width() <= WIDTH));
            let drawn = diagram(&conversation);
            prop_assert!(drawn.lines().filter(|line| line.ends_with('|')).count() == 2, "{}", drawn);
            prop_assert!(drawn.lines().filter(|line| line.ends_with('|')).all(|line| line.width() == WIDTH), "{}", drawn);
        }
    }

    #[test]
    fn mermaid_takes_text_for_text() {
        let text = mermaid(&step(None, "a;b #x: %%{init}"));
        assert!(text.contains("Note over C,S: a#59;b #35;x#58; #37;#37;#123;init#125;\n"), "{text}");
    }
}
