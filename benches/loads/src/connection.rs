//! A TCP connection, and the WebSocket on it: what its ends send, and how much that was.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::Range;

use base64::prelude::{BASE64_STANDARD, Engine};
use flate2::{Compress, Compression, FlushCompress};
use sockeye::base::{Direction, PerDirection, SeqNumber};
use sockeye::encode::{FrameSpec, close_payload};
use sockeye::packet::{Flags, MAX_SEGMENT, Segment};
use sockeye::websocket::{CloseBody, Opcode, accept_for};

use Direction::{ClientToServer, ServerToClient};

use crate::random::Random;
use crate::tap::Tap;
use crate::truth::Frames;

/// What every end is ready to receive; more than is ever on the way.
const WINDOW: u16 = 0xffff;
/// As fast as compressing gets; most of what making the load takes.
const LEVEL: u32 = 1;

/// A connection of TCP.
pub struct Tcp {
    ends: PerDirection<SocketAddr>,
    /// The next sequence numbers.
    next: PerDirection<u32>,
    /// Segments that are not acknowledged.
    waiting: PerDirection<u8>,
}

impl Tcp {
    /// Connection `number` of the load, to a port of the server. Its ends are in the network for benchmarks (RFC 2544).
    pub fn new(number: usize, port: u16, random: &mut Random) -> Self {
        let client = Ipv4Addr::new(198, 18, (number >> 8) as u8, number as u8);
        let ephemeral = 49_152 + (number >> 16) % 16_384;
        Self {
            ends: PerDirection {
                client: SocketAddr::new(IpAddr::V4(client), ephemeral as u16),
                server: SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 19, 0, 1)), port),
            },
            next: PerDirection { client: random.draw() as u32, server: random.draw() as u32 },
            waiting: PerDirection { client: 0, server: 0 },
        }
    }

    /// The three-way handshake (RFC 9293 §3.5).
    pub fn open(&mut self, tap: &mut Tap<'_>) -> io::Result<()> {
        self.segment(tap, ClientToServer, Flags::SYN, b"")?;
        self.segment(tap, ServerToClient, Flags(Flags::SYN.0 | Flags::ACK.0), b"")?;
        self.segment(tap, ClientToServer, Flags::ACK, b"")
    }

    /// Bytes in as many segments as they need. Every second one is acknowledged (RFC 9293 §3.8.6.3).
    pub fn send(&mut self, tap: &mut Tap<'_>, from: Direction, bytes: &[u8]) -> io::Result<()> {
        for payload in bytes.chunks(MAX_SEGMENT) {
            self.segment(tap, from, Flags(Flags::PSH.0 | Flags::ACK.0), payload)?;
            if self.waiting[from] >= 2 {
                self.acknowledge(tap, from.reverse())?;
            }
        }
        Ok(())
    }

    /// Bytes in segments, which come in the order given and are acknowledged together at the end.
    pub fn scatter(
        &mut self,
        tap: &mut Tap<'_>,
        from: Direction,
        bytes: &[u8],
        segments: &[Range<usize>],
    ) -> io::Result<()> {
        let start = self.next[from];
        for segment in segments {
            self.next[from] = start.wrapping_add(segment.start as u32);
            self.segment(tap, from, Flags::ACK, &bytes[segment.clone()])?;
        }
        self.next[from] = start.wrapping_add(bytes.len() as u32);
        self.acknowledge(tap, from.reverse())
    }

    /// This end acknowledges what came, if that has not been.
    pub fn acknowledge(&mut self, tap: &mut Tap<'_>, by: Direction) -> io::Result<()> {
        if self.waiting[by.reverse()] == 0 { Ok(()) } else { self.segment(tap, by, Flags::ACK, b"") }
    }

    /// Both FINs, the server's first, and the last acknowledgment.
    pub fn close(&mut self, tap: &mut Tap<'_>) -> io::Result<()> {
        let fin = Flags(Flags::FIN.0 | Flags::ACK.0);
        self.segment(tap, ServerToClient, fin, b"")?;
        self.segment(tap, ClientToServer, fin, b"")?;
        self.segment(tap, ServerToClient, Flags::ACK, b"")
    }

    fn segment(
        &mut self,
        tap: &mut Tap<'_>,
        from: Direction,
        flags: Flags,
        payload: &[u8],
    ) -> io::Result<()> {
        let acknowledgment = if flags.has(Flags::ACK) { self.next[from.reverse()] } else { 0 };
        let segment = Segment {
            source: self.ends[from],
            destination: self.ends[from.reverse()],
            sequence: SeqNumber(self.next[from]),
            acknowledgment: SeqNumber(acknowledgment),
            flags,
            window: WINDOW,
            payload_length: payload.len() as u32,
            payload,
            captured: &[],
        };
        tap.pass(&segment)?;
        // SYN and FIN count as one byte (RFC 9293 §3.4).
        let counted = segment.payload_length + u32::from(flags.has(Flags::SYN) || flags.has(Flags::FIN));
        self.next[from] = self.next[from].wrapping_add(counted);
        self.waiting[from.reverse()] = 0;
        self.waiting[from] = self.waiting[from].saturating_add(u8::from(!payload.is_empty()));
        Ok(())
    }
}

