//! What was begun and never finished: the last frame of a direction, its last message.

use super::Sent;
use crate::check::frame::FrameAt;
use crate::check::{Violation, registry};
use crate::record::Side;
use crate::websocket::Opcode;

/// What is unfinished in one direction.
#[derive(Debug, Default)]
pub(super) struct Unfinished {
    /// The last frame of a message without its end.
    message: Option<FrameAt>,
    /// The frame that the stream ended in, and the length of its payload, if the header is there.
    frame: Option<(FrameAt, Option<u64>)>,
}

impl Unfinished {
    pub(super) fn take(&mut self, sent: &Sent<'_>) {
        match sent.header.opcode {
            Opcode::Text | Opcode::Binary => {
                self.message = (!sent.header.fin).then_some(*sent.at);
            }
            Opcode::Continuation if self.message.is_some() => {
                self.message = (!sent.header.fin).then_some(*sent.at);
            }
            _ => {}
        }
        if sent.cut {
            self.frame = Some((*sent.at, Some(sent.header.payload_length)));
        }
    }

    pub(super) fn header_cut(&mut self, at: &FrameAt) {
        self.frame = Some((*at, None));
    }

    /// WS209, WS303: of a direction that has `ended`. A side that had to fail the connection is excused from finishing
    /// its message.
    pub(super) fn judge(&self, ended: bool, excused: bool) -> Option<Violation> {
        if !ended {
            return None;
        }
        if let Some((at, length)) = self.frame {
            let there = at.span.length;
            let text = match length {
                Some(length) => format!(
                    "the connection ended inside frame {}, after {there} bytes of it; its payload alone has {length}",
                    at.number
                ),
                None => {
                    format!("the connection ended inside the header of a frame, after {there} bytes of it")
                }
            };
            let mut violation =
                Violation::of_span(&registry::TRUNCATED_FRAME, Side::from(at.from), &at.span, text);
            violation.frame = length.map(|_| at.number);
            violation.message = at.message;
            return Some(violation);
        }
        let at = self.message.filter(|_| !excused)?;
        let sender = at.from.sender();
        let text = format!(
            "the connection ended, and the {sender}'s message did not: its last frame is {}",
            at.number
        );
        let mut violation =
            Violation::of_span(&registry::UNFINISHED_MESSAGE, Side::from(at.from), &at.span, text);
        violation.frame = Some(at.number);
        violation.message = at.message;
        Some(violation)
    }
}
