//! TLS: what is decrypted is read by a layer of its own, and what is not is told.

use super::layer::Layer;
use super::scene::Scene;
use crate::base::{Direction, GapReason, Limits, PerDirection, Span, StreamEvent};
use crate::check;
use crate::record::{self, Alert, Protocol, Record, TlsContent, TlsRecord};
use crate::tls::{Hello, Random, Tls, TlsEvent, version_name};

/// What is known of the TLS of a connection.
#[derive(Debug, Clone, Default)]
pub(super) struct TlsFacts {
    hello: Hello,
    /// Application data was decrypted.
    decrypted: bool,
    /// For each direction, whether something in it could not be decrypted.
    pub unread: PerDirection<bool>,
    /// Records wait for secrets.
    pub waits: bool,
    /// It is on the list of those that wait.
    pub listed: bool,
    /// That there are no keys was told.
    told: bool,
}

impl TlsFacts {
    /// As records tell it.
    pub fn record(&self) -> record::Tls<'_> {
        record::Tls { hello: &self.hello, decrypted: self.decrypted }
    }

    /// Whether application data was decrypted.
    pub fn decrypted(&self) -> bool {
        self.decrypted
    }

    /// What Wireshark calls the protocol.
    pub fn protocol(&self) -> &'static str {
        self.protocol_of(0)
    }

    /// What it calls that of a record with this version: it goes by the one that the server chose, or until it has by that in
    /// the client's first record.
    fn protocol_of(&self, record_version: u16) -> &'static str {
        let Hello { version, record_version: first, .. } = self.hello;
        match version.unwrap_or(if first == 0 { record_version } else { first }) {
            0x0300 => "SSLv3",
            0x0301 => "TLSv1",
            0x0302 => "TLSv1.1",
            0x0303 => "TLSv1.2",
            0x0304 => "TLSv1.3",
            _ => "TLS",
        }
    }
}

/// The stage that decrypts TLS, and the one that reads what was decrypted.
#[derive(Debug)]
pub(super) struct Encrypted {
    tls: Tls,
    inside: Inside,
}

#[derive(Debug)]
struct Inside {
    layer: Layer,
    /// How much of each direction `layer` has been told of.
    told: PerDirection<u64>,
    /// As [`Shared::keys_added`](super::scene::Shared) was when keys were looked for.
    keys: u64,
}

impl Encrypted {
    /// A connection that begins with TLS.
    pub fn new(scene: &mut Scene<'_, '_>) -> Self {
        scene.facts.tls = Some(Box::default());
        if scene.facts.protocol == Protocol::Unknown {
            scene.facts.protocol = Protocol::Tls;
        }
        let (limits, keys): (&Limits, u64) = (scene.shared.limits(), scene.shared.keys_added);
        let inside = Inside { layer: Layer::http(limits), told: PerDirection::default(), keys };
        Self { tls: Tls::new(limits), inside }
    }

    /// The stage that reads what was decrypted.
    pub fn inside(&self) -> &Layer {
        &self.inside.layer
    }

    /// Takes the next event of one direction.
    pub fn push(&mut self, scene: &mut Scene<'_, '_>, direction: Direction, event: &StreamEvent<'_>) {
        self.keys_arrived(scene);
        let Self { tls, inside } = self;
        tls.push(direction, event, scene.keys, scene.held, &mut |event| inside.treat(scene, event));
        self.note(scene);
    }

    /// Reads what has waited for secrets, if there are more of them.
    pub fn keys_arrived(&mut self, scene: &mut Scene<'_, '_>) {
        let added = scene.shared.keys_added;
        let Self { tls, inside } = self;
        if std::mem::replace(&mut inside.keys, added) != added {
            if tls.is_waiting() {
                tls.keys_arrived(scene.keys, scene.held, &mut |event| inside.treat(scene, event));
            }
            inside.layer.keys_arrived(scene);
            self.note(scene);
        }
    }

    /// Whether records wait that secrets could still open, here or inside.
    pub fn waits_for_secrets(&self) -> bool {
        self.tls.waits_for_secrets() || self.inside.layer.waits_for_secrets()
    }

    /// The connection is over.
    pub fn finish(&mut self, scene: &mut Scene<'_, '_>) {
        let Self { tls, inside } = self;
        tls.finish(scene.keys, scene.held, &mut |event| inside.treat(scene, event));
        inside.layer.finish(scene);
    }

    fn note(&self, scene: &mut Scene<'_, '_>) {
        if let Some(facts) = &mut scene.facts.tls {
            facts.waits =
                self.tls.is_waiting() || (facts.waits && matches!(self.inside.layer, Layer::Tls(_)));
        }
    }
}

