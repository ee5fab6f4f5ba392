//! `eth.*` and `vlan.*`.

use super::header::{UNSIGNED_16, bytes, number, protocol};
use super::{Field, FieldType};
use crate::record::HeaderKind::{Ethernet, Vlan};

/// Why the bytes of a protocol are not those of Wireshark everywhere.
pub(super) const SLICES: &str = "Its bytes go on behind the header for slices and `len()` too; in Wireshark only for \
                                 `contains` and `matches`.";

/// Wireshark does not call all of them VLAN.
const TAGS: &str = "Tags of IEEE 802.1ad count too, which Wireshark calls `ieee8021ad`.";

pub(super) static FIELDS: &[Field] = &[
    Field::new("eth", FieldType::Protocol, "A packet with an Ethernet header.", |record, found| {
        protocol(record, Ethernet, false, found)
    })
    .differs(SLICES),
    Field::new(
        "eth.addr",
        FieldType::Ethernet,
        "The Ethernet address that a packet went to, and that which it came from.",
        |record, found| bytes(record, Ethernet, 0..6, found) || bytes(record, Ethernet, 6..12, found),
    ),
    Field::new(
        "eth.dst",
        FieldType::Ethernet,
        "The Ethernet address that a packet went to.",
        |record, found| bytes(record, Ethernet, 0..6, found),
    ),
    Field::new(
        "eth.src",
        FieldType::Ethernet,
        "The Ethernet address that a packet came from.",
        |record, found| bytes(record, Ethernet, 6..12, found),
    ),
    Field::new(
        "eth.type",
        UNSIGNED_16,
        "What follows the Ethernet header: 0x0800 IPv4, 0x86dd IPv6, 0x8100 a VLAN tag.",
        |record, found| number(record, Ethernet, 96..112, found),
    ),
    Field::new("vlan", FieldType::Protocol, "A packet with a VLAN tag (IEEE 802.1Q).", |record, found| {
        protocol(record, Vlan, false, found)
    })
    .differs(TAGS),
    Field::new("vlan.etype", UNSIGNED_16, "What follows the VLAN tag: an EtherType.", |record, found| {
        number(record, Vlan, 16..32, found)
    })
    .differs(TAGS),
    Field::new("vlan.id", UNSIGNED_16, "The number of the VLAN, 12 bits.", |record, found| {
        number(record, Vlan, 4..16, found)
    })
    .differs(TAGS),
    Field::new("vlan.priority", UNSIGNED_16, "The priority in the VLAN tag, 0 to 7.", |record, found| {
        number(record, Vlan, 0..3, found)
    })
    .differs(TAGS),
];
