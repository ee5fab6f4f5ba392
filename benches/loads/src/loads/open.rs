//! Connections that shake hands, say something and never end. From the 131,073rd on (`Limits::connections`), the oldest ones
//! make room, which the analysis tells.

use std::io;

use sockeye::base::Direction;
use sockeye::websocket::Opcode;

use crate::connection::WebSocket;
use crate::random::Random;
use crate::tap::Tap;
use crate::text;
use crate::truth::Truth;

pub fn play(size: u64, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Truth> {
    let mut truth = Truth::default();
    while tap.bytes() < size {
        let number = truth.connections as usize;
        let mut connection = WebSocket::open(number, false, tap, random)?;
        let length = random.small(30..=300, 2);
        let payload = text::chat(random, length);
        connection.send(tap, random, Direction::ServerToClient, Opcode::Text, payload)?;
        connection.tcp.acknowledge(tap, Direction::ClientToServer)?;
        truth.done(connection.sent);
    }
    Ok(truth)
}
