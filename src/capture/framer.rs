//! Bytes in, packets out, without any I/O.

use std::collections::VecDeque;
use std::ops::Range;

use super::pcap::Pcap;
use super::pcapng::Pcapng;
use super::{End, Framed, Head, Packet};
use crate::base::{Error, Limits, Timestamp};

/// The buffer's first size: small, as a recording may consist of a thousand files, most of which wait.
const FIRST: usize = 8 << 10;
/// Packets that are looked ahead at: memory takes about as long to come as treating a few of them.
const AHEAD: usize = 16;
/// What the buffer grows to while its reads fill it. Larger ones fall out of the processor's cache.
const USUAL: usize = 256 << 10;

/// Cuts the bytes of one capture, in whatever portions they arrive, into packets.
///
/// ```
/// use sockeye::base::{Error, Limits};
/// use sockeye::capture::Framer;
///
/// fn count(capture: &[u8]) -> Result<usize, Error> {
///     let mut framer = Framer::new(&Limits::default());
///     framer.push(capture);
///     framer.finish();
///     framer.open()?;
///     let mut packets = 0;
///     while framer.next_packet().is_some() {
///         packets += 1;
///     }
///     Ok(packets)
/// }
/// assert!(matches!(count(b""), Err(Error::Empty)));
/// ```
#[derive(Debug)]
pub struct Framer {
    /// Invariant: `start <= filled <= buffer.len()`; the bytes between the first two wait.
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    /// Bytes of the capture before `start`.
    offset: u64,
    format: Option<Format>,
    /// The packets from `start` on that have been looked for already.
    heads: VecDeque<Head>,
    /// Bytes of their records.
    seen: usize,
    /// How the source ended; bytes may still wait.
    source_end: Option<End>,
    end: Option<End>,
    record_limit: usize,
}

#[derive(Debug)]
enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

