//! `Sec-WebSocket-Extensions` (RFC 6455 §9.1).
//!
//! ```text
//! extension-list = 1#extension
//! extension      = token *( ";" token [ "=" ( token | quoted-string ) ] )
//! ```
//!
//! White space may stand between any two of these, and empty list elements count for nothing (RFC 2616 §2.1).

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_while, take_while1};
use nom::combinator::opt;
use nom::multi::many0;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};
use serde::Serialize;

use super::deflate::Compression;
use super::token::{is_token, is_token_byte};
use crate::base::PerDirection;
use crate::http::Headers;

const NAME: &str = "Sec-WebSocket-Extensions";

/// An extension with its parameters (RFC 6455 §9.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Extension {
    /// Its token.
    pub name: String,
    /// Its parameters, in order; a parameter may have no value.
    pub params: Vec<(String, Option<String>)>,
}

/// What `Sec-WebSocket-Extensions` says, over all fields of that name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extensions {
    /// The list elements that could be read, in order.
    pub list: Vec<Extension>,
    /// The first list element that does not follow the grammar; empty if a list has no elements at all.
    pub malformed: Option<Box<[u8]>>,
}

impl Extensions {
    /// The list element that could not be read, and may mean any extension.
    pub fn unread(&self) -> Option<&[u8]> {
        let is_read = |element: &[u8]| matches!(extension(element), Ok((b"", _)));
        self.malformed.as_deref().filter(|element| !element.is_empty() && !is_read(element))
    }
}

/// Reads the extensions offered by a request or accepted by a response.
pub fn extensions(headers: &Headers) -> Extensions {
    let mut found = Extensions::default();
    for field in headers.fields(NAME) {
        read_list(field.value, &mut found);
    }
    if found.list.is_empty() && headers.count(NAME) > 0 {
        found.malformed.get_or_insert_default();
    }
    found
}

/// Reads the list in one of these fields.
pub fn extensions_in(value: &[u8]) -> Extensions {
    let mut found = Extensions::default();
    read_list(value, &mut found);
    found
}

fn read_list(value: &[u8], found: &mut Extensions) {
    let mut rest = value;
    while !rest.is_empty() {
        let (element, behind) = split_element(rest);
        rest = behind;
        let element = element.trim_ascii();
        if element.is_empty() {
            continue;
        }
        match extension(element) {
            Ok((b"", (read, values_are_tokens))) => {
                found.list.push(read);
                if !values_are_tokens {
                    found.malformed.get_or_insert(element.into());
                }
            }
            _ => {
                found.malformed.get_or_insert(element.into());
            }
        }
    }
}

/// The bytes before the first comma that is not inside a quoted string, and those behind it.
fn split_element(input: &[u8]) -> (&[u8], &[u8]) {
    let (mut quoted, mut escaped) = (false, false);
    let comma = input.iter().position(|&byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        byte == b',' && !quoted
    });
    match comma.and_then(|at| input.split_at_checked(at)) {
        Some((element, rest)) => (element, rest.get(1..).unwrap_or_default()),
        None => (input, &[]),
    }
}

/// An extension, and whether the values of its parameters are tokens once unquoted, as §9.1 demands.
fn extension(input: &[u8]) -> IResult<&[u8], (Extension, bool), ()> {
    let (rest, name) = token(input)?;
    let (rest, params) = many0(parameter).parse(rest)?;
    let values_are_tokens = params.iter().all(|(_, value)| value.as_deref().is_none_or(is_token));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let params = params.into_iter().map(|(name, value)| (text(name), value.as_deref().map(text))).collect();
    Ok((rest, (Extension { name: text(name), params }, values_are_tokens)))
}

/// Name and value, the value unquoted.
type Parameter<'a> = (&'a [u8], Option<Vec<u8>>);

fn parameter(input: &[u8]) -> IResult<&[u8], Parameter<'_>, ()> {
    let value = alt((token.map(<[u8]>::to_vec), quoted_string));
    preceded(separator(b";"), (token, opt(preceded(separator(b"="), value)))).parse(input)
}

fn quoted_string(input: &[u8]) -> IResult<&[u8], Vec<u8>, ()> {
    let plain = take_while1(|byte| byte != b'"' && byte != b'\\');
    let escaped = preceded(tag(&b"\\"[..]), take(1usize));
    let (rest, parts) =
        delimited(tag(&b"\""[..]), many0(alt((plain, escaped))), tag(&b"\""[..])).parse(input)?;
    Ok((rest, parts.concat()))
}

fn separator<'a>(byte: &'static [u8]) -> impl Parser<&'a [u8], Output = &'a [u8], Error = ()> {
    delimited(blanks, tag(byte), blanks)
}

fn blanks(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    take_while(|byte| byte == b' ' || byte == b'\t').parse(input)
}

fn token(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    take_while1(is_token_byte).parse(input)
}

/// What the accepted extensions change about the reading of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Negotiated {
    /// permessage-deflate, and how each direction uses it: RSV1 on a first frame means a compressed message
    /// (RFC 7692 §6).
    pub deflate: Option<PerDirection<Compression>>,
    /// There is an extension that Sockeye does not know: reserved bits and opcodes may mean anything.
    pub unknown_extension: bool,
}

