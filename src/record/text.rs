//! Bytes from the wire as JSON: a string if they are UTF-8, else `{"base64": …}`.

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Bytes that are text most of the time: a header value, a close reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a>(pub &'a [u8]);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => base64_object(self.0, serializer),
        }
    }
}

/// `{"base64": "…"}`.
pub(super) fn base64_object<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_key("base64")?;
    map.serialize_value(&Base64(bytes))?;
    map.end()
}

struct Base64<'a>(&'a [u8]);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(self.0, &STANDARD))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_are_base64() {
        assert_eq!(serde_json::to_string(&Text(b"caf\xc3\xa9")).unwrap(), "\"café\"");
        assert_eq!(serde_json::to_string(&Text(b"caf\xe9")).unwrap(), r#"{"base64":"Y2Fm6Q=="}"#);
    }
}
