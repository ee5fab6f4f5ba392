//! Cells side by side.

use tabled::builder::Builder;
use tabled::grid::util::string::get_line_width;
use tabled::settings::object::Columns;
use tabled::settings::style::Style as Borders;
use tabled::settings::{Alignment, Padding};

/// Blanks between columns.
pub(super) const BETWEEN: usize = 2;

/// The lines of a table whose first row are its titles. Columns are flush right, but for those named in `left`. The table
/// finds the widths by itself: tabled loops without end if a cell is wider than its column.
pub(super) fn lines(rows: impl IntoIterator<Item = Vec<String>>, left: &[usize]) -> Vec<String> {
    let mut builder = Builder::default();
    rows.into_iter().for_each(|row| builder.push_record(row));
    let mut table = builder.build();
    table.with(Borders::empty()).with(Padding::new(0, BETWEEN, 0, 0)).with(Alignment::right());
    for column in left {
        table.modify(Columns::one(*column), Alignment::left());
    }
    table.to_string().lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Columns of a terminal that a text takes.
pub(super) fn width(text: &str) -> usize {
    get_line_width(text)
}
