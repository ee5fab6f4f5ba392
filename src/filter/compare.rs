//! Comparisons of operands that can have several values each.

use std::cmp::Ordering;

use super::eval::Row;
use super::literal::Literal;
use super::tree::{Comparison, Every, Operand};
use super::value::Value;

/// What is spent on comparing values pair by pair, before they are sorted instead.
const PAIRS: u32 = 1 << 10;

impl Comparison {
    /// Whether it holds for two values; it does not if they are of different kinds.
    pub(super) fn holds(self, left: Value<'_>, right: Value<'_>) -> bool {
        left.compare(right).is_some_and(|ordering| match self {
            Comparison::Equal => ordering == Ordering::Equal,
            Comparison::NotEqual => ordering != Ordering::Equal,
            Comparison::Greater => ordering == Ordering::Greater,
            Comparison::Less => ordering == Ordering::Less,
            Comparison::GreaterOrEqual => ordering != Ordering::Less,
            Comparison::LessOrEqual => ordering != Ordering::Greater,
        })
    }
}

/// As in Wireshark 4: whether a comparison holds for one pair of a value on the left and one on the right, or for every
/// pair of at least one. Values of different kinds, which only JSON has, are no pair.
pub(super) fn holds(
    row: &Row<'_, '_>,
    left: &Operand,
    comparison: Comparison,
    right: &Operand,
    every: Every,
) -> bool {
    any(row, left, comparison, right)
        && (every == Every::Any || !any(row, left, comparison.opposite(), right))
}

fn any(row: &Row<'_, '_>, left: &Operand, comparison: Comparison, right: &Operand) -> bool {
    if let Operand::Literal(right) = right {
        return left.any(row, &mut |left| comparison.holds(left, right.value()));
    }
    let pair_by_pair = || {
        left.any(row, &mut |left| row.nested(|| right.any(row, &mut |right| comparison.holds(left, right))))
    };
    row.within(PAIRS, pair_by_pair).unwrap_or_else(|| any_sorted(row, left, comparison, right))
}

/// Sorts the values of one side and searches for each of the other, so that many on both sides are not too many.
fn any_sorted(row: &Row<'_, '_>, left: &Operand, comparison: Comparison, right: &Operand) -> bool {
    let mut sorted = Vec::new();
    right.any(row, &mut |value| {
        // What is not equal to itself is comparable with nothing.
        if value.compare(value).is_some() {
            sorted.push(Literal::of(value));
        }
        false
    });
    sorted.sort_unstable_by(|one: &Literal, other| order(one.value(), other.value()));
    sorted.dedup_by(|one, other| order(one.value(), other.value()) == Ordering::Equal);
    left.any(row, &mut |value| {
        let kind = kind(value);
        let begin = sorted.partition_point(|other| self::kind(other.value()) < kind);
        let end = sorted.partition_point(|other| self::kind(other.value()) <= kind);
        let Some(same_kind @ [least, .., greatest]) = sorted.get(begin..end) else {
            return sorted
                .get(begin..end)
                .and_then(<[_]>::first)
                .is_some_and(|only| comparison.holds(value, only.value()));
        };
        match comparison {
            Comparison::Equal => same_kind.binary_search_by(|other| order(other.value(), value)).is_ok(),
            // Of two different values, one is different from any.
            Comparison::NotEqual => true,
            Comparison::Greater | Comparison::GreaterOrEqual => comparison.holds(value, least.value()),
            Comparison::Less | Comparison::LessOrEqual => comparison.holds(value, greatest.value()),
        }
    })
}

/// A total order of all values: first by kind.
fn order(one: Value<'_>, other: Value<'_>) -> Ordering {
    kind(one).cmp(&kind(other)).then_with(|| one.compare(other).unwrap_or(Ordering::Equal))
}

/// Values of the same kind can be compared.
fn kind(value: Value<'_>) -> u8 {
    match value {
        Value::Null => 0,
        Value::Boolean(_) => 1,
        Value::Unsigned(_) | Value::Signed(_) => 2,
        Value::Float(number) if number.is_finite() => 2,
        Value::Float(_) => 3,
        Value::Text(_) => 4,
        Value::Bytes(_) => 5,
        Value::Ipv4(..) => 6,
        Value::Ipv6(..) => 7,
        Value::Time(_) => 8,
        Value::Duration(_) => 9,
        Value::Json(_) => 10,
    }
}
