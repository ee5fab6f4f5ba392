//! Why a packet carries no segment.

use std::fmt;

use etherparse::IpNumber;

use crate::capture::LinkType;

/// What a packet carries instead of a TCP segment, or why that cannot be told. Its text is what the summary counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotTcp {
    /// A link layer that is not supported.
    LinkType(LinkType),
    /// A protocol other than IP, by its EtherType (a length, below 0x0600, means IEEE 802.2 LLC).
    EtherType(u16),
    /// An address family other than those of IP, in a loopback capture.
    Family(u8),
    /// A protocol other than IP in PPP, by its number.
    Ppp(u16),
    /// Something other than IP or Ethernet behind MPLS labels.
    Mpls,
    /// Something other than TCP in IP, by its protocol number.
    Protocol(u8),
    /// A fragment of an IP datagram of which others are not there.
    Fragment,
    /// More tunnels inside each other, or fragments of fragments, than anybody uses.
    Nested,
    /// The capture cut the packet before the end of its headers.
    Cut,
    /// A header that makes no sense: which one.
    Malformed(&'static str),
}

impl NotTcp {
    /// There are not enough bytes for this header: cut, if the capture lacks bytes that were there, else malformed.
    pub(super) fn too_short(header: &'static str, missing: usize) -> Self {
        if missing > 0 { NotTcp::Cut } else { NotTcp::Malformed(header) }
    }
}

/// A short phrase: `UDP`, `ARP`, `IP fragment without the others`, `link type 147`.
impl fmt::Display for NotTcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            NotTcp::LinkType(link_type) => write!(f, "link type {link_type}"),
            NotTcp::EtherType(number) => match ether_type_name(number) {
                Some(name) => f.write_str(name),
                None => write!(f, "EtherType 0x{number:04x}"),
            },
            NotTcp::Family(number) => write!(f, "address family {number}"),
            NotTcp::Ppp(number) => match ppp_name(number) {
                Some(name) => f.write_str(name),
                None => write!(f, "PPP protocol 0x{number:04x}"),
            },
            NotTcp::Mpls => f.write_str("MPLS without IP"),
            NotTcp::Protocol(number) => match IpNumber(number).keyword_str() {
                Some(name) => f.write_str(name),
                None => write!(f, "IP protocol {number}"),
            },
            NotTcp::Fragment => f.write_str("IP fragment without the others"),
            NotTcp::Nested => f.write_str("nested too deep"),
            NotTcp::Cut => f.write_str("headers cut by the snap length"),
            NotTcp::Malformed(header) => write!(f, "malformed {header}"),
        }
    }
}

/// Names of the EtherTypes that one meets.
fn ether_type_name(number: u16) -> Option<&'static str> {
    Some(match number {
        ..0x0600 => "LLC",
        0x0806 => "ARP",
        0x8035 => "RARP",
        0x8863 => "PPPoE discovery",
        0x888e => "EAPOL",
        0x88be => "ERSPAN",
        0x88cc => "LLDP",
        0x88e5 => "MACsec",
        0x88f7 => "PTP",
        _ => return None,
    })
}

/// Names of the PPP protocols that one meets.
fn ppp_name(number: u16) -> Option<&'static str> {
    Some(match number {
        0x002d | 0x002f => "compressed TCP in PPP",
        0x00fd => "compressed PPP",
        0x8021 => "IPCP",
        0x8057 => "IPV6CP",
        0xc021 => "LCP",
        0xc023 => "PAP",
        0xc223 => "CHAP",
        _ => return None,
    })
}
