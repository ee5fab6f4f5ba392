//! Records become files that other programs read: CSV, and the HAR of browsers.
//!
//! In come [`Record`](crate::record::Record)s; out go bytes to a writer of the exporter's own. This room opens no file:
//! what an exporter has to put aside goes to a [`Store`] that it is given.

mod csv;
mod har;
mod http;
mod spool;

pub use self::csv::{CsvMessages, MESSAGE_COLUMNS, MessageColumns};
pub use har::Har;
pub use spool::Store;
