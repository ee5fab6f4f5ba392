//! Capture files become packets.
//!
//! In come the bytes of one or several captures (pcap or pcapng, gzip-compressed or not); out go [`Packet`]s that
//! borrow the read buffer, in the order of their time. This room does not open files, does not look into packets
//! and does not number them. It is the only one that names `pcap_file`.
//!
//! Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng, RFC 1952.

use crate::base::Timestamp;

/// What the first bytes of a packet are (the tcpdump.org registry of link types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkType(pub u16);

/// One captured packet.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    /// When it was captured.
    pub time: Timestamp,
    /// What its first bytes are.
    pub link_type: LinkType,
    /// Its length on the wire; more than `data.len()` if the capture cut it.
    pub original_length: u32,
    /// The bytes captured.
    pub data: &'a [u8],
}
