//! Which keys open a record, and which number it has.

use super::super::TlsEvent;
use super::super::header::APPLICATION_DATA;
use super::super::keylog::{KeyLog, Random, Secret};
use super::super::keys::{Epoch, Keys, Opened};
use super::super::negotiation::{EarlyData, Negotiation};
use super::super::plain::Loss;
use super::super::suite::CipherSuite;
use super::{Blocked, Half, Means, Reading, State, Trial, Whole, gap};
use crate::base::{Direction, GapReason, Span};

/// Records in a row that cannot be opened, after which a direction is given up.
const FAILURES: u32 = 64;

/// How often a suite is looked for by trying, and how many records may be missing before one that is tried.
const GUESSES: u64 = 16;

/// Bytes of a KeyUpdate message, which surely is among what was lost if the keys behind it fit.
const KEY_UPDATE: u64 = 5;

/// Bytes that may be spent on trying record numbers: at first, and for each byte that was opened. Behind a loss of 1000
/// records of 1 KiB it takes 1 MiB. This bounds what a hostile capture can cost.
const CREDIT: u64 = 8 << 20;
const CREDIT_RATE: u64 = 64;

impl Reading {
    /// Finds the suite by trying, if the ServerHello of a TLS 1.3 connection was not captured: the secrets say which ones may
    /// be, and a tag that fits proves one. Whether it did.
    pub(super) fn guess(
        &mut self,
        record: &Whole<'_>,
        log: &KeyLog,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) -> bool {
        let Negotiation { hello, server_random, early_data, .. } = &mut self.negotiation;
        let is_data = record.header.content == APPLICATION_DATA && *early_data == EarlyData::NotOffered;
        let Some(random) = hello.client_random.filter(|_| is_data && server_random.is_none()) else {
            return false;
        };
        let secrets: Vec<_> = [Epoch::Handshake, Epoch::Application]
            .into_iter()
            .filter_map(|epoch| Some((epoch, log.secret(&random, epoch.label(record.from))?)))
            .collect();
        if secrets.is_empty() || self.guesses >= GUESSES {
            return false;
        }
        self.guesses += 1;
        let fits = |suite: &CipherSuite| {
            secrets.iter().any(|(epoch, secret)| {
                let keys = suite.protection().and_then(|protection| Keys::tls13(protection, secret, *epoch));
                let opened = |mut keys: Keys| {
                    keys.find(record.header, record.body, 0, GUESSES, &mut self.scratch).is_some()
                };
                keys.is_some_and(opened)
            })
        };
        let Some(suite) = (0x1301..=0x1305).map(CipherSuite).find(fits) else { return false };
        hello.version = Some(0x0304);
        hello.cipher_suite = Some(suite);
        // TLS 1.3 derives no keys from it outside of the transcript.
        *server_random = Some(Random::default());
        self.progress = true;
        out(TlsEvent::Hello(hello));
        true
    }

    /// Finds the keys of an epoch. If they can never be there, the direction is given up.
    pub(super) fn derive(
        &mut self,
        epoch: Epoch,
        record: &Whole<'_>,
        means: &Means<'_>,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) -> Result<(), Blocked> {
        let (from, span) = (record.from, record.span);
        let Negotiation { hello, server_random, encrypt_then_mac, early_data } = &self.negotiation;
        let random = hello.client_random.ok_or(Blocked::Hello(Direction::ClientToServer))?;
        let server_hello = Blocked::Hello(Direction::ServerToClient);
        let (Some(suite), Some(server)) = (hello.cipher_suite, server_random) else {
            return Err(server_hello);
        };
        let known = matches!((hello.version, epoch), (Some(0x0303), Epoch::Tls12))
            || (hello.version == Some(0x0304) && epoch != Epoch::Tls12);
        let Some(protection) = suite.protection().filter(|_| known) else {
            self.give_up(from);
            if !std::mem::replace(&mut self.unsupported, true) {
                out(TlsEvent::Unsupported { span });
            }
            return Ok(());
        };
        let (epoch, secret) = find_secret(epoch, from, &random, means.log)?;
        let keys = match epoch {
            Epoch::Tls12 => Keys::tls12(protection, secret, &random, server, from, *encrypt_then_mac),
            _ => Keys::tls13(protection, secret, epoch),
        };
        let half = &mut self.halves[from];
        let expected = std::mem::replace(&mut half.state, State::GivenUp);
        let Some(keys) = keys else {
            let looked_for = epoch.label(from).name();
            let worked = false;
            out(TlsEvent::DecryptionFailed { from, looked_for, client_random: random, worked, span });
            return Ok(());
        };
        half.trial = match expected {
            State::Next(Epoch::Early) if epoch != Epoch::Early => Trial::EarlyData,
            State::Next(Epoch::Handshake) if epoch != Epoch::Handshake => Trial::Handshake,
            State::Next(Epoch::Handshake)
                if *early_data == EarlyData::Rejected && from == Direction::ClientToServer =>
            {
                Trial::Refused
            }
            _ => Trial::No,
        };
        if half.trial == Trial::EarlyData {
            let looked_for = Epoch::Early.label(from).name();
            out(TlsEvent::NoKeys { from, looked_for, client_random: random, at_limit: false, span });
        }
        half.credit = half.credit.max(CREDIT);
        half.failures = 0;
        half.state = State::Ready(Box::new(keys));
        Ok(())
    }

