//! Both directions of a WebSocket connection: frames are numbered, fragments joined (RFC 6455 §5.4).

use super::deflate::Context;
use super::scratch::{Scratch, Unfinished};
use super::search::{Demand, Evidence};
use super::stage::Stage;
use super::{Decoder, Expected, Frame, FrameHeader, Message, Negotiated};
use crate::base::{Budget, Direction, PerDirection, Span, StreamEvent, fetch};

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
    pub(super) fn whole(self) -> usize {
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
    pub(super) wanted: Wanted,
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
    /// What is begun and not over; `None` between messages.
    unfinished: Option<Box<Unfinished>>,
    context: Context,
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

    /// Fetches what most events touch.
    pub fn fetch(&self) {
        fetch(&self.frames);
        fetch(&self.wanted);
        for half in [&self.halves.client, &self.halves.server] {
            fetch(&half.decoder);
            fetch(&half.unfinished);
        }
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

    /// Counts bytes that are searched for the first frame.
    pub(super) fn count_searched(&mut self, bytes: usize) {
        if self.messages == 0 {
            self.searched = self.searched.saturating_add(bytes as u64);
        }
    }

    /// One more frame, which is a message by itself: its number, and that of the message.
    pub(super) fn count_frame(&mut self) -> (u64, u64) {
        self.frames += 1;
        self.messages += 1;
        (self.frames, self.messages)
    }

    /// Whether a message begins with the next byte of a direction.
    pub(super) fn is_between_messages(&self, direction: Direction) -> bool {
        let half = &self.halves[direction];
        half.unfinished.is_none() && half.decoder.is_between_frames()
    }

    /// What is known of the direction's frames before they come.
    pub(super) fn expected(&self, direction: Direction) -> Expected {
        Expected {
            masked: (!self.sides_guessed).then_some(direction == Direction::ClientToServer),
            extended: self.negotiated.deflate.is_some() || self.negotiated.unknown_extension,
            demand: self.demand,
        }
    }

    /// Takes the next event of one direction; bytes kept come out of `held`.
    pub fn push(
        &mut self,
        direction: Direction,
        event: &StreamEvent<'_>,
        scratch: &mut Scratch,
        held: &Budget,
        out: &mut impl FnMut(SessionEvent<'_>),
    ) {
        let Some(event) = self.whole_frames(direction, event, scratch, out) else { return };
        let demand = self.demand;
        let expected = self.expected(direction);
        self.decode(direction, scratch, held, out, |decoder, stage, out| {
            decoder.push(expected, &event, held, &mut |event| stage.frame_event(event, out));
        });
        if self.demand != demand {
            // What was found in one direction lowers the demand on the other.
            for direction in Direction::BOTH {
                let expected = self.expected(direction);
                self.decode(direction, scratch, held, out, |decoder, stage, out| {
                    decoder.search_again(expected, held, &mut |event| stage.frame_event(event, out));
                });
            }
        }
        scratch.inflater.rest(held);
    }

    /// The stream is over: open frames and messages end here. Gives everything back to `held`.
    pub fn finish(&mut self, scratch: &mut Scratch, held: &Budget, out: &mut impl FnMut(SessionEvent<'_>)) {
        // If the first of them turns the directions round, the other one comes last.
        for direction in [Direction::ClientToServer, Direction::ServerToClient, Direction::ClientToServer] {
            let expected = self.expected(direction);
            self.decode(direction, scratch, held, out, |decoder, stage, out| {
                decoder.finish(expected, held, &mut |event| stage.frame_event(event, out));
            });
        }
        for direction in Direction::BOTH {
            self.decode(direction, scratch, held, out, |_, stage, out| stage.abandon(out));
            let half = &mut self.halves[direction];
            if let Some(unfinished) = half.unfinished.take() {
                scratch.take_back(unfinished, held);
            }
            half.context.release(held);
        }
        scratch.release(held);
    }

    /// Runs the direction's decoder with all that its events touch.
    fn decode<F: FnMut(SessionEvent<'_>)>(
        &mut self,
        direction: Direction,
        scratch: &mut Scratch,
        held: &Budget,
        out: &mut F,
        run: impl FnOnce(&mut Decoder, &mut Stage<'_>, &mut F),
    ) {
        let Half { decoder, unfinished, context } = &mut self.halves[direction];
        let mut open = unfinished.take().unwrap_or_else(|| scratch.unfinished());
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
            unfinished: &mut open,
            context,
            inflater: &mut scratch.inflater,
            held,
        };
        run(decoder, &mut stage, out);
        let turned = stage.turned;
        if open.is_over() {
            scratch.take_back(open, held);
        } else {
            *unfinished = Some(open);
        }
        if turned {
            std::mem::swap(&mut self.halves.client, &mut self.halves.server);
        }
    }
}
