//! Words and texts become values of the type that the operand beside them asks for.
//!
//! As in Wireshark, a value has no type of its own: `1` is a number beside a port, true beside a bit, and a byte beside
//! a payload.

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::error::{Mistake, quoted};
use super::fields::{Field, FieldType};
use super::number::Number;
use super::strings::Quoted;
use super::suggest;
use super::value::Value;
use super::written::{What, Written};
use crate::base::Timestamp;

/// A value that a filter owns.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    /// One that borrows nothing.
    Fixed(Value<'static>),
    Text(Box<str>),
    Bytes(Box<[u8]>),
}

impl Literal {
    /// A copy of a value.
    pub(super) fn of(value: Value<'_>) -> Literal {
        match value {
            Value::Text(text) => Literal::Text(text.into()),
            Value::Bytes(bytes) => Literal::Bytes(bytes.into()),
            other => Literal::Fixed(other.fixed().unwrap_or(Value::Null)),
        }
    }

    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Literal::Fixed(value) => *value,
            Literal::Text(text) => Value::Text(text),
            Literal::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

/// Bytes that are plain text are written as such.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) if !text.contains(|c: char| !matches!(c, ' '..='~')) => Quoted(text).fmt(f),
                _ => self.value().fmt(f),
            },
            _ => self.value().fmt(f),
        }
    }
}

/// What a value stands beside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beside<'t> {
    /// As it was written.
    pub(super) name: &'t str,
    pub(super) field_type: FieldType,
    /// The field, if it is one.
    pub(super) field: Option<&'static Field>,
}

/// What values fit beside an operand, as help.
pub(super) fn fitting(beside: Beside<'_>) -> String {
    let name = quoted(beside.name);
    match (beside.field_type, beside.field) {
        (FieldType::Protocol | FieldType::Label, _) => format!("{name} stands alone"),
        (FieldType::Boolean, _) => format!("{name} is `true` or `false` (or 1 or 0)"),
        // The only number whose values have names worth listing: they stand in its meaning.
        (FieldType::Unsigned { bits: 4 }, Some(field)) => {
            format!("{name} is a number: {}", field.meaning.trim_end_matches('.'))
        }
        (FieldType::Unsigned { bits }, _) => format!("{name} is a number from 0 to {}", largest(bits)),
        (FieldType::Signed, _) => format!("a whole number such as 7 or -7 fits beside {name}"),
        (FieldType::Float, _) => format!("{name} is a number such as 0.5"),
        (FieldType::Text, _) => format!("{name} is text, in quotation marks"),
        (FieldType::Bytes, _) => format!("{name} is bytes such as 0d:0a, or text in quotation marks"),
        (FieldType::Ethernet, _) => format!("{name} is six bytes such as 00:1b:44:11:3a:b7"),
        (FieldType::Ipv4, _) => {
            format!("{name} is an address such as 10.0.0.1, or in a network such as 10.0.0.0/8")
        }
        (FieldType::Ipv6, _) => {
            format!("{name} is an address such as fe80::1, or in a network such as fe80::/10")
        }
        (FieldType::Time, _) => format!("{name} is a time such as \"2026-11-20 09:30:00.5\""),
        (FieldType::Duration, _) => format!("{name} is a number of seconds such as 0.25"),
        (FieldType::Json, _) => format!("{name} is a number, text in quotation marks, true, false or null"),
    }
}

/// What a type is, within a sentence.
pub(super) fn described(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Protocol => "a protocol",
        FieldType::Label => "there or not",
        FieldType::Boolean => "true or false",
        FieldType::Unsigned { .. } | FieldType::Signed | FieldType::Float => "a number",
        FieldType::Text => "text",
        FieldType::Bytes => "bytes",
        FieldType::Ethernet => "an Ethernet address",
        FieldType::Ipv4 => "an IPv4 address",
        FieldType::Ipv6 => "an IPv6 address",
        FieldType::Time => "a time",
        FieldType::Duration => "a number of seconds",
        FieldType::Json => "a JSON value",
    }
}

