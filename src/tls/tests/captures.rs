//! Captures of OpenSSL 3.0: each cipher suite and what else happens in a connection.

use super::super::KeyLog;
use super::harness::{Plain, capture, lines, read};
use crate::base::Direction::{ClientToServer, ServerToClient};
use crate::base::GapReason;

/// The suites of the connections of `tls12.pcap` that are decrypted, in their order.
const SUITES_12: [&str; 20] = [
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_RSA_WITH_AES_128_CCM",
    "TLS_RSA_WITH_AES_256_CCM",
    "TLS_RSA_WITH_AES_128_CCM_8",
    "TLS_RSA_WITH_AES_256_CCM_8",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    // Without encrypt-then-MAC.
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    // Small records; ALPN; renegotiation; a session, and the same resumed.
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
];

/// Behind a renegotiation or a KeyUpdate, the server of OpenSSL does not answer any more.
const ANSWERED: usize = 729;

#[test]
fn rfc5246_every_suite_of_tls_1_2_is_read() {
    let (streams, keys) = capture("tls12");
    let (said, answers) = lines();
    assert_eq!(streams.len(), SUITES_12.len() + 2);
    for (number, (stream, suite)) in streams.iter().zip(SUITES_12).enumerate() {
        let told = read(stream, &keys, usize::MAX);
        assert_eq!(told.hello.cipher_suite.unwrap().name(), Some(suite));
        assert_eq!((told.hello.version, told.hello.record_version), (Some(0x0303), 0x0303));
        assert_eq!(told.hello.server_name.as_deref(), Some("example.test"));
        assert_eq!(told.text(ClientToServer), said, "{suite}");
        let answers = if number == 17 { &answers[..ANSWERED] } else { &answers };
        assert_eq!(told.text(ServerToClient), answers, "{suite}");
    }
}

#[test]
fn rfc7301_the_protocols_offered_and_chosen_are_told() {
    let (streams, keys) = capture("tls12");
    let chosen = [15, 16].map(|number| read(&streams[number], &keys, usize::MAX).hello);
    assert!(chosen.iter().all(|hello| hello.alpn_offered == ["h2", "http/1.1"]));
    assert_eq!(chosen.map(|hello| hello.alpn), [None, Some("http/1.1".to_owned())]);
    let (streams, keys) = capture("tls13");
    let hello = read(&streams[7], &keys, usize::MAX).hello;
    assert_eq!((hello.alpn.as_deref(), hello.version), (Some("http/1.1"), Some(0x0304)));
}

#[test]
fn rfc5246_7_4_1_a_renegotiation_is_followed() {
    let (streams, keys) = capture("tls12");
    let told = read(&streams[17], &keys, usize::MAX);
    let hellos = told.records.iter().map(|(_, name)| *name).filter(|name| name.contains("Hello"));
    let again = "Client Hello (renegotiation)";
    assert_eq!(
        hellos.collect::<Vec<_>>(),
        ["Client Hello", "Server Hello", "Server Hello Done", again, "Server Hello", "Server Hello Done"]
    );
    let Some(Plain::Data { bytes, .. }) = told.plain.client.iter().rev().nth(1) else { panic!("{told:?}") };
    assert_eq!(bytes, b"last\n");
}

#[test]
fn rfc5077_a_resumed_session_is_read() {
    let (streams, keys) = capture("tls12");
    let [first, again] = [18, 19].map(|number| read(&streams[number], &keys, usize::MAX));
    let certificates = |told: &super::harness::Told| told.records.contains(&(ServerToClient, "Certificate"));
    assert!(certificates(&first) && !certificates(&again));
}

#[test]
fn versions_and_suites_that_are_not_read_are_named() {
    let (streams, keys) = capture("tls12");
    let [old, camellia] = [20, 21].map(|number| read(&streams[number], &keys, usize::MAX));
    assert_eq!((old.hello.version, &old.others[..]), (Some(0x0302), &["Unsupported {".to_owned()][..]));
    assert_eq!(camellia.hello.cipher_suite.unwrap().name(), Some("TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"));
    assert_eq!(camellia.others, ["Unsupported {"]);
    assert!(camellia.text(ClientToServer).is_empty());
}

