//! pcapng: blocks, in sections that each have their own byte order and interfaces (draft-ietf-opsawg-pcapng).
//!
//! Reads as much as the framing of the blocks allows: options that do not parse end the options, not the file.

use std::fmt;

use byteorder_slice::{BigEndian, LittleEndian};
use pcap_file::pcapng::RawBlock;
use pcap_file::pcapng::blocks::{
    ENHANCED_PACKET_BLOCK, INTERFACE_DESCRIPTION_BLOCK, PACKET_BLOCK, SECTION_HEADER_BLOCK,
    SIMPLE_PACKET_BLOCK,
};
use pcap_file::pcapng::{PcapNgFormatError, RawBlockParseError};

use super::interface::Interface;
use super::order::Order;
use super::{Framed, Head};
use crate::base::Timestamp;

/// Bytes of a block without a body: type, length, and the length again.
const EMPTY_BLOCK: usize = 12;
/// Where a block's body begins.
const BODY: usize = 8;
/// Interfaces of one section. Real captures have a few; the cap keeps a damaged file from filling the memory.
const INTERFACES: usize = 1 << 16;

/// The section that is being read.
#[derive(Debug)]
pub(super) struct Pcapng {
    order: Order,
    /// In the order of their numbers; never more than [`INTERFACES`].
    interfaces: Vec<Interface>,
    /// Of the latest packet: simple packet blocks have none of their own.
    time: Timestamp,
    secrets: Secrets,
}

/// TLS key logs that stand in a capture.
#[derive(Default)]
struct Secrets(Vec<u8>);

/// Says how many bytes there are, and no secret.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} bytes)", self.0.len())
    }
}

/// Decryption secrets block (draft §4.7).
const DECRYPTION_SECRETS_BLOCK: u32 = 10;
/// The secrets in it are those of an NSS key log.
const TLS_KEY_LOG: u32 = 0x544c_534b;

impl Pcapng {
    /// Whether a file that begins with these bytes is a pcapng.
    pub(super) fn is_magic(bytes: &[u8]) -> bool {
        Order::Big.u32(bytes, 0) == Some(SECTION_HEADER_BLOCK)
    }

