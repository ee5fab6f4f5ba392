//! The request of an opening handshake, and what the client does before and after the response.

use crate::check::{Example, Rule};
use crate::record::Severity;

/// WS101.
pub static REQUEST_NOT_GET: Rule = Rule {
    code: "WS101",
    name: "request-not-get",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The upgrade request uses a method other than GET.",
    requirement: "An opening handshake is a GET request; a server has to refuse any other method.",
    help: "Send the handshake with GET. A POST or OPTIONS here usually comes from a generic HTTP client \
        or from a proxy that rewrites requests.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS102.
pub static REQUEST_HTTP_VERSION: Rule = Rule {
    code: "WS102",
    name: "request-http-version",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The upgrade request is older than HTTP/1.1.",
    requirement: "The request uses HTTP/1.1 or higher: HTTP/1.0 has no upgrade, and its proxies forward Upgrade \
        and Connection blindly.",
    help: "If a proxy stands before the server, let it speak HTTP/1.1 to its backend (nginx: \
        proxy_http_version 1.1).",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS103.
pub static MISSING_HOST: Rule = Rule {
    code: "WS103",
    name: "missing-host",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The upgrade request does not say which host it is for.",
    requirement: "The request carries a Host field with the host, and the port unless it is the default one.",
    help: "Send Host. A virtual host or a proxy cannot route the request without it.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS104.
pub static MISSING_UPGRADE: Rule = Rule {
    code: "WS104",
    name: "missing-upgrade",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The upgrade request does not list websocket in Upgrade.",
    requirement: "The request carries an Upgrade field whose list contains websocket, in any case.",
    help: "Send Upgrade: websocket. If the client did, a proxy between it and this capture removed the \
        field, which is hop-by-hop.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS105.
pub static MISSING_CONNECTION_UPGRADE: Rule = Rule {
    code: "WS105",
    name: "missing-connection-upgrade",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The upgrade request does not list Upgrade in Connection.",
    requirement: "The request carries a Connection field whose list contains Upgrade, in any case; without it, \
        Upgrade is not for this hop.",
    help: "Send Connection: Upgrade (or keep-alive, Upgrade). If the client did, a proxy on the way \
        replaced the field.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS106.
pub static MISSING_KEY: Rule = Rule {
    code: "WS106",
    name: "missing-key",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The upgrade request has no Sec-WebSocket-Key.",
    requirement: "The request carries a Sec-WebSocket-Key, from which the server derives the proof that it \
        understood the request.",
    help: "Use a WebSocket client rather than a plain HTTP request with an Upgrade field.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS107.
pub static INVALID_KEY: Rule = Rule {
    code: "WS107",
    name: "invalid-key",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "Sec-WebSocket-Key is not the base64 form of 16 bytes.",
    requirement: "The key is a random value of 16 bytes in base64: 24 characters, of which the last two are \
        padding.",
    help: "Take 16 random bytes and encode them with standard base64, padding included; not hexadecimal, \
        not base64url, not a text.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS108.
pub static REPEATED_KEY: Rule = Rule {
    code: "WS108",
    name: "repeated-key",
    severity: Severity::Error,
    rfc: "RFC 6455 §11.3.1",
    summary: "The upgrade request has more than one Sec-WebSocket-Key.",
    requirement: "Sec-WebSocket-Key appears once in a request; with two, nobody can say which one the response \
        proves.",
    help: "Send one key. If the client sent one, look for a proxy or middleware that adds its own.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS109.
pub static MISSING_VERSION: Rule = Rule {
    code: "WS109",
    name: "missing-version",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The upgrade request has no Sec-WebSocket-Version.",
    requirement: "The request carries Sec-WebSocket-Version: 13.",
    help: "Send Sec-WebSocket-Version: 13. A request without it comes from a hand-made client or from a \
        draft older than the RFC.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS110.
pub static UNSUPPORTED_VERSION: Rule = Rule {
    code: "WS110",
    name: "unsupported-version",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "Sec-WebSocket-Version of the request is not 13.",
    requirement: "The version of the protocol in RFC 6455 is 13, and a request names exactly that; other numbers \
        belong to drafts or to nothing.",
    help: "Update the client to one that speaks RFC 6455, or repeat the handshake with a version that the \
        server's answer lists.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS111.
pub static REUSED_KEY: Rule = Rule {
    code: "WS111",
    name: "reused-key",
    severity: Severity::Info,
    rfc: "RFC 6455 §4.1",
    summary: "The same Sec-WebSocket-Key was used on another connection.",
    requirement: "A client chooses its key at random for each connection. A relay that forwards a handshake \
        rightly sends the same key again.",
    help: "If both connections belong to the two sides of a proxy, nothing is wrong. If one client opened \
        both, its key is a constant: use fresh random bytes.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS112.
pub static INVALID_SUBPROTOCOL_OFFER: Rule = Rule {
    code: "WS112",
    name: "invalid-subprotocol-offer",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The offered subprotocols are not a list of unique tokens.",
    requirement: "Each element of Sec-WebSocket-Protocol in a request is a token (no blanks, no separators), and \
        no two are equal.",
    help: "Name each subprotocol once, without blanks, slashes or quotes. Data that is no subprotocol \
        belongs elsewhere, or in a token-safe encoding such as base64url without padding.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS113.
pub static MALFORMED_EXTENSIONS: Rule = Rule {
    code: "WS113",
    name: "malformed-extensions",
    severity: Severity::Error,
    rfc: "RFC 6455 §9.1",
    summary: "Sec-WebSocket-Extensions does not follow its grammar.",
    requirement: "The field is a list of tokens with parameters; a parameter's value is a token, or a quoted \
        string that is a token once unquoted. Who receives anything else must fail the connection.",
    help: "Correct the value, for example: permessage-deflate; client_max_window_bits. Leave the field \
        out if there is nothing to say.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS114.
pub static FRAGMENT_IN_TARGET: Rule = Rule {
    code: "WS114",
    name: "fragment-in-target",
    severity: Severity::Error,
    rfc: "RFC 6455 §3",
    summary: "The request target contains a fragment identifier.",
    requirement: "WebSocket URIs have no fragment: a # is not used, or written as %23.",
    help: "Remove the # and what follows it from the URL, or escape it as %23 if it is meant as data.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS115.
pub static DATA_BEFORE_RESPONSE: Rule = Rule {
    code: "WS115",
    name: "data-before-response",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The client sent a frame before it had received the server's response.",
    requirement: "After its request a client waits for the response and sends nothing more until the response \
        was received and found valid.",
    help: "Send the first message from the open event or callback of the client library, not right behind \
        the request.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS116.
pub static MALFORMED_HEAD: Rule = Rule {
    code: "WS116",
    name: "malformed-head",
    severity: Severity::Warning,
    rfc: "RFC 9112 §2.2, §4, §5.1, §5.2",
    summary: "The head of the request or response departs from the form of HTTP/1.1.",
    requirement: "Lines end in CRLF, no empty line stands before the first, a status code is followed by a \
        space, no blank stands before a colon, and values are not folded over lines.",
    help: "Write the head with an HTTP library. Peers and proxies read such heads differently, which \
        makes for refused handshakes and for request smuggling.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS117.
pub static REPEATED_VERSION: Rule = Rule {
    code: "WS117",
    name: "repeated-version",
    severity: Severity::Error,
    rfc: "RFC 6455 §11.3.5",
    summary: "The upgrade request has more than one Sec-WebSocket-Version.",
    requirement: "Sec-WebSocket-Version appears once in a request.",
    help: "Send the field once, with 13. If the client did, look for a proxy or middleware that adds its \
        own.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS118.
pub static CONTINUED_AFTER_INVALID_RESPONSE: Rule = Rule {
    code: "WS118",
    name: "continued-after-invalid-response",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The client went on sending after a response that obliged it to give up.",
    requirement: "A client checks Upgrade, Connection, Sec-WebSocket-Accept, the subprotocol and the extensions \
        of a 101; if one is wrong, it fails the connection and sends no messages.",
    help: "Let the client verify the response. One that does not can be talked to by a server that never \
        understood its request.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};

/// WS119.
pub static REPEATED_HOST: Rule = Rule {
    code: "WS119",
    name: "repeated-host",
    severity: Severity::Warning,
    rfc: "RFC 9112 §3.2",
    summary: "The request has more than one Host.",
    requirement: "A request has exactly one Host field; servers answer any other number with 400.",
    help: "Send Host once. Two of them are a classic way to make a proxy and its backend disagree about \
        the target.",
    why: "",
    breaking: Example::PLAIN,
    correct: Example::PLAIN,
};
