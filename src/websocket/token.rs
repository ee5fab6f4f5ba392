//! Tokens, of which extension and subprotocol names are made.

/// Whether this is a token (RFC 9110 §5.6.2; RFC 2616 §2.2 names the same characters).
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token_byte(byte))
}

/// Whether a token may contain this byte.
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9110_5_6_2_separators_blanks_and_nothing_are_no_tokens() {
        assert!(is_token(b"v12.stomp") && is_token(b"a|~"));
        for bad in [&b""[..], b"a b", b"a/b", b"a\"", b"{}", b"caf\xc3\xa9", b"a\x7f"] {
            assert!(!is_token(bad), "{bad:?}");
        }
    }
}
