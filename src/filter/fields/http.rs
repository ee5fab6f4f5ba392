//! `http.*`: the opening handshake.

use super::{Field, FieldType};
use crate::filter::Value;
use crate::record::Record;

pub(super) static FIELDS: &[Field] = &[Field::new(
    "http",
    FieldType::Protocol,
    "An HTTP request or response, or a packet with a part of one.",
    |record, found| is_http(record) && found(Value::Boolean(true)),
)];

fn is_http(record: &Record<'_>) -> bool {
    match record {
        Record::Request(_) | Record::Switched(_) | Record::Handshake(_) => true,
        Record::Packet(row) => row.protocol == "HTTP",
        _ => false,
    }
}
