//! Bytes without a capture.

use super::frame::{Payload, explain, explain_cut};
use super::inflated::Inflation;
use super::model::{Explanation, Mark};
use crate::base::{Budget, Direction, Limits, PacketId, PerDirection, Span, StreamEvent, Timestamp};
use crate::check::frame::FrameAt;
use crate::check::{self, Violation};
use crate::record::{Inflated, Payload as Bytes};
use crate::websocket::{
    CloseBody, Content, Frame, FrameHeader, Membership, Message, Negotiated, Scratch, Session, SessionEvent,
    Undecoded, Wanted, extensions_in, unmask,
};

/// What is to be assumed of bytes that come without their connection.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pasted {
    from: Option<Direction>,
    negotiated: Negotiated,
}

impl Pasted {
    /// Sent by `from`; if that is not known, by whoever would mask as they are masked. `agreed` is what
    /// `Sec-WebSocket-Extensions` of the response said.
    ///
    /// # Errors
    /// What is wrong with `agreed`.
    pub fn new(from: Option<Direction>, agreed: &str) -> Result<Self, String> {
        if agreed.is_empty() {
            return Ok(Self { from, negotiated: Negotiated::default() });
        }
        let found = extensions_in(agreed.as_bytes());
        if let Some(bad) = &found.malformed {
            return Err(format!("no extension: {}", super::content::shown(bad)));
        }
        match check::agreed_parameters(agreed.as_bytes()).into_iter().next() {
            Some(violation) => Err(format!("{} ({})", violation.text, violation.rule.code)),
            None => Ok(Self { from, negotiated: Negotiated::new(&found) }),
        }
    }

    /// Whether an extension was agreed on that may give any meaning to reserved bits and opcodes.
    pub fn unknown_extension(&self) -> bool {
        self.negotiated.unknown_extension
    }

    /// Sent by `from`, with nothing agreed on.
    pub fn by(from: Direction) -> Self {
        Self { from: Some(from), negotiated: Negotiated::default() }
    }

    /// A session of which nothing is known but what was agreed.
    fn session(&self) -> Session {
        Session::new(self.negotiated, Wanted { frame: usize::MAX, message: usize::MAX })
    }
}

/// Explains the frames in `bytes`, one after the other, but no more than `most`. The last one may be cut. Returns how
/// many bytes are left.
pub fn of_bytes(bytes: &[u8], pasted: &Pasted, most: usize, out: &mut dyn FnMut(Explanation)) -> usize {
    let limits = Limits::default();
    let mut reader = Reader {
        pasted,
        session: pasted.session(),
        scratch: Scratch::new(&limits),
        held: Budget::new(limits.held_total),
        began: PerDirection::default(),
        number: 0,
        offset: 0,
    };
    let mut rest = bytes;
    for _ in 0..most {
        if rest.is_empty() {
            break;
        }
        rest = reader.frame(rest, out);
    }
    rest.len()
}

struct Reader<'a> {
    pasted: &'a Pasted,
    session: Session,
    scratch: Scratch,
    held: Budget,
    /// Whether a data frame of the direction came: as long as none did, nobody knows whether a message is open.
    began: PerDirection<bool>,
    number: u64,
    offset: u64,
}

