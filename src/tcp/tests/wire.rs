//! A capture made by hand, and what came of it.

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::base::{Direction, GapReason, Limits, PacketId, SeqNumber, StreamEvent, Timestamp};
use crate::packet::{Flags, Segment};
use crate::tcp::{Bound, CloseReason, Connections, Event, SegmentNote, What};

/// A segment with its own bytes; the client has port 50000 and the server port 80.
#[derive(Debug, Clone)]
pub struct Sent {
    pub from: Direction,
    pub port: u16,
    pub sequence: u32,
    pub ack: Option<u32>,
    pub flags: Flags,
    pub window: u16,
    pub data: Vec<u8>,
    /// Bytes of the payload that were on the wire behind `data`, but not captured.
    pub missing: u32,
}

/// A segment of the client.
pub fn c(sequence: u32) -> Sent {
    Sent {
        from: Direction::ClientToServer,
        port: 50000,
        sequence,
        ack: None,
        flags: Flags(0),
        window: 1000,
        data: Vec::new(),
        missing: 0,
    }
}

/// A segment of the server.
pub fn s(sequence: u32) -> Sent {
    Sent { from: Direction::ServerToClient, ..c(sequence) }
}

impl Sent {
    pub fn ack(self, ack: u32) -> Self {
        Sent { ack: Some(ack), ..self.flag(Flags::ACK) }
    }

    pub fn syn(self) -> Self {
        self.flag(Flags::SYN)
    }

    pub fn fin(self) -> Self {
        self.flag(Flags::FIN)
    }

    pub fn rst(self) -> Self {
        self.flag(Flags::RST)
    }

    pub fn flag(self, flag: Flags) -> Self {
        Sent { flags: Flags(self.flags.0 | flag.0), ..self }
    }

    pub fn data(self, data: &str) -> Self {
        self.bytes(data.as_bytes())
    }

    pub fn bytes(self, data: &[u8]) -> Self {
        Sent { data: data.to_vec(), ..self }
    }

    /// The capture holds only so many bytes of the payload.
    pub fn cut(mut self, captured: usize) -> Self {
        self.missing = (self.data.len() - captured) as u32;
        self.data.truncate(captured);
        self
    }

    pub fn missing(self, missing: u32) -> Self {
        Sent { missing, ..self }
    }

    pub fn window(self, window: u16) -> Self {
        Sent { window, ..self }
    }

    pub fn port(self, port: u16) -> Self {
        Sent { port, ..self }
    }
}

/// An event without borrowed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Opened { stream: u64, client: SocketAddr, by_syn: bool },
    Established { syn: u64, ack: u64 },
    Data { from: Direction, offset: u64, packet: u64, acked: Option<u64>, bytes: Vec<u8> },
    Gap { from: Direction, offset: u64, length: u64, why: GapReason, around: (u64, u64) },
    Fin(Direction, u64, Option<u64>),
    Reset(Direction, u64, Option<u64>),
    Conflict { offset: u64, packets: (u64, u64), kept: Vec<u8>, refused: Vec<u8> },
    Limit(Bound),
    Closed(u64, CloseReason),
    Released,
}

/// A capture that is being read.
pub struct Wire {
    connections: Connections,
    number: u64,
    /// When the next packet comes, and how much later the one after it.
    pub nanos: i64,
    pub step: i64,
    /// The events with the stream number of their connection, segments apart.
    pub seen: Vec<(u64, Seen)>,
    pub notes: Vec<(u64, SegmentNote)>,
    slots: HashMap<usize, Slot>,
    /// Nobody watches any connection.
    pub unwatched: bool,
}

struct Slot {
    stream: u64,
    next: [u64; 2],
    closed: bool,
}

impl Wire {
    pub fn new() -> Self {
        Self::with(Limits::default())
    }

    pub fn with(limits: Limits) -> Self {
        Wire {
            connections: Connections::new(limits),
            number: 0,
            nanos: 0,
            step: 1_000_000,
            seen: Vec::new(),
            notes: Vec::new(),
            slots: HashMap::new(),
            unwatched: false,
        }
    }

    /// Without the short cut for segments in order.
    pub fn take_long_way(&mut self) {
        self.connections.without_short_cut = true;
    }

    /// A connection whose client starts at 1000 and whose server starts at 5000: the next numbers are 1001, 5001.
    pub fn opened() -> Self {
        let mut wire = Self::new();
        wire.all([c(1000).syn(), s(5000).syn().ack(1001), c(1001).ack(5001)]);
        wire
    }

    pub fn all(&mut self, segments: impl IntoIterator<Item = Sent>) {
        for segment in segments {
            self.send(segment);
        }
    }

    pub fn send(&mut self, sent: Sent) {
        self.nanos += self.step;
        self.send_at(self.nanos, sent);
    }

    /// A packet with a time of its own.
    pub fn send_at(&mut self, nanos: i64, sent: Sent) {
        self.number += 1;
        let packet = PacketId { number: self.number, time: Timestamp::from_nanos(nanos) };
        let client = SocketAddr::from(([10, 0, 0, 1], sent.port));
        let server = SocketAddr::from(([10, 0, 0, 2], 80));
        let from_client = sent.from == Direction::ClientToServer;
        let segment = Segment {
            source: if from_client { client } else { server },
            destination: if from_client { server } else { client },
            sequence: SeqNumber(sent.sequence),
            acknowledgment: SeqNumber(sent.ack.unwrap_or(0)),
            flags: sent.flags,
            window: sent.window,
            payload_length: sent.data.len() as u32 + sent.missing,
            payload: &sent.data,
            captured: &[],
        };
        let Wire { connections, seen, notes, slots, .. } = self;
        connections.push(packet, &segment, &mut |event| record(slots, seen, notes, event));
        if self.unwatched {
            self.slots.keys().for_each(|slot| self.connections.unwatch(*slot));
        }
    }

