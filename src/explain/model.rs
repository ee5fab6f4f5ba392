//! The annotation: plain data, from which every form is drawn.

use std::net::SocketAddr;

use serde::{Serialize, Serializer};

use super::Acceptance;
use crate::base::Direction;
use crate::record::{Severity, Side};

/// One thing explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// What it is about.
    pub subject: Subject,
    /// What it is about, in one line.
    pub title: String,
    /// Who sent it.
    pub from: Option<Direction>,
    /// The sender's address.
    pub source: Option<SocketAddr>,
    /// The receiver's address.
    pub destination: Option<SocketAddr>,
    /// The lowest and highest number of the packets that carried it.
    pub packets: Option<[u64; 2]>,
    /// Bytes it has, or announces to have.
    pub length: u64,
    /// The first of these bytes, as they were on the wire.
    pub bytes: Wire,
    /// What they are, in order and without holes.
    pub fields: Vec<Field>,
    /// The picture of RFC 6455 §5.2: rows of 32 bits.
    pub layout: Vec<Row>,
    /// How the payload was unmasked.
    pub unmasking: Option<Unmasking>,
    /// What it says.
    pub content: Option<Content>,
    /// What a handshake must have.
    pub checks: Vec<Check>,
    /// How `Sec-WebSocket-Accept` follows from the key.
    pub accept: Option<Acceptance>,
    /// Why the RFC wants it so.
    pub notes: Vec<Note>,
    /// What is wrong with it.
    pub findings: Vec<Mark>,
}

impl Explanation {
    /// Nothing known but what it is about.
    pub(super) fn new(subject: Subject, title: String) -> Self {
        Self {
            subject,
            title,
            from: None,
            source: None,
            destination: None,
            packets: None,
            length: 0,
            bytes: Wire::default(),
            fields: Vec::new(),
            layout: Vec::new(),
            unmasking: None,
            content: None,
            checks: Vec::new(),
            accept: None,
            notes: Vec::new(),
            findings: Vec::new(),
        }
    }
}

/// What an explanation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A WebSocket frame.
    Frame,
    /// A message of several frames, joined.
    Message,
    /// The request of a handshake.
    Request,
    /// The response of a handshake.
    Response,
}

/// Bytes of the wire; `None` stands for one that is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wire(pub Vec<Option<u8>>);

impl Wire {
    /// The bytes from `offset` on, at most `most` of them.
    pub fn part(&self, offset: u64, length: u64, most: usize) -> &[Option<u8>] {
        let behind = usize::try_from(offset).ok().and_then(|at| self.0.get(at..)).unwrap_or_default();
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(most);
        behind.get(..length).unwrap_or(behind)
    }
}

/// `"81 89 32 fd"`; a byte that is not there is `"--"`.
impl Serialize for Wire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pairs: Vec<String> = self.0.iter().map(|byte| hex(*byte)).collect();
        serializer.serialize_str(&pairs.join(" "))
    }
}

/// Two hexadecimal digits, or `--`.
pub(super) fn hex(byte: Option<u8>) -> String {
    byte.map_or_else(|| "--".to_owned(), |byte| format!("{byte:02x}"))
}

/// Bytes as `81 89 32`.
pub(super) fn pairs(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| hex(Some(*byte))).collect::<Vec<_>>().join(" ")
}

/// Some bits or bytes with one meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Where its first byte stands.
    pub offset: u64,
    /// How many bytes it touches.
    pub length: u64,
    /// The first of its bits, counted from the most significant one, and how many; `None` if it is whole bytes.
    pub bits: Option<[u8; 2]>,
    /// Its name in the RFC.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What the value says.
    pub meaning: String,
    /// The section that defines it: `RFC 6455 §5.2`.
    pub rfc: &'static str,
    /// The codes of the findings that stand on it.
    pub rules: Vec<&'static str>,
    /// What kind of field it is.
    #[serde(skip)]
    pub role: Role,
}

