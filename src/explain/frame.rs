//! One frame.

use super::content::{content, with_holes};
use super::fields::{self, bytes_of};
use super::inflated::Inflation;
use super::layout;
use super::model::{Explanation, Subject, Unmasking, Wire};
use super::notes;
use crate::base::Direction;
use crate::check::frame::wire_form;
use crate::record;
use crate::websocket::{FrameHeader, Opcode, unmask};

/// Bytes of the unmasking shown.
const UNMASKED: usize = 64;

/// The frame of a record.
pub fn of_frame(frame: &record::Frame<'_>) -> Explanation {
    let (source, destination) = frame.ends.of(frame.from);
    let payload = Payload {
        captured: frame.payload.bytes(),
        missing: frame.missing,
        of: frame.content,
        inflation: frame
            .compressed
            .then(|| Inflation::of_frame(frame.inflated, frame.undecoded, frame.header.fin)),
    };
    let what = format!("Frame {} of stream {}", frame.number, frame.place.stream);
    let mut explanation = explain(what, frame.header, frame.from, payload);
    explanation.source = Some(source);
    explanation.destination = Some(destination);
    explanation.packets = Some([frame.span.first, frame.span.last]);
    let packets = match [frame.span.first, frame.span.last] {
        [first, last] if first == last => format!(", packet {first}"),
        [first, last] => format!(", packets {first} to {last}"),
    };
    explanation.title.push_str(&packets);
    explanation
}

/// The payload of a frame.
pub(super) struct Payload<'a> {
    /// What is there, unmasked; holes left out.
    pub captured: &'a [u8],
    /// The holes: offset and length.
    pub missing: &'a [[u64; 2]],
    /// The opcode that says what it is: for a continuation, that of its message's first frame.
    pub of: Opcode,
    /// If its message is compressed, what is known of that.
    pub inflation: Option<Inflation<'a>>,
}

/// A frame whose header is complete.
pub(super) fn explain(
    what: String,
    header: &FrameHeader,
    from: Direction,
    payload: Payload<'_>,
) -> Explanation {
    let wire = wire_form(header);
    let length = u64::from(header.header_length).saturating_add(header.payload_length);
    let compressed = if payload.inflation.is_some() { "compressed " } else { "" };
    let kind = match header.opcode {
        Opcode::Continuation if payload.of != Opcode::Continuation => {
            format!("{compressed}{} (continued)", payload.of.name())
        }
        opcode => format!("{compressed}{}", opcode.name()),
    };
    let mut explanation =
        Explanation::new(Subject::Frame, format!("{what}, {}, {}", ways(from), bytes_of(length)));
    explanation.from = Some(from);
    explanation.length = length;
    explanation.fields = fields::of_header(&wire, Some(from));
    // Without its beginning, nobody knows what a Close says.
    let beginning =
        if payload.missing.first().is_some_and(|[start, _]| *start < 2) { &[] } else { payload.captured };
    explanation.fields.extend(fields::of_payload(header, beginning, &kind));
    let clear = with_holes(payload.captured, payload.missing, header.payload_length);
    let masked = header.masking_key.map_or_else(|| clear.clone(), |key| xor(&clear, key));
    explanation.bytes = Wire(wire.iter().copied().map(Some).chain(masked.0.iter().copied()).collect());
    explanation.unmasking =
        header.masking_key.map(|key| unmasking(key, &masked, &clear, header.payload_length));
    explanation.unmasking.take_if(|_| header.payload_length == 0);
    explanation.layout = layout::rows(&explanation);
    if header.payload_length > 0 {
        let mut says = content(&kind, payload.captured, payload.missing, header.payload_length);
        if let Some(inflation) = payload.inflation {
            inflation.add_to(&mut says, payload.of);
        }
        explanation.content = Some(says);
    }
    explanation.notes = notes::of_frame(header, from);
    explanation
}

/// Bytes that end inside a header.
pub(super) fn explain_cut(what: String, bytes: &[u8], from: Option<Direction>) -> Explanation {
    let there = bytes_of(bytes.len() as u64);
    let title = format!("{what}, cut inside its header after {there}");
    let mut explanation = Explanation::new(Subject::Frame, title);
    explanation.from = from;
    explanation.length = bytes.len() as u64;
    explanation.fields = fields::of_header(bytes, from);
    explanation.bytes = Wire(bytes.iter().copied().map(Some).collect());
    explanation.layout = layout::rows(&explanation);
    explanation
}

/// `client → server`.
pub(super) fn ways(from: Direction) -> String {
    format!("{} → {}", from.sender(), from.reverse().sender())
}

fn xor(bytes: &Wire, key: [u8; 4]) -> Wire {
    let mask = |(at, byte): (usize, &Option<u8>)| {
        byte.map(|byte| {
            let mut one = [byte];
            unmask(key, at as u64, &mut one);
            one[0]
        })
    };
    Wire(bytes.0.iter().enumerate().map(mask).collect())
}

fn unmasking(key: [u8; 4], masked: &Wire, clear: &Wire, length: u64) -> Unmasking {
    let first = |wire: &Wire| Wire(wire.0.iter().take(UNMASKED).copied().collect());
    let masked = first(masked);
    let shown = masked.0.len();
    Unmasking {
        key: Wire(key.into_iter().cycle().take(shown).map(Some).collect()),
        payload: first(clear),
        more: length.saturating_sub(shown as u64),
        masked,
    }
}