    pub fn finish(&mut self) {
        let Wire { connections, seen, notes, slots, .. } = self;
        connections.finish(&mut |event| record(slots, seen, notes, event));
        assert!(slots.is_empty(), "not released");
        assert_eq!((self.held(), self.history()), (0, 0));
    }

    pub fn held(&self) -> u64 {
        self.connections.held()
    }

    /// What the copies of bytes that were handed over take.
    pub fn history(&self) -> u64 {
        self.connections.history.used()
    }

    /// One direction of a stream as text: `ab[3 End]cd.` with FIN as a stop and RST as an exclamation mark.
    pub fn text_of(&self, stream: u64, direction: Direction) -> String {
        let mut text = String::new();
        for (_, event) in self.seen.iter().filter(|(of, _)| *of == stream) {
            match event {
                Seen::Data { from, bytes, .. } if *from == direction => {
                    text += &String::from_utf8_lossy(bytes);
                }
                Seen::Gap { from, length, why, .. } if *from == direction => {
                    text += &format!("[{length} {why:?}]")
                }
                Seen::Fin(from, ..) if *from == direction => text += ".",
                Seen::Reset(from, ..) if *from == direction => text += "!",
                _ => (),
            }
        }
        text
    }

    /// What the client of stream 0 said.
    pub fn client(&self) -> String {
        self.text_of(0, Direction::ClientToServer)
    }

    /// What the server of stream 0 said.
    pub fn server(&self) -> String {
        self.text_of(0, Direction::ServerToClient)
    }

    /// How connections ended: stream, packet, reason.
    pub fn closed(&self) -> Vec<(u64, u64, CloseReason)> {
        let closed = |(stream, event): &(u64, Seen)| match event {
            Seen::Closed(packet, why) => Some((*stream, *packet, *why)),
            _ => None,
        };
        self.seen.iter().filter_map(closed).collect()
    }

    /// The marks of the last segment.
    pub fn marks(&self) -> Vec<&'static str> {
        self.notes.last().map(|(_, note)| note.analysis.names().collect()).unwrap_or_default()
    }

    /// The relative numbers of the last segment.
    pub fn numbers(&self) -> Option<(u64, Option<u64>)> {
        self.notes.last().map(|(_, note)| (note.sequence, note.acknowledgment))
    }
}

/// Keeps an event, and checks the promises of [`What`] that hold for every input.
fn record(
    slots: &mut HashMap<usize, Slot>,
    seen: &mut Vec<(u64, Seen)>,
    notes: &mut Vec<(u64, SegmentNote)>,
    event: Event<'_>,
) {
    if let What::Opened(opened) = event.what {
        let slot = Slot { stream: opened.stream, next: [0, 0], closed: false };
        assert!(slots.insert(event.slot, slot).is_none(), "slot in use");
    }
    let slot = slots.get_mut(&event.slot).expect("an event of no connection");
    let stream = slot.stream;
    let seen_event = match event.what {
        What::Opened(opened) => Seen::Opened { stream, client: opened.client, by_syn: opened.by_syn },
        What::Segment(note) => return notes.push((stream, note)),
        What::Established { syn, ack } => Seen::Established { syn: syn.number, ack: ack.number },
        What::Stream(from, event) => {
            assert!(!slot.closed, "a stream event after the end");
            in_order(&mut slot.next[from as usize], from, event)
        }
        What::Conflict(_, conflict) => {
            assert!(conflict.kept != conflict.refused && conflict.first.number < conflict.span.end.number);
            assert_eq!(
                [conflict.kept, conflict.refused].map(|bytes| bytes.len() as u64),
                [conflict.span.length; 2]
            );
            Seen::Conflict {
                offset: conflict.span.offset,
                packets: (conflict.first.number, conflict.span.end.number),
                kept: conflict.kept.to_vec(),
                refused: conflict.refused.to_vec(),
            }
        }
        What::LimitReached(bound) => Seen::Limit(bound),
        What::Closed(closed) => {
            assert!(!std::mem::replace(&mut slot.closed, true), "closed twice");
            Seen::Closed(closed.packet.number, closed.why)
        }
        What::Released => {
            assert!(slot.closed);
            slots.remove(&event.slot);
            Seen::Released
        }
    };
    seen.push((stream, seen_event));
}

fn in_order(next: &mut u64, from: Direction, event: StreamEvent<'_>) -> Seen {
    if let StreamEvent::Data { span, .. } | StreamEvent::Gap { span, .. } = event {
        assert_eq!(span.offset, *next, "a hole or an overlap that is not told");
        assert!(span.length > 0);
        *next = span.end_offset();
    }
    match event {
        StreamEvent::Data { span, acked, bytes } => {
            assert_eq!(span.length, bytes.len() as u64);
            assert!(span.first == span.last && span.last == span.end.number);
            Seen::Data { from, offset: span.offset, packet: span.end.number, acked, bytes: bytes.to_vec() }
        }
        StreamEvent::Gap { span, why } => {
            Seen::Gap { from, offset: span.offset, length: span.length, why, around: (span.first, span.last) }
        }
        StreamEvent::Fin { packet, acked } => Seen::Fin(from, packet.number, acked),
        StreamEvent::Reset { packet, acked } => Seen::Reset(from, packet.number, acked),
    }
}
