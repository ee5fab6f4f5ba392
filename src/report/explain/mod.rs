//! Explanations become output: one file per form, all of them drawn from the same [`Explanation`]s.

mod conversation;
mod html;
mod ink;
mod json;
mod markdown;
mod markup;
mod payload;
mod sequence;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod wrap;

use std::io;

use crate::explain::Explanation;

pub use conversation::{
    conversation_json, diagram, diagram_html, diagram_markdown, lesson, lesson_html, lesson_markdown, mermaid,
};
pub use html::HtmlForm;
pub use json::{EXPLAIN_SCHEMA_TEXT, JsonForm};
pub use markdown::MarkdownForm;
pub use sequence::sequence;
pub use svg::SvgForm;
pub use text::TextForm;
pub(super) use wrap::wrap;

/// One form of explanations.
pub trait Form {
    /// Writes one explanation.
    ///
    /// # Errors
    /// Those of `out`.
    fn explanation(&mut self, explanation: &Explanation, out: &mut dyn io::Write) -> io::Result<()>;

    /// Writes what belongs behind the last one.
    ///
    /// # Errors
    /// Those of `out`.
    fn finish(&mut self, out: &mut dyn io::Write) -> io::Result<()>;
}
