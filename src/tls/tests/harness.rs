//! Connections out of captures, and what is told of them.

use std::fs::File;

use super::super::{KeyLog, Tls, TlsEvent};
use crate::base::{
    Budget, Direction, GapReason, Limits, PacketId, PerDirection, Span, StreamEvent, Timestamp,
};
use crate::capture::Reader;
use crate::packet::Decoder;
use crate::tcp::{Connections, What};

/// A stream event with its own bytes.
#[derive(Debug, Clone)]
pub enum Owned {
    Data(Span, Option<u64>, Vec<u8>),
    Gap(Span, GapReason),
    Fin(PacketId, Option<u64>),
    Reset(PacketId, Option<u64>),
}

impl Owned {
    fn of(event: &StreamEvent<'_>) -> Self {
        match *event {
            StreamEvent::Data { span, acked, bytes } => Owned::Data(span, acked, bytes.to_vec()),
            StreamEvent::Gap { span, why } => Owned::Gap(span, why),
            StreamEvent::Fin { packet, acked } => Owned::Fin(packet, acked),
            StreamEvent::Reset { packet, acked } => Owned::Reset(packet, acked),
        }
    }

    fn borrowed(&self) -> StreamEvent<'_> {
        match self {
            Owned::Data(span, acked, bytes) => StreamEvent::Data { span: *span, acked: *acked, bytes },
            Owned::Gap(span, why) => StreamEvent::Gap { span: *span, why: *why },
            Owned::Fin(packet, acked) => StreamEvent::Fin { packet: *packet, acked: *acked },
            Owned::Reset(packet, acked) => StreamEvent::Reset { packet: *packet, acked: *acked },
        }
    }

    /// The event in pieces of `portion` bytes.
    fn cut(&self, portion: usize) -> Vec<Self> {
        let Owned::Data(span, acked, bytes) = self else { return vec![self.clone()] };
        let mut offset = 0;
        let piece = |part: &[u8]| {
            let span = span.part(offset, part.len() as u64);
            offset += part.len() as u64;
            Owned::Data(span, *acked, part.to_vec())
        };
        bytes.chunks(portion).map(piece).collect()
    }
}

pub type Stream = Vec<(Direction, Owned)>;

/// The connections of a capture of `tests/data/tls`, in their order, and its secrets.
pub fn capture(name: &str) -> (Vec<Stream>, KeyLog) {
    let path = format!("{}/tests/data/tls/{name}", env!("CARGO_MANIFEST_DIR"));
    let limits = Limits::default();
    let mut reader = Reader::open(File::open(format!("{path}.pcap")).unwrap(), &limits).unwrap();
    let (mut decoder, mut tcp) = (Decoder::new(&limits), Connections::new(limits));
    let (mut streams, mut slots) = (Vec::<Stream>::new(), Vec::<usize>::new());
    let mut treat = |event: crate::tcp::Event<'_>| match event.what {
        What::Opened(_) => {
            slots.resize(slots.len().max(event.slot + 1), 0);
            slots[event.slot] = streams.len();
            streams.push(Vec::new());
        }
        What::Stream(from, told) => streams[slots[event.slot]].push((from, Owned::of(&told))),
        _ => {}
    };
    let mut number = 0;
    loop {
        while let Some(packet) = reader.next_packet() {
            number += 1;
            let id = PacketId { number, time: packet.time };
            if let Some(segment) = decoder.decode(&packet) {
                tcp.push(id, &segment, &mut treat);
            }
        }
        if !reader.fill() {
            break;
        }
    }
    tcp.finish(&mut treat);
    let mut keys = KeyLog::default();
    keys.add(&std::fs::read(format!("{path}.keys")).unwrap());
    (streams, keys)
}

/// All that is told of a connection.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Told {
    pub plain: PerDirection<Vec<Plain>>,
    /// Hellos, the last one.
    pub hello: super::super::Hello,
    /// All other events, as text; those of records apart.
    pub others: Vec<String>,
    pub records: Vec<(Direction, &'static str)>,
}

/// A piece of plaintext, or the lack of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plain {
    Data { offset: u64, acked: Option<u64>, first: u64, last: u64, bytes: Vec<u8> },
    Gap { offset: u64, length: u64, why: GapReason },
    End,
}

