//! What can really fail: opening and reading a capture. What is on the wire never does.

use std::{fmt, io};

/// Why a capture could not be read. Says what and why; the caller adds which file.
#[derive(Debug)]
pub enum Error {
    /// The operating system refused.
    Io(io::Error),
    /// The file has no bytes at all.
    Empty,
    /// The file does not begin as a capture does; its first bytes (at most 8, decompressed).
    NotACapture(Vec<u8>),
    /// The file begins as a capture of this format, but its own header is cut or impossible.
    BadHeader(&'static str),
    /// Decompressing the file takes a larger window than the limits allow
    /// ([`Limits::decompression_window`](super::Limits::decompression_window)).
    DecompressionWindow,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io(error) => write!(f, "cannot read: {error}"),
            Error::Empty => f.write_str("not a capture: the file is empty"),
            Error::NotACapture(bytes) => {
                write!(f, "not a capture\n  the first {} bytes are", bytes.len())?;
                for byte in bytes {
                    write!(f, " {byte:02x}")?;
                }
                f.write_str("; a pcap starts with a1 b2 c3 d4 (or its variants), a pcapng with 0a 0d 0d 0a")
            }
            Error::BadHeader(what) => write!(f, "not a capture that can be read: {what}"),
            Error::DecompressionWindow => {
                f.write_str("cannot read: decompressing it takes more memory than the limit")
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::Io(error)
    }
}
