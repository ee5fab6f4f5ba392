//! The header of a record (RFC 8446 §5.1).

/// The longest record: 2^14 bytes of content and what encryption may add to it (RFC 5246 §6.2.3).
pub(super) const LONGEST: u16 = (1 << 14) + 2048;

/// Bytes of a header.
pub(super) const LENGTH: usize = 5;

/// Content types (RFC 8446 §B.1).
pub(super) const CHANGE_CIPHER_SPEC: u8 = 20;
pub(super) const ALERT: u8 = 21;
pub(super) const HANDSHAKE: u8 = 22;
pub(super) const APPLICATION_DATA: u8 = 23;

/// Five bytes in front of every record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub content: u8,
    /// The record's version, which says little since TLS 1.3.
    pub version: u16,
    /// Bytes behind the header.
    pub length: u16,
}

impl Header {
    /// Reads a header that a record may have: a known type, a version from SSL 3.0 to TLS 1.3, a length within bounds.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let &[content @ CHANGE_CIPHER_SPEC..=24, 0x03, minor @ 0..=4, high, low, ..] = bytes else {
            return None;
        };
        let length = u16::from_be_bytes([high, low]);
        (length <= LONGEST && (length > 0 || content == APPLICATION_DATA)).then_some(Self {
            content,
            version: 0x0300 | u16::from(minor),
            length,
        })
    }

    /// Whether bytes may be a header, as far as they go.
    pub fn may_begin(bytes: &[u8]) -> bool {
        match bytes {
            [] | [CHANGE_CIPHER_SPEC..=24] | [CHANGE_CIPHER_SPEC..=24, 0x03] => true,
            [CHANGE_CIPHER_SPEC..=24, 0x03, 0..=4] => true,
            [CHANGE_CIPHER_SPEC..=24, 0x03, 0..=4, high] => u16::from(*high) << 8 <= LONGEST,
            _ => Self::read(bytes).is_some(),
        }
    }

    /// What Wireshark calls a protected record that it cannot open.
    pub fn name(self) -> &'static str {
        match self.content {
            CHANGE_CIPHER_SPEC => "Change Cipher Spec",
            ALERT => "Encrypted Alert",
            HANDSHAKE => "Encrypted Handshake Message",
            _ => "Application Data",
        }
    }

    /// As it stands in front of the record.
    pub fn bytes(self) -> [u8; LENGTH] {
        let [major, minor] = self.version.to_be_bytes();
        let [high, low] = self.length.to_be_bytes();
        [self.content, major, minor, high, low]
    }

    /// Bytes of the record, header included.
    pub fn whole(self) -> usize {
        LENGTH + usize::from(self.length)
    }
}

/// Whether bytes begin with a record of TLS; and if all of it is there, another one behind it, as far as there are bytes.
pub fn is_tls(bytes: &[u8]) -> bool {
    let Some(header) = Header::read(bytes).filter(|header| header.length > 0 && header.content != 24) else {
        return false;
    };
    let behind = bytes.get(header.whole()..).unwrap_or_default();
    Header::may_begin(behind)
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

    #[test]
    fn rfc5246_6_2_1_only_application_data_may_be_empty() {
        assert!(Header::read(b"\x17\x03\x03\x00\x00").is_some());
        assert!(Header::read(b"\x16\x03\x03\x00\x00").is_none());
        assert!(Header::read(b"\x17\x03\x03\x48\x00").is_some());
        assert!(Header::read(b"\x17\x03\x03\x48\x01").is_none());
    }

    #[test]
    fn a_header_is_written_as_it_was_read() {
        let bytes = *b"\x17\x03\x03\x12\x34";
        let header = Header::read(&bytes).unwrap();
        assert_eq!((header.bytes(), header.whole()), (bytes, 5 + 0x1234));
        assert!((0..=5).all(|length| Header::may_begin(&bytes[..length])));
        assert!(!Header::may_begin(b"\x17\x03\x03\x49"));
    }
}
