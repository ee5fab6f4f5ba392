//! JSON on several lines. Order, numbers and escapes stay as they were said.

use serde::de::IgnoredAny;

use crate::report::escape::escape_into;
use crate::report::json::escape_controls;

/// Appends a payload that is JSON, a member a line, each line behind `indent`; `false` if it is none.
pub(super) fn lines(text: &mut String, indent: &str, payload: &[u8]) -> bool {
    let Ok(json) = std::str::from_utf8(payload) else { return false };
    if serde_json::from_str::<IgnoredAny>(json).is_err() {
        return false;
    }
    let mut printer = Printer { text, indent, depth: 0 };
    printer.text.push_str(indent);
    printer.value(json);
    text.push('\n');
    true
}

struct Printer<'t> {
    text: &'t mut String,
    indent: &'t str,
    depth: usize,
}

impl Printer<'_> {
    /// Appends valid JSON token by token.
    fn value(&mut self, json: &str) {
        let mut rest = json.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if first == '"' { string_length(rest) } else { first.len_utf8() };
            let (token, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
            rest = behind.trim_start();
            match first {
                '"' => escape_controls(self.text, token),
                '{' | '[' if rest.starts_with(['}', ']']) => self.text.push(first),
                '{' | '[' => {
                    self.text.push(first);
                    self.depth += 1;
                    self.new_line();
                }
                '}' | ']' if self.text.ends_with(['{', '[']) => self.text.push(first),
                '}' | ']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.new_line();
                    self.text.push(first);
                }
                ',' => {
                    self.text.push(first);
                    self.new_line();
                }
                ':' => self.text.push_str(": "),
                _ => escape_into(self.text, token.as_bytes(), false),
            }
        }
    }

    fn new_line(&mut self) {
        self.text.push('\n');
        self.text.push_str(self.indent);
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }
}

/// Bytes of the string that `json` begins with, quotes included.
fn string_length(json: &str) -> usize {
    let mut escaped = false;
    let end = json.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(json.len(), |end| end + 2)
}