impl Told {
    pub fn take(&mut self, event: TlsEvent<'_>) {
        match event {
            TlsEvent::Plain(from, event) => self.plain(from, event),
            TlsEvent::Hello(hello) => self.hello = hello.clone(),
            TlsEvent::Record { from, name, .. } => self.records.push((from, name)),
            other => {
                let text = format!("{other:?}");
                self.others.push(text.split(" span: ").next().unwrap().trim_end_matches(',').to_owned());
            }
        }
    }

    fn plain(&mut self, from: Direction, event: StreamEvent<'_>) {
        let offset = self.end(from);
        let plain = match event {
            StreamEvent::Data { span, acked, bytes } => {
                assert_eq!((span.offset, span.length), (offset, bytes.len() as u64));
                Plain::Data { offset, acked, first: span.first, last: span.last, bytes: bytes.to_vec() }
            }
            StreamEvent::Gap { span, why } => {
                assert_eq!(span.offset, offset);
                Plain::Gap { offset, length: span.length, why }
            }
            StreamEvent::Fin { .. } | StreamEvent::Reset { .. } => Plain::End,
        };
        self.plain[from].push(plain);
    }

    fn end(&self, from: Direction) -> u64 {
        let ends = self.plain[from].iter().map(|plain| match plain {
            Plain::Data { offset, bytes, .. } => offset + bytes.len() as u64,
            Plain::Gap { offset, length, .. } => offset + length,
            Plain::End => 0,
        });
        ends.max().unwrap_or_default()
    }

    /// All plaintext of one direction.
    pub fn text(&self, from: Direction) -> Vec<u8> {
        let pieces = self.plain[from].iter().filter_map(|plain| match plain {
            Plain::Data { bytes, .. } => Some(&bytes[..]),
            Plain::Gap { .. } | Plain::End => None,
        });
        pieces.collect::<Vec<_>>().concat()
    }
}

/// Reads a connection whose segments are cut into portions.
pub fn read(stream: &Stream, keys: &KeyLog, portion: usize) -> Told {
    let held = Budget::new(64 << 20);
    let (mut tls, mut told) = (Tls::new(&Limits::default()), Told::default());
    for (from, event) in stream {
        for event in event.cut(portion) {
            tls.push(*from, &event.borrowed(), keys, &held, &mut |event| told.take(event));
        }
    }
    tls.finish(keys, &held, &mut |event| told.take(event));
    assert_eq!(held.used(), 0, "everything is given back");
    told
}

/// Reads a connection whose secrets come behind `before` of its events.
pub fn read_late(stream: &Stream, keys: &KeyLog, before: usize, limits: &Limits) -> Told {
    let held = Budget::new(64 << 20);
    let (mut tls, mut told) = (Tls::new(limits), Told::default());
    let none = KeyLog::default();
    for (number, (from, event)) in stream.iter().enumerate() {
        if number == before {
            tls.keys_arrived(keys, &held, &mut |event| told.take(event));
        }
        let keys = if number < before { &none } else { keys };
        tls.push(*from, &event.borrowed(), keys, &held, &mut |event| told.take(event));
    }
    if before >= stream.len() {
        tls.finish(&none, &held, &mut |event| told.take(event));
    } else {
        tls.finish(keys, &held, &mut |event| told.take(event));
    }
    assert_eq!(held.used(), 0, "everything is given back");
    told
}

/// Bytes as the next segment of one direction.
pub fn segments(parts: &[(Direction, Vec<u8>)]) -> Stream {
    let mut offsets = PerDirection::<u64>::default();
    let mut stream = Vec::new();
    for (number, (from, bytes)) in (1..).zip(parts) {
        let packet = PacketId { number, time: Timestamp::default() };
        let span = Span::of(packet, offsets[*from], bytes.len() as u64);
        offsets[*from] = span.end_offset();
        stream.push((*from, Owned::Data(span, None, bytes.clone())));
    }
    stream
}

/// What the captures' client says, and what their server answers: each line with its letters reversed.
pub fn lines() -> (Vec<u8>, Vec<u8>) {
    let long = "x".repeat(700);
    let lines = ["hello from the client", "short", &long, "a line behind the long one", "last"];
    let said = lines.map(|line| format!("{line}\n")).concat();
    let answers = lines.map(|line| line.chars().rev().chain(['\n']).collect::<String>()).concat();
    (said.into_bytes(), answers.into_bytes())
}
