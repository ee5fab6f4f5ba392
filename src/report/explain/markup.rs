//! What HTML and SVG have in common.

use super::wrap::safe;
use crate::explain::{Explanation, Role};

/// Text from the wire in which nothing is markup, inside of attributes too.
pub(super) fn markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in safe(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// The class of a field: its colour.
pub(super) fn class(role: Role) -> &'static str {
    match role {
        Role::Fin | Role::Reserved | Role::Opcode | Role::Mask => "header",
        Role::Length | Role::ExtendedLength => "length",
        Role::MaskingKey => "key",
        Role::Payload | Role::StatusCode => "payload",
        Role::Line => "line",
    }
}

/// The class of a field by its number, with ` bad` if a finding stands on it.
pub(super) fn classes(explanation: &Explanation, field: usize) -> String {
    let Some(field) = explanation.fields.get(field) else { return String::new() };
    let bad = if field.rules.is_empty() { "" } else { " bad" };
    format!("{}{bad}", class(field.role))
}

/// Two hexadecimal digits, or `--`.
pub(super) fn pair(byte: Option<u8>) -> String {
    byte.map_or_else(|| "--".to_owned(), |byte| format!("{byte:02x}"))
}
