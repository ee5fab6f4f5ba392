//! What the row of a packet tells of the HTTP heads and WebSocket frames that the packet completes.

use super::{Close, Ends, Frame, Inflated, Joined, Payload, Place, Text};
use crate::base::{Direction, Span};
use crate::http;
use crate::websocket::{FrameHeader, Opcode, Undecoded};

/// Frames kept of one row. No packet carries more, but one that fills a hole can complete more.
const FRAMES: usize = 64 << 10;
/// Frames for which the buffer is kept from row to row; few packets complete more.
const KEPT_FRAMES: usize = 256;
/// Bytes for which it is kept: what a packet can carry.
const KEPT_BYTES: usize = 64 << 10;

/// The head of a request or response.
#[derive(Debug, Clone)]
pub enum Head {
    /// Of a request.
    Request(http::Request),
    /// Of a response.
    Response(http::Response),
}

/// The frames that a packet completes; of very many, the first.
///
/// The buffers serve one row after the other.
#[derive(Debug, Default)]
pub struct Frames {
    frames: Vec<Kept>,
    /// The bytes of all of them, one after the other.
    bytes: Vec<u8>,
    /// The holes in all of them.
    missing: Vec<[u64; 2]>,
}

/// A frame without what it borrows: of that, how much there is of it in the buffers.
#[derive(Debug, Clone, Copy)]
struct Kept {
    place: Place,
    ends: Ends,
    from: Direction,
    number: u64,
    span: Span,
    header: FrameHeader,
    payload_captured: u64,
    missing: usize,
    payload: usize,
    truncated: bool,
    compressed: bool,
    inflated: Option<KeptInflated>,
    undecoded: Option<Undecoded>,
    content: Opcode,
    message: Option<u64>,
    close: Option<KeptClose>,
    joined: Option<KeptJoined>,
    ping_nanos: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
struct KeptInflated {
    payload: usize,
    truncated: bool,
    length: Option<u64>,
    assumed: bool,
}

#[derive(Debug, Clone, Copy)]
struct KeptClose {
    code: Option<u16>,
    reason: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
struct KeptJoined {
    fragments: u64,
    wire_length: u64,
    payload: Option<usize>,
}

impl Frames {
    /// Adds a frame, if there are not too many. Of all of them together at most `cap` bytes are kept; `false` if that
    /// was too little for this one.
    pub fn push(&mut self, frame: &Frame<'_>, cap: usize) -> bool {
        if self.frames.len() >= FRAMES {
            return true;
        }
        let mut whole = true;
        let mut keep = |bytes: &[u8]| {
            let kept = bytes.len().min(cap.saturating_sub(self.bytes.len()));
            let (needed, capacity) = (self.bytes.len() + kept, self.bytes.capacity());
            if needed > capacity {
                let wanted = needed.max(capacity.saturating_mul(2).min(cap));
                self.bytes.reserve_exact(wanted - self.bytes.len());
            }
            self.bytes.extend_from_slice(bytes.get(..kept).unwrap_or_default());
            whole &= kept == bytes.len();
            (kept, kept < bytes.len())
        };
        let (payload, cut) = keep(frame.payload.bytes());
        let inflated = frame.inflated.map(|inflated| {
            let (payload, cut) = keep(inflated.payload.bytes());
            let Inflated { truncated, length, assumed, .. } = inflated;
            KeptInflated { payload, truncated: truncated || cut, length, assumed }
        });
        let joined = frame.joined.map(|joined| KeptJoined {
            fragments: joined.fragments,
            wire_length: joined.wire_length,
            payload: joined.payload.map(|payload| keep(payload).0),
        });
        let close = frame.close.map(|Close { code, reason }| {
            let reason = reason.map(|Text(reason)| keep(reason).0);
            KeptClose { code, reason }
        });
        self.missing.extend_from_slice(frame.missing);
        self.frames.push(Kept {
            place: frame.place,
            ends: *frame.ends,
            from: frame.from,
            number: frame.number,
            span: frame.span,
            header: *frame.header,
            payload_captured: frame.payload_captured,
            missing: frame.missing.len(),
            payload,
            truncated: frame.truncated || cut,
            compressed: frame.compressed,
            inflated,
            undecoded: frame.undecoded,
            content: frame.content,
            message: frame.message,
            close,
            joined,
            ping_nanos: frame.ping_nanos,
        });
        whole
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Their headers.
    pub fn headers(&self) -> impl Iterator<Item = &FrameHeader> {
        self.frames.iter().map(|frame| &frame.header)
    }

    /// The frames.
    pub fn iter(&self) -> impl Iterator<Item = Frame<'_>> {
        let (mut bytes, mut missing) = (&*self.bytes, &*self.missing);
        self.frames.iter().map(move |frame| frame.told(&mut bytes, &mut missing))
    }

    /// Forgets them, and gives large buffers back.
    pub fn clear(&mut self) {
        let Self { frames, bytes, missing } = self;
        frames.clear();
        bytes.clear();
        missing.clear();
        frames.shrink_to(KEPT_FRAMES);
        bytes.shrink_to(KEPT_BYTES);
        missing.shrink_to(KEPT_FRAMES);
    }
}

impl Kept {
    /// The frame, with what it borrows from the front of the buffers.
    fn told<'a>(&'a self, bytes: &mut &'a [u8], missing: &mut &'a [[u64; 2]]) -> Frame<'a> {
        let payload = first(bytes, self.payload);
        Frame {
            place: self.place,
            ends: &self.ends,
            from: self.from,
            number: self.number,
            span: self.span,
            header: &self.header,
            payload_captured: self.payload_captured,
            missing: first(missing, self.missing),
            payload: Payload::of_frame(self.compressed, self.content, payload, self.truncated),
            truncated: self.truncated,
            compressed: self.compressed,
            inflated: self.inflated.map(|KeptInflated { payload, truncated, length, assumed }| Inflated {
                payload: Payload::new(self.content, first(bytes, payload), truncated),
                truncated,
                length,
                assumed,
            }),
            undecoded: self.undecoded,
            content: self.content,
            message: self.message,
            joined: self.joined.map(|KeptJoined { fragments, wire_length, payload }| Joined {
                fragments,
                wire_length,
                payload: payload.map(|length| first(bytes, length)),
            }),
            close: self.close.map(|KeptClose { code, reason }| Close {
                code,
                reason: reason.map(|length| Text(first(bytes, length))),
            }),
            ping_nanos: self.ping_nanos,
        }
    }
}

/// Takes the first `count` of them away.
fn first<'a, T>(rest: &mut &'a [T], count: usize) -> &'a [T] {
    let (first, behind) = rest.split_at_checked(count).unwrap_or((rest, &[]));
    *rest = behind;
    first
}
