//! The bytes of one direction become frames (RFC 6455 §5.2).
//!
//! ```text
//!            header complete          payload complete
//!   Header ──────────────────▶ Payload ──────────────▶ Header …
//!     │ gap, or bytes that         │ gap beyond the end
//!     ▼ cannot be a header         ▼ of the frame
//!   Lost: where a frame begins is not known any more
//! ```

use super::FrameHeader;
use crate::base::{Span, StreamEvent};

/// What one direction's bytes turn out to be.
#[derive(Debug, Clone, Copy)]
pub enum FrameEvent<'a> {
    /// A header is complete.
    Header {
        /// The header.
        header: FrameHeader,
        /// Where it stands.
        span: Span,
        /// How much of the other direction the sender had acknowledged when it sent the first byte.
        acked: Option<u64>,
    },
    /// The next payload bytes, still masked.
    Payload {
        /// How far into the payload they stand.
        offset: u64,
        /// Where they stand in the stream.
        span: Span,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// Payload bytes that the capture does not hold.
    Missing {
        /// How far into the payload they stand.
        offset: u64,
        /// How many.
        length: u64,
    },
    /// The frame is over: all of its payload has come or is known to be missing, or (`cut`) the stream ended first.
    End {
        /// Whether the stream ended inside the payload.
        cut: bool,
    },
    /// Bytes that cannot be a frame header, where a frame should begin. The rest of the direction is not decoded.
    NotAFrame {
        /// What they would say, read as a header.
        header: FrameHeader,
        /// Where they stand.
        span: Span,
    },
    /// After missing bytes, nobody knows where the next frame begins. The rest of the direction is not decoded.
    Lost,
}

/// What is known of the frames of a direction before they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Frames are masked: the sender is the client (RFC 6455 §5.1).
    pub masked: bool,
    /// An extension may give RSV bits and reserved opcodes a meaning (§5.8, §9).
    pub extended: bool,
}

impl Expected {
    /// Whether bytes read as this header can be a frame at all. One broken rule, or two, is a bad frame. A reserved
    /// opcode with reserved bits, and the mask of the other side or no end, is something else: text for instance.
    fn admits(self, header: &FrameHeader) -> bool {
        let reserved_bits = header.rsv1 || header.rsv2 || header.rsv3;
        let reserved_opcode = matches!(header.opcode, super::Opcode::Reserved(_));
        let third = header.masked() != self.masked || !header.fin;
        self.extended || !(reserved_bits && reserved_opcode && third)
    }
}

/// Decodes the frames of one direction. Holds at most one header; payload passes through.
#[derive(Debug)]
pub struct Decoder {
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Between frames, or inside a header of which `bytes` have come.
    Header { bytes: HeaderBytes, start: Option<Start> },
    /// Inside a payload; `0 <= done < length`.
    Payload { length: u64, done: u64 },
    /// Where the next frame begins is not known.
    Lost,
}

/// The beginning of a header: its span so far, and what its sender had acknowledged.
#[derive(Debug, Clone, Copy)]
struct Start {
    span: Span,
    acked: Option<u64>,
}

/// The bytes of a header so far: up to 14.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct HeaderBytes {
    bytes: [u8; FrameHeader::MAX_LENGTH],
    length: usize,
}

impl HeaderBytes {
    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Takes as much of `bytes` as fits; how much it took.
    fn fill(&mut self, bytes: &[u8]) -> usize {
        let free = self.bytes.get_mut(self.length..).unwrap_or_default();
        let count = free.len().min(bytes.len());
        for (to, from) in free.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.length += count;
        count
    }
}

const BETWEEN_FRAMES: State =
    State::Header { bytes: HeaderBytes { bytes: [0; FrameHeader::MAX_LENGTH], length: 0 }, start: None };

impl Default for Decoder {
    fn default() -> Self {
        Self { state: BETWEEN_FRAMES }
    }
}

