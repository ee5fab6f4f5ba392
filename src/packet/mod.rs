//! Packets become TCP segments.
//!
//! In comes a [`Packet`]; out goes the [`Segment`] in it, or nothing, and the reason is counted. Link layers, tunnels
//! and IP come off one after the other; fragments of IP datagrams wait for each other. Who asks what the headers said
//! finds them in [`Layers`]. The way back is [`Segment::to_ethernet`]. This room trusts no checksum
//! (offload writes wrong ones) and does not know connections. It is the only one that names `etherparse`.
//!
//! ```text
//!  link ── Ethernet, VLAN, cooked, loopback; with mpls and ppp ──▶ IP packet ◀──────────────┐
//!  ip ── whose payload, how much of it                                                      │
//!   ├ fragments ── the payload of a whole datagram, in a buffer of the decoder's            │
//!   ├ TCP ──▶ segment, borrowing the packet or that buffer                                  │
//!   └ tunnel ── IP in IP, GRE, VXLAN ── link ───────────────────────────────────────────────┘
//! ```
//!
//! Protocols: IEEE 802.3 and 802.1Q, RFC 791, RFC 8200, RFC 9293 §3.1; PPP (RFC 1661, RFC 1662, RFC 2516), MPLS
//! (RFC 3032, RFC 4448), GRE (RFC 2784, RFC 2890, RFC 2637), VXLAN (RFC 7348), IP in IP (RFC 2003, RFC 4213).

mod build;
mod fragments;
mod ip;
mod layers;
mod link;
mod mpls;
mod not_tcp;
mod ppp;
#[cfg(test)]
mod tests;
mod tunnel;

pub use build::MAX_SEGMENT;
pub use layers::{Header, HeaderKind, Layers};
pub use not_tcp::NotTcp;

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use etherparse::err::tcp::HeaderSliceError;
use etherparse::{IpNumber, Ipv4HeaderSlice, TcpSlice};

use crate::base::{Limits, SeqNumber};
use crate::capture::{LinkType, Packet};

use fragments::{Carriers, Moment, Reassembly};
use ip::Payload;

/// IP packets inside each other, at most. Overlays on tunnels on provider networks reach four or five.
const DEPTH: usize = 8;

/// Finds the TCP segments in the packets of a capture.
///
/// A packet either gives a segment, or its datagram's, or is counted in [`Decoder::not_decoded`]. Memory is bounded by
/// [`Limits::fragmented_datagrams`].
#[derive(Debug)]
pub struct Decoder {
    /// One for fragments, and one for fragments inside of what the first put together: a tunnel's packets are often
    /// fragments that became too long by its headers.
    reassembly: [Reassembly; 2],
    refused: HashMap<NotTcp, u64>,
    /// Packets so far.
    packets: u64,
    carriers: Carriers,
}

impl Decoder {
    /// A decoder at the beginning of a capture.
    pub fn new(limits: &Limits) -> Self {
        let reassembly = || Reassembly::new(limits.fragmented_datagrams);
        Self {
            reassembly: [reassembly(), reassembly()],
            refused: HashMap::new(),
            packets: 0,
            carriers: Carriers::default(),
        }
    }

    /// A decoder that also says which packets carried the fragments of a segment: [`Decoder::decode_noting`].
    pub fn noting_fragments(limits: &Limits) -> Self {
        Self { carriers: Carriers::noted(), ..Self::new(limits) }
    }

