//! Unit tests of the forms that a conversation has.

use proptest::prelude::*;

use super::item::{Content, Piece};
use super::{Follow, FollowFormat, FollowOptions, dump, pretty};
use crate::base::{Direction, GapReason, PacketId, Span, StreamEvent, Timestamp};
use crate::record::{Ends, Place};

fn pieces(content: &Content<'_>) -> Vec<String> {
    let mut all = Vec::new();
    content
        .pieces(&mut |piece| {
            all.push(match piece {
                Piece::Bytes(at, bytes) => format!("{at} {}", bytes.escape_ascii()),
                Piece::Missing(bytes) => format!("-{bytes}"),
                Piece::More(bytes) => format!("+{bytes}"),
            });
            Ok::<(), ()>(())
        })
        .unwrap();
    all
}

fn options(format: FollowFormat) -> FollowOptions {
    FollowOptions { stream: 0, from: None, format, color: false, most: None }
}

/// A conversation over TCP: what the client says, and then bytes that are missing.
fn followed(format: FollowFormat, bytes: &[u8], missing: u64) -> String {
    let mut follow = Follow::new(options(format));
    let mut out = Vec::new();
    let packet = PacketId { number: 4, time: Timestamp::from_nanos(1_500_000_000) };
    let place = Place { stream: 0, packet: 4, time: packet.time, time_relative: 0.5 };
    let ends = Ends { client: "[::1]:5000".parse().unwrap(), server: "10.0.0.1:80".parse().unwrap() };
    let client = Direction::ClientToServer;
    let length = bytes.len() as u64;
    let data = StreamEvent::Data { span: Span::of(packet, 0, length), acked: None, bytes };
    follow.stream(place, ends, client, &data, &mut out).unwrap();
    let gap = StreamEvent::Gap { span: Span::of(packet, length, missing), why: GapReason::End };
    if missing > 0 {
        follow.stream(place, ends, client, &gap, &mut out).unwrap();
    }
    crate::report::Report::finish(&mut follow, &mut out).unwrap();
    assert_eq!(follow.missing(), missing);
    String::from_utf8(out).unwrap()
}

#[test]
fn what_is_missing_stands_where_it_is_missing() {
    let content = Content {
        bytes: b"abcdef",
        missing: &[[0, 2], [4, 10], [15, 1]],
        more: 3,
        cut: 7,
        ..Content::default()
    };
    assert_eq!(pieces(&content), ["-2", "2 ab", "-10", "14 c", "-1", "16 def", "+3", "-7"]);
    let shown = content.up_to(2);
    assert_eq!(pieces(&shown), ["-2", "2 ab", "-10", "+7", "-8"]);
    assert!(!content.is_whole() && Content::default().is_whole());
    assert_eq!(pieces(&Content::default()), [""; 0]);
}

#[test]
fn text_is_indented_so_that_it_cannot_look_like_a_head() {
    let text = followed(FollowFormat::Text, b"a\r\nserver \xe2\x86\x92 client  0.1  packet 9  Text\n", 12);
    let expected = "stream 0: client [::1]:5000, server 10.0.0.1:80\n\
                    client → server  0.500000  packet 4  42 bytes\n    \
                    a\\r\n    \
                    server → client  0.1  packet 9  Text\n\
                    client → server  0.500000  packet 4  12 bytes\n  \
                    [12 bytes missing]\n";
    assert_eq!(text, expected);
}

#[test]
fn what_is_not_text_is_dumped() {
    let text = followed(FollowFormat::Text, &[0x1b, b'[', b'2', b'J', 0xff], 0);
    assert!(
        text.ends_with("    00000000  1b 5b 32 4a ff                                    .[2J.\n"),
        "{text}"
    );
    let mut lines = String::new();
    dump::lines(&mut lines, 0x20, &(0x30..0x41).collect::<Vec<u8>>());
    let expected = "    00000020  30 31 32 33 34 35 36 37  38 39 3a 3b 3c 3d 3e 3f  01234567 89:;<=>?\n    \
                    00000030  40                                                @\n";
    assert_eq!(lines, expected);
}

#[test]
fn yaml_is_that_of_tshark_with_more_keys() {
    let yaml = followed(FollowFormat::Yaml, "- a: \"b\"\n# \u{85}\u{feff}\u{1b} é".as_bytes(), 12);
    let expected = r##"peers:
  - peer: 0
    host: "::1"
    port: 5000
  - peer: 1
    host: "10.0.0.1"
    port: 80
packets:
  - packet: 4
    peer: 0
    index: 0
    timestamp: 1.500000000
    data: !!binary |
      LSBhOiAiYiIKIyDChe+7vxsgw6k=
  - packet: 4
    peer: 0
    index: 1
    timestamp: 1.500000000
    missing_behind: 12
    data: ""
"##;
    assert_eq!(yaml, expected);
    let yaml = followed(FollowFormat::Yaml, "- a: \"b\"\n# \u{feff}é\u{202e}".as_bytes(), 0);
    assert!(yaml.ends_with("    data: \"- a: \\\"b\\\"\\n# \\ufeffé\\u202e\"\n"), "{yaml}");
}

#[test]
fn json_keeps_its_order_numbers_and_escapes() {
    let mut text = String::new();
    let json = "{\"z\":1e400, \"a\":[ ],\"b\":{},\"c\" : [1.0,{\"d\":\"}\\\"[\u{202e}\\u001b\"}] }";
    assert!(pretty::lines(&mut text, "  ", json.as_bytes()));
    let expected = r#"  {
    "z": 1e400,
    "a": [],
    "b": {},
    "c": [
      1.0,
      {
        "d": "}\"[\u202e\u001b"
      }
    ]
  }
"#;
    assert_eq!(text, expected);
    for bad in [&b"{"[..], b"hello", b"", b"{}{}", b"\xff"] {
        assert!(!pretty::lines(&mut String::new(), "", bad), "{}", bad.escape_ascii());
    }
}

proptest! {
    #[test]
    fn pretty_json_means_the_same(text in "[\\[\\]{}:,\"a0 \\\\\u{202e}é]{0,12}", numbers: Vec<f64>) {
        let value = serde_json::json!({ text.clone(): [text.clone(), numbers, {}, [], null], "x": { "y": text } });
        let mut pretty = String::new();
        prop_assert!(pretty::lines(&mut pretty, " ", value.to_string().as_bytes()));
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&pretty).unwrap(), value);
    }

    #[test]
    fn no_bytes_control_the_terminal(bytes: Vec<u8>) {
        for format in [FollowFormat::Text, FollowFormat::Json, FollowFormat::Hex, FollowFormat::Yaml] {
            let text = followed(format, &bytes, 0);
            prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        }
    }
}
