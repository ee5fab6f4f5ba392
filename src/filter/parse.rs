//! The grammar.
//!
//! ```text
//! filter      = disjunction
//! disjunction = conjunction { ( "or" | "||" ) conjunction }
//! conjunction = negation { ( "and" | "&&" ) negation }
//! negation    = ( "not" | "!" ) negation | "(" disjunction ")" | test
//! test        = field [ relation ( value | field ) ]
//! ```
//!
//! A rule of the grammar that does not fit is a failure for good, with the mistake to be reported: one token is always
//! enough to know which rule it is.

use nom::combinator::{map_opt, verify};
use nom::{Err, Parser};

use super::error::{Mistake, quoted};
use super::fields::Field;
use super::lexer::{Parsed, is_string, is_word, token};
use super::suggest;
use super::tree::{Expr, Relation};
use super::typing::{self, Comparison};

/// Levels of parentheses and `not`: parsing and evaluating recurse as deep.
const MAX_DEPTH: usize = 128;

/// Bytes of a filter: more than anybody writes by hand or puts on a command line.
const MAX_LENGTH: usize = 64 << 10;

const AND: &[&str] = &["and", "&&"];
const OR: &[&str] = &["or", "||"];
const NOT: &[&str] = &["not", "!"];

const EXAMPLES: &str = "try `websocket` or `tcp.port == 3000`";

/// Reads a whole filter.
pub(super) fn parse(text: &str) -> Result<Expr, Mistake<'_>> {
    if text.len() > MAX_LENGTH {
        let message = format!("there are {} bytes", text.len());
        return Err(Mistake::new(before(text), message, format!("{MAX_LENGTH} are the most that are read")));
    }
    if token(text).is_err() {
        return Err(Mistake::new(before(text), "nothing is asked for", EXAMPLES));
    }
    match disjunction(text, 0) {
        Ok((rest, tree)) => match token(rest) {
            Ok((_, extra)) => Err(unexpected(extra)),
            Err(_) => Ok(tree),
        },
        Err(Err::Error(mistake) | Err::Failure(mistake)) => Err(mistake),
        Err(Err::Incomplete(_)) => Err(Mistake::new(before(text), "the end is missing", EXAMPLES)),
    }
}

fn disjunction(input: &str, depth: usize) -> Parsed<'_, Expr> {
    chain(input, OR, |rest| conjunction(rest, depth), Expr::Or)
}

fn conjunction(input: &str, depth: usize) -> Parsed<'_, Expr> {
    chain(input, AND, |rest| negation(rest, depth), Expr::And)
}

/// One link, or several with separators between them. Not nom's `separated_list1`, which takes much more stack.
fn chain<'t>(
    input: &'t str,
    separators: &[&str],
    link: impl Fn(&'t str) -> Parsed<'t, Expr>,
    several: fn(Vec<Expr>) -> Expr,
) -> Parsed<'t, Expr> {
    let (mut rest, first) = link(input)?;
    let mut links = vec![first];
    while let Ok((behind, _)) = one_of(separators).parse(rest) {
        let (end, next) = link(behind)?;
        links.push(next);
        rest = end;
    }
    Ok((rest, <[Expr; 1]>::try_from(links).map_or_else(several, |[only]| only)))
}

fn negation(input: &str, depth: usize) -> Parsed<'_, Expr> {
    match token(input) {
        Ok((rest, not)) if NOT.contains(&not) => {
            let (rest, inner) = negation(rest, deeper(not, depth)?)?;
            Ok((rest, Expr::Not(Box::new(inner))))
        }
        Ok((rest, open @ "(")) => group(open, rest, deeper(open, depth)?),
        Ok((rest, first)) => test(first, rest),
        Err(_) => fail(Mistake::new(before(input), "a test is missing at the end", EXAMPLES)),
    }
}

fn group<'t>(open: &'t str, input: &'t str, depth: usize) -> Parsed<'t, Expr> {
    let (rest, inner) = disjunction(input, depth)?;
    match token(rest) {
        Ok((rest, ")")) => Ok((rest, inner)),
        Ok((_, extra)) => fail(unexpected(extra)),
        Err(_) => fail(Mistake::new(open, "`(` is never closed", "add `)` behind what belongs together")),
    }
}

fn test<'t>(left: &'t str, input: &'t str) -> Parsed<'t, Expr> {
    let Some(field) = Field::find(left) else { return fail(no_field(left, input)) };
    let Ok((rest, (sign, relation))) = relation(input) else { return Ok((input, Expr::Exists(field))) };
    let (rest, right) = value(sign, field, rest)?;
    match typing::comparison(&Comparison { field, left, relation, sign, right }) {
        Ok(comparison) => Ok((rest, comparison)),
        Err(mistake) => fail(mistake),
    }
}

