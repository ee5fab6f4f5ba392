//! Text in which few characters need care: what stands between them is copied eight bytes at a time.

use super::line::Line;

/// Eight bytes of a text. An answer about them has the highest bit of each byte for which it is yes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word(u64);

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = 0x80 * ONES;

impl Word {
    /// Which are at least this, of ASCII and not 0, or no ASCII. No byte carries into the next one.
    fn at_least(self, byte: u8) -> u64 {
        (((self.0 & !HIGHEST) + ONES * u64::from(0x80 - byte)) | self.0) & HIGHEST
    }

    /// Which are this byte of ASCII.
    pub fn equal(self, byte: u8) -> u64 {
        !Word(self.0 ^ (ONES * u64::from(byte))).at_least(1) & HIGHEST
    }

    /// Which are control characters of ASCII, or no ASCII.
    pub fn beyond_print(self) -> u64 {
        (!self.at_least(b' ') & HIGHEST) | self.at_least(0x7f)
    }
}

/// Appends `text`. `slashed` answers before which bytes of ASCII a backslash has to stand. `special` is called with the text
/// from another byte on that cannot be printed, or is no ASCII, and returns how many bytes of it were dealt with.
#[inline(always)]
pub(super) fn push_by_runs(
    line: &mut Line,
    text: &str,
    slashed: impl Fn(Word) -> u64,
    mut special: impl FnMut(&mut Line, &str) -> usize,
) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (chunk, length) = match rest.first_chunk() {
            Some(chunk) => (*chunk, chunk.len()),
            None => (padded(rest), rest.len()),
        };
        let word = Word(u64::from_le_bytes(chunk));
        let run = length.min((word.beyond_print().trailing_zeros() / 8) as usize);
        match slashed(word) {
            0 => line.put(chunk, run),
            marks => push_slashed(line, chunk, marks, run),
        }
        at += run;
        if run < length {
            at += special(line, text.get(at..).unwrap_or_default()).max(1);
        }
    }
}

/// Appends the first `length` bytes, each marked one behind a backslash. How many are marked is hard to foretell, so all are
/// treated alike: a place that is passed over stays a backslash.
#[inline]
fn push_slashed(line: &mut Line, chunk: [u8; 8], marks: u64, length: usize) {
    let mut slashed = [b'\\'; 16];
    let (mut at, mut end) = (0, 0);
    for (index, byte) in chunk.into_iter().enumerate() {
        at += ((marks >> (index * 8 + 7)) & 1) as usize;
        if let Some(place) = slashed.get_mut(at) {
            *place = byte;
        }
        at += 1;
        end = if index < length { at } else { end };
    }
    line.put(slashed, end);
}

/// Whether a text is ASCII without DEL.
pub(super) fn is_plain(text: &str) -> bool {
    let (chunks, rest) = text.as_bytes().as_chunks();
    let beyond = |chunk: [u8; 8]| Word(u64::from_le_bytes(chunk)).at_least(0x7f);
    chunks.iter().fold(beyond(padded(rest)), |found, chunk| found | beyond(*chunk)) == 0
}

/// Less than eight bytes, and blanks.
fn padded(bytes: &[u8]) -> [u8; 8] {
    let mut chunk = [b' '; 8];
    chunk.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    chunk
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn plain_is_ascii_without_del(text: String, ascii in "[\\x00-\\x7f]{0,20}") {
            for text in [text, ascii.replace('\x7f', " "), ascii] {
                prop_assert_eq!(is_plain(&text), text.bytes().all(|byte| byte < 0x7f));
            }
        }
    }
}
