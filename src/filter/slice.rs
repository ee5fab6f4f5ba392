//! Slices: `[0:2]`, `[0-3]`, `[:4]`, `[4:]`, `[2]`, `[-4:2]`, and several of them with commas between.

use std::fmt;

use super::error::{Mistake, quoted};

const FORMS: &str = "a slice is [start:length], [first-last], [:length], [start:] or [index]";

/// A part of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    /// Of the first byte; a negative one counts from the end.
    pub(super) start: i32,
    pub(super) end: End,
}

/// Where a slice ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// After so many bytes, at least one.
    Length(u32),
    /// With the byte of this index; a negative one counts from the end.
    With(i32),
    /// With the last byte.
    Open,
}

/// What stands between the brackets of a slice.
pub(super) fn read(inside: &str) -> Result<Vec<Range>, Mistake<'_>> {
    inside.split(',').map(|part| range(part.trim())).collect()
}

fn range(part: &str) -> Result<Range, Mistake<'_>> {
    let wrong = || Mistake::new(part, format!("{} is not a slice", quoted(part)), FORMS);
    let (start, rest) = match part.strip_prefix(':') {
        Some(_) => (0, part),
        None => index(part).ok_or_else(wrong)?,
    };
    let end = match (rest.strip_prefix(':'), rest.strip_prefix('-')) {
        (Some(""), _) if part != ":" => End::Open,
        (Some(length), _) if digits(length) => match length.parse() {
            Ok(0) => return Err(Mistake::new(part, "a slice of no bytes is equal to nothing", FORMS)),
            length => End::Length(length.map_err(|_| wrong())?),
        },
        (_, Some(last)) => match index(last) {
            Some((last, "")) if (last < 0) == (start < 0) && last < start => {
                return Err(Mistake::new(part, "a slice ends behind its beginning", FORMS));
            }
            Some((last, "")) => End::With(last),
            _ => return Err(wrong()),
        },
        _ if rest.is_empty() => End::Length(1),
        _ => return Err(wrong()),
    };
    Ok(Range { start, end })
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number at the beginning of a text, and what is behind it.
fn index(text: &str) -> Option<(i32, &str)> {
    let sign = usize::from(text.starts_with('-'));
    let unsigned = text.get(sign..)?;
    let length = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(sign + length)?;
    Some((number.parse().ok()?, rest))
}

impl Range {
    /// The slice; `None` if not all of it is there.
    pub(super) fn of(self, bytes: &[u8]) -> Option<&[u8]> {
        let place = |index: i32| {
            let distance = usize::try_from(index.unsigned_abs()).ok()?;
            if index < 0 { bytes.len().checked_sub(distance) } else { Some(distance) }
        };
        let start = place(self.start)?;
        let slice = match self.end {
            End::Length(length) => bytes.get(start..)?.get(..usize::try_from(length).ok()?),
            End::With(last) => bytes.get(start..=place(last).filter(|last| *last < bytes.len())?),
            End::Open => bytes.get(start..),
        };
        slice.filter(|slice| !slice.is_empty())
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.end {
            End::Length(length) => write!(f, "{}:{length}", self.start),
            End::With(last) => write!(f, "{}-{last}", self.start),
            End::Open => write!(f, "{}:", self.start),
        }
    }
}

/// Shows the slices of some bytes, joined; those that are not there are left out.
pub(super) fn show(bytes: &[u8], ranges: &[Range], found: impl FnOnce(&[u8]) -> bool) -> bool {
    match ranges {
        [range] => range.of(bytes).is_some_and(found),
        _ => {
            let parts: Vec<&[u8]> = ranges.iter().filter_map(|range| range.of(bytes)).collect();
            !parts.is_empty() && found(&parts.concat())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(inside: &str) -> Option<Vec<u8>> {
        let ranges = read(inside).unwrap();
        let again: Vec<String> = ranges.iter().map(Range::to_string).collect();
        assert_eq!(read(&again.join(",")).as_ref(), Ok(&ranges));
        let mut slice = None;
        show(b"0123456789", &ranges, |bytes| {
            slice = Some(bytes.to_vec());
            true
        });
        slice
    }

    #[test]
    fn each_form() {
        for (inside, expected) in [
            ("0:2", "01"),
            ("0-3", "0123"),
            (":4", "0123"),
            ("7:", "789"),
            ("2", "2"),
            ("-4:2", "67"),
            ("-4:", "6789"),
            ("-1", "9"),
            ("-4--2", "678"),
            ("2--2", "2345678"),
            (" 0:2 , 5:1 ", "015"),
            ("9,0,0", "900"),
        ] {
            assert_eq!(slice(inside).as_deref(), Some(expected.as_bytes()), "{inside}");
        }
    }

    #[test]
    fn what_is_not_there_whole_is_not_there() {
        for inside in ["10", "9:2", "-11", "10:", "8-10", "20,10", "9--3", "0:4294967295"] {
            assert_eq!(slice(inside), None, "{inside}");
        }
        assert_eq!(slice("0:2,10").as_deref(), Some(&b"01"[..]), "as observed in Wireshark 4.0.17");
    }

    #[test]
    fn what_is_no_slice() {
        for inside in
            ["", ":", "a", "1:0", "1:-2", "3-2", "-1--2", "1:2:3", "1,,2", "99999999999", "--1", "+1"]
        {
            assert!(read(inside).is_err(), "{inside}");
        }
    }
}
