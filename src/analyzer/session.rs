//! What a WebSocket session says becomes records: frames, messages, and what is wrong with them.

use super::Rows;
use super::facts::{Facts, FirstClose, WebSocketFacts, kept};
use super::scene::{Scene, Shared};
use crate::base::{Direction, Span, StreamEvent};
use crate::check::conduct::Sent;
use crate::check::frame::FrameAt;
use crate::check::{self, Violation};
use crate::record::{self, Close, Inflated, Joined, Payload, Protocol, Record, SidesKnownBy, Text};
use crate::websocket::{
    Cap, CloseBody, Content, Evidence, Frame, FrameHeader, Membership, Message, Opcode, Session,
    SessionEvent, Undecoded,
};

/// Takes the next event of one direction.
pub(super) fn push(
    session: &mut Session,
    scene: &mut Scene<'_, '_>,
    direction: Direction,
    event: &StreamEvent<'_>,
) {
    if is_of_request(scene, direction, event) {
        return;
    }
    scene.facts.conduct.ended(direction, event);
    let held = scene.held;
    let mut scratch = scene.shared.take_scratch();
    session.push(direction, event, &mut scratch, held, &mut |event| treat(scene, event));
    scene.shared.put_back(scratch);
    scene.release();
    scene.facts.messages = session.messages();
}

/// Whether these are bytes of a request whose beginning was not captured. Its client sent it before it had received
/// the response, and its frames after that (RFC 6455 §4.1).
fn is_of_request(scene: &Scene<'_, '_>, direction: Direction, event: &StreamEvent<'_>) -> bool {
    let (Some(websocket), StreamEvent::Data { acked: Some(acked), .. }) = (scene.facts.websocket, event)
    else {
        return false;
    };
    direction == Direction::ClientToServer
        && !websocket.request_known
        && !websocket.client_began
        && websocket.end_of_response.is_some_and(|end| *acked < end)
}

/// The session is over.
pub(super) fn finish(session: &mut Session, scene: &mut Scene<'_, '_>) {
    let held = scene.held;
    let mut scratch = scene.shared.take_scratch();
    session.finish(&mut scratch, held, &mut |event| treat(scene, event));
    scene.shared.put_back(scratch);
    scene.release();
}

/// The connection is over, and its session too: tells what its end shows.
pub(super) fn judge_end(scene: &mut Scene<'_, '_>) {
    if scene.facts.websocket.is_none() {
        return;
    }
    let mut found = Vec::new();
    scene.facts.conduct.finish(scene.facts.captured(), &mut |violation| found.push(violation));
    let packet = scene.facts.last;
    for violation in found {
        scene.find(packet, violation);
    }
}

fn treat(scene: &mut Scene<'_, '_>, event: SessionEvent<'_>) {
    if !matches!(event, SessionEvent::Message(_)) {
        scene.release();
    }
    match event {
        SessionEvent::Frame(frame) => self::frame(scene, frame),
        SessionEvent::Message(message) => self::message(scene, message),
        SessionEvent::NotAFrame { direction, header, span } => not_a_frame(scene, direction, &header, span),
        SessionEvent::HeaderCut { direction, span } => {
            let number = scene.facts.frames + 1;
            scene.facts.conduct.header_cut(&FrameAt { from: direction, number, message: None, span });
        }
        SessionEvent::Lost(direction) => {
            scene.facts.conduct.unread(direction);
            if let Some(websocket) = &mut scene.facts.websocket {
                websocket.lost[direction] = true;
            }
        }
        SessionEvent::NotFound { direction, skipped } => {
            scene.facts.conduct.unread(direction);
            if scene.facts.websocket.is_some() {
                let packet = scene.facts.last;
                scene.find(packet, check::capture::not_framed(direction, skipped, packet));
            }
        }
        SessionEvent::Found { direction, turned, start, skipped, evidence } => {
            if turned {
                scene.facts.turn_round();
                scene.facts.conduct.turn_round();
            }
            if skipped > 0 {
                scene.facts.conduct.skipped(direction);
            }
            found(scene, direction, start, skipped, evidence);
        }
    }
}

