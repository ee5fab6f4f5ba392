//! `tcp.*`: the header and what it carries.
//!
//! Numbers of sequence and acknowledgment are relative, as Wireshark shows them, but where the name says `raw`.

mod analysis;
mod options;

pub(super) use analysis::FIELDS as ANALYSIS;
pub(super) use options::FIELDS as OPTIONS;

use std::net::SocketAddr;

use super::eth::SLICES;
use super::header::{UNSIGNED_8, UNSIGNED_16, UNSIGNED_32, any, bit, number, packet, protocol, words};
use super::row::{both, place, receiver, sender};
use super::{Field, FieldType, Scope};
use crate::filter::Value;
use crate::record::Flags;
use crate::record::HeaderKind::Tcp;

const UNSIGNED_64: FieldType = FieldType::Unsigned { bits: 64 };

/// Why a relative number is not Wireshark's behind 4 GiB.
const BEYOND: &str = "It goes on behind 4 GiB, where that of Wireshark begins again.";

pub(in crate::filter) static FIELDS: &[Field] = &[
    Field::new("tcp", FieldType::Protocol, "Anything that belongs to a TCP connection.", |record, found| {
        protocol(record, Tcp, place(record).is_some(), found)
    })
    .differs(SLICES),
    Field::new(
        "tcp.ack",
        UNSIGNED_64,
        "The acknowledgment number of a packet, relative to the first sequence number of the other side.",
        |record, found| packet(record).and_then(|row| row.ack).is_some_and(|ack| found(Value::Unsigned(ack))),
    )
    .differs("Only with the ACK flag, and it goes on behind 4 GiB, where that of Wireshark begins again."),
    Field::new(
        "tcp.ack_raw",
        UNSIGNED_32,
        "The acknowledgment number of a packet as it stands in the header.",
        |record, found| number(record, Tcp, 64..96, found),
    ),
    Field::new(
        "tcp.checksum",
        UNSIGNED_16,
        "The checksum of a packet as it stands in the TCP header; it is not verified.",
        |record, found| number(record, Tcp, 128..144, found),
    ),
    Field::new(
        "tcp.dstport",
        UNSIGNED_16,
        "The TCP port of the receiver; of the server where nobody is sending.",
        |record, found| receiver(record).map(port).is_some_and(found),
    )
    .of(Scope::Connection),
    Field::new(
        "tcp.flags",
        UNSIGNED_16,
        "The control bits of a packet, 12 bits with those that are reserved (RFC 9293 §3.1).",
        |record, found| number(record, Tcp, 100..112, found),
    ),
    Field::new(
        "tcp.flags.ack",
        FieldType::Boolean,
        "Whether the acknowledgment number of a packet counts.",
        |record, found| bit(record, Tcp, 107, found),
    ),
    Field::new(
        "tcp.flags.ae",
        FieldType::Boolean,
        "Whether AE, for accurate ECN, is set in a packet.",
        |record, found| bit(record, Tcp, 103, found),
    ),
    Field::new(
        "tcp.flags.cwr",
        FieldType::Boolean,
        "Whether a packet tells that the congestion window was reduced (RFC 3168 §6.1).",
        |record, found| bit(record, Tcp, 104, found),
    ),
    Field::new(
        "tcp.flags.ece",
        FieldType::Boolean,
        "Whether a packet echoes that congestion was experienced (RFC 3168 §6.1).",
        |record, found| bit(record, Tcp, 105, found),
    ),
    Field::new(
        "tcp.flags.fin",
        FieldType::Boolean,
        "Whether the sender of a packet has nothing more to say.",
        |record, found| bit(record, Tcp, 111, found),
    ),
    Field::new(
        "tcp.flags.push",
        FieldType::Boolean,
        "Whether a packet asks to push its data to the application.",
        |record, found| bit(record, Tcp, 108, found),
    ),
    Field::new(
        "tcp.flags.reset",
        FieldType::Boolean,
        "Whether a packet resets its connection.",
        |record, found| bit(record, Tcp, 109, found),
    ),
    Field::new(
        "tcp.flags.syn",
        FieldType::Boolean,
        "Whether a packet begins a connection.",
        |record, found| bit(record, Tcp, 110, found),
    ),
    Field::new(
        "tcp.flags.urg",
        FieldType::Boolean,
        "Whether the urgent pointer of a packet counts.",
        |record, found| bit(record, Tcp, 106, found),
    ),
    Field::new(
        "tcp.flags.str",
        FieldType::Text,
        "The control bits of a packet as twelve characters, `·······AP···`: a dot for each that is not set.",
        |record, found| {
            any(record, Tcp, |header| {
                header.bits(100..112).is_some_and(|flags| letters(flags, |text| found(Value::Text(text))))
            })
        },
    ),
    Field::new("tcp.hdr_len", UNSIGNED_8, "The bytes of the TCP header, 20 to 60.", |record, found| {
        words(record, Tcp, 96..100, found)
    }),
    Field::new("tcp.len", UNSIGNED_32, "The payload bytes of a packet on the wire.", |record, found| {
        packet(record).is_some_and(|row| found(Value::Unsigned(row.payload_length.into())))
    }),
    Field::new(
        "tcp.nxtseq",
        UNSIGNED_64,
        "The sequence number that follows those of a packet, relative to the first of its side.",
        |record, found| {
            packet(record).is_some_and(|row| {
                let counted =
                    [Flags::SYN, Flags::FIN].into_iter().filter(|flag| row.flags.has(*flag)).count();
                let taken = u64::from(row.payload_length) + counted as u64;
                found(Value::Unsigned(row.seq.saturating_add(taken)))
            })
        },
    )
    .differs(BEYOND),
    Field::new(
        "tcp.payload",
        FieldType::Bytes,
        "The payload bytes of a packet, as far as they were captured; none has no value.",
        |record, found| {
            any(record, Tcp, |header| !header.payload().is_empty() && found(Value::Bytes(header.payload())))
        },
    ),
    Field::new(
        "tcp.port",
        UNSIGNED_16,
        "The TCP port of the sender, and that of the receiver.",
        |record, found| both(record, |end| found(port(end))),
    )
    .of(Scope::Connection),
    Field::new(
        "tcp.seq",
        UNSIGNED_64,
        "The sequence number of a packet, relative to the first of its side.",
        |record, found| packet(record).is_some_and(|row| found(Value::Unsigned(row.seq))),
    )
    .differs(BEYOND),
    Field::new(
        "tcp.seq_raw",
        UNSIGNED_32,
        "The sequence number of a packet as it stands in the header.",
        |record, found| number(record, Tcp, 32..64, found),
    ),
    Field::new(
        "tcp.srcport",
        UNSIGNED_16,
        "The TCP port of the sender; of the client where nobody is sending.",
        |record, found| sender(record).map(port).is_some_and(found),
    )
    .of(Scope::Connection),
    Field::new("tcp.stream", UNSIGNED_64, "The TCP connection, counted from 0.", |record, found| {
        place(record).is_some_and(|place| found(Value::Unsigned(place.stream)))
    })
    .of(Scope::Connection),
    Field::new(
        "tcp.time_delta",
        FieldType::Duration,
        "The time since the packet before it in its connection; 0 for the first one.",
        |record, found| packet(record).is_some_and(|row| found(Value::Duration(row.since.last))),
    ),
    Field::new(
        "tcp.time_relative",
        FieldType::Duration,
        "The time from the first packet of a connection to this one.",
        |record, found| packet(record).is_some_and(|row| found(Value::Duration(row.since.opened))),
    ),
    Field::new(
        "tcp.urgent_pointer",
        UNSIGNED_16,
        "The urgent pointer of a packet, which counts with the URG flag (RFC 9293 §3.8.5).",
        |record, found| number(record, Tcp, 144..160, found),
    ),
    Field::new(
        "tcp.window_size",
        UNSIGNED_32,
        "How many more bytes the sender of a packet can take, the window scaled (RFC 7323 §2.3).",
        |record, found| {
            packet(record)
                .and_then(|row| row.window_size)
                .is_some_and(|window| found(Value::Unsigned(window.into())))
        },
    )
    .differs(
        "It has no value where the SYNs that tell the scale were not captured; Wireshark shows it unscaled.",
    ),
    Field::new(
        "tcp.window_size_value",
        UNSIGNED_16,
        "The window of a packet as it stands in the header.",
        |record, found| number(record, Tcp, 112..128, found),
    ),
];

fn port(end: SocketAddr) -> Value<'static> {
    Value::Unsigned(end.port().into())
}

/// Twelve control bits, the highest first, as Wireshark writes them.
fn letters(flags: u64, found: impl FnOnce(&str) -> bool) -> bool {
    const LETTERS: &str = "RRRACEUAPRSF";
    let mut text = [0; LETTERS.len() * '·'.len_utf8()];
    let mut length = 0;
    for (letter, bit) in LETTERS.chars().zip((0..LETTERS.len()).rev()) {
        let shown = if flags >> bit & 1 == 1 { letter } else { '·' };
        let Some(room) = text.get_mut(length..length + shown.len_utf8()) else { return false };
        length += shown.encode_utf8(room).len();
    }
    text.get(..length).and_then(|text| str::from_utf8(text).ok()).is_some_and(found)
}
