//! The fields of filters, for people, for programs and for the documentation.

use std::fmt::Write as _;
use std::io;

use serde::Serialize;

use super::listing::{self, Entry};
use crate::filter::Field;

/// Writes a row for each of these fields: name, type, meaning. Where a terminal of `width` columns is too narrow, the last
/// stands below.
///
/// # Errors
/// Those of `out`.
pub fn write_fields(fields: &[&Field], width: Option<usize>, out: &mut dyn io::Write) -> io::Result<()> {
    let entries: Vec<Entry<'_>> = fields.iter().copied().map(entry).collect();
    listing::write(&["Field", "Type", "Meaning"], &entries, 2, width, out)
}

fn entry(field: &Field) -> Entry<'static> {
    let meaning = meaning(field);
    let cells = vec![name(field).into(), field.field_type.to_string().into(), meaning.clone().into()];
    Entry { cells, below: meaning.into() }
}

/// With brackets, if a key can stand in them.
fn name(field: &Field) -> String {
    format!("{}{}", field.name, if field.takes_key() { "[…]" } else { "" })
}

fn meaning(field: &Field) -> String {
    match field.deviation {
        None => field.meaning.to_owned(),
        Some(deviation) => format!("{} Difference: {deviation}", field.meaning),
    }
}

/// Writes these fields as a JSON array.
///
/// # Errors
/// Those of `out`.
pub fn write_fields_json(fields: &[&Field], out: &mut dyn io::Write) -> io::Result<()> {
    let views: Vec<FieldView> = fields.iter().copied().map(FieldView::of).collect();
    serde_json::to_writer_pretty(&mut *out, &views)?;
    writeln!(out)
}

/// A field as JSON has it.
#[derive(Serialize)]
struct FieldView {
    name: &'static str,
    #[serde(rename = "type")]
    field_type: String,
    meaning: &'static str,
    /// How Wireshark's field of this name differs.
    deviation: Option<&'static str>,
    takes_key: bool,
}

impl FieldView {
    fn of(field: &Field) -> Self {
        Self {
            name: field.name,
            field_type: field.field_type.to_string(),
            meaning: field.meaning,
            deviation: field.deviation,
            takes_key: field.takes_key(),
        }
    }
}

/// A table of all fields in Markdown, with a title for each protocol.
pub fn fields_markdown(fields: &[&Field]) -> String {
    let mut page = String::new();
    let mut protocol = "";
    for field in fields {
        let own = field.name.split('.').next().unwrap_or_default();
        if own != protocol {
            protocol = own;
            let _ = write!(page, "\n## {protocol}\n\n| field | type | what it is |\n|---|---|---|\n");
        }
        let meaning = meaning(field).replace('|', "\\|");
        let _ = writeln!(page, "| `{}` | {} | {meaning} |", name(field), field.field_type);
    }
    page
}
