//! The request of an opening handshake, and what the client does before and after the response.

use crate::check::{Example, Opening, Rule, Step};
use crate::record::Severity;

/// WS101.
pub static REQUEST_NOT_GET: Rule = Rule {
    code: "WS101",
    name: "request-not-get",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The upgrade request uses a method other than GET.",
    requirement: "An opening handshake is a GET request; a server has to refuse any other method.",
    why: "No connection comes about. On their way, firewalls and frameworks also check a POST for things \
        that a handshake does not carry, such as a length or a token against forgery.",
    help: "Send the handshake with GET. A POST or OPTIONS here usually comes from a generic HTTP client \
        or from a proxy that rewrites requests.",
    breaking: Example {
        opening: Opening::Refused {
            request: &[("GET", "POST")],
            response: "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
    correct: Example::PLAIN,
};

/// WS102.
pub static REQUEST_HTTP_VERSION: Rule = Rule {
    code: "WS102",
    name: "request-http-version",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The upgrade request is older than HTTP/1.1.",
    requirement: "The request uses HTTP/1.1 or higher.",
    why: "HTTP/1.0 has no upgrade, and its proxies forward Upgrade and Connection without understanding \
        them. Servers refuse such a request, so that nobody can connect through that proxy.",
    help: "If a proxy stands before the server, let it speak HTTP/1.1 to its backend (nginx: \
        proxy_http_version 1.1).",
    breaking: Example {
        opening: Opening::Refused {
            request: &[("HTTP/1.1", "HTTP/1.0")],
            response: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
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
    why: "A virtual host or a proxy cannot route the request, and a server cannot tell which of its \
        sites was meant: most answer 400.",
    help: "Send Host with the host and port of the URL; HTTP libraries do.",
    breaking: Example {
        opening: Opening::Refused {
            request: &[("Host: server.example\r\n", "")],
            response: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
    correct: Example::of_handshake(&[("server.example", "server.example:8080")], &[]),
};

/// WS104.
pub static MISSING_UPGRADE: Rule = Rule {
    code: "WS104",
    name: "missing-upgrade",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The upgrade request does not list websocket in Upgrade.",
    requirement: "The request carries an Upgrade field whose list contains websocket, in any case.",
    why: "Without it the request is an ordinary GET: the server answers with a page or an error, and the \
        client reports that it could not connect.",
    help: "Send Upgrade: websocket. If the client did, a proxy between it and this capture removed the \
        field, which is hop-by-hop.",
    breaking: Example::of_handshake(&[("Upgrade: websocket", "Upgrade: websockets")], &[]),
    correct: Example::of_handshake(&[("Upgrade: websocket", "Upgrade: WebSocket")], &[]),
};

/// WS105.
pub static MISSING_CONNECTION_UPGRADE: Rule = Rule {
    code: "WS105",
    name: "missing-connection-upgrade",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The upgrade request does not list Upgrade in Connection.",
    requirement: "The request carries a Connection field whose list contains Upgrade, in any case.",
    why: "Connection names the fields that are meant for this hop only. If Upgrade is not among them, \
        proxies and servers ignore it, and the request is an ordinary GET.",
    help: "Send Connection: Upgrade (or keep-alive, Upgrade). If the client did, a proxy on the way \
        replaced the field.",
    breaking: Example::of_handshake(&[("Connection: Upgrade", "Connection: keep-alive")], &[]),
    correct: Example::of_handshake(&[("Connection: Upgrade", "Connection: keep-alive, Upgrade")], &[]),
};

/// WS106.
pub static MISSING_KEY: Rule = Rule {
    code: "WS106",
    name: "missing-key",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The upgrade request has no Sec-WebSocket-Key.",
    requirement: "The request carries a Sec-WebSocket-Key.",
    why: "From the key the server derives the proof that it understood the request. Without a key there \
        is nothing to prove, and servers refuse.",
    help: "Use a WebSocket client rather than a plain HTTP request with an Upgrade field.",
    breaking: Example {
        opening: Opening::Refused {
            request: &[("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "")],
            response: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
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
    why: "Some servers decode the key and answer 400 if it is not 16 bytes, others only hash its text: \
        such a client works with some servers and fails with others.",
    help: "Take 16 random bytes and encode them with standard base64, padding included; not hexadecimal, \
        not base64url, not a text.",
    breaking: Example {
        opening: Opening::Refused {
            request: &[("dGhlIHNhbXBsZSBub25jZQ==", "my-secret-key")],
            response: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
    correct: Example::of_handshake(
        &[("dGhlIHNhbXBsZSBub25jZQ==", "AQIDBAUGBwgJCgsMDQ4PEA==")],
        &[("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "C/0nmHhBztSRGR1CwL6Tf4ZjwpY=")],
    ),
};

/// WS108.
pub static REPEATED_KEY: Rule = Rule {
    code: "WS108",
    name: "repeated-key",
    severity: Severity::Error,
    rfc: "RFC 6455 §11.3.1",
    summary: "The upgrade request has more than one Sec-WebSocket-Key.",
    requirement: "Sec-WebSocket-Key appears once in a request.",
    why: "With two keys nobody can say which one the response has to prove: client and server may take \
        different ones, and the connection fails.",
    help: "Send one key. If the client sent one, look for a proxy or middleware that adds its own.",
    breaking: Example {
        opening: Opening::Refused {
            request: &[("", "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==")],
            response: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
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
    why: "A server cannot know which protocol the client speaks: drafts before the RFC used other \
        handshakes and frames. Servers refuse, or guess.",
    help: "Send Sec-WebSocket-Version: 13. A request without it comes from a hand-made client or from a \
        draft older than the RFC.",
    breaking: Example {
        opening: Opening::Refused {
            request: &[("Sec-WebSocket-Version: 13\r\n", "")],
            response: "HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
    correct: Example::PLAIN,
};

/// WS110.
pub static UNSUPPORTED_VERSION: Rule = Rule {
    code: "WS110",
    name: "unsupported-version",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "Sec-WebSocket-Version of the request is not 13.",
    requirement: "The version of the protocol in RFC 6455 is 13, and a request names exactly that.",
    why: "Other numbers belong to drafts with other handshakes and frames, or to nothing. A server that \
        speaks the RFC refuses the request.",
    help: "Update the client to one that speaks RFC 6455, or repeat the handshake with a version that the \
        server's answer lists.",
    breaking: Example {
        opening: Opening::Refused {
            request: &[("Version: 13", "Version: 8")],
            response: "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
    correct: Example::PLAIN,
};

/// WS111.
pub static REUSED_KEY: Rule = Rule {
    code: "WS111",
    name: "reused-key",
    severity: Severity::Info,
    rfc: "RFC 6455 §4.1",
    summary: "The same Sec-WebSocket-Key was used on another connection.",
    requirement: "A client chooses its key at random for each connection. A relay that forwards a \
        handshake rightly sends the same key again.",
    why: "A key that never changes makes a response predictable: a cached 101, or one to another \
        request, is taken for a fresh answer.",
    help: "If both connections belong to the two sides of a proxy, nothing is wrong. If one client opened \
        both, its key is a constant: use fresh random bytes.",
    breaking: Example::of_steps(&[Step::Connect { request: &[], response: &[] }]),
    correct: Example::of_steps(&[Step::Connect {
        request: &[("dGhlIHNhbXBsZSBub25jZQ==", "AQIDBAUGBwgJCgsMDQ4PEA==")],
        response: &[("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "C/0nmHhBztSRGR1CwL6Tf4ZjwpY=")],
    }]),
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
    why: "Servers split the field at commas and compare tokens: a name with a blank or a slash is never \
        found, or makes the server refuse the whole request.",
    help: "Name each subprotocol once, without blanks, slashes or quotes. Data that is no subprotocol \
        belongs elsewhere, or in a token-safe encoding such as base64url without padding.",
    breaking: Example::of_handshake(&[("", "Sec-WebSocket-Protocol: chat, my chat")], &[]),
    correct: Example::of_handshake(
        &[("", "Sec-WebSocket-Protocol: chat, superchat")],
        &[("", "Sec-WebSocket-Protocol: chat")],
    ),
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
    why: "A peer that reads the field differently agrees to another extension than the sender meant, or \
        to none, and the first compressed message ends the connection.",
    help: "Correct the value, for example: permessage-deflate; client_max_window_bits. Leave the field \
        out if there is nothing to say.",
    breaking: Example {
        opening: Opening::Refused {
            request: &[("", "Sec-WebSocket-Extensions: permessage-deflate client_max_window_bits")],
            response: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
    correct: Example::of_handshake(
        &[("", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")],
        &[],
    ),
};

/// WS114.
pub static FRAGMENT_IN_TARGET: Rule = Rule {
    code: "WS114",
    name: "fragment-in-target",
    severity: Severity::Error,
    rfc: "RFC 6455 §3",
    summary: "The request target contains a fragment identifier.",
    requirement: "WebSocket URIs have no fragment: a # is not used, or written as %23.",
    why: "A fragment is for the client's own use, and has no meaning to a server: some refuse the \
        request, others look for a resource of that name.",
    help: "Remove the # and what follows it from the URL, or escape it as %23 if it is meant as data.",
    breaking: Example::of_handshake(&[("/chat", "/chat#room")], &[]),
    correct: Example::of_handshake(&[("/chat", "/chat?name=%23room")], &[]),
};

/// WS115.
pub static DATA_BEFORE_RESPONSE: Rule = Rule {
    code: "WS115",
    name: "data-before-response",
    severity: Severity::Error,
    rfc: "RFC 6455 §4.1",
    summary: "The client sent a frame before it had received the server's response.",
    requirement: "After its request a client sends nothing more until the response was received and \
        found valid.",
    why: "Until the 101 the server may still refuse, or a proxy may read the bytes as another HTTP \
        request. Servers that do not expect them lose them or close the connection.",
    help: "Send the first message from the open event or callback of the client library, not right behind \
        the request.",
    breaking: Example::of_steps(&[Step::Early(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")]),
    correct: Example::of_steps(&[Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")]),
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
    why: "Peers and proxies read such heads differently, which makes for refused handshakes and for \
        request smuggling.",
    help: "Write the head with an HTTP library rather than by hand.",
    breaking: Example::of_handshake(&[("Host: ", "Host : ")], &[]),
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
    why: "Which version counts depends on who reads it: one server takes the first, another the last, a \
        third refuses.",
    help: "Send the field once, with 13. If the client did, look for a proxy or middleware that adds its \
        own.",
    breaking: Example {
        opening: Opening::Refused {
            request: &[("", "Sec-WebSocket-Version: 8")],
            response: "HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n",
        },
        steps: &[],
    },
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
    why: "A client that does not verify the response can be talked to by a server, or a cache, that \
        never understood its request: this is what the handshake was designed to prevent.",
    help: "Let the client verify the response, or use a client library, which does.",
    breaking: Example {
        opening: Opening::Handshake {
            request: &[],
            response: &[("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "C/0nmHhBztSRGR1CwL6Tf4ZjwpY=")],
        },
        steps: &[Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")],
    },
    correct: Example::of_steps(&[Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")]),
};

/// WS119.
pub static REPEATED_HOST: Rule = Rule {
    code: "WS119",
    name: "repeated-host",
    severity: Severity::Warning,
    rfc: "RFC 9112 §3.2",
    summary: "The request has more than one Host.",
    requirement: "A request has exactly one Host field; servers answer any other number with 400.",
    why: "Two of them make a proxy and its backend disagree about the target, which is a classic way \
        around access rules.",
    help: "Send Host once. If the client did, look for a proxy or middleware that adds its own.",
    breaking: Example::of_handshake(&[("", "Host: other.example")], &[]),
    correct: Example::of_handshake(&[("", "X-Forwarded-Host: other.example")], &[]),
};
