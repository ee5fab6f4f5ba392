//! Header fields by name (RFC 9110 §5).

use crate::http::{Header, Headers};

/// All fields of that name, in the order of the wire. Names are compared without regard to case (RFC 9110 §5.1).
pub(crate) fn all<'a>(headers: &'a Headers, name: &str) -> impl Iterator<Item = &'a Header> {
    headers.0.iter().filter(move |header| header.name.eq_ignore_ascii_case(name.as_bytes()))
}

/// The value of the first field of that name.
pub(crate) fn get<'a>(headers: &'a Headers, name: &str) -> Option<&'a [u8]> {
    all(headers, name).next().map(|header| &*header.value)
}

/// How many fields of that name there are.
pub(crate) fn count(headers: &Headers, name: &str) -> usize {
    all(headers, name).count()
}

/// The elements of a list, over all fields of that name. Empty elements are left out (RFC 9110 §5.6.1.2).
pub(crate) fn tokens<'a>(headers: &'a Headers, name: &str) -> impl Iterator<Item = &'a [u8]> {
    all(headers, name)
        .flat_map(|header| header.value.split(|&byte| byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|token| !token.is_empty())
}

/// Whether the list contains that token, in any case.
pub(crate) fn has_token(headers: &Headers, name: &str, token: &str) -> bool {
    tokens(headers, name).any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
}

/// Whether this is a token (RFC 9110 §5.6.2; RFC 2616 §2.2 names the same characters).
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token_byte(byte))
}

/// Whether a token may contain this byte.
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&str, &str)]) -> Headers {
        let field = |&(name, value): &(&str, &str)| Header {
            name: name.as_bytes().into(),
            value: value.as_bytes().into(),
            offset: 0,
            length: 0,
        };
        Headers(fields.iter().map(field).collect())
    }

    #[test]
    fn rfc9110_5_3_a_list_goes_on_over_several_fields_of_any_case() {
        let headers = headers(&[("Connection", "keep-alive ,, x"), ("Host", "a"), ("connection", "UPGRADE")]);
        let tokens: Vec<_> = tokens(&headers, "CONNECTION").collect();
        assert_eq!(tokens, [&b"keep-alive"[..], b"x", b"UPGRADE"]);
        assert!(has_token(&headers, "Connection", "Upgrade"));
        assert!(!has_token(&headers, "Connection", "Up"));
        assert_eq!((count(&headers, "Connection"), get(&headers, "host")), (2, Some(&b"a"[..])));
        assert_eq!(get(&headers, "Upgrade"), None);
    }

    #[test]
    fn rfc9110_5_6_2_separators_blanks_and_nothing_are_no_tokens() {
        assert!(is_token(b"v12.stomp") && is_token(b"a|~"));
        for bad in [&b""[..], b"a b", b"a/b", b"a\"", b"{}", b"caf\xc3\xa9", b"a\x7f"] {
            assert!(!is_token(bad), "{bad:?}");
        }
    }
}
