//! What `sockeye stats` prints: tables for people, JSON, CSV.
//!
//! In come [`Stats`]; out goes text. Nothing is measured here: what JSON, CSV and the rows name is the
//! table [`COLUMNS`](crate::stats::COLUMNS).

mod card;
mod csv;
mod grid;
mod json;
mod numbers;
mod rows;
#[cfg(test)]
mod tests;

use std::io;

use super::style::Style;
use crate::stats::Stats;

pub use self::csv::write_stats_csv;
pub use json::{STATS_SCHEMA_TEXT, write_stats_json};

/// How the tables look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatsOptions {
    /// Colour connections by their verdict.
    pub color: bool,
    /// Columns of the terminal; `None`: as many as are needed.
    pub width: Option<usize>,
}

/// Writes one connection in full, or several as rows with their total in full.
///
/// # Errors
/// Those of `out`.
pub fn write_stats(stats: &Stats, options: StatsOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let total = &stats.total;
    match stats.connections.as_slice() {
        [] if total.connections == 0 => {
            writeln!(out, "{}", numbers::nothing(total))?;
        }
        [connection] if total.connections == 1 => {
            card::connection(connection, options, out)?;
            card::histogram(&total.size_ranges, options.width, out)?;
        }
        connections => {
            if !connections.is_empty() {
                rows::write(connections, total, options, out)?;
                writeln!(out)?;
            }
            card::total(total, options, out)?;
            card::histogram(&total.size_ranges, options.width, out)?;
        }
    }
    Ok(())
}

/// Writes a line in a style.
fn line(style: Style, text: &str, options: StatsOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let style = if options.color { style } else { Style::Plain };
    writeln!(out, "{}{text}{}", style.begin(), style.end())
}
