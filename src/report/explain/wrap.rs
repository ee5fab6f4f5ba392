//! Text in lines of a width, measured in columns of a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report::escape::escape_into;

/// Text from the wire, harmless and on one line.
pub(super) fn safe(text: &str) -> String {
    let mut escaped = String::new();
    escape_into(&mut escaped, text.as_bytes(), false);
    escaped
}

/// Text and the section it is from, which stays on one line.
pub(super) fn cited(text: &str, rfc: &str) -> String {
    format!("{text} ({})", rfc.replace(' ', NO_BREAK))
}

/// A space that is no end of a word. In text from the wire it is escaped.
const NO_BREAK: &str = "\u{a0}";

/// The words of `text` in lines of at most `width` columns; a longer word is cut into several lines. Never empty.
pub(in crate::report) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        if let Some(line) = lines.last_mut().filter(|line| {
            line.is_empty() && word.width() <= width || line.width() + 1 + word.width() <= width
        }) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if lines.last().is_some_and(|line| !line.is_empty()) {
            lines.push(String::new());
        }
        push_long(&mut lines, word, width);
    }
    lines.into_iter().map(|line| line.replace(NO_BREAK, " ")).collect()
}

fn push_long(lines: &mut Vec<String>, word: &str, width: usize) {
    let mut used = 0;
    for character in word.chars() {
        let columns = character.width().unwrap_or(0);
        if used + columns > width && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            line.push(character);
        }
        used += columns;
    }
}

/// `text` in exactly `width` columns: filled with spaces, or cut.
pub(super) fn fit(text: &str, width: usize) -> String {
    let mut fitted = String::new();
    let mut used = 0;
    for character in text.chars() {
        let columns = character.width().unwrap_or(0);
        if used + columns > width {
            break;
        }
        fitted.push(character);
        used += columns;
    }
    fitted.extend(std::iter::repeat_n(' ', width - used));
    fitted
}

/// `text` in the middle of `width` columns.
pub(super) fn center(text: &str, width: usize) -> String {
    let left = width.saturating_sub(text.width()) / 2;
    fit(&(" ".repeat(left) + text), width)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_stay_whole_if_they_fit() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"].map(String::from).to_vec());
        assert_eq!(wrap("", 5), [""]);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_allowed(text in ".{0,60}", width in 2_usize..40) {
            prop_assert!(wrap(&safe(&text), width).iter().all(|line| line.width() <= width));
            prop_assert_eq!(fit(&safe(&text), width).width(), width);
        }
    }
}
