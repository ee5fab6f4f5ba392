//! What a capture does not show. Nobody is to blame.

use crate::base::Direction;
use crate::check::{Example, Opening, Rule, Step};
use crate::record::Severity;

/// The shortest hellos of TLS 1.3, and a record behind them that nobody has encrypted.
const CLIENT_HELLO: &[u8] = b"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03\
    \x20\x21\x22\x23\x24\x25\x26\x27\x28\x29\x2a\x2b\x2c\x2d\x2e\x2f\x30\x31\x32\x33\x34\x35\x36\x37\x38\x39\x3a\x3b\x3c\x3d\x3e\x3f\
    \x00\x00\x02\x13\x01\x01\x00";
const SERVER_HELLO: &[u8] = b"\x16\x03\x03\x00\x32\x02\x00\x00\x2e\x03\x03\
    \x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f\x70\x71\x72\x73\x74\x75\x76\x77\x78\x79\x7a\x7b\x7c\x7d\x7e\x7f\
    \x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04";
const ENCRYPTED: &[u8] = b"\x17\x03\x03\x00\x18something nobody can read";
const FITS_NOTHING: &str = "SERVER_HANDSHAKE_TRAFFIC_SECRET \
    202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f \
    5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

/// WS901.
pub static MISSING_BYTES: Rule = Rule {
    code: "WS901",
    name: "missing-bytes",
    severity: Severity::Warning,
    rfc: "",
    summary: "Bytes of the connection are not in the capture.",
    requirement: "A verdict about every byte needs every byte. What came before and after the gap is judged; \
        what the gap holds is not.",
    why: "A message with a gap cannot be read or judged, and what looks like silence may have been said \
        in the missing bytes.",
    help: "Capture with a larger buffer (tcpdump -B), closer to one of the ends, or with a narrower \
        capture filter.",
    breaking: Example::of_steps(&[
        Step::Server(b"\x81\x0cHello"),
        Step::Missed(Direction::ServerToClient, b", wo"),
        Step::Server(b"rld"),
    ]),
    correct: Example::of_steps(&[
        Step::Server(b"\x81\x0cHello"),
        Step::Server(b", wo"),
        Step::Server(b"rld"),
    ]),
};

/// WS902.
pub static PACKETS_CUT: Rule = Rule {
    code: "WS902",
    name: "packets-cut",
    severity: Severity::Warning,
    rfc: "",
    summary: "A packet is in the capture, but not all of its bytes are.",
    requirement: "The snap length of the capture was shorter than the packet; what it cut off is not known.",
    why: "The end of each long packet is missing, and with it payload and often the next frame header: \
        few messages can be read to their end.",
    help: "Capture whole packets: tcpdump -s 0, or no limit on the length of packets in Wireshark.",
    breaking: Example::of_steps(&[Step::Cut(Direction::ServerToClient, b"\x81\x05Hello", 3)]),
    correct: Example::of_steps(&[Step::Server(b"\x81\x05Hello")]),
};

/// WS903.
pub static HANDSHAKE_NOT_CAPTURED: Rule = Rule {
    code: "WS903",
    name: "handshake-not-captured",
    severity: Severity::Warning,
    rfc: "",
    summary: "The capture begins after the opening handshake, or does not hold it.",
    requirement: "What was negotiated is only seen in the handshake; frames were recognised by their \
        form, and rules that depend on extensions are silent for this connection.",
    why: "Without the handshake nobody knows whether messages are compressed, or which other extension \
        gives bits and opcodes a meaning.",
    help: "Start the capture before the connection is opened, or make the client connect again.",
    breaking: Example {
        opening: Opening::NotCaptured,
        steps: &[
            Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
            Step::Server(b"\x81\x05Hello"),
            Step::Client(b"\x81\x8c\xa1\xb2\xc3\xd4\xe9\xdd\xb4\xf4\xc0\xc0\xa6\xf4\xd8\xdd\xb6\xeb"),
            Step::Server(b"\x81\x0dFine, thanks."),
            Step::Client(b"\x81\x8c\x5e\x0f\x9c\x71\x19\x60\xf3\x15\x7e\x7b\xf3\x51\x36\x6a\xfd\x03"),
            Step::Server(b"\x81\x03Bye"),
        ],
    },
    correct: Example::of_steps(&[
        Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        Step::Server(b"\x81\x05Hello"),
        Step::Client(b"\x81\x8c\xa1\xb2\xc3\xd4\xe9\xdd\xb4\xf4\xc0\xc0\xa6\xf4\xd8\xdd\xb6\xeb"),
        Step::Server(b"\x81\x0dFine, thanks."),
        Step::Client(b"\x81\x8c\x5e\x0f\x9c\x71\x19\x60\xf3\x15\x7e\x7b\xf3\x51\x36\x6a\xfd\x03"),
        Step::Server(b"\x81\x03Bye"),
    ]),
};