    /// As [`Decoder::decode`]; with the numbers of the packets that carried the segment's fragments, this one included
    /// and counted from 1, if it came in fragments and the decoder is [noting](Decoder::noting_fragments) them. Of those
    /// that came more than once, the first.
    pub fn decode_noting<'a>(&'a mut self, packet: &Packet<'a>) -> Option<(Segment<'a>, &'a [u64])> {
        let Self { reassembly, refused, packets, carriers } = self;
        *packets += 1;
        carriers.begin();
        if let Some(segment) = Segment::plain(packet) {
            return Some((segment, carriers.numbers()));
        }
        let now = Moment { time: packet.time, packets: *packets };
        match tcp_payload(reassembly, packet, now, carriers).and_then(|payload| Segment::parse(&payload)) {
            Ok(segment) => Some((segment, carriers.numbers())),
            // Counted once it is certain that the others do not come.
            Err(NotTcp::Fragment) => None,
            Err(reason) => {
                *refused.entry(reason).or_default() += carriers.count;
                None
            }
        }
    }

    /// Finds the TCP segment in a packet, or in the datagram that becomes whole with it.
    pub fn decode<'a>(&'a mut self, packet: &Packet<'a>) -> Option<Segment<'a>> {
        self.decode_noting(packet).map(|(segment, _)| segment)
    }

    /// How many packets carried no segment, by reason, in any order. Fragments whose datagram is not whole by now
    /// count; those that were repeated after it had become whole do not.
    pub fn not_decoded(&self) -> impl Iterator<Item = (NotTcp, u64)> {
        let incomplete = self.reassembly.iter().map(Reassembly::incomplete).sum();
        let refused = self.refused.iter().map(|(reason, packets)| (*reason, *packets));
        refused.chain((incomplete > 0).then_some((NotTcp::Fragment, incomplete)))
    }

    /// Datagrams that were still awaiting fragments when they had to make room ([`Limits::fragmented_datagrams`]).
    pub fn evicted(&self) -> u64 {
        self.reassembly.iter().map(Reassembly::evicted).sum()
    }
}

/// Takes the headers off a packet until TCP is left. If that took other packets too, `carriers` tells of them, in any
/// case but [`NotTcp::Fragment`].
fn tcp_payload<'a>(
    mut reassembly: &'a mut [Reassembly],
    packet: &Packet<'a>,
    now: Moment,
    carriers: &mut Carriers,
) -> Result<Payload<'a>, NotTcp> {
    let mut cut = (packet.original_length as usize).saturating_sub(packet.data.len());
    let mut ip = link::strip(packet.link_type, packet.data, cut)?;
    for _ in 0..DEPTH {
        let (mut payload, mut fragment) = ip.payload(cut)?;
        while let Some(found) = fragment {
            let (own, deeper) = std::mem::take(&mut reassembly).split_first_mut().ok_or(NotTcp::Nested)?;
            reassembly = deeper;
            payload = own.add(&payload, found, now, carriers)?;
            fragment = payload.skip_extensions()?;
        }
        if payload.protocol == IpNumber::TCP.0 {
            return Ok(payload);
        }
        ip = tunnel::enter(&payload)?;
        cut = payload.missing;
    }
    Err(NotTcp::Nested)
}

/// What the segment in a packet most likely is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likely {
    /// The sender.
    pub source: SocketAddr,
    /// The receiver.
    pub destination: SocketAddr,
    /// Whether it carries bytes.
    pub has_payload: bool,
}

/// What the segment in a packet most likely is, by a glance at the commonest kind: TCP over IPv4 without options in Ethernet.
pub fn likely(packet: &Packet<'_>) -> Option<Likely> {
    if packet.link_type != LinkType::ETHERNET {
        return None;
    }
    let [0x08, 0x00, 0x45, _, high, low, _, _, _, _, _, 6, _, _, tcp @ ..] = packet.data.get(12..47)? else {
        return None;
    };
    let [a, b, c, d, e, f, g, h, i, j, k, l, _, _, _, _, _, _, _, _, words] = *tcp.first_chunk()?;
    let headers = 20 + 4 * u16::from(words >> 4);
    let end = |address: [u8; 4], port: [u8; 2]| SocketAddr::new(address.into(), u16::from_be_bytes(port));
    Some(Likely {
        source: end([a, b, c, d], [i, j]),
        destination: end([e, f, g, h], [k, l]),
        has_payload: u16::from_be_bytes([*high, *low]) > headers,
    })
}

/// A TCP segment as a packet, or the fragments of one, carried it.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// The sender.
    pub source: SocketAddr,
    /// The receiver.
    pub destination: SocketAddr,
    /// Sequence number of the first payload byte (of the SYN, if there is one).
    pub sequence: SeqNumber,
    /// The next sequence number expected from the other end; meaningful with [`Flags::ACK`].
    pub acknowledgment: SeqNumber,
    /// The control bits.
    pub flags: Flags,
    /// The window field as it stands in the header, not scaled.
    pub window: u16,
    /// Payload bytes on the wire; more than `payload.len()` if the capture cut the packet.
    pub payload_length: u32,
    /// Payload bytes captured.
    pub payload: &'a [u8],
    /// Header and payload as they were captured; empty if it was not.
    pub captured: &'a [u8],
}

