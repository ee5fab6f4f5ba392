//! Frames of one direction become messages (RFC 6455 §5.4).

use super::collector::Collector;
use super::{Frame, FrameHeader, Negotiated, Opcode};
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
    /// From its first byte to its last, frames of the same direction in between included.
    pub span: Span,
    /// Payload bytes announced by its frames.
    pub wire_length: u64,
    /// Payload bytes captured, as on the wire but unmasked; a prefix if `truncated`.
    pub payload: &'a [u8],
    /// Whether `payload` is shorter than what was captured.
    pub truncated: bool,
    /// Whether the payload is compressed.
    pub compressed: bool,
    /// Whether its last frame came and no byte of any frame is missing.
    pub whole: bool,
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
        self.open = Some(OpenMessage {
            number,
            header: *header,
            compressed: membership.compressed,
            damaged: false,
            wire_length: 0,
            extent: None,
        });
    }

    /// Keeps captured payload of the open message.
    pub(super) fn payload(
        &mut self,
        header: &FrameHeader,
        offset: u64,
        bytes: &[u8],
        wanted: usize,
        held: &Budget,
    ) {
        self.payload.add(header.masking_key, offset, bytes, wanted, held);
    }

    /// A frame is over; tells the message if that is over with it.
    pub(super) fn end_frame(
        &mut self,
        frame: &Frame<'_>,
        whole: bool,
        direction: Direction,
        held: &Budget,
        out: &mut impl FnMut(&Message<'_>),
    ) {
        match frame.membership.part {
            Part::Control => self.control(frame, whole, direction, out),
            Part::First | Part::Interrupting | Part::Continuing => {
                let Some(open) = &mut self.open else { return };
                open.damaged |= !whole;
                open.wire_length = open.wire_length.saturating_add(frame.header.payload_length);
                let (first, span) = open
                    .extent
                    .map_or((frame.number, frame.span), |(frames, span)| (frames[0], span.join(&frame.span)));
                open.extent = Some(([first, frame.number], span));
                if frame.header.fin {
                    self.close(true, direction, held, out);
                }
            }
            Part::Orphan | Part::AfterLoss | Part::OfControl | Part::Reserved => {}
        }
    }

    /// Frames were lost: whether a message is open is not known.
    pub(super) fn lose(&mut self) {
        self.lost = true;
    }

    /// The open message will not go on: tells what there is of it.
    pub(super) fn abandon(
        &mut self,
        direction: Direction,
        held: &Budget,
        out: &mut impl FnMut(&Message<'_>),
    ) {
        self.close(false, direction, held, out);
    }

    /// Abandons the open message and gives everything back.
    pub(super) fn finish(&mut self, direction: Direction, held: &Budget, out: &mut impl FnMut(&Message<'_>)) {
        self.close(false, direction, held, out);
        self.payload.release(held);
    }

    fn control(
        &self,
        frame: &Frame<'_>,
        whole: bool,
        direction: Direction,
        out: &mut impl FnMut(&Message<'_>),
    ) {
        let Some(number) = frame.membership.message else { return };
        out(&Message {
            direction,
            number,
            header: frame.header,
            frames: [frame.number, frame.number],
            span: frame.span,
            wire_length: frame.header.payload_length,
            payload: frame.payload,
            truncated: frame.truncated,
            compressed: false,
            whole,
        });
    }

    fn close(
        &mut self,
        ended: bool,
        direction: Direction,
        held: &Budget,
        out: &mut impl FnMut(&Message<'_>),
    ) {
        let Some(open) = self.open.take() else { return };
        if let Some((frames, span)) = open.extent {
            out(&Message {
                direction,
                number: open.number,
                header: open.header,
                frames,
                span,
                wire_length: open.wire_length,
                payload: self.payload.bytes(),
                truncated: self.payload.truncated(),
                compressed: open.compressed,
                whole: ended && !open.damaged,
            });
        }
        self.payload.clear(held);
    }
}
