//! How far back a message refers, where a window smaller than usual was agreed on (RFC 7692 §7.1.2).

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::window::FARTHEST;

/// Inflates into a ring and refuses what refers farther back than the ring is long. What the ring holds does not matter:
/// lengths and distances do not depend on it.
pub(super) struct Walk {
    state: Box<DecompressorOxide>,
    ring: Box<[u8]>,
}

impl Default for Walk {
    fn default() -> Self {
        Self { state: Box::default(), ring: vec![0; FARTHEST].into_boxed_slice() }
    }
}

impl std::fmt::Debug for Walk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Walk").finish_non_exhaustive()
    }
}

impl Walk {
    /// How far into its output a message, which does inflate, first refers back farther than 2^`bits` bytes.
    pub(super) fn first_beyond(&mut self, bits: u8, wire: &[u8]) -> Option<u64> {
        let stopped = self.walk(1 << bits.min(15), wire)?;
        // What stops it with the largest window too is not the distance.
        (self.walk(FARTHEST, wire) != Some(stopped)).then_some(stopped)
    }

    /// How far into the output the walk is stopped, if it is.
    fn walk(&mut self, window: usize, wire: &[u8]) -> Option<u64> {
        let ring = self.ring.get_mut(..window)?;
        self.state.init();
        let (mut rest, mut at, mut length) = (wire, 0, 0_u64);
        loop {
            let (status, used, produced) =
                decompress(&mut self.state, rest, ring, at, TINFL_FLAG_HAS_MORE_INPUT);
            rest = rest.get(used..).unwrap_or_default();
            length = length.saturating_add(produced as u64);
            at = (at + produced) % window;
            match status {
                TINFLStatus::HasMoreOutput if used > 0 || produced > 0 => {}
                // A final block does not end the message (RFC 7692 §7.2.3.4).
                TINFLStatus::Done if !rest.is_empty() => self.state.init(),
                TINFLStatus::Done | TINFLStatus::NeedsMoreInput => return None,
                _ => return Some(length),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compress, Compression, FlushCompress};
    use proptest::prelude::*;

    use super::*;

    fn compressed(bits: u8, text: &[u8]) -> Vec<u8> {
        let mut zlib = Compress::new_with_window_bits(Compression::best(), false, bits);
        let mut wire = Vec::with_capacity(2 * text.len() + 100);
        zlib.compress_vec(text, &mut wire, FlushCompress::Sync).unwrap();
        wire
    }

    /// `count` bytes that do not repeat for a while.
    fn noise(count: usize) -> Vec<u8> {
        let mut state = 1u32;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    /// A fixed block (RFC 1951 §3.2.6) of 'a' × (1 + 258 × `copies`), then a copy of 3 bytes from `distance` back.
    fn fixed_block(copies: usize, distance: u16) -> Vec<u8> {
        let (mut bits, mut count, mut bytes) = (0u32, 0, Vec::new());
        let mut put = |value: u32, width: u32| {
            bits |= value << count;
            count += width;
            while count >= 8 {
                bytes.push(bits as u8);
                bits >>= 8;
                count -= 8;
            }
        };
        let code = |value: u32, width: u32| (value.reverse_bits() >> (32 - width), width);
        let mut word = |(value, width)| put(value, width);
        word((0b010, 3));
        word(code(0x30 + u32::from(b'a'), 8));
        for _ in 0..copies {
            word(code(0b1100_0101, 8)); // length 258
            word(code(0, 5)); // distance 1
        }
        word(code(1, 7)); // length 3
        let extra = (15 - (distance - 1).leading_zeros()).saturating_sub(1);
        let symbol = 2 * extra + u32::from((distance - 1) >> extra);
        word(code(symbol, 5));
        word((u32::from(distance - 1) & ((1 << extra) - 1), extra));
        word(code(0, 7)); // end of block
        word((0, 3));
        word((0, 7));
        bytes
    }

    #[test]
    fn rfc7692_7_1_2_exactly_the_distances_beyond_the_window_are_refused() {
        let mut walk = Walk::default();
        for bits in 8..15u8 {
            let window = 1u16 << bits;
            let copies = usize::from(window) / 258 + 2;
            let end = (1 + 258 * copies) as u64;
            for (distance, found) in [(window - 1, None), (window, None), (window + 1, Some(end))] {
                assert_eq!(
                    walk.first_beyond(bits, &fixed_block(copies, distance)),
                    found,
                    "{bits} {distance}"
                );
            }
        }
    }

    #[test]
    fn rfc7692_7_2_3_4_a_final_block_hides_nothing() {
        let mut walk = Walk::default();
        let wire = [&[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..], &fixed_block(3, 600)].concat();
        assert_eq!(walk.first_beyond(9, &wire), Some(5 + 1 + 3 * 258));
        assert_eq!(walk.first_beyond(10, &wire), None);
    }

    proptest! {
        #[test]
        fn rfc7692_7_1_2_what_kept_to_its_window_passes(bits in 9..15u8, count in 0..3000usize, times in 1..6usize) {
            let text = noise(count).repeat(times);
            prop_assert_eq!(Walk::default().first_beyond(bits, &compressed(bits, &text)), None);
            let found = Walk::default().first_beyond(bits, &compressed(15, &text));
            prop_assert_eq!(found.is_some(), times > 1 && count > 1 << bits, "{:?}", found);
        }

        #[test]
        fn any_bytes_are_walked(wire: Vec<u8>, bits: u8) {
            let found = Walk::default().first_beyond(bits, &wire);
            prop_assert!(found.is_none_or(|at| at <= 1032 * (wire.len() as u64 + 1)));
        }
    }
}