#[test]
fn rfc8446_every_suite_of_tls_1_3_is_read() {
    let (streams, keys) = capture("tls13");
    let (said, answers) = lines();
    let suites = [0x1301, 0x1302, 0x1303, 0x1304, 0x1305];
    // Behind the suites: HelloRetryRequest, padding, ALPN.
    for (number, stream) in streams.iter().take(8).enumerate() {
        let told = read(stream, &keys, usize::MAX);
        if let Some(suite) = suites.get(number) {
            assert_eq!(told.hello.cipher_suite.unwrap().0, *suite);
        }
        assert_eq!(told.text(ClientToServer), said);
        assert_eq!(told.text(ServerToClient), answers);
        assert!(told.records.contains(&(ServerToClient, "New Session Ticket")));
        let closing = ["ClientToServer", "ServerToClient"]
            .map(|from| format!("Alert {{ from: {from}, level: 1, description: 0"));
        assert_eq!(told.others, closing);
    }
}

#[test]
fn rfc8446_4_1_4_a_hello_retry_request_is_named() {
    let (streams, keys) = capture("tls13");
    let told = read(&streams[5], &keys, usize::MAX);
    let names: Vec<&str> = told.records.iter().map(|(_, name)| *name).collect();
    let beginning =
        ["Client Hello", "Hello Retry Request", "Change Cipher Spec", "Change Cipher Spec", "Client Hello"];
    assert_eq!(names[..5], beginning);
}

#[test]
fn rfc8446_4_6_3_key_updates_of_both_ends_are_followed() {
    let (streams, keys) = capture("tls13");
    let told = read(&streams[8], &keys, usize::MAX);
    let (said, answers) = lines();
    assert_eq!(told.records.iter().filter(|(_, name)| *name == "Key Update").count(), 3);
    assert_eq!(told.text(ClientToServer), said);
    assert_eq!(told.text(ServerToClient), answers[..ANSWERED]);
}

#[test]
fn rfc8446_4_2_10_early_data_counts_if_the_server_takes_it() {
    let (streams, keys) = capture("tls13");
    let (said, _) = lines();
    let [taken, refused] = [10, 11].map(|number| read(&streams[number], &keys, usize::MAX));
    assert_eq!(taken.text(ClientToServer), [b"early data of the client\n", &said[..]].concat());
    assert!(taken.records.contains(&(ClientToServer, "End of Early Data")));
    // This server ends when it has refused.
    assert_eq!(refused.text(ClientToServer), b"hello from the client\nshort\n");
    assert!(!refused.others.iter().any(|other| other.starts_with("DecryptionFailed")), "{refused:?}");
}

#[test]
fn early_data_without_its_secret_is_told_as_missing() {
    let (streams, _) = capture("tls13");
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/tls13.keys")).unwrap();
    let mut keys = KeyLog::default();
    let late = text.lines().filter(|line| !line.starts_with("CLIENT_EARLY"));
    keys.add(late.collect::<Vec<_>>().join("\n").as_bytes());
    let told = read(&streams[10], &keys, usize::MAX);
    let (said, _) = lines();
    let gap = Plain::Gap { offset: 0, length: 25, why: GapReason::Undecrypted };
    // What is behind it is the EndOfEarlyData message, which nobody can tell from data.
    assert_eq!(told.plain.client[0], gap);
    assert_eq!(told.text(ClientToServer), said);
    assert!(told.others[0].contains("looked_for: \"CLIENT_EARLY_TRAFFIC_SECRET\""), "{told:?}");
}

#[test]
fn acknowledgments_count_plaintext_and_spans_name_packets() {
    let (streams, keys) = capture("tls13");
    let told = read(&streams[0], &keys, usize::MAX);
    let (mut client, mut server) = (told.plain.client.iter(), told.plain.server.iter());
    for answered in [0, 22, 28] {
        let Some(Plain::Data { offset, acked, first, last, bytes }) = client.next() else {
            panic!("{told:?}")
        };
        assert_eq!((*offset, *acked, first), (answered, Some(answered), last));
        let Some(Plain::Data { acked, first: answer, .. }) = server.next() else { panic!("{told:?}") };
        assert_eq!(*acked, Some(answered + bytes.len() as u64));
        assert!(answer > first);
    }
}
