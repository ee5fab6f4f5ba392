//! Masking keys.

use crate::check::{Example, Rule, Step};
use crate::record::Severity;

/// WS207.
pub static REPEATED_MASKING_KEY: Rule = Rule {
    code: "WS207",
    name: "repeated-masking-key",
    severity: Severity::Warning,
    rfc: "RFC 6455 §5.3",
    summary: "The client masked three frames in a row with the same key.",
    requirement: "A client picks a fresh masking key for every frame, from a strong source of randomness; it must \
        not be possible to predict the next one.",
    why: "Who can predict the key can choose the bytes that appear on the wire, and trick a proxy into \
        taking them for something else. That is what masking is there to prevent.",
    help: "Draw four new random bytes for each frame. A key made once per connection, or a generator with a \
        fixed seed, looks like this.",
    breaking: Example::of_steps(&[
        Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        Step::Client(b"\x81\x82\x37\xfa\x21\x3d\x7f\x93"),
        Step::Client(b"\x81\x82\x37\xfa\x21\x3d\x7f\x93"),
    ]),
    correct: Example::of_steps(&[
        Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        Step::Client(b"\x81\x85\x9a\x21\xc4\xf3\xd2\x44\xa8\x9f\xf5"),
        Step::Client(b"\x81\x85\x04\xd7\xb8\xe6\x4c\xb2\xd4\x8a\x6b"),
    ]),
};

/// WS208.
pub static ZERO_MASKING_KEY: Rule = Rule {
    code: "WS208",
    name: "zero-masking-key",
    severity: Severity::Info,
    rfc: "RFC 6455 §5.3",
    summary: "The client masked a frame with the key 00 00 00 00.",
    requirement: "The masking key is unpredictable. A key of zeros sets the mask bit and leaves the payload as it \
        is.",
    why: "Some clients do it to save work. Receivers cannot tell, but the payload is not protected from \
        being chosen to trick a proxy.",
    help: "Draw random keys, unless nothing but TLS lies between the client and its server and the saving \
        was measured.",
    breaking: Example::of_steps(&[Step::Client(b"\x81\x85\x00\x00\x00\x00Hello")]),
    correct: Example::of_steps(&[Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")]),
};
