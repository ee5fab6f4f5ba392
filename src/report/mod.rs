//! Records become output.
//!
//! In come [`Record`]s; out go bytes to a writer: a table for people ([`Table`]), JSON for programs ([`Json`]),
//! what `sockeye check` prints ([`check_report`]), and numbers ([`write_stats`]). One file per output. This room decides how things look and nothing else; whatever came from the wire is escaped
//! before it is written. It is the only one that names `tabled`, `quick_xml` and `csv`.

mod accept;
mod check;
mod columns;
mod escape;
mod explain;
mod export;
mod fields;
mod follow;
mod json;
mod listing;
mod rules;
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
pub use stats::{StatsOptions, write_stats, write_stats_csv, write_stats_json};
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
}
