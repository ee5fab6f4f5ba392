//! Rows of text: CSV (RFC 4180), and values between tabs.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::report::escape::Buffer as _;
use crate::report::json::is_control;
use crate::report::line::Line;

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
    /// What stands between two values.
    pub(super) fn separator(self) -> char {
        match self {
            Delimited::Tabs => '\t',
            Delimited::Commas => ',',
        }
    }

    /// Appends a value.
    pub(super) fn push(self, value: Cow<'_, str>, line: &mut Line) {
        let value = self.harmless(value);
        if self == Delimited::Commas && value.contains([',', '"', '\r', '\n']) {
            line.push('"');
            line.push_str(&value.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(&value);
        }
    }

    /// Ends a row.
    pub(super) fn end(self, line: &mut Line) {
        match self {
            Delimited::Tabs => line.push_str("\n"),
            // An empty line would be no row.
            Delimited::Commas if line.len() == 0 => line.push_str("\"\"\r\n"),
            Delimited::Commas => line.push_str("\r\n"),
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
pub(super) fn plain(text: &str) -> Cow<'_, str> {
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
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::report::sheet::Sheet;

    fn row(delimited: Delimited, values: &[&str]) -> String {
        let mut line = Line::default();
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                line.push(delimited.separator());
            }
            delimited.push(Cow::Borrowed(value), &mut line);
        }
        delimited.end(&mut line);
        line.text().to_owned()
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
        let plain = |cell: &str| plain(cell).into_owned();
        assert_eq!(plain("17"), "17");
        assert_eq!(plain("true"), "true");
        assert_eq!(plain("null"), "");
        assert_eq!(plain(r#""a\nb""#), "a\nb");
        assert_eq!(plain("[3000,51462]"), "3000,51462");
        assert_eq!(plain(r#"{"text":"a\"b"}"#), "a\"b");
        assert_eq!(plain(r#"{"base64":"AAE="}"#), "AAE=");
        assert_eq!(plain(r#"[["Host","x"],["Via",{"base64":"/w=="}]]"#), "Host,x,Via,/w==");
        assert_eq!(plain(r#"{"code":1000,"reason":"bye"}"#), r#"{"code":1000,"reason":"bye"}"#);
        assert_eq!(plain(""), "");
    }

    proptest! {
        #[test]
        fn rows_are_those_of_the_writer_of_sheets(values in vec("[a-z,\"\r\n\t é]{0,6}", 1..4)) {
            let mut sheet = Vec::new();
            let mut writer = Sheet::new(&mut sheet);
            writer.row(&values).unwrap();
            writer.flush().unwrap();
            drop(writer);
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            prop_assert_eq!(row(Delimited::Commas, &values), String::from_utf8(sheet).unwrap());
        }
    }
}
