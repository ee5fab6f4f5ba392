//! Records in their order: which keys open them, and what they say.

use super::framer::Framed;
use super::header::{ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, Header};
use super::keylog::{KeyLog, Label};
use super::keys::{Epoch, Keys, Opened};
use super::message::{self, ClientHello, EncryptedExtensions, Joiner, ServerHello};
use super::negotiation::{EarlyData, Negotiation};
use super::plain::{Loss, Plain};
use super::{Random, TlsEvent};
use crate::base::{Budget, Direction, GapReason, PerDirection, Span, StreamEvent};

/// Both directions, record by record.
#[derive(Debug, Default)]
pub(super) struct Reading {
    negotiation: Negotiation,
    halves: PerDirection<Half>,
    scratch: Vec<u8>,
    unsupported: bool,
    /// A hello was read, for which records of the other direction may have waited.
    progress: bool,
}

#[derive(Debug, Default)]
struct Half {
    state: State,
    joiner: Joiner,
    plain: Plain,
    loss: Option<Loss>,
    /// Records that could not be opened since the last that could.
    failures: u32,
    /// The first records may be ones that these keys do not open.
    trial: bool,
    told_failure: bool,
    /// Some record was opened.
    worked: bool,
    /// Application data was read.
    data: bool,
    /// Some record was padded.
    padded: bool,
    /// Bytes that may still be spent on trying record numbers.
    credit: u64,
}

/// How the records of a direction are protected just now.
#[derive(Debug, Default)]
enum State {
    /// Not at all.
    #[default]
    Clear,
    /// By keys that the next record asks for.
    Next(Epoch),
    /// By these keys.
    Ready(Box<Keys>),
    /// Nobody will know.
    GivenUp,
}

/// Why a record cannot be read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blocked {
    /// What the hellos say is not known: this direction's is missing.
    Hello(Direction),
    /// This secret is missing.
    Keys(Label, Random),
    /// The other direction waits for keys, and comes first.
    Behind,
}

/// A record, whole.
#[derive(Clone, Copy)]
struct Whole<'a> {
    from: Direction,
    header: Header,
    body: &'a [u8],
    span: Span,
    acked: Option<u64>,
}

/// What is needed besides.
pub(super) struct Means<'m> {
    pub log: &'m KeyLog,
    pub held: &'m Budget,
    /// The other direction waits for keys.
    pub other_waits: bool,
}

/// Records in a row that cannot be opened, after which a direction is given up.
const FAILURES: u32 = 64;

/// Bytes that may be spent on trying record numbers: at first, and for each byte that was opened. Behind a loss of 1000
/// records of 1 KiB it takes 1 MiB. This bounds what a hostile capture can cost.
const CREDIT: u64 = 8 << 20;
const CREDIT_RATE: u64 = 64;

impl Reading {
    /// Takes what stands next in one direction; nothing has happened if it is blocked.
    pub fn take(
        &mut self,
        from: Direction,
        framed: Framed<'_>,
        means: &Means<'_>,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) -> Result<(), Blocked> {
        match framed {
            Framed::Record { header, body, span, acked } => {
                self.record(Whole { from, header, body, span, acked }, means, out)
            }
            Framed::Lost { span, why, header } => {
                self.lose(from, Loss::new(span, why, header), means);
                Ok(())
            }
            Framed::End { packet, acked, reset } => {
                self.finish(from, means.held, out);
                let acked = self.acknowledged(from, acked);
                let event = if reset {
                    StreamEvent::Reset { packet, acked }
                } else {
                    StreamEvent::Fin { packet, acked }
                };
                out(TlsEvent::Plain(from, event));
                Ok(())
            }
        }
    }

