//! What one direction's messages inflate to, with what may be referred to in them (RFC 7692 §7.1.1, §7.2.2).

use super::stream::Failure;
use super::window::Window;
use super::{Compression, Inflater};
use crate::base::Budget;
use crate::websocket::utf8::InvalidText;

/// What the payload of a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// It was not compressed.
    Plain,
    /// It was compressed, and this is what it inflates to.
    Inflated {
        /// How many bytes that is.
        length: u64,
        /// That it was compressed, and how, is only assumed: the handshake was not captured.
        assumed: bool,
        /// It inflates only with the messages before it, which was agreed not to be needed (RFC 7692 §7.1.1).
        taken_over: bool,
        /// How far into these bytes it first refers back farther than was agreed (RFC 7692 §7.1.2).
        window_exceeded: Option<u64>,
    },
    /// It was compressed, and what it says is not known, or not all of it.
    Undecoded(Undecoded),
}

/// Why it is not known what a compressed message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecoded {
    /// The message is not whole.
    MissingBytes,
    /// It refers to an earlier one that is not known.
    ContextLost {
        /// Its number; `None` if not even that is known.
        message: Option<u64>,
    },
    /// A cap acted; if it is that on the inflated size, the beginning is known.
    Limit(Cap),
    /// The message is whole, nothing before it is missing, and it does not inflate.
    Invalid {
        /// The byte of the compressed payload at which it was refused; its length if it ends inside a block.
        at: u64,
    },
}

/// A cap on what is inflated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cap {
    /// [`Limits::payload`](crate::base::Limits::payload), on the compressed message.
    Payload,
    /// [`Limits::inflated`](crate::base::Limits::inflated), on what it inflates to.
    Inflated,
    /// [`Limits::held_total`](crate::base::Limits::held_total), on what is held of it or of those before it.
    HeldTotal,
}

/// What one direction's messages may refer to.
#[derive(Debug, Default)]
pub(in crate::websocket) struct Context {
    window: Window,
    /// Something before the window is not known: a message that does not inflate may refer to it.
    lost: Option<Undecoded>,
}

/// A compressed message, whole.
#[derive(Debug, Clone, Copy)]
pub(in crate::websocket) struct Compressed<'a> {
    pub number: u64,
    pub wire: &'a [u8],
    pub agreed: Compression,
    /// That was only assumed.
    pub assumed: bool,
    /// It is a text.
    pub is_text: bool,
    /// Bytes that somebody wants to read.
    pub wanted: usize,
}

impl Undecoded {
    /// As the output names it.
    pub fn name(self) -> &'static str {
        match self {
            Undecoded::MissingBytes => "missing-bytes",
            Undecoded::ContextLost { .. } => "context-lost",
            Undecoded::Limit(_) => "limit",
            Undecoded::Invalid { .. } => "invalid",
        }
    }

    /// The earlier message that is to blame, if that is known.
    pub fn message(self) -> Option<u64> {
        match self {
            Undecoded::ContextLost { message } => message,
            _ => None,
        }
    }
}

impl Cap {
    /// The name of the limit.
    pub fn name(self) -> &'static str {
        match self {
            Cap::Payload => "payload",
            Cap::Inflated => "inflated",
            Cap::HeldTotal => "held_total",
        }
    }
}

impl Context {
    /// Of a direction whose beginning is not known.
    pub(in crate::websocket) fn unknown() -> Self {
        Self { window: Window::default(), lost: Some(Undecoded::ContextLost { message: None }) }
    }

    /// A compressed message, or one that may be, is not known: the one of that number, if any.
    pub(in crate::websocket) fn lose(&mut self, message: Option<u64>) {
        self.window.clear();
        self.lost = Some(Undecoded::ContextLost { message });
    }

    /// Gives back what was taken from `held`.
    pub(in crate::websocket) fn release(&mut self, held: &Budget) {
        self.window.release(held);
    }

    /// What a compressed message is, and where, read as text, it stops being UTF-8. Its beginning is in the inflater.
    ///
    /// DEFLATE refuses what refers farther back than the window that it is given. So behind a loss, with all that was said
    /// since then, a message inflates rightly or not at all.
    pub(in crate::websocket) fn inflate(
        &mut self,
        message: Compressed<'_>,
        inflater: &mut Inflater,
        held: &Budget,
    ) -> (Content, Option<InvalidText>) {
        let Compressed { number, wire, agreed, assumed, is_text, wanted } = message;
        let with_window =
            |inflater: &mut Inflater, window| inflater.inflate(window, wire, wanted, is_text, held);
        let mut taken_over = false;
        let mut result = if agreed.context_takeover {
            with_window(inflater, self.window.parts())
        } else {
            with_window(inflater, [&[], &[]])
        };
        if matches!(result, Err(Failure::Invalid { .. }))
            && !agreed.context_takeover
            && !self.window.is_empty()
        {
            taken_over = with_window(inflater, self.window.parts()).is_ok();
            result = if taken_over { Ok(()) } else { result };
        }
        match result {
            Ok(()) => {
                self.remember(inflater, held);
                let is_small = agreed.window_bits < 15;
                let window_exceeded =
                    is_small.then(|| inflater.first_beyond(agreed.window_bits, wire)).flatten();
                let length = inflater.length();
                let content = Content::Inflated { length, assumed, taken_over, window_exceeded };
                (content, inflater.invalid_text(true))
            }
            Err(failure) => {
                let why = self.fail(number, failure);
                if failure == Failure::Limit {
                    return (Content::Undecoded(why), inflater.invalid_text(false));
                }
                inflater.clear(held);
                (Content::Undecoded(why), None)
            }
        }
    }

    /// What was just inflated can be referred to.
    fn remember(&mut self, inflater: &Inflater, held: &Budget) {
        if !self.window.push(inflater.recent(), held) {
            self.lost = Some(Undecoded::Limit(Cap::HeldTotal));
        } else if self.window.is_full() {
            self.lost = None;
        }
    }

    /// A message did not inflate; tells why.
    fn fail(&mut self, number: u64, failure: Failure) -> Undecoded {
        let why = match (failure, self.lost) {
            (Failure::Limit, _) => Undecoded::Limit(Cap::Inflated),
            (Failure::Invalid { .. }, Some(earlier)) => {
                self.window.clear();
                return earlier;
            }
            (Failure::Invalid { at }, None) => Undecoded::Invalid { at },
        };
        self.lose(Some(number));
        why
    }
}
