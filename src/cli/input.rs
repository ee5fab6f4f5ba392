//! Captures opened.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::base::{Error, Limits};
use crate::capture::{self, Reader, Recording, is_capture};

/// Where captures come from: files and pipes.
pub(super) type Source = Box<dyn Read>;

/// Opens all captures as one recording. Fails before anything is printed if one of them is none.
pub(super) fn open(paths: &[PathBuf], limits: &Limits) -> Result<Recording<Source>, Failure> {
    if paths.iter().filter(|path| is_standard_input(path)).count() > 1 {
        return Err(Failure::StandardInputTwice);
    }
    let alone = paths.len() == 1;
    let open = |path: &PathBuf| {
        let reader = if alone || !path.is_file() { open_now(path, limits) } else { open_later(path, limits) };
        reader.map_err(|error| Failure::Capture { path: path.clone(), error })
    };
    let readers: Result<Vec<_>, _> = paths.iter().map(open).collect();
    readers.map(Recording::new)
}

/// Hands over the TLS secrets in all captures that are files, wherever they stand there. One that cannot be read, or is
/// damaged, is told of when its packets are read.
pub(super) fn secrets(paths: &[PathBuf], limits: &Limits, take: &mut dyn FnMut(&[u8])) {
    for path in paths.iter().filter(|path| is_file(path)) {
        let Ok(file) = File::open(path) else { continue };
        // It may be growing; what comes later is found with its packets.
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        capture::secrets(file.take(length), limits, take);
    }
}

/// Whether the [`secrets`] of all captures are known before the first packet: they are files, and not compressed.
pub(super) fn tell_secrets_first(paths: &[PathBuf]) -> bool {
    paths.iter().all(|path| is_file(path) && is_plain(path))
}

/// Whether more may have to be waited for: of files, all is there.
pub(super) fn may_wait(paths: &[PathBuf]) -> bool {
    !paths.iter().all(|path| is_file(path))
}

fn is_plain(path: &Path) -> bool {
    let mut first = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && is_capture(&first)
}

fn is_file(path: &Path) -> bool {
    !is_standard_input(path) && path.is_file()
}

/// A pipe can be opened once only.
fn open_now(path: &Path, limits: &Limits) -> Result<Reader<Source>, Error> {
    Reader::open(source(path)?, limits)
}

fn open_later(path: &Path, limits: &Limits) -> Result<Reader<Source>, Error> {
    let path = path.to_owned();
    Reader::open_later(move || source(&path), limits)
}

fn source(path: &Path) -> io::Result<Source> {
    if is_standard_input(path) { Ok(Box::new(io::stdin())) } else { Ok(Box::new(File::open(path)?)) }
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}
