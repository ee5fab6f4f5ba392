//! The keys of one direction, with the sequence number of the next record.

use std::ops::Range;

use super::cipher::Opener;
use super::header::Header;
use super::keylog::{Label, Random, Secret};
use super::schedule::{TrafficKeys, next_secret};
use super::suite::Protection;
use crate::base::Direction;

/// Which keys of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Epoch {
    /// TLS 1.3, 0-RTT data.
    Early,
    /// TLS 1.3, the rest of the handshake.
    Handshake,
    /// TLS 1.3, all that follows.
    Application,
    /// TLS 1.2, all behind ChangeCipherSpec.
    Tls12,
}

impl Epoch {
    /// The secret that the sender's keys of this epoch come from.
    pub fn label(self, sender: Direction) -> Label {
        match (self, sender) {
            (Epoch::Early, _) => Label::ClientEarly,
            (Epoch::Handshake, Direction::ClientToServer) => Label::ClientHandshake,
            (Epoch::Handshake, Direction::ServerToClient) => Label::ServerHandshake,
            (Epoch::Application, Direction::ClientToServer) => Label::ClientTraffic,
            (Epoch::Application, Direction::ServerToClient) => Label::ServerTraffic,
            (Epoch::Tls12, _) => Label::ClientRandom,
        }
    }
}

/// Keys that open the records of one direction in turn.
#[derive(Debug)]
pub(super) struct Keys {
    pub epoch: Epoch,
    opener: Opener,
    protection: Protection,
    /// The secret behind them, from which those after a KeyUpdate come; TLS 1.3 only.
    secret: Option<Secret>,
    /// Of the next record.
    sequence: u64,
    /// Sequence number and explicit nonce of the last record.
    nonce: Option<[u64; 2]>,
}

/// How many records may be missing before one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// The likeliest number of them.
    pub likely: u64,
    /// The most.
    pub most: u64,
    /// How many numbers may be tried.
    pub tries: u64,
}

/// What a search found.
pub(super) struct Found {
    pub opened: Opened,
    /// How many numbers were tried for it.
    pub tried: u64,
}

impl Search {
    /// The numbers to try: the likeliest one, then those around it.
    fn numbers(self) -> impl Iterator<Item = u64> {
        let Search { likely, most, tries } = self;
        let likely = likely.min(most);
        let around = move |step: u64| {
            let below = likely.checked_sub(step).filter(|_| step > 0);
            below.into_iter().chain(likely.checked_add(step))
        };
        let all = (0..=likely.max(most - likely)).flat_map(around).filter(move |missed| *missed <= most);
        all.take(usize::try_from(tries).unwrap_or(usize::MAX))
    }
}

/// A record that was opened.
pub(super) struct Opened {
    /// Where its content is.
    pub content: Range<usize>,
    /// Records with these keys before it that were not opened.
    pub missed: u64,
}

impl Keys {
    /// Keys of TLS 1.3; `None` if the secret cannot belong to the suite.
    pub fn tls13(protection: Protection, secret: &Secret, epoch: Epoch) -> Option<Self> {
        let opener = Opener::tls13(protection.bulk, TrafficKeys::tls13(protection, secret)?)?;
        Some(Self { epoch, opener, protection, secret: Some(*secret), sequence: 0, nonce: None })
    }

    /// Keys of TLS 1.2.
    pub fn tls12(
        protection: Protection,
        master: &Secret,
        (client, server): (&Random, &Random),
        sender: Direction,
        encrypt_then_mac: bool,
    ) -> Option<Self> {
        let keys = TrafficKeys::tls12(protection, master, client, server, sender)?;
        let opener = Opener::tls12(protection.bulk, keys, encrypt_then_mac)?;
        Some(Self { epoch: Epoch::Tls12, opener, protection, secret: None, sequence: 0, nonce: None })
    }

    /// Those behind a KeyUpdate (RFC 8446 §4.6.3).
    pub fn updated(&self) -> Option<Self> {
        let secret = next_secret(self.protection.hash, self.secret.as_ref()?)?;
        Self::tls13(self.protection, &secret, self.epoch)
    }

    /// Bytes that protection adds to a record's content, at least.
    pub fn overhead(&self) -> u64 {
        self.opener.overhead() as u64
    }

    /// Whether the length of a record tells that of its content.
    pub fn is_exact(&self) -> bool {
        self.opener.is_exact()
    }

    /// Opens the next record.
    pub fn open(&mut self, header: Header, body: &[u8], out: &mut Vec<u8>) -> Option<Opened> {
        self.open_at(self.sequence, header, body, out)
    }

    /// Opens a record behind missing ones. Its number is the first that fits of those that `search` may try, from the likeliest
    /// to the least. A tag or MAC that fits proves the number.
    pub fn find(&mut self, header: Header, body: &[u8], search: Search, out: &mut Vec<u8>) -> Option<Found> {
        let expected = self.sequence;
        let by_nonce = self
            .nonce
            .zip(self.opener.explicit_nonce(body))
            .map(|([sequence, before], now)| sequence.wrapping_add(now.wrapping_sub(before)))
            .filter(|sequence| *sequence >= expected);
        let by_count = search.numbers().map(|missed| expected.saturating_add(missed));
        by_nonce.into_iter().chain(by_count).zip(1..).find_map(|(sequence, tried)| {
            self.open_at(sequence, header, body, out).map(|opened| Found { opened, tried })
        })
    }

    fn open_at(&mut self, sequence: u64, header: Header, body: &[u8], out: &mut Vec<u8>) -> Option<Opened> {
        let content = self.opener.open(sequence, header, body, out)?;
        let missed = sequence.saturating_sub(self.sequence);
        self.sequence = sequence.saturating_add(1);
        self.nonce = self.opener.explicit_nonce(body).map(|nonce| [sequence, nonce]);
        Some(Opened { content, missed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_tried_once_from_the_likeliest_on() {
        let tried = |likely, most, tries| Search { likely, most, tries }.numbers().collect::<Vec<_>>();
        assert_eq!(tried(0, 3, 10), [0, 1, 2, 3]);
        assert_eq!(tried(3, 4, 10), [3, 2, 4, 1, 0]);
        assert_eq!(tried(1, 4, 10), [1, 0, 2, 3, 4]);
        assert_eq!(tried(9, 1, 10), [1, 0]);
        assert_eq!(tried(u64::MAX, u64::MAX, 3), [u64::MAX, u64::MAX - 1, u64::MAX - 2]);
        assert!(tried(5, 9, 0).is_empty());
    }
}
