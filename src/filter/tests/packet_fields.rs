//! The fields of packets, on packets built byte by byte. What is expected is written as a filter writes it.

use super::samples::{CLIENT, packet_between};
use crate::analyzer::{Analyzer, Options, Rows};
use crate::base::Timestamp;
use crate::capture::{LinkType, Packet};
use crate::filter::fields::Field;
use crate::record::Record;

/// Options: segment size 1460, SACK permitted, timestamps 1 and 2, padding, window scale 7.
const OPTIONS: [u8; 20] = [2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7];
const SYN: u16 = 0x002;
const ACK: u16 = 0x010;

fn tcp(sequence: u32, flags: u16, options: &[u8], payload: &[u8]) -> Vec<u8> {
    let words = 5 + options.len() as u16 / 4;
    let mut bytes = vec![0x9c, 0x40, 0x0b, 0xb8];
    bytes.extend(sequence.to_be_bytes());
    bytes.extend(77_u32.to_be_bytes());
    bytes.extend((words << 12 | flags).to_be_bytes());
    bytes.extend([0x02, 0x00, 0xab, 0xcd, 0x00, 0x09]);
    [bytes.as_slice(), options, payload].concat()
}

/// Not to be fragmented, codepoint 10, congestion 3, 4 bytes of options.
fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let total = 24 + payload.len() as u16;
    let mut bytes = vec![0x46, 0x2b];
    bytes.extend(total.to_be_bytes());
    bytes.extend([0x12, 0x34, 0x40, 0, 63, protocol, 0xbe, 0xef, 10, 0, 0, 1, 10, 0, 0, 2, 1, 1, 1, 1]);
    [&bytes, payload].concat()
}

fn ipv6(payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x62, 0xb1, 0x23, 0x45];
    bytes.extend((payload.len() as u16).to_be_bytes());
    bytes.extend([6, 61]);
    bytes.extend("fe80::1".parse::<std::net::Ipv6Addr>().unwrap().octets());
    bytes.extend("fe80::2".parse::<std::net::Ipv6Addr>().unwrap().octets());
    [&bytes, payload].concat()
}

fn ethernet(behind: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 0xbb, 2, 0, 0, 0, 0, 0xaa], behind].concat()
}

/// A packet of a capture, with how many bytes of it the capture lacks.
struct Captured(LinkType, Vec<u8>, u32);

impl Captured {
    fn ethernet(data: Vec<u8>) -> Self {
        Captured(LinkType::ETHERNET, data, 0)
    }
}

/// All values of a field in the rows of the packets, each as it is written in a filter; of packets that come every
/// two milliseconds, the first one a second after 1970 began.
fn values(packets: &[Captured], name: &str) -> Vec<String> {
    let field = Field::find(name).unwrap_or_else(|| panic!("{name}"));
    let mut values = Vec::new();
    let mut analyzer = Analyzer::new(Options { rows: Rows::Packets, ..Options::default() });
    for (Captured(link_type, data, cut), millis) in packets.iter().zip((1000..).step_by(2)) {
        let packet = Packet {
            time: Timestamp::from_nanos(millis * 1_000_000),
            link_type: *link_type,
            original_length: data.len() as u32 + cut,
            data,
        };
        analyzer.push(&packet, &mut |record| {
            if matches!(record, Record::Packet(_)) {
                field.any(record, None, &mut |value| {
                    values.push(value.to_string());
                    false
                });
            }
        });
    }
    values
}

fn check(packets: &[Captured], expected: &[(&str, &str)]) {
    for (name, value) in expected {
        assert_eq!(values(packets, name).join(" "), *value, "{name}");
    }
}

fn tagged() -> [Captured; 1] {
    let ip = ipv4(6, &tcp(1000, SYN, &OPTIONS, b"GET"));
    [Captured::ethernet(ethernet(
        &[&[0x88, 0xa8, 0x60, 100, 0x81, 0x00, 0xf0, 0x05, 8, 0], &ip[..]].concat(),
    ))]
}

