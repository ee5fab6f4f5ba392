//! The inputs of the transcripts that are no samples: what each is made of, held against the files.
//!
//! `UPDATE_DATA=1 cargo test --test it data` writes them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::samples;

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// Where each record of a little-endian pcap begins, and where the last one ends.
fn records(capture: &[u8]) -> Vec<usize> {
    let mut starts = vec![FILE_HEADER];
    let mut at = FILE_HEADER;
    while at < capture.len() {
        let length = u32::from_le_bytes(capture[at + 8..at + 12].try_into().unwrap());
        at += RECORD_HEADER + length as usize;
        starts.push(at);
    }
    starts
}

/// The header of a pcap in the byte order and resolution of `samples/echo.pcap`, link type Ethernet.
fn file_header() -> Vec<u8> {
    samples::bytes("echo.pcap")[..FILE_HEADER].to_vec()
}

/// The packets `first..=last` of `samples/echo.pcap`, counted from 1.
fn echo_packets(first: usize, last: usize) -> Vec<u8> {
    let echo = samples::bytes("echo.pcap");
    let starts = records(&echo);
    [&echo[..FILE_HEADER], &echo[starts[first - 1]..starts[last]]].concat()
}

/// `samples/echo.pcap`, cut 50 bytes into its ninth record.
fn cut() -> Vec<u8> {
    let echo = samples::bytes("echo.pcap");
    echo[..records(&echo)[8] + 50].to_vec()
}

/// `samples/echo.pcap` with another text of the same length in the server's message.
fn hostile() -> Vec<u8> {
    let said = b"message from server: something";
    let instead = b"\x1b[2J\x1b[31mred\x07\r\n\\ \"\xe2\x80\xae\" \xc3\xa9 \x7f___";
    let mut echo = samples::bytes("echo.pcap");
    let at = echo.windows(said.len()).position(|bytes| bytes == said).unwrap();
    echo[at..at + said.len()].copy_from_slice(instead);
    echo
}

/// A DNS query over UDP and an ARP request, one second apart.
fn no_tcp() -> Vec<u8> {
    let ethernet =
        |ether_type: u16| [&[0xff; 6][..], &[2, 0, 0, 0, 0, 1], &ether_type.to_be_bytes()].concat();
    let dns = b"\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01";
    let udp_length = 8 + dns.len() as u16;
    let mut ip = vec![0x45, 0];
    ip.extend((20 + udp_length).to_be_bytes());
    ip.extend([0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 53]);
    let mut udp = Vec::new();
    udp.extend([53124_u16, 53, udp_length, 0].map(u16::to_be_bytes).concat());
    udp.extend(dns);
    let arp = b"\x00\x01\x08\x00\x06\x04\x00\x01\x02\0\0\0\0\x01\x0a\0\0\x01\0\0\0\0\0\0\x0a\0\0\x35";
    let mut capture = file_header();
    for (second, packet) in
        [(0_u32, [ethernet(0x0800), ip, udp].concat()), (1, [ethernet(0x0806), arp.to_vec()].concat())]
    {
        let length = packet.len() as u32;
        capture.extend([1_795_162_720 + second, 0, length, length].map(u32::to_le_bytes).concat());
        capture.extend(packet);
    }
    capture
}

/// The header of a zstd frame with a window of 2 GiB (RFC 8878 §3.1.1.1.2), and an empty block.
fn window() -> Vec<u8> {
    b"\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00".to_vec()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Every file with its content, not compressed.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("cut.pcap", cut()),
        ("echo-1.pcap", echo_packets(1, 7)),
        ("echo-2.pcap", echo_packets(8, 14)),
        ("echo.pcap.gz", samples::bytes("echo.pcap")),
        ("empty.pcap", Vec::new()),
        ("header-only.pcap", file_header()),
        ("hostile.pcap", hostile()),
        ("no-tcp.pcap", no_tcp()),
        ("notes.txt", b"Todo: capture the chat again\n".to_vec()),
        ("window.pcap.zst", window()),
    ]
}

fn is_gzip(name: &str) -> bool {
    name.ends_with(".gz")
}

/// The content of a file, inflated if it is compressed.
fn content(name: &str) -> Vec<u8> {
    let bytes = fs::read(folder().join(name)).unwrap();
    if !is_gzip(name) {
        return bytes;
    }
    let mut inflated = Vec::new();
    GzDecoder::new(&*bytes).read_to_end(&mut inflated).unwrap();
    inflated
}

#[test]
fn every_file_holds_what_it_is_made_of() {
    for (name, bytes) in files() {
        if std::env::var_os("UPDATE_DATA").is_some() {
            let written = if is_gzip(name) { gzip(&bytes) } else { bytes.clone() };
            fs::write(folder().join(name), written).unwrap();
        }
        assert!(content(name) == bytes, "{name} differs from what makes it");
    }
}

#[test]
fn every_file_has_provenance() {
    let made: BTreeSet<String> = files().iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut listed = samples::listed(&folder());
    // A folder has an index of its own.
    listed.retain(|name| !name.ends_with('/'));
    assert_eq!(listed, made);
    let present = samples::files(&folder());
    let present: BTreeSet<String> =
        present.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(present, made);
}
