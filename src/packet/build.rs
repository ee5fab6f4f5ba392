//! The way back: a segment becomes a packet.

use std::net::SocketAddr;

use etherparse::{PacketBuilder, TcpHeader, TcpOptionElement};

use super::{Flags, Segment};

/// The most payload of a segment whose packet fits into an Ethernet frame: 1500 bytes without the headers of IPv4 and
/// TCP.
pub const MAX_SEGMENT: usize = 1460;

/// Hops that a packet may take; what most systems begin with.
const TIME_TO_LIVE: u8 = 64;

impl Segment<'_> {
    /// The packet that carries this segment over IPv4 and Ethernet, with right lengths and checksums. A SYN announces
    /// [`MAX_SEGMENT`].
    ///
    /// `None` if the addresses are not IPv4 ones, or the payload is too long for a packet.
    pub fn to_ethernet(&self) -> Option<Vec<u8>> {
        let (SocketAddr::V4(source), SocketAddr::V4(destination)) = (self.source, self.destination) else {
            return None;
        };
        let (from, to) = (source.ip().octets(), destination.ip().octets());
        let builder = PacketBuilder::ethernet2(hardware(from), hardware(to))
            .ipv4(from, to, TIME_TO_LIVE)
            .tcp_header(self.header()?);
        let mut packet = Vec::with_capacity(builder.size(self.payload.len()));
        builder.write_to_vec(&mut packet, self.payload).ok()?;
        Some(packet)
    }

    fn header(&self) -> Option<TcpHeader> {
        let (source, destination) = (self.source.port(), self.destination.port());
        let mut header = TcpHeader::new(source, destination, self.sequence.0, self.window);
        header.acknowledgment_number = self.acknowledgment.0;
        header.fin = self.flags.has(Flags::FIN);
        header.syn = self.flags.has(Flags::SYN);
        header.rst = self.flags.has(Flags::RST);
        header.psh = self.flags.has(Flags::PSH);
        header.ack = self.flags.has(Flags::ACK);
        if header.syn {
            header.set_options(&[TcpOptionElement::MaximumSegmentSize(MAX_SEGMENT as u16)]).ok()?;
        }
        Some(header)
    }
}

/// A locally administered Ethernet address for an IPv4 address (IEEE 802, §8.4: the second bit of the first byte).
fn hardware([a, b, c, d]: [u8; 4]) -> [u8; 6] {
    [0x02, 0x00, a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Limits, SeqNumber, Timestamp};
    use crate::capture::{LinkType, Packet};
    use crate::packet::Decoder;
    use proptest::prelude::*;

    fn segment(payload: &[u8]) -> Segment<'_> {
        Segment {
            source: "192.0.2.1:50000".parse().unwrap(),
            destination: "192.0.2.2:80".parse().unwrap(),
            sequence: SeqNumber(0x0102_0304),
            acknowledgment: SeqNumber(0x0506_0708),
            flags: Flags(Flags::PSH.0 | Flags::ACK.0),
            window: 0x2000,
            payload_length: payload.len() as u32,
            payload,
            captured: &[],
        }
    }

    /// The sum of RFC 1071; 0xffff if it includes a right checksum.
    fn sum(bytes: &[u8]) -> u16 {
        let words =
            bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | pair.get(1).map_or(0, |&low| low.into()));
        let total: u32 = words.sum();
        let folded = (total & 0xffff) + (total >> 16);
        ((folded & 0xffff) + (folded >> 16)) as u16
    }

    #[test]
    fn rfc9293_3_1_a_syn_announces_the_segment_size() {
        let syn = Segment { flags: Flags::SYN, ..segment(b"") }.to_ethernet().unwrap();
        assert_eq!(syn[..14], [2, 0, 192, 0, 2, 2, 2, 0, 192, 0, 2, 1, 8, 0]);
        assert_eq!(syn[54..], [2, 4, 0x05, 0xb4]);
    }

    #[test]
    fn what_does_not_fit_gives_no_packet() {
        let ipv6 = Segment { source: "[::1]:1".parse().unwrap(), ..segment(b"") };
        assert_eq!(ipv6.to_ethernet(), None);
        assert!(segment(&[0; 65_495]).to_ethernet().is_some());
        assert_eq!(segment(&[0; 65_496]).to_ethernet(), None);
    }

    proptest! {
        #[test]
        fn decoding_gives_the_segment_again(
            ends: [([u8; 4], u16); 2],
            numbers: [u32; 2],
            flags in 0..0x20u8,
            window: u16,
            payload in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let segment = Segment {
                source: ends[0].into(),
                destination: ends[1].into(),
                sequence: SeqNumber(numbers[0]),
                acknowledgment: SeqNumber(numbers[1]),
                flags: Flags(flags),
                window,
                ..segment(&payload)
            };
            let data = segment.to_ethernet().unwrap();
            let (ip, tcp) = data[14..].split_at(20);
            prop_assert_eq!(sum(ip), 0xffff);
            let length = (tcp.len() as u32).to_be_bytes();
            prop_assert_eq!(sum(&[&ip[12..20], &[0, 6], &length[2..], tcp].concat()), 0xffff);

            let packet = Packet {
                time: Timestamp::default(),
                link_type: LinkType::ETHERNET,
                original_length: data.len() as u32,
                data: &data,
            };
            let mut decoder = Decoder::new(&Limits::default());
            let decoded = decoder.decode(&packet).unwrap();
            prop_assert_eq!(decoded.captured, tcp);
            let decoded = Segment { captured: &[], ..decoded };
            prop_assert_eq!(format!("{decoded:?}"), format!("{segment:?}"));
        }
    }
}
