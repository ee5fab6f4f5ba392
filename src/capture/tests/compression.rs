//! Compressed captures, of every format.

use std::io::{Read, Write};

use lz4_flex::frame::{BlockMode, FrameEncoder, FrameInfo};
use proptest::prelude::*;

use super::pipe::{Pipe, buffered, noise, open, read_all};
use super::*;

/// A way to compress, by its name.
type Compressor = (&'static str, fn(Pipe) -> Box<dyn Write>);

const COMPRESSORS: [Compressor; 7] = [
    ("gzip", |pipe| Box::new(flate2::write::GzEncoder::new(pipe, flate2::Compression::default()))),
    ("zstd", |pipe| {
        let mut encoder = zstd::Encoder::new(pipe, 3).unwrap();
        encoder.include_checksum(true).unwrap();
        Box::new(encoder.auto_finish())
    }),
    ("xz", |pipe| Box::new(liblzma::write::XzEncoder::new(pipe, 0))),
    ("bzip2", |pipe| Box::new(bzip2::write::BzEncoder::new(pipe, bzip2::Compression::fast()))),
    ("lz4", |pipe| Box::new(FrameEncoder::new(pipe).auto_finish())),
    ("lz4 with linked blocks and every checksum", |pipe| {
        let info =
            FrameInfo::new().block_mode(BlockMode::Linked).block_checksums(true).content_checksum(true);
        Box::new(FrameEncoder::with_frame_info(info, pipe).auto_finish())
    }),
    ("lz4 legacy", |pipe| {
        let info = FrameInfo::new().legacy_frame(true);
        Box::new(FrameEncoder::with_frame_info(info, pipe).auto_finish())
    }),
];

/// What a compressor has written since the last time.
fn sent(pipe: &Pipe) -> Vec<u8> {
    let mut bytes = Vec::new();
    pipe.clone().read_to_end(&mut bytes).unwrap();
    bytes
}

/// One member (frame, stream).
fn compress((_, compressor): Compressor, bytes: &[u8]) -> Vec<u8> {
    let pipe = Pipe::default();
    let mut encoder = compressor(pipe.clone());
    encoder.write_all(bytes).unwrap();
    drop(encoder);
    sent(&pipe)
}

/// A capture of packets with some noise in them, the first portion of which is its header.
fn portions(packets: usize) -> Vec<Vec<u8>> {
    let noise = noise();
    let (header, records) = noise.split_at(24);
    let mut portions = vec![header.to_vec()];
    portions.extend(records.chunks(116).take(packets).map(<[u8]>::to_vec));
    portions
}

/// The same compressed, each packet flushed. bzip2 cannot flush, nor lz4 in its legacy format.
fn flushed(compressor: Compressor, packets: usize) -> Option<Vec<Vec<u8>>> {
    if ["bzip2", "lz4 legacy"].contains(&compressor.0) {
        return None;
    }
    let pipe = Pipe::default();
    let mut encoder = compressor.1(pipe.clone());
    let mut flush = |portion: Vec<u8>| {
        encoder.write_all(&portion).unwrap();
        // That of xz keeps the end of what it flushes until the next call.
        encoder.flush().and_then(|()| encoder.flush()).unwrap();
        sent(&pipe)
    };
    Some(portions(packets).into_iter().map(&mut flush).collect())
}

/// The same compressed, each packet in a member of its own.
fn in_members(compressor: Compressor, packets: usize) -> Vec<Vec<u8>> {
    portions(packets).iter().map(|portion| compress(compressor, portion)).collect()
}

/// Both of them, by every compressor.
fn ways(packets: usize) -> impl Iterator<Item = (&'static str, Vec<Vec<u8>>)> {
    COMPRESSORS.into_iter().flat_map(move |compressor| {
        let name = compressor.0;
        [Some(in_members(compressor, packets)), flushed(compressor, packets)]
            .into_iter()
            .flatten()
            .map(move |ways| (name, ways))
    })
}

/// How many packets lie whole before a place.
fn packets_before(portions: &[Vec<u8>], place: usize) -> usize {
    let mut end = 0;
    let ends = portions.iter().map(|portion| {
        end += portion.len();
        end
    });
    ends.take_while(|end| *end <= place).count().saturating_sub(1)
}

#[test]
fn plain_and_compressed_give_the_same() {
    for sample in [pcap_at(&[1, 2]), pcapng_of_two_sections(), noise()] {
        let plain = read(&sample).unwrap();
        for compressor in COMPRESSORS {
            let compressed = compress(compressor, &sample);
            assert!(read_all(compressed.as_slice()).unwrap() == plain, "{}", compressor.0);
        }
    }
}

#[test]
fn a_file_may_have_several_members() {
    let sample = noise();
    for compressor in COMPRESSORS {
        for cut in [0, 30, 100_000] {
            let (first, second) = sample.split_at(cut);
            let members = [first, b"", second].map(|part| compress(compressor, part)).concat();
            assert!(read_all(members.as_slice()).unwrap() == read(&sample).unwrap(), "{}", compressor.0);
        }
    }
}

#[test]
fn packets_from_a_pipe_are_there_before_the_next_read() {
    for (name, portions) in ways(5) {
        let pipe = Pipe::default();
        pipe.send(&portions[0]);
        let mut reader = open(pipe.clone()).expect(name);
        for (index, portion) in portions.iter().enumerate().skip(1) {
            pipe.send(portion);
            let mut packets = buffered(&mut reader);
            while !pipe.is_empty() {
                assert!(reader.fill());
                packets.extend(buffered(&mut reader));
            }
            assert_eq!(packets.len(), 1, "packet {index} of {name}");
        }
        assert!(reader.end().is_none());
    }
}

/// All of it has to come out before the pipe is read again.
#[test]
fn what_decompresses_to_more_than_one_buffer() {
    let mut sample = pcap_at(&[]);
    for second in 0..2_000 {
        sample.extend(pcap_record(Order::Little, second, 0, &[0; 1_000]));
    }
    for compressor in COMPRESSORS {
        let pipe = Pipe::default();
        pipe.send(&compress(compressor, &sample));
        let mut reader = open(pipe.clone()).unwrap();
        let mut packets = buffered(&mut reader).len();
        while !pipe.is_empty() || packets < 2_000 {
            assert!(reader.fill(), "{}: {packets}", compressor.0);
            packets += buffered(&mut reader).len();
        }
        assert_eq!(packets, 2_000);
    }
}

#[test]
fn a_cut_anywhere_loses_nothing_before_it() {
    for (name, portions) in ways(3) {
        let compressed = portions.concat();
        let whole = read_all(compressed.as_slice()).unwrap().0;
        for length in 0..compressed.len() {
            match read_all(&compressed[..length]) {
                Ok((packets, end)) => {
                    assert!(packets.len() >= packets_before(&portions, length), "{name} cut at {length}");
                    assert_eq!(packets, whole[..packets.len()]);
                    assert!(matches!(end, End::Cut { .. } | End::Complete), "{name}: {end:?}");
                }
                Err(Error::Empty) => assert_eq!(length, 0),
                Err(error) => assert!(
                    length < portions[0].len()
                        && matches!(error, Error::NotACapture(_) | Error::BadHeader(_)),
                    "{name} cut at {length}: {error}"
                ),
            }
        }
    }
}

/// Between two members a cut cannot be seen, inside one it can.
#[test]
fn a_cut_between_the_blocks_of_a_member_is_seen() {
    for compressor in COMPRESSORS {
        let Some(portions) = flushed(compressor, 3) else { continue };
        let (packets, end) = read_all(portions.concat().as_slice()).unwrap();
        assert_eq!(
            (packets.len(), end),
            (3, End::Cut { offset: 24 + 3 * 116, missing: 0 }),
            "{}",
            compressor.0
        );
    }
}

#[test]
fn damage_anywhere_loses_nothing_before_it() {
    for (name, portions) in ways(3) {
        let compressed = portions.concat();
        let whole = read_all(compressed.as_slice()).unwrap().0;
        for place in portions[0].len()..compressed.len() {
            let mut damaged = compressed.clone();
            damaged[place] ^= 0xff;
            let (packets, _) = read_all(damaged.as_slice()).expect(name);
            let intact = packets_before(&portions, place);
            assert!(packets.len() >= intact, "{name} damaged at {place}");
            assert_eq!(packets[..intact], whole[..intact]);
        }
    }
}

#[test]
fn garbage_behind_the_members_is_damage() {
    for compressor in COMPRESSORS {
        let garbage = [compress(compressor, &pcap_at(&[1, 2])), b"garbage, of some length".to_vec()].concat();
        let (packets, end) = read_all(garbage.as_slice()).unwrap();
        let what = "the compressed data make no sense";
        assert_eq!((packets.len(), end), (2, End::Damaged { offset: 58, what }), "{}", compressor.0);
    }
}

#[test]
fn a_wrong_checksum_is_damage() {
    // How many bytes before the end a byte of the checksum of the content is.
    for (compressor, place) in [(0, 8), (1, 1), (3, 2), (5, 1)] {
        let mut compressed = compress(COMPRESSORS[compressor], &pcap_at(&[1, 2]));
        let place = compressed.len() - place;
        compressed[place] ^= 1;
        let (packets, end) = read_all(compressed.as_slice()).unwrap();
        assert_eq!(packets.len(), 2);
        assert!(matches!(end, End::Damaged { offset: 58, .. }), "{}: {end:?}", COMPRESSORS[compressor].0);
    }
}

#[test]
fn zeros_behind_members_of_gzip_and_xz_are_padding() {
    for compressor in [COMPRESSORS[0], COMPRESSORS[2]] {
        let sample = pcap_at(&[1, 2]);
        let (first, second) = sample.split_at(30);
        let padded =
            [compress(compressor, first), vec![0; 512], compress(compressor, second), vec![0; 512]].concat();
        assert_eq!(read_all(padded.as_slice()).unwrap(), read(&sample).unwrap(), "{}", compressor.0);
    }
}

#[test]
fn skippable_frames_are_skipped() {
    let skippable = [&[0x5a, 0x2a, 0x4d, 0x18, 5, 0, 0, 0][..], b"notes"].concat();
    let empty = [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0].to_vec();
    let sample = pcap_at(&[1, 2]);
    let (first, second) = sample.split_at(30);
    for (name, compressor) in COMPRESSORS.into_iter().filter(|c| c.0.starts_with("lz4") || c.0 == "zstd") {
        let part = |part| compress((name, compressor), part);
        let mut parts = vec![part(first), skippable.clone(), empty.clone(), part(second), skippable.clone()];
        assert_eq!(read_all(parts.concat().as_slice()).unwrap(), read(&sample).unwrap(), "{name}");
        if name == "zstd" {
            parts.insert(0, skippable.clone());
            assert_eq!(read_all(parts.concat().as_slice()).unwrap(), read(&sample).unwrap(), "{name}");
        }
    }
}

#[test]
fn compressed_data_that_hold_no_capture() {
    for compressor in COMPRESSORS {
        assert!(matches!(open(compress(compressor, b"").as_slice()), Err(Error::Empty)), "{}", compressor.0);
        let todo = compress(compressor, b"Todo");
        assert!(matches!(open(todo.as_slice()), Err(Error::NotACapture(bytes)) if bytes == b"Todo"));
        let mut broken = compress(compressor, &pcap_at(&[1]));
        let length = broken.len();
        broken.truncate(7);
        broken.extend(vec![0xff; length]);
        let error = open(broken.as_slice()).map(drop).unwrap_err();
        assert!(
            matches!(error, Error::BadHeader("its compressed data are damaged")),
            "{}: {error}",
            compressor.0
        );
    }
}

/// A frame of zstd without content that announces a window of 2^`log` bytes (RFC 8878 §3.1.1.1.2).
fn zstd_window(log: u8) -> Vec<u8> {
    vec![0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3, 1, 0, 0]
}

/// A stream of xz without content that announces a dictionary of 2^`log` bytes.
fn xz_dictionary(log: u8) -> Vec<u8> {
    let mut stream = compress(COMPRESSORS[2], b"x");
    // Behind the stream's header of 12 bytes: the block's header of 12, of which the fifth is the dictionary's
    // size in half powers of 2 and the last four are a checksum.
    stream[16] = (log - 12) * 2;
    let mut checksum = flate2::Crc::new();
    checksum.update(&stream[12..20]);
    stream[20..24].copy_from_slice(&checksum.sum().to_le_bytes());
    stream
}

#[test]
fn windows_have_a_limit() {
    for (compressor, window) in
        [(COMPRESSORS[1], zstd_window as fn(u8) -> Vec<u8>), (COMPRESSORS[2], xz_dictionary)]
    {
        assert!(matches!(open(window(28).as_slice()), Err(Error::DecompressionWindow)), "{}", compressor.0);
        assert!(!matches!(open(window(27).as_slice()), Err(Error::DecompressionWindow)), "{}", compressor.0);

        let later = [compress(compressor, &pcap_at(&[1])), window(28)].concat();
        let what = "decompressing it takes more memory than the limit";
        let (packets, end) = read_all(later.as_slice()).unwrap();
        assert_eq!((packets.len(), end), (1, End::Damaged { offset: 41, what }), "{}", compressor.0);
    }
}

/// Bytes behind the magic number of each format, or behind the first bytes of a whole member.
fn compressed_garbage() -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let tail = prop::collection::vec(any::<u8>(), 0..200);
    (0..COMPRESSORS.len(), 2_usize..200, tail, changes).prop_map(|(compressor, kept, tail, changes)| {
        let mut bytes = compress(COMPRESSORS[compressor], &pcap_at(&[1, 1, 1, 1, 2]));
        bytes.truncate(kept);
        bytes.extend(tail);
        for (index, value) in changes {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        bytes
    })
}

/// Everything from a pipe that hands over so many bytes at once.
fn read_portions(bytes: &[u8], portion: usize) -> Result<(Vec<Owned>, End), Error> {
    let pipe = Pipe::default();
    bytes.chunks(portion).for_each(|portion| pipe.send(portion));
    read_all(pipe)
}

proptest! {
    #[test]
    fn in_any_portions_compressed_and_plain_give_the_same(
        compressor in 0..COMPRESSORS.len(), packets in 0_usize..20, cut in any::<prop::sample::Index>(), portion in 1_usize..80,
    ) {
        let sample = portions(packets).concat();
        let (first, second) = sample.split_at(cut.index(sample.len()));
        let members = [first, second].map(|part| compress(COMPRESSORS[compressor], part)).concat();
        prop_assert_eq!(read_portions(&members, portion).unwrap(), read(&sample).unwrap());
    }

    #[test]
    fn garbage_in_any_portions_gives_the_same(bytes in compressed_garbage(), portion in 1_usize..64) {
        match (read_all(bytes.as_slice()), read_portions(&bytes, portion)) {
            (Ok(whole), Ok(portions)) => prop_assert_eq!(whole, portions),
            (Err(whole), Err(portions)) => prop_assert_eq!(whole.to_string(), portions.to_string()),
            (whole, portions) => prop_assert!(false, "{whole:?} and {portions:?}"),
        }
    }
}
