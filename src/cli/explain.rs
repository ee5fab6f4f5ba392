//! `sockeye explain`: what does every bit and byte mean?

mod dump;
mod hex;
mod seen;
mod select;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use clap::{ArgGroup, Args as ClapArgs, ColorChoice, ValueEnum};

use super::args::{DecodeAs, KeyArgs};
use super::failure::{Failure, visible};
use super::limit::{self, LimitArg};
use super::say;
use super::terminal::color;
use crate::base::Direction;
use crate::capture::is_capture;
use crate::explain::{Explanation, Pasted, of_bytes};
use crate::report::{
    Form, HtmlForm, JsonForm, MarkdownForm, SvgForm, TextForm, conversation_json, diagram, diagram_html,
    diagram_markdown, lesson, lesson_html, lesson_markdown, mermaid, sequence,
};
use select::Numbered;

/// Frames explained at once; of more, the first.
const FRAMES: usize = 1000;
/// Bytes read of standard input or a file that is no capture.
const MOST_BYTES: u64 = 16 << 20;

const USAGE: &str = "\
sockeye explain [OPTIONS] <CAPTURE>... --frame <STREAM:N>
       sockeye explain [OPTIONS] <CAPTURE>... --message <STREAM:N>
       sockeye explain [OPTIONS] <CAPTURE>... --packet <N>
       sockeye explain [OPTIONS] <CAPTURE>... --handshake <STREAM>
       sockeye explain [OPTIONS] <CAPTURE>... --stream <STREAM> [--diagram]
       sockeye explain [OPTIONS] --hex <BYTES>
       sockeye explain [OPTIONS] --file <FILE>";

/// Of these there is one.
const SELECTORS: [&str; 7] = ["frame", "message", "packet", "handshake", "stream", "hex", "file"];

#[derive(Debug, ClapArgs)]
#[group(skip)]
#[command(override_usage = USAGE)]
#[command(group(ArgGroup::new("what").required(true).args(SELECTORS)))]
pub(super) struct ExplainArgs {
    /// Captures to read as one recording, in the order of their packets' times; `-` is standard input
    #[arg(value_name = "CAPTURE", required_unless_present_any = ["hex", "file"], conflicts_with_all = ["hex", "file"])]
    captures: Vec<PathBuf>,
    /// One frame: `0:3` is the third of stream 0
    #[arg(long, value_name = "STREAM:N")]
    frame: Option<Numbered>,
    /// All frames of a message, and what they make together
    #[arg(long, value_name = "STREAM:N")]
    message: Option<Numbered>,
    /// The frames and the handshake that a packet carries, or a part of them
    #[arg(long, value_name = "N", value_parser = packet, allow_negative_numbers = true)]
    packet: Option<u64>,
    /// The opening handshake of a connection
    #[arg(long, value_name = "STREAM", value_parser = stream, allow_negative_numbers = true)]
    handshake: Option<u64>,
    /// A whole connection, step by step
    #[arg(long, value_name = "STREAM", value_parser = stream, allow_negative_numbers = true)]
    stream: Option<u64>,
    /// Draw the connection as a sequence diagram
    #[arg(long)]
    diagram: bool,
    /// Bytes of frames: `'81 05 48 65 6c 6c 6f'`, or a hex dump with offsets
    #[arg(long, value_name = "BYTES", allow_hyphen_values = true)]
    hex: Option<String>,
    /// A file with bytes of frames, as they were on the wire; `-` is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Who sent these bytes [default: whoever masks as they are masked]
    #[arg(long, value_enum, value_name = "SIDE", conflicts_with = "captures")]
    from: Option<Sender>,
    /// What their handshake agreed on: `permessage-deflate`
    #[arg(long, value_name = "EXTENSIONS", conflicts_with = "captures")]
    extensions: Option<String>,
    /// How to write the explanation
    #[arg(long, value_enum, default_value_t = FormArg::Text)]
    format: FormArg,
    /// When to colour the text; `auto` means on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    color: ColorChoice,
    /// Take connections on a port for WebSocket although no handshake was captured: `tcp.port==3000,websocket`
    #[arg(short = 'd', long, value_name = "PORT,PROTOCOL", help_heading = "Reading", conflicts_with_all = ["hex", "file"])]
    decode_as: Vec<DecodeAs>,
    /// Hold more or less in memory: `connections=1000`, `payload=64M`; a wrong name lists all
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Reading")]
    limit: Vec<LimitArg>,
    #[command(flatten)]
    keys: KeyArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sender {
    /// The client
    Client,
    /// The server
    Server,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormArg {
    /// For a terminal of 80 columns
    Text,
    /// For a page or an issue
    Markdown,
    /// A picture
    Svg,
    /// One page that needs nothing else; fields and bytes light up together
    Html,
    /// The annotation as data
    Json,
    /// A sequence diagram in Mermaid's language, of a whole connection
    Mermaid,
}

/// Runs the command.
pub(super) fn run(args: &ExplainArgs) -> Result<(), Failure> {
    if let Some(stream) = args.stream {
        return whole(args, stream);
    }
    let Some(form) = form(args).filter(|_| !args.diagram) else {
        let what = "only a whole connection can be drawn as a sequence diagram\n  add --stream";
        return Err(Failure::Usage(what.to_owned()));
    };
    let mut printer = Printer::new(form, io::stdout().lock());
    if let Some(text) = &args.hex {
        pasted(args, &hex::bytes(text).map_err(Failure::Usage)?, &mut printer)?;
    } else if let Some(path) = &args.file {
        pasted(args, &read(path)?, &mut printer)?;
    } else {
        let wanted = select::Wanted::new(args.frame, args.message, args.packet, args.handshake);
        for explanation in select::explanations(source(args), wanted)? {
            printer.print(&explanation);
        }
    }
    printer.finish()
}

/// A whole connection.
fn whole(args: &ExplainArgs, stream: u64) -> Result<(), Failure> {
    let conversation = select::conversation(source(args), stream)?;
    let text = match (args.format, args.diagram) {
        (FormArg::Text, false) => lesson(&conversation, color(args.color)),
        (FormArg::Text, true) => diagram(&conversation, color(args.color)),
        (FormArg::Markdown, false) => lesson_markdown(&conversation),
        (FormArg::Markdown, true) => diagram_markdown(&conversation),
        (FormArg::Html, false) => lesson_html(&conversation),
        (FormArg::Html, true) => diagram_html(&conversation),
        (FormArg::Svg, _) => sequence(&conversation),
        (FormArg::Mermaid, _) => mermaid(&conversation),
        (FormArg::Json, _) => return Ok(conversation_json(&conversation, &mut io::stdout().lock())?),
    };
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}

fn packet(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "write the number of a packet, which is Wireshark's: 8")
}

fn stream(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "write the number of a stream, which counts from 0: 3")
}

