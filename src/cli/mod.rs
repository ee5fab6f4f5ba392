//! The command line.
//!
//! In come the arguments, and `sockeye.toml` (`config`); out go text on standard output or into files, errors, warnings and
//! notes on standard error, and an exit code: 0 fine, 1 `check` found something or `accept` saw a mismatch, 2 could not do
//! the job. One file or folder a command. This is the only room that opens files, reads the environment and prints. What it
//! prints about captures is written by `report`; only captures and files of messages (`export`) it writes itself.

mod accept;
mod args;
mod check;
mod config;
mod encode;
mod explain;
mod export;
mod failure;
mod fields;
mod follow;
mod hex;
mod input;
mod install;
mod keylog;
mod limit;
mod reading;
mod rules;
mod stats;
mod terminal;
mod threads;
mod timeline;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command, SchemaOf};
use failure::Failure;

use crate::report::{EXPLAIN_SCHEMA_TEXT, SCHEMA_TEXT, STATS_SCHEMA_TEXT};

/// Runs the command that the process was called with.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let done = match args.command {
        Some(Command::Timeline(options)) => timeline::run(&options).map(|()| ExitCode::SUCCESS),
        Some(Command::Check(options)) => check::run(&options),
        Some(Command::Stats(options)) => stats::run(&options).map(|()| ExitCode::SUCCESS),
        Some(Command::Explain(options)) => explain::run(&options).map(|()| ExitCode::SUCCESS),
        Some(Command::Follow(options)) => follow::run(&options).map(|()| ExitCode::SUCCESS),
        Some(Command::Export(options)) => export::run(&options).map(|()| ExitCode::SUCCESS),
        Some(Command::Accept(options)) => accept::run(&options),
        Some(Command::Encode(options)) => encode::run(&options).map(|()| ExitCode::SUCCESS),
        Some(Command::Rules(options)) => rules::run(&options).map(|()| ExitCode::SUCCESS),
        Some(Command::Fields(options)) => fields::run(&options).map(|()| ExitCode::SUCCESS),
        Some(Command::Completions { shell }) => install::completions(shell).map(|()| ExitCode::SUCCESS),
        Some(Command::Man { dir }) => install::man(dir.as_deref()).map(|()| ExitCode::SUCCESS),
        Some(Command::Schema { of }) => schema(of).map(|()| ExitCode::SUCCESS),
        None => timeline::run(&args.timeline).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        // Whoever reads our output has read enough.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            say("error", &failure.to_string());
            ExitCode::from(2)
        }
    }
}

fn schema(of: SchemaOf) -> Result<(), Failure> {
    let text = match of {
        SchemaOf::Records => SCHEMA_TEXT,
        SchemaOf::Explain => EXPLAIN_SCHEMA_TEXT,
        SchemaOf::Stats => STATS_SCHEMA_TEXT,
    };
    io::stdout().write_all(text.as_bytes()).map_err(Failure::Output)
}

/// Writes `error: …`, `warning: …` or `note: …` to standard error, if anybody can read it.
fn say(kind: &str, text: &str) {
    let _ = writeln!(io::stderr(), "{kind}: {text}");
}
