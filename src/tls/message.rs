//! The handshake messages that matter here (RFC 8446 §4, RFC 5246 §7.4), out of the content of records.

use super::keylog::Random;
use super::suite::CipherSuite;
use crate::base::Budget;

/// Types of handshake messages (RFC 8446 §B.3).
pub(super) const HELLO_REQUEST: u8 = 0;
pub(super) const CLIENT_HELLO: u8 = 1;
pub(super) const SERVER_HELLO: u8 = 2;
pub(super) const END_OF_EARLY_DATA: u8 = 5;
pub(super) const ENCRYPTED_EXTENSIONS: u8 = 8;
pub(super) const FINISHED: u8 = 20;
pub(super) const KEY_UPDATE: u8 = 24;

/// A ClientHello inside of a connection (RFC 5246 §7.4.1.1).
pub(super) const RENEGOTIATION: &str = "Client Hello (renegotiation)";

/// The name of a handshake message as Wireshark writes it.
pub(super) fn name(kind: u8) -> &'static str {
    match kind {
        HELLO_REQUEST => "Hello Request",
        CLIENT_HELLO => "Client Hello",
        SERVER_HELLO => "Server Hello",
        4 => "New Session Ticket",
        END_OF_EARLY_DATA => "End of Early Data",
        ENCRYPTED_EXTENSIONS => "Encrypted Extensions",
        11 => "Certificate",
        12 => "Server Key Exchange",
        13 => "Certificate Request",
        14 => "Server Hello Done",
        15 => "Certificate Verify",
        16 => "Client Key Exchange",
        FINISHED => "Finished",
        22 => "Certificate Status",
        KEY_UPDATE => "Key Update",
        25 => "Compressed Certificate",
        _ => "Handshake Message",
    }
}

/// Puts messages together that span records. Only those that are read later are kept, and no longer ones than a hello is.
#[derive(Debug, Default)]
pub(super) struct Joiner {
    partial: Vec<u8>,
    /// Bytes left of a message that nobody reads.
    skip: usize,
}

/// The longest message that is read: hellos with post-quantum key shares and many tickets have a tenth of it.
const LONGEST: usize = 16 << 10;

/// Type and length in front of a message.
const HEADER: usize = 4;

impl Joiner {
    /// Takes the content of a handshake record; `out` is told type and body of each message that is whole, and of others
    /// the type and an empty body when they begin.
    pub fn push(&mut self, mut bytes: &[u8], held: &Budget, out: &mut impl FnMut(u8, &[u8])) {
        while !bytes.is_empty() {
            if self.skip > 0 {
                let count = self.skip.min(bytes.len());
                self.skip -= count;
                bytes = bytes.get(count..).unwrap_or_default();
            } else if self.partial.is_empty() {
                bytes = self.begin(bytes, held, out);
            } else {
                bytes = self.go_on(bytes, held, out);
            }
        }
    }

    /// Bytes are missing: whatever was open stays so.
    pub fn lose(&mut self, held: &Budget) {
        held.give_back(self.partial.len());
        self.partial = Vec::new();
        self.skip = 0;
    }

    fn begin<'a>(&mut self, bytes: &'a [u8], held: &Budget, out: &mut impl FnMut(u8, &[u8])) -> &'a [u8] {
        let Some((kind, length, body)) = header(bytes) else {
            self.keep(bytes, held);
            return &[];
        };
        if let Some((body, behind)) = body.split_at_checked(length) {
            out(kind, body);
            return behind;
        }
        if is_read(kind) && length <= LONGEST {
            self.keep(bytes, held);
        } else {
            out(kind, &[]);
            self.skip = length - body.len();
        }
        &[]
    }

    fn go_on<'a>(&mut self, bytes: &'a [u8], held: &Budget, out: &mut impl FnMut(u8, &[u8])) -> &'a [u8] {
        let wanted = header(&self.partial).map_or(HEADER, |(_, length, _)| HEADER + length);
        let count = wanted.saturating_sub(self.partial.len()).min(bytes.len());
        let (more, behind) = bytes.split_at_checked(count).unwrap_or((bytes, &[]));
        self.keep(more, held);
        let Some((kind, length, body)) = header(&self.partial) else { return behind };
        if body.len() >= length {
            out(kind, body);
            self.lose(held);
        } else if !is_read(kind) || length > LONGEST {
            out(kind, &[]);
            let skip = length - body.len();
            self.lose(held);
            self.skip = skip;
        }
        behind
    }

    fn keep(&mut self, bytes: &[u8], held: &Budget) {
        if held.take(bytes.len()) {
            self.partial.extend_from_slice(bytes);
        } else {
            self.lose(held);
        }
    }
}

