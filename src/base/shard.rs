//! Parts of a capture's connections that share no memory with each other, so that a thread can have some of them for itself.

use super::Budget;

/// How many parts there are: a connection's is its number modulo this.
///
/// The number is fixed, and so is what each part may hold: otherwise the output would depend on how many threads there
/// are. More of them would serve more threads, but each thread repeats what all connections need (where segments belong),
/// and caps that are divided too often act too early.
pub const SHARDS: usize = 8;

/// Something for each part.
#[derive(Debug)]
pub struct Shards<T>([T; SHARDS]);

impl<T> Shards<T> {
    /// One for each part.
    pub fn new(mut make: impl FnMut() -> T) -> Self {
        Self(std::array::from_fn(|_| make()))
    }

    /// That of the connection with this number.
    pub fn of(&self, stream: u64) -> &T {
        &self.0[(stream % SHARDS as u64) as usize]
    }

    /// That of the connection with this number.
    pub fn of_mut(&mut self, stream: u64) -> &mut T {
        &mut self.0[(stream % SHARDS as u64) as usize]
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    /// All of them in order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut()
    }
}

impl<T: Default> Default for Shards<T> {
    fn default() -> Self {
        Self::new(T::default)
    }
}

impl Shards<Budget> {
    /// Budgets that have `total` bytes together, each as many as the others.
    pub fn of_total(total: u64) -> Self {
        Self::new(|| Budget::new(total / SHARDS as u64))
    }

    /// Bytes held now, in all parts.
    pub fn used(&self) -> u64 {
        self.iter().map(Budget::used).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_different_parts_take_nothing_from_each_other() {
        let budgets = Shards::of_total(80);
        assert!(budgets.of(3).take(10) && !budgets.of(3).take(1) && !budgets.of(11).take(1));
        assert!(budgets.of(4).take(10));
        assert_eq!(budgets.used(), 20);
    }
}
