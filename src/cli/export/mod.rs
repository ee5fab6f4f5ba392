//! `sockeye export CAPTURE… --to FORM`: what other programs can go on with.
//!
//! `har` and `csv` are written by `report` from records, `files` and captures here.

mod files;
mod output;
mod packets;
mod select;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum};

use super::args::ReadingArgs;
use super::failure::Failure;
use super::{limit, reading, say};
use crate::analyzer::{Options, Rows};
use crate::filter::Filter;
use crate::record::Record;
use crate::report::{CsvMessages, Har, Report};
use files::Files;
use output::Output;
use select::Selection;

#[derive(Debug, ClapArgs)]
#[command(after_long_help = HELP)]
pub(super) struct ExportArgs {
    /// Captures to read as one recording, in the order of their packets' times; `-` is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// What to write
    #[arg(long, value_enum, value_name = "FORM")]
    to: Form,
    /// The file, or for `files` the directory, to write; `-` is standard output
    #[arg(short, long, value_name = "PATH", default_value = "-")]
    output: PathBuf,
    /// Export only what this display filter selects: messages, or with `har`, `pcap` and `pcapng` whole connections
    #[arg(short = 'Y', long, value_name = "EXPRESSION", allow_hyphen_values = true)]
    filter: Option<String>,
    /// Export only these connections, which are Wireshark's tcp.stream: `--stream 0,3`
    #[arg(long, value_name = "N", value_delimiter = ',')]
    stream: Vec<u64>,
    /// Write over files that exist
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    reading: ReadingArgs,
}

const HELP: &str = "\
A file is written beside its place and then put there, so that an export that fails leaves nothing half.

Examples:
  sockeye export run.pcap --to har -o run.har
  sockeye export run.pcap --to csv -Y 'websocket.opcode == 1' > messages.csv
  sockeye export run.pcap --to pcapng --stream 3 -o one.pcapng";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// HTTP Archive 1.2 with the messages of each WebSocket, as Chromium's developer tools write it
    Har,
    /// A directory with a file for each message, and a list of them
    Files,
    /// Messages as rows of CSV
    Csv,
    /// A capture of the packets of the connections, classic
    Pcap,
    /// The same as pcapng, which holds packets of several link types
    Pcapng,
}

/// Runs the command.
pub(super) fn run(args: &ExportArgs) -> Result<(), Failure> {
    let selection = Selection::new(args.filter.as_deref(), &args.stream)?;
    match args.to {
        Form::Har => {
            let store = tempfile::SpooledTempFile::new(IN_MEMORY);
            let export = |out| Ok(Exporter::Har(Box::new(Har::new(out, store)?)));
            to_file(args, &selection, export)
        }
        Form::Csv => to_file(args, &selection, |out| Ok(Exporter::Csv(CsvMessages::new(out)?))),
        Form::Files => {
            if is_standard(&args.output) {
                let what =
                    "messages as files need a directory\n  name one that is new or empty: -o DIRECTORY";
                return Err(Failure::Usage(what.to_owned()));
            }
            let files = Files::create(&args.output, args.force)?;
            let mut exporter = Exporter::Files(files);
            messages(args, &selection, &mut exporter)?;
            let Exporter::Files(files) = exporter else { return Ok(()) };
            files.commit()
        }
        Form::Pcap | Form::Pcapng => {
            refuse_terminal(args)?;
            packets::run(args, selection)
        }
    }
}

/// Bytes of entries that are put aside in memory, before they go to a temporary file.
const IN_MEMORY: usize = 32 << 20;

fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

fn refuse_terminal(args: &ExportArgs) -> Result<(), Failure> {
    if is_standard(&args.output) && io::stdout().is_terminal() {
        let what = "a capture can do anything to a terminal\n  name a file: -o PATH";
        return Err(Failure::Usage(what.to_owned()));
    }
    Ok(())
}

/// Where an exporter writes.
type Out<'o> = BufWriter<Box<dyn Write + 'o>>;

/// Exports messages to one file.
fn to_file<'o>(
    args: &ExportArgs,
    selection: &Selection,
    exporter: impl FnOnce(Out<'o>) -> io::Result<Exporter<'o>>,
) -> Result<(), Failure> {
    let output = Output::create(&args.output, args.force)?;
    let written = exporter(BufWriter::new(output.writer()?))
        .map_err(Failure::Output)
        .and_then(|mut exporter| messages(args, selection, &mut exporter));
    written.map_err(|failure| output.blamed(failure))?;
    output.commit()
}

/// What records are exported to.
enum Exporter<'o> {
    Har(Box<Har<Out<'o>, tempfile::SpooledTempFile>>),
    Csv(CsvMessages<Out<'o>>),
    Files(Files),
}

impl Exporter<'_> {
    fn record(&mut self, record: &Record<'_>, selected: bool) -> io::Result<()> {
        match (self, record) {
            (Exporter::Har(har), _) => har.record(record, selected),
            (Exporter::Csv(csv), Record::Message(message)) if selected => csv.message(message),
            (Exporter::Files(files), Record::Message(message)) if selected => files.message(message),
            _ => Ok(()),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        match self {
            Exporter::Har(har) => har.finish(),
            Exporter::Csv(csv) => csv.flush(),
            Exporter::Files(files) => files.flush(),
        }
    }
}

/// Hands all records to an exporter, and says which of them are selected.
fn messages(args: &ExportArgs, selection: &Selection, exporter: &mut Exporter<'_>) -> Result<(), Failure> {
    let options = Options {
        rows: Rows::Messages,
        payload: usize::MAX,
        websocket_ports: reading::websocket_ports(&args.reading),
        limits: limit::limits(&args.reading.limit),
        ..Options::default()
    };
    let mut feed = Feed { selection, exporter, selected_any: false };
    let keys = &args.reading.keys;
    let summary = reading::analyze(&args.captures, None, keys, options, &mut feed, io::sink())?;
    if !feed.selected_any {
        reading::notes(&summary);
        say("note", "nothing is selected that can be exported");
    }
    Ok(())
}

/// Records on their way to an exporter.
struct Feed<'f, 'o> {
    selection: &'f Selection,
    exporter: &'f mut Exporter<'o>,
    selected_any: bool,
}

impl Report for Feed<'_, '_> {
    fn record(&mut self, record: &Record<'_>, _: &mut dyn Write) -> io::Result<()> {
        let selected = self.selection.includes(record);
        let counts = matches!(record, Record::Message(_))
            || matches!((record, &*self.exporter), (Record::Handshake(_), Exporter::Har(_)));
        self.selected_any |= selected && counts;
        self.exporter.record(record, selected)
    }

    fn finish(&mut self, _: &mut dyn Write) -> io::Result<()> {
        self.exporter.finish()
    }
}

/// A display filter that is not there selects everything.
fn parse(filter: Option<&str>) -> Result<Option<Filter>, Failure> {
    filter.map(Filter::parse).transpose().map_err(Failure::Filter)
}
