//! What a peer did, held against what happened before on the connection.
//!
//! In come the frames of both directions, the violations found on them, and how each direction ended; out go
//! violations that no frame shows by itself. What a side had received when it sent something is judged by what it had
//! acknowledged: the order of packets in a capture proves nothing. A direction of which something is missing is not
//! blamed for what it did not say.
//!
//! Memory is bounded: a few frames of each direction, and its last pings.

mod closing;
mod failing;
mod masking;
mod ping;
mod unfinished;

use super::frame::{FrameAt, of_frame};
use super::{Rule, Violation, registry};
use crate::base::{Direction, PacketId, PerDirection, StreamEvent, fetch};
use crate::websocket::{FrameHeader, Opcode};
use closing::Closing;
use failing::Failing;
use masking::Masking;
use ping::Pings;
use unfinished::Unfinished;

/// A frame that was sent.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// Its header.
    pub header: &'a FrameHeader,
    /// Where it stands; the span has no bytes that the end of the stream cut off.
    pub at: &'a FrameAt,
    /// How much of the other direction its sender had acknowledged when it sent the first byte, if the capture tells.
    pub acked: Option<u64>,
    /// The payload, if all of it is known and no longer than that of a control frame.
    pub payload: Option<&'a [u8]>,
    /// The stream ended inside it.
    pub cut: bool,
}

/// What is remembered of a connection in order to judge what comes next.
#[derive(Debug, Default)]
pub struct Conduct {
    /// Data has a meaning beside what it says: a side has begun to close, asked for a pong, or broken a rule. Kept here,
    /// as it is asked for each frame.
    alert: bool,
    halves: PerDirection<Half>,
}

/// What is remembered of one side.
#[derive(Debug, Default)]
struct Half {
    masking: Masking,
    /// The pings that it sent.
    pings: Pings,
    closing: Closing,
    failing: Failing,
    unfinished: Unfinished,
    /// How it ended its direction first.
    end: Option<Box<End>>,
    /// The offset behind its last frame, or behind the handshake.
    told: u64,
    /// Some of what it sent is not known: lost, or no frames.
    unread: bool,
    /// Its first frames may not be known.
    skipped: bool,
}

/// How a side ended its direction.
#[derive(Debug, Clone, Copy)]
struct End {
    packet: PacketId,
    /// How much of the other direction the side had acknowledged.
    acked: Option<u64>,
    reset: bool,
}

impl End {
    fn name(&self) -> &'static str {
        if self.reset { "RST" } else { "FIN" }
    }
}

