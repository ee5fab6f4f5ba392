//! Bytes without a capture.

use super::frame::{Payload, explain, explain_cut};
use super::model::{Explanation, Mark};
use crate::base::{Direction, PacketId, PerDirection, Span, Timestamp};
use crate::check;
use crate::http::{Header, Headers};
use crate::websocket::{CloseBody, FrameHeader, Negotiated, Opcode, extensions, unmask};

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
    /// The part of `agreed` that is no extension.
    pub fn new(from: Option<Direction>, agreed: &str) -> Result<Self, String> {
        if agreed.is_empty() {
            return Ok(Self { from, negotiated: Negotiated::default() });
        }
        let field = Header {
            name: b"Sec-WebSocket-Extensions"[..].into(),
            value: agreed.as_bytes().into(),
            offset: 0,
            length: 0,
        };
        let found = extensions(&Headers(vec![field]));
        match found.malformed {
            Some(bad) => Err(super::content::shown(&bad)),
            None => Ok(Self { from, negotiated: Negotiated::new(&found) }),
        }
    }
}

/// Explains the frames in `bytes`, one after the other. The last one may be cut.
pub fn of_bytes(bytes: &[u8], pasted: &Pasted, out: &mut dyn FnMut(Explanation)) {
    let mut reader = Reader { pasted, open: PerDirection::default(), number: 0, offset: 0 };
    let mut rest = bytes;
    while !rest.is_empty() {
        rest = reader.frame(rest, out);
    }
}

/// A message that is not finished.
#[derive(Debug, Clone, Copy)]
struct Open {
    opcode: Opcode,
    compressed: bool,
}

struct Reader<'a> {
    pasted: &'a Pasted,
    /// The unfinished message of each direction; the outer `None` as long as nobody knows whether there is one.
    open: PerDirection<Option<Option<Open>>>,
    number: u64,
    offset: u64,
}

impl Reader<'_> {
    /// Explains the first frame, and returns what stands behind it.
    fn frame<'b>(&mut self, bytes: &'b [u8], out: &mut dyn FnMut(Explanation)) -> &'b [u8] {
        self.number += 1;
        let what = format!("Frame {}", self.number);
        let Ok((rest, header)) = FrameHeader::parse(bytes) else {
            out(explain_cut(what, bytes, self.pasted.from));
            return &[];
        };
        let length = usize::try_from(header.payload_length).unwrap_or(usize::MAX);
        let (payload, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let mut clear = payload.to_vec();
        if let Some(key) = header.masking_key {
            unmask(key, 0, &mut clear);
        }
        let by_mask = if header.masked() { Direction::ClientToServer } else { Direction::ServerToClient };
        let from = self.pasted.from.unwrap_or(by_mask);
        let was_open = self.open[from].map(|open| open.is_some());
        let message = self.message(&header, from);
        let payload =
            Payload { captured: &clear, missing: &[], of: message.opcode, compressed: message.compressed };
        let mut explanation = explain(what, &header, from, &payload);
        self.judge(&header, from, was_open, &clear, &mut explanation);
        self.offset = self.offset.saturating_add(explanation.length);
        out(explanation);
        rest
    }

    /// The message that the frame belongs to.
    fn message(&mut self, header: &FrameHeader, from: Direction) -> Open {
        let compressed = header.rsv1 && self.pasted.negotiated.deflate.is_some();
        let alone = Open { opcode: header.opcode, compressed };
        if header.opcode.is_control() {
            return Open { compressed: false, ..alone };
        }
        let message = match (header.opcode, self.open[from].flatten()) {
            (Opcode::Continuation, Some(open)) => open,
            _ => alone,
        };
        self.open[from] = Some((!header.fin).then_some(message));
        message
    }

    fn judge(
        &self,
        header: &FrameHeader,
        from: Direction,
        was_open: Option<bool>,
        payload: &[u8],
        explanation: &mut Explanation,
    ) {
        let nowhere = PacketId { number: 0, time: Timestamp::default() };
        let span = Span::of(nowhere, self.offset, explanation.length);
        let at = check::frame::FrameAt { from, number: self.number, message: None, span };
        let mut mark =
            |violation: check::Violation| explanation.mark(Mark::from(&violation.finding(None, None)), None);
        check::frame::header(header, &at, self.pasted.negotiated, was_open, &mut mark);
        if header.opcode == Opcode::Close && payload.len() as u64 == header.payload_length {
            check::frame::close(header, CloseBody::parse(payload), &at, &mut mark);
        }
    }
}
