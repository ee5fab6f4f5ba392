//! Captures made to exhaust memory, to turn a record into another's, or to have a peer blamed for what the capture
//! does not show.

use serde_json::Value;
use sockeye::analyzer::{Analyzer, Options, Rows};
use sockeye::base::{Limits, Timestamp};
use sockeye::capture::{LinkType, Packet};
use sockeye::record::{Payload, Record};
use sockeye::report::{Report, Table, TableOptions};

use crate::output::{records, rows};

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;
const FIN: u8 = 0x01;
const REQUEST: &[u8] = b"GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// Packets of raw IPv4, one a millisecond.
#[derive(Default)]
struct Capture(Vec<Vec<u8>>);

/// A connection from this port of 10.0.0.1 to port 3000 of 10.0.0.2, with the next sequence numbers of both.
struct Tcp {
    port: u16,
    next: [u32; 2],
}

impl Capture {
    fn opened(&mut self, port: u16) -> Tcp {
        let mut tcp = Tcp { port, next: [1000, 5000] };
        self.segment(&mut tcp, 0, SYN, b"");
        self.segment(&mut tcp, 1, SYN | ACK, b"");
        self.segment(&mut tcp, 0, ACK, b"");
        tcp
    }

    fn websocket(&mut self, port: u16) -> Tcp {
        let mut tcp = self.opened(port);
        self.segment(&mut tcp, 0, ACK, REQUEST);
        self.segment(&mut tcp, 1, ACK, RESPONSE);
        tcp
    }

    /// `from` is 0 for the client. A total length of 0, as offload writes it, leaves room for any payload.
    fn segment(&mut self, tcp: &mut Tcp, from: usize, flags: u8, payload: &[u8]) {
        let ends = [([10, 0, 0, 1], tcp.port), ([10, 0, 0, 2], 3000)];
        let (sender, receiver) = (ends[from], ends[1 - from]);
        let mut packet = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0];
        packet.extend(sender.0.into_iter().chain(receiver.0));
        packet.extend(sender.1.to_be_bytes().into_iter().chain(receiver.1.to_be_bytes()));
        packet.extend(tcp.next[from].to_be_bytes());
        packet.extend(if flags & ACK == 0 { [0; 4] } else { tcp.next[1 - from].to_be_bytes() });
        packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend(payload);
        self.0.push(packet);
        tcp.next[from] += payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
    }

    /// As a pcap, for the JSON output.
    fn records(&self, zoom: &str) -> Vec<Value> {
        let mut file = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
        file.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 101, 0, 0, 0]);
        for (millis, packet) in (0u32..).zip(&self.0) {
            let length = packet.len() as u32;
            for number in [1_700_000_000 + millis / 1000, millis % 1000 * 1000, length, length] {
                file.extend(number.to_le_bytes());
            }
            file.extend(packet);
        }
        records(&file, zoom)
    }

    /// Straight into the analyzer.
    fn analyze(&self, options: Options, mut out: impl FnMut(&Record<'_>)) {
        let mut analyzer = Analyzer::new(options);
        for (millis, data) in (0i64..).zip(&self.0) {
            analyzer.push(&packet(millis, LinkType::RAW, data), &mut out);
        }
        analyzer.finish(&mut out);
    }
}

fn packet(millis: i64, link_type: LinkType, data: &[u8]) -> Packet<'_> {
    let time = Timestamp::from_nanos(millis * 1_000_000);
    Packet { time, link_type, original_length: data.len() as u32, data }
}

fn options(rows: Rows, payload: usize) -> Options {
    Options { rows, payload, ..Options::default() }
}

/// Codes of the findings, in order.
fn codes(records: &[Value]) -> Vec<&str> {
    records.iter().filter_map(|record| record["code"].as_str()).collect()
}

#[test]
fn a_hundred_thousand_findings_of_one_packet_stand_behind_its_row() {
    let mut capture = Capture::default();
    let mut tcp = capture.websocket(40000);
    // Each frame is unmasked and has a reserved opcode.
    capture.segment(&mut tcp, 0, ACK, &[0x83, 0x00].repeat(50_000));
    let (mut row, mut behind) = (0, 0);
    capture.analyze(options(Rows::Packets, 0), |record| match record {
        Record::Packet(packet) => row = packet.place.packet,
        Record::Finding(finding) => {
            assert_eq!((row, finding.place.unwrap().packet), (6, 6));
            behind += 1;
        }
        _ => {}
    });
    assert_eq!(behind, 100_000);
}

