//! The functions: `len`, `count`, `lower`, `upper`, `string`, `max`, `min`, `abs`.

use super::fields::FieldType;

/// A function of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Length,
    Count,
    Lower,
    Upper,
    String,
    Max,
    Min,
    Absolute,
}

/// A function with its name and what it takes, within a sentence.
pub(super) static FUNCTIONS: [(Function, &str, &str); 8] = [
    (Function::Length, "len", "text or bytes"),
    (Function::Count, "count", "a field"),
    (Function::Lower, "lower", "text"),
    (Function::Upper, "upper", "text"),
    (Function::String, "string", "a number or an address"),
    (Function::Max, "max", "values of one type"),
    (Function::Min, "min", "values of one type"),
    (Function::Absolute, "abs", "a number"),
];

impl Function {
    pub(super) fn find(name: &str) -> Option<Function> {
        FUNCTIONS.iter().find(|(_, other, _)| *other == name).map(|(function, ..)| *function)
    }

    pub(super) fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|(other, ..)| *other == self).map_or("", |(_, name, _)| name)
    }

    /// What it takes, within a sentence.
    pub(super) fn takes(self) -> &'static str {
        FUNCTIONS.iter().find(|(other, ..)| *other == self).map_or("", |(.., takes)| takes)
    }

    /// Whether it takes more than one argument.
    pub(super) fn takes_several(self) -> bool {
        matches!(self, Function::Max | Function::Min)
    }

    /// The type of what it gives for an argument of a type; `None` if it takes no such argument.
    pub(super) fn result(self, of: FieldType) -> Option<FieldType> {
        use FieldType::{
            Bytes, Duration, Ethernet, Float, Ipv4, Ipv6, Json, Protocol, Signed, Text, Time, Unsigned,
        };
        match (self, of) {
            (Function::Length, Text | Bytes | Ethernet | Ipv4 | Ipv6 | Protocol | Json)
            | (Function::Count, _) => Some(Unsigned { bits: 64 }),
            (Function::Lower | Function::Upper, Text | Json) => Some(Text),
            (Function::String, Unsigned { .. } | Signed | Float | Ethernet | Ipv4 | Ipv6 | Json) => {
                Some(Text)
            }
            (
                Function::Max | Function::Min,
                Unsigned { .. } | Signed | Float | Text | Bytes | Ethernet | Ipv4 | Ipv6 | Time | Duration,
            ) => Some(of),
            (Function::Absolute, Unsigned { .. } | Signed | Float | Duration | Json) => Some(of),
            _ => None,
        }
    }
}
