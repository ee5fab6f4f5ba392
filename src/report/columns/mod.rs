//! `--fields`: some fields of each row, in the order asked for.
//!
//! In come the names of columns and [`Record`]s; out goes a line for each row that has one of them that not every row
//! has, or, if all are of that kind, for each packet, frame or message: JSON, CSV, or values between tabs. A column is a key
//! of the JSON records (`opcode`, `close.code`) or a field of filters (`websocket.opcode`). What a record says is decided
//! neither here nor twice: keys are looked up in what `json` would write, fields in what `filter` reads.

mod cells;
mod delimited;
mod direct;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::io;

use serde_json::Value as Json;

use super::Report;
use super::json::SCHEMA_TEXT;
use super::views::View;
use crate::filter::{Column, FilterError};
use crate::record::Record;

use cells::Cells;
pub use delimited::Delimited;
use direct::Row;

/// The columns of a report.
#[derive(Debug, Clone)]
pub struct Columns(Vec<(String, Source)>);

/// Where the cells of a column come from.
#[derive(Debug, Clone)]
enum Source {
    /// A key of the JSON records, or several that lead into an object.
    Key {
        path: Vec<String>,
        /// How to read it without the JSON of the record.
        direct: Option<direct::Read>,
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
        let keys = keys();
        let column = |name: &str| {
            if keys.contains(name) {
                let path = name.split('.').map(str::to_owned).collect();
                return Ok((name.to_owned(), Source::Key { path, direct: direct::find(name) }));
            }
            match Column::parse(name) {
                Ok(column) => Ok((name.to_owned(), Source::Field(column))),
                Err(error) => Err(UnknownColumn::new(name, &keys, error)),
            }
        };
        lists.iter().flat_map(|list| names(list)).map(column).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the payload of rows is needed.
    pub fn read_payload(&self) -> bool {
        self.0.iter().any(|(_, source)| match source {
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

/// All keys of the records that the schema describes, `close.code` for those in objects.
fn keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let schema: Json = serde_json::from_str(SCHEMA_TEXT).unwrap_or_default();
    for kind in schema["oneOf"].as_array().into_iter().flatten() {
        let name = kind["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")).unwrap_or_default();
        collect(&schema, &schema["$defs"][name], "", &mut keys);
    }
    keys
}

/// Collects the properties of an object and of those in it. The schema does not refer to itself.
fn collect(schema: &Json, object: &Json, path: &str, keys: &mut BTreeSet<String>) {
    for (key, value) in object["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        collect(schema, value, &path, keys);
        keys.insert(path);
    }
    if let Some(name) = object["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        collect(schema, &schema["$defs"][name], path, keys);
    }
    for choice in ["anyOf", "oneOf"].iter().filter_map(|several| object[several].as_array()).flatten() {
        collect(schema, choice, path, keys);
    }
}

/// A name that is no column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColumn(String);

impl UnknownColumn {
    fn new(name: &str, keys: &BTreeSet<String>, error: FilterError) -> Self {
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

/// How rows of columns are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnsForm {
    /// A JSON object a line; `null` for what a row does not have.
    Lines,
    /// CSV or values between tabs, below a line of their names if `header` is set.
    Text {
        /// What stands between the values.
        delimited: Delimited,
        /// Whether the names stand in the first line.
        header: bool,
    },
}

/// Writes some columns of each row.
#[derive(Debug)]
pub struct ColumnsReport {
    columns: Columns,
    form: ColumnsForm,
    /// Whether a row needs one of the columns that not every row has.
    choosy: bool,
    /// Whether a column needs the JSON of the record.
    indirect: bool,
    /// What stands before each cell of an object.
    labels: Vec<String>,
    headed: bool,
    cells: Cells,
    line: Vec<u8>,
    info: String,
}

impl ColumnsReport {
    /// A report of these columns.
    pub fn new(columns: Columns, form: ColumnsForm) -> Self {
        let choosy = columns.0.iter().any(|(name, source)| !of_every_row(name, source));
        let indirect = |(_, source): &(_, Source)| matches!(source, Source::Key { direct: None, .. });
        let label = |(index, (name, _)): (usize, &(String, _))| {
            format!("{}{}:", if index > 0 { ',' } else { '{' }, Json::from(name.as_str()))
        };
        Self {
            indirect: columns.0.iter().any(indirect),
            labels: columns.0.iter().enumerate().map(label).collect(),
            columns,
            form,
            choosy,
            headed: false,
            cells: Cells::default(),
            line: Vec::new(),
            info: String::new(),
        }
    }

    /// Fills the cells; whether the record is a row.
    fn fill(&mut self, record: &Record<'_>) -> io::Result<bool> {
        self.cells.clear();
        self.info.clear();
        if matches!(record, Record::Capture(_) | Record::Summary(_)) {
            return Ok(false);
        }
        let row = Row::of(record);
        let mut wanted = row.is_some() && !self.choosy;
        let (mut object, mut view) = (None, None);
        if row.is_none() || self.indirect {
            view = View::of(record, &mut self.info);
            if view.is_none() {
                return Ok(false);
            }
        }
        for (name, source) in &self.columns.0 {
            let here = match source {
                Source::Field(column) => self.cells.push_values(|found| column.each(record, found))?,
                Source::Key { direct: Some(read), .. } if row.is_some() => {
                    self.cells.push_cell(row.and_then(read))?
                }
                Source::Key { path, .. } => {
                    if let Some(view) = view.take() {
                        object = Some(serde_json::to_value(view)?);
                    }
                    let value = object.as_ref().and_then(|object| lookup(object, path));
                    self.cells.push(value)?
                }
            };
            wanted |= here && !of_every_row(name, source);
        }
        Ok(wanted)
    }
}

fn of_every_row(name: &str, source: &Source) -> bool {
    match source {
        Source::Key { .. } => OF_EVERY_ROW.contains(&name),
        Source::Field(column) => column.of_every_row(),
    }
}

fn lookup<'j>(object: &'j Json, path: &[String]) -> Option<&'j Json> {
    path.iter().try_fold(object, |object, key| object.get(key))
}

impl Report for ColumnsReport {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        if let (false, ColumnsForm::Text { delimited, header: true }) = (self.headed, self.form) {
            self.headed = true;
            self.line.clear();
            let names = self.columns.0.iter().map(|(name, _)| Cow::Borrowed(&**name));
            delimited.write_row(names, &mut self.line)?;
            out.write_all(&self.line)?;
        }
        if !self.fill(record)? {
            return Ok(());
        }
        match self.form {
            ColumnsForm::Lines => self.write_object(out),
            ColumnsForm::Text { delimited, .. } => {
                self.line.clear();
                delimited.write_row(self.cells.iter().map(delimited::plain), &mut self.line)?;
                out.write_all(&self.line)
            }
        }
    }

    fn finish(&mut self, _: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }
}

impl ColumnsReport {
    fn write_object(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        self.line.clear();
        for (label, cell) in self.labels.iter().zip(self.cells.iter()) {
            self.line.extend_from_slice(label.as_bytes());
            self.line.extend_from_slice(cell.unwrap_or(b"null"));
        }
        self.line.extend_from_slice(b"}\n");
        out.write_all(&self.line)
    }
}
