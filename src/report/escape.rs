//! Bytes from the wire, made harmless for a terminal.

use std::fmt;

use super::line::Line;
use super::runs::{Word, push_by_runs};

/// What text for people is appended to.
pub(super) trait Buffer: fmt::Write {
    fn push_str(&mut self, text: &str);

    fn push(&mut self, character: char) {
        self.push_str(character.encode_utf8(&mut [0; 4]));
    }

    /// Appends text so that it stays on one line and cannot control a terminal. `quotes` escapes `"` too.
    fn escape(&mut self, text: &str, quotes: bool);

    /// Takes back blanks at the end.
    fn cut_blanks(&mut self);
}

impl Buffer for String {
    fn push_str(&mut self, text: &str) {
        String::push_str(self, text);
    }

    fn escape(&mut self, text: &str, quotes: bool) {
        text.chars().for_each(|character| escape_char(self, character, quotes));
    }

    fn cut_blanks(&mut self) {
        self.truncate(str::trim_end(self).len());
    }
}

/// Appends `bytes` so that they stay on one line and cannot control a terminal: control, format and other invisible
/// characters as `\n` or `\u{202e}`, bytes that are not UTF-8 as `\xNN`. `quotes` escapes `"` too.
pub(super) fn escape_into(text: &mut impl Buffer, bytes: &[u8], quotes: bool) {
    for chunk in bytes.utf8_chunks() {
        text.escape(chunk.valid(), quotes);
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
}

fn escape_char(text: &mut impl Buffer, character: char, quotes: bool) {
    match character {
        ' '..='~' if character != '\\' && !(quotes && character == '"') => text.push(character),
        '\\' if !quotes => text.push('\\'),
        '\\' | '"' => {
            text.push('\\');
            text.push(character);
        }
        _ if is_visible(character) => text.push(character),
        _ => character.escape_debug().for_each(|escaped| text.push(escaped)),
    }
}

/// The same, eight bytes at a time.
pub(super) fn escape_fast(line: &mut Line, text: &str, quotes: bool) {
    let inside = if quotes { u64::MAX } else { 0 };
    let slashed = |word: Word| (word.equal(b'"') | word.equal(b'\\')) & inside;
    push_by_runs(line, text, slashed, |line, rest| {
        let mut length = 0;
        for character in rest.chars().take_while(|character| !matches!(character, ' '..='~')) {
            length += character.len_utf8();
            if is_well_known(character) {
                line.push(character);
            } else {
                escape_char(line, character, quotes);
            }
        }
        length
    });
}

/// Whether a character is one of those that are seen most beyond ASCII, all of which are visible: of Latin, Greek and
/// Cyrillic, of punctuation, of Chinese, Japanese and Korean, and pictures. To know it of others takes long.
fn is_well_known(character: char) -> bool {
    matches!(
        character,
        '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{482}'
            | '\u{2010}'..='\u{2027}' | '\u{3041}'..='\u{3096}' | '\u{309b}'..='\u{30ff}'
            | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{1f300}'..='\u{1f64f}'
            | '\u{1f680}'..='\u{1f6c5}'
    )
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
pub(super) fn quote_into(text: &mut impl Buffer, bytes: &[u8]) {
    text.push('"');
    escape_into(text, bytes, true);
    text.push('"');
}

/// Appends the first `most` bytes as hexadecimal pairs, and `…` if there are more.
pub(super) fn hex_into(text: &mut impl Buffer, bytes: &[u8], most: usize) {
    let shown = bytes.get(..most).unwrap_or(bytes);
    let mut begin = 1; // no blank before the first one
    for chunk in shown.chunks(32) {
        let mut pairs = [b' '; 96];
        for (pair, byte) in pairs.chunks_exact_mut(3).zip(chunk) {
            if let [_, high, low] = pair {
                (*high, *low) = (digit(byte >> 4), digit(byte & 0x0f));
            }
        }
        let pairs = pairs.get(begin..chunk.len() * 3).unwrap_or_default();
        text.push_str(std::str::from_utf8(pairs).unwrap_or_default());
        begin = 0;
    }
    if bytes.len() > most {
        text.push_str(" …");
    }
}

/// A hexadecimal digit of a value below 16.
pub(super) fn digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' - 10 + value }
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

    #[test]
    fn what_is_well_known_is_visible() {
        let known: Vec<char> = ('\0'..=char::MAX).filter(|c| is_well_known(*c)).collect();
        assert_eq!(known.iter().find(|c| !is_visible(**c)), None);
        assert!(known.len() > 30_000);
    }

    /// The same by both ways.
    fn assert_both_ways(text: &str) {
        for quotes in [false, true] {
            let (mut plain, mut line) = (String::new(), Line::default());
            plain.escape(text, quotes);
            line.escape(text, quotes);
            assert_eq!(line.text(), plain);
        }
    }

    #[test]
    fn every_character_is_escaped_the_same_by_both_ways() {
        for character in '\0'..=char::MAX {
            assert_both_ways(character.encode_utf8(&mut [0; 4]));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_escaped_the_same_by_both_ways(text: String, ascii in "[ -~\\x00\\x7f\"é]{0,40}") {
            assert_both_ways(&text);
            assert_both_ways(&ascii);
        }

        #[test]
        fn any_bytes_are_two_digits_each(bytes: Vec<u8>, most in 0_usize..120) {
            let mut text = String::new();
            hex_into(&mut text, &bytes, most);
            let pairs: Vec<String> = bytes.iter().take(most).map(|byte| format!("{byte:02x}")).collect();
            prop_assert_eq!(text, pairs.join(" ") + if bytes.len() > most { " …" } else { "" });
        }

        #[test]
        fn no_control_character_ever_gets_through(bytes: Vec<u8>) {
            prop_assert!(!escaped(&bytes).chars().any(char::is_control));
        }
    }
}
