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
        client: &Random,
        server: &Random,
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

    /// Opens a record behind missing ones: its number is the first of `count` that fits, `likely` more than expected being
    /// tried first. A tag or MAC that fits proves the number.
    pub fn find(
        &mut self,
        header: Header,
        body: &[u8],
        likely: u64,
        count: u64,
        out: &mut Vec<u8>,
    ) -> Option<Opened> {
        let expected = self.sequence;
        let by_nonce = self
            .nonce
            .zip(self.opener.explicit_nonce(body))
            .map(|([sequence, before], now)| sequence.wrapping_add(now.wrapping_sub(before)))
            .filter(|sequence| *sequence >= expected);
        let guesses = by_nonce.into_iter().chain([expected.saturating_add(likely)]);
        let all = expected..expected.saturating_add(count);
        guesses.chain(all).find_map(|sequence| self.open_at(sequence, header, body, out))
    }

    fn open_at(&mut self, sequence: u64, header: Header, body: &[u8], out: &mut Vec<u8>) -> Option<Opened> {
        let content = self.opener.open(sequence, header, body, out)?;
        let missed = sequence.saturating_sub(self.sequence);
        self.sequence = sequence.saturating_add(1);
        self.nonce = self.opener.explicit_nonce(body).map(|nonce| [sequence, nonce]);
        Some(Opened { content, missed })
    }
}
