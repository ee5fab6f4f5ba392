//! One connection with very many frames of 0 to 20 bytes, some in a write.

use std::io;

use sockeye::websocket::Opcode;

use super::{CLOSING, close, either, open};
use crate::random::Random;
use crate::tap::Tap;
use crate::truth::Truth;

pub fn play(size: u64, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Truth> {
    let mut connections = open(1, false, tap, random)?;
    let connection = &mut connections[0];
    let mut wire = Vec::new();
    while tap.bytes() < size.saturating_sub(CLOSING) {
        let from = either(random);
        wire.clear();
        for _ in 0..random.within(1..=6) {
            let length = random.below(21);
            let payload = random.bytes(length);
            connection.message(random, from, Opcode::Binary, payload, 1, &mut wire)?;
        }
        connection.tcp.send(tap, from, &wire)?;
    }
    close(connections, tap, random)
}
