//! Packets built byte by byte.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use proptest::prelude::*;

use super::*;
use crate::base::Timestamp;
use crate::capture::LinkType;

const ETHERNET: [u8; 12] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];

/// A TCP header of 20 bytes (ports 3000 and 50000, PSH and ACK) and this payload.
fn tcp(payload: &[u8]) -> Vec<u8> {
    let mut bytes =
        vec![0x0b, 0xb8, 0xc3, 0x50, 0, 0, 0, 10, 0, 0, 0, 20, 0x50, 0x18, 0x02, 0x00, 0, 0, 0, 0];
    bytes.extend(payload);
    bytes
}

/// An IPv4 header with these options, of protocol 6.
fn ipv4(options: &[u8], payload: &[u8]) -> Vec<u8> {
    let total = (20 + options.len() + payload.len()) as u16;
    let mut bytes = vec![0x45 + (options.len() / 4) as u8, 0];
    bytes.extend(total.to_be_bytes());
    bytes.extend([0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    bytes.extend(options);
    bytes.extend(payload);
    bytes
}

fn ipv6(next_header: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend((payload.len() as u16).to_be_bytes());
    bytes.extend([next_header, 64]);
    bytes.extend(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1).octets());
    bytes.extend(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 2).octets());
    bytes.extend(payload);
    bytes
}

fn ethernet(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    [&ETHERNET, ether_type.to_be_bytes().as_slice(), payload].concat()
}

fn packet(link_type: LinkType, data: &[u8], original_length: usize) -> Packet<'_> {
    Packet { time: Timestamp::default(), link_type, original_length: original_length as u32, data }
}

/// The payload of a packet that was captured whole.
fn payload(link_type: LinkType, data: &[u8]) -> Result<(&[u8], u32), NotTcp> {
    decode(&packet(link_type, data, data.len())).map(|segment| (segment.payload, segment.payload_length))
}

#[test]
fn rfc9293_section_3_1_all_fields_of_the_header() {
    let data = ethernet(0x0800, &ipv4(&[], &tcp(b"hello")));
    let segment = decode(&packet(LinkType::ETHERNET, &data, data.len())).unwrap();
    assert_eq!(segment.source, SocketAddr::from((Ipv4Addr::new(10, 0, 0, 1), 3000)));
    assert_eq!(segment.destination, SocketAddr::from((Ipv4Addr::new(10, 0, 0, 2), 50000)));
    assert_eq!((segment.sequence, segment.acknowledgment), (SeqNumber(10), SeqNumber(20)));
    assert_eq!((segment.flags, segment.window), (Flags(0x18), 512));
    assert_eq!((segment.payload, segment.payload_length), (b"hello".as_slice(), 5));
}

#[test]
fn every_link_type() {
    let (four, six) = (ipv4(&[], &tcp(b"hello")), ipv6(6, &tcp(b"hello")));
    let sll = |protocol: [u8; 2]| [&[0, 0, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0], protocol.as_slice()].concat();
    let sll2 = |protocol: [u8; 2]| [protocol.as_slice(), &[0, 0, 0, 0, 0, 1, 3, 4, 0, 6], &[0; 8]].concat();
    let cases: [(LinkType, Vec<u8>, &[u8]); 21] = [
        (LinkType::ETHERNET, ethernet(0x0800, &[]), &four),
        (LinkType::ETHERNET, ethernet(0x86dd, &[]), &six),
        (LinkType::NULL, vec![2, 0, 0, 0], &four),
        (LinkType::NULL, vec![0, 0, 0, 2], &four),
        (LinkType::NULL, vec![24, 0, 0, 0], &six),
        (LinkType::NULL, vec![28, 0, 0, 0], &six),
        (LinkType::NULL, vec![0, 0, 0, 30], &six),
        (LinkType::LOOP, vec![0, 0, 0, 2], &four),
        (LinkType::LOOP, vec![0, 0, 0, 24], &six),
        (LinkType::RAW, vec![], &four),
        (LinkType::RAW, vec![], &six),
        (LinkType(12), vec![], &four),
        (LinkType(14), vec![], &six),
        (LinkType::IPV4, vec![], &four),
        (LinkType::IPV6, vec![], &six),
        (LinkType::LINUX_SLL, sll([0x08, 0x00]), &four),
        (LinkType::LINUX_SLL, sll([0x86, 0xdd]), &six),
        (LinkType::LINUX_SLL, [sll([0x81, 0x00]), vec![0, 100, 0x08, 0x00]].concat(), &four),
        (LinkType::LINUX_SLL2, sll2([0x08, 0x00]), &four),
        (LinkType::LINUX_SLL2, sll2([0x86, 0xdd]), &six),
        (LinkType::LINUX_SLL2, [sll2([0x81, 0x00]), vec![0, 100, 0x86, 0xdd]].concat(), &six),
    ];
    for (link_type, header, ip) in cases {
        let data = [&header, ip].concat();
        assert_eq!(payload(link_type, &data), Ok((b"hello".as_slice(), 5)), "{link_type} {header:?}");
    }
}

