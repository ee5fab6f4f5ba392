//! TLS is told apart from other unknown traffic. Nothing is decrypted.

use super::scene::Scene;
use crate::base::{Direction, StreamEvent};
use crate::check;
use crate::record::Protocol;

/// The longest record: 2^14 bytes of content and what encryption may add to it (RFC 5246 §6.2.3).
const LONGEST: u16 = (1 << 14) + 2048;

/// Says so if what a direction begins with is TLS.
pub(super) fn look(scene: &mut Scene<'_, '_>, direction: Direction, event: &StreamEvent<'_>) {
    let StreamEvent::Data { span, bytes, .. } = event else { return };
    if span.offset == 0 && scene.facts.protocol == Protocol::Unknown && is_tls(bytes) {
        scene.facts.protocol = Protocol::Tls;
        scene.find(span.end, check::capture::no_tls_keys(direction, span));
    }
}

/// Whether bytes begin with a record of TLS: its type, a version from SSL 3.0 to TLS 1.3, its length (RFC 8446 §5.1);
/// and if all of it is there, another one behind it, as far as there are bytes.
fn is_tls(bytes: &[u8]) -> bool {
    let [0x14..=0x17, 0x03, 0x00..=0x04, high, low, rest @ ..] = bytes else { return false };
    let length = u16::from_be_bytes([*high, *low]);
    let behind = rest.get(usize::from(length)..).unwrap_or_default();
    let goes_on = matches!(behind, [] | [0x14..=0x17] | [0x14..=0x17, 0x03, ..]);
    (1..=LONGEST).contains(&length) && goes_on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc8446_5_1_records_follow_each_other() {
        assert!(is_tls(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"));
        assert!(is_tls(b"\x15\x03\x03\x00\x02\x02\x28"));
        assert!(is_tls(b"\x14\x03\x03\x00\x01\x01\x17\x03\x03\x00\x20"));
        assert!(!is_tls(b"\x14\x03\x03\x00\x01\x01\x81\x05Hello"));
        assert!(!is_tls(b"\x16\x03\x01\x00\x00"));
        assert!(!is_tls(b"\x16\x03\x01\xff\xff"));
        assert!(!is_tls(b"\x16\x03\x05\x02\x00"));
        assert!(!is_tls(b"\x16\x03\x01\x02"));
        assert!(!is_tls(b"GET / HTTP/1.1\r\n"));
    }
}
