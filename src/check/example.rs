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
}

/// Something that happens on a connection, behind its opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The client sends these bytes in one segment, which acknowledges all that the server has sent.
    Client(&'static [u8]),
    /// The server does.
    Server(&'static [u8]),
    /// As before, and the receiver acknowledges them, but the capture misses the segment.
    Missed(Direction, &'static [u8]),
    /// A side ends its direction (FIN).
    Fin(Direction),
    /// A side resets the connection (RST).
    Reset(Direction),
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
