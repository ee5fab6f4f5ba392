//! Every number by its name: the keys of JSON, the columns of CSV, what one can sort by.

use std::cmp::Ordering;
use std::net::SocketAddr;

use serde::{Serialize, Serializer};

use super::histogram::Spread;
use super::measures::{ConnectionStats, Measures};
use crate::base::{PerDirection, Timestamp};
use crate::record::{self};
use Of::{Connection, Measured};
use Value::{Address, Count, Number, Seconds, Text, Time, Unknown, Word};

/// One thing that is told of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in JSON and CSV.
    pub key: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// How it is read.
    pub of: Of,
}

/// What a column is about.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    /// One connection.
    Connection(fn(&ConnectionStats) -> Value<'_>),
    /// What was measured of one connection, or of all together.
    Measured(fn(&Measures) -> Value<'_>),
}

impl Column {
    /// What it says of a connection.
    pub fn value<'a>(&self, connection: &'a ConnectionStats) -> Value<'a> {
        match self.of {
            Connection(read) => read(connection),
            Measured(read) => read(&connection.measures),
        }
    }
}

/// A value of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Not known, or not there.
    Unknown,
    /// A number of things.
    Count(u64),
    /// A ratio, rate or mean.
    Number(f64),
    /// A time, in nanoseconds; written in seconds.
    Seconds(u64),
    /// One of a few words.
    Word(&'static str),
    /// An end of a connection.
    Address(SocketAddr),
    /// A point in time.
    Time(Timestamp),
    /// Bytes from the wire.
    Text(&'a [u8]),
}

impl Value<'_> {
    /// Whether it is not known.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Unknown)
    }

    /// How two values of one column stand to each other.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Count(a), Count(b)) | (Seconds(a), Seconds(b)) => a.cmp(b),
            (Number(a), Number(b)) => a.total_cmp(b),
            (Word(a), Word(b)) => a.cmp(b),
            (Address(a), Address(b)) => a.cmp(b),
            (Time(a), Time(b)) => a.cmp(b),
            (Text(a), Text(b)) => a.cmp(b),
            _ => Ordering::Equal,
        }
    }
}

/// As in the records: `null` if it is not known.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Unknown => serializer.serialize_none(),
            Count(count) => serializer.serialize_u64(*count),
            Number(number) => serializer.serialize_f64(*number),
            Seconds(nanos) => serializer.serialize_f64(*nanos as f64 / 1e9),
            Word(word) => serializer.serialize_str(word),
            Address(address) => serializer.collect_str(address),
            Time(time) => time.serialize(serializer),
            Text(bytes) => record::Text(bytes).serialize(serializer),
        }
    }
}

fn both<T>(of: PerDirection<T>, read: fn(T) -> u64) -> Value<'static> {
    Count(read(of.client).saturating_add(read(of.server)))
}

fn seconds(nanos: Option<u64>) -> Value<'static> {
    nanos.map_or(Unknown, Seconds)
}

fn ratio(of: u64, to: f64) -> Value<'static> {
    if to > 0.0 { Number(of as f64 / to) } else { Unknown }
}

