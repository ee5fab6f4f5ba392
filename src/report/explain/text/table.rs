//! Every byte with its offset, bits, field, value and meaning.

use std::fmt::Write;

use super::{OFFSET_OF_LINE, WIDTH};
use crate::explain::{Explanation, Field, Role};
use crate::report::explain::ink::{Color, Ink};
use crate::report::explain::wrap::{fit, safe, wrap};

/// Columns of offset, bytes, bits and field, with the spaces behind them.
const OFFSET: usize = OFFSET_OF_LINE;
const BYTES: usize = 13;
const BITS: usize = 11;
const NAME: usize = 17;
/// Columns before the value: one space, and all those.
const BEFORE: usize = 1 + OFFSET + BYTES + BITS + NAME;
/// Bytes of a line.
const BYTES_A_LINE: usize = 4;
/// Lines of a payload; all of it stands below.
const PAYLOAD_LINES: usize = 2;

/// Appends the table.
pub(super) fn draw(text: &mut String, explanation: &Explanation, ink: Ink) {
    if explanation.fields.is_empty() {
        return;
    }
    let titles = [("offset", OFFSET), ("bytes", BYTES), ("bits", BITS), ("field", NAME), ("value", 5)];
    let titles: String = titles.iter().map(|(title, width)| fit(title, *width)).collect();
    let _ = writeln!(text, "\n {}", ink.paint(Color::Title, &titles));
    let mut last_offset = None;
    for field in &explanation.fields {
        // The byte of the bits above is the same.
        let repeated = last_offset == Some(field.offset);
        last_offset = Some(field.offset);
        lines(text, explanation, field, repeated, ink);
        carets(text, explanation, field, ink);
    }
}

fn lines(text: &mut String, explanation: &Explanation, field: &Field, repeated: bool, ink: Ink) {
    let bytes = if repeated { Vec::new() } else { byte_lines(explanation, field) };
    let says = wrap(&safe(&says(field)), WIDTH - BEFORE);
    for at in 0..bytes.len().max(says.len()) {
        let line_offset = field.offset.saturating_add((at * BYTES_A_LINE) as u64);
        let offset = if at < bytes.len() && !repeated { line_offset.to_string() } else { String::new() };
        let (bits, name) =
            if at == 0 { (bits(explanation, field), field.name.as_str()) } else { Default::default() };
        let color = Color::field(field.role);
        let line = [
            fit(&offset, OFFSET),
            ink.paint(color, &fit(bytes.get(at).map_or("", String::as_str), BYTES)),
            ink.paint(color, &fit(&bits, BITS)),
            fit(name, NAME),
            says.get(at).cloned().unwrap_or_default(),
        ];
        let _ = writeln!(text, " {}", line.concat().trim_end());
    }
}

/// Value and meaning.
fn says(field: &Field) -> String {
    match field.role {
        // The key is what stands in the column of bytes already.
        Role::MaskingKey => field.meaning.clone(),
        _ if field.value.is_empty() => field.meaning.clone(),
        _ => format!("{}  {}", field.value, field.meaning),
    }
}

fn byte_lines(explanation: &Explanation, field: &Field) -> Vec<String> {
    let most = if field.role == Role::Payload { PAYLOAD_LINES * BYTES_A_LINE } else { usize::MAX };
    let bytes = explanation.bytes.part(field.offset, field.length, most);
    let pair = |byte: &Option<u8>| byte.map_or_else(|| "--".to_owned(), |byte| format!("{byte:02x}"));
    let mut lines: Vec<String> = bytes
        .chunks(BYTES_A_LINE)
        .map(|chunk| chunk.iter().map(pair).collect::<Vec<_>>().join(" "))
        .collect();
    if let Some(line) = lines.last_mut().filter(|_| (bytes.len() as u64) < field.length) {
        line.push_str(" …");
    }
    lines
}

/// `.000 ....`: the bits of a field within their byte.
fn bits(explanation: &Explanation, field: &Field) -> String {
    let Some([first, count]) = field.bits else { return String::new() };
    let byte = explanation.bytes.part(field.offset, 1, 1).first().copied().flatten();
    let mut text = String::with_capacity(9);
    for bit in 0..8_u8 {
        if bit == 4 {
            text.push(' ');
        }
        text.push(match byte {
            _ if bit < first || bit - first >= count => '.',
            Some(byte) if byte & (0x80 >> bit) != 0 => '1',
            Some(_) => '0',
            None => '?',
        });
    }
    text
}

/// Under the offending bits, or bytes, one line for each finding.
fn carets(text: &mut String, explanation: &Explanation, field: &Field, ink: Ink) {
    for code in &field.rules {
        let Some(mark) = explanation.findings.iter().find(|mark| mark.code == *code) else { continue };
        let (indent, carets) = match field.bits {
            Some(_) => {
                let bits = bits(explanation, field);
                let carets = bits.chars().map(|bit| if matches!(bit, '.' | ' ') { ' ' } else { '^' });
                (OFFSET + BYTES, carets.collect::<String>())
            }
            None => {
                let bytes = usize::try_from(field.length).unwrap_or(BYTES_A_LINE).clamp(1, BYTES_A_LINE);
                (OFFSET, "^".repeat(3 * bytes - 1))
            }
        };
        let carets = fit(&carets, BEFORE - 1 - indent - NAME);
        let line = format!("{carets}{} {}", mark.code, mark.name);
        let _ = writeln!(text, " {:indent$}{}", "", ink.paint(Color::of(mark.severity), line.trim_end()));
    }
}
