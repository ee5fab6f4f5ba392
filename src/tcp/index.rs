//! Which slot the connection between two ends has.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use foldhash::fast::RandomState;

/// Address and port.
type WideEnd = (u128, u16);

/// The two ends of a connection, the same whoever sends: the lower one first.
///
/// IPv4 and IPv6 are kept apart, because the short key hashes faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    V4(u64, u64),
    V6(WideEnd, WideEnd),
}

impl Key {
    pub(super) fn of(one: SocketAddr, other: SocketAddr) -> Self {
        match (one, other) {
            (SocketAddr::V4(one), SocketAddr::V4(other)) => {
                let one = u64::from(one.ip().to_bits()) << 16 | u64::from(one.port());
                let other = u64::from(other.ip().to_bits()) << 16 | u64::from(other.port());
                Key::V4(one.min(other), one.max(other))
            }
            _ => {
                let (one, other) = (wide(one), wide(other));
                Key::V6(one.min(other), one.max(other))
            }
        }
    }
}

fn wide(end: SocketAddr) -> WideEnd {
    let address = match end.ip() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    (address.to_bits(), end.port())
}

/// From ends to slots. Never iterated: its order is random.
#[derive(Debug, Default)]
pub(super) struct Index {
    v4: HashMap<(u64, u64), u32, RandomState>,
    v6: HashMap<(WideEnd, WideEnd), u32, RandomState>,
}

impl Index {
    pub(super) fn get(&self, key: &Key) -> Option<usize> {
        let slot = match *key {
            Key::V4(low, high) => self.v4.get(&(low, high)),
            Key::V6(low, high) => self.v6.get(&(low, high)),
        };
        slot.map(|slot| *slot as usize)
    }

    pub(super) fn insert(&mut self, key: Key, slot: usize) {
        match key {
            Key::V4(low, high) => self.v4.insert((low, high), slot as u32),
            Key::V6(low, high) => self.v6.insert((low, high), slot as u32),
        };
    }

    pub(super) fn remove(&mut self, key: &Key) {
        match *key {
            Key::V4(low, high) => self.v4.remove(&(low, high)),
            Key::V6(low, high) => self.v6.remove(&(low, high)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_have_one_key_and_the_port_counts() {
        for (one, other, third) in [
            ("1.2.3.4:5", "9.8.7.6:5", "1.2.3.4:6"),
            ("[::1]:5", "[::2]:5", "[::1]:6"),
            ("1.2.3.4:5", "[::2]:5", "[::1]:5"),
        ] {
            let [one, other, third]: [SocketAddr; 3] = [one, other, third].map(|text| text.parse().unwrap());
            assert_eq!(Key::of(one, other), Key::of(other, one));
            assert_ne!(Key::of(one, other), Key::of(third, other));
        }
    }
}
