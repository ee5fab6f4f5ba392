//! Which connection comes first.

use std::cmp::Ordering;
use std::fmt::Write;
use std::str::FromStr;

use super::columns::{COLUMNS, Column};
use super::measures::ConnectionStats;

/// An order of connections: by a column, as `ping_median:desc` says it. What is not known comes last, and of equals the one
/// with the lower number first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Order {
    by: Option<&'static Column>,
    descending: bool,
}

impl Order {
    /// How two connections stand to each other.
    pub fn compare(&self, a: &ConnectionStats, b: &ConnectionStats) -> Ordering {
        let by_column = self.by.map_or(Ordering::Equal, |column| {
            let (a, b) = (column.value(a), column.value(b));
            match (a.is_unknown(), b.is_unknown()) {
                (false, false) if self.descending => b.compare(&a),
                (false, false) => a.compare(&b),
                (a, b) => a.cmp(&b),
            }
        });
        by_column.then(a.stream.cmp(&b.stream))
    }
}

impl FromStr for Order {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, way) = text.split_once(':').unwrap_or((text, "asc"));
        let descending = match way {
            "asc" => false,
            "desc" => true,
            _ => return Err("behind the colon stands `asc` or `desc`".to_owned()),
        };
        let column = COLUMNS.iter().find(|column| column.key == name).ok_or_else(|| unknown(name))?;
        Ok(Self { by: Some(column), descending })
    }
}

/// Longer words are no misspelt keys.
const LONGEST: usize = 64;

fn unknown(name: &str) -> String {
    let alike = Some(name)
        .filter(|name| name.len() <= LONGEST)
        .and_then(|name| COLUMNS.iter().min_by_key(|column| strsim::osa_distance(name, column.key)))
        .filter(|column| strsim::osa_distance(name, column.key) <= column.key.len() / 3);
    let hint = alike.map_or_else(String::new, |column| format!("; did you mean `{}`?", column.key));
    let mut text = format!("there is no such column{hint}\nthe columns are");
    for (number, column) in COLUMNS.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{} {}", if number == 0 { "" } else { "," }, column.key);
    }
    text
}
