//! Arguments, as clap reads them.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args as ClapArgs, ColorChoice, Parser, Subcommand, ValueEnum};

use super::limit::LimitArg;
use crate::analyzer;

/// Shows what WebSocket connections did in a packet capture.
///
/// Reads pcap and pcapng files (also compressed: gzip, zstd, lz4, xz, bzip2), reassembles their TCP connections,
/// and lists handshakes, frames and messages in Wireshark's columns or as JSON.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub timeline: TimelineArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List what happened, in order (what `sockeye CAPTURE…` does)
    Timeline(TimelineArgs),
    /// Print the JSON Schema of the JSON output
    Schema,
}

#[derive(Debug, ClapArgs)]
pub(super) struct TimelineArgs {
    /// Captures to read as one recording, in the order of their packets' times; `-` is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    pub captures: Vec<PathBuf>,
    /// Show only what this display filter selects, in Wireshark's language: `tcp.port == 3000 and websocket`
    #[arg(short = 'Y', long, value_name = "EXPRESSION")]
    pub filter: Option<String>,
    /// Take connections on a port for WebSocket although no handshake was captured: `tcp.port==3000,websocket`
    #[arg(short = 'd', long, value_name = "PORT,PROTOCOL")]
    pub decode_as: Vec<DecodeAs>,
    /// What a row is
    #[arg(long, value_enum, default_value_t = Rows::Frames)]
    pub rows: Rows,
    /// How to write the rows
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// When to colour the table; `auto` means on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub color: ColorChoice,
    /// Key log for TLS; this version does not decrypt TLS, and says so
    #[arg(long, value_name = "FILE")]
    pub keylog: Vec<PathBuf>,
    /// Show at most this many payload bytes of a row [default: all; in the table, of binary payload 32]
    #[arg(long, value_name = "BYTES")]
    pub max_payload: Option<usize>,
    /// Hold more or less in memory: `connections=1000`, `payload=64M`; a wrong name lists all
    #[arg(long, value_name = "NAME=VALUE")]
    pub limit: Vec<LimitArg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Rows {
    /// Every TCP segment with its flags
    Packets,
    /// Handshakes and every WebSocket frame
    Frames,
    /// Handshakes and every WebSocket message, its fragments joined
    Messages,
}

impl From<Rows> for analyzer::Rows {
    fn from(rows: Rows) -> Self {
        match rows {
            Rows::Packets => analyzer::Rows::Packets,
            Rows::Frames => analyzer::Rows::Frames,
            Rows::Messages => analyzer::Rows::Messages,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Wireshark's columns, for people
    Table,
    /// One JSON document
    Json,
    /// JSON Lines: one record a line, as soon as it is known
    Jsonl,
}

/// `tcp.port==3000,websocket`, as tshark takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DecodeAs {
    pub port: u16,
}

impl FromStr for DecodeAs {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = "write it like this: tcp.port==3000,websocket";
        let (layer, protocol) = text.split_once(',').ok_or(form)?;
        let (field, port) = layer.split_once("==").ok_or(form)?;
        if field.trim() != "tcp.port" || protocol.trim() != "websocket" {
            return Err(
                "only `tcp.port` can be decoded as, and only as `websocket`: tcp.port==3000,websocket",
            );
        }
        port.trim().parse().map(|port| Self { port }).map_err(|_| "the port is not a number from 0 to 65535")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_as_takes_what_tshark_takes_and_says_what_it_does_not() {
        assert_eq!("tcp.port==3000,websocket".parse(), Ok(DecodeAs { port: 3000 }));
        assert_eq!("tcp.port == 3000 , websocket".parse(), Ok(DecodeAs { port: 3000 }));
        for bad in [
            "3000",
            "tcp.port==3000",
            "tcp.port==70000,websocket",
            "udp.port==1,websocket",
            "tcp.port==1,http",
        ] {
            assert!(bad.parse::<DecodeAs>().is_err(), "{bad}");
        }
    }
}
