//! Records of TLS become plaintext, if their keys are known.
//!
//! In come the stream events of both directions of a connection, and the secrets of a [`KeyLog`]; out go [`TlsEvent`]s: what
//! the hellos say, alerts, and the plaintext as a stream of its own, which keeps the packets that carried it. This room
//! breaks no encryption and judges nobody: certificates and Finished messages are not verified, only record protection is.
//!
//! ```text
//!   Framer        bytes to records, losses told apart     header
//!      ▼
//!   Waiting       records whose keys or hellos may come   (in connection)
//!      ▼
//!   Reading       which keys, which record number         negotiation (hellos), message (their bytes), plain (offsets, gaps)
//!      ▼
//!   Keys          one direction, one secret               schedule (secret to keys), cipher (takes protection off), suite
//! ```
//!
//! What is missing in the capture loses the records that it touches. The number of the next whole record is then found by
//! trying, since a tag that fits proves it.
//!
//! Protocol: RFC 8446 (TLS 1.3), RFC 5246 (TLS 1.2), RFC 5288, 6655, 7251 and 7905 (its ciphers), RFC 7366 (encrypt-then-MAC).
//! Versions before 1.2 are named and not decrypted.

mod cipher;
mod connection;
mod framer;
mod header;
mod keylog;
mod keys;
mod message;
mod negotiation;
mod plain;
mod reading;
mod schedule;
mod suite;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use connection::Tls;
pub use header::is_tls;
pub use keylog::{KeyLog, Random};
pub use negotiation::{Hello, alert_name, version_name};
pub use suite::CipherSuite;

use crate::base::{Direction, Span, StreamEvent};

/// Something that the records of a connection turned out to be.
#[derive(Debug, Clone, Copy)]
pub enum TlsEvent<'a> {
    /// The next plaintext of one direction. Offsets count bytes of plaintext; the packets of a span are those of the record
    /// that carried it, and acknowledgments are translated too.
    ///
    /// A gap stands for records that are missing or could not be decrypted. If its reason is
    /// [`GapReason::Undecrypted`](crate::base::GapReason::Undecrypted), its length is what they can have held at most, as far
    /// as known; with every other reason it is exact.
    Plain(Direction, StreamEvent<'a>),
    /// What the hellos say; again whenever more is known.
    Hello(&'a Hello),
    /// What stands in a record, as Wireshark names it; one event for each handshake message, behind what it says. A record that waits for its
    /// keys is told when it begins to wait, as what it looks like.
    Record {
        /// Who sent it.
        from: Direction,
        /// Such as `Client Hello` or `Application Data`; `Client Hello (renegotiation)` if the client begins another handshake
        /// inside of the connection, whose keys are looked for anew.
        name: &'static str,
        /// The version in the record's header.
        version: u16,
        /// The whole record.
        span: Span,
    },
    /// An alert (RFC 8446 §6).
    Alert {
        /// Who sent it.
        from: Direction,
        /// 1 for a warning, 2 if fatal.
        level: u8,
        /// What happened; [`alert_name`] names it.
        description: u8,
        /// The record that carried it.
        span: Span,
    },
    /// There is no secret for records of one direction, and they were given up; so are all later ones, except behind early
    /// data (`CLIENT_EARLY_TRAFFIC_SECRET`) if the other secrets are there.
    NoKeys {
        /// Who sent them.
        from: Direction,
        /// The label of the secret, as key logs write it.
        looked_for: &'static str,
        /// The client random it was looked for under.
        client_random: Random,
        /// Whether [`Limits::tls_wait`](crate::base::Limits) or the lack of memory ended the waiting; otherwise the
        /// connection had ended.
        at_limit: bool,
        /// The first record that waited, to the last.
        span: Span,
    },
    /// Records of one direction cannot be read, as a hello was not captured; they were given up, and so are all later ones.
    HelloMissing {
        /// Who sent the records.
        from: Direction,
        /// Whose hello is missing.
        hello: Direction,
        /// As above.
        at_limit: bool,
        /// The first record that waited, to the last.
        span: Span,
    },
    /// A secret is there and does not fit this record. Told once for each direction.
    DecryptionFailed {
        /// Who sent the record.
        from: Direction,
        /// The label of the secret.
        looked_for: &'static str,
        /// The client random it stands under.
        client_random: Random,
        /// Records were read with this secret before; damage to one record is likelier than a wrong secret.
        worked: bool,
        /// The record.
        span: Span,
    },
    /// This version or cipher suite is not decrypted, whatever the keys. What it is stands in the hello.
    Unsupported {
        /// The first record that would have to be decrypted.
        span: Span,
    },
}
