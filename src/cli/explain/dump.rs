//! Hex dumps: lines of an offset, bytes, and the same bytes as characters.
//!
//! ```text
//! 00000000  81 85 37 fa 21 3d 7f 9f  4d 51 58                 |..7.!=..MQX|     hexdump -C
//! 00000000: 8185 37fa 213d 7f9f 4d51 58                  ..7.!=..MQX             xxd
//! 0000   81 85 37 fa 21 3d 7f 9f 4d 51 58   ..7.!=..MQX                          Wireshark
//! ```

/// Bytes of a line behind which a dump may leave a wider gap.
const MIDDLE: usize = 8;

/// The bytes of a dump, or why it is not whole; `None` if the text is none.
pub(super) fn bytes(text: &str) -> Option<Result<Vec<u8>, String>> {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).peekable();
    let (first, _) = offset(lines.peek()?)?;
    let mut bytes = Vec::new();
    (first == 0).then(|| {
        lines.try_for_each(|line| match offset(line) {
            Some((at, rest)) if at == bytes.len() as u64 => {
                push_line(&mut bytes, rest);
                Ok(())
            }
            _ => Err(format!(
                "in --hex, a hex dump without the bytes at offset {:#x}\n  hexdump shows repeated lines with -v",
                bytes.len()
            )),
        })?;
        Ok(bytes)
    })
}

/// The offset that a line begins with, and what follows it.
fn offset(line: &str) -> Option<(u64, &str)> {
    let line = line.trim_start();
    let (digits, rest) = line.split_at(line.find([':', ' ', '\t']).unwrap_or(line.len()));
    let is_offset = (4..=16).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    // `0000 0001` are four bytes.
    let is_apart =
        rest.is_empty() || rest.starts_with(':') || rest.starts_with("  ") || rest.starts_with('\t');
    (is_offset && is_apart).then_some(())?;
    Some((u64::from_str_radix(digits, 16).ok()?, rest.trim_start_matches([':', ' ', '\t'])))
}

/// Adds the bytes of a line up to the characters, which a gap sets apart.
fn push_line(bytes: &mut Vec<u8>, line: &str) {
    let start = bytes.len();
    let mut rest = line;
    while !rest.is_empty() {
        let (word, behind) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
        let Some(pairs) = pairs(word) else { return };
        bytes.extend(pairs);
        rest = behind.trim_start_matches(' ');
        let gap = behind.len() - rest.len();
        let in_the_middle = gap == 2 && bytes.len() - start == MIDDLE;
        if gap > 1 && !in_the_middle {
            return;
        }
    }
}

/// The bytes that a word of digits stands for; `None` for anything else.
fn pairs(word: &str) -> Option<Vec<u8>> {
    let digits = digits(word)?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// The hexadecimal digits of a word; `None` if it holds anything else.
pub(super) fn digits(word: &str) -> Option<Vec<u8>> {
    word.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &[u8] = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";

    #[test]
    fn dumps_are_read_as_programs_print_them() {
        for dump in [
            "00000000  81 85 37 fa 21 3d 7f 9f  4d 51 58                 |..7.!=..MQX|\n0000000b\n",
            "00000000: 8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX\n",
            "0000   81 85 37 fa 21 3d 7f 9f 4d 51 58                  ..7.!=..MQX",
            "0000  81 85 37 fa 21 3d 7f 9f  4d 51 58        ..7.!=.. MQX\n",
            "0000\t81 85 37 fa 21 3d 7f 9f 4d 51 58",
        ] {
            assert_eq!(bytes(dump), Some(Ok(HELLO.to_vec())), "{dump}");
        }
    }

    #[test]
    fn the_characters_are_no_bytes_even_if_they_look_like_some() {
        let all = [&b"\x82\x16"[..], b"abcdef0123456789abcdef"].concat();
        let dumps = [
            "00000000  82 16 61 62 63 64 65 66  30 31 32 33 34 35 36 37  |..abcdef01234567|\n\
             00000010  38 39 61 62 63 64 65 66                           |89abcdef|\n00000018",
            "00000000: 8216 6162 6364 6566 3031 3233 3435 3637  ..abcdef01234567\n\
             00000010: 3839 6162 6364 6566                      89abcdef",
            "0000   82 16 61 62 63 64 65 66 30 31 32 33 34 35 36 37   ..abcdef01234567\n\
             0010   38 39 61 62 63 64 65 66                           89abcdef",
        ];
        for dump in dumps {
            assert_eq!(bytes(dump), Some(Ok(all.clone())), "{dump}");
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let with_star =
            "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n00000030";
        let error = bytes(with_star).unwrap().unwrap_err();
        assert!(error.contains("offset 0x10"), "{error}");
        for plain in ["81 05 48", "8105", "0000 0001", "", "00000010  81 00"] {
            assert_eq!(bytes(plain), None, "{plain}");
        }
    }
}
