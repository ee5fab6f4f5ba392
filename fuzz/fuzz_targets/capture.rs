//! The bytes of a capture, compressed or not, in portions of any size: they give the same as in one.

#![no_main]

use std::io::{self, Read};

use libfuzzer_sys::fuzz_target;
use sockeye::base::Limits;
use sockeye::capture::{End, Framer, Packet, Reader};

/// A packet as an owned value.
type Owned = (i64, u16, u32, Vec<u8>);

/// Small caps, so that small inputs reach them.
fn limits() -> Limits {
    Limits { record: 4 << 10, decompression_window: 64 << 10, ..Limits::default() }
}

/// Gives so many bytes at once.
struct Portions<'a> {
    rest: &'a [u8],
    portion: usize,
}

impl Read for Portions<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.portion.min(out.len());
        self.rest.read(&mut out[..count])
    }
}

fn owned(packet: Packet<'_>) -> Owned {
    assert!(packet.data.len() <= packet.original_length as usize);
    (packet.time.as_nanos(), packet.link_type.0, packet.original_length, packet.data.to_vec())
}

fn read(rest: &[u8], portion: usize) -> Result<(Vec<Owned>, End), String> {
    let source = Portions { rest, portion };
    let mut reader = Reader::open(source, &limits()).map_err(|error| error.to_string())?;
    let mut packets = Vec::new();
    loop {
        packets.extend(std::iter::from_fn(|| reader.next_packet().map(owned)));
        if !reader.fill() {
            return Ok((packets, reader.end().cloned().expect("the reader told the end")));
        }
    }
}

fn frame(bytes: &[u8], portion: usize) -> Result<(Vec<Owned>, End), String> {
    let mut framer = Framer::new(&limits());
    let mut packets = Vec::new();
    for portion in bytes.chunks(portion) {
        framer.push(portion);
        if framer.open().map_err(|error| error.to_string())? {
            packets.extend(std::iter::from_fn(|| framer.next_packet().map(owned)));
        }
    }
    framer.finish();
    framer.open().map_err(|error| error.to_string())?;
    packets.extend(std::iter::from_fn(|| framer.next_packet().map(owned)));
    Ok((packets, framer.end().cloned().expect("no packets are left")))
}

fuzz_target!(|input: (u16, &[u8])| {
    let (portion, capture) = input;
    let portion = usize::from(portion).max(1);
    let whole = read(capture, usize::MAX);
    assert_eq!(whole, read(capture, portion));
    let framed = frame(capture, capture.len().max(1));
    assert_eq!(framed, frame(capture, portion));
    // What the framer takes for a capture is not compressed.
    if framed.is_ok() {
        assert_eq!(framed, whole);
    }
});