/// The value of a word, text or character beside an operand, with a minus before it if `negative`. `at` is all of it.
pub(super) fn read<'t>(
    written: &Written<'t>,
    at: &'t str,
    negative: bool,
    beside: Beside<'t>,
) -> Result<Literal, Mistake<'t>> {
    let fixed = |value: Option<Value<'static>>| {
        value.map(Literal::Fixed).ok_or_else(|| not_a(beside, at, described(beside.field_type)))
    };
    let word = written.word();
    match beside.field_type {
        FieldType::Boolean => fixed(word.filter(|_| !negative).and_then(boolean).map(Value::Boolean)),
        FieldType::Unsigned { .. } | FieldType::Signed => {
            let Some(value) = integer(written) else { return fixed(None) };
            number(if negative { value.saturating_neg() } else { value }, at, beside).map(Literal::Fixed)
        }
        FieldType::Float => fixed(float(written, negative).map(Value::Float)),
        FieldType::Duration => fixed(word.and_then(|word| seconds(word, negative)).map(Value::Duration)),
        FieldType::Json => json(written, negative).ok_or_else(|| not_a(beside, at, "a JSON value")),
        _ if negative => fixed(None),
        FieldType::Text => match written.bytes() {
            Some(bytes) => text(bytes, at, beside),
            None => fixed(None),
        },
        FieldType::Protocol | FieldType::Bytes | FieldType::Ethernet => match bytes(written) {
            Some(bytes) if beside.field_type != FieldType::Ethernet || bytes.len() == 6 => {
                Ok(Literal::Bytes(bytes.into()))
            }
            _ => fixed(None),
        },
        FieldType::Label => fixed(None),
        FieldType::Time => fixed(time(written).map(Value::Time)),
        FieldType::Ipv4 => {
            let (address, prefix) = address(beside, at, "IPv4", 32)?;
            fixed(Some(Value::Ipv4(address, prefix)))
        }
        FieldType::Ipv6 => {
            let (address, prefix) = address(beside, at, "IPv6", 128)?;
            fixed(Some(Value::Ipv6(address, prefix)))
        }
    }
}

fn not_a<'t>(beside: Beside<'t>, at: &'t str, what: &str) -> Mistake<'t> {
    let help = suggest::did_you_mean(at).unwrap_or_else(|| fitting(beside));
    Mistake::new(at, format!("{} is not {what}", quoted(at)), help)
}