fn of(spread: &Option<Spread>, read: fn(&Spread) -> Option<Value<'static>>) -> Value<'static> {
    spread.as_ref().and_then(read).unwrap_or(Unknown)
}

const fn column(key: &'static str, meaning: &'static str, of: Of) -> Column {
    Column { key, meaning, of }
}

/// All columns, in their order.
#[rustfmt::skip] // a table: a line each
pub static COLUMNS: &[Column] = &[
    column("stream", "Wireshark's `tcp.stream`", Connection(|c| Count(c.stream))),
    column("client", "address and port", Connection(|c| Address(c.ends.client))),
    column("server", "address and port", Connection(|c| Address(c.ends.server))),
    column("transport", "`tcp` or `tls`", Connection(|c| Word(if c.tls { "tls" } else { "tcp" }))),
    column("protocol", "`websocket`, or what became of a handshake that was not accepted: `http`, `tls`, `unknown`", Connection(|c| Word(c.protocol.name()))),
    column("verdict", "`pass`, `fail`, `undetermined`; empty if it is not WebSocket", Connection(|c| c.verdict.map_or(Unknown, |it| Word(it.name())))),
    column("opened", "when its first packet was captured", Connection(|c| Time(c.opened))),
    column("closed", "when it ended; unknown if it had not when the capture did", Connection(|c| c.closed.map_or(Unknown, Time))),
    column("ended_by", "`close-handshake`, `fin`, `reset`, `open` (at the end of the capture), `evicted`, `port-reuse`", Connection(|c| Word(c.ended_by.name()))),
    column("close_code", "status code of the first Close frame", Connection(|c| c.close.as_ref().and_then(|it| it.code).map_or(Unknown, |code| Count(u64::from(code))))),
    column("close_reason", "its reason, the first 125 bytes", Connection(|c| c.close.as_ref().and_then(|it| it.reason.as_deref()).map_or(Unknown, Text))),
    column("close_by", "who sent it: `client` or `server`", Connection(|c| c.close.as_ref().map_or(Unknown, |it| Word(it.by.sender())))),
    column("tcp_handshake", "seconds from the SYN to the ACK", Connection(|c| seconds(c.tcp_handshake))),
    column("handshake", "seconds from the request of the opening handshake to its response", Connection(|c| seconds(c.handshake))),
    column("duration", "seconds from the first packet to the last", Measured(|m| Seconds(m.duration))),
    column("packets", "TCP segments, both sides", Measured(|m| both(m.tcp, |tcp| tcp.packets))),
    column("client_packets", "… of the client", Measured(|m| Count(m.tcp.client.packets))),
    column("server_packets", "… of the server", Measured(|m| Count(m.tcp.server.packets))),
    column("bytes", "bytes of these packets on the wire, all headers included, both sides", Measured(|m| both(m.tcp, |tcp| tcp.bytes))),
    column("client_bytes", "… of the client", Measured(|m| Count(m.tcp.client.bytes))),
    column("server_bytes", "… of the server", Measured(|m| Count(m.tcp.server.bytes))),
    column("tcp_payload_bytes", "TCP payload on the wire, what was sent again included, both sides", Measured(|m| both(m.tcp, |tcp| tcp.payload_bytes))),
    column("client_tcp_payload_bytes", "… of the client", Measured(|m| Count(m.tcp.client.payload_bytes))),
    column("server_tcp_payload_bytes", "… of the server", Measured(|m| Count(m.tcp.server.payload_bytes))),
    column("retransmissions", "segments that repeat old bytes only, both sides", Measured(|m| both(m.tcp, |tcp| tcp.retransmissions))),
    column("client_retransmissions", "… of the client", Measured(|m| Count(m.tcp.client.retransmissions))),
    column("server_retransmissions", "… of the server", Measured(|m| Count(m.tcp.server.retransmissions))),
    column("out_of_order", "segments that fill a hole, both sides", Measured(|m| both(m.tcp, |tcp| tcp.out_of_order))),
    column("client_out_of_order", "… of the client", Measured(|m| Count(m.tcp.client.out_of_order))),
    column("server_out_of_order", "… of the server", Measured(|m| Count(m.tcp.server.out_of_order))),
    column("lost_segments", "segments before which bytes had not been seen, both sides", Measured(|m| both(m.tcp, |tcp| tcp.lost_segments))),
    column("client_lost_segments", "… of the client", Measured(|m| Count(m.tcp.client.lost_segments))),
    column("server_lost_segments", "… of the server", Measured(|m| Count(m.tcp.server.lost_segments))),
    column("missing_bytes", "bytes of the TCP stream that the capture does not hold, both sides", Measured(|m| both(m.missing_bytes, |bytes| bytes))),
    column("client_missing_bytes", "… of the client", Measured(|m| Count(m.missing_bytes.client))),
    column("server_missing_bytes", "… of the server", Measured(|m| Count(m.missing_bytes.server))),
    column("frames", "WebSocket frames, both sides", Measured(|m| Count(m.frames))),
    column("payload_bytes", "WebSocket payload captured, compressed where it was sent so, both sides", Measured(|m| both(m.payload_bytes, |bytes| bytes))),
    column("client_payload_bytes", "… of the client", Measured(|m| Count(m.payload_bytes.client))),
    column("server_payload_bytes", "… of the server", Measured(|m| Count(m.payload_bytes.server))),
    column("messages", "text and binary messages, both sides", Measured(|m| both(m.said, |said| said.data()))),
    column("client_messages", "… of the client", Measured(|m| Count(m.said.client.data()))),
    column("server_messages", "… of the server", Measured(|m| Count(m.said.server.data()))),
    column("control_frames", "Ping, Pong and Close frames, both sides", Measured(|m| both(m.said, |said| said.control()))),
    column("client_text", "text messages of the client", Measured(|m| Count(m.said.client.text))),
    column("client_binary", "binary messages of the client", Measured(|m| Count(m.said.client.binary))),
    column("client_ping", "Ping frames of the client", Measured(|m| Count(m.said.client.ping))),
    column("client_pong", "Pong frames of the client", Measured(|m| Count(m.said.client.pong))),
    column("client_close", "Close frames of the client", Measured(|m| Count(m.said.client.close))),
    column("server_text", "text messages of the server", Measured(|m| Count(m.said.server.text))),
    column("server_binary", "binary messages of the server", Measured(|m| Count(m.said.server.binary))),
    column("server_ping", "Ping frames of the server", Measured(|m| Count(m.said.server.ping))),
    column("server_pong", "Pong frames of the server", Measured(|m| Count(m.said.server.pong))),
    column("server_close", "Close frames of the server", Measured(|m| Count(m.said.server.close))),
    column("message_bytes", "bytes of messages and control frames after inflating, both sides", Measured(|m| both(m.said, |said| said.bytes))),
    column("client_message_bytes", "… of the client", Measured(|m| Count(m.said.client.bytes))),
    column("server_message_bytes", "… of the server", Measured(|m| Count(m.said.server.bytes))),
    column("unmeasured", "messages and control frames whose length is not known, because they are not whole or could not be inflated; in no size and no sum of bytes", Measured(|m| both(m.said, |said| said.unmeasured))),
    column("compressed", "compressed messages that could be inflated", Measured(|m| Count(m.compressed.messages))),
    column("compressed_bytes", "their bytes as sent", Measured(|m| Count(m.compressed.sent))),
    column("inflated_bytes", "their bytes after inflating", Measured(|m| Count(m.compressed.inflated))),
    column("compression_ratio", "`inflated_bytes` / `compressed_bytes`", Measured(|m| ratio(m.compressed.inflated, m.compressed.sent as f64))),
    column("messages_per_second", "`messages` / `duration`", Measured(|m| ratio(m.said.client.data() + m.said.server.data(), m.duration as f64 / 1e9))),
    column("bytes_per_second", "`bytes` / `duration`", Measured(|m| ratio(m.tcp.client.bytes + m.tcp.server.bytes, m.duration as f64 / 1e9))),
    column("size_count", "lengths of text and binary messages after inflating: how many are known", Measured(|m| Count(m.sizes.as_ref().map_or(0, |it| it.count)))),
    column("size_min", "… the least, bytes", Measured(|m| of(&m.sizes, |it| Some(Count(it.min))))),
    column("size_median", "… the median", Measured(|m| of(&m.sizes, |it| it.percentiles.map(|p| Count(p[0]))))),
    column("size_p90", "… the 90th percentile", Measured(|m| of(&m.sizes, |it| it.percentiles.map(|p| Count(p[1]))))),
    column("size_p99", "… the 99th percentile", Measured(|m| of(&m.sizes, |it| it.percentiles.map(|p| Count(p[2]))))),
    column("size_max", "… the greatest", Measured(|m| of(&m.sizes, |it| Some(Count(it.max))))),
    column("size_mean", "… the mean", Measured(|m| of(&m.sizes, |it| Some(Number(it.mean))))),
    column("ping_count", "times from a ping to its pong: how many are known", Measured(|m| Count(m.round_trips.as_ref().map_or(0, |it| it.count)))),
    column("ping_min", "… the least, seconds", Measured(|m| of(&m.round_trips, |it| Some(Seconds(it.min))))),
    column("ping_median", "… the median", Measured(|m| of(&m.round_trips, |it| it.percentiles.map(|p| Seconds(p[0]))))),
    column("ping_p90", "… the 90th percentile", Measured(|m| of(&m.round_trips, |it| it.percentiles.map(|p| Seconds(p[1]))))),
    column("ping_p99", "… the 99th percentile", Measured(|m| of(&m.round_trips, |it| it.percentiles.map(|p| Seconds(p[2]))))),
    column("ping_max", "… the greatest", Measured(|m| of(&m.round_trips, |it| Some(Seconds(it.max))))),
    column("ping_mean", "… the mean", Measured(|m| of(&m.round_trips, |it| Some(Number(it.mean / 1e9))))),
    column("ping_unanswered", "pings to which no pong was captured", Measured(|m| Count(m.unanswered_pings))),
    column("gap_count", "times from a text or binary message to the next one of the same side: how many are known", Measured(|m| Count(m.gaps.as_ref().map_or(0, |it| it.count)))),
    column("gap_min", "… the least, seconds", Measured(|m| of(&m.gaps, |it| Some(Seconds(it.min))))),
    column("gap_median", "… the median", Measured(|m| of(&m.gaps, |it| it.percentiles.map(|p| Seconds(p[0]))))),
    column("gap_p90", "… the 90th percentile", Measured(|m| of(&m.gaps, |it| it.percentiles.map(|p| Seconds(p[1]))))),
    column("gap_p99", "… the 99th percentile", Measured(|m| of(&m.gaps, |it| it.percentiles.map(|p| Seconds(p[2]))))),
    column("gap_max", "… the greatest", Measured(|m| of(&m.gaps, |it| Some(Seconds(it.max))))),
    column("gap_mean", "… the mean", Measured(|m| of(&m.gaps, |it| Some(Number(it.mean / 1e9))))),
    column("silence", "the longest time in which neither side sent anything new, in seconds", Measured(|m| Seconds(m.silence.nanos))),
    column("silence_packet", "the packet behind which it began", Measured(|m| if m.silence.packet == 0 { Unknown } else { Count(m.silence.packet) })),
];