impl Decoder {
    /// Takes the next event of the direction.
    pub fn push(
        &mut self,
        expected: Expected,
        event: &StreamEvent<'_>,
        out: &mut impl FnMut(FrameEvent<'_>),
    ) {
        match *event {
            StreamEvent::Data { span, acked, bytes } => self.data(expected, span, acked, bytes, out),
            StreamEvent::Gap { span, .. } => self.gap(span.length, out),
            StreamEvent::Fin(_) | StreamEvent::Reset(_) => {}
        }
    }

    /// The stream is over: a frame still open ends here.
    pub fn finish(&mut self, out: &mut impl FnMut(FrameEvent<'_>)) {
        if let State::Payload { .. } = self.state {
            out(FrameEvent::End { cut: true });
        }
        self.state = State::Lost;
    }

    fn data(
        &mut self,
        expected: Expected,
        span: Span,
        acked: Option<u64>,
        bytes: &[u8],
        out: &mut impl FnMut(FrameEvent<'_>),
    ) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let at = span.part((bytes.len() - rest.len()) as u64, rest.len() as u64);
            let used = match self.state {
                State::Header { .. } => self.header(expected, at, acked, rest, out),
                State::Payload { length, done } => self.payload(length, done, at, rest, out),
                State::Lost => return,
            };
            rest = rest.get(used..).unwrap_or_default();
        }
    }

    /// Takes bytes of a header from the front of `input`; how many.
    fn header(
        &mut self,
        expected: Expected,
        at: Span,
        acked: Option<u64>,
        input: &[u8],
        out: &mut impl FnMut(FrameEvent<'_>),
    ) -> usize {
        let State::Header { mut bytes, start } = self.state else { return 0 };
        let before = bytes.length;
        let filled = bytes.fill(input);
        let Ok((_, header)) = FrameHeader::parse(bytes.as_slice()) else {
            let part = at.part(0, filled as u64);
            let start =
                start.map_or(Start { span: part, acked }, |s| Start { span: s.span.join(&part), ..s });
            self.state = State::Header { bytes, start: Some(start) };
            return filled;
        };
        bytes.length = usize::from(header.header_length);
        let used = bytes.length.saturating_sub(before);
        let part = at.part(0, used as u64);
        let start = start.map_or(Start { span: part, acked }, |s| Start { span: s.span.join(&part), ..s });
        self.begin_frame(expected, header, start, out);
        used
    }

    fn begin_frame(
        &mut self,
        expected: Expected,
        header: FrameHeader,
        start: Start,
        out: &mut impl FnMut(FrameEvent<'_>),
    ) {
        let Start { span, acked } = start;
        if !expected.admits(&header) {
            self.state = State::Lost;
            return out(FrameEvent::NotAFrame { header, span });
        }
        out(FrameEvent::Header { header, span, acked });
        self.advance(header.payload_length, 0, out);
    }

    /// Takes bytes of a payload from the front of `input`; how many.
    fn payload(
        &mut self,
        length: u64,
        done: u64,
        at: Span,
        input: &[u8],
        out: &mut impl FnMut(FrameEvent<'_>),
    ) -> usize {
        let wanted = usize::try_from(length - done).unwrap_or(usize::MAX).min(input.len());
        let bytes = input.get(..wanted).unwrap_or_default();
        out(FrameEvent::Payload { offset: done, span: at.part(0, wanted as u64), bytes });
        self.advance(length, done + wanted as u64, out);
        wanted
    }

    /// `done` bytes of a payload of `length` are behind us.
    fn advance(&mut self, length: u64, done: u64, out: &mut impl FnMut(FrameEvent<'_>)) {
        if done < length {
            self.state = State::Payload { length, done };
        } else {
            self.state = BETWEEN_FRAMES;
            out(FrameEvent::End { cut: false });
        }
    }

    fn gap(&mut self, missing: u64, out: &mut impl FnMut(FrameEvent<'_>)) {
        match self.state {
            State::Payload { length, done } => {
                let inside = missing.min(length - done);
                out(FrameEvent::Missing { offset: done, length: inside });
                self.advance(length, done + inside, out);
                if missing > inside {
                    self.lose(out);
                }
            }
            State::Header { .. } => self.lose(out),
            State::Lost => {}
        }
    }

    fn lose(&mut self, out: &mut impl FnMut(FrameEvent<'_>)) {
        self.state = State::Lost;
        out(FrameEvent::Lost);
    }
}
