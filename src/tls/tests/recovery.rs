//! Long losses, and losses that hide that keys changed: what stands behind them is read.

use aes_gcm::aead::{AeadInOut, Nonce};
use aes_gcm::{Aes128Gcm, KeyInit};

use super::super::KeyLog;
use super::super::header::Header;
use super::super::keylog::Secret;
use super::super::schedule::TrafficKeys;
use super::super::suite::CipherSuite;
use super::super::testing::{CLIENT_HELLO_RECORD, SERVER_HELLO_RECORD, hex};
use super::harness::{Owned, Plain, Stream, Told, capture, lines, read, segments};
use crate::base::Direction::{self, ClientToServer, ServerToClient};
use crate::base::{GapReason, PacketId, Span, Timestamp};

/// The connection without the packets of one direction whose offsets are lost.
fn without(stream: &Stream, from: Direction, lost: impl Fn(u64) -> bool) -> Stream {
    let damaged = stream.iter().map(|(sender, event)| match event {
        Owned::Data(span, ..) if *sender == from && lost(span.offset) => {
            (*sender, Owned::Gap(*span, GapReason::Acknowledged))
        }
        _ => (*sender, event.clone()),
    });
    damaged.collect()
}

/// Where the segments of one direction begin.
fn offsets(stream: &Stream, from: Direction) -> Vec<u64> {
    let begins = stream.iter().filter_map(|(sender, event)| match event {
        Owned::Data(span, ..) if *sender == from => Some(span.offset),
        _ => None,
    });
    begins.collect()
}

#[test]
fn rfc5246_7_4_1_1_a_hello_that_comes_behind_its_answer_begins_a_renegotiation_too() {
    let (streams, keys) = capture("tls12");
    let (said, _) = lines();
    let mut stream = streams[17].clone();
    // A loss before the second ClientHello holds the client's direction up until the server has spoken.
    let hello = stream.iter().position(|(from, event)| {
        let length = if let Owned::Data(_, _, bytes) = event { bytes.len() } else { 0 };
        *from == ClientToServer && length > 200 && length < 400 && read_hellos(&streams[17], &keys, event)
    });
    let hello = hello.unwrap();
    let answer = hello
        + 1
        + stream[hello + 1..]
            .iter()
            .position(|(from, event)| *from == ServerToClient && matches!(event, Owned::Data(..)))
            .unwrap();
    let held_up = stream.remove(hello);
    stream.insert(answer, held_up);
    let told = read(&stream, &keys, usize::MAX);
    assert_eq!(told.text(ClientToServer), said);
    assert!(renegotiates(&told), "{:?}", told.records);
}

fn renegotiates(told: &Told) -> bool {
    told.records.iter().any(|(_, name)| *name == "Client Hello (renegotiation)")
}

/// Whether the event carries the hello of the renegotiation: without it, nothing renegotiates.
fn read_hellos(stream: &Stream, keys: &KeyLog, event: &Owned) -> bool {
    let Owned::Data(span, ..) = event else { return false };
    let told = read(&without(stream, ClientToServer, |offset| offset == span.offset), keys, usize::MAX);
    span.offset > 0 && !renegotiates(&told)
}

#[test]
fn rfc5246_7_1_behind_a_lost_change_cipher_spec_of_a_renegotiation_the_new_keys_are_found() {
    let (streams, keys) = capture("tls12");
    let stream = &streams[17];
    let whole = read(stream, &keys, usize::MAX);
    for (from, event) in stream {
        let Owned::Data(span, ..) = event else { continue };
        let told = read(&without(stream, *from, |offset| offset == span.offset), &keys, usize::MAX);
        if told.others.iter().any(|other| other.starts_with("HelloMissing")) {
            continue;
        }
        let others = whole.plain[*from].iter().filter_map(|plain| match plain {
            Plain::Data { first, bytes, .. } if *first != span.first => Some(&bytes[..]),
            _ => None,
        });
        assert_eq!(told.text(*from), others.collect::<Vec<_>>().concat(), "{from:?} {span:?}");
        assert!(!told.others.iter().any(|other| other.starts_with("DecryptionFailed")), "{told:?}");
    }
}

