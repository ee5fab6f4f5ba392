//! Explanations for a terminal of 80 columns.

mod handshake;
mod payload;
mod picture;
mod table;

use std::fmt::Write;
use std::io;

use super::Form;
use super::ink::{Color, Ink};
use super::wrap::{cited, safe, wrap};
use crate::explain::{Explanation, Mark, Note, Role};

/// Columns of a line.
const WIDTH: usize = 80;
/// Columns of an offset and the space behind it.
const OFFSET_OF_LINE: usize = 8;

/// Text for a terminal.
#[derive(Debug)]
pub struct TextForm {
    ink: Ink,
    begun: bool,
}

impl TextForm {
    /// With or without colours.
    pub fn new(color: bool) -> Self {
        Self { ink: Ink(color), begun: false }
    }
}

impl Form for TextForm {
    fn explanation(&mut self, explanation: &Explanation, out: &mut dyn io::Write) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            out.write_all(b"\n")?;
        }
        out.write_all(draw(explanation, self.ink).as_bytes())
    }

    fn finish(&mut self, _: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }
}

/// The whole explanation. Writing to a `String` cannot fail, so the results of `write!` are not looked at.
fn draw(explanation: &Explanation, ink: Ink) -> String {
    let mut text = String::new();
    for line in wrap(&safe(&explanation.title), WIDTH) {
        let _ = writeln!(text, "{}", ink.paint(Color::Title, &line));
    }
    if let (Some(source), Some(destination)) = (explanation.source, explanation.destination) {
        let _ = writeln!(text, "{source} → {destination}");
    }
    picture::draw(&mut text, explanation, ink);
    if explanation.fields.iter().any(|field| field.role == Role::Line) {
        handshake::draw(&mut text, explanation, ink);
    } else {
        table::draw(&mut text, explanation, ink);
    }
    payload::draw(&mut text, explanation, ink);
    notes(&mut text, &explanation.notes, ink);
    findings(&mut text, &explanation.findings, ink);
    text
}

/// What has columns besides the fields, without colours: the picture, and lane and payload, or demands and steps.
pub(super) fn without_fields(explanation: &Explanation) -> [String; 2] {
    let ink = Ink(false);
    let mut parts = [String::new(), String::new()];
    let [picture, payload] = &mut parts;
    picture::draw(picture, explanation, ink);
    handshake::checks(payload, explanation, ink);
    payload::draw(payload, explanation, ink);
    parts
}

fn notes(text: &mut String, notes: &[Note], ink: Ink) {
    if notes.is_empty() {
        return;
    }
    heading(text, "Why", ink);
    for note in notes {
        for (at, line) in wrap(&cited(note.text, note.rfc), WIDTH - 3).iter().enumerate() {
            let _ = writeln!(text, " {} {line}", if at == 0 { "-" } else { " " });
        }
    }
}

fn findings(text: &mut String, findings: &[Mark], ink: Ink) {
    if findings.is_empty() {
        return;
    }
    heading(text, "Findings", ink);
    for mark in findings {
        let title = format!("{} {} {}", mark.severity.name(), mark.code, mark.name);
        let _ = writeln!(text, " {}", ink.paint(Color::of(mark.severity), &title));
        paragraph(text, "", &safe(&mark.text), 3);
        let rfc = if mark.rfc.is_empty() { "demanded" } else { mark.rfc };
        paragraph(text, &format!("{rfc}: "), mark.requirement, 3);
        if !mark.why.is_empty() {
            paragraph(text, "why: ", mark.why, 3);
        }
        paragraph(text, "help: ", mark.help, 3);
    }
}

/// An empty line and a title.
fn heading(text: &mut String, title: &str, ink: Ink) {
    text.push('\n');
    for line in wrap(title, WIDTH - 1) {
        let _ = writeln!(text, " {}", ink.paint(Color::Title, &line));
    }
}

/// Lines indented by `indent`, the first one behind `label`.
fn paragraph(text: &mut String, label: &str, content: &str, indent: usize) {
    for line in wrap(&format!("{label}{content}"), WIDTH - indent) {
        let _ = writeln!(text, "{:indent$}{line}", "");
    }
}