/// An integer as the value of what it stands beside, if it is one of its values.
pub(super) fn number<'t>(
    value: i128,
    at: &'t str,
    beside: Beside<'t>,
) -> Result<Value<'static>, Mistake<'t>> {
    let (least, greatest) = match beside.field_type {
        FieldType::Unsigned { bits } => (0, largest(bits).into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    };
    let name = quoted(beside.name);
    if value < least {
        let message = format!("{} is too small for {name}", quoted(at));
        return Err(Mistake::new(at, message, format!("the smallest is {least}")));
    }
    match Number::Integer(value).value() {
        Some(number) if value <= greatest => Ok(number),
        _ => {
            let message = format!("{} is too big for {name}", quoted(at));
            Err(Mistake::new(at, message, format!("the largest is {greatest}")))
        }
    }
}

fn largest(bits: u8) -> u64 {
    u64::MAX.checked_shr(64_u32.saturating_sub(bits.into())).unwrap_or(0)
}

/// `true` and `false` in any case, and the numbers 1 and 0.
fn boolean(word: &str) -> Option<bool> {
    match digits(word) {
        Some(0) => Some(false),
        Some(1) => Some(true),
        Some(_) => None,
        None if word.eq_ignore_ascii_case("true") => Some(true),
        None if word.eq_ignore_ascii_case("false") => Some(false),
        None => None,
    }
}

/// A number, or a character of one byte.
fn integer(written: &Written<'_>) -> Option<i128> {
    match &written.what {
        What::Word => digits(written.at),
        What::Character(byte) => Some((*byte).into()),
        _ => None,
    }
}

/// The number that a word is, as in C: decimal, hexadecimal after `0x`, binary after `0b`, octal after `0`. One that is
/// too long is as large as can be.
fn digits(word: &str) -> Option<i128> {
    let (digits, radix) = match word.as_bytes() {
        [b'0', b'x' | b'X', ..] => (word.get(2..)?, 16),
        [b'0', b'b' | b'B', ..] => (word.get(2..)?, 2),
        [b'0', _, ..] => (word.get(1..)?, 8),
        _ => (word, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    Some(i128::from_str_radix(digits, radix).unwrap_or(i128::MAX))
}

fn float(written: &Written<'_>, negative: bool) -> Option<f64> {
    let value = match integer(written) {
        Some(value) => value as f64,
        None => written
            .word()
            .filter(|word| word.starts_with(|c: char| c.is_ascii_digit() || c == '.'))?
            .parse()
            .ok()?,
    };
    Some(if negative { -value } else { value }).filter(|value: &f64| value.is_finite())
}

/// Nanoseconds of a decimal number of seconds. More than nine digits behind the point are not looked at.
fn seconds(word: &str, negative: bool) -> Option<i64> {
    let (whole, fraction) = word.split_once('.').unwrap_or((word, ""));
    let decimal = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !decimal(whole) || !decimal(fraction) {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let nanos: i128 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let nanos = whole.checked_mul(1_000_000_000)?.checked_add(nanos)?;
    i64::try_from(if negative { -nanos } else { nanos }).ok()
}

/// A value of whatever kind it was written as.
fn json(written: &Written<'_>, negative: bool) -> Option<Literal> {
    if let Some(integer) = integer(written) {
        return Number::Integer(if negative { -integer } else { integer }).value().map(Literal::Fixed);
    }
    if let Some(float) = float(written, negative) {
        return Some(Literal::Fixed(Value::Float(float)));
    }
    let constant = match written.word().map(str::to_ascii_lowercase).as_deref() {
        _ if negative => return None,
        Some("true") => Value::Boolean(true),
        Some("false") => Value::Boolean(false),
        Some("null") => Value::Null,
        _ => return Some(Literal::Text(std::str::from_utf8(written.bytes()?).ok()?.into())),
    };
    Some(Literal::Fixed(constant))
}

fn text<'t>(bytes: &[u8], at: &'t str, beside: Beside<'_>) -> Result<Literal, Mistake<'t>> {
    std::str::from_utf8(bytes).map(|text| Literal::Text(text.into())).map_err(|_| {
        let message = format!("{} is not UTF-8, as all of {} is", quoted(at), quoted(beside.name));
        Mistake::new(at, message, r"write characters above \x7f as they are, or as \u00e9")
    })
}

/// Text or a character, or hexadecimal digits: pairs, with `:`, `-` or `.` between all of them, between every two of them
/// or nowhere; a digit may stand alone between two of these. `0x` may stand before one pair.
fn bytes(written: &Written<'_>) -> Option<Vec<u8>> {
    let word = match &written.what {
        What::Text(text) => return Some(text.to_vec()),
        What::Character(byte) => return Some(vec![*byte]),
        What::Word => written.at,
        _ => return None,
    };
    let word = match word.strip_prefix("0x") {
        Some(pair) => Some(pair).filter(|pair| pair.len() == 2)?,
        None => word.strip_prefix(':').unwrap_or(word),
    };
    let separator = word.chars().find(|character| ":-.".contains(*character));
    let mut bytes = Vec::with_capacity(word.len() / 2);
    for group in word.split(|character| Some(character) == separator) {
        let alone = separator.is_none() && !group.is_empty() && group.len().is_multiple_of(2);
        if !(alone || matches!(group.len(), 1 | 2 | 4)) {
            return None;
        }
        for pair in group.as_bytes().chunks(2) {
            bytes.push(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?);
        }
    }
    Some(bytes)
}

/// ISO 8601, or as in `Nov 20, 2026 09:30:00.5`. In UTC, unless it says otherwise.
fn time(written: &Written<'_>) -> Option<Timestamp> {
    let text = match &written.what {
        What::Word => written.at,
        _ => std::str::from_utf8(written.bytes()?).ok()?,
    };
    let time = jiff::Timestamp::from_str(text).ok().or_else(|| {
        let text = text.strip_suffix(" UTC").unwrap_or(text);
        let civil =
            DateTime::from_str(text).or_else(|_| DateTime::strptime("%b %d, %Y %H:%M:%S%.f", text)).ok()?;
        TimeZone::UTC.to_timestamp(civil).ok()
    })?;
    i64::try_from(time.as_nanosecond()).ok().map(Timestamp::from_nanos)
}

/// An address and how many of its bits count, at most `bits`.
fn address<'t, A: FromStr>(
    beside: Beside<'t>,
    at: &'t str,
    family: &str,
    bits: u8,
) -> Result<(A, u8), Mistake<'t>> {
    let (host, prefix) = match at.split_once('/') {
        Some((host, prefix)) => (host, Some(prefix)),
        None => (at, None),
    };
    let Ok(address) = host.parse() else {
        return Err(other_family(beside, host, at)
            .unwrap_or_else(|| not_a(beside, at, &format!("an {family} address"))));
    };
    let Some(prefix) = prefix else { return Ok((address, bits)) };
    let digits = !prefix.is_empty() && prefix.bytes().all(|digit| digit.is_ascii_digit());
    match prefix.parse() {
        Ok(prefix) if digits && prefix <= bits => Ok((address, prefix)),
        _ => {
            let message = format!("{} is not an {family} network", quoted(at));
            let help = format!("behind the `/` stands how many bits count, 0 to {bits}");
            Err(Mistake::new(at, message, help))
        }
    }
}

/// The mistake of naming `ip.addr` where `ipv6.addr` was meant, or the other way about.
fn other_family<'t>(beside: Beside<'t>, host: &str, at: &'t str) -> Option<Mistake<'t>> {
    let name = beside.field?.name;
    let (family, wanted) = match host.parse().ok()? {
        std::net::IpAddr::V4(_) => ("IPv4", name.replacen("ipv6.", "ip.", 1)),
        std::net::IpAddr::V6(_) => ("IPv6", name.replacen("ip.", "ipv6.", 1)),
    };
    let message = format!("{} is an {family} address", quoted(at));
    Some(Mistake::new(at, message, format!("did you mean `{wanted}`?")))
}
