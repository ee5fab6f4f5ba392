//! Whether a record is what a filter asks for.

use std::cmp::Ordering;

use super::fields::Found;
use super::tree::{Expr, Operand, Relation};
use super::value::Value;
use crate::record::Record;

impl Expr {
    /// Whether the expression is true for a record. As deep a recursion as the tree; no allocation.
    pub(super) fn holds(&self, record: &Record<'_>) -> bool {
        match self {
            Expr::Exists(field) => field.any(record, None, &mut |_| true),
            Expr::Compare(left, relation, right) => compare(record, *left, *relation, *right),
            Expr::Not(inner) => !inner.holds(record),
            Expr::And(parts) => parts.iter().all(|part| part.holds(record)),
            Expr::Or(parts) => parts.iter().any(|part| part.holds(record)),
        }
    }
}

/// As in Wireshark 4: a relation holds if it does for any value of the left operand and any of the right; `!=` holds
/// if both have values and no two of them are equal. An operand without a value makes every comparison false.
///
/// A packet can complete thirty thousand frames, so values of two fields are not compared pair by pair: where one has
/// to be larger, the extremes decide.
fn compare(record: &Record<'_>, left: Operand, relation: Relation, right: Operand) -> bool {
    let exists = |operand: Operand| operand.any(record, &mut |_| true);
    let least = |operand: Operand| operand.extreme(record, Ordering::Less, None);
    let greatest = |operand: Operand| operand.extreme(record, Ordering::Greater, None);
    let extremes_hold = |left: Option<Value<'static>>, right: Option<Value<'static>>| {
        left.zip(right).is_some_and(|(left, right)| relation_holds(left, relation, right))
    };
    match (relation, right) {
        (Relation::NotEqual, _) => {
            exists(left) && exists(right) && !compare(record, left, Relation::Equal, right)
        }
        (_, Operand::Literal(value)) => left.any(record, &mut |one| relation_holds(one, relation, value)),
        (Relation::Equal, _) => common_value(record, left, right).is_some(),
        (Relation::Greater | Relation::GreaterOrEqual, _) => extremes_hold(greatest(left), least(right)),
        (Relation::Less | Relation::LessOrEqual, _) => extremes_hold(least(left), greatest(right)),
    }
}

/// The least value that both operands have. They are climbed in turn, each to its least value not below the one
/// reached, so there are at most two steps for each different value of the operand that has fewer.
fn common_value(record: &Record<'_>, left: Operand, right: Operand) -> Option<Value<'static>> {
    let (mut behind, mut ahead) = (right, left);
    let mut reached = left.extreme(record, Ordering::Less, None)?;
    loop {
        let next = behind.extreme(record, Ordering::Less, Some(reached))?;
        if next == reached {
            return Some(next);
        }
        reached = next;
        std::mem::swap(&mut behind, &mut ahead);
    }
}

fn relation_holds(left: Value<'_>, relation: Relation, right: Value<'_>) -> bool {
    left.compare(right).is_some_and(|ordering| match relation {
        Relation::Equal => ordering == Ordering::Equal,
        Relation::NotEqual => ordering != Ordering::Equal,
        Relation::Greater => ordering == Ordering::Greater,
        Relation::Less => ordering == Ordering::Less,
        Relation::GreaterOrEqual => ordering != Ordering::Less,
        Relation::LessOrEqual => ordering != Ordering::Greater,
    })
}

impl Operand {
    fn any(self, record: &Record<'_>, found: Found<'_>) -> bool {
        match self {
            Operand::Field(field) => field.any(record, None, found),
            Operand::Literal(value) => found(value),
        }
    }

    /// The least or greatest value, of those not below `floor` if there is one.
    fn extreme(
        self,
        record: &Record<'_>,
        which: Ordering,
        floor: Option<Value<'static>>,
    ) -> Option<Value<'static>> {
        let mut extreme: Option<Value<'static>> = None;
        self.any(record, &mut |value| {
            let Some(value) = value.fixed() else { return false };
            let allowed = floor.is_none_or(|floor| relation_holds(value, Relation::GreaterOrEqual, floor));
            if allowed && extreme.is_none_or(|extreme| value.compare(extreme) == Some(which)) {
                extreme = Some(value);
            }
            false
        });
        extreme
    }
}
