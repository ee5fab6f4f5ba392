//! A packet becomes a TCP segment.
//!
//! In comes a [`Packet`]; out goes the [`Segment`] in it, borrowing its bytes, or the
//! reason why there is none. This room keeps no state, trusts no checksum (offload writes wrong ones) and does not
//! know connections. It is the only one that names `etherparse`.
//!
//! Protocols: IEEE 802.3 and 802.1Q, RFC 791, RFC 8200, RFC 9293 §3.1.

mod ip;
mod link;
mod not_tcp;
#[cfg(test)]
mod tests;

pub use not_tcp::NotTcp;

use std::fmt;
use std::net::SocketAddr;

use etherparse::TcpSlice;
use etherparse::err::tcp::HeaderSliceError;

use crate::base::SeqNumber;
use crate::capture::Packet;

/// Finds the TCP segment in a packet.
///
/// # Errors
///
/// What the packet carries instead, or why that cannot be told.
pub fn decode<'a>(packet: &Packet<'a>) -> Result<Segment<'a>, NotTcp> {
    let cut = (packet.original_length as usize).saturating_sub(packet.data.len());
    let payload = match link::strip(packet.link_type, packet.data, cut)? {
        link::Ip::V4(bytes) => ip::v4(bytes, cut)?,
        link::Ip::V6(bytes) => ip::v6(bytes, cut)?,
    };
    let tcp = TcpSlice::from_slice(payload.captured).map_err(|error| match error {
        HeaderSliceError::Len(_) => NotTcp::too_short("TCP header", payload.missing),
        HeaderSliceError::Content(_) => NotTcp::Malformed("TCP header"),
    })?;
    let payload_length = tcp.payload().len().saturating_add(payload.missing);
    Ok(Segment {
        source: SocketAddr::new(payload.source, tcp.source_port()),
        destination: SocketAddr::new(payload.destination, tcp.destination_port()),
        sequence: SeqNumber(tcp.sequence_number()),
        acknowledgment: SeqNumber(tcp.acknowledgment_number()),
        flags: Flags(tcp.header_slice().get(13).copied().unwrap_or_default()),
        window: tcp.window_size(),
        payload_length: u32::try_from(payload_length).unwrap_or(u32::MAX),
        payload: tcp.payload(),
    })
}

/// A TCP segment as one packet carried it.
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
