//! How a connection is closed: Close frames (RFC 6455 §5.5.1, §7.4), and the end of TCP behind them (§7.1).

use super::{End, Found, Half, Sent};
use crate::base::{Direction, PerDirection, Timestamp};
use crate::check::{Violation, registry};
use crate::record::Side;
use crate::websocket::{CODES_AS_OF, CloseBody, CodeClass, Opcode, code_class};

/// The code by which a client says that an extension was not negotiated (RFC 6455 §7.4.1).
const MANDATORY_EXTENSION: u16 = 1010;

/// Nanoseconds behind its own Close within which a side that ends TCP does not wait for the answer. Browsers that leave a
/// page do that.
const LEAVING_NANOS: i64 = 1_000_000_000;

/// The Close of one side.
#[derive(Debug, Default)]
pub(super) struct Closing {
    /// Boxed, as few of those that are open have sent one.
    first: Option<Box<Close>>,
    /// It has sent a frame when it had acknowledged the other side's Close.
    spoke_behind: bool,
    data_told: bool,
    second_told: bool,
}

#[derive(Debug, Clone, Copy)]
struct Close {
    number: u64,
    packets: [u64; 2],
    /// The offset of its first byte, and that behind its last; `None` if the stream ended inside it.
    start: u64,
    end: Option<u64>,
    code: Option<u16>,
    /// What it says is known.
    read: bool,
    /// When it was complete.
    time: Timestamp,
}

impl Closing {
    /// Whether the side has sent a Close.
    pub(super) fn is_closed(&self) -> bool {
        self.first.is_some()
    }

    /// The offset of its Close.
    pub(super) fn start(&self) -> Option<u64> {
        self.first.as_ref().map(|close| close.start)
    }

    pub(super) fn take(&mut self, sent: &Sent<'_>, peer: &Closing) {
        let close = peer.first.as_ref().and_then(|close| close.end);
        self.spoke_behind |= close.zip(sent.acked).is_some_and(|(close, acked)| acked >= close);
        if sent.is(Opcode::Close) {
            self.first.get_or_insert_with(|| {
                Box::new(Close {
                    number: sent.at.number,
                    packets: [sent.at.span.first, sent.at.span.last],
                    start: sent.at.span.offset,
                    end: (!sent.cut).then(|| sent.at.span.end_offset()),
                    code: code(sent),
                    read: sent.payload.is_some(),
                    time: sent.at.span.end.time,
                })
            });
        }
    }

    /// WS414 (§5.5.1), once a side. A ping or pong behind one's own Close is legal.
    pub(super) fn judge_data(&mut self, sent: &Sent<'_>) -> Found {
        let close = self.first.as_deref().filter(|_| sent.is_data() && !self.data_told)?;
        self.data_told = true;
        let (sender, kind) = (sent.sender(), sent.header.opcode.name());
        let text = format!("the {sender} sent a {kind} frame behind its Close in frame {}", close.number);
        Some((&registry::DATA_AFTER_CLOSE, text))
    }

    /// WS419 (§5.5.1, §7.1.3), once a side.
    pub(super) fn judge_second(&mut self, sent: &Sent<'_>) -> Found {
        let close = self.first.as_deref().filter(|_| sent.is(Opcode::Close) && !self.second_told)?;
        self.second_told = true;
        let text =
            format!("the {} had sent its Close in frame {}, and sends another", sent.sender(), close.number);
        Some((&registry::SECOND_CLOSE, text))
    }

    /// WS418, WS421 (§7.4). To give back the code that one has received is what the RFC expects (§5.5.1).
    pub(super) fn judge_code(&self, sent: &Sent<'_>, peer: &Closing) -> Found {
        let code = code(sent)?;
        let echo = |close: &Close| {
            (close.code == Some(code) || !close.read)
                && close.end.is_some_and(|end| sent.acked.is_none_or(|acked| acked >= end))
        };
        if peer.first.as_deref().is_some_and(echo) {
            return None;
        }
        match code_class(code) {
            CodeClass::Reserved | CodeClass::OutOfRange => {
                let text = format!(
                    "the Close carries status code {code}, which has no meaning in the registry of {CODES_AS_OF}"
                );
                Some((&registry::UNREGISTERED_CLOSE_CODE, text))
            }
            _ if code == MANDATORY_EXTENSION && sent.at.from == Direction::ServerToClient => {
                let text = format!("the server's Close carries status code {code}, which is for clients");
                Some((&registry::CLOSE_CODE_OF_OTHER_ROLE, text))
            }
            _ => None,
        }
    }
}

