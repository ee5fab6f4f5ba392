//! Whatever the heads and frames contain: no panic, and texts that are safe to print.

use proptest::prelude::*;

use super::*;
use crate::http::{Header, Headers};

const NAMES: &[&str] = &[
    "Host",
    "Upgrade",
    "Connection",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
    "Sec-WebSocket-Accept",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Extensions",
    "Content-Length",
    "Location",
];

const VALUES: &[&str] = &[
    "websocket",
    "upgrade",
    "13",
    "dGhlIHNhbXBsZSBub25jZQ==",
    "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    "a, b",
    "a;b=\"c\"",
    "permessage-deflate; server_max_window_bits=9; client_max_window_bits",
    "permessage-deflate; server_max_window_bits; x=\"\u{1}\"; x, deflate-frame",
];

fn value() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(VALUES).prop_map(|value| value.as_bytes().to_vec());
    prop_oneof![2 => known, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

fn fields() -> impl Strategy<Value = Headers> {
    let field = (prop::sample::select(NAMES), value(), any::<u32>(), any::<u32>());
    prop::collection::vec(field, 0..12).prop_map(|fields| {
        let headers = fields.iter().map(|(name, value, offset, length)| Header {
            name: name.as_bytes(),
            value,
            offset: *offset,
            length: *length,
        });
        headers.collect()
    })
}

fn is_safe(violation: &Violation) -> bool {
    !violation.text.is_empty()
        && violation.text.chars().count() < 2000
        && !violation.text.chars().any(char::is_control)
        && violation.bytes.len() <= 16
        && violation.packets[0] <= violation.packets[1]
}

proptest! {
    #[test]
    fn any_handshake_is_judged(
        asked in fields(),
        answered in fields(),
        (method, target, reason) in (value(), value(), value()),
        (version, status) in (any::<(u8, u8)>(), prop_oneof![Just(101), 0u16..1000]),
        complete in any::<(bool, bool)>(),
    ) {
        let mut request = request(REQUEST.as_bytes());
        request.headers = asked;
        (request.method, request.target, request.version) = (method.into(), target.into(), version);
        let mut response = response(RESPONSE.as_bytes());
        response.headers = answered;
        (response.status, response.reason, response.version) = (status, reason.into(), version);
        let exchange = Exchange {
            stream: 0,
            request: Some(&request),
            response: Some(&response),
            expected: None,
            complete: PerDirection { client: complete.0, server: complete.1 },
        };
        let mut found = Vec::new();
        let must_fail = handshake::judge(&exchange, &mut KeyMemory::default(), &mut |violation| found.push(violation));
        for violation in &found {
            prop_assert!(is_safe(violation), "{:?}", violation);
        }
        prop_assert!(must_fail.is_none_or(|rule| found.iter().any(|violation| violation.rule == rule)));
    }

    #[test]
    fn any_frame_is_judged(bytes in any::<[u8; 20]>(), from in any::<bool>(), open in any::<Option<bool>>()) {
        let from = if from { Direction::ClientToServer } else { Direction::ServerToClient };
        for violation in frame(from, &bytes, Negotiated::default(), open) {
            prop_assert!(is_safe(&violation), "{:?}", violation);
        }
    }
}
