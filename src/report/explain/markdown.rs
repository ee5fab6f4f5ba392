//! Explanations as Markdown: tables, and code blocks for what has columns.

use std::fmt::Write;
use std::io;

use super::Form;
use super::text::without_fields;
use super::wrap::safe;
use crate::explain::{Explanation, Field, Mark, Role};

/// Markdown for a page or an issue.
#[derive(Debug, Default)]
pub struct MarkdownForm {
    begun: bool,
}

impl Form for MarkdownForm {
    fn explanation(&mut self, explanation: &Explanation, out: &mut dyn io::Write) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            out.write_all(b"\n")?;
        }
        out.write_all(draw(explanation).as_bytes())
    }

    fn finish(&mut self, _: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }
}

/// The whole explanation. Writing to a `String` cannot fail, so the results of `write!` are not looked at.
fn draw(explanation: &Explanation) -> String {
    let mut text = format!("## {}\n", plain(&explanation.title));
    if let (Some(source), Some(destination)) = (explanation.source, explanation.destination) {
        let _ = write!(text, "\n{source} → {destination}\n");
    }
    let [picture, payload] = without_fields(explanation);
    block(&mut text, &picture);
    fields(&mut text, explanation);
    block(&mut text, &payload);
    if !explanation.notes.is_empty() {
        text.push_str("\n### Why\n\n");
        for note in &explanation.notes {
            let _ = writeln!(text, "- {} ({})", note.text, note.rfc);
        }
    }
    if !explanation.findings.is_empty() {
        text.push_str("\n### Findings\n\n");
        for mark in &explanation.findings {
            finding(&mut text, mark);
        }
    }
    text
}

fn fields(text: &mut String, explanation: &Explanation) {
    if explanation.fields.is_empty() {
        return;
    }
    text.push_str("\n| offset | bytes | bits | field | value | meaning |\n|---|---|---|---|---|---|\n");
    for field in &explanation.fields {
        let cells = [
            field.offset.to_string(),
            code(&bytes(explanation, field)),
            field.bits.map_or_else(String::new, |[first, count]| bit_range(first, count)),
            plain(&field.name),
            plain(&field.value),
            meaning(field),
        ];
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}

/// Bytes of a field shown in its row.
const BYTES: usize = 8;

fn bytes(explanation: &Explanation, field: &Field) -> String {
    if field.role == Role::Line {
        return String::new();
    }
    let bytes = explanation.bytes.part(field.offset, field.length, BYTES);
    let pair = |byte: &Option<u8>| byte.map_or_else(|| "--".to_owned(), |byte| format!("{byte:02x}"));
    let more = if (bytes.len() as u64) < field.length { " …" } else { "" };
    bytes.iter().map(pair).collect::<Vec<_>>().join(" ") + more
}

fn bit_range(first: u8, count: u8) -> String {
    match count {
        0 | 1 => first.to_string(),
        _ => format!("{first}–{}", first.saturating_add(count - 1)),
    }
}

fn meaning(field: &Field) -> String {
    let rules: Vec<String> = field.rules.iter().map(|code| format!("**{code}**")).collect();
    [rules.join(" "), plain(&field.meaning)].join(" ").trim().to_owned()
}

fn finding(text: &mut String, mark: &Mark) {
    let severity = mark.severity.name();
    let _ = writeln!(text, "- **{} {}** ({severity}): {}", mark.code, mark.name, plain(&mark.text));
    let rfc = if mark.rfc.is_empty() { "demanded" } else { mark.rfc };
    let _ = writeln!(text, "  - {rfc}: {}", mark.requirement);
    for line in [mark.why, mark.help].into_iter().filter(|line| !line.is_empty()) {
        let _ = writeln!(text, "  - {line}");
    }
}

fn block(text: &mut String, content: &str) {
    if !content.trim().is_empty() {
        // Longer than any fence that a payload may hold.
        let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let _ = write!(text, "\n{fence}text\n{}\n{fence}\n", content.trim_matches('\n'));
    }
}

fn code(content: &str) -> String {
    if content.is_empty() { String::new() } else { format!("`{content}`") }
}

/// Text from the wire in which nothing is markup.
pub(super) fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in safe(text).chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' | '!') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
