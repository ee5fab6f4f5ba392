//! A whole connection, step by step.

mod segments;
mod story;
#[cfg(test)]
mod tests;
mod words;

use std::net::SocketAddr;

use serde::Serialize;

use crate::base::Direction;
use crate::record::{
    Connection, EndedBy, Finding, Frame, Handshake, Outcome, PacketRow, Place, Record, Severity, Side,
};
use crate::websocket::Opcode;
use segments::{Segments, Told};

/// Steps kept; of more, only how the connection goes from state to state.
const STEPS: usize = 10_000;
/// Payload bytes of a ping that are compared: all that a ping may have (RFC 6455 §5.5).
const PING: usize = 125;

/// A whole connection.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conversation {
    /// Wireshark's `tcp.stream`.
    pub stream: u64,
    /// Who opened the connection.
    pub client: SocketAddr,
    /// Who accepted it.
    pub server: SocketAddr,
    /// What happened, in the order of its packets.
    pub steps: Vec<Step>,
    /// Steps left out because there were too many.
    pub left_out: u64,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// The packet that completed it.
    pub packet: u64,
    /// Seconds since the first packet of the capture.
    pub time_relative: f64,
    /// Who did it; `None` for both, or nobody.
    pub from: Option<Direction>,
    /// What it is, in a few words.
    pub what: String,
    /// What it means.
    pub meaning: String,
    /// Where the RFC speaks of it; empty if it does not.
    pub rfc: &'static str,
    /// The state that it leads to.
    pub state: Option<State>,
    /// The code of the finding that it is.
    pub code: Option<&'static str>,
    /// How bad that is.
    pub severity: Option<Severity>,
}

/// The states of a WebSocket connection (RFC 6455 §4.1, §7.1.3, §7.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// The handshake is not over.
    Connecting,
    /// Messages go both ways.
    Open,
    /// A side has sent its Close.
    Closing,
    /// TCP is closed.
    Closed,
}

impl State {
    /// Its name in the RFC.
    pub fn name(self) -> &'static str {
        match self {
            State::Connecting => "CONNECTING",
            State::Open => "OPEN",
            State::Closing => "CLOSING",
            State::Closed => "CLOSED",
        }
    }
}

/// Something that happened, before it is known what came before.
#[derive(Debug)]
struct Event {
    place: Place,
    from: Option<Direction>,
    what: String,
    kind: Kind,
    /// Among what happened in the same packet.
    rank: Rank,
}

/// What comes first of what one packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// TCP opens.
    Opening,
    /// What is said on it.
    Said,
    /// TCP closes.
    Closing,
    /// What there is to say at the end.
    End,
}

#[derive(Debug)]
enum Kind {
    /// What stands for itself: its meaning, its section, the state that it leads to.
    Fact { meaning: String, rfc: &'static str, state: Option<State> },
    /// A finding: its text, its section, its code, how bad it is.
    Finding { text: String, rfc: &'static str, code: &'static str, severity: Severity },
    /// A frame: what it means depends on those before.
    Frame { opcode: Opcode, fin: bool, message: Option<u64>, payload: Vec<u8>, inflated: String },
}

/// Writes a connection down: from the records of an analysis of frames, and, for the segments that open and close TCP,
/// those of an analysis of packets beside it. Records do not come in the order of their packets: some wait for others.
#[derive(Debug)]
pub struct Narrator {
    stream: u64,
    ends: Option<[SocketAddr; 2]>,
    segments: Segments,
    events: Vec<Event>,
    left_out: u64,
}

impl Narrator {
    /// At the beginning of a connection.
    pub fn new(stream: u64) -> Self {
        Self { stream, ends: None, segments: Segments::default(), events: Vec::new(), left_out: 0 }
    }

