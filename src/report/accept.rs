//! The computation of `Sec-WebSocket-Accept`, for people and for programs.

use std::io;

use super::escape::{escape_into, hex_into};
use crate::explain::Acceptance;

/// Columns left of the values.
pub(super) const LABELS: usize = 17;

/// Writes the steps, one below the other, and compares with what was received.
///
/// # Errors
/// Those of `out`.
pub fn accept_text(acceptance: &Acceptance, out: &mut dyn io::Write) -> io::Result<()> {
    accept_rows(acceptance).iter().try_for_each(|(label, value)| writeln!(out, "{label:LABELS$}{value}"))
}

/// Writes the same as one JSON object.
///
/// # Errors
/// Those of `out`.
pub fn accept_json(acceptance: &Acceptance, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, acceptance)?;
    writeln!(out)
}

/// The steps, each with its label; a row without one belongs to the row above. All of it is safe to print.
pub(super) fn accept_rows(acceptance: &Acceptance) -> Vec<(&'static str, String)> {
    let steps = &acceptance.steps;
    let nonce = match (&steps.nonce, acceptance.key_problem()) {
        (Ok(nonce), _) => format!("16 bytes: {}", hex(nonce)),
        (Err(_), why) => {
            format!("✗ {}; hashed as it is written all the same", why.unwrap_or_default())
        }
    };
    let mut rows = vec![
        ("1 key", escaped(&steps.key)),
        ("", nonce),
        ("2 key + GUID", escaped(&steps.concatenated)),
        ("3 SHA-1 of that", hex(&steps.sha1)),
        ("4 base64 of that", steps.accept.clone()),
    ];
    if let Some(received) = &acceptance.received {
        rows.push(("5 received", escaped(received)));
        rows.push((
            "",
            match acceptance.difference() {
                None => "✓ match".to_owned(),
                // What both have in common is ASCII, and as wide as it is long.
                Some(at) => format!("{:at$}^ ✗ mismatch from here on", ""),
            },
        ));
    }
    rows
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
        accept_text(&Acceptance::new(key, received.map(str::as_bytes)), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_caret_stands_under_the_first_difference() {
        let text = text(b"dGhlIHNhbXBsZSBub25jZQ==", Some("s3pPLMBiTxaQ9kYGzzhZRbK\u{301}xOo="));
        let [.., received, verdict] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
        assert_eq!(received, "5 received       s3pPLMBiTxaQ9kYGzzhZRbK\u{301}xOo=");
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
        accept_json(&Acceptance::new(b"\xff", None), &mut out).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(json["key"], serde_json::json!({"base64": "/w=="}));
        assert!(json["received"].is_null() && json["valid"].is_null() && json["difference"].is_null());
    }
}
