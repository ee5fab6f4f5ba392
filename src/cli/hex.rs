//! Bytes written in hexadecimal.

use std::str::FromStr;

/// Bytes in hexadecimal: `32fd435f`, `32 fd 43 5f` or `32:fd:43:5f`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HexBytes(pub Vec<u8>);

impl FromStr for HexBytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = Vec::with_capacity(text.len() / 2);
        let mut high = None;
        for (at, character) in text.chars().enumerate() {
            let digit = character.to_digit(16).map(|digit| digit as u8);
            match (digit, high) {
                (Some(digit), None) => high = Some(digit),
                (Some(digit), Some(first)) => {
                    bytes.push(first << 4 | digit);
                    high = None;
                }
                (None, _) if !is_separator(character) => {
                    return Err(format!("character {} is no hexadecimal digit{FORM}", at + 1));
                }
                (None, None) => {}
                (None, Some(_)) => {
                    return Err(format!("the byte before character {} has one digit{FORM}", at + 1));
                }
            }
        }
        match high {
            None => Ok(Self(bytes)),
            Some(_) => Err(format!("the last byte has one digit{FORM}")),
        }
    }
}

fn is_separator(character: char) -> bool {
    character == ':' || character.is_ascii_whitespace()
}

const FORM: &str = "; write bytes like this: 32fd435f or '32 fd 43 5f'";

/// A masking key: four bytes in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MaskingKey(pub [u8; 4]);

impl FromStr for MaskingKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let HexBytes(bytes) = text.parse()?;
        let count = bytes.len();
        <[u8; 4]>::try_from(bytes)
            .map(Self)
            .map_err(|_| format!("a masking key has 4 bytes, not {count}; write it like this: 32fd435f"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_with_and_without_separators() {
        for text in ["32fd435f", "32 fd 43 5f", "32:FD:43:5F", " 32fd\t435f\n"] {
            assert_eq!(text.parse(), Ok(HexBytes(vec![0x32, 0xfd, 0x43, 0x5f])), "{text:?}");
            assert_eq!(text.parse(), Ok(MaskingKey([0x32, 0xfd, 0x43, 0x5f])), "{text:?}");
        }
        assert_eq!("".parse(), Ok(HexBytes(Vec::new())));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let error = |text: &str| text.parse::<HexBytes>().unwrap_err();
        assert!(error("32fg").starts_with("character 4 is no hexadecimal digit"));
        assert!(error("32 0 1").starts_with("the byte before character 5 has one digit"));
        assert!(error("é1").starts_with("character 1 is no hexadecimal digit"));
        assert!(error("123").starts_with("the last byte has one digit"));
        assert_eq!(
            "0102030405".parse::<MaskingKey>().unwrap_err(),
            "a masking key has 4 bytes, not 5; write it like this: 32fd435f"
        );
    }
}
