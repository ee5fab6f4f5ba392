//! What must hold however the bytes arrive: in the capture, and from its file.

use std::io::{self, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::Value;
use sockeye::analyzer::Options;
use sockeye::report::{Json, Table, TableOptions};

use crate::output::{ROWS, records, render, render_with, rows};
use crate::traffic::{ACK, Capture, Packet, REQUEST, RESPONSE, Side, Tcp, encode, pcap};

/// A frame that one side sends.
type Frame = (u8, Option<[u8; 4]>, Vec<u8>);

/// What the two sides say behind their handshake.
#[derive(Debug, Clone)]
struct Talk {
    client: Vec<Frame>,
    server: Vec<Frame>,
}

impl Talk {
    /// All bytes of a side, its head included.
    fn bytes(&self, side: Side) -> Vec<u8> {
        let (head, frames) = match side {
            Side::Client => (REQUEST, &self.client),
            Side::Server => (RESPONSE, &self.server),
        };
        let frames = frames.iter().flat_map(|(first, key, payload)| encode(*first, *key, payload));
        head.iter().copied().chain(frames).collect()
    }
}

fn frames(masked: bool) -> impl Strategy<Value = Vec<Frame>> {
    // Messages of one frame or more, pings between their frames.
    let first = prop::sample::select(vec![0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8a]);
    let key = any::<[u8; 4]>().prop_map(move |key| masked.then_some(key));
    let length = prop_oneof![8 => 0..20usize, 1 => 120..140usize, 1 => 1000..3000usize];
    let payload = length.prop_flat_map(|length| prop::collection::vec(any::<u8>(), length));
    prop::collection::vec((first, key, payload), 0..8)
}

fn talk() -> impl Strategy<Value = Talk> {
    (frames(true), frames(false)).prop_map(|(client, server)| Talk { client, server })
}

/// How bytes become segments: after how many bytes each ends, over and over.
fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![1..10usize, 1..1400usize], 1..6)
}

/// The talk as a capture: each side's bytes in segments, the two sides taking turns, head before head.
fn capture(talk: &Talk, initial: [u32; 2], cuts: &[usize]) -> Capture {
    let mut capture = Capture::default();
    let tcp = capture.between("10.0.0.1:40000", "10.0.0.2:3000", initial);
    capture.open(tcp);
    let [client, server] = [Side::Client, Side::Server].map(|side| talk.bytes(side));
    let (request, client) = client.split_at(REQUEST.len());
    let (response, server) = server.split_at(RESPONSE.len());
    let mut lengths = cuts.iter().copied().cycle();
    send(&mut capture, tcp, [request, b""], &mut lengths);
    send(&mut capture, tcp, [b"", response], &mut lengths);
    send(&mut capture, tcp, [client, server], &mut lengths);
    capture.close(tcp);
    capture
}

fn send(capture: &mut Capture, tcp: Tcp, bytes: [&[u8]; 2], lengths: &mut impl Iterator<Item = usize>) {
    let [mut client, mut server] = bytes;
    while !(client.is_empty() && server.is_empty()) {
        for (side, bytes) in [(Side::Client, &mut client), (Side::Server, &mut server)] {
            let (segment, rest) = bytes.split_at(lengths.next().unwrap_or(1).min(bytes.len()));
            *bytes = rest;
            if !segment.is_empty() {
                capture.segment(tcp, side, ACK, segment);
            }
        }
    }
}

/// Where the head of a TCP segment ends: IPv4 and TCP without options.
const HEADERS: usize = 40;

/// What the network and the capture do to packets without loss.
#[derive(Debug, Clone)]
struct Disorder {
    /// Packets that come again, and how many places later.
    again: Vec<(prop::sample::Index, usize)>,
    /// Packets that come again together with the next of their side.
    joined: Vec<prop::sample::Index>,
    /// Packets that change places with the one behind.
    swapped: Vec<prop::sample::Index>,
}

