//! The part of a capture that is to be explained.

use std::path::PathBuf;
use std::str::FromStr;

use super::FRAMES;
use super::seen::Seen;
use crate::analyzer::{Analyzer, Options, Rows};
use crate::base::{Direction, Limits};
use crate::capture::End;
use crate::cli::args::KeyArgs;
use crate::cli::failure::{Failure, name};
use crate::cli::keylog::KeyLogs;
use crate::cli::{input, reading, say};
use crate::explain::{Conversation, Explanation, Joined, Mark, Narrator, of_frame, of_handshake};
use crate::record::{Finding, Frame, Handshake, Record, Side};

/// `0:3`: the third of stream 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbered {
    pub stream: u64,
    pub number: u64,
}

impl FromStr for Numbered {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = "write stream and number like this: 0:3";
        let (stream, number) = text.split_once(':').ok_or(form)?;
        let (Ok(stream), Ok(number)) = (stream.trim().parse(), number.trim().parse()) else {
            return Err(form);
        };
        Ok(Self { stream, number })
    }
}

/// What is to be explained.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    Frame(Numbered),
    Message(Numbered),
    Packet(u64),
    Handshake(u64),
}

impl Wanted {
    /// Of several, the first; the arguments allow one.
    pub(super) fn new(
        frame: Option<Numbered>,
        message: Option<Numbered>,
        packet: Option<u64>,
        handshake: Option<u64>,
    ) -> Self {
        let selectors = [
            frame.map(Wanted::Frame),
            message.map(Wanted::Message),
            packet.map(Wanted::Packet),
            handshake.map(Wanted::Handshake),
        ];
        selectors.into_iter().flatten().next().unwrap_or(Wanted::Packet(0))
    }

    /// The connection that is asked about, if it is one.
    pub(super) fn stream(self) -> Option<u64> {
        match self {
            Wanted::Frame(wanted) | Wanted::Message(wanted) => Some(wanted.stream),
            Wanted::Handshake(stream) => Some(stream),
            Wanted::Packet(_) => None,
        }
    }
}

/// The captures, and how to read them.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub captures: &'a [PathBuf],
    pub keys: &'a KeyArgs,
    pub limits: Limits,
    pub websocket_ports: Vec<u16>,
}

/// Explains it.
pub(super) fn explanations(source: Source<'_>, wanted: Wanted) -> Result<Vec<Explanation>, Failure> {
    let mut search = Search {
        wanted,
        found: Vec::new(),
        joined: None,
        most: source.limits.payload,
        early: Vec::new(),
        left_out: 0,
        seen: Seen::default(),
    };
    read(source, &[Rows::Frames], &mut |record| search.record(record))?;
    search.finish()
}

/// Explains a whole connection.
pub(super) fn conversation(source: Source<'_>, stream: u64) -> Result<Conversation, Failure> {
    let mut narrator = Narrator::new(stream);
    let mut connections = 0;
    read(source, &[Rows::Packets, Rows::Frames], &mut |record| {
        narrator.record(record);
        if let Record::Summary(summary) = record {
            connections = summary.connections;
        }
    })?;
    narrator.finish().ok_or_else(|| {
        Failure::Usage(format!(
            "there is no stream {stream}\n  {}",
            match connections {
                0 => "the capture holds no TCP connection".to_owned(),
                1 => "there is only stream 0".to_owned(),
                more => format!("the capture has streams 0 to {}", more - 1),
            }
        ))
    })
}

/// Something done with an analyzer, whose records are taken.
type With<'w> = dyn FnMut(&mut Analyzer, &mut dyn FnMut(&Record<'_>)) + 'w;

