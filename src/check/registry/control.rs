//! Control frames and closing.

use crate::check::{Example, Rule};
use crate::record::Severity;

/// WS401.
pub static CONTROL_FRAME_TOO_LONG: Rule = Rule {
    code: "WS401",
    name: "control-frame-too-long",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.5",
    summary: "A control frame has more than 125 bytes of payload.",
    requirement: "The payload of close, ping and pong is at most 125 bytes long.",
    help: "Shorten the payload. The reason of a close may have 123 bytes: count bytes of UTF-8, not \
        characters.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS402.
pub static CONTROL_FRAME_FRAGMENTED: Rule = Rule {
    code: "WS402",
    name: "control-frame-fragmented",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.5",
    summary: "A control frame has no FIN bit.",
    requirement: "Control frames are not fragmented: each has FIN set.",
    help: "Send close, ping and pong as single frames. They may stand between the fragments of another \
        message.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS411.
pub static CLOSE_PAYLOAD_OF_1_BYTE: Rule = Rule {
    code: "WS411",
    name: "close-payload-of-1-byte",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.5.1",
    summary: "A Close frame has a payload of one byte.",
    requirement: "The payload of a Close is empty, or begins with a status code of two bytes.",
    help: "Send no payload, or the status code as two bytes in network byte order.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
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
    help: "Send 1000 for a normal end. To say nothing (what 1005 reports), send a Close with an empty \
        payload.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};