/// It is known, by evidence, where frames begin: after a loss, or for the first time.
fn found(scene: &mut Scene<'_, '_>, direction: Direction, start: u64, skipped: u64, evidence: Evidence) {
    let packet = scene.shared.packet;
    let Some(websocket) = &mut scene.facts.websocket else {
        scene.facts.websocket = Some(WebSocketFacts::NOT_CAPTURED);
        if scene.facts.known_by == SidesKnownBy::Port {
            scene.facts.known_by = SidesKnownBy::Mask;
        }
        scene.learn_protocol(Protocol::Websocket);
        return scene.find(
            packet,
            check::capture::handshake_not_captured(packet, scene.facts.known_by, direction, skipped),
        );
    };
    if std::mem::take(&mut websocket.lost[direction]) || skipped > 0 {
        scene.find(packet, check::capture::resynchronised(direction, start, skipped, &evidence, packet));
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
    let Membership { message, .. } = frame.membership;
    let at = FrameAt { from: frame.direction, number: frame.number, message, span: frame.span };
    let sent = Sent {
        header: &frame.header,
        at: &at,
        acked: frame.acked,
        payload: frame.control_body(),
        cut: frame.is_cut(),
    };
    scene.shared.ping_nanos = scene.facts.conduct.nanos_since_ping(&sent);
    match scene.shared.options.rows {
        Rows::Frames => {
            (scene.out)(&Record::Frame(told(scene.facts, scene.shared, frame, close.as_ref())));
        }
        Rows::Packets => keep(scene, frame, close.as_ref()),
        Rows::Messages => {}
    }
    scene.shared.hold();
    judge(scene, frame, &sent, close);
    let shown = scene.shared.options.rows != Rows::Messages;
    if shown && frame.truncated && frame.payload.len() < scene.shared.options.payload {
        tell_cap(scene, ("frame", frame.number), frame.payload.len());
    }
}

/// A frame, as records tell it.
#[inline(always)] // so that the record, which is large, is made where it is read
fn told<'a>(
    facts: &'a Facts,
    shared: &Shared,
    frame: &'a Frame<'a>,
    close: Option<&CloseBody<'a>>,
) -> record::Frame<'a> {
    let (payload, truncated) = shown(shared, frame.payload, frame.truncated);
    let Membership { message, opcode, compressed, .. } = frame.membership;
    record::Frame {
        place: shared.place(facts.stream, frame.span.end),
        ends: &facts.ends,
        from: frame.direction,
        number: frame.number,
        span: frame.span,
        header: &frame.header,
        payload_captured: frame.payload_captured,
        missing: frame.missing,
        payload: Payload::of_frame(compressed, opcode, payload, truncated),
        truncated,
        compressed,
        inflated: frame.completes.and_then(|message| inflated(shared, message)),
        undecoded: frame.completes.and_then(undecoded),
        content: opcode,
        message,
        joined: frame.completes.and_then(|message| joined(shared, message)),
        close: close.map(said),
        ping_nanos: shared.ping_nanos,
    }
}

/// The message that a frame completes, if it has others too.
fn joined<'a>(shared: &Shared, message: &Message<'a>) -> Option<Joined<'a>> {
    let read = shared.options.rows == Rows::Packets && !message.compressed;
    (message.fragments > 1).then(|| Joined {
        fragments: message.fragments,
        wire_length: message.wire_length,
        payload: read.then(|| shown(shared, message.payload, message.truncated).0),
    })
}

/// The row of the packet gets the frame. A row keeps as many bytes as one frame can bring: its payload, and that of the
/// message that it completes.
fn keep(scene: &mut Scene<'_, '_>, frame: &Frame<'_>, close: Option<&CloseBody<'_>>) {
    let Scene { facts, shared, .. } = &mut *scene;
    let record = told(facts, shared, frame, close);
    let cap = shared.options.limits.payload.saturating_mul(2);
    let whole = shared.row.frame(facts, &record, cap);
    if !whole {
        let packet = scene.shared.packet.number;
        tell_once(
            scene,
            "payload",
            &format!("of the payloads that packet {packet} completes not all are read"),
        );
    }
}

/// What somebody can read of the compressed message that a frame completes.
fn inflated<'a>(shared: &Shared, message: &Message<'a>) -> Option<Inflated<'a>> {
    let (length, assumed) = match message.content {
        Content::Inflated { length, assumed, .. } => (Some(length), assumed),
        Content::Undecoded(Undecoded::Limit(Cap::Inflated)) => (None, false),
        Content::Undecoded(_) | Content::Plain => return None,
    };
    let (payload, truncated) = shown(shared, message.payload, message.truncated);
    let payload = Payload::new(message.header.opcode, payload, truncated);
    Some(Inflated { payload, truncated, length, assumed })
}

