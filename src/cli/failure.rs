//! Why a command could not do its job: what, where, and what to try.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use super::config::ConfigError;
use crate::base::Error;
use crate::check::UnknownPattern;
use crate::filter::FilterError;

/// Why a command could not do its job.
#[derive(Debug)]
pub(super) enum Failure {
    /// A capture could not be opened.
    Capture { path: PathBuf, error: Error },
    /// Standard input was named more than once.
    StandardInputTwice,
    /// The display filter does not parse.
    Filter(FilterError),
    /// A rule was named that does not exist.
    Rule(UnknownPattern),
    /// The file with options cannot be read, or not be understood.
    Config(ConfigError),
    /// The file with a payload could not be read.
    Payload { path: PathBuf, error: io::Error },
    /// The file with a payload holds more than `most` bytes.
    PayloadTooLong { path: PathBuf, most: usize },
    /// A length does not fit into the form demanded, which holds `largest` at most.
    LengthForm { length: u64, largest: u64 },
    /// What stands for a status code is none.
    CloseCode(String),
    /// A file could not be written.
    Write { path: PathBuf, error: io::Error },
    /// The arguments ask for something that is not there, or make no sense.
    Usage(String),
    /// Standard output could not be written.
    Output(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Capture { path, error } => capture(f, &name(path), error),
            Failure::StandardInputTwice => f.write_str(
                "standard input (`-`) can be read only once\n  name it once, and files by their names",
            ),
            Failure::Filter(error) => error.fmt(f),
            Failure::Rule(error) => error.fmt(f),
            Failure::Config(error) => error.fmt(f),
            Failure::Payload { path, error } => payload(f, &name(path), error),
            Failure::PayloadTooLong { path, most } => {
                write!(f, "the payload in {} is too long\n  it may have {most} bytes", name(path))
            }
            Failure::LengthForm { length, largest } => write!(
                f,
                "the length {length} does not fit into the bits of --length-form, which hold {largest} at most\n  \
                 choose a longer form, or announce another length with --announce"
            ),
            Failure::CloseCode(code) => write!(
                f,
                "the status code `{}` is not a number from 0 to 65535\n  write it like this: --close 1000 bye",
                visible(code)
            ),
            Failure::Write { path, error } => write!(f, "cannot write {}: {error}", name(path)),
            Failure::Usage(text) => f.write_str(text),
            Failure::Output(error) => write!(f, "cannot write the output: {error}"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Output(error)
    }
}

/// How a capture is called in messages; harmless for a terminal.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") {
        return "standard input".to_owned();
    }
    visible(&path.to_string_lossy())
}

/// Text without control characters.
pub(super) fn visible(text: &str) -> String {
    let visible = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(visible).collect()
}

fn payload(f: &mut fmt::Formatter<'_>, name: &str, error: &io::Error) -> fmt::Result {
    match error.kind() {
        io::ErrorKind::NotFound => write!(
            f,
            "no such file: {name}\n  give the path of the file with the payload, or `-` for standard input"
        ),
        _ => write!(f, "cannot read {name}: {error}"),
    }
}

fn capture(f: &mut fmt::Formatter<'_>, name: &str, error: &Error) -> fmt::Result {
    match error {
        Error::Io(error) if error.kind() == io::ErrorKind::NotFound => write!(
            f,
            "no such file: {name}\n  give the path of a pcap or pcapng file, or `-` for standard input"
        ),
        Error::Io(error) if error.kind() == io::ErrorKind::IsADirectory => write!(
            f,
            "not a capture: {name}\n  it is a directory; name the files in it, {name}/*.pcap for example"
        ),
        Error::Io(error) => write!(f, "cannot read {name}: {error}"),
        Error::Empty => {
            write!(f, "not a capture: {name}\n  it is empty; a capture without packets still has a header")
        }
        Error::NotACapture(bytes) => {
            let magic = bytes.get(..4).unwrap_or(bytes);
            write!(f, "not a capture: {name}\n  the first {} bytes are", magic.len())?;
            magic.iter().try_for_each(|byte| write!(f, " {byte:02x}"))?;
            f.write_str("; a pcap starts with a1 b2 c3 d4 (or its variants), a pcapng with 0a 0d 0d 0a")
        }
        Error::BadHeader(what) => write!(f, "not a capture that can be read: {name}\n  {what}"),
        Error::DecompressionWindow => write!(
            f,
            "cannot read {name}: decompressing it takes more memory than the limit\n  allow more (`--limit decompression_window=2G`), or pipe it in: `zstd -dc --long=31 FILE | sockeye -` for example"
        ),
    }
}
