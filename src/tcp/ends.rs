//! Who a connection is between.

use std::net::{IpAddr, SocketAddr, SocketAddrV4};

use crate::base::Direction;

/// The two ends of a connection. What most have is small: each packet looks at it.
#[derive(Debug)]
pub(super) enum Ends {
    V4 { client: SocketAddrV4, server: SocketAddrV4 },
    Other(Box<(SocketAddr, SocketAddr)>),
}

impl Ends {
    pub(super) fn new(client: SocketAddr, server: SocketAddr) -> Self {
        match (client, server) {
            (SocketAddr::V4(client), SocketAddr::V4(server)) => Ends::V4 { client, server },
            both => Ends::Other(Box::new(both)),
        }
    }

    /// The client and the server.
    pub(super) fn both(&self) -> (SocketAddr, SocketAddr) {
        match self {
            Ends::V4 { client, server } => ((*client).into(), (*server).into()),
            Ends::Other(both) => **both,
        }
    }

    /// In which direction one of the two sends.
    pub(super) fn sender(&self, source: SocketAddr) -> Direction {
        let from_client = match (self, source) {
            (Ends::V4 { client, .. }, SocketAddr::V4(source)) => *client == source,
            (_, source) => {
                let client = self.both().0;
                source.port() == client.port() && source.ip() == client.ip()
            }
        };
        if from_client { Direction::ClientToServer } else { Direction::ServerToClient }
    }

    /// Whether it is between the ends that a key names.
    pub(super) fn are(&self, key: &Key) -> bool {
        match (self, key) {
            (Ends::V4 { client, server }, Key::V4(low, high)) => {
                let (one, other) = (narrow(*client), narrow(*server));
                (one.min(other), one.max(other)) == (*low, *high)
            }
            (Ends::V4 { .. }, Key::Wide(..)) => false,
            (Ends::Other(both), key) => Key::of(both.0, both.1) == *key,
        }
    }

    pub(super) fn key(&self) -> Key {
        let (client, server) = self.both();
        Key::of(client, server)
    }
}

/// Address and port.
type WideEnd = (u128, u16);

/// The two ends of a connection, the same whoever sends: the lower one first.
///
/// IPv4 and IPv6 are kept apart, because the short key hashes faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    V4(u64, u64),
    Wide(WideEnd, WideEnd),
}

impl Key {
    pub(super) fn of(one: SocketAddr, other: SocketAddr) -> Self {
        match (one, other) {
            (SocketAddr::V4(one), SocketAddr::V4(other)) => {
                let (one, other) = (narrow(one), narrow(other));
                Key::V4(one.min(other), one.max(other))
            }
            _ => {
                let (one, other) = (wide(one), wide(other));
                Key::Wide(one.min(other), one.max(other))
            }
        }
    }
}

fn narrow(end: SocketAddrV4) -> u64 {
    u64::from(end.ip().to_bits()) << 16 | u64::from(end.port())
}

fn wide(end: SocketAddr) -> WideEnd {
    let address = match end.ip() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    (address.to_bits(), end.port())
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
            for ends in [Ends::new(one, other), Ends::new(other, one)] {
                assert!(ends.are(&Key::of(one, other)) && !ends.are(&Key::of(third, other)));
                assert_eq!(ends.key(), Key::of(one, other));
            }
            assert_eq!(Ends::new(one, other).sender(one), Direction::ClientToServer);
            assert_eq!(Ends::new(other, one).sender(one), Direction::ServerToClient);
        }
    }
}
