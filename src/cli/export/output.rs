//! A file that is either written whole or not at all.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::is_standard;
use crate::cli::failure::{Failure, name};

/// Where an export goes.
#[derive(Debug)]
pub(super) enum Output {
    Standard,
    /// A pipe or a device, which cannot be replaced.
    Device(PathBuf, File),
    /// A file that takes its name when it is complete.
    New {
        path: PathBuf,
        file: NamedTempFile,
        force: bool,
    },
}

impl Output {
    /// # Errors
    /// If the file exists and may not be written over, or cannot be written where it should be.
    pub(super) fn create(path: &Path, force: bool) -> Result<Self, Failure> {
        if is_standard(path) {
            return Ok(Output::Standard);
        }
        let failed = |error| Failure::Write { path: path.to_owned(), error };
        if path.exists() && !path.is_file() {
            let file = File::options().write(true).open(path).map_err(failed)?;
            return Ok(Output::Device(path.to_owned(), file));
        }
        if path.exists() && !force {
            return Err(exists(path));
        }
        let directory = directory(path).map_err(failed)?;
        let file = builder(0o666).tempfile_in(directory).map_err(failed)?;
        Ok(Output::New { path: path.to_owned(), file, force })
    }

    /// What to write to.
    pub(super) fn writer<'o>(&self) -> Result<Box<dyn Write + 'o>, Failure> {
        Ok(match self {
            Output::Standard => Box::new(io::stdout()),
            Output::Device(path, file) => Box::new(again(file, path)?),
            Output::New { path, file, .. } => Box::new(again(file.as_file(), path)?),
        })
    }

    /// Names the file that could not be written.
    pub(super) fn blamed(&self, failure: Failure) -> Failure {
        match (self, failure) {
            (Output::Device(path, _) | Output::New { path, .. }, Failure::Output(error)) => {
                Failure::Write { path: path.clone(), error }
            }
            (_, failure) => failure,
        }
    }

    /// Puts the file into its place.
    ///
    /// # Errors
    /// If that fails, or if there is one meanwhile.
    pub(super) fn commit(self) -> Result<(), Failure> {
        let Output::New { path, file, force } = self else { return Ok(()) };
        let put = if force { file.persist(&path) } else { file.persist_noclobber(&path) };
        match put {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(exists(&path)),
            Err(error) => Err(Failure::Write { path, error: error.error }),
        }
    }
}

fn again(file: &File, path: &Path) -> Result<File, Failure> {
    file.try_clone().map_err(|error| Failure::Write { path: path.to_owned(), error })
}

pub(super) fn exists(path: &Path) -> Failure {
    Failure::Usage(format!("{} exists\n  choose another name, or add --force", name(path)))
}

/// The directory that a file is in, which has to exist.
pub(super) fn directory(path: &Path) -> io::Result<&Path> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    directory.metadata().map(|_| directory)
}

/// Makes files and directories that others may use as `mode` and the umask say, and not only their owner.
pub(super) fn builder(mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".sockeye-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}
