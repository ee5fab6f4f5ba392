//! Every rule there is, as plain data, one file per family.
//!
//! A rule is never removed and its code never reused. Each static is named as its rule.

mod capture;
mod closing;
mod control;
mod deflate;
mod framing;
mod masking;
mod negotiation;
mod payload;
mod ping;
mod request;
mod response;
mod unfinished;

pub use capture::*;
pub use closing::*;
pub use control::*;
pub use deflate::*;
pub use framing::*;
pub use masking::*;
pub use negotiation::*;
pub use payload::*;
pub use ping::*;
pub use request::*;
pub use response::*;
pub use unfinished::*;

use super::Rule;

/// All rules, in the order of their codes.
#[rustfmt::skip]
pub static RULES: &[&Rule] = &[
    &REQUEST_NOT_GET, &REQUEST_HTTP_VERSION, &MISSING_HOST, &MISSING_UPGRADE, &MISSING_CONNECTION_UPGRADE,
    &MISSING_KEY, &INVALID_KEY, &REPEATED_KEY, &MISSING_VERSION, &UNSUPPORTED_VERSION,
    &REUSED_KEY, &INVALID_SUBPROTOCOL_OFFER, &MALFORMED_EXTENSIONS, &FRAGMENT_IN_TARGET, &DATA_BEFORE_RESPONSE,
    &MALFORMED_HEAD, &REPEATED_VERSION, &CONTINUED_AFTER_INVALID_RESPONSE, &REPEATED_HOST,
    &WRONG_ACCEPT, &MISSING_ACCEPT, &REPEATED_ACCEPT, &RESPONSE_MISSING_UPGRADE,
    &RESPONSE_MISSING_CONNECTION_UPGRADE, &SUBPROTOCOL_NOT_OFFERED, &REPEATED_SUBPROTOCOL, &EXTENSION_NOT_OFFERED,
    &RESPONSE_HTTP_VERSION, &BODY_HEADER_IN_101, &REFUSAL_WITHOUT_VERSION, &ACCEPTED_INVALID_REQUEST,
    &HANDSHAKE_REJECTED, &HANDSHAKE_UNANSWERED, &REPEATED_EXTENSIONS_HEADER, &INVALID_SUBPROTOCOL_ANSWER,
    &UPGRADE_REQUIRED_WITHOUT_UPGRADE,
    &UNMASKED_CLIENT_FRAME, &MASKED_SERVER_FRAME, &RESERVED_OPCODE, &RSV_WITHOUT_EXTENSION, &NON_MINIMAL_LENGTH,
    &LENGTH_HIGH_BIT, &REPEATED_MASKING_KEY, &ZERO_MASKING_KEY, &TRUNCATED_FRAME,
    &CONTINUATION_WITHOUT_START, &NEW_MESSAGE_INSIDE_FRAGMENTED_MESSAGE, &UNFINISHED_MESSAGE,
    &CONTROL_FRAME_TOO_LONG, &CONTROL_FRAME_FRAGMENTED, &PING_UNANSWERED, &PONG_PAYLOAD_MISMATCH,
    &CLOSE_PAYLOAD_OF_1_BYTE, &INVALID_CLOSE_CODE, &INVALID_UTF8_CLOSE_REASON, &DATA_AFTER_CLOSE, &CLOSE_UNANSWERED,
    &CLOSED_WITHOUT_CLOSE_FRAME, &CLIENT_CLOSED_TCP_FIRST, &CLOSE_CODE_OF_OTHER_ROLE, &SECOND_CLOSE,
    &KEPT_TALKING_AFTER_PEER_VIOLATION, &UNREGISTERED_CLOSE_CODE,
    &INVALID_UTF8_TEXT,
    &DEFLATE_PARAMETER_UNKNOWN, &DEFLATE_PARAMETER_INVALID, &DEFLATE_PARAMETER_REPEATED, &DEFLATE_RESPONSE_MISMATCH,
    &COMPRESSED_CONTINUATION, &COMPRESSED_CONTROL_FRAME, &INFLATE_ERROR, &CONTEXT_TAKEOVER_VIOLATION, &WINDOW_EXCEEDED,
    &ACCEPTED_INVALID_OFFER, &CONFLICTING_EXTENSIONS,
    &MISSING_BYTES, &PACKETS_CUT, &HANDSHAKE_NOT_CAPTURED, &ONE_DIRECTION_ONLY, &NO_TLS_KEYS, &LIMIT_REACHED,
    &CONFLICTING_RETRANSMISSION, &CAPTURE_CUT, &RESYNCHRONISED, &DECRYPTION_FAILED, &EXTENSION_NOT_UNDERSTOOD,
];

/// The rule of that code, such as `WS120`.
pub fn rule(code: &str) -> Option<&'static Rule> {
    let at = RULES.binary_search_by_key(&code, |rule| rule.code).ok()?;
    RULES.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Severity;

    #[test]
    fn codes_are_sorted_and_unique_and_find_their_rule() {
        assert!(RULES.windows(2).all(|pair| pair[0].code < pair[1].code));
        for known in RULES {
            assert_eq!(rule(known.code), Some(*known));
        }
        assert_eq!(rule("WS100"), None);
        assert_eq!(rule(""), None);
    }

    #[test]
    fn codes_and_names_have_their_form_and_names_are_unique() {
        let names: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
        for rule in RULES {
            let digits = rule.code.strip_prefix("WS").unwrap();
            assert!(digits.len() == 3 && digits.bytes().all(|digit| digit.is_ascii_digit()), "{}", rule.code);
            let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(rule.name.bytes().all(is_plain), "{}", rule.name);
        }
    }

    #[test]
    fn every_rule_is_documented() {
        for rule in RULES {
            for text in [rule.summary, rule.requirement, rule.why, rule.help] {
                assert!(text.len() > 20 && text.ends_with('.'), "{}: {text:?}", rule.code);
                assert!(!text.contains('\n') && !text.contains("  "), "{}: {text:?}", rule.code);
            }
            assert!(rule.summary.len() <= 100, "{}: the summary is one line", rule.code);
            assert_eq!(rule.rfc.is_empty(), rule.code.starts_with("WS9"), "{}", rule.code);
            assert!(
                rule.rfc.is_empty() || rule.rfc.starts_with("RFC ") && rule.rfc.contains('§'),
                "{}",
                rule.rfc
            );
        }
    }

    #[test]
    fn a_must_of_http_alone_and_what_a_capture_lacks_is_no_error() {
        for rule in RULES.iter().filter(|rule| !rule.rfc.contains("6455") && !rule.rfc.contains("7692")) {
            assert_ne!(rule.severity, Severity::Error, "{}", rule.code);
        }
    }
}
