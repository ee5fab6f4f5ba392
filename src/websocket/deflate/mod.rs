//! permessage-deflate: compressed messages (RFC 7692).
//!
//! In come the parameters that the handshake agreed on, and the payload of compressed messages, unmasked and joined.
//! Out goes what they inflate to. What the parameters may be, and whether a peer kept to them, is for `check` to judge.

mod agreed;

pub use agreed::{Compression, window_bits};
