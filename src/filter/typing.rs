//! Words become values of the type that the field beside them asks for.
//!
//! As in Wireshark, a value has no type of its own: `1` is a number beside a port and true beside a bit.

use std::str::FromStr;

use super::error::{Mistake, quoted};
use super::fields::{Field, FieldType};
use super::suggest;
use super::tree::{Expr, Operand, Relation};
use super::value::Value;

/// A comparison as it was written: `left` names `field`.
pub(super) struct Comparison<'t> {
    pub(super) field: &'static Field,
    pub(super) left: &'t str,
    pub(super) relation: Relation,
    pub(super) sign: &'t str,
    pub(super) right: &'t str,
}

/// The typed comparison, if its sides can be compared in this way.
pub(super) fn comparison<'t>(written: &Comparison<'t>) -> Result<Expr, Mistake<'t>> {
    let Comparison { field, left, relation, sign, right } = *written;
    if matches!(field.field_type, FieldType::Protocol | FieldType::Label) {
        let what = described(field.field_type);
        let message = format!("{} is {what} and has no value to compare", quoted(left));
        let help = match suggest::fields_of(left) {
            none if none.is_empty() => String::from("use it alone"),
            some => format!("use it alone, or compare one of its fields: {some}"),
        };
        return Err(Mistake::new(left, message, help));
    }
    if field.field_type == FieldType::Boolean && relation.orders() {
        let message = format!("{} cannot compare {}, which is true or false", quoted(sign), quoted(left));
        return Err(Mistake::new(sign, message, "use `==` or `!=`"));
    }
    let operand = match Field::find(right) {
        Some(other) => same_type(field, other, right).map(Operand::Field)?,
        None => literal(field, right).map(Operand::Literal)?,
    };
    Ok(Expr::Compare(Operand::Field(field), relation, operand))
}

fn same_type<'t>(
    left: &'static Field,
    right: &'static Field,
    at: &'t str,
) -> Result<&'static Field, Mistake<'t>> {
    use FieldType::Unsigned;
    let numbers = matches!((left.field_type, right.field_type), (Unsigned { .. }, Unsigned { .. }));
    if numbers || left.field_type == right.field_type {
        return Ok(right);
    }
    let message = format!("`{}` and `{}` cannot be compared", left.name, right.name);
    let help =
        format!("the one is {}, the other {}", described(left.field_type), described(right.field_type));
    Err(Mistake::new(at, message, help))
}

fn described(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Protocol => "a protocol",
        FieldType::Label => "a label",
        FieldType::Boolean => "true or false",
        FieldType::Unsigned { .. } => "a number",
        FieldType::Ipv4 => "an IPv4 address",
        FieldType::Ipv6 => "an IPv6 address",
        FieldType::Signed | FieldType::Float => "a number",
        FieldType::Text => "text",
        FieldType::Bytes | FieldType::Ethernet => "bytes",
        FieldType::Time | FieldType::Duration => "a time",
        FieldType::Json => "a JSON value",
    }
}

/// What values a field can be compared with, as help.
pub(super) fn fitting(field: &Field) -> String {
    let name = field.name;
    match field.field_type {
        FieldType::Protocol | FieldType::Label => format!("`{name}` stands alone"),
        FieldType::Boolean => format!("`{name}` is `true` or `false` (or 1 or 0)"),
        // The only number whose values have names worth listing: they stand in its meaning.
        FieldType::Unsigned { bits: 4 } => {
            format!("`{name}` is a number: {}", field.meaning.trim_end_matches('.'))
        }
        FieldType::Unsigned { bits } => format!("`{name}` is a number from 0 to {}", largest(bits)),
        FieldType::Ipv4 => {
            format!("`{name}` is an address such as 10.0.0.1, or in a network such as 10.0.0.0/8")
        }
        FieldType::Ipv6 => {
            format!("`{name}` is an address such as fe80::1, or in a network such as fe80::/10")
        }
        other => format!("`{name}` is {}", described(other)),
    }
}

fn largest(bits: u8) -> u64 {
    u64::MAX.checked_shr(64_u32.saturating_sub(bits.into())).unwrap_or(0)
}