#[test]
fn reasons_and_link_types_made_up_by_the_capture_do_not_fill_the_memory() {
    let mut analyzer = Analyzer::new(options(Rows::Frames, 0));
    for number in 0..1000u16 {
        let family = (u32::from(number) + 100).to_be_bytes();
        analyzer.push(&packet(0, LinkType::NULL, &family), &mut |_| {});
        analyzer.push(&packet(0, LinkType(number + 2000), b""), &mut |_| {});
    }
    let mut told = None;
    analyzer.finish(&mut |record| {
        if let Record::Summary(summary) = record {
            told = Some(summary.clone());
        }
    });
    let summary = told.unwrap();
    assert!(summary.not_decoded.len() <= 65, "{} reasons", summary.not_decoded.len());
    assert_eq!(summary.not_decoded.iter().map(|entry| entry.packets).sum::<u64>(), 2000);
    assert_eq!(summary.link_types.len(), 1001, "each of the 16-bit numbers can be told");
}

#[test]
fn extensions_that_are_not_understood_are_one_finding() {
    let mut capture = Capture::default();
    let mut tcp = capture.opened(40000);
    let extensions = b"Sec-WebSocket-Extensions: x-a, x-b; y=1, permessage-deflate\r\n\r\n";
    capture.segment(&mut tcp, 0, ACK, &[&REQUEST[..REQUEST.len() - 2], extensions].concat());
    capture.segment(&mut tcp, 1, ACK, &[&RESPONSE[..RESPONSE.len() - 2], extensions].concat());
    let records = capture.records("frames");
    assert_eq!(codes(&records), ["WS911"]);
    let finding = &rows(&records, "finding")[0];
    assert_eq!(finding["details"]["extensions"], serde_json::json!(["x-a", "x-b"]));
}

#[test]
fn a_handshake_without_an_answer_stands_at_its_own_connection_s_last_packet() {
    let mut capture = Capture::default();
    let mut silent = capture.opened(40000);
    capture.segment(&mut silent, 0, ACK, REQUEST);
    capture.websocket(40001);
    let records = capture.records("frames");
    let unanswered =
        rows(&records, "handshake").into_iter().find(|row| row["outcome"] == "unanswered").unwrap();
    assert_eq!((&unanswered["stream"], &unanswered["packet"]), (&0.into(), &4.into()));
    assert_eq!(codes(&records), ["WS111"], "that the capture ended first is nobody's fault");
}

#[test]
fn a_server_that_ends_the_connection_instead_of_answering_is_told() {
    let mut capture = Capture::default();
    let mut silent = capture.opened(40000);
    capture.segment(&mut silent, 0, ACK, REQUEST);
    capture.segment(&mut silent, 1, ACK | FIN, b"");
    capture.segment(&mut silent, 0, ACK | FIN, b"");
    capture.segment(&mut silent, 1, ACK, b"");
    assert_eq!(codes(&capture.records("frames")), ["WS133"]);
}

#[test]
fn a_101_to_something_else_is_a_rejected_handshake() {
    let mut capture = Capture::default();
    let mut tcp = capture.opened(40000);
    capture.segment(&mut tcp, 0, ACK, REQUEST);
    let response = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\nConnection: Upgrade\r\n\r\n\x81\x00";
    capture.segment(&mut tcp, 1, ACK, response);
    let records = capture.records("frames");
    let handshakes = rows(&records, "handshake");
    assert_eq!((handshakes.len(), &handshakes[0]["outcome"]), (1, &"rejected".into()));
    assert_eq!((codes(&records), rows(&records, "frame").len()), (vec!["WS132"], 0));
}

#[test]
fn a_shortened_text_stays_text_and_a_close_is_shortened_too() {
    let mut capture = Capture::default();
    let mut tcp = capture.websocket(40000);
    capture.segment(&mut tcp, 1, ACK, &[&[0x81, 6][..], "aé世".as_bytes()].concat());
    capture.segment(&mut tcp, 1, ACK, &[0x88, 5, 0x03, 0xe8, b'b', b'y', b'e']);
    for (most, text, close) in [(0, "", 0), (1, "a", 1), (2, "a", 2), (5, "aé", 5), (6, "aé世", 5)] {
        let mut frames = 0;
        capture.analyze(options(Rows::Frames, most), |record| {
            let Record::Frame(frame) = record else { return };
            frames += 1;
            if frame.close.is_none() {
                assert_eq!((frame.payload, frame.truncated), (Payload::Text(text), most < 6), "{most}");
            } else {
                assert_eq!((frame.payload.bytes().len(), frame.truncated), (close, most < 5), "{most}");
                assert_eq!(frame.close.and_then(|close| close.code), Some(1000));
            }
        });
        assert_eq!(frames, 2);
    }
}

#[test]
fn a_cap_that_shortens_a_message_is_told() {
    let mut capture = Capture::default();
    let mut tcp = capture.websocket(40000);
    capture.segment(&mut tcp, 1, ACK, &[&[0x82, 100][..], &[7; 100]].concat());
    for rows in [Rows::Frames, Rows::Messages] {
        let limits = Limits { payload: 10, ..Limits::default() };
        let mut reached = Vec::new();
        capture.analyze(Options { rows, payload: usize::MAX, limits, ..Options::default() }, |record| {
            match record {
                Record::Finding(finding) => reached.push(finding.code.to_owned()),
                Record::Summary(summary) => assert_eq!(summary.limits_reached.get("payload"), Some(&1)),
                _ => {}
            }
        });
        assert_eq!(reached, ["WS906"]);
    }
}

