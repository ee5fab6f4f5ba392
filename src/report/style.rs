//! Colours, as in a browser's developer tools.

use crate::base::Direction;
use crate::record::{Record, Severity};

/// How a row is coloured; never the only sign of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    /// What the client sent.
    Client,
    /// Control frames.
    Control,
    /// Errors.
    Alarm,
    /// Warnings and facts.
    Notice,
    /// What `check` warns of, or cannot judge.
    Caution,
    /// What passes.
    Good,
}

impl Style {
    /// All of them.
    pub(super) const ALL: [Style; 7] = [
        Style::Plain,
        Style::Client,
        Style::Control,
        Style::Alarm,
        Style::Notice,
        Style::Caution,
        Style::Good,
    ];

    pub(super) fn of(record: &Record<'_>) -> Style {
        match record {
            Record::Finding(finding) if finding.severity == Severity::Error => Style::Alarm,
            Record::Finding(_) => Style::Notice,
            Record::Frame(frame) if frame.header.opcode.is_control() => Style::Control,
            Record::Message(message) if message.header.opcode.is_control() => Style::Control,
            Record::Frame(frame) => Style::sender(frame.from),
            Record::Message(message) => Style::sender(message.from),
            Record::Packet(row) => Style::sender(row.from),
            Record::Request(_) => Style::Client,
            _ => Style::Plain,
        }
    }

    /// Where findings are told apart by how bad they are, as compilers do.
    pub(super) fn of_severity(severity: Severity) -> Style {
        match severity {
            Severity::Error => Style::Alarm,
            Severity::Warning => Style::Caution,
            Severity::Info => Style::Good,
        }
    }

    pub(super) fn sender(direction: Direction) -> Style {
        match direction {
            Direction::ClientToServer => Style::Client,
            Direction::ServerToClient => Style::Plain,
        }
    }

    /// The escape sequence that begins it (ECMA-48 SGR); empty for plain text.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Client | Style::Good => "\x1b[32m",
            Style::Control | Style::Caution => "\x1b[33m",
            Style::Alarm => "\x1b[1;31m",
            Style::Notice => "\x1b[31m",
        }
    }

    /// The escape sequence that ends it.
    pub(super) fn end(self) -> &'static str {
        match self {
            Style::Plain => "",
            _ => "\x1b[0m",
        }
    }
}
