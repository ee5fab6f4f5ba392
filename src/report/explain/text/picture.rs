//! The bit box, as RFC 6455 §5.2 draws it.

use std::fmt::Write;

use crate::explain::{Cell, Explanation, Row};
use crate::report::explain::ink::{Color, Ink};
use crate::report::explain::wrap::{center, wrap};

const RULER: &str = "
  0                   1                   2                   3
  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
";

/// Columns of 32 bits, borders included.
const COLUMNS: usize = 65;

/// Appends the picture, if there is one.
pub(super) fn draw(text: &mut String, explanation: &Explanation, ink: Ink) {
    let rows = &explanation.layout;
    if rows.is_empty() {
        return;
    }
    text.push_str(RULER);
    let mut above: Option<&Row> = None;
    for row in rows {
        border(text, above, Some(row));
        content(text, explanation, row, ink);
        above = Some(row);
    }
    border(text, above, None);
}

/// Columns of a cell, without its borders.
fn columns(cell: &Cell) -> usize {
    2 * usize::from(cell.width) - 1
}

/// The line between two rows: a `+` wherever one of them has a border.
fn border(text: &mut String, above: Option<&Row>, below: Option<&Row>) {
    let mut line = [' '; COLUMNS];
    for row in [above, below].into_iter().flatten() {
        let mut at = 0;
        for cell in &row.cells {
            let end = (at + columns(cell) + 1).min(COLUMNS - 1);
            for (column, mark) in line.iter_mut().enumerate().take(end + 1).skip(at) {
                if column == at || column == end {
                    *mark = '+';
                } else if *mark == ' ' {
                    *mark = '-';
                }
            }
            at = end;
        }
    }
    let line: String = line.iter().collect();
    let _ = writeln!(text, " {}", line.trim_end());
}

fn content(text: &mut String, explanation: &Explanation, row: &Row, ink: Ink) {
    let cells: Vec<(Vec<String>, Color)> = row
        .cells
        .iter()
        .map(|cell| {
            let role = explanation.fields.get(cell.field).map(|field| field.role);
            (lines(cell), role.map_or(Color::Plain, Color::field))
        })
        .collect();
    let height = cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
    for at in 0..height {
        text.push_str(" |");
        for ((lines, color), cell) in cells.iter().zip(&row.cells) {
            // The bits stand in the last line, under the numbers of the ruler.
            let line = match lines.split_last() {
                Some((bits, _)) if at + 1 == height => bits.as_str(),
                Some((_, rest)) => rest.get(at).map_or("", String::as_str),
                None => "",
            };
            text.push_str(&ink.paint(*color, &center(line, columns(cell))));
            text.push('|');
        }
        text.push('\n');
    }
}

/// Name, value and bits of a cell; the name of a single bit stands upright.
fn lines(cell: &Cell) -> Vec<String> {
    let width = columns(cell);
    let mut lines: Vec<String> = if width == 1 {
        cell.name.chars().map(String::from).collect()
    } else {
        let value = if cell.value.is_empty() { Vec::new() } else { wrap(&cell.value, width) };
        wrap(&cell.name, width).into_iter().chain(value).collect()
    };
    if !cell.bits.is_empty() {
        let bits: Vec<String> = cell.bits.chars().map(String::from).collect();
        lines.push(bits.join(" "));
    }
    lines
}
