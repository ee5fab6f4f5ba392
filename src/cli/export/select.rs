//! What is exported: by a display filter, by the numbers of connections.

use std::collections::BTreeSet;

use super::parse;
use crate::cli::failure::Failure;
use crate::filter::Filter;
use crate::record::Record;

/// What the user asked for. Without a filter and without numbers, all.
#[derive(Debug)]
pub(super) struct Selection {
    pub filter: Option<Filter>,
    streams: BTreeSet<u64>,
}

impl Selection {
    /// # Errors
    /// If `filter` is none.
    pub(super) fn new(filter: Option<&str>, streams: &[u64]) -> Result<Self, Failure> {
        Ok(Self { filter: parse(filter)?, streams: streams.iter().copied().collect() })
    }

    /// Whether a record belongs to a connection that is asked for, and the filter selects it.
    pub(super) fn includes(&self, record: &Record<'_>) -> bool {
        record.place().is_some_and(|place| self.may_include(place.stream))
            && self.filter.as_ref().is_none_or(|filter| filter.matches(record))
    }

    /// Whether a connection is asked for by its number, or none is.
    pub(super) fn may_include(&self, stream: u64) -> bool {
        self.streams.is_empty() || self.streams.contains(&stream)
    }
}

/// Numbers of connections: a bit for each.
#[derive(Debug, Default)]
pub(super) struct Streams(Vec<u64>);

impl Streams {
    pub(super) fn insert(&mut self, stream: u64) {
        let (word, bit) = Self::place(stream);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    pub(super) fn contains(&self, stream: u64) -> bool {
        let (word, bit) = Self::place(stream);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    fn place(stream: u64) -> (usize, u64) {
        (usize::try_from(stream / 64).unwrap_or(usize::MAX), 1 << (stream % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_streams_holds_what_was_put_in() {
        let mut streams = Streams::default();
        for stream in [0, 63, 64, 1000, 63] {
            streams.insert(stream);
        }
        let held: Vec<u64> = (0..2000).filter(|stream| streams.contains(*stream)).collect();
        assert_eq!(held, [0, 63, 64, 1000]);
    }
}
