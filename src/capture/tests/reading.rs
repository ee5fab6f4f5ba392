//! Files and pipes, compressed or not.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::rc::Rc;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::capture::Reader;

/// A pipe whose other end the test holds: each read takes one portion, or fails as it is told.
#[derive(Clone, Default)]
struct Pipe(Rc<RefCell<VecDeque<io::Result<Vec<u8>>>>>);

impl Pipe {
    fn send(&self, portion: &[u8]) {
        self.0.borrow_mut().push_back(Ok(portion.to_vec()));
    }

    fn fail(&self, kind: io::ErrorKind) {
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

fn open<R: Read>(source: R) -> Result<Reader<R>, Error> {
    Reader::open(source, &Limits::default())
}

/// The packets that a reader has now, without reading.
fn buffered<R: Read>(reader: &mut Reader<R>) -> Vec<Owned> {
    std::iter::from_fn(|| reader.next_packet().map(owned)).collect()
}

fn read_all(source: impl Read) -> Result<(Vec<Owned>, End), Error> {
    let mut reader = open(source)?;
    let mut packets = buffered(&mut reader);
    while reader.fill() {
        packets.extend(buffered(&mut reader));
    }
    Ok((packets, reader.end().cloned().expect("fill told the end")))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A capture that does not compress well, so that its gzip form is longer than one read.
fn noise() -> Vec<u8> {
    let mut state = 1_u32;
    let mut bytes = pcap_at(&[]);
    for second in 0..3_000 {
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

#[test]
fn a_plain_and_a_compressed_file_give_the_same() {
    for sample in [pcap_at(&[1, 2]), pcapng_of_two_sections(), noise()] {
        let plain = read(&sample).unwrap();
        assert_eq!(read_all(sample.as_slice()).unwrap(), plain);
        assert_eq!(read_all(gzip(&sample).as_slice()).unwrap(), plain);
    }
}

#[test]
fn rfc1952_section_2_2_a_file_may_have_several_members() {
    let sample = noise();
    for cut in [0, 1, 30, 250_000] {
        let (first, second) = sample.split_at(cut);
        let members = [gzip(first), gzip(b""), gzip(second)].concat();
        assert_eq!(read_all(members.as_slice()).unwrap(), read(&sample).unwrap());
    }
}

#[test]
fn packets_from_a_pipe_are_there_before_the_next_read() {
    let pipe = Pipe::default();
    let sample = pcap_at(&[1, 2, 3]);
    pipe.send(&sample[..1]);
    pipe.fail(io::ErrorKind::Interrupted);
    pipe.send(&sample[1..24]);
    pipe.send(&sample[24..41]);
    let mut reader = open(pipe.clone()).unwrap();
    assert!(buffered(&mut reader).is_empty());
    assert!(reader.fill());
    assert_eq!(buffered(&mut reader).len(), 1);

    pipe.fail(io::ErrorKind::Interrupted);
    pipe.send(&sample[41..50]);
    assert!(reader.fill());
    assert!(buffered(&mut reader).is_empty());
    pipe.send(&sample[50..]);
    assert!(reader.fill());
    assert_eq!(buffered(&mut reader).len(), 2);
    assert!(reader.end().is_none());
    assert!(!reader.fill());
    assert_eq!(reader.end(), Some(&End::Complete));
}

#[test]
fn compressed_packets_from_a_pipe_are_there_before_the_next_read() {
    let pipe = Pipe::default();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&pcap_at(&[1])).unwrap();
    encoder.flush().unwrap();
    pipe.send(&std::mem::take(encoder.get_mut()));
    let mut reader = open(pipe.clone()).unwrap();
    assert_eq!(buffered(&mut reader).len(), 1);

    // Inflates to far more than one buffer, all of which has to come out before the pipe is read again.
    for second in 2..2_000 {
        encoder.write_all(&pcap_record(Order::Little, second, 0, &[0; 1_000])).unwrap();
    }
    encoder.flush().unwrap();
    pipe.send(&std::mem::take(encoder.get_mut()));
    let mut packets = 0;
    while !pipe.0.borrow().is_empty() || packets < 1_998 {
        assert!(reader.fill());
        packets += buffered(&mut reader).len();
    }
    assert_eq!(packets, 1_998);
}

#[test]
fn a_read_that_fails_after_the_header_is_an_end() {
    let pipe = Pipe::default();
    let sample = pcap_at(&[1, 2]);
    pipe.send(&sample[..45]);
    pipe.fail(io::ErrorKind::PermissionDenied);
    match read_all(pipe).unwrap() {
        (packets, End::ReadFailed { offset: 45, error }) => {
            assert_eq!((packets.len(), error.as_str()), (1, "permission denied"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_read_that_fails_before_is_an_error() {
    let pipe = Pipe::default();
    pipe.send(&pcap_at(&[])[..20]);
    pipe.fail(io::ErrorKind::PermissionDenied);
    assert!(matches!(open(pipe), Err(Error::Io(error)) if error.kind() == io::ErrorKind::PermissionDenied));
}

#[test]
fn compressed_data_cut_anywhere_lose_nothing_before_the_cut() {
    let sample = pcapng_of_two_sections();
    let whole = read(&sample).unwrap().0;
    let compressed = gzip(&sample);
    for length in 0..compressed.len() {
        match read_all(&compressed[..length]) {
            Ok((packets, End::Cut { offset, .. })) => {
                assert_eq!(packets, whole[..packets.len()]);
                assert!(offset <= sample.len() as u64);
            }
            Ok(other) => panic!("{other:?}"),
            Err(Error::Empty) => assert_eq!(length, 0),
            Err(Error::NotACapture(bytes)) => assert_eq!(bytes, [0x1f]),
            Err(error) => assert!(matches!(error, Error::BadHeader("its gzip data end too early"))),
        }
    }
}

#[test]
fn damaged_compressed_data_lose_nothing_before_the_damage() {
    let sample = noise();
    // Stored blocks, so that one knows which packets lie before the damage.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(&sample).unwrap();
    let mut compressed = encoder.finish().unwrap();
    let whole = read(&sample).unwrap().0;

    // 10 bytes of gzip's header, 5 of each block's: the second block's length and its complement no longer match.
    let block = u16::from_le_bytes([compressed[11], compressed[12]]) as usize;
    compressed[10 + 5 + block + 1] ^= 0xff;
    let (packets, end) = read_all(compressed.as_slice()).unwrap();
    assert_eq!(packets.len(), (block - 24) / 116);
    assert_eq!(packets, whole[..packets.len()]);
    assert_eq!(end, End::Damaged { offset: block as u64, what: "the gzip data cannot be inflated" });
}

#[test]
fn a_wrong_checksum_and_garbage_behind_the_members_are_damage() {
    let sample = pcap_at(&[1, 2]);
    let mut checksum = gzip(&sample);
    let length = checksum.len();
    checksum[length - 8] ^= 1;
    let garbage = [gzip(&sample), b"garbage".to_vec()].concat();
    for compressed in [checksum, garbage] {
        let (packets, end) = read_all(compressed.as_slice()).unwrap();
        assert_eq!(packets.len(), 2);
        assert!(matches!(end, End::Damaged { offset: 58, .. }), "{end:?}");
    }
}

#[test]
fn compressed_data_that_hold_no_capture() {
    assert!(matches!(open(gzip(b"").as_slice()), Err(Error::Empty)));
    assert!(matches!(open(gzip(b"Todo").as_slice()), Err(Error::NotACapture(bytes)) if bytes == b"Todo"));
    let broken = Error::BadHeader("its gzip data are damaged").to_string();
    assert_eq!(open(b"\x1f\x8b\xff\xff".as_slice()).map(drop).unwrap_err().to_string(), broken);
}
