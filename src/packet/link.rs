//! Strips what lies before IP: `etherparse` does not know most of these, and stops at three VLAN tags.

use super::NotTcp;
use crate::capture::LinkType;

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
/// 802.1Q, 802.1ad, and what stood for the latter before it had a number.
const VLAN_TAGS: [u16; 3] = [0x8100, 0x88a8, 0x9100];

/// An IP packet, and perhaps padding behind it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ip<'a> {
    V4(&'a [u8]),
    V6(&'a [u8]),
}

/// The IP packet in a packet that lacks its last `cut` bytes.
pub(super) fn strip(link_type: LinkType, data: &[u8], cut: usize) -> Result<Ip<'_>, NotTcp> {
    let stripped = match link_type {
        LinkType::ETHERNET => {
            data.split_first_chunk::<14>().map(|(header, rest)| (ether_type(header[12], header[13]), rest))
        }
        LinkType::LINUX_SLL => {
            data.split_first_chunk::<16>().map(|(header, rest)| (ether_type(header[14], header[15]), rest))
        }
        LinkType::LINUX_SLL2 => {
            data.split_first_chunk::<20>().map(|(header, rest)| (ether_type(header[0], header[1]), rest))
        }
        LinkType::NULL | LinkType::LOOP => return loopback(data, cut),
        LinkType::IPV4 => Some((IPV4, data)),
        LinkType::IPV6 => Some((IPV6, data)),
        LinkType::RAW => return raw(data, cut),
        other if LinkType::RAW_OF_OTHER_SYSTEMS.contains(&other) => return raw(data, cut),
        other => return Err(NotTcp::LinkType(other)),
    };
    let (ether_type, rest) = stripped.ok_or(NotTcp::too_short("link-layer header", cut))?;
    network(ether_type, rest, cut)
}

fn ether_type(high: u8, low: u8) -> u16 {
    u16::from_be_bytes([high, low])
}

/// Goes past VLAN tags, however many there are, to the IP packet.
fn network(mut protocol: u16, mut data: &[u8], cut: usize) -> Result<Ip<'_>, NotTcp> {
    while VLAN_TAGS.contains(&protocol) {
        let (tag, rest) = data.split_first_chunk::<4>().ok_or(NotTcp::too_short("VLAN tag", cut))?;
        (protocol, data) = (ether_type(tag[2], tag[3]), rest);
    }
    match protocol {
        IPV4 => Ok(Ip::V4(data)),
        IPV6 => Ok(Ip::V6(data)),
        other => Err(NotTcp::EtherType(other)),
    }
}

/// An address family comes first. Systems differ in its byte order and in the number for IPv6: 24 on NetBSD and
/// OpenBSD, 28 on FreeBSD, 30 on macOS.
fn loopback(data: &[u8], cut: usize) -> Result<Ip<'_>, NotTcp> {
    let (family, rest) = data.split_first_chunk::<4>().ok_or(NotTcp::too_short("link-layer header", cut))?;
    let family = u32::from_be_bytes(*family);
    match family.min(family.swap_bytes()) {
        2 => Ok(Ip::V4(rest)),
        24 | 28 | 30 => Ok(Ip::V6(rest)),
        other => Err(NotTcp::Family(other)),
    }
}

fn raw(data: &[u8], cut: usize) -> Result<Ip<'_>, NotTcp> {
    match data.first().map(|byte| byte >> 4) {
        Some(4) => Ok(Ip::V4(data)),
        Some(6) => Ok(Ip::V6(data)),
        Some(_) => Err(NotTcp::Malformed("IP header")),
        None => Err(NotTcp::too_short("IP header", cut)),
    }
}