#[test]
fn every_field_of_ethernet_and_its_tags() {
    check(
        &tagged(),
        &[
            ("eth.dst", "02:00:00:00:00:bb"),
            ("eth.src", "02:00:00:00:00:aa"),
            ("eth.addr", "02:00:00:00:00:bb 02:00:00:00:00:aa"),
            ("eth.type", "34984"),
            ("vlan.priority", "3 7"),
            ("vlan.id", "100 5"),
            ("vlan.etype", "33024 2048"),
        ],
    );
}

#[test]
fn every_field_of_ipv4() {
    check(
        &tagged(),
        &[
            ("ip.version", "4"),
            ("ip.hdr_len", "24"),
            ("ip.dsfield", "43"),
            ("ip.dsfield.dscp", "10"),
            ("ip.dsfield.ecn", "3"),
            ("ip.len", "67"),
            ("ip.id", "4660"),
            ("ip.flags", "2"),
            ("ip.flags.df", "true"),
            ("ip.flags.mf", "false"),
            ("ip.frag_offset", "0"),
            ("ip.ttl", "63"),
            ("ip.proto", "6"),
            ("ip.checksum", "48879"),
            ("ip.src", "10.0.0.1"),
            ("ip.dst", "10.0.0.2"),
            ("ip.addr", "10.0.0.1 10.0.0.2"),
            ("ipv6", ""),
            ("ipv6.hlim", ""),
        ],
    );
}

#[test]
fn every_field_of_ipv6() {
    let raw = [Captured(LinkType::RAW, ipv6(&tcp(1000, SYN, &OPTIONS, b"")), 0)];
    check(
        &raw,
        &[
            ("ipv6.version", "6"),
            ("ip.version", "6"),
            ("ipv6.tclass", "43"),
            ("ipv6.flow", "74565"),
            ("ipv6.plen", "40"),
            ("ipv6.nxt", "6"),
            ("ipv6.hlim", "61"),
            ("ipv6.src", "fe80::1"),
            ("ipv6.dst", "fe80::2"),
            ("ipv6.addr", "fe80::1 fe80::2"),
            ("eth", ""),
            ("eth.type", ""),
            ("vlan", ""),
            ("ip", ""),
            ("ip.ttl", ""),
        ],
    );
}

#[test]
fn every_field_of_tcp() {
    let syn = &tagged();
    check(
        syn,
        &[
            ("tcp.srcport", "40000"),
            ("tcp.dstport", "3000"),
            ("tcp.seq", "0"),
            ("tcp.seq_raw", "1000"),
            ("tcp.nxtseq", "4"),
            ("tcp.ack", ""),
            ("tcp.ack_raw", "77"),
            ("tcp.hdr_len", "40"),
            ("tcp.flags", "2"),
            ("tcp.flags.str", "\"··········S·\""),
            ("tcp.flags.syn", "true"),
            ("tcp.flags.ack", "false"),
            ("tcp.window_size_value", "512"),
            ("tcp.window_size", "512"),
            ("tcp.checksum", "43981"),
            ("tcp.urgent_pointer", "9"),
            ("tcp.len", "3"),
            ("tcp.payload", "47:45:54"),
            ("tcp.options", "02:04:05:b4:04:02:08:0a:00:00:00:01:00:00:00:02:01:03:03:07"),
            ("tcp.options.mss_val", "1460"),
            ("tcp.options.sack_perm", "true"),
            ("tcp.options.timestamp.tsval", "1"),
            ("tcp.options.timestamp.tsecr", "2"),
            ("tcp.options.wscale.shift", "7"),
            ("tcp.connection.syn", "true"),
            ("tcp.connection.synack", ""),
            ("tcp.analysis", ""),
        ],
    );
}

