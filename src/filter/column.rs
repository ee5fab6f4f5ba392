//! One field for output: what `--fields` names.

use super::error::{FilterError, Mistake};
use super::fields::{Field, Scope};
use super::suggest;
use super::value::Value;
use crate::record::Record;

/// A field whose values are printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    field: &'static Field,
}

impl Column {
    /// Reads the name of a field.
    ///
    /// # Errors
    /// If there is no such field.
    pub fn parse(name: &str) -> Result<Self, FilterError> {
        match Field::find(name) {
            Some(field) => Ok(Self { field }),
            None => Err(FilterError::new(
                name,
                Mistake::new(name, format!("unknown field `{name}`"), suggest::field(name)),
            )),
        }
    }

    /// Shows the values that the field has in a record, one after the other.
    pub fn each(&self, record: &Record<'_>, found: &mut dyn FnMut(Value<'_>)) {
        self.field.any(record, None, &mut |value| {
            found(value);
            false
        });
    }

    /// Whether its values are payload.
    pub fn reads_payload(&self) -> bool {
        self.field.scope == Scope::Payload
    }

    /// Whether every row of a connection has a value of it, or would have with other addresses.
    pub fn of_every_row(&self) -> bool {
        self.field.scope == Scope::Connection || self.field.name == "frame.number"
    }
}