impl Inside {
    fn treat(&mut self, scene: &mut Scene<'_, '_>, event: TlsEvent<'_>) {
        match event {
            TlsEvent::Plain(from, event) => self.plain(scene, from, &event),
            TlsEvent::Hello(hello) => self.hello(scene, hello),
            TlsEvent::Record { name, version, .. } => name_record(scene, name, version),
            TlsEvent::Alert { from, level, description, span } => {
                alert(scene, from, [level, description], &span)
            }
            TlsEvent::NoKeys { from, looked_for, client_random, at_limit, span } => {
                let any = !scene.keys.is_empty();
                tell_once(scene, &span, || {
                    check::capture::no_tls_keys(from, &span, (looked_for, &client_random), any)
                });
                self.give_up(scene, from, at_limit, &span);
            }
            TlsEvent::HelloMissing { from, hello, at_limit, span } => {
                tell_once(scene, &span, || check::capture::no_tls_hello(from, &span, hello));
                self.give_up(scene, from, at_limit, &span);
            }
            TlsEvent::DecryptionFailed { from, looked_for, client_random, worked, span } => {
                failed(scene, from, (looked_for, &client_random), worked, &span);
            }
            TlsEvent::Unsupported { span } => {
                let what = unsupported(scene);
                tell_once(scene, &span, || check::capture::tls_not_supported(&span, &what));
                for from in Direction::BOTH {
                    self.give_up(scene, from, false, &span);
                }
            }
        }
    }

    fn plain(&mut self, scene: &mut Scene<'_, '_>, from: Direction, event: &StreamEvent<'_>) {
        match event {
            StreamEvent::Data { span, .. } => {
                self.told[from] = span.end_offset();
                // What is known of TLS is that of the inner one, once there is one.
                if let Some(tls) = scene.facts.tls.as_mut().filter(|_| !matches!(self.layer, Layer::Tls(_))) {
                    tls.decrypted = true;
                }
            }
            StreamEvent::Gap { span, .. } => {
                self.told[from] = span.end_offset();
                unread(scene, from);
            }
            StreamEvent::Fin { .. } | StreamEvent::Reset { .. } => {}
        }
        self.layer.push(scene, from, event);
    }

    fn hello(&mut self, scene: &mut Scene<'_, '_>, hello: &Hello) {
        if let Some(tls) = &mut scene.facts.tls {
            tls.hello.clone_from(hello);
        }
        // HTTP/2 is not read.
        if hello.alpn.as_deref() == Some("h2") {
            self.layer.close(scene.held);
        }
    }

    /// Nothing of a direction is read any more.
    fn give_up(&mut self, scene: &mut Scene<'_, '_>, from: Direction, at_limit: bool, records: &Span) {
        unread(scene, from);
        if at_limit && !scene.keys.is_empty() {
            let left_out = "TLS records were given up that secrets may still have come for";
            scene.limit_reached("tls_wait", left_out);
        }
        let span = Span { offset: self.told[from], length: records.length.max(1), ..*records };
        self.told[from] = span.end_offset();
        self.layer.push(scene, from, &StreamEvent::Gap { span, why: GapReason::Undecrypted });
    }
}

/// Something in a direction could not be decrypted.
fn unread(scene: &mut Scene<'_, '_>, from: Direction) {
    if let Some(tls) = &mut scene.facts.tls {
        tls.unread[from] = true;
    }
}

/// Tells, once a connection, that TLS is not decrypted.
fn tell_once(scene: &mut Scene<'_, '_>, records: &Span, violation: impl FnOnce() -> check::Violation) {
    let Some(tls) = &mut scene.facts.tls else { return };
    if !std::mem::replace(&mut tls.told, true) {
        scene.find(records.end, violation());
    }
}

fn failed(scene: &mut Scene<'_, '_>, from: Direction, secret: (&str, &Random), worked: bool, record: &Span) {
    unread(scene, from);
    scene.find(record.end, check::capture::decryption_failed(from, record, secret, worked));
}

/// What cannot be decrypted, whatever the keys.
fn unsupported(scene: &Scene<'_, '_>) -> String {
    let Some(Hello { version, cipher_suite, .. }) = scene.facts.tls.as_ref().map(|tls| &tls.hello) else {
        return "TLS".to_owned();
    };
    match (version, cipher_suite) {
        (Some(0x0303 | 0x0304), Some(suite)) => match suite.name() {
            Some(name) => format!("the cipher suite {name}"),
            None => format!("the cipher suite 0x{:04x}", suite.0),
        },
        (Some(version), _) => match version_name(*version) {
            Some(name) => name.to_owned(),
            None => format!("the version 0x{version:04x}"),
        },
        (None, _) => "the version".to_owned(),
    }
}

/// The row of the packet names what stands in a record.
fn name_record(scene: &mut Scene<'_, '_>, name: &'static str, version: u16) {
    let Some(tls) = scene.facts.tls.as_ref().filter(|_| scene.shared.row.pending()) else { return };
    let content = match name {
        "Client Hello" => TlsContent::ClientHello(Box::new(tls.hello.clone())),
        "Server Hello" => TlsContent::ServerHello(Box::new(tls.hello.clone())),
        name => TlsContent::Named(name),
    };
    let record = TlsRecord { version, content };
    scene.shared.row.record(scene.facts, tls.protocol_of(version), record);
}

fn alert(scene: &mut Scene<'_, '_>, from: Direction, [level, description]: [u8; 2], record: &Span) {
    let Some(tls) = &scene.facts.tls else { return };
    let protocol = tls.protocol();
    scene.shared.row.alert(scene.facts, [level, description]);
    let (place, ends) = (scene.place(record.end), scene.facts.ends);
    scene.tell(&Record::Alert(Alert { place, ends, from, protocol, level, description }));
}
