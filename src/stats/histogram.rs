//! How values are spread, in bounded memory: the first few as they are, then in buckets of a fixed relative width.

use crate::base::Budget;

/// So many values are kept as they are; percentiles of them are exact.
pub const EXACT: usize = 32;

/// Buckets between a power of two and the next: the middle of a bucket is within 1/64 of each value in it.
const STEPS: u32 = 32;
/// `STEPS` as a power of two.
const STEP_BITS: u32 = STEPS.trailing_zeros();

/// Bytes of a value or bucket, as the budget counts them.
const ENTRY: usize = size_of::<Bucket>();

/// How values are spread. Count, least, greatest and mean are exact.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// How many values.
    pub count: u64,
    /// The least.
    pub min: u64,
    /// The greatest.
    pub max: u64,
    /// Their mean.
    pub mean: f64,
    /// Median, 90th and 99th percentile by the nearest rank; exact for [`EXACT`] values or fewer and for values below
    /// 64, else within 1/64. `None` if there was no memory for them.
    pub percentiles: Option<[u64; 3]>,
}

/// Values of one magnitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The least value that belongs here: 0 or a power of two.
    pub from: u64,
    /// The greatest.
    pub to: u64,
    /// How many there were.
    pub count: u64,
}

/// Collects values.
///
/// Invariant: the budget holds `ENTRY` bytes for each entry that is kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Histogram {
    count: u64,
    min: u64,
    max: u64,
    sum: u128,
    kept: Kept,
}

#[derive(Debug, Clone)]
enum Kept {
    /// All values, in order.
    Values(Vec<u64>),
    /// Buckets that are not empty, in order.
    Buckets(Vec<Bucket>),
    /// There was no memory.
    Lost,
}

impl Default for Kept {
    fn default() -> Self {
        Kept::Values(Vec::new())
    }
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    index: u16,
    count: u64,
}

impl Histogram {
    /// Takes a value.
    pub(super) fn record(&mut self, value: u64, room: &Budget) {
        self.min = if self.count == 0 { value } else { self.min.min(value) };
        self.max = self.max.max(value);
        self.sum += u128::from(value);
        self.count += 1;
        if let Kept::Values(values) = &self.kept
            && values.len() >= EXACT
        {
            let buckets = buckets(values);
            room.give_back((values.len() - buckets.len()) * ENTRY);
            self.kept = Kept::Buckets(buckets);
        }
        let kept = match &mut self.kept {
            Kept::Lost => true,
            Kept::Values(values) => {
                room.take(ENTRY) && {
                    values.insert(values.partition_point(|other| *other <= value), value);
                    true
                }
            }
            Kept::Buckets(buckets) => add(buckets, index(value), Some(room)),
        };
        if !kept {
            self.release(room);
            self.kept = Kept::Lost;
        }
    }

    /// What is known of the values; `None` if there were none.
    pub(super) fn spread(&self) -> Option<Spread> {
        let &Self { count, min, max, sum, .. } = self;
        (count > 0).then(|| Spread {
            count,
            min,
            max,
            mean: sum as f64 / count as f64,
            percentiles: self
                .percentile(50)
                .zip(self.percentile(90))
                .zip(self.percentile(99))
                .map(|((median, p90), p99)| [median, p90, p99]),
        })
    }

    /// The values by magnitude, from the least to the greatest, empty ranges between them included.
    pub(super) fn ranges(&self) -> Vec<Range> {
        let entries: Vec<(u64, u64)> = match &self.kept {
            Kept::Values(values) => values.iter().map(|value| (*value, 1)).collect(),
            Kept::Buckets(buckets) => buckets.iter().map(|b| (bounds(b.index).0, b.count)).collect(),
            Kept::Lost => Vec::new(),
        };
        let mut ranges: Vec<Range> = Vec::new();
        for (value, count) in entries {
            let magnitude = |value: u64| u64::BITS - value.leading_zeros();
            let mut next = ranges.last().map_or(magnitude(value), |range| magnitude(range.from) + 1);
            while next <= magnitude(value) {
                let from = if next == 0 { 0 } else { 1 << (next - 1) };
                let to = if next == 0 { 0 } else { from + (from - 1) };
                ranges.push(Range { from, to, count: 0 });
                next += 1;
            }
            if let Some(range) = ranges.last_mut() {
                range.count += count;
            }
        }
        ranges
    }

    /// Forgets the values, and gives their memory back.
    pub(super) fn release(&mut self, room: &Budget) {
        let entries = match &self.kept {
            Kept::Values(values) => values.len(),
            Kept::Buckets(buckets) => buckets.len(),
            Kept::Lost => 0,
        };
        room.give_back(entries * ENTRY);
        self.kept = Kept::default();
    }

    /// The least value that at least `percent` of all do not exceed.
    fn percentile(&self, percent: u128) -> Option<u64> {
        let rank = (u128::from(self.count) * percent).div_ceil(100).max(1);
        match &self.kept {
            Kept::Values(values) => values.get(usize::try_from(rank).ok()? - 1).copied(),
            Kept::Buckets(buckets) => {
                let mut seen = 0;
                let bucket = buckets.iter().find(|bucket| {
                    seen += u128::from(bucket.count);
                    seen >= rank
                })?;
                let (from, to) = bounds(bucket.index);
                Some((from + (to - from).div_ceil(2)).clamp(self.min, self.max))
            }
            Kept::Lost => None,
        }
    }
}

