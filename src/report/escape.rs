//! Bytes from the wire, made harmless for a terminal.

use std::fmt::Write;

/// Appends `bytes` so that they stay on one line and cannot control a terminal: control, format and other invisible
/// characters as `\n` or `\u{202e}`, bytes that are not UTF-8 as `\xNN`. `quotes` escapes `"` too.
pub(super) fn escape_into(text: &mut String, bytes: &[u8], quotes: bool) {
    for chunk in bytes.utf8_chunks() {
        escape_str(text, chunk.valid(), quotes);
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
}

fn escape_str(text: &mut String, valid: &str, quotes: bool) {
    for character in valid.chars() {
        match character {
            ' '..='~' if character != '\\' && !(quotes && character == '"') => text.push(character),
            '\\' if !quotes => text.push('\\'),
            '\\' | '"' => text.extend(['\\', character]),
            _ if is_visible(character) => text.push(character),
            _ => text.extend(character.escape_debug()),
        }
    }
}

/// Whether a character beyond ASCII leaves a mark, or belongs to one that does.
fn is_visible(character: char) -> bool {
    // Behind another character, `str::escape_debug` escapes what cannot be seen, and leaves combining marks alone.
    let mut probe = [b'a', 0, 0, 0, 0];
    let (_, rest) = probe.split_at_mut(1);
    let length = 1 + character.encode_utf8(rest).len();
    let probe = probe.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    probe.is_some_and(|text| text.escape_debug().eq(text.chars()))
}

/// Appends `"…"` with escaped content.
pub(super) fn quote_into(text: &mut String, bytes: &[u8]) {
    text.push('"');
    escape_into(text, bytes, true);
    text.push('"');
}

/// Appends the first `most` bytes as hexadecimal pairs, and `…` if there are more.
pub(super) fn hex_into(text: &mut String, bytes: &[u8], most: usize) {
    for (i, byte) in bytes.iter().take(most).enumerate() {
        let separator = if i == 0 { "" } else { " " };
        let _ = write!(text, "{separator}{byte:02x}");
    }
    if bytes.len() > most {
        text.push_str(" …");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn escaped(bytes: &[u8]) -> String {
        let mut text = String::new();
        escape_into(&mut text, bytes, false);
        text
    }

    #[test]
    fn terminal_controls_are_shown_and_not_sent() {
        assert_eq!(escaped(b"\x1b[2J\x07\r\n\t\x7f"), r"\u{1b}[2J\u{7}\r\n\t\u{7f}");
        assert_eq!(escaped("\u{9b}31m \u{202e}".as_bytes()), r"\u{9b}31m \u{202e}");
        assert_eq!(escaped(b"caf\xe9 \xff"), r"caf\xe9 \xff");
    }

    #[test]
    fn letters_and_combining_marks_of_all_scripts_stay_readable() {
        for text in ["naïve", "नमस्ते", "สวัสดี", "日本語", "a'b"] {
            assert_eq!(escaped(text.as_bytes()), text);
        }
    }

    #[test]
    fn quotes_are_escaped_inside_quotes_only() {
        let mut text = String::new();
        quote_into(&mut text, br#"say "hi" \"#);
        assert_eq!(text, r#""say \"hi\" \\""#);
        assert_eq!(escaped(br#"{"a":"\n"}"#), r#"{"a":"\n"}"#);
    }

    proptest! {
        #[test]
        fn no_control_character_ever_gets_through(bytes: Vec<u8>) {
            prop_assert!(!escaped(&bytes).chars().any(char::is_control));
        }
    }
}
