//! What is known of a connection, whatever it is made of just now.

use super::tally::Tally;
use super::tls::TlsFacts;
use crate::base::{Direction, PacketId, PerDirection, Timestamp, fetch};
use crate::check::conduct::Conduct;
use crate::check::{Rule, Violation};
use crate::http::{self, Speaks};
use crate::packet::Flags;
use crate::record::{
    Close, Connection as ConnectionRecord, EndedBy, Ends, Place, Protocol, SidesKnownBy, Silence, Text,
    Traffic,
};
use crate::tcp::{Analysis, CloseReason, Opened, SegmentNote};
use crate::websocket::Negotiated;

/// Bytes kept, until the end of a connection, of a text that was said in it; no control frame may carry more
/// (RFC 6455 §5.5). No budget counts them, and a capture can have many connections.
const KEPT: usize = 125;

/// What is counted of segments.
const MARKS: [Analysis; 3] = [Analysis::RETRANSMISSION, Analysis::OUT_OF_ORDER, Analysis::LOST_SEGMENT];

/// What is known of a connection, whatever it is made of just now.
///
/// In this order in memory, what every packet touches first: with thousands of connections open at once, fetching it is
/// most of the work.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Facts {
    /// Its last packet so far.
    pub last: PacketId,
    /// Segments by direction as TCP names it: packets, their bytes, payload.
    segments: PerDirection<[u64; 3]>,
    /// The packet in which something new was sent last.
    pub spoken: PacketId,
    /// The longest time so far in which nothing new was sent.
    pub silence: Silence,
    pub stream: u64,
    pub frames: u64,
    pub messages: u64,
    pub payload_bytes: PerDirection<u64>,
    /// What has to be remembered of its frames in order to judge the next ones.
    pub conduct: Conduct,
    /// TCP's client is the server: the handshake has shown that its guess was wrong.
    pub turned: bool,
    pub known_by: SidesKnownBy,
    /// The row about its beginning is out.
    pub announced: bool,
    pub protocol: Protocol,
    /// What the accepted handshake agreed on.
    pub websocket: Option<WebSocketFacts>,
    pub ends: Ends,
    pub opened: PacketId,
    /// What it is encrypted with.
    pub tls: Option<Box<TlsFacts>>,
    /// What a 101 switched to, if that is not WebSocket; [`kept`].
    pub switched_to: Option<Box<[u8]>>,
    /// A CONNECT was accepted, and its tunnel has not begun.
    pub tunnel: bool,
    /// Tunnels inside each other so far.
    pub tunnels: u8,
    /// An opening handshake was seen, whatever became of it.
    pub handshake: bool,
    /// A request asked for WebSocket, and its response has not been told.
    pub asked: bool,
    /// Gaps from the time when it was not known what the connection carries; of very many, the first.
    pub untold: Vec<(PacketId, Violation)>,
    /// The last response answered a request that was not captured.
    pub unpaired: bool,
    /// HTTP could not be followed to its end.
    pub http_lost: bool,
    /// That a retransmission contradicted the first copy has been told.
    pub conflicted: bool,
    /// That payload was shortened by a cap has been told.
    pub shortened: bool,
    /// That a compressed message was not inflated because of a cap, or not all of it, has been told.
    pub not_inflated: bool,
    /// Whether any segment of the direction was captured; settled when the connection ends.
    pub seen: PerDirection<bool>,
    /// The connection is over, and nobody has seen how it ended: more may have been said than was captured.
    pub cut_off: bool,
    pub tcp_handshake_nanos: Option<i64>,
    /// Those of them that repeat, fill a hole, or leave one. A capture of so many has terabytes.
    marked: PerDirection<[u32; 3]>,
    pub missing_bytes: PerDirection<u64>,
    pub findings: Tally,
    /// The first Close frame, once there is one.
    pub close: Option<Box<FirstClose>>,
    /// Who has sent a Close frame.
    pub closing: PerDirection<bool>,
}

/// The first Close frame.
#[derive(Debug)]
pub(super) struct FirstClose {
    pub code: Option<u16>,
    /// [`kept`].
    pub reason: Option<Box<[u8]>>,
    pub by: Direction,
}

/// What is known of an accepted handshake when the frames come.
#[derive(Debug, Clone, Copy)]
pub(super) struct WebSocketFacts {
    pub negotiated: Negotiated,
    /// The request was captured, so that it is known where the client's frames begin.
    pub request_known: bool,
    /// The offset behind the 101 in the server's stream; `None` if that was not captured.
    pub end_of_response: Option<u64>,
    /// The rule by which the response obliged the client to fail the connection (RFC 6455 §4.1), until it is told
    /// that it went on.
    pub invalid_response: Option<&'static Rule>,
    /// The client's first frame has come.
    pub client_began: bool,
    /// Where the next frame of the direction begins is not known since bytes were lost.
    pub lost: PerDirection<bool>,
}

