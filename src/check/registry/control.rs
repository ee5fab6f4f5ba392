//! Control frames and closing.

use crate::base::Direction;
use crate::check::{Example, Rule, Step};
use crate::record::Severity;

/// WS401.
pub static CONTROL_FRAME_TOO_LONG: Rule = Rule {
    code: "WS401",
    name: "control-frame-too-long",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.5",
    summary: "A control frame has more than 125 bytes of payload.",
    requirement: "The payload of close, ping and pong is at most 125 bytes long.",
    why: "Control frames are kept short so that every endpoint can hold one and answer it at once, in \
        the midst of other messages. Longer ones fail the connection.",
    help: "Shorten the payload. The reason of a close may have 123 bytes: count bytes of UTF-8, not \
        characters.",
    breaking: Example::of_steps(&[Step::Server(
        b"\x89\x7e\x00\x7eHello Hello Hello Hello Hello Hello Hello Hello Hello Hello Hello \
        Hello Hello Hello Hello Hello Hello Hello Hello Hello Hello ",
    )]),
    correct: Example::of_steps(&[
        Step::Server(b"\x89\x05Hello"),
        Step::Client(b"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
    ]),
};

/// WS402.
pub static CONTROL_FRAME_FRAGMENTED: Rule = Rule {
    code: "WS402",
    name: "control-frame-fragmented",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.5",
    summary: "A control frame has no FIN bit.",
    requirement: "Control frames are not fragmented: each has FIN set.",
    why: "A control frame is answered at once, and has no place to wait for its rest. Receivers fail the \
        connection.",
    help: "Send close, ping and pong as single frames. They may stand between the fragments of another \
        message.",
    breaking: Example::of_steps(&[Step::Server(b"\x09\x05Hello")]),
    correct: Example::of_steps(&[
        Step::Server(b"\x89\x05Hello"),
        Step::Client(b"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
    ]),
};

/// WS411.
pub static CLOSE_PAYLOAD_OF_1_BYTE: Rule = Rule {
    code: "WS411",
    name: "close-payload-of-1-byte",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.5.1",
    summary: "A Close frame has a payload of one byte.",
    requirement: "The payload of a Close is empty, or begins with a status code of two bytes.",
    why: "A status code has two bytes; half of one means nothing. The receiver fails the connection, and \
        its application never learns why the peer closed.",
    help: "Send no payload, or the status code as two bytes in network byte order.",
    breaking: Example::of_steps(&[Step::Server(b"\x88\x01\x03")]),
    correct: Example::of_steps(&[
        Step::Server(b"\x88\x02\x03\xe8"),
        Step::Client(b"\x88\x82\x37\xfa\x21\x3d\x34\x12"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
};

/// WS412.
pub static INVALID_CLOSE_CODE: Rule = Rule {
    code: "WS412",
    name: "invalid-close-code",
    severity: Severity::Error,
    rfc: "RFC 6455 §7.4.1, §7.4.2",
    summary: "A Close frame carries a status code that must not be sent.",
    requirement: "Codes 0 to 999 are not used; 1005, 1006 and 1015 are what an endpoint reports to its own \
        application, and never stand in a frame.",
    why: "Applications rely on 1005, 1006 and 1015 to mean that no code was received. A receiver treats \
        such a code as a protocol error, and the real reason of the close is lost.",
    help: "Send 1000 for a normal end. To say nothing (what 1005 reports), send a Close with an empty \
        payload.",
    breaking: Example::of_steps(&[Step::Server(b"\x88\x02\x03\xed")]),
    correct: Example::of_steps(&[
        Step::Server(b"\x88\x02\x03\xe8"),
        Step::Client(b"\x88\x82\x37\xfa\x21\x3d\x34\x12"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
};
