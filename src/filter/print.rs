//! How a filter is written: in one way, with the parentheses and braces that it needs.

use std::fmt::{self, Display, Formatter};

use super::strings::Quoted;
use super::tree::{Comparison, Every, Expr, Member, Operand, Reference, Relation};

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Test(operand) => operand.fmt(f),
            Expr::Relation(left, relation, every) => write_relation(left, relation, *every, f),
            Expr::Not(inner) => {
                f.write_str("not ")?;
                inner.write_within(self, f)
            }
            Expr::And(parts) => self.write_chain(parts, " and ", f),
            Expr::Xor(parts) => self.write_chain(parts, " xor ", f),
            Expr::Or(parts) => self.write_chain(parts, " or ", f),
        }
    }
}

impl Expr {
    fn write_chain(&self, parts: &[Expr], word: &str, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(word)?;
            }
            part.write_within(self, f)?;
        }
        Ok(())
    }

    fn write_within(&self, outer: &Expr, f: &mut Formatter<'_>) -> fmt::Result {
        if self.tightness() > outer.tightness() || matches!(self, Expr::Not(_)) {
            write!(f, "{self}")
        } else {
            write!(f, "({self})")
        }
    }

    fn tightness(&self) -> u8 {
        match self {
            Expr::Or(_) => 0,
            Expr::Xor(_) => 1,
            Expr::And(_) => 2,
            Expr::Not(_) => 3,
            Expr::Test(_) | Expr::Relation(..) => 4,
        }
    }
}

fn write_relation(left: &Operand, relation: &Relation, every: Every, f: &mut Formatter<'_>) -> fmt::Result {
    let spelled = match relation {
        Relation::Compare(comparison, _) => comparison.spelled(every),
        _ => None,
    };
    if every == Every::All && spelled.is_none() {
        f.write_str("all ")?;
    }
    match relation {
        Relation::Compare(comparison, right) => {
            let sign = spelled.or_else(|| comparison.spelled(Every::Any)).unwrap_or("==");
            write!(f, "{left} {sign} {right}")
        }
        Relation::Contains(needle) => write!(f, "{left} contains {needle}"),
        Relation::Matches(pattern) => write!(f, "{left} matches {pattern}"),
        Relation::In(members) => {
            write!(f, "{left} in {{")?;
            write_list(members, f)?;
            f.write_str("}")
        }
    }
}

impl Comparison {
    /// The sign that means the comparison of any or all values, if there is one.
    fn spelled(self, every: Every) -> Option<&'static str> {
        let means = |(_, comparison, of): &&(&str, Comparison, Every)| (*comparison, *of) == (self, every);
        Comparison::SPELLINGS.iter().find(means).map(|(sign, ..)| *sign)
    }
}

fn write_list(list: &[impl Display], f: &mut Formatter<'_>) -> fmt::Result {
    for (index, one) in list.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        write!(f, "{comma}{one}")?;
    }
    Ok(())
}

impl Display for Member {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Member::One(literal) => literal.fmt(f),
            Member::Range(first, last) => write!(f, "{first}..{last}"),
        }
    }
}

impl Display for Reference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "{}[{}]", self.field.name, Quoted(key)),
            None => f.write_str(self.field.name),
        }
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Field(reference) => reference.fmt(f),
            Operand::Literal(literal) => literal.fmt(f),
            Operand::Slice(of, ranges) => {
                of.write_from(SLICED, f)?;
                f.write_str("[")?;
                for (index, range) in ranges.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    write!(f, "{comma}{range}")?;
                }
                f.write_str("]")
            }
            Operand::Negated(of) => {
                f.write_str("-")?;
                of.write_from(NEGATED, f)
            }
            Operand::Arithmetic(left, operation, right) => {
                left.write_from(operation.tightness(), f)?;
                write!(f, " {operation} ")?;
                right.write_from(operation.tightness() + 1, f)
            }
            Operand::Call(function, arguments) => {
                write!(f, "{}(", function.name())?;
                write_list(arguments, f)?;
                f.write_str(")")
            }
        }
    }
}

/// Tighter than any operation.
const NEGATED: u8 = 3;

/// Tighter than a minus.
const SLICED: u8 = 4;

impl Operand {
    /// In braces, if it binds less tightly than `least`.
    fn write_from(&self, least: u8, f: &mut Formatter<'_>) -> fmt::Result {
        let tightness = match self {
            Operand::Arithmetic(_, operation, _) => operation.tightness(),
            Operand::Negated(_) => NEGATED,
            _ => SLICED,
        };
        if tightness < least { write!(f, "{{{self}}}") } else { write!(f, "{self}") }
    }
}
