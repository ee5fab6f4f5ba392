//! Keys that rows are asked for most, read from the record itself: the JSON of a whole record, in which all others are
//! found, takes some thirty times as long. A test holds one against the other.

use std::net::SocketAddr;

use crate::base::{Direction, Timestamp};
use crate::record::{Ends, Frame, Message, PacketRow, Place, Record};

/// The value of a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    Number(u64),
    Bit(bool),
    Seconds(f64),
    Time(Timestamp),
    Word(&'static str),
    Address(SocketAddr),
    Null,
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

    fn place(self) -> Place {
        match self {
            Row::Packet(row) => row.place,
            Row::Frame(row) => row.place,
            Row::Message(row) => row.place,
        }
    }

    fn from(self) -> Direction {
        match self {
            Row::Packet(row) => row.from,
            Row::Frame(row) => row.from,
            Row::Message(row) => row.from,
        }
    }

    fn ends(self) -> Ends {
        match self {
            Row::Packet(row) => row.ends,
            Row::Frame(row) => *row.ends,
            Row::Message(row) => row.ends,
        }
    }
}

/// Reads a key; `None` if the row does not have it.
pub(super) type Read = fn(Row<'_>) -> Option<Cell>;

/// How a key is read, if it is one of these.
pub(super) fn find(key: &str) -> Option<Read> {
    KEYS.iter().find(|(name, _)| *name == key).map(|(_, read)| *read)
}

const KEYS: &[(&str, Read)] = &[
    ("stream", |row| Some(Cell::Number(row.place().stream))),
    ("packet", |row| Some(Cell::Number(row.place().packet))),
    ("time", |row| Some(Cell::Time(row.place().time))),
    ("time_relative", |row| Some(Cell::Seconds(row.place().time_relative))),
    ("from", |row| Some(Cell::Word(row.from().sender()))),
    ("source", |row| Some(Cell::Address(row.ends().of(row.from()).0))),
    ("destination", |row| Some(Cell::Address(row.ends().of(row.from()).1))),
    ("protocol", |row| of_packet(row, |row| Cell::Word(row.protocol))),
    ("seq", |row| of_packet(row, |row| Cell::Number(row.seq))),
    ("ack", |row| of_packet(row, |row| number(row.ack))),
    ("frame", |row| of_frame(row, |row| Cell::Number(row.number))),
    ("fin", |row| of_frame(row, |row| Cell::Bit(row.header.fin))),
    ("rsv1", |row| of_frame(row, |row| Cell::Bit(row.header.rsv1))),
    ("rsv2", |row| of_frame(row, |row| Cell::Bit(row.header.rsv2))),
    ("rsv3", |row| of_frame(row, |row| Cell::Bit(row.header.rsv3))),
    ("opcode", |row| of_frame(row, |row| Cell::Number(row.header.opcode.value().into()))),
    ("masked", |row| of_frame(row, |row| Cell::Bit(row.header.masked()))),
    ("header_length", |row| of_frame(row, |row| Cell::Number(row.header.header_length.into()))),
    ("payload_length", |row| of_frame(row, |row| Cell::Number(row.header.payload_length))),
    ("payload_captured", |row| of_frame(row, |row| Cell::Number(row.payload_captured))),
    ("wire_length", |row| of_message(row, |row| Cell::Number(row.wire_length))),
    ("complete", |row| of_message(row, |row| Cell::Bit(row.complete))),
    ("opcode_name", |row| match row {
        Row::Packet(_) => None,
        Row::Frame(row) => Some(Cell::Word(row.header.opcode.name())),
        Row::Message(row) => Some(Cell::Word(row.header.opcode.name())),
    }),
    ("compressed", |row| match row {
        Row::Packet(_) => None,
        Row::Frame(row) => Some(Cell::Bit(row.compressed)),
        Row::Message(row) => Some(Cell::Bit(row.compressed)),
    }),
    ("message", |row| match row {
        Row::Packet(_) => None,
        Row::Frame(row) => Some(number(row.message)),
        Row::Message(row) => Some(Cell::Number(row.number)),
    }),
    ("length", |row| match row {
        Row::Packet(row) => Some(Cell::Number(row.length.into())),
        Row::Frame(_) => None,
        Row::Message(row) => Some(number(row.length)),
    }),
];

fn number(value: Option<u64>) -> Cell {
    value.map_or(Cell::Null, Cell::Number)
}

fn of_packet(row: Row<'_>, read: impl FnOnce(&PacketRow<'_>) -> Cell) -> Option<Cell> {
    if let Row::Packet(row) = row { Some(read(row)) } else { None }
}

fn of_frame(row: Row<'_>, read: impl FnOnce(&Frame<'_>) -> Cell) -> Option<Cell> {
    if let Row::Frame(row) = row { Some(read(row)) } else { None }
}

fn of_message(row: Row<'_>, read: impl FnOnce(&Message<'_>) -> Cell) -> Option<Cell> {
    if let Row::Message(row) = row { Some(read(row)) } else { None }
}
