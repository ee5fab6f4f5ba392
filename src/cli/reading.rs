//! From captures to a report: what all commands that analyze have in common.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::thread;

use super::args::{KeyArgs, ReadingArgs};
use super::failure::{Failure, name};
use super::keylog::KeyLogs;
use super::{input, say, threads};
use crate::analyzer::{Analyzer, Options, Secrets};
use crate::base::Limits;
use crate::capture::{End, Packet, Recording};
use crate::filter::Filter;
use crate::record::{CaptureInfo, Record, SCHEMA, Summary};
use crate::report::{Report, counted};

/// Analyzes `captures`, and writes the records that `filter` selects. Returns the totals.
pub(super) fn analyze(
    captures: &[PathBuf],
    filter: Option<&str>,
    keys: &KeyArgs,
    options: Options,
    report: &mut dyn Report,
    out: impl Write,
) -> Result<Summary, Failure> {
    analyze_in_threads(1, captures, filter, keys, options, report, out)
}

/// The same in as many threads as are asked for, can be had and are of use, which changes nothing of what is written.
pub(super) fn analyze_in_threads(
    threads: usize,
    captures: &[PathBuf],
    filter: Option<&str>,
    keys: &KeyArgs,
    options: Options,
    report: &mut dyn Report,
    out: impl Write,
) -> Result<Summary, Failure> {
    let selected = filter.map(Filter::parse).transpose().map_err(Failure::Filter)?;
    let mut keys = KeyLogs::open(keys)?;
    let mut recording = input::open(captures, &options.limits)?;
    let mut printer = Printer {
        report,
        rows: Rows { filter: selected.clone(), payload: options.payload },
        out: BufWriter::with_capacity(OUTPUT_BUFFER, out),
        failed: None,
        summary: Summary::default(),
    };
    let files = names(captures);
    printer.print(&Record::Capture(CaptureInfo { schema: SCHEMA, files: &files, filter }));

    let limits = options.limits;
    let reads_payload = selected.as_ref().is_some_and(Filter::reads_payload);
    let options = Options {
        connections: selected,
        payload: if reads_payload { usize::MAX } else { options.payload },
        secrets: secrets(&keys, captures),
        ..options
    };
    let mut input = Input { captures, limits, recording: &mut recording, keys: &mut keys };
    thread::scope(|scope| match threads::hire(scope, threads, &options, &printer) {
        Some(hired) => input.read(hired.work(printer, input::may_wait(captures))),
        None => input.read(Alone { analyzer: Analyzer::new(options), printer }),
    })
}

/// Where packets go: an analyzer with its output, or several.
pub(super) trait Analysis {
    /// A packet will come soon, behind others.
    fn expect(&mut self, _: &Packet<'_>) {}

    /// Takes the next packet.
    fn push(&mut self, packet: &Packet<'_>);

    /// Takes lines of a key log.
    fn add_keys(&mut self, text: &[u8]);

    /// The next packet may have to be waited for: writes everything known, if that can take long. Fails if the output has.
    fn pause(&mut self) -> Result<(), Failure>;

    /// Writes everything known.
    fn flush(&mut self) -> Result<(), Failure>;

    /// There is no more: `ends` are the captures that could not be read to their ends. Writes the rest; the totals.
    fn finish(self, ends: Vec<(String, End)>) -> Result<Summary, Failure>;
}

/// An analyzer in this thread.
struct Alone<'r, W: Write> {
    analyzer: Analyzer,
    printer: Printer<'r, W>,
}

impl<W: Write> Analysis for Alone<'_, W> {
    fn expect(&mut self, packet: &Packet<'_>) {
        self.analyzer.expect(packet);
    }

    fn push(&mut self, packet: &Packet<'_>) {
        self.analyzer.push(packet, &mut |record| self.printer.print(record));
    }

    fn add_keys(&mut self, text: &[u8]) {
        self.analyzer.add_keys(text, &mut |record| self.printer.print(record));
    }

    fn pause(&mut self) -> Result<(), Failure> {
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.printer.flush()
    }

    fn finish(mut self, ends: Vec<(String, End)>) -> Result<Summary, Failure> {
        for (file, end) in ends {
            self.analyzer.cut(&file, &end, &mut |record| self.printer.print(record));
        }
        self.analyzer.finish(&mut |record| self.printer.print(record));
        self.printer.finish()
    }
}

/// Captures, and key logs.
struct Input<'i> {
    captures: &'i [PathBuf],
    limits: Limits,
    recording: &'i mut Recording<input::Source>,
    keys: &'i mut KeyLogs,
}

