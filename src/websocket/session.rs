//! Both directions of a WebSocket connection: frames are numbered, fragments joined (RFC 6455 §5.4).

use super::collector::Collector;
use super::decoder::{Decoder, Expected, FrameEvent};
use super::deflate::Context;
use super::holes::Holes;
use super::message::{Joiner, Means, Membership, Part};
use super::search::{Demand, Evidence};
use super::{Frame, FrameHeader, Inflater, Message, Negotiated};
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
    /// Of what both may show: a message of one frame, and what ends with the frame that completes a compressed message.
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
    /// The stream ended inside a frame header.
    HeaderCut {
        /// Who sent it.
        direction: Direction,
        /// What there is of it.
        span: Span,
    },
    /// After missing bytes, nobody knows where the next frame of the direction begins.
    Lost(Direction),
    /// Where frames begin is known again, or for the first time.
    Found {
        /// Who sends them.
        direction: Direction,
        /// The mask has shown that the sender is the other end than was thought: `direction`, and that of all later
        /// events, is named accordingly.
        turned: bool,
        /// The offset of the first header.
        start: u64,
        /// Bytes before it that were captured and are not decoded.
        skipped: u64,
        /// Why one thinks so.
        evidence: Evidence,
    },
    /// The stream ended, and where frames begin was not found (again).
    NotFound {
        /// Who sent the bytes.
        direction: Direction,
        /// Bytes that were captured and are not decoded.
        skipped: u64,
    },
}

