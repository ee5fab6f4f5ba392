//! Bytes from the wire inside the text of a finding.

use serde_json::Value;

/// Characters of one value that a text shows.
const SHOWN: usize = 80;

/// Characters of one value that the details keep.
const KEPT: usize = 1024;

/// The bytes in quotes: at most [`SHOWN`] characters, control characters and what is not UTF-8 escaped.
pub(super) fn shown(bytes: &[u8]) -> String {
    let (text, cut) = prefix(bytes, SHOWN);
    format!("\"{}{}\"", text.escape_debug(), if cut { "…" } else { "" })
}

/// Several values, each as in [`shown`]; the first few of them.
pub(super) fn shown_list<'a>(values: impl Iterator<Item = &'a [u8]>) -> String {
    const VALUES: usize = 8;
    let mut list: Vec<_> = values.take(VALUES + 1).map(shown).collect();
    if list.len() > VALUES {
        list.truncate(VALUES);
        list.push("…".into());
    }
    list.join(", ")
}

/// The bytes as a JSON string, replacing what is not UTF-8.
pub(super) fn json(bytes: &[u8]) -> Value {
    Value::String(prefix(bytes, KEPT).0)
}

/// The first `count` characters, and whether there are more.
fn prefix(bytes: &[u8], count: usize) -> (String, bool) {
    const LONGEST_CHARACTER: usize = 4;
    let enough = bytes.get(..(count + 1) * LONGEST_CHARACTER).unwrap_or(bytes);
    let text = String::from_utf8_lossy(enough);
    (text.chars().take(count).collect(), text.chars().nth(count).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(shown(b"a\x1b[31m\r\n\"\x07"), r#""a\u{1b}[31m\r\n\"\u{7}""#);
        assert_eq!(shown("\u{202e}".as_bytes()), r#""\u{202e}""#);
        assert_eq!(shown(b"caf\xe9"), "\"caf\u{fffd}\"");
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        assert_eq!(shown(&[b'a'; 80]).chars().count(), 82);
        assert_eq!(shown("é".repeat(81).as_bytes()), format!("\"{}…\"", "é".repeat(80)));
        assert_eq!(shown_list([&b"x"[..]; 9].into_iter()).matches("\"x\"").count(), 8);
    }
}
