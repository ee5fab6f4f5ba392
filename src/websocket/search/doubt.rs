//! What came of a search is doubted for a while.

use super::evidence::{Evidence, Sought, message_open, plausible};
use crate::websocket::FrameHeader;

/// How far the place where frames begin is to be believed.
#[derive(Debug, Default)]
pub(in crate::websocket) struct Doubt {
    /// Headers that must still keep to the protocol until it is known again.
    headers: u8,
    /// Searches that led to a wrong place.
    failed: u8,
    /// Whether the frames that were found are masked.
    masked: bool,
    /// The last two headers.
    before: [Option<FrameHeader>; 2],
    /// Whether a fragmented message is open; `None` if that is not known.
    message_open: Option<bool>,
}

/// Headers behind a search that do not break a rule, until it is believed that they are headers.
const BELIEVED_AFTER: u8 = 16;

/// Searches that may lead to a wrong place before the rest of a direction is given up.
const SEARCHES: u8 = 8;

impl Doubt {
    /// A search has led somewhere.
    pub fn raise(&mut self, evidence: &Evidence) {
        let failed = self.failed;
        *self = Self { headers: BELIEVED_AFTER, failed, masked: evidence.masked, ..Self::default() };
    }

    /// Whether the next header shows that the place is wrong: a peer would not send it. The same header three times with
    /// the same masking key is a period of something else.
    pub fn refutes(&mut self, header: &FrameHeader, sought: Sought) -> bool {
        if self.headers == 0 {
            return false;
        }
        let is_random = header.masking_key.is_some_and(|key| key != [0; 4]);
        let repeats = is_random && self.before == [Some(*header); 2];
        self.before = [Some(*header), self.before[0]];
        self.headers -= 1;
        let follows = message_open(self.message_open, header);
        self.message_open = follows.flatten();
        let sought = Sought { masked: Some(self.masked), ..sought };
        repeats || follows.is_none() || !plausible(header, sought)
    }

    /// The place was wrong. Whether that has happened so often that one stops searching.
    pub fn gives_up(&mut self) -> bool {
        self.failed = self.failed.saturating_add(1);
        self.headers = 0;
        self.failed >= SEARCHES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether each of these headers shows that the place is wrong.
    fn refuted(masked: bool, headers: &[&[u8]]) -> Vec<bool> {
        let mut doubt = Doubt::default();
        doubt.raise(&Evidence { frames: 1, bits: 24, masked });
        let sought = Sought { masked: None, rsv1: false };
        let header = |bytes: &&[u8]| FrameHeader::parse(bytes).unwrap().1;
        headers.iter().map(|bytes| doubt.refutes(&header(bytes), sought)).collect()
    }

    #[test]
    fn a_header_that_breaks_a_rule_refutes_the_place() {
        for bad in [&b"\x83\x00"[..], b"\xf1\x00", b"\x81\x80abcd", b"\x09\x00", b"\x81\x7e\x00\x01"] {
            assert_eq!(refuted(false, &[b"\x81\x01", bad]), [false, true], "{bad:?}");
        }
        let fragments: [&[u8]; 4] = [b"\x01\x01", b"\x89\x00", b"\x80\x01", b"\x80\x01"];
        assert_eq!(refuted(false, &fragments), [false, false, false, true], "a continuation of nothing");
    }

    #[test]
    fn the_same_header_three_times_is_a_period_unless_no_key_is_drawn_for_it() {
        assert_eq!(refuted(true, &[&b"\x81\x82abcd"[..]; 3]), [false, false, true]);
        assert_eq!(refuted(true, &[&b"\x81\x82\0\0\0\0"[..]; 3]), [false; 3]);
        assert_eq!(refuted(false, &[&b"\x81\x02"[..]; 3]), [false; 3]);
    }

    #[test]
    fn doubt_ends_after_a_while_and_so_do_searches() {
        let mut headers = vec![&b"\x81\x01"[..]; usize::from(BELIEVED_AFTER)];
        headers.push(b"\x83\x00");
        assert_eq!(refuted(false, &headers), [false; BELIEVED_AFTER as usize + 1]);
        let mut doubt = Doubt::default();
        assert_eq!((1..=SEARCHES).map(|_| doubt.gives_up()).filter(|given_up| *given_up).count(), 1);
    }
}
