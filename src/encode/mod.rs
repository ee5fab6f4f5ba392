//! The way back: descriptions become frames and captures.
//!
//! In comes a [`FrameSpec`], or a conversation of several; out go the bytes of the frame, or a capture of the whole
//! connection. Wrong values are as welcome as right ones: this room does not judge, and does not play what the other
//! end would think of a wrong frame. It does not open files.
//!
//! Protocols: RFC 6455, and below it those of `packet` and `capture`.

mod capture;
mod close;
mod frame;

pub use capture::write_capture;
pub use close::close_payload;
pub use frame::{FrameSpec, LengthForm};
