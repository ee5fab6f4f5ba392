//! The words every room uses.
//!
//! Nothing comes in and nothing goes out: this room holds the types that the stages hand to each other and the
//! numbers that bound them. It knows no other room, reads no bytes and judges nothing.

mod budget;
pub(crate) mod decimal;
mod direction;
mod error;
mod fetch;
pub mod limits;
mod sequence;
mod shard;
mod span;
mod stream;
mod time;

pub use budget::Budget;
pub use direction::{Direction, PerDirection};
pub use error::Error;
pub use fetch::fetch;
pub use limits::Limits;
pub use sequence::SeqNumber;
pub use shard::{SHARDS, Shards};
pub use span::{PacketId, Span};
pub use stream::{GapReason, StreamEvent};
pub use time::Timestamp;
