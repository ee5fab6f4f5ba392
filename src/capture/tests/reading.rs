//! Files and pipes.

use std::io;

use super::pipe::{Pipe, buffered, noise, open, read_all};
use super::*;

#[test]
fn a_reader_gives_what_its_framer_gives() {
    for sample in [pcap_at(&[1, 2]), pcapng_of_two_sections(), noise()] {
        assert_eq!(read_all(sample.as_slice()).unwrap(), read(&sample).unwrap());
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
