//! 4 connections on which clients send binary messages of 64 KB to 1 MB, all at the same time.

use std::io;

use sockeye::base::Direction;
use sockeye::packet::MAX_SEGMENT;
use sockeye::websocket::Opcode;

use super::{CLOSING, close, open};
use crate::connection::WebSocket;
use crate::random::Random;
use crate::tap::Tap;
use crate::truth::Truth;

const CONNECTIONS: usize = 4;
const KB: usize = 1000;
/// Bytes that a full segment takes in the capture, with half an acknowledgment.
const SEGMENT_IN_CAPTURE: u64 = 1460 + 70 + 35;

/// What of its message a connection has still to send.
#[derive(Default)]
struct Pending {
    wire: Vec<u8>,
    sent: usize,
}

impl Pending {
    fn rest(&self) -> &[u8] {
        &self.wire[self.sent..]
    }
}

pub fn play(size: u64, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Truth> {
    let mut connections = open(CONNECTIONS, false, tap, random)?;
    let mut pending: Vec<Pending> = (0..CONNECTIONS).map(|_| Pending::default()).collect();
    let room = size.saturating_sub(tap.bytes() + CONNECTIONS as u64 * CLOSING);
    let mut left = room * MAX_SEGMENT as u64 / SEGMENT_IN_CAPTURE;
    while left > 0 || pending.iter().any(|pending| !pending.rest().is_empty()) {
        let number = random.below(CONNECTIONS);
        if left > 0 && pending[number].rest().is_empty() {
            // The last message may be shorter.
            let length = (random.small(64 * KB..=1000 * KB, 3) as u64).min(left);
            left -= length;
            begin(&mut connections[number], &mut pending[number], length as usize, random)?;
        }
        let burst = random.within(1..=16);
        go_on(&mut connections[number], &mut pending[number], burst, tap)?;
    }
    close(connections, tap, random)
}

fn begin(
    connection: &mut WebSocket,
    pending: &mut Pending,
    length: usize,
    random: &mut Random,
) -> io::Result<()> {
    pending.wire.clear();
    pending.sent = 0;
    let payload = random.bytes(length);
    connection.message(random, Direction::ClientToServer, Opcode::Binary, payload, 1, &mut pending.wire)
}

fn go_on(
    connection: &mut WebSocket,
    pending: &mut Pending,
    segments: usize,
    tap: &mut Tap<'_>,
) -> io::Result<()> {
    let rest = pending.rest();
    let burst = &rest[..rest.len().min(segments * MAX_SEGMENT)];
    connection.tcp.send(tap, Direction::ClientToServer, burst)?;
    pending.sent += burst.len();
    Ok(())
}
