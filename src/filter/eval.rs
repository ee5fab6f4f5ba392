//! Whether a record is what a filter asks for.

use std::cell::Cell;

use super::arithmetic::{absolute, is_true, negated};
use super::compare;
use super::fields::Found;
use super::function::Function;
use super::literal::Literal;
use super::slice;
use super::tree::{Comparison, Every, Expr, Member, Operand, Reference, Relation};
use super::value::Value;
use crate::record::Record;

/// What the values cost that are read once for each value of another operand, at most for each row: a packet can
/// complete so many frames that all pairs of two fields could not be looked at.
const PAIRS: u32 = 1 << 20;

/// A record that is looked at.
pub(super) struct Row<'r, 'a> {
    record: &'r Record<'a>,
    /// Whether values are read once for each value of another operand.
    nested: Cell<bool>,
    /// What may still be spent on that.
    left: Cell<u32>,
}

impl<'r, 'a> Row<'r, 'a> {
    pub(super) fn new(record: &'r Record<'a>) -> Self {
        Row { record, nested: Cell::new(false), left: Cell::new(PAIRS) }
    }

    /// Reads values once for each value of another operand: within what may be spent.
    pub(super) fn nested<T>(&self, read: impl FnOnce() -> T) -> T {
        let before = self.nested.replace(true);
        let result = read();
        self.nested.set(before);
        result
    }

    /// Reads what costs at most `most`; `None` if that was not enough.
    pub(super) fn within<T>(&self, most: u32, read: impl FnOnce() -> T) -> Option<T> {
        let before = self.left.get();
        let granted = most.min(before);
        self.left.set(granted);
        let result = read();
        let rest = self.left.get();
        self.left.set(before.saturating_sub(granted.saturating_sub(rest)));
        (rest > 0).then_some(result)
    }

    /// Whether a value may be read.
    fn pays(&self, value: Value<'_>) -> bool {
        let length = match value {
            Value::Text(text) | Value::Json(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            _ => 0,
        };
        let cost = u32::try_from(length / 16).unwrap_or(u32::MAX).saturating_add(1);
        self.left.set(self.left.get().saturating_sub(cost));
        self.left.get() > 0
    }

    fn read(&self, reference: &Reference, found: Found<'_>) -> bool {
        if !self.nested.get() {
            return reference.any(self.record, found);
        }
        let mut holds = false;
        reference.any(self.record, &mut |value| {
            holds = self.pays(value) && found(value);
            holds || self.left.get() == 0
        });
        holds
    }
}

impl Expr {
    /// Whether the expression is true for a record. As deep a recursion as the tree.
    pub(super) fn holds(&self, row: &Row<'_, '_>) -> bool {
        match self {
            Expr::Test(operand @ (Operand::Field(_) | Operand::Slice(..))) => operand.any(row, &mut |_| true),
            Expr::Test(operand) => operand.any(row, &mut is_true),
            Expr::Relation(left, relation, every) => relation.holds(left, *every, row),
            Expr::Not(inner) => !inner.holds(row),
            Expr::And(parts) => parts.iter().all(|part| part.holds(row)),
            Expr::Xor(parts) => parts.iter().filter(|part| part.holds(row)).count() % 2 == 1,
            Expr::Or(parts) => parts.iter().any(|part| part.holds(row)),
        }
    }
}

impl Relation {
    /// As in Wireshark 4: for one value of the left operand, or for every one of at least one.
    fn holds(&self, left: &Operand, every: Every, row: &Row<'_, '_>) -> bool {
        let holds = |value: Value<'_>| match self {
            Relation::Compare(..) => false,
            Relation::Contains(needle) => needle.is_in(value),
            Relation::Matches(pattern) => pattern.is_in(value),
            Relation::In(members) => members.iter().any(|member| member.has(value)),
        };
        match (self, every) {
            (Relation::Compare(comparison, right), _) => compare::holds(row, left, *comparison, right, every),
            (_, Every::Any) => left.any(row, &mut |value| holds(value)),
            (_, Every::All) => {
                let mut exists = false;
                let misses = left.any(row, &mut |value| {
                    exists = true;
                    !holds(value)
                });
                exists && !misses
            }
        }
    }
}

