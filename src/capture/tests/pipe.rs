//! A pipe, and what is read from it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::rc::Rc;

use super::*;
use crate::capture::Reader;

/// A pipe whose other end the test holds: each read takes one portion, or fails as it is told.
#[derive(Clone, Default)]
pub(super) struct Pipe(Rc<RefCell<VecDeque<io::Result<Vec<u8>>>>>);

impl Pipe {
    pub(super) fn send(&self, portion: &[u8]) {
        self.0.borrow_mut().push_back(Ok(portion.to_vec()));
    }

    /// Whether all that was sent has been read.
    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    pub(super) fn fail(&self, kind: io::ErrorKind) {
        self.0.borrow_mut().push_back(Err(kind.into()));
    }
}

impl Read for Pipe {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut portions = self.0.borrow_mut();
        let Some(portion) = portions.pop_front() else { return Ok(0) };
        let mut portion = portion?;
        let later = portion.split_off(portion.len().min(out.len()));
        out[..portion.len()].copy_from_slice(&portion);
        if !later.is_empty() {
            portions.push_front(Ok(later));
        }
        Ok(portion.len())
    }
}

pub(super) fn open<R: Read>(source: R) -> Result<Reader<R>, Error> {
    Reader::open(source, &Limits::default())
}

/// The packets that a reader has now, without reading.
pub(super) fn buffered<R: Read>(reader: &mut Reader<R>) -> Vec<Owned> {
    std::iter::from_fn(|| reader.next_packet().map(owned)).collect()
}

pub(super) fn read_all(source: impl Read) -> Result<(Vec<Owned>, End), Error> {
    let mut reader = open(source)?;
    let mut packets = buffered(&mut reader);
    while reader.fill() {
        packets.extend(buffered(&mut reader));
    }
    Ok((packets, reader.end().cloned().expect("fill told the end")))
}

/// A capture that does not compress well, so that its compressed form is longer than one read.
pub(super) fn noise() -> Vec<u8> {
    let mut state = 1_u32;
    let mut bytes = pcap_at(&[]);
    for second in 0..1_000 {
        let data: Vec<u8> = (0..100)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        bytes.extend(pcap_record(Order::Little, second, 0, &data));
    }
    bytes
}

/// What a compressor writes is sent as it comes.
impl Write for Pipe {
    fn write(&mut self, portion: &[u8]) -> io::Result<usize> {
        self.send(portion);
        Ok(portion.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
