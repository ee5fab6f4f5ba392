//! Which bytes of a payload were not captured.

/// Holes remembered of one payload; the lengths of later ones are added to the last.
const MOST: usize = 64;

/// Offset and length of each hole, in order. Every connection has four of these lists, and nearly all are empty: one
/// that is takes the room of a pointer.
#[derive(Debug, Default)]
pub(super) struct Holes(Option<Box<List>>);

#[derive(Debug, Default)]
struct List(Vec<[u64; 2]>);

impl Holes {
    pub(super) fn push(&mut self, offset: u64, length: u64) {
        let List(holes) = &mut **self.0.get_or_insert_default();
        if holes.len() < MOST {
            holes.push([offset, length]);
        } else if let Some([_, last]) = holes.last_mut() {
            *last = last.saturating_add(length);
        }
    }

    pub(super) fn get(&self) -> &[[u64; 2]] {
        self.0.as_ref().map_or(&[], |list| &list.0)
    }

    pub(super) fn clear(&mut self) {
        self.0 = None;
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
