//! Whole exchanges from raw bytes; each test says what both sides send and reads what is told.

mod limits;
mod losses;
mod messages;
mod properties;
mod upgrades;

use super::{Exchange, HttpEvent};
use crate::base::{
    Budget, Direction, GapReason, Limits, PacketId, PerDirection, Span, StreamEvent, Timestamp,
};

use Direction::{ClientToServer, ServerToClient};

const UPGRADE: &str = "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const SWITCHING: &str =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const GET: &str = "GET /plain HTTP/1.1\r\nHost: h\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// One thing that a side does.
#[derive(Debug, Clone)]
enum Act {
    Says(Direction, Vec<u8>),
    /// As `Says`, with the number of the other side's bytes that it acknowledges.
    Acks(Direction, u64, Vec<u8>),
    Gap(Direction, u64),
    /// A gap whose length is only an estimate.
    Undecrypted(Direction, u64),
    Fin(Direction),
    Reset(Direction),
}

fn client(bytes: impl AsRef<[u8]>) -> Act {
    Act::Says(ClientToServer, bytes.as_ref().to_vec())
}

fn server(bytes: impl AsRef<[u8]>) -> Act {
    Act::Says(ServerToClient, bytes.as_ref().to_vec())
}

/// An exchange under test. The n-th act is carried by packet n, counted from 1.
struct Bench {
    exchange: Exchange,
    held: Budget,
    offsets: PerDirection<u64>,
    packet: u64,
    told: Vec<String>,
}

impl Bench {
    fn new(limits: &Limits) -> Self {
        Bench {
            exchange: Exchange::new(limits),
            held: Budget::new(limits.held_total),
            offsets: PerDirection::default(),
            packet: 0,
            told: Vec::new(),
        }
    }

    fn act(&mut self, act: &Act) {
        self.packet += 1;
        let packet = packet(self.packet);
        match act {
            Act::Says(direction, bytes) => self.data(*direction, None, bytes, packet),
            Act::Acks(direction, acked, bytes) => self.data(*direction, Some(*acked), bytes, packet),
            Act::Gap(direction, length) => self.gap(*direction, *length, GapReason::Acknowledged, packet),
            Act::Undecrypted(direction, length) => {
                self.gap(*direction, *length, GapReason::Undecrypted, packet);
            }
            Act::Fin(direction) => self.push(*direction, StreamEvent::Fin { packet, acked: None }),
            Act::Reset(direction) => self.push(*direction, StreamEvent::Reset { packet, acked: None }),
        }
    }

    fn gap(&mut self, direction: Direction, length: u64, why: GapReason, packet: PacketId) {
        let span = Span::of(packet, self.offsets[direction], length);
        self.offsets[direction] += length;
        self.push(direction, StreamEvent::Gap { span, why });
    }

    fn data(&mut self, direction: Direction, acked: Option<u64>, bytes: &[u8], packet: PacketId) {
        let span = Span::of(packet, self.offsets[direction], bytes.len() as u64);
        self.offsets[direction] += bytes.len() as u64;
        self.push(direction, StreamEvent::Data { span, acked, bytes });
    }

    fn push(&mut self, direction: Direction, event: StreamEvent<'_>) {
        let told = &mut self.told;
        self.exchange.push(direction, event, &self.held, &mut |event| told.push(describe(&event)));
    }

    /// Everything that was told; the budget must have got everything back.
    fn finish(mut self) -> Vec<String> {
        let told = &mut self.told;
        self.exchange.finish(&self.held, &mut |event| told.push(describe(&event)));
        assert_eq!(self.held.used(), 0);
        self.told
    }
}

fn packet(number: u64) -> PacketId {
    PacketId { number, time: Timestamp::from_nanos(number as i64) }
}

fn describe(event: &HttpEvent<'_>) -> String {
    let target = |request: &super::Request| {
        format!("{} {}", request.method.escape_ascii(), request.target.escape_ascii())
    };
    match event {
        HttpEvent::Request(request) => format!("request {}", target(request)),
        HttpEvent::Response { request, response, interim } => {
            let to = request.map_or("nobody".into(), target);
            format!("{}{} to {to}", if *interim { "interim " } else { "" }, response.status)
        }
        HttpEvent::Unanswered(request) => format!("unanswered {}", target(request)),
        HttpEvent::Switched => "switched".into(),
        HttpEvent::Passed(direction, StreamEvent::Data { span, bytes, .. }) => {
            assert_eq!(span.length, bytes.len() as u64);
            format!("{} #{} @{}: {}", direction.sender(), span.first, span.offset, bytes.escape_ascii())
        }
        HttpEvent::Passed(direction, StreamEvent::Gap { span, .. }) => {
            format!("{} @{}: gap of {}", direction.sender(), span.offset, span.length)
        }
        HttpEvent::Passed(direction, StreamEvent::Fin { packet, .. }) => {
            format!("{} #{}: fin", direction.sender(), packet.number)
        }
        HttpEvent::Passed(direction, StreamEvent::Reset { packet, .. }) => {
            format!("{} #{}: reset", direction.sender(), packet.number)
        }
        HttpEvent::NotHttp(direction) => format!("{}: not http", direction.sender()),
        HttpEvent::Lost(direction) => format!("{}: lost", direction.sender()),
        HttpEvent::LimitReached(limit) => format!("limit {limit}"),
    }
}

fn told_within(limits: &Limits, acts: &[Act]) -> Vec<String> {
    let mut bench = Bench::new(limits);
    acts.iter().for_each(|act| bench.act(act));
    bench.finish()
}

fn told(acts: &[Act]) -> Vec<String> {
    told_within(&Limits::default(), acts)
}

/// The offset behind a text, as it is written in what was told.
fn behind(texts: &[&str]) -> usize {
    texts.iter().map(|text| text.len()).sum()
}
