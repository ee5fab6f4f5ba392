//! Bytes as the events of a connection, cut anywhere.

use sockeye::base::{Direction, GapReason, PacketId, PerDirection, Span, StreamEvent, Timestamp};

/// Two bytes in front of each piece say which direction and how much; a zero length is a gap, of the length that
/// `gap_length` makes of the first of them. Each side has acknowledged all that the other one has sent.
pub fn each(bytes: &[u8], gap_length: fn(u8) -> u64, mut take: impl FnMut(Direction, &StreamEvent<'_>)) {
    let mut offsets = PerDirection::<u64>::default();
    let mut rest = bytes;
    let mut number = 0;
    while let Some(([kind, length], behind)) = rest.split_first_chunk::<2>() {
        number += 1;
        let direction = if kind & 1 == 0 { Direction::ClientToServer } else { Direction::ServerToClient };
        let data = behind.get(..usize::from(*length)).unwrap_or(behind);
        let packet = PacketId { number, time: Timestamp::default() };
        let gap = data.is_empty();
        let length = if gap { gap_length(*kind) } else { data.len() as u64 };
        let span = Span::of(packet, offsets[direction], length);
        offsets[direction] = offsets[direction].saturating_add(length);
        let event = if gap {
            StreamEvent::Gap { span, why: GapReason::Acknowledged }
        } else {
            StreamEvent::Data { span, acked: Some(offsets[direction.reverse()]), bytes: data }
        };
        take(direction, &event);
        rest = behind.get(data.len()..).unwrap_or_default();
    }
}