fn undecoded(message: &Message<'_>) -> Option<Undecoded> {
    match message.content {
        Content::Undecoded(why) => Some(why),
        Content::Plain | Content::Inflated { .. } => None,
    }
}

/// As much of a payload as somebody asked to see, and whether that is less than there was. The body of a Close is
/// collected for its code, whoever asked.
fn shown<'a>(shared: &Shared, payload: &'a [u8], truncated: bool) -> (&'a [u8], bool) {
    match payload.get(..shared.options.payload) {
        Some(shown) => (shown, truncated || shown.len() < payload.len()),
        None => (payload, truncated),
    }
}

/// Tells what is wrong with a frame.
fn judge(scene: &mut Scene<'_, '_>, frame: &Frame<'_>, sent: &Sent<'_>, close: Option<CloseBody<'_>>) {
    let Some(negotiated) = scene.facts.websocket.as_ref().map(|websocket| websocket.negotiated) else {
        return;
    };
    let at = sent.at;
    let packet = frame.span.end;
    check::frame::header(
        &frame.header,
        at,
        negotiated,
        frame.membership.part.message_was_open(),
        &mut |violation| break_rule(scene, frame.direction, &frame.span, violation),
    );
    if let Some(body) = close {
        let mut out = |violation| break_rule(scene, frame.direction, &frame.span, violation);
        check::frame::close(&frame.header, body, at, &mut out);
    }
    let mut found = Vec::new();
    scene.facts.conduct.frame(sent, &mut |violation| found.push(violation));
    for violation in found {
        scene.find(packet, violation);
    }
    if frame.direction == Direction::ClientToServer {
        judge_waiting(scene, &frame.header, at, frame.acked);
    }
}

/// Tells a violation in the bytes of `span`, which may oblige the other side to fail the connection.
fn break_rule(scene: &mut Scene<'_, '_>, violator: Direction, span: &Span, violation: Violation) {
    scene.facts.conduct.peer_must_fail(violator, violation.rule, span.end_offset());
    scene.find(span.end, violation);
}

/// Whether the client waited for a valid response before it sent frames (RFC 6455 §4.1).
fn judge_waiting(scene: &mut Scene<'_, '_>, header: &FrameHeader, at: &FrameAt, acked: Option<u64>) {
    let Some(websocket) = &mut scene.facts.websocket else { return };
    let is_first = !std::mem::replace(&mut websocket.client_began, true);
    let Some(end) = websocket.end_of_response else { return };
    if !is_first && websocket.invalid_response.is_none() {
        return;
    }
    let early = is_first.then(|| check::waiting::early_data(end, header, at, acked)).flatten();
    let continued = websocket
        .invalid_response
        .and_then(|rule| check::waiting::continued_after_invalid_response(rule, end, header, at, acked));
    if continued.is_some() {
        websocket.invalid_response = None;
    }
    for violation in early.into_iter().chain(continued) {
        scene.find(at.span.end, violation);
    }
}

/// Bytes that are no frame stand where one should begin.
fn not_a_frame(scene: &mut Scene<'_, '_>, direction: Direction, header: &FrameHeader, span: Span) {
    let Some(websocket) = scene.facts.websocket else { return };
    let at = FrameAt { from: direction, number: scene.facts.frames + 1, message: None, span };
    check::frame::header(header, &at, websocket.negotiated, None, &mut |mut violation| {
        violation.frame = None;
        violation
            .text
            .push_str("; these bytes are no frame, and what follows in this direction is not decoded");
        break_rule(scene, direction, &span, violation);
    });
    scene.facts.conduct.unread(direction);
}

/// Says so, once a connection, if it was a cap that truncated the payload of a frame or message to `kept` bytes, and
/// not the user's wish.
fn tell_cap(scene: &mut Scene<'_, '_>, (kind, number): (&str, u64), kept: usize) {
    let Shared { options, .. } = &*scene.shared;
    if kept >= options.payload {
        return;
    }
    let limit = if kept >= options.limits.payload { "payload" } else { "held_total" };
    tell_once(scene, limit, &format!("of {kind} {number} only the first {kept} payload bytes are shown"));
}

