//! `sockeye encode`: a frame from its description, or a capture of a connection in which it is sent.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args as ClapArgs, ColorChoice, ValueEnum};

use super::explain::Printer;
use super::failure::Failure;
use super::hex::{HexBytes, MaskingKey};
use super::terminal::color;
use crate::base::{Direction, Limits};
use crate::encode::{FrameSpec, LengthForm, close_payload, write_capture};
use crate::explain::{Pasted, of_bytes};
use crate::report::TextForm;
use crate::websocket::{CloseBody, Opcode};

/// The masking key of RFC 6455 §5.7.
const RFC_KEY: &str = "37fa213d";

#[derive(Debug, ClapArgs)]
#[command(override_usage = "sockeye encode <--text <TEXT>|--binary <HEX>|--ping|--close|…> [OPTIONS]")]
pub(super) struct EncodeArgs {
    /// How to write the bytes of the frame
    #[arg(long, value_enum, default_value_t = Format::Hex, conflicts_with = "pcap")]
    format: Format,
    /// Write a capture of a whole connection in which the frame is sent, instead of its bytes; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
    /// Who sends the frame, in the capture or as it is annotated [default: the client if it is masked, else the server]
    #[arg(long, value_enum, value_name = "SIDE")]
    from: Option<Side>,
    #[command(flatten)]
    content: Content,
    #[command(flatten)]
    header: Header,
}

/// What the frame carries, and so what it is.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Content (one of these)")]
#[group(required = true, multiple = false)]
struct Content {
    /// A text frame; a text that begins with a hyphen is given as `--text=-x`
    #[arg(long, allow_negative_numbers = true)]
    text: Option<String>,
    /// A binary frame with these bytes in hexadecimal: `00ff`, `'00 ff'`
    #[arg(long, value_name = "HEX")]
    binary: Option<HexBytes>,
    /// A binary frame with the content of a file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A continuation frame
    #[arg(long, value_name = "TEXT", allow_negative_numbers = true)]
    continuation: Option<Option<String>>,
    /// A ping
    #[arg(long, value_name = "TEXT", allow_negative_numbers = true)]
    ping: Option<Option<String>>,
    /// A pong
    #[arg(long, value_name = "TEXT", allow_negative_numbers = true)]
    pong: Option<Option<String>>,
    /// A Close frame: empty, or with a status code and a reason
    #[arg(long, num_args = 0..=2, value_names = ["CODE", "REASON"], allow_negative_numbers = true)]
    close: Option<Vec<String>>,
}

/// The header's bits, right or wrong.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Header")]
struct Header {
    /// Another opcode than that of the content, 0 to 15: `3`, `0xb`
    #[arg(long, value_name = "NUMBER", value_parser = opcode, allow_negative_numbers = true)]
    opcode: Option<Opcode>,
    /// Clear FIN: more frames of the message follow
    #[arg(long)]
    no_fin: bool,
    /// Set RSV1
    #[arg(long)]
    rsv1: bool,
    /// Set RSV2
    #[arg(long)]
    rsv2: bool,
    /// Set RSV3
    #[arg(long)]
    rsv3: bool,
    /// Mask the payload with this key; without a key, with that of RFC 6455 §5.7 (37fa213d) [default: not masked]
    #[arg(long, value_name = "KEY", num_args = 0..=1, default_missing_value = RFC_KEY)]
    mask: Option<MaskingKey>,
    /// Bits to write the length in [default: as few as it fits into]
    #[arg(long, value_enum, value_name = "BITS")]
    length_form: Option<Form>,
    /// Announce another length than the payload has: `300`, `0x8000000000000000`
    #[arg(long, value_name = "LENGTH", value_parser = number, allow_negative_numbers = true)]
    announce: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// 0 to 125 are lengths; 126 and 127 say that another form follows
    #[value(name = "7")]
    Bits7,
    /// Two bytes
    #[value(name = "16")]
    Bits16,
    /// Eight bytes
    #[value(name = "64")]
    Bits64,
}

