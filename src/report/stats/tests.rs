use std::net::SocketAddr;

use proptest::prelude::*;

use super::*;
use crate::base::{Direction, Timestamp};
use crate::record::{EndedBy, Ends, Protocol, Verdict};
use crate::stats::{COLUMNS, CloseStats, ConnectionStats, Measures, Range, Spread, Total};

fn connection(stream: u64, reason: &[u8]) -> ConnectionStats {
    let address = |text: &str| text.parse::<SocketAddr>().unwrap();
    ConnectionStats {
        stream,
        ends: Ends { client: address("127.0.0.1:50000"), server: address("[2001:db8::1:2:3:4]:443") },
        tls: true,
        protocol: Protocol::Websocket,
        verdict: Some(Verdict::Fail),
        opened: Timestamp::from_nanos(0),
        closed: None,
        ended_by: EndedBy::Reset,
        close: Some(CloseStats {
            code: Some(1008),
            reason: Some(reason.into()),
            by: Direction::ServerToClient,
        }),
        tcp_handshake: Some(31_000),
        handshake: None,
        measures: Measures {
            sizes: Some(Spread { count: 2, min: 1, max: u64::MAX, mean: 2.5, percentiles: None }),
            ..Measures::default()
        },
    }
}

fn stats(connections: Vec<ConnectionStats>) -> Stats {
    let total = Total {
        connections: connections.len() as u64,
        tcp_connections: connections.len() as u64 + 3,
        size_ranges: vec![
            Range { from: 1, to: 1, count: 1 },
            Range { from: 1 << 63, to: u64::MAX, count: u64::MAX },
        ],
        ..Total::default()
    };
    Stats { connections, total }
}

fn table(stats: &Stats, options: StatsOptions) -> String {
    let mut out = Vec::new();
    write_stats(stats, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn csv(stats: &Stats) -> String {
    let mut out = Vec::new();
    write_stats_csv(stats, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The reason as a reader of CSV gets it.
fn read_reason(text: &str) -> String {
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let at = reader.headers().unwrap().iter().position(|key| key == "close_reason").unwrap();
    let records: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!((records.len(), records[0].len()), (1, COLUMNS.len()));
    records[0][at].to_owned()
}

#[test]
fn csv_quotes_what_rfc_4180_wants_quoted_and_disarms_formulas() {
    for (reason, cell, read) in [
        (&b"=cmd()"[..], "'=cmd()", "'=cmd()"),
        (b"-1+1", "'-1+1", "'-1+1"),
        (b"say \"hi\", you", "\"say \"\"hi\"\", you\"", "say \"hi\", you"),
        (b"two\r\nlines\x1b[2J", r"two\r\nlines\u{1b}[2J", r"two\r\nlines\u{1b}[2J"),
        (b"caf\xe9", r"caf\xe9", r"caf\xe9"),
        (b"", "", ""),
    ] {
        let text = csv(&stats(vec![connection(0, reason)]));
        assert!(text.contains(&format!(",1008,{cell},server,")), "{text}");
        assert_eq!(text.matches("\r\n").count(), 2, "a row is one line");
        assert_eq!(read_reason(&text), read);
    }
}

#[test]
fn what_is_not_known_is_null_or_empty() {
    let stats = stats(vec![connection(7, b"\xff")]);
    let mut out = Vec::new();
    write_stats_json(&stats, &["a \"b\"\u{9b}".to_owned()], None, &mut out).unwrap();
    assert!(!String::from_utf8_lossy(&out).contains('\u{9b}'));
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let connection = &json["connections"][0];
    assert_eq!(connection["stream"], 7);
    assert_eq!(connection["close_reason"], serde_json::json!({"base64": "/w=="}));
    for key in ["handshake", "closed", "size_median", "ping_min", "messages_per_second", "compression_ratio"]
    {
        assert!(connection[key].is_null(), "{key}: {connection}");
    }
    assert_eq!(
        (&connection["size_max"], &connection["tcp_handshake"]),
        (&u64::MAX.into(), &0.000_031.into())
    );
    assert!(COLUMNS.iter().all(|column| connection.get(column.key).is_some()));
    assert!(csv(&stats).contains(",0.000031,,0,"), "{}", csv(&stats));
}

#[test]
fn a_total_can_be_printed_of_nothing() {
    assert_eq!(
        table(&stats(Vec::new()), StatsOptions::default()),
        "no WebSocket connection in 3 TCP connections\n"
    );
    let mut out = Vec::new();
    write_stats_json(&Stats::default(), &[], Some("x"), &mut out).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!((&json["connections"], &json["filter"]), (&serde_json::json!([]), &"x".into()));
}

#[test]
fn where_there_is_no_room_columns_are_left_out_and_named() {
    let stats = stats(vec![connection(0, b"x"), connection(1, b"y")]);
    let wide = table(&stats, StatsOptions::default());
    assert!(!wide.contains("Left out"));
    let narrow = table(&stats, StatsOptions { width: Some(60), color: false });
    assert!(narrow.contains("Left out for lack of room: Server,"), "{narrow}");
    assert!(narrow.lines().all(|line| grid::width(line) <= 60), "{narrow}");
}

#[test]
fn a_connection_in_full_has_no_line_that_is_too_long() {
    let card = table(&stats(vec![connection(0, b"x")]), StatsOptions { width: Some(60), color: false });
    assert!(card.lines().all(|line| grid::width(line) <= 60), "{card}");
}

proptest! {
    #[test]
    fn no_reason_and_no_width_bring_it_down_or_control_the_terminal(
        reason: Vec<u8>, width in prop::option::of(0usize..220), several: bool, color: bool,
    ) {
        let connections = if several { vec![connection(0, b""), connection(1, &reason)] } else { vec![connection(0, &reason)] };
        let text = table(&stats(connections.clone()), StatsOptions { width, color });
        let plain = ["\u{1b}[0m", "\u{1b}[1;31m"].iter().fold(text, |text, sequence| text.replace(sequence, ""));
        prop_assert!(!plain.chars().any(|c| c.is_control() && c != '\n'), "{plain:?}");
        if let Some(width) = width.filter(|width| *width >= 60) {
            prop_assert!(plain.lines().all(|line| grid::width(line) <= width), "{plain}");
        }
        if !several {
            read_reason(&csv(&stats(connections)));
        }
    }
}
