//! What can lie between the link layer and IP, and IP in IP.

use super::*;

/// The smallest packet, of either version, with the EtherType and the PPP protocol of it.
fn packets() -> [(Vec<u8>, [u8; 2], u8); 2] {
    [(ipv4(&[], &tcp(b"hello")), [0x08, 0x00], 0x21), (ipv6(6, &tcp(b"hello")), [0x86, 0xdd], 0x57)]
}

fn gre(header: &[u8], payload: &[u8]) -> Vec<u8> {
    ipv4_of(47, &[header, payload].concat())
}

fn vxlan(frame: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xc0, 0x00, 0x12, 0xb5];
    bytes.extend(((16 + frame.len()) as u16).to_be_bytes());
    bytes.extend([0, 0, 0x08, 0, 0, 0, 0, 0, 42, 0]);
    bytes.extend(frame);
    ipv4_of(17, &bytes)
}

/// A label stack entry: label 18, time to live 64.
fn label(bottom: bool) -> [u8; 4] {
    [0, 1, 0x20 | u8::from(bottom), 64]
}

#[test]
fn rfc1661_section_2_ppp_framed_or_not_with_either_protocol_field() {
    for (ip, _, protocol) in packets() {
        for start in [
            vec![0xff, 0x03, 0x00, protocol],
            vec![0xff, 0x03, protocol],
            vec![0x00, protocol],
            vec![protocol],
        ] {
            assert_eq!(payload(LinkType::PPP, &[&start, ip.as_slice()].concat()), hello(), "{start:?}");
        }
        let framed = [&[0xff, 0x03, 0x00, protocol], ip.as_slice(), &[0xab, 0xcd]].concat();
        assert_eq!(payload(LinkType::PPP, &framed), hello(), "a frame check sequence follows");
    }
}

#[test]
fn rfc2516_section_4_pppoe_session() {
    for (ip, _, protocol) in packets() {
        for ppp in [[&[0x00, protocol], ip.as_slice()].concat(), [&[protocol], ip.as_slice()].concat()] {
            let session =
                [&[0x11, 0x00, 0x00, 0x07, 0x00, ppp.len() as u8], ppp.as_slice(), &[0; 9]].concat();
            assert_eq!(payload(LinkType::ETHERNET, &ethernet(0x8864, &session)), hello());
            let tagged = [&[0, 100, 0x88, 0x64], session.as_slice()].concat();
            assert_eq!(payload(LinkType::ETHERNET, &ethernet(0x8100, &tagged)), hello(), "in a VLAN");
        }
    }
}

#[test]
fn rfc3032_section_2_1_mpls_label_stacks() {
    for (ip, ..) in packets() {
        for depth in 0..6 {
            for ether_type in [0x8847, 0x8848] {
                let stack = [label(false).repeat(depth), label(true).to_vec(), ip.clone()].concat();
                assert_eq!(payload(LinkType::ETHERNET, &ethernet(ether_type, &stack)), hello(), "{depth}");
            }
        }
        let in_ppp = [&[0x02, 0x81], label(true).as_slice(), &ip].concat();
        assert_eq!(payload(LinkType::PPP, &in_ppp), hello(), "RFC 3032 §4.3");
    }
}

#[test]
fn rfc4448_section_4_6_ethernet_pseudowires() {
    for (ip, ether_type, _) in packets() {
        for control_word in [&[0_u8; 4][..], &[]] {
            for first in [0x02, 0x00, 0xfe] {
                let mut frame = ethernet(u16::from_be_bytes(ether_type), &ip);
                frame[0] = first;
                let stack = [&label(true), control_word, &frame].concat();
                assert_eq!(payload(LinkType::ETHERNET, &ethernet(0x8847, &stack)), hello());
            }
        }
    }
}

