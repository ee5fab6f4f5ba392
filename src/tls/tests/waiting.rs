//! Secrets that come late, are wrong, or never come.

use super::super::KeyLog;
use super::harness::{Stream, Told, capture, lines, read, read_late};
use crate::base::Direction::{ClientToServer, ServerToClient};
use crate::base::Limits;

/// What is told apart from records, which have other names while they wait.
fn without_records(told: Told) -> Told {
    Told { records: Vec::new(), ..told }
}

#[test]
fn secrets_that_come_later_read_what_waited() {
    for name in ["tls12", "tls13"] {
        let (streams, keys) = capture(name);
        for stream in &streams {
            let early = without_records(read(stream, &keys, usize::MAX));
            for before in 0..stream.len() {
                let late = without_records(read_late(stream, &keys, before, &Limits::default()));
                assert_eq!(late.plain, early.plain, "{name} behind {before} events");
                assert_eq!(late.hello, early.hello);
            }
        }
    }
}

#[test]
fn without_secrets_it_is_said_what_was_looked_for() {
    let (streams, _) = capture("tls13");
    let none = KeyLog::default();
    let told = read(&streams[0], &none, usize::MAX);
    let random = told.hello.client_random.unwrap();
    let expected = [ClientToServer, ServerToClient].map(|from| {
        let sender = from.sender().to_uppercase();
        format!(
            "NoKeys {{ from: {from:?}, looked_for: \"{sender}_HANDSHAKE_TRAFFIC_SECRET\", client_random: {random:?}, at_limit: false"
        )
    });
    assert_eq!(told.others, expected);
    let (streams, _) = capture("tls12");
    let told = read(&streams[0], &none, usize::MAX);
    assert!(told.others.iter().all(|other| other.contains("looked_for: \"CLIENT_RANDOM\"")), "{told:?}");
    assert_eq!((told.others.len(), told.text(ClientToServer).len()), (2, 0));
}

#[test]
fn beyond_the_limit_nothing_waits() {
    let (streams, keys) = capture("tls13");
    for tls_wait in [0, 100, 1000] {
        let limits = Limits { tls_wait, ..Limits::default() };
        let told = read_late(&streams[0], &keys, usize::MAX, &limits);
        assert_eq!(told.others.len(), 2, "{told:?}");
        assert!(
            told.others.iter().all(|other| other.starts_with("NoKeys") && other.ends_with("at_limit: true"))
        );
        // What was given up stays so.
        let limits = Limits { tls_wait: 0, ..limits };
        let late = read_late(&streams[0], &keys, streams[0].len() - 1, &limits);
        assert_eq!(late.text(ServerToClient).len(), 0);
    }
}

#[test]
fn a_wrong_secret_is_told_once_for_each_direction() {
    for name in ["tls12", "tls13"] {
        let (streams, _) = capture(name);
        let text =
            std::fs::read_to_string(format!("{}/tests/data/tls/{name}.keys", env!("CARGO_MANIFEST_DIR")));
        // The last digit of every secret is another one.
        let wrong = |line: &str| match line.strip_suffix('0') {
            Some(line) => format!("{line}1"),
            None => format!("{}0", &line[..line.len() - 1]),
        };
        let mut keys = KeyLog::default();
        assert!(keys.add(text.unwrap().lines().map(wrong).collect::<Vec<_>>().join("\n").as_bytes()) > 20);
        for stream in &streams[..5] {
            let told = read(stream, &keys, usize::MAX);
            let failures = told.others.iter().filter(|other| other.starts_with("DecryptionFailed")).count();
            assert_eq!((failures, told.others.len()), (2, 2), "{told:?}");
            assert!(told.others.iter().all(|other| other.ends_with("worked: false")), "{told:?}");
            assert!(told.text(ClientToServer).is_empty() && told.text(ServerToClient).is_empty());
        }
    }
}

#[test]
fn a_wrong_traffic_secret_alone_is_told_at_the_end() {
    let (streams, keys) = capture("tls13");
    let random = read(&streams[0], &keys, usize::MAX).hello.client_random.unwrap();
    let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut keys = KeyLog::default();
    keys.add(format!("SERVER_TRAFFIC_SECRET_0 {random} {}", "5a".repeat(32)).as_bytes());
    let told = read(&streams[0], &keys, usize::MAX);
    assert!(told.others.iter().any(|other| {
        other.starts_with("DecryptionFailed") && other.contains("looked_for: \"SERVER_TRAFFIC_SECRET_0\"")
    }));
    assert!(told.text(ServerToClient).is_empty());
}

#[test]
fn a_damaged_record_costs_itself() {
    let (streams, keys) = capture("tls13");
    let stream: Stream = streams[0].clone();
    let whole = read(&stream, &keys, usize::MAX);
    let super::harness::Plain::Data { first, .. } = whole.plain.client[1] else { panic!("{whole:?}") };
    let mut damaged = stream;
    for (_, event) in &mut damaged {
        if let super::harness::Owned::Data(span, _, bytes) = event
            && span.first == first
        {
            bytes[7] ^= 1;
        }
    }
    let told = read(&damaged, &keys, usize::MAX);
    let (said, _) = lines();
    assert_eq!(told.text(ClientToServer), [&said[..22], &said[28..]].concat());
    assert!(
        told.others[0].starts_with("DecryptionFailed") && told.others[0].ends_with("worked: true"),
        "{told:?}"
    );
}