/// The captures, and how they are to be read.
fn source(args: &ExplainArgs) -> select::Source<'_> {
    select::Source {
        captures: &args.captures,
        keys: &args.keys,
        limits: limit::limits(&args.limit),
        websocket_ports: args.decode_as.iter().map(|decode| decode.port).collect(),
    }
}

/// How explanations are written; `None` for a form that they do not have.
fn form(args: &ExplainArgs) -> Option<Box<dyn Form>> {
    Some(match args.format {
        FormArg::Text => Box::new(TextForm::new(color(args.color))),
        FormArg::Markdown => Box::new(MarkdownForm::default()),
        FormArg::Svg => Box::new(SvgForm::default()),
        FormArg::Html => Box::new(HtmlForm::default()),
        FormArg::Json => Box::new(JsonForm::default()),
        FormArg::Mermaid => return None,
    })
}

fn pasted(args: &ExplainArgs, bytes: &[u8], printer: &mut Printer<impl Write>) -> Result<(), Failure> {
    if bytes.is_empty() {
        let help = match args.hex.as_deref() {
            Some("-") => "--hex takes the digits themselves; `--file -` reads bytes from standard input",
            _ => "a frame has at least two: `81 00`",
        };
        return Err(Failure::Usage(format!("there are no bytes to explain\n  {help}")));
    }
    if is_capture(bytes) {
        let help = "name it as CAPTURE, and a frame in it: sockeye explain CAPTURE --frame 0:1";
        return Err(Failure::Usage(format!("these bytes are a capture, not frames\n  {help}")));
    }
    let from = args.from.map(|sender| match sender {
        Sender::Client => Direction::ClientToServer,
        Sender::Server => Direction::ServerToClient,
    });
    let agreed = args.extensions.as_deref().unwrap_or("");
    let pasted = Pasted::new(from, agreed).map_err(|bad| {
        Failure::Usage(format!(
            "in --extensions, {}\n  write them as the server does: `permessage-deflate; server_no_context_takeover`",
            visible(&bad)
        ))
    })?;
    if pasted.unknown_extension() {
        say("note", "with an unknown extension in --extensions, reserved bits and opcodes may mean anything");
    }
    let left = of_bytes(bytes, &pasted, FRAMES, &mut |explanation| printer.print(&explanation));
    if left > 0 {
        say(
            "note",
            &format!("the first {FRAMES} frames are explained; {left} bytes behind them are left out"),
        );
    }
    Ok(())
}

/// The bytes of a file that is no capture.
fn read(path: &PathBuf) -> Result<Vec<u8>, Failure> {
    let source: io::Result<Box<dyn Read>> = match path.to_str() {
        Some("-") => Ok(Box::new(io::stdin())),
        _ => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
    };
    let mut bytes = Vec::new();
    source
        .and_then(|source| source.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", super::failure::name(path))))?;
    if bytes.len() as u64 > MOST_BYTES {
        say("note", &format!("only the first {} MiB are read", MOST_BYTES >> 20));
        bytes.pop();
    }
    Ok(bytes)
}

/// Writes explanations as they come.
pub(super) struct Printer<W> {
    form: Box<dyn Form>,
    out: W,
    /// The first error of the output; nothing is written behind it.
    failed: Option<io::Error>,
}

impl<W: Write> Printer<W> {
    pub(super) fn new(form: Box<dyn Form>, out: W) -> Self {
        Self { form, out, failed: None }
    }

    pub(super) fn print(&mut self, explanation: &Explanation) {
        if self.failed.is_none() {
            self.failed = self.form.explanation(explanation, &mut self.out).err();
        }
    }

    pub(super) fn finish(mut self) -> Result<(), Failure> {
        match self.failed {
            Some(error) => Err(Failure::Output(error)),
            None => Ok(self.form.finish(&mut self.out)?),
        }
    }
}
