//! Relations as they were written become typed ones, if the sides fit.

use super::error::{Mistake, quoted};
use super::fields::FieldType;
use super::literal::{Beside, Literal, described, fitting};
use super::pattern::{self, Needle, Pattern};
use super::suggest;
use super::tree::{Comparison, Every, Expr, Member, Operand, Relation};
use super::typing::{Typed, constant, operand, unified};
use super::value::Value;
use super::written::{What, Written};

/// A comparison, with its sign as it was written.
#[derive(Clone, Copy)]
pub(super) struct Sign<'t> {
    pub(super) at: &'t str,
    pub(super) comparison: Comparison,
    pub(super) every: Every,
}

/// An operand alone.
pub(super) fn test<'t>(written: &Written<'t>) -> Result<Expr, Mistake<'t>> {
    if let What::Call { name, .. } = written.what {
        operand(written)?;
        let message = format!("{} alone asks for nothing", quoted(written.at));
        return Err(Mistake::new(name, message, format!("compare what it gives: {} > 0", written.at)));
    }
    if written.is_constant() && written.word().is_none_or(|word| !word.starts_with(char::is_alphabetic)) {
        let message = format!("{} alone asks for nothing", quoted(written.at));
        return Err(Mistake::new(written.at, message, EXAMPLES));
    }
    Ok(Expr::Test(operand(written)?.operand))
}

pub(super) const EXAMPLES: &str = "try `websocket` or `tcp.port == 3000`";

/// A comparison. If the value stands on the left, the sides are exchanged.
pub(super) fn compare<'t>(
    left: &Written<'t>,
    sign: Sign<'t>,
    right: &Written<'t>,
) -> Result<Expr, Mistake<'t>> {
    let Sign { comparison, every, .. } = sign;
    let (left, comparison, right) = match (left.is_constant(), right.is_constant()) {
        (true, true) => return Err(no_field(left, right)),
        (true, false) => (right, comparison.mirrored(), left),
        _ => (left, comparison, right),
    };
    let Typed { operand: left, beside } = operand(left)?;
    comparable(beside, sign)?;
    let right = if right.is_constant() {
        let literal = constant(right, beside)?;
        if comparison.orders() && matches!(literal.value(), Value::Boolean(_) | Value::Null) {
            return Err(Mistake::new(
                sign.at,
                format!("{} cannot compare this", quoted(sign.at)),
                EQUAL_ONLY,
            ));
        }
        Operand::Literal(literal)
    } else {
        let right = operand(right)?;
        comparable(right.beside, sign)?;
        unified(beside, right.beside)?;
        right.operand
    };
    Ok(Expr::Relation(left, Relation::Compare(comparison, right), every))
}

const EQUAL_ONLY: &str = "use `==` or `!=`";

/// What is wrong with a comparison of two values.
fn no_field<'t>(left: &Written<'t>, right: &Written<'t>) -> Mistake<'t> {
    for side in [left, right] {
        if let Some(word) = side.word().filter(|word| word.starts_with(char::is_alphabetic)) {
            return suggest::no_such_field(word);
        }
    }
    Mistake::new(left.at, format!("{} is compared with no field", quoted(left.at)), EXAMPLES)
}

fn comparable<'t>(operand: Beside<'t>, sign: Sign<'t>) -> Result<(), Mistake<'t>> {
    let name = quoted(operand.name);
    match operand.field_type {
        FieldType::Protocol => {
            let message = format!("{name} is a protocol and has no value to compare");
            let help = match suggest::fields_of(operand.name) {
                none if none.is_empty() => String::from("use it alone, or a slice of it"),
                some => format!("use it alone, or compare one of its fields: {some}"),
            };
            Err(Mistake::new(operand.name, message, help))
        }
        FieldType::Label => {
            let message = format!("{name} is there or not, and has no value to compare");
            Err(Mistake::new(operand.name, message, "use it alone"))
        }
        FieldType::Boolean if sign.comparison.orders() => {
            let message = format!("{} cannot compare {name}, which is true or false", quoted(sign.at));
            Err(Mistake::new(sign.at, message, EQUAL_ONLY))
        }
        _ => Ok(()),
    }
}

