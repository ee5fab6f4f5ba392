//! `ip.*`: IPv4.

use std::net::{IpAddr, SocketAddr};

use super::eth::SLICES;
use super::header::{UNSIGNED_8, UNSIGNED_16, bit, number, protocol, words};
use super::row::{both, ends, receiver, sender};
use super::{Field, FieldType, Scope};
use crate::filter::Value;
use crate::record::HeaderKind::{Ipv4, Ipv6};

/// Why the addresses are not those of Wireshark everywhere.
pub(super) const INNERMOST: &str =
    "Only those of the connection: those of the tunnel that it may be in do not count.";

pub(super) static FIELDS: &[Field] = &[
    Field::new("ip", FieldType::Protocol, "A packet or connection over IPv4.", |record, found| {
        let has = ends(record).is_some_and(|ends| ends.client.is_ipv4());
        protocol(record, Ipv4, has, found)
    })
    .differs(SLICES),
    Field::new(
        "ip.addr",
        FieldType::Ipv4,
        "The IPv4 address of the sender, and that of the receiver.",
        |record, found| both(record, |end| ipv4(end).is_some_and(&mut *found)),
    )
    .of(Scope::Connection)
    .differs(INNERMOST),
    Field::new(
        "ip.checksum",
        UNSIGNED_16,
        "The checksum of the IPv4 header as it stands there; it is not verified.",
        |record, found| number(record, Ipv4, 80..96, found),
    ),
    Field::new(
        "ip.dsfield",
        UNSIGNED_8,
        "The differentiated services field of a packet (RFC 2474 §3, RFC 3168 §5).",
        |record, found| number(record, Ipv4, 8..16, found),
    ),
    Field::new(
        "ip.dsfield.dscp",
        UNSIGNED_8,
        "The differentiated services codepoint of a packet, 6 bits (RFC 2474 §3).",
        |record, found| number(record, Ipv4, 8..14, found),
    ),
    Field::new(
        "ip.dsfield.ecn",
        UNSIGNED_8,
        "Explicit congestion notification, 2 bits: 3 means that congestion was experienced (RFC 3168 §5).",
        |record, found| number(record, Ipv4, 14..16, found),
    ),
    Field::new(
        "ip.dst",
        FieldType::Ipv4,
        "The IPv4 address of the receiver; of the server where nobody is sending.",
        |record, found| receiver(record).and_then(ipv4).is_some_and(found),
    )
    .of(Scope::Connection)
    .differs(INNERMOST),
    Field::new(
        "ip.flags",
        UNSIGNED_8,
        "The flags of the IPv4 header, 3 bits: 2 do not fragment, 1 more fragments (RFC 791 §3.1).",
        |record, found| number(record, Ipv4, 48..51, found),
    ),
    Field::new(
        "ip.flags.df",
        FieldType::Boolean,
        "Whether a packet must not be fragmented (RFC 791 §3.1).",
        |record, found| bit(record, Ipv4, 49, found),
    ),
    Field::new(
        "ip.flags.mf",
        FieldType::Boolean,
        "Whether more fragments follow that of this packet (RFC 791 §3.1).",
        |record, found| bit(record, Ipv4, 50, found),
    ),
    Field::new(
        "ip.frag_offset",
        UNSIGNED_16,
        "Where in its datagram a fragment belongs, in units of 8 bytes (RFC 791 §3.1).",
        |record, found| number(record, Ipv4, 51..64, found),
    ),
    Field::new("ip.hdr_len", UNSIGNED_8, "The bytes of the IPv4 header, 20 to 60.", |record, found| {
        words(record, Ipv4, 4..8, found)
    }),
    Field::new(
        "ip.id",
        UNSIGNED_16,
        "The identification of a datagram, which its fragments have in common (RFC 791 §3.1).",
        |record, found| number(record, Ipv4, 32..48, found),
    ),
    Field::new(
        "ip.len",
        UNSIGNED_16,
        "The bytes of a packet from its IPv4 header on, by the header's account.",
        |record, found| number(record, Ipv4, 16..32, found),
    ),
    Field::new("ip.proto", UNSIGNED_8, "What an IPv4 packet carries: 6 is TCP.", |record, found| {
        number(record, Ipv4, 72..80, found)
    }),
    Field::new(
        "ip.src",
        FieldType::Ipv4,
        "The IPv4 address of the sender; of the client where nobody is sending.",
        |record, found| sender(record).and_then(ipv4).is_some_and(found),
    )
    .of(Scope::Connection)
    .differs(INNERMOST),
    Field::new(
        "ip.ttl",
        UNSIGNED_8,
        "How many more hops a packet may take (RFC 791 §3.1).",
        |record, found| number(record, Ipv4, 64..72, found),
    ),
    Field::new(
        "ip.version",
        UNSIGNED_8,
        "The version in the IP header: 4, or 6 for IPv6.",
        |record, found| number(record, Ipv4, 0..4, found) || number(record, Ipv6, 0..4, found),
    ),
];

fn ipv4(end: SocketAddr) -> Option<Value<'static>> {
    match end.ip() {
        IpAddr::V4(address) => Some(Value::ipv4(address)),
        IpAddr::V6(_) => None,
    }
}
