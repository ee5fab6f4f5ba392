//! Stories of events.

use super::*;
use crate::base::Timestamp;

const CLIENT: Direction = Direction::ClientToServer;
const SERVER: Direction = Direction::ServerToClient;

fn place(packet: u64) -> Place {
    Place { stream: 0, packet, time: Timestamp::default(), time_relative: packet as f64 / 1e3 }
}

fn frame(packet: u64, from: Direction, opcode: Opcode, payload: &[u8]) -> Event {
    let kind = Kind::Frame {
        opcode,
        fin: true,
        message: Some(1),
        payload: payload.to_vec(),
        inflated: String::new(),
    };
    Event { place: place(packet), from: Some(from), what: String::new(), rank: Rank::Said, kind }
}

fn meanings(events: Vec<Event>) -> Vec<String> {
    story::steps(events).into_iter().map(|step| step.meaning).collect()
}

#[test]
fn rfc6455_5_5_3_a_pong_answers_the_latest_ping_with_its_payload() {
    let events = vec![
        frame(1, SERVER, Opcode::Ping, b"a"),
        frame(2, SERVER, Opcode::Ping, b"b"),
        frame(3, CLIENT, Opcode::Pong, b"b"),
        frame(4, CLIENT, Opcode::Pong, b"a"),
        frame(5, SERVER, Opcode::Pong, b"b"),
    ];
    let told = meanings(events);
    assert_eq!(told[3], "It answers the ping of packet 2, 1.00 ms later.");
    assert!(told[4].starts_with("No ping before it"), "the ping before the answered one needs no answer");
    assert!(told[5].starts_with("No ping before it"), "it was the server's own");
}

#[test]
fn rfc6455_7_1_2_who_closes_first_and_who_answers() {
    let close = |packet, from| frame(packet, from, Opcode::Close, b"");
    let steps = story::steps(vec![close(1, SERVER), close(2, SERVER), close(3, CLIENT), close(4, SERVER)]);
    let states: Vec<_> = steps.iter().map(|step| step.state).collect();
    assert_eq!(states, [Some(State::Open), Some(State::Closing), None, None, None], "TCP is still open");
    assert!(steps[1].meaning.starts_with("The server moves first."));
    assert_eq!(steps[2].meaning, "A second Close of the same side.");
    assert!(steps[3].meaning.starts_with("The client answers"));
}

#[test]
fn of_very_many_steps_the_ends_are_kept() {
    let mut narrator = Narrator::new(0);
    for packet in 0..STEPS as u64 + 5 {
        narrator.push(frame(packet, CLIENT, Opcode::Text, b""));
    }
    narrator.push(frame(99_999, CLIENT, Opcode::Close, b""));
    narrator.ends = Some(["127.0.0.1:1", "127.0.0.1:2"].map(|end| end.parse().unwrap()));
    let told = narrator.finish().unwrap();
    assert_eq!(told.left_out, 5);
    assert_eq!(told.steps.last().unwrap().state, Some(State::Closing));
}

#[test]
fn rfc6455_5_2_a_reserved_opcode_goes_on_with_no_message() {
    let first = Event {
        kind: Kind::Frame {
            opcode: Opcode::Text,
            fin: false,
            message: Some(1),
            payload: Vec::new(),
            inflated: String::new(),
        },
        ..frame(1, CLIENT, Opcode::Text, b"")
    };
    let reserved = frame(2, CLIENT, Opcode::Reserved(0xb), b"");
    let told = meanings(vec![first, reserved, frame(3, CLIENT, Opcode::Continuation, b"")]);
    assert_eq!(told[2], words::RESERVED);
    assert_eq!(told[3], "Fragment 2 of message 1, and the last one.");
}

#[test]
fn rfc6455_4_1_what_the_handshake_did_not_open_the_client_may_open_nonetheless() {
    let request = Event {
        kind: Kind::Fact { meaning: String::new(), rfc: "", state: Some(State::Connecting) },
        ..frame(1, CLIENT, Opcode::Text, b"")
    };
    let server = frame(2, SERVER, Opcode::Text, b"");
    let steps = story::steps(vec![request, server, frame(3, CLIENT, Opcode::Text, b"")]);
    let states: Vec<_> = steps.iter().map(|step| step.state).collect();
    assert_eq!(states, [Some(State::Connecting), None, Some(State::Open), None]);
    assert_eq!(steps[2].what, "open nonetheless");
}
