//! Captures made from a description, in memory: TCP connections segment by segment, written as a classic pcap of raw
//! IP packets.
//!
//! Sequence and acknowledgment numbers follow from what was sent; a packet can be lost, cut or repeated afterwards.

#![allow(clippy::panic)] // a wrong description is a mistake in the test

use std::net::{IpAddr, SocketAddr};

pub const FIN: u8 = 0x01;
pub const SYN: u8 = 0x02;
pub const RST: u8 = 0x04;
pub const ACK: u8 = 0x10;

/// The request of RFC 6455 §1.3.
pub const REQUEST: &[u8] = b"GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
/// The response to it.
pub const RESPONSE: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// What the masking keys of [`masked`] have in common.
const MASKING_KEY: [u8; 3] = [0x32, 0xfd, 0x43];

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

/// A connection of a capture.
#[derive(Debug, Clone, Copy)]
pub struct Tcp(usize);

/// A packet: what was on the wire, and how much of it the capture holds.
#[derive(Debug, Clone)]
pub struct Packet {
    /// Since 1970, in microseconds.
    pub micros: u64,
    pub bytes: Vec<u8>,
    pub captured: usize,
}

#[derive(Debug)]
struct Connection {
    /// The client's address and the server's.
    ends: [SocketAddr; 2],
    /// Their next sequence numbers.
    next: [u32; 2],
}

/// A capture that is being written. A packet comes every millisecond.
#[derive(Debug)]
pub struct Capture {
    pub packets: Vec<Packet>,
    connections: Vec<Connection>,
    now: u64,
}

impl Default for Capture {
    fn default() -> Self {
        Self { packets: Vec::new(), connections: Vec::new(), now: START_MICROS }
    }
}

/// The time of the first packet: 2023-11-14T22:13:20Z.
const START_MICROS: u64 = 1_700_000_000_000_000;
const MILLISECOND: u64 = 1000;

impl Capture {
    /// A connection from a port of its own (40000, 40001 …) to port 3000, of which nothing has been sent.
    pub fn connection(&mut self) -> Tcp {
        let port = 40_000 + self.connections.len();
        self.between(&format!("10.0.0.1:{port}"), "10.0.0.2:3000", [1000, 2000])
    }

    /// A connection between these ends, with these initial sequence numbers, of which nothing has been sent.
    pub fn between(&mut self, client: &str, server: &str, initial: [u32; 2]) -> Tcp {
        let ends = [client, server].map(|end| match end.parse() {
            Ok(address) => address,
            Err(error) => panic!("{end}: {error}"),
        });
        self.connections.push(Connection { ends, next: initial });
        Tcp(self.connections.len() - 1)
    }

    /// A connection with its handshakes of TCP and WebSocket: five packets.
    pub fn websocket(&mut self) -> Tcp {
        let tcp = self.connection();
        self.open(tcp);
        self.upgrade(tcp);
        tcp
    }

    /// The three-way handshake.
    pub fn open(&mut self, tcp: Tcp) {
        self.segment(tcp, Side::Client, SYN, b"");
        self.segment(tcp, Side::Server, SYN | ACK, b"");
        self.segment(tcp, Side::Client, ACK, b"");
    }

    /// The opening handshake.
    pub fn upgrade(&mut self, tcp: Tcp) {
        self.client(tcp, REQUEST);
        self.server(tcp, RESPONSE);
    }

    /// Both FINs and the last acknowledgment; the server goes first.
    pub fn close(&mut self, tcp: Tcp) {
        self.segment(tcp, Side::Server, FIN | ACK, b"");
        self.segment(tcp, Side::Client, FIN | ACK, b"");
        self.segment(tcp, Side::Server, ACK, b"");
    }

    /// What the client sends in one segment.
    pub fn client(&mut self, tcp: Tcp, payload: &[u8]) {
        self.segment(tcp, Side::Client, ACK, payload);
    }

    /// What the server sends in one segment.
    pub fn server(&mut self, tcp: Tcp, payload: &[u8]) {
        self.segment(tcp, Side::Server, ACK, payload);
    }

    /// A segment that acknowledges all that the other side has sent.
    pub fn segment(&mut self, tcp: Tcp, from: Side, flags: u8, payload: &[u8]) {
        let acknowledgment = if flags & ACK == 0 { 0 } else { self.next(tcp, other(from)) };
        self.segment_acking(tcp, from, flags, acknowledgment, payload);
    }

