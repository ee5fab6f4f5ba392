//! The opening handshake (RFC 6455 §4): what it asks for and what was agreed. Facts only.

use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use sha1::{Digest, Sha1};

use crate::http::{Request, Response};

/// What a server appends to the key before hashing (RFC 6455 §1.3).
pub const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Decodes what §4.1 itself writes: the key in its example has unused bits that are not zero.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&ALPHABET, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// The `Sec-WebSocket-Accept` that answers this `Sec-WebSocket-Key` (RFC 6455 §4.2.2). The key is taken as written.
pub fn accept_for(key: &[u8]) -> String {
    encode_accept(accept_hash(key))
}

/// The SHA-1 of a key and [`GUID`].
pub(super) fn accept_hash(key: &[u8]) -> [u8; 20] {
    Sha1::new().chain_update(key).chain_update(GUID).finalize().into()
}

/// That hash as a `Sec-WebSocket-Accept`.
pub(super) fn encode_accept(hash: [u8; 20]) -> String {
    STANDARD.encode(hash)
}

/// Why a value is no `Sec-WebSocket-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidKey {
    /// It is not base64 (RFC 4648 §4).
    NotBase64,
    /// It decodes to this many bytes instead of 16.
    Length(usize),
}

/// The 16 bytes that a `Sec-WebSocket-Key` stands for (RFC 6455 §4.1).
pub fn decode_key(key: &[u8]) -> Result<[u8; 16], InvalidKey> {
    // The most that the 24 characters of a key can stand for.
    let mut buffer = [0; 18];
    if let Ok(16) = LENIENT.decode_slice(key, &mut buffer)
        && let Some(nonce) = buffer.first_chunk()
    {
        return Ok(*nonce);
    }
    let bytes = LENIENT.decode(key).map_err(|_| InvalidKey::NotBase64)?;
    <[u8; 16]>::try_from(bytes).map_err(|bytes| InvalidKey::Length(bytes.len()))
}

/// Whether a request wants to become a WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// It asks for it: `Upgrade` lists `websocket`, `Connection` lists `upgrade`.
    Upgrade,
    /// Only traces of that: a key, a version, or one of the two fields above without the other. A proxy may have
    /// removed the rest.
    Traces,
    /// No.
    No,
}

/// Whether this request wants to become a WebSocket.
pub fn wants_websocket(request: &Request) -> Wants {
    let headers = &request.headers;
    let upgrade = headers.has_token("Upgrade", "websocket");
    if upgrade && headers.has_token("Connection", "upgrade") {
        Wants::Upgrade
    } else if upgrade || headers.has("Sec-WebSocket-Key") || headers.has("Sec-WebSocket-Version") {
        Wants::Traces
    } else {
        Wants::No
    }
}

/// Whether this response makes the connection a WebSocket, rightly or wrongly.
///
/// It does if it is a 101 that names `websocket`, or carries `Sec-WebSocket-Accept`, or names no protocol at all
/// and answers a request that asks for WebSocket. A 101 to another protocol does not.
pub fn switched_to_websocket(request: Option<&Request>, response: &Response) -> bool {
    let headers = &response.headers;
    let asked = || request.is_some_and(|request| wants_websocket(request) == Wants::Upgrade);
    response.status == 101
        && (headers.has_token("Upgrade", "websocket")
            || headers.has("Sec-WebSocket-Accept")
            || !headers.has("Upgrade") && asked())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{PacketId, Span, Timestamp};
    use crate::http::{Header, Headers, Oddities};

    fn headers(fields: &[(&str, &str)]) -> Headers {
        let field = |&(name, value)| Header {
            name: str::as_bytes(name),
            value: str::as_bytes(value),
            offset: 0,
            length: 0,
        };
        fields.iter().map(field).collect()
    }

    fn packet() -> PacketId {
        PacketId { number: 1, time: Timestamp::from_nanos(0) }
    }

    fn request(fields: &[(&str, &str)]) -> Request {
        Request {
            method: b"GET"[..].into(),
            target: b"/"[..].into(),
            version: (1, 1),
            headers: headers(fields),
            oddities: Oddities::default(),
            span: Span::of(packet(), 0, 1),
            began: packet(),
            body: Some(0),
        }
    }

    fn switched(request: Option<&Request>, status: u16, fields: &[(&str, &str)]) -> bool {
        let response = Response {
            version: (1, 1),
            status,
            reason: b""[..].into(),
            headers: headers(fields),
            oddities: Oddities::default(),
            span: Span::of(packet(), 0, 1),
        };
        switched_to_websocket(request, &response)
    }

    #[test]
    fn rfc6455_1_3_the_two_published_keys() {
        assert_eq!(accept_for(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(accept_for(b"8cyP/EvUjJHSMbkOIHFU/w=="), "EiaKGKO0E/pC8vnArob263aS3XY=");
    }

    #[test]
    fn rfc6455_4_1_a_key_is_base64_of_16_bytes() {
        assert_eq!(decode_key(b"dGhlIHNhbXBsZSBub25jZQ=="), Ok(*b"the sample nonce"));
        let published = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        assert_eq!(decode_key(b"AQIDBAUGBwgJCgsMDQ4PEC=="), Ok(published));
        assert_eq!(decode_key(b"ZmlmdGVlbiBieXRlcyEh"), Err(InvalidKey::Length(15)));
        assert_eq!(decode_key(b""), Err(InvalidKey::Length(0)));
        for bad in [&b"not base64 at all!"[..], b"dGhlIHNhbXBsZSBub25jZQ", b"dGhlIHNhbXBsZSBub25jZQ=\xff"] {
            assert_eq!(decode_key(bad), Err(InvalidKey::NotBase64), "{bad:?}");
        }
    }

    #[test]
    fn a_request_asks_for_websocket_or_shows_traces_of_it() {
        let both = [("Upgrade", "h2c, WebSocket"), ("Connection", "keep-alive, upgrade")];
        assert_eq!(wants_websocket(&request(&both)), Wants::Upgrade);
        assert_eq!(wants_websocket(&request(&both[..1])), Wants::Traces);
        assert_eq!(wants_websocket(&request(&[("sec-websocket-key", "x")])), Wants::Traces);
        assert_eq!(wants_websocket(&request(&[("Sec-Websocket-Version", "13")])), Wants::Traces);
        assert_eq!(wants_websocket(&request(&both[1..])), Wants::No);
        assert_eq!(wants_websocket(&request(&[("Upgrade", "h2c"), ("Connection", "Upgrade")])), Wants::No);
    }

    #[test]
    fn a_101_to_another_protocol_is_no_websocket() {
        let asked = request(&[("Upgrade", "websocket"), ("Connection", "Upgrade")]);
        for other in ["h2c", "foo/1.0", "SPDY/3.1", "tcp", "TLS/1.2"] {
            assert!(!switched(Some(&asked), 101, &[("Upgrade", other)]), "{other}");
            assert!(!switched(None, 101, &[("Upgrade", other)]), "{other}");
        }
        assert!(switched(Some(&asked), 101, &[("Upgrade", "foo"), ("Sec-WebSocket-Accept", "x")]));
    }

    #[test]
    fn a_101_that_names_no_protocol_is_what_was_asked_for() {
        let asked = request(&[("Upgrade", "websocket"), ("Connection", "Upgrade")]);
        assert!(switched(Some(&asked), 101, &[]));
        assert!(!switched(Some(&request(&[])), 101, &[]));
        assert!(!switched(None, 101, &[]));
        assert!(switched(None, 101, &[("upgrade", "WebSocket")]));
        assert!(!switched(Some(&asked), 200, &[("Upgrade", "websocket")]));
    }
}
