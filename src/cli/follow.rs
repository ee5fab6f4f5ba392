//! `sockeye follow CAPTURE… --stream N`: what two peers said to each other.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::args::{ReadingArgs, TerminalArgs};
use super::failure::{Failure, name};
use super::{input, limit, reading, say, terminal};
use crate::analyzer::{News, Options, Rows, Streams};
use crate::base::{Direction, Limits, Timestamp};
use crate::capture::End;
use crate::record::{Connection, Ends, Place, Protocol, Record};
use crate::report::{Follow, FollowFormat, FollowOptions, Report, counted};

#[derive(Debug, ClapArgs)]
pub(super) struct FollowArgs {
    /// Captures to read as one recording, in the order of their packets' times; `-` is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// The connection, which is Wireshark's tcp.stream and counts from 0
    #[arg(long, value_name = "N", value_parser = stream, allow_negative_numbers = true)]
    stream: u64,
    /// Whose side of the conversation
    #[arg(long, value_enum, value_name = "SIDE", default_value_t = From::Both)]
    from: From,
    /// What the conversation consists of
    #[arg(long, value_enum, default_value_t = What::Messages)]
    what: What,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show at most this many payload bytes of an item [default: all; in text, of binary payload 64]
    #[arg(long, value_name = "BYTES")]
    max_payload: Option<usize>,
    /// Write raw bytes even to a terminal
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    terminal: TerminalArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum From {
    /// What the client said
    Client,
    /// What the server said
    Server,
    /// Both
    Both,
}

impl From {
    fn direction(self) -> Option<Direction> {
        match self {
            From::Client => Some(Direction::ClientToServer),
            From::Server => Some(Direction::ServerToClient),
            From::Both => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Messages, inflated, and control frames
    Messages,
    /// Frames
    Frames,
    /// The bytes of TCP, in the order in which they were known, as Wireshark's Follow TCP Stream
    Tcp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people; what is not text as a dump of bytes
    Text,
    /// The same, with payload that is JSON on several lines
    Json,
    /// Dumps of bytes, with offsets
    Hex,
    /// Payload as it was, unescaped: of text and binary messages, of all frames, or the bytes of TCP
    Raw,
    /// YAML, as tshark's follow writes it
    Yaml,
}

impl std::convert::From<Format> for FollowFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => FollowFormat::Text,
            Format::Json => FollowFormat::Json,
            Format::Hex => FollowFormat::Hex,
            Format::Raw => FollowFormat::Raw,
            Format::Yaml => FollowFormat::Yaml,
        }
    }
}

fn stream(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "write the number of a stream, which counts from 0: 3")
}

/// Runs the command.
pub(super) fn run(args: &FollowArgs) -> Result<(), Failure> {
    if args.format == Format::Raw && !args.force && io::stdout().is_terminal() {
        return Err(Failure::Usage(
            "raw bytes can do anything to a terminal\n  \
             write them to a file (`> FILE`) or a pipe, or add --force"
                .to_owned(),
        ));
    }
    let mut follow = Follow::new(FollowOptions {
        stream: args.stream,
        from: args.from.direction(),
        format: args.format.into(),
        color: terminal::color(args.terminal.color),
        most: args.max_payload,
    });
    match args.what {
        What::Tcp => tcp(args, &mut follow)?,
        What::Messages => records(args, Rows::Messages, &mut follow)?,
        What::Frames => records(args, Rows::Frames, &mut follow)?,
    }
    if args.format == Format::Raw && follow.missing() > 0 {
        let missing = counted(follow.missing(), "byte");
        say(
            "note",
            &format!("{missing} of the conversation are not in the output; --format text says where"),
        );
    }
    Ok(())
}

/// Messages or frames.
fn records(args: &FollowArgs, rows: Rows, follow: &mut Follow) -> Result<(), Failure> {
    let options = Options {
        rows,
        payload: args.max_payload.unwrap_or(usize::MAX),
        websocket_ports: reading::websocket_ports(&args.reading),
        limits: limit::limits(&args.reading.limit),
        ..Options::default()
    };
    let mut search = Search { follow, stream: args.stream, seen: Seen::default() };
    reading::analyze(&args.captures, None, &args.reading.keys, options, &mut search, io::stdout().lock())?;
    search.seen.verify(args.stream)
}

/// Follows a connection, and remembers what others there are.
struct Search<'f> {
    follow: &'f mut Follow,
    stream: u64,
    seen: Seen,
}

impl Report for Search<'_> {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        match record {
            Record::Connection(connection) => {
                self.seen.connection(self.stream, connection);
                if connection.protocol != Protocol::Websocket {
                    return Ok(());
                }
            }
            Record::Summary(summary) => {
                self.seen.connections = summary.connections;
                self.seen.websockets = summary.websocket_connections;
            }
            _ => {}
        }
        self.follow.record(record, out)
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.follow.finish(out)
    }
}

/// Streams that an error names.
const NAMED: usize = 20;

/// The connections of a capture.
#[derive(Debug, Default)]
struct Seen {
    /// What the one that is followed carries, in words.
    found: Option<&'static str>,
    /// It is WebSocket.
    is_websocket: bool,
    connections: u64,
    websockets: u64,
    /// The lowest numbers of those that are WebSocket.
    named: Vec<u64>,
}

