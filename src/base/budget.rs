//! A cap on bytes held in memory by many holders at once.

/// How many bytes may be held, and how many are.
///
/// Invariant: `used <= cap`. Whoever takes bytes gives the same number back when it lets go of them.
#[derive(Debug, Clone)]
pub struct Budget {
    cap: u64,
    used: u64,
}

impl Budget {
    /// A budget of `cap` bytes, none of them used.
    pub fn new(cap: u64) -> Self {
        Self { cap, used: 0 }
    }

    /// Takes `bytes` if they fit; `false` (and nothing taken) if they do not.
    #[must_use]
    pub fn take(&mut self, bytes: usize) -> bool {
        let wanted = self.used.saturating_add(bytes as u64);
        let fits = wanted <= self.cap;
        if fits {
            self.used = wanted;
        }
        fits
    }

    /// Gives back bytes taken earlier.
    pub fn give_back(&mut self, bytes: usize) {
        self.used = self.used.saturating_sub(bytes as u64);
    }

    /// Bytes held now.
    pub fn used(&self) -> u64 {
        self.used
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
        let mut budget = Budget::new(10);
        assert!(budget.take(10));
        assert!(!budget.take(1));
        assert_eq!(budget.used(), 10);
        budget.give_back(4);
        assert!(budget.take(4));
        assert!(!budget.take(usize::MAX));
    }
}
