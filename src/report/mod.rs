//! Records become output.
//!
//! In come [`Record`]s, and what `stats` and `explain` made of them; out go bytes to a writer. One file or folder an output:
//!
//! | of | is written |
//! |---|---|
//! | records, as they come | a table for people ([`Table`]), JSON ([`Json`]), some of their fields ([`ColumnsReport`]) |
//! | a whole capture | what `sockeye check` prints ([`check_report`]), numbers ([`write_stats`]) |
//! | a connection or message | a conversation ([`Follow`]), what other programs read ([`Har`], [`CsvMessages`]) |
//! | an explanation | what a [`Form`] draws |
//! | what is known without a capture | rules ([`write_rules`]), fields ([`write_fields`]) |
//!
//! This room decides how things look and nothing else: it opens no file and finds nothing out. Whatever came from the wire
//! is escaped before it is written, but where bytes as they were are asked for (`follow --format raw`). It is the only one
//! that names `tabled` and `quick_xml`.

mod accept;
mod check;
mod columns;
mod escape;
mod explain;
mod export;
mod fields;
mod follow;
mod json;
mod line;
mod listing;
mod rules;
mod runs;
mod sheet;
mod stats;
mod style;
mod table;
mod views;
mod words;

use std::io;

use crate::record::Record;

pub use accept::{accept_json, accept_text};
pub use check::{CheckFormat, CheckOptions, check_report};
pub use columns::{Columns, ColumnsForm, ColumnsReport, Delimited, UnknownColumn};
pub use explain::{
    EXPLAIN_SCHEMA_TEXT, Form, HtmlForm, JsonForm, MarkdownForm, SvgForm, TextForm, conversation_json,
    diagram, diagram_html, diagram_markdown, lesson, lesson_html, lesson_markdown, mermaid, sequence,
};
pub use export::{CsvMessages, Har, MESSAGE_COLUMNS, MessageColumns, Store};
pub use fields::{fields_markdown, write_fields, write_fields_json};
pub use follow::{Follow, FollowFormat, FollowOptions};
pub use json::{Json, SCHEMA_TEXT};
pub use rules::{RulesOptions, rule_markdown, write_rules, write_rules_json, write_rules_table};
pub use sheet::Sheet;
pub use stats::{STATS_SCHEMA_TEXT, StatsOptions, write_stats, write_stats_csv, write_stats_json};
pub use table::{Table, TableOptions};
pub use words::counted;

/// One form of output.
pub trait Report {
    /// Writes one record.
    ///
    /// # Errors
    /// Those of `out`.
    fn record(&mut self, record: &Record<'_>, out: &mut dyn io::Write) -> io::Result<()>;

    /// Writes what belongs behind the last record.
    ///
    /// # Errors
    /// Those of `out`.
    fn finish(&mut self, out: &mut dyn io::Write) -> io::Result<()>;

    /// Another report, which does part of the work for this one in another thread: what it writes of a record depends on no
    /// other record, and [`join`](Report::join) makes of it what this one would have written. `None` if there is none.
    fn fork(&self) -> Option<Box<dyn Report + Send>> {
        None
    }

    /// Writes what a [fork](Report::fork) has written of one or several records, one behind the other.
    ///
    /// # Errors
    /// Those of `out`.
    fn join(&mut self, written: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(written)
    }
}
