//! Hex dumps, in the form of Wireshark's Follow Stream.

use std::fmt::Write as _;

/// Bytes of a line.
const BYTES: usize = 16;
/// Bytes of a line behind which there is a wider gap.
const MIDDLE: usize = 8;

/// Appends lines of an offset, 16 bytes, and the same bytes as characters.
pub(super) fn lines(text: &mut String, offset: u64, bytes: &[u8]) {
    for (number, line) in bytes.chunks(BYTES).enumerate() {
        let at = offset.saturating_add((number * BYTES) as u64);
        let _ = write!(text, "    {at:08x}  ");
        for place in 0..BYTES {
            let gap = if place + 1 == MIDDLE { "  " } else { " " };
            let _ = match line.get(place) {
                Some(byte) => write!(text, "{byte:02x}{gap}"),
                None => write!(text, "  {gap}"),
            };
        }
        text.push(' ');
        for (place, byte) in line.iter().enumerate() {
            if place == MIDDLE {
                text.push(' ');
            }
            text.push(if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' });
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
}
