//! The packets and bytes of TCP connections, whatever they carry.

use crate::base::{Direction, Limits, PacketId, StreamEvent};
use crate::capture::Packet;
use crate::packet::Decoder;
use crate::record::Ends;
use crate::tcp::{Connections, Event, What};

/// Says of the packets of a capture which connection they belong to, and what bytes they bring.
///
/// The connections have the numbers that an [`Analyzer`](super::Analyzer) with the same [`Limits`] gives them.
/// Nothing is looked into: TLS stays encrypted, and who is the client is known by the SYN or guessed by the ports.
#[derive(Debug)]
pub struct Streams {
    decoder: Decoder,
    tcp: Connections,
    /// The number of the connection in each slot.
    numbers: Vec<u64>,
    packets: u64,
}

/// What a packet means for a connection.
#[derive(Debug, Clone, Copy)]
pub enum News<'a> {
    /// It begins with this packet.
    Opened(Ends),
    /// The packet belongs to it, and is not a fragment.
    Packet,
    /// The packet that is the last one of an IP datagram in fragments belongs to it, as do those with these numbers,
    /// which end with its own.
    Fragments(&'a [u64]),
    /// The next bytes of a direction, or the end of it.
    Stream(Direction, StreamEvent<'a>),
}

impl Streams {
    /// At the beginning of a capture.
    pub fn new(limits: Limits) -> Self {
        Self {
            decoder: Decoder::noting_fragments(&limits),
            tcp: Connections::new(limits),
            numbers: Vec::new(),
            packets: 0,
        }
    }

    /// Takes the next packet; `out` gets the number of a connection, and what is new about it.
    pub fn push(&mut self, packet: &Packet<'_>, out: &mut dyn FnMut(u64, &News<'_>)) {
        self.packets += 1;
        let id = PacketId { number: self.packets, time: packet.time };
        let Self { decoder, tcp, numbers, .. } = self;
        let Some((segment, fragments)) = decoder.decode_noting(packet) else { return };
        tcp.push(id, &segment, &mut |event| tell(numbers, &event, fragments, out));
    }

    /// The capture is over: tells what waited for bytes that did not come.
    pub fn finish(&mut self, out: &mut dyn FnMut(u64, &News<'_>)) {
        let Self { tcp, numbers, .. } = self;
        tcp.finish(&mut |event| tell(numbers, &event, &[], out));
    }
}

fn tell(numbers: &mut Vec<u64>, event: &Event<'_>, fragments: &[u64], out: &mut dyn FnMut(u64, &News<'_>)) {
    if let What::Opened(opened) = &event.what {
        if numbers.len() <= event.slot {
            numbers.resize(event.slot + 1, 0);
        }
        if let Some(number) = numbers.get_mut(event.slot) {
            *number = opened.stream;
        }
    }
    let Some(number) = numbers.get(event.slot).copied() else { return };
    match &event.what {
        What::Opened(opened) => {
            out(number, &News::Opened(Ends { client: opened.client, server: opened.server }));
        }
        What::Segment(_) if fragments.is_empty() => out(number, &News::Packet),
        What::Segment(_) => out(number, &News::Fragments(fragments)),
        What::Stream(direction, event) => out(number, &News::Stream(*direction, *event)),
        What::Established { .. }
        | What::Conflict(..)
        | What::LimitReached(_)
        | What::Closed(_)
        | What::Released => {}
    }
}