/// Both directions of one WebSocket connection.
#[derive(Debug)]
pub struct Session {
    negotiated: Negotiated,
    /// The handshake was not captured.
    assumed: bool,
    wanted: Wanted,
    /// Which direction is the client's is only guessed.
    sides_guessed: bool,
    /// How sure one has to be that frames begin somewhere.
    demand: Demand,
    /// Bytes taken before the first frame was found.
    searched: u64,
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
    missing: Holes,
    joiner: Joiner,
    context: Context,
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
        Self {
            negotiated,
            assumed: false,
            wanted,
            sides_guessed: false,
            demand: Demand::AFTER_LOSS,
            searched: 0,
            frames: 0,
            messages: 0,
            halves: PerDirection::default(),
        }
    }

    /// A session whose handshake was not captured: frames have to be found by evidence in both directions.
    pub fn without_handshake(wanted: Wanted, demand: Demand, sides_guessed: bool) -> Self {
        let mut session = Self::new(Negotiated::NOT_CAPTURED, wanted);
        session.assumed = true;
        session.sides_guessed = sides_guessed;
        session.demand = demand;
        for direction in Direction::BOTH {
            let half = &mut session.halves[direction];
            half.decoder = Decoder::searching();
            half.context = Context::unknown();
        }
        session
    }

    /// Frames so far, both directions.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Messages begun so far, both directions, control frames included.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// Captured bytes taken before the first frame began.
    pub fn searched(&self) -> u64 {
        self.searched
    }

    /// Takes the next event of one direction; bytes kept come out of `held`.
    pub fn push(
        &mut self,
        direction: Direction,
        event: &StreamEvent<'_>,
        inflater: &mut Inflater,
        held: &Budget,
        out: &mut impl FnMut(SessionEvent<'_>),
    ) {
        if let StreamEvent::Data { bytes, .. } = event
            && self.messages == 0
        {
            self.searched = self.searched.saturating_add(bytes.len() as u64);
        }
        let demand = self.demand;
        self.decode(direction, inflater, held, out, |decoder, stage, out| {
            let expected = stage.expected();
            decoder.push(expected, event, held, &mut |event| stage.frame_event(event, out));
        });
        if self.demand != demand {
            // What was found in one direction lowers the demand on the other.
            for direction in Direction::BOTH {
                self.decode(direction, inflater, held, out, |decoder, stage, out| {
                    let expected = stage.expected();
                    decoder.search_again(expected, held, &mut |event| stage.frame_event(event, out));
                });
            }
        }
    }

    /// The stream is over: open frames and messages end here. Gives everything back to `held`.
    pub fn finish(&mut self, inflater: &mut Inflater, held: &Budget, out: &mut impl FnMut(SessionEvent<'_>)) {
        // If the first of them turns the directions round, the other one comes last.
        for direction in [Direction::ClientToServer, Direction::ServerToClient, Direction::ClientToServer] {
            self.decode(direction, inflater, held, out, |decoder, stage, out| {
                let expected = stage.expected();
                decoder.finish(expected, held, &mut |event| stage.frame_event(event, out));
            });
        }
        for direction in Direction::BOTH {
            self.decode(direction, inflater, held, out, |_, stage, out| stage.abandon(out));
            let half = &mut self.halves[direction];
            half.payload.release(held);
            half.joiner.release(held);
            half.context.release(held);
        }
        inflater.release(held);
    }

    /// Runs the direction's decoder with all that its events touch.
    fn decode<F: FnMut(SessionEvent<'_>)>(
        &mut self,
        direction: Direction,
        inflater: &mut Inflater,
        held: &Budget,
        out: &mut F,
        run: impl FnOnce(&mut Decoder, &mut Stage<'_>, &mut F),
    ) {
        let Half { decoder, frame, payload, missing, joiner, context } = &mut self.halves[direction];
        let mut stage = Stage {
            direction,
            turned: false,
            sides_guessed: &mut self.sides_guessed,
            demand: &mut self.demand,
            negotiated: self.negotiated,
            assumed: self.assumed,
            wanted: self.wanted,
            frames: &mut self.frames,
            messages: &mut self.messages,
            frame,
            payload,
            missing,
            joiner,
            context,
            inflater,
            held,
        };
        run(decoder, &mut stage, out);
        if stage.turned {
            std::mem::swap(&mut self.halves.client, &mut self.halves.server);
        }
    }
}

/// All that the treatment of one frame event touches, the decoder apart.
struct Stage<'s> {
    direction: Direction,
    /// The mask has shown that `direction` is the other one than was thought when the event came.
    turned: bool,
    sides_guessed: &'s mut bool,
    demand: &'s mut Demand,
    negotiated: Negotiated,
    assumed: bool,
    wanted: Wanted,
    frames: &'s mut u64,
    messages: &'s mut u64,
    frame: &'s mut Option<OpenFrame>,
    payload: &'s mut Collector,
    missing: &'s mut Holes,
    joiner: &'s mut Joiner,
    context: &'s mut Context,
    inflater: &'s mut Inflater,
    held: &'s Budget,
}

/// Bytes that the body of a control frame may have (RFC 6455 §5.5).
const CONTROL_BODY: usize = 125;

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
            FrameEvent::HeaderCut { span } => out(SessionEvent::HeaderCut { direction, span }),
            FrameEvent::Lost => {
                let compressed = self.joiner.compressed();
                self.abandon(out);
                self.joiner.lose();
                self.context.lose(compressed);
                out(SessionEvent::Lost(direction));
            }
            FrameEvent::Found { start, skipped, evidence } => self.found(start, skipped, evidence, out),
            FrameEvent::NotFound { skipped } => out(SessionEvent::NotFound { direction, skipped }),
        }
    }

    /// What is known of the direction's frames before they come.
    fn expected(&self) -> Expected {
        Expected {
            masked: (!*self.sides_guessed).then_some(self.direction == Direction::ClientToServer),
            extended: self.negotiated.deflate.is_some() || self.negotiated.unknown_extension,
            demand: *self.demand,
        }
    }

    fn found(
        &mut self,
        start: u64,
        skipped: u64,
        evidence: Evidence,
        out: &mut impl FnMut(SessionEvent<'_>),
    ) {
        let sender = if evidence.masked { Direction::ClientToServer } else { Direction::ServerToClient };
        let turned = std::mem::take(self.sides_guessed) && sender != self.direction;
        if turned {
            self.turned = !self.turned;
            self.direction = sender;
        }
        // That there are frames at all is known from now on, for the other direction too.
        *self.demand = Demand::AFTER_LOSS;
        self.joiner.lose();
        out(SessionEvent::Found { direction: self.direction, turned, start, skipped, evidence });
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
            self.abandon(out);
        }
        self.joiner.begin(&header, &membership);
        *self.frame = Some(OpenFrame { header, acked, span, captured: 0, membership });
    }

    fn chunk(&mut self, offset: u64, span: &Span, bytes: &[u8]) {
        let Some(frame) = self.frame.as_mut() else { return };
        frame.span = frame.span.join(span);
        frame.captured = frame.captured.saturating_add(bytes.len() as u64);
        let wanted = match frame.membership.part {
            // The bodies of control frames are always read, and small unless they are a violation.
            Part::Control => self.wanted.whole().max(CONTROL_BODY),
            Part::First | Part::Interrupting | Part::Continuing => {
                // A compressed message has to be whole, whoever reads it.
                let compressed = frame.membership.compressed;
                let kept = if compressed { self.inflater.compressed } else { self.wanted.message };
                self.joiner.payload(&frame.header, offset, bytes, kept, self.held);
                self.wanted.frame
            }
            Part::Orphan | Part::AfterLoss | Part::OfControl | Part::Reserved => self.wanted.frame,
        };
        self.payload.add(frame.header.masking_key, offset, bytes, wanted, self.held);
    }

    fn hole(&mut self, offset: u64, length: u64) {
        let Some(frame) = self.frame.as_mut() else { return };
        frame.span.length = frame.span.length.saturating_add(length);
        if matches!(frame.membership.part, Part::First | Part::Interrupting | Part::Continuing) {
            self.joiner.hole(offset, length);
        }
        self.missing.push(offset, length);
    }

    fn end(&mut self, cut: bool, out: &mut impl FnMut(SessionEvent<'_>)) {
        let Some(open) = self.frame.take() else { return };
        *self.frames += 1;
        let whole = !cut && self.missing.get().is_empty();
        let frame = Frame {
            direction: self.direction,
            number: *self.frames,
            header: open.header,
            acked: open.acked,
            span: open.span,
            payload_captured: open.captured,
            missing: self.missing.get(),
            payload: self.payload.bytes(),
            truncated: self.payload.truncated(),
            membership: open.membership,
            completes: None,
        };
        let mut means = Means {
            inflater: self.inflater,
            context: self.context,
            agreed: self.negotiated.deflate.map(|deflate| deflate[self.direction]).unwrap_or_default(),
            assumed: self.assumed,
            wanted: self.wanted.whole(),
            held: self.held,
        };
        let message = self.joiner.end_frame(&frame, whole, &mut means);
        out(SessionEvent::Frame(&Frame { completes: message.as_ref(), ..frame }));
        if let Some(message) = &message {
            out(SessionEvent::Message(message));
        }
        self.joiner.clear(self.held);
        self.inflater.clear(self.held);
        self.payload.clear(self.held);
        self.missing.clear();
    }

    /// The open message, if there is one, will not go on.
    fn abandon(&mut self, out: &mut impl FnMut(SessionEvent<'_>)) {
        let message = self.joiner.abandon(self.direction, self.context);
        if let Some(message) = &message {
            out(SessionEvent::Message(message));
        }
        self.joiner.clear(self.held);
        self.inflater.clear(self.held);
    }
}
