//! Close frames, and the end of TCP behind them.

use crate::base::Direction;
use crate::check::{Example, Rule, Step};
use crate::record::Severity;

/// WS413.
pub static INVALID_UTF8_CLOSE_REASON: Rule = Rule {
    code: "WS413",
    name: "invalid-utf8-close-reason",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.5.1",
    summary: "The reason in a Close frame is not UTF-8.",
    requirement: "What follows the status code of a Close is text in UTF-8.",
    why: "Many receivers report a protocol error instead of the code, and the reason is lost.",
    help: "Encode the reason as UTF-8. If it has to be cut to 123 bytes, cut it between two characters.",
    breaking: Example::of_steps(&[
        Step::Server(b"\x88\x06\x03\xe8caf\xe9"),
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
    correct: Example::of_steps(&[
        Step::Server(b"\x88\x07\x03\xe8caf\xc3\xa9"),
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
};

/// WS414.
pub static DATA_AFTER_CLOSE: Rule = Rule {
    code: "WS414",
    name: "data-after-close",
    severity: Severity::Error,
    rfc: "RFC 6455 §5.5.1",
    summary: "A side sent a data frame behind its own Close.",
    requirement: "Behind its Close a side sends no more data frames. It may still answer pings.",
    why: "The receiver drops the data, or fails the connection; the sender believes that it was delivered.",
    help: "Stop writing before the Close is sent. Two threads that write to one connection without a lock \
        cause this.",
    breaking: Example::of_steps(&[
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        Step::Server(b"\x88\x02\x03\xe8"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
    correct: Example::of_steps(&[
        Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Server(b"\x88\x02\x03\xe8"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
};

/// WS415.
pub static CLOSE_UNANSWERED: Rule = Rule {
    code: "WS415",
    name: "close-unanswered",
    severity: Severity::Warning,
    rfc: "RFC 6455 §5.5.1",
    summary: "A side received a Close, said something else, and ended TCP without sending one.",
    requirement: "Who receives a Close and has not sent one sends one in answer.",
    why: "The other side cannot tell a clean end from a broken connection, and reports 1006 or waits for a \
        timeout.",
    help: "Send a Close, with the same status code or an empty payload, before the socket is closed.",
    breaking: Example::of_steps(&[
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Server(b"\x81\x05Hello"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
    correct: Example::of_steps(&[
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Server(b"\x81\x05Hello"),
        Step::Server(b"\x88\x02\x03\xe8"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
};

/// WS416.
pub static CLOSED_WITHOUT_CLOSE_FRAME: Rule = Rule {
    code: "WS416",
    name: "closed-without-close-frame",
    severity: Severity::Info,
    rfc: "RFC 6455 §7.1.5",
    summary: "A side ended TCP without a Close frame.",
    requirement: "A connection is closed by a Close frame of each side. Without one, applications are told 1006.",
    why: "The other side cannot tell whether all that was meant to be said has been said, and why it ended.",
    help: "Proxies that cut idle connections, processes that are killed and lost networks look like this. \
        Send a Close where the end is intended; send pings where a proxy takes the connection for idle.",
    breaking: Example::of_steps(&[
        Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
    correct: Example::of_steps(&[
        Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Server(b"\x88\x02\x03\xe8"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
};

/// WS417.
pub static CLIENT_CLOSED_TCP_FIRST: Rule = Rule {
    code: "WS417",
    name: "client-closed-tcp-first",
    severity: Severity::Info,
    rfc: "RFC 6455 §7.1.1",
    summary: "The client ended TCP before the server did, behind a Close.",
    requirement: "The server ends TCP first, so that the waiting for stray segments (TIME_WAIT) is on its side; a \
        client does so only if the server takes too long.",
    why: "A client that ends TCP first keeps its port busy for minutes: many short connections can use up \
        all ports. It may also miss the server's Close.",
    help: "Let the client wait for the end of the stream after the Closes were exchanged. Browsers that \
        leave a page do not wait.",
    breaking: Example::of_steps(&[
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Server(b"\x88\x02\x03\xe8"),
        Step::Fin(Direction::ClientToServer),
        Step::Fin(Direction::ServerToClient),
    ]),
    correct: Example::of_steps(&[
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Server(b"\x88\x02\x03\xe8"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
};

/// WS418.
pub static CLOSE_CODE_OF_OTHER_ROLE: Rule = Rule {
    code: "WS418",
    name: "close-code-of-other-role",
    severity: Severity::Warning,
    rfc: "RFC 6455 §7.4.1",
    summary: "The server closed with a code that is for clients.",
    requirement: "Status code 1010 says that the server did not negotiate an extension that the client needs. A \
        server never has that to say: it can fail the handshake.",
    why: "The client's application is told of a missing extension, and looks in the wrong place.",
    help: "Let the server send 1002 for a protocol error, 1008 for a policy, or 1011 for an error of its \
        own.",
    breaking: Example::of_steps(&[
        Step::Server(b"\x88\x02\x03\xf2"),
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xfc"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
    correct: Example::of_steps(&[
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xfc"),
        Step::Server(b"\x88\x02\x03\xf2"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
};

/// WS419.
pub static SECOND_CLOSE: Rule = Rule {
    code: "WS419",
    name: "second-close",
    severity: Severity::Warning,
    rfc: "RFC 6455 §5.5.1, §7.1.3",
    summary: "A side sent two Close frames.",
    requirement: "A side sends one Close: the first one, or the answer to the other side's.",
    why: "The second one is ignored at best; its code and reason reach nobody.",
    help: "Remember that the Close was sent. Often one is sent by the application and another one by the \
        library that answers.",
    breaking: Example::of_steps(&[
        Step::Server(b"\x88\x02\x03\xe8"),
        Step::Server(b"\x88\x02\x03\xe9"),
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
    correct: Example::of_steps(&[
        Step::Server(b"\x88\x02\x03\xe8"),
        Step::Client(b"\x88\x82\x5c\x0e\x93\xa7\x5f\xe6"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
};

/// WS420.
pub static KEPT_TALKING_AFTER_PEER_VIOLATION: Rule = Rule {
    code: "WS420",
    name: "kept-talking-after-peer-violation",
    severity: Severity::Warning,
    rfc: "RFC 6455 §5.1, §5.2, §8.1",
    summary: "A side sent data after receiving what it had to fail the connection for.",
    requirement: "Who receives a frame masked the wrong way, with a reserved opcode or bit, or text that is not \
        UTF-8, fails the connection: it sends no more data.",
    why: "A receiver that is too patient hides the other side's mistake, until it meets a stricter one. \
        Accepting unmasked frames also opens the door that masking is there to close.",
    help: "Close the connection with 1002, or 1007 for text that is not UTF-8. Some libraries have a switch \
        for strictness that was turned off.",
    breaking: Example::of_steps(&[Step::Client(b"\x81\x05Hello"), Step::Server(b"\x81\x05Hello")]),
    correct: Example::of_steps(&[
        Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        Step::Server(b"\x81\x05Hello"),
    ]),
};

/// WS421.
pub static UNREGISTERED_CLOSE_CODE: Rule = Rule {
    code: "WS421",
    name: "unregistered-close-code",
    severity: Severity::Warning,
    rfc: "RFC 6455 §7.4.2",
    summary: "A Close frame carries a status code without a meaning.",
    requirement: "Codes from 1000 to 2999 mean what the registry of the IANA says, and 1004 nothing so far; 3000 \
        to 4999 are for libraries and applications; beyond that there are none.",
    why: "Receivers may take the code for a protocol error, and no application can know what was meant.",
    help: "Send 1000 for a normal end, or a code from 4000 to 4999 for a meaning of your own. A code such \
        as 12592 is text where two bytes belong.",
    breaking: Example::of_steps(&[
        Step::Server(b"\x88\x02\x07\xd0"),
        Step::Client(b"\x88\x80\x5c\x0e\x93\xa7"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
    correct: Example::of_steps(&[
        Step::Server(b"\x88\x02\x0f\xa0"),
        Step::Client(b"\x88\x80\x5c\x0e\x93\xa7"),
        Step::Fin(Direction::ServerToClient),
        Step::Fin(Direction::ClientToServer),
    ]),
};
