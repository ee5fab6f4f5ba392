//! Where bytes were: in the stream, and in the capture.

use super::Timestamp;

/// One packet of the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PacketId {
    /// Wireshark's `frame.number`: 1 for the first packet of the capture.
    pub number: u64,
    /// When it was captured.
    pub time: Timestamp,
}

/// A range of bytes of one direction of a connection, and the packets that carried it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Bytes of the direction before the first byte of the span.
    pub offset: u64,
    /// Bytes in the span.
    pub length: u64,
    /// The lowest packet number that carried a byte of it.
    pub first: u64,
    /// The highest packet number that carried a byte of it.
    pub last: u64,
    /// The packet that carried its last byte; after reordering not always the last one.
    pub end: PacketId,
}

impl Span {
    /// Bytes that one packet carried.
    pub fn of(packet: PacketId, offset: u64, length: u64) -> Self {
        Self { offset, length, first: packet.number, last: packet.number, end: packet }
    }

    /// The offset behind the last byte.
    pub fn end_offset(&self) -> u64 {
        self.offset.saturating_add(self.length)
    }

    /// The span from the first byte of `self` to the last of `next`, which lies behind it.
    #[must_use]
    pub fn join(&self, next: &Span) -> Span {
        Span {
            offset: self.offset,
            length: next.end_offset().saturating_sub(self.offset),
            first: self.first.min(next.first),
            last: self.last.max(next.last),
            end: next.end,
        }
    }

    /// The part of a span that starts `skip` bytes in and has `length` bytes, as carried by the same packets.
    #[must_use]
    pub fn part(&self, skip: u64, length: u64) -> Span {
        Span { offset: self.offset.saturating_add(skip), length, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u64) -> PacketId {
        PacketId { number, time: Timestamp::from_nanos(number as i64) }
    }

    #[test]
    fn joining_keeps_the_packet_of_the_last_byte_after_reordering() {
        let head = Span::of(packet(6), 100, 10);
        let tail = Span::of(packet(5), 110, 4);
        let whole = head.join(&tail);
        assert_eq!((whole.offset, whole.length, whole.end_offset()), (100, 14, 114));
        assert_eq!((whole.first, whole.last, whole.end.number), (5, 6, 5));
        assert_eq!(whole.part(2, 3).offset, 102);
    }
}
