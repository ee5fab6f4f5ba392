//! `sockeye CAPTURE…`: what happened, in order.

use std::io;

use super::args::{Format, Rows, TimelineArgs};
use super::failure::Failure;
use super::{limit, reading, terminal};
use crate::analyzer::Options;
use crate::report::{Json, Report, Table, TableOptions};

/// Payload bytes that are not text shown in a table row.
const BYTES_SHOWN: usize = 32;
/// Payload bytes needed for one column of a terminal: UTF-8 needs at most four.
const BYTES_PER_COLUMN: usize = 4;

/// Runs the command.
pub(super) fn run(args: &TimelineArgs) -> Result<(), Failure> {
    let width = terminal::width();
    let options = Options {
        rows: args.rows.into(),
        payload: payload(args, width),
        websocket_ports: reading::websocket_ports(&args.reading),
        limits: limit::limits(&args.reading.limit),
        ..Options::default()
    };
    let mut report = report(args, width);
    let filter = args.filter.as_deref();
    let summary = reading::analyze(
        &args.captures,
        filter,
        &args.reading.keys,
        options,
        &mut *report,
        io::stdout().lock(),
    )?;
    if args.format == Format::Table {
        reading::notes(&summary);
    }
    Ok(())
}

fn report(args: &TimelineArgs, width: Option<usize>) -> Box<dyn Report> {
    match args.format {
        Format::Json => Box::new(Json::document()),
        Format::Jsonl => Box::new(Json::lines()),
        Format::Table => Box::new(Table::new(TableOptions {
            packets: args.rows == Rows::Packets,
            color: terminal::color(args.terminal.color),
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
