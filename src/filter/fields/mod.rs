//! The fields that filters can name, and how each is read from a record: tables of plain data, one file a protocol.
//!
//! In comes a name, or a field and a [`Record`]; out come the field, or the values that it has there. What is done with
//! values is for the rest of the room.

mod eth;
mod frame;
mod header;
mod http;
mod ip;
mod ipv6;
mod json;
pub(super) mod row;
mod sockeye;
mod tcp;
mod tls;
mod websocket;

use std::fmt;
use std::sync::LazyLock;

use super::value::Value;
use crate::record::Record;

/// A field or protocol that a filter can name.
#[derive(Clone, Copy)]
pub struct Field {
    /// Its name: Wireshark's, if Wireshark has the field.
    pub name: &'static str,
    /// What its values are.
    pub field_type: FieldType,
    /// What it is, in one sentence.
    pub meaning: &'static str,
    /// How it differs from Wireshark's field of this name; `None` if it does not, or if Wireshark has none.
    pub deviation: Option<&'static str>,
    /// What has to be known before its values are.
    pub(crate) scope: Scope,
    read: Read,
}

/// What has to be known before the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The ends of a connection and its number: it is the same for all its rows, but for who sends.
    Connection,
    /// The row, without its payload.
    Row,
    /// The payload too.
    Payload,
}

/// Shows the values that a field has in a record one after the other, until one of them is the one looked for; says
/// whether one was.
#[derive(Clone, Copy)]
enum Read {
    /// Of a field that is its name.
    Plain(fn(&Record<'_>, Found<'_>) -> bool),
    /// Of a field that takes a key in brackets, `http.header["Origin"]`; without a key, of all keys.
    Keyed(fn(&Record<'_>, Option<&str>, Found<'_>) -> bool),
    /// Of a field that is another one with this key.
    OfKey(fn(&Record<'_>, Option<&str>, Found<'_>) -> bool, &'static str),
}

/// Takes one value after the other; true for the one that ends the search.
pub(super) type Found<'f> = &'f mut dyn FnMut(Value<'_>) -> bool;

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A record has the protocol or has not. Where its bytes are at hand, they are its value.
    Protocol,
    /// A record has it or has not: there is no value to compare.
    Label,
    /// True or false.
    Boolean,
    /// An unsigned integer.
    Unsigned {
        /// How many bits it has, 1 to 64.
        bits: u8,
    },
    /// A signed integer of 64 bits.
    Signed,
    /// A floating-point number.
    Float,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// An Ethernet address: six bytes.
    Ethernet,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// A point in time.
    Time,
    /// A span of time.
    Duration,
    /// Whatever a JSON value is: a number, text, true or false.
    Json,
}

/// One table a protocol; TCP has three, and WebSocket two.
static TABLES: &[&[Field]] = &[
    eth::FIELDS,
    frame::FIELDS,
    http::FIELDS,
    ip::FIELDS,
    ipv6::FIELDS,
    json::FIELDS,
    sockeye::FIELDS,
    tcp::FIELDS,
    tcp::ANALYSIS,
    tcp::OPTIONS,
    tls::FIELDS,
    websocket::FIELDS,
];

/// All fields, sorted by name.
pub static FIELDS: LazyLock<Vec<&'static Field>> = LazyLock::new(|| {
    let mut fields: Vec<&Field> = TABLES.iter().copied().flatten().collect();
    fields.sort_by_key(|field| field.name);
    fields
});

impl Field {
    const fn new(
        name: &'static str,
        field_type: FieldType,
        meaning: &'static str,
        read: fn(&Record<'_>, Found<'_>) -> bool,
    ) -> Self {
        Self { name, field_type, meaning, deviation: None, scope: Scope::Row, read: Read::Plain(read) }
    }

    const fn keyed(
        name: &'static str,
        field_type: FieldType,
        meaning: &'static str,
        read: fn(&Record<'_>, Option<&str>, Found<'_>) -> bool,
    ) -> Self {
        Self { name, field_type, meaning, deviation: None, scope: Scope::Row, read: Read::Keyed(read) }
    }

    const fn of_key(
        name: &'static str,
        field_type: FieldType,
        meaning: &'static str,
        read: fn(&Record<'_>, Option<&str>, Found<'_>) -> bool,
        key: &'static str,
    ) -> Self {
        Self { name, field_type, meaning, deviation: None, scope: Scope::Row, read: Read::OfKey(read, key) }
    }

    const fn differs(self, deviation: &'static str) -> Self {
        Self { deviation: Some(deviation), ..self }
    }

    const fn of(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// The field of that name.
    pub fn find(name: &str) -> Option<&'static Field> {
        let index = FIELDS.binary_search_by(|field| field.name.cmp(name)).ok()?;
        FIELDS.get(index).copied()
    }

    /// Whether a key in brackets can follow its name.
    pub fn takes_key(&self) -> bool {
        matches!(self.read, Read::Keyed(_))
    }

    /// Whether `found` holds for one of the field's values in a record; `false` if it has none there. A key that the
    /// field does not take is not looked at.
    pub(crate) fn any(&self, record: &Record<'_>, key: Option<&str>, found: Found<'_>) -> bool {
        match self.read {
            Read::Plain(read) => read(record, found),
            Read::Keyed(read) => read(record, key, found),
            Read::OfKey(read, key) => read(record, Some(key), found),
        }
    }
}

/// Names are unique.
impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// As Wireshark's field reference names them.
impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldType::Protocol => f.write_str("Protocol"),
            FieldType::Label => f.write_str("Label"),
            FieldType::Boolean => f.write_str("Boolean"),
            FieldType::Unsigned { bits } => write!(f, "Unsigned integer ({bits} bits)"),
            FieldType::Signed => f.write_str("Signed integer (64 bits)"),
            FieldType::Float => f.write_str("Floating point"),
            FieldType::Text => f.write_str("Character string"),
            FieldType::Bytes => f.write_str("Byte sequence"),
            FieldType::Ethernet => f.write_str("Ethernet address"),
            FieldType::Ipv4 => f.write_str("IPv4 address"),
            FieldType::Ipv6 => f.write_str("IPv6 address"),
            FieldType::Time => f.write_str("Date and time"),
            FieldType::Duration => f.write_str("Time offset"),
            FieldType::Json => f.write_str("JSON value"),
        }
    }
}
