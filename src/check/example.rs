//! What is said on a connection, to show a rule.

use crate::base::Direction;

/// A conversation that breaks a rule, or one much like it that does not. Tests run each through the analyzer, and the
/// reference shows it.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    /// How the connection begins.
    pub opening: Opening,
    /// What follows.
    pub steps: &'static [Step],
}

/// What to replace in a head of the plain handshake, and by what. An empty first part adds the second as a header line.
pub type Edit = (&'static str, &'static str);

/// How a connection begins.
#[derive(Debug, PartialEq, Eq)]
pub enum Opening {
    /// [`REQUEST`] and [`RESPONSE`], with changes. `Sec-WebSocket-Accept` is not adapted to a changed key.
    Handshake {
        /// Of the request.
        request: &'static [Edit],
        /// Of the response.
        response: &'static [Edit],
    },
    /// [`REQUEST`], with changes, and another answer.
    Refused {
        /// Of the request.
        request: &'static [Edit],
        /// The whole head of the response.
        response: &'static str,
    },
    /// [`REQUEST`], with changes, and no answer.
    Unanswered {
        /// Of the request.
        request: &'static [Edit],
    },
    /// The capture begins behind the handshake.
    NotCaptured,
    /// The plain handshake, of which, as of all that follows, only this direction is captured.
    OneDirection(Direction),
    /// The capture begins behind the handshake, and is analyzed with this line of a key log.
    KeyLog(&'static str),
    /// The plain handshake, analyzed under another cap of [`Limits`](crate::base::Limits).
    Limited {
        /// Its name.
        limit: &'static str,
        /// Its value.
        value: u64,
    },
}

/// Something that happens on a connection, behind its opening. Nothing happens that is not a step: a conversation
/// that does not end is still open when the capture ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The client sends these bytes in one segment, which acknowledges all that the server has sent.
    Client(&'static [u8]),
    /// The server does.
    Server(&'static [u8]),
    /// The client sends these bytes behind its request, before it has received anything from the server.
    Early(&'static [u8]),
    /// A side sends, and the receiver acknowledges, but the capture misses the segment.
    Missed(Direction, &'static [u8]),
    /// A side sends, and the capture lacks so many bytes of the segment's end.
    Cut(Direction, &'static [u8], usize),
    /// A side sends these bytes once more as the bytes that it sent last.
    Again(Direction, &'static [u8]),
    /// A side ends its direction (FIN).
    Fin(Direction),
    /// A side resets the connection (RST).
    Reset(Direction),
    /// Another connection begins, with changes of the plain handshake; the steps behind this one happen on it.
    Connect {
        /// Of the request.
        request: &'static [Edit],
        /// Of the response.
        response: &'static [Edit],
    },
    /// The capture file ends inside the record of the last packet.
    EndOfFile,
}

/// The request of a handshake without anything special (RFC 6455 §1.3).
pub const REQUEST: &str = "GET /chat HTTP/1.1\r\nHost: server.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/// The response to it.
pub const RESPONSE: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

impl Example {
    /// A plain handshake, and nothing else.
    pub const PLAIN: Example = Example::of_steps(&[]);

    /// These steps behind a plain handshake.
    pub const fn of_steps(steps: &'static [Step]) -> Self {
        Self { opening: Opening::Handshake { request: &[], response: &[] }, steps }
    }

    /// A handshake with these changes.
    pub const fn of_handshake(request: &'static [Edit], response: &'static [Edit]) -> Self {
        Self { opening: Opening::Handshake { request, response }, steps: &[] }
    }
}

/// A head with changes made to it. What is to be replaced and is not there stays as it is.
pub fn edited(head: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(head.to_owned(), |head, (from, to)| match (*from, head.strip_suffix("\r\n")) {
        ("", Some(lines)) => format!("{lines}{to}\r\n\r\n"),
        _ => head.replacen(from, to, 1),
    })
}
