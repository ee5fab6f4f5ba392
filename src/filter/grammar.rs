//! The grammar of operands.
//!
//! ```text
//! operand  = sum { ( "&" | "bitwise_and" ) sum }
//! sum      = product { ( "+" | "-" ) product }
//! product  = negative { ( "*" | "/" | "%" ) negative }
//! negative = "-" negative | sliced
//! sliced   = primary { "[" slices "]" }
//! primary  = word | word "[" string "]" | string | character | word "(" operand { "," operand } ")" | "{" operand "}"
//! ```
//!
//! One token is always enough to know which rule it is. Every function here takes how deep it stands; an operand is as
//! deep as its tree.

use super::arithmetic::Operation;
use super::error::{Mistake, quoted};
use super::fields::Field;
use super::lexer::{Tokens, is_character, is_string, is_word};
use super::slice;
use super::strings;
use super::suggest;
use super::written::{What, Written};

/// Levels of parentheses, braces, `not` and operations: parsing, evaluating and printing recurse as deep.
const MAX_DEPTH: usize = 128;

/// Words and signs that are no operands.
const RESERVED: [&str; 8] = ["and", "or", "xor", "not", "in", "contains", "matches", "bitwise_and"];

/// One level deeper, if that is allowed.
pub(super) fn deeper(at: &str, depth: usize) -> Result<usize, Mistake<'_>> {
    if depth < MAX_DEPTH {
        return Ok(depth + 1);
    }
    let help = format!("{MAX_DEPTH} levels are the most, of parentheses, `not` and operators together");
    Err(Mistake::new(at, "this is nested too deep", help))
}

/// Whether an operand can begin with a token.
pub(super) fn begins_operand(token: &str) -> bool {
    (is_word(token) && !RESERVED.contains(&token) && suggest::comparison(token).is_none())
        || is_string(token)
        || is_character(token)
        || matches!(token, "-" | "{")
}

/// Reads an operand.
pub(super) fn operand<'t>(tokens: &mut Tokens<'t>, depth: usize) -> Result<Written<'t>, Mistake<'t>> {
    computed(tokens, 0, depth)
}

/// Operations that bind at least as tightly as `least`.
fn computed<'t>(tokens: &mut Tokens<'t>, least: u8, mut depth: usize) -> Result<Written<'t>, Mistake<'t>> {
    let mut left = negative(tokens, depth)?;
    while let Some(operation) = operation(tokens.peek()).filter(|operation| operation.tightness() >= least) {
        let sign = tokens.advance();
        depth = deeper(sign, depth)?;
        if !begins_operand(tokens.peek()) {
            return Err(missing(tokens, sign));
        }
        let right = computed(tokens, operation.tightness() + 1, depth)?;
        let at = tokens.between(left.at, right.at);
        let (left_side, right) = (Box::new(left), Box::new(right));
        left = Written { at, what: What::Arithmetic { left: left_side, operation, sign, right } };
    }
    Ok(left)
}

/// The operation that a token spells.
pub(super) fn operation(token: &str) -> Option<Operation> {
    if token == "bitwise_and" {
        return Some(Operation::And);
    }
    Operation::SPELLINGS.iter().find(|(_, sign)| *sign == token).map(|(operation, _)| *operation)
}

fn missing<'t>(tokens: &Tokens<'t>, sign: &str) -> Mistake<'t> {
    let at = tokens.peek();
    match sign {
        "&" if matches!(at, "&") => Mistake::new(at, "`&` is doubled with a blank", "did you mean `&&`?"),
        _ => Mistake::new(
            at,
            format!("a value is missing after {}", quoted(sign)),
            "a field or number stands here",
        ),
    }
}

fn negative<'t>(tokens: &mut Tokens<'t>, depth: usize) -> Result<Written<'t>, Mistake<'t>> {
    let Some(minus) = tokens.take(&["-"]) else { return sliced(tokens, depth) };
    if !begins_operand(tokens.peek()) {
        return Err(missing(tokens, minus));
    }
    let of = negative(tokens, deeper(minus, depth)?)?;
    Ok(Written { at: tokens.between(minus, of.at), what: What::Negated(Box::new(of)) })
}

