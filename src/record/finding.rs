//! Findings: what a peer did wrong, and what the capture does not show.

use serde::{Serialize, Serializer};

use super::{Ends, Place};

/// One finding. It has a place in a connection, or none if it is about the capture as a whole.
#[derive(Debug, Clone)]
pub struct Finding<'a> {
    /// The connection and packet it is about; `None` for the capture as a whole.
    pub place: Option<Place>,
    /// Client and server of that connection.
    pub ends: Option<Ends>,
    /// `WS120` and the like; never reused.
    pub code: &'static str,
    /// `wrong-accept` and the like.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Whom it is about.
    pub side: Side,
    /// The section that demands it: `RFC 6455 §5.1`.
    pub rfc: &'static str,
    /// What happened, with the values.
    pub text: &'a str,
    /// What the RFC demands, in our words.
    pub requirement: &'static str,
    /// What to do about it.
    pub help: &'static str,
    /// The lowest and highest number of the packets it is about.
    pub packets: [u64; 2],
    /// The frame it is about.
    pub frame: Option<u64>,
    /// The message it is about.
    pub message: Option<u64>,
    /// Where its bytes stand in the stream of the side's direction.
    pub stream_offset: Option<u64>,
    /// How many bytes it is about.
    pub length: Option<u64>,
    /// The first few of these bytes.
    pub bytes: &'a [u8],
    /// Which of `bytes` it is about, as first and number; `None` for all of them.
    pub mark: Option<(u8, u8)>,
    /// Values by name, different for each rule.
    pub details: &'a [(&'static str, serde_json::Value)],
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// A fact worth knowing.
    Info,
    /// A broken recommendation, a broken MUST of HTTP alone, or something inferred rather than seen.
    Warning,
    /// A broken MUST of RFC 6455 or RFC 7692 that the bytes prove.
    Error,
}

impl Severity {
    /// The word for it in all outputs.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Whom a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The client.
    Client,
    /// The server.
    Server,
    /// Nobody: the capture does not show enough.
    Capture,
}

impl Side {
    /// The word for it in all outputs.
    pub fn name(self) -> &'static str {
        match self {
            Side::Client => "client",
            Side::Server => "server",
            Side::Capture => "capture",
        }
    }
}

impl Serialize for Side {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl From<crate::base::Direction> for Side {
    fn from(direction: crate::base::Direction) -> Self {
        match direction {
            crate::base::Direction::ClientToServer => Side::Client,
            crate::base::Direction::ServerToClient => Side::Server,
        }
    }
}