impl Member {
    fn has(&self, value: Value<'_>) -> bool {
        match self {
            Member::One(literal) => Comparison::Equal.holds(value, literal.value()),
            Member::Range(first, last) => {
                Comparison::GreaterOrEqual.holds(value, first.value())
                    && Comparison::LessOrEqual.holds(value, last.value())
            }
        }
    }
}

impl Operand {
    /// Whether `found` holds for one of the values.
    pub(super) fn any(&self, row: &Row<'_, '_>, found: Found<'_>) -> bool {
        match self {
            Operand::Field(reference) => row.read(reference, found),
            Operand::Literal(literal) => found(literal.value()),
            Operand::Slice(of, ranges) => of.any(row, &mut |value| {
                with_bytes(value, |bytes| slice::show(bytes, ranges, |slice| found(Value::Bytes(slice))))
                    .unwrap_or(false)
            }),
            Operand::Negated(of) => of.any(row, &mut |value| negated(value).is_some_and(&mut *found)),
            Operand::Arithmetic(left, operation, right) => match (left.as_ref(), right.as_ref()) {
                (left, Operand::Literal(right)) => {
                    left.any(row, &mut |left| operation.show(left, right.value(), &mut *found))
                }
                (Operand::Literal(left), right) => {
                    right.any(row, &mut |right| operation.show(left.value(), right, &mut *found))
                }
                (left, right) => left.any(row, &mut |left| {
                    row.nested(|| right.any(row, &mut |right| operation.show(left, right, &mut *found)))
                }),
            },
            Operand::Call(function, arguments) => call(*function, arguments, row, found),
        }
    }
}

fn call(function: Function, arguments: &[Operand], row: &Row<'_, '_>, found: Found<'_>) -> bool {
    let extreme = |which| extreme(arguments, row, which);
    let mut each = |map: &mut dyn FnMut(Value<'_>, Found<'_>) -> bool| {
        arguments.iter().any(|argument| argument.any(row, &mut |value| map(value, &mut *found)))
    };
    match function {
        Function::Count => {
            let mut count = 0;
            each(&mut |_, _| {
                count += 1;
                false
            });
            count > 0 && found(Value::Unsigned(count))
        }
        Function::Max => extreme(Comparison::Greater).is_some_and(|most| found(most.value())),
        Function::Min => extreme(Comparison::Less).is_some_and(|least| found(least.value())),
        Function::Length => each(&mut |value, found| {
            let length = with_bytes(value, |bytes| bytes.len() as u64);
            length.is_some_and(|length| found(Value::Unsigned(length)))
        }),
        Function::Lower => each(&mut |value, found| match value {
            Value::Text(text) => found(Value::Text(&text.to_lowercase())),
            _ => false,
        }),
        Function::Upper => each(&mut |value, found| match value {
            Value::Text(text) => found(Value::Text(&text.to_uppercase())),
            _ => false,
        }),
        Function::String => each(&mut |value, found| match value {
            Value::Text(_) | Value::Boolean(_) | Value::Null | Value::Json(_) => false,
            _ => found(Value::Text(&value.to_string())),
        }),
        Function::Absolute => each(&mut |value, found| absolute(value).is_some_and(found)),
    }
}

/// The value of all arguments that no other exceeds.
fn extreme(arguments: &[Operand], row: &Row<'_, '_>, which: Comparison) -> Option<Literal> {
    let mut extreme: Option<Literal> = None;
    for argument in arguments {
        argument.any(row, &mut |value| {
            if extreme.as_ref().is_none_or(|extreme| which.holds(value, extreme.value())) {
                extreme = Some(Literal::of(value));
            }
            false
        });
    }
    extreme
}

/// Something of the bytes that a value is.
fn with_bytes<T>(value: Value<'_>, of: impl FnOnce(&[u8]) -> T) -> Option<T> {
    match value {
        Value::Text(text) | Value::Json(text) => Some(of(text.as_bytes())),
        Value::Bytes(bytes) => Some(of(bytes)),
        Value::Ipv4(address, _) => Some(of(&address.octets())),
        Value::Ipv6(address, _) => Some(of(&address.octets())),
        _ => None,
    }
}
