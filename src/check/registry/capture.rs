//! What a capture does not show. Nobody is to blame.

use crate::check::{Example, Rule};
use crate::record::Severity;

/// WS901.
pub static MISSING_BYTES: Rule = Rule {
    code: "WS901",
    name: "missing-bytes",
    severity: Severity::Warning,
    rfc: "",
    summary: "Bytes of the connection are not in the capture.",
    requirement: "A verdict about every byte needs every byte. What came before and after the gap is judged; \
        what the gap holds is not.",
    help: "Capture with a larger buffer (tcpdump -B), closer to one of the ends, or with a narrower \
        capture filter.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS902.
pub static PACKETS_CUT: Rule = Rule {
    code: "WS902",
    name: "packets-cut",
    severity: Severity::Warning,
    rfc: "",
    summary: "A packet is in the capture, but not all of its bytes are.",
    requirement: "The snap length of the capture was shorter than the packet; what it cut off is not known.",
    help: "Capture whole packets: tcpdump -s 0, or no limit on the length of packets in Wireshark.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS903.
pub static HANDSHAKE_NOT_CAPTURED: Rule = Rule {
    code: "WS903",
    name: "handshake-not-captured",
    severity: Severity::Warning,
    rfc: "",
    summary: "The capture begins after the opening handshake, or does not hold it.",
    requirement: "What was negotiated is only seen in the handshake; frames were recognised by their form, and rules \
        that depend on extensions are silent for this connection.",
    help: "Start the capture before the connection is opened, or make the client connect again.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS904.
pub static ONE_DIRECTION_ONLY: Rule = Rule {
    code: "WS904",
    name: "one-direction-only",
    severity: Severity::Warning,
    rfc: "",
    summary: "Only one direction of the connection is in the capture.",
    requirement: "Whether a handshake was answered, and what an end reacted to, is only seen in both directions.",
    help: "Mirror both directions of the link, and check that the capture filter does not name a source \
        or destination only. With asymmetric routes, capture at one of the ends.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS905.
pub static NO_TLS_KEYS: Rule = Rule {
    code: "WS905",
    name: "no-tls-keys",
    severity: Severity::Info,
    rfc: "",
    summary: "The connection is encrypted, and nothing of it could be decrypted.",
    requirement: "Whether a connection under TLS carries WebSocket, and what, is only seen with its keys.",
    why: "A wss: connection that is not decrypted is not judged at all.",
    help: "Capture where the traffic is not encrypted, such as behind the proxy that ends TLS; this version does not \
        decrypt TLS.",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS906.
pub static LIMIT_REACHED: Rule = Rule {
    code: "WS906",
    name: "limit-reached",
    severity: Severity::Warning,
    rfc: "",
    summary: "A limit of the analysis was reached, and something was left out.",
    requirement: "The analysis holds a bounded amount of memory, whatever the capture contains; what did not fit \
        is named and not judged.",
    help: "Give the limit another value (`--limit NAME=VALUE`), or analyze fewer connections at a time: split the \
        capture, or cut it down to those of interest.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS907.
pub static CONFLICTING_RETRANSMISSION: Rule = Rule {
    code: "WS907",
    name: "conflicting-retransmission",
    severity: Severity::Warning,
    rfc: "",
    summary: "The same bytes were sent twice with different content.",
    requirement: "The analysis goes on with the first copy; which one the receiver took is not in the capture.",
    help: "Look at both packets: a middlebox that rewrites payload, a capture merged from two places, or somebody \
        who wants to be read differently by the receiver and by an analyzer.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS908.
pub static CAPTURE_CUT: Rule = Rule {
    code: "WS908",
    name: "capture-cut",
    severity: Severity::Warning,
    rfc: "",
    summary: "The capture ends inside a record, or is damaged.",
    requirement: "The analysis goes as far as the file can be read; what followed is not known.",
    help: "Stop the capturing program with an interrupt and wait until it has written its file, and check \
        the disk and the copy of the file.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS909.
pub static RESYNCHRONISED: Rule = Rule {
    code: "WS909",
    name: "resynchronised",
    severity: Severity::Warning,
    rfc: "",
    summary: "After missing bytes, frames were found again by evidence.",
    requirement: "Where a frame begins is only known from the one before; behind a loss it is inferred from headers \
        that fit each other, the segments and what they announce. What lies before them is not decoded.",
    help: "Look at WS901 for what is missing; a larger capture buffer avoids most losses.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS911.
pub static EXTENSION_NOT_UNDERSTOOD: Rule = Rule {
    code: "WS911",
    name: "extension-not-understood",
    severity: Severity::Info,
    rfc: "",
    summary: "An extension was negotiated that Sockeye does not know.",
    requirement: "An extension may give a meaning to reserved bits, opcodes and payloads; rules about these are \
        silent for this connection.",
    help: "To have everything judged, capture a connection without that extension.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};
