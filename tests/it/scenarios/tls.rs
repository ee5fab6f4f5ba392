//! WebSocket over TLS, with and without its secrets, whole and damaged.

use serde_json::{Value, json};
use sockeye::analyzer::{Analyzer, Options, Rows, Secrets};
use sockeye::base::{Limits, SHARDS};
use sockeye::capture::{Reader, Recording};
use sockeye::report::{Json, Report, Table, TableOptions};

use super::{codes, none, only, told};
use crate::output::{parse_lines, render_recording, render_with_keys, validate};
use crate::samples::bytes;

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
/// Ethernet, IPv4 without options, TCP with timestamps.
const HEADERS: usize = 14 + 20 + 32;

fn options() -> Options {
    Options { rows: Rows::Frames, payload: usize::MAX, ..Options::default() }
}

fn read(capture: &[u8], keys: &[u8], options: Options) -> Vec<Value> {
    let text = render_with_keys(capture, keys, options, &mut Json::lines());
    let records = parse_lines(&text);
    records.iter().for_each(validate);
    let shown = String::from_utf8(text).unwrap();
    for secret in secrets() {
        assert!(!shown.contains(&secret), "a secret is shown");
    }
    records
}

/// The secrets of the sample, as text.
fn secrets() -> Vec<String> {
    let keys = String::from_utf8(bytes("tls.keys")).unwrap();
    keys.lines().filter_map(|line| line.split(' ').nth(2)).map(str::to_owned).collect()
}

/// Lines of the sample's key log that contain this.
fn keys_with(label: &str) -> Vec<u8> {
    let keys = String::from_utf8(bytes("tls.keys")).unwrap();
    keys.lines().filter(|line| line.contains(label)).flat_map(|line| [line, "\n"]).collect::<String>().into()
}

/// Where each record of a pcap begins and ends.
fn packets(capture: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut packets = Vec::new();
    let mut at = FILE_HEADER;
    while at < capture.len() {
        let length = u32::from_le_bytes(capture[at + 8..at + 12].try_into().unwrap()) as usize;
        packets.push(at..at + RECORD_HEADER + length);
        at += RECORD_HEADER + length;
    }
    packets
}

/// The sample as a pcapng, with secrets before the packet of that number, or behind the last one.
pub fn pcapng(keys: &[u8], before: usize) -> Vec<u8> {
    pcapng_with(&[(keys, before)])
}

/// The same, with several blocks of secrets.
pub fn pcapng_with(secrets: &[(&[u8], usize)]) -> Vec<u8> {
    joined_pcapng(&[bytes("tls.pcap")], true, secrets)
}

/// Captures as one pcapng, their packets one behind the other, or those of each capture together.
pub fn joined_pcapng(captures: &[Vec<u8>], in_turn: bool, secrets: &[(&[u8], usize)]) -> Vec<u8> {
    fn block(kind: u32, body: &[u8]) -> Vec<u8> {
        let padded = body.len().next_multiple_of(4);
        let length = (padded as u32 + 12).to_le_bytes();
        let padding = vec![0; padded - body.len()];
        [&kind.to_le_bytes()[..], &length, body, &padding, &length].concat()
    }
    let mut file = block(0x0a0d_0d0a, b"\x4d\x3c\x2b\x1a\x01\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff");
    file.extend(block(1, b"\x01\x00\x00\x00\x00\x00\x00\x00"));
    let mut records: Vec<(usize, &[u8])> = Vec::new();
    for capture in captures {
        records.extend(packets(capture).into_iter().map(|packet| &capture[packet]).enumerate());
    }
    if in_turn {
        records.sort_by_key(|(number, _)| *number);
    }
    let at = |number: usize| {
        let blocks = secrets.iter().filter(move |(_, before)| *before == number).map(|(keys, _)| {
            let length = (keys.len() as u32).to_le_bytes();
            block(10, &[&0x544c_534b_u32.to_le_bytes()[..], &length, keys].concat())
        });
        blocks.flatten()
    };
    for (number, (_, record)) in records.iter().enumerate() {
        file.extend(at(number));
        let [seconds, micros] =
            [0, 4].map(|at| u64::from(u32::from_le_bytes(record[at..at + 4].try_into().unwrap())));
        let time = seconds * 1_000_000 + micros;
        let head = [0, (time >> 32) as u32, time as u32].map(u32::to_le_bytes).concat();
        file.extend(block(6, &[&head, &record[8..16], &record[16..]].concat()));
    }
    file.extend(at(records.len()));
    file
}

