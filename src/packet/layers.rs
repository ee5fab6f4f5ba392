//! The headers of a packet, one after the other, for those who want to look at them again.
//!
//! The way down is that of [`Decoder`](super::Decoder), but for fragments: they wait for others there, and here the way
//! ends. Nothing is copied or kept; a header that nobody asks for is not read.

use etherparse::IpNumber;

use super::Segment;
use super::ip::Ip;
use super::link::{self, Layer};
use super::tunnel;
use crate::capture::Packet;

/// Bytes of a TCP header without options (RFC 9293 §3.1).
const TCP_HEADER: usize = 20;

/// A packet that carried a TCP segment, or the last fragment of one.
#[derive(Debug, Clone, Copy)]
pub struct Layers<'a> {
    packet: Packet<'a>,
    segment: &'a [u8],
}

impl<'a> Layers<'a> {
    /// The packet, and the segment that was found in it.
    pub fn new(packet: &Packet<'a>, segment: &Segment<'a>) -> Self {
        Self { packet: *packet, segment: segment.captured }
    }

    /// The bytes captured.
    pub fn bytes(&self) -> &'a [u8] {
        self.packet.data
    }

    /// The headers before that of TCP, the outermost first: of Ethernet, VLAN tags, IPv4 and IPv6, in tunnels too, up to
    /// the first fragment. Other headers are passed by.
    pub fn headers(&self) -> impl Iterator<Item = Header<'a>> + use<'a> {
        let Packet { link_type, original_length, data, .. } = self.packet;
        let cut = (original_length as usize).saturating_sub(data.len());
        Walk { next: link::begin(link_type, data, cut).ok(), cut }
    }

    /// The header of TCP. If fragments carried it, it is that of the datagram put together.
    pub fn tcp(&self) -> Option<Header<'a>> {
        tcp_header(self.segment)
    }
}

/// The header that a segment begins with.
pub(super) fn tcp_header(segment: &[u8]) -> Option<Header<'_>> {
    let words = segment.get(12)? >> 4;
    Some(Header { kind: HeaderKind::Tcp, bytes: segment, length: 4 * usize::from(words) })
}

/// Whose header it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderKind {
    /// Ethernet.
    Ethernet,
    /// A VLAN tag of IEEE 802.1Q or 802.1ad, from its priority to the EtherType behind it.
    Vlan,
    /// IPv4 (RFC 791 §3.1).
    Ipv4,
    /// IPv6 (RFC 8200 §3), without extension headers.
    Ipv6,
    /// TCP (RFC 9293 §3.1).
    Tcp,
}

/// A header and what lies behind it, as far as it was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// Whose it is.
    pub kind: HeaderKind,
    /// From its first byte to the last one that it announces.
    pub bytes: &'a [u8],
    /// How many of them are its own, options included.
    pub length: usize,
}

impl<'a> Header<'a> {
    /// Its own bytes.
    pub fn own(&self) -> &'a [u8] {
        self.bytes.get(..self.length).unwrap_or(self.bytes)
    }

    /// What it carries.
    pub fn payload(&self) -> &'a [u8] {
        self.bytes.get(self.length..).unwrap_or_default()
    }

    /// The number in these bits, counted from the highest of the first byte as the RFCs draw them; `None` if it has
    /// not so many. At most 56 bits are read.
    pub fn bits(&self, range: std::ops::Range<usize>) -> Option<u64> {
        let bytes = self.own().get(range.start / 8..range.end.div_ceil(8))?;
        let number = bytes.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        let behind = range.end.next_multiple_of(8) - range.end;
        Some((number >> behind) & ((1 << range.len().min(56)) - 1))
    }

    /// The options of a TCP header (RFC 9293 §3.2), each with its kind and its data, up to the end of the list or to
    /// one that makes no sense. Padding is passed by.
    pub fn tcp_options(&self) -> impl Iterator<Item = (u8, &'a [u8])> + use<'a> {
        options(self.own().get(TCP_HEADER..).unwrap_or_default())
    }
}

fn options(mut bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        loop {
            match bytes {
                [] | [0, ..] => return None,
                [1, rest @ ..] => bytes = rest,
                [kind, length, ..] => {
                    let data = bytes.get(2..usize::from(*length))?;
                    bytes = bytes.get(usize::from(*length)..)?;
                    return Some((*kind, data));
                }
                [_] => return None,
            }
        }
    })
}

/// A packet from what is to come next. Every step takes some bytes.
#[derive(Debug)]
struct Walk<'a> {
    next: Option<(Layer, &'a [u8])>,
    /// Bytes that the capture lacks behind them.
    cut: usize,
}

impl<'a> Iterator for Walk<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        loop {
            let (layer, bytes) = self.next.take()?;
            let (kind, ip) = match layer {
                Layer::IPV4 => (HeaderKind::Ipv4, Ip::V4(bytes)),
                Layer::IPV6 => (HeaderKind::Ipv6, Ip::V6(bytes)),
                _ => {
                    let (below, rest) = link::pass(layer, bytes, self.cut).ok()?;
                    self.next = Some((below, rest));
                    let Some(kind) = link_header(layer) else { continue };
                    return Some(Header { kind, bytes, length: bytes.len().saturating_sub(rest.len()) });
                }
            };
            let (length, bytes) = ip.whole(self.cut).ok()?;
            self.enter(ip);
            return Some(Header { kind, bytes, length });
        }
    }
}

impl<'a> Walk<'a> {
    /// Goes on with what an IP packet carries, if that is a tunnel.
    fn enter(&mut self, ip: Ip<'a>) {
        let Ok((payload, None)) = ip.payload(self.cut) else { return };
        if payload.protocol != IpNumber::TCP.0 {
            self.next = tunnel::inside(&payload).ok();
            self.cut = payload.missing;
        }
    }
}

fn link_header(layer: Layer) -> Option<HeaderKind> {
    match layer {
        Layer::Ethernet => Some(HeaderKind::Ethernet),
        _ if layer.is_vlan() => Some(HeaderKind::Vlan),
        _ => None,
    }
}