impl Input<'_> {
    /// Hands over everything in its order.
    fn read(&mut self, mut analysis: impl Analysis) -> Result<Summary, Failure> {
        input::secrets(self.captures, &self.limits, &mut |text| analysis.add_keys(text));
        self.read_packets(&mut analysis)?;
        let mut ends = Vec::new();
        for (path, end) in self.captures.iter().zip(self.recording.ends()) {
            if let Some(end) = end.filter(|end| **end != End::Complete) {
                let name = name(path);
                analysis.flush()?;
                ends.push((path.to_string_lossy().into_owned(), end.clone()));
                say("warning", &format!("{name}: {end}; everything before was read"));
            }
        }
        analysis.finish(ends)
    }

    /// Hands over all packets, and the secrets between them.
    fn read_packets(&mut self, analysis: &mut impl Analysis) -> Result<(), Failure> {
        let mut ended = false;
        loop {
            self.keys.read_on(&mut |text| analysis.add_keys(text));
            loop {
                if let Some(text) = self.recording.take_secrets() {
                    analysis.add_keys(&text);
                }
                while let Some(packet) = self.recording.look_ahead() {
                    analysis.expect(&packet);
                }
                let Some(packet) = self.recording.next_packet() else { break };
                analysis.push(&packet);
            }
            if ended {
                return Ok(());
            }
            self.keys.read_on(&mut |text| analysis.add_keys(text));
            analysis.pause()?;
            // Secrets may stand behind the last packet, or be written while nothing more is captured.
            ended = !self.recording.fill();
        }
    }
}

/// When the TLS secrets of captures are known.
pub(super) fn secrets(keys: &KeyLogs, captures: &[PathBuf]) -> Secrets {
    if input::tell_secrets_first(captures) {
        Secrets::Before
    } else if keys.may_grow(captures) {
        Secrets::Late
    } else {
        Secrets::Between
    }
}

/// The captures as the user named them.
pub(super) fn names(captures: &[PathBuf]) -> Vec<String> {
    captures.iter().map(|path| path.to_string_lossy().into_owned()).collect()
}

/// The ports whose connections are WebSocket.
pub(super) fn websocket_ports(args: &ReadingArgs) -> Vec<u16> {
    args.decode_as.iter().map(|decode| decode.port).collect()
}

/// Bytes of output collected before they are written.
const OUTPUT_BUFFER: usize = 64 << 10;

/// Which records are rows.
#[derive(Clone)]
pub(super) struct Rows {
    filter: Option<Filter>,
    /// Payload bytes of a row that the report shows; the filter may have asked for more.
    payload: usize,
}

impl Rows {
    /// Whether the filter selects the record.
    pub fn include(&self, record: &Record<'_>) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(record))
    }

    /// Writes a record that is included.
    pub fn write(&self, record: &Record<'_>, report: &mut dyn Report, out: &mut dyn Write) -> io::Result<()> {
        let shortened = record.with_payload(self.payload);
        report.record(shortened.as_ref().unwrap_or(record), out)
    }
}

/// Writes the records that the filter selects.
pub(super) struct Printer<'r, W: Write> {
    pub report: &'r mut dyn Report,
    pub rows: Rows,
    out: BufWriter<W>,
    /// The first error of the output; nothing is written behind it.
    failed: Option<io::Error>,
    summary: Summary,
}

impl<W: Write> Printer<'_, W> {
    pub fn print(&mut self, record: &Record<'_>) {
        if let Record::Summary(summary) = record {
            self.summary = summary.clone();
        }
        if self.failed.is_none() && self.rows.include(record) {
            self.failed = self.rows.write(record, self.report, &mut self.out).err();
        }
    }

    /// Writes what a fork of the report has written.
    pub fn join(&mut self, written: &[u8]) {
        if self.failed.is_none() {
            self.failed = self.report.join(written, &mut self.out).err();
        }
    }

    /// Fails if the output has.
    pub fn check(&mut self) -> Result<(), Failure> {
        self.failed.take().map_or(Ok(()), |error| Err(Failure::Output(error)))
    }

    pub fn flush(&mut self) -> Result<(), Failure> {
        self.check()?;
        Ok(self.out.flush()?)
    }

    /// Writes the rest; the totals.
    pub fn finish(mut self) -> Result<Summary, Failure> {
        self.flush()?;
        self.report.finish(&mut self.out)?;
        self.flush()?;
        Ok(self.summary)
    }
}

/// Says on standard error what the output does not: why there is little of it, and what could not be decoded.
pub(super) fn notes(summary: &Summary) {
    let not_decoded: u64 = summary.not_decoded.iter().map(|reason| reason.packets).sum();
    if not_decoded > 0 {
        let reasons: Vec<String> =
            summary.not_decoded.iter().map(|entry| format!("{} {}", entry.packets, entry.reason)).collect();
        let packets = counted(not_decoded, "packet");
        say("note", &format!("{packets} without a TCP segment that can be read: {}", reasons.join(", ")));
    }
    if summary.packets == 0 {
        say("note", "the capture holds no packets");
    } else if summary.connections == 0 {
        say("note", "the capture holds no TCP connection");
    } else if summary.connections == summary.connections_excluded {
        let connections = counted(summary.connections, "TCP connection");
        say("note", &format!("the filter selects none of {connections}"));
    } else if summary.websocket_connections == 0 {
        let looked_into = summary.connections.saturating_sub(summary.connections_excluded);
        let connections = counted(looked_into, "TCP connection");
        say("note", &format!("no accepted WebSocket handshake was seen in {connections}"));
    }
}
