//! `tls.*`: what a connection is encrypted with.

use super::{Field, FieldType};
use crate::filter::Value;
use crate::record::{Record, Tls};

pub(super) static FIELDS: &[Field] = &[
    Field::new(
        "tls",
        FieldType::Protocol,
        "What is or was encrypted by TLS: a handshake or connection, a packet with TLS, an alert.",
        |record, found| about_tls(record) && found(Value::Boolean(true)),
    ),
    Field::new(
        "tls.handshake.ciphersuite",
        FieldType::Unsigned { bits: 16 },
        "The cipher suite that the server chose, of a handshake or connection (RFC 8446 §B.4).",
        |record, found| {
            let suite = tls(record).and_then(|tls| tls.hello.cipher_suite);
            suite.is_some_and(|suite| found(Value::Unsigned(suite.0.into())))
        },
    ),
    Field::new(
        "tls.handshake.extensions_alpn_str",
        FieldType::Text,
        "The application protocols that the client offered, and the one that the server chose, of a handshake or connection (RFC 7301).",
        |record, found| {
            tls(record).is_some_and(|tls| {
                let names = tls.hello.alpn_offered.iter().chain(&tls.hello.alpn);
                names.map(String::as_str).any(|name| found(Value::Text(name)))
            })
        },
    ),
    Field::new(
        "tls.handshake.extensions_server_name",
        FieldType::Text,
        "The host that the client asked for, of a handshake or connection (RFC 6066 §3).",
        |record, found| {
            let name = tls(record).and_then(|tls| tls.hello.server_name.as_deref());
            name.is_some_and(|name| found(Value::Text(name)))
        },
    ),
    Field::new(
        "tls.record.version",
        FieldType::Unsigned { bits: 16 },
        "The version in the records of the hellos, of a handshake or connection: 0x0303 for TLS 1.2 and 1.3.",
        |record, found| {
            let version = tls(record).map(|tls| tls.hello.record_version).filter(|version| *version > 0);
            version.is_some_and(|version| found(Value::Unsigned(version.into())))
        },
    ),
];

/// The TLS of a handshake or connection.
fn tls<'r>(record: &'r Record<'_>) -> Option<Tls<'r>> {
    match record {
        Record::Handshake(handshake) => handshake.tls,
        Record::Connection(connection) => connection.tls,
        _ => None,
    }
}

fn about_tls(record: &Record<'_>) -> bool {
    match record {
        Record::Alert(_) => true,
        Record::Packet(row) => !row.tls.is_empty(),
        _ => tls(record).is_some(),
    }
}
