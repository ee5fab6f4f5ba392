//! `tls.*`: what a connection is encrypted with.

use super::{Field, FieldType};
use crate::filter::Value;
use crate::record::{Hello, Record, TlsContent};

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
        "The cipher suite that the server chose: of its hello, of a handshake or connection (RFC 8446 §B.4).",
        |record, found| {
            any_hello(record, Sender::Server, |hello| {
                hello.cipher_suite.is_some_and(|suite| found(Value::Unsigned(suite.0.into())))
            })
        },
    )
    .differs("Wireshark also has those that the client offered."),
    Field::new(
        "tls.handshake.extensions_alpn_str",
        FieldType::Text,
        "The application protocols that the client offered, and the one that the server chose: of their hellos, of a handshake or connection (RFC 7301).",
        |record, found| {
            let mut any = |names: &mut dyn Iterator<Item = &String>| {
                names.map(String::as_str).any(|name| found(Value::Text(name)))
            };
            any_hello(record, Sender::Client, |hello| any(&mut hello.alpn_offered.iter()))
                || any_hello(record, Sender::Server, |hello| any(&mut hello.alpn.iter()))
        },
    )
    .differs("Wireshark has the one that the server chose in its EncryptedExtensions, if it uses TLS 1.3."),
    Field::new(
        "tls.handshake.extensions_server_name",
        FieldType::Text,
        "The host that the client asked for: of its hello, of a handshake or connection (RFC 6066 §3).",
        |record, found| {
            any_hello(record, Sender::Client, |hello| {
                hello.server_name.as_deref().is_some_and(|name| found(Value::Text(name)))
            })
        },
    ),
    Field::new(
        "tls.record.version",
        FieldType::Unsigned { bits: 16 },
        "The version in the header of a record, and in that of the last hello of a handshake or connection: 0x0303 for TLS 1.2 and 1.3.",
        |record, found| match record {
            Record::Packet(row) => row.tls.iter().any(|one| found(Value::Unsigned(one.version.into()))),
            _ => any_hello(record, Sender::Server, |hello| {
                hello.record_version > 0 && found(Value::Unsigned(hello.record_version.into()))
            }),
        },
    )
    .differs("In a packet that completes frames, only records that stand before them have it."),
];

/// Whose hello a packet has to carry.
#[derive(Clone, Copy, PartialEq)]
enum Sender {
    Client,
    Server,
}

/// Whether `found` holds for what the hellos of a handshake or connection say, or the sender's hello in a packet.
fn any_hello(record: &Record<'_>, sender: Sender, mut found: impl FnMut(&Hello) -> bool) -> bool {
    match record {
        Record::Handshake(handshake) => handshake.tls.is_some_and(|tls| found(tls.hello)),
        Record::Connection(connection) => connection.tls.is_some_and(|tls| found(tls.hello)),
        Record::Packet(row) => row.tls.iter().any(|record| match &record.content {
            TlsContent::ClientHello(hello) => sender == Sender::Client && found(hello),
            TlsContent::ServerHello(hello) => sender == Sender::Server && found(hello),
            TlsContent::Named(_) | TlsContent::Alert(_) => false,
        }),
        _ => false,
    }
}

fn about_tls(record: &Record<'_>) -> bool {
    match record {
        Record::Alert(_) => true,
        Record::Packet(row) => !row.tls.is_empty(),
        Record::Handshake(handshake) => handshake.tls.is_some(),
        Record::Connection(connection) => connection.tls.is_some(),
        _ => false,
    }
}
