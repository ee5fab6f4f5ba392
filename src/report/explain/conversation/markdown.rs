//! A connection for a page or an issue, in Markdown.

use std::fmt::Write;

use super::{label, mermaid, title};
use crate::base::Direction;
use crate::explain::{Conversation, Step};
use crate::report::explain::markdown::plain;

/// The connection as a table.
///
/// Writing to a `String` cannot fail, so the results of `write!` are not looked at.
pub fn lesson_markdown(conversation: &Conversation) -> String {
    let mut text = format!("## {}\n\n", plain(&title(conversation)));
    text.push_str("| packet | seconds | who | what | meaning | state |\n|---|---|---|---|---|---|\n");
    for step in &conversation.steps {
        row(&mut text, step);
    }
    if conversation.left_out > 0 {
        let _ = writeln!(text, "\n… and {} more steps in between", conversation.left_out);
    }
    text
}

/// The connection as a sequence diagram, which readers of Markdown draw.
pub fn diagram_markdown(conversation: &Conversation) -> String {
    format!("## {}\n\n```mermaid\n{}```\n", plain(&title(conversation)), mermaid(conversation))
}

fn row(text: &mut String, step: &Step) {
    let what = match step.code {
        Some(_) => format!("**{}**", plain(&label(step))),
        None => plain(&label(step)),
    };
    let rfc = if step.rfc.is_empty() { String::new() } else { format!(" ({})", step.rfc) };
    let _ = writeln!(
        text,
        "| {} | {:.6} | {} | {what} | {}{rfc} | {} |",
        step.packet,
        step.time_relative,
        step.from.map_or("", Direction::sender),
        plain(&step.meaning),
        step.state.map_or("", |state| state.name()),
    );
}
