//! What rows of packets hold of the heads and frames that their packets complete.

use sockeye::analyzer::{Analyzer, Options, Rows};
use sockeye::base::Limits;
use sockeye::capture::{Reader, Recording};
use sockeye::filter::Filter;
use sockeye::record::{Frame, Head, Record};

use crate::samples::bytes;
use crate::traffic::{Capture, frame, masked};

/// What each frame holds, shown with its packet.
fn frames(capture: &[u8], options: Options, show: impl Fn(&Frame<'_>) -> String) -> Vec<(u64, String)> {
    let mut shown = Vec::new();
    analyze(capture, options, |record| match record {
        Record::Packet(row) => {
            shown.extend(row.frames.iter().map(|frame| (row.place.packet, show(&frame))));
        }
        Record::Frame(frame) => shown.push((frame.place.packet, show(frame))),
        _ => {}
    });
    shown
}

fn analyze(capture: &[u8], options: Options, mut out: impl FnMut(&Record<'_>)) {
    let mut recording = Recording::new(vec![Reader::open(capture, &options.limits).unwrap()]);
    let mut analyzer = Analyzer::new(options);
    loop {
        while let Some(packet) = recording.next_packet() {
            analyzer.push(&packet, &mut out);
        }
        if !recording.fill() {
            break;
        }
    }
    analyzer.finish(&mut out);
}

fn options(rows: Rows, payload: usize) -> Options {
    Options { rows, payload, ..Options::default() }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_frame_is_the_same_in_the_row_of_its_packet_as_in_its_own() {
    for sample in ["echo.pcap", "close.pcap", "compressed.pcap", "heartbeat.pcap", "violations.pcap"] {
        for payload in [0, 3, usize::MAX] {
            let show = |frame: &Frame<'_>| {
                let joined = frame.joined.map(|joined| (joined.fragments, joined.wire_length));
                format!("{:?} {joined:?}", Frame { joined: None, ..frame.clone() })
            };
            let [packets, frames] = [Rows::Packets, Rows::Frames]
                .map(|rows| frames(&bytes(sample), options(rows, payload), show));
            assert!(packets.len() > 3, "{sample}");
            assert_eq!(packets, frames, "{sample} with payloads of {payload} bytes");
        }
    }
}

#[test]
fn the_packet_of_the_last_fragment_has_the_whole_message() {
    let show = |frame: &Frame<'_>| {
        frame.joined.map_or_else(String::new, |joined| {
            format!("{} of {}: {}", joined.fragments, joined.wire_length, text(joined.payload.unwrap()))
        })
    };
    let mut joined = frames(&bytes("fragments.pcap"), options(Rows::Packets, usize::MAX), show);
    joined.retain(|(_, text)| !text.is_empty());
    assert_eq!(joined[0], (13, "3 of 19: and ahappy newyear!".to_owned()));
}

#[test]
fn a_pong_is_measured_from_the_ping_that_it_repeats() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    for ping in [&b"one"[..], b"two", b""] {
        capture.server(tcp, &frame(0x89, ping));
    }
    for pong in [&b"two"[..], b"one", b"", b"", b"three"] {
        capture.client(tcp, &masked(0x8a, pong));
    }
    capture.server(tcp, &frame(0x8a, b"two"));
    let capture = capture.pcap();
    // A packet comes every millisecond.
    let expected = [("two", 2), ("", 3)].map(|(pong, millis)| format!("{pong} {}", millis * 1_000_000));
    for rows in [Rows::Packets, Rows::Frames, Rows::Messages] {
        let mut delays = Vec::new();
        analyze(&capture, options(rows, usize::MAX), |record| match record {
            Record::Packet(row) => delays.extend(row.frames.iter().filter_map(|frame| delay(&frame))),
            Record::Frame(frame) => delays.extend(delay(frame)),
            Record::Message(message) => {
                let payload = message.payload.map(|payload| text(payload.bytes())).unwrap();
                delays.extend(message.ping_nanos.map(|nanos| format!("{payload} {nanos}")));
            }
            _ => {}
        });
        assert_eq!(delays, expected, "{rows:?}");
    }
}

fn delay(frame: &Frame<'_>) -> Option<String> {
    frame.ping_nanos.map(|nanos| format!("{} {nanos}", text(frame.payload.bytes())))
}

#[test]
fn a_packet_has_the_heads_that_it_completes() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    let (first, rest) = (b"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHo", b"st: y\r\n\r\n");
    capture.client(tcp, first);
    capture.client(tcp, rest);
    capture.server(tcp, b"HTTP/1.1 204 No Content\r\n\r\n");
    let mut heads = Vec::new();
    analyze(&capture.pcap(), options(Rows::Packets, 0), |record| {
        let Record::Packet(row) = record else { return };
        assert_eq!(row.head_count, row.heads.len() as u64);
        heads.extend(row.heads.iter().map(|head| match head {
            Head::Request(head) => (row.place.packet, text(head.headers.get("host").unwrap())),
            Head::Response(head) => (row.place.packet, head.status.to_string()),
        }));
    });
    assert_eq!(heads, [(4, "x".to_owned()), (5, "y".to_owned()), (6, "204".to_owned())]);
}

#[test]
fn what_the_row_of_a_packet_leaves_out_is_told() {
    let limits = Limits { payload: 10, ..Limits::default() };
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.server(tcp, &[frame(0x82, &[1; 9]), frame(0x82, &[2; 9]), frame(0x82, &[3; 9])].concat());
    capture.server(tcp, &frame(0x82, &[4; 9]));
    for (payload, expected) in [(usize::MAX, vec![9, 9, 2, 9]), (0, vec![0; 4])] {
        let (mut kept, mut told) = (Vec::new(), Vec::new());
        analyze(
            &capture.pcap(),
            Options { limits, ..options(Rows::Packets, payload) },
            |record| match record {
                Record::Packet(row) => {
                    kept.extend(row.frames.iter().map(|frame| frame.payload.bytes().len()))
                }
                Record::Finding(finding) => told.push(finding.text.to_owned()),
                _ => {}
            },
        );
        assert_eq!(kept, expected);
        assert_eq!(told.len(), usize::from(payload > 0), "{told:?}");
    }
}

#[test]
fn filters_reach_what_a_packet_completes() {
    for (sample, filter, expected) in [
        ("fragments.pcap", "websocket.fragment.count == 3 and websocket.reassembled.length == 19", &[13][..]),
        ("close.pcap", "websocket.payload.close.status_code == 1002", &[23, 24]),
        ("echo.pcap", "http.request", &[4]),
        ("echo.pcap", "http.response.code == 101", &[6]),
    ] {
        let filter = Filter::parse(filter).unwrap();
        let mut found = Vec::new();
        analyze(&bytes(sample), options(Rows::Packets, 0), |record| match record {
            Record::Packet(row) if filter.matches(record) => found.push(row.place.packet),
            _ => {}
        });
        assert_eq!(found.get(..expected.len()), Some(expected), "{sample} {filter}");
    }
}
