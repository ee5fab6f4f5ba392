//! Text in quotation marks: what it says, and how it is written.

use std::fmt;

use super::error::{Mistake, quoted};

/// The bytes that a string or character stands for. `token` is one of the lexer's.
pub(super) fn read(token: &str) -> Result<Vec<u8>, Mistake<'_>> {
    let (body, mark, raw) = match token.strip_prefix('r') {
        Some(rest) => (rest.strip_prefix('"'), '"', true),
        None if token.starts_with('"') => (token.strip_prefix('"'), '"', false),
        None => (token.strip_prefix('\''), '\'', false),
    };
    let body = body.and_then(|body| body.strip_suffix(mark).filter(|body| closed(body)));
    let Some(body) = body else {
        let help = format!("add `{mark}` at its end");
        return Err(Mistake::new(token, "text is never closed", help));
    };
    if raw { Ok(body.as_bytes().to_vec()) } else { unescaped(body) }
}

/// Whether the quotation mark behind a text is not protected by a backslash.
fn closed(body: &str) -> bool {
    body.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0
}

fn unescaped(body: &str) -> Result<Vec<u8>, Mistake<'_>> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((plain, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        let length = escape_into(escape, &mut bytes).ok_or_else(|| no_escape(rest, plain.len()))?;
        rest = escape.get(length..).unwrap_or("");
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

/// Adds what an escape stands for, `escape` beginning behind the backslash. Returns its length.
fn escape_into(escape: &str, bytes: &mut Vec<u8>) -> Option<usize> {
    let first = escape.chars().next()?;
    let digits = |from: usize, most: usize, radix: u32| {
        let digits = escape.get(from..)?;
        let end = digits.bytes().take(most).take_while(|byte| char::from(*byte).is_digit(radix)).count();
        let value = u32::from_str_radix(digits.get(..end)?, radix).ok()?;
        Some((value, from + end))
    };
    let byte = match first {
        'a' => 0x07,
        'b' => 0x08,
        'f' => 0x0c,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 0x0b,
        '\\' | '"' | '\'' => u8::try_from(first).ok()?,
        'x' => {
            let (value, length) = digits(1, 2, 16)?;
            bytes.push(u8::try_from(value).ok()?);
            return Some(length);
        }
        '0'..='7' => {
            let (value, length) = digits(0, 3, 8)?;
            bytes.push(u8::try_from(value).ok()?);
            return Some(length);
        }
        'u' | 'U' => {
            let most = if first == 'u' { 4 } else { 8 };
            let (value, length) = digits(1, most, 16)?;
            let character = char::from_u32(value).filter(|_| length == 1 + most)?;
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            return Some(length);
        }
        _ => return None,
    };
    bytes.push(byte);
    Some(1)
}

fn no_escape(text: &str, at: usize) -> Mistake<'_> {
    let escape = text.split_at_checked(at).map_or(text, |(_, escape)| escape);
    let end = escape.char_indices().nth(2).map_or(escape.len(), |(end, _)| end);
    let escape = escape.split_at_checked(end).map_or(escape, |(escape, _)| escape);
    let help = r#"write `\\` for a backslash, or r"…" for text without escapes"#;
    Mistake::new(escape, format!("{} is not an escape", quoted(escape)), help)
}

/// Text as it is written in a filter, in quotation marks. What a terminal would not show is escaped.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\'' => f.write_str("'")?,
                _ if !is_escaped(character) => write!(f, "{character}")?,
                _ => match u32::from(character) {
                    code @ 0..=0x7f => write!(f, "\\x{code:02x}")?,
                    code @ 0x80..=0xffff => write!(f, "\\u{code:04x}")?,
                    code => write!(f, "\\U{code:08x}")?,
                },
            }
        }
        f.write_str("\"")
    }
}

fn is_escaped(character: char) -> bool {
    character.escape_debug().next() == Some('\\')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_are_those_of_wireshark() {
        let escapes = r#""\'\"\\\a\b\f\n\r\t\v\x41\101\7\u00e9\U0001F600""#;
        assert_eq!(read(escapes).unwrap(), "'\"\\\x07\x08\x0c\n\r\t\x0bAA\x07é😀".as_bytes());
        assert_eq!(read(r#""\xff\x0""#).unwrap(), [0xff, 0]);
        assert_eq!(read(r#"r"\d\"é""#).unwrap(), r#"\d\"é"#.as_bytes());
        assert_eq!(read(r"'\''").unwrap(), b"'");
    }

    #[test]
    fn what_is_no_escape_is_named_where_it_stands() {
        for (text, escape) in [
            (r#""ab\d+""#, r"\d"),
            (r#""\x""#, r"\x"),
            (r#""\400""#, r"\4"),
            (r#""\ud800""#, r"\u"),
            (r#""\u12""#, r"\u"),
            (r#""\é""#, r"\é"),
        ] {
            let mistake = read(text).unwrap_err();
            assert_eq!((mistake.at, mistake.message.contains("is not an escape")), (escape, true), "{text}");
        }
    }

    #[test]
    fn text_without_its_last_quotation_mark_is_named_as_a_whole() {
        for text in ["\"", "\"a", r#""a\""#, "r\"", "'", "'a"] {
            assert_eq!(read(text).unwrap_err().at, text);
        }
    }

    proptest! {
        #[test]
        fn text_is_read_as_it_was_written(text in any::<String>()) {
            let written = Quoted(&text).to_string();
            prop_assert!(written.chars().all(|character| !character.is_control()));
            prop_assert_eq!(read(&written).unwrap(), text.as_bytes());
        }
    }
}
