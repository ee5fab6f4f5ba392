//! Which keys open a record, and which number it has.

use super::super::TlsEvent;
use super::super::header::{APPLICATION_DATA, Header};
use super::super::keylog::{KeyLog, Random, Secret};
use super::super::keys::{Epoch, Found, Keys, Opened, Search};
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

/// Bytes that may be spent on trying record numbers: at first, for each byte that was opened, and altogether. This bounds
/// what a hostile capture can cost. Behind a loss of 30 MiB in records of 16 KiB, all their numbers take 32 MiB.
const CREDIT: u64 = 8 << 20;
const CREDIT_RATE: u64 = 64;
const CREDIT_MOST: u64 = 256 << 20;

/// The part of it that one record may take with the keys of its direction, and with each that may follow them.
const CREDIT_SHARE: u64 = 8;

/// Changes of keys that are looked for in one loss.
const CHANGES: u32 = 4;

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
                    let search = Search { likely: 0, most: GUESSES, tries: GUESSES };
                    keys.find(record.header, record.body, search, &mut self.scratch).is_some()
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
        let Negotiation { hello, server_random, early_data, .. } = &self.negotiation;
        let random = hello.client_random.ok_or(Blocked::Hello(Direction::ClientToServer))?;
        if epoch == Epoch::Tls12 && self.negotiation.is_answer_first() {
            return Err(Blocked::Hello(Direction::ClientToServer));
        }
        let server_hello = Blocked::Hello(Direction::ServerToClient);
        let (Some(suite), Some(_)) = (hello.cipher_suite, server_random) else {
            return Err(server_hello);
        };
        let known = matches!((hello.version, epoch), (Some(0x0303), Epoch::Tls12))
            || (hello.version == Some(0x0304) && epoch != Epoch::Tls12);
        if !known || suite.protection().is_none() {
            self.give_up(from);
            if !std::mem::replace(&mut self.unsupported, true) {
                out(TlsEvent::Unsupported { span });
            }
            return Ok(());
        }
        let (epoch, secret) = find_secret(epoch, from, &random, means.log)?;
        let keys = self.negotiation.keys(epoch, from, secret);
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
        half.joiner.lose(means.held);
        half.handshake = self.negotiation.handshakes();
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
        let half = &mut self.halves[record.from];
        let State::Ready(keys) = &mut half.state else { return None };
        let Whole { from, header, body, .. } = *record;
        let Some(loss) = half.loss else {
            let opened = keys.open(header, body, scratch)?;
            half.opened(header);
            return Some(opened);
        };
        // Two more: the loss may have hidden a Finished message that was not told apart, and counting starts at 0.
        let most = loss.most(keys.overhead()).saturating_add(2);
        let likely = loss.likely(half.typical.max(header.whole() as u64));
        let search = Search { likely, most, tries: tries(half.credit, header) };
        let found = keys.find(header, body, search, scratch);
        half.credit = half.credit.saturating_sub(cost(found.as_ref(), search, header));
        let Some(Found { opened, .. }) = found else {
            return self.open_with_later(record, &loss, search, log, scratch, out);
        };
        // The record behind ChangeCipherSpec is a Finished message.
        let is_finished = keys.epoch == Epoch::Tls12 && !half.worked && opened.missed <= 1;
        if matches!(keys.epoch, Epoch::Application | Epoch::Tls12) && !is_finished {
            let exact = half.data && (keys.is_exact() || (keys.epoch != Epoch::Tls12 && !half.padded));
            let missing = loss.missing(keys, Some(opened.missed), exact);
            gap(&mut half.plain, from, missing, out);
        }
        half.opened(header);
        Some(opened)
    }

    /// Opens a record behind a loss that hides that its sender changed keys, more than once perhaps.
    fn open_with_later(
        &mut self,
        record: &Whole<'_>,
        loss: &Loss,
        search: Search,
        log: &KeyLog,
        scratch: &mut Vec<u8>,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) -> Option<Opened> {
        let Whole { from, header, body, .. } = *record;
        let Self { negotiation, halves, .. } = self;
        let half = &mut halves[from];
        let State::Ready(keys) = &mut half.state else { return None };
        let before = keys.epoch;
        let is_new = half.handshake < negotiation.handshakes();
        let mut next = successor(keys, negotiation, from, is_new, log)?;
        for updates in 1..=CHANGES {
            let search = Search { likely: 0, tries: tries(half.credit, header), ..search };
            let found = next.find(header, body, search, scratch);
            half.credit = half.credit.saturating_sub(cost(found.as_ref(), search, header));
            let Some(Found { opened, .. }) = found else {
                next = successor(&next, negotiation, from, false, log)?;
                continue;
            };
            let is_update = before == Epoch::Application;
            if next.epoch != Epoch::Handshake && (is_update || updates > 1 || opened.missed > 0) {
                let mut missing = loss.missing(&next, None, false);
                if is_update {
                    missing.length = missing.length.saturating_sub(KEY_UPDATE * u64::from(updates));
                }
                gap(&mut half.plain, from, missing, out);
            }
            **keys = next;
            half.handshake = negotiation.handshakes();
            half.opened(header);
            return Some(opened);
        }
        None
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
    fn opened(&mut self, header: Header) {
        let length = header.whole() as u64;
        self.typical = if self.worked { (self.typical * 7 + length) / 8 } else { length };
        self.loss = None;
        self.failures = 0;
        self.trial = Trial::No;
        self.worked = true;
        self.credit = self.credit.saturating_add(length.saturating_mul(CREDIT_RATE)).min(CREDIT_MOST);
    }
}

/// How many numbers may be tried for a record.
fn tries(credit: u64, header: Header) -> u64 {
    (credit / trial(header) / CREDIT_SHARE).saturating_add(2)
}

/// What a search has cost.
fn cost(found: Option<&Found>, search: Search, header: Header) -> u64 {
    let tried = found.map_or(search.tries.min(search.most.saturating_add(1)), |found| found.tried);
    tried.saturating_mul(trial(header))
}

/// What it costs to try a number, in bytes.
fn trial(header: Header) -> u64 {
    (header.whole() as u64).max(64)
}

/// The keys that a sender uses behind these; for TLS 1.2 those of another handshake, if it `is_new`.
fn successor(
    keys: &Keys,
    negotiation: &Negotiation,
    from: Direction,
    is_new: bool,
    log: &KeyLog,
) -> Option<Keys> {
    let later = match keys.epoch {
        Epoch::Early => Epoch::Handshake,
        Epoch::Handshake => Epoch::Application,
        Epoch::Application => return keys.updated(),
        Epoch::Tls12 if is_new && !negotiation.is_answer_first() => Epoch::Tls12,
        Epoch::Tls12 => return None,
    };
    let (epoch, secret) = find_secret(later, from, &negotiation.hello.client_random?, log).ok()?;
    negotiation.keys(epoch, from, secret)
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
