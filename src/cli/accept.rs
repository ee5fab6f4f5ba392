//! `sockeye accept KEY [ACCEPT]`: the computation of `Sec-WebSocket-Accept`, step by step.

use std::io;
use std::process::ExitCode;

use clap::{Args as ClapArgs, ValueEnum};

use super::failure::Failure;
use crate::explain::Acceptance;
use crate::report::{accept_json, accept_text};

#[derive(Debug, ClapArgs)]
pub(super) struct AcceptArgs {
    /// The request's Sec-WebSocket-Key
    #[arg(value_name = "KEY")]
    key: String,
    /// The response's Sec-WebSocket-Accept; the exit code is 1 if it is not the right one
    #[arg(value_name = "ACCEPT")]
    accept: Option<String>,
    /// How to write the steps
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// Runs the command.
pub(super) fn run(args: &AcceptArgs) -> Result<ExitCode, Failure> {
    // White space around a header's value is not part of it (RFC 9110 §5.5).
    let received = args.accept.as_deref().map(|accept| accept.trim_ascii().as_bytes());
    let acceptance = Acceptance::new(args.key.trim_ascii().as_bytes(), received);
    let mut out = io::stdout().lock();
    match args.format {
        Format::Text => accept_text(&acceptance, &mut out)?,
        Format::Json => accept_json(&acceptance, &mut out)?,
    }
    Ok(if acceptance.valid() == Some(false) { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
