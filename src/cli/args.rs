//! Arguments, as clap reads them.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args as ClapArgs, ColorChoice, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::accept::AcceptArgs;
use super::check::CheckArgs;
use super::encode::EncodeArgs;
use super::fields::FieldsArgs;
use super::limit::LimitArg;
use super::rules::RulesArgs;
use super::stats::StatsArgs;
use crate::analyzer;

/// Shows what WebSocket connections did in a packet capture, and judges it.
///
/// Reads pcap and pcapng files (also compressed: gzip, zstd, lz4, xz, bzip2), reassembles their TCP connections,
/// decrypts TLS with a key log, and lists handshakes, frames and messages in Wireshark's columns or as JSON.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, after_long_help = TIMELINE_HELP)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub timeline: TimelineArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List what happened, in order (what `sockeye CAPTURE…` does)
    #[command(after_long_help = TIMELINE_HELP)]
    Timeline(TimelineArgs),
    /// Show the conversation of one connection: messages, frames, or bytes of TCP
    #[command(after_long_help = FOLLOW_HELP)]
    Follow(super::follow::FollowArgs),
    /// Measure connections: counts, bytes, message sizes, round trips, silences, losses
    #[command(after_long_help = super::stats::HELP)]
    Stats(Box<StatsArgs>),
    /// Write HAR, CSV, a file for each message, or a capture of some connections
    Export(super::export::ExportArgs),
    /// Judge connections by the rules of RFC 6455 and RFC 7692; exit code 1 if one is broken
    ///
    /// Tells every rule that a client or server broke, with the packets, the bytes and what to do, and what the capture
    /// does not allow anyone to know. Each connection gets a verdict: fail, undetermined or pass.
    #[command(after_long_help = super::check::HELP)]
    Check(Box<CheckArgs>),
    /// Show what every bit and byte of a frame or a handshake means
    #[command(after_long_help = EXPLAIN_HELP)]
    Explain(super::explain::ExplainArgs),
    /// Build a frame, right or wrong, or a capture of a connection in which it is sent
    #[command(after_long_help = ENCODE_HELP)]
    Encode(EncodeArgs),
    /// Compute Sec-WebSocket-Accept step by step; exit code 1 if another one was received
    Accept(AcceptArgs),
    /// Print the rules: a table of them, or all that there is to say about some
    Rules(RulesArgs),
    /// Print the fields that filters and --fields can name
    Fields(FieldsArgs),
    /// Print the JSON Schema of the JSON output
    Schema {
        /// Whose output
        #[arg(value_enum, value_name = "OUTPUT", default_value_t = SchemaOf::Records)]
        of: SchemaOf,
    },
    /// Print the completions of a shell
    #[command(after_long_help = COMPLETIONS_HELP)]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page, or write those of all commands into a folder
    #[command(after_long_help = MAN_HELP)]
    Man {
        /// Write the pages of all commands into this folder, which is made if it is missing
        #[arg(long, value_name = "FOLDER")]
        dir: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// The records of `sockeye --format json` and `jsonl`
    Records,
    /// The document of `sockeye explain --format json`
    Explain,
    /// The document of `sockeye stats --format json`
    Stats,
}

const TIMELINE_HELP: &str = "\
Examples:
  sockeye run.pcap
  sockeye --rows messages -Y 'websocket.json[\"type\"] == \"error\"' run.pcap
  sockeye --keylog keys.log --fields packet,from,payload --format csv run.pcap > rows.csv
  tcpdump -i any -U -w - port 3000 | sockeye -";

const FOLLOW_HELP: &str = "\
Examples:
  sockeye follow --stream 0 run.pcap
  sockeye follow --stream 0 --from server --format json run.pcap
  sockeye follow --stream 0 --what tcp --format raw run.pcap > bytes";

const EXPLAIN_HELP: &str = "\
Examples:
  sockeye explain --hex '81 05 48 65 6c 6c 6f'
  sockeye explain run.pcap --frame 0:1 --format html > frame.html
  sockeye explain run.pcap --stream 0 --diagram";

