//! The body of a Close frame (RFC 6455 §5.5.1) and its status codes (§7.4). Facts only.

/// The body of a Close frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseBody<'a> {
    /// No bytes: no status code.
    Empty,
    /// One byte, which is no status code.
    OneByte(u8),
    /// A status code and, possibly empty, a reason.
    Status {
        /// The status code.
        code: u16,
        /// The reason, which should be UTF-8.
        reason: &'a [u8],
    },
}

impl<'a> CloseBody<'a> {
    /// From the whole payload, unmasked.
    pub fn parse(payload: &'a [u8]) -> Self {
        match payload {
            [] => CloseBody::Empty,
            [byte] => CloseBody::OneByte(*byte),
            [high, low, reason @ ..] => CloseBody::Status { code: u16::from_be_bytes([*high, *low]), reason },
        }
    }

    /// The status code, if there is one.
    pub fn code(&self) -> Option<u16> {
        match self {
            CloseBody::Status { code, .. } => Some(*code),
            _ => None,
        }
    }
}

/// What may stand on the wire (RFC 6455 §7.4.1, §7.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeClass {
    /// 0 to 999: not used.
    Unused,
    /// Has a meaning in the registry and may be sent.
    Registered,
    /// 1005, 1006 and 1015: for an endpoint's own use; must not be sent.
    LocalOnly,
    /// 1004 and the rest up to 2999: reserved for the protocol and its extensions, without a meaning yet.
    Reserved,
    /// 3000 to 3999 without an entry: for libraries and frameworks, first come first served.
    Library,
    /// 4000 to 4999: for agreements between applications.
    Private,
    /// 5000 and above: no range that the RFC knows.
    OutOfRange,
}

/// What may be done with a status code.
pub fn code_class(code: u16) -> CodeClass {
    match code {
        0..=999 => CodeClass::Unused,
        1005 | 1006 | 1015 => CodeClass::LocalOnly,
        _ if code_name(code).is_some() => CodeClass::Registered,
        1000..=2999 => CodeClass::Reserved,
        3000..=3999 => CodeClass::Library,
        4000..=4999 => CodeClass::Private,
        5000.. => CodeClass::OutOfRange,
    }
}

/// The state of the registry that [`code_name`] knows.
pub const CODES_AS_OF: &str = "2025-01-01";

/// The name of a status code in IANA's "WebSocket Close Code Number Registry" as of [`CODES_AS_OF`].
pub fn code_name(code: u16) -> Option<&'static str> {
    Some(match code {
        1000 => "Normal Closure",
        1001 => "Going Away",
        1002 => "Protocol error",
        1003 => "Unsupported Data",
        1005 => "No Status Rcvd",
        1006 => "Abnormal Closure",
        1007 => "Invalid frame payload data",
        1008 => "Policy Violation",
        1009 => "Message Too Big",
        1010 => "Mandatory Ext.",
        1011 => "Internal Error",
        1012 => "Service Restart",
        1013 => "Try Again Later",
        1014 => "Bad Gateway",
        1015 => "TLS handshake",
        3000 => "Unauthorized",
        3003 => "Forbidden",
        3008 => "Timeout",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6455_5_5_1_a_body_is_empty_or_begins_with_two_bytes_of_code() {
        assert_eq!(CloseBody::parse(b""), CloseBody::Empty);
        assert_eq!(CloseBody::parse(b"\x03"), CloseBody::OneByte(3));
        assert_eq!(CloseBody::parse(b"\x03\xe8"), CloseBody::Status { code: 1000, reason: b"" });
        let text = CloseBody::parse(b"1000");
        assert_eq!((text, text.code()), (CloseBody::Status { code: 12592, reason: b"00" }, Some(12592)));
        assert_eq!(CloseBody::OneByte(3).code(), None);
    }

    #[test]
    fn rfc6455_7_4_every_code_has_its_class() {
        for (codes, class) in [
            (&[0, 999][..], CodeClass::Unused),
            (&[1000, 1003, 1007, 1014, 3000, 3008], CodeClass::Registered),
            (&[1005, 1006, 1015], CodeClass::LocalOnly),
            (&[1004, 1016, 1999, 2000, 2999], CodeClass::Reserved),
            (&[3001, 3999], CodeClass::Library),
            (&[4000, 4999], CodeClass::Private),
            (&[5000, 12592, 65535], CodeClass::OutOfRange),
        ] {
            for &code in codes {
                assert_eq!(code_class(code), class, "{code}");
            }
        }
    }
}
