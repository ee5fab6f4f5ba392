//! Any text as a display filter: one that is read is printed and read back as the same, holds for a record or does not,
//! and never matches a record of a connection that it cannot match.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye::base::{Direction, PacketId, Span, Timestamp};
use sockeye::filter::{Column, Filter};
use sockeye::record::{Alert, Ends, Frame, PacketRow, Payload, Place, Record};
use sockeye::websocket::{FrameHeader, Opcode};

fuzz_target!(|text: &str| {
    let _ = Column::parse(text);
    let filter = match Filter::parse(text) {
        Ok(filter) => filter,
        Err(error) => {
            assert_eq!(error.to_string().lines().count(), 3, "an error is three lines");
            return;
        }
    };
    let printed = filter.to_string();
    assert_eq!(Filter::parse(&printed).as_ref(), Ok(&filter), "{printed}");
    let headers: Vec<FrameHeader> = (0..100).map(header).collect();
    for record in records(&headers) {
        let matches = filter.matches(&record);
        assert!(filter.may_match(&ends(), 2) || !matches, "{printed}");
    }
});

fn ends() -> Ends {
    Ends { client: ([10, 0, 0, 1], 40000).into(), server: ([192, 168, 0, 2], 3000).into() }
}

fn header(number: u8) -> FrameHeader {
    FrameHeader {
        fin: number % 2 == 0,
        rsv1: false,
        rsv2: false,
        rsv3: false,
        opcode: Opcode::from(number % 16),
        masking_key: (number % 3 == 0).then_some([1, 2, 3, 4]),
        payload_length: number.into(),
        header_length: 2,
    }
}

fn records(headers: &[FrameHeader]) -> [Record<'_>; 3] {
    let place = Place { stream: 2, packet: 7, time: Timestamp::default(), time_relative: 0.5 };
    let from = Direction::ServerToClient;
    let packet = PacketId { number: 7, time: Timestamp::default() };
    [
        Record::Alert(Alert { place, ends: ends(), from, protocol: "TLSv1.2", level: 2, description: 40 }),
        Record::Frame(Frame {
            place,
            ends: ends(),
            from,
            number: 1,
            span: Span::of(packet, 0, 2),
            header: header(1),
            payload_captured: 27,
            missing: &[],
            payload: Payload::Text(r#"{"price": 101.5, "a": "bc"}"#),
            truncated: false,
            compressed: false,
            inflated: None,
            undecoded: None,
            content: Opcode::Text,
            message: Some(1),
            close: None,
        }),
        Record::Packet(PacketRow {
            place,
            ends: ends(),
            from,
            protocol: "WebSocket",
            flags: sockeye::record::Flags::ACK,
            seq: 1,
            ack: Some(1),
            length: 66,
            payload_length: 0,
            analysis: sockeye::tcp::Analysis::default(),
            window: 0,
            tls: &[],
            heads: &[],
            frames: headers,
            frame_count: headers.len() as u64,
        }),
    ]
}