impl WebSocketFacts {
    /// If the handshake was not captured.
    pub const NOT_CAPTURED: WebSocketFacts = WebSocketFacts {
        negotiated: Negotiated::NOT_CAPTURED,
        request_known: true,
        end_of_response: None,
        invalid_response: None,
        client_began: false,
        lost: PerDirection { client: false, server: false },
    };
}

/// A segment with one of these flags says something, even without payload.
const OPENS_OR_ENDS: Flags = Flags(Flags::SYN.0 | Flags::FIN.0 | Flags::RST.0);

/// What is marked so says nothing new.
const REPEATS: Analysis = Analysis(Analysis::RETRANSMISSION.0 | Analysis::KEEP_ALIVE.0);

impl Facts {
    pub fn new(opened: &Opened) -> Self {
        Self {
            stream: opened.stream,
            ends: Ends { client: opened.client, server: opened.server },
            turned: false,
            known_by: if opened.by_syn { SidesKnownBy::Syn } else { SidesKnownBy::Port },
            opened: opened.packet,
            last: opened.packet,
            announced: false,
            protocol: Protocol::Unknown,
            tls: None,
            switched_to: None,
            tunnel: false,
            tunnels: 0,
            websocket: None,
            handshake: false,
            asked: false,
            untold: Vec::new(),
            unpaired: false,
            http_lost: false,
            conflicted: false,
            shortened: false,
            not_inflated: false,
            seen: PerDirection { client: true, server: true },
            cut_off: false,
            tcp_handshake_nanos: None,
            segments: PerDirection::default(),
            marked: PerDirection::default(),
            silence: Silence::default(),
            spoken: opened.packet,
            frames: 0,
            messages: 0,
            payload_bytes: PerDirection::default(),
            missing_bytes: PerDirection::default(),
            findings: Tally::default(),
            close: None,
            closing: PerDirection::default(),
            conduct: Conduct::default(),
        }
    }

    /// Fetches what nearly every segment touches, with payload or without.
    pub fn fetch(&self, has_payload: bool) {
        fetch(&self.last);
        fetch(&self.segments.server);
        if has_payload {
            fetch(&self.stream);
            self.conduct.fetch();
            fetch(&self.websocket);
        }
    }

    /// As much as the row of a late segment needs.
    pub fn remains(&self) -> Self {
        let Self { stream, ends: Ends { client, server }, opened: packet, .. } = *self;
        let opened = Opened { stream, packet, client, server, by_syn: self.known_by == SidesKnownBy::Syn };
        let (turned, protocol, tls) = (self.turned, self.protocol, self.tls.clone());
        Self { turned, protocol, tls, announced: true, ..Self::new(&opened) }
    }

    /// Counts a segment; `length` is that of its packet on the wire.
    pub fn count_segment(&mut self, note: &SegmentNote, length: u32) {
        let [packets, bytes, payload] = &mut self.segments[note.direction];
        *packets += 1;
        *bytes += u64::from(length);
        *payload += u64::from(note.payload_length);
        if note.analysis.has(Analysis::ANY) {
            for (count, mark) in self.marked[note.direction].iter_mut().zip(MARKS) {
                *count = count.saturating_add(u32::from(note.analysis.has(mark)));
            }
        }
        let carries = note.payload_length > 0 || note.flags.has_any(OPENS_OR_ENDS);
        if carries && !note.analysis.has(REPEATS) {
            self.silence = self.silence_until(note.packet.number, note.packet.time);
            if note.packet.time >= self.spoken.time {
                self.spoken = note.packet;
            }
        }
    }

    /// What was counted of one direction, as TCP names it.
    fn traffic(&self, direction: Direction) -> Traffic {
        let [packets, bytes, payload_bytes] = self.segments[direction];
        let [retransmissions, out_of_order, lost_segments] = self.marked[direction].map(u64::from);
        Traffic { packets, bytes, payload_bytes, retransmissions, out_of_order, lost_segments }
    }

    /// The longest time in which nothing new was sent, up to a packet.
    fn silence_until(&self, packet: u64, time: Timestamp) -> Silence {
        let nanos = u64::try_from(time.nanos_since(self.spoken.time)).unwrap_or(0);
        if nanos > self.silence.nanos && packet > self.spoken.number {
            Silence { nanos, packet: self.spoken.number }
        } else {
            self.silence
        }
    }

    /// A direction as TCP names it, as the analysis does.
    pub fn turn(&self, direction: Direction) -> Direction {
        if self.turned { direction.reverse() } else { direction }
    }

