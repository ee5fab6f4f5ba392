//! The grammar of tests.
//!
//! ```text
//! filter      = disjunction
//! disjunction = exclusion { ( "or" | "||" ) exclusion }
//! exclusion   = conjunction { ( "xor" | "^^" ) conjunction }
//! conjunction = negation { ( "and" | "&&" ) negation }
//! negation    = ( "not" | "!" ) negation | "(" disjunction ")" | [ "any" | "all" ] relation
//! relation    = operand [ comparison operand { comparison operand }
//!                       | "contains" operand
//!                       | ( "matches" | "~" ) string
//!                       | [ "not" ] "in" "{" member { "," member } "}" ]
//! member      = operand [ ".." operand ]
//! ```

use super::error::{Mistake, quoted};
use super::fields::Field;
use super::grammar::{begins_operand, deeper, operand, operation};
use super::lexer::{Tokens, is_word};
use super::literal::{Beside, fitting};
use super::relation::{self, EXAMPLES, Sign};
use super::suggest;
use super::tree::{Every, Expr};
use super::typing;
use super::written::Written;

/// Bytes of a filter: more than anybody writes by hand or puts on a command line.
const MAX_LENGTH: usize = 64 << 10;

/// Regular expressions in a filter: each takes time and memory when it is compiled.
const MAX_PATTERNS: usize = 32;

const AND: &[&str] = &["and", "&&"];
const XOR: &[&str] = &["xor", "^^"];
const OR: &[&str] = &["or", "||"];
const NOT: &[&str] = &["not", "!"];
const MATCHES: &[&str] = &["matches", "~"];

/// Reads a whole filter.
pub(super) fn parse(text: &str) -> Result<Expr, Mistake<'_>> {
    check_length(text)?;
    let mut tokens = Tokens::new(text);
    if tokens.peek().is_empty() {
        return Err(Mistake::new(text.split_at(0).0, "nothing is asked for", EXAMPLES));
    }
    check_patterns(tokens)?;
    let tree = joined(&mut tokens, 0, 0)?;
    match tokens.peek() {
        "" => Ok(tree),
        extra => Err(unexpected(extra)),
    }
}

/// That a text is not too long to be read.
pub(super) fn check_length(text: &str) -> Result<(), Mistake<'_>> {
    if text.len() <= MAX_LENGTH {
        return Ok(());
    }
    let message = format!("there are {} bytes", text.len());
    Err(Mistake::new(text.split_at(0).0, message, format!("{MAX_LENGTH} are the most that are read")))
}

fn check_patterns<'t>(mut tokens: Tokens<'t>) -> Result<(), Mistake<'t>> {
    let all = std::iter::from_fn(|| Some(tokens.advance()).filter(|token| !token.is_empty()));
    match all.filter(|token| MATCHES.contains(token)).nth(MAX_PATTERNS) {
        None => Ok(()),
        Some(extra) => {
            let help = format!("{MAX_PATTERNS} are the most; join some by `|` within one");
            Err(Mistake::new(extra, "there are too many regular expressions", help))
        }
    }
}

/// The spellings of `and`, `xor` or `or`, how tightly it binds, and what it makes of the tests that it joins.
type Join = (&'static [&'static str], u8, fn(Vec<Expr>) -> Expr);

const JOINS: [Join; 3] = [(OR, 0, Expr::Or), (XOR, 1, Expr::Xor), (AND, 2, Expr::And)];

/// A test, or several that are joined by what binds at least as tightly as `least`. One function for all three joins:
/// with one for each, a level of parentheses would take too much stack.
fn joined<'t>(tokens: &mut Tokens<'t>, least: u8, depth: usize) -> Result<Expr, Mistake<'t>> {
    let mut left = negation(tokens, depth)?;
    let join = |tokens: &Tokens<'t>| {
        JOINS.iter().find(|(spellings, level, _)| *level >= least && spellings.contains(&tokens.peek()))
    };
    while let Some((spellings, level, several)) = join(tokens) {
        let mut links = vec![left];
        while tokens.take(spellings).is_some() {
            links.push(joined(tokens, level + 1, depth)?);
        }
        left = several(links);
    }
    Ok(left)
}

