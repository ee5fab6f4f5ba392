//! A connection as a page that needs nothing else.

use std::fmt::Write;

use super::{label, title};
use crate::base::Direction;
use crate::explain::{Conversation, Step};
use crate::report::explain::html::{END, head};
use crate::report::explain::markup::markup;
use crate::report::explain::sequence::sequence;

/// The connection as a lesson, and as a picture below it.
///
/// Writing to a `String` cannot fail, so the results of `write!` are not looked at.
pub fn lesson_html(conversation: &Conversation) -> String {
    let mut table =
        "<table class=\"steps\">\n<tr><th>packet</th><th>seconds</th><th>who</th><th>what</th></tr>\n"
            .to_owned();
    for step in &conversation.steps {
        row(&mut table, step);
    }
    if conversation.left_out > 0 {
        let _ = writeln!(
            table,
            "<tr><td></td><td></td><td></td><td>… and {} more steps in between</td></tr>",
            conversation.left_out
        );
    }
    page(conversation, &(table + "</table>\n"))
}

/// The connection as a picture only.
pub fn diagram_html(conversation: &Conversation) -> String {
    page(conversation, "")
}

fn page(conversation: &Conversation, lesson: &str) -> String {
    let title = markup(&title(conversation));
    let picture = sequence(conversation);
    format!("{}<h2>{title}</h2>\n{lesson}<figure>\n{picture}</figure>\n{END}", head(0))
}

fn row(table: &mut String, step: &Step) {
    let what = match step.code {
        Some(_) => format!("<strong>{}</strong>", markup(&label(step))),
        None => format!("<b>{}</b>", markup(&label(step))),
    };
    let _ = writeln!(
        table,
        "<tr class=\"{who}{severity}\"><td>{}</td><td>{:.6}</td><td>{who}</td><td>{what}<br>{} <cite>{}</cite></td></tr>",
        step.packet,
        step.time_relative,
        markup(&step.meaning),
        markup(step.rfc),
        who = step.from.map_or("", Direction::sender),
        severity = step.severity.map_or(String::new(), |severity| format!(" {}", severity.name())),
    );
    if let Some(state) = step.state {
        let _ =
            writeln!(table, "<tr class=\"state\"><td></td><td></td><td></td><td>{}</td></tr>", state.name());
    }
}