impl From<Form> for LengthForm {
    fn from(form: Form) -> Self {
        match form {
            Form::Bits7 => LengthForm::Bits7,
            Form::Bits16 => LengthForm::Bits16,
            Form::Bits64 => LengthForm::Bits64,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Hexadecimal, on one line
    Hex,
    /// Every bit and byte explained, as `sockeye explain` does
    Annotated,
    /// The bytes themselves
    Raw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Side {
    Client,
    Server,
}

/// Runs the command.
pub(super) fn run(args: &EncodeArgs) -> Result<(), Failure> {
    let frame = frame(args)?;
    match (&args.pcap, args.format) {
        (Some(path), _) => write_pcap(path, (sender(args), frame)),
        (None, Format::Annotated) => annotate(&frame.encode(), sender(args)),
        (None, _) if args.from.is_some() => {
            let help = "--from changes no byte of the frame\n  add --pcap or --format annotated";
            Err(Failure::Usage(help.to_owned()))
        }
        (None, Format::Raw) => Ok(io::stdout().write_all(&frame.encode())?),
        (None, Format::Hex) => Ok(write_hex(&frame.encode())?),
    }
}

fn frame(args: &EncodeArgs) -> Result<FrameSpec, Failure> {
    let (opcode, payload) = content(&args.content)?;
    let header = &args.header;
    let frame = FrameSpec {
        fin: !header.no_fin,
        rsv1: header.rsv1,
        rsv2: header.rsv2,
        rsv3: header.rsv3,
        opcode: header.opcode.unwrap_or(opcode),
        masking_key: header.mask.map(|MaskingKey(key)| key),
        length_form: header.length_form.map_or(LengthForm::Shortest, LengthForm::from),
        announced: header.announce,
        payload,
    };
    let (length, largest) = (frame.length(), frame.length_form.largest());
    if length > largest { Err(Failure::LengthForm { length, largest }) } else { Ok(frame) }
}

fn content(content: &Content) -> Result<(Opcode, Vec<u8>), Failure> {
    let bytes = |text: &Option<String>| text.clone().unwrap_or_default().into_bytes();
    Ok(match content {
        Content { text: Some(text), .. } => (Opcode::Text, text.clone().into_bytes()),
        Content { binary: Some(HexBytes(bytes)), .. } => (Opcode::Binary, bytes.clone()),
        Content { file: Some(path), .. } => (Opcode::Binary, read(path)?),
        Content { continuation: Some(text), .. } => (Opcode::Continuation, bytes(text)),
        Content { ping: Some(text), .. } => (Opcode::Ping, bytes(text)),
        Content { pong: Some(text), .. } => (Opcode::Pong, bytes(text)),
        Content { close, .. } => (Opcode::Close, close_body(close.as_deref().unwrap_or_default())?),
    })
}

fn close_body(words: &[String]) -> Result<Vec<u8>, Failure> {
    let Some((code, reason)) = words.split_first() else { return Ok(close_payload(CloseBody::Empty)) };
    let reason = reason.first().map_or(&b""[..], |reason| reason.as_bytes());
    let code = code.parse().map_err(|_| Failure::CloseCode(code.clone()))?;
    Ok(close_payload(CloseBody::Status { code, reason }))
}

/// The content of a file, which is no longer than what is kept of a payload when it is read again.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let most = Limits::default().payload;
    let failure = |error| Failure::Payload { path: path.to_owned(), error };
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(failure)?)
    };
    let mut bytes = Vec::new();
    source.take(most as u64 + 1).read_to_end(&mut bytes).map_err(failure)?;
    if bytes.len() > most { Err(Failure::PayloadTooLong { path: path.to_owned(), most }) } else { Ok(bytes) }
}

fn sender(args: &EncodeArgs) -> Direction {
    match (args.from, args.header.mask) {
        (Some(Side::Client), _) | (None, Some(_)) => Direction::ClientToServer,
        (Some(Side::Server), _) | (None, None) => Direction::ServerToClient,
    }
}

fn write_pcap(path: &Path, frame: (Direction, FrameSpec)) -> Result<(), Failure> {
    if path == Path::new("-") {
        return Ok(write_capture(&[frame], BufWriter::new(io::stdout().lock()))?);
    }
    let write = || write_capture(&[frame], BufWriter::new(File::create(path)?));
    write().map_err(|error| Failure::Write { path: path.to_owned(), error })
}

fn annotate(bytes: &[u8], sender: Direction) -> Result<(), Failure> {
    let form = Box::new(TextForm::new(color(ColorChoice::Auto)));
    let mut printer = Printer::new(form, io::stdout().lock());
    of_bytes(bytes, &Pasted::by(sender), 1, &mut |explanation| printer.print(&explanation));
    printer.finish()
}

fn write_hex(bytes: &[u8]) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut separator = "";
    for byte in bytes {
        write!(out, "{separator}{byte:02x}")?;
        separator = " ";
    }
    writeln!(out)?;
    out.flush()
}

fn opcode(text: &str) -> Result<Opcode, String> {
    match number(text) {
        Ok(value @ 0..=15) => Ok(Opcode::from(value as u8)),
        _ => Err("an opcode has four bits: 0 to 15, or 0x0 to 0xf".to_owned()),
    }
}

/// A number in decimal, or in hexadecimal behind `0x`.
fn number(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => u64::from_str(text),
    };
    parsed.map_err(|_| "not a number of up to 64 bits, such as 300 or 0x12c".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimal_or_hexadecimal() {
        for (text, value) in [("0", 0), ("300", 300), ("0x12c", 300), ("0XFFFFFFFFFFFFFFFF", u64::MAX)] {
            assert_eq!(number(text), Ok(value), "{text}");
        }
        for bad in ["", "x", "0x", "12c", "-1", "0x10000000000000000"] {
            assert!(number(bad).is_err(), "{bad}");
        }
        assert_eq!(opcode("0xb"), Ok(Opcode::Reserved(0xb)));
        for bad in ["16", "0x10", "text", "-1"] {
            assert!(opcode(bad).is_err_and(|why| why.contains("four bits")), "{bad}");
        }
    }
}
