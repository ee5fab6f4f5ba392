//! Points in time, as captures record them.

use std::fmt;

/// A point in time: nanoseconds since 1970-01-01 00:00 UTC. Saturates at the ends of its range (years 1677 to 2262).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The point `nanos` nanoseconds after the epoch.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the epoch.
    pub fn as_nanos(self) -> i64 {
        self.0
    }

    /// Nanoseconds from `earlier` to `self`; negative if `self` is the earlier one.
    pub fn nanos_since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// RFC 3339 in UTC with nine digits behind the point: `2026-11-20T09:30:00.000000000Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time =
            jiff::Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write!(f, "{time:.9}")
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_in_utc_with_nanoseconds() {
        assert_eq!(Timestamp::from_nanos(0).to_string(), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(
            Timestamp::from_nanos(1_795_162_720_449_269_127).to_string(),
            "2026-11-20T08:18:40.449269127Z"
        );
    }

    #[test]
    fn the_ends_of_the_range_can_be_written() {
        assert!(Timestamp::from_nanos(i64::MAX).to_string().starts_with("2262-"));
        assert!(Timestamp::from_nanos(i64::MIN).to_string().starts_with("1677-"));
        assert_eq!(Timestamp::from_nanos(i64::MIN).nanos_since(Timestamp::from_nanos(1)), i64::MIN);
    }
}
