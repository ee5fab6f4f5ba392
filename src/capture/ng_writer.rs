//! A pcapng, written (draft-ietf-opsawg-pcapng).

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
};
use pcap_file::pcapng::{PcapNgBlock, PcapNgWriteError, PcapNgWriter};
use pcap_file::{DataLink, Endianness};

use super::{LinkType, Packet};

/// Writes packets of any link types, with their times in nanoseconds: an interface for each link type.
pub struct NgWriter<W: Write> {
    pcapng: PcapNgWriter<W>,
    /// The link type of each interface.
    interfaces: Vec<LinkType>,
}

impl<W: Write> fmt::Debug for NgWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NgWriter").field("interfaces", &self.interfaces).finish_non_exhaustive()
    }
}

impl<W: Write> NgWriter<W> {
    /// Writes the file's header.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W) -> io::Result<Self> {
        // The same file on every machine.
        let pcapng = PcapNgWriter::with_endianness(out, Endianness::Little).map_err(io_error)?;
        Ok(Self { pcapng, interfaces: Vec::new() })
    }

    /// Writes one packet, and before it its interface if it is the first of its link type.
    ///
    /// # Errors
    /// Those of the output, and `InvalidInput` for a packet from before 1970.
    pub fn write(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        let nanos = u64::try_from(packet.time.as_nanos())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let interface = self.interface(packet.link_type)?;
        let block = EnhancedPacketBlock {
            interface_id: interface,
            timestamp: Duration::from_nanos(nanos),
            original_len: packet.original_length,
            data: Cow::Borrowed(packet.data),
            options: Vec::new(),
        };
        self.pcapng.write_block(&block.into_block()).map_err(io_error)?;
        Ok(())
    }

    /// Writes what `out` still holds back.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn flush(&mut self) -> io::Result<()> {
        self.pcapng.get_mut().flush()
    }

    /// The number of the interface of a link type.
    fn interface(&mut self, link_type: LinkType) -> io::Result<u32> {
        if let Some(number) = self.interfaces.iter().position(|known| *known == link_type) {
            return Ok(number as u32);
        }
        let block = InterfaceDescriptionBlock {
            linktype: DataLink::from(u32::from(link_type.0)),
            snaplen: 0,
            options: vec![InterfaceDescriptionOption::IfTsResol(InterfaceTsResolution::NANO)],
        };
        self.pcapng.write_block(&block.into_block()).map_err(io_error)?;
        self.interfaces.push(link_type);
        Ok((self.interfaces.len() - 1) as u32)
    }
}

fn io_error(error: PcapNgWriteError) -> io::Error {
    match error {
        PcapNgWriteError::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidInput, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Limits, Timestamp};
    use crate::capture::Reader;

    #[test]
    fn packets_of_several_link_types_are_read_again() {
        let packet = |nanos, link_type, data| Packet {
            time: Timestamp::from_nanos(nanos),
            link_type,
            original_length: 60,
            data,
        };
        let packets = [
            packet(1_700_000_000_123_456_789, LinkType::ETHERNET, &b"first"[..]),
            packet(1, LinkType::RAW, b""),
            packet(i64::MAX, LinkType::ETHERNET, b"last"),
        ];
        let mut file = Vec::new();
        let mut writer = NgWriter::new(&mut file).unwrap();
        packets.iter().for_each(|packet| writer.write(packet).unwrap());
        let early = Packet { time: Timestamp::from_nanos(-1), ..packets[0] };
        assert_eq!(writer.write(&early).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        writer.flush().unwrap();

        let mut reader = Reader::open(&file[..], &Limits::default()).unwrap();
        let mut read = Vec::new();
        loop {
            while let Some(packet) = reader.next_packet() {
                read.push((packet.time, packet.link_type, packet.original_length, packet.data.to_vec()));
            }
            if !reader.fill() {
                break;
            }
        }
        let expected: Vec<_> = packets
            .iter()
            .map(|packet| (packet.time, packet.link_type, packet.original_length, packet.data.to_vec()))
            .collect();
        assert_eq!(read, expected);
    }
}
