//! One text of the client in very many fragments of 0 to 8 bytes, some in a write. `Limits::payload` truncates what is
//! shown of it at 16 MiB, some 170 MB of capture.

use std::io;

use sockeye::base::Direction;
use sockeye::encode::FrameSpec;
use sockeye::websocket::Opcode;

use super::{CLOSING, close, open};
use crate::random::Random;
use crate::tap::Tap;
use crate::text;
use crate::truth::Truth;

use Direction::ClientToServer;

/// The most bytes of a fragment.
const FRAGMENT: usize = 8;
/// Bytes of the text that are made together.
const PART: usize = 1000;

pub fn play(size: u64, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Truth> {
    let mut connections = open(1, false, tap, random)?;
    let connection = &mut connections[0];
    connection.sent[ClientToServer].message_payload.count += 1;
    let mut text = Vec::new();
    let mut opcode = Opcode::Text;
    let mut fin = false;
    while !fin {
        fin = tap.bytes() >= size.saturating_sub(CLOSING);
        let mut wire = Vec::new();
        let fragments = random.within(1..=6);
        for fragment in 1..=fragments {
            if text.is_empty() {
                text = text::chat(random, PART);
            }
            let is_last = fin && fragment == fragments;
            let length = if is_last { text.len() } else { random.below(FRAGMENT + 1).min(text.len()) };
            let behind = text.split_off(length);
            connection.sent[ClientToServer].message_payload.go_on(&text);
            let frame = FrameSpec { fin: is_last, ..FrameSpec::new(opcode, text) };
            connection.frame(random, ClientToServer, frame, &mut wire);
            (text, opcode) = (behind, Opcode::Continuation);
        }
        connection.tcp.send(tap, ClientToServer, &wire)?;
    }
    close(connections, tap, random)
}