fn disorder() -> impl Strategy<Value = Disorder> {
    let index = || prop::collection::vec(any::<prop::sample::Index>(), 0..6);
    let again = prop::collection::vec((any::<prop::sample::Index>(), 1..4usize), 0..6);
    (again, index(), index()).prop_map(|(again, joined, swapped)| Disorder { again, joined, swapped })
}

impl Disorder {
    /// The three-way handshake and the end stay where they are; of all else the times stay and the packets move.
    fn applied(&self, clean: &[Packet]) -> Vec<Packet> {
        let mut packets: Vec<Packet> = clean[3..clean.len() - 3].to_vec();
        for at in &self.joined {
            let at = at.index(packets.len());
            if let Some(joined) = joined(&packets, at) {
                packets.insert(at + 1, joined);
            }
        }
        for (at, later) in &self.again {
            let at = at.index(packets.len());
            let to = (at + later).min(packets.len());
            packets.insert(to, packets[at].clone());
        }
        for at in &self.swapped {
            let at = at.index(packets.len() - 1);
            packets.swap(at, at + 1);
        }
        let mut all = clean[..3].to_vec();
        all.extend(packets);
        all.extend_from_slice(&clean[clean.len() - 3..]);
        for (packet, at) in all.iter_mut().zip(0..) {
            packet.micros = clean[0].micros + at;
        }
        all
    }
}

/// The payloads of a packet and of the next from the same side, in one segment: an overlap with the same content.
fn joined(packets: &[Packet], at: usize) -> Option<Packet> {
    let packet = &packets[at];
    let next = packets[at + 1..].iter().find(|other| other.bytes[12..16] == packet.bytes[12..16])?;
    let sequence = |packet: &Packet| u32::from_be_bytes(packet.bytes[24..28].try_into().unwrap());
    let length = (packet.bytes.len() - HEADERS) as u32;
    if sequence(next) != sequence(packet).wrapping_add(length) {
        return None;
    }
    let mut bytes = packet.bytes.clone();
    bytes.extend_from_slice(&next.bytes[HEADERS..]);
    let total = (bytes.len() as u16).to_be_bytes();
    bytes[2..4].copy_from_slice(&total);
    // Sent when both had been sent, it acknowledges what the later one did.
    bytes[28..32].copy_from_slice(&next.bytes[28..32]);
    Some(Packet { captured: bytes.len(), bytes, ..packet.clone() })
}

/// What is said of a connection whatever the way of its bytes: the numbers of packets and frames, times and what
/// depends on the order of the two sides are left out, and each side's records come for itself.
fn said(records: &[Value], kind: &str) -> Vec<Value> {
    let mut said = Vec::new();
    for side in ["client", "server"] {
        let of_side = records.iter().filter(|record| record["type"] == kind && record["from"] == side);
        said.extend(of_side.map(|record| {
            let mut record = record.clone();
            let object = record.as_object_mut().unwrap();
            for key in ["packet", "packets", "time", "time_relative", "frame", "frames", "message"] {
                object.remove(key);
            }
            record
        }));
    }
    said
}

fn handshake(records: &[Value]) -> Value {
    let mut handshake = rows(records, "handshake").remove(0);
    for pointer in ["", "/request", "/response"] {
        let object = handshake.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        for key in ["packet", "time", "time_relative"] {
            object.remove(key);
        }
    }
    handshake
}

/// The codes of the findings about a side's frames. `WS115` and the like depend on what had arrived when.
fn codes(records: &[Value]) -> Vec<String> {
    let mut codes: Vec<String> =
        rows(records, "finding").iter().map(|finding| finding["code"].to_string()).collect();
    codes.sort();
    codes
}

/// What depends on how much a side had acknowledged when it sent a frame: how the bytes travelled is the answer.
const BY_ACKNOWLEDGMENT: [&str; 5] = ["WS403", "WS404", "WS418", "WS420", "WS421"];

fn codes_without_acknowledgment(records: &[Value]) -> Vec<String> {
    let mut codes = codes(records);
    codes.retain(|code| !BY_ACKNOWLEDGMENT.contains(&code.trim_matches('"')));
    codes
}

