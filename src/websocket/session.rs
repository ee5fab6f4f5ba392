//! Both directions of a WebSocket connection: frames are numbered, fragments joined (RFC 6455 §5.4).

use super::collector::Collector;
use super::decoder::{Decoder, Expected, FrameEvent};
use super::message::{Joiner, Membership, Part};
use super::{Frame, FrameHeader, Message, Negotiated, Opcode};
use crate::base::{Budget, Direction, PerDirection, Span, StreamEvent};

/// How many payload bytes somebody wants to read; 0 if nobody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Of each frame.
    pub frame: usize,
    /// Of each message.
    pub message: usize,
}

impl Wanted {
    /// Of a frame that is a message of its own.
    fn whole(self) -> usize {
        self.frame.max(self.message)
    }
}

/// Something that the bytes of a session turned out to be.
#[derive(Debug)]
pub enum SessionEvent<'a> {
    /// A frame is over.
    Frame(&'a Frame<'a>),
    /// A message is over.
    Message(&'a Message<'a>),
    /// Bytes that are no frame stand where one should begin; the rest of the direction is not decoded.
    NotAFrame {
        /// Who sent them.
        direction: Direction,
        /// What they would say, read as a header.
        header: FrameHeader,
        /// Where they stand.
        span: Span,
    },
    /// After missing bytes, the rest of the direction cannot be decoded.
    Lost(Direction),
}

/// Both directions of one WebSocket connection.
#[derive(Debug)]
pub struct Session {
    negotiated: Negotiated,
    wanted: Wanted,
    frames: u64,
    messages: u64,
    halves: PerDirection<Half>,
}

/// What is going on in one direction.
#[derive(Debug, Default)]
struct Half {
    decoder: Decoder,
    frame: Option<OpenFrame>,
    payload: Collector,
    missing: Vec<[u64; 2]>,
    joiner: Joiner,
}

/// A frame whose header is complete and whose payload is not.
#[derive(Debug, Clone, Copy)]
struct OpenFrame {
    header: FrameHeader,
    acked: Option<u64>,
    span: Span,
    captured: u64,
    membership: Membership,
}

impl Session {
    /// A session right behind its handshake.
    pub fn new(negotiated: Negotiated, wanted: Wanted) -> Self {
        Self { negotiated, wanted, frames: 0, messages: 0, halves: PerDirection::default() }
    }

    /// Frames so far, both directions.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Messages begun so far, both directions, control frames included.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// Takes the next event of one direction; bytes kept for readers come out of `held`.
    pub fn push(
        &mut self,
        direction: Direction,
        event: &StreamEvent<'_>,
        held: &Budget,
        out: &mut impl FnMut(SessionEvent<'_>),
    ) {
        let expected = Expected {
            masked: direction == Direction::ClientToServer,
            extended: self.negotiated.deflate || self.negotiated.unknown_extension,
        };
        self.decode(direction, held, out, |decoder, stage, out| {
            decoder.push(expected, event, &mut |event| stage.frame_event(event, out));
        });
    }

    /// The stream is over: open frames and messages end here. Gives everything back to `held`.
    pub fn finish(&mut self, held: &Budget, out: &mut impl FnMut(SessionEvent<'_>)) {
        for direction in Direction::BOTH {
            self.decode(direction, held, out, |decoder, stage, out| {
                decoder.finish(&mut |event| stage.frame_event(event, out));
            });
            let half = &mut self.halves[direction];
            half.payload.release(held);
            half.joiner.finish(direction, held, &mut |message| out(SessionEvent::Message(message)));
        }
    }

    /// Runs the direction's decoder with all that its events touch.
    fn decode<F: FnMut(SessionEvent<'_>)>(
        &mut self,
        direction: Direction,
        held: &Budget,
        out: &mut F,
        run: impl FnOnce(&mut Decoder, &mut Stage<'_>, &mut F),
    ) {
        let Half { decoder, frame, payload, missing, joiner } = &mut self.halves[direction];
        let mut stage = Stage {
            direction,
            negotiated: self.negotiated,
            wanted: self.wanted,
            frames: &mut self.frames,
            messages: &mut self.messages,
            frame,
            payload,
            missing,
            joiner,
            held,
        };
        run(decoder, &mut stage, out);
    }
}

/// All that the treatment of one frame event touches, the decoder apart.
struct Stage<'s> {
    direction: Direction,
    negotiated: Negotiated,
    wanted: Wanted,
    frames: &'s mut u64,
    messages: &'s mut u64,
    frame: &'s mut Option<OpenFrame>,
    payload: &'s mut Collector,
    missing: &'s mut Vec<[u64; 2]>,
    joiner: &'s mut Joiner,
    held: &'s Budget,
}

/// Bytes that the body of a control frame may have (RFC 6455 §5.5).
const CONTROL_BODY: usize = 125;

/// Missing ranges remembered of one frame; the lengths of later ones are added to the last.
const MISSING_RANGES: usize = 64;

impl Stage<'_> {
    fn frame_event(&mut self, event: FrameEvent<'_>, out: &mut impl FnMut(SessionEvent<'_>)) {
        let direction = self.direction;
        match event {
            FrameEvent::Header { header, span, acked } => self.begin(header, acked, span, out),
            FrameEvent::Payload { offset, span, bytes } => self.chunk(offset, &span, bytes),
            FrameEvent::Missing { offset, length } => self.hole(offset, length),
            FrameEvent::End { cut } => self.end(cut, out),
            FrameEvent::NotAFrame { header, span } => {
                out(SessionEvent::NotAFrame { direction, header, span })
            }
            FrameEvent::Lost => {
                self.joiner.abandon(direction, self.held, &mut |message| out(SessionEvent::Message(message)));
                out(SessionEvent::Lost(direction));
            }
        }
    }