/// Hands all records of the captures to `take`; of all `rows` but the last, only those of packets.
fn read(source: Source<'_>, rows: &[Rows], take: &mut dyn FnMut(&Record<'_>)) -> Result<(), Failure> {
    let Source { captures, keys, limits, websocket_ports } = source;
    let mut keys = KeyLogs::open(keys)?;
    let mut recording = input::open(captures, &limits)?;
    let (secrets, mut ended) = (reading::secrets(&keys, captures), false);
    let analyzer = |rows: &Rows| {
        let websocket_ports = websocket_ports.clone();
        Analyzer::new(Options {
            rows: *rows,
            payload: usize::MAX,
            limits,
            websocket_ports,
            secrets,
            ..Options::default()
        })
    };
    let mut analyzers: Vec<Analyzer> = rows.iter().map(analyzer).collect();
    let mut each = |with: &mut With<'_>| {
        let Some((last, others)) = analyzers.split_last_mut() else { return };
        for other in others {
            with(other, &mut |record| {
                if let Record::Packet(_) = record {
                    take(record);
                }
            });
        }
        with(last, take);
    };
    input::secrets(captures, &limits, &mut |text| each(&mut |analyzer, take| analyzer.add_keys(text, take)));
    loop {
        keys.read_on(&mut |text| each(&mut |analyzer, take| analyzer.add_keys(text, take)));
        loop {
            if let Some(text) = recording.take_secrets() {
                each(&mut |analyzer, take| analyzer.add_keys(&text, take));
            }
            let Some(packet) = recording.next_packet() else { break };
            each(&mut |analyzer, take| analyzer.push(&packet, take));
        }
        if ended {
            break;
        }
        ended = !recording.fill();
    }
    for (path, end) in captures.iter().zip(recording.ends()) {
        if let Some(end) = end.filter(|end| **end != End::Complete) {
            say("warning", &format!("{}: {end}; everything before is read", name(path)));
        }
    }
    each(&mut |analyzer, take| analyzer.finish(take));
    Ok(())
}

/// Findings that wait for what they are about; more would be of frames that never end.
const EARLY: usize = 10_000;

/// A part that was found.
struct Found {
    stream: u64,
    /// The number of the frame; `None` for a head of a handshake.
    frame: Option<u64>,
    /// The number of its message, if it is a frame of one.
    message: Option<u64>,
    /// Where it begins in the stream.
    start: u64,
    explanation: Explanation,
}

/// A finding, until it is known what it is about.
struct Early {
    stream: u64,
    frame: Option<u64>,
    message: Option<u64>,
    /// Offset in the stream, and length.
    place: Option<[u64; 2]>,
    packet: u64,
    /// Whose bytes the capture lacks there, if that is what it is about.
    lacks: Option<Direction>,
    mark: Mark,
}

impl Found {
    fn is_meant(&self, finding: &Early) -> bool {
        if self.stream != finding.stream {
            return false;
        }
        if finding.lacks.is_some() {
            return self.explanation.from == finding.lacks
                && finding.place.is_some_and(|at| self.overlaps(at));
        }
        if finding.frame.is_none() && finding.message.is_some() {
            return self.message == finding.message;
        }
        if self.frame != finding.frame {
            return false;
        }
        let side = self.explanation.from.map(Side::from);
        let in_head =
            |[at, _]: [u64; 2]| at.checked_sub(self.start).is_some_and(|into| into < self.explanation.length);
        let in_packets =
            self.explanation.packets.is_some_and(|[first, last]| (first..=last).contains(&finding.packet));
        self.frame.is_some() || side == Some(finding.mark.side) && finding.place.map_or(in_packets, in_head)
    }

    fn overlaps(&self, [at, length]: [u64; 2]) -> bool {
        at < self.start.saturating_add(self.explanation.length) && self.start < at.saturating_add(length)
    }

    fn mark(&mut self, finding: &Early) {
        let place = finding.place.and_then(|[at, length]| Some([at.checked_sub(self.start)?, length]));
        self.explanation.mark(finding.mark.clone(), place);
    }
}

/// Whose bytes the capture lacks, if the finding is about that.
fn lacks(finding: &Finding<'_>) -> Option<Direction> {
    let (_, from) =
        finding.details.iter().find(|(name, _)| *name == "from" && finding.side == Side::Capture)?;
    [Direction::ClientToServer, Direction::ServerToClient]
        .into_iter()
        .find(|direction| from.as_str() == Some(direction.sender()))
}

