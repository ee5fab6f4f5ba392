//! CSV (RFC 4180).

use std::io;

use ::csv::{Terminator, Writer, WriterBuilder};

/// Writes rows, with CRLF behind each. The names of columns are a row like any other.
pub(crate) fn csv_writer<W: io::Write>(out: W) -> Writer<W> {
    WriterBuilder::new().has_headers(false).terminator(Terminator::CRLF).from_writer(out)
}
