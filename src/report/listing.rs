//! Lists for reference: a row for each entry, whose last cells stand below where a terminal is narrow.

use std::borrow::Cow;
use std::io;

use tabled::builder::Builder;
use tabled::grid::util::string::get_line_width;
use tabled::settings::Padding;
use tabled::settings::style::Style as Borders;
use tabled::settings::width::Wrap;

/// Longer lines are hard to read.
pub(super) const MOST_WIDTH: usize = 100;

/// Blanks before what stands below.
const BELOW: usize = 6;

/// An entry of a list.
pub(super) struct Entry<'a> {
    /// The cells of its row.
    pub cells: Vec<Cow<'a, str>>,
    /// What stands below, where a terminal is too narrow for all of them.
    pub below: Cow<'a, str>,
}

/// Writes a row for each entry below a row of titles. Where a terminal of `width` columns is too narrow, only the first
/// `stay` cells are in a row.
pub(super) fn write(
    titles: &[&str],
    entries: &[Entry<'_>],
    stay: usize,
    width: Option<usize>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let whole = grid(titles, entries, titles.len());
    let Some(width) =
        width.filter(|width| whole.lines().any(|line| get_line_width(line.trim_end()) > *width))
    else {
        return whole.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()));
    };
    let narrow = grid(titles, entries, stay);
    let mut rows = narrow.lines().map(str::trim_end);
    writeln!(out, "{}", rows.next().unwrap_or_default())?;
    for (row, entry) in rows.zip(entries) {
        writeln!(out, "{row}")?;
        write_wrapped(&entry.below, BELOW, width.min(MOST_WIDTH), out)?;
    }
    Ok(())
}

/// Titles and rows, of which only the first columns are shown.
fn grid(titles: &[&str], entries: &[Entry<'_>], columns: usize) -> String {
    let mut builder = Builder::default();
    builder.push_record(titles.iter().take(columns).copied());
    for entry in entries {
        builder.push_record(entry.cells.iter().take(columns).map(|cell| &**cell));
    }
    builder.build().with(Borders::blank()).with(Padding::new(0, 1, 0, 0)).to_string()
}

/// Writes `text` on lines of at most `width` columns, each behind so many blanks.
pub(super) fn write_wrapped(
    text: &str,
    indent: usize,
    width: usize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let wrapped = Wrap::wrap(text, width.saturating_sub(indent).max(1), true);
    wrapped.lines().try_for_each(|line| writeln!(out, "{:indent$}{}", "", line.trim()))
}
