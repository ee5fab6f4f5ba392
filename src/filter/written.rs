//! Operands as they were written, before their types are known.

use super::arithmetic::Operation;
use super::fields::Field;
use super::slice::Range;

/// An operand, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Written<'t> {
    /// All of it, a slice of the filter.
    pub(super) at: &'t str,
    pub(super) what: What<'t>,
}

/// What an operand is.
#[derive(Debug, Clone)]
pub(super) enum What<'t> {
    /// A field, or a value without quotation marks.
    Word,
    /// What stands in quotation marks.
    Text(Box<[u8]>),
    /// What stands in single quotation marks.
    Character(u8),
    /// A field with a key in brackets.
    Keyed {
        name: &'t str,
        key: Box<str>,
    },
    /// A slice of something.
    Slice(Box<Written<'t>>, Vec<Range>),
    /// Something with a minus before it.
    Negated(Box<Written<'t>>),
    Arithmetic {
        left: Box<Written<'t>>,
        operation: Operation,
        sign: &'t str,
        right: Box<Written<'t>>,
    },
    /// A function of something.
    Call {
        name: &'t str,
        arguments: Vec<Written<'t>>,
    },
}

impl<'t> Written<'t> {
    pub(super) fn word(&self) -> Option<&'t str> {
        matches!(self.what, What::Word).then_some(self.at)
    }

    /// What stands in quotation marks.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match &self.what {
            What::Text(bytes) => Some(bytes),
            What::Character(byte) => Some(std::slice::from_ref(byte)),
            _ => None,
        }
    }

    /// Whether it names no field, so that only what stands beside it can give it a type.
    pub(super) fn is_constant(&self) -> bool {
        match &self.what {
            What::Word => Field::find(self.at).is_none(),
            What::Text(_) | What::Character(_) => true,
            What::Keyed { .. } | What::Call { .. } => false,
            What::Slice(of, _) | What::Negated(of) => of.is_constant(),
            What::Arithmetic { left, right, .. } => left.is_constant() && right.is_constant(),
        }
    }
}
