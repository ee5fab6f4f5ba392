//! `websocket.json`: values within payload that is JSON.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::websocket::any_payload;
use super::{Field, FieldType, Found, Scope};
use crate::filter::Value;
use crate::record::Record;

pub(super) static FIELDS: &[Field] = &[Field::keyed(
    "websocket.json",
    FieldType::Json,
    "A member of the JSON object that a frame or message says, by its name or by a JSON Pointer that begins with `/` (RFC 6901): `websocket.json[\"/items/0/price\"]`. Without brackets: all of it, an object or array.",
    json,
)
.of(Scope::Payload)];

fn json(record: &Record<'_>, key: Option<&str>, found: Found<'_>) -> bool {
    any_payload(record, &mut |payload| in_payload(payload, key, found))
}

fn in_payload(payload: &[u8], key: Option<&str>, found: Found<'_>) -> bool {
    let opening = payload.iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(opening, Some(b'{' | b'[')) {
        return false;
    }
    let Ok(text) = std::str::from_utf8(payload) else { return false };
    let path = match key {
        None => Path::Pointer(""),
        Some(pointer) if pointer.starts_with('/') => Path::Pointer(pointer),
        Some(name) => Path::Name(name),
    };
    let mut json = serde_json::Deserializer::from_str(text);
    match path.deserialize(&mut json).and_then(|value| json.end().map(|()| value)) {
        Ok(Some(value)) => show(value.get(), found),
        Ok(None) | Err(_) => false,
    }
}

/// An object or array is its text.
fn show(json: &str, found: Found<'_>) -> bool {
    match json.as_bytes().first() {
        Some(b'{' | b'[') => found(Value::Json(json)),
        Some(b'"') => serde_json::from_str::<String>(json).is_ok_and(|text| found(Value::Text(&text))),
        Some(b't') => found(Value::Boolean(true)),
        Some(b'f') => found(Value::Boolean(false)),
        Some(b'n') => found(Value::Null),
        _ => number(json).is_some_and(found),
    }
}

fn number(json: &str) -> Option<Value<'static>> {
    let number: serde_json::Number = serde_json::from_str(json).ok()?;
    let unsigned = number.as_u64().map(Value::Unsigned);
    unsigned.or(number.as_i64().map(Value::Signed)).or(number.as_f64().map(Value::Float))
}

/// The way to a value within JSON. Nothing beside it is kept: payload can be many times as large as memory should be.
#[derive(Clone, Copy)]
enum Path<'p> {
    /// Of a member of the outermost object.
    Name(&'p str),
    /// What is left of a JSON Pointer; nothing if it has led to the value.
    Pointer(&'p str),
}

impl<'p> Path<'p> {
    /// The first step, as a pointer writes it if it is one, and the rest of the way; `None` at its end.
    fn step(self) -> Option<(Cow<'p, str>, Path<'p>)> {
        match self {
            Path::Name(name) => Some((Cow::Borrowed(name), Path::Pointer(""))),
            Path::Pointer(pointer) => {
                let rest = pointer.strip_prefix('/')?;
                let (token, _) = rest.split_once('/').unwrap_or((rest, ""));
                let behind = rest.get(token.len()..).unwrap_or_default();
                let name = match token.contains('~') {
                    true => Cow::Owned(token.replace("~1", "/").replace("~0", "~")),
                    false => Cow::Borrowed(token),
                };
                Some((name, Path::Pointer(behind)))
            }
        }
    }
}

/// Reads a whole value; gives that to which the path leads, if there is one. Of several members of one name, the last.
impl<'de> DeserializeSeed<'de> for Path<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match self.step() {
            None => <&RawValue>::deserialize(deserializer).map(Some),
            Some((name, rest)) => {
                let index = matches!(self, Path::Pointer(_)).then(|| index(&name)).flatten();
                deserializer.deserialize_any(Within { name: &name, index, rest })
            }
        }
    }
}

/// The index of an array that a pointer can name: without leading zeros (RFC 6901 §4).
fn index(token: &str) -> Option<usize> {
    let plain = token.bytes().all(|byte| byte.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    token.parse().ok().filter(|_| plain)
}

/// One step of a path.
struct Within<'p> {
    name: &'p str,
    index: Option<usize>,
    rest: Path<'p>,
}

impl<'de> Visitor<'de> for Within<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut value = None;
        while let Some(is_it) = map.next_key_seed(Is(self.name))? {
            if is_it {
                value = map.next_value_seed(self.rest)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        for _ in 0..self.index.unwrap_or(0) {
            if array.next_element::<IgnoredAny>()?.is_none() {
                return Ok(None);
            }
        }
        let value = match self.index {
            Some(_) => array.next_element_seed(self.rest)?.flatten(),
            None => None,
        };
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(value)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// Whether the name of a member is this one.
struct Is<'p>(&'p str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}
