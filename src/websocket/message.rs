//! Frames of one direction become messages (RFC 6455 §5.4).

use super::collector::Collector;
use super::deflate::{Cap, Compressed, Content, Context, Undecoded};
use super::holes::Holes;
use super::utf8::{InvalidText, Utf8};
use super::{Compression, Frame, FrameHeader, Inflater, Negotiated, Opcode};
use crate::base::{Budget, Direction, Span};

/// A message: its fragments joined. A control frame is a message of one frame.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Who sent it.
    pub direction: Direction,
    /// 1 for the first message of the connection that began.
    pub number: u64,
    /// The header of its first frame.
    pub header: FrameHeader,
    /// The numbers of its first frame and its last.
    pub frames: [u64; 2],
    /// How many frames it has.
    pub fragments: u64,
    /// From its first byte to its last, frames of the same direction in between included.
    pub span: Span,
    /// Payload bytes announced by its frames.
    pub wire_length: u64,
    /// Payload bytes of its frames not captured: offset and length of each hole, without what a stream's end cut off.
    pub missing: &'a [[u64; 2]],
    /// Payload bytes captured, unmasked and inflated; a prefix if `truncated`, nothing if they could not be inflated.
    pub payload: &'a [u8],
    /// Whether `payload` is shorter than what was captured, or than what that inflates to.
    pub truncated: bool,
    /// Whether the payload is compressed.
    pub compressed: bool,
    /// Whether its last frame came and no byte of any frame is missing.
    pub whole: bool,
    /// What became of the compression.
    pub content: Content,
    /// Where it stops being UTF-8, if it is a text (RFC 6455 §5.6); what stands behind missing bytes is not examined.
    pub invalid_text: Option<InvalidText>,
}

/// How a frame stands to the messages of its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// The message it belongs to; `None` for an orphan and for a reserved opcode.
    pub message: Option<u64>,
    /// The opcode that says what its payload is: for a continuation, that of the message's first frame.
    pub opcode: Opcode,
    /// Whether that message is compressed.
    pub compressed: bool,
    /// Its part in it.
    pub part: Part,
}

/// The part that a frame has in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It begins a message.
    First,
    /// It begins a message although another one is not finished.
    Interrupting,
    /// It goes on with the message begun before.
    Continuing,
    /// It would go on with a message, and none was begun.
    Orphan,
    /// It goes on with a message whose beginning may have been lost.
    AfterLoss,
    /// It goes on with a control frame that should not have been fragmented.
    OfControl,
    /// It is a control frame.
    Control,
    /// Its opcode has no meaning.
    Reserved,
}

impl Part {
    /// Whether a fragmented message of the direction was unfinished when the frame came; `None` where that does not
    /// tell whether the frame was right.
    pub fn message_was_open(self) -> Option<bool> {
        match self {
            Part::First | Part::Orphan => Some(false),
            Part::Interrupting | Part::Continuing => Some(true),
            Part::AfterLoss | Part::OfControl | Part::Control | Part::Reserved => None,
        }
    }
}

/// Joins the data frames of one direction.
#[derive(Debug, Default)]
pub(super) struct Joiner {
    open: Option<OpenMessage>,
    payload: Collector,
    missing: Holes,
    /// A control frame came without FIN, and its end has not come.
    control_open: bool,
    /// Frames were lost, and it is not known whether a message was open.
    lost: bool,
}

#[derive(Debug, Clone, Copy)]
struct OpenMessage {
    number: u64,
    header: FrameHeader,
    compressed: bool,
    damaged: bool,
    wire_length: u64,
    fragments: u64,
    /// Examines a text that is not compressed.
    text: Utf8,
    /// Frames and span so far; `None` until the first frame is over.
    extent: Option<([u64; 2], Span)>,
}