/// A connection of WebSocket.
pub struct WebSocket {
    /// What carries it.
    pub tcp: Tcp,
    /// What was sent.
    pub sent: PerDirection<Frames>,
    /// What compresses the server's messages, if that was agreed on.
    compress: Option<Compress>,
}

impl WebSocket {
    /// Connection `number` of the load, open. With `compressed`, the server's messages are (RFC 7692), each referring to
    /// those before it.
    pub fn open(number: usize, compressed: bool, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Self> {
        let mut tcp = Tcp::new(number, 80, random);
        tcp.open(tap)?;
        let key = BASE64_STANDARD.encode(random.bytes(16));
        let offer = if compressed { "Sec-WebSocket-Extensions: permessage-deflate\r\n" } else { "" };
        let request = format!(
            "GET /live HTTP/1.1\r\nHost: load.example\r\nUser-Agent: load/1.0\r\nOrigin: http://load.example\r\n\
             Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n\
             Sec-WebSocket-Version: 13\r\n{offer}\r\n"
        );
        let response = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {}\r\n{offer}\r\n",
            accept_for(key.as_bytes())
        );
        tcp.send(tap, ClientToServer, request.as_bytes())?;
        tcp.acknowledge(tap, ServerToClient)?;
        tcp.send(tap, ServerToClient, response.as_bytes())?;
        tcp.acknowledge(tap, ClientToServer)?;
        let compress = compressed.then(|| Compress::new(Compression::new(LEVEL), false));
        Ok(Self {
            tcp,
            sent: PerDirection { client: Frames::default(), server: Frames::default() },
            compress,
        })
    }

    /// Appends the frames of a message to what this end is going to write, and counts them.
    pub fn message(
        &mut self,
        random: &mut Random,
        from: Direction,
        opcode: Opcode,
        payload: Vec<u8>,
        fragments: usize,
        wire: &mut Vec<u8>,
    ) -> io::Result<()> {
        self.sent[from].message_payload.push(&payload);
        let compress = self.compress.as_mut().filter(|_| from == ServerToClient && !opcode.is_control());
        let rsv1 = compress.is_some();
        let mut rest = match compress {
            Some(compress) => deflate(compress, &payload)?,
            None => payload,
        };
        for fragment in 1..=fragments {
            let fin = fragment == fragments;
            let length = if fin { rest.len() } else { random.below(rest.len()) };
            let behind = rest.split_off(length);
            let is_first = fragment == 1;
            let frame = FrameSpec {
                fin,
                rsv1: rsv1 && is_first,
                ..FrameSpec::new(if is_first { opcode } else { Opcode::Continuation }, rest)
            };
            self.frame(random, from, frame, wire);
            rest = behind;
        }
        Ok(())
    }

    /// Appends a frame to what this end is going to write, and counts it; what its message says is counted elsewhere.
    pub fn frame(&mut self, random: &mut Random, from: Direction, frame: FrameSpec, wire: &mut Vec<u8>) {
        self.sent[from].frame(frame.opcode, &frame.payload);
        let masking_key = (from == ClientToServer).then(|| (random.draw() as u32).to_be_bytes());
        wire.extend_from_slice(&FrameSpec { masking_key, ..frame }.encode());
    }

    /// Sends a message of one frame in a write of its own.
    pub fn send(
        &mut self,
        tap: &mut Tap<'_>,
        random: &mut Random,
        from: Direction,
        opcode: Opcode,
        payload: Vec<u8>,
    ) -> io::Result<()> {
        let mut wire = Vec::new();
        self.message(random, from, opcode, payload, 1, &mut wire)?;
        self.tcp.send(tap, from, &wire)
    }

    /// The close handshake, the client's Close first, and the end of TCP.
    pub fn close(mut self, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<PerDirection<Frames>> {
        for from in Direction::BOTH {
            let payload = close_payload(CloseBody::Status { code: 1000, reason: b"" });
            self.send(tap, random, from, Opcode::Close, payload)?;
        }
        self.tcp.close(tap)?;
        Ok(self.sent)
    }
}

/// A compressed message (RFC 7692 §7.2.1): flushed, without the empty block at the end.
fn deflate(compress: &mut Compress, payload: &[u8]) -> io::Result<Vec<u8>> {
    let mut wire = Vec::with_capacity(payload.len() + 64);
    let before = compress.total_in();
    loop {
        let taken = (compress.total_in() - before) as usize;
        compress.compress_vec(&payload[taken..], &mut wire, FlushCompress::Sync)?;
        if wire.len() < wire.capacity() {
            break;
        }
        wire.reserve(64);
    }
    wire.truncate(wire.len() - 4);
    Ok(wire)
}
