//! A whole connection as a capture: TCP and WebSocket open, frames, both close.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};

use super::{FrameSpec, close_payload};
use crate::base::{Direction, PerDirection, SeqNumber, Timestamp};
use crate::capture::{LinkType, Packet, Writer};
use crate::packet::{Flags, MAX_SEGMENT, Segment};
use crate::websocket::{CloseBody, CodeClass, Opcode, accept_for, code_class};

use Direction::{ClientToServer, ServerToClient};

/// When the first packet comes: 2011-12-01 00:00 UTC, the month of RFC 6455. A fixed time makes equal captures of equal
/// descriptions.
const START: Timestamp = Timestamp::from_nanos(1_322_697_600_000_000_000);
/// From one packet to the next, in nanoseconds.
const STEP: i64 = 1_000_000;

/// Addresses for documentation (RFC 5737).
const CLIENT: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 50_000);
const SERVER: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 2), 80);
/// Where both sides begin to count.
const FIRST_SEQUENCE: PerDirection<u32> = PerDirection { client: 1000, server: 2000 };
/// What both sides are ready to receive; more than is ever on the way.
const WINDOW: u16 = 0xffff;

/// The key of RFC 6455 §1.3: base64 of `the sample nonce`.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
/// Masking keys for a Close of the client's: the second, if its frame before used the first. A client takes another
/// key for every frame (§5.3).
const CLOSE_KEYS: [[u8; 4]; 2] = [[0x8d, 0x26, 0xf1, 0x4b], [0xc9, 0x53, 0x0e, 0xa4]];

/// Writes a pcap of one connection in which these frames are sent, one after the other.
///
/// Before them stand the handshakes of TCP and WebSocket. Behind them, each side that has not sent a Close does: with
/// the code of the other's, or 1000. Then TCP is closed, by the server first (RFC 6455 §7.1.1). No Close follows
/// frames that do not end as announced: it would be taken for something else.
///
/// # Errors
/// Those of `out`.
pub fn write_capture(frames: &[(Direction, FrameSpec)], out: impl Write) -> io::Result<()> {
    let mut wire = Wire::new(out)?;
    wire.open()?;
    wire.send(ClientToServer, request().as_bytes())?;
    wire.send(ServerToClient, response().as_bytes())?;
    for (from, frame) in frames {
        wire.send(*from, &frame.encode())?;
    }
    for (from, frame) in closes(frames) {
        wire.send(from, &frame.encode())?;
    }
    wire.close()
}

fn request() -> String {
    let host = SERVER.0;
    format!(
        "GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
}

fn response() -> String {
    let accept = accept_for(KEY.as_bytes());
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )
}

/// The Close frames that are missing behind these frames; the client's first if both are.
fn closes(frames: &[(Direction, FrameSpec)]) -> Vec<(Direction, FrameSpec)> {
    if frames.iter().any(|(_, frame)| !frame.ends_as_announced()) {
        return Vec::new();
    }
    let given = |from| frames.iter().find(|(by, frame)| *by == from && frame.opcode == Opcode::Close);
    let missing = Direction::BOTH.into_iter().filter(|from| given(*from).is_none());
    let close = |from: Direction| {
        let payload = match given(from.reverse()) {
            Some((_, other)) => answer(&other.payload),
            None => close_payload(CloseBody::Status { code: 1000, reason: b"" }),
        };
        let masking_key = (from == ClientToServer).then(|| close_key(frames));
        (from, FrameSpec { masking_key, ..FrameSpec::new(Opcode::Close, payload) })
    };
    missing.map(close).collect()
}

/// What answers a Close: its code (§5.5.1), or 1002 if it has none that may be sent (§7.4).
fn answer(payload: &[u8]) -> Vec<u8> {
    let code = match CloseBody::parse(payload) {
        CloseBody::Empty => return Vec::new(),
        CloseBody::OneByte(_) => 1002,
        CloseBody::Status { code, .. } => match code_class(code) {
            CodeClass::Registered | CodeClass::Library | CodeClass::Private => code,
            _ => 1002,
        },
    };
    close_payload(CloseBody::Status { code, reason: b"" })
}

fn close_key(frames: &[(Direction, FrameSpec)]) -> [u8; 4] {
    let [first, second] = CLOSE_KEYS;
    let last = frames.iter().rev().find(|(from, _)| *from == ClientToServer);
    if last.is_some_and(|(_, frame)| frame.masking_key == Some(first)) { second } else { first }
}

/// The network between client and server, and the capture of all that passes.
struct Wire<W: Write> {
    out: Writer<W>,
    now: Timestamp,
    /// The next sequence numbers.
    next: PerDirection<u32>,
}

impl<W: Write> Wire<W> {
    fn new(out: W) -> io::Result<Self> {
        Ok(Self { out: Writer::new(out, LinkType::ETHERNET)?, now: START, next: FIRST_SEQUENCE })
    }

    /// The three-way handshake (RFC 9293 §3.5).
    fn open(&mut self) -> io::Result<()> {
        self.segment(ClientToServer, Flags::SYN, b"")?;
        self.segment(ServerToClient, Flags(Flags::SYN.0 | Flags::ACK.0), b"")?;
        self.segment(ClientToServer, Flags::ACK, b"")
    }

    /// Bytes in as many segments as they need, each of which is acknowledged.
    fn send(&mut self, from: Direction, bytes: &[u8]) -> io::Result<()> {
        for payload in bytes.chunks(MAX_SEGMENT) {
            self.segment(from, Flags(Flags::PSH.0 | Flags::ACK.0), payload)?;
            self.segment(from.reverse(), Flags::ACK, b"")?;
        }
        Ok(())
    }

    /// Both FINs, the last acknowledgment, and the end of the capture.
    fn close(&mut self) -> io::Result<()> {
        let fin = Flags(Flags::FIN.0 | Flags::ACK.0);
        self.segment(ServerToClient, fin, b"")?;
        self.segment(ClientToServer, fin, b"")?;
        self.segment(ServerToClient, Flags::ACK, b"")?;
        self.out.flush()
    }

    fn segment(&mut self, from: Direction, flags: Flags, payload: &[u8]) -> io::Result<()> {
        let ends = PerDirection { client: SocketAddr::from(CLIENT), server: SocketAddr::from(SERVER) };
        let acknowledgment = if flags.has(Flags::ACK) { self.next[from.reverse()] } else { 0 };
        let segment = Segment {
            source: ends[from],
            destination: ends[from.reverse()],
            sequence: SeqNumber(self.next[from]),
            acknowledgment: SeqNumber(acknowledgment),
            flags,
            window: WINDOW,
            payload_length: payload.len() as u32,
            payload,
            captured: &[],
        };
        let data = segment.to_ethernet().ok_or(io::ErrorKind::InvalidInput)?;
        let original_length = data.len() as u32;
        self.out.write(&Packet {
            time: self.now,
            link_type: LinkType::ETHERNET,
            original_length,
            data: &data,
        })?;
        // SYN and FIN count as one byte (RFC 9293 §3.4).
        let counted = segment.payload_length + u32::from(flags.has(Flags::SYN) || flags.has(Flags::FIN));
        self.next[from] = self.next[from].wrapping_add(counted);
        self.now = Timestamp::from_nanos(self.now.as_nanos().saturating_add(STEP));
        Ok(())
    }
}