impl Seen {
    fn connection(&mut self, stream: u64, connection: &Connection<'_>) {
        let number = connection.place.stream;
        let is_websocket = connection.protocol == Protocol::Websocket;
        if is_websocket {
            let at = self.named.partition_point(|named| *named < number);
            self.named.insert(at, number);
            self.named.truncate(NAMED);
        }
        if number == stream {
            self.is_websocket = is_websocket;
            self.found = Some(match (connection.protocol, connection.tls) {
                (Protocol::Websocket, _) => "WebSocket",
                (Protocol::Http, _) => "HTTP, without an accepted WebSocket handshake",
                (Protocol::Tls, Some(tls)) if tls.decrypted => {
                    "TLS, with neither HTTP/1.1 nor WebSocket in it"
                }
                (Protocol::Tls, _) => "TLS that is not decrypted; --keylog names a file with its secrets",
                (Protocol::Unknown, _) => "neither HTTP nor WebSocket",
            });
        }
    }

    /// Whether there was something to follow.
    fn verify(&self, stream: u64) -> Result<(), Failure> {
        let Some(found) = self.found else {
            return Err(no_such_stream(stream, self.connections, &self.websockets()));
        };
        if self.is_websocket {
            return Ok(());
        }
        Err(Failure::Usage(format!(
            "stream {stream} is not WebSocket: it is {found}\n  --what tcp shows its bytes; {}",
            self.websockets()
        )))
    }

    /// Which connections are WebSocket.
    fn websockets(&self) -> String {
        let mut names: Vec<String> = self.named.iter().map(u64::to_string).collect();
        let others = self.websockets.saturating_sub(names.len() as u64);
        if others > 0 {
            names.push(format!("{others} others"));
        }
        match (names.pop(), names.is_empty()) {
            (None, _) => "no stream is WebSocket".to_owned(),
            (Some(only), true) => format!("WebSocket is in stream {only}"),
            (Some(last), false) => format!("WebSocket is in streams {} and {last}", names.join(", ")),
        }
    }
}

fn no_such_stream(stream: u64, connections: u64, websockets: &str) -> Failure {
    Failure::Usage(format!(
        "there is no stream {stream}\n  {}",
        match connections {
            0 => "the capture holds no TCP connection".to_owned(),
            1 => format!("there is only stream 0; {websockets}"),
            more => format!("the capture has streams 0 to {}; {websockets}", more - 1),
        }
    ))
}

/// Bytes of output collected before they are written.
const OUTPUT_BUFFER: usize = 64 << 10;

/// The bytes of TCP.
fn tcp(args: &FollowArgs, follow: &mut Follow) -> Result<(), Failure> {
    let limits: Limits = limit::limits(&args.reading.limit);
    let mut recording = input::open(&args.captures, &limits)?;
    let mut streams = Streams::new(limits);
    let mut out = BufWriter::with_capacity(OUTPUT_BUFFER, io::stdout().lock());
    let mut bytes =
        Bytes { follow, stream: args.stream, ends: None, begun: None, connections: 0, failed: None };
    loop {
        while let Some(packet) = recording.next_packet() {
            bytes.begun.get_or_insert(packet.time);
            streams.push(&packet, &mut |stream, news| bytes.news(stream, news, &mut out));
        }
        bytes.failed.take().map_or(Ok(()), Err)?;
        out.flush()?;
        if !recording.fill() {
            break;
        }
    }
    for (path, end) in args.captures.iter().zip(recording.ends()) {
        if let Some(end) = end.filter(|end| **end != End::Complete) {
            say("warning", &format!("{}: {end}; everything before was read", name(path)));
        }
    }
    streams.finish(&mut |stream, news| bytes.news(stream, news, &mut out));
    let Bytes { follow, ends, connections, failed, .. } = bytes;
    failed.map_or(Ok(()), Err)?;
    follow.finish(&mut out)?;
    out.flush()?;
    if ends.is_none() {
        return Err(no_such_stream(
            args.stream,
            connections,
            "--what messages names those that are WebSocket",
        ));
    }
    Ok(())
}

/// Follows the bytes of a connection.
struct Bytes<'f> {
    follow: &'f mut Follow,
    stream: u64,
    /// Its client and server, once it has begun.
    ends: Option<Ends>,
    /// When the capture began.
    begun: Option<Timestamp>,
    connections: u64,
    /// The first error of the output; nothing is written behind it.
    failed: Option<io::Error>,
}

impl Bytes<'_> {
    fn news(&mut self, stream: u64, news: &News<'_>, out: &mut dyn Write) {
        if let News::Opened(ends) = news {
            self.connections += 1;
            if stream == self.stream {
                self.ends = Some(*ends);
            }
        }
        let (Some(ends), News::Stream(from, event)) = (self.ends, news) else { return };
        if stream != self.stream || self.failed.is_some() {
            return;
        }
        let packet = event.packet();
        let begun = self.begun.unwrap_or(packet.time);
        let place = Place {
            stream,
            packet: packet.number,
            time: packet.time,
            time_relative: packet.time.nanos_since(begun) as f64 / 1e9,
        };
        self.failed = self.follow.stream(place, ends, *from, event, out).err();
    }
}
