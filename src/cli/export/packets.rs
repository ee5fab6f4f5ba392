//! A capture of the packets of some connections.
//!
//! The captures are read several times: with a filter, to find out which connections are selected; then to find the
//! fragments of IP datagrams that belong to them, which is known only when a datagram is whole; and to write the packets.
//! What cannot be read several times (standard input, a pipe) goes to a temporary file first.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use tempfile::{NamedTempFile, TempPath};

use super::output::Output;
use super::select::{Selection, Streams as Selected};
use super::{ExportArgs, Form, is_standard};
use crate::analyzer::{Analyzer, News, Options, Rows, Streams};
use crate::base::Limits;
use crate::capture::{End, LinkType, NgWriter, Packet, Recording, Writer};
use crate::cli::failure::{Failure, name};
use crate::cli::keylog::KeyLogs;
use crate::cli::{input, limit, reading, say};
use crate::record::Record;

/// Runs the command.
pub(super) fn run(args: &ExportArgs, selection: Selection) -> Result<(), Failure> {
    let output = Output::create(&args.output, args.force)?;
    let source = Source::new(args)?;
    let selected = selection.filter.is_some().then(|| select(args, &source, &selection)).transpose()?;
    let wanted = |stream| match &selected {
        Some(selected) => selected.contains(stream),
        None => selection.may_include(stream),
    };
    let mut fragments = BTreeSet::new();
    let secrets = find(&source, &wanted, &mut fragments)?;
    let written =
        write(args, &source, &wanted, &fragments, &output).map_err(|failure| output.blamed(failure))?;
    output.commit()?;
    if secrets {
        say("note", "the TLS secrets in the capture were not copied; editcap --inject-secrets adds some");
    }
    if written == 0 {
        say("note", "no connection is selected");
    }
    Ok(())
}

/// The captures, all of which can be read several times.
struct Source {
    paths: Vec<PathBuf>,
    /// As the user named them.
    names: Vec<PathBuf>,
    limits: Limits,
    /// Copies of what could be read only once.
    _copies: Vec<TempPath>,
}

impl Source {
    fn new(args: &ExportArgs) -> Result<Self, Failure> {
        let names = args.captures.clone();
        if names.iter().filter(|path| is_standard(path)).count() > 1 {
            return Err(Failure::StandardInputTwice);
        }
        let mut paths = names.clone();
        let mut copies = Vec::new();
        for path in &mut paths {
            let from: Box<dyn io::Read> = match () {
                () if is_standard(path) => Box::new(io::stdin().lock()),
                () if path.exists() && !path.is_file() && !path.is_dir() => {
                    Box::new(File::open(&*path).map_err(|error| unread(path, error))?)
                }
                () => continue,
            };
            let copy = copy(from).map_err(|error| unread(path, error))?;
            *path = copy.to_path_buf();
            copies.push(copy);
        }
        Ok(Self { paths, names, limits: limit::limits(&args.reading.limit), _copies: copies })
    }

    fn open(&self) -> Result<Recording<input::Source>, Failure> {
        input::open(&self.paths, &self.limits).map_err(|failure| match failure {
            Failure::Capture { path, error } => {
                let at = self.paths.iter().position(|one| *one == path);
                Failure::Capture {
                    path: at.and_then(|at| self.names.get(at)).cloned().unwrap_or(path),
                    error,
                }
            }
            failure => failure,
        })
    }

