//! DEFLATE data of single messages, from the examples of the RFC and from hostile hands.

use proptest::prelude::*;

use super::stream::{Failure, Stream};

const NOTHING: [&[u8]; 2] = [&[], &[]];

fn inflate_with(window: [&[u8]; 2], wire: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut output = Vec::new();
    Stream::default()
        .inflate(window, wire, 1 << 20, &mut |bytes| output.extend_from_slice(bytes))
        .map(|()| output)
}

fn inflate(wire: &[u8]) -> Result<Vec<u8>, Failure> {
    inflate_with(NOTHING, wire)
}

fn hello() -> Result<Vec<u8>, Failure> {
    Ok(b"Hello".to_vec())
}

#[test]
fn rfc7692_7_2_3_1_one_block() {
    assert_eq!(inflate(&[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]), hello());
}

#[test]
fn rfc7692_7_2_3_2_what_was_said_before_can_be_referred_to() {
    let wire = [0xf2, 0x00, 0x11, 0x00, 0x00];
    assert_eq!(inflate_with([b"Hello", b""], &wire), hello());
    assert_eq!(inflate_with([b"He", b"llo"], &wire), hello());
    assert!(matches!(inflate(&wire), Err(Failure::Invalid { .. })), "and without that it is refused");
    assert_eq!(inflate_with([b"ello", b""], &wire), hello(), "it says the H itself");
    assert!(matches!(inflate_with([b"llo", b""], &wire), Err(Failure::Invalid { .. })));
}

#[test]
fn rfc7692_7_2_3_3_a_block_without_compression() {
    assert_eq!(inflate(&[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00]), hello());
}

#[test]
fn rfc7692_7_2_3_4_a_final_block() {
    assert_eq!(inflate(&[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00]), hello());
    assert_eq!(inflate(&[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]), hello(), "without the byte behind it");
    let with_tail = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00, 0xff, 0xff];
    assert_eq!(inflate(&with_tail), hello(), "or with a tail that was not removed");
    let two = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0xf2, 0x00, 0x11, 0x00, 0x00];
    assert_eq!(inflate(&two), Ok(b"HelloHello".to_vec()), "what follows refers to what was before it");
    let window = [b"Hello".as_slice(), b""];
    assert_eq!(
        inflate_with(window, &[0x03, 0x00, 0xf2, 0x00, 0x11, 0x00, 0x00]),
        hello(),
        "even to what came earlier"
    );
}

#[test]
fn rfc7692_7_2_3_5_two_blocks() {
    let wire = [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00];
    assert_eq!(inflate(&wire), hello());
}

#[test]
fn rfc7692_7_2_3_6_an_empty_message() {
    assert_eq!(inflate(&[0x00]), Ok(vec![]));
    assert_eq!(inflate(&[]), Ok(vec![]), "some senders write nothing at all");
}

#[test]
fn rfc7692_7_2_1_data_that_ends_inside_a_block_is_refused() {
    let whole = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    for length in 1..whole.len() {
        assert!(matches!(inflate(&whole[..length]), Err(Failure::Invalid { .. })), "{length}");
    }
    let with_tail = [&whole[..], &[0x00, 0x00, 0xff, 0xff]].concat();
    assert_eq!(inflate(&with_tail), hello(), "a tail that was not removed is none");
}

#[test]
fn rfc7692_7_2_2_a_refusal_says_where() {
    let wire = [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0x07];
    assert_eq!(inflate(&wire), Err(Failure::Invalid { at: 8 }), "a block of a kind that does not exist");
    assert_eq!(inflate(b"Hello"), Err(Failure::Invalid { at: 4 }));
    assert_eq!(inflate(&wire[..7]), Err(Failure::Invalid { at: 7 }), "it ends inside a block");
}

#[test]
fn what_inflates_beyond_the_limit_is_stopped_there() {
    let zeros = vec![0; 1 << 20];
    let mut wire = Vec::with_capacity(4096);
    flate2::Compress::new(flate2::Compression::best(), false)
        .compress_vec(&zeros, &mut wire, flate2::FlushCompress::Sync)
        .unwrap();
    let mut stream = Stream::default();
    for (limit, expected) in
        [(1 << 20, Ok(())), ((1 << 20) - 1, Err(Failure::Limit)), (0, Err(Failure::Limit))]
    {
        let mut output = 0;
        let result =
            stream.inflate(NOTHING, &wire[..wire.len() - 4], limit, &mut |bytes| output += bytes.len());
        assert_eq!((result, output as u64), (expected, limit), "{limit}");
    }
}

#[test]
fn a_stream_remembers_nothing_of_what_failed() {
    let mut stream = Stream::default();
    for wire in [&b"Hello"[..], &[0xf2, 0x48, 0xcd], &[0xf2, 0x00, 0x11, 0x00, 0x00]] {
        assert!(stream.inflate(NOTHING, wire, 100, &mut |_| ()).is_err());
        let mut output = Vec::new();
        let good = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
        assert_eq!(stream.inflate(NOTHING, &good, 100, &mut |bytes| output.extend_from_slice(bytes)), Ok(()));
        assert_eq!((output.as_slice(), stream.recent(), stream.length()), (&b"Hello"[..], &b"Hello"[..], 5));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_taken(window: Vec<u8>, wire: Vec<u8>) {
        let (mut output, mut stream) = (Vec::new(), Stream::default());
        let result = stream.inflate([&window, &[]], &wire, 4096, &mut |bytes| output.extend_from_slice(bytes));
        prop_assert!(output.len() <= 4096);
        match result {
            Ok(()) => prop_assert_eq!(stream.recent(), output),
            Err(Failure::Invalid { at }) => prop_assert!(at <= wire.len() as u64),
            Err(Failure::Limit) => prop_assert_eq!(output.len(), 4096),
        }
    }
}
