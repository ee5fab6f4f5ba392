//! Handshake messages: what they say of the connection, and whose keys they change.

use super::super::TlsEvent;
use super::super::keys::Epoch;
use super::super::message::{self, ClientHello, EncryptedExtensions, ServerHello};
use super::{Reading, State, Whole};
use crate::base::Direction;

impl Reading {
    /// Takes a message, whole if it is one that is read.
    pub(super) fn message(
        &mut self,
        record: &Whole<'_>,
        kind: u8,
        body: &[u8],
        out: &mut impl FnMut(TlsEvent<'_>),
    ) {
        let Whole { from, span, header, .. } = *record;
        let hello = self.hello(record, kind, body);
        if hello.is_some() {
            self.progress = true;
            out(TlsEvent::Hello(&self.negotiation.hello));
        } else {
            self.change_keys(from, kind);
        }
        let name = hello.unwrap_or(message::name(kind));
        out(TlsEvent::Record { from, name, version: header.version, span });
    }

    /// Learns what a message says of the connection, if that is of interest; its name.
    fn hello(&mut self, record: &Whole<'_>, kind: u8, body: &[u8]) -> Option<&'static str> {
        let negotiation = &mut self.negotiation;
        let name = match (kind, record.from) {
            (message::CLIENT_HELLO, Direction::ClientToServer) => {
                let hello = ClientHello::read(body)?;
                let again = !matches!(self.halves[record.from].state, State::Clear);
                if again {
                    negotiation.renegotiate();
                }
                negotiation.client_hello(hello);
                if again { message::RENEGOTIATION } else { message::name(kind) }
            }
            (message::SERVER_HELLO, Direction::ServerToClient) => {
                let hello = ServerHello::read(body)?;
                negotiation.server_hello(&hello);
                if hello.is_retry() { "Hello Retry Request" } else { message::name(kind) }
            }
            (message::ENCRYPTED_EXTENSIONS, Direction::ServerToClient) => {
                negotiation.encrypted_extensions(&EncryptedExtensions::read(body));
                return Some(message::name(kind));
            }
            _ => return None,
        };
        negotiation.hello.record_version = record.header.version;
        Some(name)
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
}
