//! `websocket.json`: values within payload that is JSON.

use serde_json::Value as Json;

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
    let Ok(whole) = serde_json::from_slice::<Json>(payload) else { return false };
    match key {
        None => found(Value::Boolean(true)),
        Some(pointer) if pointer.starts_with('/') => {
            whole.pointer(pointer).is_some_and(|value| show(value, found))
        }
        Some(name) => whole.get(name).is_some_and(|value| show(value, found)),
    }
}

/// An object or array exists, and is equal to nothing.
fn show(value: &Json, found: Found<'_>) -> bool {
    match value {
        Json::Null => found(Value::Null),
        Json::Bool(value) => found(Value::Boolean(*value)),
        Json::String(text) => found(Value::Text(text)),
        Json::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(value), ..) => found(Value::Unsigned(value)),
            (_, Some(value), _) => found(Value::Signed(value)),
            (.., Some(value)) => found(Value::Float(value)),
            _ => false,
        },
        Json::Array(_) | Json::Object(_) => found(Value::Bytes(&[])),
    }
}