/// The token behind a relation, if it can be one side of a comparison at all.
fn value<'t>(sign: &str, field: &Field, input: &'t str) -> Parsed<'t, &'t str> {
    let missing = |at| {
        let message = format!("a value is missing after {}", quoted(sign));
        Mistake::new(at, message, typing::fitting(field))
    };
    match token(input) {
        Ok((_, right)) if suggest::is_unsupported(right) => fail(unsupported(right)),
        Ok((_, right)) if is_operator(right) || !(is_word(right) || is_string(right)) => fail(missing(right)),
        Ok(word) => Ok(word),
        Err(_) => fail(missing(before(input))),
    }
}

fn relation(input: &str) -> Parsed<'_, (&str, Relation)> {
    map_opt(token, |sign| {
        let spelled =
            Relation::SPELLINGS.iter().find(|(_, symbol, word)| sign == *symbol || sign == *word)?;
        Some((sign, spelled.0))
    })
    .parse(input)
}

fn one_of<'t>(tokens: &[&str]) -> impl Parser<&'t str, Output = &'t str, Error = Mistake<'t>> {
    verify(token, |token: &str| tokens.contains(&token))
}

fn is_operator(token: &str) -> bool {
    [AND, OR, NOT].iter().any(|spellings| spellings.contains(&token)) || relation(token).is_ok()
}

fn deeper<'t>(at: &'t str, depth: usize) -> Result<usize, Err<Mistake<'t>>> {
    if depth < MAX_DEPTH {
        return Ok(depth + 1);
    }
    let help = format!("{MAX_DEPTH} levels of `(` and `not` are the most");
    Err(Err::Failure(Mistake::new(at, "this is nested too deep", help)))
}

fn fail<T>(mistake: Mistake<'_>) -> Parsed<'_, T> {
    Err(Err::Failure(mistake))
}

/// The place before a text: where something is missing.
fn before(text: &str) -> &str {
    text.split_at(0).0
}

/// What is wrong with a token, and with what follows it, where a test should begin.
fn no_field<'t>(first: &'t str, input: &'t str) -> Mistake<'t> {
    if let Some(mistake) = wrong_operator(first) {
        return mistake;
    }
    if is_operator(first) || first == ")" {
        return Mistake::new(first, format!("a test is missing before {}", quoted(first)), EXAMPLES);
    }
    if is_string(first) || first.starts_with(|c: char| c.is_ascii_digit() || c == '-') || first.contains(':')
    {
        let message = format!("a comparison begins with its field, not with {}", quoted(first));
        return Mistake::new(first, message, field_first(first, input));
    }
    if !is_word(first) {
        return Mistake::new(first, format!("{} is not expected here", quoted(first)), EXAMPLES);
    }
    if !first.contains('.') && matches!(token(input), Ok((_, "("))) {
        let message = format!("functions such as {} are not supported", quoted(first));
        return Mistake::new(first, message, suggest::OPERATORS);
    }
    Mistake::new(first, format!("unknown field {}", quoted(first)), suggest::field(first))
}

/// Help for a comparison with the value on the left.
fn field_first(value: &str, input: &str) -> String {
    let turned = relation(input).ok().and_then(|(rest, (_, relation))| {
        let (_, field) = token(rest).ok()?;
        Field::find(field)?;
        Some(format!("write {}", quoted(&format!("{field} {} {value}", relation.mirrored()))))
    });
    turned.unwrap_or_else(|| String::from(EXAMPLES))
}

/// What is wrong with a token behind a whole test.
fn unexpected(extra: &str) -> Mistake<'_> {
    if let Some(mistake) = wrong_operator(extra) {
        return mistake;
    }
    if extra == ")" {
        return Mistake::new(
            extra,
            "`)` closes nothing",
            "remove it, or add `(` before what belongs together",
        );
    }
    let (message, help) = match relation(extra) {
        Ok(_) => ("cannot follow a whole test", "comparisons are not chained: join two with `and`"),
        Err(_) => ("is not expected here", "join tests with `and` or `or`"),
    };
    Mistake::new(extra, format!("{} {message}", quoted(extra)), help)
}

/// What is wrong with a token that looks like an operator and is none.
fn wrong_operator(token: &str) -> Option<Mistake<'_>> {
    if let Some(meant) = suggest::operator(token) {
        let message = format!("{} is not an operator here", quoted(token));
        return Some(Mistake::new(token, message, format!("did you mean `{meant}`?")));
    }
    suggest::is_unsupported(token).then(|| unsupported(token))
}

fn unsupported(token: &str) -> Mistake<'_> {
    Mistake::new(token, format!("{} is not supported", quoted(token)), suggest::OPERATORS)
}
