//! Explanations as one page that needs nothing else. Light or dark as the reader has it; a field, its bytes and its box
//! light up together.

mod bytes;
mod handshake;

use std::fmt::Write;
use std::io;

use super::Form;
use super::markup::{classes, markup};
use super::payload::{headline, inflated_title, is_prefix, says_text};
use crate::explain::{Content, Explanation, Mark, Role};

/// How the page looks.
const STYLE: &str = include_str!("html/style.css");
/// Fields that light up. More than a frame has; of a head with more lines, the first.
const LIT: usize = 64;

/// A page.
#[derive(Debug, Default)]
pub struct HtmlForm {
    begun: bool,
}

impl HtmlForm {
    fn begin(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        out.write_all(head(LIT).as_bytes())
    }
}

/// The page up to its first element; `lit` fields light up.
pub(super) fn head(lit: usize) -> String {
    let mut head = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n".to_owned();
    head.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    let _ = writeln!(head, "<title>sockeye explain</title>\n<style>\n{STYLE}");
    for field in 0..lit {
        let named = format!("[data-f~=\"{field}\"]");
        let _ = writeln!(
            head,
            ".e:has({named}:is(:hover,:focus)) {named}{{background:var(--lit);outline-color:var(--ink)}}"
        );
    }
    head + "</style>\n</head>\n<body>\n"
}

/// The end of the page.
pub(super) const END: &str = "</body>\n</html>\n";

impl Form for HtmlForm {
    fn explanation(&mut self, explanation: &Explanation, out: &mut dyn io::Write) -> io::Result<()> {
        self.begin(out)?;
        out.write_all(draw(explanation).as_bytes())
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        self.begin(out)?;
        out.write_all(END.as_bytes())
    }
}

/// The whole explanation. Writing to a `String` cannot fail, so the results of `write!` are not looked at.
fn draw(explanation: &Explanation) -> String {
    let mut page = format!("<section class=\"e\">\n<h2>{}</h2>\n", markup(&explanation.title));
    if let (Some(source), Some(destination)) = (explanation.source, explanation.destination) {
        let _ = writeln!(page, "<p>{source} → {destination}</p>");
    }
    picture(&mut page, explanation);
    bytes::strip(&mut page, explanation);
    fields(&mut page, explanation);
    handshake::draw(&mut page, explanation);
    bytes::lane(&mut page, explanation);
    if let Some(content) = &explanation.content {
        self::content(&mut page, "Payload", content);
    }
    if !explanation.findings.is_empty() {
        page.push_str("<h3>Findings</h3>\n<ul>\n");
        explanation.findings.iter().for_each(|mark| finding(&mut page, mark));
        page.push_str("</ul>\n");
    }
    if !explanation.notes.is_empty() {
        page.push_str("<h3>Why</h3>\n<ul>\n");
        for note in &explanation.notes {
            let _ = writeln!(page, "<li>{} <cite>{}</cite></li>", markup(note.text), markup(note.rfc));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</section>\n");
    page
}

/// The bit box: a grid of 32 columns.
fn picture(page: &mut String, explanation: &Explanation) {
    if explanation.layout.is_empty() {
        return;
    }
    page.push_str("<div class=\"box\">\n");
    for bit in 0..32 {
        let _ = write!(page, "<span class=\"bit\">{bit}</span>");
    }
    page.push('\n');
    for row in &explanation.layout {
        for (at, cell) in row.cells.iter().enumerate() {
            let first = if at == 0 { "1" } else { "auto" };
            let upright = if cell.width == 1 { " upright" } else { "" };
            let _ = write!(
                page,
                "<div class=\"cell {}{upright}\" data-f=\"{}\" tabindex=\"0\" style=\"grid-column:{first}/span {}\">",
                classes(explanation, cell.field),
                cell.field,
                cell.width,
            );
            let bits: Vec<String> = cell.bits.chars().map(|bit| format!("<i>{bit}</i>")).collect();
            let (name, value) = (markup(&cell.name), markup(&cell.value));
            let value = if cell.width == 1 { "" } else { &value };
            let _ = writeln!(page, "<b>{name}</b><span>{value}</span><code>{}</code></div>", bits.concat());
        }
    }
    page.push_str("</div>\n");
}

fn fields(page: &mut String, explanation: &Explanation) {
    if explanation.fields.is_empty() {
        return;
    }
    // The lines of a handshake are their own bytes.
    let has_bytes = explanation.fields.iter().any(|field| field.role != Role::Line);
    let titles = if has_bytes { "<th>bytes</th>" } else { "" };
    let _ = writeln!(
        page,
        "<table>\n<tr><th>offset</th>{titles}<th>field</th><th>value</th><th>meaning</th></tr>"
    );
    for (at, field) in explanation.fields.iter().enumerate() {
        let rules: Vec<String> = field.rules.iter().map(|code| format!("<strong>{code}</strong> ")).collect();
        let bytes = match field.role {
            Role::Line => String::new(),
            _ => format!("<td class=\"bytes\"><code>{}</code></td>", bytes::of_field(explanation, field)),
        };
        let _ = writeln!(
            page,
            "<tr class=\"{}\" data-f=\"{at}\" tabindex=\"0\"><td>{}</td>{bytes}<td>{}</td><td>{}</td><td>{}{} <cite>{}</cite></td></tr>",
            classes(explanation, at),
            field.offset,
            markup(&field.name),
            markup(&field.value),
            rules.concat(),
            markup(&field.meaning),
            markup(field.rfc),
        );
    }
    page.push_str("</table>\n");
}

fn content(page: &mut String, title: &str, content: &Content) {
    let _ = writeln!(page, "<h3>{}</h3>", markup(&headline(title, content)));
    bytes::dump(page, content);
    match (&content.json, &content.text) {
        (Some(json), _) => {
            let lines: Vec<String> = json.lines().map(markup).collect();
            let _ = writeln!(page, "<pre>{}</pre>", lines.join("\n"));
        }
        (None, Some(says)) if says_text(content) => {
            let more = if is_prefix(content) { " …" } else { "" };
            let _ = writeln!(page, "<p>“{}”{more}</p>", markup(says));
        }
        _ => {}
    }
    if let Some(inflated) = &content.inflated {
        self::content(page, inflated_title(content), inflated);
    }
    if let Some(why_not) = &content.not_inflated {
        let _ = writeln!(page, "<p>Not inflated: {}.</p>", markup(why_not));
    }
}

fn finding(page: &mut String, mark: &Mark) {
    let on: Vec<String> = mark.fields.iter().map(usize::to_string).collect();
    let _ = writeln!(
        page,
        "<li class=\"finding {severity}\" data-f=\"{}\" tabindex=\"0\"><strong>{severity} {} {}</strong><br>{}<br><cite>{}</cite> {}<br><b>why</b> {}<br><b>help</b> {}</li>",
        on.join(" "),
        mark.code,
        mark.name,
        markup(&mark.text),
        markup(mark.rfc),
        markup(mark.requirement),
        markup(mark.why),
        markup(mark.help),
        severity = mark.severity.name(),
    );
}