impl Reader<'_> {
    /// Explains the first frame, and returns what stands behind it.
    fn frame<'b>(&mut self, bytes: &'b [u8], out: &mut dyn FnMut(Explanation)) -> &'b [u8] {
        self.number += 1;
        let Ok((behind, header)) = FrameHeader::parse(bytes) else {
            out(explain_cut(format!("Frame {}", self.number), bytes, self.pasted.from));
            return &[];
        };
        let length = usize::try_from(header.payload_length).unwrap_or(usize::MAX);
        let (payload, rest) = behind.split_at_checked(length).unwrap_or((behind, &[]));
        let by_mask = if header.masked() { Direction::ClientToServer } else { Direction::ServerToClient };
        let from = self.pasted.from.unwrap_or(by_mask);
        let whole = bytes.get(..bytes.len() - rest.len()).unwrap_or(bytes);
        let told = self.decode(from, whole, payload.len() < length);
        self.offset = self.offset.saturating_add(whole.len() as u64);
        out(told.unwrap_or_else(|| self.alone(&header, from, payload)));
        rest
    }

    /// Hands the bytes of one frame to the session, and explains what that makes of them.
    fn decode(&mut self, from: Direction, whole: &[u8], cut: bool) -> Option<Explanation> {
        let Self { pasted, session, scratch, held, began, number, offset } = self;
        let mut told = None;
        let mut take = |event: SessionEvent<'_>| {
            if let SessionEvent::Frame(frame) = event
                && frame.direction == from
            {
                let was_known = began[from];
                began[from] |= !frame.header.opcode.is_control();
                told = Some(of_session(frame, *number, pasted.negotiated, was_known));
            }
        };
        let span = Span::of(NOWHERE, *offset, whole.len() as u64);
        session.push(from, &StreamEvent::Data { span, acked: None, bytes: whole }, scratch, held, &mut take);
        if cut {
            session.finish(scratch, held, &mut take);
        }
        if told.is_none() {
            // What it was too odd for comes behind a new beginning.
            *session = pasted.session();
        }
        told
    }

    /// A frame that is too odd for the session.
    fn alone(&self, header: &FrameHeader, from: Direction, payload: &[u8]) -> Explanation {
        let mut clear = payload.to_vec();
        if let Some(key) = header.masking_key {
            unmask(key, 0, &mut clear);
        }
        let payload = Payload { captured: &clear, missing: &[], of: header.opcode, inflation: None };
        let mut explanation = explain(format!("Frame {}", self.number), header, from, payload);
        let span = Span::of(NOWHERE, self.offset, explanation.length);
        let at = FrameAt { from, number: self.number, message: None, span };
        let mut mark = |violation: Violation| mark(&mut explanation, &violation);
        check::frame::header(header, &at, self.pasted.negotiated, None, &mut mark);
        explanation
    }
}

fn mark(explanation: &mut Explanation, violation: &Violation) {
    explanation.mark(Mark::from(&violation.finding(None, None)), None);
}

const NOWHERE: PacketId = PacketId { number: 0, time: Timestamp::from_nanos(0) };

/// A frame that the session decoded. `known` says whether data frames came before it.
fn of_session(frame: &Frame<'_>, number: u64, negotiated: Negotiated, known: bool) -> Explanation {
    let Membership { opcode, compressed, part, .. } = frame.membership;
    let inflation = compressed.then(|| inflation(frame));
    let payload = Payload { captured: frame.payload, missing: frame.missing, of: opcode, inflation };
    let mut explanation = explain(format!("Frame {number}"), &frame.header, frame.direction, payload);
    let at = FrameAt { from: frame.direction, number, message: None, span: frame.span };
    let mut mark = |violation: Violation| mark(&mut explanation, &violation);
    let was_open = part.message_was_open().filter(|_| known);
    check::frame::header(&frame.header, &at, negotiated, was_open, &mut mark);
    if let Some(body) = frame.close_body() {
        check::frame::close(&frame.header, CloseBody::parse(body), &at, &mut mark);
    }
    // What does not inflate may refer to messages before these bytes.
    let judged = |message: &&Message<'_>| {
        message.whole && !matches!(message.content, Content::Undecoded(Undecoded::Invalid { .. }))
    };
    if let Some(message) = frame.completes.filter(judged) {
        check::message::payload(message, negotiated, &mut mark);
    }
    explanation
}

fn inflation<'a>(frame: &Frame<'a>) -> Inflation<'a> {
    let content = frame.completes.map(|message| (message, message.content));
    match content {
        Some((message, Content::Inflated { length, assumed, .. })) => {
            let payload = Bytes::new(message.header.opcode, message.payload, message.truncated);
            let inflated = Inflated { payload, truncated: message.truncated, length: Some(length), assumed };
            Inflation::of_frame(Some(inflated), None, true)
        }
        Some((_, Content::Undecoded(Undecoded::Invalid { at }))) => Inflation {
            inflated: None,
            why_not: Some(format!(
                "at byte {at} of the compressed payload it refers to messages before these bytes, or is broken"
            )),
        },
        Some((_, Content::Undecoded(why))) => Inflation::of_frame(None, Some(why), true),
        _ => Inflation::of_frame(None, None, frame.header.fin),
    }
}
