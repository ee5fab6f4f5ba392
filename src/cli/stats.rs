//! `sockeye stats CAPTURE…`: connections in numbers.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::args::{ReadingArgs, TerminalArgs};
use super::failure::Failure;
use super::{limit, reading, terminal};
use crate::analyzer::{Options, Rows};
use crate::filter::Filter;
use crate::record::Record;
use crate::report::{Report, StatsOptions, write_stats, write_stats_csv, write_stats_json};
use crate::stats::{Collector, LISTED, Order};

pub(super) const HELP: &str = "\
A connection is listed if it is WebSocket, or if a handshake was seen on it; the others are counted. Of one connection, \
everything is shown; of several, a row each, and everything of their total.

Examples:
  sockeye stats run.pcap
  sockeye stats --sort ping_max:desc --top 10 run.pcap
  sockeye stats --format csv run.pcap > connections.csv";

#[derive(Debug, ClapArgs)]
pub(super) struct StatsArgs {
    /// Captures to read as one recording, in the order of their packets' times; `-` is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    pub captures: Vec<PathBuf>,
    /// Measure only the messages, handshakes and connections that this display filter selects
    ///
    /// It is asked of each record by itself. A connection counts if its own record, its handshake or one of its messages is
    /// selected; of its messages, those count that are. What is about the connection as a whole (packets, losses, frames,
    /// payload, handshakes, verdict, end) always is about all of it.
    #[arg(short = 'Y', long, value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Order the connections by a column of CSV or JSON: `bytes`, `ping_median:desc`; a wrong name lists all
    #[arg(long, value_name = "COLUMN[:desc]")]
    pub sort: Option<Order>,
    /// List only so many connections; the total is of all
    #[arg(long, value_name = "NUMBER")]
    pub top: Option<usize>,
    /// How to write the numbers
    #[arg(long, value_enum, default_value_t = StatsFormat::Table)]
    pub format: StatsFormat,
    #[command(flatten)]
    pub reading: ReadingArgs,
    #[command(flatten)]
    pub terminal: TerminalArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum StatsFormat {
    /// Tables and a histogram, for people
    Table,
    /// One JSON document
    Json,
    /// Comma-separated values: a row for each connection
    Csv,
}

/// Payload bytes of a control frame at most (RFC 6455 §5.5): they show which pong answers which ping.
const CONTROL_PAYLOAD: usize = 125;

/// Runs the command.
pub(super) fn run(args: &StatsArgs) -> Result<(), Failure> {
    let filter = args.filter.as_deref().map(Filter::parse).transpose().map_err(Failure::Filter)?;
    let reads_payload = filter.as_ref().is_some_and(Filter::reads_payload);
    let options = Options {
        rows: Rows::Messages,
        payload: if reads_payload { usize::MAX } else { CONTROL_PAYLOAD },
        websocket_ports: reading::websocket_ports(&args.reading),
        limits: limit::limits(&args.reading.limit),
        ..Options::default()
    };
    let collector = Collector::new(args.sort.unwrap_or_default(), args.top.unwrap_or(LISTED));
    let mut measure = Measure { collector: Some(collector), filter, args };
    // The collector sees all records, so that it knows when a connection is over; it is told which ones are selected.
    let summary = reading::analyze(
        &args.captures,
        None,
        &args.reading.keys,
        options,
        &mut measure,
        io::stdout().lock(),
    )?;
    if args.format == StatsFormat::Table {
        reading::notes(&summary);
    }
    Ok(())
}

/// Measures what the filter selects, and writes it behind the last record.
struct Measure<'a> {
    /// Gone once it is written.
    collector: Option<Collector>,
    filter: Option<Filter>,
    args: &'a StatsArgs,
}

impl Report for Measure<'_> {
    fn record(&mut self, record: &Record<'_>, _out: &mut dyn Write) -> io::Result<()> {
        let selected = self.filter.as_ref().is_none_or(|filter| filter.matches(record));
        if let Some(collector) = &mut self.collector {
            collector.record(record, selected);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let Some(collector) = self.collector.take() else { return Ok(()) };
        let stats = collector.finish();
        let StatsArgs { captures, filter, terminal, format, .. } = self.args;
        match format {
            StatsFormat::Json => write_stats_json(&stats, &reading::names(captures), filter.as_deref(), out),
            StatsFormat::Csv => write_stats_csv(&stats, out),
            StatsFormat::Table => {
                let options =
                    StatsOptions { color: terminal::color(terminal.color), width: terminal::width() };
                write_stats(&stats, options, out)
            }
        }
    }
}