fn negation<'t>(tokens: &mut Tokens<'t>, depth: usize) -> Result<Expr, Mistake<'t>> {
    if let Some(not) = tokens.take(NOT) {
        return Ok(Expr::Not(Box::new(negation(tokens, deeper(not, depth)?)?)));
    }
    match tokens.take(&["("]) {
        Some(open) => group(tokens, open, deeper(open, depth)?),
        None => test(tokens, depth),
    }
}

fn group<'t>(tokens: &mut Tokens<'t>, open: &'t str, depth: usize) -> Result<Expr, Mistake<'t>> {
    let inner = joined(tokens, 0, depth)?;
    match tokens.peek() {
        ")" if operation(tokens.peek_second()).is_some() => Err(no_group(open)),
        ")" => {
            tokens.advance();
            Ok(inner)
        }
        "" => Err(Mistake::new(open, "`(` is never closed", "add `)` behind what belongs together")),
        extra => Err(unexpected(extra)),
    }
}

fn no_group(open: &str) -> Mistake<'_> {
    Mistake::new(open, "`(` does not group a computation", "write `{` and `}` around it")
}

fn test<'t>(tokens: &mut Tokens<'t>, depth: usize) -> Result<Expr, Mistake<'t>> {
    let quantifier = tokens.take(&["any", "all"]);
    let every = if quantifier == Some("all") { Every::All } else { Every::Any };
    if !begins_operand(tokens.peek()) || suggest::wrong_operator(tokens.peek()).is_some() {
        return Err(missing_test(tokens));
    }
    let left = operand(tokens, depth)?;
    let sign = tokens.peek();
    if let Some((comparison, usual)) = suggest::comparison(sign) {
        let every = if quantifier.is_some() { Some(every) } else { None };
        return comparisons(
            tokens,
            left,
            Sign { at: sign, comparison, every: every.unwrap_or(usual) },
            every,
            depth,
        );
    }
    if tokens.take(&["contains"]).is_some() {
        let right = right(tokens, sign, &left, depth)?;
        return relation::contains(&left, every, sign, &right);
    }
    if tokens.take(MATCHES).is_some() {
        let right = right(tokens, sign, &left, depth)?;
        return relation::matches(&left, every, sign, &right);
    }
    if tokens.take(&["in"]).is_some() {
        return set(tokens, &left, every, sign, depth);
    }
    if sign == "not" && tokens.peek_second() == "in" {
        tokens.advance();
        let word = tokens.advance();
        return Ok(Expr::Not(Box::new(set(tokens, &left, every, word, depth)?)));
    }
    match quantifier {
        Some(word) => {
            let message = format!("a comparison is missing behind {}", quoted(word));
            Err(Mistake::new(word, message, format!("try `{word} tcp.port == 3000`")))
        }
        None => relation::test(&left),
    }
}

/// One comparison, or several one behind the other, which must all hold: `1 < tcp.port < 1024`.
fn comparisons<'t>(
    tokens: &mut Tokens<'t>,
    mut left: Written<'t>,
    mut sign: Sign<'t>,
    every: Option<Every>,
    depth: usize,
) -> Result<Expr, Mistake<'t>> {
    let mut links = Vec::new();
    loop {
        tokens.advance();
        let right = right(tokens, sign.at, &left, depth)?;
        let link = relation::compare(&left, sign, &right)?;
        let Some((comparison, usual)) = suggest::comparison(tokens.peek()) else {
            if links.is_empty() {
                return Ok(link);
            }
            links.push(link);
            return Ok(Expr::And(links));
        };
        links.push(link);
        left = right;
        sign = Sign { at: tokens.peek(), comparison, every: every.unwrap_or(usual) };
    }
}

