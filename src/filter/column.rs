//! One field as a column of a table.

use super::error::{FilterError, Mistake};
use super::fields::{Field, Scope};
use super::grammar;
use super::lexer::Tokens;
use super::parse;
use super::suggest;
use super::tree::{Operand, Reference};
use super::typing;
use super::value::Value;
use crate::record::Record;

/// A field of which each row shows the values.
///
/// ```
/// use sockeye::filter::Column;
///
/// let column = Column::parse("websocket.opcode")?;
/// assert_eq!(column.name(), "websocket.opcode");
/// # Ok::<(), sockeye::filter::FilterError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    reference: Reference,
    name: String,
}

/// Beside those of the connection. What else `frame` has, only rows of packets have.
const OF_EVERY_ROW: [&str; 5] =
    ["frame.number", "frame.time", "frame.time_epoch", "frame.time_relative", "sockeye.type"];

impl Column {
    /// Reads the name of a field, with its key in brackets if it takes one: `http.header["Origin"]`.
    ///
    /// # Errors
    ///
    /// If there is no such field, or if `text` is anything but one.
    pub fn parse(text: &str) -> Result<Column, FilterError> {
        reference(text)
            .map(|reference| Column { name: reference.to_string(), reference })
            .map_err(|mistake| FilterError::of_field(text, mistake))
    }

    /// The name of the field, with its key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether its values are read from payload.
    pub fn reads_payload(&self) -> bool {
        self.reference.field.scope == Scope::Payload
    }

    /// Whether every row of a connection has it.
    pub fn of_every_row(&self) -> bool {
        let Field { scope, name, .. } = self.reference.field;
        *scope == Scope::Connection || OF_EVERY_ROW.contains(name)
    }

    /// Shows every value that the field has in a record, one after the other.
    pub fn each(&self, record: &Record<'_>, show: &mut dyn FnMut(Value<'_>)) {
        self.reference.any(record, &mut |value| {
            show(value);
            false
        });
    }
}

fn reference(text: &str) -> Result<Reference, Mistake<'_>> {
    const HELP: &str = "a column is a field such as `tcp.port`";
    parse::check_length(text)?;
    let mut tokens = Tokens::new(text);
    if !grammar::begins_operand(tokens.peek()) {
        let at = tokens.peek();
        return Err(Mistake::new(at, "a field is missing", HELP));
    }
    let written = grammar::operand(&mut tokens, 0)?;
    if !tokens.peek().is_empty() {
        return Err(suggest::unexpected(tokens.peek(), HELP));
    }
    match typing::operand(&written)?.operand {
        Operand::Field(reference) => Ok(reference),
        _ => Err(Mistake::new(written.at, "this is no field", HELP)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::tests::samples::{CLIENT, ends, packet_between};

    #[test]
    fn every_value_is_shown() {
        let mut values = Vec::new();
        let column = Column::parse(" tcp.port ").unwrap();
        column.each(&packet_between(ends(), CLIENT), &mut |value| values.push(value.to_string()));
        assert_eq!((column.name(), values), ("tcp.port", vec!["40000".to_owned(), "3000".to_owned()]));
    }

    #[test]
    fn a_key_is_part_of_the_name() {
        let column = Column::parse("websocket.json [ \"a\\x22b\" ]").unwrap();
        assert_eq!(column.name(), r#"websocket.json["a\"b"]"#);
    }

    #[test]
    fn what_is_no_field() {
        for (text, message) in [
            ("tcp.prot", "unknown field `tcp.prot`"),
            ("", "a field is missing"),
            ("tcp.port == 1", "`==` is not expected here"),
            ("tcp.port + 1", "this is no field"),
            ("tcp[0]", "this is no field"),
            ("tcp.port[\"a\"]", "`tcp.port` takes no key"),
            ("1", "`1` is no field"),
        ] {
            let error = Column::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{message}\n")), "{error}");
        }
    }
}
