//! What a message says.

use crate::check::{Example, Rule, Step};
use crate::record::Severity;

/// WS501.
pub static INVALID_UTF8_TEXT: Rule = Rule {
    code: "WS501",
    name: "invalid-utf8-text",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.6, §8.1",
    summary: "A text message is not UTF-8.",
    requirement: "The payload of a text message as a whole, after inflating, is UTF-8; a frame may end inside a \
        character, a message may not. A receiver that finds anything else fails the connection.",
    help: "Send text encoded as UTF-8, and anything else as a binary message. If a text is cut somewhere, cut it \
        between characters.",
    why: "Receivers close the connection with code 1007 as soon as they see it, often long after the sender has \
        been tested with ASCII only.",
    breaking: Example::of_steps(&[Step::Server(b"\x81\x04caf\xe9")]),
    correct: Example::of_steps(&[Step::Server(b"\x81\x05caf\xc3\xa9")]),
};