    /// The direction has ended.
    pub fn finish(&mut self, from: Direction, held: &Budget, out: &mut impl FnMut(TlsEvent<'_>)) {
        let half = &mut self.halves[from];
        half.joiner.lose(held);
        if let Some(loss) = half.loss.take()
            && let State::Ready(keys) = &half.state
            && matches!(keys.epoch, Epoch::Application | Epoch::Tls12)
        {
            let missing = loss.missing(keys, None, false);
            gap(&mut half.plain, from, missing, out);
        }
    }

    /// Whether a hello was read since this was asked before.
    pub fn progress(&mut self) -> bool {
        std::mem::take(&mut self.progress)
    }

    /// Nothing more is read of a direction.
    pub fn give_up(&mut self, from: Direction) {
        let half = &mut self.halves[from];
        half.state = State::GivenUp;
        half.loss = None;
    }

    fn record(
        &mut self,
        record: Whole<'_>,
        means: &Means<'_>,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) -> Result<(), Blocked> {
        if let State::Clear = self.halves[record.from].state
            && let Some(epoch) = self.epoch_behind_clear(&record)?
        {
            self.halves[record.from].state = State::Next(epoch);
        }
        match self.halves[record.from].state {
            State::Clear => self.content(&record, record.header.content, record.body, means, out),
            State::Next(epoch) => {
                self.derive(epoch, &record, means, out)?;
                self.protected(record, means, out)?;
            }
            State::Ready(_) => self.protected(record, means, out)?,
            State::GivenUp => {}
        }
        Ok(())
    }

    /// The keys that a record asks for behind unprotected ones; `None` if it is one itself, or none that can be read.
    fn epoch_behind_clear(&self, record: &Whole<'_>) -> Result<Option<Epoch>, Blocked> {
        let Negotiation { hello, early_data, server_random, .. } = &self.negotiation;
        let server_hello = Blocked::Hello(Direction::ServerToClient);
        match record.header.content {
            CHANGE_CIPHER_SPEC if hello.version.is_none() => Err(server_hello),
            APPLICATION_DATA => match hello.version {
                None => Err(server_hello),
                Some(0x0304) if record.from == Direction::ClientToServer => match early_data {
                    EarlyData::NotOffered | EarlyData::Rejected => Ok(Some(Epoch::Handshake)),
                    EarlyData::Accepted => Ok(Some(Epoch::Early)),
                    EarlyData::Offered => Err(server_hello),
                    EarlyData::Retried => Ok(None),
                },
                Some(0x0304) if server_random.is_none() => Err(server_hello),
                Some(0x0304) => Ok(Some(Epoch::Handshake)),
                // Without a loss, ChangeCipherSpec would have come before it.
                Some(_) => Ok(self.halves[record.from].loss.map(|_| Epoch::Tls12)),
            },
            _ => Ok(None),
        }
    }

    /// Finds the keys of an epoch. If they can never be there, the direction is given up.
    fn derive(
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
        let rejected = *early_data == EarlyData::Rejected && from == Direction::ClientToServer;
        half.trial = !matches!(expected, State::Next(asked) if asked == epoch)
            || (rejected && epoch == Epoch::Handshake);
        half.credit = half.credit.max(CREDIT);
        half.failures = 0;
        half.state = State::Ready(Box::new(keys));
        Ok(())
    }

    fn protected(
        &mut self,
        record: Whole<'_>,
        means: &Means<'_>,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) -> Result<(), Blocked> {
        let State::Ready(keys) = &self.halves[record.from].state else { return Ok(()) };
        let is_tls13 = keys.epoch != Epoch::Tls12;
        match record.header.content {
            // Sent for the sake of middleboxes (RFC 8446 §5), or before the sender had keys.
            CHANGE_CIPHER_SPEC | ALERT if is_tls13 => {
                self.content(&record, record.header.content, record.body, means, out);
                return Ok(());
            }
            HANDSHAKE if is_tls13 => return Ok(()),
            _ if means.other_waits && matches!(keys.epoch, Epoch::Application | Epoch::Tls12) => {
                return Err(Blocked::Behind);
            }
            _ => {}
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        match self.open(&record, means.log, &mut scratch, out) {
            Some(opened) => {
                let content = scratch.get(opened.content).unwrap_or_default();
                if is_tls13 {
                    self.inner(&record, content, means, out);
                } else {
                    self.content(&record, record.header.content, content, means, out);
                }
            }
            None => self.fail(&record, means, out),
        }
        self.scratch = scratch;
        Ok(())
    }

    /// Opens a record with the keys of its direction, or behind a loss with those that follow them; tells what is missing
    /// before it.
    fn open(
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
        let most = loss.most(keys.overhead()).min(half.credit / length / 2).saturating_add(1);
        let spent = length.saturating_mul(most.saturating_add(2));
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
        let mut next = match keys.epoch {
            Epoch::Application => keys.updated()?,
            Epoch::Handshake | Epoch::Early => {
                let later = if keys.epoch == Epoch::Early { Epoch::Handshake } else { Epoch::Application };
                let secret = log.secret(&hello.client_random?, later.label(from))?;
                Keys::tls13(hello.cipher_suite?.protection()?, secret, later)?
            }
            Epoch::Tls12 => return None,
        };
        half.credit = half.credit.saturating_sub(spent.saturating_mul(2));
        let opened = next.find(header, body, 0, most, scratch)?;
        let later = keys.epoch == Epoch::Application;
        **keys = next;
        if later || (keys.epoch == Epoch::Application && opened.missed > 0) {
            let missing = loss.missing(keys, None, false);
            gap(&mut half.plain, from, missing, out);
        }
        half.opened(body.len());
        Some(opened)
    }

    /// A record cannot be opened.
    fn fail(&mut self, record: &Whole<'_>, means: &Means<'_>, out: &mut impl FnMut(TlsEvent<'_>)) {
        let Whole { from, header, span, .. } = *record;
        let half = &mut self.halves[from];
        let State::Ready(keys) = &half.state else { return };
        half.failures = half.failures.saturating_add(1);
        let over = half.failures >= FAILURES;
        let tell = over || (half.loss.is_none() && !half.trial);
        if tell && !std::mem::replace(&mut half.told_failure, true) {
            let looked_for = keys.epoch.label(from).name();
            let client_random = self.negotiation.hello.client_random.unwrap_or_default();
            out(TlsEvent::DecryptionFailed { from, looked_for, client_random, worked: half.worked, span });
        }
        if over {
            self.finish(from, means.held, out);
            self.give_up(from);
        } else if !half.trial {
            self.lose(from, Loss::new(span, GapReason::Undecrypted, Some(header)), means);
        }
    }

    fn lose(&mut self, from: Direction, loss: Loss, means: &Means<'_>) {
        let half = &mut self.halves[from];
        half.joiner.lose(means.held);
        half.loss = Some(half.loss.map_or(loss, |before| before.join(loss)));
    }

    /// The content of a record of TLS 1.3: zeros behind its type are padding (RFC 8446 §5.4).
    fn inner(
        &mut self,
        record: &Whole<'_>,
        content: &[u8],
        means: &Means<'_>,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) {
        let Some(end) = content.iter().rposition(|&byte| byte != 0) else { return };
        let (Some(text), Some(&kind)) = (content.get(..end), content.get(end)) else { return };
        self.halves[record.from].padded |= end + 1 < content.len();
        self.content(record, kind, text, means, out);
    }

    fn content(
        &mut self,
        record: &Whole<'_>,
        kind: u8,
        content: &[u8],
        means: &Means<'_>,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) {
        let Whole { from, span, .. } = *record;
        let mut name = |name| out(TlsEvent::Record { from, name, span });
        match kind {
            CHANGE_CIPHER_SPEC => {
                name("Change Cipher Spec");
                if self.negotiation.hello.version.is_some_and(|version| version < 0x0304) {
                    self.halves[from].state = State::Next(Epoch::Tls12);
                }
            }
            ALERT => {
                name("Alert");
                if let &[level, description] = content {
                    out(TlsEvent::Alert { from, level, description, span });
                }
            }
            HANDSHAKE => {
                let mut joiner = std::mem::take(&mut self.halves[from].joiner);
                joiner.push(content, means.held, &mut |kind, body| self.message(record, kind, body, out));
                self.halves[from].joiner = joiner;
            }
            APPLICATION_DATA => {
                name("Application Data");
                self.data(record, content, out);
            }
            _ => name("Unknown Record"),
        }
    }

    fn data(&mut self, record: &Whole<'_>, bytes: &[u8], out: &mut impl FnMut(TlsEvent<'_>)) {
        let acked = self.acknowledged(record.from, record.acked);
        let half = &mut self.halves[record.from];
        if matches!(half.state, State::Clear) {
            return;
        }
        half.data = true;
        let span = half.plain.next(&record.span, bytes.len() as u64);
        if !bytes.is_empty() {
            out(TlsEvent::Plain(record.from, StreamEvent::Data { span, acked, bytes }));
        }
    }

    fn message(&mut self, record: &Whole<'_>, kind: u8, body: &[u8], out: &mut impl FnMut(TlsEvent<'_>)) {
        let Whole { from, span, header, .. } = *record;
        let is_retry =
            kind == message::SERVER_HELLO && ServerHello::read(body).is_some_and(|hello| hello.is_retry());
        let name = if is_retry { "Hello Retry Request" } else { message::name(kind) };
        out(TlsEvent::Record { from, name, span });
        let negotiation = &mut self.negotiation;
        match (kind, from) {
            (message::CLIENT_HELLO, Direction::ClientToServer) => {
                let Some(hello) = ClientHello::read(body) else { return };
                if !matches!(self.halves[from].state, State::Clear) {
                    negotiation.renegotiate();
                    out(TlsEvent::Renegotiation { span });
                }
                negotiation.client_hello(hello);
            }
            (message::SERVER_HELLO, Direction::ServerToClient) => {
                let Some(hello) = ServerHello::read(body) else { return };
                negotiation.server_hello(&hello);
            }
            (message::ENCRYPTED_EXTENSIONS, Direction::ServerToClient) => {
                negotiation.encrypted_extensions(&EncryptedExtensions::read(body));
            }
            _ => return self.change_keys(from, kind),
        }
        if kind != message::ENCRYPTED_EXTENSIONS {
            negotiation.hello.record_version = header.version;
        }
        self.progress = true;
        out(TlsEvent::Hello(&negotiation.hello));
    }

    /// Behind some messages of TLS 1.3, their sender uses other keys (RFC 8446 §7.3, §4.6.3).
    fn change_keys(&mut self, from: Direction, kind: u8) {
        let half = &mut self.halves[from];
        let State::Ready(keys) = &half.state else { return };
        half.state = match (kind, keys.epoch) {
            (message::END_OF_EARLY_DATA, Epoch::Early) => State::Next(Epoch::Handshake),
            (message::FINISHED, Epoch::Handshake) => State::Next(Epoch::Application),
            (message::KEY_UPDATE, Epoch::Application) => match keys.updated() {
                Some(keys) => State::Ready(Box::new(keys)),
                None => return,
            },
            _ => return,
        };
    }

    fn acknowledged(&self, from: Direction, acked: Option<u64>) -> Option<u64> {
        self.halves[from.reverse()].plain.acknowledged(acked?)
    }
}

impl Half {
    fn opened(&mut self, length: usize) {
        self.loss = None;
        self.failures = 0;
        self.trial = false;
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
) -> Result<(Epoch, &'k super::keylog::Secret), Blocked> {
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

fn gap(
    plain: &mut Plain,
    from: Direction,
    missing: super::plain::Missing,
    out: &mut impl FnMut(TlsEvent<'_>),
) {
    if missing.length > 0 {
        let span = plain.next(&missing.records, missing.length);
        out(TlsEvent::Plain(from, StreamEvent::Gap { span, why: missing.why }));
    }
}
