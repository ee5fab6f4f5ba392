mod errors;
mod language;
mod meaning;
mod packet_fields;
mod properties;
mod readings;
pub(super) mod samples;
mod type_errors;
mod upper;

use super::Filter;
use crate::record::Record;

fn matches(filter: &str, record: &Record<'_>) -> bool {
    Filter::parse(filter).unwrap_or_else(|error| panic!("{error}")).matches(record)
}
