//! The keys that JSON records have, as their schema describes them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::record::Record;
use crate::report::json::SCHEMA_TEXT;

/// The keys of each type of record, `close.code` for those in objects.
#[derive(Debug, Clone)]
pub(super) struct Keys(BTreeMap<String, BTreeSet<String>>);

impl Keys {
    /// All that the schema describes.
    pub fn of_schema() -> Self {
        let schema: Json = serde_json::from_str(SCHEMA_TEXT).unwrap_or_default();
        let mut types = BTreeMap::new();
        for kind in schema["oneOf"].as_array().into_iter().flatten() {
            let name = kind["$ref"].as_str().and_then(definition).unwrap_or_default();
            let keys: &mut BTreeSet<_> = types.entry(name.to_owned()).or_default();
            collect(&schema, &schema["$defs"][name], "", keys);
        }
        Self(types)
    }

    /// Whether a record of any type has it.
    pub fn contains(&self, key: &str) -> bool {
        self.0.values().any(|keys| keys.contains(key))
    }

    /// Whether a record of this type has it.
    pub fn has(&self, name: &str, key: &str) -> bool {
        self.0.get(name).is_some_and(|keys| keys.contains(key))
    }

    pub fn iter(&self) -> impl Iterator<Item = &String> {
        self.0.values().flatten()
    }
}

fn definition(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/$defs/")
}

/// Collects the properties of an object and of those in it. The schema does not refer to itself.
fn collect(schema: &Json, object: &Json, path: &str, keys: &mut BTreeSet<String>) {
    for (key, value) in object["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        collect(schema, value, &path, keys);
        keys.insert(path);
    }
    if let Some(name) = object["$ref"].as_str().and_then(definition) {
        collect(schema, &schema["$defs"][name], path, keys);
    }
    for choice in ["anyOf", "oneOf"].iter().filter_map(|several| object[several].as_array()).flatten() {
        collect(schema, choice, path, keys);
    }
}

/// The types of records that can be rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Packet,
    Handshake,
    Frame,
    Message,
    Finding,
    Connection,
}

impl Kind {
    /// All of them, in their order.
    pub const ALL: [Kind; 6] =
        [Kind::Packet, Kind::Handshake, Kind::Frame, Kind::Message, Kind::Finding, Kind::Connection];

    /// `None` for what is about the whole capture, and for rows that only the timeline has.
    pub fn of(record: &Record<'_>) -> Option<Self> {
        Some(match record {
            Record::Packet(_) => Kind::Packet,
            Record::Handshake(_) => Kind::Handshake,
            Record::Frame(_) => Kind::Frame,
            Record::Message(_) => Kind::Message,
            Record::Finding(_) => Kind::Finding,
            Record::Connection(_) => Kind::Connection,
            Record::Opened(_) | Record::Alert(_) | Record::Request(_) | Record::Switched(_) => return None,
            Record::Capture(_) | Record::Summary(_) => return None,
        })
    }

    /// Its `type`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Packet => "packet",
            Kind::Handshake => "handshake",
            Kind::Frame => "frame",
            Kind::Message => "message",
            Kind::Finding => "finding",
            Kind::Connection => "connection",
        }
    }

    /// Whether a zoom is about such rows.
    pub fn is_zoom(self) -> bool {
        matches!(self, Kind::Packet | Kind::Frame | Kind::Message)
    }
}
