//! `--fields`: some fields of each row, in the order asked for.
//!
//! In come the names of columns and [`Record`](crate::record::Record)s; out goes a line for each row that has one of them
//! that not every row has, or, if all are of that kind, for each packet, frame or message: JSON, CSV, or values between
//! tabs. A column is a key of the JSON records (`opcode`, `close.code`) or a field of filters (`websocket.opcode`). What a
//! record says is decided neither here nor twice: keys are looked up in what `json` would write, fields in what `filter`
//! reads.

mod cells;
mod delimited;
mod direct;
mod keys;
mod report;

use std::fmt;

use crate::filter::{Column, FilterError};

pub use delimited::Delimited;
use keys::Keys;
pub use report::{ColumnsForm, ColumnsReport};

/// The columns of a report.
#[derive(Debug, Clone)]
pub struct Columns {
    list: Vec<(String, Source)>,
    keys: Keys,
}

/// Where the cells of a column come from.
#[derive(Debug, Clone)]
enum Source {
    /// A key of the JSON records, or several that lead into an object.
    Key {
        path: Vec<String>,
        /// How to read it without the JSON of the record.
        direct: Option<direct::Key>,
    },
    /// A field of filters.
    Field(Column),
}

/// What every row has is no reason to write one.
const OF_EVERY_ROW: [&str; 5] = ["type", "stream", "packet", "time", "time_relative"];

impl Columns {
    /// Reads lists of names of columns, with commas between them.
    ///
    /// # Errors
    /// If one of them is neither a key of the records nor a field.
    pub fn parse(lists: &[String]) -> Result<Self, UnknownColumn> {
        let keys = Keys::of_schema();
        let column = |name: &str| {
            if keys.contains(name) {
                let path = name.split('.').map(str::to_owned).collect();
                return Ok((name.to_owned(), Source::Key { path, direct: direct::Key::find(name) }));
            }
            match Column::parse(name) {
                Ok(column) => Ok((name.to_owned(), Source::Field(column))),
                Err(error) => Err(UnknownColumn::new(name, &keys, error)),
            }
        };
        let list = lists.iter().flat_map(|list| names(list)).map(column).collect::<Result<_, _>>()?;
        Ok(Self { list, keys })
    }

    /// Whether the payload of rows is needed.
    pub fn read_payload(&self) -> bool {
        self.list.iter().any(|(_, source)| match source {
            Source::Key { path, .. } => path.first().is_some_and(|key| PAYLOAD.contains(&key.as_str())),
            Source::Field(column) => column.reads_payload(),
        })
    }
}

/// Keys whose values hold payload, or tell how much of it is shown.
const PAYLOAD: [&str; 4] = ["payload", "inflated", "truncated", "close"];

/// The names in a list. A comma in quotation marks, in a key, does not end a name.
fn names(list: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    let ends = move |character| {
        quoted ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        character == ',' && !quoted
    };
    list.split(ends).map(str::trim)
}

/// A name that is no column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColumn(String);

impl UnknownColumn {
    fn new(name: &str, keys: &Keys, error: FilterError) -> Self {
        let alike = keys.iter().map(|key| (strsim::osa_distance(name, key), key)).min();
        match alike.filter(|(distance, _)| !name.contains('.') && *distance <= name.chars().count() / 3) {
            Some((_, key)) => {
                let shown = name.escape_default();
                Self(format!("unknown field `{shown}`\n  did you mean `{key}`?"))
            }
            None => Self(error.to_string()),
        }
    }
}

impl fmt::Display for UnknownColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnknownColumn {}

fn of_every_row(name: &str, source: &Source) -> bool {
    match source {
        Source::Key { .. } => OF_EVERY_ROW.contains(&name),
        Source::Field(column) => column.of_every_row(),
    }
}
