//! What a direction said last: all that its next compressed message may refer to (RFC 7692 §7.1.1).

use std::collections::VecDeque;

use crate::base::Budget;

/// The farthest that DEFLATE can refer back (RFC 1951 §2).
pub(super) const FARTHEST: usize = 32 << 10;

/// The last bytes that a direction's messages inflated to.
///
/// Invariant: `held` is what was taken from the budget, and no less than the capacity of `bytes`; there are at most
/// [`FARTHEST`] bytes.
#[derive(Debug, Default)]
pub(super) struct Window {
    bytes: VecDeque<u8>,
    held: usize,
}

impl Window {
    /// The bytes in their order, in two parts.
    pub(super) fn parts(&self) -> [&[u8]; 2] {
        let (older, newer) = self.bytes.as_slices();
        [older, newer]
    }

    /// Whether nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether no message can refer to anything before it.
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= FARTHEST
    }

    /// Adds what was said next. If the budget does not allow it, everything is forgotten, and it tells `false`.
    #[must_use]
    pub(super) fn push(&mut self, bytes: &[u8], budget: &Budget) -> bool {
        let bytes = bytes.get(bytes.len().saturating_sub(FARTHEST)..).unwrap_or_default();
        let needed = (self.bytes.len() + bytes.len()).min(FARTHEST);
        if !self.reserve(needed, budget) {
            self.release(budget);
            return false;
        }
        let excess = (self.bytes.len() + bytes.len()).saturating_sub(FARTHEST);
        self.bytes.drain(..excess.min(self.bytes.len()));
        self.bytes.extend(bytes);
        true
    }

    /// Forgets what was said, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Forgets what was said, and gives everything back.
    pub(super) fn release(&mut self, budget: &Budget) {
        budget.give_back(self.held);
        *self = Self::default();
    }

    /// Makes room for `needed` bytes in all; `false` if the budget does not allow it.
    fn reserve(&mut self, needed: usize, budget: &Budget) -> bool {
        if needed <= self.bytes.capacity() {
            return true;
        }
        let capacity = needed.max(self.bytes.capacity() * 2).clamp(64, FARTHEST);
        let growth = capacity.saturating_sub(self.held);
        if !budget.allows_lasting(growth) || !budget.take(growth) {
            return false;
        }
        self.held = self.held.max(capacity);
        self.bytes.reserve_exact(capacity - self.bytes.len());
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rfc1951_2_it_holds_the_last_32_kib(parts in prop::collection::vec(0..40_000usize, 0..8)) {
            let budget = Budget::new(2 * FARTHEST as u64);
            let (mut window, mut said) = (Window::default(), Vec::new());
            for (number, length) in parts.into_iter().enumerate() {
                let bytes: Vec<u8> = (0..length).map(|i| (i * 7 + number) as u8).collect();
                prop_assert!(window.push(&bytes, &budget));
                said.extend(bytes);
                prop_assert_eq!(window.parts().concat(), &said[said.len().saturating_sub(FARTHEST)..]);
                prop_assert!(window.bytes.capacity() <= window.held);
            }
            window.release(&budget);
            prop_assert_eq!(budget.used(), 0);
        }
    }

    #[test]
    fn without_budget_it_forgets_everything() {
        let budget = Budget::new(200);
        let mut window = Window::default();
        assert!(window.push(&[1; 64], &budget));
        assert!(!window.push(&[2; 64], &budget), "half of the budget is for others");
        assert_eq!((window.is_empty(), budget.used()), (true, 0));
    }
}