    /// Opens a record with the keys of its direction, or behind a loss with those that follow them; tells what is missing
    /// before it.
    pub(super) fn open(
        &mut self,
        record: &Whole<'_>,
        log: &KeyLog,
        scratch: &mut Vec<u8>,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) -> Option<Opened> {
        let Negotiation { hello, .. } = &self.negotiation;
        let half = &mut self.halves[record.from];
        let State::Ready(keys) = &mut half.state else { return None };
        let Whole { from, header, body, .. } = *record;
        let Some(loss) = half.loss else {
            let opened = keys.open(header, body, scratch)?;
            half.opened(body.len());
            return Some(opened);
        };
        let length = (body.len() as u64).max(64);
        // Two more: the loss may have hidden a Finished message that was not told apart, and counting starts at 0.
        let most = loss.most(keys.overhead()).min(half.credit / length / 2).saturating_add(2);
        let spent = length.saturating_mul(most);
        if let Some(opened) = keys.find(header, body, loss.known(), most, scratch) {
            half.credit = half.credit.saturating_sub(length.saturating_mul(opened.missed));
            // The record behind ChangeCipherSpec is a Finished message.
            let is_finished = keys.epoch == Epoch::Tls12 && !half.worked && opened.missed <= 1;
            if matches!(keys.epoch, Epoch::Application | Epoch::Tls12) && !is_finished {
                let exact = half.data && (keys.is_exact() || (keys.epoch != Epoch::Tls12 && !half.padded));
                let missing = loss.missing(keys, Some(opened.missed), exact);
                gap(&mut half.plain, from, missing, out);
            }
            half.opened(body.len());
            return Some(opened);
        }
        half.credit = half.credit.saturating_sub(spent);
        let mut next = match keys.epoch {
            Epoch::Application => keys.updated()?,
            Epoch::Handshake | Epoch::Early => {
                let later = if keys.epoch == Epoch::Early { Epoch::Handshake } else { Epoch::Application };
                let secret = log.secret(&hello.client_random?, later.label(from))?;
                Keys::tls13(hello.cipher_suite?.protection()?, secret, later)?
            }
            Epoch::Tls12 => return None,
        };
        half.credit = half.credit.saturating_sub(spent);
        let opened = next.find(header, body, 0, most, scratch)?;
        let later = keys.epoch == Epoch::Application;
        **keys = next;
        if later || (keys.epoch == Epoch::Application && opened.missed > 0) {
            let mut missing = loss.missing(keys, None, false);
            if later {
                missing.length = missing.length.saturating_sub(KEY_UPDATE);
            }
            gap(&mut half.plain, from, missing, out);
        }
        half.opened(body.len());
        Some(opened)
    }

    /// A record cannot be opened.
    pub(super) fn fail(&mut self, record: &Whole<'_>, means: &Means<'_>, out: &mut impl FnMut(TlsEvent<'_>)) {
        let Whole { from, header, span, .. } = *record;
        let half = &mut self.halves[from];
        let State::Ready(keys) = &half.state else { return };
        half.failures = half.failures.saturating_add(1);
        half.failed = Some(span);
        let over = half.failures >= FAILURES;
        let trial = half.trial;
        let tell = over || (half.loss.is_none() && trial == Trial::No);
        if trial == Trial::EarlyData {
            let missing = Loss::new(span, GapReason::Undecrypted, Some(header)).missing(keys, None, false);
            gap(&mut half.plain, from, missing, out);
        }
        if tell {
            self.tell_failure(from, span, out);
        }
        if over {
            self.finish(from, means.held, out);
            self.give_up(from);
        } else if trial == Trial::No {
            self.lose(from, Loss::new(span, GapReason::Undecrypted, Some(header)), means);
        }
    }

    /// Says once that the keys of a direction do not fit.
    pub(super) fn tell_failure(&mut self, from: Direction, span: Span, out: &mut impl FnMut(TlsEvent<'_>)) {
        let half = &mut self.halves[from];
        let State::Ready(keys) = &half.state else { return };
        if std::mem::replace(&mut half.told_failure, true) {
            return;
        }
        let looked_for = keys.epoch.label(from).name();
        let client_random = self.negotiation.hello.client_random.unwrap_or_default();
        out(TlsEvent::DecryptionFailed { from, looked_for, client_random, worked: half.worked, span });
    }
}

impl Half {
    fn opened(&mut self, length: usize) {
        self.loss = None;
        self.failures = 0;
        self.trial = Trial::No;
        self.worked = true;
        self.credit = self.credit.saturating_add((length as u64).saturating_mul(CREDIT_RATE)).min(CREDIT);
    }
}

/// The secret of an epoch. If it is not there but the one of a later epoch is, this will hardly come any more: then that.
fn find_secret<'k>(
    epoch: Epoch,
    from: Direction,
    random: &Random,
    log: &'k KeyLog,
) -> Result<(Epoch, &'k Secret), Blocked> {
    let later: &[Epoch] = match epoch {
        Epoch::Early => &[Epoch::Early, Epoch::Handshake, Epoch::Application],
        Epoch::Handshake => &[Epoch::Handshake, Epoch::Application],
        Epoch::Application => &[Epoch::Application],
        Epoch::Tls12 => &[Epoch::Tls12],
    };
    later
        .iter()
        .find_map(|&epoch| Some((epoch, log.secret(random, epoch.label(from))?)))
        .ok_or(Blocked::Keys(epoch.label(from), *random))
}