#[test]
fn ieee_802_1q_any_number_of_vlan_tags() {
    let ip = ipv4(&[], &tcp(b"hello"));
    for tags in 1..8 {
        let mut data = ethernet(0x88a8, &[]);
        for tag in 1..tags {
            data.extend([0, tag, if tag % 2 == 0 { 0x81 } else { 0x91 }, 0]);
        }
        data.extend([0, 100, 0x08, 0x00]);
        data.extend(&ip);
        assert_eq!(payload(LinkType::ETHERNET, &data), Ok((b"hello".as_slice(), 5)), "{tags} tags");
    }
}

#[test]
fn rfc791_section_3_1_options_and_padding() {
    let mut data = ethernet(0x0800, &ipv4(&[1, 1, 1, 0], &tcp(b"")));
    data.extend([0xee; 6]);
    assert_eq!(payload(LinkType::ETHERNET, &data), Ok((b"".as_slice(), 0)));
}

#[test]
fn rfc791_section_3_1_total_length_0_is_offload() {
    let mut ip = ipv4(&[], &tcp(b"hello"));
    ip[2..4].fill(0);
    assert_eq!(payload(LinkType::RAW, &ip), Ok((b"hello".as_slice(), 5)));
    let cut = packet(LinkType::RAW, &ip[..43], 70_000);
    let segment = decode(&cut).unwrap();
    assert_eq!((segment.payload, segment.payload_length), (b"hel".as_slice(), 70_000 - 40));
}

#[test]
fn rfc791_section_3_1_total_length_inside_the_headers() {
    for (total, expected) in [(19, "IPv4 header"), (20, "TCP header"), (39, "TCP header")] {
        let mut ip = ipv4(&[], &tcp(b"hello"));
        ip[3] = total;
        assert_eq!(payload(LinkType::RAW, &ip), Err(NotTcp::Malformed(expected)));
    }
}

#[test]
fn a_cut_packet_keeps_its_length_on_the_wire() {
    for (data, headers) in
        [(ethernet(0x0800, &ipv4(&[], &tcp(b"hello"))), 54), (ethernet(0x86dd, &ipv6(6, &tcp(b"hello"))), 74)]
    {
        for length in 0..data.len() {
            let result = decode(&packet(LinkType::ETHERNET, &data[..length], data.len()));
            match result {
                Ok(segment) => {
                    assert_eq!((segment.payload, segment.payload_length), (&data[headers..length], 5));
                }
                Err(error) => assert_eq!((error, length < headers), (NotTcp::Cut, true)),
            }
        }
    }
}

/// Some tools shorten packets and write the shorter length as the original one.
#[test]
fn a_packet_shorter_than_its_ip_header_says_is_cut() {
    let data = ethernet(0x0800, &ipv4(&[], &tcp(b"hello")));
    assert_eq!(payload(LinkType::ETHERNET, &data[..56]), Ok((b"he".as_slice(), 5)));
    assert_eq!(payload(LinkType::ETHERNET, &data[..50]), Err(NotTcp::Cut));
}

#[test]
fn rfc791_section_3_2_fragments_are_no_segments() {
    for (high, low) in [(0x20, 0), (0x00, 1), (0x20, 1), (0x1f, 0xff)] {
        let mut ip = ipv4(&[], &tcp(b"hello"));
        ip[6..8].copy_from_slice(&[high, low]);
        assert_eq!(payload(LinkType::RAW, &ip), Err(NotTcp::Fragment));
    }
}

#[test]
fn rfc8200_section_4_extension_headers() {
    let options = |next| [next, 0, 1, 4, 0, 0, 0, 0];
    let chain = [&options(60), &options(43), options(6).as_slice(), &tcp(b"hello")].concat();
    assert_eq!(payload(LinkType::RAW, &ipv6(0, &chain)), Ok((b"hello".as_slice(), 5)));
    assert_eq!(
        payload(LinkType::RAW, &ipv6(60, &options(0))),
        Err(NotTcp::Malformed("IPv6 extension header"))
    );
}

