//! Bytes as people paste them.

use super::dump;

/// The bytes that hexadecimal digits stand for. Between bytes may stand white space, `:`, `,`, `;`, `-`, `0x` or `\x`;
/// braces and brackets around them are left out. Every two digits are a byte, and the one digit of `0x5` too. A hex dump
/// is known by its offsets.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, String> {
    if let Some(bytes) = dump::bytes(text) {
        return bytes;
    }
    let spaced = text.replace("0x", " x").replace("0X", " x").replace("\\x", " x");
    let separates = |c: char| {
        c.is_whitespace() || matches!(c, ':' | ',' | ';' | '-' | '{' | '}' | '[' | ']' | '"' | '\'')
    };
    let mut bytes = Vec::new();
    for word in spaced.split(separates).filter(|word| !word.is_empty()) {
        let prefixed = word.strip_prefix('x');
        let Some(digits) = dump::digits(prefixed.unwrap_or(word)) else {
            return Err(wrong(word, "holds more than hexadecimal digits"));
        };
        match digits.as_slice() {
            [digit] if prefixed.is_some() => bytes.push(*digit),
            digits => {
                let (pairs, rest) = digits.as_chunks::<2>();
                if !rest.is_empty() {
                    return Err(wrong(word, "has an odd number of digits"));
                }
                bytes.extend(pairs.iter().map(|[high, low]| high << 4 | low));
            }
        }
    }
    Ok(bytes)
}

/// Characters of a wrong word that the message repeats.
const SHOWN: usize = 32;

fn wrong(word: &str, why: &str) -> String {
    let shown: String = word.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    format!("in --hex, `{shown}` {why}\n  write the bytes like this: '81 05 48 65 6c 6c 6f'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_taken_as_they_are_pasted() {
        for text in [
            "81 05 48",
            "810548",
            " 81:05:48\n",
            "0x81, 0x05, 0x48",
            "{0x81,0x5,0x48}",
            r#""\x81\x05\x48""#,
            "81-05-48",
            "8105 48",
            "0x810548",
        ] {
            assert_eq!(bytes(text), Ok(vec![0x81, 0x05, 0x48]), "{text}");
        }
        assert_eq!(bytes(""), Ok(vec![]));
        for bad in ["81 0g", "815", "8", "81 8", "81, 5", "<Buffer 81>", "é\u{1b}"] {
            let error = bytes(bad).unwrap_err();
            assert!(error.starts_with("in --hex, `") && !error.contains('\u{1b}'), "{error}");
        }
    }
}