impl Framer {
    /// A framer for one capture. Of the limits it keeps [`Limits::record`].
    pub fn new(limits: &Limits) -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            filled: 0,
            offset: 0,
            format: None,
            heads: VecDeque::new(),
            seen: 0,
            source_end: None,
            end: None,
            record_limit: limits.record,
        }
    }

    /// Room for the next bytes of the capture, never empty: write there, then tell [`Framer::filled`].
    ///
    /// Call it when [`Framer::next_packet`] has nothing more; otherwise the buffer grows by what is added.
    pub fn space(&mut self) -> &mut [u8] {
        let was_full = self.filled == self.buffer.len();
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.start = 0;
        }
        if self.filled == self.buffer.len() || was_full && self.buffer.len() < USUAL {
            let length = self.buffer.len().saturating_mul(2).max(FIRST);
            self.buffer.resize(length, 0);
        }
        self.buffer.get_mut(self.filled..).unwrap_or_default()
    }

    /// The first `count` bytes of [`Framer::space`] have been written.
    pub fn filled(&mut self, count: usize) {
        self.filled = self.filled.saturating_add(count).min(self.buffer.len());
    }

    /// Adds bytes that lie elsewhere.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let space = self.space();
            let (now, later) = bytes.split_at(bytes.len().min(space.len()));
            space.iter_mut().zip(now).for_each(|(to, from)| *to = *from);
            self.filled(now.len());
            bytes = later;
        }
    }

    /// The capture has no more bytes.
    pub fn finish(&mut self) {
        self.source_end.get_or_insert(End::Complete);
    }

    /// The capture has no more bytes that can be read, for this reason.
    pub(super) fn break_off(&mut self, why: impl FnOnce(u64) -> End) {
        let offset = self.offset.saturating_add(self.waiting().len() as u64);
        self.source_end.get_or_insert_with(|| why(offset));
    }

    /// Reads the capture's own header: `true` if it is known, `false` if that takes more bytes.
    ///
    /// There are no packets before.
    pub fn open(&mut self) -> Result<bool, Error> {
        if self.format.is_some() {
            return Ok(true);
        }
        let bytes = self.waiting();
        let opened = if Pcap::is_magic(bytes) {
            Pcap::open(bytes).map(|o| o.map(|(pcap, length)| (Format::Pcap(pcap), length)))
        } else if Pcapng::is_magic(bytes) {
            Pcapng::open(bytes, self.record_limit).map(|o| o.map(|(ng, length)| (Format::Pcapng(ng), length)))
        } else {
            match (bytes.first_chunk::<8>(), &self.source_end) {
                (Some(first), _) => return Err(Error::NotACapture(first.to_vec())),
                (None, None) => return Ok(false),
                (None, Some(_)) if bytes.is_empty() => return Err(Error::Empty),
                (None, Some(_)) => return Err(Error::NotACapture(bytes.to_vec())),
            }
        };
        match opened.map_err(Error::BadHeader)? {
            Some((format, length)) => {
                self.format = Some(format);
                self.consume(length);
                Ok(true)
            }
            None if self.source_end.is_some() => Err(Error::BadHeader("it ends inside its header")),
            None => Ok(false),
        }
    }

    /// The time of the packet that [`Framer::next_packet`] would return.
    pub fn peek(&mut self) -> Option<Timestamp> {
        if self.heads.is_empty()
            && let Some(head) = self.locate()
        {
            self.see(head);
        }
        self.heads.front().map(|head| head.time)
    }

    /// The next packet, as soon as all of it is there; `None` if that takes more bytes, or at the end.
    pub fn next_packet(&mut self) -> Option<Packet<'_>> {
        let head = match self.heads.pop_front() {
            Some(head) => {
                self.seen = self.seen.saturating_sub(head.record);
                head
            }
            None => self.locate()?,
        };
        let record = self.start;
        self.consume(head.record);
        self.packet(&head, record)
    }

    /// Of the packets that [`Framer::next_packet`] will return, the next one that was not looked ahead at yet; `None` if that
    /// is not there, or too far ahead. Who knows what will come can have its memory at hand. Only in a pcap.
    pub fn look_ahead(&mut self) -> Option<Packet<'_>> {
        let Some(Format::Pcap(pcap)) = &self.format else { return None };
        if self.end.is_some() || self.heads.len() >= AHEAD {
            return None;
        }
        let at = self.start.saturating_add(self.seen);
        let Framed::Packet(head) = pcap.frame(self.buffer.get(at..self.filled)?, self.record_limit) else {
            return None;
        };
        self.see(head);
        self.packet(self.heads.back()?, at)
    }

    fn see(&mut self, head: Head) {
        self.seen = self.seen.saturating_add(head.record);
        self.heads.push_back(head);
    }

    /// The packet whose record begins at `record` in the buffer.
    fn packet(&self, head: &Head, record: usize) -> Option<Packet<'_>> {
        let Range { start, end } = head.data;
        Some(Packet {
            time: head.time,
            link_type: head.link_type,
            original_length: head.original_length,
            data: self.buffer.get(record + start..record + end)?,
        })
    }

    /// Whether the format is one that can hold TLS secrets.
    pub(super) fn may_have_secrets(&self) -> bool {
        matches!(self.format, Some(Format::Pcapng(_)))
    }

    /// TLS secrets in the capture that have been read since this was called before: lines of NSS key logs.
    pub fn take_secrets(&mut self) -> Option<Vec<u8>> {
        match &mut self.format {
            Some(Format::Pcapng(section)) => section.take_secrets(),
            Some(Format::Pcap(_)) | None => None,
        }
    }

    /// How the capture ended; `None` as long as packets may still come.
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// Looks for a packet at `start`, past whatever else is there.
    fn locate(&mut self) -> Option<Head> {
        if self.end.is_some() {
            return None;
        }
        loop {
            let bytes = self.buffer.get(self.start..self.filled).unwrap_or_default();
            let framed = match self.format.as_mut()? {
                Format::Pcap(pcap) => pcap.frame(bytes, self.record_limit),
                Format::Pcapng(section) => section.frame(bytes, self.record_limit),
            };
            match framed {
                Framed::Packet(head) => return Some(head),
                Framed::Other(length) => self.consume(length),
                Framed::Need(length) => {
                    let missing = length.saturating_sub(bytes.len());
                    if let Some(why) = self.source_end.take() {
                        self.stop_before_record(why, missing);
                    }
                    return None;
                }
                Framed::Damaged(what) => {
                    self.stop(End::Damaged { offset: self.offset, what });
                    return None;
                }
            }
        }
    }

    /// The source has ended where a record may begin, or before that record was whole.
    fn stop_before_record(&mut self, why: End, missing: usize) {
        let inside = !self.waiting().is_empty();
        self.stop(match why {
            End::Complete | End::Cut { .. } if inside => {
                End::Cut { offset: self.offset, missing: missing as u64 }
            }
            why => why,
        });
    }

    /// Ends the capture here, whatever waits.
    pub(super) fn stop(&mut self, end: End) {
        self.end = Some(end);
        self.buffer = Vec::new();
        self.start = 0;
        self.filled = 0;
    }

    fn waiting(&self) -> &[u8] {
        self.buffer.get(self.start..self.filled).unwrap_or_default()
    }

    fn consume(&mut self, length: usize) {
        self.start = self.start.saturating_add(length).min(self.filled);
        self.offset = self.offset.saturating_add(length as u64);
    }
}