impl<'a> Segment<'a> {
    fn parse(payload: &Payload<'a>) -> Result<Self, NotTcp> {
        let tcp = TcpSlice::from_slice(payload.captured).map_err(|error| match error {
            HeaderSliceError::Len(_) => NotTcp::too_short("TCP header", payload.missing),
            HeaderSliceError::Content(_) => NotTcp::Malformed("TCP header"),
        })?;
        Ok(Self::of(&tcp, payload.source, payload.destination, payload.captured, payload.missing))
    }

    /// The segment in a whole packet that has no header but those of Ethernet, IPv4 and TCP, as most do. `None` of any
    /// other packet; of this, [`Segment::parse`] would say the same after more questions.
    fn plain(packet: &Packet<'a>) -> Option<Self> {
        if packet.link_type != LinkType::ETHERNET || packet.original_length as usize != packet.data.len() {
            return None;
        }
        let (ethernet, rest) = packet.data.split_first_chunk::<14>()?;
        if ethernet[12..] != [0x08, 0x00] {
            return None;
        }
        let ip = Ipv4HeaderSlice::from_slice(rest).ok()?;
        if ip.protocol() != IpNumber::TCP || ip.is_fragmenting_payload() {
            return None;
        }
        let captured = rest.get(ip.slice().len()..usize::from(ip.total_len()))?;
        let tcp = TcpSlice::from_slice(captured).ok()?;
        Some(Self::of(&tcp, ip.source_addr().into(), ip.destination_addr().into(), captured, 0))
    }

    fn of(
        tcp: &TcpSlice<'a>,
        source: IpAddr,
        destination: IpAddr,
        captured: &'a [u8],
        missing: usize,
    ) -> Self {
        let payload_length = tcp.payload().len().saturating_add(missing);
        Segment {
            source: SocketAddr::new(source, tcp.source_port()),
            destination: SocketAddr::new(destination, tcp.destination_port()),
            sequence: SeqNumber(tcp.sequence_number()),
            acknowledgment: SeqNumber(tcp.acknowledgment_number()),
            flags: Flags(tcp.header_slice().get(13).copied().unwrap_or_default()),
            window: tcp.window_size(),
            payload_length: u32::try_from(payload_length).unwrap_or(u32::MAX),
            payload: tcp.payload(),
            captured,
        }
    }
}

impl Segment<'_> {
    /// By how many bits the window fields of its sender are to be shifted, as a SYN offers it (RFC 7323 §2.2); more than
    /// 14 count as 14 (§2.3).
    pub fn window_shift(&self) -> Option<u8> {
        let option = layers::tcp_header(self.captured)?.tcp_options().find(|(kind, _)| *kind == 3)?;
        option.1.first().map(|shift| (*shift).min(14))
    }
}

/// The control bits of a TCP header (RFC 9293 §3.1), CWR the highest, FIN the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(pub u8);

impl Flags {
    /// The sender has nothing more to say.
    pub const FIN: Flags = Flags(0x01);
    /// Begins a connection.
    pub const SYN: Flags = Flags(0x02);
    /// Resets the connection.
    pub const RST: Flags = Flags(0x04);
    /// Push.
    pub const PSH: Flags = Flags(0x08);
    /// The acknowledgment number counts.
    pub const ACK: Flags = Flags(0x10);

    /// Names in Wireshark's order, with the bit of each.
    const NAMES: [(u8, &'static str); 8] = [
        (0x01, "FIN"),
        (0x02, "SYN"),
        (0x04, "RST"),
        (0x08, "PSH"),
        (0x10, "ACK"),
        (0x20, "URG"),
        (0x40, "ECE"),
        (0x80, "CWR"),
    ];

    /// Whether all bits of `other` are set.
    pub fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether a bit of `others` is set.
    pub fn has_any(self, others: Flags) -> bool {
        self.0 & others.0 != 0
    }
}

/// As Wireshark lists them: `SYN, ACK`; nothing if none is set.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (bit, name) in Self::NAMES {
            if self.0 & bit != 0 {
                write!(f, "{separator}{name}")?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

impl serde::Serialize for Flags {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
