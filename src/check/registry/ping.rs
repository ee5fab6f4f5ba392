//! Pings and their answers.

use crate::check::{Example, Rule, Step};
use crate::record::Severity;

/// WS403.
pub static PING_UNANSWERED: Rule = Rule {
    code: "WS403",
    name: "ping-unanswered",
    severity: Severity::Warning,
    rfc: "RFC 6455 §5.5.2, §5.5.3",
    summary: "A ping was received and never answered, on a connection that stayed in use.",
    requirement: "A ping is answered with a pong as soon as is practical, unless a Close was received; of several \
        pings the last one suffices.",
    why: "Who pings to see whether the other side is alive takes it for dead, and cuts a connection that \
        works.",
    help: "Answer in the read loop of the library. Pings are only seen while somebody reads: a handler that \
        blocks answers none.",
    breaking: Example::of_steps(&[
        Step::Server(b"\x89\x02hi"),
        Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        Step::Server(b"\x81\x05Hello"),
        Step::Client(b"\x81\x85\x9a\x21\xc4\xf3\xd2\x44\xa8\x9f\xf5"),
    ]),
    correct: Example::of_steps(&[
        Step::Server(b"\x89\x02hi"),
        Step::Client(b"\x8a\x82\x37\xfa\x21\x3d\x5f\x93"),
        Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        Step::Server(b"\x81\x05Hello"),
        Step::Client(b"\x81\x85\x9a\x21\xc4\xf3\xd2\x44\xa8\x9f\xf5"),
    ]),
};

/// WS404.
pub static PONG_PAYLOAD_MISMATCH: Rule = Rule {
    code: "WS404",
    name: "pong-payload-mismatch",
    severity: Severity::Info,
    rfc: "RFC 6455 §5.5.3",
    summary: "A pong has another payload than the ping that waits for an answer.",
    requirement: "A pong that answers a ping carries the same payload. A pong that answers nothing is allowed, and \
        needs no answer.",
    why: "Who measures the time to an answer, or counts answers, compares payloads: this pong does not \
        count.",
    help: "Copy the payload of the ping into the pong. If the pong was meant as a heartbeat of its own, \
        nothing is wrong.",
    breaking: Example::of_steps(&[
        Step::Server(b"\x89\x02hi"),
        Step::Client(b"\x8a\x82\x37\xfa\x21\x3d\x5f\x95"),
    ]),
    correct: Example::of_steps(&[
        Step::Server(b"\x89\x02hi"),
        Step::Client(b"\x8a\x82\x37\xfa\x21\x3d\x5f\x93"),
    ]),
};