fn code(sent: &Sent<'_>) -> Option<u16> {
    sent.payload.filter(|_| sent.is(Opcode::Close)).and_then(|body| CloseBody::parse(body).code())
}

/// WS415, WS416, WS417: what the ends of the directions show. `known` says of which direction nothing is missing.
pub(super) fn judge_end(halves: &PerDirection<Half>, known: PerDirection<bool>) -> Vec<Violation> {
    let blamable = |from: Direction| known[from] && !halves[from.reverse()].failing.is_obliging();
    // What is missing of the other side may have obliged this one to fail the connection.
    let mut found: Vec<_> = Direction::BOTH
        .into_iter()
        .filter(|from| blamable(*from) && known[from.reverse()])
        .filter_map(|from| close_unanswered(&halves[from], &halves[from.reverse()], from))
        .collect();
    // Who was first shows only if both are known.
    if let Some((from, end)) = first_end(halves)
        && known.client
        && known.server
        && blamable(from)
    {
        let (own, peer) = (&halves[from].closing, &halves[from.reverse()].closing);
        if own.is_closed() {
            // A client that waited in vain for an answer may do so.
            let waited = !found.is_empty();
            found.extend(client_first(from, &end).filter(|_| !waited));
        } else if !has_received(peer, &end) {
            found.push(without_close(from, &end));
        }
    }
    found
}

/// WS415 (§5.5.1), or WS416. That a Close was acknowledged shows that it arrived, and not that anybody was there to read
/// it: the program may have ended TCP for a reason of its own. Whoever has said something since was there.
fn close_unanswered(own: &Half, peer: &Half, from: Direction) -> Option<Violation> {
    let end = own.end.as_deref()?;
    let close = peer.closing.first.as_deref()?;
    let received = close.end.zip(end.acked).is_some_and(|(close, acked)| acked >= close);
    // Who has left at once would not have read an answer.
    let left = |gone: &End| {
        gone.packet.number < end.packet.number && gone.packet.time.nanos_since(close.time) < LEAVING_NANOS
    };
    if !received || own.closing.is_closed() || peer.end.as_deref().is_some_and(left) {
        return None;
    }
    let rule = match own.closing.spoke_behind {
        true => &registry::CLOSE_UNANSWERED,
        false => &registry::CLOSED_WITHOUT_CLOSE_FRAME,
    };
    let (sender, how, number) = (from.sender(), end.name(), close.number);
    let text = format!(
        "the {sender} had received the Close in frame {number}, and ended TCP ({how} in packet {}) without a Close of its own",
        end.packet.number
    );
    let packets = [close.packets[0].min(end.packet.number), close.packets[1].max(end.packet.number)];
    let mut violation = Violation::of_packets(rule, Side::from(from), packets, text).with("ended_by", how);
    violation.frame = Some(number);
    Some(violation)
}

/// Whether the Close of `peer` may have come before the side ended TCP.
fn has_received(peer: &Closing, end: &End) -> bool {
    peer.first
        .as_ref()
        .is_some_and(|close| end.acked.zip(close.end).is_none_or(|(acked, close)| acked >= close))
}

/// Who ended TCP first.
fn first_end(halves: &PerDirection<Half>) -> Option<(Direction, End)> {
    let ends =
        Direction::BOTH.into_iter().filter_map(|from| Some((from, halves[from].end.as_deref().copied()?)));
    ends.min_by_key(|(_, end)| end.packet.number)
}

/// WS416 (§7.1.5).
fn without_close(from: Direction, end: &End) -> Violation {
    let (sender, how, packet) = (from.sender(), end.name(), end.packet.number);
    let text = format!("the {sender} ended TCP ({how} in packet {packet}) without having sent a Close frame");
    let rule = &registry::CLOSED_WITHOUT_CLOSE_FRAME;
    Violation::of_packets(rule, Side::from(from), [packet, packet], text).with("ended_by", how)
}

/// WS417 (§7.1.1).
fn client_first(from: Direction, end: &End) -> Option<Violation> {
    if from == Direction::ServerToClient || end.reset {
        return None;
    }
    let packet = end.packet.number;
    let text = format!("the client ended TCP first (FIN in packet {packet}), and not the server");
    let rule = &registry::CLIENT_CLOSED_TCP_FIRST;
    Some(Violation::of_packets(rule, Side::Client, [packet, packet], text))
}
