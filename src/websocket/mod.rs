//! Bytes behind the handshake become frames and messages.
//!
//! In come the [`StreamEvent`](crate::base::StreamEvent)s of each direction and the HTTP heads of the handshake; out
//! go what was negotiated, frame headers, unmasked payload in chunks, and the ends of frames and messages. This room
//! does not judge: a reserved opcode is a value. It has never heard of TCP, and of packets only as
//! [`Span`](crate::base::Span)s.
//!
//! Protocol: RFC 6455.

mod collector;
mod decoder;
mod frame;
mod header;
mod mask;
mod message;
mod session;
#[cfg(test)]
mod tests;

pub use decoder::{Decoder, Expected, FrameEvent, HeaderBytes};
pub use frame::Frame;
pub use header::{FrameHeader, Opcode};
pub use mask::unmask;
pub use message::{Membership, Message, Part};
pub use session::{Negotiated, Session, SessionEvent, Wanted};
