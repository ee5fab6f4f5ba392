//! What a handshake must have, and the accept step by step.

use std::fmt::Write;

use crate::explain::Explanation;
use crate::report::accept::accept_rows;
use crate::report::explain::markup::markup;

/// Appends both, if the explanation is about a handshake.
pub(super) fn draw(page: &mut String, explanation: &Explanation) {
    if !explanation.checks.is_empty() {
        page.push_str("<h3>Demanded</h3>\n<ul>\n");
        for check in &explanation.checks {
            let sign = if check.met { "✓" } else { "<strong>✗</strong>" };
            let found = match (&check.found, check.met) {
                (Some(found), _) => format!(", but: {}", markup(found)),
                (None, false) => ", missing".to_owned(),
                (None, true) => String::new(),
            };
            let _ = writeln!(
                page,
                "<li>{sign} {}{found} <cite>{}</cite></li>",
                markup(check.demand),
                markup(check.rfc)
            );
        }
        page.push_str("</ul>\n");
    }
    let Some(acceptance) = &explanation.accept else { return };
    page.push_str("<h3>Sec-WebSocket-Accept from Sec-WebSocket-Key <cite>RFC 6455 §4.2.2</cite></h3>\n");
    page.push_str("<table class=\"steps\">\n");
    for (label, value) in accept_rows(acceptance) {
        let class = if value.contains('✗') { " class=\"alarm\"" } else { "" };
        let _ = writeln!(page, "<tr><td>{label}</td><td{class}><code>{}</code></td></tr>", markup(&value));
    }
    page.push_str("</table>\n");
}
