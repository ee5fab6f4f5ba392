//! From captures to a report: what all commands that analyze have in common.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use super::args::{KeyArgs, ReadingArgs};
use super::failure::{Failure, name};
use super::keylog::KeyLogs;
use super::{input, say};
use crate::analyzer::{Analyzer, Options, Secrets};
use crate::capture::{End, Recording};
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
    let selected = filter.map(Filter::parse).transpose().map_err(Failure::Filter)?;
    let mut keys = KeyLogs::open(keys)?;
    let mut recording = input::open(captures, &options.limits)?;
    let mut printer = Printer {
        report,
        filter: selected.clone(),
        payload: options.payload,
        out: BufWriter::with_capacity(OUTPUT_BUFFER, out),
        failed: None,
        summary: Summary::default(),
    };
    let files = names(captures);
    printer.print(&Record::Capture(CaptureInfo { schema: SCHEMA, files: &files, filter }));

    let limits = options.limits;
    let reads_payload = selected.as_ref().is_some_and(Filter::reads_payload);
    let mut analyzer = Analyzer::new(Options {
        connections: selected,
        payload: if reads_payload { usize::MAX } else { options.payload },
        secrets: secrets(&keys, captures),
        ..options
    });
    input::secrets(captures, &limits, &mut |text| {
        analyzer.add_keys(text, &mut |record| printer.print(record));
    });
    read(&mut recording, &mut keys, &mut analyzer, &mut printer)?;
    for (path, end) in captures.iter().zip(recording.ends()) {
        if let Some(end) = end.filter(|end| **end != End::Complete) {
            let name = name(path);
            analyzer.cut(&path.to_string_lossy(), end, &mut |record| printer.print(record));
            say("warning", &format!("{name}: {end}; everything before was read"));
        }
    }
    analyzer.finish(&mut |record| printer.print(record));
    printer.finish()
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

/// Hands all packets to the analyzer. Before it may have to wait for more, everything known is written.
fn read(
    recording: &mut Recording<input::Source>,
    keys: &mut KeyLogs,
    analyzer: &mut Analyzer,
    printer: &mut Printer<'_, impl Write>,
) -> Result<(), Failure> {
    let mut ended = false;
    loop {
        keys.read_on(&mut |text| analyzer.add_keys(text, &mut |record| printer.print(record)));
        loop {
            if let Some(text) = recording.take_secrets() {
                analyzer.add_keys(&text, &mut |record| printer.print(record));
            }
            let Some(packet) = recording.next_packet() else { break };
            analyzer.push(&packet, &mut |record| printer.print(record));
        }
        if ended {
            return Ok(());
        }
        keys.read_on(&mut |text| analyzer.add_keys(text, &mut |record| printer.print(record)));
        printer.flush()?;
        // Secrets may stand behind the last packet, or be written while nothing more is captured.
        ended = !recording.fill();
    }
}

/// Writes the records that the filter selects.
struct Printer<'r, W: Write> {
    report: &'r mut dyn Report,
    filter: Option<Filter>,
    /// Payload bytes of a row that the report shows; the filter may have asked for more.
    payload: usize,
    out: BufWriter<W>,
    /// The first error of the output; nothing is written behind it.
    failed: Option<io::Error>,
    summary: Summary,
}

impl<W: Write> Printer<'_, W> {
    fn print(&mut self, record: &Record<'_>) {
        if let Record::Summary(summary) = record {
            self.summary = summary.clone();
        }
        let wanted = self.filter.as_ref().is_none_or(|filter| filter.matches(record));
        if wanted && self.failed.is_none() {
            let shortened = record.with_payload(self.payload);
            let record = shortened.as_ref().unwrap_or(record);
            self.failed = self.report.record(record, &mut self.out).err();
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        match self.failed.take() {
            Some(error) => Err(Failure::Output(error)),
            None => Ok(self.out.flush()?),
        }
    }

    /// Writes the rest; the totals.
    fn finish(mut self) -> Result<Summary, Failure> {
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
