//! One packet: link layer, IP and TCP headers.

use std::net::{Ipv4Addr, SocketAddr};

use super::*;

#[test]
fn rfc9293_section_3_1_all_fields_of_the_header() {
    let data = ethernet(0x0800, &ipv4(&[], &tcp(b"hello")));
    let mut decoder = Decoder::new(&Limits::default());
    let segment = decoder.decode(&packet(LinkType::ETHERNET, &data, data.len())).unwrap();
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
        assert_eq!(payload(link_type, &data), hello(), "{link_type} {header:?}");
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
        assert_eq!(payload(LinkType::ETHERNET, &data), hello(), "{tags} tags");
    }
}

#[test]
fn rfc791_section_3_1_options_and_padding() {
    let mut data = ethernet(0x0800, &ipv4(&[1, 1, 1, 0], &tcp(b"")));
    data.extend([0xee; 6]);
    assert_eq!(payload(LinkType::ETHERNET, &data), Ok((Vec::new(), 0)));
}

/// pcap and pcapng say that some files keep the frame check sequence (4 bytes, rarely 2) at the end of each frame. It
/// is padding like any other, wherever IP gives its length.
#[test]
fn draft_pcap_section_4_a_frame_check_sequence_is_no_payload() {
    for (ether_type, ip) in [(0x0800, ipv4(&[], &tcp(b"hello"))), (0x86dd, ipv6(6, &tcp(b"hello")))] {
        let mut data = ethernet(ether_type, &ip);
        let whole = data.len();
        data.extend([0xde, 0xad, 0xbe, 0xef]);
        assert_eq!(payload(LinkType::ETHERNET, &data), hello());
        assert_eq!(payload(LinkType::ETHERNET, &data[..whole + 2]), hello());
        let cut = packet(LinkType::ETHERNET, &data[..whole - 1], data.len());
        assert_eq!(Bench::new().push(&cut), Some((b"hell".to_vec(), 5)), "the snap length cut it all off");
    }
    let short = [ethernet(0x0800, &ipv4(&[], &tcp(b""))), vec![0; 6], vec![0xee; 4]].concat();
    assert_eq!(payload(LinkType::ETHERNET, &short), Ok((Vec::new(), 0)), "behind Ethernet's own padding");
}

#[test]
fn rfc791_section_3_1_total_length_0_is_offload() {
    let mut ip = ipv4(&[], &tcp(b"hello"));
    ip[2..4].fill(0);
    assert_eq!(payload(LinkType::RAW, &ip), hello());
    let cut = packet(LinkType::RAW, &ip[..43], 70_000);
    assert_eq!(Bench::new().push(&cut), Some((b"hel".to_vec(), 70_000 - 40)));
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
            let cut = packet(LinkType::ETHERNET, &data[..length], data.len());
            match alone(&cut, |segment| (segment.payload.to_vec(), segment.payload_length)) {
                Ok(payload) => assert_eq!(payload, (data[headers..length].to_vec(), 5)),
                Err(error) => assert_eq!((error, length < headers), (NotTcp::Cut, true)),
            }
        }
    }
}

/// Some tools shorten packets and write the shorter length as the original one.
#[test]
fn a_packet_shorter_than_its_ip_header_says_is_cut() {
    let data = ethernet(0x0800, &ipv4(&[], &tcp(b"hello")));
    assert_eq!(payload(LinkType::ETHERNET, &data[..56]), Ok((b"he".to_vec(), 5)));
    assert_eq!(payload(LinkType::ETHERNET, &data[..50]), Err(NotTcp::Cut));
}

#[test]
fn rfc8200_section_4_extension_headers() {
    let options = |next| [next, 0, 1, 4, 0, 0, 0, 0];
    let chain = [&options(60), &options(43), options(6).as_slice(), &tcp(b"hello")].concat();
    assert_eq!(payload(LinkType::RAW, &ipv6(0, &chain)), hello());
    assert_eq!(
        payload(LinkType::RAW, &ipv6(60, &options(0))),
        Err(NotTcp::Malformed("IPv6 extension header"))
    );
}

#[test]
fn rfc8200_section_4_5_an_atomic_fragment_is_whole() {
    let bytes = tcp(b"hello");
    assert_eq!(payload(LinkType::RAW, &fragment6(1, 6, &bytes, 0..25)), hello());
}

#[test]
fn rfc4302_section_2_authentication_header() {
    let chain = [&[6, 4, 0, 0], [0; 20].as_slice(), &tcp(b"hello")].concat();
    assert_eq!(payload(LinkType::RAW, &ipv4_of(51, &chain)), hello());
    assert_eq!(payload(LinkType::RAW, &ipv6(51, &chain)), hello());
    let zero = [&[6, 0, 0, 0], tcp(b"hello").as_slice()].concat();
    assert_eq!(
        payload(LinkType::RAW, &ipv4_of(51, &zero)),
        Err(NotTcp::Malformed("IP authentication header"))
    );
}

#[test]
fn rfc2675_section_3_payload_length_0_reaches_to_the_end() {
    let mut ip = ipv6(6, &tcp(b"hello"));
    ip[4..6].fill(0);
    assert_eq!(payload(LinkType::IPV6, &ip), hello());
    assert_eq!(
        Bench::new().push(&packet(LinkType::IPV6, &ip, 100_000)),
        Some((b"hello".to_vec(), 100_000 - 60))
    );
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
    let protocol = |number| ethernet(0x0800, &ipv4_of(number, &[0; 8]));
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
        (LinkType::NULL, vec![7, 1, 1, 0], "malformed link-layer header"),
        (LinkType(147), vec![], "link type 147"),
        (LinkType(105), vec![], "link type IEEE802_11"),
    ];
    for (link_type, data, phrase) in cases {
        assert_eq!(payload(link_type, &data).unwrap_err().to_string(), phrase);
    }
}
