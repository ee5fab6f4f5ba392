//! Bytes behind the handshake become frames and messages.
//!
//! In come the [`StreamEvent`](crate::base::StreamEvent)s of each direction and the HTTP heads of the handshake; out
//! go what was negotiated, and frames and messages at their ends, unmasked and inflated. This room
//! does not judge: a reserved opcode is a value. It has never heard of TCP, and of packets only as
//! [`Span`](crate::base::Span)s.
//!
//! Protocol: RFC 6455, RFC 7692.

mod accept;
mod close;
mod collector;
mod decoder;
mod deflate;
mod extension;
mod frame;
mod frame_event;
mod handshake;
mod header;
mod holes;
mod mask;
mod message;
mod scratch;
mod search;
mod session;
mod stage;
#[cfg(test)]
mod tests;
mod token;
mod utf8;
mod whole;

pub use accept::AcceptSteps;
pub use close::{CODES_AS_OF, CloseBody, CodeClass, code_class, code_name};
pub use decoder::Decoder;
use deflate::Inflater;
pub use deflate::{Cap, Compression, Content, Undecoded, window_bits};
pub use extension::{Extension, Extensions, Negotiated, extensions, extensions_in};
pub use frame::Frame;
pub use frame_event::{Expected, FrameEvent};
pub use handshake::{
    GUID, InvalidKey, Wants, accept_for, decode_key, switched_to_websocket, wants_websocket,
};
pub use header::{FrameHeader, Opcode};
pub use mask::unmask;
pub use message::{Membership, Message, Part};
pub use scratch::Scratch;
pub use search::{Demand, Evidence};
pub use session::{Session, SessionEvent, Wanted};
pub(crate) use token::is_token;
pub use utf8::InvalidText;
