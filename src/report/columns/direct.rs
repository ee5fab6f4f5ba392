//! Keys that rows are asked for most, read from the record itself: the JSON of a whole record, in which all others are
//! found, takes a hundred times as long. A test holds one against the other.

use std::net::SocketAddr;

use crate::base::{Direction, Timestamp};
use crate::record::{Ends, Frame, Message, PacketRow, Place, Record};

/// What is done with the value of a key.
pub(super) trait Show {
    fn number(self, value: u64);
    fn truth(self, value: bool);
    fn seconds(self, value: f64);
    fn time(self, value: Timestamp);
    fn from(self, value: Direction);
    /// A word of ours, without anything that has to be escaped.
    fn word(self, value: &'static str);
    fn address(self, value: SocketAddr);
    /// The row does not have it, or it is not known.
    fn nothing(self);
}

/// A row of one of the kinds that a zoom is about.
#[derive(Clone, Copy)]
pub(super) enum Row<'r> {
    Packet(&'r PacketRow<'r>),
    Frame(&'r Frame<'r>),
    Message(&'r Message<'r>),
}

impl<'r> Row<'r> {
    /// `None` for rows of other kinds.
    pub fn of(record: &'r Record<'r>) -> Option<Self> {
        match record {
            Record::Packet(row) => Some(Row::Packet(row)),
            Record::Frame(row) => Some(Row::Frame(row)),
            Record::Message(row) => Some(Row::Message(row)),
            _ => None,
        }
    }
}

/// A key that is read from the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Stream,
    Packet,
    Time,
    TimeRelative,
    From,
    Source,
    Destination,
    Protocol,
    Seq,
    Ack,
    Frame,
    Fin,
    Rsv1,
    Rsv2,
    Rsv3,
    Opcode,
    Masked,
    HeaderLength,
    PayloadLength,
    PayloadCaptured,
    WireLength,
    Complete,
    OpcodeName,
    Compressed,
    Message,
    Length,
}

const KEYS: &[(&str, Key)] = &[
    ("stream", Key::Stream),
    ("packet", Key::Packet),
    ("time", Key::Time),
    ("time_relative", Key::TimeRelative),
    ("from", Key::From),
    ("source", Key::Source),
    ("destination", Key::Destination),
    ("protocol", Key::Protocol),
    ("seq", Key::Seq),
    ("ack", Key::Ack),
    ("frame", Key::Frame),
    ("fin", Key::Fin),
    ("rsv1", Key::Rsv1),
    ("rsv2", Key::Rsv2),
    ("rsv3", Key::Rsv3),
    ("opcode", Key::Opcode),
    ("masked", Key::Masked),
    ("header_length", Key::HeaderLength),
    ("payload_length", Key::PayloadLength),
    ("payload_captured", Key::PayloadCaptured),
    ("wire_length", Key::WireLength),
    ("complete", Key::Complete),
    ("opcode_name", Key::OpcodeName),
    ("compressed", Key::Compressed),
    ("message", Key::Message),
    ("length", Key::Length),
];

impl Key {
    /// The key of this name, if it is one of these.
    pub fn find(name: &str) -> Option<Self> {
        KEYS.iter().find(|(other, _)| *other == name).map(|(_, key)| *key)
    }

    /// Reads it, and shows what there is.
    pub fn show(self, row: Row<'_>, to: impl Show) {
        match row {
            Row::Frame(row) => self.of_frame(row, to),
            Row::Packet(row) => self.of_packet(row, to),
            Row::Message(row) => self.of_message(row, to),
        }
    }

    /// Reads it of a frame. Of all rows they are the most, so it is put where it is called.
    #[inline(always)]
    pub fn of_frame(self, row: &Frame<'_>, to: impl Show) {
        let header = &row.header;
        match self {
            Key::Frame => to.number(row.number),
            Key::Fin => to.truth(header.fin),
            Key::Rsv1 => to.truth(header.rsv1),
            Key::Rsv2 => to.truth(header.rsv2),
            Key::Rsv3 => to.truth(header.rsv3),
            Key::Opcode => to.number(header.opcode.value().into()),
            Key::OpcodeName => to.word(header.opcode.name()),
            Key::Masked => to.truth(header.masked()),
            Key::HeaderLength => to.number(header.header_length.into()),
            Key::PayloadLength => to.number(header.payload_length),
            Key::PayloadCaptured => to.number(row.payload_captured),
            Key::Compressed => to.truth(row.compressed),
            Key::Message => maybe(row.message, to),
            other => other.of_all(&row.place, row.from, row.ends, to),
        }
    }

    fn of_packet(self, row: &PacketRow<'_>, to: impl Show) {
        match self {
            Key::Protocol => to.word(row.protocol),
            Key::Seq => to.number(row.seq),
            Key::Ack => maybe(row.ack, to),
            Key::Length => to.number(row.length.into()),
            other => other.of_all(&row.place, row.from, &row.ends, to),
        }
    }

    fn of_message(self, row: &Message<'_>, to: impl Show) {
        match self {
            Key::OpcodeName => to.word(row.header.opcode.name()),
            Key::Message => to.number(row.number),
            Key::Compressed => to.truth(row.compressed),
            Key::WireLength => to.number(row.wire_length),
            Key::Complete => to.truth(row.complete),
            Key::Length => maybe(row.length, to),
            other => other.of_all(&row.place, row.from, &row.ends, to),
        }
    }

    /// What rows of all these kinds have.
    #[inline(always)]
    fn of_all(self, place: &Place, from: Direction, ends: &Ends, to: impl Show) {
        match self {
            Key::Stream => to.number(place.stream),
            Key::Packet => to.number(place.packet),
            Key::Time => to.time(place.time),
            Key::TimeRelative => to.seconds(place.time_relative),
            Key::From => to.from(from),
            Key::Source => to.address(ends.of(from).0),
            Key::Destination => to.address(ends.of(from).1),
            _ => to.nothing(),
        }
    }
}

#[inline]
fn maybe(value: Option<u64>, to: impl Show) {
    match value {
        Some(value) => to.number(value),
        None => to.nothing(),
    }
}
