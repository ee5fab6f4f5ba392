//! Captures of any size, and what is true of them.
//!
//! In come a [`Load`], a size and a seed; out go a pcap, packet by packet, and its [`Truth`]: what the analysis of it has
//! to find. The same seed makes the same file. The truth is counted where frames are made, before they become packets,
//! and owes nothing to a decoder.
//!
//! What is made keeps the rules: handshakes are right, frames of clients masked, connections closed in order, but for
//! those that are not to end. Memory grows with the connections that are open at once, not with the size.

mod connection;
mod loads;
mod random;
mod tap;
mod text;
mod truth;

use std::io::{self, Write};

pub use loads::Load;
pub use truth::{Checksum, Contents, Frames, Truth};

use random::Random;
use tap::Tap;

/// Writes a load of about `size` bytes to `out` as a pcap.
///
/// # Errors
/// Those of `out`.
pub fn generate(load: Load, size: u64, seed: u64, out: impl Write) -> io::Result<Truth> {
    let mut tap = Tap::new(out, Random::new(seed ^ 0x7461_7000), load == Load::Dirty)?;
    let counted = loads::play(load, size, &mut tap, &mut Random::new(seed))?;
    let (packets, bytes) = tap.finish()?;
    Ok(Truth { load: load.name(), seed, bytes, packets, ..counted })
}

/// A number of bytes; `K`, `M` and `G` behind it stand for powers of 1000.
pub fn size(text: &str) -> Option<u64> {
    let (digits, factor) = match text.as_bytes().last()? {
        b'K' => (&text[..text.len() - 1], 1000),
        b'M' => (&text[..text.len() - 1], 1_000_000),
        b'G' => (&text[..text.len() - 1], 1_000_000_000),
        _ => (text, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}
