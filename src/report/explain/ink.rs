//! Colours of a terminal.

use crate::explain::Role;
use crate::record::Severity;

/// What a colour stands for; never the only sign of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Color {
    Plain,
    Title,
    State,
    Client,
    Server,
    Header,
    Length,
    Key,
    Payload,
    Error,
    Warning,
}

impl Color {
    pub(super) fn of(severity: Severity) -> Self {
        match severity {
            Severity::Error => Color::Error,
            Severity::Warning => Color::Warning,
            Severity::Info => Color::Plain,
        }
    }

    pub(super) fn field(role: Role) -> Self {
        match role {
            Role::Fin | Role::Reserved | Role::Opcode | Role::Mask => Color::Header,
            Role::Length | Role::ExtendedLength => Color::Length,
            Role::MaskingKey => Color::Key,
            Role::Payload | Role::StatusCode => Color::Payload,
            Role::Line => Color::Plain,
        }
    }

    /// The escape sequence that begins it (ECMA-48 SGR).
    fn begin(self) -> &'static str {
        match self {
            Color::Plain => "",
            Color::Title => "\x1b[1m",
            Color::State => "\x1b[1;35m",
            Color::Client => "\x1b[32m",
            Color::Server => "\x1b[36m",
            Color::Header => "\x1b[36m",
            Color::Length => "\x1b[35m",
            Color::Key => "\x1b[33m",
            Color::Payload => "\x1b[32m",
            Color::Error => "\x1b[1;31m",
            Color::Warning => "\x1b[31m",
        }
    }
}

/// Whether there are colours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink(pub(super) bool);

impl Ink {
    pub(super) fn paint(self, color: Color, text: &str) -> String {
        // Columns are filled with spaces, which belong to nothing.
        let content = text.trim_end_matches(' ');
        if !self.0 || color == Color::Plain || content.is_empty() {
            return text.to_owned();
        }
        let filling = text.strip_prefix(content).unwrap_or_default();
        format!("{}{content}\x1b[0m{filling}", color.begin())
    }
}