impl Joiner {
    /// Finds the place of a frame whose header is complete. A message that it interrupts must be abandoned first.
    pub(super) fn place(
        &mut self,
        header: &FrameHeader,
        negotiated: Negotiated,
        messages: &mut u64,
    ) -> Membership {
        let nothing =
            Membership { message: None, opcode: header.opcode, compressed: false, part: Part::Reserved };
        match header.opcode {
            Opcode::Text | Opcode::Binary => {
                let part = if self.open.is_some() { Part::Interrupting } else { Part::First };
                self.lost = false;
                *messages += 1;
                let compressed = negotiated.deflate.is_some() && header.rsv1;
                Membership { message: Some(*messages), opcode: header.opcode, compressed, part }
            }
            Opcode::Continuation => match self.open {
                Some(open) => Membership {
                    message: Some(open.number),
                    opcode: open.header.opcode,
                    compressed: open.compressed,
                    part: Part::Continuing,
                },
                None if self.control_open => {
                    self.control_open = !header.fin;
                    Membership { part: Part::OfControl, ..nothing }
                }
                None if self.lost => {
                    self.lost = !header.fin;
                    Membership { part: Part::AfterLoss, ..nothing }
                }
                None => Membership { part: Part::Orphan, ..nothing },
            },
            Opcode::Close | Opcode::Ping | Opcode::Pong => {
                self.control_open = !header.fin;
                *messages += 1;
                Membership { message: Some(*messages), part: Part::Control, ..nothing }
            }
            Opcode::Reserved(_) => nothing,
        }
    }

    /// Opens the message that a frame begins.
    pub(super) fn begin(&mut self, header: &FrameHeader, membership: &Membership) {
        let (Part::First | Part::Interrupting, Some(number)) = (membership.part, membership.message) else {
            return;
        };
        self.missing.clear();
        self.open = Some(OpenMessage {
            number,
            header: *header,
            compressed: membership.compressed,
            damaged: false,
            wire_length: 0,
            fragments: 0,
            text: Utf8::default(),
            extent: None,
        });
    }

    /// Takes captured payload of the open message and keeps it, as much as is `wanted`.
    pub(super) fn payload(
        &mut self,
        header: &FrameHeader,
        offset: u64,
        bytes: &[u8],
        wanted: usize,
        held: &Budget,
    ) {
        let Some(open) = &mut self.open else { return };
        let key = header.masking_key;
        self.payload.add(key, offset, bytes, wanted, held);
        if open.header.opcode == Opcode::Text && !open.compressed {
            open.text.masked(key, offset, bytes);
        }
    }

    /// Payload of the open message is missing: so many bytes behind `offset` in its current frame.
    pub(super) fn hole(&mut self, offset: u64, length: u64) {
        if let Some(open) = &mut self.open {
            self.missing.push(open.wire_length.saturating_add(offset), length);
            open.damaged = true;
            open.text.stop();
        }
    }