struct Search {
    wanted: Wanted,
    found: Vec<Found>,
    joined: Option<Joined>,
    /// Payload bytes that are joined.
    most: usize,
    /// Of frames that have not ended, and of handshakes without their answer.
    early: Vec<Early>,
    /// Parts found beyond the most that are explained at once.
    left_out: u64,
    seen: Seen,
}

impl Search {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Frame(frame) => self.frame(frame),
            Record::Handshake(handshake) => self.handshake(handshake),
            Record::Finding(finding) => self.finding(finding),
            Record::Summary(summary) => self.seen.packets = summary.packets,
            _ => {}
        }
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        let (stream, number) = (frame.place.stream, frame.number);
        self.seen.frame(frame, self.wanted);
        let is_wanted = match self.wanted {
            Wanted::Frame(wanted) => (wanted.stream, wanted.number) == (stream, number),
            Wanted::Message(wanted) => wanted.stream == stream && frame.message == Some(wanted.number),
            Wanted::Packet(packet) => (frame.span.first..=frame.span.last).contains(&packet),
            Wanted::Handshake(_) => false,
        };
        if !is_wanted {
            self.early.retain(|finding| (finding.stream, finding.frame) != (stream, Some(number)));
            return;
        }
        if let Wanted::Message(_) = self.wanted {
            match &mut self.joined {
                Some(joined) => joined.push(frame, self.most),
                None => self.joined = Some(Joined::new(frame, self.most)),
            }
        }
        let start = frame.span.offset;
        let found = Found {
            stream,
            frame: Some(number),
            message: frame.message,
            start,
            explanation: of_frame(frame),
        };
        self.add(found);
    }

    fn handshake(&mut self, handshake: &Handshake<'_>) {
        let stream = handshake.place.stream;
        self.seen.handshake(stream);
        for (explanation, start) in of_handshake(handshake) {
            let is_wanted = match self.wanted {
                Wanted::Handshake(wanted) => wanted == stream,
                Wanted::Packet(packet) => {
                    explanation.packets.is_some_and(|[first, last]| (first..=last).contains(&packet))
                }
                _ => false,
            };
            if is_wanted {
                self.add(Found { stream, frame: None, message: None, start, explanation });
            }
        }
        self.early.retain(|finding| finding.stream != stream || finding.frame.is_some());
    }

    /// Adds what was found, with the findings about it that came before.
    fn add(&mut self, mut found: Found) {
        self.early.retain(|finding| {
            let is_meant = found.is_meant(finding);
            if is_meant {
                found.mark(finding);
            }
            // What is missing may be of several frames.
            !is_meant || finding.lacks.is_some()
        });
        if self.found.len() < FRAMES {
            self.found.push(found);
        } else {
            self.left_out += 1;
        }
    }

    fn finding(&mut self, finding: &Finding<'_>) {
        let Some(place) = finding.place else { return };
        if self.wanted.stream().is_some_and(|stream| stream != place.stream) {
            return;
        }
        let early = Early {
            stream: place.stream,
            frame: finding.frame,
            message: finding.message,
            place: finding.stream_offset.zip(finding.length).map(<[u64; 2]>::from),
            packet: finding.packets[1],
            lacks: lacks(finding),
            mark: Mark::from(finding),
        };
        // What is about a whole message comes behind its last frame, and stands on each of them.
        if let (Wanted::Message(wanted), None, Some(joined)) = (self.wanted, early.frame, &mut self.joined)
            && early.message == Some(wanted.number)
        {
            joined.mark(early.mark.clone());
        }
        let mut about_it = self.found.iter_mut().filter(|found| found.is_meant(&early)).peekable();
        if about_it.peek().is_some() {
            about_it.for_each(|found| found.mark(&early));
        } else if self.early.len() < EARLY {
            self.early.push(early);
        }
    }

    fn finish(self) -> Result<Vec<Explanation>, Failure> {
        if self.found.is_empty() {
            return Err(Failure::Usage(self.seen.instead_of(self.wanted)));
        }
        if self.left_out > 0 {
            say("note", &format!("{} more are left out; name them one by one with --frame", self.left_out));
        }
        let parts = self.found.into_iter().map(|found| found.explanation);
        Ok(parts.chain(self.joined.and_then(Joined::explain)).collect())
    }
}
