//! What was begun and never finished: the last frame of a direction, its last message.

use super::Sent;
use crate::check::frame::FrameAt;
use crate::check::{Violation, registry};
use crate::record::Side;
use crate::websocket::Opcode;

/// What is unfinished in one direction.
#[derive(Debug, Default)]
pub(super) struct Unfinished {
    what: Option<What>,
    /// The frame that shows it. Boxed, as few directions have any; kept for the next one.
    at: Option<Box<FrameAt>>,
}

/// What the end of a frame leaves unfinished.
#[derive(Debug, Clone, Copy)]
enum What {
    /// Its message.
    Message,
    /// Itself, with a payload of so many bytes.
    Frame(u64),
    /// Its header.
    Header,
}

impl Unfinished {
    pub(super) fn take(&mut self, sent: &Sent<'_>) {
        let begins = matches!(sent.header.opcode, Opcode::Text | Opcode::Binary);
        let goes_on = sent.header.opcode == Opcode::Continuation && self.what.is_some();
        if begins || goes_on {
            self.what = None;
            if !sent.header.fin {
                self.note(sent.at, What::Message);
            }
        }
        if sent.cut {
            self.note(sent.at, What::Frame(sent.header.payload_length));
        }
    }

    fn note(&mut self, at: &FrameAt, what: What) {
        self.what = Some(what);
        match &mut self.at {
            Some(noted) => **noted = *at,
            None => self.at = Some(Box::new(*at)),
        }
    }

    pub(super) fn header_cut(&mut self, at: &FrameAt) {
        self.note(at, What::Header);
    }

    /// WS209, WS303: of a direction that has `ended`. A side that had to fail the connection is excused from finishing
    /// its message.
    pub(super) fn judge(&self, ended: bool, excused: bool) -> Option<Violation> {
        let (at, what) = self.at.as_deref().zip(self.what.filter(|_| ended))?;
        let there = at.span.length;
        let (rule, text) = match what {
            What::Message if excused => return None,
            What::Message => {
                let (sender, number) = (at.from.sender(), at.number);
                let text = format!(
                    "the connection ended, and the {sender}'s message did not: its last frame is {number}"
                );
                (&registry::UNFINISHED_MESSAGE, text)
            }
            What::Frame(length) => {
                let text = format!(
                    "the connection ended inside frame {}, after {there} bytes of it; its payload alone has {length}",
                    at.number
                );
                (&registry::TRUNCATED_FRAME, text)
            }
            What::Header => {
                let text =
                    format!("the connection ended inside the header of a frame, after {there} bytes of it");
                (&registry::TRUNCATED_FRAME, text)
            }
        };
        let mut violation = Violation::of_span(rule, Side::from(at.from), &at.span, text);
        violation.frame = (!matches!(what, What::Header)).then_some(at.number);
        violation.message = at.message;
        Some(violation)
    }
}