fn is_read(kind: u8) -> bool {
    matches!(kind, CLIENT_HELLO | SERVER_HELLO | ENCRYPTED_EXTENSIONS | KEY_UPDATE)
}

fn header(bytes: &[u8]) -> Option<(u8, usize, &[u8])> {
    let (&[kind, a, b, c], body) = bytes.split_first_chunk::<HEADER>()?;
    Some((kind, usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c), body))
}

/// What a ClientHello says (RFC 8446 §4.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClientHello {
    pub random: Random,
    pub server_name: Option<String>,
    pub alpn: Vec<String>,
    pub early_data: bool,
}

/// What a ServerHello says (RFC 8446 §4.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ServerHello<'a> {
    pub random: Random,
    /// The version that is spoken.
    pub version: u16,
    pub suite: CipherSuite,
    /// The protocol chosen, up to TLS 1.2.
    pub alpn: Option<&'a [u8]>,
    pub encrypt_then_mac: bool,
}

/// The random of a HelloRetryRequest: SHA-256 of its name.
const RETRY: Random = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Extensions (IANA TLS ExtensionType Values).
const SERVER_NAME: u16 = 0;
const ALPN: u16 = 16;
const ENCRYPT_THEN_MAC: u16 = 22;
const EARLY_DATA: u16 = 42;
const SUPPORTED_VERSIONS: u16 = 43;

/// Protocols of one offer that are kept.
const PROTOCOLS: usize = 16;

impl ClientHello {
    /// Reads the body of a message. What stands behind damage is left out.
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut reader = Reader(body);
        reader.take(2)?;
        let random = *reader.take(32)?.first_chunk()?;
        let mut hello = Self { random, server_name: None, alpn: Vec::new(), early_data: false };
        let Some(extensions) = reader
            .vector8()
            .and_then(|_| reader.vector16())
            .and_then(|_| reader.vector8())
            .and_then(|_| reader.vector16())
        else {
            return Some(hello);
        };
        for (kind, content) in Extensions(Reader(extensions)) {
            match kind {
                SERVER_NAME => hello.server_name = server_name(content),
                ALPN => hello.alpn = protocols(content).take(PROTOCOLS).map(text).collect(),
                EARLY_DATA => hello.early_data = true,
                _ => {}
            }
        }
        Some(hello)
    }
}

impl<'a> ServerHello<'a> {
    /// Reads the body of a message.
    pub fn read(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(body);
        let version = reader.number()?;
        let random = *reader.take(32)?.first_chunk()?;
        reader.vector8()?;
        let suite = CipherSuite(reader.number()?);
        reader.take(1)?;
        let mut hello = Self { random, version, suite, alpn: None, encrypt_then_mac: false };
        for (kind, content) in Extensions(Reader(reader.vector16().unwrap_or_default())) {
            match kind {
                SUPPORTED_VERSIONS => hello.version = Reader(content).number().unwrap_or(version),
                ALPN => hello.alpn = protocols(content).next(),
                ENCRYPT_THEN_MAC => hello.encrypt_then_mac = true,
                _ => {}
            }
        }
        Some(hello)
    }

    /// Whether it is a HelloRetryRequest, to which the client answers with another ClientHello.
    pub fn is_retry(&self) -> bool {
        self.random == RETRY
    }
}

/// What EncryptedExtensions say (RFC 8446 §4.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EncryptedExtensions<'a> {
    pub alpn: Option<&'a [u8]>,
    /// Early data was accepted.
    pub early_data: bool,
}

