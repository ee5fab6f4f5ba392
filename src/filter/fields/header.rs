//! What the fields of packets are read from: the headers, bit by bit.

use std::ops::Range;

use super::{FieldType, Found};
use crate::filter::Value;
use crate::record::{Header, HeaderKind, PacketRow, Record};

pub(super) const UNSIGNED_8: FieldType = FieldType::Unsigned { bits: 8 };
pub(super) const UNSIGNED_16: FieldType = FieldType::Unsigned { bits: 16 };
pub(super) const UNSIGNED_24: FieldType = FieldType::Unsigned { bits: 24 };
pub(super) const UNSIGNED_32: FieldType = FieldType::Unsigned { bits: 32 };

/// The row of a packet, if a record is one.
pub(super) fn packet<'r, 'a>(record: &'r Record<'a>) -> Option<&'r PacketRow<'a>> {
    match record {
        Record::Packet(row) => Some(row),
        _ => None,
    }
}

/// Whether `wanted` holds for one of the headers of this kind, the outermost first.
pub(super) fn any(record: &Record<'_>, kind: HeaderKind, mut wanted: impl FnMut(Header<'_>) -> bool) -> bool {
    let Some(row) = packet(record) else { return false };
    match kind {
        HeaderKind::Tcp => row.layers.tcp().is_some_and(wanted),
        _ => row.layers.headers().any(|header| header.kind == kind && wanted(header)),
    }
}

/// A protocol: each of its headers with what lies behind it, or, if none is at hand, whether the record has it.
pub(super) fn protocol(record: &Record<'_>, kind: HeaderKind, has: bool, found: Found<'_>) -> bool {
    let mut at_hand = false;
    let wanted = any(record, kind, |header| {
        at_hand = true;
        found(Value::Bytes(header.bytes))
    });
    wanted || (has && !at_hand && found(Value::Boolean(true)))
}

/// The number in these bits of each header of this kind.
pub(super) fn number(record: &Record<'_>, kind: HeaderKind, bits: Range<usize>, found: Found<'_>) -> bool {
    any(record, kind, |header| header.bits(bits.clone()).is_some_and(|number| found(Value::Unsigned(number))))
}

/// A length in bytes which the header counts in words of 32 bits.
pub(super) fn words(record: &Record<'_>, kind: HeaderKind, bits: Range<usize>, found: Found<'_>) -> bool {
    any(record, kind, |header| {
        header.bits(bits.clone()).is_some_and(|words| found(Value::Unsigned(4 * words)))
    })
}

/// Whether this bit of each header of this kind is set.
pub(super) fn bit(record: &Record<'_>, kind: HeaderKind, at: usize, found: Found<'_>) -> bool {
    any(record, kind, |header| header.bits(at..at + 1).is_some_and(|bit| found(Value::Boolean(bit == 1))))
}

/// These bytes of each header of this kind.
pub(super) fn bytes(record: &Record<'_>, kind: HeaderKind, range: Range<usize>, found: Found<'_>) -> bool {
    any(record, kind, |header| {
        header.own().get(range.clone()).is_some_and(|bytes| found(Value::Bytes(bytes)))
    })
}