/// WS904.
pub static ONE_DIRECTION_ONLY: Rule = Rule {
    code: "WS904",
    name: "one-direction-only",
    severity: Severity::Warning,
    rfc: "",
    summary: "Only one direction of the connection is in the capture.",
    requirement: "Whether a handshake was answered, and what an end reacted to, is only seen in both directions.",
    why: "An answer that is not in the capture cannot be told from one that was never given.",
    help: "Mirror both directions of the link, and check that the capture filter does not name a source \
        or destination only. With asymmetric routes, capture at one of the ends.",
    breaking: Example {
        opening: Opening::OneDirection(Direction::ClientToServer),
        steps: &[Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")],
    },
    correct: Example::of_steps(&[
        Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        Step::Server(b"\x81\x05Hello"),
    ]),
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
    help: "Let one end write its secrets to a file, and give it to Sockeye: `export SSLKEYLOGFILE=/tmp/keys.log`, start a \
        browser, Python or curl there (node with --tls-keylog=/tmp/keys.log), capture, then sockeye --keylog \
        /tmp/keys.log. The TLS handshake has to be in the capture. Or capture behind the proxy that ends TLS.",
    breaking: Example {
        opening: Opening::NotCaptured,
        steps: &[Step::Client(CLIENT_HELLO), Step::Server(SERVER_HELLO), Step::Server(ENCRYPTED)],
    },
    correct: Example::of_steps(&[Step::Server(b"\x82\x0a\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03")]),
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
    why: "What was left out is neither shown nor judged, so that a conversation that looks right may not be.",
    help: "Give the limit another value (`--limit NAME=VALUE`), or analyze fewer connections at a time: split the \
        capture, or cut it down to those of interest.",
    breaking: Example {
        opening: Opening::Limited { limit: "payload", value: 4 },
        steps: &[Step::Server(b"\x81\x05Hello")],
    },
    correct: Example::of_steps(&[Step::Server(b"\x81\x05Hello")]),
};

/// WS907.
pub static CONFLICTING_RETRANSMISSION: Rule = Rule {
    code: "WS907",
    name: "conflicting-retransmission",
    severity: Severity::Warning,
    rfc: "",
    summary: "The same bytes were sent twice with different content.",
    requirement: "The analysis goes on with the first copy; which one the receiver took is not in the capture.",
    why: "Two readers of this connection may have seen different messages: what the analysis shows is \
        not necessarily what the receiver read.",
    help: "Look at both packets: a middlebox that rewrites payload, a capture merged from two places, or somebody \
        who wants to be read differently by the receiver and by an analyzer.",
    breaking: Example::of_steps(&[
        Step::Server(b"\x81\x05Hello"),
        Step::Again(Direction::ServerToClient, b"\x81\x05Jello"),
    ]),
    correct: Example::of_steps(&[
        Step::Server(b"\x81\x05Hello"),
        Step::Again(Direction::ServerToClient, b"\x81\x05Hello"),
    ]),
};

/// WS908.
pub static CAPTURE_CUT: Rule = Rule {
    code: "WS908",
    name: "capture-cut",
    severity: Severity::Warning,
    rfc: "",
    summary: "The capture ends inside a record, or is damaged.",
    requirement: "The analysis goes as far as the file can be read; what followed is not known.",
    why: "The end of the recording is lost: how connections ended, and what was said last, is not known.",
    help: "Stop the capturing program with an interrupt and wait until it has written its file, and check \
        the disk and the copy of the file.",
    breaking: Example::of_steps(&[Step::Server(b"\x81\x05Hello"), Step::EndOfFile]),
    correct: Example::of_steps(&[Step::Server(b"\x81\x05Hello")]),
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
    why: "A frame found by evidence is very likely one, and not certainly: random bytes have the form of \
        a header once in a while.",
    help: "Look at WS901 for what is missing; a larger capture buffer avoids most losses.",
    breaking: Example::of_steps(&[
        Step::Missed(Direction::ServerToClient, b"\x81\x05Hello"),
        Step::Server(b"\x81\x0cHow are you?"),
        Step::Client(b"\x81\x8d\x37\xfa\x21\x3d\x71\x93\x4f\x58\x1b\xda\x55\x55\x56\x94\x4a\x4e\x19"),
        Step::Server(b"\x81\x0cGood to hear"),
    ]),
    correct: Example::of_steps(&[
        Step::Server(b"\x81\x05Hello"),
        Step::Server(b"\x81\x0cHow are you?"),
        Step::Client(b"\x81\x8d\x37\xfa\x21\x3d\x71\x93\x4f\x58\x1b\xda\x55\x55\x56\x94\x4a\x4e\x19"),
        Step::Server(b"\x81\x0cGood to hear"),
    ]),
};

/// WS910.
pub static DECRYPTION_FAILED: Rule = Rule {
    code: "WS910",
    name: "decryption-failed",
    severity: Severity::Warning,
    rfc: "",
    summary: "A key log has the secret of a connection, and its records cannot be decrypted with it.",
    requirement: "A record is only taken for decrypted if its authentication tag fits; one that does not is left out, and \
        what it held is not judged.",
    why: "What the record said is not known. A secret that fits nothing is of another connection, or was cut or \
        changed; behind records that fit, one is damaged.",
    help: "Give the key log that was written while this capture was made, whole and unchanged.",
    breaking: Example {
        opening: Opening::KeyLog(FITS_NOTHING),
        steps: &[Step::Client(CLIENT_HELLO), Step::Server(SERVER_HELLO), Step::Server(ENCRYPTED)],
    },
    correct: Example::of_steps(&[Step::Server(b"\x82\x05\x17\x03\x03\x00\x18")]),
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
    why: "Frames of such a connection can be wrong without anything being reported.",
    help: "To have everything judged, capture a connection without that extension.",
    breaking: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: x-secret")],
        &[("", "Sec-WebSocket-Extensions: x-secret")],
    ),
    correct: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: permessage-deflate")],
        &[("", "Sec-WebSocket-Extensions: permessage-deflate")],
    ),
};
