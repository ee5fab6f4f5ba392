//! Captures opened.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::base::{Error, Limits};
use crate::capture::{Reader, Recording};

/// Where captures come from: files and pipes.
pub(super) type Source = Box<dyn Read>;

/// Opens all captures as one recording. Fails before anything is printed if one of them is none.
pub(super) fn open(paths: &[PathBuf], limits: &Limits) -> Result<Recording<Source>, Failure> {
    if paths.iter().filter(|path| is_standard_input(path)).count() > 1 {
        return Err(Failure::StandardInputTwice);
    }
    let readers: Result<Vec<_>, _> = paths.iter().map(|path| reader(path, limits)).collect();
    readers.map(Recording::new)
}

fn reader(path: &Path, limits: &Limits) -> Result<Reader<Source>, Failure> {
    source(path)
        .map_err(Error::from)
        .and_then(|source| Reader::open(source, limits))
        .map_err(|error| Failure::Capture { path: path.to_owned(), error })
}

fn source(path: &Path) -> io::Result<Source> {
    if is_standard_input(path) { Ok(Box::new(io::stdin())) } else { Ok(Box::new(File::open(path)?)) }
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}
