//! The packet list: every segment of a connection with its flags, its marks and what it carries.

use serde_json::{Value, json};

use super::{none, only, records, told};
use crate::traffic::{ACK, Capture, FIN, REQUEST, RESPONSE, RST, Side, frame, masked};

fn packets(capture: &Capture, keys: &str) -> Value {
    told(&records(capture, "packets"), "packet", keys)
}

#[test]
fn everything_is_told_of_a_packet() {
    let mut capture = Capture::default();
    capture.websocket();
    let records = records(&capture, "packets");
    let expected = json!({
        "type": "packet", "stream": 0, "packet": 4,
        "time": "2023-11-14T22:13:20.003000000Z", "time_relative": 0.003,
        "from": "client", "source": "10.0.0.1:40000", "destination": "10.0.0.2:3000",
        "protocol": "HTTP", "flags": "ACK", "seq": 1, "ack": 1, "length": 40 + REQUEST.len(),
        "analysis": [], "info": "GET /chat HTTP/1.1",
    });
    assert_eq!(records.iter().find(|record| record["packet"] == 4).unwrap(), &expected);
    assert_eq!(told(&records, "frame", "type"), none(), "frames have rows of their own at other zooms");
    assert_eq!(only(&records, "handshake")["packet"], 5);
}

#[test]
fn the_handshake_and_the_end_of_tcp_are_seen_in_the_flags() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.close(tcp);
    assert_eq!(
        packets(&capture, "from flags seq ack protocol info"),
        json!([
            ["client", "SYN", 0, null, "TCP", "40000 → 3000 [SYN] Seq=0 Win=65535 Len=0"],
            ["server", "SYN, ACK", 0, 1, "TCP", "3000 → 40000 [SYN, ACK] Seq=0 Ack=1 Win=65535 Len=0"],
            ["client", "ACK", 1, 1, "TCP", "40000 → 3000 [ACK] Seq=1 Ack=1 Win=65535 Len=0"],
            ["server", "FIN, ACK", 1, 1, "TCP", "3000 → 40000 [FIN, ACK] Seq=1 Ack=1 Win=65535 Len=0"],
            ["client", "FIN, ACK", 1, 2, "TCP", "40000 → 3000 [FIN, ACK] Seq=1 Ack=2 Win=65535 Len=0"],
            ["server", "ACK", 2, 2, "TCP", "3000 → 40000 [ACK] Seq=2 Ack=2 Win=65535 Len=0"],
        ])
    );
}

#[test]
fn each_packet_says_what_it_carries() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    let (begin, rest) = REQUEST.split_at(30);
    capture.client(tcp, begin);
    capture.client(tcp, rest);
    capture.server(tcp, &[RESPONSE, &frame(0x81, b"hello")].concat());
    capture.segment(tcp, Side::Client, ACK, b"");
    capture.client(tcp, &[masked(0x89, b""), masked(0x01, b"a")].concat());
    capture.client(tcp, &masked(0x80, b"bcdefgh")[..7]);
    capture.client(tcp, &masked(0x80, b"bcdefgh")[7..]);
    capture.segment(tcp, Side::Server, FIN | ACK, &frame(0x88, b""));
    capture.segment(tcp, Side::Client, RST, b"");
    let rows = packets(&capture, "packet protocol info");
    assert_eq!(
        rows.as_array().unwrap()[3..],
        [
            json!([4, "TCP", format!("40000 → 3000 [ACK] Seq=1 Ack=1 Win=65535 Len={}", begin.len())]),
            json!([5, "HTTP", "GET /chat HTTP/1.1"]),
            json!([6, "WebSocket", "HTTP/1.1 101 Switching Protocols; Text [FIN]"]),
            json!([7, "TCP", "40000 → 3000 [ACK] Seq=145 Ack=137 Win=65535 Len=0"]),
            json!([8, "WebSocket", "Ping [FIN] [MASKED]; Text [MASKED]"]),
            json!([9, "WebSocket", "40000 → 3000 [ACK] Seq=158 Ack=137 Win=65535 Len=7"]),
            json!([10, "WebSocket", "Continuation [FIN] [MASKED]"]),
            json!([11, "WebSocket", "Close [FIN]; 3000 → 40000 [FIN, ACK] Seq=137 Ack=171 Win=65535 Len=2"]),
            json!([12, "TCP", "40000 → 3000 [RST] Seq=171 Win=65535 Len=0"]),
        ]
    );
}

#[test]
fn plain_tcp_and_plain_http_look_like_what_they_are() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.client(tcp, b"\x00\x01\x02");
    let http = capture.connection();
    capture.client(http, b"GET / HTTP/1.1\r\n\r\n");
    capture.server(http, b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
    capture.server(http, b"abc");
    assert_eq!(
        packets(&capture, "stream protocol info"),
        json!([
            [0, "TCP", "40000 → 3000 [ACK] Seq=1 Ack=1 Win=65535 Len=3"],
            [1, "HTTP", "GET / HTTP/1.1"],
            [1, "HTTP", "HTTP/1.1 200 OK"],
            [1, "HTTP", "3000 → 40001 [ACK] Seq=39 Ack=19 Win=65535 Len=3"],
        ])
    );
}

#[test]
fn marks_tell_how_a_segment_stands_to_those_before() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    let client = |capture: &mut Capture, text: &[u8]| capture.client(tcp, &masked(0x81, text));
    client(&mut capture, b"one");
    capture.repeat(5);
    client(&mut capture, b"two");
    let late = capture.packets.pop().unwrap();
    client(&mut capture, b"three");
    let waits_for = capture.next(tcp, Side::Client).wrapping_sub(2 * 6 + 3 + 5);
    capture.segment_acking(tcp, Side::Server, ACK, waits_for, b"");
    capture.segment_acking(tcp, Side::Server, ACK, waits_for, b"");
    capture.packets.push(late);
    assert_eq!(
        packets(&capture, "packet analysis").as_array().unwrap()[5..],
        [
            json!([6, []]),
            json!([7, ["retransmission"]]),
            json!([8, ["lost-segment"]]),
            json!([9, []]),
            json!([10, ["duplicate-ack"]]),
            json!([11, ["out-of-order"]]),
        ]
    );
}

#[test]
fn findings_stand_behind_the_row_of_their_packet() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &[frame(0x81, b"bare"), frame(0x83, b"")].concat());
    capture.server(tcp, &frame(0x81, b"fine"));
    let records = records(&capture, "packets");
    let order: Vec<String> = records
        .iter()
        .filter(|record| record["type"] == "packet" || record["type"] == "finding")
        .map(|record| {
            let what = record.get("code").unwrap_or(&record["type"]).as_str().unwrap();
            format!("{what} {}", record["packet"])
        })
        .collect();
    let expected = ["packet 5", "packet 6", "WS201 6", "WS201 6", "WS203 6", "packet 7", "WS420 7"];
    assert_eq!(order[4..], expected);
}

#[test]
fn late_packets_of_an_ended_connection_have_their_rows() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x81, b"hi"));
    capture.close(tcp);
    capture.repeat(5);
    let rows = packets(&capture, "packet stream from analysis");
    assert_eq!(rows.as_array().unwrap()[9], json!([10, 0, "client", ["retransmission"]]));
    let records = records(&capture, "packets");
    assert_eq!(told(&records, "connection", "packet frames"), json!([[9, 1]]));
}
