//! Whether a text is UTF-8 (RFC 3629), found out while it comes.

use super::mask::unmask;

/// Bytes unmasked at once.
const CHUNK: usize = 512;

/// Where a text stops being UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidText {
    /// How far into the text the sequence begins that is not UTF-8.
    pub offset: u64,
    /// Its first byte.
    pub byte: u8,
    /// The sequence is right so far, and the text ends inside it.
    pub cut: bool,
}

/// Examines a text piece by piece.
///
/// Invariant: the first `offset` bytes are UTF-8, and the `carried` bytes behind them begin a character.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Utf8 {
    offset: u64,
    carry: [u8; 4],
    carried: usize,
    invalid: Option<InvalidText>,
    /// The rest cannot be judged: bytes before it are missing.
    stopped: bool,
}

/// What is wrong with a whole text.
pub(super) fn invalid(text: &[u8]) -> Option<InvalidText> {
    let error = simdutf8::compat::from_utf8(text).err()?;
    let offset = error.valid_up_to();
    let byte = text.get(offset).copied().unwrap_or_default();
    Some(InvalidText { offset: offset as u64, byte, cut: error.error_len().is_none() })
}

impl Utf8 {
    /// The next bytes of the text, which are masked with `key` and stand `offset` bytes into their frame.
    pub(super) fn masked(&mut self, key: Option<[u8; 4]>, offset: u64, bytes: &[u8]) {
        let Some(key) = key else { return self.push(bytes) };
        let mut buffer = [0; CHUNK];
        let mut offset = offset;
        for chunk in bytes.chunks(CHUNK) {
            if self.is_settled() {
                return;
            }
            let Some(plain) = buffer.get_mut(..chunk.len()) else { return };
            plain.copy_from_slice(chunk);
            unmask(key, offset, plain);
            self.push(plain);
            offset = offset.saturating_add(chunk.len() as u64);
        }
    }

    /// The next bytes of the text.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let Some(rest) = self.complete(bytes) else { return };
        match simdutf8::compat::from_utf8(rest) {
            Ok(_) => self.offset += rest.len() as u64,
            Err(error) => {
                let (good, bad) = rest.split_at_checked(error.valid_up_to()).unwrap_or_default();
                self.offset += good.len() as u64;
                if error.error_len().is_some() {
                    return self.fail(bad.first().copied().unwrap_or_default());
                }
                self.carry.iter_mut().zip(bad).for_each(|(to, from)| *to = *from);
                self.carried = bad.len();
            }
        }
    }

    /// Bytes of the text are missing here: what was found before stays, nothing behind can be judged.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    /// What is wrong with the text. If it `ended`, it must not end inside a character.
    pub(super) fn invalid(&self, ended: bool) -> Option<InvalidText> {
        let [byte, ..] = self.carry;
        let cut = ended && !self.stopped && self.carried > 0;
        self.invalid.or(cut.then_some(InvalidText { offset: self.offset, byte, cut: true }))
    }

    fn is_settled(&self) -> bool {
        self.stopped || self.invalid.is_some()
    }

    /// Completes the character that the last bytes began; gives what is behind it, if that is to be examined.
    fn complete<'a>(&mut self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let mut rest = bytes;
        while !self.is_settled() && self.carried > 0 {
            let (byte, behind) = rest.split_first()?;
            *self.carry.get_mut(self.carried)? = *byte;
            match std::str::from_utf8(self.carry.get(..=self.carried)?) {
                Ok(character) => {
                    self.offset += character.len() as u64;
                    self.carried = 0;
                }
                Err(error) if error.error_len().is_none() => self.carried += 1,
                Err(_) => {
                    let [first, ..] = self.carry;
                    self.fail(first);
                }
            }
            rest = behind;
        }
        (!self.is_settled()).then_some(rest)
    }

    fn fail(&mut self, byte: u8) {
        self.invalid = Some(InvalidText { offset: self.offset, byte, cut: false });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn examined(parts: &[&[u8]]) -> Option<InvalidText> {
        let mut text = Utf8::default();
        parts.iter().for_each(|part| text.push(part));
        text.invalid(true)
    }

    #[test]
    fn rfc6455_8_1_a_text_may_be_cut_anywhere_but_at_its_end() {
        let euro = "€".as_bytes();
        assert_eq!(examined(&[b"12 ", &euro[..1], &euro[1..2], b"", &euro[2..], b" net"]), None);
        let cut = Some(InvalidText { offset: 3, byte: 0xe2, cut: true });
        assert_eq!(examined(&[b"12 ", &euro[..2]]), cut);
        assert_eq!(examined(&[b"12 ", &euro[..1], &euro[1..2]]), cut);
    }

    #[test]
    fn rfc6455_8_1_what_is_wrong_is_found_where_its_sequence_begins() {
        let wrong = |offset, byte| Some(InvalidText { offset, byte, cut: false });
        assert_eq!(examined(&[b"ab\xff"]), wrong(2, 0xff));
        assert_eq!(examined(&[b"\xc3\xa9\xe2", b"\x82", b"x"]), wrong(2, 0xe2));
        assert_eq!(examined(&[b"\xed\xa0\x80"]), wrong(0, 0xed), "a surrogate");
        assert_eq!(examined(&[b"\xf4", b"\x90\x80\x80"]), wrong(0, 0xf4), "beyond U+10FFFF");
        assert_eq!(examined(&[b"\xc0\xaf"]), wrong(0, 0xc0), "longer than needed");
    }

    #[test]
    fn behind_missing_bytes_nothing_is_judged() {
        let mut text = Utf8::default();
        text.push(b"ab\xe2");
        text.stop();
        text.push(b"\xff");
        assert_eq!(text.invalid(true), None);
        let mut text = Utf8::default();
        text.push(b"\xff");
        text.stop();
        assert_eq!(text.invalid(false), Some(InvalidText { offset: 0, byte: 0xff, cut: false }));
    }

    proptest! {
        #[test]
        fn rfc6455_8_1_any_cut_and_any_mask_find_what_the_whole_has(
            parts in prop::collection::vec(prop_oneof![
                "\\PC{0,6}".prop_map(String::into_bytes),
                prop::collection::vec(any::<u8>(), 0..3),
            ], 0..6),
            key: Option<[u8; 4]>,
            step in 1..900usize,
        ) {
            let whole = parts.concat().repeat(20);
            let expected = std::str::from_utf8(&whole).err().map(|error| InvalidText {
                offset: error.valid_up_to() as u64,
                byte: whole[error.valid_up_to()],
                cut: error.error_len().is_none(),
            });
            let mut wire = whole.clone();
            if let Some(key) = key {
                unmask(key, 0, &mut wire);
            }
            let mut text = Utf8::default();
            for (number, chunk) in wire.chunks(step).enumerate() {
                text.masked(key, (number * step) as u64, chunk);
            }
            prop_assert_eq!(text.invalid(true), expected);
        }
    }
}
