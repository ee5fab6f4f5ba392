//! The unmasking lane, and what the payload says.

use std::fmt::Write;

use super::{heading, paragraph};
use crate::explain::{Content, Explanation, Unmasking};
use crate::report::explain::ink::{Color, Ink};
use crate::report::explain::payload::{LINE, carets, headline, inflated_title, is_prefix, says_text};
use crate::report::explain::wrap::safe;

/// Columns of the text and of JSON, which is cut into lines of this width.
const INDENT: usize = 3;
/// Columns of an offset, and the space behind it.
const OFFSET: usize = 6;

/// Appends both, if there is a payload.
pub(super) fn draw(text: &mut String, explanation: &Explanation, ink: Ink) {
    if let Some(lane) = &explanation.unmasking {
        unmasking(text, lane, ink);
    }
    if let Some(content) = &explanation.content {
        self::content(text, "Payload", content, ink);
    }
}

fn unmasking(text: &mut String, lane: &Unmasking, ink: Ink) {
    heading(text, "Unmasking: payload[i] = masked[i] XOR key[i mod 4]  (RFC 6455 §5.3)", ink);
    let lines = lane.masked.0.chunks(LINE).zip(lane.key.0.chunks(LINE)).zip(lane.payload.0.chunks(LINE));
    for ((masked, key), payload) in lines {
        text.push('\n');
        for (name, bytes, color) in
            [("masked", masked, Color::Plain), ("key", key, Color::Key), ("payload", payload, Color::Payload)]
        {
            let _ = writeln!(text, "   {name:<9}{}", ink.paint(color, &pairs(bytes)));
        }
        let characters: String = payload.iter().map(|byte| format!(" {} ", character(*byte))).collect();
        let _ = writeln!(text, "   {:9}{}", "", characters.trim_end());
    }
    if lane.more > 0 {
        let _ = writeln!(text, "   … and so on for {} more bytes", lane.more);
    }
}

fn pairs(bytes: &[Option<u8>]) -> String {
    let pair = |byte: &Option<u8>| byte.map_or_else(|| "--".to_owned(), |byte| format!("{byte:02x}"));
    bytes.iter().map(pair).collect::<Vec<_>>().join(" ")
}

/// The ASCII character of a byte; `.` for any that is none, and nothing for one that is not there.
fn character(byte: Option<u8>) -> char {
    match byte {
        Some(byte @ b' '..=b'~') => char::from(byte),
        Some(_) => '.',
        None => ' ',
    }
}

fn content(text: &mut String, title: &str, content: &Content, ink: Ink) {
    heading(text, &headline(title, content), ink);
    text.push('\n');
    dump(text, content, ink);
    match (&content.json, &content.text) {
        (Some(json), _) => {
            text.push('\n');
            for line in json.lines() {
                let depth = line.len() - line.trim_start().len();
                paragraph(text, "", &safe(line.trim_start()), INDENT + depth);
            }
        }
        (None, Some(says)) if says_text(content) => {
            let more = if is_prefix(content) { " …" } else { "" };
            text.push('\n');
            paragraph(text, "", &format!("\"{}\"{more}", safe(says)), INDENT);
        }
        _ => {}
    }
    if let Some(inflated) = &content.inflated {
        self::content(text, inflated_title(content), inflated, ink);
    }
    if let Some(why_not) = &content.not_inflated {
        text.push('\n');
        paragraph(text, "", &format!("Not inflated: {why_not}."), INDENT);
    }
}

/// Offset, hexadecimal, ASCII.
fn dump(text: &mut String, content: &Content, ink: Ink) {
    for (index, line) in content.bytes.0.chunks(LINE).enumerate() {
        let characters: String = line.iter().map(|byte| character(*byte)).collect();
        let line = format!("   {:04x}  {:<47}  {characters}", index * LINE, pairs(line));
        let _ = writeln!(text, "{}", line.trim_end());
        for caret in carets(content, index, INDENT + OFFSET) {
            let _ = writeln!(text, "{}", ink.paint(Color::Error, &caret));
        }
    }
    let more = content.length.saturating_sub(content.bytes.0.len() as u64);
    if more > 0 {
        let _ = writeln!(text, "   … {more} more bytes");
    }
}
