//! `tcp.*`.

use std::net::SocketAddr;

use super::row::{both, place, receiver, sender};
use super::{Field, FieldType, Scope};
use crate::filter::Value;

pub(super) static FIELDS: &[Field] = &[
    Field::new("tcp", FieldType::Protocol, "Anything that belongs to a TCP connection.", |record, found| {
        place(record).is_some() && found(Value::Boolean(true))
    }),
    Field::new(
        "tcp.dstport",
        FieldType::Unsigned { bits: 16 },
        "The TCP port of the receiver; of the server where nobody is sending.",
        |record, found| receiver(record).map(port).is_some_and(found),
    )
    .of(Scope::Connection),
    Field::new(
        "tcp.port",
        FieldType::Unsigned { bits: 16 },
        "The TCP port of the sender, and that of the receiver.",
        |record, found| both(record, |end| found(port(end))),
    )
    .of(Scope::Connection),
    Field::new(
        "tcp.srcport",
        FieldType::Unsigned { bits: 16 },
        "The TCP port of the sender; of the client where nobody is sending.",
        |record, found| sender(record).map(port).is_some_and(found),
    )
    .of(Scope::Connection),
    Field::new(
        "tcp.stream",
        FieldType::Unsigned { bits: 64 },
        "The TCP connection, counted from 0.",
        |record, found| place(record).is_some_and(|place| found(Value::Unsigned(place.stream))),
    )
    .of(Scope::Connection),
];

fn port(end: SocketAddr) -> Value<'static> {
    Value::Unsigned(end.port().into())
}
