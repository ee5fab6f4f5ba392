//! How `Sec-WebSocket-Accept` follows from the key (RFC 6455 §4.2.2), beside what was received.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::model::pairs;
use crate::record::Text;
use crate::websocket::{AcceptSteps, GUID, InvalidKey};

/// The computation, and what it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// From the key to the accept.
    pub steps: AcceptSteps,
    /// The accept that was received.
    pub received: Option<Vec<u8>>,
}

impl Acceptance {
    /// The steps for a key and what was received, both without white space around them.
    pub fn new(key: &[u8], received: Option<&[u8]>) -> Self {
        Self { steps: AcceptSteps::of(key), received: received.map(<[u8]>::to_vec) }
    }

    /// Whether the right accept was received; `None` if there is none.
    pub fn valid(&self) -> Option<bool> {
        self.received.as_deref().map(|received| self.steps.difference(received).is_none())
    }

    /// How many bytes what was received has in common with the right one; `None` if it is the right one, or there is
    /// none.
    pub fn difference(&self) -> Option<usize> {
        self.received.as_deref().and_then(|received| self.steps.difference(received))
    }

    /// Why the key is none.
    pub fn key_problem(&self) -> Option<String> {
        self.steps.nonce.as_ref().err().map(|why| match why {
            InvalidKey::NotBase64 => "not base64".to_owned(),
            InvalidKey::Length(length) => format!("base64 of {length} bytes, not of 16"),
        })
    }
}

/// Bytes as `7468`.
fn digits(bytes: &[u8]) -> String {
    pairs(bytes).replace(' ', "")
}

/// One key for each step.
impl Serialize for Acceptance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { steps, received } = self;
        let mut map = serializer.serialize_struct("Acceptance", 10)?;
        map.serialize_field("key", &Text(&steps.key))?;
        map.serialize_field("nonce", &steps.nonce.as_ref().ok().map(|nonce| digits(nonce)))?;
        map.serialize_field("key_problem", &self.key_problem())?;
        map.serialize_field("guid", GUID)?;
        map.serialize_field("concatenated", &Text(&steps.concatenated))?;
        map.serialize_field("sha1", &digits(&steps.sha1))?;
        map.serialize_field("expected", &steps.accept)?;
        map.serialize_field("received", &received.as_deref().map(Text))?;
        map.serialize_field("valid", &self.valid())?;
        map.serialize_field("difference", &self.difference())?;
        map.end()
    }
}
