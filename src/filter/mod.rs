//! The display-filter language.
//!
//! In comes an expression in Wireshark's language; out comes a [`Filter`], a typed tree that says of each [`Record`]
//! whether it is wanted, or a [`FilterError`] that points into the expression. In comes the name of a field; out comes a
//! [`Column`], which shows the values that a record has of it. This room analyzes nothing and prints nothing: it sees only
//! what records say.
//!
//! The language is that of Wireshark 4.0: what is a display filter there is one here, with the same meaning, or is refused
//! with the reason. `docs/filter.md` tells all of it, and the differences. [`FIELDS`] is the table of what can be named.
//!
//! A text goes through `lexer` and `grammar` (operands) or `parse` (tests); `typing`, `relation` and `literal` give it
//! types; `tree` is the result, which `eval` and `compare` hold against a record, `early` against a connection, and
//! `print` writes.

mod arithmetic;
mod column;
mod compare;
mod early;
mod error;
mod eval;
mod fields;
mod function;
mod grammar;
mod lexer;
mod literal;
mod number;
mod parse;
mod pattern;
mod print;
mod relation;
mod slice;
mod strings;
mod suggest;
#[cfg(test)]
mod tests;
mod tree;
mod typing;
mod value;
mod written;

pub use column::Column;
pub use error::FilterError;
pub use fields::{FIELDS, Field, FieldType};
pub use value::Value;

use std::fmt;

use crate::record::{Ends, Record};

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
    ///
    /// Takes time with the number and length of the values that the filter names, and no memory, unless it compares
    /// text with text, or calls a function that makes some.
    pub fn matches(&self, record: &Record<'_>) -> bool {
        fields::row::place(record).is_none() || self.tree.holds(&eval::Row::new(record))
    }

    /// Whether a record of a connection can be wanted, as far as the ends of that connection and its number, `stream`,
    /// tell: if not, none is, whichever end is called the client.
    ///
    /// ```
    /// use sockeye::filter::Filter;
    /// use sockeye::record::Ends;
    ///
    /// let ends = Ends { client: "10.0.0.1:40000".parse()?, server: "10.0.0.2:80".parse()? };
    /// let may_match = |filter| Filter::parse(filter).map(|filter| filter.may_match(&ends, 0));
    /// assert!(!may_match("tcp.port == 443 and websocket")?);
    /// assert!(may_match("tcp.port == 443 or websocket")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn may_match(&self, ends: &Ends, stream: u64) -> bool {
        early::may_match(&self.tree, *ends, stream)
    }

    /// Whether it reads payload, so that rows without payload would not do. That a protocol is there shows without.
    pub fn reads_payload(&self) -> bool {
        self.tree.any_field(&mut |field, alone| {
            let exists = alone && field.field_type == FieldType::Protocol;
            field.scope == fields::Scope::Payload && !exists
        })
    }
}

/// The filter, normalized: it reads back as the same filter.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tree.fmt(f)
    }
}
