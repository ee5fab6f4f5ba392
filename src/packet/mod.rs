//! A packet becomes a TCP segment.
//!
//! In comes a [`Packet`](crate::capture::Packet); out goes the [`Segment`] in it, borrowing its bytes, or the
//! reason why there is none. This room keeps no state, trusts no checksum (offload writes wrong ones) and does not
//! know connections. It is the only one that names `etherparse`.
//!
//! Protocols: IEEE 802.3 and 802.1Q, RFC 791, RFC 8200, RFC 9293 §3.1.

use std::fmt;
use std::net::SocketAddr;

use crate::base::SeqNumber;

/// A TCP segment as one packet carried it.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// The sender.
    pub source: SocketAddr,
    /// The receiver.
    pub destination: SocketAddr,
    /// Sequence number of the first payload byte (of the SYN, if there is one).
    pub sequence: SeqNumber,
    /// The next sequence number expected from the other end; meaningful if [`Flags::ack`].
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
