//! `ipv6.*`.

use std::net::{IpAddr, SocketAddr};

use super::eth::SLICES;
use super::header::{UNSIGNED_8, UNSIGNED_16, UNSIGNED_24, UNSIGNED_32, number, protocol};
use super::ip::INNERMOST;
use super::row::{both, ends, receiver, sender};
use super::{Field, FieldType, Scope};
use crate::filter::Value;
use crate::record::HeaderKind::Ipv6;

pub(super) static FIELDS: &[Field] = &[
    Field::new("ipv6", FieldType::Protocol, "A packet or connection over IPv6.", |record, found| {
        let has = ends(record).is_some_and(|ends| ends.client.is_ipv6());
        protocol(record, Ipv6, has, found)
    })
    .differs(SLICES),
    Field::new(
        "ipv6.addr",
        FieldType::Ipv6,
        "The IPv6 address of the sender, and that of the receiver.",
        |record, found| both(record, |end| ipv6(end).is_some_and(&mut *found)),
    )
    .of(Scope::Connection)
    .differs(INNERMOST),
    Field::new(
        "ipv6.dst",
        FieldType::Ipv6,
        "The IPv6 address of the receiver; of the server where nobody is sending.",
        |record, found| receiver(record).and_then(ipv6).is_some_and(found),
    )
    .of(Scope::Connection)
    .differs(INNERMOST),
    Field::new(
        "ipv6.flow",
        UNSIGNED_24,
        "The flow label of a packet, 20 bits (RFC 8200 §6).",
        |record, found| number(record, Ipv6, 12..32, found),
    ),
    Field::new(
        "ipv6.hlim",
        UNSIGNED_8,
        "How many more hops a packet may take (RFC 8200 §3).",
        |record, found| number(record, Ipv6, 56..64, found),
    ),
    Field::new(
        "ipv6.nxt",
        UNSIGNED_8,
        "What follows the IPv6 header: 6 is TCP, others can be extension headers (RFC 8200 §3).",
        |record, found| number(record, Ipv6, 48..56, found),
    ),
    Field::new(
        "ipv6.plen",
        UNSIGNED_16,
        "The bytes of a packet behind its IPv6 header, by the header's account (RFC 8200 §3).",
        |record, found| number(record, Ipv6, 32..48, found),
    ),
    Field::new(
        "ipv6.src",
        FieldType::Ipv6,
        "The IPv6 address of the sender; of the client where nobody is sending.",
        |record, found| sender(record).and_then(ipv6).is_some_and(found),
    )
    .of(Scope::Connection)
    .differs(INNERMOST),
    Field::new(
        "ipv6.tclass",
        UNSIGNED_32,
        "The traffic class of a packet, 8 bits (RFC 8200 §7).",
        |record, found| number(record, Ipv6, 4..12, found),
    ),
    Field::new("ipv6.version", UNSIGNED_8, "The version in the IPv6 header, which is 6.", |record, found| {
        number(record, Ipv6, 0..4, found)
    }),
];

fn ipv6(end: SocketAddr) -> Option<Value<'static>> {
    match end.ip() {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) => Some(Value::ipv6(address)),
    }
}
