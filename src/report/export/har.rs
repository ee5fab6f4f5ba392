//! HAR 1.2, as the developer tools of Chromium write it: an entry for each opening handshake, with the messages of the
//! connection as `_webSocketMessages`.
//!
//! An entry is written when its connection has ended, since its messages stand inside of it; until then it grows in a
//! [`Spool`]. So entries are in the order in which their connections ended.

use std::collections::BTreeMap;
use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Serializer;

use super::http::{HarRequest, HarResponse};
use super::spool::{Spool, Store, Tape};
use crate::base::{Direction, Timestamp};
use crate::record::{Ends, Handshake, Message, Outcome, Payload, Record};
use crate::report::json::Harmless;
use crate::report::words::counted;
use crate::websocket::Opcode;

/// Writes a HAR.
#[derive(Debug)]
pub struct Har<W, S> {
    out: W,
    spool: Spool<S>,
    /// The connections that have not ended, by their numbers.
    open: BTreeMap<u64, Open>,
    /// Entries written.
    entries: u64,
    /// Used again for each part.
    text: Vec<u8>,
}

/// A connection that has not ended.
#[derive(Debug, Default)]
struct Open {
    selected: bool,
    /// Its entries so far; the last one is not closed.
    tape: Tape,
    entries: u64,
    /// Messages of the last entry.
    messages: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(rename = "_resourceType")]
    resource_type: &'static str,
    cache: Cache,
    connection: String,
    request: HarRequest,
    response: HarResponse,
    #[serde(rename = "serverIPAddress")]
    server_ip_address: String,
    started_date_time: Timestamp,
    time: f64,
    timings: Timings,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'static str>,
}

#[derive(Serialize)]
struct Cache {}

#[derive(Serialize)]
struct Timings {
    blocked: i8,
    dns: i8,
    ssl: i8,
    connect: i8,
    send: i8,
    wait: f64,
    receive: i8,
}

#[derive(Serialize)]
struct HarMessage<'a> {
    r#type: &'static str,
    time: f64,
    opcode: u8,
    data: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
}

