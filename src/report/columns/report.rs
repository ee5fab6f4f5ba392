//! The report of columns.

use std::borrow::Cow;
use std::io;

use serde_json::Value as Json;

use super::cells::{self, Marked, Plain};
use super::delimited::{self, Delimited};
use super::direct::{Key, Row};
use super::keys::Kind;
use super::{Columns, Source, of_every_row};
use crate::record::Record;
use crate::report::Report;
use crate::report::escape::Buffer as _;
use crate::report::line::Line;
use crate::report::views;

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

impl ColumnsForm {
    fn push_direct(self, line: &mut Line, key: Key, row: Row<'_>) {
        match self {
            ColumnsForm::Lines => key.show(row, Marked(line)),
            ColumnsForm::Text { .. } => key.show(row, Plain(line)),
        }
    }
}

/// Writes some columns of each row.
#[derive(Debug)]
pub struct ColumnsReport {
    columns: Columns,
    form: ColumnsForm,
    /// One for each column.
    labels: Vec<Label>,
    /// The same with the keys, if all of them are read from the record.
    direct: Vec<(Label, Key)>,
    /// Which records are rows, for each of [`Kind::ALL`].
    wanted: [Wanted; Kind::ALL.len()],
    headed: bool,
    line: Line,
    /// A cell on its way from JSON to text.
    cell: Line,
    info: String,
}

/// Whether records of a type are rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Always,
    /// If one of the cells is there that not every row has.
    IfFilled,
    Never,
}

/// What stands before each cell: most of them are short, and appended in one step.
#[derive(Debug, Clone)]
struct Label {
    short: [u8; 32],
    length: usize,
    rest: Vec<u8>,
}

impl Label {
    fn new(text: &[u8]) -> Self {
        let (begin, rest) = text.split_at_checked(32).unwrap_or((text, &[]));
        let mut short = [0; 32];
        short.iter_mut().zip(begin).for_each(|(to, from)| *to = *from);
        Self { short, length: begin.len(), rest: rest.to_vec() }
    }

    #[inline]
    fn push_to(&self, line: &mut Line) {
        line.put(self.short, self.length);
        if !self.rest.is_empty() {
            line.push_bytes(&self.rest);
        }
    }
}

impl ColumnsReport {
    /// A report of these columns.
    pub fn new(columns: Columns, form: ColumnsForm) -> Self {
        let label = |(index, (name, _)): (usize, &(String, Source))| {
            let text = match form {
                ColumnsForm::Lines => {
                    format!("{}{}:", if index > 0 { ',' } else { '{' }, Json::from(name.as_str()))
                }
                ColumnsForm::Text { delimited, .. } if index > 0 => delimited.separator().into(),
                ColumnsForm::Text { .. } => String::new(),
            };
            Label::new(text.as_bytes())
        };
        let labels: Vec<Label> = columns.list.iter().enumerate().map(label).collect();
        let direct = |(label, (_, source)): (&Label, &(String, Source))| match source {
            Source::Key { direct, .. } => Some((label.clone(), (*direct)?)),
            Source::Field(_) => None,
        };
        Self {
            direct: labels.iter().zip(&columns.list).map(direct).collect::<Option<_>>().unwrap_or_default(),
            labels,
            wanted: Kind::ALL.map(|kind| wanted(&columns, kind)),
            columns,
            form,
            headed: false,
            line: Line::default(),
            cell: Line::default(),
            info: String::new(),
        }
    }

    /// Writes the names of the columns before the first record.
    fn header(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        let (false, ColumnsForm::Text { delimited, header: true }) = (self.headed, self.form) else {
            return Ok(());
        };
        self.headed = true;
        self.line.clear();
        for (label, (name, _)) in self.labels.iter().zip(&self.columns.list) {
            label.push_to(&mut self.line);
            delimited.push(Cow::Borrowed(name), &mut self.line);
        }
        self.end();
        self.line.write(out)
    }

    /// Puts the cells of a row that is one in any case into the line, if all of them can be read from it.
    fn fill_directly(&mut self, row: Row<'_>) {
        let line = &mut self.line;
        line.clear();
        match (self.form, row) {
            (ColumnsForm::Lines, Row::Frame(row)) => {
                for (label, key) in &self.direct {
                    label.push_to(line);
                    key.of_frame(row, Marked(line));
                }
            }
            (form, row) => {
                for (label, key) in &self.direct {
                    label.push_to(line);
                    form.push_direct(line, *key, row);
                }
            }
        }
        self.end();
    }