impl Negotiated {
    /// If the handshake was not captured. RSV1 then most likely means permessage-deflate, the only extension in use.
    pub const NOT_CAPTURED: Negotiated = Negotiated {
        deflate: Some(PerDirection { client: Compression::USUAL, server: Compression::USUAL }),
        unknown_extension: true,
    };

    /// From the extensions that the server accepted.
    pub fn new(accepted: &Extensions) -> Self {
        let list = &accepted.list;
        Self {
            deflate: list.iter().find(|extension| extension.is_known()).map(Compression::agreed),
            unknown_extension: accepted.unread().is_some() || !list.iter().all(Extension::is_known),
        }
    }
}

impl Extension {
    /// The value of the first parameter of this name, in any case; `None` if there is no such parameter, `Some(None)`
    /// if it has no value.
    pub fn param(&self, name: &str) -> Option<Option<&str>> {
        let mut params = self.params.iter();
        params.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_deref())
    }

    /// Whether Sockeye knows what it does to frames.
    pub fn is_known(&self) -> bool {
        self.name.eq_ignore_ascii_case("permessage-deflate")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::http::Header;

    fn read(values: &[&[u8]]) -> Extensions {
        let field = |&value| Header { name: b"sec-websocket-extensions", value, offset: 0, length: 0 };
        extensions(&values.iter().map(field).collect())
    }

    fn extension(name: &str, params: &[(&str, Option<&str>)]) -> Extension {
        let params = params.iter().map(|(name, value)| (name.to_string(), value.map(String::from)));
        Extension { name: name.into(), params: params.collect() }
    }

    #[test]
    fn rfc6455_9_1_lists_fields_and_blanks() {
        let found = read(&[b"foo, bar; baz=2 ;\tqux", b" , permessage-deflate;client_max_window_bits"]);
        let expected = [
            extension("foo", &[]),
            extension("bar", &[("baz", Some("2")), ("qux", None)]),
            extension("permessage-deflate", &[("client_max_window_bits", None)]),
        ];
        assert_eq!(found, Extensions { list: expected.into(), malformed: None });
        assert_eq!(read(&[]), Extensions::default());
    }

    #[test]
    fn rfc6455_9_1_a_quoted_value_is_unquoted() {
        let found = read(&[br#"d; a="1\0"; b = "x" , e"#]);
        let expected = [extension("d", &[("a", Some("10")), ("b", Some("x"))]), extension("e", &[])];
        assert_eq!(found, Extensions { list: expected.into(), malformed: None });
    }

    #[test]
    fn rfc6455_9_1_a_quoted_value_that_is_no_token_is_read_and_named() {
        let found = read(&[br#"foo, bar; baz="a, b; c", qux"#]);
        assert_eq!(found.list[1], extension("bar", &[("baz", Some("a, b; c"))]));
        assert_eq!((found.list.len(), found.malformed.as_deref()), (3, Some(&br#"bar; baz="a, b; c""#[..])));
    }

    #[test]
    fn rfc6455_9_1_what_is_malformed_does_not_hide_the_rest() {
        for (value, bad) in [
            (&b"a; , b"[..], &b"a;"[..]),
            (b"b, =3", b"=3"),
            (b"b, a b", b"a b"),
            (b"b, a;x=", b"a;x="),
            (b"b, a;x=\"1", b"a;x=\"1"),
            (b"b, caf\xe9", b"caf\xe9"),
        ] {
            let found = read(&[value]);
            assert_eq!(found.list, [extension("b", &[])], "{value:?}");
            assert_eq!(found.malformed.as_deref(), Some(bad));
        }
        assert_eq!(read(&[b" , "]).malformed.as_deref(), Some(&b""[..]));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(value in prop::collection::vec(prop::sample::select(&b"a;=\", \\\xff"[..]), 0..40)) {
            let found = read(&[&value]);
            prop_assert!(found.list.len() <= value.len());
            prop_assert!(!found.list.is_empty() || found.malformed.is_some());
        }
    }

    #[test]
    fn only_permessage_deflate_is_known() {
        let extension = |name: &str| Extension { name: name.into(), params: vec![] };
        assert_eq!(Negotiated::new(&Extensions::default()), Negotiated::default());
        let of = |list: &[Extension]| Negotiated::new(&Extensions { list: list.to_vec(), malformed: None });
        let deflate = of(&[extension("permessage-deflate")]);
        assert_eq!(deflate, Negotiated { deflate: Some(PerDirection::default()), unknown_extension: false });
        let twice = of(&[extension("Permessage-Deflate"), extension("permessage-deflate")]);
        assert_eq!(twice, deflate);
        let both = of(&[extension("permessage-deflate"), extension("x-secret")]);
        assert_eq!(both, Negotiated { deflate: Some(PerDirection::default()), unknown_extension: true });
    }

    #[test]
    fn what_could_not_be_read_may_be_any_extension() {
        let unknown = |value: &[u8]| Negotiated::new(&read(&[value])).unknown_extension;
        assert!(unknown(b"permessage-deflate;"));
        assert!(unknown(b"permessage-deflate, =3"));
        assert!(!unknown(b""));
        assert!(
            !unknown(b"permessage-deflate; client_max_window_bits=\"1 0\""),
            "read, though it is malformed"
        );
    }
}
