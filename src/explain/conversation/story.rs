//! What happened, in order, becomes what it means: states, fragments, pings and their pongs.

use std::collections::VecDeque;

use super::{Event, Kind, State, Step, words};
use crate::base::{Direction, PerDirection};
use crate::websocket::Opcode;

/// Pings that wait for their pong.
const PINGS: usize = 64;

/// The steps that these events are, in the same order.
pub(super) fn steps(events: Vec<Event>) -> Vec<Step> {
    let mut story = Story::default();
    for event in events {
        story.tell(event);
    }
    story.steps
}

/// A ping without its pong.
#[derive(Debug)]
struct Ping {
    payload: Vec<u8>,
    packet: u64,
    time_relative: f64,
}

#[derive(Debug, Default)]
struct Story {
    steps: Vec<Step>,
    state: Option<State>,
    closed_first: Option<Direction>,
    /// Frames so far of the unfinished message.
    fragments: PerDirection<u64>,
    pings: PerDirection<VecDeque<Ping>>,
}

impl Story {
    fn tell(&mut self, event: Event) {
        let mut step = Step {
            packet: event.place.packet,
            time_relative: event.place.time_relative,
            from: event.from,
            what: event.what,
            meaning: String::new(),
            rfc: "",
            state: None,
            code: None,
            severity: None,
        };
        match event.kind {
            Kind::Fact { meaning, rfc, state } => {
                (step.meaning, step.rfc) = (meaning, rfc);
                // What was no WebSocket is not closed as one.
                step.state = state.filter(|state| *state != State::Closed || self.is_open());
            }
            Kind::Finding { text, rfc, code, severity } => {
                (step.meaning, step.rfc) = (text, rfc);
                (step.code, step.severity) = (Some(code), Some(severity));
            }
            Kind::Frame { opcode, fin, message, payload, inflated } => {
                let from = event.from.unwrap_or(Direction::ClientToServer);
                match self.state {
                    None => self.begins_open(&step, words::NOT_CAPTURED),
                    Some(State::Connecting) if from == Direction::ClientToServer => {
                        self.begins_open(&step, words::NONETHELESS);
                    }
                    _ => {}
                }
                (step.meaning, step.rfc) = match opcode {
                    Opcode::Close => {
                        step.state = Some(State::Closing);
                        (self.close(from), "RFC 6455 §7.1.2")
                    }
                    Opcode::Ping => {
                        self.remember(from, payload, &step);
                        ("The peer is to answer with the same payload.".to_owned(), "RFC 6455 §5.5.2")
                    }
                    Opcode::Reserved(_) => (words::RESERVED.to_owned(), "RFC 6455 §5.2"),
                    Opcode::Pong => (self.answer(from, &payload, &mut step), "RFC 6455 §5.5.3"),
                    _ => (self.part(from, opcode, fin, message) + &inflated, "RFC 6455 §5.4"),
                };
            }
        }
        self.enter(step);
    }

    fn is_open(&self) -> bool {
        matches!(self.state, Some(State::Open | State::Closing))
    }

    /// Adds a step; a state is told when it is entered.
    fn enter(&mut self, mut step: Step) {
        // Nothing opens what is closing.
        step.state = step.state.filter(|state| Some(*state) > self.state);
        self.state = step.state.or(self.state);
        self.steps.push(step);
    }

    /// What the handshake did not open, as far as it was seen, is open before its first frame.
    fn begins_open(&mut self, first: &Step, [what, meaning]: [&str; 2]) {
        self.enter(Step {
            from: None,
            what: what.to_owned(),
            meaning: meaning.to_owned(),
            state: Some(State::Open),
            ..first.clone()
        });
    }

    /// What a Close means here.
    fn close(&mut self, from: Direction) -> String {
        let sender = from.sender();
        match self.closed_first {
            None => {
                self.closed_first = Some(from);
                format!("The {sender} moves first. It sends nothing more, and waits for the other Close.")
            }
            Some(first) if first != from => {
                format!("The {sender} answers: the close handshake is complete.")
            }
            Some(_) => "A second Close of the same side.".to_owned(),
        }
    }

    fn remember(&mut self, from: Direction, payload: Vec<u8>, step: &Step) {
        let pings = &mut self.pings[from];
        if pings.len() == PINGS {
            pings.pop_front();
        }
        pings.push_back(Ping { payload, packet: step.packet, time_relative: step.time_relative });
    }

    /// What a pong answers: the latest ping with its payload. Those before need no answer any more (§5.5.3).
    fn answer(&mut self, from: Direction, payload: &[u8], step: &mut Step) -> String {
        let pings = &mut self.pings[from.reverse()];
        let at = pings.iter().rposition(|ping| ping.payload == payload);
        let ping = at.and_then(|at| pings.drain(..=at).next_back());
        let answered = ping.map(|ping| (ping.packet, step.time_relative - ping.time_relative));
        if let Some((_, delay)) = answered {
            step.what.push_str(&words::after(delay));
        }
        words::pong(answered)
    }

    fn part(&mut self, from: Direction, opcode: Opcode, fin: bool, message: Option<u64>) -> String {
        let fragments = &mut self.fragments[from];
        *fragments = if opcode == Opcode::Continuation { fragments.saturating_add(1) } else { 1 };
        words::part(message, opcode, fin, *fragments)
    }
}