/// Who said what, without the packets that told it.
fn said(records: &[Value]) -> Value {
    told(records, "frame", "packets from opcode payload")
}

#[test]
fn with_its_secrets_it_is_read_like_clear_text() {
    let records = read(&bytes("tls.pcap"), &bytes("tls.keys"), options());
    let handshakes = told(&records, "handshake", "transport packet outcome accept.valid");
    assert_eq!(handshakes, json!([["tls", 9, "accepted", true]]));
    assert_eq!(codes(&records), json!(["WS417"]));
    let frames = told(&records, "frame", "packets");
    assert_eq!(frames[0], json!([10, 10]), "packets are those of the records");
    let connection = only(&records, "connection");
    assert_eq!((&connection["protocol"], &connection["verdict"]), (&json!("websocket"), &json!("pass")));
    let tls = json!({"version": "TLS 1.3", "cipher_suite": "TLS_AES_256_GCM_SHA384", "server_name": null, "alpn_offered": [], "alpn": null, "decrypted": true});
    assert_eq!((&connection["transport"], &connection["tls"]), (&json!("tls"), &tls));
}

#[test]
fn without_secrets_it_is_named_and_the_one_looked_for_too() {
    let records = read(&bytes("tls.pcap"), b"", options());
    assert_eq!(codes(&records), json!(["WS905"]));
    let finding = only(&records, "finding");
    assert_eq!(finding["details"]["label"], "CLIENT_HANDSHAKE_TRAFFIC_SECRET");
    let keys = String::from_utf8(bytes("tls.keys")).unwrap();
    let random = finding["details"]["client_random"].as_str().unwrap();
    assert!(keys.contains(random) && finding["text"].as_str().unwrap().contains(random));
    assert!(finding["text"].as_str().unwrap().contains("SSLKEYLOGFILE=/tmp/keys.log"));
    assert!(finding["help"].as_str().unwrap().contains("`export SSLKEYLOGFILE=/tmp/keys.log`"));
    let foreign = format!("CLIENT_RANDOM {} {}\n", "ab".repeat(32), "cd".repeat(48));
    let of_another = read(&bytes("tls.pcap"), foreign.as_bytes(), options());
    assert!(
        only(&of_another, "finding")["text"]
            .as_str()
            .unwrap()
            .contains("no key log has the secret CLIENT_HANDSHAKE_TRAFFIC_SECRET")
    );
    let connection = only(&records, "connection");
    assert_eq!((&connection["protocol"], &connection["verdict"]), (&json!("tls"), &Value::Null));
    assert_eq!(connection["tls"]["version"], "TLS 1.3");
    assert_eq!(connection["tls"]["decrypted"], false);
}

#[test]
fn secrets_serve_whenever_they_come() {
    let capture = bytes("tls.pcap");
    let expected = said(&read(&capture, &bytes("tls.keys"), options()));
    let count = packets(&capture).len();
    for late in (0..count).step_by(3).chain([count - 1]) {
        let mut recording = Recording::new(vec![Reader::open(&capture[..], &Limits::default()).unwrap()]);
        let (mut analyzer, mut json, mut out) = (Analyzer::new(options()), Json::lines(), Vec::new());
        let mut print = |record: &sockeye::record::Record<'_>| json.record(record, &mut out).unwrap();
        let mut number = 0;
        loop {
            while let Some(packet) = recording.next_packet() {
                if number == late {
                    analyzer.add_keys(&bytes("tls.keys"), &mut print);
                }
                analyzer.push(&packet, &mut print);
                number += 1;
            }
            if !recording.fill() {
                break;
            }
        }
        analyzer.finish(&mut print);
        let records = parse_lines(&out);
        assert_eq!(said(&records), expected, "after {late} packets");
        assert_eq!(told(&records, "connection", "verdict"), json!(["pass"]));
    }
}