    fn begin(
        &mut self,
        header: FrameHeader,
        acked: Option<u64>,
        span: Span,
        out: &mut impl FnMut(SessionEvent<'_>),
    ) {
        let membership = self.joiner.place(&header, self.negotiated, self.messages);
        if membership.part == Part::Interrupting {
            self.joiner
                .abandon(self.direction, self.held, &mut |message| out(SessionEvent::Message(message)));
        }
        self.joiner.begin(&header, &membership);
        *self.frame = Some(OpenFrame { header, acked, span, captured: 0, membership });
    }

    fn chunk(&mut self, offset: u64, span: &Span, bytes: &[u8]) {
        let Some(frame) = self.frame.as_mut() else { return };
        frame.span = frame.span.join(span);
        frame.captured = frame.captured.saturating_add(bytes.len() as u64);
        let wanted = match frame.membership.part {
            // The body of a Close frame is always read, and small unless it is a violation.
            Part::Control if frame.header.opcode == Opcode::Close => self.wanted.whole().max(CONTROL_BODY),
            Part::Control => self.wanted.whole(),
            Part::First | Part::Interrupting | Part::Continuing => {
                self.joiner.payload(&frame.header, offset, bytes, self.wanted.message, self.held);
                self.wanted.frame
            }
            Part::Orphan | Part::OfControl | Part::Reserved => self.wanted.frame,
        };
        self.payload.add(frame.header.masking_key, offset, bytes, wanted, self.held);
    }

    fn hole(&mut self, offset: u64, length: u64) {
        let Some(frame) = self.frame.as_mut() else { return };
        frame.span.length = frame.span.length.saturating_add(length);
        if self.missing.len() < MISSING_RANGES {
            self.missing.push([offset, length]);
        } else if let Some([_, last]) = self.missing.last_mut() {
            *last = last.saturating_add(length);
        }
    }

    fn end(&mut self, cut: bool, out: &mut impl FnMut(SessionEvent<'_>)) {
        let Some(open) = self.frame.take() else { return };
        *self.frames += 1;
        let whole = !cut && self.missing.is_empty();
        let frame = Frame {
            direction: self.direction,
            number: *self.frames,
            header: open.header,
            acked: open.acked,
            span: open.span,
            payload_captured: open.captured,
            missing: self.missing,
            payload: self.payload.bytes(),
            truncated: self.payload.truncated(),
            membership: open.membership,
        };
        out(SessionEvent::Frame(&frame));
        self.joiner.end_frame(&frame, whole, self.direction, self.held, &mut |message| {
            out(SessionEvent::Message(message));
        });
        self.payload.clear(self.held);
        self.missing.clear();
    }
}
