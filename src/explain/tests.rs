//! Frames of the RFC explained, and any bytes at all.

use proptest::prelude::*;

use super::*;
use crate::base::Direction;

/// The explanations of bytes sent by `from`.
pub(crate) fn explained(bytes: &[u8], from: Option<Direction>, extensions: &str) -> Vec<Explanation> {
    let mut all = Vec::new();
    of_bytes(bytes, &Pasted::new(from, extensions).unwrap(), usize::MAX, &mut |explanation| {
        all.push(explanation)
    });
    all
}

fn one(bytes: &[u8]) -> Explanation {
    let mut all = explained(bytes, None, "");
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn named(explanation: &Explanation) -> Vec<(&str, &str)> {
    explanation.fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect()
}

fn codes(explanation: &Explanation) -> Vec<&str> {
    explanation.findings.iter().map(|mark| mark.code).collect()
}

#[test]
fn rfc6455_5_7_a_masked_hello() {
    let frame = one(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    let expected = [
        ("FIN", "1"),
        ("RSV1", "0"),
        ("RSV2", "0"),
        ("RSV3", "0"),
        ("opcode", "0x1 text"),
        ("MASK", "1"),
        ("payload len", "5"),
        ("masking key", "37 fa 21 3d"),
        ("payload", "5 bytes"),
    ];
    assert_eq!(named(&frame), expected);
    assert_eq!(frame.from, Some(Direction::ClientToServer), "by its mask");
    let content = frame.content.unwrap();
    assert_eq!(content.text.as_deref(), Some("Hello"));
    let lane = frame.unmasking.unwrap();
    assert_eq!(lane.key.0, [0x37, 0xfa, 0x21, 0x3d, 0x37].map(Some));
    assert_eq!(lane.payload.0, b"Hello".map(Some));
    assert!(frame.findings.is_empty());
}

#[test]
fn rfc6455_5_7_the_picture_has_the_length_form_in_use() {
    let widths = |bytes: &[u8]| -> Vec<Vec<u8>> {
        one(bytes).layout.iter().map(|row| row.cells.iter().map(|cell| cell.width).collect()).collect()
    };
    assert_eq!(widths(b"\x81\x05Hello"), [vec![1, 1, 1, 1, 4, 1, 7, 16], vec![24]]);
    let long = [&b"\x82\x7e\x01\x00"[..], &[0; 256]].concat();
    let rows = widths(&long);
    assert_eq!((&rows[0], rows.len()), (&vec![1, 1, 1, 1, 4, 1, 7, 16], 7));
    let longer = [&b"\x82\xff\0\0\0\0\0\x01\0\0abcd"[..], &[0; 65536]].concat();
    assert_eq!(widths(&longer)[1..4], [vec![32], vec![16, 16], vec![16, 16]]);
}

#[test]
fn rfc6455_5_5_1_a_close_has_a_status_code_and_a_reason() {
    let frame = one(b"\x88\x05\x03\xe8bye");
    assert_eq!(named(&frame)[7..], [("status code", "1000"), ("reason", "3 bytes")]);
    assert_eq!(frame.fields[7].meaning, "Normal Closure");
    let wrong = one(b"\x88\x02\x03\xed");
    assert_eq!((codes(&wrong), &wrong.fields[7].rules), (vec!["WS412"], &vec!["WS412"]));
}

#[test]
fn findings_stand_on_their_fields() {
    let client = Some(Direction::ClientToServer);
    for (bytes, from, code, fields) in [
        (&b"\x81\x05Hello"[..], client, "WS201", &["MASK"][..]),
        (b"\x83\x00", None, "WS203", &["opcode"]),
        (b"\xb1\x00", None, "WS204", &["RSV2", "RSV3"]),
        (b"\x81\x7e\0\x01a", None, "WS205", &["extended length"]),
        (b"\x81\x7f\x80\0\0\0\0\0\0\0", None, "WS206", &["extended length"]),
        (b"\x09\x00", None, "WS402", &["FIN"]),
        (b"\x88\x01a", None, "WS411", &["payload"]),
    ] {
        let all = explained(bytes, from, "");
        let mark = all[0].findings.iter().find(|mark| mark.code == code).unwrap();
        let names: Vec<&str> = mark.fields.iter().map(|at| all[0].fields[*at].name.as_str()).collect();
        assert_eq!(names, fields, "{code}");
    }
}

#[test]
fn rfc6455_5_4_fragments_are_followed_in_pasted_bytes() {
    let all = explained(b"\x01\x03Hel\x80\x02lo\x80\x00", None, "");
    assert_eq!(all.iter().map(codes).collect::<Vec<_>>(), [vec![], vec![], vec!["WS301"]]);
    assert_eq!(all[1].content.as_ref().unwrap().kind, "text (continued)");
}

#[test]
fn rfc7692_6_rsv1_needs_the_extension() {
    assert_eq!(codes(&explained(b"\xc1\x00", None, "")[0]), ["WS204"]);
    assert!(codes(&explained(b"\xc1\x00", None, "permessage-deflate")[0]).is_empty());
    let refused = |agreed: &str| Pasted::new(None, agreed).unwrap_err();
    assert_eq!(refused("permessage-deflate; ="), "no extension: permessage-deflate; =");
    assert!(refused("permessage-deflate; client_max_window_bits=99").ends_with("(WS602)"));
    assert!(Pasted::new(None, "x-other").unwrap().unknown_extension());
}

#[test]
fn of_very_many_frames_the_first_are_explained() {
    let mut numbers = 0;
    let left = of_bytes(&[0; 20], &Pasted::default(), 3, &mut |_| numbers += 1);
    assert_eq!((numbers, left), (3, 14));
}

#[test]
fn rfc7692_7_2_3_what_is_compressed_is_inflated() {
    let content = |frame: &Explanation| frame.content.clone().unwrap();
    let text = |frame: &Explanation| content(frame).inflated.and_then(|inflated| inflated.text);
    let deflate = "permessage-deflate";
    // §7.2.3.1, and §7.2.3.2: the second one refers to the first.
    let twice = explained(b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\0\xc1\x05\xf2\0\x11\0\0", None, deflate);
    assert_eq!(twice.iter().map(text).collect::<Vec<_>>(), [Some("Hello".into()), Some("Hello".into())]);
    let fragments = explained(b"\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\0", None, deflate);
    assert!(content(&fragments[0]).not_inflated.unwrap().contains("ends with a later frame"));
    assert_eq!(text(&fragments[1]).as_deref(), Some("Hello"));
    let alone = content(&explained(b"\xc1\x05\xf2\0\x11\0\0", None, deflate)[0]);
    assert!(alone.inflated.is_none() && alone.not_inflated.unwrap().contains("messages before these bytes"));
    let cut = content(&explained(b"\xc1\x07\xf2\x48", None, deflate)[0]);
    assert_eq!(cut.not_inflated.as_deref(), Some("bytes of the message are missing"));
}

#[test]
fn what_is_hardly_a_frame_is_judged_like_any_other() {
    let client = Some(Direction::ClientToServer);
    assert_eq!(codes(&explained(b"\xcb\x02Hi", client, "")[0]), ["WS201", "WS203", "WS204"]);
}

#[test]
fn rfc6455_5_6_text_that_is_none_is_marked() {
    let frame = one(b"\x81\x02\xc3\x28");
    assert_eq!((codes(&frame), frame.findings[0].fields.as_slice()), (vec!["WS501"], &[7][..]));
}

#[test]
fn a_cut_payload_is_shown_as_missing() {
    let frame = one(b"\x81\x05Hel");
    assert_eq!((frame.length, &frame.bytes.0[5..]), (7, &[None, None][..]));
    assert_eq!(frame.content.unwrap().captured, 3);
    assert_eq!(frame.layout[1].cells[0].bits, "01101100????????????????");
}

proptest! {
    #[test]
    fn fields_cover_every_bit_once_and_in_order(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        short in any::<bool>(),
    ) {
        let mut bytes = bytes;
        // Random lengths are nearly always too long.
        if let Some(length) = bytes.get_mut(1).filter(|_| short) {
            *length &= 0x8f;
        }
        let mut total = 0_u64;
        for frame in explained(&bytes, None, "") {
            let mut at = 0_u128;
            for field in &frame.fields {
                let first = field.bits.map_or(0, |[first, _]| u128::from(first));
                prop_assert_eq!(u128::from(field.offset) * 8 + first, at);
                at += field.bits.map_or(u128::from(field.length) * 8, |[_, count]| u128::from(count));
            }
            if frame.length < u64::MAX {
                prop_assert_eq!(at, u128::from(frame.length) * 8);
            }
            let (shown, of_wire) = (&frame.bytes.0, bytes.get(total as usize..).unwrap());
            for (shown, wire) in shown.iter().zip(of_wire) {
                prop_assert_eq!(*shown, Some(*wire));
            }
            total = total.saturating_add(frame.length);
            for row in &frame.layout {
                prop_assert!(row.cells.iter().map(|cell| u64::from(cell.width)).sum::<u64>() <= 32);
                prop_assert!(row.cells.iter().all(|cell| cell.field < frame.fields.len()));
            }
        }
        prop_assert!(total >= bytes.len() as u64);
    }
}
