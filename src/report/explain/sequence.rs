//! A whole connection as a picture: a sequence diagram.

use std::fmt::Write;

use super::conversation::label;
use super::markup::markup;
use super::wrap::{fit, safe};
use crate::base::Direction;
use crate::explain::{Conversation, Step};
use crate::record::Severity;

/// Pixels of a step, and where the lines of client and server stand.
const LINE: usize = 26;
const CLIENT: usize = 180;
const SERVER: usize = 760;
const WIDTH: usize = 880;
const MIDDLE: usize = (CLIENT + SERVER) / 2;
/// Pixels above the first step.
const TOP: usize = 60;
/// Columns of a label that fit between the lines.
const COLUMNS: usize = 64;

const STYLE: &str = "
svg{--paper:#fff;--ink:#1a1a1a;--faint:#666;--alarm:#c00;--client:#176b1f;--state:#ecdff5}
@media(prefers-color-scheme:dark){svg{--paper:#16181c;--ink:#e6e6e6;--faint:#a0a0a0;--alarm:#ff7b72;--client:#7ee787;--state:#37244a}}
.paper{fill:var(--paper)}text{fill:var(--ink);font:13px ui-monospace,monospace;text-anchor:middle;white-space:pre}
line,path{stroke:var(--ink);fill:none}.client{stroke:var(--client)}.faint{fill:var(--faint);text-anchor:start;font-size:11px}
.bad{fill:var(--alarm);font-weight:bold}.state{fill:var(--state)}.life{stroke-dasharray:4 4}
";

/// The connection as an SVG document. Writing to a `String` cannot fail, so the results of `write!` are not looked at.
pub fn sequence(conversation: &Conversation) -> String {
    let mut body = String::new();
    let mut y = TOP;
    for step in &conversation.steps {
        y += LINE;
        draw(&mut body, step, y);
        if let Some(state) = step.state {
            y += LINE;
            let (left, top) = (CLIENT, y - 16);
            let width = SERVER - CLIENT;
            let _ = writeln!(
                body,
                "<rect class=\"state\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"22\"/>"
            );
            text(&mut body, "", MIDDLE, y, state.name());
        }
    }
    if conversation.left_out > 0 {
        y += LINE;
        text(&mut body, "", MIDDLE, y, &format!("… and {} more steps in between", conversation.left_out));
    }
    let height = y + LINE;
    let mut page = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\">\n<style>{STYLE}</style>\n<rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>\n"
    );
    for (x, who, address) in
        [(CLIENT, "client", conversation.client), (SERVER, "server", conversation.server)]
    {
        text(&mut page, "", x, 24, who);
        text(&mut page, "", x, 44, &address.to_string());
        let _ =
            writeln!(page, "<line class=\"life\" x1=\"{x}\" y1=\"54\" x2=\"{x}\" y2=\"{}\"/>", y + LINE / 2);
    }
    page + &body + "</svg>\n"
}

/// A step: its packet and time, and an arrow or a note.
fn draw(body: &mut String, step: &Step, y: usize) {
    text(body, "faint", 12, y, &format!("{}  {:.6}", step.packet, step.time_relative));
    let class = if step.severity.is_some_and(|severity| severity > Severity::Info) { "bad" } else { "" };
    text(body, class, MIDDLE, y - 4, &label(step));
    let Some(from) = step.from.filter(|_| step.code.is_none()) else { return };
    let (start, end, back, class) = match from {
        Direction::ClientToServer => (CLIENT, SERVER, SERVER - 8, "client"),
        Direction::ServerToClient => (SERVER, CLIENT, CLIENT + 8, "server"),
    };
    let _ = writeln!(
        body,
        "<path class=\"{class}\" d=\"M{start} {y}H{end}M{back} {}L{end} {y}L{back} {}\"/>",
        y - 4,
        y + 4
    );
}

fn text(body: &mut String, class: &str, x: usize, y: usize, content: &str) {
    let line = fit(&safe(content), COLUMNS);
    let _ = writeln!(body, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", markup(line.trim_end()));
}
