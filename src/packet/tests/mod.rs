//! Packets built byte by byte.

mod fragments;
mod headers;
mod random;
mod tunnels;

use std::net::Ipv6Addr;

use super::*;
use crate::base::Timestamp;
use crate::capture::LinkType;

const ETHERNET: [u8; 12] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];

/// A TCP header of 20 bytes (ports 3000 and 50000, PSH and ACK) and this payload.
fn tcp(payload: &[u8]) -> Vec<u8> {
    let mut bytes =
        vec![0x0b, 0xb8, 0xc3, 0x50, 0, 0, 0, 10, 0, 0, 0, 20, 0x50, 0x18, 0x02, 0x00, 0, 0, 0, 0];
    bytes.extend(payload);
    bytes
}

/// An IPv4 header with these options, of protocol 6.
fn ipv4(options: &[u8], payload: &[u8]) -> Vec<u8> {
    let total = (20 + options.len() + payload.len()) as u16;
    let mut bytes = vec![0x45 + (options.len() / 4) as u8, 0];
    bytes.extend(total.to_be_bytes());
    bytes.extend([0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    bytes.extend(options);
    bytes.extend(payload);
    bytes
}

/// An IPv4 header without options, of any protocol.
fn ipv4_of(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = ipv4(&[], payload);
    bytes[9] = protocol;
    bytes
}

fn ipv6(next_header: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend((payload.len() as u16).to_be_bytes());
    bytes.extend([next_header, 64]);
    bytes.extend(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1).octets());
    bytes.extend(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 2).octets());
    bytes.extend(payload);
    bytes
}

fn ethernet(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    [&ETHERNET, ether_type.to_be_bytes().as_slice(), payload].concat()
}

/// The part `range` of an IPv4 datagram's payload, with this identification.
fn fragment4(id: u16, protocol: u8, payload: &[u8], range: std::ops::Range<usize>) -> Vec<u8> {
    let more = if range.end < payload.len() { 0x2000 } else { 0 };
    let mut bytes = ipv4_of(protocol, &payload[range.clone()]);
    bytes[4..6].copy_from_slice(&id.to_be_bytes());
    bytes[6..8].copy_from_slice(&(more | (range.start / 8) as u16).to_be_bytes());
    bytes
}

/// The part `range` of the fragmentable part of an IPv6 packet.
fn fragment6(id: u32, next_header: u8, payload: &[u8], range: std::ops::Range<usize>) -> Vec<u8> {
    let more = u16::from(range.end < payload.len());
    let mut bytes = vec![next_header, 0];
    bytes.extend((range.start as u16 | more).to_be_bytes());
    bytes.extend(id.to_be_bytes());
    bytes.extend(&payload[range]);
    ipv6(44, &bytes)
}

fn packet(link_type: LinkType, data: &[u8], original_length: usize) -> Packet<'_> {
    Packet { time: Timestamp::default(), link_type, original_length: original_length as u32, data }
}

/// A decoder of a whole capture.
struct Bench(Decoder);

impl Bench {
    fn new() -> Self {
        Self::with(256)
    }

    fn with(fragmented_datagrams: usize) -> Self {
        Self(Decoder::new(&Limits { fragmented_datagrams, ..Limits::default() }))
    }

    /// The payload in a raw IP packet that was captured whole: what is there of it, and how long it is.
    fn raw(&mut self, data: &[u8]) -> Option<(Vec<u8>, u32)> {
        self.push(&packet(LinkType::RAW, data, data.len()))
    }

    fn push(&mut self, packet: &Packet<'_>) -> Option<(Vec<u8>, u32)> {
        self.0.decode(packet).map(|segment| (segment.payload.to_vec(), segment.payload_length))
    }

    /// What was not decoded, by reason.
    fn not_decoded(&self) -> Vec<(String, u64)> {
        let mut reasons: Vec<_> = self.0.not_decoded().map(|(reason, n)| (reason.to_string(), n)).collect();
        reasons.sort();
        reasons
    }

    fn packets_not_decoded(&self) -> u64 {
        self.0.not_decoded().map(|(_, packets)| packets).sum()
    }

    fn held(&self) -> usize {
        self.0.reassembly.iter().map(Reassembly::held).sum()
    }
}

/// What a packet says that is alone in its capture.
fn alone<T>(packet: &Packet<'_>, read: impl FnOnce(Segment<'_>) -> T) -> Result<T, NotTcp> {
    let mut decoder = Decoder::new(&Limits::default());
    if let Some(segment) = decoder.decode(packet) {
        return Ok(read(segment));
    }
    let reasons: Vec<_> = decoder.not_decoded().collect();
    assert_eq!((reasons.len(), reasons[0].1), (1, 1), "one packet has one reason");
    Err(reasons[0].0)
}

/// The payload of a packet that was captured whole.
fn payload(link_type: LinkType, data: &[u8]) -> Result<(Vec<u8>, u32), NotTcp> {
    alone(&packet(link_type, data, data.len()), |segment| (segment.payload.to_vec(), segment.payload_length))
}

fn hello() -> Result<(Vec<u8>, u32), NotTcp> {
    Ok((b"hello".to_vec(), 5))
}
