//! Classic pcap: one header, then records (draft-ietf-opsawg-pcap).

use pcap_file::pcap::{PcapParseError, PcapParser, PcapTsResolution};

use super::order::Order;
use super::{Framed, Head, LinkType};
use crate::base::Timestamp;

/// Bytes of the file's header.
const FILE_HEADER: usize = 24;
/// Bytes of a record's header.
const RECORD_HEADER: usize = 16;
/// Bytes of a record's header in the format of some patched versions of libpcap, which appends the interface's
/// index, the protocol and the packet's type.
const MODIFIED_RECORD_HEADER: usize = 24;

/// The magic number of a capture with times in microseconds.
const MICROSECONDS: u32 = 0xa1b2_c3d4;
/// The magic number of a capture with times in nanoseconds.
const NANOSECONDS: u32 = 0xa1b2_3c4d;
/// The magic number of a capture that has [`MODIFIED_RECORD_HEADER`]s, with times in microseconds.
const MODIFIED: u32 = 0xa1b2_cd34;

/// What a pcap's header says about its records.
#[derive(Debug)]
pub(super) struct Pcap {
    records: Records,
    nanos_per_unit: i64,
    link_type: LinkType,
}

#[derive(Debug)]
enum Records {
    Standard(PcapParser),
    Modified(Order),
    Old(Order, Lengths),
}

/// In which order old versions of libpcap wrote the two lengths of a packet.
#[derive(Debug, Clone, Copy)]
enum Lengths {
    /// The original one first.
    Swapped,
    /// One or the other; the captured one is the smaller.
    Unknown,
}

/// A record's header.
#[derive(Default)]
struct RecordHeader {
    seconds: u32,
    fraction: u32,
    captured: u32,
    original: u32,
}

impl Pcap {
    /// Whether a file that begins with these bytes is a pcap.
    pub(super) fn is_magic(bytes: &[u8]) -> bool {
        [Order::Little, Order::Big]
            .into_iter()
            .any(|order| matches!(order.u32(bytes, 0), Some(MICROSECONDS | NANOSECONDS | MODIFIED)))
    }

    /// Reads the file's header, of [`FILE_HEADER`] bytes: `Ok(None)` if it is not all there.
    pub(super) fn open(bytes: &[u8]) -> Result<Option<(Pcap, usize)>, &'static str> {
        if bytes.len() < FILE_HEADER {
            return Ok(None);
        }
        let find = |magic| [Order::Little, Order::Big].into_iter().find(|o| o.u32(bytes, 0) == Some(magic));
        let link_type = |order: Order| order.u32(bytes, 20).unwrap_or_default();
        let old = find(MICROSECONDS).and_then(|order| Some((order, Lengths::of_version(order, bytes)?)));
        let (records, link_type, nanos_per_unit) = match (find(MODIFIED), old) {
            (Some(order), _) => (Records::Modified(order), link_type(order), 1_000),
            (None, Some((order, lengths))) => (Records::Old(order, lengths), link_type(order), 1_000),
            (None, None) => {
                let (_, parser) = PcapParser::new(bytes).map_err(|_| "its header is not that of a pcap")?;
                let nanos = match parser.header().ts_resolution {
                    PcapTsResolution::MicroSecond => 1_000,
                    PcapTsResolution::NanoSecond => 1,
                };
                let link_type = parser.header().datalink.into();
                (Records::Standard(parser), link_type, nanos)
            }
        };
        // The upper 16 bits tell the length of the frame check sequence.
        let link_type = LinkType((link_type & 0xffff) as u16);
        Ok(Some((Pcap { records, nanos_per_unit, link_type }, FILE_HEADER)))
    }

    /// Finds the record at the beginning of `bytes`.
    pub(super) fn frame(&self, bytes: &[u8], limit: usize) -> Framed {
        let (header_length, header) = match &self.records {
            Records::Standard(parser) => (RECORD_HEADER, standard_header(parser, bytes)),
            Records::Modified(order) => {
                (MODIFIED_RECORD_HEADER, record_header::<MODIFIED_RECORD_HEADER>(*order, bytes))
            }
            Records::Old(order, lengths) => {
                let header = record_header::<RECORD_HEADER>(*order, bytes);
                (RECORD_HEADER, header.map(|header| lengths.in_order(header)))
            }
        };
        let Some(header) = header else { return Framed::Need(header_length) };
        let captured = header.captured as usize;
        if captured > limit {
            return Framed::Damaged("the record is longer than any packet");
        }
        let record = header_length.saturating_add(captured);
        if record > bytes.len() {
            return Framed::Need(record);
        }
        // Cannot overflow: 2^32 s are 4.3e18 ns, and a fraction that is too large adds at most 2^32 µs.
        let nanos =
            i64::from(header.seconds) * 1_000_000_000 + i64::from(header.fraction) * self.nanos_per_unit;
        Framed::Packet(Head {
            time: Timestamp::from_nanos(nanos),
            link_type: self.link_type,
            // Some writers leave it 0, or count a pseudo-header in the captured length only.
            original_length: header.original.max(header.captured),
            data: header_length..record,
            record,
        })
    }
}

impl Lengths {
    /// Those of a file of this version, unless they are in the usual order. As libpcap reads them.
    fn of_version(order: Order, file_header: &[u8]) -> Option<Self> {
        match (order.u16(file_header, 4)?, order.u16(file_header, 6)?) {
            (2, 0..=2) | (543, _) => Some(Lengths::Swapped),
            (2, 3) => Some(Lengths::Unknown),
            _ => None,
        }
    }

    fn in_order(self, header: RecordHeader) -> RecordHeader {
        match self {
            Lengths::Unknown if header.captured <= header.original => header,
            Lengths::Swapped | Lengths::Unknown => {
                RecordHeader { captured: header.original, original: header.captured, ..header }
            }
        }
    }
}

/// The header of a record, if it is there. If its data is not, only `captured` is known.
fn standard_header(parser: &PcapParser, bytes: &[u8]) -> Option<RecordHeader> {
    match parser.next_raw_packet(bytes) {
        Ok((_, raw)) => Some(RecordHeader {
            seconds: raw.ts_sec,
            fraction: raw.ts_frac,
            captured: raw.incl_len,
            original: raw.orig_len,
        }),
        // The parser tells what the data needs once it has the header, without saying which of the two it lacks.
        Err(PcapParseError::IncompleteBuffer(needed, _)) if bytes.len() >= RECORD_HEADER => {
            Some(RecordHeader {
                captured: u32::try_from(needed).unwrap_or(u32::MAX),
                ..RecordHeader::default()
            })
        }
        Err(_) => None,
    }
}

/// The header of a record, of `LENGTH` bytes, if it is there.
fn record_header<const LENGTH: usize>(order: Order, bytes: &[u8]) -> Option<RecordHeader> {
    let header = bytes.first_chunk::<LENGTH>()?;
    Some(RecordHeader {
        seconds: order.u32(header, 0)?,
        fraction: order.u32(header, 4)?,
        captured: order.u32(header, 8)?,
        original: order.u32(header, 12)?,
    })
}
