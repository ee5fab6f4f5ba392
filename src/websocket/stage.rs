//! What a decoder says of one direction becomes frames and messages.

use super::deflate::Context;
use super::message::{Means, Membership, Part};
use super::scratch::Unfinished;
use super::search::{Demand, Evidence};
use super::session::{SessionEvent, Wanted};
use super::{Frame, FrameEvent, FrameHeader, Inflater, Negotiated};
use crate::base::{Budget, Direction, Span};

/// A frame whose header is complete and whose payload is not.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenFrame {
    header: FrameHeader,
    acked: Option<u64>,
    span: Span,
    captured: u64,
    membership: Membership,
}

/// All that the treatment of one frame event touches, the decoder apart.
pub(super) struct Stage<'s> {
    pub direction: Direction,
    /// The mask has shown that `direction` is the other one than was thought when the event came.
    pub turned: bool,
    pub sides_guessed: &'s mut bool,
    pub demand: &'s mut Demand,
    pub negotiated: Negotiated,
    pub assumed: bool,
    pub wanted: Wanted,
    pub frames: &'s mut u64,
    pub messages: &'s mut u64,
    pub unfinished: &'s mut Unfinished,
    pub context: &'s mut Context,
    pub inflater: &'s mut Inflater,
    pub held: &'s Budget,
}

/// Bytes that the body of a control frame may have (RFC 6455 §5.5).
pub(super) const CONTROL_BODY: usize = 125;

impl Stage<'_> {
    /// Takes the next thing that the decoder says.
    pub fn frame_event(&mut self, event: FrameEvent<'_>, out: &mut impl FnMut(SessionEvent<'_>)) {
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
                let compressed = self.unfinished.joiner.compressed();
                self.abandon(out);
                self.unfinished.joiner.lose();
                self.context.lose(compressed);
                out(SessionEvent::Lost(direction));
            }
            FrameEvent::Found { start, skipped, evidence } => self.found(start, skipped, evidence, out),
            FrameEvent::NotFound { skipped } => out(SessionEvent::NotFound { direction, skipped }),
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
        self.unfinished.joiner.lose();
        out(SessionEvent::Found { direction: self.direction, turned, start, skipped, evidence });
    }

    fn begin(
        &mut self,
        header: FrameHeader,
        acked: Option<u64>,
        span: Span,
        out: &mut impl FnMut(SessionEvent<'_>),
    ) {
        let membership = self.unfinished.joiner.place(&header, self.negotiated, self.messages);
        if membership.part == Part::Interrupting {
            self.abandon(out);
        }
        self.unfinished.joiner.begin(&header, &membership);
        self.unfinished.frame = Some(OpenFrame { header, acked, span, captured: 0, membership });
    }

    fn chunk(&mut self, offset: u64, span: &Span, bytes: &[u8]) {
        let Some(frame) = self.unfinished.frame.as_mut() else { return };
        frame.span = frame.span.join(span);
        frame.captured = frame.captured.saturating_add(bytes.len() as u64);
        let wanted = match frame.membership.part {
            // The bodies of control frames are always read, and small unless they are a violation.
            Part::Control => self.wanted.whole().max(CONTROL_BODY),
            Part::First | Part::Interrupting | Part::Continuing => {
                // A compressed message has to be whole, whoever reads it.
                let compressed = frame.membership.compressed;
                let kept = if compressed { self.inflater.compressed } else { self.wanted.message };
                self.unfinished.joiner.payload(&frame.header, offset, bytes, kept, self.held);
                self.wanted.frame
            }
            Part::Orphan | Part::AfterLoss | Part::OfControl | Part::Reserved => self.wanted.frame,
        };
        self.unfinished.payload.add(frame.header.masking_key, offset, bytes, wanted, self.held);
    }

    fn hole(&mut self, offset: u64, length: u64) {
        let Some(frame) = self.unfinished.frame.as_mut() else { return };
        frame.span.length = frame.span.length.saturating_add(length);
        if matches!(frame.membership.part, Part::First | Part::Interrupting | Part::Continuing) {
            self.unfinished.joiner.hole(offset, length);
        }
        self.unfinished.missing.push(offset, length);
    }

    fn end(&mut self, cut: bool, out: &mut impl FnMut(SessionEvent<'_>)) {
        let Some(open) = self.unfinished.frame.take() else { return };
        *self.frames += 1;
        let whole = !cut && self.unfinished.missing.get().is_empty();
        let frame = Frame {
            direction: self.direction,
            number: *self.frames,
            header: open.header,
            acked: open.acked,
            span: open.span,
            payload_captured: open.captured,
            missing: self.unfinished.missing.get(),
            payload: self.unfinished.payload.bytes(),
            truncated: self.unfinished.payload.truncated(),
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
        let message = self.unfinished.joiner.end_frame(&frame, whole, &mut means);
        out(SessionEvent::Frame(&Frame { completes: message.as_ref(), ..frame }));
        if let Some(message) = &message {
            out(SessionEvent::Message(message));
        }
        self.unfinished.joiner.clear(self.held);
        self.inflater.clear(self.held);
        self.unfinished.payload.clear(self.held);
        self.unfinished.missing.clear();
    }

    /// The open message, if there is one, will not go on.
    pub fn abandon(&mut self, out: &mut impl FnMut(SessionEvent<'_>)) {
        let message = self.unfinished.joiner.abandon(self.direction, self.context);
        if let Some(message) = &message {
            out(SessionEvent::Message(message));
        }
        self.unfinished.joiner.clear(self.held);
        self.inflater.clear(self.held);
    }
}