    /// A segment with this acknowledgment number.
    pub fn segment_acking(&mut self, tcp: Tcp, from: Side, flags: u8, acknowledgment: u32, payload: &[u8]) {
        let connection = &mut self.connections[tcp.0];
        let bytes = packet(connection, from, flags, acknowledgment, payload);
        let counted = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        let next = &mut connection.next[from as usize];
        *next = next.wrapping_add(counted);
        self.put(bytes);
    }

    /// The next sequence number of a side.
    pub fn next(&self, tcp: Tcp, side: Side) -> u32 {
        self.connections[tcp.0].next[side as usize]
    }

    /// Sends from this sequence number on.
    pub fn set_next(&mut self, tcp: Tcp, side: Side, sequence: u32) {
        self.connections[tcp.0].next[side as usize] = sequence;
    }

    /// The last packet was sent, but is not in the capture.
    pub fn lose(&mut self) {
        self.packets.pop();
    }

    /// The capture holds the last packet without its last bytes.
    pub fn cut(&mut self, bytes: usize) {
        if let Some(packet) = self.packets.last_mut() {
            packet.captured -= bytes;
        }
    }

    /// The packet at `index` comes once more.
    pub fn repeat(&mut self, index: usize) {
        let bytes = self.packets[index].bytes.clone();
        self.put(bytes);
    }

    /// Time passes.
    pub fn wait(&mut self, milliseconds: u64) {
        self.now += milliseconds * MILLISECOND;
    }

    fn put(&mut self, bytes: Vec<u8>) {
        self.packets.push(Packet { micros: self.now, captured: bytes.len(), bytes });
        self.now += MILLISECOND;
    }

    /// The capture file.
    pub fn pcap(&self) -> Vec<u8> {
        pcap(&self.packets)
    }
}

/// A capture file of these packets.
pub fn pcap(packets: &[Packet]) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(0xa1b2_c3d4_u32.to_le_bytes());
    file.extend([2, 0, 4, 0]);
    file.extend([0; 8]);
    file.extend(0x40000_u32.to_le_bytes());
    file.extend(101_u32.to_le_bytes()); // raw IP
    for Packet { micros, bytes, captured } in packets {
        let (seconds, micros) = ((micros / 1_000_000) as u32, (micros % 1_000_000) as u32);
        let header = [seconds, micros, *captured as u32, bytes.len() as u32];
        file.extend(header.iter().flat_map(|field| field.to_le_bytes()));
        file.extend(&bytes[..*captured]);
    }
    file
}

fn other(side: Side) -> Side {
    match side {
        Side::Client => Side::Server,
        Side::Server => Side::Client,
    }
}

fn packet(connection: &Connection, from: Side, flags: u8, acknowledgment: u32, payload: &[u8]) -> Vec<u8> {
    let (source, destination) = (connection.ends[from as usize], connection.ends[other(from) as usize]);
    let mut tcp = Vec::new();
    tcp.extend(source.port().to_be_bytes());
    tcp.extend(destination.port().to_be_bytes());
    tcp.extend(connection.next[from as usize].to_be_bytes());
    tcp.extend(acknowledgment.to_be_bytes());
    tcp.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    tcp.extend(payload);
    let mut packet = Vec::new();
    match (source.ip(), destination.ip()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            packet.extend([0x45, 0]);
            packet.extend((20 + tcp.len() as u16).to_be_bytes());
            packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
            packet.extend(source.octets().into_iter().chain(destination.octets()));
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            packet.extend([0x60, 0, 0, 0]);
            packet.extend((tcp.len() as u16).to_be_bytes());
            packet.extend([6, 64]);
            packet.extend(source.octets().into_iter().chain(destination.octets()));
        }
        _ => panic!("both ends have addresses of one kind"),
    }
    packet.extend(tcp);
    packet
}

/// An unmasked frame with the shortest length field; `first` holds FIN, RSV and opcode.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    encode(first, None, payload)
}

/// A masked frame. Frames that differ have, by and large, different keys.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let [a, b, c] = MASKING_KEY;
    let d = payload.iter().fold(first, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte));
    encode(first, Some([a, b, c, d]), payload)
}

/// A frame, masked if there is a key.
pub fn encode(first: u8, key: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let mask = if key.is_some() { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match payload.len() {
        length @ ..126 => bytes.push(mask | length as u8),
        length @ ..65536 => {
            bytes.push(mask | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        length => {
            bytes.push(mask | 127);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend(key.iter().flatten());
    let key = key.unwrap_or_default();
    bytes.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}