#[test]
fn rfc2784_section_2_and_rfc2890_section_2_gre_with_all_optional_fields() {
    for (ip, [high, low], _) in packets() {
        for flags in [0x00, 0x80, 0x20, 0x10, 0xa0, 0x90, 0x30, 0xb0] {
            let optional = vec![0xaa; 4 * u8::count_ones(flags) as usize];
            let packet = gre(&[&[flags, 0, high, low], optional.as_slice()].concat(), &ip);
            assert_eq!(payload(LinkType::RAW, &packet), hello(), "{flags:#x}");
            let bridged = gre(
                &[&[flags, 0, 0x65, 0x58], optional.as_slice()].concat(),
                &ethernet(u16::from_be_bytes([high, low]), &ip),
            );
            assert_eq!(payload(LinkType::RAW, &bridged), hello(), "Ethernet in GRE, {flags:#x}");
        }
    }
    let reserved_bits_are_ignored = gre(&[0x00, 0xf8, 0x08, 0x00], &ipv4(&[], &tcp(b"hello")));
    assert_eq!(payload(LinkType::RAW, &reserved_bits_are_ignored), hello());
}

#[test]
fn rfc2637_section_4_1_enhanced_gre_carries_ppp() {
    for (ip, _, protocol) in packets() {
        let ppp = [&[0xff, 0x03, 0x00, protocol], ip.as_slice()].concat();
        let data = gre(&[0x30, 0x01, 0x88, 0x0b, 0, 60, 0, 1, 0, 0, 0, 9], &ppp);
        assert_eq!(payload(LinkType::RAW, &data), hello());
        let acknowledging = gre(&[0x30, 0x81, 0x88, 0x0b, 0, 60, 0, 1, 0, 0, 0, 9, 0, 0, 0, 8], &ppp);
        assert_eq!(payload(LinkType::RAW, &acknowledging), hello());
    }
    let only_acknowledging = gre(&[0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 1, 0, 0, 0, 8], &[]);
    assert_eq!(payload(LinkType::RAW, &only_acknowledging), Err(NotTcp::Protocol(47)));
}

#[test]
fn rfc7348_section_5_vxlan() {
    for (ip, ether_type, _) in packets() {
        let frame = ethernet(u16::from_be_bytes(ether_type), &ip);
        assert_eq!(payload(LinkType::RAW, &vxlan(&frame)), hello());
        let tagged = [&ETHERNET[..], &[0x81, 0x00, 0, 100], &ether_type, &ip].concat();
        assert_eq!(payload(LinkType::RAW, &vxlan(&tagged)), hello(), "an inner VLAN tag");
        let mut other_port = vxlan(&frame);
        other_port[23] = 0xb6;
        assert_eq!(payload(LinkType::RAW, &other_port), Err(NotTcp::Protocol(17)));
        let mut no_network = vxlan(&frame);
        no_network[28] = 0;
        assert_eq!(payload(LinkType::RAW, &no_network), Err(NotTcp::Protocol(17)));
    }
}

#[test]
fn rfc2003_section_3_and_rfc4213_section_3_ip_in_ip() {
    for ((ip, ..), number) in packets().into_iter().zip([4, 41]) {
        assert_eq!(payload(LinkType::RAW, &ipv4_of(number, &ip)), hello());
        assert_eq!(payload(LinkType::RAW, &ipv6(number, &ip)), hello());
    }
}

#[test]
fn the_addresses_are_those_of_the_innermost_packet() {
    let mut outer = ipv4_of(4, &ipv4(&[], &tcp(b"hello")));
    outer[12..20].fill(99);
    let source = alone(&packet(LinkType::RAW, &outer, outer.len()), |segment| segment.source);
    assert_eq!(source, Ok(SocketAddr::from(([10, 0, 0, 1], 3000))));
}

#[test]
fn tunnels_in_tunnels_up_to_a_depth() {
    let mut data = ipv4(&[], &tcp(b"hello"));
    for _ in 1..DEPTH {
        assert_eq!(payload(LinkType::RAW, &data), hello());
        data = ipv4_of(4, &data);
    }
    assert_eq!(payload(LinkType::RAW, &data), hello());
    assert_eq!(payload(LinkType::RAW, &ipv4_of(4, &data)), Err(NotTcp::Nested));

    let frame = ethernet(0x0800, &gre(&[0, 0, 0x86, 0xdd], &ipv6(6, &tcp(b"hello"))));
    let stack = [label(false), label(true)].concat();
    let overlay = [stack, vxlan(&frame)].concat();
    assert_eq!(payload(LinkType::ETHERNET, &ethernet(0x8847, &overlay)), hello());
}