/// Packets of these captures, one after the other, and then the secrets.
fn secrets_behind(captures: &[&[u8]], options: Options) -> Vec<Value> {
    let (mut analyzer, mut json, mut out) = (Analyzer::new(options), Json::lines(), Vec::new());
    let mut print = |record: &sockeye::record::Record<'_>| json.record(record, &mut out).unwrap();
    for capture in captures {
        let mut reader = Reader::open(*capture, &Limits::default()).unwrap();
        while reader.peek().is_some() || reader.fill() {
            let Some(packet) = reader.next_packet() else { continue };
            analyzer.push(&packet, &mut print);
        }
    }
    analyzer.add_keys(&bytes("tls.keys"), &mut print);
    analyzer.finish(&mut print);
    let records = parse_lines(&out);
    records.iter().for_each(validate);
    records
}

/// The sample, from another port of the client, whose sequence numbers are others too.
pub fn from_port(port: u16) -> Vec<u8> {
    let mut capture = bytes("tls.pcap");
    for packet in packets(&capture) {
        let tcp = &mut capture[packet][RECORD_HEADER + 34..];
        let (at, number) = if tcp[..2] == 443_u16.to_be_bytes() { (2, 8) } else { (0, 4) };
        tcp[at..at + 2].copy_from_slice(&port.to_be_bytes());
        tcp[number] ^= 0x40;
    }
    capture
}

#[test]
fn secrets_serve_when_their_connection_is_over() {
    let capture = bytes("tls.pcap");
    let whole = read(&capture, &bytes("tls.keys"), options());
    let options = Options { secrets: Secrets::Late, ..options() };
    let records = secrets_behind(&[&capture], options.clone());
    assert_eq!(said(&records), said(&whole));
    assert_eq!(only(&records, "connection"), only(&whole, "connection"));
    assert_eq!(codes(&records), codes(&whole));
    // Another connection of the same ends takes its place in the meantime.
    let port = u16::from_be_bytes(capture[packets(&capture)[0].clone()][50..52].try_into().unwrap());
    let records = secrets_behind(&[&capture, &from_port(port)], options.clone());
    assert_eq!(told(&records, "connection", "stream verdict"), json!([[0, "pass"], [1, "pass"]]));
    // Nothing will be found for one whose ClientHello is not known: it is over at once.
    let mut unnamed = capture.clone();
    unnamed[packets(&capture)[3].start + RECORD_HEADER + HEADERS + 5] = 0xff;
    let records = secrets_behind(&[&from_port(2000), &unnamed], options);
    assert_eq!(told(&records, "connection", "stream tls.decrypted"), json!([[1, false], [0, true]]));
}

#[test]
fn packets_that_come_while_secrets_are_waited_for_have_rows() {
    let capture = bytes("tls.pcap");
    let late = &capture[packets(&capture)[9].clone()];
    let capture = [&capture[..], late].concat();
    let options = Options { rows: Rows::Packets, secrets: Secrets::Late, ..options() };
    let records = secrets_behind(&[&capture], options.clone());
    let rows = told(&records, "packet", "packet protocol source analysis");
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 25);
    assert_eq!(rows[24], json!([25, "TLSv1.3", rows[9][2], ["retransmission"]]));
    let connection = only(&records, "connection");
    assert_eq!((&connection["verdict"], &connection["frames"]), (&json!("pass"), &json!(10)));
    let without = secrets_behind(&[&capture], Options { secrets: Secrets::Between, ..options });
    assert_eq!(
        told(&without, "packet", "packet protocol info"),
        told(&records, "packet", "packet protocol info")
    );
    assert_eq!(only(&without, "connection")["tls"]["decrypted"], false);
}

#[test]
fn connections_that_wait_for_secrets_when_they_are_over_make_room() {
    let few = Limits { held_total: (64 << 10) * SHARDS as u64, ..Limits::default() };
    for (limits, count, most) in [(Limits::default(), 1030, 1024), (few, 12, 8)] {
        let options = Options { secrets: Secrets::Late, limits, rows: Rows::Messages, ..options() };
        let captures: Vec<Vec<u8>> = (1000..1000 + count).map(from_port).collect();
        let captures: Vec<&[u8]> = captures.iter().map(|capture| &capture[..]).collect();
        let records = secrets_behind(&captures, options);
        let made_room = u64::from(count) - most;
        assert_eq!(only(&records, "summary")["limits_reached"], json!({"tls_lingering": made_room}));
        let told = told(&records, "connection", "tls.decrypted");
        let decrypted: Vec<bool> = told.as_array().unwrap().iter().map(|told| *told == true).collect();
        let expected = [vec![false; made_room as usize], vec![true; most as usize]].concat();
        assert_eq!(decrypted, expected, "the first to end go first");
        assert_eq!(
            codes(&records).as_array().unwrap().iter().filter(|code| *code == "WS905").count() as u64,
            made_room
        );
    }
}