#[test]
fn each_control_bit_has_its_field() {
    let names = ["fin", "syn", "reset", "push", "ack", "urg", "ece", "cwr", "ae"];
    for (bit, name) in names.iter().enumerate() {
        let packet = [Captured(LinkType::RAW, ipv4(6, &tcp(1000, 1 << bit, &[], b"")), 0)];
        for other in names {
            assert_eq!(values(&packet, &format!("tcp.flags.{other}")), [(other == *name).to_string()]);
        }
        assert_eq!(values(&packet, "tcp.flags"), [(1 << bit).to_string()]);
    }
    let all = [Captured(LinkType::RAW, ipv4(6, &tcp(1000, 0xfff, &[], b"")), 0)];
    assert_eq!(values(&all, "tcp.flags.str"), ["\"RRRACEUAPRSF\""]);
}

#[test]
fn protocols_have_the_bytes_from_their_header_on() {
    let packets = tagged();
    let written = |bytes: &[u8]| crate::filter::Value::Bytes(bytes).to_string();
    let data = &packets[0].1;
    for (name, from) in [("frame", 0), ("eth", 0), ("ip", 22), ("tcp", 46)] {
        assert_eq!(values(&packets, name), [written(&data[from..])], "{name}");
    }
    assert_eq!(values(&packets, "vlan"), [written(&data[14..]), written(&data[18..])]);
}

#[test]
fn padding_belongs_to_no_ip_packet() {
    let ip = ipv4(6, &tcp(1000, ACK, &[], b""));
    let padded = [Captured::ethernet(ethernet(&[&[8, 0], &ip[..], &[0; 6]].concat()))];
    assert_eq!(values(&padded, "ip"), [crate::filter::Value::Bytes(&ip).to_string()]);
    assert_eq!(values(&padded, "tcp.payload"), [""; 0]);
    assert_eq!(values(&padded, "frame.len"), ["64"]);
}

#[test]
fn what_the_capture_cut_has_no_value() {
    let whole = ipv4(6, &tcp(1000, ACK, &[], b"GET"));
    let snapped = [Captured(LinkType::RAW, whole[..whole.len() - 2].to_vec(), 2)];
    check(&snapped, &[("tcp.len", "3"), ("tcp.payload", "47"), ("frame.len", "47"), ("frame.cap_len", "45")]);
}

#[test]
fn every_header_of_a_tunnel_counts_and_the_addresses_of_the_connection() {
    let inner = ipv6(&tcp(1000, ACK, &[], b""));
    let tunnel = [Captured(LinkType::RAW, ipv4(41, &inner), 0)];
    check(
        &tunnel,
        &[
            ("ip.ttl", "63"),
            ("ip.version", "4 6"),
            ("ip.proto", "41"),
            ("ip.src", ""),
            ("ipv6.hlim", "61"),
            ("ipv6.src", "fe80::1"),
        ],
    );
    let same = [Captured(LinkType::RAW, ipv4(4, &ipv4(6, &tcp(1000, ACK, &[], b""))), 0)];
    check(&same, &[("ip.proto", "4 6"), ("ip.len", "68 44"), ("ip.addr", "10.0.0.1 10.0.0.2")]);
}

#[test]
fn the_last_fragment_has_its_own_ip_header_and_the_tcp_header_of_all() {
    let segment = tcp(1000, ACK, &[], b"0123");
    let fragment = |offset: u8, more: u8, payload: &[u8]| {
        let mut bytes = ipv4(6, payload);
        (bytes[6], bytes[7]) = (more, offset);
        Captured(LinkType::RAW, bytes, 0)
    };
    let fragments = [fragment(0, 0x20, &segment[..16]), fragment(2, 0, &segment[16..])];
    check(
        &fragments,
        &[
            ("frame.number", "2"),
            ("ip.frag_offset", "2"),
            ("ip.len", "32"),
            ("tcp.seq_raw", "1000"),
            ("tcp.payload", "30:31:32:33"),
        ],
    );
}

