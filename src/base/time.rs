//! Points in time, as captures record them.

use std::fmt;

use super::decimal;

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

    /// RFC 3339 in UTC with nine digits behind the point: `2026-11-20T09:30:00.000000000Z`.
    pub(crate) fn text(self) -> [u8; 30] {
        let (days, nanos) = (self.0.div_euclid(NANOS_OF_DAY), self.0.rem_euclid(NANOS_OF_DAY) as u64);
        let (seconds, nanos) = ((nanos / 1_000_000_000) as u32, (nanos % 1_000_000_000) as u32);
        // What fits into 64 bits lies within four digits of years and 106,752 days of 1970.
        let [y1, y2, y3, y4, m1, m2, d1, d2] = decimal::eight(date(days as i32));
        let [_, _, h1, h2, n1, n2, s1, s2] =
            decimal::eight(seconds / 3600 * 10_000 + seconds / 60 % 60 * 100 + seconds % 60);
        let [f1, f2, f3, f4, f5, f6, f7, f8] = decimal::eight(nanos / 10);
        let f9 = b'0' + (nanos % 10) as u8;
        [
            y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'.', f1,
            f2, f3, f4, f5, f6, f7, f8, f9, b'Z',
        ]
    }
}

const NANOS_OF_DAY: i64 = 24 * 60 * 60 * 1_000_000_000;
/// From 0000-03-01, with which the rule of leap years begins anew, to 1970-01-01.
const DAYS_TO_1970: i32 = 719_468;

/// The date so many days after 1970-01-01, in the years 1677 to 2262, as digits: 20261120.
///
/// Years begin in March, so that a leap day is the last one, and months have 30.6 days.
fn date(days: i32) -> u32 {
    let days = (days + DAYS_TO_1970).unsigned_abs();
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (later, month) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
    (era * 400 + year + later) * 10_000 + month * 100 + day
}

/// RFC 3339 in UTC with nine digits behind the point: `2026-11-20T09:30:00.000000000Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by another hand.
    fn by_jiff(nanos: i64) -> String {
        format!("{:.9}", jiff::Timestamp::from_nanosecond(i128::from(nanos)).unwrap())
    }

    #[test]
    fn every_day_has_its_date() {
        for day in i64::MIN / NANOS_OF_DAY..=i64::MAX / NANOS_OF_DAY {
            let nanos = day * NANOS_OF_DAY;
            assert_eq!(Timestamp::from_nanos(nanos).to_string(), by_jiff(nanos));
        }
    }

    proptest! {
        #[test]
        fn any_time_is_written_as_by_another_hand(nanos: i64) {
            prop_assert_eq!(Timestamp::from_nanos(nanos).to_string(), by_jiff(nanos));
        }
    }

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