    /// Puts the cells into the line; whether one is there that not every row has.
    fn fill(&mut self, record: &Record<'_>, row: Option<Row<'_>>) -> io::Result<bool> {
        let (mut filled, mut object) = (false, None);
        self.line.clear();
        for (label, (name, source)) in self.labels.iter().zip(&self.columns.list) {
            label.push_to(&mut self.line);
            if let (Source::Key { direct: Some(key), .. }, Some(row)) = (source, row) {
                self.form.push_direct(&mut self.line, *key, row);
                continue;
            }
            self.cell.clear();
            let here = match source {
                Source::Field(column) => {
                    cells::push_values(&mut self.cell, |found| column.each(record, found))?
                }
                Source::Key { path, .. } => {
                    if object.is_none() {
                        object = views::value(record, &mut self.info)?;
                    }
                    let value = object.as_ref().and_then(|object| lookup(object, path));
                    value.map_or(Ok(()), |value| cells::push_json(&mut self.cell, value))?;
                    value.is_some()
                }
            };
            filled |= here && !of_every_row(name, source);
            match self.form {
                ColumnsForm::Lines if here => self.line.push_bytes(self.cell.bytes()),
                ColumnsForm::Lines => self.line.push_str("null"),
                ColumnsForm::Text { delimited, .. } => {
                    delimited.push(delimited::plain(self.cell.text()), &mut self.line);
                }
            }
        }
        self.end();
        Ok(filled)
    }

    fn end(&mut self) {
        match self.form {
            ColumnsForm::Lines => self.line.put(*b"}\n", 2),
            ColumnsForm::Text { delimited, .. } => delimited.end(&mut self.line),
        }
    }
}

/// Which records of a type are rows.
fn wanted(columns: &Columns, kind: Kind) -> Wanted {
    let mut choosy = columns.list.iter().filter(|(name, source)| !of_every_row(name, source)).peekable();
    if choosy.peek().is_none() {
        return if kind.is_zoom() { Wanted::Always } else { Wanted::Never };
    }
    let of_column = |(_, source): &(String, Source)| match source {
        Source::Field(_) => Wanted::IfFilled,
        Source::Key { path, .. } if !columns.keys.has(kind.name(), &path.join(".")) => Wanted::Never,
        // What is not known is null, and there; what stands in it is not.
        Source::Key { path, .. } if path.len() == 1 => Wanted::Always,
        Source::Key { .. } => Wanted::IfFilled,
    };
    choosy.map(of_column).fold(Wanted::Never, |all, one| match (all, one) {
        (Wanted::Always, _) | (_, Wanted::Always) => Wanted::Always,
        (Wanted::Never, Wanted::Never) => Wanted::Never,
        _ => Wanted::IfFilled,
    })
}

fn lookup<'j>(object: &'j Json, path: &[String]) -> Option<&'j Json> {
    path.iter().try_fold(object, |object, key| object.get(key))
}

impl Report for ColumnsReport {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        self.header(out)?;
        let Some(kind) = Kind::of(record) else { return Ok(()) };
        let wanted = self.wanted.get(kind as usize).copied().unwrap_or(Wanted::IfFilled);
        if wanted == Wanted::Never {
            return Ok(());
        }
        match Row::of(record).filter(|_| !self.direct.is_empty()) {
            Some(row) if wanted == Wanted::Always => self.fill_directly(row),
            row => {
                let filled = self.fill(record, row)?;
                if !filled && wanted != Wanted::Always {
                    return Ok(());
                }
            }
        }
        self.line.write(out)
    }

    fn finish(&mut self, _: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }
    fn fork(&self) -> Option<Box<dyn Report + Send>> {
        let form = match self.form {
            ColumnsForm::Text { delimited, .. } => ColumnsForm::Text { delimited, header: false },
            ColumnsForm::Lines => ColumnsForm::Lines,
        };
        Some(Box::new(Self::new(self.columns.clone(), form)))
    }

    fn join(&mut self, written: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
        self.header(out)?;
        out.write_all(written)
    }
}
