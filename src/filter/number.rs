//! Numbers of all types: compared and computed without loss.

use std::cmp::Ordering;

use super::value::Value;

/// An integer, or a floating-point number that is finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Integer(i128),
    Float(f64),
}

impl Number {
    /// `None` if a value is no number.
    pub(super) fn of(value: Value<'_>) -> Option<Number> {
        match value {
            Value::Unsigned(value) => Some(Number::Integer(value.into())),
            Value::Signed(value) => Some(Number::Integer(value.into())),
            Value::Float(value) if value.is_finite() => Some(Number::Float(value)),
            _ => None,
        }
    }

    /// The value that a number is; `None` if it does not fit into 64 bits. Only negative integers are signed.
    pub(super) fn value(self) -> Option<Value<'static>> {
        match self {
            Number::Integer(value) => u64::try_from(value)
                .map(Value::Unsigned)
                .or_else(|_| i64::try_from(value).map(Value::Signed))
                .ok(),
            Number::Float(value) => value.is_finite().then_some(Value::Float(value)),
        }
    }

    /// How `self` stands to `other`: exactly, so that the order is a total one. An integer stays within what 64 bits can
    /// hold, signed or not.
    pub(super) fn compare(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Integer(left), Number::Integer(right)) => Some(left.cmp(&right)),
            (Number::Float(left), Number::Float(right)) => left.partial_cmp(&right),
            (Number::Integer(left), Number::Float(right)) => integer_to_float(left, right),
            (Number::Float(left), Number::Integer(right)) => {
                integer_to_float(right, left).map(Ordering::reverse)
            }
        }
    }

    pub(super) fn as_float(self) -> f64 {
        match self {
            Number::Integer(value) => value as f64,
            Number::Float(value) => value,
        }
    }
}

/// A conversion to an integer saturates, at bounds that no integer of 64 bits reaches.
fn integer_to_float(integer: i128, float: f64) -> Option<Ordering> {
    let whole = float.floor();
    let fraction = || if float > whole { Ordering::Less } else { Ordering::Equal };
    (!float.is_nan()).then(|| integer.cmp(&(whole as i128)).then_with(fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_are_compared_exactly() {
        let compare = |integer, float| Number::Integer(integer).compare(Number::Float(float));
        assert_eq!(compare(1, 1.0), Some(Ordering::Equal));
        assert_eq!(compare(1, 1.5), Some(Ordering::Less));
        assert_eq!(compare(2, 1.5), Some(Ordering::Greater));
        assert_eq!(compare(-1, -1.5), Some(Ordering::Greater));
        assert_eq!(compare(-2, -1.5), Some(Ordering::Less));
        assert_eq!(compare((1 << 53) + 1, 9_007_199_254_740_992.0), Some(Ordering::Greater));
        assert_eq!(compare(u64::MAX.into(), 1.8446744073709552e19), Some(Ordering::Less));
        assert_eq!(compare(i64::MIN.into(), f64::MIN), Some(Ordering::Greater));
        assert_eq!(compare(0, -0.0), Some(Ordering::Equal));
    }

    #[test]
    fn only_negative_integers_are_signed_and_too_large_ones_are_none() {
        assert_eq!(Number::Integer(-1).value(), Some(Value::Signed(-1)));
        assert_eq!(Number::Integer(1).value(), Some(Value::Unsigned(1)));
        assert_eq!(Number::Integer(1 << 64).value(), None);
        assert_eq!(Number::Integer(i128::from(i64::MIN) - 1).value(), None);
        assert_eq!(Number::Float(f64::INFINITY).value(), None);
    }
}
