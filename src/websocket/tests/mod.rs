//! Frames and messages of whole sessions, from raw bytes.

mod compressed;
mod losses;
mod sessions;

use proptest::prelude::*;

use super::*;
use crate::base::{
    Budget, Direction, GapReason, Limits, PacketId, PerDirection, Span, StreamEvent, Timestamp,
};

const CLIENT: Direction = Direction::ClientToServer;
const SERVER: Direction = Direction::ServerToClient;

/// What a test wants to know of a session.
#[derive(Debug, Default, PartialEq, Clone)]
struct Seen {
    frames: Vec<SeenFrame>,
    missing: Vec<Vec<[u64; 2]>>,
    /// Opcode, payload, first and last frame, whether it is whole.
    messages: Vec<(u8, Vec<u8>, [u64; 2], bool)>,
    /// Whether each message is compressed.
    compressed: Vec<bool>,
    /// What the message says that each frame completes.
    completed: Vec<Option<Vec<u8>>>,
    /// What became of the compression of each message, and where it stops being UTF-8.
    contents: Vec<(Content, Option<u64>)>,
    /// Bytes skipped and headers in a row, each time that frames were found again.
    found: Vec<(u64, u32)>,
    /// Whether the directions turned out to be the other way round.
    turned: bool,
    lost: usize,
    headers_cut: usize,
    /// Bytes that were not found to be frames.
    not_found: u64,
    not_frames: usize,
}

/// Opcode, FIN, announced length, payload, part in the message and its number.
type SeenFrame = (u8, bool, u64, Vec<u8>, String, Option<u64>);

struct Feed {
    session: Session,
    held: Budget,
    scratch: Scratch,
    offsets: PerDirection<u64>,
    packet: u64,
    seen: Seen,
}

impl Feed {
    fn new(negotiated: Negotiated) -> Self {
        Self {
            session: Session::new(negotiated, Wanted { frame: 1 << 20, message: 1 << 20 }),
            held: Budget::new(1 << 30),
            scratch: Scratch::new(&Limits::default()),
            offsets: Default::default(),
            packet: 0,
            seen: Seen::default(),
        }
    }

    fn event(&mut self, direction: Direction, length: u64, event: impl Fn(Span) -> StreamEvent<'static>) {
        let span = self.span(direction, length);
        let event = event(span);
        let Self { session, held, scratch, seen, .. } = self;
        session.push(direction, &event, scratch, held, &mut |event| see(seen, event));
    }

    fn span(&mut self, direction: Direction, length: u64) -> Span {
        self.packet += 1;
        let packet = PacketId { number: self.packet, time: Timestamp::from_nanos(self.packet as i64) };
        let span = Span::of(packet, self.offsets[direction], length);
        self.offsets[direction] += length;
        span
    }

    fn data(&mut self, direction: Direction, bytes: &[u8]) -> &mut Self {
        let span = self.span(direction, bytes.len() as u64);
        let event = StreamEvent::Data { span, acked: Some(0), bytes };
        let Self { session, held, scratch, seen, .. } = self;
        session.push(direction, &event, scratch, held, &mut |event| see(seen, event));
        self
    }

    fn gap(&mut self, direction: Direction, length: u64) -> &mut Self {
        self.event(direction, length, |span| StreamEvent::Gap { span, why: GapReason::Acknowledged });
        self
    }

    fn finish(mut self) -> Seen {
        let Self { session, held, scratch, seen, .. } = &mut self;
        session.finish(scratch, held, &mut |event| see(seen, event));
        assert_eq!(self.held.used(), 0, "everything is given back");
        self.seen
    }
}

fn see(seen: &mut Seen, event: SessionEvent<'_>) {
    match event {
        SessionEvent::Frame(frame) => {
            let header = &frame.header;
            let part = format!("{:?}", frame.membership.part);
            let payload = frame.payload.to_vec();
            let message = frame.membership.message;
            seen.frames.push((
                header.opcode.value(),
                header.fin,
                header.payload_length,
                payload,
                part,
                message,
            ));
            seen.missing.push(frame.missing.to_vec());
            seen.completed.push(frame.completes.map(|message| message.payload.to_vec()));
        }
        SessionEvent::Message(message) => {
            let opcode = message.header.opcode.value();
            seen.messages.push((opcode, message.payload.to_vec(), message.frames, message.whole));
            seen.compressed.push(message.compressed);
            seen.contents.push((message.content, message.invalid_text.map(|invalid| invalid.offset)));
        }
        SessionEvent::HeaderCut { .. } => seen.headers_cut += 1,
        SessionEvent::Lost(_) => seen.lost += 1,
        SessionEvent::NotFound { skipped, .. } => seen.not_found += skipped,
        SessionEvent::Found { skipped, evidence, turned, .. } => {
            seen.found.push((skipped, evidence.frames));
            seen.turned |= turned;
        }
        SessionEvent::NotAFrame { .. } => seen.not_frames += 1,
    }
}

/// A frame with the shortest header; masked if it has a key.
fn frame(first: u8, key: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let mask = if key.is_some() { 0x80 } else { 0 };
    let mut bytes = match payload.len() {
        length @ 0..=125 => vec![first, mask | length as u8],
        length @ 126..=0xffff => vec![first, mask | 126, (length >> 8) as u8, length as u8],
        length => [&[first, mask | 127][..], &(length as u64).to_be_bytes()].concat(),
    };
    let mut payload = payload.to_vec();
    if let Some(key) = key {
        bytes.extend(key);
        unmask(key, 0, &mut payload);
    }
    bytes.extend(payload);
    bytes
}

const KEY: Option<[u8; 4]> = Some([0x37, 0xfa, 0x21, 0x3d]);