/// The value that a token is for a field.
fn literal<'t>(field: &'static Field, token: &'t str) -> Result<Value<'static>, Mistake<'t>> {
    match field.field_type {
        FieldType::Protocol | FieldType::Label => Err(not_a(field, token, "a value")),
        FieldType::Boolean => match boolean(token) {
            Some(value) => Ok(Value::Boolean(value)),
            None => Err(not_a(field, token, "true or false")),
        },
        FieldType::Unsigned { bits } => unsigned(field, token, largest(bits)),
        FieldType::Ipv4 => {
            let (address, prefix) = address(field, token, "IPv4", 32)?;
            Ok(Value::Ipv4(address, prefix))
        }
        FieldType::Ipv6 => {
            let (address, prefix) = address(field, token, "IPv6", 128)?;
            Ok(Value::Ipv6(address, prefix))
        }
        other => Err(not_a(field, token, described(other))),
    }
}

fn not_a<'t>(field: &Field, token: &'t str, what: &str) -> Mistake<'t> {
    let help = match suggest::did_you_mean(token) {
        Some(suggestion) => suggestion,
        None => fitting(field),
    };
    Mistake::new(token, format!("{} is not {what}", quoted(token)), help)
}

/// `true` and `false` in any case, and the numbers 1 and 0.
fn boolean(token: &str) -> Option<bool> {
    match number(token) {
        Some(Ok(0)) => Some(false),
        Some(Ok(1)) => Some(true),
        Some(_) => None,
        None if token.eq_ignore_ascii_case("true") => Some(true),
        None if token.eq_ignore_ascii_case("false") => Some(false),
        None => None,
    }
}

fn unsigned<'t>(field: &'static Field, token: &'t str, largest: u64) -> Result<Value<'static>, Mistake<'t>> {
    match number(token) {
        Some(Ok(value)) if value <= largest => Ok(Value::Unsigned(value)),
        Some(_) => {
            let message = format!("{} is too big for `{}`", quoted(token), field.name);
            Err(Mistake::new(token, message, format!("the largest is {largest}")))
        }
        None => Err(not_a(field, token, "a number")),
    }
}

/// The number that a token is, as in C: decimal, hexadecimal after `0x`, binary after `0b`, octal after `0`.
fn number(token: &str) -> Option<Result<u64, TooBig>> {
    let (digits, radix) = match token.as_bytes() {
        [b'0', b'x' | b'X', ..] => (token.get(2..)?, 16),
        [b'0', b'b' | b'B', ..] => (token.get(2..)?, 2),
        [b'0', _, ..] => (token.get(1..)?, 8),
        _ => (token, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    Some(u64::from_str_radix(digits, radix).map_err(|_| TooBig))
}

/// A number that does not fit into 64 bits.
struct TooBig;

/// An address and how many of its bits count, at most `bits`.
fn address<'t, A: FromStr>(
    field: &'static Field,
    token: &'t str,
    family: &str,
    bits: u8,
) -> Result<(A, u8), Mistake<'t>> {
    let (host, prefix) = match token.split_once('/') {
        Some((host, prefix)) => (host, Some(prefix)),
        None => (token, None),
    };
    let Ok(address) = host.parse() else {
        return Err(other_family(field, host, token)
            .unwrap_or_else(|| not_a(field, token, &format!("an {family} address"))));
    };
    let Some(prefix) = prefix else { return Ok((address, bits)) };
    let digits = !prefix.is_empty() && prefix.bytes().all(|digit| digit.is_ascii_digit());
    match prefix.parse() {
        Ok(prefix) if digits && prefix <= bits => Ok((address, prefix)),
        _ => {
            let message = format!("{} is not an {family} network", quoted(token));
            let help = format!("behind the `/` stands how many bits count, 0 to {bits}");
            Err(Mistake::new(token, message, help))
        }
    }
}

/// The mistake of naming `ip.addr` where `ipv6.addr` was meant, or the other way about.
fn other_family<'t>(field: &Field, host: &str, token: &'t str) -> Option<Mistake<'t>> {
    let (family, wanted) = match host.parse().ok()? {
        std::net::IpAddr::V4(_) => ("IPv4", field.name.replacen("ipv6.", "ip.", 1)),
        std::net::IpAddr::V6(_) => ("IPv6", field.name.replacen("ip.", "ipv6.", 1)),
    };
    let message = format!("{} is an {family} address", quoted(token));
    Some(Mistake::new(token, message, format!("did you mean `{wanted}`?")))
}
