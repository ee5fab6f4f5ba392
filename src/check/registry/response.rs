//! The response of an opening handshake, or its absence.

use crate::base::Direction;
use crate::check::{Example, Opening, Rule, Step};
use crate::record::Severity;

/// WS120.
pub static WRONG_ACCEPT: Rule = Rule {
    code: "WS120",
    name: "wrong-accept",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.2.2",
    summary: "Sec-WebSocket-Accept does not follow from the request's key.",
    requirement: "Sec-WebSocket-Accept is base64(SHA-1(key + 258EAFA5-E914-47DA-95CA-C5AB0DC85B11)), computed \
        over the key as the client wrote it; a client that receives another value fails the \
        connection.",
    why: "The value proves that the server read this request and speaks WebSocket; without that proof, \
        cached responses and servers of other protocols could be taken for one that does. The browser \
        reports a failed connection.",
    help: "Hash the key's text (not its decoded bytes) followed by the GUID, and encode the 20 bytes of \
        the hash, not their hexadecimal form. A constant value points to a cached response.",
    breaking: Example::of_handshake(&[], &[("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "C/0nmHhBztSRGR1CwL6Tf4ZjwpY=")]),
    correct: Example::of_handshake(
        &[("dGhlIHNhbXBsZSBub25jZQ==", "AQIDBAUGBwgJCgsMDQ4PEA==")],
        &[("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "C/0nmHhBztSRGR1CwL6Tf4ZjwpY=")],
    ),
};

/// WS121.
pub static MISSING_ACCEPT: Rule = Rule {
    code: "WS121",
    name: "missing-accept",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.2.2",
    summary: "The 101 has no Sec-WebSocket-Accept.",
    requirement: "A server proves with Sec-WebSocket-Accept that it understood the request.",
    why: "Clients cannot tell the server from one that upgrades whatever it is asked, and fail the \
        connection.",
    help: "Compute and send the field. A 101 without it comes from a server that upgrades without knowing \
        WebSocket.",
    breaking: Example::of_handshake(&[], &[("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", "")]),
    correct: Example::PLAIN,
};

/// WS122.
pub static REPEATED_ACCEPT: Rule = Rule {
    code: "WS122",
    name: "repeated-accept",
    severity: Severity::Error,
    rfc: "RFC 6455 §11.3.3",
    summary: "The 101 has more than one Sec-WebSocket-Accept.",
    requirement: "Sec-WebSocket-Accept appears once in a response.",
    why: "Clients that join repeated fields with a comma compare a value that nobody computed, and fail \
        the connection; others do not notice.",
    help: "Send the field once. Often the application and a proxy or framework before it both complete \
        the handshake.",
    breaking: Example::of_handshake(&[], &[("", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")]),
    correct: Example::PLAIN,
};

/// WS123.
pub static RESPONSE_MISSING_UPGRADE: Rule = Rule {
    code: "WS123",
    name: "response-missing-upgrade",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.2.2",
    summary: "The 101 does not say Upgrade: websocket.",
    requirement: "The response carries an Upgrade field with the value websocket, in any case, and \
        nothing else.",
    why: "The field says to which protocol the connection switches. Without it a client cannot take what \
        follows for WebSocket, and fails the connection.",
    help: "Send Upgrade: websocket. If the server did, a proxy on the way removed or changed the field.",
    breaking: Example::of_handshake(&[], &[("Upgrade: websocket\r\n", "")]),
    correct: Example::of_handshake(&[], &[("Upgrade: websocket", "Upgrade: WebSocket")]),
};

/// WS124.
pub static RESPONSE_MISSING_CONNECTION_UPGRADE: Rule = Rule {
    code: "WS124",
    name: "response-missing-connection-upgrade",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.2.2",
    summary: "The 101 does not list Upgrade in Connection.",
    requirement: "The response carries a Connection field whose list contains Upgrade, in any case.",
    why: "Without it the upgrade is not meant for this hop: a proxy may drop it and go on speaking HTTP, \
        and a client fails the connection.",
    help: "Send Connection: Upgrade. If the server did, a proxy on the way replaced the field (with close \
        or keep-alive, for example).",
    breaking: Example::of_handshake(&[], &[("Connection: Upgrade", "Connection: close")]),
    correct: Example::of_handshake(&[], &[("Connection: Upgrade", "Connection: keep-alive, Upgrade")]),
};

/// WS125.
pub static SUBPROTOCOL_NOT_OFFERED: Rule = Rule {
    code: "WS125",
    name: "subprotocol-not-offered",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.2.2",
    summary: "The server chose a subprotocol that the client did not offer.",
    requirement: "The server picks one of the subprotocols that the request lists, letter for letter, or \
        sends no Sec-WebSocket-Protocol.",
    why: "The two sides would read the same messages by different rules. Clients check, and fail the \
        connection.",
    help: "Answer only with a name from the request, and with nothing if none fits or none was offered.",
    breaking: Example::of_handshake(
        &[("", "Sec-WebSocket-Protocol: chat, superchat")],
        &[("", "Sec-WebSocket-Protocol: mqtt")],
    ),
    correct: Example::of_handshake(
        &[("", "Sec-WebSocket-Protocol: chat, superchat")],
        &[("", "Sec-WebSocket-Protocol: superchat")],
    ),
};

/// WS126.
pub static REPEATED_SUBPROTOCOL: Rule = Rule {
    code: "WS126",
    name: "repeated-subprotocol",
    severity: Severity::Error,
    rfc: "RFC 6455 §11.3.4",
    summary: "The 101 has more than one Sec-WebSocket-Protocol.",
    requirement: "Sec-WebSocket-Protocol appears at most once in a response.",
    why: "One subprotocol is chosen. With two fields a client sees the first, the last or both joined by \
        a comma, which it never offered.",
    help: "Send the field once. Often the application and a framework before it both add it.",
    breaking: Example::of_handshake(
        &[("", "Sec-WebSocket-Protocol: chat, superchat")],
        &[("", "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: chat")],
    ),
    correct: Example::of_handshake(
        &[("", "Sec-WebSocket-Protocol: chat, superchat")],
        &[("", "Sec-WebSocket-Protocol: chat")],
    ),
};

/// WS127.
pub static EXTENSION_NOT_OFFERED: Rule = Rule {
    code: "WS127",
    name: "extension-not-offered",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.2.2, §9.1",
    summary: "The server accepted an extension that the client did not offer.",
    requirement: "The server picks extensions from those that the request lists.",
    why: "An extension changes what frames mean. A client that did not offer it cannot read them, and \
        fails the connection.",
    help: "Answer only with extensions of the request. If the request has none, send no \
        Sec-WebSocket-Extensions.",
    breaking: Example::of_handshake(&[], &[("", "Sec-WebSocket-Extensions: permessage-deflate")]),
    correct: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: permessage-deflate")],
        &[("", "Sec-WebSocket-Extensions: permessage-deflate")],
    ),
};

/// WS128.
pub static RESPONSE_HTTP_VERSION: Rule = Rule {
    code: "WS128",
    name: "response-http-version",
    severity: Severity::Warning,
    rfc: "RFC 9110 §15.2",
    summary: "A 101 is an HTTP/1.0 response, or answers an HTTP/1.0 request.",
    requirement: "HTTP/1.0 knows no 1xx status: a server sends none to an HTTP/1.0 client, and none as HTTP/1.0.",
    why: "Clients that read the version may take such a 101 for a final response, or refuse it, and a \
        proxy may not begin to relay.",
    help: "Answer with HTTP/1.1 (some servers and scripts write HTTP/1.0 by default), and refuse upgrades \
        from HTTP/1.0 clients.",
    breaking: Example::of_handshake(&[], &[("HTTP/1.1", "HTTP/1.0")]),
    correct: Example::PLAIN,
};

/// WS129.
pub static BODY_HEADER_IN_101: Rule = Rule {
    code: "WS129",
    name: "body-header-in-101",
    severity: Severity::Warning,
    rfc: "RFC 9110 §8.6, RFC 9112 §6.1",
    summary: "The 101 announces a body with Content-Length or Transfer-Encoding.",
    requirement: "A 101 has no body and carries neither Content-Length nor Transfer-Encoding.",
    why: "The bytes behind a 101 are frames. A proxy or client that believes the field would swallow \
        them as a body.",
    help: "Leave the field out of the 101; some frameworks add it to every response.",
    breaking: Example::of_handshake(&[], &[("", "Content-Length: 0")]),
    correct: Example::PLAIN,
};

/// WS130.
pub static REFUSAL_WITHOUT_VERSION: Rule = Rule {
    code: "WS130",
    name: "refusal-without-version",
    severity: Severity::Warning,
    rfc: "RFC 6455 §4.2.2, §4.4",
    summary: "A version was refused without naming the versions that would be accepted.",
    requirement: "A server that does not speak the requested version says in Sec-WebSocket-Version which ones it \
        does.",
    why: "A client that speaks several versions cannot know which one to try next, and gives up.",
    help: "Add Sec-WebSocket-Version: 13 to the refusal, so that a client can repeat its request.",
    breaking: Example {
        opening: Opening::Refused {
            request: &[("Version: 13", "Version: 99")],
            response: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
    correct: Example {
        opening: Opening::Refused {
            request: &[],
            response: "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
};

/// WS131.
pub static ACCEPTED_INVALID_REQUEST: Rule = Rule {
    code: "WS131",
    name: "accepted-invalid-request",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.2.1",
    summary: "The server accepted a request that it had to refuse.",
    requirement: "A server that receives a handshake which is not as §4.2.1 describes it stops and answers with \
        an error such as 400.",
    why: "The mistake in the request is not noticed where it is made: the client works with this server, \
        and fails with one that checks.",
    help: "Let the server check method, HTTP version, Host, Upgrade, Connection, key and version before \
        it upgrades.",
    breaking: Example::of_handshake(&[("GET", "PUT")], &[]),
    correct: Example::PLAIN,
};

/// WS132.
pub static HANDSHAKE_REJECTED: Rule = Rule {
    code: "WS132",
    name: "handshake-rejected",
    severity: Severity::Info,
    rfc: "RFC 6455 §4.2.2",
    summary: "The server answered the handshake with something other than a WebSocket 101.",
    requirement: "A server may refuse a handshake with any status; the client then treats it as an ordinary HTTP \
        response.",
    why: "No WebSocket connection comes about. A browser tells its page nothing but a failed connection, \
        so the status in the capture is the best clue.",
    help: "Read the status and the likely cause in the text; if a proxy stands between client and server, \
        capture both of its sides and compare the requests.",
    breaking: Example {
        opening: Opening::Refused {
            request: &[],
            response: "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
    correct: Example::PLAIN,
};

/// WS133.
pub static HANDSHAKE_UNANSWERED: Rule = Rule {
    code: "WS133",
    name: "handshake-unanswered",
    severity: Severity::Info,
    rfc: "RFC 6455 §4.2.2",
    summary: "The handshake got no HTTP response.",
    requirement: "A server answers a handshake: with 101 to accept it, or with an HTTP status that says why not.",
    why: "The client learns nothing about the cause and can only report that the connection was closed, \
        or time out.",
    help: "Look at the server's log for this moment: it crashed, timed out, rejected the request without \
        an answer, or does not speak HTTP on this port.",
    breaking: Example {
        opening: Opening::Unanswered { request: &[] },
        steps: &[Step::Fin(Direction::ServerToClient), Step::Fin(Direction::ClientToServer)],
    },
    correct: Example::PLAIN,
};

/// WS134.
pub static REPEATED_EXTENSIONS_HEADER: Rule = Rule {
    code: "WS134",
    name: "repeated-extensions-header",
    severity: Severity::Warning,
    rfc: "RFC 6455 §11.3.2",
    summary: "The 101 has more than one Sec-WebSocket-Extensions.",
    requirement: "Sec-WebSocket-Extensions appears at most once in a response (§11.3.2), though §4.2.2 of the \
        same RFC allows splitting it.",
    why: "Some clients read only the first field, and do not see what the others agree to.",
    help: "Join the values with commas into one field.",
    breaking: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: x-one, x-two")],
        &[("", "Sec-WebSocket-Extensions: x-one\r\nSec-WebSocket-Extensions: x-two")],
    ),
    correct: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: x-one, x-two")],
        &[("", "Sec-WebSocket-Extensions: x-one, x-two")],
    ),
};

/// WS135.
pub static INVALID_SUBPROTOCOL_ANSWER: Rule = Rule {
    code: "WS135",
    name: "invalid-subprotocol-answer",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.2.2, §4.3",
    summary: "Sec-WebSocket-Protocol of the 101 is not one token.",
    requirement: "The field holds exactly one of the offered names; a server that chose none leaves it out.",
    why: "A client compares the value with its offers, finds no match, and fails the connection.",
    help: "Send one name, or leave the field out. Echoing the whole list of the request is a common \
        mistake.",
    breaking: Example::of_handshake(
        &[("", "Sec-WebSocket-Protocol: chat, superchat")],
        &[("", "Sec-WebSocket-Protocol: chat, superchat")],
    ),
    correct: Example::of_handshake(
        &[("", "Sec-WebSocket-Protocol: chat, superchat")],
        &[("", "Sec-WebSocket-Protocol: chat")],
    ),
};

/// WS136.
pub static UPGRADE_REQUIRED_WITHOUT_UPGRADE: Rule = Rule {
    code: "WS136",
    name: "426-without-upgrade",
    severity: Severity::Warning,
    rfc: "RFC 9110 §15.5.22",
    summary: "A 426 does not say to which protocol to upgrade.",
    requirement: "A server that answers 426 sends an Upgrade field with the protocols it demands.",
    why: "The client is told to upgrade, and not to what: it cannot repeat its request so that it would \
        be accepted.",
    help: "Add Upgrade: websocket to the 426. A proxy that relays a 426 writes its own Upgrade, since the field is \
        hop-by-hop.",
    breaking: Example {
        opening: Opening::Refused {
            request: &[("Version: 13", "Version: 8")],
            response: "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
    correct: Example {
        opening: Opening::Refused {
            request: &[],
            response: "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
};
