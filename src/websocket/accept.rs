//! The computation of `Sec-WebSocket-Accept` (RFC 6455 §1.3, §4.2.2), step by step.

use super::handshake::{GUID, InvalidKey, accept_hash, decode_key, encode_accept};

/// The way from a `Sec-WebSocket-Key` to its `Sec-WebSocket-Accept`.
///
/// The key is hashed as it is written, so there is a way for a key that is none, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptSteps {
    /// The key, as written.
    pub key: Vec<u8>,
    /// What it stands for (§4.1), or why it is no key.
    pub nonce: Result<[u8; 16], InvalidKey>,
    /// The key and, behind it, [`GUID`].
    pub concatenated: Vec<u8>,
    /// The SHA-1 of that.
    pub sha1: [u8; 20],
    /// That in base64: what the server has to send.
    pub accept: String,
}

impl AcceptSteps {
    /// The steps for this key, without white space around it.
    pub fn of(key: &[u8]) -> Self {
        let sha1 = accept_hash(key);
        Self {
            key: key.to_vec(),
            nonce: decode_key(key),
            concatenated: [key, GUID.as_bytes()].concat(),
            sha1,
            accept: encode_accept(sha1),
        }
    }

    /// Where another `Sec-WebSocket-Accept` begins to differ: how many bytes they have in common. `None` if it is the
    /// right one.
    pub fn difference(&self, received: &[u8]) -> Option<usize> {
        let expected = self.accept.as_bytes();
        let common = expected.iter().zip(received).take_while(|(a, b)| a == b).count();
        (expected != received).then_some(common)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::websocket::accept_for;

    #[test]
    fn rfc6455_1_3_the_example() {
        let steps = AcceptSteps::of(b"dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(steps.nonce, Ok(*b"the sample nonce"));
        assert_eq!(steps.concatenated, b"dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
        let sha1 = [
            0xb3, 0x7a, 0x4f, 0x2c, 0xc0, 0x62, 0x4f, 0x16, 0x90, 0xf6, 0x46, 0x06, 0xcf, 0x38, 0x59, 0x45,
            0xb2, 0xbe, 0xc4, 0xea,
        ];
        assert_eq!(steps.sha1, sha1);
        assert_eq!(steps.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn what_is_no_key_has_its_accept_too() {
        for (key, why) in [(&b"\xff"[..], InvalidKey::NotBase64), (b"", InvalidKey::Length(0))] {
            let steps = AcceptSteps::of(key);
            assert_eq!((steps.nonce, steps.accept), (Err(why), accept_for(key)));
        }
    }

    #[test]
    fn the_first_byte_that_differs_is_named() {
        let steps = AcceptSteps::of(b"dGhlIHNhbXBsZSBub25jZQ==");
        for (received, difference) in [
            ("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", None),
            ("s3pPLMBiTxaQ9kYGzzhZRbK-xOo=", Some(23)),
            ("s3pPLMBiTxaQ9kYGzzhZRbK+xOo", Some(27)),
            ("s3pPLMBiTxaQ9kYGzzhZRbK+xOo==", Some(28)),
            ("", Some(0)),
        ] {
            assert_eq!(steps.difference(received.as_bytes()), difference, "{received}");
        }
    }
}
