//! One row for each rule.

use std::io;

use tabled::builder::Builder;
use tabled::grid::util::string::get_line_width;
use tabled::settings::Padding;
use tabled::settings::style::Style as Borders;

use super::{MOST_WIDTH, write_wrapped};
use crate::check::Rule;
use crate::report::words;

/// Blanks before a summary that stands below.
const BELOW: usize = 6;

/// Writes a row for each of these rules: code, name, severity, section, summary. Where a terminal of `width` columns is too
/// narrow, the last two stand below.
///
/// # Errors
/// Those of `out`.
pub fn write_rules_table(rules: &[&Rule], width: Option<usize>, out: &mut dyn io::Write) -> io::Result<()> {
    let whole = grid(rules, 5);
    let Some(width) =
        width.filter(|width| whole.lines().any(|line| get_line_width(line.trim_end()) > *width))
    else {
        return whole.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()));
    };
    let narrow = grid(rules, 3);
    let mut rows = narrow.lines().map(str::trim_end);
    writeln!(out, "{}", rows.next().unwrap_or_default())?;
    for (row, rule) in rows.zip(rules) {
        writeln!(out, "{row}")?;
        let section = if rule.rfc.is_empty() { String::new() } else { format!(" ({})", rule.rfc) };
        write_wrapped(&format!("{}{section}", rule.summary), BELOW, width.min(MOST_WIDTH), out)?;
    }
    Ok(())
}

/// Titles and rows, of which only the first columns are shown.
fn grid(rules: &[&Rule], columns: usize) -> String {
    let titles = ["Code", "Name", "Severity", "Section", "Summary"];
    let row = |rule: &&Rule| [rule.code, rule.name, words::severity(rule.severity), rule.rfc, rule.summary];
    let mut builder = Builder::default();
    for cells in [titles].into_iter().chain(rules.iter().map(row)) {
        builder.push_record(cells.into_iter().take(columns));
    }
    builder.build().with(Borders::blank()).with(Padding::new(0, 1, 0, 0)).to_string()
}
