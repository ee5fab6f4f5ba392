//! A request or response, line by line.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::{OFFSET_OF_LINE, WIDTH, heading};
use crate::explain::{Acceptance, Check, Explanation, Field};
use crate::report::accept::{LABELS, accept_rows};
use crate::report::explain::ink::{Color, Ink};
use crate::report::explain::wrap::{cited, fit, safe, wrap};

/// Columns before the accept's steps.
const INDENT: usize = 3;

/// Appends the lines, what is demanded, and how the accept follows from the key.
pub(super) fn draw(text: &mut String, explanation: &Explanation, ink: Ink) {
    let titles = fit("offset", OFFSET_OF_LINE) + "line";
    let _ = writeln!(text, "\n {}", ink.paint(Color::Title, &titles));
    for field in &explanation.fields {
        line(text, explanation, field, ink);
    }
    checks(text, explanation, ink);
}

/// Appends what is demanded, and how the accept follows from the key.
pub(super) fn checks(text: &mut String, explanation: &Explanation, ink: Ink) {
    if !explanation.checks.is_empty() {
        heading(text, "Demanded", ink);
        for check in &explanation.checks {
            demand(text, check, ink);
        }
    }
    if let Some(steps) = &explanation.accept {
        accept(text, steps, ink);
    }
}

fn line(text: &mut String, explanation: &Explanation, field: &Field, ink: Ink) {
    let content =
        if field.name.is_empty() { field.value.clone() } else { format!("{}: {}", field.name, field.value) };
    let width = WIDTH - 1 - OFFSET_OF_LINE;
    for (at, part) in wrap(&safe(&content), width).into_iter().enumerate() {
        let offset = if at == 0 { field.offset.to_string() } else { String::new() };
        let _ = writeln!(text, " {}{}", fit(&offset, OFFSET_OF_LINE), ink.paint(Color::Payload, &part));
    }
    for code in &field.rules {
        let Some(mark) = explanation.findings.iter().find(|mark| mark.code == *code) else { continue };
        let columns = safe(&content).chars().count().clamp(1, 40);
        let caret = format!("{} {} {}", "^".repeat(columns), mark.code, mark.name);
        let _ = writeln!(text, " {:OFFSET_OF_LINE$}{}", "", ink.paint(Color::of(mark.severity), &caret));
    }
    if !field.meaning.is_empty() {
        for part in wrap(&cited(&safe(&field.meaning), field.rfc), width - 2) {
            let _ = writeln!(text, " {:OFFSET_OF_LINE$}  {part}", "");
        }
    }
}

fn demand(text: &mut String, check: &Check, ink: Ink) {
    let (sign, color) = if check.met { ("✓", Color::Payload) } else { ("✗", Color::Error) };
    let found = match (&check.found, check.met) {
        (Some(found), _) => format!("   but: {}", safe(found)),
        (None, false) => "   missing".to_owned(),
        (None, true) => String::new(),
    };
    let says = cited(&format!("{}{found}", check.demand), check.rfc);
    for (at, part) in wrap(&says, WIDTH - 5).into_iter().enumerate() {
        let sign = if at == 0 { ink.paint(color, sign) } else { " ".to_owned() };
        let _ = writeln!(text, "   {sign} {part}");
    }
}

fn accept(text: &mut String, acceptance: &Acceptance, ink: Ink) {
    heading(text, "Sec-WebSocket-Accept from Sec-WebSocket-Key  (RFC 6455 §4.2.2)", ink);
    let width = WIDTH - INDENT - LABELS;
    for (label, value) in accept_rows(acceptance) {
        // The caret of a mismatch stands behind blanks that are no ends of words.
        let lines = if value.width() <= width { vec![value] } else { wrap(&value, width) };
        for (at, line) in lines.into_iter().enumerate() {
            let color = if line.contains('✗') { Color::Error } else { Color::Payload };
            let label = if at == 0 { label } else { "" };
            let _ = writeln!(text, "{:INDENT$}{label:LABELS$}{}", "", ink.paint(color, &line));
        }
    }
}
