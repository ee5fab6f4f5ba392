//! 50 connections, the server sends JSON of 200 to 2000 bytes, 2 to 24 frames in a write.

use std::io;

use sockeye::base::Direction;
use sockeye::websocket::Opcode;

use super::{CLOSING, close, open, open_at_once};
use crate::random::Random;
use crate::tap::Tap;
use crate::text;
use crate::truth::Truth;

const CONNECTIONS: usize = 50;

pub fn play(size: u64, compressed: bool, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Truth> {
    let mut connections = open(open_at_once(size, CONNECTIONS, 10_000), compressed, tap, random)?;
    let end = size.saturating_sub(connections.len() as u64 * CLOSING);
    let mut wire = Vec::new();
    while tap.bytes() < end {
        let number = random.below(connections.len());
        let connection = &mut connections[number];
        wire.clear();
        for _ in 0..random.within(2..=24) {
            let length = random.small(200..=2000, 2);
            let payload = text::feed(random, length);
            connection.message(random, Direction::ServerToClient, Opcode::Text, payload, 1, &mut wire)?;
        }
        connection.tcp.send(tap, Direction::ServerToClient, &wire)?;
    }
    close(connections, tap, random)
}
