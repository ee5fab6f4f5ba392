//! Short connections, 500 open at once: a message, its answer, and the end.

use std::io;
use std::mem;

use sockeye::base::Direction;
use sockeye::websocket::Opcode;

use super::{close, open, open_at_once};
use crate::connection::WebSocket;
use crate::random::Random;
use crate::tap::Tap;
use crate::text;
use crate::truth::Truth;

const CONNECTIONS: usize = 500;
/// Bytes that a connection takes in the capture.
const EACH: u64 = 2000;

pub fn play(size: u64, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Truth> {
    let mut connections = open(open_at_once(size, CONNECTIONS, 2 * EACH), false, tap, random)?;
    let mut truth = Truth::default();
    let mut opened = connections.len();
    let end = size.saturating_sub(connections.len() as u64 * EACH / 2);
    while tap.bytes() < end {
        let number = random.below(connections.len());
        talk(&mut connections[number], tap, random)?;
        let next = WebSocket::open(opened, false, tap, random)?;
        opened += 1;
        truth.done(mem::replace(&mut connections[number], next).close(tap, random)?);
    }
    for connection in &mut connections {
        talk(connection, tap, random)?;
    }
    let rest = close(connections, tap, random)?;
    Ok(truth + rest)
}

fn talk(connection: &mut WebSocket, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<()> {
    for from in Direction::BOTH {
        let length = random.small(30..=300, 2);
        let payload = text::chat(random, length);
        connection.send(tap, random, from, Opcode::Text, payload)?;
        connection.tcp.acknowledge(tap, from.reverse())?;
    }
    Ok(())
}
