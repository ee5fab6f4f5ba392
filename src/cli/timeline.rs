//! `sockeye CAPTURE…`: what happened, in order.

use std::io;
use std::num::NonZeroUsize;
use std::thread;

use super::args::{Format, Rows, TimelineArgs};
use super::failure::Failure;
use super::{limit, reading, terminal};
use crate::analyzer::Options;
use crate::report::{Columns, ColumnsForm, ColumnsReport, Delimited, Json, Report, Table, TableOptions};

/// Payload bytes that are not text shown in a table row.
const BYTES_SHOWN: usize = 32;
/// Payload bytes needed for one column of a terminal: UTF-8 needs at most four.
const BYTES_PER_COLUMN: usize = 4;

/// Runs the command.
pub(super) fn run(args: &TimelineArgs) -> Result<(), Failure> {
    let width = terminal::width();
    let form = form(args)?;
    let options = Options {
        rows: args.rows.into(),
        payload: payload(args, &form, width),
        websocket_ports: reading::websocket_ports(&args.reading),
        limits: limit::limits(&args.reading.limit),
        ..Options::default()
    };
    let as_records = matches!(form, Form::Records(_));
    let mut report = report(args, form, width);
    let filter = args.filter.as_deref();
    let cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = args.threads.map_or_else(cores, usize::from);
    let summary = reading::analyze_in_threads(
        threads,
        &args.captures,
        filter,
        &args.reading.keys,
        options,
        &mut *report,
        io::stdout().lock(),
    )?;
    if !as_records {
        reading::notes(&summary);
    }
    Ok(())
}

/// What is written of the rows.
enum Form {
    Table,
    /// Everything, as JSON.
    Records(Json),
    Columns(Columns, ColumnsForm),
}

fn form(args: &TimelineArgs) -> Result<Form, Failure> {
    if args.fields.is_empty() {
        return match args.format {
            None | Some(Format::Table) => Ok(Form::Table),
            Some(Format::Json) => Ok(Form::Records(Json::document())),
            Some(Format::Jsonl) => Ok(Form::Records(Json::lines())),
            Some(Format::Tsv | Format::Csv) => Err(Failure::Usage(
                "tsv and csv have a column for each of --fields, and there are none\n  \
                 name some: --fields packet,time,websocket.opcode; `sockeye fields` lists them"
                    .to_owned(),
            )),
        };
    }
    let columns = Columns::parse(&args.fields).map_err(|error| Failure::Usage(error.to_string()))?;
    let text = |delimited| ColumnsForm::Text { delimited, header: !args.no_header };
    let form = match args.format {
        None | Some(Format::Tsv) => text(Delimited::Tabs),
        Some(Format::Csv) => text(Delimited::Commas),
        Some(Format::Jsonl) => ColumnsForm::Lines,
        Some(Format::Table | Format::Json) => {
            return Err(Failure::Usage(
                "--fields are written as tsv, csv or jsonl\n  choose one of them with --format".to_owned(),
            ));
        }
    };
    Ok(Form::Columns(columns, form))
}

fn report(args: &TimelineArgs, form: Form, width: Option<usize>) -> Box<dyn Report> {
    match form {
        Form::Records(json) => Box::new(json),
        Form::Columns(columns, form) => Box::new(ColumnsReport::new(columns, form)),
        Form::Table => Box::new(Table::new(TableOptions {
            packets: args.rows == Rows::Packets,
            color: terminal::color(args.terminal.color),
            width,
            bytes_shown: args.max_payload.unwrap_or(BYTES_SHOWN),
        })),
    }
}

/// How many payload bytes of a row the output can show.
fn payload(args: &TimelineArgs, form: &Form, width: Option<usize>) -> usize {
    let shown = match (form, width) {
        // No row of a packet shows any.
        (Form::Table | Form::Records(_), _) if args.rows == Rows::Packets => 0,
        (Form::Table, Some(columns)) => columns.saturating_mul(BYTES_PER_COLUMN),
        (Form::Columns(columns, _), _) if !columns.read_payload() => 0,
        _ => usize::MAX,
    };
    args.max_payload.unwrap_or(shown)
}
