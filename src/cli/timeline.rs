//! `sockeye CAPTURE…`: what happened, in order.

use std::env;
use std::io::{self, BufWriter, IsTerminal, Write};

use clap::ColorChoice;

use super::args::{DecodeAs, Format, Rows, TimelineArgs};
use super::failure::{Failure, name};
use super::{input, limit, say};
use crate::analyzer::{Analyzer, Options};
use crate::capture::{End, Recording};
use crate::filter::Filter;
use crate::record::{CaptureInfo, Record, SCHEMA, Summary};
use crate::report::{Json, Report, Table, TableOptions};

/// Payload bytes that are not text shown in a table row.
const BYTES_SHOWN: usize = 32;
/// Payload bytes needed for one column of a terminal: UTF-8 needs at most four.
const BYTES_PER_COLUMN: usize = 4;

/// Runs the command.
pub(super) fn run(args: &TimelineArgs) -> Result<(), Failure> {
    let filter = args.filter.as_deref().map(Filter::parse).transpose().map_err(Failure::Filter)?;
    if !args.keylog.is_empty() {
        say("warning", "--keylog has no effect: this version does not decrypt TLS");
    }
    let limits = limit::limits(&args.limit);
    let mut recording = input::open(&args.captures, &limits)?;
    let width = terminal_width();
    let mut printer = Printer {
        report: report(args, width),
        filter,
        out: BufWriter::with_capacity(OUTPUT_BUFFER, io::stdout().lock()),
        failed: None,
        summary: Summary::default(),
    };
    let files: Vec<String> = args.captures.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    printer.print(&Record::Capture(CaptureInfo {
        schema: SCHEMA,
        files: &files,
        filter: args.filter.as_deref(),
    }));

    let mut analyzer = Analyzer::new(Options {
        rows: args.rows.into(),
        payload: payload(args, width),
        websocket_ports: args.decode_as.iter().map(|DecodeAs { port }| *port).collect(),
        limits,
        ..Options::default()
    });
    read(&mut recording, &mut analyzer, &mut printer)?;
    for (path, end) in args.captures.iter().zip(recording.ends()) {
        if let Some(end) = end.filter(|end| **end != End::Complete) {
            let name = name(path);
            analyzer.cut(&path.to_string_lossy(), end, &mut |record| printer.print(record));
            say("warning", &format!("{name}: {end}; everything before is shown"));
        }
    }
    analyzer.finish(&mut |record| printer.print(record));
    let summary = printer.finish()?;
    if args.format == Format::Table {
        notes(&summary);
    }
    Ok(())
}

/// Bytes of output collected before they are written.
const OUTPUT_BUFFER: usize = 64 << 10;

/// Hands all packets to the analyzer. Before it may have to wait for more, everything known is written.
fn read(
    recording: &mut Recording<input::Source>,
    analyzer: &mut Analyzer,
    printer: &mut Printer<impl Write>,
) -> Result<(), Failure> {
    loop {
        while let Some(packet) = recording.next_packet() {
            analyzer.push(&packet, &mut |record| printer.print(record));
        }
        printer.flush()?;
        if !recording.fill() {
            return Ok(());
        }
    }
}

/// Writes the records that the filter selects.
struct Printer<W: Write> {
    report: Box<dyn Report>,
    filter: Option<Filter>,
    out: BufWriter<W>,
    /// The first error of the output; nothing is written behind it.
    failed: Option<io::Error>,
    summary: Summary,
}

impl<W: Write> Printer<W> {
    fn print(&mut self, record: &Record<'_>) {
        if let Record::Summary(summary) = record {
            self.summary = summary.clone();
        }
        let wanted = self.filter.as_ref().is_none_or(|filter| filter.matches(record));
        if wanted && self.failed.is_none() {
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

fn report(args: &TimelineArgs, width: Option<usize>) -> Box<dyn Report> {
    match args.format {
        Format::Json => Box::new(Json::document()),
        Format::Jsonl => Box::new(Json::lines()),
        Format::Table => Box::new(Table::new(TableOptions {
            packets: args.rows == Rows::Packets,
            color: color(args.color),
            width,
            bytes_shown: args.max_payload.unwrap_or(BYTES_SHOWN),
        })),
    }
}

/// How many payload bytes of a row the output can show.
fn payload(args: &TimelineArgs, width: Option<usize>) -> usize {
    match (args.max_payload, args.format, width) {
        (Some(bytes), ..) => bytes,
        (None, Format::Table, Some(columns)) => columns.saturating_mul(BYTES_PER_COLUMN),
        (None, ..) => usize::MAX,
    }
}

fn color(choice: ColorChoice) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    }
}

/// Columns of the terminal that standard output is; `None` if it is none.
fn terminal_width() -> Option<usize> {
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(io::stdout())?;
    Some(usize::from(columns))
}

/// Says on standard error what the rows do not: why there are none, and what could not be decoded.
fn notes(summary: &Summary) {
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
    } else if summary.websocket_connections == 0 {
        let connections = counted(summary.connections, "TCP connection");
        say("note", &format!("no accepted WebSocket handshake was seen in {connections}"));
    }
}

fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
