//! `tcp.analysis.*` and `tcp.connection.*`: how a packet stands to those before it.

use crate::filter::Value;
use crate::filter::fields::header::packet;
use crate::filter::fields::{Field, FieldType, Found};
use crate::record::{Analysis, Flags, Record};

pub(in crate::filter) static FIELDS: &[Field] = &[
    Field::new(
        "tcp.analysis",
        FieldType::Label,
        "A packet that stands in a special way to those before it.",
        |record, found| marked(record, Analysis::ANY, found),
    )
    .differs(
        "The same as `tcp.analysis.flags`; Wireshark also has it for round-trip times and bytes in flight.",
    ),
    Field::new(
        "tcp.analysis.duplicate_ack",
        FieldType::Label,
        "A packet that repeats the last acknowledgment, with the same window and no payload.",
        |record, found| marked(record, Analysis::DUPLICATE_ACK, found),
    ),
    Field::new(
        "tcp.analysis.flags",
        FieldType::Label,
        "A packet with one of the marks `tcp.analysis.*`.",
        |record, found| marked(record, Analysis::ANY, found),
    )
    .differs("Only for the marks that are here; Wireshark has more of them, `window_update` for instance."),
    Field::new(
        "tcp.analysis.keep_alive",
        FieldType::Label,
        "A keep-alive probe: at most one byte, just before the next expected one (RFC 9293 §3.8.4).",
        |record, found| marked(record, Analysis::KEEP_ALIVE, found),
    ),
    Field::new(
        "tcp.analysis.lost_segment",
        FieldType::Label,
        "A packet that leaves a hole: bytes before it have not been captured.",
        |record, found| marked(record, Analysis::LOST_SEGMENT, found),
    ),
    Field::new(
        "tcp.analysis.out_of_order",
        FieldType::Label,
        "A packet that fills a hole which a later one had left.",
        |record, found| marked(record, Analysis::OUT_OF_ORDER, found),
    )
    .differs("Judged by bytes, not by time: what fills a hole counts however late it comes, what comes again never does."),
    Field::new(
        "tcp.analysis.retransmission",
        FieldType::Label,
        "A packet all of whose bytes have been captured before.",
        |record, found| marked(record, Analysis::RETRANSMISSION, found),
    )
    .differs("Judged by bytes, not by time: what fills a hole is none however late it comes, nor is what has new bytes."),
    Field::new(
        "tcp.analysis.zero_window",
        FieldType::Label,
        "A packet whose sender can take no more bytes.",
        |record, found| marked(record, Analysis::ZERO_WINDOW, found),
    ),
    Field::new(
        "tcp.connection.fin",
        FieldType::Label,
        "A packet with the FIN flag: its sender has nothing more to say.",
        |record, found| with(record, |flags| flags.has(Flags::FIN), found),
    ),
    Field::new(
        "tcp.connection.rst",
        FieldType::Label,
        "A packet with the RST flag: it resets its connection.",
        |record, found| with(record, |flags| flags.has(Flags::RST), found),
    ),
    Field::new(
        "tcp.connection.syn",
        FieldType::Label,
        "A packet that asks for a connection: a SYN without ACK.",
        |record, found| with(record, |flags| flags.has(Flags::SYN) && !flags.has(Flags::ACK), found),
    ),
    Field::new(
        "tcp.connection.synack",
        FieldType::Label,
        "A packet that accepts a connection: a SYN with ACK.",
        |record, found| with(record, |flags| flags.has(Flags::SYN) && flags.has(Flags::ACK), found),
    ),
];

fn marked(record: &Record<'_>, marks: Analysis, found: Found<'_>) -> bool {
    packet(record).is_some_and(|row| row.analysis.has(marks)) && found(Value::Boolean(true))
}

fn with(record: &Record<'_>, wanted: fn(Flags) -> bool, found: Found<'_>) -> bool {
    packet(record).is_some_and(|row| wanted(row.flags)) && found(Value::Boolean(true))
}
