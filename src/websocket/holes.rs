//! Which bytes of a payload were not captured.

/// Holes remembered of one payload; the lengths of later ones are added to the last.
const MOST: usize = 64;

/// Offset and length of each hole, in order.
#[derive(Debug, Default)]
pub(super) struct Holes(Vec<[u64; 2]>);

impl Holes {
    pub(super) fn push(&mut self, offset: u64, length: u64) {
        if self.0.len() < MOST {
            self.0.push([offset, length]);
        } else if let Some([_, last]) = self.0.last_mut() {
            *last = last.saturating_add(length);
        }
    }

    pub(super) fn get(&self) -> &[[u64; 2]] {
        &self.0
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_holes_the_sum_is_kept() {
        let mut holes = Holes::default();
        (0..100).for_each(|i| holes.push(i * 10, 2));
        assert_eq!(holes.get().len(), MOST);
        assert_eq!(holes.get().iter().map(|[_, length]| length).sum::<u64>(), 200);
        holes.clear();
        assert_eq!(holes.get(), [[0; 2]; 0]);
    }
}
