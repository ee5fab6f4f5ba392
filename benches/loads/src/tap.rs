//! Where the capture is taken: segments become packets of a pcap, on request as a bad network delivers them.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;

use sockeye::base::Timestamp;
use sockeye::capture::{LinkType, Packet, Writer};
use sockeye::packet::{Flags, MAX_SEGMENT, Segment};

use crate::random::Random;

/// When the first packet comes: 2011-12-01 00:00 UTC, the month of RFC 6455.
const START: i64 = 1_322_697_600_000_000_000;
/// Nanoseconds from one packet to the next, at most.
const PACE: usize = 20_000;
/// Of a thousand segments with payload, how many come again, and how many in the wrong order.
const AGAIN: usize = 20;
const REORDERED: usize = 20;
/// The header of a pcap, and that of each packet.
const FILE_HEADER: u64 = 24;
const PACKET_HEADER: u64 = 16;

/// Writes the capture.
pub struct Tap<'o> {
    out: Writer<BufWriter<Box<dyn Write + 'o>>>,
    random: Random,
    now: i64,
    packets: u64,
    bytes: u64,
    trouble: Option<Trouble>,
}

/// What is still to come a second time.
#[derive(Default)]
struct Trouble {
    /// When so many packets have been written.
    later: Vec<(u64, Kept)>,
    /// Together with the next of the same direction.
    joined: HashMap<(SocketAddr, SocketAddr), Kept>,
}

/// A segment that outlives its call.
struct Kept {
    /// Its payload left out.
    segment: Segment<'static>,
    payload: Vec<u8>,
}

impl Kept {
    fn new(segment: &Segment<'_>) -> Self {
        Self {
            segment: Segment { payload: b"", captured: b"", ..*segment },
            payload: segment.payload.to_vec(),
        }
    }

    fn segment(&self) -> Segment<'_> {
        Segment { payload: &self.payload, ..self.segment }
    }

    fn is_of(&self, segment: &Segment<'_>) -> bool {
        (self.segment.source, self.segment.destination) == (segment.source, segment.destination)
    }
}

impl<'o> Tap<'o> {
    /// A capture without packets. With `trouble`, some segments come twice, late, cut otherwise, or before their
    /// predecessors.
    pub fn new(out: impl Write + 'o, random: Random, trouble: bool) -> io::Result<Self> {
        let out: Box<dyn Write + 'o> = Box::new(out);
        let out = Writer::new(BufWriter::with_capacity(256 << 10, out), LinkType::ETHERNET)?;
        let trouble = trouble.then(Trouble::default);
        Ok(Self { out, random, now: START, packets: 0, bytes: FILE_HEADER, trouble })
    }

    /// Bytes of the file until now.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// A segment passes.
    pub fn pass(&mut self, segment: &Segment<'_>) -> io::Result<()> {
        match self.trouble.take() {
            None => self.write(segment),
            Some(mut trouble) => {
                let done = self.pass_badly(segment, &mut trouble);
                self.trouble = Some(trouble);
                done
            }
        }
    }

    /// Ends the file, and returns its packets and bytes.
    pub fn finish(mut self) -> io::Result<(u64, u64)> {
        self.out.flush()?;
        Ok((self.packets, self.bytes))
    }

    fn pass_badly(&mut self, segment: &Segment<'_>, trouble: &mut Trouble) -> io::Result<()> {
        if segment.flags.has(Flags::FIN) {
            // What comes after that may belong to no connection.
            trouble.joined.remove(&(segment.source, segment.destination));
            self.write_later(trouble, |_, kept| kept.is_of(segment))?;
        }
        if segment.payload.is_empty() {
            self.write(segment)?;
        } else {
            self.pass_payload(segment, trouble)?;
        }
        self.write_later(trouble, |due, _| due)
    }

    fn pass_payload(&mut self, segment: &Segment<'_>, trouble: &mut Trouble) -> io::Result<()> {
        if self.random.permille(REORDERED) {
            let [first, second] = self.cut(segment);
            self.write(&second)?;
            self.write(&first)?;
        } else {
            self.write(segment)?;
        }
        if let Some(earlier) = trouble.joined.remove(&(segment.source, segment.destination)) {
            self.write_joined(&earlier, segment)?;
        }
        if !self.random.permille(AGAIN) {
            return Ok(());
        }
        match self.random.below(4) {
            0 => self.write(segment)?,
            1 => {
                let due = self.packets + self.random.within(5..=50) as u64;
                trouble.later.push((due, Kept::new(segment)));
            }
            2 => {
                let due = self.packets + self.random.within(1..=20) as u64;
                let pieces = self.cut(segment);
                trouble.later.extend(pieces.iter().map(|piece| (due, Kept::new(piece))));
            }
            _ => {
                trouble.joined.insert((segment.source, segment.destination), Kept::new(segment));
            }
        }
        Ok(())
    }

    /// Two segments instead of one. The first is empty if there is but one byte.
    fn cut<'s>(&mut self, segment: &Segment<'s>) -> [Segment<'s>; 2] {
        let (first, second) = segment.payload.split_at(self.random.below(segment.payload.len()));
        let sequence = segment.sequence.advance(first.len() as u32);
        [
            Segment { payload: first, payload_length: first.len() as u32, ..*segment },
            Segment { payload: second, payload_length: second.len() as u32, sequence, ..*segment },
        ]
    }

    /// The second half of a segment and the one behind it, as one.
    fn write_joined(&mut self, earlier: &Kept, segment: &Segment<'_>) -> io::Result<()> {
        let [_, half] = self.cut(&earlier.segment());
        let mut payload = [half.payload, segment.payload].concat();
        payload.truncate(MAX_SEGMENT);
        let length = payload.len() as u32;
        self.write(&Segment {
            sequence: half.sequence,
            payload: &payload,
            payload_length: length,
            ..*segment
        })
    }

    /// Writes what `wanted` says of whether it is due, and of itself.
    fn write_later(&mut self, trouble: &mut Trouble, wanted: impl Fn(bool, &Kept) -> bool) -> io::Result<()> {
        let packets = self.packets;
        for (_, kept) in trouble.later.extract_if(.., |(due, kept)| wanted(*due <= packets, kept)) {
            self.write(&kept.segment())?;
        }
        Ok(())
    }

    fn write(&mut self, segment: &Segment<'_>) -> io::Result<()> {
        let data = segment.to_ethernet().ok_or(io::ErrorKind::InvalidInput)?;
        let original_length = data.len() as u32;
        self.now += self.random.below(PACE) as i64;
        let time = Timestamp::from_nanos(self.now);
        self.out.write(&Packet { time, link_type: LinkType::ETHERNET, original_length, data: &data })?;
        self.packets += 1;
        self.bytes += PACKET_HEADER + u64::from(original_length);
        Ok(())
    }
}
