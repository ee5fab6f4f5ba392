//! One recording from several captures, and connections beside each other.

use serde_json::json;
use sockeye::analyzer::{Options, Rows};
use sockeye::capture::{Reader, Recording};
use sockeye::report::Json;

use super::{at_frames, none, told};
use crate::output::{self, render, render_recording};
use crate::traffic::{Capture, Packet, frame, masked, pcap};

/// Two connections that take turns.
fn taking_turns() -> Capture {
    let mut capture = Capture::default();
    let connections = [capture.websocket(), capture.websocket()];
    for number in 0..6 {
        let text = format!("{number}");
        for tcp in connections {
            capture.client(tcp, &masked(0x81, text.as_bytes()));
            capture.server(tcp, &frame(0x81, text.as_bytes()));
        }
    }
    connections.into_iter().for_each(|tcp| capture.close(tcp));
    capture
}

#[test]
fn connections_beside_each_other_are_kept_apart() {
    let records = at_frames(&taking_turns());
    for stream in [0, 1] {
        let frames = told(&records, "frame", "stream frame from payload.text");
        let own: Vec<_> = frames.as_array().unwrap().iter().filter(|frame| frame[0] == stream).collect();
        let expected: Vec<_> = (0..6)
            .flat_map(|number| {
                let text = number.to_string();
                [
                    json!([stream, 2 * number + 1, "client", text]),
                    json!([stream, 2 * number + 2, "server", text]),
                ]
            })
            .collect();
        assert_eq!(own, expected.iter().collect::<Vec<_>>());
    }
    assert_eq!(told(&records, "connection", "stream frames"), json!([[0, 12], [1, 12]]));
}

#[test]
fn the_same_ends_in_two_vlans_are_one_connection() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x81, b"hi"));
    capture.server(tcp, &frame(0x81, b"hello"));
    capture.close(tcp);
    let untagged = at_frames(&capture);
    for (index, packet) in capture.packets.iter_mut().enumerate() {
        let vlan = 10 + index as u8 % 2;
        let ethernet = [&[2; 12][..], &[0x81, 0, 0, vlan, 0x08, 0]].concat();
        packet.captured += ethernet.len();
        packet.bytes.splice(..0, ethernet);
    }
    let mut file = capture.pcap();
    file[20..24].copy_from_slice(&1_u32.to_le_bytes()); // Ethernet
    let records = output::records(&file, "frames");
    let frames = told(&records, "frame", "stream from payload.text");
    assert_eq!(frames, json!([[0, "client", "hi"], [0, "server", "hello"]]));
    assert_eq!(frames, told(&untagged, "frame", "stream from payload.text"));
    assert_eq!(
        told(&records, "connection", "ended_by missing_bytes"),
        told(&untagged, "connection", "ended_by missing_bytes")
    );
}

#[test]
fn several_captures_are_one_in_the_order_of_time() {
    let packets = taking_turns().packets;
    let part = |index: usize| -> Vec<Packet> {
        packets
            .iter()
            .enumerate()
            .filter(|(at, _)| at % 3 == index)
            .map(|(_, packet)| packet.clone())
            .collect()
    };
    let (head, tail) = packets.split_at(17);
    for parts in [vec![part(2), part(0), part(1)], vec![tail.to_vec(), head.to_vec()]] {
        for rows in [Rows::Packets, Rows::Frames, Rows::Messages] {
            let options = Options { rows, payload: usize::MAX, ..Options::default() };
            let files: Vec<Vec<u8>> = parts.iter().map(|part| pcap(part)).collect();
            let readers = files.iter().map(|file| Reader::open(&file[..], &options.limits).unwrap());
            let merged = render_recording(Recording::new(readers.collect()), options, &mut Json::lines());
            let whole = render(&pcap(&packets), rows, &mut Json::lines());
            assert_eq!(String::from_utf8(merged), String::from_utf8(whole));
        }
    }
}

#[test]
fn a_capture_without_packets_has_its_first_and_last_record() {
    let records = at_frames(&Capture::default());
    let kinds: Vec<_> = records.iter().map(|record| &record["type"]).collect();
    assert_eq!(kinds, ["capture", "summary"]);
    assert_eq!(told(&records, "summary", "packets link_types"), json!([[0, []]]));
    assert_eq!(told(&records, "finding", "code"), none());
}
