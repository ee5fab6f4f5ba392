//! An example of a rule, as lines that people read.

use std::collections::VecDeque;
use std::fmt::Write;

use crate::base::Direction;
use crate::check::{Edit, Example, Opening, REQUEST, RESPONSE, Step, edited};
use crate::report::escape::{escape_into, hex_into, quote_into};
use crate::report::words;
use crate::websocket::{CloseBody, FrameHeader, Opcode, code_name, unmask};

/// Columns of who or what a line is about.
pub(super) const LABEL: usize = 11;
/// Bytes on one line of hexadecimal pairs.
const BYTES_PER_LINE: usize = 20;
/// Lines of hexadecimal pairs of one step.
const LINES_OF_BYTES: usize = 3;
/// Bytes of a payload that are shown as text.
const TEXT_SHOWN: usize = 30;

/// The lines of an example, without escapes to fear: the changed lines of its heads, its frames, and what else happens.
pub(super) fn lines(example: &Example) -> Vec<String> {
    let mut lines = Lines(Vec::new());
    lines.opening(&example.opening);
    example.steps.iter().for_each(|step| lines.step(step));
    lines.0
}

struct Lines(Vec<String>);

impl Lines {
    /// Lines about one thing, named before the first.
    fn put(&mut self, label: &str, texts: impl IntoIterator<Item = String>) {
        for (number, text) in texts.into_iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            self.0.push(format!("{label:LABEL$}{text}"));
        }
    }

    fn say(&mut self, label: &str, text: &str) {
        self.put(label, [text.to_owned()]);
    }

    fn opening(&mut self, opening: &Opening) {
        match opening {
            Opening::Handshake { request, response } => self.handshake(request, response),
            Opening::Refused { request, response } => {
                self.head("request", REQUEST, request);
                self.put("response", head_lines(response).map(escaped));
            }
            Opening::Unanswered { request } => {
                self.head("request", REQUEST, request);
                self.say("response", "none");
            }
            Opening::NotCaptured => self.say("handshake", "not in the capture"),
            Opening::OneDirection(from) => {
                let text = format!("the usual one; only what the {} sends is captured", from.sender());
                self.say("handshake", &text);
            }
            Opening::KeyLog(line) => {
                self.say("key log", line);
            }
            Opening::Limited { limit, value } => {
                self.say("handshake", &format!("the usual one, analyzed with --limit {limit}={value}"));
            }
        }
    }

    fn handshake(&mut self, request: &[Edit], response: &[Edit]) {
        if request.is_empty() && response.is_empty() {
            return self.say("handshake", "the usual one");
        }
        self.head("request", REQUEST, request);
        self.head("response", RESPONSE, response);
    }

    /// What is changed in a head.
    fn head(&mut self, label: &str, base: &str, edits: &[Edit]) {
        if edits.is_empty() {
            self.say(label, "the usual one");
        } else {
            self.put(label, difference(base, &edited(base, edits)));
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Client(bytes) => self.sent(Direction::ClientToServer, bytes, ""),
            Step::Server(bytes) => self.sent(Direction::ServerToClient, bytes, ""),
            Step::Early(bytes) => {
                self.sent(Direction::ClientToServer, bytes, "(sent before the response was received)");
            }
            Step::Missed(from, bytes) => self.sent(from, bytes, "(received, but not in the capture)"),
            Step::Cut(from, bytes, missing) => {
                self.sent(from, bytes, &format!("(the last {missing} bytes are not in the capture)"));
            }
            Step::Again(from, bytes) => {
                self.sent(from, bytes, "(with the sequence number of the bytes before)")
            }
            Step::Fin(from) => self.say(from.sender(), "ends its direction (FIN)"),
            Step::Reset(from) => self.say(from.sender(), "resets the connection (RST)"),
            Step::Connect { request, response } => {
                self.say("connection", "another one");
                self.handshake(request, response);
            }
            Step::EndOfFile => self.say("capture", "ends inside the record of the last packet"),
        }
    }

    /// The bytes of a segment, what they mean, and a remark.
    fn sent(&mut self, from: Direction, bytes: &[u8], remark: &str) {
        let mut texts: Vec<String> = match std::str::from_utf8(bytes) {
            Ok(head) if is_text(bytes) && head.ends_with("\r\n") => head_lines(head).map(escaped).collect(),
            _ => hex_lines(bytes).into_iter().chain(meanings(bytes)).collect(),
        };
        texts.extend((!remark.is_empty()).then(|| remark.to_owned()));
        self.put(from.sender(), texts);
    }
}

fn hex_lines(bytes: &[u8]) -> Vec<String> {
    let mut lines: Vec<String> = bytes
        .chunks(BYTES_PER_LINE)
        .take(LINES_OF_BYTES)
        .map(|chunk| {
            let mut line = String::new();
            hex_into(&mut line, chunk, BYTES_PER_LINE);
            line
        })
        .collect();
    if bytes.len() > BYTES_PER_LINE * LINES_OF_BYTES {
        lines.push(format!("… ({} bytes)", bytes.len()));
    }
    lines
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n'))
}

