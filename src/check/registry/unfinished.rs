//! What the end of a connection leaves unfinished.

use crate::base::Direction;
use crate::check::{Example, Rule, Step};
use crate::record::Severity;

/// WS209.
pub static TRUNCATED_FRAME: Rule = Rule {
    code: "WS209",
    name: "truncated-frame",
    severity: Severity::Info,
    rfc: "RFC 6455 §5.2",
    summary: "The connection ended inside a frame.",
    requirement: "A frame is as long as its header says.",
    why: "The receiver never got the rest, and most drop what they had of it.",
    help: "See who ended the connection, and why: a process that was killed, a timeout, or a header that \
        announces more than was meant to be sent.",
    breaking: Example::of_steps(&[
        Step::Server(b"\x88\x02\x03\xe9"),
        Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f"),
        Step::Reset(Direction::ServerToClient),
    ]),
    correct: Example::of_steps(&[
        Step::Server(b"\x88\x02\x03\xe9"),
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe7"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
};

/// WS303.
pub static UNFINISHED_MESSAGE: Rule = Rule {
    code: "WS303",
    name: "unfinished-message",
    severity: Severity::Info,
    rfc: "RFC 6455 §5.4",
    summary: "The connection ended before the last fragment of a message.",
    requirement: "A fragmented message ends with a frame that has FIN set.",
    why: "Receivers that wait for whole messages never deliver this one to the application.",
    help: "Finish the message, with an empty continuation if there is nothing more to say, before you close.",
    breaking: Example::of_steps(&[
        Step::Client(b"\x01\x83\x37\xfa\x21\x3d\x7f\x9f\x4d"),
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Server(b"\x88\x02\x03\xe8"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
    correct: Example::of_steps(&[
        Step::Client(b"\x01\x83\x37\xfa\x21\x3d\x7f\x9f\x4d"),
        Step::Client(b"\x80\x82\x9a\x21\xc4\xf3\xf6\x4e"),
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Server(b"\x88\x02\x03\xe8"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
};
