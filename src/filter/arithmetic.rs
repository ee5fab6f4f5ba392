//! `+ - * / %`, `&` and the minus before a value.

use std::fmt;
use std::net::Ipv4Addr;

use super::fields::FieldType;
use super::number::Number;
use super::value::Value;

/// An operation on two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    And,
}

impl Operation {
    /// How each is written.
    pub(super) const SPELLINGS: [(Operation, &'static str); 6] = [
        (Operation::Add, "+"),
        (Operation::Subtract, "-"),
        (Operation::Multiply, "*"),
        (Operation::Divide, "/"),
        (Operation::Remainder, "%"),
        (Operation::And, "&"),
    ];

    /// The larger, the tighter it binds: `&` less than `+`, as in Wireshark 4.0.
    pub(super) fn tightness(self) -> u8 {
        match self {
            Operation::And => 0,
            Operation::Add | Operation::Subtract => 1,
            Operation::Multiply | Operation::Divide | Operation::Remainder => 2,
        }
    }

    /// The type of the result for two values of a type; `None` if they cannot be computed with.
    pub(super) fn result(self, of: FieldType) -> Option<FieldType> {
        match (self, of) {
            (_, FieldType::Unsigned { .. } | FieldType::Signed) => Some(FieldType::Signed),
            (_, FieldType::Json) => Some(FieldType::Json),
            (Operation::And, FieldType::Bytes | FieldType::Ethernet | FieldType::Ipv4) => Some(of),
            (Operation::And, _) => None,
            (_, FieldType::Float) => Some(FieldType::Float),
            (Operation::Add | Operation::Subtract, FieldType::Duration) => Some(FieldType::Duration),
            _ => None,
        }
    }

    /// Shows the result, if there is one: not of a division by zero, not if it does not fit into 64 bits, not if types
    /// or lengths differ.
    pub(super) fn show(
        self,
        left: Value<'_>,
        right: Value<'_>,
        found: impl FnOnce(Value<'_>) -> bool,
    ) -> bool {
        if let (Operation::And, Value::Bytes(left), Value::Bytes(right)) = (self, left, right) {
            let bits: Vec<u8> = left.iter().zip(right).map(|(left, right)| left & right).collect();
            return left.len() == right.len() && found(Value::Bytes(&bits));
        }
        self.fixed(left, right).is_some_and(found)
    }

    /// The result, if there is one and it borrows nothing.
    pub(super) fn fixed(self, left: Value<'_>, right: Value<'_>) -> Option<Value<'static>> {
        match (left, right) {
            (Value::Duration(left), Value::Duration(right)) => match self {
                Operation::Add => left.checked_add(right),
                Operation::Subtract => left.checked_sub(right),
                _ => None,
            }
            .map(Value::Duration),
            (Value::Ipv4(left, _), Value::Ipv4(right, _)) if self == Operation::And => {
                Some(Value::ipv4(Ipv4Addr::from_bits(left.to_bits() & right.to_bits())))
            }
            _ => match (Number::of(left)?, Number::of(right)?) {
                (Number::Integer(left), Number::Integer(right)) => self.of_integers(left, right)?.value(),
                (left, right) => self.of_floats(left.as_float(), right.as_float())?.value(),
            },
        }
    }

    fn of_integers(self, left: i128, right: i128) -> Option<Number> {
        match self {
            Operation::Add => left.checked_add(right),
            Operation::Subtract => left.checked_sub(right),
            Operation::Multiply => left.checked_mul(right),
            Operation::Divide => left.checked_div(right),
            Operation::Remainder => left.checked_rem(right),
            Operation::And => Some(left & right),
        }
        .map(Number::Integer)
    }

    fn of_floats(self, left: f64, right: f64) -> Option<Number> {
        match self {
            Operation::Add => Some(left + right),
            Operation::Subtract => Some(left - right),
            Operation::Multiply => Some(left * right),
            Operation::Divide => Some(left / right),
            Operation::Remainder => Some(left % right),
            Operation::And => None,
        }
        .map(Number::Float)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spelled = Operation::SPELLINGS.iter().find(|(operation, _)| operation == self);
        f.write_str(spelled.map_or("", |(_, sign)| sign))
    }
}

/// The value with a minus before it, if it can have one.
pub(super) fn negated(value: Value<'_>) -> Option<Value<'static>> {
    match value {
        Value::Duration(nanos) => nanos.checked_neg().map(Value::Duration),
        _ => match Number::of(value)? {
            Number::Integer(value) => Number::Integer(value.checked_neg()?).value(),
            Number::Float(value) => Some(Value::Float(-value)),
        },
    }
}

/// The value without its sign, if it can have one.
pub(super) fn absolute(value: Value<'_>) -> Option<Value<'static>> {
    match value {
        Value::Duration(nanos) => nanos.checked_abs().map(Value::Duration),
        _ => match Number::of(value)? {
            Number::Integer(value) => Number::Integer(value.checked_abs()?).value(),
            Number::Float(value) => Some(Value::Float(value.abs())),
        },
    }
}

/// Whether a value alone counts as true: a number that is not zero, bytes that are not all zero.
pub(super) fn is_true(value: Value<'_>) -> bool {
    match value {
        Value::Boolean(value) => value,
        Value::Duration(nanos) => nanos != 0,
        Value::Bytes(bytes) => bytes.iter().any(|byte| *byte != 0),
        Value::Ipv4(address, _) => !address.is_unspecified(),
        _ => Number::of(value).is_some_and(|number| number.as_float() != 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_computed_without_wrapping() {
        let compute = |left, operation: Operation, right| {
            operation.fixed(Value::Unsigned(left), Value::Unsigned(right))
        };
        assert_eq!(compute(1, Operation::Subtract, 2), Some(Value::Signed(-1)));
        assert_eq!(compute(u64::MAX, Operation::Add, 0), Some(Value::Unsigned(u64::MAX)));
        assert_eq!(compute(u64::MAX, Operation::Add, 1), None);
        assert_eq!(compute(u64::MAX, Operation::Multiply, u64::MAX), None);
        assert_eq!(compute(7, Operation::Divide, 2), Some(Value::Unsigned(3)));
        assert_eq!(compute(7, Operation::Remainder, 2), Some(Value::Unsigned(1)));
        assert_eq!(compute(7, Operation::Divide, 0), None);
        assert_eq!(compute(7, Operation::Remainder, 0), None);
        assert_eq!(compute(6, Operation::And, 3), Some(Value::Unsigned(2)));
    }

    #[test]
    fn a_float_makes_a_float_and_what_is_not_finite_is_nothing() {
        let half = Value::Float(0.5);
        assert_eq!(Operation::Add.fixed(Value::Unsigned(1), half), Some(Value::Float(1.5)));
        assert_eq!(Operation::Divide.fixed(half, Value::Unsigned(0)), None);
        assert_eq!(Operation::And.fixed(half, half), None);
    }

    #[test]
    fn bytes_of_the_same_length_have_bits_in_common() {
        let and = |left: &[u8], right: &[u8]| {
            Operation::And
                .show(Value::Bytes(left), Value::Bytes(right), |value| value == Value::Bytes(&[2, 0]))
        };
        assert!(and(&[3, 8], &[6, 7]));
        assert!(!and(&[3, 8], &[6, 7, 1]));
    }

    #[test]
    fn signs_of_the_smallest_numbers() {
        assert_eq!(negated(Value::Signed(i64::MIN)), Some(Value::Unsigned(1 << 63)));
        assert_eq!(absolute(Value::Signed(i64::MIN)), Some(Value::Unsigned(1 << 63)));
        assert_eq!(negated(Value::Unsigned(u64::MAX)), None);
        assert_eq!(negated(Value::Duration(i64::MIN)), None);
        assert_eq!(absolute(Value::Duration(i64::MIN)), None);
    }
}