impl<'a> EncryptedExtensions<'a> {
    /// Reads the body of a message.
    pub fn read(body: &'a [u8]) -> Self {
        let mut told = Self { alpn: None, early_data: false };
        for (kind, content) in Extensions(Reader(Reader(body).vector16().unwrap_or_default())) {
            match kind {
                ALPN => told.alpn = protocols(content).next(),
                EARLY_DATA => told.early_data = true,
                _ => {}
            }
        }
        told
    }
}

/// Text of a peer, at most 255 bytes of it.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..255).unwrap_or(bytes)).into_owned()
}

/// The host name of a server name list (RFC 6066 §3).
fn server_name(content: &[u8]) -> Option<String> {
    let mut list = Reader(Reader(content).vector16()?);
    while let Some(&[kind]) = list.take(1) {
        let name = list.vector16()?;
        if kind == 0 {
            return Some(text(name));
        }
    }
    None
}

/// The names of a protocol list (RFC 7301 §3.1).
fn protocols(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut list = Reader(Reader(content).vector16().unwrap_or_default());
    std::iter::from_fn(move || list.vector8())
}

/// Takes fields off the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
    }

    fn vector8(&mut self) -> Option<&'a [u8]> {
        let &[length] = self.take(1)? else { return None };
        self.take(usize::from(length))
    }

    fn vector16(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::from(length))
    }
}

/// The extensions of a hello, type and content.
struct Extensions<'a>(Reader<'a>);

impl<'a> Iterator for Extensions<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.number()?, self.0.vector16()?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CLIENT_HELLO_RECORD, SERVER_HELLO_RECORD, hex};
    use super::*;

    #[test]
    fn rfc8448_3_the_hellos_are_read() {
        let record = hex(CLIENT_HELLO_RECORD);
        let hello = ClientHello::read(&record[9..]).unwrap();
        assert_eq!(hello.random[..4], hex("cb34ecb1"));
        assert_eq!(hello.server_name.as_deref(), Some("server"));
        assert_eq!((hello.alpn.len(), hello.early_data), (0, false));
        let record = hex(SERVER_HELLO_RECORD);
        let hello = ServerHello::read(&record[9..]).unwrap();
        assert_eq!((hello.version, hello.suite, hello.is_retry()), (0x0304, CipherSuite(0x1301), false));
    }

    #[test]
    fn rfc7301_3_1_the_protocols_of_an_offer_are_read_in_order() {
        let content = b"\x00\x0c\x02h2\x08http/1.1";
        assert_eq!(protocols(content).map(text).collect::<Vec<_>>(), ["h2", "http/1.1"]);
        assert_eq!(protocols(b"\x00\x0c\x02h2\x08http").count(), 0);
    }

    #[test]
    fn a_cut_client_hello_still_tells_its_random() {
        let record = hex(CLIENT_HELLO_RECORD);
        for end in 9..record.len() {
            let hello = ClientHello::read(&record[9..end]);
            assert_eq!(hello.is_some(), end >= 9 + 34);
        }
    }

    #[test]
    fn messages_are_the_same_however_records_cut_them() {
        let mut stream = hex(CLIENT_HELLO_RECORD)[5..].to_vec();
        stream.extend(b"\x0b\x00\x00\x03abc\x18\x00\x00\x01\x00\x0e\x00\x00\x00");
        for portion in 1..stream.len() {
            let held = Budget::new(1 << 20);
            let (mut joiner, mut told) = (Joiner::default(), Vec::new());
            for bytes in stream.chunks(portion) {
                joiner.push(bytes, &held, &mut |kind, body| {
                    told.push((kind, is_read(kind).then(|| body.to_vec())))
                });
            }
            let hello = stream[4..hex(CLIENT_HELLO_RECORD).len() - 5].to_vec();
            let expected = [(1, Some(hello)), (11, None), (24, Some(vec![0])), (14, None)];
            assert_eq!(told, expected, "in portions of {portion}");
            assert_eq!(held.used(), 0);
        }
    }

    #[test]
    fn a_message_that_announces_megabytes_is_not_kept() {
        let held = Budget::new(1 << 20);
        let mut joiner = Joiner::default();
        joiner.push(b"\x01\xff\xff\xff", &held, &mut |_, body| assert!(body.is_empty()));
        joiner.push(&[0; 1 << 16], &held, &mut |_, _| unreachable!());
        assert_eq!(held.used(), 0);
    }
}
