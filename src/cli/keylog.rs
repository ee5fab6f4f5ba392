//! Key logs, which programs write on to while they run.

use std::env;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::args::KeyArgs;
use super::failure::Failure;

/// Files with secrets. They have no `Debug`, so that no secret is shown.
pub(super) struct KeyLogs(Vec<KeyLog>);

struct KeyLog {
    file: File,
    /// It may grow. A pipe is read to its end, and no further: it could block.
    grows: bool,
    /// The beginning of a line whose end has not been read.
    rest: Vec<u8>,
    ended: bool,
}

/// Bytes read at once.
const CHUNK: usize = 8 << 10;
/// Longer lines hold no secret.
const LINE: usize = 4 << 10;

impl KeyLogs {
    /// Opens all key logs; fails if there is one that cannot be opened, or none where one was asked for.
    pub(super) fn open(args: &KeyArgs) -> Result<Self, Failure> {
        let mut paths = args.keylog.clone();
        if args.keylog_env {
            let path = env::var_os("SSLKEYLOGFILE").filter(|path| !path.is_empty());
            paths.push(path.map(PathBuf::from).ok_or_else(|| {
                let what = "--keylog-env needs the environment variable SSLKEYLOGFILE, which is not set";
                Failure::Usage(format!("{what}\n  name the file: --keylog FILE"))
            })?);
        }
        paths.iter().map(|path| KeyLog::open(path)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether secrets may come while the captures are read: not if these are files, which were written before.
    pub(super) fn may_grow(&self, captures: &[PathBuf]) -> bool {
        !self.0.is_empty() && captures.iter().any(|capture| !capture.is_file())
    }

    /// Hands over what the files hold beyond what was handed over before. A file that cannot be read any more has ended.
    pub(super) fn read_on(&mut self, take: &mut dyn FnMut(&[u8])) {
        self.0.iter_mut().filter(|log| !log.ended).for_each(|log| log.read_on(take));
    }
}

impl KeyLog {
    fn open(path: &Path) -> Result<Self, Failure> {
        let cannot = |error: std::io::Error| {
            let name = super::failure::name(path);
            Failure::Usage(format!("cannot read the key log {name}: {error}"))
        };
        let file = File::open(path).map_err(cannot)?;
        let metadata = file.metadata().map_err(cannot)?;
        if metadata.is_dir() {
            return Err(cannot(ErrorKind::IsADirectory.into()));
        }
        Ok(Self { file, grows: metadata.is_file(), rest: Vec::new(), ended: false })
    }

    fn read_on(&mut self, take: &mut dyn FnMut(&[u8])) {
        let mut chunk = [0; CHUNK];
        let mut grown = false;
        loop {
            match self.file.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => {
                    grown = true;
                    self.push(chunk.get(..count).unwrap_or_default(), take);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => {
                    self.ended = true;
                    return;
                }
            }
        }
        self.ended = !self.grows;
        // The last line may lack its end for ever; if it comes, the line is taken once more.
        if grown && !self.rest.is_empty() {
            take(&self.rest);
        }
    }

    /// Hands over whole lines.
    fn push(&mut self, bytes: &[u8], take: &mut dyn FnMut(&[u8])) {
        self.rest.extend_from_slice(bytes);
        if let Some(last) = self.rest.iter().rposition(|&byte| byte == b'\n') {
            take(self.rest.get(..last).unwrap_or_default());
            self.rest.drain(..=last);
        }
        if self.rest.len() > LINE {
            self.rest.clear();
        }
    }
}
