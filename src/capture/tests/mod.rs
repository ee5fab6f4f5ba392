//! Captures built byte by byte, and what is read from them.

mod compression;
mod framing;
mod pcap;
mod pcapng;
mod pipe;
mod reading;
mod recording;

use super::order::Order;
use super::{End, Framer, Packet};
use crate::base::{Error, Limits};

/// A packet as an owned value: time in nanoseconds, link type, original length, bytes.
type Owned = (i64, u16, u32, Vec<u8>);

fn owned(packet: Packet<'_>) -> Owned {
    (packet.time.as_nanos(), packet.link_type.0, packet.original_length, packet.data.to_vec())
}

/// Everything a framer makes of a capture that comes in one piece.
fn read(bytes: &[u8]) -> Result<(Vec<Owned>, End), Error> {
    read_in_pieces(bytes, bytes.len().max(1), &Limits::default())
}

/// Everything a framer makes of a capture that comes in pieces.
fn read_in_pieces(bytes: &[u8], piece: usize, limits: &Limits) -> Result<(Vec<Owned>, End), Error> {
    let mut framer = Framer::new(limits);
    let mut packets = Vec::new();
    for piece in bytes.chunks(piece) {
        framer.push(piece);
        if framer.open()? {
            packets.extend(std::iter::from_fn(|| framer.next_packet().map(owned)));
        }
    }
    framer.finish();
    framer.open()?;
    packets.extend(std::iter::from_fn(|| framer.next_packet().map(owned)));
    Ok((packets, framer.end().cloned().expect("no packets are left")))
}

fn u16_bytes(order: Order, number: u16) -> [u8; 2] {
    match order {
        Order::Little => number.to_le_bytes(),
        Order::Big => number.to_be_bytes(),
    }
}

fn u32_bytes(order: Order, number: u32) -> [u8; 4] {
    match order {
        Order::Little => number.to_le_bytes(),
        Order::Big => number.to_be_bytes(),
    }
}

fn numbers(order: Order, numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| u32_bytes(order, *number)).collect()
}

/// The header of a pcap of version 2.4 with a snap length of 262144.
fn pcap_header(order: Order, magic: u32, link_type: u32) -> Vec<u8> {
    let mut bytes = numbers(order, &[magic]);
    bytes.extend(u16_bytes(order, 2));
    bytes.extend(u16_bytes(order, 4));
    bytes.extend(numbers(order, &[0, 0, 262_144, link_type]));
    bytes
}

/// A record of a pcap: seconds, fraction, and the bytes, whole.
fn pcap_record(order: Order, seconds: u32, fraction: u32, data: &[u8]) -> Vec<u8> {
    let length = data.len() as u32;
    [numbers(order, &[seconds, fraction, length, length]), data.to_vec()].concat()
}

/// A little-endian pcap with Ethernet packets at these seconds; each has its second as its only byte.
fn pcap_at(seconds: &[u8]) -> Vec<u8> {
    let mut bytes = pcap_header(Order::Little, 0xa1b2_c3d4, 1);
    for second in seconds {
        bytes.extend(pcap_record(Order::Little, (*second).into(), 0, &[*second]));
    }
    bytes
}

/// A pcapng block; the body is padded.
fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let length = u32_bytes(order, padded as u32 + 12);
    let mut bytes = u32_bytes(order, kind).to_vec();
    bytes.extend(length);
    bytes.extend(body);
    bytes.resize(8 + padded, 0);
    bytes.extend(length);
    bytes
}

fn section_header(order: Order) -> Vec<u8> {
    let mut body = u32_bytes(order, 0x1a2b_3c4d).to_vec();
    body.extend(u16_bytes(order, 1));
    body.extend(u16_bytes(order, 0));
    body.extend([0xff; 8]);
    block(order, 0x0a0d_0d0a, &body)
}

/// An interface with options, of which each is a code and a value.
fn interface(order: Order, link_type: u16, snap_length: u32, options: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = u16_bytes(order, link_type).to_vec();
    body.extend([0; 2]);
    body.extend(u32_bytes(order, snap_length));
    for (code, value) in options {
        body.extend(u16_bytes(order, *code));
        body.extend(u16_bytes(order, value.len() as u16));
        body.extend(*value);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    block(order, 1, &body)
}

/// An enhanced packet block of an uncut packet.
fn enhanced(order: Order, interface: u32, units: u64, data: &[u8]) -> Vec<u8> {
    let length = data.len() as u32;
    let body = numbers(order, &[interface, (units >> 32) as u32, units as u32, length, length]);
    block(order, 6, &[body, data.to_vec()].concat())
}

/// A pcapng of two sections of different byte order, with blocks of every kind that is read and some that are not.
fn pcapng_of_two_sections() -> Vec<u8> {
    let (le, be) = (Order::Little, Order::Big);
    [
        section_header(le),
        interface(le, 1, 0, &[(9, &[9])]),
        interface(le, 276, 3, &[(9, &[3])]),
        enhanced(le, 0, 5, b"first"),
        block(le, 5, &[0; 12]),
        enhanced(le, 1, 7_000, b"second"),
        block(le, 0x0bad, b"whatever"),
        section_header(be),
        interface(be, 101, 4, &[]),
        enhanced(be, 0, 9_000_000, b"third"),
        block(be, 3, &[numbers(be, &[6]), b"four".to_vec()].concat()),
    ]
    .concat()
}
