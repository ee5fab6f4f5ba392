//! Capture files become packets.
//!
//! In come the bytes of one or several captures (pcap or pcapng, compressed or not); out go [`Packet`]s that
//! borrow the read buffer, in the order of their time. The way back are [`Writer`] and [`NgWriter`]. This room does not open files, does
//! not look into packets and does not number them. It is the only one that names `pcap_file`.
//!
//! ```text
//!  Recording ── picks the source whose next packet is the earliest
//!   └ Reader ── reads (and decompresses) one source; the only one that can block
//!      └ Framer ── bytes in, packets out; no I/O
//!         └ Pcap, Pcapng ── where the next record begins and ends
//! ```
//!
//! Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng, and the compressed ones that `compression` lists.

mod compression;
mod end;
mod framer;
mod interface;
mod link_type;
mod ng_writer;
mod order;
mod pcap;
mod pcapng;
mod reader;
mod recording;
mod secrets;
#[cfg(test)]
mod tests;
mod writer;

pub use end::End;
pub use framer::Framer;
pub use link_type::LinkType;
pub use ng_writer::NgWriter;
pub use reader::Reader;
pub use recording::Recording;
pub use secrets::secrets;
pub use writer::Writer;

use std::ops::Range;

use crate::base::Timestamp;
use pcap::Pcap;
use pcapng::Pcapng;

/// Whether these are the first bytes of a pcap or a pcapng, not compressed.
pub fn is_capture(bytes: &[u8]) -> bool {
    Pcap::is_magic(bytes) || Pcapng::is_magic(bytes)
}

/// One captured packet.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    /// When it was captured.
    pub time: Timestamp,
    /// What its first bytes are.
    pub link_type: LinkType,
    /// Its length on the wire; more than `data.len()` if the capture cut it, never less.
    pub original_length: u32,
    /// The bytes captured.
    pub data: &'a [u8],
}

/// What lies at the beginning of some bytes of a capture.
#[derive(Debug)]
enum Framed {
    /// A packet.
    Packet(Head),
    /// A record of this many bytes without a packet.
    Other(usize),
    /// A record that is not all there; it takes at least this many bytes, which is more than there are.
    Need(usize),
    /// Nothing that can be read on from.
    Damaged(&'static str),
}

/// A packet that lies in a buffer. Offsets count from the beginning of its record.
#[derive(Debug)]
struct Head {
    time: Timestamp,
    link_type: LinkType,
    original_length: u32,
    /// Where its bytes are; `data.end <= record`.
    data: Range<usize>,
    /// Bytes of the whole record.
    record: usize,
}
