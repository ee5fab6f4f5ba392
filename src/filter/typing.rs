//! Operands as they were written become typed ones, if their types fit.

use super::arithmetic::{self, Operation};
use super::error::{Mistake, quoted};
use super::fields::{Field, FieldType};
use super::function::Function;
use super::literal::{self, Beside, Literal, described};
use super::number::Number;
use super::slice::Range;
use super::suggest;
use super::tree::{Operand, Reference};
use super::value::Value;
use super::written::{What, Written};

/// A typed operand with a field in it.
pub(super) struct Typed<'t> {
    pub(super) operand: Operand,
    pub(super) beside: Beside<'t>,
}

/// An operand that names a field, typed.
pub(super) fn operand<'t>(written: &Written<'t>) -> Result<Typed<'t>, Mistake<'t>> {
    match &written.what {
        What::Word | What::Text(_) | What::Character(_) => match Field::find(written.at) {
            Some(field) => Ok(reference(written.at, field, None)),
            None => Err(no_field(written)),
        },
        What::Keyed { name, key } => match Field::find(name) {
            Some(field) if field.takes_key() => Ok(reference(written.at, field, Some(key.clone()))),
            Some(_) => {
                let message = format!("{} takes no key", quoted(name));
                Err(Mistake::new(written.at, message, "a slice is written with numbers: [0:2]"))
            }
            None => Err(suggest::no_such_field(name)),
        },
        What::Slice(of, ranges) => slice(written, of, ranges),
        What::Negated(of) => {
            let of = operand(of)?;
            match Operation::Subtract.result(of.beside.field_type) {
                Some(result) => Ok(typed(written, Operand::Negated(Box::new(of.operand)), result)),
                None => Err(cannot(written.at, of.beside, "have a minus before it")),
            }
        }
        What::Arithmetic { left, operation, sign, right } => computed(written, left, *operation, sign, right),
        What::Call { name, arguments } => call(written, name, arguments),
    }
}

fn typed<'t>(written: &Written<'t>, operand: Operand, field_type: FieldType) -> Typed<'t> {
    Typed { operand, beside: Beside { name: written.at, field_type, field: None } }
}

fn reference<'t>(name: &'t str, field: &'static Field, key: Option<Box<str>>) -> Typed<'t> {
    let beside = Beside { name, field_type: field.field_type, field: Some(field) };
    Typed { operand: Operand::Field(Reference { field, key }), beside }
}

/// What is wrong with a value where a field should be.
fn no_field<'t>(written: &Written<'t>) -> Mistake<'t> {
    match written.word().filter(|word| word.starts_with(char::is_alphabetic)) {
        Some(word) => suggest::no_such_field(word),
        None => {
            Mistake::new(written.at, format!("{} is no field", quoted(written.at)), "a field stands here")
        }
    }
}

fn cannot<'t>(at: &'t str, operand: Beside<'_>, what: &str) -> Mistake<'t> {
    let message = format!("{} cannot {what}", quoted(operand.name));
    Mistake::new(at, message, format!("it is {}", described(operand.field_type)))
}

fn slice<'t>(written: &Written<'t>, of: &Written<'t>, ranges: &[Range]) -> Result<Typed<'t>, Mistake<'t>> {
    let of = operand(of)?;
    match of.beside.field_type {
        FieldType::Protocol
        | FieldType::Text
        | FieldType::Bytes
        | FieldType::Ethernet
        | FieldType::Ipv4
        | FieldType::Ipv6 => {
            Ok(typed(written, Operand::Slice(Box::new(of.operand), ranges.to_vec()), FieldType::Bytes))
        }
        other => {
            let message = format!("{} cannot be sliced", quoted(of.beside.name));
            let help =
                format!("it is {}: only bytes, text, protocols and addresses have slices", described(other));
            Err(Mistake::new(written.at, message, help))
        }
    }
}

fn computed<'t>(
    written: &Written<'t>,
    left: &Written<'t>,
    operation: Operation,
    sign: &'t str,
    right: &Written<'t>,
) -> Result<Typed<'t>, Mistake<'t>> {
    let unfit = |operand: Beside<'_>| {
        let message = format!("{} cannot be computed with {}", quoted(operand.name), quoted(sign));
        let help = match (operation, operand.field_type) {
            (Operation::And, FieldType::Protocol | FieldType::Boolean) => String::from("did you mean `&&`?"),
            (_, other) => format!("it is {}", described(other)),
        };
        Mistake::new(sign, message, help)
    };
    let result = |operand: Beside<'_>| operation.result(operand.field_type).ok_or_else(|| unfit(operand));
    let (left, right, result) = match (left.is_constant(), right.is_constant()) {
        (false, true) => {
            let left = operand(left)?;
            let result = result(left.beside)?;
            (left.operand, Operand::Literal(constant(right, unbounded(left.beside))?), result)
        }
        (true, false) => {
            let right = operand(right)?;
            let result = result(right.beside)?;
            (Operand::Literal(constant(left, unbounded(right.beside))?), right.operand, result)
        }
        _ => {
            let (left, right) = (operand(left)?, operand(right)?);
            result(left.beside)?;
            result(right.beside)?;
            let both = unified(left.beside, right.beside)?;
            let result = result(Beside { field_type: both, ..left.beside })?;
            (left.operand, right.operand, result)
        }
    };
    Ok(typed(written, Operand::Arithmetic(Box::new(left), operation, Box::new(right)), result))
}

