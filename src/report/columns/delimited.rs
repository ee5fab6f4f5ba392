//! Rows of text: CSV (RFC 4180), and values between tabs.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde_json::Value as Json;

use crate::report::json::is_control;
use crate::report::sheet::Sheet;

/// How the cells of a row are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimited {
    /// By tabs. A tab, a line end, another control character or a backslash in a value is written as in C.
    Tabs,
    /// By commas. A value with a comma, a quotation mark or a line end stands in quotation marks; a control character
    /// that is neither tab nor line end is written as in C.
    Commas,
}

impl Delimited {
    /// Writes a row: a cell for each value, and a line end.
    pub(super) fn write_row<'t>(
        self,
        values: impl Iterator<Item = Cow<'t, str>>,
        line: &mut Vec<u8>,
    ) -> io::Result<()> {
        match self {
            Delimited::Tabs => {
                for (index, value) in values.enumerate() {
                    line.extend_from_slice(if index > 0 { b"\t" } else { b"" });
                    line.extend_from_slice(self.harmless(value).as_bytes());
                }
                line.push(b'\n');
                Ok(())
            }
            Delimited::Commas => {
                let mut sheet = Sheet::new(line);
                sheet.row(values.map(|value| self.harmless(value)).collect::<Vec<_>>())?;
                sheet.flush()
            }
        }
    }

    /// The value such that it does not end a cell or a row, nor reach a terminal as a control character.
    fn harmless(self, value: Cow<'_, str>) -> Cow<'_, str> {
        let stays = |character: char| match character {
            '\t' | '\n' | '\r' | '\\' => self == Delimited::Commas,
            other => !other.is_control() && !is_control(other),
        };
        if value.chars().all(stays) {
            return value;
        }
        let mut text = String::with_capacity(value.len() + 8);
        for character in value.chars() {
            // Writing to a String cannot fail.
            let _ = match character {
                plain if stays(plain) => write!(text, "{plain}"),
                '\t' | '\n' | '\r' | '\\' => write!(text, "{}", character.escape_default()),
                '\0'..='\u{ff}' => write!(text, "\\x{:02x}", u32::from(character)),
                _ => write!(text, "\\u{:04x}", u32::from(character)),
            };
        }
        Cow::Owned(text)
    }
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
        let mut line = Vec::new();
        delimited.write_row(values.iter().map(|value| Cow::Borrowed(*value)), &mut line).unwrap();
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn rfc_4180_2_values_with_commas_quotes_and_line_ends_are_quoted() {
        assert_eq!(
            row(Delimited::Commas, &["a", "b,c", "say \"hi\"", "two\r\nlines", ""]),
            "a,\"b,c\",\"say \"\"hi\"\"\",\"two\r\nlines\",\r\n"
        );
        assert_eq!(row(Delimited::Commas, &[""]), "\"\"\r\n", "an empty line is no row");
    }

    #[test]
    fn no_value_between_tabs_ends_its_cell() {
        assert_eq!(row(Delimited::Tabs, &["a\tb", "c\nd\r", "\\t", "é"]), "a\\tb\tc\\nd\\r\t\\\\t\té\n");
    }

    #[test]
    fn no_value_controls_a_terminal() {
        let value = "\u{1b}[2J\u{9b}\u{7f}\u{202e}\\\t";
        assert_eq!(row(Delimited::Tabs, &[value]), "\\x1b[2J\\x9b\\x7f\\u202e\\\\\\t\n");
        assert_eq!(row(Delimited::Commas, &[value]), "\\x1b[2J\\x9b\\x7f\\u202e\\\t\r\n");
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
