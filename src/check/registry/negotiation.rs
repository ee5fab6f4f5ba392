//! What the handshake says about permessage-deflate (RFC 7692 §5, §7).

use crate::check::{Example, Rule};
use crate::record::Severity;

/// WS601.
pub static DEFLATE_PARAMETER_UNKNOWN: Rule = Rule {
    code: "WS601",
    name: "deflate-parameter-unknown",
    severity: Severity::Error,
    rfc: "RFC 7692 §7",
    summary: "permessage-deflate has a parameter that is not defined for it.",
    requirement: "permessage-deflate has four parameters: server_no_context_takeover, client_no_context_takeover, \
        server_max_window_bits and client_max_window_bits. A server declines an offer with any other, and a client \
        that receives any other fails the connection.",
    help: "Remove the parameter, or correct its spelling.",
    why: "What the parameter should change is unknown to the other end. Instead of guessing it gives up compression, \
        or the connection.",
    breaking: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: permessage-deflate; max_window_bits=10")],
        &[],
    ),
    correct: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10")],
        &[],
    ),
};

/// WS602.
pub static DEFLATE_PARAMETER_INVALID: Rule = Rule {
    code: "WS602",
    name: "deflate-parameter-invalid",
    severity: Severity::Error,
    rfc: "RFC 7692 §7, §7.1.1.1–§7.1.2.2",
    summary: "A parameter of permessage-deflate has a value that it cannot have, or lacks one.",
    requirement: "The value of server_max_window_bits and client_max_window_bits is a decimal number from 8 to 15 \
        without leading zero; only client_max_window_bits may stand without value, and only in an offer. \
        server_no_context_takeover and client_no_context_takeover have no value. A server declines an offer that is \
        otherwise, and a client that receives such an answer fails the connection.",
    help: "Write window bits as 8 to 15, and the other two parameters without value. A server that wants to leave the \
        window of the client at its full size leaves client_max_window_bits out.",
    why: "Both ends have to mean the same window. One that is smaller than the sender's makes messages undecodable.",
    breaking: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=16")],
        &[],
    ),
    correct: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=15")],
        &[],
    ),
};

/// WS603.
pub static DEFLATE_PARAMETER_REPEATED: Rule = Rule {
    code: "WS603",
    name: "deflate-parameter-repeated",
    severity: Severity::Error,
    rfc: "RFC 7692 §7",
    summary: "A parameter of permessage-deflate stands there twice.",
    requirement: "Each parameter appears at most once in an offer and in an answer. A server declines an offer with a \
        repeated one, and a client that receives one fails the connection.",
    help: "Send the parameter once. To offer alternatives, offer permessage-deflate several times, separated by \
        commas, in the order of preference.",
    why: "Nothing says which of the two holds, so the ends may disagree on how messages are compressed.",
    breaking: Example::of_handshake(
        &[(
            "",
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; client_max_window_bits=10",
        )],
        &[],
    ),
    correct: Example::of_handshake(
        &[(
            "",
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10, \
             permessage-deflate; client_max_window_bits",
        )],
        &[],
    ),
};

/// WS604.
pub static DEFLATE_RESPONSE_MISMATCH: Rule = Rule {
    code: "WS604",
    name: "deflate-response-mismatch",
    severity: Severity::Error,
    rfc: "RFC 7692 §7.1.1.1, §7.1.2.1, §7.1.2.2",
    summary: "The server accepted permessage-deflate on terms that fit no offer.",
    requirement: "A server that accepts an offer repeats its server_no_context_takeover, repeats its \
        server_max_window_bits with the same or a smaller value, and sends client_max_window_bits only if the offer \
        has it. A server that cannot keep to an offer declines it.",
    help: "Let the server honour and echo what the offer demands of it, or decline. Often a library accepts \
        server_max_window_bits but always compresses with the full window.",
    why: "A client that offers a smaller window, or none that outlives a message, does so because it has no memory \
        for more; what refers further back it cannot inflate.",
    breaking: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10")],
        &[("", "Sec-WebSocket-Extensions: permessage-deflate")],
    ),
    correct: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10")],
        &[("", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10")],
    ),
};

/// WS610.
pub static ACCEPTED_INVALID_OFFER: Rule = Rule {
    code: "WS610",
    name: "accepted-invalid-offer",
    severity: Severity::Error,
    rfc: "RFC 7692 §7",
    summary: "The server accepted permessage-deflate though it had to decline every offer of it.",
    requirement: "A server declines an offer with a parameter that is unknown, repeated, or has an invalid value; the \
        connection then goes on without compression, or by another offer.",
    help: "Let the server check the parameters of an offer before it accepts, and leave permessage-deflate out of the \
        answer otherwise.",
    why: "The client asked for something that the server did not understand, and now takes it for granted.",
    breaking: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=7")],
        &[("", "Sec-WebSocket-Extensions: permessage-deflate")],
    ),
    correct: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=8")],
        &[("", "Sec-WebSocket-Extensions: permessage-deflate")],
    ),
};

/// WS611.
pub static CONFLICTING_EXTENSIONS: Rule = Rule {
    code: "WS611",
    name: "conflicting-extensions",
    severity: Severity::Error,
    rfc: "RFC 7692 §5",
    summary: "The server accepted two extensions that both use RSV1.",
    requirement: "A server does not accept an extension that compresses messages together with another one that uses \
        RSV1; a client that receives such an answer fails the connection.",
    help: "Accept one compression only. Several offers of permessage-deflate are alternatives: one element of the \
        answer answers them.",
    why: "RSV1 then no longer says how a message is compressed, so nobody can tell what to undo.",
    breaking: Example::of_handshake(
        &[(
            "",
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover, permessage-deflate",
        )],
        &[(
            "",
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover, permessage-deflate",
        )],
    ),
    correct: Example::of_handshake(
        &[(
            "",
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover, permessage-deflate",
        )],
        &[("", "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover")],
    ),
};