#[test]
fn secrets_in_a_pcapng_serve_wherever_they_stand() {
    let expected = said(&read(&bytes("tls.pcap"), &bytes("tls.keys"), options()));
    for before in [0, 5, 12, 23] {
        let file = pcapng(&bytes("tls.keys"), before);
        let readers = Reader::open(&file[..], &Limits::default()).into_iter().collect();
        let text = render_recording(Recording::new(readers), options(), &mut Json::lines());
        assert_eq!(said(&parse_lines(&text)), expected, "before packet {before}");
    }
    let mut damaged = pcapng(b"CLIENT_RANDOM", 3);
    let at = damaged.windows(4).position(|bytes| bytes == 0x544c_534b_u32.to_le_bytes()).unwrap();
    damaged[at + 4..at + 8].fill(0xff);
    assert_eq!(codes(&read(&damaged, b"", options())), json!(["WS905"]));
}

#[test]
fn secrets_that_do_not_fit_are_named_and_nobody_is_blamed() {
    let wrong: String = String::from_utf8(bytes("tls.keys"))
        .unwrap()
        .lines()
        .map(|line| line[..line.len() - 1].to_owned() + if line.ends_with('0') { "1\n" } else { "0\n" })
        .collect();
    let records = read(&bytes("tls.pcap"), wrong.as_bytes(), options());
    let finding = records.iter().find(|record| record["code"] == "WS910").unwrap();
    let secret = format!(
        "the secret SERVER_HANDSHAKE_TRAFFIC_SECRET of the client random {}",
        finding["details"]["client_random"].as_str().unwrap()
    );
    assert!(finding["text"].as_str().unwrap().contains(&secret), "{finding}");
    let found = told(&records, "finding", "code side details.from details.worked");
    assert_eq!(found, json!([["WS910", "capture", "server", false], ["WS910", "capture", "client", false]]));
    assert_eq!(told(&records, "frame", "frame"), none());
    assert_eq!(told(&records, "connection", "protocol verdict"), json!([["tls", null]]));
}

#[test]
fn secrets_of_one_direction_show_that_direction_and_no_verdict_is_given() {
    for from in ["CLIENT", "SERVER"] {
        let records = read(&bytes("tls.pcap"), &keys_with(&format!("{from}_")), options());
        assert!(codes(&records).as_array().unwrap().contains(&json!("WS905")), "{from}");
        let blamed = records.iter().filter(|r| r["side"] == "client" || r["side"] == "server");
        assert!(blamed.filter(|finding| finding["severity"] != "info").count() == 0, "{from}");
        let verdict = &only(&records, "connection")["verdict"];
        assert!(verdict != "pass" && verdict != "fail", "{from}: {verdict}");
    }
}

#[test]
fn records_that_wait_too_long_are_given_up_and_that_is_told() {
    let limits = Limits { tls_wait: 2000, ..Limits::default() };
    let other = keys_with("EXPORTER_SECRET");
    let foreign = format!("CLIENT_RANDOM {} {}\n", "ab".repeat(32), "cd".repeat(48));
    for (keys, expected) in [(&other, json!(["WS905"])), (&foreign.into_bytes(), json!(["WS905", "WS906"]))] {
        let records = read(&bytes("tls.pcap"), keys, Options { limits, ..options() });
        let mut found = codes(&records).as_array().unwrap().clone();
        found.dedup();
        assert_eq!(json!(found), expected);
        assert_eq!(told(&records, "connection", "protocol"), json!(["tls"]));
    }
}

