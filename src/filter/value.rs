//! Values: what fields hold and what filters compare them with.

use std::cmp::Ordering;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::number::Number;
use super::strings::Quoted;
use crate::base::Timestamp;

/// A value of a field, or one written in a filter.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Value<'v> {
    /// Also that of a protocol whose bytes are not at hand: true.
    Boolean(bool),
    /// An unsigned integer.
    Unsigned(u64),
    /// A signed integer.
    Signed(i64),
    /// A floating-point number.
    Float(f64),
    /// Text.
    Text(&'v str),
    /// Bytes; also those of a protocol, and of an Ethernet address.
    Bytes(&'v [u8]),
    /// An address, or a network: how many of its leading bits count, at most 32.
    Ipv4(Ipv4Addr, u8),
    /// The same with at most 128.
    Ipv6(Ipv6Addr, u8),
    /// A point in time.
    Time(Timestamp),
    /// Nanoseconds between two points in time.
    Duration(i64),
    /// The JSON value `null`.
    Null,
    /// The text of a JSON object or array. It is searched, and equal to nothing.
    Json(&'v str),
}

impl Value<'_> {
    pub(super) fn ipv4(address: Ipv4Addr) -> Self {
        Value::Ipv4(address, 32)
    }

    pub(super) fn ipv6(address: Ipv6Addr) -> Self {
        Value::Ipv6(address, 128)
    }

    /// The value, if it borrows nothing.
    pub(super) fn fixed(self) -> Option<Value<'static>> {
        match self {
            Value::Boolean(value) => Some(Value::Boolean(value)),
            Value::Unsigned(value) => Some(Value::Unsigned(value)),
            Value::Signed(value) => Some(Value::Signed(value)),
            Value::Float(value) => Some(Value::Float(value)),
            Value::Ipv4(address, prefix) => Some(Value::Ipv4(address, prefix)),
            Value::Ipv6(address, prefix) => Some(Value::Ipv6(address, prefix)),
            Value::Time(time) => Some(Value::Time(time)),
            Value::Duration(nanos) => Some(Value::Duration(nanos)),
            Value::Null => Some(Value::Null),
            Value::Text(_) | Value::Bytes(_) | Value::Json(_) => None,
        }
    }

    /// How `self` stands to `other`; `None` if they are of different kinds. Longer bytes are larger, as in Wireshark. Numbers of all types are one kind, compared
    /// exactly. Of addresses count only the bits that count in both, so an address is equal to every network that it
    /// lies in.
    pub(super) fn compare(self, other: Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Value::Boolean(left), Value::Boolean(right)) => Some(left.cmp(&right)),
            (Value::Unsigned(left), Value::Unsigned(right)) => Some(left.cmp(&right)),
            (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
            (Value::Bytes(left), Value::Bytes(right)) => {
                Some(left.len().cmp(&right.len()).then_with(|| left.cmp(right)))
            }
            (Value::Time(left), Value::Time(right)) => Some(left.cmp(&right)),
            (Value::Duration(left), Value::Duration(right)) => Some(left.cmp(&right)),
            (Value::Null, Value::Null) => Some(Ordering::Equal),
            (Value::Ipv4(left, some), Value::Ipv4(right, others)) => {
                let ignored = 32_u32.saturating_sub(some.min(others).into());
                let leading = |address: Ipv4Addr| address.to_bits().checked_shr(ignored).unwrap_or(0);
                Some(leading(left).cmp(&leading(right)))
            }
            (Value::Ipv6(left, some), Value::Ipv6(right, others)) => {
                let ignored = 128_u32.saturating_sub(some.min(others).into());
                let leading = |address: Ipv6Addr| address.to_bits().checked_shr(ignored).unwrap_or(0);
                Some(leading(left).cmp(&leading(right)))
            }
            _ => Number::of(self)?.compare(Number::of(other)?),
        }
    }
}

/// As it is written in a filter.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Boolean(value) => write!(f, "{value}"),
            Value::Unsigned(value) => write!(f, "{value}"),
            Value::Ipv4(address, 32) => write!(f, "{address}"),
            Value::Ipv4(address, prefix) => write!(f, "{address}/{prefix}"),
            Value::Ipv6(address, 128) => write!(f, "{address}"),
            Value::Ipv6(address, prefix) => write!(f, "{address}/{prefix}"),
            Value::Signed(value) => write!(f, "{value}"),
            Value::Float(value) => write!(f, "{value:?}"),
            Value::Text(text) => Quoted(text).fmt(f),
            Value::Bytes(bytes) => {
                for (index, byte) in bytes.iter().enumerate() {
                    let colon = if index > 0 { ":" } else { "" };
                    write!(f, "{colon}{byte:02x}")?;
                }
                Ok(())
            }
            Value::Time(time) => write!(f, "\"{time}\""),
            Value::Duration(nanos) => {
                let sign = if *nanos < 0 { "-" } else { "" };
                let (seconds, rest) =
                    (nanos.unsigned_abs() / 1_000_000_000, nanos.unsigned_abs() % 1_000_000_000);
                let fraction = format!(".{rest:09}");
                write!(f, "{sign}{seconds}{}", fraction.trim_end_matches('0').trim_end_matches('.'))
            }
            Value::Null => f.write_str("null"),
            Value::Json(text) => Quoted(text).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str, prefix: u8) -> Value<'static> {
        Value::Ipv4(text.parse().unwrap(), prefix)
    }

    #[test]
    fn an_address_is_equal_to_every_network_that_it_lies_in() {
        let address = network("10.1.2.3", 32);
        assert_eq!(address.compare(network("10.0.0.0", 8)), Some(Ordering::Equal));
        assert_eq!(address.compare(network("10.9.9.9", 8)), Some(Ordering::Equal));
        assert_eq!(address.compare(network("0.0.0.0", 0)), Some(Ordering::Equal));
        assert_eq!(address.compare(network("10.1.2.2", 31)), Some(Ordering::Equal));
        assert_eq!(address.compare(network("11.0.0.0", 8)), Some(Ordering::Less));
        assert_eq!(address.compare(network("10.1.2.2", 32)), Some(Ordering::Greater));
    }

    #[test]
    fn ipv6_networks_of_every_length() {
        let address = Value::ipv6("fe80::1".parse().unwrap());
        for prefix in 0..=127 {
            let network = Value::Ipv6("fe80::".parse().unwrap(), prefix);
            assert_eq!(address.compare(network), Some(Ordering::Equal), "/{prefix}");
        }
        assert_eq!(address.compare(Value::ipv6("fe80::".parse().unwrap())), Some(Ordering::Greater));
    }

    #[test]
    fn values_of_different_types_have_no_order() {
        assert_eq!(Value::Boolean(true).compare(Value::Unsigned(1)), None);
        assert_eq!(Value::Text("1").compare(Value::Unsigned(1)), None);
    }

    #[test]
    fn observed_in_wireshark_longer_bytes_are_larger() {
        let compare = |one: &[u8], other: &[u8]| Value::Bytes(one).compare(Value::Bytes(other));
        assert_eq!(compare(&[1, 2], &[9]), Some(Ordering::Greater));
        assert_eq!(compare(&[1, 2], &[1, 3]), Some(Ordering::Less));
    }

    #[test]
    fn durations_are_written_in_seconds_without_loss() {
        for (nanos, written) in [
            (0, "0"),
            (1_500_000_000, "1.5"),
            (-1, "-0.000000001"),
            (60_000_000_000, "60"),
            (i64::MIN, "-9223372036.854775808"),
        ] {
            assert_eq!(Value::Duration(nanos).to_string(), written);
        }
    }
}
