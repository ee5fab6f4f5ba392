//! How the forms speak of a payload.

use crate::explain::{ByteMark, Content};

/// Bytes of a line of a dump.
pub(super) const LINE: usize = 16;

/// What it is, and how many bytes.
pub(super) fn headline(title: &str, content: &Content) -> String {
    let Content { kind, length, captured, truncated, .. } = content;
    let first = if *truncated { "the first " } else { "" };
    let bytes = if *length == 1 { "byte" } else { "bytes" };
    let there = match *captured {
        all if all >= *length => String::new(),
        0 => ", none of them captured".to_owned(),
        1 => ", of which 1 was captured".to_owned(),
        some => format!(", of which {some} were captured"),
    };
    format!("{title}: {kind}, {first}{length} {bytes}{there}")
}

/// The title of what a compressed payload inflates to.
pub(super) fn inflated_title(compressed: &Content) -> &'static str {
    if compressed.assumed {
        "Inflated (permessage-deflate is assumed, the handshake was not captured)"
    } else {
        "Inflated (RFC 7692 §7.2.2)"
    }
}

/// Whether its text is worth showing beside its bytes.
pub(super) fn says_text(content: &Content) -> bool {
    let binary =
        content.kind == "binary" || content.kind.starts_with("compressed") || content.kind == "close";
    !binary && content.text.as_ref().is_some_and(|text| !text.is_empty())
}

/// Whether the text goes on.
pub(super) fn is_prefix(content: &Content) -> bool {
    content.text_cut || content.captured < content.length
}

/// Under a line of a dump, which is the `index`th, the carets of what is wrong with its bytes. The bytes begin behind
/// `before` columns, and each takes three.
pub(super) fn carets(content: &Content, index: usize, before: usize) -> impl Iterator<Item = String> {
    let start = (index * LINE) as u64;
    let on_line = move |mark: &&ByteMark| mark.offset.checked_sub(start).is_some_and(|at| at < LINE as u64);
    content.marks.iter().filter(on_line).map(move |mark| {
        let indent = before + 3 * (mark.offset - start) as usize;
        format!("{:indent$}^^ {}", "", mark.code)
    })
}