#[test]
fn no_damage_to_a_record_is_blamed_on_a_peer() {
    let whole = bytes("tls.pcap");
    let mut damaged = 0;
    for packet in packets(&whole) {
        let payload = packet.start + RECORD_HEADER + HEADERS..packet.end;
        for at in payload.clone().step_by((payload.len() / 5).max(1)) {
            let mut capture = whole.clone();
            capture[at] ^= 0x55;
            let records = read(&capture, &bytes("tls.keys"), options());
            let blamed: Vec<&Value> = records
                .iter()
                .filter(|record| record["side"] == "client" || record["side"] == "server")
                .filter(|finding| finding["severity"] != "info")
                .collect();
            assert_eq!(blamed, Vec::<&Value>::new(), "byte {at}");
            assert_ne!(only(&records, "connection")["verdict"], "fail");
            damaged += 1;
        }
    }
    assert!(damaged > 40, "{damaged}");
}

#[test]
fn a_capture_cut_anywhere_is_read_to_the_cut() {
    let whole = bytes("tls.pcap");
    let expected = said(&read(&whole, &bytes("tls.keys"), options()));
    let expected = expected.as_array().unwrap();
    for packet in packets(&whole) {
        let records = read(&whole[..packet.end], &bytes("tls.keys"), options());
        let said = said(&records);
        assert!(expected.starts_with(said.as_array().unwrap()), "cut behind {}", packet.end);
        assert_ne!(only(&records, "connection")["verdict"], "fail");
    }
}

/// Protocol and Info of the packets of a stream that have to do with TLS.
fn named(name: &str, keys: bool, stream: u64) -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls");
    let content = |kind: &str| std::fs::read(folder.join(name).with_extension(kind)).unwrap();
    let keys = if keys { content("keys") } else { Vec::new() };
    let text = render_with_keys(
        &content("pcap")[..],
        &keys,
        Options { rows: Rows::Packets, ..options() },
        &mut Json::lines(),
    );
    let records = parse_lines(&text);
    let of_tls = records.iter().filter(|record| record["type"] == "packet" && record["stream"] == stream);
    let text = |record: &Value, key: &str| record[key].as_str().unwrap().to_owned();
    let of_tls = of_tls.map(|record| (text(record, "protocol"), text(record, "info")));
    of_tls.filter(|(protocol, _)| protocol.starts_with("TLS")).collect()
}

/// Those at the beginning and at the end.
fn assert_named(name: &str, keys: bool, stream: u64, first: &[(&str, &str)], last: (&str, &str)) {
    let named = named(name, keys, stream);
    let named: Vec<_> = named.iter().map(|(protocol, info)| (&protocol[..], &info[..])).collect();
    assert_eq!((&named[..first.len()], named.last()), (first, Some(&last)), "{name} {stream}");
}

const ALERT: &str = "Alert (Level: Warning, Description: Close Notify)";

#[test]
fn records_of_tls13_have_wiresharks_names() {
    let hello = ("TLSv1", "Client Hello (SNI=example.test)");
    let flight =
        "Server Hello, Change Cipher Spec, Encrypted Extensions, Certificate, Certificate Verify, Finished";
    let first = [hello, ("TLSv1.3", flight), ("TLSv1.3", "Change Cipher Spec, Finished")];
    assert_named("tls13", true, 0, &first, ("TLSv1.3", ALERT));
    let data = "Application Data";
    let flight = format!("Server Hello, Change Cipher Spec{}", format!(", {data}").repeat(4));
    let first = [hello, ("TLSv1.3", &flight), ("TLSv1.3", "Change Cipher Spec, Application Data")];
    assert_named("tls13", false, 0, &first, ("TLSv1.3", data));
    let retry = [hello, ("TLSv1.3", "Hello Retry Request, Change Cipher Spec")];
    assert_named("tls13", true, 5, &retry, ("TLSv1.3", ALERT));
    let again = ("TLSv1.3".to_owned(), "Change Cipher Spec, Client Hello (SNI=example.test)".to_owned());
    assert_eq!(named("tls13", true, 5)[2], again);
}

