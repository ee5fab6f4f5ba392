//! The row of a packet, collected while its segment is treated.

use super::Out;
use super::facts::Facts;
use crate::record::{
    Ends, Frame, Frames, Head, Layers, PacketRow, Place, Record, Since, TlsContent, TlsRecord,
};
use crate::tcp::SegmentNote;

/// Bytes of HTTP heads after which no further one is kept of a row. A packet carries fewer, but one that fills a hole
/// can complete more.
const HEADS: u64 = 1 << 20;

/// An alert before its content is told.
const ALERT: &str = "Alert";

/// Names of TLS records kept of one row.
const RECORDS: usize = 64;

/// What is known of the row so far; empty between packets and at other zooms.
#[derive(Debug, Default)]
pub(super) struct RowDraft {
    segment: Option<Segment>,
    /// What stands in TLS records.
    tls: Vec<TlsRecord>,
    heads: Vec<Head>,
    /// Bytes of `heads` on the wire.
    head_bytes: u64,
    head_count: u64,
    frames: Frames,
    frame_count: u64,
}

#[derive(Debug, Clone, Copy)]
struct Segment {
    place: Place,
    ends: Ends,
    note: SegmentNote,
    length: u32,
    since: Since,
    protocol: &'static str,
}

impl RowDraft {
    /// Begins the row of a segment.
    pub fn begin(
        &mut self,
        place: Place,
        facts: &Facts,
        note: &SegmentNote,
        length: u32,
        since: Since,
        protocol: &'static str,
    ) {
        let mut note = *note;
        note.direction = facts.turn(note.direction);
        let protocol = if note.payload_length > 0 { protocol } else { "TCP" };
        self.segment = Some(Segment { place, ends: facts.ends, note, length, since, protocol });
    }

    /// Whether a row has begun and is not out.
    pub fn pending(&self) -> bool {
        self.segment.is_some()
    }

    /// The segment completes a TLS record.
    pub fn record(&mut self, facts: &Facts, protocol: &'static str, record: TlsRecord) {
        let plain = self.heads.is_empty() && self.frames.is_empty();
        let Some(segment) = self.of(facts).filter(|_| plain) else { return };
        segment.protocol = protocol;
        if self.tls.len() < RECORDS {
            self.tls.push(record);
        }
    }

    /// The record that was told last is this alert, if it could be read when it came.
    pub fn alert(&mut self, facts: &Facts, alert: [u8; 2]) {
        let of_row = self.of(facts).is_some();
        let last = self.tls.last_mut().filter(|last| of_row && last.content == TlsContent::Named(ALERT));
        if let Some(last) = last {
            last.content = TlsContent::Alert(alert);
        }
    }

    /// The segment completes an HTTP head of `length` bytes.
    pub fn head(&mut self, facts: &Facts, length: u64, head: impl FnOnce() -> Head) {
        let Some(segment) = self.of(facts) else { return };
        segment.protocol = "HTTP";
        // The head may have turned client and server round.
        if segment.ends != facts.ends {
            segment.ends = facts.ends;
            segment.note.direction = segment.note.direction.reverse();
        }
        self.head_count += 1;
        if self.head_bytes < HEADS {
            self.head_bytes = self.head_bytes.saturating_add(length);
            self.heads.push(head());
        }
    }

    /// The segment completes a frame. At most `cap` payload bytes are kept of the row; `false` if that was too little.
    pub fn frame(&mut self, facts: &Facts, frame: &Frame<'_>, cap: usize) -> bool {
        let Some(segment) = self.of(facts) else { return true };
        segment.protocol = "WebSocket";
        self.frame_count += 1;
        self.frames.push(frame, cap)
    }

    /// The row's segment, if it belongs to this connection: a packet can end another connection too.
    fn of(&mut self, facts: &Facts) -> Option<&mut Segment> {
        self.segment.as_mut().filter(|segment| segment.place.stream == facts.stream)
    }

    /// Tells the row, if one has begun. `layers` are those of its packet, which is still there.
    pub fn emit(&mut self, layers: Option<Layers<'_>>, out: Out<'_>) {
        let (Some(segment), Some(layers)) = (self.segment.take(), layers) else { return };
        let Segment { place, ends, note, length, since, protocol } = segment;
        out(&Record::Packet(PacketRow {
            place,
            ends,
            from: note.direction,
            protocol,
            flags: note.flags,
            seq: note.sequence,
            ack: note.acknowledgment,
            length,
            payload_length: note.payload_length,
            analysis: note.analysis,
            window: note.window,
            window_size: note.window_size,
            layers,
            since,
            tls: &self.tls,
            heads: &self.heads,
            head_count: self.head_count,
            frames: &self.frames,
            frame_count: self.frame_count,
        }));
        self.tls.clear();
        self.heads.clear();
        (self.head_bytes, self.head_count) = (0, 0);
        self.frames.clear();
        self.frame_count = 0;
    }
}
