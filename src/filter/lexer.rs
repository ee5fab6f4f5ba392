//! Text becomes tokens. A token is a slice of the text; what it means is for the grammar to say.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::{anychar, char, multispace0, none_of};
use nom::combinator::{opt, recognize};
use nom::multi::many0_count;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::error::Mistake;

/// What a parser of this room gives: the rest of the text and its result.
pub(super) type Parsed<'t, T> = IResult<&'t str, T, Mistake<'t>>;

/// Symbols of more than one character, each before those that it begins with. Those that are no operators are here
/// for the sake of the error that names them.
const SYMBOLS: [&str; 13] = ["===", "!==", "==", "!=", ">=", "<=", "=>", "=<", "<>", "~=", "&&", "||", "^^"];

/// The next token, without the white space before it; an error only if there is none.
pub(super) fn token(input: &str) -> Parsed<'_, &str> {
    preceded(multispace0, alt((word, alt(SYMBOLS.map(tag)), string, recognize(anychar)))).parse(input)
}

/// Whether a token is a word: a name, a number or an address.
pub(super) fn is_word(token: &str) -> bool {
    token.starts_with(of_word)
}

/// Whether a token is text in quotation marks.
pub(super) fn is_string(token: &str) -> bool {
    token.starts_with('"')
}

fn word(input: &str) -> Parsed<'_, &str> {
    take_while1(of_word).parse(input)
}

fn of_word(character: char) -> bool {
    character.is_alphanumeric() || "_.:/-".contains(character)
}

/// To its closing quotation mark, or to the end of the text if that is missing.
fn string(input: &str) -> Parsed<'_, &str> {
    let escaped = preceded(char('\\'), anychar);
    recognize((char('"'), many0_count(alt((escaped, none_of("\"")))), opt(char('"')))).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(mut text: &str) -> Vec<&str> {
        let mut all = Vec::new();
        while let Ok((rest, token)) = token(text) {
            all.push(token);
            text = rest;
        }
        all
    }

    #[test]
    fn operators_need_no_white_space() {
        assert_eq!(
            tokens("!!tcp&&a.b>=0x1F||!(c)"),
            ["!", "!", "tcp", "&&", "a.b", ">=", "0x1F", "||", "!", "(", "c", ")"]
        );
        assert_eq!(tokens(" a\t==\n::1/64 "), ["a", "==", "::1/64"]);
        assert_eq!(tokens("a!==b = =< c"), ["a", "!==", "b", "=", "=<", "c"]);
    }

    #[test]
    fn strings_end_at_their_quotation_mark_or_with_the_text() {
        assert_eq!(tokens(r#""a b" "c\"d" "e"#), [r#""a b""#, r#""c\"d""#, "\"e"]);
        assert_eq!(tokens(r#""\"#), [r#""\"#]);
    }

    #[test]
    fn anything_else_is_a_token_of_one_character() {
        assert_eq!(tokens("[€]\0"), ["[", "€", "]", "\0"]);
    }
}