    /// Reads the first section's header, which [`Pcapng::is_magic`]: `Ok(None)` if it is not all there.
    pub(super) fn open(bytes: &[u8], limit: usize) -> Result<Option<(Pcapng, usize)>, &'static str> {
        let mut section = Pcapng {
            order: Order::Big,
            interfaces: Vec::new(),
            time: Timestamp::default(),
            secrets: Secrets::default(),
        };
        match section.frame(bytes, limit) {
            Framed::Other(length) => Ok(Some((section, length))),
            Framed::Damaged(what) => Err(what),
            Framed::Need(_) | Framed::Packet(_) => Ok(None),
        }
    }

    /// Finds the block at the beginning of `bytes`, and learns what it says about the packets to come.
    pub(super) fn frame(&mut self, bytes: &[u8], limit: usize) -> Framed {
        if bytes.len() < EMPTY_BLOCK {
            return Framed::Need(EMPTY_BLOCK);
        }
        let Some(order) = self.order_of(bytes) else {
            return Framed::Damaged("the section's byte-order magic is wrong");
        };
        let length = order.u32(bytes, 4).unwrap_or_default() as usize;
        if length > limit {
            return Framed::Damaged("the block is longer than any packet");
        }
        let block = match order {
            Order::Little => RawBlock::from_slice::<LittleEndian>(bytes),
            Order::Big => RawBlock::from_slice::<BigEndian>(bytes),
        };
        match block {
            Ok((_, block)) => match block.type_ {
                SECTION_HEADER_BLOCK => self.section(order, &block.body, length),
                INTERFACE_DESCRIPTION_BLOCK => self.interface(&block.body, length),
                ENHANCED_PACKET_BLOCK => self.packet(self.order.u32(&block.body, 0), &block.body, length),
                PACKET_BLOCK => {
                    self.packet(self.order.u16(&block.body, 0).map(u32::from), &block.body, length)
                }
                SIMPLE_PACKET_BLOCK => self.simple_packet(&block.body, length),
                DECRYPTION_SECRETS_BLOCK => self.secrets(&block.body, length),
                _ => Framed::Other(length),
            },
            Err(RawBlockParseError::IncompleteBuffer(..)) => Framed::Need(length),
            Err(RawBlockParseError::InvalidFormat(error)) => Framed::Damaged(match error {
                PcapNgFormatError::BlockLengthMismatch(..) => "the block's two lengths differ",
                _ => "the block's length is impossible",
            }),
        }
    }

    /// The byte order of a block: a section header brings its own.
    fn order_of(&self, bytes: &[u8]) -> Option<Order> {
        if !Self::is_magic(bytes) {
            return Some(self.order);
        }
        [Order::Little, Order::Big].into_iter().find(|order| order.u32(bytes, BODY) == Some(0x1a2b_3c4d))
    }

    /// Section header block (draft §4.1). The length of the section is not needed.
    fn section(&mut self, order: Order, body: &[u8], length: usize) -> Framed {
        if body.len() < 16 {
            return Framed::Damaged("the section header is too short");
        }
        if order.u16(body, 4) != Some(1) {
            return Framed::Damaged("the section is of an unknown version of pcapng");
        }
        self.order = order;
        self.interfaces.clear();
        Framed::Other(length)
    }

    /// Interface description block (draft §4.2).
    fn interface(&mut self, body: &[u8], length: usize) -> Framed {
        let Some(interface) = Interface::parse(self.order, body) else {
            return Framed::Damaged("the interface description is too short");
        };
        if self.interfaces.len() == INTERFACES {
            return Framed::Damaged("the section has too many interfaces");
        }
        self.interfaces.push(interface);
        Framed::Other(length)
    }

    /// Decryption secrets block. One that is cut holds what is there.
    fn secrets(&mut self, body: &[u8], length: usize) -> Framed {
        const DATA: usize = 8;
        let text = self.order.u32(body, 4).and_then(|length| body.get(DATA..)?.get(..length as usize));
        let text = text.or(body.get(DATA..)).unwrap_or_default();
        if self.order.u32(body, 0) == Some(TLS_KEY_LOG) {
            self.secrets.0.extend_from_slice(text);
            self.secrets.0.push(b'\n');
        }
        Framed::Other(length)
    }

    /// Takes the key logs that have been read since this was called before.
    pub(super) fn take_secrets(&mut self) -> Option<Vec<u8>> {
        (!self.secrets.0.is_empty()).then(|| std::mem::take(&mut self.secrets.0))
    }

    /// Enhanced packet block (draft §4.3), or the obsolete packet block (appendix A), which differs in nothing but the
    /// interface's number.
    fn packet(&mut self, interface: Option<u32>, body: &[u8], length: usize) -> Framed {
        const DATA: usize = 20;
        let fields = (
            self.order.u32(body, 4),
            self.order.u32(body, 8),
            self.order.u32(body, 12),
            self.order.u32(body, 16),
        );
        let (Some(interface), (Some(high), Some(low), Some(captured), Some(original))) = (interface, fields)
        else {
            return Framed::Damaged("the packet block is too short");
        };
        let Some(interface) = self.interfaces.get(interface as usize) else {
            return Framed::Damaged("the packet's interface has not been described");
        };
        self.time = interface.time(u64::from(high) << 32 | u64::from(low));
        let data = data_of(body, DATA, captured);
        Framed::Packet(Head {
            time: self.time,
            link_type: interface.link_type,
            original_length: original.max(data.len() as u32),
            data,
            record: length,
        })
    }

    /// Simple packet block (draft §4.4): of the first interface, and without a time.
    fn simple_packet(&mut self, body: &[u8], length: usize) -> Framed {
        const DATA: usize = 4;
        let Some(original) = self.order.u32(body, 0) else {
            return Framed::Damaged("the packet block is too short");
        };
        let Some(interface) = self.interfaces.first() else {
            return Framed::Damaged("the packet's interface has not been described");
        };
        Framed::Packet(Head {
            time: self.time,
            link_type: interface.link_type,
            original_length: original,
            data: data_of(body, DATA, interface.captured(original)),
            record: length,
        })
    }
}

/// Where in the block the packet's bytes are; fewer than `captured` if the block has no room for them.
fn data_of(body: &[u8], start: usize, captured: u32) -> std::ops::Range<usize> {
    let length = (captured as usize).min(body.len().saturating_sub(start));
    let start = BODY + start;
    start..start + length
}