    /// Who speaks first in HTTP is the client, whatever the ports say.
    pub fn learn_sides(&mut self, direction: Direction, bytes: &[u8]) {
        if self.known_by != SidesKnownBy::Port {
            return;
        }
        let is_client = direction == Direction::ClientToServer;
        if let Some(is_client_hello) = client_hello(bytes) {
            if is_client_hello != is_client {
                self.turn_round();
            }
            self.known_by = SidesKnownBy::Handshake;
            return;
        }
        let speaks_as_client = match http::speaks(bytes) {
            Speaks::Request => true,
            Speaks::Response => false,
            // Too short to tell, but no beginning of a response: at most a request.
            Speaks::Undecided => !b"HTTP/".starts_with(bytes),
            Speaks::Neither => return,
        };
        if speaks_as_client != is_client {
            self.turn_round();
        }
    }

    /// HTTP has shown who the client is, if the SYN has not.
    pub fn sides_by_handshake(&mut self) {
        if self.known_by == SidesKnownBy::Port {
            self.known_by = SidesKnownBy::Handshake;
        }
    }

    /// The client is the server, and the other way round.
    pub fn turn_round(&mut self) {
        self.turned = !self.turned;
        self.ends = Ends { client: self.ends.server, server: self.ends.client };
    }

    /// Whether both directions were captured, and no bytes of them are known to be missing.
    pub fn nothing_missing(&self) -> bool {
        let PerDirection { client, server } = self.captured();
        client && server
    }

    /// Whether the capture holds what the server said, if it said anything.
    pub fn server_was_heard(&self) -> bool {
        self.captured().server && !self.http_lost
    }

    /// For each direction, whether it was captured, could be read, and no bytes of it are known to be missing.
    pub fn captured(&self) -> PerDirection<bool> {
        let unread = self.tls.as_ref().map(|tls| tls.unread).unwrap_or_default();
        let captured = |from| self.seen[from] && self.missing_bytes[from] == 0 && !unread[from];
        PerDirection {
            client: captured(Direction::ClientToServer),
            server: captured(Direction::ServerToClient),
        }
    }

    /// For each direction, whether the capture holds all that there was of it.
    pub fn complete(&self) -> PerDirection<bool> {
        let followed = !self.http_lost && !self.cut_off;
        let PerDirection { client, server } = self.captured();
        PerDirection { client: followed && client, server: followed && server }
    }

    fn ended_by(&self, why: CloseReason) -> EndedBy {
        match why {
            _ if self.closing.client && self.closing.server => EndedBy::CloseHandshake,
            CloseReason::Fin => EndedBy::Fin,
            CloseReason::Reset(_) => EndedBy::Reset,
            CloseReason::Open => EndedBy::Open,
            CloseReason::Evicted => EndedBy::Evicted,
            CloseReason::PortReuse => EndedBy::PortReuse,
        }
    }
}

/// Whether bytes begin with the hello of a TLS client, or that of a server; `None` if with neither (RFC 8446 §4, §5.1).
fn client_hello(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0x16, 3, 0..=4, _, _, 1, ..] => Some(true),
        [0x16, 3, 0..=4, _, _, 2, ..] => Some(false),
        _ => None,
    }
}

/// What is kept of a text until the end of its connection; no character is cut in two.
pub(super) fn kept(text: &[u8]) -> Box<[u8]> {
    let head = text.get(..KEPT).unwrap_or(text);
    match std::str::from_utf8(head) {
        Err(error) if head.len() < text.len() && error.error_len().is_none() => {
            head.get(..error.valid_up_to()).unwrap_or(head).into()
        }
        _ => head.into(),
    }
}

impl Facts {
    pub fn record(&self, place: Place, why: CloseReason, closed: Option<Timestamp>) -> ConnectionRecord<'_> {
        ConnectionRecord {
            place,
            ends: self.ends,
            sides_known_by: self.known_by,
            tls: self.tls.as_ref().map(|tls| tls.record()),
            tcp_handshake_nanos: self.tcp_handshake_nanos,
            tcp: PerDirection {
                client: self.traffic(self.turn(Direction::ClientToServer)),
                server: self.traffic(self.turn(Direction::ServerToClient)),
            },
            silence: self.silence_until(place.packet, place.time),
            protocol: self.protocol,
            switched_to: self.switched_to.as_deref().map(Text),
            opened: self.opened.time,
            closed,
            ended_by: self.ended_by(why),
            close: self.close.as_ref().map(|close| {
                (Close { code: close.code, reason: close.reason.as_deref().map(Text) }, close.by)
            }),
            frames: self.frames,
            messages: self.messages,
            payload_bytes: self.payload_bytes,
            missing_bytes: self.missing_bytes,
            findings: self.findings.counts,
            verdict: (self.protocol == Protocol::Websocket).then(|| self.findings.verdict()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_ends_between_characters() {
        assert_eq!(*kept(b"bye"), *b"bye");
        assert_eq!(*kept(&[b'b'; 126]), [b'b'; 125]);
        assert_eq!(*kept("世".repeat(42).as_bytes()), *"世".repeat(41).as_bytes());
        assert_eq!(*kept(&[0xff; 126]), [0xff; 125]);
        assert_eq!(*kept(b"cut by the sender \xe4\xb8"), *b"cut by the sender \xe4\xb8");
    }
}
