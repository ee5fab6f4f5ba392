//! Opening handshakes (RFC 6455 §4).

use serde::{Serialize, Serializer};

use super::{Ends, Place, Text, Tls};
use crate::base::{PacketId, Span};
use crate::http;
use crate::websocket::Extension;

/// An opening handshake: the request, and the final response or its absence.
#[derive(Debug, Clone)]
pub struct Handshake<'a> {
    /// Where and when: the response, or if there is none, the last that was seen of the connection.
    pub place: Place,
    /// Client and server.
    pub ends: Ends,
    /// The TLS that it was encrypted with.
    pub tls: Option<Tls<'a>>,
    /// The request; `None` if it was not captured.
    pub request: Option<HandshakeRequest<'a>>,
    /// The final response; `None` if none came or none was captured.
    pub response: Option<HandshakeResponse<'a>>,
    /// The first `Sec-WebSocket-Key` of the request.
    pub key: Option<Text<'a>>,
    /// What the server proved with `Sec-WebSocket-Accept`.
    pub accept: Accept<'a>,
    /// The subprotocol that the server chose.
    pub subprotocol: Option<Text<'a>>,
    /// The extensions that the server chose.
    pub extensions: &'a [Extension],
    /// What became of it; `None` if the capture lacks what would tell.
    pub outcome: Option<Outcome>,
}

/// The request of a handshake.
#[derive(Debug, Clone, Copy)]
pub struct HandshakeRequest<'a> {
    /// The packet that completed it.
    pub packet: PacketId,
    /// The head.
    pub head: &'a http::Request,
}

/// The response of a handshake.
#[derive(Debug, Clone, Copy)]
pub struct HandshakeResponse<'a> {
    /// The packet that completed it.
    pub packet: PacketId,
    /// The head.
    pub head: &'a http::Response,
}

/// `Sec-WebSocket-Accept` (RFC 6455 §4.2.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Accept<'a> {
    /// The value that the server sent.
    pub received: Option<Text<'a>>,
    /// The value that follows from the key.
    pub expected: Option<String>,
    /// Whether they are equal; `None` if one of them is not known.
    pub valid: Option<bool>,
}

/// What became of a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A 101 to WebSocket; whether it was right is for `accept` and the findings to say.
    Accepted,
    /// Any other final response.
    Rejected,
    /// No final response.
    Unanswered,
}

impl Outcome {
    /// The word for it in all outputs.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::Rejected => "rejected",
            Outcome::Unanswered => "unanswered",
        }
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// An upgrade or CONNECT request, told when it is sent (a row of the timeline).
#[derive(Debug, Clone)]
pub struct RequestRow<'a> {
    /// Where and when.
    pub place: Place,
    /// Client and server.
    pub ends: Ends,
    /// The head.
    pub head: &'a http::Request,
}

/// The answer by which a connection switched to something else than WebSocket (a row of the timeline).
#[derive(Debug, Clone)]
pub struct Switched<'a> {
    /// Where and when.
    pub place: Place,
    /// Client and server.
    pub ends: Ends,
    /// Where the response stands.
    pub span: Span,
    /// The response.
    pub head: &'a http::Response,
    /// Its `Upgrade` header, or `CONNECT` for a tunnel.
    pub protocol: Text<'a>,
}