/// Whatever a packet is wrapped in, a capture that cut it keeps its length, and one that cut its headers says so.
#[test]
fn a_cut_packet_keeps_its_length_through_all_headers() {
    let inner = ipv4(&[], &tcp(b"hello"));
    let wrapped = [
        (LinkType::ETHERNET, ethernet(0x8847, &[&label(true), inner.as_slice()].concat())),
        (
            LinkType::ETHERNET,
            ethernet(0x8864, &[&[0x11, 0, 0, 7, 0, 47, 0x00, 0x21], inner.as_slice()].concat()),
        ),
        (LinkType::PPP, [&[0xff, 0x03, 0x00, 0x21], inner.as_slice()].concat()),
        (LinkType::RAW, gre(&[0, 0, 0x08, 0x00], &inner)),
        (LinkType::RAW, ipv6(4, &inner)),
    ];
    for (link_type, data) in wrapped {
        let headers = data.len() - 5;
        for length in 0..data.len() {
            let cut = packet(link_type, &data[..length], data.len());
            let found = alone(&cut, |segment| (segment.payload.to_vec(), segment.payload_length));
            if length < headers {
                assert_eq!(found, Err(NotTcp::Cut), "{link_type}, {length} bytes");
            } else {
                assert_eq!(found, Ok((data[headers..length].to_vec(), 5)), "{link_type}, {length} bytes");
            }
        }
    }
}

#[test]
fn what_leads_nowhere_is_named() {
    let cases = [
        (LinkType::PPP, vec![0xff, 0x03, 0xc0, 0x21, 1, 1, 0, 4], "LCP"),
        (LinkType::PPP, vec![0x80, 0x21, 1, 1, 0, 4], "IPCP"),
        (LinkType::PPP, vec![0x00, 0x2d, 0x45], "compressed TCP in PPP"),
        (LinkType::PPP, vec![0x40, 0x24], "PPP protocol 0x4024"),
        (LinkType::PPP, vec![0xff, 0x03], "malformed PPP header"),
        (LinkType::ETHERNET, ethernet(0x8863, &[0x11, 0x09, 0, 0, 0, 0]), "PPPoE discovery"),
        (LinkType::ETHERNET, ethernet(0x8864, &[0x21, 0, 0, 0, 0, 0]), "malformed PPPoE header"),
        (LinkType::ETHERNET, ethernet(0x8864, &[0x11, 0, 0, 0, 0]), "malformed PPPoE header"),
        (LinkType::ETHERNET, ethernet(0x8847, &[&label(true)[..], &[0x10; 40]].concat()), "MPLS without IP"),
        (LinkType::ETHERNET, ethernet(0x8847, &label(false)), "malformed MPLS label stack"),
        (LinkType::RAW, gre(&[0, 0, 0x08, 0x06], &[0; 28]), "ARP"),
        (LinkType::RAW, gre(&[0, 0, 0x88, 0xbe], &[0; 28]), "ERSPAN"),
        (LinkType::RAW, gre(&[0x40, 0, 0x08, 0x00], &[0; 28]), "GRE"),
        (LinkType::RAW, gre(&[0x80, 0, 0x08], &[]), "malformed GRE header"),
        (LinkType::RAW, gre(&[0x80, 0, 0x08, 0x00], &[0; 3]), "malformed GRE header"),
        (LinkType::RAW, vxlan(&ethernet(0x0806, &[0; 28])), "ARP"),
        (LinkType::RAW, ipv4_of(4, &[0x61; 40]), "malformed IPv4 header"),
    ];
    for (link_type, data, phrase) in cases {
        assert_eq!(payload(link_type, &data).unwrap_err().to_string(), phrase);
    }
}