/// The operand behind a sign.
fn right<'t>(
    tokens: &mut Tokens<'t>,
    sign: &str,
    left: &Written<'t>,
    depth: usize,
) -> Result<Written<'t>, Mistake<'t>> {
    if begins_operand(tokens.peek()) {
        return operand(tokens, depth);
    }
    if let Some(mistake) = suggest::wrong_operator(tokens.peek()) {
        return Err(mistake);
    }
    let help = match left.is_constant() {
        true => String::from("a field stands here"),
        false => fitting(typing::operand(left)?.beside),
    };
    let at = tokens.peek();
    Err(Mistake::new(at, format!("a value is missing after {}", quoted(sign)), help))
}

/// What stands behind `in`.
fn set<'t>(
    tokens: &mut Tokens<'t>,
    left: &Written<'t>,
    every: Every,
    word: &'t str,
    depth: usize,
) -> Result<Expr, Mistake<'t>> {
    let beside: Beside<'t> = typing::operand(left)?.beside;
    let Some(open) = tokens.take(&["{"]) else {
        let at = tokens.peek();
        return Err(Mistake::new(
            at,
            format!("a set is missing after {}", quoted(word)),
            "a set is {80, 443, 8000..8999}",
        ));
    };
    let mut members = Vec::new();
    loop {
        let first = member(tokens, beside, depth)?;
        let last = match tokens.take(&[".."]) {
            Some(_) => Some(member(tokens, beside, depth)?),
            None => None,
        };
        members.push((first, last));
        match tokens.peek() {
            "," => tokens.advance(),
            "}" => break,
            "" => return Err(Mistake::new(open, "`{` is never closed", "add `}` behind the set")),
            extra if begins_operand(extra) => {
                let message = format!("a comma is missing before {}", quoted(extra));
                return Err(Mistake::new(extra, message, "a set is {80, 443, 8000..8999}"));
            }
            extra => return Err(suggest::unexpected(extra, "a set is {80, 443, 8000..8999}")),
        };
    }
    tokens.advance();
    relation::within(left, every, word, &members)
}

fn member<'t>(tokens: &mut Tokens<'t>, beside: Beside<'t>, depth: usize) -> Result<Written<'t>, Mistake<'t>> {
    if begins_operand(tokens.peek()) {
        return operand(tokens, depth);
    }
    let at = tokens.peek();
    Err(Mistake::new(at, "a value is missing in this set", fitting(beside)))
}

/// What is wrong where a test should begin.
fn missing_test<'t>(tokens: &Tokens<'t>) -> Mistake<'t> {
    let first = tokens.peek();
    if first.is_empty() {
        return Mistake::new(tokens.peek(), "a test is missing at the end", EXAMPLES);
    }
    if let Some(mistake) = suggest::wrong_operator(first) {
        return mistake;
    }
    if is_word(first) || first == ")" || is_operator(first) {
        return Mistake::new(first, format!("a test is missing before {}", quoted(first)), EXAMPLES);
    }
    Mistake::new(first, format!("{} is not expected here", quoted(first)), EXAMPLES)
}

fn is_operator(token: &str) -> bool {
    [AND, XOR, OR, NOT, MATCHES].iter().any(|spellings| spellings.contains(&token))
        || suggest::comparison(token).is_some()
}

/// What is wrong with a token behind a whole test.
fn unexpected(extra: &str) -> Mistake<'_> {
    match extra {
        ")" => {
            Mistake::new(extra, "`)` closes nothing", "remove it, or add `(` before what belongs together")
        }
        "in" | "contains" | "matches" | "~" => {
            let message = format!("{} cannot follow a whole test", quoted(extra));
            Mistake::new(extra, message, "join tests with `and` or `or`")
        }
        _ if suggest::comparison(extra).is_some() => {
            let message = format!("{} cannot follow a whole test", quoted(extra));
            Mistake::new(extra, message, "join tests with `and` or `or`")
        }
        _ if Field::find(extra).is_none() => suggest::unexpected(extra, "join tests with `and` or `or`"),
        _ => Mistake::new(
            extra,
            format!("{} is not expected here", quoted(extra)),
            "join tests with `and` or `or`",
        ),
    }
}