#[test]
fn a_payload_of_which_nothing_is_shown_is_marked_in_the_table() {
    let mut capture = Capture::default();
    let mut tcp = capture.websocket(40000);
    capture.segment(&mut tcp, 1, ACK, &[0x82, 1, 7, 0x89, 0]);
    let mut table = Table::new(TableOptions::default());
    let mut out = Vec::new();
    capture.analyze(options(Rows::Frames, 0), |record| table.record(record, &mut out).unwrap());
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains("Binary [FIN] …\n") && out.contains("Ping [FIN]\n"), "{out}");
}

#[test]
fn tunnels_inside_each_other_are_followed_to_a_depth_that_is_told() {
    for (tunnels, frames, limits) in [(4, 1, vec![]), (5, 0, vec!["WS906"])] {
        let mut capture = Capture::default();
        let mut tcp = capture.opened(40000);
        for _ in 0..tunnels {
            capture.segment(&mut tcp, 0, ACK, b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n");
            capture.segment(&mut tcp, 1, ACK, b"HTTP/1.1 200 OK\r\n\r\n");
        }
        capture.segment(&mut tcp, 0, ACK, REQUEST);
        capture.segment(&mut tcp, 1, ACK, &[RESPONSE, &[0x81, 2, b'h', b'i']].concat());
        let records = capture.records("frames");
        assert_eq!((rows(&records, "frame").len(), codes(&records)), (frames, limits));
    }
}

#[test]
fn answers_that_a_101_overtook_are_no_frames_when_their_requests_are_missing() {
    let mut capture = Capture::default();
    let mut tcp = Tcp { port: 40000, next: [1000, 5000] };
    capture.segment(&mut tcp, 1, ACK, RESPONSE);
    capture.segment(&mut tcp, 1, ACK, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let records = capture.records("frames");
    assert!(rows(&records, "frame").is_empty());
    assert_eq!(codes(&records), ["WS904"], "and nobody is blamed");
}

#[test]
fn a_first_segment_too_short_to_tell_does_not_hide_who_the_client_is() {
    let mut capture = Capture::default();
    // Without a SYN the end with the lower port is taken for the server; here it is the client.
    let mut tcp = Tcp { port: 1000, next: [1000, 5000] };
    capture.segment(&mut tcp, 0, ACK, &REQUEST[..1]);
    capture.segment(&mut tcp, 0, ACK, &REQUEST[1..]);
    capture.segment(&mut tcp, 1, ACK, RESPONSE);
    let connection = rows(&capture.records("frames"), "connection").remove(0);
    assert_eq!(connection["client"], "10.0.0.1:1000");
    assert_eq!(
        (&connection["sides_known_by"], &connection["protocol"]),
        (&"handshake".into(), &"websocket".into())
    );
}

#[test]
fn an_answer_that_the_capture_lacks_is_not_called_missing() {
    let mut capture = Capture::default();
    let mut tcp = Tcp { port: 40000, next: [1000, 5000] };
    capture.segment(&mut tcp, 0, ACK, REQUEST);
    tcp.next[1] += RESPONSE.len() as u32;
    capture.segment(&mut tcp, 0, ACK, b"\x81\x80\x00\x00\x00\x00");
    let handshake = rows(&capture.records("frames"), "handshake").remove(0);
    assert_eq!((&handshake["outcome"], &handshake["response"]), (&Value::Null, &Value::Null));
}

/// Frames of the client without a handshake, behind these bytes; what the connection is taken for.
fn behind(bytes: &[u8]) -> String {
    let mut capture = Capture::default();
    let mut tcp = Tcp { port: 40000, next: [1000, 5000] };
    for chunk in bytes.chunks(1400) {
        capture.segment(&mut tcp, 0, ACK, chunk);
    }
    for text in [&b"a first text"[..], b"the second text", b"one more", b"and the last of them"] {
        let frame = [&[0x81, 0x80 | text.len() as u8, 0, 0, 0, 0][..], text].concat();
        capture.segment(&mut tcp, 0, ACK, &frame);
    }
    rows(&capture.records("frames"), "connection")[0]["protocol"].as_str().unwrap().to_owned()
}

#[test]
fn unknown_traffic_is_searched_for_frames_until_another_protocol_explains_it_or_there_is_too_much() {
    assert_eq!(behind(b"\x00\x01\x02\x03"), "websocket");
    assert_eq!(behind(b"\x16\x03\x01\x00\x40 a record of TLS"), "tls");
    assert_eq!(behind(b"SSH-2.0-OpenSSH\r\n"), "unknown");
    assert_eq!(behind(&[0; 300 << 10]), "unknown");
}
