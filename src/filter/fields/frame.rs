//! `frame.*`: the packet that carried a row.

use super::header::{UNSIGNED_32, packet};
use super::row::place;
use super::{Field, FieldType};
use crate::filter::Value;

pub(super) static FIELDS: &[Field] = &[
    Field::new(
        "frame",
        FieldType::Protocol,
        "The packet that carried the last byte, with the bytes captured of it at rows of packets.",
        |record, found| match packet(record) {
            Some(row) => found(Value::Bytes(row.layers.bytes())),
            None => place(record).is_some() && found(Value::Boolean(true)),
        },
    ),
    Field::new("frame.cap_len", UNSIGNED_32, "The bytes captured of a packet.", |record, found| {
        packet(record).is_some_and(|row| found(Value::Unsigned(row.layers.bytes().len() as u64)))
    }),
    Field::new("frame.len", UNSIGNED_32, "The bytes of a packet on the wire.", |record, found| {
        packet(record).is_some_and(|row| found(Value::Unsigned(row.length.into())))
    }),
    Field::new(
        "frame.number",
        FieldType::Unsigned { bits: 64 },
        "The packet that carried the last byte, counted from 1.",
        |record, found| place(record).is_some_and(|place| found(Value::Unsigned(place.packet))),
    ),
    Field::new(
        "frame.time",
        FieldType::Time,
        "When the packet that carried the last byte was captured.",
        |record, found| place(record).is_some_and(|place| found(Value::Time(place.time))),
    ),
    Field::new(
        "frame.time_delta",
        FieldType::Duration,
        "The time since the packet before it in the capture; 0 for the first one.",
        |record, found| packet(record).is_some_and(|row| found(Value::Duration(row.since.previous))),
    ),
    Field::new(
        "frame.time_epoch",
        FieldType::Duration,
        "The same as `frame.time`, as the time since 1970 began (UTC).",
        |record, found| place(record).is_some_and(|place| found(Value::Duration(place.time.as_nanos()))),
    ),
    Field::new(
        "frame.time_relative",
        FieldType::Duration,
        "The time from the first packet of the capture to the one that carried the last byte.",
        |record, found| {
            place(record)
                .is_some_and(|place| found(Value::Duration((place.time_relative * 1e9).round() as i64)))
        },
    ),
];
