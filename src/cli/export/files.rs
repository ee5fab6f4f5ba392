//! Each message a file: `stream-0/000001-client-text.txt`. Names are made of numbers and words of our own only.
//!
//! The directory is filled beside its place and then put there. With `--force`, files are written over in a directory
//! that is there.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use tempfile::TempDir;

use super::output::{builder, directory};
use crate::cli::failure::{Failure, name};
use crate::record::{Message, Payload};
use crate::report::{MESSAGE_COLUMNS, MessageColumns, Sheet};
use crate::websocket::Opcode;

/// The list of all messages.
const INDEX: &str = "index.csv";

/// A directory that is being filled.
pub(super) struct Files {
    /// Where the files go.
    root: PathBuf,
    /// Where they go for now, if they are moved at the end.
    temporary: Option<TempDir>,
    index: Sheet<BufWriter<File>>,
}

impl Files {
    /// # Errors
    /// If the directory holds something and `force` is not given, or cannot be written.
    pub(super) fn create(path: &Path, force: bool) -> Result<Self, Failure> {
        let failed = |error| Failure::Write { path: path.to_owned(), error };
        let is_new = match fs::read_dir(path) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => return Err(failed(error)),
        };
        if !is_new && !force {
            return Err(Failure::Usage(format!(
                "{} is not empty\n  choose a new directory, or add --force to write over what is in it",
                name(path)
            )));
        }
        let temporary =
            is_new.then(|| builder(0o777).tempdir_in(directory(path)?)).transpose().map_err(failed)?;
        let at = temporary.as_ref().map_or(path, TempDir::path);
        let index = index(&at.join(INDEX)).map_err(failed)?;
        Ok(Self { root: path.to_owned(), temporary, index })
    }

    /// Writes one message, if anything is known of it, and its row in the list.
    pub(super) fn message(&mut self, message: &Message<'_>) -> io::Result<()> {
        let mut file = String::new();
        if let Some(payload) = message.payload {
            let stream = message.place.stream;
            file = format!(
                "stream-{stream}/{:06}-{}-{}.{}",
                message.number,
                message.from.sender(),
                message.header.opcode.name(),
                extension(message.header.opcode, payload)
            );
            let at = self.temporary.as_ref().map_or(self.root.as_path(), TempDir::path);
            fs::create_dir_all(at.join(format!("stream-{stream}")))?;
            fs::write(at.join(&file), payload.bytes())?;
        }
        self.index.row((file, MessageColumns::of(message)))
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.index.flush()
    }

    /// Puts the directory into its place.
    ///
    /// # Errors
    /// If that fails.
    pub(super) fn commit(self) -> Result<(), Failure> {
        let Self { root, temporary, index } = self;
        drop(index);
        let Some(temporary) = temporary else { return Ok(()) };
        // A directory that is there is empty, and makes room only if it still is.
        let put = match fs::remove_dir(&root) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => fs::rename(temporary.path(), &root),
        };
        put.map_err(|error| Failure::Write { path: root, error })?;
        let _ = temporary.keep();
        Ok(())
    }
}

fn index(path: &Path) -> io::Result<Sheet<BufWriter<File>>> {
    let mut rows = Sheet::new(BufWriter::new(File::create(path)?));
    rows.row(("file", MESSAGE_COLUMNS))?;
    Ok(rows)
}

fn extension(opcode: Opcode, payload: Payload<'_>) -> &'static str {
    let Payload::Text(text) = payload else { return "bin" };
    let is_json =
        text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok();
    match opcode {
        Opcode::Text if is_json => "json",
        Opcode::Text => "txt",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_as_its_payload_is() {
        for (opcode, payload, expected) in [
            (Opcode::Text, Payload::Text(" {\"a\":1}"), "json"),
            (Opcode::Text, Payload::Text("{a}"), "txt"),
            (Opcode::Text, Payload::Text("1"), "txt"),
            (Opcode::Text, Payload::Bytes(b"\xff"), "bin"),
            (Opcode::Ping, Payload::Text("{}"), "bin"),
            (Opcode::Binary, Payload::Bytes(b"{}"), "bin"),
        ] {
            assert_eq!(extension(opcode, payload), expected, "{payload:?}");
        }
    }
}
