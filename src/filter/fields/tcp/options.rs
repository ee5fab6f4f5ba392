//! `tcp.options.*` (RFC 9293 §3.2, RFC 7323, RFC 2018).

use crate::filter::Value;
use crate::filter::fields::header::{UNSIGNED_8, UNSIGNED_16, UNSIGNED_32, any};
use crate::filter::fields::{Field, FieldType, Found};
use crate::record::HeaderKind::Tcp;
use crate::record::Record;

/// The registered numbers of options.
const SEGMENT_SIZE: u8 = 2;
const WINDOW_SCALE: u8 = 3;
const SACK_PERMITTED: u8 = 4;
const TIMESTAMPS: u8 = 8;

pub(in crate::filter) static FIELDS: &[Field] = &[
    Field::new(
        "tcp.options",
        FieldType::Bytes,
        "The options of a packet, padding included; without any it has no value.",
        |record, found| {
            any(record, Tcp, |header| {
                header
                    .own()
                    .get(20..)
                    .is_some_and(|options| !options.is_empty() && found(Value::Bytes(options)))
            })
        },
    ),
    Field::new(
        "tcp.options.mss_val",
        UNSIGNED_16,
        "The largest segment that the sender of a packet takes (RFC 9293 §3.7.1).",
        |record, found| {
            option(record, SEGMENT_SIZE, |data| found(Value::Unsigned(u16::from_be_bytes(*data).into())))
        },
    ),
    Field::new(
        "tcp.options.sack_perm",
        FieldType::Label,
        "A packet whose sender takes selective acknowledgments (RFC 2018 §2).",
        |record, found| option(record, SACK_PERMITTED, |_: &[u8; 0]| found(Value::Boolean(true))),
    )
    .differs("It has no bytes."),
    Field::new(
        "tcp.options.timestamp.tsecr",
        UNSIGNED_32,
        "The timestamp of the other side that a packet repeats (RFC 7323 §3.2).",
        |record, found| timestamp(record, |[_, _, _, _, echo @ ..]| echo, found),
    ),
    Field::new(
        "tcp.options.timestamp.tsval",
        UNSIGNED_32,
        "The timestamp of a packet, in a unit that its sender chooses (RFC 7323 §3.2).",
        |record, found| timestamp(record, |[value @ .., _, _, _, _]| value, found),
    ),
    Field::new(
        "tcp.options.wscale.shift",
        UNSIGNED_8,
        "By how many bits the windows of the sender of a packet are to be shifted (RFC 7323 §2.2).",
        |record, found| option(record, WINDOW_SCALE, |[shift]| found(Value::Unsigned((*shift).into()))),
    ),
];

/// The data of each option of this kind, if they are so long.
fn option<const LENGTH: usize>(
    record: &Record<'_>,
    kind: u8,
    mut found: impl FnMut(&[u8; LENGTH]) -> bool,
) -> bool {
    any(record, Tcp, |header| {
        let mut options = header.tcp_options().filter(|(other, _)| *other == kind);
        options.any(|(_, data)| data.try_into().is_ok_and(&mut found))
    })
}

fn timestamp(record: &Record<'_>, half: fn(&[u8; 8]) -> &[u8; 4], found: Found<'_>) -> bool {
    option(record, TIMESTAMPS, |data| found(Value::Unsigned(u32::from_be_bytes(*half(data)).into())))
}
