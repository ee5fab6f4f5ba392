//! What the whole says of IP fragments.

use serde_json::json;

use crate::output::{records, rows, validate};

/// A pcap of raw IP packets, all at the same time.
pub fn capture(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(0xa1b2_c3d4_u32.to_le_bytes());
    bytes.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend([65_535_u32, 101].iter().flat_map(|field| field.to_le_bytes()));
    for packet in packets {
        let length = packet.len() as u32;
        bytes.extend([0, 0, length, length].iter().flat_map(|field| field.to_le_bytes()));
        bytes.extend(packet);
    }
    bytes
}

/// One half of a datagram of 32 bytes: a TCP segment with the payload `hello, world`.
pub fn half(id: u16, first: bool) -> Vec<u8> {
    let header = [0x0b, 0xb8, 0xc3, 0x50, 0, 0, 0, 10, 0, 0, 0, 20, 0x50, 0x18, 2, 0, 0, 0, 0, 0];
    let segment = [header.as_slice(), b"hello, world"].concat();
    let ([id_high, id_low], (flags, offset)) = (id.to_be_bytes(), if first { (0x20, 0) } else { (0, 2) });
    let mut packet =
        vec![0x45, 0, 0, 36, id_high, id_low, flags, offset, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    packet.extend(if first { &segment[..16] } else { &segment[16..] });
    packet
}

#[test]
fn a_segment_belongs_to_the_packet_that_completes_it() {
    let records = records(&capture(&[half(1, false), half(2, true), half(1, true)]), "packets");
    records.iter().for_each(validate);
    let packets = rows(&records, "packet");
    assert_eq!(packets.len(), 1);
    assert_eq!(packets[0]["packet"], 3);
    assert!(packets[0]["info"].as_str().unwrap().ends_with("Len=12"), "{}", packets[0]["info"]);
    let summary = rows(&records, "summary");
    assert_eq!(
        summary[0]["not_decoded"],
        json!([{"reason": "IP fragment without the others", "packets": 1}])
    );
}

#[test]
fn fragments_that_had_to_make_room_are_reported() {
    let halves: Vec<_> = (0..300).map(|id| half(id, true)).collect();
    let records = records(&capture(&halves), "frames");
    records.iter().for_each(validate);
    let findings = rows(&records, "finding");
    assert_eq!(findings.len(), 1);
    assert_eq!((&findings[0]["code"], &findings[0]["packets"]), (&json!("WS906"), &json!([1, 300])));
    let summary = rows(&records, "summary");
    assert_eq!(summary[0]["limits_reached"], json!({"fragmented_datagrams": 44}));
    assert_eq!(
        summary[0]["not_decoded"],
        json!([{"reason": "IP fragment without the others", "packets": 300}])
    );
}