    /// A frame is over; gives the message if that is over with it.
    pub(super) fn end_frame<'a>(
        &'a mut self,
        frame: &Frame<'a>,
        whole: bool,
        means: &'a mut Means<'_>,
    ) -> Option<Message<'a>> {
        match frame.membership.part {
            Part::Control => Some(Message {
                direction: frame.direction,
                number: frame.membership.message?,
                header: frame.header,
                frames: [frame.number, frame.number],
                fragments: 1,
                span: frame.span,
                wire_length: frame.header.payload_length,
                missing: frame.missing,
                payload: frame.payload,
                truncated: frame.truncated,
                compressed: false,
                whole,
                content: Content::Plain,
                invalid_text: None,
            }),
            Part::First | Part::Interrupting | Part::Continuing => {
                let open = self.open.as_mut()?;
                open.damaged |= !whole;
                open.fragments += 1;
                open.wire_length = open.wire_length.saturating_add(frame.header.payload_length);
                let (first, span) = open
                    .extent
                    .map_or((frame.number, frame.span), |(frames, span)| (frames[0], span.join(&frame.span)));
                open.extent = Some(([first, frame.number], span));
                if frame.header.fin { self.complete(frame.direction, means) } else { None }
            }
            Part::Orphan | Part::AfterLoss | Part::OfControl | Part::Reserved => None,
        }
    }

    /// The number of the open message, if it is compressed.
    pub(super) fn compressed(&self) -> Option<u64> {
        self.open.filter(|open| open.compressed).map(|open| open.number)
    }

    /// Frames were lost: whether a message is open is not known.
    pub(super) fn lose(&mut self) {
        self.lost = true;
    }

    /// The open message will not go on: gives what there is of it.
    pub(super) fn abandon(&mut self, direction: Direction, context: &mut Context) -> Option<Message<'_>> {
        let open = self.open.take()?;
        let content = if open.compressed {
            context.lose(Some(open.number));
            Content::Undecoded(Undecoded::MissingBytes)
        } else {
            Content::Plain
        };
        self.message(&open, false, direction, content)
    }

    /// The last message has been told.
    pub(super) fn clear(&mut self, held: &Budget) {
        if self.open.is_none() {
            self.payload.clear(held);
        }
    }

    /// Whether no message is open, nor anything else that the next frame could go on with.
    pub(super) fn is_over(&self) -> bool {
        self.open.is_none() && !self.control_open && !self.lost
    }

    /// Forgets everything and gives it back.
    pub(super) fn rest(&mut self, held: &Budget) {
        let mut payload = std::mem::take(&mut self.payload);
        payload.rest(held);
        *self = Self { payload, ..Self::default() };
    }

    /// The last frame of the open message is over.
    fn complete<'a>(&'a mut self, direction: Direction, means: &'a mut Means<'_>) -> Option<Message<'a>> {
        let open = self.open.take()?;
        if !open.compressed {
            return self.message(&open, true, direction, Content::Plain);
        }
        let (content, invalid_text) = inflated(&open, &self.payload, means);
        let (payload, cut) = means.inflater.shown();
        let truncated = cut || content == Content::Undecoded(Undecoded::Limit(Cap::Inflated));
        let message = self.message(&open, true, direction, content)?;
        Some(Message { payload, truncated, invalid_text, ..message })
    }

    /// A message that is over, as it was on the wire; nothing of it if it is compressed.
    fn message(
        &self,
        open: &OpenMessage,
        ended: bool,
        direction: Direction,
        content: Content,
    ) -> Option<Message<'_>> {
        let (frames, span) = open.extent?;
        let whole = ended && !open.damaged;
        Some(Message {
            direction,
            number: open.number,
            header: open.header,
            frames,
            fragments: open.fragments,
            span,
            wire_length: open.wire_length,
            missing: self.missing.get(),
            payload: if open.compressed { &[] } else { self.payload.bytes() },
            truncated: self.payload.truncated() && !open.compressed,
            compressed: open.compressed,
            whole,
            content,
            invalid_text: open.text.invalid(whole),
        })
    }
}

/// What a compressed message inflates to, and where that stops being UTF-8 if it is a text.
fn inflated(open: &OpenMessage, wire: &Collector, means: &mut Means<'_>) -> (Content, Option<InvalidText>) {
    let Means { inflater, context, held, .. } = means;
    let unknown = if open.damaged {
        Undecoded::MissingBytes
    } else if !wire.truncated() {
        let message = Compressed {
            number: open.number,
            wire: wire.bytes(),
            agreed: means.agreed,
            assumed: means.assumed,
            is_text: open.header.opcode == Opcode::Text,
            wanted: means.wanted,
        };
        return context.inflate(message, inflater, held);
    } else if wire.bytes().len() < inflater.compressed {
        Undecoded::Limit(Cap::HeldTotal)
    } else {
        Undecoded::Limit(Cap::Payload)
    };
    inflater.clear(held);
    context.lose(Some(open.number));
    (Content::Undecoded(unknown), None)
}

/// What the end of a message touches beside its frames.
pub(super) struct Means<'s> {
    pub inflater: &'s mut Inflater,
    /// What its direction's compressed messages refer to.
    pub context: &'s mut Context,
    /// How they are compressed.
    pub agreed: Compression,
    /// That is not known but assumed.
    pub assumed: bool,
    /// Bytes of an inflated message that somebody wants to read.
    pub wanted: usize,
    pub held: &'s Budget,
}
