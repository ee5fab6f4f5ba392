//! One message: its text (RFC 6455 §5.6, §8.1) and its compression (RFC 7692 §7.2).

use super::frame::wire_form;
use super::{Rule, Violation, registry};
use crate::record::Side;
use crate::websocket::{Content, InvalidText, Message, Negotiated, Undecoded};

/// Judges what a message says and how it was compressed. With an extension that is not known, or a handshake that was not
/// captured, its payload may be anything, and nothing is judged.
pub fn payload(message: &Message<'_>, negotiated: Negotiated, out: &mut impl FnMut(Violation)) {
    if negotiated.unknown_extension {
        return;
    }
    match message.content {
        Content::Plain => {}
        Content::Inflated { taken_over, window_exceeded, length, .. } => {
            if taken_over {
                out(context_takeover(message));
            }
            if let Some(offset) = window_exceeded {
                out(window(message, offset, length));
            }
        }
        Content::Undecoded(Undecoded::Invalid { at }) => out(inflate_error(message, at)),
        Content::Undecoded(_) => {}
    }
    if let Some(invalid) = message.invalid_text {
        out(text(message, invalid));
    }
}

/// WS501 (RFC 6455 §5.6, §8.1).
fn text(message: &Message<'_>, invalid: InvalidText) -> Violation {
    let InvalidText { offset, byte, cut } = invalid;
    let text = if cut {
        format!("the text ends inside a UTF-8 sequence, which begins with {byte:#04x} at byte {offset}")
    } else {
        format!("the text is not UTF-8 from byte {offset} on, which is {byte:#04x}")
    };
    of_message(&registry::INVALID_UTF8_TEXT, message, text).with("text_offset", offset)
}

/// WS607 (RFC 7692 §7.2.1, §7.2.2).
fn inflate_error(message: &Message<'_>, at: u64) -> Violation {
    let length = message.wire_length;
    let text = if at < length {
        format!("byte {at} of the {length} compressed bytes cannot be inflated")
    } else {
        format!("the {length} compressed bytes end inside a DEFLATE block")
    };
    of_message(&registry::INFLATE_ERROR, message, text).with("payload_offset", at)
}

/// WS608 (RFC 7692 §7.1.1, §7.2.1).
fn context_takeover(message: &Message<'_>) -> Violation {
    let text = format!(
        "the message inflates only with what the {0} sent before, although {0}_no_context_takeover was agreed on",
        message.direction.sender()
    );
    of_message(&registry::CONTEXT_TAKEOVER_VIOLATION, message, text)
}

/// WS609 (RFC 7692 §7.1.2, §7.2.1).
fn window(message: &Message<'_>, offset: u64, length: u64) -> Violation {
    let text = format!(
        "at byte {offset} of the {length} inflated bytes, the message refers back farther than the \
         {}_max_window_bits that were agreed on",
        message.direction.sender()
    );
    of_message(&registry::WINDOW_EXCEEDED, message, text).with("text_offset", offset)
}

fn of_message(rule: &'static Rule, message: &Message<'_>, text: String) -> Violation {
    let mut violation = Violation::of_span(rule, Side::from(message.direction), &message.span, text);
    let [first, last] = message.frames;
    violation.frame = (first == last).then_some(last);
    violation.message = Some(message.number);
    let violation = violation.with_bytes(&wire_form(&message.header));
    violation.with("payload_length", message.wire_length)
}
