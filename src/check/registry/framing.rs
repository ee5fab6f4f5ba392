//! The frame header, and how frames make messages.

use crate::check::{Example, Rule};
use crate::record::Severity;

/// WS201.
pub static UNMASKED_CLIENT_FRAME: Rule = Rule {
    code: "WS201",
    name: "unmasked-client-frame",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.1",
    summary: "The client sent a frame without masking it.",
    requirement: "Every frame from a client is masked, with TLS too, so that no proxy can be tricked by chosen \
        bytes; a server closes the connection otherwise.",
    help: "Let the client set the mask bit, choose a random key for each frame and mask the payload. Any \
        client library does that.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS202.
pub static MASKED_SERVER_FRAME: Rule = Rule {
    code: "WS202",
    name: "masked-server-frame",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.1",
    summary: "The server sent a masked frame.",
    requirement: "A server does not mask its frames; a client that receives a masked one closes the connection.",
    help: "Let the server write frames without mask bit and key. Often the client's code for writing \
        frames was reused.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS203.
pub static RESERVED_OPCODE: Rule = Rule {
    code: "WS203",
    name: "reserved-opcode",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.2",
    summary: "A frame has an opcode without a meaning.",
    requirement: "Opcodes 0x3 to 0x7 and 0xB to 0xF are reserved; without an extension that defines them the \
        receiver fails the connection.",
    help: "Use text, binary, continuation, close, ping or pong. Where several rules break at once, the \
        bytes are probably no frames at all.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS204.
pub static RSV_WITHOUT_EXTENSION: Rule = Rule {
    code: "WS204",
    name: "rsv-without-extension",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.2",
    summary: "A frame has a reserved bit set that no negotiated extension uses.",
    requirement: "RSV1, RSV2 and RSV3 are 0 unless an extension was negotiated that gives them a meaning; \
        otherwise the receiver fails the connection.",
    help: "RSV1 alone means a compressed message: check that permessage-deflate was really agreed in the \
        response, and that no proxy removed it.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS205.
pub static NON_MINIMAL_LENGTH: Rule = Rule {
    code: "WS205",
    name: "non-minimal-length",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.2",
    summary: "A payload length is not in its shortest form.",
    requirement: "Lengths up to 125 stand in 7 bits, up to 65535 in 16 bits, and only longer ones in 64 bits.",
    help: "Choose the form by the length: 126 introduces 16 bits only from 126 on, 127 introduces 64 bits \
        only from 65536 on.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS206.
pub static LENGTH_HIGH_BIT: Rule = Rule {
    code: "WS206",
    name: "length-high-bit",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.2",
    summary: "The highest bit of a 64-bit payload length is set.",
    requirement: "The most significant bit of a 64-bit length is 0, so that a length fits a signed integer.",
    help: "Check how the sender computes the length: a negative number or the wrong byte order looks like \
        this.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS301.
pub static CONTINUATION_WITHOUT_START: Rule = Rule {
    code: "WS301",
    name: "continuation-without-start",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.4",
    summary: "A continuation frame came while no message was unfinished.",
    requirement: "A continuation goes on with a message that began with a text or binary frame without FIN.",
    help: "Send the first fragment with its opcode, text or binary, and only the following ones as \
        continuation.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS302.
pub static NEW_MESSAGE_INSIDE_FRAGMENTED_MESSAGE: Rule = Rule {
    code: "WS302",
    name: "new-message-inside-fragmented-message",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.4",
    summary: "A new message began before the fragmented one had ended.",
    requirement: "Between the fragments of one message only control frames may stand, unless an extension says \
        otherwise.",
    help: "Send all fragments of a message before the next message. Two threads that write to one \
        connection without a lock cause this.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};
