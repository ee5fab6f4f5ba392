//! 10,000 connections open at once, JSON of 30 to 300 bytes both ways; a few messages are fragmented, some are pings.

use std::io;

use sockeye::websocket::Opcode;

use super::{CLOSING, close, either, open, open_at_once};
use crate::connection::WebSocket;
use crate::random::Random;
use crate::tap::Tap;
use crate::text;
use crate::truth::Truth;

const CONNECTIONS: usize = 10_000;
/// Of a thousand messages, how many are fragmented, and how many are pings that are answered: half of the control frames.
const FRAGMENTED: usize = 5;
const PINGED: usize = 10;
/// Of a thousand writes, how many are acknowledged before the other end has something to say.
const ACKNOWLEDGED: usize = 540;

pub fn play(size: u64, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Truth> {
    let mut connections = open(open_at_once(size, CONNECTIONS, 4000), false, tap, random)?;
    let end = size.saturating_sub(connections.len() as u64 * CLOSING);
    while tap.bytes() < end {
        let number = random.below(connections.len());
        say(&mut connections[number], tap, random)?;
    }
    close(connections, tap, random)
}

/// One end says something.
pub fn say(connection: &mut WebSocket, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<()> {
    let from = either(random);
    if random.permille(PINGED) {
        let payload = random.bytes(4);
        connection.send(tap, random, from, Opcode::Ping, payload.clone())?;
        return connection.send(tap, random, from.reverse(), Opcode::Pong, payload);
    }
    let length = random.small(30..=300, 2);
    let fragments = if random.permille(FRAGMENTED) { random.within(2..=4) } else { 1 };
    let payload = text::chat(random, length);
    let mut wire = Vec::with_capacity(length + 16);
    connection.message(random, from, Opcode::Text, payload, fragments, &mut wire)?;
    connection.tcp.send(tap, from, &wire)?;
    if random.permille(ACKNOWLEDGED) { connection.tcp.acknowledge(tap, from.reverse()) } else { Ok(()) }
}
