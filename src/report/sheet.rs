//! Rows of CSV (RFC 4180): quotes where they are needed, lines that end in CR LF.

use std::io;

use csv::{ErrorKind, Terminator, Writer, WriterBuilder};
use serde::Serialize;

/// Writes rows of CSV.
#[derive(Debug)]
pub struct Sheet<W: io::Write>(Writer<W>);

impl<W: io::Write> Sheet<W> {
    /// A sheet without rows.
    pub fn new(out: W) -> Self {
        Self(WriterBuilder::new().has_headers(false).terminator(Terminator::CRLF).from_writer(out))
    }

    /// Writes a row: a cell for each field of a struct or tuple, for each element of a list.
    ///
    /// # Errors
    /// Those of the output.
    pub fn row(&mut self, cells: impl Serialize) -> io::Result<()> {
        self.0.serialize(cells).map_err(|error| match error.into_kind() {
            // As it was: whoever reads may have closed the pipe.
            ErrorKind::Io(error) => error,
            kind => io::Error::other(format!("{kind:?}")),
        })
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    /// Those of the output.
    pub fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
