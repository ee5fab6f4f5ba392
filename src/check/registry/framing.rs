//! The frame header, and how frames make messages.

use crate::check::{Example, Rule, Step};
use crate::record::Severity;

/// WS201.
pub static UNMASKED_CLIENT_FRAME: Rule = Rule {
    code: "WS201",
    name: "unmasked-client-frame",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.1",
    summary: "The client sent a frame without masking it.",
    requirement: "Every frame from a client is masked, with TLS too; a server closes the connection \
        otherwise.",
    why: "Without a random mask, a page could choose the bytes that its client sends, and make proxies \
        take them for HTTP requests whose answers they cache. Servers close such a connection.",
    help: "Let the client set the mask bit, choose a random key for each frame and mask the payload. Any \
        client library does that.",
    breaking: Example::of_steps(&[Step::Client(b"\x81\x05Hello")]),
    correct: Example::of_steps(&[Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")]),
};

/// WS202.
pub static MASKED_SERVER_FRAME: Rule = Rule {
    code: "WS202",
    name: "masked-server-frame",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.1",
    summary: "The server sent a masked frame.",
    requirement: "A server does not mask its frames; a client that receives a masked one closes the connection.",
    why: "The mask protects against bytes that a client's page has chosen; a server's frames need none. \
        With strict clients the first message of such a server is its last.",
    help: "Let the server write frames without mask bit and key. Often the client's code for writing \
        frames was reused.",
    breaking: Example::of_steps(&[Step::Server(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")]),
    correct: Example::of_steps(&[Step::Server(b"\x81\x05Hello")]),
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
    why: "Nobody knows what the frame means. Often the sender writes something else than frames, or lost \
        count of its own bytes, and everything behind is misread.",
    help: "Use text, binary, continuation, close, ping or pong. Where several rules break at once, the \
        bytes are probably no frames at all.",
    breaking: Example::of_steps(&[Step::Server(b"\x83\x05Hello")]),
    correct: Example::of_steps(&[Step::Server(b"\x82\x05Hello")]),
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
    why: "The bits say that the payload is to be read in another way: a strict receiver gives up, and \
        one that does not look delivers compressed bytes as text.",
    help: "RSV1 alone means a compressed message: check that permessage-deflate was really agreed in the \
        response, and that no proxy removed it.",
    breaking: Example::of_steps(&[Step::Server(b"\xc1\x05Hello")]),
    correct: Example::of_steps(&[Step::Server(b"\x81\x05Hello")]),
};

/// WS205.
pub static NON_MINIMAL_LENGTH: Rule = Rule {
    code: "WS205",
    name: "non-minimal-length",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.2",
    summary: "A payload length is not in its shortest form.",
    requirement: "Lengths up to 125 stand in 7 bits, up to 65535 in 16 bits, and only longer ones in 64 bits.",
    why: "With several forms of one length, two parsers may disagree about where a frame begins, which \
        hides bytes from one of them. Strict receivers fail the connection.",
    help: "Choose the form by the length: 126 introduces 16 bits only from 126 on, 127 introduces 64 bits \
        only from 65536 on.",
    breaking: Example::of_steps(&[Step::Server(b"\x81\x7e\x00\x05Hello")]),
    correct: Example::of_steps(&[Step::Server(b"\x81\x05Hello")]),
};

/// WS206.
pub static LENGTH_HIGH_BIT: Rule = Rule {
    code: "WS206",
    name: "length-high-bit",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.2",
    summary: "The highest bit of a 64-bit payload length is set.",
    requirement: "The most significant bit of a 64-bit length is 0.",
    why: "Many languages have signed integers only, and read such a length as a negative number. \
        Receivers fail the connection, and those that do not may break.",
    help: "Check how the sender computes the length: a negative number or the wrong byte order looks like \
        this.",
    breaking: Example::of_steps(&[Step::Server(b"\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x05Hello")]),
    correct: Example::of_steps(&[Step::Server(b"\x82\x05Hello")]),
};

/// WS301.
pub static CONTINUATION_WITHOUT_START: Rule = Rule {
    code: "WS301",
    name: "continuation-without-start",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.4",
    summary: "A continuation frame came while no message was unfinished.",
    requirement: "A continuation goes on with a message that began with a text or binary frame without FIN.",
    why: "The receiver cannot know whether the payload is text or binary, nor what came before it, and \
        fails the connection.",
    help: "Send the first fragment with its opcode, text or binary, and only the following ones as \
        continuation.",
    breaking: Example::of_steps(&[Step::Server(b"\x80\x05Hello")]),
    correct: Example::of_steps(&[Step::Server(b"\x01\x03Hel"), Step::Server(b"\x80\x02lo")]),
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
    why: "Fragments carry no number of their message: only their order says where they belong. A \
        receiver fails the connection, or joins parts of different messages.",
    help: "Send all fragments of a message before the next message. Two threads that write to one \
        connection without a lock cause this.",
    breaking: Example::of_steps(&[Step::Server(b"\x01\x03Hel"), Step::Server(b"\x81\x02lo")]),
    correct: Example::of_steps(&[
        Step::Server(b"\x01\x03Hel"),
        Step::Server(b"\x89\x00"),
        Step::Client(b"\x8a\x80\xa1\xb2\xc3\xd4"),
        Step::Server(b"\x80\x02lo"),
    ]),
};
