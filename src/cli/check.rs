//! `sockeye check CAPTURE…`: was everything right?

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as ClapArgs, ValueEnum};

use super::args::{KeyArgs, ReadingArgs, TerminalArgs};
use super::failure::Failure;
use super::terminal::UntilClosed;
use super::{config, limit, reading, say, terminal};
use crate::analyzer::{Options, Rows};
use crate::check::Selection;
use crate::record::{Outcome, Record, Severity};
use crate::report::{self, CheckOptions, Json, Report, check_report};

pub(super) const HELP: &str = "\
Exit codes:
  0  no finding fails the check
  1  a finding at or above --fail-on, or fewer accepted handshakes than --expect-websocket demands
  2  the check could not be done: wrong usage, no such file, not a capture

What a capture lacks (WS901 and the other rules of WS9) is told, and fails nothing without --require-complete.

Options can be kept in a file `sockeye.toml`, which is looked for in the current directory and \
those above it. The command line wins:

  [check]
  fail-on = \"warning\"
  ignore = [\"WS111\"]
  expect-websocket = 1

Its keys are format, fail-on, select, ignore, require-complete, expect-websocket, filter, decode-as \
and limit.

Examples:
  sockeye check run.pcap
  sockeye check --expect-websocket 1 --format junit run.pcap > report.xml
  tcpdump -U -w - port 3000 | sockeye check --fail-on warning --ignore WS111 -";

#[derive(Debug, ClapArgs)]
pub(super) struct CheckArgs {
    /// Captures to read as one recording, in the order of their packets' times; `-` is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    pub captures: Vec<PathBuf>,
    #[command(flatten)]
    pub choices: CheckChoices,
    #[command(flatten)]
    pub terminal: TerminalArgs,
    /// Take options from this file [default: the `sockeye.toml` of the current directory, or of the next one above]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Take options from the command line only
    #[arg(long, conflicts_with = "config")]
    pub no_config: bool,
}

/// What can also stand in `sockeye.toml`.
#[derive(Debug, Clone, Default, PartialEq, ClapArgs)]
pub(super) struct CheckChoices {
    /// How to write the findings [default: text]
    #[arg(long, value_enum)]
    pub format: Option<CheckFormat>,
    /// The least severity of a finding that fails the check [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
    /// Judge by these rules only: codes (`WS201`), beginnings of codes (`WS2`), or names (`unmasked-client-frame`).
    /// What a capture lacks (`WS9`) is told beside them
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Do not judge by these rules; where --select names a rule too, the more specific one counts
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Fail, too, if the capture lacks something that judging needs (WS9)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub require_complete: Option<bool>,
    /// Fail if fewer WebSocket handshakes than this were accepted; with 1, a capture without WebSocket does not pass
    #[arg(long, value_name = "NUMBER")]
    pub expect_websocket: Option<u64>,
    /// Count only the findings, handshakes and connections that this display filter selects: `tcp.port == 3000`
    ///
    /// It is asked of each record by itself: `tcp.stream == 2` selects all of a connection, `frame.number < 100` what
    /// became known by these packets, `websocket` connections and findings about frames, but no handshake. What is about
    /// the capture as a whole always counts.
    #[arg(short = 'Y', long, value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub filter: Option<String>,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

impl CheckChoices {
    /// These, and those of `other` that these leave open.
    pub(super) fn or(self, other: Self) -> Self {
        fn list<T>(list: Vec<T>, other: Vec<T>) -> Vec<T> {
            if list.is_empty() { other } else { list }
        }
        Self {
            format: self.format.or(other.format),
            fail_on: self.fail_on.or(other.fail_on),
            select: list(self.select, other.select),
            ignore: list(self.ignore, other.ignore),
            require_complete: self.require_complete.or(other.require_complete),
            expect_websocket: self.expect_websocket.or(other.expect_websocket),
            filter: self.filter.or(other.filter),
            reading: ReadingArgs {
                decode_as: list(self.reading.decode_as, other.reading.decode_as),
                limit: list(self.reading.limit, other.reading.limit),
                keys: KeyArgs {
                    keylog: list(self.reading.keys.keylog, other.reading.keys.keylog),
                    keylog_env: self.reading.keys.keylog_env || other.reading.keys.keylog_env,
                },
            },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// As a compiler shows errors, for people
    Text,
    /// One JSON document
    Json,
    /// JSON Lines: one record a line, as soon as it is known
    Jsonl,
    /// JUnit XML, which CI servers show as test results
    Junit,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands, which GitHub Actions shows as annotations
    Github,
    /// A summary of the job, for $GITHUB_STEP_SUMMARY
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Proven violations
    Error,
    /// Broken recommendations too, and what is inferred
    Warning,
    /// Everything that is found about a peer
    Info,
    /// Nothing that is found about a peer
    Never,
}

impl From<FailOn> for Option<Severity> {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Info => Some(Severity::Info),
            FailOn::Never => None,
        }
    }
}

/// Runs the command; 1 if something fails the check.
pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let file = if args.no_config { None } else { config::read(args.config.as_deref())? };
    let choices = args.choices.clone().or(file.unwrap_or_default());
    let options = Options {
        rows: Rows::Frames,
        payload: 0,
        websocket_ports: reading::websocket_ports(&choices.reading),
        selection: selection(&choices)?,
        limits: limit::limits(&choices.reading.limit),
        ..Options::default()
    };
    let asked = CheckOptions {
        captures: reading::names(&args.captures),
        fail_on: choices.fail_on.unwrap_or(FailOn::Error).into(),
        require_complete: choices.require_complete.unwrap_or(false),
        expect_websocket: choices.expect_websocket,
        color: terminal::color(args.terminal.color),
        width: terminal::width(),
    };
    let format = choices.format.unwrap_or(CheckFormat::Text);
    let mut judge = Judge { report: report(format, asked.clone()), asked, failing: 0, accepted: 0 };
    let filter = choices.filter.as_deref();
    // The exit code is for somebody else than the output, who may have read enough of that.
    let out = UntilClosed::new(io::stdout().lock());
    let summary = reading::analyze(&args.captures, filter, &choices.reading.keys, options, &mut judge, out)?;
    reading::notes(&summary);
    if let Some(reason) = judge.lacks_handshakes()
        && format != CheckFormat::Text
    {
        say("error", &reason);
    }
    Ok(if judge.passes() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The rules to judge by. What the capture lacks is told beside the rules that were selected: without it, their verdict
/// would say more than is known.
fn selection(choices: &CheckChoices) -> Result<Selection, Failure> {
    // `--ignore ''` takes back what the file says.
    let named = |list: &[String]| list.iter().filter(|pattern| !pattern.is_empty()).cloned().collect();
    let (mut select, ignore): (Vec<String>, Vec<String>) = (named(&choices.select), named(&choices.ignore));
    if !select.is_empty() {
        select.push("WS9".to_owned());
    }
    Selection::new(&select, &ignore).map_err(Failure::Rule)
}

fn report(format: CheckFormat, options: CheckOptions) -> Box<dyn Report> {
    let format = match format {
        CheckFormat::Json => return Box::new(Json::document()),
        CheckFormat::Jsonl => return Box::new(Json::lines()),
        CheckFormat::Text => report::CheckFormat::Text,
        CheckFormat::Junit => report::CheckFormat::Junit,
        CheckFormat::Sarif => report::CheckFormat::Sarif,
        CheckFormat::Github => report::CheckFormat::Github,
        CheckFormat::Markdown => report::CheckFormat::Markdown,
    };
    check_report(format, options)
}

/// Passes on the records that a check is about, and counts those that decide it.
struct Judge {
    report: Box<dyn Report>,
    asked: CheckOptions,
    /// Findings that fail the check.
    failing: u64,
    /// Accepted handshakes.
    accepted: u64,
}

impl Judge {
    /// Whether nothing fails the check.
    fn passes(&self) -> bool {
        self.failing == 0 && self.lacks_handshakes().is_none()
    }

    /// Says so if there are fewer handshakes than demanded.
    fn lacks_handshakes(&self) -> Option<String> {
        let expected = self.asked.expect_websocket.filter(|expected| self.accepted < *expected)?;
        let accepted = report::counted(self.accepted, "accepted WebSocket handshake");
        Some(format!("{accepted}, and --expect-websocket demands {expected}"))
    }
}

impl Report for Judge {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        match record {
            Record::Capture(_) | Record::Connection(_) | Record::Summary(_) => {}
            Record::Finding(finding) => {
                self.failing += u64::from(self.asked.fails(finding.severity, finding.side));
            }
            Record::Handshake(handshake) => {
                self.accepted += u64::from(handshake.outcome == Some(Outcome::Accepted));
            }
            _ => return Ok(()),
        }
        self.report.record(record, out)
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.report.finish(out)
    }
}
