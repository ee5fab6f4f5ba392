//! Decimal digits, eight at a time: most numbers of a row have no more.

/// The digits of a number below 10⁸, with zeros in front.
#[inline]
pub(crate) fn eight(number: u32) -> [u8; 8] {
    (lanes(number) | ZEROS).to_le_bytes()
}

/// The digits of a number below 10⁸ without zeros in front, at the beginning of the array, and how many they are.
#[inline]
pub(crate) fn short(number: u32) -> ([u8; 8], usize) {
    let lanes = lanes(number);
    // The last digit of 0 is no zero in front.
    let zeros = (lanes.trailing_zeros() / 8).min(7);
    (((lanes | ZEROS) >> (zeros * 8)).to_le_bytes(), 8 - zeros as usize)
}

/// `0` in each byte.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The value of each digit, the first one in the lowest byte. Each step halves the lanes: of eight digits, of four, of two.
#[inline]
fn lanes(number: u32) -> u64 {
    debug_assert!(number < 100_000_000, "{number} has more than eight digits");
    let number = u64::from(number);
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    // Below 10,000, x * 10,486 >> 20 is x / 100.
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | ((fours - hundreds * 100) << 16);
    // Below 100, x * 103 >> 10 is x / 10.
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((twos - tens * 10) << 8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn both(number: u32) -> (String, String) {
        let (digits, count) = short(number);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (text(&eight(number)), text(&digits[..count]))
    }

    #[test]
    fn every_number_of_four_digits_is_right_in_both_halves() {
        for number in 0..10_000 {
            for number in [number, number * 10_000, number * 10_001] {
                assert_eq!(both(number), (format!("{number:08}"), number.to_string()));
            }
        }
    }

    proptest! {
        #[test]
        fn any_number_is_as_it_is_printed(number in 0_u32..100_000_000) {
            prop_assert_eq!(both(number), (format!("{number:08}"), number.to_string()));
        }
    }
}
