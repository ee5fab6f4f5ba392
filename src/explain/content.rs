//! What a payload says.

use super::model::{Content, Wire};

/// Payload bytes shown one by one.
pub(super) const BYTES_SHOWN: usize = 256;
/// Bytes of a line of them.
const LINE: usize = 16;
/// Payload bytes shown as text.
const TEXT_SHOWN: usize = 16 << 10;

/// What the payload of `length` bytes says of which `payload` was captured; `missing` are the holes in it.
pub(super) fn content(kind: &str, payload: &[u8], missing: &[[u64; 2]], length: u64) -> Content {
    let captured = payload.len() as u64;
    // What stands behind a hole is not what follows.
    let whole = missing
        .first()
        .and_then(|[start, _]| payload.get(..usize::try_from(*start).ok()?))
        .unwrap_or(payload);
    let (text, text_cut) = text(whole, captured < length);
    let json = text.as_deref().filter(|_| !text_cut && captured == length).and_then(indented);
    Content {
        kind: kind.to_owned(),
        length,
        captured,
        bytes: with_holes(payload, missing, length),
        text,
        text_cut,
        json,
        truncated: false,
        inflated: None,
        assumed: false,
        not_inflated: None,
        marks: Vec::new(),
    }
}

/// The first bytes of a payload of `length` bytes. What is neither in `payload` nor in a hole is missing too; a line
/// of such bytes is enough.
pub(super) fn with_holes(payload: &[u8], missing: &[[u64; 2]], length: u64) -> Wire {
    let most = usize::try_from(length).unwrap_or(usize::MAX).min(BYTES_SHOWN);
    let is_hole = |at: u64| {
        missing.iter().any(|[start, length]| at.checked_sub(*start).is_some_and(|into| into < *length))
    };
    let mut there = payload.iter();
    let mut bytes: Vec<Option<u8>> =
        (0..most).map(|at| if is_hole(at as u64) { None } else { there.next().copied() }).collect();
    let known = bytes.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    bytes.truncate(known.next_multiple_of(LINE).max(LINE));
    Wire(bytes)
}

/// The beginning of the bytes as text, and whether there is more; `None` if they are none. A character may be cut at
/// the end of what was captured.
fn text(bytes: &[u8], cut: bool) -> (Option<String>, bool) {
    let shown = bytes.get(..TEXT_SHOWN).unwrap_or(bytes);
    let text_cut = shown.len() < bytes.len();
    let valid = match std::str::from_utf8(shown) {
        Err(error) if (cut || text_cut) && error.error_len().is_none() => {
            shown.get(..error.valid_up_to()).and_then(|whole| std::str::from_utf8(whole).ok())
        }
        result => result.ok(),
    };
    (valid.map(str::to_owned), text_cut)
}

/// The text indented, if it is a JSON object or array. The order of keys and the digits of numbers are the sender's.
fn indented(text: &str) -> Option<String> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let mut out = String::with_capacity(2 * text.len());
    let mut depth = 0_usize;
    let (mut quoted, mut escaped) = (false, false);
    let mut characters = text.trim().chars().filter(|c| !c.is_control()).peekable();
    while let Some(character) = characters.next() {
        if quoted {
            out.push(character);
            (escaped, quoted) = (character == '\\' && !escaped, character != '"' || escaped);
            continue;
        }
        match character {
            ' ' => {}
            '{' | '[' => {
                out.push(character);
                while characters.next_if_eq(&' ').is_some() {}
                if characters.next_if(|next| matches!(next, '}' | ']')).is_some() {
                    out.push(if character == '{' { '}' } else { ']' });
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                quoted = character == '"';
                out.push(character);
            }
        }
    }
    Some(out)
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    // The parser gives up at 128 levels.
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Bytes as text; those that are not UTF-8 as `\xNN`.
pub(super) fn shown(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn json_keeps_its_order_and_its_numbers() {
        let text = r#"{"z":1.0,"a":[true, {}, [ ], "x:, \"{\\"],"n":12345678901234567890123}"#;
        let lines = "{\n  \"z\": 1.0,\n  \"a\": [\n    true,\n    {},\n    [],\n    \"x:, \\\"{\\\\\"\n  ],\n  \"n\": 12345678901234567890123\n}";
        assert_eq!(indented(text).as_deref(), Some(lines));
        for plain in ["", "12", "\"a\"", "{", "[1,]", "{}x"] {
            assert_eq!(indented(plain), None, "{plain}");
        }
    }

    #[test]
    fn holes_stand_where_they_are() {
        let wire = with_holes(b"abef", &[[2, 2]], 8);
        let expected = [Some(b'a'), Some(b'b'), None, None, Some(b'e'), Some(b'f'), None, None];
        assert_eq!(wire.0, expected);
    }

    #[test]
    fn a_character_cut_by_the_capture_is_left_out() {
        assert_eq!(content("text", b"caf\xc3", &[], 5).text.as_deref(), Some("caf"));
        assert_eq!(content("text", b"caf\xc3", &[], 4).text, None);
        assert_eq!(content("text", b"abef", &[[2, 2]], 6).text.as_deref(), Some("ab"));
    }

    proptest! {
        #[test]
        fn indenting_changes_blanks_only(text in r#"[\[\]{}:, "\\a1]{0,30}"#) {
            if let Some(lines) = indented(&text) {
                let before: serde_json::Value = serde_json::from_str(&text).unwrap();
                let after: serde_json::Value = serde_json::from_str(&lines).unwrap();
                prop_assert_eq!(before, after);
            }
        }
    }
}
