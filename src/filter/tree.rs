//! The typed tree of a filter.

use super::arithmetic::Operation;
use super::fields::{Field, Found};
use super::function::Function;
use super::literal::Literal;
use super::pattern::{Needle, Pattern};
use super::slice::Range;
use crate::record::Record;

/// An expression that is true or false for a record.
///
/// Chains of `and`, of `xor` and of `or` are one node each, so that the depth of a tree is that of its parentheses,
/// `not`s and operands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// Of a field or slice: whether the record has it. Of anything computed: whether it is not zero.
    Test(Operand),
    /// A relation of an operand to another one or to a set, and whether it must hold for all its values.
    Relation(Operand, Relation, Every),
    Not(Box<Expr>),
    /// Two or more.
    And(Vec<Expr>),
    /// Two or more.
    Xor(Vec<Expr>),
    /// Two or more.
    Or(Vec<Expr>),
}

/// For which values of a field that has several a relation must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Every {
    /// For one of them.
    Any,
    /// For every one, of at least one.
    All,
}

/// What an operand is held against.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Relation {
    /// Another operand of the same type.
    Compare(Comparison, Operand),
    Contains(Box<Needle>),
    Matches(Box<Pattern>),
    In(Vec<Member>),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
}

/// A member of a set.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Member {
    One(Literal),
    /// All from the one to the other, both included.
    Range(Literal, Literal),
}

/// Something that has values in a record: none, one or several.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Field(Reference),
    Literal(Literal),
    /// Parts of bytes, text or an address, joined.
    Slice(Box<Operand>, Vec<Range>),
    /// With a minus before it. Never of a literal, nor are both sides of an operation literals.
    Negated(Box<Operand>),
    Arithmetic(Box<Operand>, Operation, Box<Operand>),
    Call(Function, Vec<Operand>),
}

/// A field, with its key if it has one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reference {
    pub(super) field: &'static Field,
    pub(super) key: Option<Box<str>>,
}

impl Reference {
    /// Whether `found` holds for one of its values.
    pub(super) fn any(&self, record: &Record<'_>, found: Found<'_>) -> bool {
        self.field.any(record, self.key.as_deref(), found)
    }
}

impl Comparison {
    /// Each spelling, with what it means. Where Wireshark has several, the first is the one that is printed.
    pub(super) const SPELLINGS: [(&'static str, Comparison, Every); 19] = [
        ("==", Comparison::Equal, Every::Any),
        ("eq", Comparison::Equal, Every::Any),
        ("any_eq", Comparison::Equal, Every::Any),
        ("===", Comparison::Equal, Every::All),
        ("all_eq", Comparison::Equal, Every::All),
        ("!=", Comparison::NotEqual, Every::All),
        ("ne", Comparison::NotEqual, Every::All),
        ("all_ne", Comparison::NotEqual, Every::All),
        ("!==", Comparison::NotEqual, Every::Any),
        ("~=", Comparison::NotEqual, Every::Any),
        ("any_ne", Comparison::NotEqual, Every::Any),
        (">", Comparison::Greater, Every::Any),
        ("gt", Comparison::Greater, Every::Any),
        ("<", Comparison::Less, Every::Any),
        ("lt", Comparison::Less, Every::Any),
        (">=", Comparison::GreaterOrEqual, Every::Any),
        ("ge", Comparison::GreaterOrEqual, Every::Any),
        ("<=", Comparison::LessOrEqual, Every::Any),
        ("le", Comparison::LessOrEqual, Every::Any),
    ];

    /// Whether it asks which of two values is larger.
    pub(super) fn orders(self) -> bool {
        !matches!(self, Comparison::Equal | Comparison::NotEqual)
    }

    /// The comparison that holds with the operands exchanged.
    pub(super) fn mirrored(self) -> Comparison {
        match self {
            Comparison::Equal | Comparison::NotEqual => self,
            Comparison::Greater => Comparison::Less,
            Comparison::Less => Comparison::Greater,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        }
    }

    /// The comparison that holds where this one does not.
    pub(super) fn opposite(self) -> Comparison {
        match self {
            Comparison::Equal => Comparison::NotEqual,
            Comparison::NotEqual => Comparison::Equal,
            Comparison::Greater => Comparison::LessOrEqual,
            Comparison::Less => Comparison::GreaterOrEqual,
            Comparison::GreaterOrEqual => Comparison::Less,
            Comparison::LessOrEqual => Comparison::Greater,
        }
    }
}

impl Expr {
    /// Shows every field that is named, and whether only its existence is asked for, until `found` holds for one; says
    /// whether it did.
    pub(super) fn any_field(&self, found: &mut dyn FnMut(&'static Field, bool) -> bool) -> bool {
        match self {
            Expr::Test(Operand::Field(reference)) => found(reference.field, true),
            Expr::Test(operand)
            | Expr::Relation(operand, Relation::Contains(_) | Relation::Matches(_) | Relation::In(_), _) => {
                operand.any_field(found)
            }
            Expr::Relation(left, Relation::Compare(_, right), _) => {
                left.any_field(found) || right.any_field(found)
            }
            Expr::Not(inner) => inner.any_field(found),
            Expr::And(parts) | Expr::Xor(parts) | Expr::Or(parts) => {
                parts.iter().any(|part| part.any_field(found))
            }
        }
    }
}

impl Operand {
    fn any_field(&self, found: &mut dyn FnMut(&'static Field, bool) -> bool) -> bool {
        match self {
            Operand::Field(reference) => found(reference.field, false),
            Operand::Literal(_) => false,
            Operand::Slice(of, _) | Operand::Negated(of) => of.any_field(found),
            Operand::Arithmetic(left, _, right) => left.any_field(found) || right.any_field(found),
            Operand::Call(_, arguments) => arguments.iter().any(|argument| argument.any_field(found)),
        }
    }
}