/// Beside something that is computed, an integer may be any.
fn unbounded(beside: Beside<'_>) -> Beside<'_> {
    match beside.field_type {
        FieldType::Unsigned { .. } => Beside { field_type: FieldType::Signed, ..beside },
        _ => beside,
    }
}

/// The type that two operands have in common.
pub(super) fn unified<'t>(left: Beside<'_>, right: Beside<'t>) -> Result<FieldType, Mistake<'t>> {
    use FieldType::{Boolean, Bytes, Ethernet, Float, Json, Protocol, Signed, Text, Unsigned};
    match (left.field_type, right.field_type) {
        (Unsigned { bits: some }, Unsigned { bits: others }) => Ok(Unsigned { bits: some.max(others) }),
        (one, other) if one == other && one != Protocol => Ok(one),
        (Json, Unsigned { .. } | Signed | Float | Text | Boolean)
        | (Unsigned { .. } | Signed | Float | Text | Boolean, Json) => Ok(Json),
        (Float, Unsigned { .. } | Signed) | (Unsigned { .. } | Signed, Float) => Ok(Float),
        (Unsigned { .. }, Signed) | (Signed, Unsigned { .. }) => Ok(Signed),
        (Bytes, Ethernet) | (Ethernet, Bytes) => Ok(Bytes),
        (one, other) => {
            let message = format!("{} and {} cannot be compared", quoted(left.name), quoted(right.name));
            let help = format!("the one is {}, the other {}", described(one), described(other));
            Err(Mistake::new(right.name, message, help))
        }
    }
}

/// The value of an operand that names no field, beside one that does.
pub(super) fn constant<'t>(written: &Written<'t>, beside: Beside<'t>) -> Result<Literal, Mistake<'t>> {
    match &written.what {
        What::Negated(of) if !matches!(of.what, What::Negated(_) | What::Arithmetic { .. }) => {
            literal::read(of, written.at, true, beside)
        }
        What::Negated(_) | What::Arithmetic { .. } => {
            let value = folded(written, unbounded(beside))?;
            match Number::of(value) {
                Some(Number::Integer(number)) => {
                    literal::number(number, written.at, beside).map(Literal::Fixed)
                }
                _ => Ok(Literal::Fixed(value)),
            }
        }
        What::Slice(..) => Err(no_field(written)),
        _ => literal::read(written, written.at, false, beside),
    }
}

/// What a computation without fields gives.
fn folded<'t>(written: &Written<'t>, beside: Beside<'t>) -> Result<Value<'static>, Mistake<'t>> {
    let value = match &written.what {
        What::Negated(of) => arithmetic::negated(folded(of, beside)?),
        What::Arithmetic { left, operation, right, .. } => {
            operation.fixed(folded(left, beside)?, folded(right, beside)?)
        }
        _ => constant(written, beside)?.value().fixed(),
    };
    value.ok_or_else(|| {
        let message = format!("{} cannot be computed", quoted(written.at));
        Mistake::new(written.at, message, "there is no result, or none that fits into 64 bits")
    })
}

fn call<'t>(
    written: &Written<'t>,
    name: &'t str,
    arguments: &[Written<'t>],
) -> Result<Typed<'t>, Mistake<'t>> {
    let Some(function) = Function::find(name) else {
        let help = suggest::function(name);
        return Err(Mistake::new(name, format!("unknown function {}", quoted(name)), help));
    };
    let takes = function.takes();
    if arguments.is_empty() || arguments.len() > 1 && !function.takes_several() {
        let number = if function.takes_several() { "at least one argument" } else { "one argument" };
        return Err(Mistake::new(
            written.at,
            format!("`{name}` takes {number}"),
            format!("it takes {takes}"),
        ));
    }
    let Some(first) = arguments.iter().find(|argument| !argument.is_constant()) else {
        return Err(no_argument(written, arguments, function));
    };
    // Typed once each: a second time at every level would be exponential.
    let mut typed_arguments = Vec::with_capacity(arguments.len());
    let mut common: Option<Beside<'t>> = None;
    for argument in arguments {
        let argument = if argument.is_constant() { None } else { Some(operand(argument)?) };
        if let Some(Typed { beside, .. }) = &argument {
            let field_type = common.map_or(Ok(beside.field_type), |common| unified(common, *beside))?;
            common = Some(Beside { field_type, ..common.unwrap_or(*beside) });
        }
        typed_arguments.push(argument);
    }
    let beside = common.unwrap_or(Beside { name: first.at, field_type: FieldType::Signed, field: None });
    let mut operands = Vec::with_capacity(arguments.len());
    for (argument, typed) in arguments.iter().zip(typed_arguments) {
        operands.push(match typed {
            Some(typed) => typed.operand,
            None => Operand::Literal(constant(argument, unbounded(beside))?),
        });
    }
    let is_field = operands.iter().all(|operand| matches!(operand, Operand::Field(_)));
    match function.result(beside.field_type).filter(|_| function != Function::Count || is_field) {
        Some(result) => Ok(typed(written, Operand::Call(function, operands), result)),
        None => {
            let message = format!("`{name}` takes {takes}");
            let help = format!("{} is {}", quoted(first.at), described(beside.field_type));
            Err(Mistake::new(first.at, message, help))
        }
    }
}

/// What is wrong with a function whose arguments name no field.
fn no_argument<'t>(written: &Written<'t>, arguments: &[Written<'t>], function: Function) -> Mistake<'t> {
    match arguments.first() {
        Some(argument) if argument.word().is_some_and(|word| word.starts_with(char::is_alphabetic)) => {
            no_field(argument)
        }
        _ => {
            let message = format!("`{}` of no field is always the same", function.name());
            Mistake::new(written.at, message, format!("it takes {}", function.takes()))
        }
    }
}