    /// Takes a record; those of other connections are left alone.
    pub fn record(&mut self, record: &Record<'_>) {
        let client = Some(Direction::ClientToServer);
        match record {
            Record::Packet(row) => self.segment(row),
            Record::Opened(row) => {
                let from = client.filter(|_| row.handshake_nanos.is_some());
                self.fact(&row.place, from, Rank::Opening, words::opened(row), "RFC 9293 §3.5", None);
            }
            Record::Request(row) => {
                let (words, state) = (words::request(row.head), Some(State::Connecting));
                self.fact(&row.place, client, Rank::Said, words, "RFC 6455 §4.1", state);
            }
            Record::Handshake(row) => self.handshake(row),
            Record::Frame(row) => self.frame(row),
            Record::Finding(row) => self.finding(row),
            Record::Connection(row) => self.ended(row),
            _ => {}
        }
    }

    /// The whole connection; `None` if there is none of this number.
    pub fn finish(mut self) -> Option<Conversation> {
        let [client, server] = self.ends?;
        self.events.sort_by_key(|event| (event.place.packet, event.rank));
        Some(Conversation {
            stream: self.stream,
            client,
            server,
            steps: story::steps(self.events),
            left_out: self.left_out,
        })
    }

    fn push(&mut self, event: Event) {
        let decides = match &event.kind {
            Kind::Fact { .. } => true,
            Kind::Frame { opcode, .. } => *opcode == Opcode::Close,
            Kind::Finding { .. } => false,
        };
        if event.place.stream != self.stream {
            return;
        }
        // Beyond twice as many, not even what decides: a hostile peer may close a connection without end.
        let most = if decides { 2 * STEPS } else { STEPS };
        if self.events.len() < most {
            self.events.push(event);
        } else {
            self.left_out += 1;
        }
    }

    fn fact(
        &mut self,
        place: &Place,
        from: Option<Direction>,
        rank: Rank,
        [what, meaning]: [String; 2],
        rfc: &'static str,
        state: Option<State>,
    ) {
        self.push(Event { place: *place, from, what, rank, kind: Kind::Fact { meaning, rfc, state } });
    }

    fn handshake(&mut self, row: &Handshake<'_>) {
        // With a wrong answer to its key, the client fails the connection (§4.1).
        let opens = row.outcome == Some(Outcome::Accepted) && row.accept.valid != Some(false);
        let state = opens.then_some(State::Open);
        let from = row.response.map(|_| Direction::ServerToClient);
        self.fact(&row.place, from, Rank::Said, words::answer(row), "RFC 6455 §4.2.2", state);
    }

    fn segment(&mut self, row: &PacketRow<'_>) {
        if row.place.stream != self.stream {
            return;
        }
        let Some(Told { what, meaning, rfc, ends }) = self.segments.tell(row) else { return };
        let rank = if ends { Rank::Closing } else { Rank::Opening };
        self.fact(&row.place, Some(row.from), rank, [what.to_owned(), meaning], rfc, None);
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        let payload = if frame.header.opcode.is_control() { frame.payload.bytes() } else { &[] };
        self.push(Event {
            place: frame.place,
            from: Some(frame.from),
            what: words::frame(frame),
            rank: Rank::Said,
            kind: Kind::Frame {
                opcode: frame.header.opcode,
                fin: frame.header.fin,
                message: frame.message,
                payload: payload.get(..PING).unwrap_or(payload).to_vec(),
                inflated: words::inflated(frame),
            },
        });
    }

    fn finding(&mut self, row: &Finding<'_>) {
        let Some(place) = row.place else { return };
        let from = match row.side {
            Side::Client => Some(Direction::ClientToServer),
            Side::Server => Some(Direction::ServerToClient),
            Side::Capture => None,
        };
        let Finding { text, rfc, code, name, severity, .. } = *row;
        let kind = Kind::Finding { text: text.to_owned(), rfc, code, severity };
        self.push(Event { place, from, what: format!("{code} {name}"), rank: Rank::Said, kind });
    }

    fn ended(&mut self, row: &Connection<'_>) {
        if row.place.stream != self.stream {
            return;
        }
        self.ends = Some([row.ends.client, row.ends.server]);
        let closes = matches!(row.ended_by, EndedBy::CloseHandshake | EndedBy::Fin | EndedBy::Reset);
        let state = (closes && row.closed.is_some()).then_some(State::Closed);
        self.fact(&row.place, None, Rank::End, words::ended(row), "RFC 6455 §7.1.4", state);
    }
}
