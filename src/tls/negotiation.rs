//! What the two ends agreed upon, from their hellos.

use super::keylog::{Random, Secret};
use super::keys::{Epoch, Keys};
use super::message::{ClientHello, EncryptedExtensions, ServerHello, text};
use super::suite::CipherSuite;
use crate::base::{Direction, PerDirection};

/// What the hellos of a connection say, as far as they were seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hello {
    /// The version of the last hello's record; 0 if none was seen.
    pub record_version: u16,
    /// By which key logs name the connection.
    pub client_random: Option<Random>,
    /// The host that the client asked for (RFC 6066 §3).
    pub server_name: Option<String>,
    /// Protocols that the client offered, in its order of preference (RFC 7301).
    pub alpn_offered: Vec<String>,
    /// The version that the server chose; [`version_name`] names it.
    pub version: Option<u16>,
    /// The suite that the server chose.
    pub cipher_suite: Option<CipherSuite>,
    /// The protocol that the server chose. TLS 1.3 tells it only to those with keys.
    pub alpn: Option<String>,
}

/// The name of a protocol version.
pub fn version_name(version: u16) -> Option<&'static str> {
    Some(match version {
        0x0300 => "SSL 3.0",
        0x0301 => "TLS 1.0",
        0x0302 => "TLS 1.1",
        0x0303 => "TLS 1.2",
        0x0304 => "TLS 1.3",
        _ => return None,
    })
}

/// The name of an alert's description (RFC 8446 §B.2).
pub fn alert_name(description: u8) -> Option<&'static str> {
    Some(match description {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        21 => "decryption_failed",
        22 => "record_overflow",
        30 => "decompression_failure",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        60 => "export_restriction",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        111 => "certificate_unobtainable",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        114 => "bad_certificate_hash_value",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
        121 => "ech_required",
        _ => return None,
    })
}

/// The hellos of the handshake that is going on, or was the last.
#[derive(Debug, Default)]
pub(super) struct Negotiation {
    pub hello: Hello,
    pub server_random: Option<Random>,
    pub encrypt_then_mac: bool,
    pub early_data: EarlyData,
    /// How many were seen of each end, without HelloRetryRequests.
    hellos: PerDirection<u32>,
}

/// What has become of the data that a client sends before the server has answered (RFC 8446 §4.2.10).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum EarlyData {
    #[default]
    NotOffered,
    Offered,
    Accepted,
    /// The server reads over it.
    Rejected,
    /// So it does, until the client says hello again.
    Retried,
}

impl Negotiation {
    /// A client says hello, for the first time, after a HelloRetryRequest, or to renegotiate.
    pub fn client_hello(&mut self, hello: ClientHello) {
        self.hellos.client = self.hellos.client.saturating_add(1);
        self.hello.client_random = Some(hello.random);
        self.hello.server_name = hello.server_name;
        self.hello.alpn_offered = hello.alpn;
        self.early_data = match self.early_data {
            EarlyData::Retried | EarlyData::Rejected => EarlyData::Rejected,
            _ if hello.early_data => EarlyData::Offered,
            _ => EarlyData::NotOffered,
        };
    }

    /// What the server chose before does not count any more; but its answer to the hello that begins a renegotiation may have
    /// been seen before that, which a loss can hold up.
    pub fn renegotiate(&mut self) {
        if !self.is_answer_first() {
            self.server_random = None;
            self.hello.alpn = None;
        }
    }

    /// Whether the server has answered a ClientHello that was not seen.
    pub fn is_answer_first(&self) -> bool {
        self.hellos.server > self.hellos.client
    }

    /// How many times the server has answered, which tells the keys of TLS 1.2 of one handshake from those of the next.
    pub fn handshakes(&self) -> u32 {
        self.hellos.server
    }

    /// A server answers.
    pub fn server_hello(&mut self, hello: &ServerHello<'_>) {
        self.hello.version = Some(hello.version);
        self.hello.cipher_suite = Some(hello.suite);
        self.encrypt_then_mac = hello.encrypt_then_mac;
        if hello.is_retry() {
            if self.early_data == EarlyData::Offered {
                self.early_data = EarlyData::Retried;
            }
            return;
        }
        self.hellos.server = self.hellos.server.saturating_add(1);
        self.server_random = Some(hello.random);
        if let Some(protocol) = hello.alpn {
            self.hello.alpn = Some(text(protocol));
        }
    }

    /// The keys of one direction; `None` if a secret cannot belong to the suite, or that is not known.
    pub fn keys(&self, epoch: Epoch, sender: Direction, secret: &Secret) -> Option<Keys> {
        let Hello { client_random, cipher_suite, .. } = &self.hello;
        let protection = cipher_suite.as_ref()?.protection()?;
        match epoch {
            Epoch::Tls12 => {
                let randoms = (client_random.as_ref()?, self.server_random.as_ref()?);
                Keys::tls12(protection, secret, randoms, sender, self.encrypt_then_mac)
            }
            _ => Keys::tls13(protection, secret, epoch),
        }
    }

    /// A server says more, in TLS 1.3.
    pub fn encrypted_extensions(&mut self, told: &EncryptedExtensions<'_>) {
        if let Some(protocol) = told.alpn {
            self.hello.alpn = Some(text(protocol));
        }
        if self.early_data == EarlyData::Offered {
            self.early_data = if told.early_data { EarlyData::Accepted } else { EarlyData::Rejected };
        }
    }
}
