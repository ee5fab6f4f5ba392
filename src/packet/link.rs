//! From the link layer down to IP: `etherparse` does not know most of what can lie between them.

use super::NotTcp;
use super::ip::Ip;
use super::{mpls, ppp};
use crate::capture::LinkType;

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
/// 802.1Q, 802.1ad, and what stood for the latter before it had a number.
const VLAN_TAGS: [u16; 3] = [0x8100, 0x88a8, 0x9100];
const PPPOE_SESSION: u16 = 0x8864;
const MPLS_UNICAST: u16 = 0x8847;
/// MPLS with an upstream-assigned label (RFC 5332 §3).
const MPLS_UPSTREAM: u16 = 0x8848;

/// What the next bytes of a packet are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    Ethernet,
    /// What this EtherType stands for.
    EtherType(u16),
    /// PPP, from its protocol field or its HDLC address on.
    Ppp,
}

impl Layer {
    pub(super) const IPV4: Layer = Layer::EtherType(IPV4);
    pub(super) const IPV6: Layer = Layer::EtherType(IPV6);
    pub(super) const MPLS: Layer = Layer::EtherType(MPLS_UNICAST);

    pub(super) fn is_vlan(self) -> bool {
        matches!(self, Layer::EtherType(number) if VLAN_TAGS.contains(&number))
    }

    /// Whether there is a way from here to IP.
    pub(super) fn is_known(self) -> bool {
        match self {
            Layer::Ethernet | Layer::Ppp => true,
            Layer::EtherType(number) => {
                VLAN_TAGS.contains(&number)
                    || matches!(number, IPV4 | IPV6 | PPPOE_SESSION | MPLS_UNICAST | MPLS_UPSTREAM)
            }
        }
    }
}

/// The IP packet in a packet that lacks its last `cut` bytes.
pub(super) fn strip(link_type: LinkType, data: &[u8], cut: usize) -> Result<Ip<'_>, NotTcp> {
    let (layer, data) = begin(link_type, data, cut)?;
    descend(layer, data, cut)
}

/// What a packet that lacks its last `cut` bytes is made of, from where on.
pub(super) fn begin(link_type: LinkType, data: &[u8], cut: usize) -> Result<(Layer, &[u8]), NotTcp> {
    let too_short = NotTcp::too_short("link-layer header", cut);
    match link_type {
        LinkType::ETHERNET => Ok((Layer::Ethernet, data)),
        LinkType::PPP => Ok((Layer::Ppp, data)),
        LinkType::LINUX_SLL => {
            let (header, rest) = data.split_first_chunk::<16>().ok_or(too_short)?;
            Ok((ether_type(header[14], header[15]), rest))
        }
        LinkType::LINUX_SLL2 => {
            let (header, rest) = data.split_first_chunk::<20>().ok_or(too_short)?;
            Ok((ether_type(header[0], header[1]), rest))
        }
        LinkType::NULL | LinkType::LOOP => {
            let (family, rest) = data.split_first_chunk::<4>().ok_or(too_short)?;
            loopback(u32::from_be_bytes(*family)).map(|layer| (layer, rest))
        }
        LinkType::IPV4 => Ok((Layer::IPV4, data)),
        LinkType::IPV6 => Ok((Layer::IPV6, data)),
        LinkType::RAW => raw(data, cut).map(|layer| (layer, data)),
        other if LinkType::RAW_OF_OTHER_SYSTEMS.contains(&other) => raw(data, cut).map(|layer| (layer, data)),
        other => Err(NotTcp::LinkType(other)),
    }
}

/// Goes past one header after another to the IP packet. Each takes some bytes, so this ends.
pub(super) fn descend(mut layer: Layer, mut data: &[u8], cut: usize) -> Result<Ip<'_>, NotTcp> {
    loop {
        match layer {
            Layer::IPV4 => return Ok(Ip::V4(data)),
            Layer::IPV6 => return Ok(Ip::V6(data)),
            _ => (layer, data) = pass(layer, data, cut)?,
        }
    }
}

/// Goes past one header, which is not that of IP.
pub(super) fn pass(layer: Layer, data: &[u8], cut: usize) -> Result<(Layer, &[u8]), NotTcp> {
    match layer {
        Layer::Ethernet => {
            let too_short = NotTcp::too_short("link-layer header", cut);
            let (header, rest) = data.split_first_chunk::<14>().ok_or(too_short)?;
            Ok((ether_type(header[12], header[13]), rest))
        }
        Layer::EtherType(PPPOE_SESSION) => ppp::session(data, cut),
        Layer::EtherType(MPLS_UNICAST | MPLS_UPSTREAM) => mpls::entry(data, cut),
        Layer::EtherType(_) if layer.is_vlan() => {
            let (tag, rest) = data.split_first_chunk::<4>().ok_or(NotTcp::too_short("VLAN tag", cut))?;
            Ok((ether_type(tag[2], tag[3]), rest))
        }
        Layer::EtherType(other) => Err(NotTcp::EtherType(other)),
        Layer::Ppp => ppp::header(data, cut),
    }
}

pub(super) fn ether_type(high: u8, low: u8) -> Layer {
    Layer::EtherType(u16::from_be_bytes([high, low]))
}

/// An address family comes first. Systems differ in its byte order and in the number for IPv6: 24 on NetBSD and
/// OpenBSD, 28 on FreeBSD, 30 on macOS. No system has families beyond a byte.
fn loopback(family: u32) -> Result<Layer, NotTcp> {
    match family.min(family.swap_bytes()) {
        2 => Ok(Layer::IPV4),
        24 | 28 | 30 => Ok(Layer::IPV6),
        other => Err(u8::try_from(other).map_or(NotTcp::Malformed("link-layer header"), NotTcp::Family)),
    }
}

fn raw(data: &[u8], cut: usize) -> Result<Layer, NotTcp> {
    match data.first().map(|byte| byte >> 4) {
        Some(4) => Ok(Layer::IPV4),
        Some(6) => Ok(Layer::IPV6),
        Some(_) => Err(NotTcp::Malformed("IP header")),
        None => Err(NotTcp::too_short("IP header", cut)),
    }
}
