//! Records in their order: which keys open them, and what they say.

mod messages;
mod opening;

use super::framer::Framed;
use super::header::{ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, Header};
use super::keylog::{KeyLog, Label};
use super::keys::{Epoch, Keys};
use super::message::Joiner;
use super::negotiation::{EarlyData, Hello, Negotiation};
use super::plain::{Loss, Plain};
use super::{Random, TlsEvent};
use crate::base::{Budget, Direction, PerDirection, Span, StreamEvent};

/// Both directions, record by record.
#[derive(Debug, Default)]
pub(super) struct Reading {
    negotiation: Negotiation,
    halves: PerDirection<Half>,
    scratch: Vec<u8>,
    unsupported: bool,
    /// How often a suite was looked for by trying.
    guesses: u64,
    /// A hello was read, for which records of the other direction may have waited.
    progress: bool,
}

#[derive(Debug, Default)]
struct Half {
    state: State,
    /// ChangeCipherSpec was sent while the version was not known.
    changed: bool,
    joiner: Joiner,
    plain: Plain,
    loss: Option<Loss>,
    /// Records that could not be opened since the last that could.
    failures: u32,
    trial: Trial,
    /// The last record that could not be opened.
    failed: Option<Span>,
    told_failure: bool,
    /// Some record was opened.
    worked: bool,
    /// Application data was read.
    data: bool,
    /// Some record was padded.
    padded: bool,
    /// Bytes that may still be spent on trying record numbers.
    credit: u64,
    /// How long a record was lately.
    typical: u64,
    /// The handshake whose keys are in use, TLS 1.2 only.
    handshake: u32,
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

/// Why the first records may be ones that the keys of a direction do not open.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Trial {
    /// They are not.
    #[default]
    No,
    /// Early data that the server refused (RFC 8446 §4.2.10).
    Refused,
    /// Early data whose secret is not there.
    EarlyData,
    /// The handshake, whose secret is not there.
    Handshake,
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

impl Whole<'_> {
    /// Tells it as what it looks like from outside.
    fn name(&self, out: &mut impl FnMut(TlsEvent<'_>)) {
        let Whole { from, header, span, .. } = *self;
        out(TlsEvent::Record { from, name: header.name(), version: header.version, span });
    }
}

/// What is needed besides.
pub(super) struct Means<'m> {
    pub log: &'m KeyLog,
    pub held: &'m Budget,
    /// The other direction waits for keys.
    pub other_waits: bool,
}

/// Bytes that a connection keeps between two events to decrypt into: most messages are shorter.
const SCRATCH: usize = 2 << 10;

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
                self.record(Whole { from, header, body, span, acked }, means, out)?;
                self.halves[from].plain.passed(&span);
                Ok(())
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
        if let Some(span) = half.failed
            && matches!(half.trial, Trial::Handshake | Trial::EarlyData)
        {
            self.tell_failure(from, span, out);
        }
        let half = &mut self.halves[from];
        if let State::Ready(keys) = &half.state
            && matches!(keys.epoch, Epoch::Application | Epoch::Tls12)
            && let Some(loss) = half.loss.take()
        {
            let missing = loss.missing(keys, None, false);
            gap(&mut half.plain, from, missing, out);
        }
    }

    /// Whether the client random is known, by which key logs name the connection.
    pub fn has_name(&self) -> bool {
        self.negotiation.hello.client_random.is_some()
    }

    /// The connection is over, and nothing has waited for a hello that was lost: records were lost with it.
    pub fn tell_missing_hello(&self, from: Direction, out: &mut impl FnMut(TlsEvent<'_>)) {
        let Half { state: State::Clear, loss: Some(loss), .. } = &self.halves[from] else { return };
        let Hello { client_random, version, .. } = &self.negotiation.hello;
        let hello = match (client_random, version) {
            (None, _) => Direction::ClientToServer,
            (_, None) => Direction::ServerToClient,
            _ => return,
        };
        if let Some(span) = loss.of_records() {
            out(TlsEvent::HelloMissing { from, hello, at_limit: false, span });
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
        if let State::Clear = self.halves[record.from].state {
            let epoch = match self.epoch_behind_clear(&record) {
                Err(_) if self.guess(&record, means.log, out) => Some(Epoch::Handshake),
                known => known?,
            };
            if let Some(epoch) = epoch {
                self.halves[record.from].state = State::Next(epoch);
            }
        }
        match self.halves[record.from].state {
            State::Clear => self.content(&record, record.header.content, record.body, means, out),
            State::Next(epoch) => {
                self.derive(epoch, &record, means, out)?;
                self.protected(record, means, out)?;
            }
            State::Ready(_) => self.protected(record, means, out)?,
            State::GivenUp => record.name(out),
        }
        Ok(())
    }

    /// The keys that a record asks for behind unprotected ones; `None` if it is one itself, or none that can be read.
    fn epoch_behind_clear(&self, record: &Whole<'_>) -> Result<Option<Epoch>, Blocked> {
        let Negotiation { hello, early_data, server_random, .. } = &self.negotiation;
        let server_hello = Blocked::Hello(Direction::ServerToClient);
        let Half { changed, loss, .. } = &self.halves[record.from];
        let Some(version) = hello.version else {
            let is_clear = match record.header.content {
                CHANGE_CIPHER_SPEC => true,
                APPLICATION_DATA => false,
                _ => !changed,
            };
            return if is_clear { Ok(None) } else { Err(server_hello) };
        };
        if version < 0x0304 {
            let is_data = record.header.content == APPLICATION_DATA;
            // Data without a ChangeCipherSpec before it: that was lost.
            let protected = *changed || (is_data && loss.is_some());
            return Ok(protected.then_some(Epoch::Tls12));
        }
        match record.header.content {
            APPLICATION_DATA if record.from == Direction::ClientToServer => match early_data {
                EarlyData::NotOffered | EarlyData::Rejected => Ok(Some(Epoch::Handshake)),
                EarlyData::Accepted => Ok(Some(Epoch::Early)),
                EarlyData::Offered => Err(server_hello),
                EarlyData::Retried => Ok(None),
            },
            APPLICATION_DATA if server_random.is_none() => Err(server_hello),
            APPLICATION_DATA => Ok(Some(Epoch::Handshake)),
            _ => Ok(None),
        }
    }

    fn protected(
        &mut self,
        record: Whole<'_>,
        means: &Means<'_>,
        out: &mut impl FnMut(TlsEvent<'_>),
    ) -> Result<(), Blocked> {
        let State::Ready(keys) = &self.halves[record.from].state else {
            record.name(out);
            return Ok(());
        };
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
            None => {
                record.name(out);
                self.fail(&record, means, out);
            }
        }
        if scratch.capacity() <= SCRATCH {
            self.scratch = scratch;
        }
        Ok(())
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
        let Whole { from, span, header, .. } = *record;
        let version = header.version;
        let mut name = |name| out(TlsEvent::Record { from, name, version, span });
        match kind {
            CHANGE_CIPHER_SPEC => {
                name("Change Cipher Spec");
                match self.negotiation.hello.version {
                    None => self.halves[from].changed = true,
                    Some(version) if version < 0x0304 => self.halves[from].state = State::Next(Epoch::Tls12),
                    Some(_) => {}
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

    fn acknowledged(&self, from: Direction, acked: Option<u64>) -> Option<u64> {
        self.halves[from.reverse()].plain.acknowledged(acked?)
    }
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
