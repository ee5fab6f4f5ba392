//! What was begun and never finished: the last frame of a direction, its last message.

use super::Sent;
use crate::check::frame::FrameAt;
use crate::check::{Violation, registry};
use crate::record::Side;
use crate::websocket::Opcode;

/// What is unfinished in one direction.
#[derive(Debug, Default)]
pub(super) struct Unfinished(Option<(FrameAt, What)>);

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
        let goes_on = sent.header.opcode == Opcode::Continuation && self.0.is_some();
        if begins || goes_on {
            self.0 = (!sent.header.fin).then_some((*sent.at, What::Message));
        }
        if sent.cut {
            self.0 = Some((*sent.at, What::Frame(sent.header.payload_length)));
        }
    }

    pub(super) fn header_cut(&mut self, at: &FrameAt) {
        self.0 = Some((*at, What::Header));
    }

    /// WS209, WS303: of a direction that has `ended`. A side that had to fail the connection is excused from finishing
    /// its message.
    pub(super) fn judge(&self, ended: bool, excused: bool) -> Option<Violation> {
        let (at, what) = self.0.filter(|_| ended)?;
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
