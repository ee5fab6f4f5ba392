//! Bytes, each of which knows its fields.

use std::fmt::Write;

use crate::explain::{Content, Explanation, Field, Role};
use crate::report::explain::markup::{classes, markup, pair};
use crate::report::explain::payload::{LINE, carets};

/// Bytes of a field shown in its row.
const OF_FIELD: usize = 8;
/// Columns before the bytes of a line.
const OFFSET: usize = 6;

/// The numbers of the fields that a byte belongs to, and the class of the first of them.
fn fields_at(explanation: &Explanation, offset: u64) -> (String, String) {
    let holds = |field: &Field| offset.checked_sub(field.offset).is_some_and(|into| into < field.length);
    let on: Vec<usize> =
        explanation.fields.iter().enumerate().filter(|(_, field)| holds(field)).map(|(at, _)| at).collect();
    let class = on.first().map_or_else(String::new, |first| classes(explanation, *first));
    (on.iter().map(usize::to_string).collect::<Vec<_>>().join(" "), class)
}

/// All bytes, as on the wire.
pub(super) fn strip(page: &mut String, explanation: &Explanation) {
    if explanation.bytes.0.is_empty() {
        return;
    }
    page.push_str("<div class=\"strip\">\n");
    for (offset, byte) in explanation.bytes.0.iter().enumerate() {
        let (on, class) = fields_at(explanation, offset as u64);
        let _ = writeln!(
            page,
            "<span class=\"{class}\" data-f=\"{on}\" tabindex=\"0\">{}<small class=\"offset\">{offset}</small></span>",
            pair(*byte)
        );
    }
    more(page, explanation.length.saturating_sub(explanation.bytes.0.len() as u64));
    page.push_str("</div>\n");
}

fn more(page: &mut String, bytes: u64) {
    if bytes > 0 {
        let _ = writeln!(page, "<span>… {bytes} more</span>");
    }
}

/// The bytes of a field, or its bits.
pub(super) fn of_field(explanation: &Explanation, field: &Field) -> String {
    let Some([first, count]) = field.bits else {
        let bytes = explanation.bytes.part(field.offset, field.length, OF_FIELD);
        let pairs: Vec<String> = bytes.iter().map(|byte| pair(*byte)).collect();
        let more = if (bytes.len() as u64) < field.length { " …" } else { "" };
        return pairs.join(" ") + more;
    };
    let byte = explanation.bytes.part(field.offset, 1, 1).first().copied().flatten();
    let bit = |bit: u8| match byte {
        _ if bit < first || bit - first >= count => '.',
        Some(byte) if byte & (0x80 >> bit) != 0 => '1',
        Some(_) => '0',
        None => '?',
    };
    // The space between does not break the line.
    (0..4).map(bit).chain(['\u{a0}']).chain((4..8).map(bit)).collect()
}

/// Masked, key, result: one column for each byte.
pub(super) fn lane(page: &mut String, explanation: &Explanation) {
    let Some(lane) = &explanation.unmasking else { return };
    page.push_str("<h3>Unmasking: payload[i] = masked[i] XOR key[i mod 4] <cite>RFC 6455 §5.3</cite></h3>\n");
    page.push_str("<div class=\"lane\">\n<span><b>masked</b><b>key</b><b>payload</b><b>text</b></span>\n");
    let key_field = explanation.fields.iter().position(|field| field.role == Role::MaskingKey).unwrap_or(0);
    let start = explanation.fields.get(key_field).map_or(0, |key| key.offset.saturating_add(key.length));
    let columns = lane.masked.0.iter().zip(&lane.key.0).zip(&lane.payload.0);
    for (at, ((masked, key), payload)) in columns.enumerate() {
        let (on, class) = fields_at(explanation, start.saturating_add(at as u64));
        let text = payload.filter(|byte| (b' '..=b'~').contains(byte)).map_or('·', char::from);
        let _ = writeln!(
            page,
            "<span><span class=\"{class}\" data-f=\"{on}\" tabindex=\"0\">{}</span><span class=\"key\" data-f=\"{key_field}\">{}</span><span class=\"{class}\" data-f=\"{on}\">{}</span><span>{}</span></span>",
            pair(*masked),
            pair(*key),
            pair(*payload),
            markup(&text.to_string()),
        );
    }
    more(page, lane.more);
    page.push_str("</div>\n");
}

/// Offset, hexadecimal, ASCII.
pub(super) fn dump(page: &mut String, content: &Content) {
    page.push_str("<pre>");
    for (at, line) in content.bytes.0.chunks(LINE).enumerate() {
        let pairs: Vec<String> = line.iter().map(|byte| pair(*byte)).collect();
        let text: String = line
            .iter()
            .map(|byte| {
                byte.map_or(' ', |byte| if (b' '..=b'~').contains(&byte) { char::from(byte) } else { '.' })
            })
            .collect();
        let _ = writeln!(page, "{:04x}  {:<47}  {}", at * LINE, pairs.join(" "), markup(&text));
        for caret in carets(content, at, OFFSET) {
            let _ = writeln!(page, "<strong>{caret}</strong>");
        }
    }
    let rest = content.length.saturating_sub(content.bytes.0.len() as u64);
    if rest > 0 {
        let _ = writeln!(page, "… {rest} more bytes");
    }
    page.push_str("</pre>\n");
}
