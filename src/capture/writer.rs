//! A classic pcap, written (draft-ietf-opsawg-pcap).

use std::io::{self, Write};
use std::time::Duration;

use pcap_file::pcap::{PcapHeader, PcapPacket, PcapTsResolution, PcapWriteError, PcapWriter};
use pcap_file::{DataLink, Endianness};

use super::{LinkType, Packet};

/// As `tcpdump` writes it: the most bytes of a packet that such a file holds.
const SNAP_LENGTH: u32 = 262_144;

/// Writes packets of one link type, with their times in nanoseconds.
#[derive(Debug)]
pub struct Writer<W: Write> {
    pcap: PcapWriter<W>,
    link_type: LinkType,
}

impl<W: Write> Writer<W> {
    /// Writes the file's header.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W, link_type: LinkType) -> io::Result<Self> {
        let header = PcapHeader {
            snaplen: SNAP_LENGTH,
            datalink: DataLink::from(u32::from(link_type.0)),
            ts_resolution: PcapTsResolution::NanoSecond,
            // The same file on every machine.
            endianness: Endianness::Little,
            ..PcapHeader::default()
        };
        let pcap = PcapWriter::with_header(out, header).map_err(io_error)?;
        Ok(Self { pcap, link_type })
    }

    /// Writes one packet.
    ///
    /// # Errors
    /// Those of the output, and `InvalidInput` for a packet that such a file cannot hold: of another link type, from
    /// before 1970 or after 2106, or longer than 262,144 bytes.
    pub fn write(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        if packet.link_type != self.link_type {
            return Err(invalid("the packets of a pcap are of one link type"));
        }
        let nanos = u64::try_from(packet.time.as_nanos()).map_err(invalid)?;
        let packet = PcapPacket::new(Duration::from_nanos(nanos), packet.original_length, packet.data)
            .map_err(invalid)?;
        self.pcap.write_packet(&packet).map_err(io_error)?;
        Ok(())
    }

    /// Writes what `out` still holds back.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn flush(&mut self) -> io::Result<()> {
        self.pcap.flush().map_err(io_error)
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

fn io_error(error: PcapWriteError) -> io::Error {
    match error {
        PcapWriteError::Io(error) | PcapWriteError::FieldWriteFailed(_, error) => error,
        PcapWriteError::Validation(error) => invalid(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Limits, Timestamp};
    use crate::capture::Reader;

    fn packet(nanos: i64, data: &[u8]) -> Packet<'_> {
        let time = Timestamp::from_nanos(nanos);
        Packet { time, link_type: LinkType::ETHERNET, original_length: 60, data }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut file = Vec::new();
        let mut writer = Writer::new(&mut file, LinkType::ETHERNET).unwrap();
        let packets = [packet(1_700_000_000_123_456_789, b"first"), packet(1_700_000_001_000_000_001, b"")];
        packets.iter().for_each(|packet| writer.write(packet).unwrap());
        writer.flush().unwrap();

        let mut reader = Reader::open(&file[..], &Limits::default()).unwrap();
        let mut read = Vec::new();
        loop {
            while let Some(packet) = reader.next_packet() {
                assert_eq!((packet.link_type, packet.original_length), (LinkType::ETHERNET, 60));
                read.push((packet.time, packet.data.to_vec()));
            }
            if !reader.fill() {
                break;
            }
        }
        let expected: Vec<_> = packets.iter().map(|packet| (packet.time, packet.data.to_vec())).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn what_a_pcap_cannot_hold_is_refused_and_not_written() {
        let mut file = Vec::new();
        let mut writer = Writer::new(&mut file, LinkType::ETHERNET).unwrap();
        let long = vec![0; SNAP_LENGTH as usize + 1];
        for bad in [
            Packet { link_type: LinkType::RAW, ..packet(0, b"") },
            packet(-1, b""),
            packet(i64::MAX, b""),
            packet(0, &[0; 61]),
            Packet { original_length: SNAP_LENGTH + 1, ..packet(0, &long) },
        ] {
            assert_eq!(writer.write(&bad).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
        assert_eq!(file.len(), 24);
    }
}
