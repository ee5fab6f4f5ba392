//! The body of a Close frame (RFC 6455 §5.5.1).

use crate::websocket::CloseBody;

/// The payload that says this.
pub fn close_payload(body: CloseBody<'_>) -> Vec<u8> {
    match body {
        CloseBody::Empty => Vec::new(),
        CloseBody::OneByte(byte) => vec![byte],
        CloseBody::Status { code, reason } => [&code.to_be_bytes(), reason].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rfc6455_5_5_1_the_code_comes_first() {
        assert_eq!(close_payload(CloseBody::Status { code: 1000, reason: b"bye" }), b"\x03\xe8bye");
    }

    proptest! {
        #[test]
        fn parsing_and_writing_are_inverses(payload in prop::collection::vec(any::<u8>(), 0..125)) {
            prop_assert_eq!(close_payload(CloseBody::parse(&payload)), payload);
        }
    }
}
