//! What is true of a load.

use std::ops::{Add, AddAssign};

use serde::{Serialize, Serializer};
use sockeye::base::{Direction, PerDirection};
use sockeye::websocket::Opcode;

/// What an analysis of a load has to find.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// Name of the load.
    pub load: &'static str,
    /// What its random numbers began with.
    pub seed: u64,
    /// Length of the file.
    pub bytes: u64,
    /// Packets in it.
    pub packets: u64,
    /// TCP connections.
    pub connections: u64,
    /// Those of them that are WebSocket.
    pub websocket_connections: u64,
    /// What clients sent.
    pub client: Frames,
    /// What servers sent.
    pub server: Frames,
}

impl Truth {
    /// What was sent in a direction.
    pub fn of(&mut self, from: Direction) -> &mut Frames {
        match from {
            Direction::ClientToServer => &mut self.client,
            Direction::ServerToClient => &mut self.server,
        }
    }

    /// Adds a connection of WebSocket that has nothing more to say.
    pub fn done(&mut self, sent: PerDirection<Frames>) {
        self.connections += 1;
        self.websocket_connections += 1;
        self.client += sent.client;
        self.server += sent.server;
    }
}

impl Add for Truth {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.connections += other.connections;
        self.websocket_connections += other.websocket_connections;
        self.client += other.client;
        self.server += other.server;
        self
    }
}

/// Frames and messages of one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Frames {
    /// Frames of text.
    pub text: u64,
    /// Frames of anything.
    pub binary: u64,
    /// Frames that continue a message.
    pub continuation: u64,
    /// Close frames.
    pub close: u64,
    /// Ping frames.
    pub ping: u64,
    /// Pong frames.
    pub pong: u64,
    /// Payloads of all frames, unmasked, as long as they were on the wire.
    pub frame_payload: Contents,
    /// Payloads of all messages, control frames included, inflated.
    pub message_payload: Contents,
}

impl Frames {
    /// Counts a frame.
    pub fn frame(&mut self, opcode: Opcode, payload: &[u8]) {
        match opcode {
            Opcode::Text => self.text += 1,
            Opcode::Binary => self.binary += 1,
            Opcode::Continuation => self.continuation += 1,
            Opcode::Close => self.close += 1,
            Opcode::Ping => self.ping += 1,
            Opcode::Pong => self.pong += 1,
            Opcode::Reserved(_) => {}
        }
        self.frame_payload.push(payload);
    }
}

impl AddAssign for Frames {
    fn add_assign(&mut self, other: Self) {
        self.text += other.text;
        self.binary += other.binary;
        self.continuation += other.continuation;
        self.close += other.close;
        self.ping += other.ping;
        self.pong += other.pong;
        self.frame_payload += other.frame_payload;
        self.message_payload += other.message_payload;
    }
}

/// Some payloads, in their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Contents {
    /// How many.
    pub count: u64,
    /// Bytes of all of them.
    pub bytes: u64,
    /// Checksum of all of them.
    pub checksum: Checksum,
}

impl Contents {
    /// Adds the next payload of a connection's direction.
    pub fn push(&mut self, payload: &[u8]) {
        self.count += 1;
        self.go_on(payload);
    }

    /// Adds more of the last payload.
    pub fn go_on(&mut self, more: &[u8]) {
        self.bytes += more.len() as u64;
        self.checksum.update(more);
    }
}

impl AddAssign for Contents {
    fn add_assign(&mut self, other: Self) {
        self.count += other.count;
        self.bytes += other.bytes;
        self.checksum.0 = self.checksum.0.wrapping_add(other.checksum.0);
    }
}

/// FNV-1a (64 bits) of the bytes of one direction of a connection, less that of no bytes, written as 16
/// hexadecimal digits. Those of several connections are added modulo 2^64: their order does not matter, that of the bytes
/// of one does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checksum(u64);

impl Checksum {
    /// Of no bytes.
    const BEGIN: u64 = 0xcbf2_9ce4_8422_2325;

    fn update(&mut self, bytes: &[u8]) {
        let begin = self.0.wrapping_add(Self::BEGIN);
        let end =
            bytes.iter().fold(begin, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        self.0 = end.wrapping_sub(Self::BEGIN);
    }
}

impl Serialize for Checksum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(payloads: &[&[u8]]) -> Contents {
        let mut contents = Contents::default();
        payloads.iter().for_each(|payload| contents.push(payload));
        contents
    }

    #[test]
    fn fnv_1a_as_published() {
        assert_eq!(of(&[b"foobar"]).checksum.0.wrapping_add(Checksum::BEGIN), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn connections_add_up_in_any_order_and_bytes_do_not() {
        let (mut ab, mut ba) = (of(&[b"a"]), of(&[b"b"]));
        ab += of(&[b"b"]);
        ba += of(&[b"a"]);
        assert_eq!(ab, ba);
        assert_eq!((ab.count, ab.bytes), (2, 2));
        assert_ne!(of(&[b"a", b"b"]).checksum, of(&[b"b", b"a"]).checksum);
        assert_eq!(of(&[b"ab"]).checksum, of(&[b"a", b"b"]).checksum);
    }
}