/// A rule that a frame breaks, and how.
type Found = Option<(&'static Rule, String)>;

impl Conduct {
    /// Fetches what nearly every frame touches.
    pub fn fetch(&self) {
        let PerDirection { client, server } = &self.halves;
        for half in [client, server] {
            fetch(&half.masking);
            fetch(&half.told);
        }
    }

    /// Takes the next frame of a direction, once it is over.
    pub fn frame(&mut self, sent: &Sent<'_>, out: &mut impl FnMut(Violation)) {
        let from = sent.at.from;
        let alert = self.alert || !sent.is_data();
        let (own, peer) = self.sides(from);
        let mut found = Vec::new();
        if from == Direction::ClientToServer {
            found.extend(own.masking.judge(sent.header));
        }
        if alert {
            found.extend(own.closing.judge_data(sent));
            if peer.is_known_up_to(sent.acked) {
                found.extend(own.closing.judge_code(sent, &peer.closing));
            }
            found.extend(own.closing.judge_second(sent));
            found.extend(own.failing.judge_going_on(sent, &peer.failing));
            if own.heard() && peer.heard() {
                found.extend(peer.pings.judge_pong(sent, peer.told));
            }
            peer.pings.frame_of_pinged(sent, own.closing.is_closed());
            own.pings.frame_of_pinger(sent);
            own.closing.take(sent, &peer.closing);
        }
        own.unfinished.take(sent);
        own.told = sent.at.span.end_offset();
        if alert {
            self.alert = self.halves.client.is_waited_on() || self.halves.server.is_waited_on();
        }
        for (rule, text) in found {
            self.peer_must_fail(from, rule, sent.at.span.end_offset());
            out(of_frame(rule, sent.header, sent.at, text));
        }
    }

    /// Of a Pong that answers a Ping of the other side, nanoseconds since that; asked before the Pong is
    /// [taken](Conduct::frame).
    pub fn nanos_since_ping(&self, sent: &Sent<'_>) -> Option<i64> {
        self.halves[sent.at.from.reverse()].pings.nanos_before(sent)
    }

    /// A direction ends, as its `event` says, if that is an end.
    pub fn ended(&mut self, direction: Direction, event: &StreamEvent<'_>) {
        let end = match *event {
            StreamEvent::Fin { packet, acked } => End { packet, acked, reset: false },
            StreamEvent::Reset { packet, acked } => End { packet, acked, reset: true },
            StreamEvent::Data { .. } | StreamEvent::Gap { .. } => return,
        };
        self.halves[direction].end.get_or_insert_with(|| Box::new(end));
    }

    /// The stream ended inside the header of a frame, of which `at` is there.
    pub fn header_cut(&mut self, at: &FrameAt) {
        self.halves[at.from].unfinished.header_cut(at);
    }

    /// Frames of the direction are not known: bytes were lost, or are no frames.
    pub fn unread(&mut self, direction: Direction) {
        let half = &mut self.halves[direction];
        half.unread = true;
        half.masking.interrupt();
    }

    /// Bytes before the first known frame of the direction are not decoded.
    pub fn skipped(&mut self, direction: Direction) {
        self.halves[direction].skipped = true;
    }

    /// The client is the server, and the other way round.
    pub fn turn_round(&mut self) {
        std::mem::swap(&mut self.halves.client, &mut self.halves.server);
    }

    /// The `violator` broke a rule, in bytes that end at `end`. Rules that do not oblige the other side to fail the
    /// connection (RFC 6455 §7.1.7) are of no consequence.
    pub fn peer_must_fail(&mut self, violator: Direction, rule: &'static Rule, end: u64) {
        let half = &mut self.halves[violator];
        half.failing.broke(rule, end);
        self.alert |= half.failing.is_faulty();
        // A frame of that length swallows all that its sender says later.
        half.unread |= rule.code == registry::LENGTH_HIGH_BIT.code;
    }

    /// The handshake is over: the offsets behind it, as far as they are known.
    pub fn begins(&mut self, behind: PerDirection<Option<u64>>) {
        for direction in Direction::BOTH {
            self.halves[direction].told = behind[direction].unwrap_or_default();
        }
    }

    /// The server's handshake obliges the client to fail the connection (RFC 6455 §4.1).
    pub fn client_must_fail(&mut self) {
        self.halves.server.failing.obliges();
    }

    /// The connection is over, or the capture is. `whole` says of which direction no byte is missing.
    pub fn finish(&self, whole: PerDirection<bool>, out: &mut impl FnMut(Violation)) {
        let known = |direction: Direction| whole[direction] && !self.halves[direction].unread;
        let known = PerDirection {
            client: known(Direction::ClientToServer),
            server: known(Direction::ServerToClient),
        };
        for from in Direction::BOTH {
            let (own, peer) = (&self.halves[from], &self.halves[from.reverse()]);
            let excused = peer.failing.is_obliging();
            if known[from] {
                let reset_by_peer = peer.end.as_ref().is_some_and(|end| end.reset);
                let ended = own.end.is_some() || reset_by_peer;
                own.unfinished.judge(ended, excused).into_iter().for_each(&mut *out);
            }
            let heard = known.client && known.server && own.heard() && peer.heard();
            if heard && !excused {
                peer.pings.judge_silence(from, peer.closing.start()).into_iter().for_each(&mut *out);
            }
        }
        closing::judge_end(&self.halves, known).into_iter().for_each(out);
    }

    /// The sender's side, and the other one.
    fn sides(&mut self, from: Direction) -> (&mut Half, &mut Half) {
        let PerDirection { client, server } = &mut self.halves;
        match from {
            Direction::ClientToServer => (client, server),
            Direction::ServerToClient => (server, client),
        }
    }
}

impl Half {
    /// Whether everything is known that the other side had received when it had `acked` so much.
    fn is_known_up_to(&self, acked: Option<u64>) -> bool {
        !self.unread && acked.is_none_or(|acked| acked <= self.told)
    }

    /// Whether it has begun to close, asked for a pong, or broken a rule.
    fn is_waited_on(&self) -> bool {
        self.closing.is_closed() || self.pings.is_any_open() || self.failing.is_faulty()
    }

    /// Whether all of its frames are known so far.
    fn heard(&self) -> bool {
        !self.unread && !self.skipped
    }
}

impl Sent<'_> {
    fn is_data(&self) -> bool {
        matches!(self.header.opcode, Opcode::Text | Opcode::Binary | Opcode::Continuation)
    }

    fn is(&self, opcode: Opcode) -> bool {
        self.header.opcode == opcode
    }

    fn sender(&self) -> &'static str {
        self.at.from.sender()
    }
}
