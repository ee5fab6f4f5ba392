//! Chat that makes 5 % of the bytes; the others are HTTP, a protocol that nobody knows, and TLS that began before the capture.

use std::io;

use sockeye::base::Direction;

use super::{CLOSING, chat, close, open, open_at_once};
use crate::connection::Tcp;
use crate::random::Random;
use crate::tap::Tap;
use crate::truth::Truth;

use Direction::{ClientToServer, ServerToClient};

const CHATS: usize = 500;
const OTHERS: usize = 1000;
/// One in so many bytes is of a chat.
const CHAT_IN: u64 = 20;
/// The most bytes of a response.
const RESPONSE: usize = 30_000;
/// The most plaintext that a TLS record holds (RFC 8446 §5.1).
const RECORD: usize = 1 << 14;

#[derive(Clone, Copy)]
enum Protocol {
    Http,
    Unknown,
    Tls,
}

struct Other {
    tcp: Tcp,
    protocol: Protocol,
}

pub fn play(size: u64, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Truth> {
    let mut chats = open(open_at_once(size, CHATS, 80_000), false, tap, random)?;
    let count = open_at_once(size, OTHERS, 40_000).max(3);
    let mut others =
        (0..count).map(|number| Other::open(CHATS + number, tap, random)).collect::<Result<Vec<_>, _>>()?;
    let end = size.saturating_sub((chats.len() + others.len()) as u64 * CLOSING);
    let mut of_chats = 0;
    while tap.bytes() < end {
        let before = tap.bytes();
        if of_chats * CHAT_IN < before {
            let number = random.below(chats.len());
            chat::say(&mut chats[number], tap, random)?;
            of_chats += tap.bytes() - before;
        } else {
            let number = random.below(others.len());
            others[number].exchange(tap, random)?;
        }
    }
    for other in &mut others {
        other.tcp.close(tap)?;
    }
    let mut truth = close(chats, tap, random)?;
    truth.connections += others.len() as u64;
    Ok(truth)
}

impl Other {
    fn open(number: usize, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Self> {
        let (protocol, port) =
            [(Protocol::Http, 80), (Protocol::Unknown, 7007), (Protocol::Tls, 443)][number % 3];
        let mut tcp = Tcp::new(number, port, random);
        if !matches!(protocol, Protocol::Tls) {
            tcp.open(tap)?;
        }
        Ok(Self { tcp, protocol })
    }

    fn exchange(&mut self, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<()> {
        let length = random.small(200..=RESPONSE, 2);
        let mut body = random.bytes(length);
        let (request, response) = match self.protocol {
            Protocol::Http => {
                let mut response = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: image/avif\r\nContent-Length: {length}\r\n\r\n"
                )
                .into_bytes();
                response.append(&mut body);
                let path = random.draw();
                (
                    format!("GET /{path:016x} HTTP/1.1\r\nHost: load.example\r\nAccept: */*\r\n\r\n")
                        .into_bytes(),
                    response,
                )
            }
            // A letter, the length, and so many bytes.
            Protocol::Unknown => (message(b'Q', random.bytes(100)), message(b'D', body)),
            Protocol::Tls => (record(&random.bytes(200)), body.chunks(RECORD).flat_map(record).collect()),
        };
        self.tcp.send(tap, ClientToServer, &request)?;
        self.tcp.acknowledge(tap, ServerToClient)?;
        self.tcp.send(tap, ServerToClient, &response)?;
        self.tcp.acknowledge(tap, ClientToServer)
    }
}

fn message(kind: u8, mut body: Vec<u8>) -> Vec<u8> {
    let length = (body.len() as u32 + 4).to_be_bytes();
    let mut message = vec![kind];
    message.extend(length);
    message.append(&mut body);
    message
}

/// Application data of TLS (RFC 8446 §5.2).
fn record(encrypted: &[u8]) -> Vec<u8> {
    let mut record = vec![0x17, 3, 3];
    record.extend((encrypted.len() as u16).to_be_bytes());
    record.extend_from_slice(encrypted);
    record
}