impl<W: io::Write, S: Store> Har<W, S> {
    /// Writes the beginning. Entries of connections that have not ended are put aside in `store`, beyond what may be
    /// in memory.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(mut out: W, store: S) -> io::Result<Self> {
        let version = env!("CARGO_PKG_VERSION");
        write!(
            out,
            "{{\"log\":{{\"version\":\"1.2\",\"creator\":{{\"name\":\"Sockeye\",\"version\":\"{version}\"}},\
             \"pages\":[],\"entries\":["
        )?;
        Ok(Self { out, spool: Spool::new(store), open: BTreeMap::new(), entries: 0, text: Vec::new() })
    }

    /// Takes the next record. Of a connection none of whose records is `selected`, nothing is written.
    ///
    /// # Errors
    /// Those of the output and of the store.
    pub fn record(&mut self, record: &Record<'_>, selected: bool) -> io::Result<()> {
        match record {
            Record::Handshake(handshake) => self.handshake(handshake)?,
            Record::Message(message) => self.message(message)?,
            _ => {}
        }
        let Some(stream) = record.place().map(|place| place.stream) else { return Ok(()) };
        if selected {
            self.open.entry(stream).or_default().selected = true;
        }
        if let Record::Connection(_) = record {
            self.ended(stream)?;
        }
        Ok(())
    }

    /// Writes the end, and what `out` holds back.
    ///
    /// # Errors
    /// Those of the output and of the store.
    pub fn finish(&mut self) -> io::Result<()> {
        while let Some(stream) = self.open.keys().next().copied() {
            self.ended(stream)?;
        }
        writeln!(self.out, "\n]}}}}")?;
        self.out.flush()
    }

    fn handshake(&mut self, handshake: &Handshake<'_>) -> io::Result<()> {
        let request = handshake.request;
        let response = handshake.response;
        let began = request.map_or(handshake.place.time, |request| request.head.began.time);
        let wait = response.map_or(0.0, |response| milliseconds(response.packet.time.nanos_since(began)));
        let comment = match (request, response, handshake.outcome) {
            (None, ..) => Some("the request was not captured"),
            (_, None, Some(Outcome::Unanswered)) => Some("there was no answer"),
            (_, None, _) => Some("no answer was captured"),
            _ => None,
        };
        let entry = Entry {
            request: HarRequest::of(handshake),
            response: HarResponse::of(response.map(|response| response.head)),
            ..entry(handshake.ends, handshake.tls.is_some(), began, wait, comment)
        };
        self.begin(handshake.place.stream, &entry)
    }

    fn message(&mut self, message: &Message<'_>) -> io::Result<()> {
        let Message { place, header, from, .. } = message;
        if !matches!(header.opcode, Opcode::Text | Opcode::Binary) {
            return Ok(());
        }
        if self.open.get(&place.stream).is_none_or(|open| open.entries == 0) {
            let comment = Some("the opening handshake was not captured");
            self.begin(place.stream, &entry(message.ends, false, place.time, 0.0, comment))?;
        }
        let bytes = message.payload.map_or(&[][..], |payload| payload.bytes());
        let data = match message.payload {
            Some(Payload::Text(text)) => text.into(),
            _ if header.opcode == Opcode::Text => String::from_utf8_lossy(bytes),
            _ => STANDARD.encode(bytes).into(),
        };
        let comment = not_all(message);
        let message = HarMessage {
            r#type: if *from == Direction::ClientToServer { "send" } else { "receive" },
            time: place.time.as_nanos() as f64 / 1e9,
            opcode: header.opcode.value(),
            data: &data,
            comment: comment.as_deref(),
        };
        let open = self.open.entry(place.stream).or_default();
        self.text.clear();
        self.text.extend_from_slice(if open.messages == 0 { b"\n" } else { b",\n" });
        message.serialize(&mut Serializer::with_formatter(&mut self.text, Harmless))?;
        open.messages += 1;
        self.spool.append(&mut open.tape, &self.text)?;
        self.make_room()
    }

    /// Begins an entry of a connection, up to its messages.
    fn begin(&mut self, stream: u64, entry: &Entry) -> io::Result<()> {
        let open = self.open.entry(stream).or_default();
        self.text.clear();
        if open.entries > 0 {
            self.text.extend_from_slice(b"]},\n");
        }
        entry.serialize(&mut Serializer::with_formatter(&mut self.text, Harmless))?;
        self.text.pop();
        self.text.extend_from_slice(b",\"_webSocketMessages\":[");
        open.entries += 1;
        open.messages = 0;
        self.spool.append(&mut open.tape, &self.text)?;
        self.make_room()
    }

    /// Writes the entries of a connection, if it is selected.
    fn ended(&mut self, stream: u64) -> io::Result<()> {
        let Some(open) = self.open.remove(&stream) else { return Ok(()) };
        if !open.selected || open.entries == 0 {
            self.spool.drop_tape(open.tape);
            return Ok(());
        }
        self.out.write_all(if self.entries == 0 { b"\n" } else { b",\n" })?;
        self.entries = self.entries.saturating_add(open.entries);
        self.spool.play(open.tape, &mut self.out)?;
        self.out.write_all(b"]}")
    }

    fn make_room(&mut self) -> io::Result<()> {
        if !self.spool.is_full() {
            return Ok(());
        }
        self.open.values_mut().try_for_each(|open| self.spool.put_aside(&mut open.tape))
    }
}

/// An entry without its heads.
fn entry(ends: Ends, tls: bool, began: Timestamp, wait: f64, comment: Option<&'static str>) -> Entry {
    Entry {
        resource_type: "websocket",
        cache: Cache {},
        connection: ends.client.port().to_string(),
        request: HarRequest::not_captured(ends, tls),
        response: HarResponse::of(None),
        server_ip_address: ends.server.ip().to_string(),
        started_date_time: began,
        time: wait,
        timings: Timings { blocked: -1, dns: -1, ssl: -1, connect: -1, send: 0, wait, receive: 0 },
        comment,
    }
}

/// Why the data of a message are not all that was said, or not exactly that.
fn not_all(message: &Message<'_>) -> Option<String> {
    if let Some(why) = message.undecoded {
        return Some(format!("not inflated, or not all of it: {}", why.name()));
    }
    let bytes = message.payload.map_or(0, |payload| payload.bytes().len() as u64);
    let length = message.length.unwrap_or(message.wire_length);
    if bytes < length {
        return Some(format!("{} missing", counted(length - bytes, "byte")));
    }
    let is_invalid =
        message.header.opcode == Opcode::Text && !matches!(message.payload, Some(Payload::Text(_)));
    is_invalid.then(|| "bytes that are not UTF-8 are replaced".to_owned())
}

/// Milliseconds, not below zero.
fn milliseconds(nanos: i64) -> f64 {
    nanos.max(0) as f64 / 1e6
}
