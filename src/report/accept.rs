//! The computation of `Sec-WebSocket-Accept`, for people and for programs.

use std::io;

use serde::Serialize;

use super::escape::{escape_into, hex_into};
use super::views::Hex;
use crate::record::Text;
use crate::websocket::{AcceptSteps, GUID, InvalidKey};

/// Columns left of the values.
const LABELS: usize = 20;

/// Writes the steps, one below the other, and compares with what was received.
///
/// # Errors
/// Those of `out`.
pub fn accept_text(
    steps: &AcceptSteps<'_>,
    received: Option<&str>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let nonce = match &steps.nonce {
        Ok(nonce) => format!("base64 of 16 bytes: {}", hex(nonce)),
        Err(why) => format!("✗ {}; hashed as it is written all the same", problem(*why)),
    };
    row(out, "1 Sec-WebSocket-Key", &escaped(steps.key))?;
    row(out, "", &nonce)?;
    row(out, "2 key + GUID", &escaped(&steps.concatenated))?;
    row(out, "3 SHA-1 of that", &hex(&steps.sha1))?;
    row(out, "4 base64 of that", &steps.accept)?;
    let Some(received) = received else { return Ok(()) };
    row(out, "5 received", &escaped(received.as_bytes()))?;
    match steps.difference(received.as_bytes()) {
        None => row(out, "", "✓ match"),
        Some(at) => {
            // What both have in common is ASCII, and as wide as it is long.
            row(out, "", &format!("{:at$}^ ✗ mismatch from here on", ""))
        }
    }
}

/// Writes the same as one JSON object.
///
/// # Errors
/// Those of `out`.
pub fn accept_json(
    steps: &AcceptSteps<'_>,
    received: Option<&str>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let view = View {
        key: Text(steps.key),
        nonce: steps.nonce.as_ref().ok().map(|nonce| Hex(nonce)),
        key_problem: steps.nonce.as_ref().err().map(|why| problem(*why)),
        guid: GUID,
        concatenated: Text(&steps.concatenated),
        sha1: Hex(&steps.sha1),
        expected: &steps.accept,
        received,
        valid: received.map(|received| steps.difference(received.as_bytes()).is_none()),
        difference: received.and_then(|received| steps.difference(received.as_bytes())),
    };
    serde_json::to_writer_pretty(&mut *out, &view)?;
    writeln!(out)
}

#[derive(Serialize)]
struct View<'a> {
    key: Text<'a>,
    nonce: Option<Hex<'a>>,
    key_problem: Option<String>,
    guid: &'static str,
    concatenated: Text<'a>,
    sha1: Hex<'a>,
    expected: &'a str,
    received: Option<&'a str>,
    valid: Option<bool>,
    difference: Option<usize>,
}

fn problem(why: InvalidKey) -> String {
    match why {
        InvalidKey::NotBase64 => "not base64".to_owned(),
        InvalidKey::Length(length) => format!("base64 of {length} bytes, not of 16"),
    }
}

fn row(out: &mut dyn io::Write, label: &str, value: &str) -> io::Result<()> {
    writeln!(out, "{label:LABELS$}{value}")
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    escape_into(&mut text, bytes, false);
    text
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    hex_into(&mut text, bytes, bytes.len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(key: &[u8], received: Option<&str>) -> String {
        let mut out = Vec::new();
        accept_text(&AcceptSteps::of(key), received, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_caret_stands_under_the_first_difference() {
        let text = text(b"dGhlIHNhbXBsZSBub25jZQ==", Some("s3pPLMBiTxaQ9kYGzzhZRbK\u{301}xOo="));
        let [.., received, verdict] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
        assert_eq!(received, "5 received          s3pPLMBiTxaQ9kYGzzhZRbK\u{301}xOo=");
        assert_eq!(verdict.find('^'), Some(LABELS + 23));
    }

    #[test]
    fn what_was_given_does_not_control_the_terminal() {
        let text = text(b"\x1b[31m\n\xff", Some("\u{9b}2J\r"));
        assert!(text.contains(r"\u{1b}[31m\n\xff258EAFA5"), "{text}");
        assert!(text.contains(r"\u{9b}2J\r"), "{text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
    }

    #[test]
    fn what_is_not_utf8_is_base64_in_json() {
        let mut out = Vec::new();
        accept_json(&AcceptSteps::of(b"\xff"), None, &mut out).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(json["key"], serde_json::json!({"base64": "/w=="}));
        assert!(json["received"].is_null() && json["valid"].is_null() && json["difference"].is_null());
    }
}
