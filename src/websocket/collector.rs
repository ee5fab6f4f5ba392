//! Payload kept for a reader, under a cap.

use super::mask::unmask;
use crate::base::Budget;

/// A buffer that stays with its owner between frames, if there is room; a larger one is given back.
const KEPT: usize = 4 << 10;

/// The first bytes of a payload, unmasked.
///
/// Invariant: `held` is what was taken from the budget, and no less than the length of `bytes`. Their capacity is more
/// only while it [rests](Collector::rest).
#[derive(Debug, Default)]
pub struct Collector {
    bytes: Vec<u8>,
    held: usize,
    truncated: bool,
}

impl Collector {
    /// Adds captured payload bytes that start `offset` bytes into their frame, unmasking them. Beyond `cap` bytes, or
    /// when `budget` is used up, bytes are left out and the payload counts as truncated.
    pub fn add(&mut self, key: Option<[u8; 4]>, offset: u64, bytes: &[u8], cap: usize, budget: &Budget) {
        let room = if self.truncated { 0 } else { cap.saturating_sub(self.bytes.len()).min(bytes.len()) };
        self.truncated |= room < bytes.len();
        let wanted = bytes.get(..room).unwrap_or_default();
        if wanted.is_empty() || !self.reserve(wanted.len(), cap, budget) {
            self.truncated |= !wanted.is_empty();
            return;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(wanted);
        if let (Some(key), Some(added)) = (key, self.bytes.get_mut(start..)) {
            unmask(key, offset, added);
        }
    }

    /// What was kept.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether something was left out because of a cap.
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// Forgets the payload; keeps a small buffer for the next one.
    pub fn clear(&mut self, budget: &Budget) {
        if self.held > KEPT || !budget.allows_lasting(0) {
            return self.release(budget);
        }
        self.bytes.clear();
        self.truncated = false;
    }

    /// Forgets the payload and gives everything back.
    pub fn release(&mut self, budget: &Budget) {
        budget.give_back(self.held);
        *self = Self::default();
    }

    /// Forgets the payload and gives everything back, but keeps a small buffer, which no budget counts: what comes next
    /// takes from its budget what it would without that.
    pub fn rest(&mut self, budget: &Budget) {
        if self.held > KEPT {
            return self.release(budget);
        }
        budget.give_back(std::mem::take(&mut self.held));
        self.bytes.clear();
        self.truncated = false;
    }

    /// Makes room for `more` bytes; `false` if the budget does not allow it.
    fn reserve(&mut self, more: usize, cap: usize, budget: &Budget) -> bool {
        let needed = self.bytes.len().saturating_add(more);
        if needed <= self.held {
            return true;
        }
        let capacity = needed.max(self.held.saturating_mul(2).min(cap)).max(64);
        let growth = capacity.saturating_sub(self.held);
        if !budget.take(growth) {
            return false;
        }
        self.held = self.held.saturating_add(growth);
        self.bytes.reserve_exact(capacity.saturating_sub(self.bytes.len()));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_prefix_under_the_cap_and_says_so() {
        let budget = Budget::new(1000);
        let mut payload = Collector::default();
        payload.add(None, 0, b"abc", 5, &budget);
        assert!(!payload.truncated());
        payload.add(None, 3, b"defg", 5, &budget);
        payload.add(None, 7, b"h", 5, &budget);
        assert_eq!((payload.bytes(), payload.truncated()), (&b"abcde"[..], true));
        payload.clear(&budget);
        assert_eq!((payload.bytes(), payload.truncated()), (&b""[..], false));
    }

    #[test]
    fn an_empty_budget_truncates_instead_of_growing() {
        let budget = Budget::new(100);
        let mut payload = Collector::default();
        payload.add(None, 0, &[7; 64], 1 << 20, &budget);
        payload.add(None, 64, &[7; 64], 1 << 20, &budget);
        assert_eq!((payload.bytes().len(), payload.truncated()), (64, true));
        payload.release(&budget);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_buffer_that_rests_takes_as_much_again() {
        let budget = Budget::new(100);
        let mut payload = Collector::default();
        payload.add(None, 0, &[7; 80], 1 << 20, &budget);
        payload.rest(&budget);
        assert_eq!(budget.used(), 0);
        let other = Budget::new(70);
        payload.add(None, 0, &[7; 80], 1 << 20, &other);
        assert_eq!((payload.bytes(), payload.truncated(), other.used()), (&[][..], true, 0));
    }

    #[test]
    fn unmasks_over_chunks() {
        let budget = Budget::new(1000);
        let key = Some([0x32, 0xfd, 0x43, 0x5f]);
        let mut payload = Collector::default();
        payload.add(key, 0, &[0x41, 0x92, 0x2e], 100, &budget);
        payload.add(key, 3, &[0x3a, 0x46, 0x95, 0x2a, 0x31, 0x55], 100, &budget);
        assert_eq!(payload.bytes(), b"something");
    }
}
