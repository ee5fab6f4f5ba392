//! Frames that lie whole in one segment and are messages by themselves: nearly all of them, in most captures.
//!
//! Nothing is kept of them, and what is not masked is not copied. Everything else goes through the
//! [decoder](super::Decoder), which would say the same of these.

use super::message::{Membership, Part};
use super::scratch::Scratch;
use super::session::{Session, SessionEvent, Wanted};
use super::stage::CONTROL_BODY;
use super::{Content, Expected, Frame, FrameHeader, Message, Opcode, unmask, utf8};
use crate::base::{Direction, Span, StreamEvent};

/// Bytes of a payload that is treated here. IP packets carry less.
const LONGEST: u64 = 64 << 10;

/// A frame, and where it stands.
struct Whole<'a> {
    header: FrameHeader,
    span: Span,
    acked: Option<u64>,
    /// As it was on the wire.
    payload: &'a [u8],
}

impl Session {
    /// Takes the whole frames from the front of an event, as long as nothing else is going on in the direction. Gives
    /// what is left of it.
    pub(super) fn whole_frames<'a>(
        &mut self,
        direction: Direction,
        event: &StreamEvent<'a>,
        scratch: &mut Scratch,
        out: &mut impl FnMut(SessionEvent<'_>),
    ) -> Option<StreamEvent<'a>> {
        let StreamEvent::Data { span, acked, bytes } = *event else { return Some(*event) };
        self.count_searched(bytes.len());
        if !self.is_between_messages(direction) {
            return Some(*event);
        }
        let expected = self.expected(direction);
        let mut rest = bytes;
        while let Some((header, payload, behind)) = split(rest, expected) {
            let part = span.part((bytes.len() - rest.len()) as u64, (rest.len() - behind.len()) as u64);
            self.whole_frame(direction, &Whole { header, span: part, acked, payload }, scratch, out);
            rest = behind;
        }
        let left = rest.len() as u64;
        let span = span.part(bytes.len() as u64 - left, left);
        (left > 0).then_some(StreamEvent::Data { span, acked, bytes: rest })
    }

    fn whole_frame(
        &mut self,
        direction: Direction,
        whole: &Whole<'_>,
        scratch: &mut Scratch,
        out: &mut impl FnMut(SessionEvent<'_>),
    ) {
        let Whole { header, span, acked, payload } = *whole;
        let (frame_number, number) = self.count_frame();
        let is_control = header.opcode.is_control();
        let wanted = if is_control {
            let most = self.wanted.whole().max(CONTROL_BODY);
            Wanted { frame: most, message: most }
        } else {
            self.wanted
        };
        // A text is examined, whoever reads it.
        let is_text = header.opcode == Opcode::Text;
        let first = payload.get(..wanted.whole()).filter(|_| !is_text).unwrap_or(payload);
        let plain = match header.masking_key {
            Some(key) if !first.is_empty() => {
                scratch.plain.clear();
                scratch.plain.extend_from_slice(first);
                unmask(key, 0, &mut scratch.plain);
                scratch.plain.as_slice()
            }
            _ => first,
        };
        let shown = |most: usize| plain.get(..most).unwrap_or(plain);
        let message = Message {
            direction,
            number,
            header,
            frames: [frame_number, frame_number],
            fragments: 1,
            span,
            wire_length: header.payload_length,
            missing: &[],
            payload: shown(wanted.message),
            truncated: wanted.message < payload.len(),
            compressed: false,
            whole: true,
            content: Content::Plain,
            invalid_text: if is_text { utf8::invalid(plain) } else { None },
        };
        let part = if is_control { Part::Control } else { Part::First };
        out(SessionEvent::Frame(&Frame {
            direction,
            number: frame_number,
            header,
            acked,
            span,
            payload_captured: payload.len() as u64,
            missing: &[],
            payload: shown(wanted.frame),
            truncated: wanted.frame < payload.len(),
            membership: Membership { message: Some(number), opcode: header.opcode, compressed: false, part },
            completes: Some(&message),
        }));
        out(SessionEvent::Message(&message));
    }
}

/// The frame at the beginning of `bytes`, if it is whole and a message by itself, and what is behind it.
fn split(bytes: &[u8], expected: Expected) -> Option<(FrameHeader, &[u8], &[u8])> {
    let (rest, header) = FrameHeader::parse(bytes).ok()?;
    let alone = match header.opcode {
        Opcode::Text | Opcode::Binary | Opcode::Close | Opcode::Ping | Opcode::Pong => header.fin,
        Opcode::Continuation | Opcode::Reserved(_) => false,
    };
    // With an extension, a payload may be anything.
    let plain = !(expected.extended && header.rsv1);
    if !alone || !plain || header.payload_length > LONGEST || !expected.admits(&header) {
        return None;
    }
    let (payload, behind) = rest.split_at_checked(header.payload_length as usize)?;
    Some((header, payload, behind))
}