/// A line for each frame; for what is no frame by its look, the bytes as text.
fn meanings(mut bytes: &[u8]) -> Vec<String> {
    if is_text(bytes) {
        return vec![quoted(bytes)];
    }
    // The type and version of a record of TLS (RFC 8446 §5.1).
    if let [0x14..=0x17, 0x03, 0x00..=0x04, ..] = bytes {
        return vec!["a record of TLS".to_owned()];
    }
    let mut meanings = Vec::new();
    while let Ok((rest, header)) = FrameHeader::parse(bytes) {
        let length = usize::try_from(header.payload_length).unwrap_or(usize::MAX).min(rest.len());
        let (payload, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let mut payload = payload.to_vec();
        if let Some(key) = header.masking_key {
            unmask(key, 0, &mut payload);
        }
        meanings.push(frame(&header, &payload));
        bytes = behind;
    }
    meanings
}

/// `Text [FIN] [MASKED] "Hello"`.
fn frame(header: &FrameHeader, payload: &[u8]) -> String {
    let mut text = String::new();
    words::frame_header(&mut text, header);
    let shown = match (header.opcode, CloseBody::parse(payload)) {
        _ if payload.is_empty() => String::new(),
        (Opcode::Close, CloseBody::Status { code, reason }) => {
            let name = code_name(code).map_or_else(String::new, |name| format!(" ({name})"));
            let reason = if reason.is_empty() { String::new() } else { format!(" {}", quoted(reason)) };
            format!(" {code}{name}{reason}")
        }
        (Opcode::Close | Opcode::Binary | Opcode::Reserved(_), _) => String::new(),
        (Opcode::Text, _) if !header.rsv1 => format!(" {}", quoted(payload)),
        _ if header.rsv1 || !is_text(payload) => String::new(),
        _ => format!(" {}", quoted(payload)),
    };
    text.push_str(&shown);
    if (payload.len() as u64) < header.payload_length {
        let _ = write!(text, " (the first {} of {} bytes)", payload.len(), header.payload_length);
    }
    text
}

fn quoted(bytes: &[u8]) -> String {
    let mut text = String::new();
    quote_into(&mut text, bytes.get(..TEXT_SHOWN).unwrap_or(bytes));
    if bytes.len() > TEXT_SHOWN {
        text.push('…');
    }
    text
}

fn escaped(line: &str) -> String {
    let mut text = String::new();
    escape_into(&mut text, line.as_bytes(), false);
    text
}

/// The lines of a head without their ends, unless that end is not CRLF.
fn head_lines(head: &str) -> impl Iterator<Item = &str> {
    let lines = head.split_inclusive('\n').map(|line| line.strip_suffix("\r\n").unwrap_or(line));
    lines.filter(|line| !line.is_empty())
}

/// The lines that were removed (`- …`) and added (`+ …`), in their order.
fn difference(before: &str, after: &str) -> Vec<String> {
    let (mut before, after): (VecDeque<_>, Vec<_>) =
        (head_lines(before).collect(), head_lines(after).collect());
    let mut marked = Vec::new();
    for line in &after {
        while let Some(gone) = before.pop_front_if(|old| !after.contains(old)) {
            marked.push(format!("- {}", escaped(gone)));
        }
        if before.pop_front_if(|old| old == line).is_none() {
            marked.push(format!("+ {}", escaped(line)));
        }
    }
    marked.extend(before.into_iter().map(|gone| format!("- {}", escaped(gone))));
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_told_by_what_is_changed() {
        let change = |from, to| difference(REQUEST, &edited(REQUEST, &[(from, to)]));
        assert_eq!(change("GET", "POST"), ["- GET /chat HTTP/1.1", "+ POST /chat HTTP/1.1"]);
        assert_eq!(change("Host: server.example\r\n", ""), ["- Host: server.example"]);
        assert_eq!(change("", "Upgrade: websocket"), ["+ Upgrade: websocket"], "though it is there already");
        assert_eq!(
            change("example\r\n", "example\n"),
            ["- Host: server.example", "+ Host: server.example\\n"]
        );
    }

    #[test]
    fn bytes_are_told_as_what_they_are() {
        assert_eq!(meanings(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"), ["a record of TLS"]);
        assert_eq!(meanings(b"\x81\x04caf\xe9"), [r#"Text [FIN] "caf\xe9""#]);
        assert_eq!(meanings(b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"), ["Text [FIN] [RSV1]"]);
    }

    #[test]
    fn frames_are_told_by_their_bytes_and_their_meaning() {
        static STEPS: [Step; 3] = [
            Step::Client(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
            Step::Server(b"\x89\x00\x88\x02\x03\xe8"),
            Step::Missed(Direction::ServerToClient, b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00\xff"),
        ];
        assert_eq!(
            lines(&Example::of_steps(&STEPS)),
            [
                "handshake  the usual one",
                "client     81 85 37 fa 21 3d 7f 9f 4d 51 58",
                "           Text [FIN] [MASKED] \"Hello\"",
                "server     89 00 88 02 03 e8",
                "           Ping [FIN]",
                "           Close [FIN] 1000 (Normal Closure)",
                "server     82 7f 00 00 00 00 00 01 00 00 ff",
                "           Binary [FIN] (the first 1 of 65536 bytes)",
                "           (received, but not in the capture)",
            ]
        );
    }
}
