//! The plaintext of one direction as a stream of its own, and what is known of its missing parts.

use std::collections::VecDeque;

use super::header::{APPLICATION_DATA, Header, LENGTH};
use super::keys::Keys;
use crate::base::{GapReason, Span};

/// Where the plaintext stands, and which ciphertext it came from.
#[derive(Debug, Default)]
pub(super) struct Plain {
    offset: u64,
    /// The offset behind the last record that was read, whatever it carried.
    read: u64,
    /// Offsets behind a record and behind its plaintext, rising; the last [`MARKS`] of them.
    marks: VecDeque<[u64; 2]>,
    /// There were more.
    forgotten: bool,
}

/// Records whose ends are remembered. Acknowledgments are seldom further behind; older ones are not translated.
const MARKS: usize = 128;

impl Plain {
    /// The next `length` bytes, carried by `record`.
    pub fn next(&mut self, record: &Span, length: u64) -> Span {
        let span = Span { offset: self.offset, length, ..*record };
        self.offset = span.end_offset();
        if self.marks.len() >= MARKS {
            self.marks.pop_front();
            self.forgotten = true;
        }
        self.marks.push_back([record.end_offset(), self.offset]);
        self.passed(record);
        span
    }

    /// A record is read.
    pub fn passed(&mut self, record: &Span) {
        self.read = self.read.max(record.end_offset());
    }

    /// How many bytes of plaintext somebody has read who has acknowledged so many bytes of records: those of whole ones.
    /// `None` if some of these records have not been read here.
    pub fn acknowledged(&self, records: u64) -> Option<u64> {
        if records > self.read {
            return None;
        }
        let behind = self.marks.partition_point(|[end, _]| *end <= records);
        match behind.checked_sub(1).and_then(|last| self.marks.get(last)) {
            Some([_, plain]) => Some(*plain),
            None => (!self.forgotten).then_some(0),
        }
    }
}

/// Records of one direction that could not be read since the last that could.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loss {
    /// All their bytes, and whatever is between them.
    span: Span,
    why: GapReason,
    /// Records whose headers are there.
    known: u64,
    /// Bytes of those among them that carry application data, headers included.
    known_data: u64,
    /// How many of them do.
    known_data_records: u64,
    /// Bytes that belong to an unknown number of records.
    unknown: u64,
}

/// Plaintext that is missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Missing {
    /// Records that carried it.
    pub records: Span,
    /// Bytes of plaintext.
    pub length: u64,
    pub why: GapReason,
}

impl Loss {
    /// Bytes that belong to one record if its header is there, and to nobody knows how many if not.
    pub fn new(span: Span, why: GapReason, header: Option<Header>) -> Self {
        let empty = Self { span, why, known: 0, known_data: 0, known_data_records: 0, unknown: 0 };
        let Some(header) = header else { return Self { unknown: span.length, ..empty } };
        let is_data = header.content == APPLICATION_DATA;
        Self {
            known: 1,
            known_data: if is_data { header.whole() as u64 } else { 0 },
            known_data_records: u64::from(is_data),
            ..empty
        }
    }

    /// This loss, and one behind it.
    pub fn join(self, next: Self) -> Self {
        Self {
            span: self.span.join(&next.span),
            why: next.why,
            known: self.known.saturating_add(next.known),
            known_data: self.known_data.saturating_add(next.known_data),
            known_data_records: self.known_data_records.saturating_add(next.known_data_records),
            unknown: self.unknown.saturating_add(next.unknown),
        }
    }

    /// Where they were, if the header of one of them is there.
    pub fn of_records(&self) -> Option<Span> {
        (self.known > 0).then_some(self.span)
    }

    /// How many records there probably were, if each takes so many bytes.
    pub fn likely(&self, typical: u64) -> u64 {
        self.known.saturating_add(self.unknown / typical.max(1))
    }

    /// The most records that there can have been.
    pub fn most(&self, overhead: u64) -> u64 {
        self.known.saturating_add(self.unknown / (LENGTH as u64).saturating_add(overhead).max(1))
    }

    /// The plaintext in it if there were `records`, if that is known, and `exact` if the length of a record tells how much it
    /// holds. The length is what can have been there at most, less what the protection of each record took.
    pub fn missing(&self, keys: &Keys, records: Option<u64>, exact: bool) -> Missing {
        let overhead = (LENGTH as u64).saturating_add(keys.overhead());
        let others = match records {
            Some(records) => records.saturating_sub(self.known),
            None => u64::from(self.unknown > 0),
        };
        let known = self.known_data.saturating_sub(self.known_data_records.saturating_mul(overhead));
        let unknown = self.unknown.saturating_sub(others.saturating_mul(overhead));
        let length = known.saturating_add(if others > 0 { unknown } else { 0 });
        let exact = exact && records.is_some();
        Missing { records: self.span, length, why: if exact { self.why } else { GapReason::Undecrypted } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{PacketId, Timestamp};

    fn record(offset: u64, length: u64) -> Span {
        Span::of(PacketId { number: offset, time: Timestamp::default() }, offset, length)
    }

    #[test]
    fn acknowledgments_count_the_plaintext_of_whole_records() {
        let mut plain = Plain::default();
        assert_eq!(plain.acknowledged(1000), None, "nothing has been read");
        plain.passed(&record(0, 500));
        assert_eq!(plain.acknowledged(500), Some(0));
        assert_eq!(plain.next(&record(500, 122), 100).offset, 0);
        assert_eq!(plain.next(&record(622, 72), 50).offset, 100);
        let answers = [0, 621, 622, 693, 694].map(|records| plain.acknowledged(records));
        assert_eq!(answers, [0, 0, 100, 100, 150].map(Some));
        assert_eq!(plain.acknowledged(695), None, "there may be more in what has not been read");
    }

    #[test]
    fn acknowledgments_older_than_what_is_remembered_are_not_translated() {
        let mut plain = Plain::default();
        for number in 0..=MARKS as u64 {
            plain.next(&record(number * 30, 30), 10);
        }
        assert_eq!(plain.acknowledged(59), None);
        assert_eq!(plain.acknowledged(60), Some(20));
    }
}
