//! Rows of the table before they are laid out: how wide their columns are, only the rows before them tell.
//!
//! ```text
//!   style │ whole │ length │ No. │ length │ Time │ … │ length │ Info      one byte, one byte, seven times four and a text
//! ```

use std::io;

use super::{COLUMNS, Look, Report, TableOptions, fill, row};
use crate::record::Record;
use crate::report::style::Style;

/// Writes rows that [`read`] reads.
#[derive(Debug)]
pub(super) struct Loose {
    options: TableOptions,
    cells: [String; COLUMNS],
    row: Vec<u8>,
}

impl Loose {
    /// Rows of such a table.
    pub(super) fn new(options: TableOptions) -> Self {
        Self { options, cells: Default::default(), row: Vec::new() }
    }
}

impl Report for Loose {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let Some(row) = row(record, self.options.packets) else { return Ok(()) };
        fill(&mut self.cells, &row, record, self.options.bytes_shown);
        let Look { style, whole } = Look::of(record);
        self.row.clear();
        self.row.extend([style as u8, u8::from(whole)]);
        for cell in &self.cells {
            let length = u32::try_from(cell.len()).map_err(io::Error::other)?;
            self.row.extend(length.to_le_bytes());
            self.row.extend(cell.as_bytes());
        }
        out.write_all(&self.row)
    }

    fn finish(&mut self, _: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }
}

/// Reads the next row into `cells`; `None` behind the last.
pub(super) fn read(written: &mut &[u8], cells: &mut [String; COLUMNS]) -> Option<Look> {
    let ([style, whole], mut rest) = written.split_first_chunk()?;
    for cell in cells {
        let (length, behind) = rest.split_first_chunk()?;
        let (text, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        cell.clear();
        cell.push_str(std::str::from_utf8(text).ok()?);
        rest = behind;
    }
    *written = rest;
    let style = Style::ALL.into_iter().find(|one| *one as u8 == *style)?;
    Some(Look { style, whole: *whole != 0 })
}
