//! How a capture ended. None of these is an error: what came before has been handed over.

use std::fmt;

/// How a capture ended. Offsets count bytes of the capture as such, after inflating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Behind a whole record.
    Complete,
    /// Too early.
    Cut {
        /// Where the record begins that is not whole.
        offset: u64,
        /// Bytes it lacks, at least; 0 if the compressed file ends too early, but between two records.
        missing: u64,
    },
    /// What follows cannot be read.
    Damaged {
        /// Where the record begins that cannot be read.
        offset: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The operating system refused to read on.
    ReadFailed {
        /// Bytes read before.
        offset: u64,
        /// Its words.
        error: String,
    },
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Complete => f.write_str("complete"),
            End::Cut { offset, missing: 0 } => write!(f, "cut at byte {offset}"),
            End::Cut { offset, missing } => {
                write!(f, "cut in the record at byte {offset}, which lacks at least {missing} bytes")
            }
            End::Damaged { offset, what } => write!(f, "damaged at byte {offset}: {what}"),
            End::ReadFailed { offset, error } => write!(f, "cannot be read after {offset} bytes: {error}"),
        }
    }
}
