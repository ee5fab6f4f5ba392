//! Which keys were seen before (RFC 6455 §4.1: a key is chosen at random for each connection).

use std::collections::VecDeque;
use std::collections::hash_map::{Entry, HashMap};

use super::{Violation, registry, text};
use crate::http::Request;
use crate::record::Side;
use crate::websocket::decode_key;

/// Keys remembered at once, some 200 KiB: reuse worth telling happens within fewer connections than that.
const CAPACITY: usize = 4096;

/// The `Sec-WebSocket-Key`s of the latest handshakes. Invalid keys are not remembered.
///
/// Invariant: `order` holds the keys of `seen`, the oldest first, at most `CAPACITY` of them.
#[derive(Debug, Default)]
pub struct KeyMemory {
    seen: HashMap<[u8; 16], Use>,
    order: VecDeque<[u8; 16]>,
}

/// Where a key was first seen.
#[derive(Debug, Clone, Copy)]
struct Use {
    stream: u64,
    packet: u64,
}

impl KeyMemory {
    /// WS111. Remembers the key of this request; a retry on the same connection may use it again.
    pub(super) fn judge(&mut self, stream: u64, request: &Request, out: &mut impl FnMut(Violation)) {
        let Some(field) = request.headers.fields("Sec-WebSocket-Key").next() else { return };
        let Ok(key) = decode_key(field.value) else { return };
        let first = match self.seen.entry(key) {
            Entry::Occupied(first) => *first.get(),
            Entry::Vacant(place) => {
                place.insert(Use { stream, packet: request.span.end.number });
                return self.forget_oldest(key);
            }
        };
        if first.stream != stream {
            let text = format!(
                "the key {} is also used on stream {} (packet {})",
                text::shown(field.value),
                first.stream,
                first.packet
            );
            let rule = &registry::REUSED_KEY;
            let violation = Violation::of_header(rule, Side::Client, &request.span, field, text);
            out(violation.with("stream", first.stream).with("packet", first.packet));
        }
    }

    /// Makes room for a key that was just seen for the first time.
    fn forget_oldest(&mut self, latest: [u8; 16]) {
        if self.order.len() >= CAPACITY
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        self.order.push_back(latest);
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::check::testing::request;

    fn told(memory: &mut KeyMemory, stream: u64, key: u64) -> bool {
        let key = STANDARD.encode(u128::from(key).to_be_bytes());
        let mut count = 0;
        let request = request(format!("GET / HTTP/1.1\r\nSec-WebSocket-Key: {key}\r\n\r\n").as_bytes());
        memory.judge(stream, &request, &mut |_| count += 1);
        count == 1
    }

    #[test]
    fn rfc6455_4_1_a_key_on_another_connection_is_told() {
        let mut memory = KeyMemory::default();
        assert!(!told(&mut memory, 0, 7) && !told(&mut memory, 0, 7) && !told(&mut memory, 1, 8));
        assert!(told(&mut memory, 1, 7) && told(&mut memory, 2, 7));
    }

    #[test]
    fn the_oldest_keys_are_forgotten_and_no_others() {
        let mut memory = KeyMemory::default();
        for key in 0..=CAPACITY as u64 {
            assert!(!told(&mut memory, 0, key));
        }
        assert_eq!((memory.seen.len(), memory.order.len()), (CAPACITY, CAPACITY));
        assert!(told(&mut memory, 1, 1));
        assert!(!told(&mut memory, 1, 0));
    }
}
