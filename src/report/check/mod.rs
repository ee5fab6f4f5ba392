//! Reports of `sockeye check`.

use std::io;

use super::Report;
use crate::record::{Record, Severity, Side};

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
    /// Colour the text.
    pub color: bool,
    /// Columns of the terminal; `None`: not cut.
    pub width: Option<usize>,
}

impl CheckOptions {
    /// Whether a finding makes the check fail.
    pub fn fails(&self, severity: Severity, side: Side) -> bool {
        match side {
            Side::Capture => self.require_complete,
            Side::Client | Side::Server => self.fail_on.is_some_and(|least| severity >= least),
        }
    }
}

/// The forms of a report of `sockeye check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum CheckFormat {
    Text,
    Junit,
    Sarif,
    Github,
    Markdown,
}

/// The report of that form.
pub fn check_report(_format: CheckFormat, _options: CheckOptions) -> Box<dyn Report> {
    Box::new(Stub)
}

struct Stub;

impl Report for Stub {
    fn record(&mut self, _record: &Record<'_>, _out: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, _out: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }
}