#[test]
fn rfc8200_section_4_5_fragments_are_no_segments_but_atomic_ones_are() {
    let fragment =
        |offset: [u8; 2]| [&[6, 0, offset[0], offset[1], 0, 0, 0, 1], tcp(b"hello").as_slice()].concat();
    for offset in [[0, 1], [0, 8], [0, 9]] {
        assert_eq!(payload(LinkType::RAW, &ipv6(44, &fragment(offset))), Err(NotTcp::Fragment));
    }
    assert_eq!(payload(LinkType::RAW, &ipv6(44, &fragment([0, 0]))), Ok((b"hello".as_slice(), 5)));
}

#[test]
fn rfc2675_section_3_payload_length_0_reaches_to_the_end() {
    let mut ip = ipv6(6, &tcp(b"hello"));
    ip[4..6].fill(0);
    assert_eq!(payload(LinkType::IPV6, &ip), Ok((b"hello".as_slice(), 5)));
    assert_eq!(decode(&packet(LinkType::IPV6, &ip, 100_000)).unwrap().payload_length, 100_000 - 60);
}

#[test]
fn rfc9293_section_3_1_a_header_length_beyond_the_segment() {
    for (offset, expected) in
        [(0x40, NotTcp::Malformed("TCP header")), (0xf0, NotTcp::Malformed("TCP header"))]
    {
        let mut segment = tcp(b"hello");
        segment[12] = offset;
        assert_eq!(payload(LinkType::RAW, &ipv4(&[], &segment)), Err(expected));
    }
}

#[test]
fn other_traffic_is_named() {
    let protocol = |number| {
        let mut ip = ipv4(&[], &[0; 8]);
        ip[9] = number;
        ethernet(0x0800, &ip)
    };
    let cases = [
        (LinkType::ETHERNET, protocol(17), "UDP"),
        (LinkType::ETHERNET, protocol(1), "ICMP"),
        (LinkType::ETHERNET, protocol(253), "IP protocol 253"),
        (LinkType::ETHERNET, ethernet(0x86dd, &ipv6(58, &[0; 8])), "IPv6-ICMP"),
        (LinkType::ETHERNET, ethernet(0x0806, &[0; 28]), "ARP"),
        (LinkType::ETHERNET, ethernet(0x0026, &[0; 40]), "LLC"),
        (LinkType::ETHERNET, ethernet(0x1234, &[0; 40]), "EtherType 0x1234"),
        (LinkType::ETHERNET, ethernet(0x0800, &ipv6(6, &tcp(b""))), "malformed IPv4 header"),
        (LinkType::ETHERNET, ETHERNET.to_vec(), "malformed link-layer header"),
        (LinkType::RAW, vec![0x50; 40], "malformed IP header"),
        (LinkType::NULL, vec![7, 0, 0, 0], "address family 7"),
        (LinkType(147), vec![], "link type 147"),
        (LinkType(105), vec![], "link type IEEE802_11"),
    ];
    for (link_type, data, phrase) in cases {
        assert_eq!(payload(link_type, &data).unwrap_err().to_string(), phrase);
    }
}

/// Bytes that are often a packet of some link type.
fn likely_packets() -> impl Strategy<Value = (u16, Vec<u8>)> {
    let link_types = prop::sample::select(vec![0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 147]);
    let start = prop_oneof![
        Just(Vec::new()),
        Just(ethernet(0x0800, &ipv4(&[], &tcp(b"hello")))),
        Just(ethernet(0x86dd, &ipv6(0, &[60, 0, 1, 4, 0, 0, 0, 0, 44, 0, 1, 4, 0, 0, 0, 0]))),
        Just(ipv4(&[1; 8], &tcp(b""))),
        Just(ipv6(6, &tcp(b"hello"))),
    ];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (link_types, start, prop::collection::vec(any::<u8>(), 0..80), changes).prop_map(
        |(link_type, start, tail, changes)| {
            let mut bytes = [start, tail].concat();
            for (index, value) in changes {
                if !bytes.is_empty() {
                    let index = index.index(bytes.len());
                    bytes[index] = value;
                }
            }
            (link_type, bytes)
        },
    )
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_or_refused((link_type, data) in likely_packets(), cut in 0_u32..2_000) {
        let packet = packet(LinkType(link_type), &data, data.len() + cut as usize);
        match decode(&packet) {
            Ok(segment) => {
                prop_assert!(segment.payload_length as usize >= segment.payload.len());
                prop_assert!(data.as_ptr_range().contains(&segment.payload.as_ptr()) || segment.payload.is_empty());
            }
            Err(reason) => prop_assert!(!reason.to_string().is_empty()),
        }
    }
}
