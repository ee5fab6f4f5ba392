//! What the handshake agreed on (RFC 7692 §7.1).

use crate::base::PerDirection;
use crate::websocket::Extension;

/// How one direction compresses its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compression {
    /// A message may refer to the ones before it (RFC 7692 §7.1.1).
    pub context_takeover: bool,
    /// The base-2 logarithm of how far back it may refer, 8 to 15 (RFC 7692 §7.1.2).
    pub window_bits: u8,
}

impl Default for Compression {
    fn default() -> Self {
        Self::USUAL
    }
}

impl Compression {
    /// What holds if no parameter says otherwise.
    pub const USUAL: Self = Self { context_takeover: true, window_bits: 15 };

    /// From the parameters of the accepted extension. One that is not valid counts as absent.
    pub fn agreed(accepted: &Extension) -> PerDirection<Self> {
        let of = |no_context_takeover: &str, max_window_bits: &str| Self {
            context_takeover: accepted.param(no_context_takeover) != Some(None),
            window_bits: accepted.param(max_window_bits).flatten().and_then(window_bits).unwrap_or(15),
        };
        PerDirection {
            client: of("client_no_context_takeover", "client_max_window_bits"),
            server: of("server_no_context_takeover", "server_max_window_bits"),
        }
    }
}

/// What the value of a `*_max_window_bits` says: a decimal number from 8 to 15 without leading zero (RFC 7692 §7.1.2.1,
/// §7.1.2.2).
pub fn window_bits(value: &str) -> Option<u8> {
    value.parse().ok().filter(|bits| (8..=15).contains(bits) && !value.starts_with(['0', '+']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(params: &[(&str, Option<&str>)]) -> PerDirection<Compression> {
        let params = params.iter().map(|(name, value)| (name.to_string(), value.map(String::from))).collect();
        Compression::agreed(&Extension { name: "permessage-deflate".into(), params })
    }

    #[test]
    fn rfc7692_7_1_each_direction_has_its_own_parameters() {
        assert_eq!(agreed(&[]), PerDirection::default());
        let both = agreed(&[("server_no_context_takeover", None), ("client_max_window_bits", Some("9"))]);
        let client = Compression { context_takeover: true, window_bits: 9 };
        let server = Compression { context_takeover: false, window_bits: 15 };
        assert_eq!(both, PerDirection { client, server });
    }

    #[test]
    fn parameters_are_known_in_any_case_as_extensions_are() {
        let server = Compression { context_takeover: false, window_bits: 15 };
        let found = agreed(&[("Server_No_Context_Takeover", None)]);
        assert_eq!(found, PerDirection { client: Compression::USUAL, server });
    }

    #[test]
    fn rfc7692_7_a_parameter_that_stands_there_twice_counts_as_first_written() {
        let found = agreed(&[("server_max_window_bits", Some("9")), ("server_max_window_bits", Some("12"))]);
        assert_eq!(found.server.window_bits, 9);
    }

    #[test]
    fn rfc7692_7_1_1_no_context_takeover_with_a_value_counts_as_absent() {
        for value in ["1", "false", ""] {
            assert_eq!(agreed(&[("client_no_context_takeover", Some(value))]), PerDirection::default());
        }
    }

    #[test]
    fn rfc7692_7_1_2_window_bits_that_are_not_valid_count_as_absent() {
        for value in [None, Some("7"), Some("16"), Some("x"), Some(""), Some("010"), Some("+9")] {
            assert_eq!(agreed(&[("server_max_window_bits", value)]), PerDirection::default());
        }
    }
}
