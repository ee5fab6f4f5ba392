//! Text becomes tokens. A token is a slice of the text; what it means is for the grammar to say.

use std::net::IpAddr;

use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{anychar, char, multispace0, none_of};
use nom::combinator::{opt, recognize};
use nom::multi::many0_count;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::error::Mistake;

/// What a parser of tokens gives: the rest of the text and the token.
type Parsed<'t> = IResult<&'t str, &'t str, Mistake<'t>>;

/// Symbols of more than one character, each before those that it begins with. Those that are no operators are here
/// for the sake of the error that names them.
const SYMBOLS: [&str; 14] =
    ["===", "!==", "==", "!=", ">=", "<=", "=>", "=<", "<>", "~=", "&&", "||", "^^", ".."];

/// The tokens of a text, with the one that comes next at hand.
#[derive(Clone, Copy)]
pub(super) struct Tokens<'t> {
    text: &'t str,
    /// The next token; empty at the end.
    next: &'t str,
    /// What is behind it.
    rest: &'t str,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut tokens = Tokens { text, next: "", rest: text };
        tokens.advance();
        tokens
    }

    /// The next token. At the end it is empty, as no token is, and stands behind the last one.
    pub(super) fn peek(&self) -> &'t str {
        self.next
    }

    /// The token behind the next one.
    pub(super) fn peek_second(&self) -> &'t str {
        let mut tokens = *self;
        tokens.advance();
        tokens.next
    }

    /// Takes the next token.
    pub(super) fn advance(&mut self) -> &'t str {
        let taken = self.next;
        (self.rest, self.next) = token(self.rest).unwrap_or((end_of(self.rest), self.rest.split_at(0).0));
        taken
    }

    /// Takes the next token if it is one of these.
    pub(super) fn take(&mut self, wanted: &[&str]) -> Option<&'t str> {
        wanted.contains(&self.next).then(|| self.advance())
    }

    /// Takes the next token, `[`, with all to the next `]`. Returns what is between them and the `]`, if there is one.
    pub(super) fn take_brackets(&mut self) -> Option<(&'t str, &'t str)> {
        let (inside, rest) = self.rest.split_at_checked(self.rest.find(']')?)?;
        let (close, rest) = rest.split_at_checked(1)?;
        self.rest = rest;
        self.advance();
        Some((inside, close))
    }

    /// The text from the beginning of `first`, one of its slices, to the end of `last`, another one behind it.
    pub(super) fn between(&self, first: &'t str, last: &'t str) -> &'t str {
        let base = self.text.as_ptr().addr();
        let start = first.as_ptr().addr().saturating_sub(base);
        let end = last.as_ptr().addr().saturating_sub(base).saturating_add(last.len());
        self.text.get(start..end).unwrap_or(first)
    }
}

fn end_of(text: &str) -> &str {
    text.split_at(text.len()).1
}

/// Whether a token is a word: a name, a number, an address or bytes.
pub(super) fn is_word(token: &str) -> bool {
    !matches!(token, "-" | "..") && token.starts_with(of_word)
}

/// Whether a token is text in quotation marks.
pub(super) fn is_string(token: &str) -> bool {
    token.starts_with('"') || token.starts_with("r\"")
}

/// Whether a token is a character in single quotation marks.
pub(super) fn is_character(token: &str) -> bool {
    token.starts_with('\'')
}

/// The next token, without the white space before it; an error only if there is none.
fn token(input: &str) -> Parsed<'_> {
    let kinds = alt((string, character, alt(SYMBOLS.map(tag)), word, recognize(anychar)));
    preceded(multispace0, kinds).parse(input)
}

/// A word ends before `..`, which is a range, and before `/`, unless an address stands before it.
fn word(input: &str) -> Parsed<'_> {
    if input.starts_with('-') {
        return recognize(char('-')).parse(input);
    }
    let word = until_range(input);
    let behind = input.get(word.len()..).unwrap_or("");
    let network = behind.strip_prefix('/').filter(|_| word.parse::<IpAddr>().is_ok());
    let length = match network.map(until_range) {
        Some(prefix) => word.len() + 1 + prefix.len(),
        None => word.len(),
    };
    match input.split_at_checked(length) {
        Some((word, rest)) if length > 0 => Ok((rest, word)),
        _ => recognize(char('\0')).parse(""),
    }
}

