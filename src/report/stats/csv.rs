//! CSV (RFC 4180): a line of names, then one for each connection.

use std::io;

use crate::report::escape::escape_into;
use crate::report::sheet::Sheet;
use crate::stats::{COLUMNS, Stats, Value};

/// Writes a row for each connection. What is not known is empty.
///
/// # Errors
/// Those of `out`.
pub fn write_stats_csv(stats: &Stats, out: &mut dyn io::Write) -> io::Result<()> {
    let mut rows = Sheet::new(out);
    rows.row(COLUMNS.iter().map(|column| column.key).collect::<Vec<_>>())?;
    for connection in &stats.connections {
        rows.row(COLUMNS.iter().map(|column| cell(&column.value(connection))).collect::<Vec<_>>())?;
    }
    rows.flush()
}

fn cell(value: &Value<'_>) -> String {
    match value {
        Value::Unknown => String::new(),
        Value::Count(count) => count.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Seconds(nanos) => (*nanos as f64 / 1e9).to_string(),
        Value::Word(word) => (*word).to_owned(),
        Value::Address(address) => address.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Text(bytes) => text(bytes),
    }
}

/// Text from the wire, harmless for terminals and for spreadsheets, which take what begins so for a formula.
fn text(bytes: &[u8]) -> String {
    let formula = matches!(bytes.first(), Some(b'=' | b'+' | b'-' | b'@'));
    let mut text = if formula { "'".to_owned() } else { String::new() };
    escape_into(&mut text, bytes, false);
    text
}