#[test]
fn rfc8446_4_6_3_several_key_updates_in_one_loss_are_followed() {
    let (streams, keys) = capture("tls13");
    let stream = &streams[8];
    let begins = offsets(stream, ClientToServer);
    let whole = read(stream, &keys, usize::MAX);
    assert!(whole.text(ClientToServer).ends_with(b"last\n"));
    // All segments from the second line on, but for the last line and what is behind it.
    let Some(Plain::Data { first, .. }) =
        whole.plain.client.iter().rev().find(|plain| matches!(plain, Plain::Data { .. }))
    else {
        panic!()
    };
    let last = stream.iter().find_map(|(_, event)| match event {
        Owned::Data(span, ..) if span.first == *first => Some(span.offset),
        _ => None,
    });
    let lost = without(stream, ClientToServer, |offset| offset >= begins[3] && offset < last.unwrap());
    let told = read(&lost, &keys, usize::MAX);
    assert!(told.text(ClientToServer).ends_with(b"last\n"), "{told:?}");
}

/// A record of TLS 1.3 with TLS_AES_128_GCM_SHA256.
fn sealed(secret: &[u8; 32], sequence: u64, content: &[u8]) -> Vec<u8> {
    let protection = CipherSuite(0x1301).protection().unwrap();
    let keys = TrafficKeys::tls13(protection, &Secret::new(secret).unwrap()).unwrap();
    let mut nonce = keys.iv;
    nonce.iter_mut().skip(4).zip(sequence.to_be_bytes()).for_each(|(byte, number)| *byte ^= number);
    let mut text = [content, &[23]].concat();
    let header = Header { content: 23, version: 0x0303, length: text.len() as u16 + 16 }.bytes();
    let cipher = Aes128Gcm::new_from_slice(keys.key()).unwrap();
    let nonce = Nonce::<Aes128Gcm>::try_from(&nonce[..]).unwrap();
    let tag = cipher.encrypt_inout_detached(&nonce, &header, text.as_mut_slice().into()).unwrap();
    [&header[..], &text, &tag].concat()
}

#[test]
fn rfc8446_5_3_behind_a_loss_of_megabytes_the_record_number_is_found() {
    const LOST: u64 = 2000;
    let client_hello = hex(CLIENT_HELLO_RECORD);
    let random: String = client_hello[11..43].iter().map(|byte| format!("{byte:02x}")).collect();
    let mut keys = KeyLog::default();
    keys.add(format!("SERVER_TRAFFIC_SECRET_0 {random} {}", "5a".repeat(32)).as_bytes());
    let record = |sequence| sealed(&[0x5a; 32], sequence, &[sequence as u8; 1 << 14]);
    let mut stream = segments(&[
        (ClientToServer, client_hello),
        (ServerToClient, hex(SERVER_HELLO_RECORD)),
        (ServerToClient, record(0)),
        (ServerToClient, record(1)),
    ]);
    let length = record(1).len() as u64;
    let mut offset = hex(SERVER_HELLO_RECORD).len() as u64 + 2 * length;
    let packet = PacketId { number: 9, time: Timestamp::default() };
    stream
        .push((ServerToClient, Owned::Gap(Span::of(packet, offset, LOST * length), GapReason::Acknowledged)));
    offset += LOST * length;
    stream.push((ServerToClient, Owned::Data(Span::of(packet, offset, length), None, record(2 + LOST))));
    let told = read(&stream, &keys, usize::MAX);
    let [Plain::Data { .. }, Plain::Data { .. }, Plain::Gap { length, why, .. }, Plain::Data { bytes, .. }] =
        &told.plain.server[..]
    else {
        panic!("{:?}", told.others)
    };
    assert_eq!((*length, *why), (LOST << 14, GapReason::Acknowledged));
    assert_eq!(bytes[..], [(2 + LOST) as u8; 1 << 14]);
}
