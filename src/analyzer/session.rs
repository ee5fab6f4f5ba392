//! What a WebSocket session says becomes records: frames, messages, and what is wrong with them.

use super::Rows;
use super::connection::WebSocketFacts;
use super::scene::Scene;
use crate::base::{Direction, Span, StreamEvent};
use crate::check;
use crate::record::{self, Close, Payload, Record, Text};
use crate::websocket::{CloseBody, Frame, FrameHeader, Message, Opcode, Session, SessionEvent};

/// Takes the next event of one direction.
pub(super) fn push(
    session: &mut Session,
    scene: &mut Scene<'_, '_>,
    direction: Direction,
    event: &StreamEvent<'_>,
) {
    let held = scene.held;
    session.push(direction, event, held, &mut |event| treat(scene, event));
    scene.facts.messages = session.messages();
}

/// The connection is over.
pub(super) fn finish(session: &mut Session, scene: &mut Scene<'_, '_>) {
    let held = scene.held;
    session.finish(held, &mut |event| treat(scene, event));
}

fn treat(scene: &mut Scene<'_, '_>, event: SessionEvent<'_>) {
    match event {
        SessionEvent::Begun { direction, header, span, acked } => begun(scene, direction, &header, &span, acked),
        SessionEvent::Frame(frame) => self::frame(scene, frame),
        SessionEvent::Message(message) => self::message(scene, message),
        SessionEvent::NotAFrame { direction, header, span, bytes } => {
            not_a_frame(scene, direction, &header, &span, bytes.as_slice());
        }
        SessionEvent::Lost(direction) => {
            if let Some(websocket) = &mut scene.facts.websocket {
                websocket.lost[direction] = true;
            }
        }
    }
}

/// A frame begins: the moment that shows whether the client waited for a valid answer (RFC 6455 §4.1).
fn begun(
    scene: &mut Scene<'_, '_>,
    direction: Direction,
    header: &FrameHeader,
    span: &Span,
    acked: Option<u64>,
) {
    let Some(websocket) = &mut scene.facts.websocket else { return };
    if direction == Direction::ServerToClient {
        return;
    }
    let WebSocketFacts { end_of_response, invalid_response, .. } = *websocket;
    let first = !std::mem::replace(&mut websocket.client_began, true);
    let Some(end) = end_of_response else { return };
    if first && let Some(violation) = check::early_data(end, span, acked) {
        scene.find(span.end, violation);
    }
    let continued = invalid_response && check::continues(end, header, acked);
    if continued && let Some(websocket) = &mut scene.facts.websocket {
        websocket.invalid_response = false;
        scene.find(span.end, check::continued_after_invalid_response(span));
    }
}

fn frame(scene: &mut Scene<'_, '_>, frame: &Frame<'_>) {
    let facts = &mut *scene.facts;
    facts.frames += 1;
    facts.payload_bytes[frame.direction] += frame.payload_captured;
    scene.shared.summary.frames += 1;
    let close = frame.close_body().map(CloseBody::parse);
    if frame.header.opcode == Opcode::Close {
        closing(scene, frame.direction, close.as_ref());
    }
    let place = scene.place(frame.span.end);
    if scene.shared.options.rows == Rows::Frames {
        let record = record::Frame {
            place,
            ends: scene.facts.ends,
            from: frame.direction,
            number: frame.number,
            span: frame.span,
            header: frame.header,
            payload_captured: frame.payload_captured,
            missing: frame.missing,
            payload: Payload::new(frame.membership.opcode, frame.payload),
            truncated: frame.truncated,
            compressed: frame.membership.compressed,
            content: frame.membership.opcode,
            message: frame.membership.message,
            close: close.as_ref().map(said),
        };
        scene.tell(&Record::Frame(record));
    }
    let Scene { facts, shared, .. } = scene;
    shared.row.frame(facts, frame.header);
    judge(scene, frame);
}

/// What a Close frame says, as the records tell it.
fn said<'a>(body: &CloseBody<'a>) -> Close<'a> {
    Close { code: body.code(), reason: body.reason().map(Text) }
}

/// A Close frame was sent.
fn closing(scene: &mut Scene<'_, '_>, direction: Direction, body: Option<&CloseBody<'_>>) {
    let facts = &mut *scene.facts;
    facts.closing[direction] = true;
    if facts.close.is_none() {
        let code = body.and_then(CloseBody::code);
        let reason = body.and_then(|body| body.reason()).map(<[u8]>::to_vec);
        facts.close = Some((code, reason, direction));
    }
}

fn message(scene: &mut Scene<'_, '_>, message: &Message<'_>) {
    scene.shared.summary.messages += 1;
    if scene.shared.options.rows != Rows::Messages {
        return;
    }
    let close = (message.header.opcode == Opcode::Close && message.whole && !message.truncated)
        .then(|| CloseBody::parse(message.payload));
    let readable = !message.compressed;
    let record = record::Message {
        place: scene.place(message.span.end),
        ends: scene.facts.ends,
        from: message.direction,
        number: message.number,
        span: message.span,
        header: message.header,
        frames: message.frames,
        compressed: message.compressed,
        wire_length: message.wire_length,
        length: readable.then_some(message.wire_length),
        payload: readable.then(|| Payload::new(message.header.opcode, message.payload)),
        complete: message.whole && readable,
        truncated: message.truncated,
        close: close.as_ref().map(said),
    };
    scene.tell(&Record::Message(record));
}
