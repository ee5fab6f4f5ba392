//! The worst few of many.

use std::collections::BTreeMap;

/// At most so many items, those with the least keys; of equal keys the first ones.
#[derive(Debug)]
pub(super) struct Worst<K, T> {
    items: BTreeMap<(K, u64), T>,
    most: usize,
    seen: u64,
}

impl<K: Ord, T> Worst<K, T> {
    pub fn of(most: usize) -> Self {
        Self { items: BTreeMap::new(), most, seen: 0 }
    }

    pub fn push(&mut self, key: K, item: T) {
        self.items.insert((key, self.seen), item);
        self.seen += 1;
        if self.items.len() > self.most {
            self.items.pop_last();
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.values()
    }

    /// How many were left out.
    pub fn left_out(&self) -> u64 {
        self.seen - self.items.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_keys_stay_in_their_order() {
        let mut worst = Worst::of(3);
        for (key, item) in [(2, "a"), (1, "b"), (2, "c"), (0, "d"), (1, "e")] {
            worst.push(key, item);
        }
        assert_eq!(worst.iter().copied().collect::<Vec<_>>(), ["d", "b", "e"]);
        assert_eq!(worst.left_out(), 2);
    }
}