    /// Hands all packets of the captures to `take`.
    fn packets(&self, mut take: impl FnMut(&Packet<'_>) -> io::Result<()>) -> Result<Read, Failure> {
        let mut read = Read { recording: self.open()?, secrets: false };
        loop {
            while let Some(packet) = read.recording.next_packet() {
                take(&packet)?;
            }
            read.secrets |= read.recording.take_secrets().is_some();
            if !read.recording.fill() {
                return Ok(read);
            }
        }
    }
}

/// Captures read to their ends.
struct Read {
    recording: Recording<input::Source>,
    /// Whether there were TLS secrets in them.
    secrets: bool,
}

fn copy(mut from: Box<dyn io::Read + '_>) -> io::Result<TempPath> {
    let mut file = NamedTempFile::new()?;
    io::copy(&mut from, &mut file)?;
    Ok(file.into_temp_path())
}

fn unread(path: &std::path::Path, error: io::Error) -> Failure {
    Failure::Capture { path: path.to_owned(), error: error.into() }
}

/// The connections of which some row is selected, whatever a row is.
fn select(args: &ExportArgs, source: &Source, selection: &Selection) -> Result<Selected, Failure> {
    let mut keys = KeyLogs::open(&args.reading.keys)?;
    let mut recording = source.open()?;
    let mut analyzers: Vec<Analyzer> = [Rows::Packets, Rows::Frames, Rows::Messages]
        .map(|rows| {
            Analyzer::new(Options {
                rows,
                payload: usize::MAX,
                websocket_ports: reading::websocket_ports(&args.reading),
                limits: source.limits,
                ..Options::default()
            })
        })
        .into();
    let mut selected = Selected::default();
    let mut take = |record: &Record<'_>| {
        if let Some(place) = record.place().filter(|_| selection.includes(record)) {
            selected.insert(place.stream);
        }
    };
    loop {
        keys.read_on(&mut |text| analyzers.iter_mut().for_each(|one| one.add_keys(text, &mut take)));
        loop {
            if let Some(text) = recording.take_secrets() {
                analyzers.iter_mut().for_each(|one| one.add_keys(&text, &mut take));
            }
            let Some(packet) = recording.next_packet() else { break };
            analyzers.iter_mut().for_each(|one| one.push(&packet, &mut take));
        }
        if !recording.fill() {
            break;
        }
    }
    analyzers.iter_mut().for_each(|one| one.finish(&mut take));
    Ok(selected)
}

/// Finds the packets with fragments of the wanted connections. Returns whether there are TLS secrets in the captures.
fn find(
    source: &Source,
    wanted: &dyn Fn(u64) -> bool,
    fragments: &mut BTreeSet<u64>,
) -> Result<bool, Failure> {
    let mut streams = Streams::new(source.limits);
    let read = source.packets(|packet| {
        streams.push(packet, &mut |stream, news| {
            if let News::Fragments(numbers) = news
                && wanted(stream)
            {
                fragments.extend(*numbers);
            }
        });
        Ok(())
    })?;
    for (path, end) in source.names.iter().zip(read.recording.ends()) {
        if let Some(end) = end.filter(|end| **end != End::Complete) {
            say("warning", &format!("{}: {end}; everything before was read", name(path)));
        }
    }
    Ok(read.secrets)
}

/// Writes the packets of the wanted connections. Returns how many there are.
fn write(
    args: &ExportArgs,
    source: &Source,
    wanted: &dyn Fn(u64) -> bool,
    fragments: &BTreeSet<u64>,
    output: &Output,
) -> Result<u64, Failure> {
    let mut capture = Capture::new(args.to, BufWriter::new(output.writer()?))?;
    let mut streams = Streams::new(source.limits);
    let (mut number, mut written) = (0, 0);
    source.packets(|packet| {
        number += 1;
        let mut is_wanted = fragments.contains(&number);
        streams.push(packet, &mut |stream, news| {
            is_wanted |= matches!(news, News::Packet) && wanted(stream);
        });
        written += u64::from(is_wanted);
        if is_wanted { capture.write(packet) } else { Ok(()) }
    })?;
    capture.finish()?;
    Ok(written)
}

/// The capture that is written.
enum Capture<W: Write> {
    /// Nothing is written yet: the link type stands in the header.
    Empty(Option<W>),
    Pcap(Writer<W>, LinkType),
    Pcapng(NgWriter<W>),
}

impl<W: Write> Capture<W> {
    fn new(form: Form, out: W) -> io::Result<Self> {
        match form {
            Form::Pcapng => Ok(Capture::Pcapng(NgWriter::new(out)?)),
            _ => Ok(Capture::Empty(Some(out))),
        }
    }

    fn write(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        if let Capture::Empty(out) = self
            && let Some(out) = out.take()
        {
            *self = Capture::Pcap(Writer::new(out, packet.link_type)?, packet.link_type);
        }
        match self {
            Capture::Pcap(_, link_type) if *link_type != packet.link_type => {
                let why = format!(
                    "a pcap holds packets of one link type, and these are of {link_type} and {}; \
                     --to pcapng holds both",
                    packet.link_type
                );
                Err(io::Error::new(io::ErrorKind::InvalidInput, why))
            }
            Capture::Pcap(writer, _) => writer.write(packet),
            Capture::Pcapng(writer) => writer.write(packet),
            Capture::Empty(_) => Ok(()),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            // A capture without packets still has a header.
            Capture::Empty(Some(out)) => Writer::new(out, LinkType::ETHERNET)?.flush(),
            Capture::Empty(None) => Ok(()),
            Capture::Pcap(mut writer, _) => writer.flush(),
            Capture::Pcapng(mut writer) => writer.flush(),
        }
    }
}
