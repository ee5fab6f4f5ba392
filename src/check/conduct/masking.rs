//! Masking keys of the client, frame after frame (RFC 6455 §5.3).

use super::Found;
use crate::check::registry;
use crate::websocket::FrameHeader;

/// Frames in a row with one key before it is told. The same key twice happens by chance: once in 2^32 frames.
const FRAMES: u8 = 3;

/// The keys so far.
#[derive(Debug, Default)]
pub(super) struct Masking {
    /// The last key that is not zero, and how many frames in a row had it.
    last: Option<([u8; 4], u8)>,
    repeated_told: bool,
    zero_told: bool,
}

impl Masking {
    /// WS207, WS208, each once a connection.
    pub(super) fn judge(&mut self, header: &FrameHeader) -> Found {
        let Some(key) = header.masking_key.filter(|key| *key != [0; 4]) else {
            self.last = None;
            return header.masking_key.and_then(|_| self.zero());
        };
        let run = match self.last {
            Some((last, run)) if last == key => run.saturating_add(1),
            _ => 1,
        };
        self.last = Some((key, run));
        if run < FRAMES || std::mem::replace(&mut self.repeated_told, true) {
            return None;
        }
        let [a, b, c, d] = key;
        let text = format!("the masking key {a:02x} {b:02x} {c:02x} {d:02x} on {FRAMES} frames in a row");
        Some((&registry::REPEATED_MASKING_KEY, text))
    }

    /// Frames may be missing between the last one and the next.
    pub(super) fn interrupt(&mut self) {
        self.last = None;
    }

    fn zero(&mut self) -> Found {
        let first = !std::mem::replace(&mut self.zero_told, true);
        let text = || "the masking key is 00 00 00 00: the payload stands as it is".into();
        first.then(|| (&registry::ZERO_MASKING_KEY, text()))
    }
}
