//! The display-filter language.
//!
//! In comes an expression in Wireshark's language; out comes a [`Filter`], a typed tree that says of each [`Record`]
//! whether it is wanted, or a [`FilterError`] that points into the expression. This room does not analyze anything: it
//! sees only what records say.
//!
//! The language so far: the fields and protocols of [`FIELDS`], alone (the record has it) or compared by
//! `== != > < >= <=` (`eq ne gt lt ge le`) with a number, `true` or `false`, an address, a network or another field;
//! `not and or` (`! && ||`) in this order of precedence; parentheses. The meaning is that of Wireshark 4.

mod column;
mod error;
mod eval;
mod fields;
mod lexer;
mod parse;
mod suggest;
#[cfg(test)]
mod tests;
mod tree;
mod typing;
mod value;

pub use column::Column;
pub use error::FilterError;
pub use fields::{FIELDS, Field, FieldType};
pub use value::Value;

use std::fmt;

use crate::record::Record;

/// A display filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    tree: tree::Expr,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    ///
    /// If `text` is not a filter: empty, wrong in its grammar, a field that does not exist, a value that cannot be one
    /// of its field, longer than 64 KiB, or nested more than 128 levels deep.
    pub fn parse(text: &str) -> Result<Filter, FilterError> {
        match parse::parse(text) {
            Ok(tree) => Ok(Filter { tree }),
            Err(mistake) => Err(FilterError::new(text, mistake)),
        }
    }

    /// Whether a record is wanted. One that is about the capture as a whole always is, so that a filter hides nothing
    /// of what was lost.
    pub fn matches(&self, record: &Record<'_>) -> bool {
        fields::row::place(record).is_none() || self.tree.holds(record)
    }
}

/// The filter, normalized: it reads back as the same filter.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tree.fmt(f)
    }
}
