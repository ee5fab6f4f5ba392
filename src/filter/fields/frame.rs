//! `frame.*`: the packet that carried a row.

use super::row::place;
use super::{Field, FieldType};
use crate::filter::Value;

pub(super) static FIELDS: &[Field] = &[Field::new(
    "frame.number",
    FieldType::Unsigned { bits: 64 },
    "The packet that carried the last byte, counted from 1.",
    |record, found| place(record).is_some_and(|place| found(Value::Unsigned(place.packet))),
)];
