//! `sockeye check CAPTURE…`: was everything right?

use std::io::{self, Write};
use std::process::ExitCode;

use super::args::{CheckArgs, CheckChoices, CheckFormat, FailOn};
use super::failure::Failure;
use super::terminal::UntilClosed;
use super::{config, limit, reading, say, terminal};
use crate::analyzer::{Options, Rows};
use crate::check::Selection;
use crate::record::{Outcome, Record};
use crate::report::{self, CheckOptions, Json, Report, check_report};

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
