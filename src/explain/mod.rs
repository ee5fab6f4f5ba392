//! What every bit and byte means.
//!
//! In come the bytes of frames, or records of frames and handshakes with the findings about them; out come
//! [`Explanation`]s: fields with their place, value and meaning, the picture of RFC 6455 §5.2 filled in, the payload,
//! and why the RFC wants it so. All forms of output are drawn from them, so that no two can disagree. This room draws
//! nothing, and judges nothing that `check` does not judge.
//!
//! Texts in an explanation may hold what came from the wire, control characters too: whoever writes them escapes them.

mod acceptance;
mod content;
mod conversation;
mod fields;
mod findings;
mod frame;
mod handshake;
mod inflated;
mod layout;
mod message;
mod model;
mod notes;
mod pasted;
#[cfg(test)]
mod tests;

pub use acceptance::Acceptance;
pub use conversation::{Conversation, Narrator, State, Step};
pub use frame::of_frame;
pub use handshake::of_handshake;
pub use message::Joined;
pub use model::{
    ByteMark, Cell, Check, Content, Explanation, Field, Mark, MessageByte, Note, Role, Row, Subject,
    Unmasking, Wire,
};
pub use pasted::{Pasted, of_bytes};
