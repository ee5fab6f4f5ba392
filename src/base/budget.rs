//! A cap on bytes held in memory by many holders at once.

use std::cell::Cell;

/// How many bytes may be held, and how many are. Shared by reference among all who hold some.
///
/// Invariant: `used <= cap`. Whoever takes bytes gives the same number back when it lets go of them.
#[derive(Debug, Clone)]
pub struct Budget {
    cap: u64,
    used: Cell<u64>,
}

impl Budget {
    /// A budget of `cap` bytes, none of them used.
    pub fn new(cap: u64) -> Self {
        Self { cap, used: Cell::new(0) }
    }

    /// Takes `bytes` if they fit; `false` (and nothing taken) if they do not.
    #[must_use]
    pub fn take(&self, bytes: usize) -> bool {
        let wanted = self.used.get().saturating_add(bytes as u64);
        let fits = wanted <= self.cap;
        if fits {
            self.used.set(wanted);
        }
        fits
    }

    /// Whether `bytes` more may be held for as long as a connection lasts: half of the budget is for what comes and goes.
    pub fn allows_lasting(&self, bytes: usize) -> bool {
        self.used.get().saturating_add(bytes as u64) <= self.cap / 2
    }

    /// Gives back bytes taken earlier.
    pub fn give_back(&self, bytes: usize) {
        self.used.set(self.used.get().saturating_sub(bytes as u64));
    }

    /// Bytes held now.
    pub fn used(&self) -> u64 {
        self.used.get()
    }

    /// The most bytes that may be held.
    pub fn cap(&self) -> u64 {
        self.cap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_up_to_the_cap_and_not_one_byte_more() {
        let budget = Budget::new(10);
        assert!(budget.take(10));
        assert!(!budget.take(1));
        assert_eq!(budget.used(), 10);
        budget.give_back(4);
        assert!(budget.take(4));
        assert!(!budget.take(usize::MAX));
    }

    #[test]
    fn half_of_it_is_not_for_what_lasts() {
        let budget = Budget::new(10);
        assert!(budget.allows_lasting(5));
        assert!(budget.take(1));
        assert!(budget.allows_lasting(4));
        assert!(!budget.allows_lasting(5));
        assert!(!budget.allows_lasting(usize::MAX));
    }
}
