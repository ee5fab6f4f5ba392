//! Compressed messages.

use crate::check::{Edit, Example, Opening, Rule, Step};
use crate::record::Severity;

/// permessage-deflate without parameters.
const DEFLATE: Edit = ("", "Sec-WebSocket-Extensions: permessage-deflate");

const fn compressing(steps: &'static [Step]) -> Example {
    with(&[DEFLATE], steps)
}

const fn with(fields: &'static [Edit], steps: &'static [Step]) -> Example {
    Example { opening: Opening::Handshake { request: fields, response: fields }, steps }
}

/// WS605.
pub static COMPRESSED_CONTINUATION: Rule = Rule {
    code: "WS605",
    name: "compressed-continuation",
    severity: Severity::Error,
    rfc: "RFC 7692 §6.1",
    summary: "A continuation frame has RSV1 set.",
    requirement: "RSV1 stands on the first frame of a compressed message only, and on no other frame of it.",
    help: "Set RSV1 on the first frame of the message, and leave it clear on the frames that continue it.",
    why: "Compression is a property of a message. Receivers fail the connection if a later frame claims it.",
    breaking: compressing(&[
        Step::Server(b"\x41\x03\xf2\x48\xcd"),
        Step::Server(b"\xc0\x04\xc9\xc9\x07\x00"),
    ]),
    correct: compressing(&[Step::Server(b"\x41\x03\xf2\x48\xcd"), Step::Server(b"\x80\x04\xc9\xc9\x07\x00")]),
};

/// WS606.
pub static COMPRESSED_CONTROL_FRAME: Rule = Rule {
    code: "WS606",
    name: "compressed-control-frame",
    severity: Severity::Error,
    rfc: "RFC 7692 §6.1",
    summary: "A control frame has RSV1 set.",
    requirement: "Control frames are never compressed, and RSV1 is clear on them.",
    help: "Compress text and binary messages only; send close, ping and pong as they are.",
    why: "Control frames may stand between the fragments of a compressed message, and must be readable at once. \
        Receivers fail the connection.",
    breaking: compressing(&[Step::Server(b"\xc9\x00")]),
    correct: compressing(&[Step::Server(b"\x89\x00")]),
};

/// WS607.
pub static INFLATE_ERROR: Rule = Rule {
    code: "WS607",
    name: "inflate-error",
    severity: Severity::Error,
    rfc: "RFC 7692 §7.2.1, §7.2.2",
    summary: "A compressed message does not inflate.",
    requirement: "The payload of a message with RSV1 is DEFLATE data, without the four bytes 00 00 ff ff at its end, and \
        refers to nothing but itself and earlier messages of its sender.",
    help: "Compress the message as a whole, flush, remove the last four bytes, and only then cut it into frames. Use \
        one compressor for each connection, and do not compress messages that are not sent afterwards.",
    why: "The receiver cannot read the message, nor any later one that builds on it, and fails the connection.",
    breaking: compressing(&[Step::Server(b"\xc1\x05Hello")]),
    correct: compressing(&[Step::Server(b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00")]),
};

const NO_TAKEOVER: Edit = ("", "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover");

/// WS608.
pub static CONTEXT_TAKEOVER_VIOLATION: Rule = Rule {
    code: "WS608",
    name: "context-takeover-violation",
    severity: Severity::Error,
    rfc: "RFC 7692 §7.2.1",
    summary: "A compressed message refers to earlier ones, which was agreed not to happen.",
    requirement: "Under server_no_context_takeover the server compresses each message with an empty window, and \
        under client_no_context_takeover the client does.",
    help: "Reset the compressor before each message, or do not agree to the parameter.",
    why: "The receiver has thrown away what the message refers to, and cannot inflate it.",
    breaking: with(
        &[NO_TAKEOVER],
        &[
            Step::Server(b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"),
            Step::Server(b"\xc1\x05\xf2\x00\x11\x00\x00"),
        ],
    ),
    correct: with(
        &[NO_TAKEOVER],
        &[
            Step::Server(b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"),
            Step::Server(b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"),
        ],
    ),
};

const SMALL_WINDOW: Edit = ("", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8");

/// WS609.
pub static WINDOW_EXCEEDED: Rule = Rule {
    code: "WS609",
    name: "window-exceeded",
    severity: Severity::Error,
    rfc: "RFC 7692 §7.2.1",
    summary: "A compressed message refers back farther than was agreed.",
    requirement: "Under server_max_window_bits=N the server refers back at most 2^N bytes, and under \
        client_max_window_bits=N the client does.",
    help: "Give the compressor the window bits that were agreed on. Some compressors cannot do 8 and silently use 9: \
        then agree on 9.",
    why: "A receiver that relies on the agreement keeps a window of that size only, and cannot inflate the message.",
    breaking: with(&[SMALL_WINDOW], &[Step::Server(b"\xc1\x08\x4a\x4c\x1a\x05\xc0\x30\x00\x00")]),
    correct: with(&[SMALL_WINDOW], &[Step::Server(b"\xc1\x08\x4a\x4c\x1a\x05\x40\xff\x03\x00")]),
};
