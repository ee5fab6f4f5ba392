//! `ip.*` and `ipv6.*`.

use std::net::{IpAddr, SocketAddr};

use super::row::{both, receiver, sender};
use super::{Field, FieldType, Scope};
use crate::filter::Value;

pub(super) static FIELDS: &[Field] = &[
    Field::new(
        "ip.addr",
        FieldType::Ipv4,
        "The IPv4 address of the sender, and that of the receiver.",
        |record, found| both(record, |end| ipv4(end).is_some_and(&mut *found)),
    )
    .of(Scope::Connection),
    Field::new(
        "ip.dst",
        FieldType::Ipv4,
        "The IPv4 address of the receiver; of the server where nobody is sending.",
        |record, found| receiver(record).and_then(ipv4).is_some_and(found),
    )
    .of(Scope::Connection),
    Field::new(
        "ip.src",
        FieldType::Ipv4,
        "The IPv4 address of the sender; of the client where nobody is sending.",
        |record, found| sender(record).and_then(ipv4).is_some_and(found),
    )
    .of(Scope::Connection),
    Field::new(
        "ipv6.addr",
        FieldType::Ipv6,
        "The IPv6 address of the sender, and that of the receiver.",
        |record, found| both(record, |end| ipv6(end).is_some_and(&mut *found)),
    )
    .of(Scope::Connection),
    Field::new(
        "ipv6.dst",
        FieldType::Ipv6,
        "The IPv6 address of the receiver; of the server where nobody is sending.",
        |record, found| receiver(record).and_then(ipv6).is_some_and(found),
    )
    .of(Scope::Connection),
    Field::new(
        "ipv6.src",
        FieldType::Ipv6,
        "The IPv6 address of the sender; of the client where nobody is sending.",
        |record, found| sender(record).and_then(ipv6).is_some_and(found),
    )
    .of(Scope::Connection),
];

fn ipv4(end: SocketAddr) -> Option<Value<'static>> {
    match end.ip() {
        IpAddr::V4(address) => Some(Value::ipv4(address)),
        IpAddr::V6(_) => None,
    }
}

fn ipv6(end: SocketAddr) -> Option<Value<'static>> {
    match end.ip() {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) => Some(Value::ipv6(address)),
    }
}
