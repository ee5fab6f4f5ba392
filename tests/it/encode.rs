//! What `encode` writes, read by the analyzer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};
use sockeye::base::Direction;
use sockeye::encode::{FrameSpec, close_payload, write_capture};
use sockeye::websocket::{CloseBody, Opcode};

use crate::output::{records, rows, validate};

type Sent = (Direction, FrameSpec);

fn capture(frames: &[Sent]) -> Vec<u8> {
    let mut file = Vec::new();
    write_capture(frames, &mut file).unwrap();
    file
}

/// The frames that the analyzer finds, described as they were given.
fn found(records: &[Value]) -> Vec<Sent> {
    rows(records, "frame").iter().map(described).collect()
}

fn described(frame: &Value) -> Sent {
    validate(frame);
    assert_eq!(frame["payload_length"], frame["payload_captured"]);
    let from = if frame["from"] == "client" { Direction::ClientToServer } else { Direction::ServerToClient };
    let bit = |name: &str| frame[name].as_bool().unwrap();
    let key = |text: &str| u32::from_str_radix(text, 16).unwrap().to_be_bytes();
    let spec = FrameSpec {
        fin: bit("fin"),
        rsv1: bit("rsv1"),
        rsv2: bit("rsv2"),
        rsv3: bit("rsv3"),
        masking_key: frame["masking_key"].as_str().map(key),
        ..FrameSpec::new(Opcode::from(frame["opcode"].as_u64().unwrap() as u8), payload(frame))
    };
    (from, spec)
}

fn payload(record: &Value) -> Vec<u8> {
    match record["payload"]["text"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => STANDARD.decode(record["payload"]["base64"].as_str().unwrap()).unwrap(),
    }
}

/// A message, or a ping or pong: its sender, what it is, its fragments, and whether a ping comes between them.
#[derive(Debug, Clone)]
struct Said {
    from: Direction,
    opcode: Opcode,
    fragments: Vec<Vec<u8>>,
    ping: bool,
}

fn said() -> impl Strategy<Value = Said> {
    let from = prop::sample::select(Direction::BOTH.to_vec());
    let text = any::<String>().prop_map(|text| (Opcode::Text, text.into_bytes()));
    let length = prop_oneof![0..300usize, 65_500..65_600usize];
    let binary = (length, any::<u8>()).prop_map(|(length, byte)| (Opcode::Binary, vec![byte; length]));
    let control =
        (prop::sample::select(vec![Opcode::Ping, Opcode::Pong]), prop::collection::vec(any::<u8>(), 0..=125));
    let cuts = prop::collection::vec(any::<prop::sample::Index>(), 0..3);
    (from, prop_oneof![text, binary, control], cuts, any::<bool>()).prop_map(
        |(from, (opcode, payload), cuts, ping)| {
            // Control frames must not be fragmented.
            let cuts = if opcode.is_control() { Vec::new() } else { cuts };
            let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(payload.len() + 1)).collect();
            ends.push(payload.len());
            ends.sort_unstable();
            let starts = std::iter::once(0).chain(ends.iter().copied());
            let fragments = starts.zip(&ends).map(|(start, &end)| payload[start..end].to_vec()).collect();
            Said { from, opcode, fragments, ping }
        },
    )
}

/// All frames of a conversation that keeps to the RFC.
fn frames(said: &[Said], keys: u32) -> Vec<Sent> {
    let mut frames = Vec::new();
    for Said { from, opcode, fragments, ping } in said {
        for (at, fragment) in fragments.iter().enumerate() {
            if at > 0 && *ping {
                frames.push((*from, FrameSpec::new(Opcode::Ping, "still there?")));
            }
            let opcode = if at == 0 { *opcode } else { Opcode::Continuation };
            let fin = at + 1 == fragments.len();
            frames.push((*from, FrameSpec { fin, ..FrameSpec::new(opcode, fragment.clone()) }));
        }
    }
    mask(&mut frames, keys);
    frames
}

