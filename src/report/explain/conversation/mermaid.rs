//! A sequence diagram in Mermaid's language.

use std::fmt::Write;

use super::{arrow_of, label};
use crate::base::Direction;
use crate::explain::Conversation;
use crate::report::explain::wrap::safe;

/// The connection as a sequence diagram in Mermaid's language.
pub fn mermaid(conversation: &Conversation) -> String {
    let mut text = "sequenceDiagram\n".to_owned();
    for (name, who, address) in [("C", "client", conversation.client), ("S", "server", conversation.server)] {
        let _ = writeln!(text, "    participant {name} as {}", harmless(&format!("{who} {address}")));
    }
    for step in &conversation.steps {
        let label = harmless(&label(step));
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
