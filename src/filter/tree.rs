//! The typed tree of a filter, and how it is written.

use std::fmt;

use super::fields::Field;
use super::value::Value;

/// An expression that is true or false for a record.
///
/// Chains of `and` and of `or` are one node each, so that the depth of a tree is that of its parentheses and `not`s.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// The record has the field.
    Exists(&'static Field),
    /// A comparison of operands of the same type.
    Compare(Operand, Relation, Operand),
    Not(Box<Expr>),
    /// Two or more.
    And(Vec<Expr>),
    /// Two or more.
    Or(Vec<Expr>),
}

/// One side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operand {
    Field(&'static Field),
    Literal(Value<'static>),
}

/// How two operands are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
}

impl Relation {
    /// Each relation with its two spellings.
    pub(super) const SPELLINGS: [(Relation, &'static str, &'static str); 6] = [
        (Relation::Equal, "==", "eq"),
        (Relation::NotEqual, "!=", "ne"),
        (Relation::Greater, ">", "gt"),
        (Relation::Less, "<", "lt"),
        (Relation::GreaterOrEqual, ">=", "ge"),
        (Relation::LessOrEqual, "<=", "le"),
    ];

    /// Whether it asks which of two values is larger.
    pub(super) fn orders(self) -> bool {
        !matches!(self, Relation::Equal | Relation::NotEqual)
    }

    /// The relation that holds with the operands exchanged.
    pub(super) fn mirrored(self) -> Relation {
        match self {
            Relation::Equal | Relation::NotEqual => self,
            Relation::Greater => Relation::Less,
            Relation::Less => Relation::Greater,
            Relation::GreaterOrEqual => Relation::LessOrEqual,
            Relation::LessOrEqual => Relation::GreaterOrEqual,
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Relation::Equal => "==",
            Relation::NotEqual => "!=",
            Relation::Greater => ">",
            Relation::Less => "<",
            Relation::GreaterOrEqual => ">=",
            Relation::LessOrEqual => "<=",
        })
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Field(field) => f.write_str(field.name),
            Operand::Literal(value) => write!(f, "{value}"),
        }
    }
}

/// In the same language, with the parentheses it needs.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Exists(field) => f.write_str(field.name),
            Expr::Compare(left, relation, right) => write!(f, "{left} {relation} {right}"),
            Expr::Not(inner) => {
                f.write_str("not ")?;
                inner.write_within(self, f)
            }
            Expr::And(parts) => self.write_chain(parts, " and ", f),
            Expr::Or(parts) => self.write_chain(parts, " or ", f),
        }
    }
}

impl Expr {
    fn write_chain(&self, parts: &[Expr], word: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(word)?;
            }
            part.write_within(self, f)?;
        }
        Ok(())
    }

    fn write_within(&self, outer: &Expr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tightness() > outer.tightness() || matches!(self, Expr::Not(_)) {
            write!(f, "{self}")
        } else {
            write!(f, "({self})")
        }
    }

    fn tightness(&self) -> u8 {
        match self {
            Expr::Or(_) => 0,
            Expr::And(_) => 1,
            Expr::Not(_) => 2,
            Expr::Exists(_) | Expr::Compare(..) => 3,
        }
    }
}
