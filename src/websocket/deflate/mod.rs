//! permessage-deflate: compressed messages (RFC 7692).
//!
//! In come the parameters that the handshake agreed on, and the payload of compressed messages, unmasked and joined.
//! Out goes what they inflate to, or why that is not known. What the parameters may be, and whether a peer kept to them, is
//! for `check` to judge.

mod agreed;
mod context;
mod inflater;
mod stream;
#[cfg(test)]
mod tests;
mod walk;
mod window;

pub use agreed::{Compression, window_bits};
pub use context::{Cap, Content, Undecoded};
pub(super) use context::{Compressed, Context};
pub use inflater::Inflater;