fn until_range(input: &str) -> &str {
    let word = input.find(|character| !of_word(character)).map_or(input, |end| input.split_at(end).0);
    word.find("..").map_or(word, |end| word.split_at(end).0)
}

fn of_word(character: char) -> bool {
    character.is_alphanumeric() || "_.:-".contains(character)
}

/// To its closing quotation mark, or to the end of the text if that is missing. One that begins with `r` is raw, where
/// a backslash protects a quotation mark too.
fn string(input: &str) -> Parsed<'_> {
    let escaped = preceded(char('\\'), anychar);
    recognize((opt(char('r')), char('"'), many0_count(alt((escaped, none_of("\"")))), opt(char('"'))))
        .parse(input)
}

fn character(input: &str) -> Parsed<'_> {
    let escaped = preceded(char('\\'), anychar);
    recognize((char('\''), many0_count(alt((escaped, none_of("'")))), opt(char('\'')))).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<&str> {
        let mut tokens = Tokens::new(text);
        std::iter::from_fn(|| Some(tokens.advance()).filter(|token| !token.is_empty())).collect()
    }

    #[test]
    fn operators_need_no_white_space() {
        assert_eq!(
            tokens("!!tcp&&a.b>=0x1F||!(c)"),
            ["!", "!", "tcp", "&&", "a.b", ">=", "0x1F", "||", "!", "(", "c", ")"]
        );
        assert_eq!(tokens(" a\t==\n::1/64 "), ["a", "==", "::1/64"]);
        assert_eq!(tokens("a!==b = =< c~=d~e"), ["a", "!==", "b", "=", "=<", "c", "~=", "d", "~", "e"]);
        assert_eq!(tokens("a+b*c%d&e&&f"), ["a", "+", "b", "*", "c", "%", "d", "&", "e", "&&", "f"]);
    }

    #[test]
    fn a_minus_begins_no_word_and_a_word_may_have_some() {
        assert_eq!(tokens("a -1 - b-c 2026-11-20"), ["a", "-", "1", "-", "b-c", "2026-11-20"]);
    }

    #[test]
    fn a_slash_belongs_to_a_word_behind_an_address_only() {
        assert_eq!(
            tokens("10.0.0.0/8 tcp.port/2 1.5/2"),
            ["10.0.0.0/8", "tcp.port", "/", "2", "1.5", "/", "2"]
        );
        assert_eq!(tokens("10.0.0.0/ ::/x"), ["10.0.0.0/", "::/x"]);
    }

    #[test]
    fn two_dots_are_a_range_whatever_is_around_them() {
        assert_eq!(tokens("{1..3,::1..::5}"), ["{", "1", "..", "3", ",", "::1", "..", "::5", "}"]);
        assert_eq!(tokens("10.0.0.1..10.0.0.9 1 .. 2"), ["10.0.0.1", "..", "10.0.0.9", "1", "..", "2"]);
        assert_eq!(tokens("..."), ["..", "."]);
    }

    #[test]
    fn strings_end_at_their_quotation_mark_or_with_the_text() {
        assert_eq!(tokens(r#""a b" "c\"d" "e"#), [r#""a b""#, r#""c\"d""#, "\"e"]);
        assert_eq!(tokens(r#""\"#), [r#""\"#]);
        assert_eq!(tokens(r#"r"\d" r x"y""#), [r#"r"\d""#, "r", "x", r#""y""#]);
        assert_eq!(tokens(r"'a' '\'' 'b"), ["'a'", r"'\''", "'b"]);
    }

    #[test]
    fn anything_else_is_a_token_of_one_character() {
        assert_eq!(tokens("[€]\0"), ["[", "€", "]", "\0"]);
    }

    #[test]
    fn what_is_between_two_tokens_is_a_slice_of_the_text() {
        let text = "a  + b";
        let mut tokens = Tokens::new(text);
        let first = tokens.advance();
        tokens.advance();
        let last = tokens.advance();
        assert_eq!((tokens.between(first, last), tokens.peek()), (text, ""));
    }
}