/// The left side of `contains` and `matches`, which search text and bytes.
fn searched<'t>(left: &Written<'t>, word: &'t str) -> Result<Typed<'t>, Mistake<'t>> {
    let left = operand(left)?;
    match left.beside.field_type {
        FieldType::Protocol | FieldType::Text | FieldType::Bytes | FieldType::Ethernet | FieldType::Json => {
            Ok(left)
        }
        other => {
            let name = quoted(left.beside.name);
            let message = format!("{} cannot search {name}, which is {}", quoted(word), described(other));
            let help = match other {
                FieldType::Unsigned { .. }
                | FieldType::Signed
                | FieldType::Float
                | FieldType::Ipv4
                | FieldType::Ipv6 => {
                    format!("search it as text: string({}) {word} …", left.beside.name)
                }
                _ => String::from("only text, bytes and protocols are searched"),
            };
            Err(Mistake::new(word, message, help))
        }
    }
}

/// `left contains right`.
pub(super) fn contains<'t>(
    left: &Written<'t>,
    every: Every,
    word: &'t str,
    right: &Written<'t>,
) -> Result<Expr, Mistake<'t>> {
    let Typed { operand: left, beside } = searched(left, word)?;
    if !right.is_constant() {
        let help = String::from("text in quotation marks, or bytes such as 0d:0a, stands here");
        return Err(Mistake::new(right.at, "`contains` looks for one value, not for that of a field", help));
    }
    let bytes = matches!(beside.field_type, FieldType::Protocol | FieldType::Ethernet);
    let beside = if bytes { Beside { field_type: FieldType::Bytes, ..beside } } else { beside };
    let literal = match constant(right, beside)? {
        Literal::Fixed(_) => {
            return Err(Mistake::new(right.at, "`contains` looks for text here", fitting(beside)));
        }
        literal => literal,
    };
    if matches!(literal.value(), Value::Text("") | Value::Bytes([])) {
        return Err(Mistake::new(right.at, "everything contains the empty text", EXAMPLES));
    }
    Ok(Expr::Relation(left, Relation::Contains(Box::new(Needle::new(literal))), every))
}

/// `left matches right`.
pub(super) fn matches<'t>(
    left: &Written<'t>,
    every: Every,
    word: &'t str,
    right: &Written<'t>,
) -> Result<Expr, Mistake<'t>> {
    let Typed { operand: left, beside } = searched(left, word)?;
    let What::Text(source) = &right.what else {
        let message = format!("{} is no regular expression", quoted(right.at));
        return Err(Mistake::new(right.at, message, r#"write it in quotation marks: r"^\d+$""#));
    };
    let Ok(source) = std::str::from_utf8(source) else {
        return Err(Mistake::new(
            right.at,
            "this is not UTF-8",
            r"write \\xff for a byte that is no character",
        ));
    };
    let characters = matches!(beside.field_type, FieldType::Text | FieldType::Json);
    match Pattern::new(source, characters) {
        Ok(pattern) => Ok(Expr::Relation(left, Relation::Matches(Box::new(pattern)), every)),
        Err(wrong) => Err(pattern::mistake(right.at, wrong)),
    }
}

/// `left in {members}`; a member with a second value is a range.
pub(super) fn within<'t>(
    left: &Written<'t>,
    every: Every,
    word: &'t str,
    members: &[(Written<'t>, Option<Written<'t>>)],
) -> Result<Expr, Mistake<'t>> {
    if left.is_constant() {
        operand(left)?;
    }
    let Typed { operand: left, beside } = operand(left)?;
    let sign = Sign { at: word, comparison: Comparison::Equal, every };
    comparable(beside, sign)?;
    let member = |written: &Written<'t>| {
        if written.is_constant() {
            return constant(written, beside);
        }
        let help = format!("compare it: {} == {}", beside.name, written.at);
        Err(Mistake::new(written.at, "a set has values, not fields", help))
    };
    let range = |(first, last): &(Written<'t>, Option<Written<'t>>)| {
        let Some(last) = last else { return member(first).map(Member::One) };
        let ordered = Sign { comparison: Comparison::Less, ..sign };
        comparable(beside, ordered)?;
        let (low, high) = (member(first)?, member(last)?);
        match low.value().compare(high.value()) {
            Some(std::cmp::Ordering::Greater) | None => {
                let help = format!("its smaller value stands first: {} .. {}", last.at, first.at);
                Err(Mistake::new(first.at, "nothing is in this range", help))
            }
            _ => Ok(Member::Range(low, high)),
        }
    };
    let members: Result<Vec<Member>, Mistake<'t>> = members.iter().map(range).collect();
    Ok(Expr::Relation(left, Relation::In(members?), every))
}
