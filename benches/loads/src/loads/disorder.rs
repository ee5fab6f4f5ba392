//! One connection whose small segments come in the wrong order: blocks of 10,000 of them, reversed or shuffled, so that as
//! many wait for the first. What waits stays within `Limits::out_of_order`, and nothing is lost.

use std::io;
use std::ops::Range;

use sockeye::websocket::Opcode;

use super::{CLOSING, close, either, open};
use crate::random::Random;
use crate::tap::Tap;
use crate::truth::Truth;

/// Segments of a block.
const BLOCK: u64 = 10_000;
/// Bytes of a segment, at least and at most.
const SEGMENT: (usize, usize) = (40, 120);
/// Bytes that a segment takes in the capture.
const SEGMENT_IN_CAPTURE: u64 = 150;
/// The most bytes of a message.
const MESSAGE: usize = 1000;

pub fn play(size: u64, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Truth> {
    let mut connections = open(1, false, tap, random)?;
    let connection = &mut connections[0];
    let mut wire = Vec::new();
    loop {
        let left = size.saturating_sub(tap.bytes() + CLOSING) / SEGMENT_IN_CAPTURE;
        let room = left.min(BLOCK) as usize * (SEGMENT.0 + SEGMENT.1) / 2;
        if room < MESSAGE {
            return close(connections, tap, random);
        }
        let from = either(random);
        wire.clear();
        while wire.len() + MESSAGE <= room {
            let length = random.below(MESSAGE);
            let payload = random.bytes(length);
            connection.message(random, from, Opcode::Binary, payload, 1, &mut wire)?;
        }
        let segments = disordered(cut(wire.len(), random), random);
        connection.tcp.scatter(tap, from, &wire, &segments)?;
    }
}

fn cut(length: usize, random: &mut Random) -> Vec<Range<usize>> {
    let mut segments = Vec::new();
    let mut start = 0;
    while start < length {
        let end = length.min(start + random.within(SEGMENT.0..=SEGMENT.1));
        segments.push(start..end);
        start = end;
    }
    segments
}

/// The last first, or any order (Fisher and Yates).
fn disordered(mut segments: Vec<Range<usize>>, random: &mut Random) -> Vec<Range<usize>> {
    if random.below(2) == 0 {
        segments.reverse();
    } else {
        for at in (1..segments.len()).rev() {
            segments.swap(at, random.below(at + 1));
        }
    }
    segments
}