/// Masks what the client sends, each frame with another key, none of them zero.
fn mask(frames: &mut [Sent], keys: u32) {
    for (number, (from, frame)) in (0..).zip(frames) {
        let key = (keys | 1).wrapping_mul(2 * number + 1).to_be_bytes();
        frame.masking_key = (*from == Direction::ClientToServer).then_some(key);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_analyzer_finds_what_was_given_and_nothing_wrong(said in prop::collection::vec(said(), 0..8), keys: u32) {
        let given = frames(&said, keys);
        let file = capture(&given);
        let records_of_frames = records(&file, "frames");
        let found = found(&records_of_frames);
        let (frames, closes) = found.split_at(given.len());
        prop_assert_eq!(frames, &given[..]);
        let normal = close_payload(CloseBody::Status { code: 1000, reason: b"" });
        let expected = Direction::BOTH.map(|from| (from, Opcode::Close, normal.clone()));
        let closes: Vec<_> = closes.iter().map(|(from, close)| (*from, close.opcode, close.payload.clone())).collect();
        prop_assert_eq!(closes, expected);
        // Nobody plans the pongs of these conversations: pings stay unanswered, and pongs do not match.
        let findings = rows(&records_of_frames, "finding");
        let wrong: Vec<_> = findings.iter().filter(|finding| !matches!(finding["code"].as_str(), Some("WS403" | "WS404"))).collect();
        prop_assert_eq!(wrong, Vec::<&Value>::new());
        prop_assert_eq!(&rows(&records_of_frames, "connection")[0]["ended_by"], "close-handshake");

        let messages = rows(&records(&file, "messages"), "message");
        let told: Vec<_> = messages
            .iter()
            .filter(|message| payload(message) != b"still there?" && message["opcode_name"] != "close")
            .map(|message| (message["opcode_name"].as_str().unwrap().to_owned(), payload(message)))
            .collect();
        let expected: Vec<_> =
            said.iter().map(|said| (said.opcode.name().to_owned(), said.fragments.concat())).collect();
        prop_assert_eq!(told, expected);
    }
}

fn told(frames: &[Sent]) -> Value {
    let records = records(&capture(frames), "frames");
    let frames: Vec<Value> = rows(&records, "frame")
        .iter()
        .map(|frame| json!([frame["from"], frame["opcode_name"], frame["close"]]))
        .collect();
    let findings: Vec<Value> =
        rows(&records, "finding").iter().map(|finding| finding["code"].clone()).collect();
    json!([frames, findings])
}

fn close(from: Direction, body: CloseBody<'_>) -> Vec<Sent> {
    let mut frames = vec![(from, FrameSpec::new(Opcode::Close, close_payload(body)))];
    mask(&mut frames, 7);
    frames
}

#[test]
fn rfc6455_5_5_1_a_close_that_was_given_is_answered_with_its_code() {
    let bye = |code| CloseBody::Status { code, reason: b"bye" };
    for (body, given, answer, findings) in [
        (bye(4000), json!({"code": 4000, "reason": "bye"}), json!({"code": 4000, "reason": ""}), json!([])),
        (
            CloseBody::Empty,
            json!({"code": null, "reason": null}),
            json!({"code": null, "reason": null}),
            json!([]),
        ),
        (
            bye(1005),
            json!({"code": 1005, "reason": "bye"}),
            json!({"code": 1002, "reason": ""}),
            json!(["WS412"]),
        ),
        (
            CloseBody::OneByte(3),
            json!({"code": null, "reason": null}),
            json!({"code": 1002, "reason": ""}),
            json!(["WS411"]),
        ),
    ] {
        let expected = json!([[["client", "close", given], ["server", "close", answer]], findings]);
        assert_eq!(told(&close(Direction::ClientToServer, body)), expected);
        let expected = json!([[["server", "close", given], ["client", "close", answer]], findings]);
        assert_eq!(told(&close(Direction::ServerToClient, body)), expected);
    }
}

#[test]
fn rfc6455_5_3_a_close_of_the_clients_has_another_key_than_the_frame_before() {
    let mut frames = vec![(Direction::ClientToServer, FrameSpec::new(Opcode::Text, "Hi"))];
    let key_of_close = |frames: &[Sent]| found(&records(&capture(frames), "frames"))[1].1.masking_key;
    let first = key_of_close(&frames);
    frames[0].1.masking_key = first;
    let second = key_of_close(&frames);
    assert!(first.is_some() && second.is_some() && first != second, "{first:?} {second:?}");
}

#[test]
fn no_close_follows_a_frame_that_does_not_end_as_announced() {
    let spec = FrameSpec { announced: Some(3), ..FrameSpec::new(Opcode::Binary, "Hello") };
    let records = records(&capture(&[(Direction::ServerToClient, spec)]), "packets");
    let payloads: Vec<u64> = rows(&records, "packet")
        .iter()
        .map(|packet| packet["length"].as_u64().unwrap())
        .filter(|&length| length > 58)
        .collect();
    assert_eq!(payloads.len(), 3, "request, response, frame: {payloads:?}");
}