/// What kind of field it is: for colours, and for findings to find their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// FIN.
    Fin,
    /// RSV1, RSV2 or RSV3.
    Reserved,
    /// The opcode.
    Opcode,
    /// The mask bit.
    Mask,
    /// The 7-bit length.
    Length,
    /// The 16-bit or 64-bit length.
    ExtendedLength,
    /// The masking key.
    MaskingKey,
    /// Payload.
    Payload,
    /// The status code of a Close.
    StatusCode,
    /// A line of a handshake.
    Line,
}

/// At most 32 bits of the picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What stands in it, from left to right.
    pub cells: Vec<Cell>,
}

/// One box of the picture: a field, or the part of it that stands in this row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Which of the fields.
    pub field: usize,
    /// How many bits wide, 1 to 32.
    pub width: u8,
    /// The name to show.
    pub name: String,
    /// The value to show.
    pub value: String,
    /// Its bits: `0`, `1`, or `?` for one that is not there. Empty if the cell stands for rows left out.
    pub bits: String,
}

/// How the first bytes of the payload were unmasked (RFC 6455 §5.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmasking {
    /// As on the wire.
    pub masked: Wire,
    /// The masking key, repeated.
    pub key: Wire,
    /// One combined with the other.
    pub payload: Wire,
    /// Payload bytes behind these.
    pub more: u64,
}

/// What a payload says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    /// What it is: `text`, `binary`, `close` …
    pub kind: String,
    /// Bytes it has, or announces to have.
    pub length: u64,
    /// How many of them are there.
    pub captured: u64,
    /// The first of them, unmasked.
    pub bytes: Wire,
    /// As text up to the first hole, if that is UTF-8; a prefix if `text_cut`.
    pub text: Option<String>,
    /// Whether `text` is shorter than what is there.
    pub text_cut: bool,
    /// Indented, if the text is a JSON object or array.
    pub json: Option<String>,
    /// Whether these `length` bytes are only the beginning.
    pub truncated: bool,
    /// What the message inflates to that is compressed and ends here, as far as that is known.
    pub inflated: Option<Box<Content>>,
    /// Whether it is only assumed that it is compressed, as the handshake was not captured.
    pub assumed: bool,
    /// Why what it inflates to is not known, or not all of it.
    pub not_inflated: Option<String>,
    /// The bytes at which something is wrong.
    pub marks: Vec<ByteMark>,
}

/// A byte of a payload at which something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ByteMark {
    /// Where it stands in the payload.
    pub offset: u64,
    /// The code of the finding.
    pub code: &'static str,
}

/// Something that a handshake must have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What is demanded.
    pub demand: &'static str,
    /// Whether it is there.
    pub met: bool,
    /// What is there instead.
    pub found: Option<String>,
    /// Who demands it.
    pub rfc: &'static str,
}

/// A byte of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageByte {
    /// Counted in its payload as it was sent.
    Sent(u64),
    /// Counted in what it says: after inflating, if it is compressed.
    Said(u64),
}

/// Why the RFC wants it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The reason, in our words.
    pub text: &'static str,
    /// Where the RFC says so.
    pub rfc: &'static str,
}

/// A finding, and the fields it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// `WS201` and the like.
    pub code: &'static str,
    /// `unmasked-client-frame` and the like.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Whom it is about.
    pub side: Side,
    /// The section that demands it.
    pub rfc: &'static str,
    /// What happened, with the values.
    pub text: String,
    /// What the RFC demands, in our words.
    pub requirement: &'static str,
    /// What goes wrong if it is broken.
    pub why: &'static str,
    /// What to do about it.
    pub help: &'static str,
    /// Which of the fields it stands on; none if it is about something around them.
    pub fields: Vec<usize>,
    /// The byte of the message at which it is found: before inflating, or after.
    #[serde(skip)]
    pub byte: Option<MessageByte>,
}