fn decoded(payload: &Value) -> Vec<u8> {
    match payload["text"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => STANDARD.decode(payload["base64"].as_str().unwrap()).unwrap(),
    }
}

/// What the capture holds of a payload, as the frame says.
fn captured(payload: &[u8], frame: &Value) -> Vec<u8> {
    let mut held = payload.to_vec();
    for range in frame["missing"].as_array().unwrap().iter().rev() {
        let [from, length] = [0, 1].map(|at| range[at].as_u64().unwrap() as usize);
        held.drain(from..from + length);
    }
    held.truncate(frame["payload_captured"].as_u64().unwrap() as usize);
    held
}

/// Hands out its bytes in pieces of these lengths, over and over.
struct InPieces<'a> {
    bytes: &'a [u8],
    lengths: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl Read for InPieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.lengths.next().copied().unwrap_or(1).min(into.len());
        self.bytes.read(&mut into[..length])
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn frames_are_the_same_however_they_travel(
        talk in talk(),
        initial: [u32; 2],
        wrapping in any::<[bool; 2]>(),
        cuts in cuts(),
        disorder in disorder(),
    ) {
        // A random number hardly ever wraps around within the few bytes of a talk.
        let initial = [0, 1].map(|side| if wrapping[side] { u32::MAX - initial[side] % 2000 } else { initial[side] });
        let clean = capture(&talk, [1000, 2000], &[1400]).pcap();
        let travelled = capture(&talk, initial, &cuts);
        let travelled = pcap(&disorder.applied(&travelled.packets));
        for (zoom, kind) in [("frames", "frame"), ("messages", "message")] {
            let (clean, travelled) = (records(&clean, zoom), records(&travelled, zoom));
            prop_assert_eq!(said(&travelled, kind), said(&clean, kind));
            prop_assert_eq!(handshake(&travelled), handshake(&clean));
            prop_assert_eq!(codes_without_acknowledgment(&travelled), codes_without_acknowledgment(&clean));
        }
        let sent: Vec<&Frame> = talk.client.iter().chain(&talk.server).collect();
        let told = said(&records(&travelled, "frames"), "frame");
        prop_assert_eq!(told.len(), sent.len());
        for (frame, (first, key, payload)) in told.iter().zip(sent) {
            prop_assert_eq!(frame["opcode"].as_u64(), Some(u64::from(first & 0x0f)));
            prop_assert_eq!(frame["masked"].as_bool(), Some(key.is_some()));
            prop_assert_eq!(&decoded(&frame["payload"]), payload);
        }
    }

    #[test]
    fn the_zooms_agree_with_each_other(talk in talk(), initial: [u32; 2], cuts in cuts(), disorder in disorder()) {
        let travelled = pcap(&disorder.applied(&capture(&talk, initial, &cuts).packets));
        let [packets, frames, messages] = ROWS.map(|(zoom, _)| records(&travelled, zoom));
        for kind in ["handshake", "connection", "summary"] {
            prop_assert_eq!(rows(&packets, kind), rows(&frames, kind));
            prop_assert_eq!(rows(&messages, kind), rows(&frames, kind));
        }
        prop_assert_eq!(codes(&packets), codes(&frames));
        prop_assert_eq!(codes(&messages), codes(&frames));

        let summary = &rows(&frames, "summary")[0];
        let frames = rows(&frames, "frame");
        let messages = rows(&messages, "message");
        prop_assert_eq!(summary["packets"].as_u64(), Some(rows(&packets, "packet").len() as u64));
        prop_assert_eq!(summary["frames"].as_u64(), Some(frames.len() as u64));
        prop_assert_eq!(summary["messages"].as_u64(), Some(messages.len() as u64));
        prop_assert!(frames.iter().map(|frame| frame["frame"].as_u64().unwrap()).eq(1..=frames.len() as u64));
        for message in &messages {
            let parts: Vec<&Value> =
                frames.iter().filter(|frame| frame["message"] == message["message"]).collect();
            let ends = [parts[0], parts[parts.len() - 1]].map(|frame| &frame["frame"]);
            prop_assert_eq!(ends, [&message["frames"][0], &message["frames"][1]]);
            let joined: Vec<u8> = parts.iter().flat_map(|frame| decoded(&frame["payload"])).collect();
            prop_assert_eq!(message["wire_length"].as_u64(), Some(joined.len() as u64));
            prop_assert_eq!(decoded(&message["payload"]), joined);
            let complete = parts[parts.len() - 1]["fin"] == true;
            prop_assert_eq!(message["complete"].as_bool(), Some(complete));
        }
        let orphans = frames.iter().filter(|frame| frame["message"].is_null());
        let of_messages: usize = messages
            .iter()
            .map(|message| frames.iter().filter(|frame| frame["message"] == message["message"]).count())
            .sum();
        prop_assert_eq!(of_messages + orphans.count(), frames.len());
    }

    #[test]
    fn output_does_not_depend_on_how_the_file_is_read(
        (_, rows) in prop::sample::select(ROWS.to_vec()),
        talk in talk(),
        cuts in cuts(),
        pieces in prop::collection::vec(prop_oneof![1..30usize, 1..5000usize], 1..6),
        cut_off in 0..60usize,
    ) {
        let mut file = capture(&talk, [1000, 2000], &cuts).pcap();
        file.truncate(file.len() - cut_off);
        let options = Options { rows, payload: usize::MAX, ..Options::default() };
        let table = || Table::new(TableOptions { bytes_shown: 8, ..TableOptions::default() });
        let source = || InPieces { bytes: &file, lengths: pieces.iter().cycle() };
        let in_pieces = render_with(source(), options.clone(), &mut Json::lines());
        prop_assert_eq!(in_pieces, render(&file, rows, &mut Json::lines()));
        let in_pieces = render_with(source(), options, &mut table());
        prop_assert_eq!(in_pieces, render(&file, rows, &mut table()));
    }

    #[test]
    fn no_loss_makes_frames_that_nobody_sent(
        talk in talk(),
        cuts in cuts(),
        disorder in disorder(),
        lost in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let mut packets = disorder.applied(&capture(&talk, [1000, 2000], &cuts).packets);
        for at in lost {
            let at = at.index(packets.len());
            packets.remove(at);
        }
        let records = records(&pcap(&packets), "frames");
        for (side, sent) in [("client", &talk.client), ("server", &talk.server)] {
            let all = rows(&records, "frame");
            let told: Vec<&Value> = all.iter().filter(|frame| frame["from"] == side).collect();
            prop_assert!(told.len() <= sent.len(), "{} sent, told {:?}, {:?}", sent.len(), told.iter().map(|f| (f["opcode"].clone(), f["payload_length"].clone(), f["packet"].clone(), f["fin"].clone(), f["message"].clone())).collect::<Vec<_>>(), rows(&records, "finding").iter().map(|f| f["text"].clone()).collect::<Vec<_>>());
            // Frames can be missing, and none may be there that was not sent.
            let mut sent = sent.iter();
            for frame in told {
                let is_this = |(first, key, payload): &&Frame| {
                    frame["opcode"].as_u64() == Some(u64::from(first & 0x0f))
                        && frame["masked"].as_bool() == Some(key.is_some())
                        && frame["payload_length"].as_u64() == Some(payload.len() as u64)
                        && decoded(&frame["payload"]) == captured(payload, frame)
                };
                prop_assert!(sent.any(|sent| is_this(&sent)), "nobody sent {}", frame);
            }
        }
        for finding in rows(&records, "finding") {
            let code = finding["code"].as_str().unwrap();
            let proven = ["WS301", "WS302", "WS401", "WS501"].contains(&code);
            prop_assert!(proven || finding["severity"] != "error", "{}", finding);
        }
    }
}