/// The buckets of values that are in order.
fn buckets(values: &[u64]) -> Vec<Bucket> {
    let mut buckets = Vec::new();
    for value in values {
        add(&mut buckets, index(*value), None);
    }
    buckets
}

/// One more value of a bucket; `false` if there is no room for it.
fn add(buckets: &mut Vec<Bucket>, index: u16, room: Option<&Budget>) -> bool {
    match buckets.binary_search_by_key(&index, |bucket| bucket.index) {
        Ok(at) => {
            if let Some(bucket) = buckets.get_mut(at) {
                bucket.count += 1;
            }
            true
        }
        Err(at) => {
            room.is_none_or(|room| room.take(ENTRY)) && {
                buckets.insert(at, Bucket { index, count: 1 });
                true
            }
        }
    }
}

/// The bucket of a value. Those below `2 * STEPS` have a bucket each.
fn index(value: u64) -> u16 {
    let shift = (u64::BITS - value.leading_zeros()).saturating_sub(STEP_BITS + 1);
    // At most 58 * 32 + 63.
    u16::try_from(u64::from(shift * STEPS) + (value >> shift)).unwrap_or(u16::MAX)
}

/// The least and the greatest value of a bucket.
fn bounds(index: u16) -> (u64, u64) {
    let index = u32::from(index);
    let shift = (index / STEPS).saturating_sub(1);
    let from = u64::from(index - shift * STEPS) << shift;
    (from, from + ((1 << shift) - 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[u64]) -> Histogram {
        let room = Budget::new(u64::MAX);
        let mut histogram = Histogram::default();
        values.iter().for_each(|value| histogram.record(*value, &room));
        histogram
    }

    #[test]
    fn buckets_follow_each_other_without_hole_and_hold_their_values() {
        let mut next = 0;
        for index in 0..=index(u64::MAX) {
            let (from, to) = bounds(index);
            assert_eq!(from, next, "bucket {index}");
            assert_eq!((super::index(from), super::index(to)), (index, index));
            next = to.wrapping_add(1);
        }
        assert_eq!(next, 0, "the last one ends with the greatest value");
    }

    #[test]
    fn a_few_values_are_exact() {
        let spread = of(&[1_000_003, 5, 70_001, 900]).spread().unwrap();
        let expected = Spread {
            count: 4,
            min: 5,
            max: 1_000_003,
            mean: 267_727.25,
            percentiles: Some([900, 1_000_003, 1_000_003]),
        };
        assert_eq!(spread, expected);
        assert_eq!(of(&[]).spread(), None);
    }

    #[test]
    fn magnitudes_are_powers_of_two_with_the_empty_ones_between() {
        let range = |from, to, count| Range { from, to, count };
        assert_eq!(of(&[0, 0, 5]).ranges(), [range(0, 0, 2), range(1, 1, 0), range(2, 3, 0), range(4, 7, 1)]);
        assert_eq!(of(&[u64::MAX]).ranges(), [range(1 << 63, u64::MAX, 1)]);
        assert_eq!(of(&[]).ranges(), []);
    }

    #[test]
    fn without_memory_percentiles_are_unknown_and_the_rest_is_exact() {
        let room = Budget::new(3 * ENTRY as u64);
        let mut histogram = Histogram::default();
        (1..=4).for_each(|value| histogram.record(value, &room));
        let spread = histogram.spread().unwrap();
        assert_eq!((spread.count, spread.max, spread.mean, spread.percentiles), (4, 4, 2.5, None));
        assert_eq!(room.used(), 0);
    }

    proptest! {
        #[test]
        fn percentiles_are_within_one_sixty_fourth_of_the_exact_ones(
            values in prop::collection::vec((0u32..64, any::<u64>()).prop_map(|(shift, value)| value >> shift), 1..300),
        ) {
            let room = Budget::new(u64::MAX);
            let mut histogram = Histogram::default();
            values.iter().for_each(|value| histogram.record(*value, &room));
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let spread = histogram.spread().unwrap();
            prop_assert_eq!((spread.min, spread.max), (sorted[0], sorted[sorted.len() - 1]));
            for (percent, told) in [50, 90, 99].into_iter().zip(spread.percentiles.unwrap()) {
                let exact = sorted[(sorted.len() * percent).div_ceil(100) - 1];
                let error = told.abs_diff(exact);
                prop_assert!(error <= exact / 64, "{percent}th: {told} for {exact}");
                prop_assert!(error == 0 || sorted.len() > EXACT);
            }
            let ranges = histogram.ranges();
            for range in &ranges {
                let exact = values.iter().filter(|value| (range.from..=range.to).contains(value)).count();
                prop_assert_eq!(range.count, exact as u64);
            }
            prop_assert_eq!(ranges.iter().map(|range| range.count).sum::<u64>(), values.len() as u64);
            histogram.release(&room);
            prop_assert_eq!(room.used(), 0);
        }
    }
}