/// Says, once a connection, what of its payload a cap left out.
fn tell_once(scene: &mut Scene<'_, '_>, limit: &'static str, left_out: &str) {
    if std::mem::replace(&mut scene.facts.shortened, true) {
        return;
    }
    // Everything was judged; only what is shown of it is less.
    let incomplete = scene.facts.findings.incomplete;
    scene.limit_reached(limit, left_out);
    scene.facts.findings.incomplete = incomplete;
}

/// What a Close frame says, as the records tell it.
fn said<'a>(body: &CloseBody<'a>) -> Close<'a> {
    match *body {
        CloseBody::Empty | CloseBody::OneByte(_) => Close { code: None, reason: None },
        CloseBody::Status { code, reason } => Close { code: Some(code), reason: Some(Text(reason)) },
    }
}

/// A Close frame was sent.
fn closing(scene: &mut Scene<'_, '_>, direction: Direction, body: Option<&CloseBody<'_>>) {
    let facts = &mut *scene.facts;
    facts.closing[direction] = true;
    if facts.close.is_none() {
        let Close { code, reason } = body.map_or(Close { code: None, reason: None }, said);
        let reason = reason.map(|Text(reason)| kept(reason));
        facts.close = Some(Box::new(FirstClose { code, reason, by: direction }));
    }
}

fn message(scene: &mut Scene<'_, '_>, message: &Message<'_>) {
    scene.shared.summary.messages += 1;
    if scene.shared.options.rows == Rows::Messages {
        tell_message(scene, message);
    }
    let reads_it = match scene.shared.options.rows {
        Rows::Packets => message.compressed || message.fragments > 1,
        Rows::Frames => message.compressed,
        Rows::Messages => true,
    };
    match undecoded(message) {
        Some(Undecoded::Limit(cap)) => not_inflated(scene, message, cap),
        _ if reads_it && message.truncated => {
            tell_cap(scene, ("message", message.number), message.payload.len());
        }
        _ => {}
    }
    if message.content == Content::Plain && message.invalid_text.is_none() {
        return;
    }
    if let Some(negotiated) = scene.facts.websocket.as_ref().map(|websocket| websocket.negotiated) {
        check::message::payload(message, negotiated, &mut |violation| {
            break_rule(scene, message.direction, &message.span, violation);
        });
    }
}

fn tell_message(scene: &mut Scene<'_, '_>, message: &Message<'_>) {
    let close = (message.header.opcode == Opcode::Close && message.whole && !message.truncated)
        .then(|| CloseBody::parse(message.payload));
    let (payload, truncated) = shown(scene.shared, message.payload, message.truncated);
    let (length, assumed) = match message.content {
        Content::Plain => (Some(message.wire_length), false),
        Content::Inflated { length, assumed, .. } => (Some(length), assumed),
        Content::Undecoded(_) => (None, false),
    };
    let readable = length.is_some() || undecoded(message) == Some(Undecoded::Limit(Cap::Inflated));
    let record = record::Message {
        place: scene.place(message.span.end),
        ends: scene.facts.ends,
        from: message.direction,
        number: message.number,
        span: message.span,
        header: message.header,
        frames: message.frames,
        fragments: message.fragments,
        compressed: message.compressed,
        assumed,
        undecoded: undecoded(message),
        wire_length: message.wire_length,
        missing: message.missing,
        length,
        payload: readable.then(|| Payload::new(message.header.opcode, payload, truncated)),
        complete: message.whole && length.is_some(),
        truncated,
        close: close.as_ref().map(said),
        ping_nanos: scene.shared.ping_nanos.filter(|_| message.header.opcode == Opcode::Pong),
    };
    scene.tell(&Record::Message(record));
}

/// Says so, once a connection, if a cap kept a compressed message, or a part of it, from being inflated.
fn not_inflated(scene: &mut Scene<'_, '_>, message: &Message<'_>, cap: Cap) {
    if std::mem::replace(&mut scene.facts.not_inflated, true) {
        return;
    }
    let Message { number, wire_length, .. } = *message;
    let text = match cap {
        Cap::Inflated => format!(
            "the {wire_length} bytes of message {number} inflate to more than {} bytes, and inflating stopped there: \
             possibly a bomb, made to exhaust its receiver's memory",
            scene.shared.options.limits.inflated
        ),
        Cap::Payload => {
            format!(
                "the {wire_length} bytes of message {number} are too many to be kept, and it is not inflated"
            )
        }
        Cap::HeldTotal => {
            format!("there is no room to keep message {number}, or what it refers to, and it is not inflated")
        }
    };
    scene.limit_reached(cap.name(), &text);
}