fn sliced<'t>(tokens: &mut Tokens<'t>, mut depth: usize) -> Result<Written<'t>, Mistake<'t>> {
    let mut written = primary(tokens, depth)?;
    while tokens.peek() == "[" {
        let open = tokens.peek();
        depth = deeper(open, depth)?;
        if is_string(tokens.peek_second()) {
            written = keyed(tokens, &written)?;
            continue;
        }
        let Some((inside, close)) = tokens.take_brackets() else {
            return Err(Mistake::new(open, "`[` is never closed", "add `]` behind the slice"));
        };
        let ranges = slice::read(inside).map_err(|wrong| match written.word().and_then(Field::find) {
            Some(field) if field.takes_key() && is_word(inside) => Mistake {
                help: format!("a key stands in quotation marks: {}[\"{inside}\"]", field.name).into(),
                ..wrong
            },
            _ => wrong,
        })?;
        let at = tokens.between(written.at, close);
        written = Written { at, what: What::Slice(Box::new(written), ranges) };
    }
    Ok(written)
}

fn keyed<'t>(tokens: &mut Tokens<'t>, of: &Written<'t>) -> Result<Written<'t>, Mistake<'t>> {
    let open = tokens.advance();
    let string = tokens.advance();
    let key = strings::read(string)?;
    let Some(close) = tokens.take(&["]"]) else {
        return Err(Mistake::new(open, "`[` is never closed", "add `]` behind the key"));
    };
    let Some(name) = of.word() else {
        return Err(Mistake::new(string, "only a field has keys", "a slice is written with numbers: [0:2]"));
    };
    let Ok(key) = String::from_utf8(key) else {
        return Err(Mistake::new(string, "this key is not UTF-8", "write it without escapes"));
    };
    Ok(Written { at: tokens.between(of.at, close), what: What::Keyed { name, key: key.into() } })
}

fn primary<'t>(tokens: &mut Tokens<'t>, depth: usize) -> Result<Written<'t>, Mistake<'t>> {
    let at = tokens.advance();
    if at == "{" {
        return braces(tokens, at, deeper(at, depth)?);
    }
    if is_string(at) {
        return Ok(Written { at, what: What::Text(strings::read(at)?.into()) });
    }
    if is_character(at) {
        return match strings::read(at)?.as_slice() {
            [byte] => Ok(Written { at, what: What::Character(*byte) }),
            _ => {
                Err(Mistake::new(at, format!("{} is not one byte", quoted(at)), "text stands between \"…\""))
            }
        };
    }
    if tokens.peek() == "(" && is_word(at) {
        return call(tokens, at, depth);
    }
    Ok(Written { at, what: What::Word })
}

fn braces<'t>(tokens: &mut Tokens<'t>, open: &'t str, depth: usize) -> Result<Written<'t>, Mistake<'t>> {
    if !begins_operand(tokens.peek()) {
        return Err(missing(tokens, open));
    }
    let inner = operand(tokens, depth)?;
    match tokens.take(&["}"]) {
        // A word is what stands at its place.
        Some(_) if matches!(inner.what, What::Word) => Ok(inner),
        Some(close) => Ok(Written { at: tokens.between(open, close), ..inner }),
        None if tokens.peek().is_empty() => {
            Err(Mistake::new(open, "`{` is never closed", "add `}` behind what belongs together"))
        }
        None => Err(suggest::unexpected(tokens.peek(), "braces hold a computation, or a set behind `in`")),
    }
}

fn call<'t>(tokens: &mut Tokens<'t>, name: &'t str, depth: usize) -> Result<Written<'t>, Mistake<'t>> {
    let open = tokens.advance();
    let depth = deeper(open, depth)?;
    let mut arguments = Vec::new();
    if let Some(close) = tokens.take(&[")"]) {
        return Ok(Written { at: tokens.between(name, close), what: What::Call { name, arguments } });
    }
    loop {
        if !begins_operand(tokens.peek()) {
            return Err(missing(tokens, if arguments.is_empty() { open } else { "," }));
        }
        arguments.push(operand(tokens, depth)?);
        if tokens.take(&[","]).is_some() {
            continue;
        }
        return match tokens.take(&[")"]) {
            Some(close) => {
                Ok(Written { at: tokens.between(name, close), what: What::Call { name, arguments } })
            }
            None if tokens.peek().is_empty() => {
                Err(Mistake::new(open, "`(` is never closed", "add `)` behind the arguments"))
            }
            None => Err(suggest::unexpected(tokens.peek(), "arguments are separated by commas")),
        };
    }
}