#[test]
fn records_of_tls12_have_wiresharks_names() {
    let hello = ("TLSv1", "Client Hello (SNI=example.test)");
    let flight = ("TLSv1.2", "Server Hello, Certificate, Server Key Exchange, Server Hello Done");
    let [key, ticket] =
        ["Client Key Exchange", "New Session Ticket"].map(|name| format!("{name}, Change Cipher Spec"));
    for (keys, finished, end) in
        [(true, "Finished", ALERT), (false, "Encrypted Handshake Message", "Encrypted Alert")]
    {
        let (key, ticket) = (format!("{key}, {finished}"), format!("{ticket}, {finished}"));
        let first = [hello, flight, ("TLSv1.2", &key), ("TLSv1.2", &ticket), ("TLSv1.2", "Application Data")];
        assert_named("tls12", keys, 0, &first, ("TLSv1.2", end));
    }
    let renegotiation = ("TLSv1.2".to_owned(), "Client Hello (renegotiation)".to_owned());
    assert!(named("tls12", true, 17).contains(&renegotiation));
    assert!(
        named("tls12", false, 17).contains(&("TLSv1.2".to_owned(), "Encrypted Handshake Message".to_owned()))
    );
}

#[test]
fn records_that_cannot_be_decrypted_have_names_too() {
    for keys in [true, false] {
        let key = "Client Key Exchange, Change Cipher Spec, Encrypted Handshake Message";
        let records = named("tls12", keys, 20);
        let names: Vec<&str> = records.iter().map(|(_, info)| &info[..]).collect();
        assert!(records[1..].iter().all(|(protocol, _)| protocol == "TLSv1.1"), "{records:?}");
        assert_eq!(
            (names[2], names[4], names[names.len() - 1]),
            (key, "Application Data", "Encrypted Alert")
        );
    }
}

#[test]
fn without_secrets_what_the_hellos_say_is_told() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls");
    let capture = std::fs::read(folder.join("tls12.pcap")).unwrap();
    let tls = |stream| {
        let records = read(&capture, b"", options());
        let connection = records.iter().find(|r| r["type"] == "connection" && r["stream"] == stream).unwrap();
        connection["tls"].clone()
    };
    let expected = json!({
        "version": "TLS 1.2", "cipher_suite": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "server_name": "example.test",
        "alpn_offered": ["h2", "http/1.1"], "alpn": "http/1.1", "decrypted": false,
    });
    assert_eq!(tls(16), expected);
    let table = String::from_utf8(render_with_keys(
        &capture[..],
        b"",
        options(),
        &mut Table::new(TableOptions::default()),
    ))
    .unwrap();
    let closed: Vec<&str> = table.lines().filter(|line| line.contains("closed (")).collect();
    let suite = "TLS 1.2 with example.test, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
    assert!(
        closed[15].ends_with(&format!("{suite}, ALPN offered: h2 http/1.1, not decrypted")),
        "{}",
        closed[15]
    );
    assert!(closed[16].ends_with(&format!("{suite}, ALPN http/1.1, not decrypted")), "{}", closed[16]);
}

#[test]
fn alerts_have_rows_with_their_names() {
    let table = |keys: &[u8], rows| {
        let options = Options { rows, ..options() };
        String::from_utf8(render_with_keys(
            &bytes("tls.pcap")[..],
            keys,
            options,
            &mut Table::new(TableOptions::default()),
        ))
        .unwrap()
    };
    for rows in [Rows::Frames, Rows::Messages] {
        let table = table(&bytes("tls.keys"), rows);
        let alerts: Vec<&str> = table.lines().filter(|line| line.contains("TLSv1.3")).collect();
        assert_eq!(alerts.len(), 2, "{table}");
        assert!(alerts.iter().all(|row| row.ends_with(ALERT)), "{table}");
    }
    assert!(!table(b"", Rows::Frames).contains("Alert"));
}

/// A file of the captures made with OpenSSL.
fn openssl(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/tls/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn of_tls_inside_of_tls_the_inner_one_is_told() {
    let records = read(&openssl("tunnel.pcap"), &openssl("tunnel.keys"), options());
    assert_eq!(codes(&records), json!(["WS905"]));
    let connection = only(&records, "connection");
    let tls = json!({"version": null, "cipher_suite": null, "server_name": null, "alpn": null, "alpn_offered": [], "decrypted": false});
    assert_eq!((&connection["tls"], &connection["verdict"]), (&tls, &Value::Null));
}
