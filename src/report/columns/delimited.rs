//! Rows of text: CSV (RFC 4180), and values between tabs.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value as Json;

/// How the cells of a row are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimited {
    /// By tabs. A tab, a line end, another control character or a backslash in a value is written as in C.
    Tabs,
    /// By commas. A value with a comma, a quotation mark or a line end stands in quotation marks.
    Commas,
}

impl Delimited {
    /// Writes a row: a cell for each value, without its line end.
    pub(super) fn write_row<'t>(self, values: impl Iterator<Item = Cow<'t, str>>, line: &mut String) {
        for (index, value) in values.enumerate() {
            match self {
                Delimited::Tabs => {
                    line.push_str(if index > 0 { "\t" } else { "" });
                    escaped(&value, line);
                }
                Delimited::Commas => {
                    line.push_str(if index > 0 { "," } else { "" });
                    quoted(&value, line);
                }
            }
        }
    }

    /// What ends a row.
    pub(super) fn line_end(self) -> &'static str {
        match self {
            Delimited::Tabs => "\n",
            Delimited::Commas => "\r\n",
        }
    }
}

/// As in C, so that no value ends a cell or a row, or reaches a terminal as a control character.
fn escaped(value: &str, line: &mut String) {
    for character in value.chars() {
        match character {
            '\t' => line.push_str("\\t"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\\' => line.push_str("\\\\"),
            control if control.is_control() => {
                let _ = write!(line, "\\x{:02x}", u32::from(control));
            }
            other => line.push(other),
        }
    }
}

/// RFC 4180 §2: quotation marks around what needs them, those inside doubled.
fn quoted(value: &str, line: &mut String) {
    if !value.contains([',', '"', '\n', '\r']) {
        return line.push_str(value);
    }
    line.push('"');
    for (index, part) in value.split('"').enumerate() {
        line.push_str(if index > 0 { "\"\"" } else { "" });
        line.push_str(part);
    }
    line.push('"');
}

/// A cell without the marks of JSON: text as it is, several values joined by commas, bytes as their base64, nothing for
/// what is not known.
pub(super) fn plain(cell: Option<&[u8]>) -> Cow<'_, str> {
    let Some(text) = cell.and_then(|cell| std::str::from_utf8(cell).ok()) else { return Cow::Borrowed("") };
    // Numbers and truth values are as JSON writes them.
    if !text.starts_with(['"', '{', '[', 'n']) {
        return Cow::Borrowed(text);
    }
    match serde_json::from_str(text) {
        Ok(value) => Cow::Owned(shown(value)),
        Err(_) => Cow::Borrowed(text),
    }
}

fn shown(value: Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text,
        Json::Array(values) => values.into_iter().map(shown).collect::<Vec<_>>().join(","),
        // A payload, or a header's value.
        Json::Object(mut object) if object.len() == 1 => {
            match object.remove("text").or(object.remove("base64")) {
                Some(Json::String(text)) => text,
                _ => Json::Object(object).to_string(),
            }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(delimited: Delimited, values: &[&'static str]) -> String {
        let mut line = String::new();
        delimited.write_row(values.iter().map(|value| Cow::Borrowed(*value)), &mut line);
        line
    }

    #[test]
    fn rfc_4180_2_values_with_commas_quotes_and_line_ends_are_quoted() {
        assert_eq!(
            row(Delimited::Commas, &["a", "b,c", "say \"hi\"", "two\r\nlines", ""]),
            "a,\"b,c\",\"say \"\"hi\"\"\",\"two\r\nlines\","
        );
    }

    #[test]
    fn no_value_between_tabs_ends_its_cell() {
        assert_eq!(
            row(Delimited::Tabs, &["a\tb", "c\nd\r", "\\t", "\u{1b}[2J\u{9b}", "é"]),
            "a\\tb\tc\\nd\\r\t\\\\t\t\\x1b[2J\\x9b\té"
        );
    }

    #[test]
    fn cells_lose_the_marks_of_json() {
        let plain = |cell: &'static str| plain(Some(cell.as_bytes())).into_owned();
        assert_eq!(plain("17"), "17");
        assert_eq!(plain("true"), "true");
        assert_eq!(plain("null"), "");
        assert_eq!(plain(r#""a\nb""#), "a\nb");
        assert_eq!(plain("[3000,51462]"), "3000,51462");
        assert_eq!(plain(r#"{"text":"a\"b"}"#), "a\"b");
        assert_eq!(plain(r#"{"base64":"AAE="}"#), "AAE=");
        assert_eq!(plain(r#"[["Host","x"],["Via",{"base64":"/w=="}]]"#), "Host,x,Via,/w==");
        assert_eq!(plain(r#"{"code":1000,"reason":"bye"}"#), r#"{"code":1000,"reason":"bye"}"#);
        assert_eq!(super::plain(None), "");
    }
}
