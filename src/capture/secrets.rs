//! The TLS secrets of a whole pcapng, read before its packets.

use std::io::Read;

use super::Reader;
use super::pcapng::Pcapng;
use super::reader::read_full;
use crate::base::Limits;

/// Bytes that tell a pcapng.
const MAGIC: usize = 4;

/// Hands over the TLS secrets in a pcapng, wherever they stand: lines of NSS key logs.
///
/// For a source that can be read twice, as this reads all of it. Of other captures, compressed ones among them, it reads the
/// first bytes and hands over nothing. Where a damaged one cannot be read on, its secrets end.
pub fn secrets(mut source: impl Read, limits: &Limits, take: &mut dyn FnMut(&[u8])) {
    let mut first = [0; MAGIC];
    let is_whole = read_full(&mut source, &mut first).is_ok_and(|count| count == MAGIC);
    if !is_whole || !Pcapng::is_magic(&first) {
        return;
    }
    let Ok(mut reader) = Reader::open(first.chain(source), limits) else { return };
    loop {
        while reader.next_packet().is_some() {}
        if let Some(text) = reader.take_secrets() {
            take(&text);
        }
        if !reader.fill() {
            return;
        }
    }
}