const ENCODE_HELP: &str = "\
Examples:
  sockeye encode --text Hello --mask 37fa213d
  sockeye encode --close 1000 bye --format annotated
  sockeye encode --text Hello --opcode 0xb --pcap wrong.pcap";

const COMPLETIONS_HELP: &str = "\
Examples:
  sockeye completions bash > ~/.local/share/bash-completion/completions/sockeye
  sockeye completions fish > ~/.config/fish/completions/sockeye.fish
  sockeye completions zsh > FOLDER/_sockeye    (a folder of $fpath)";

const MAN_HELP: &str = "\
Examples:
  sockeye man | man -l -
  sockeye man --dir ~/.local/share/man/man1";

#[derive(Debug, ClapArgs)]
pub(super) struct TimelineArgs {
    /// Captures to read as one recording, in the order of their packets' times; `-` is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    pub captures: Vec<PathBuf>,
    /// Show only what this display filter selects, in Wireshark's language: `tcp.port == 3000 and websocket`
    #[arg(short = 'Y', long, value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// What a row is
    #[arg(long, value_enum, default_value_t = Rows::Frames)]
    pub rows: Rows,
    /// How to write the rows [default: table; tsv with --fields]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Print only these fields of each row: keys of the JSON records (`packet`, `close.code`), fields of filters
    /// (`websocket.opcode`)
    ///
    /// A row is printed if it has one of those that not every row has, as every row has `packet` and `tcp.port`; if there
    /// are none such, the rows that --rows names.
    #[arg(long, value_name = "FIELDS")]
    pub fields: Vec<String>,
    /// Leave out the line with the names of the fields, which tsv and csv begin with
    #[arg(long, requires = "fields")]
    pub no_header: bool,
    /// Show at most this many payload bytes of a row [default: all; in the table, of binary payload 32]
    #[arg(long, value_name = "BYTES")]
    pub max_payload: Option<usize>,
    /// Analyze in this many threads; more than 8 are of no use, and the output is the same [default: the cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    #[command(flatten)]
    pub reading: ReadingArgs,
    #[command(flatten)]
    pub terminal: TerminalArgs,
}

/// How captures are read, whatever becomes of them.
#[derive(Debug, Clone, Default, PartialEq, ClapArgs)]
#[command(next_help_heading = "Reading")]
pub(super) struct ReadingArgs {
    /// Take connections on a port for WebSocket although no handshake was captured: `tcp.port==3000,websocket`
    #[arg(short = 'd', long, value_name = "PORT,PROTOCOL")]
    pub decode_as: Vec<DecodeAs>,
    /// Hold more or less in memory: `connections=1000`, `payload=64M`; a wrong name lists all
    #[arg(long, value_name = "NAME=VALUE")]
    pub limit: Vec<LimitArg>,
    #[command(flatten)]
    pub keys: KeyArgs,
}

/// Where the secrets of TLS connections are.
#[derive(Debug, Clone, Default, PartialEq, Eq, ClapArgs)]
#[command(next_help_heading = "Reading")]
pub(super) struct KeyArgs {
    /// Decrypt TLS with the secrets in this key log
    ///
    /// Its format is that of NSS: browsers, curl and Python write it to the file that SSLKEYLOGFILE names, node with
    /// --tls-keylog. Several can be given.
    #[arg(long, value_name = "FILE")]
    pub keylog: Vec<PathBuf>,
    /// Decrypt TLS with the key log that the environment variable SSLKEYLOGFILE names
    #[arg(long)]
    pub keylog_env: bool,
}

/// How the output looks.
#[derive(Debug, ClapArgs)]
pub(super) struct TerminalArgs {
    /// When to colour the text; `auto` means on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub color: ColorChoice,
}

/// How a list for reference is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    Text,
    /// One JSON array
    Json,
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
    /// The values of --fields between tabs
    Tsv,
    /// The values of --fields as CSV
    Csv,
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
