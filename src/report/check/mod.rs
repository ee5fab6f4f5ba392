//! What `sockeye check` prints.
//!
//! In come records: the capture's first, then handshakes, findings and connections as they come, the summary last. Out
//! goes one of the forms that people and CI servers read, one file each. Findings are [gathered](gather) until their
//! connection is over, so that every form groups them alike; a [`Form`] only decides how a group looks. Records of
//! other types are passed over. No rule is judged here: a connection's verdict comes with its record, and what fails is
//! for the [`CheckOptions`] to say.

mod gather;
mod github;
mod junit;
mod layout;
mod markdown;
mod outcome;
mod sarif;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod worst;

use std::io;

use super::Report;
use crate::record::{Outcome, Record, Severity, Side};
use gather::{Gather, Group};
use outcome::Totals;

/// What a report of `sockeye check` must know besides the records.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// The names of the capture files, as the user gave them.
    pub captures: Vec<String>,
    /// The least severity that fails; `None`: no finding does.
    pub fail_on: Option<Severity>,
    /// Whether what the capture lacks (9xx) fails too.
    pub require_complete: bool,
    /// How many accepted WebSocket handshakes there must be at least.
    pub expect_websocket: Option<u64>,
    /// Whether a terminal's colours are used.
    pub color: bool,
    /// Columns of the terminal; `None`: not cut.
    pub width: Option<usize>,
}

impl CheckOptions {
    /// Whether a finding makes the check fail. What the capture lacks does only if it must be complete, and then
    /// whatever its severity.
    pub fn fails(&self, severity: Severity, side: Side) -> bool {
        match side {
            Side::Capture => self.require_complete,
            Side::Client | Side::Server => self.fail_on.is_some_and(|least| severity >= least),
        }
    }

    /// The capture, if it is one file with a name.
    fn file(&self) -> Option<&str> {
        match self.captures.as_slice() {
            [name] if name != "-" => Some(name),
            _ => None,
        }
    }
}

/// The forms of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckFormat {
    /// For people, in the manner of rustc.
    Text,
    /// JUnit XML, as Jenkins, GitLab and others read it.
    Junit,
    /// SARIF 2.1.0 (OASIS).
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// A job summary in GitHub-flavoured Markdown.
    Markdown,
}

/// The report of that form.
pub fn check_report(format: CheckFormat, options: CheckOptions) -> Box<dyn Report> {
    match format {
        CheckFormat::Text => boxed(text::Text::default(), options),
        CheckFormat::Junit => boxed(junit::Junit::default(), options),
        CheckFormat::Sarif => boxed(sarif::Sarif::default(), options),
        CheckFormat::Github => boxed(github::Github, options),
        CheckFormat::Markdown => boxed(markdown::Markdown::default(), options),
    }
}

fn boxed<F: Form + 'static>(form: F, options: CheckOptions) -> Box<dyn Report> {
    Box::new(CheckReport { options, gather: Gather::default(), totals: Totals::default(), form })
}

/// How groups of findings look.
trait Form {
    /// Writes, or keeps, what there is to say of a connection or of the capture as a whole.
    fn group(&mut self, group: &Group, options: &CheckOptions, out: &mut dyn io::Write) -> io::Result<()>;

    /// Writes what is left.
    fn finish(&mut self, totals: &Totals, options: &CheckOptions, out: &mut dyn io::Write) -> io::Result<()>;
}

/// A report in any form.
struct CheckReport<F> {
    options: CheckOptions,
    gather: Gather,
    totals: Totals,
    form: F,
}

impl<F: Form> CheckReport<F> {
    fn group(&mut self, group: &Group, out: &mut dyn io::Write) -> io::Result<()> {
        self.totals.add(group);
        self.form.group(group, &self.options, out)
    }
}

impl<F: Form> Report for CheckReport<F> {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        match record {
            Record::Handshake(handshake) => {
                self.totals.accepted += u64::from(handshake.outcome == Some(Outcome::Accepted));
                Ok(())
            }
            Record::Finding(finding) => {
                self.gather.finding(finding, self.options.fails(finding.severity, finding.side));
                Ok(())
            }
            Record::Connection(connection) => match self.gather.connection(connection) {
                Some(group) => self.group(&group, out),
                None => Ok(()),
            },
            Record::Summary(summary) => {
                self.totals.packets = summary.packets;
                self.totals.connections = summary.connections;
                self.totals.connections_excluded = summary.connections_excluded;
                self.totals.websocket_connections = summary.websocket_connections;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        for group in self.gather.rest() {
            self.group(&group, out)?;
        }
        self.form.finish(&self.totals, &self.options, out)
    }
}