#[test]
fn options_that_make_no_sense_end_the_list() {
    for bad in [[2, 0, 1, 1], [2, 1, 1, 1], [2, 9, 1, 1], [1, 1, 1, 2], [0, 2, 4, 1], [2, 3, 1, 1]] {
        let packet = [Captured(LinkType::RAW, ipv4(6, &tcp(1000, SYN, &bad, b"")), 0)];
        check(&packet, &[("tcp.options.mss_val", ""), ("tcp.hdr_len", "24")]);
    }
}

#[test]
fn times_are_those_of_the_capture_and_of_the_connection() {
    let segment = |port: u8, sequence: u32| {
        let mut bytes = tcp(sequence, ACK, &[], b"a");
        bytes[1] = port;
        Captured(LinkType::RAW, ipv4(6, &bytes), 0)
    };
    let packets = [segment(1, 10), segment(2, 10), segment(2, 11), segment(1, 11)];
    check(
        &packets,
        &[
            ("frame.number", "1 2 3 4"),
            ("frame.time_epoch", "1 1.002 1.004 1.006"),
            ("frame.time_relative", "0 0.002 0.004 0.006"),
            ("frame.time_delta", "0 0.002 0.002 0.002"),
            ("tcp.time_relative", "0 0 0.002 0.006"),
            ("tcp.time_delta", "0 0 0.002 0.006"),
            ("tcp.stream", "0 1 1 0"),
        ],
    );
    assert_eq!(values(&packets, "frame.time")[1], "\"1970-01-01T00:00:01.002000000Z\"");
}

#[test]
fn rfc7323_2_2_windows_are_scaled_if_both_syns_say_so() {
    let segment = |from_server: bool, sequence: u32, flags: u16, options: &[u8]| {
        let mut bytes = tcp(sequence, flags, options, b"");
        let mut ip = [10, 0, 0, 1, 10, 0, 0, 2];
        if from_server {
            bytes[..4].rotate_left(2);
            ip.rotate_left(4);
        }
        bytes[8..12].copy_from_slice(&if from_server { 1001_u32 } else { 5001 }.to_be_bytes());
        let mut packet = ipv4(6, &bytes);
        packet[12..20].copy_from_slice(&ip);
        Captured(LinkType::RAW, packet, 0)
    };
    let open = |client: &[u8], server: &[u8]| {
        [
            segment(false, 1000, SYN, client),
            segment(true, 5000, SYN | ACK, server),
            segment(false, 1001, ACK, &[]),
            segment(true, 5001, ACK, &[]),
        ]
    };
    let (two, twenty, none) = ([3, 3, 2, 0], [3, 3, 20, 0], []);
    check(&open(&two, &twenty), &[("tcp.window_size", "512 512 2048 8388608")]);
    check(&open(&two, &none), &[("tcp.window_size", "512 512 512 512")]);
    check(&open(&none, &two), &[("tcp.window_size", "512 512 512 512")]);
    check(&open(&two, &two), &[("ip.src", "10.0.0.1 10.0.0.2 10.0.0.1 10.0.0.2")]);
    check(&open(&two, &two)[1..2], &[("tcp.port", "3000 40000"), ("ip.addr", "10.0.0.2 10.0.0.1")]);
    check(&open(&two, &two)[1..], &[("tcp.window_size", "512")]);
    check(&open(&two, &two)[2..], &[("tcp.window_size", ""), ("tcp.window_size_value", "512 512")]);
}

#[test]
fn a_packet_of_which_nothing_is_at_hand_has_what_its_connection_has() {
    let record = packet_between(super::samples::ends(), CLIENT);
    for name in ["frame", "tcp", "ip", "tcp.port", "frame.time_relative"] {
        assert!(Field::find(name).unwrap().any(&record, None, &mut |_| true), "{name}");
    }
    for name in ["eth", "eth.src", "ip.ttl", "tcp.flags", "tcp.payload", "tcp.options.mss_val", "ipv6"] {
        assert!(!Field::find(name).unwrap().any(&record, None, &mut |_| true), "{name}");
    }
}
