//! One row for each rule.

use std::io;

use crate::check::Rule;
use crate::report::listing::{self, Entry};

/// Writes a row for each of these rules: code, name, severity, section, summary. Where a terminal of `width` columns is too
/// narrow, the last two stand below.
///
/// # Errors
/// Those of `out`.
pub fn write_rules_table(rules: &[&Rule], width: Option<usize>, out: &mut dyn io::Write) -> io::Result<()> {
    let entries: Vec<Entry<'_>> = rules.iter().copied().map(entry).collect();
    listing::write(&["Code", "Name", "Severity", "Section", "Summary"], &entries, 3, width, out)
}

fn entry(rule: &Rule) -> Entry<'_> {
    let cells = [rule.code, rule.name, rule.severity.name(), rule.rfc, rule.summary];
    let section = if rule.rfc.is_empty() { String::new() } else { format!(" ({})", rule.rfc) };
    Entry {
        cells: cells.into_iter().map(Into::into).collect(),
        below: format!("{}{section}", rule.summary).into(),
    }
}
