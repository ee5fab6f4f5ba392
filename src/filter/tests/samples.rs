//! One record of each kind, all of packet 7 and stream 2, between the client 10.0.0.1:40000 and the server
//! 192.168.0.2:3000.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::LazyLock;

use crate::base::{Direction, PacketId, PerDirection, SeqNumber, Span, Timestamp};
use crate::capture::{LinkType, Packet};
use crate::http;
use crate::packet::Segment;
use crate::record::*;
use crate::websocket::{FrameHeader, Opcode};

pub const CLIENT: Direction = Direction::ClientToServer;
pub const SERVER: Direction = Direction::ServerToClient;

const ENDS: Ends = Ends {
    client: SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 40000),
    server: SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 168, 0, 2)), 3000),
};

pub fn ends() -> Ends {
    ENDS
}

pub fn ends_v6() -> Ends {
    Ends { client: "[fe80::1]:40000".parse().unwrap(), server: "[2001:db8::2]:3000".parse().unwrap() }
}

fn place() -> Place {
    Place { stream: 2, packet: 7, time: Timestamp::default(), time_relative: 0.5 }
}

fn span() -> Span {
    Span::of(PacketId { number: 7, time: Timestamp::default() }, 0, 2)
}

pub fn header(opcode: u8, fin: bool, masked: bool, payload_length: u64) -> FrameHeader {
    FrameHeader {
        fin,
        rsv1: false,
        rsv2: false,
        rsv3: false,
        opcode: Opcode::from(opcode),
        masking_key: masked.then_some([1, 2, 3, 4]),
        payload_length,
        header_length: if masked { 6 } else { 2 },
    }
}

pub fn frame(from: Direction, header: FrameHeader) -> Record<'static> {
    Record::Frame(Frame {
        place: place(),
        ends: &ENDS,
        from,
        number: 1,
        span: span(),
        header: Box::leak(Box::new(header)),
        payload_captured: 0,
        missing: &[],
        payload: Payload::Text(""),
        truncated: false,
        compressed: false,
        inflated: None,
        undecoded: None,
        content: Opcode::Text,
        message: Some(1),
        joined: None,
        close: None,
        ping_nanos: None,
    })
}

/// A message of two frames: the header is that of the first one.
pub fn message(complete: bool) -> Record<'static> {
    Record::Message(Message {
        place: place(),
        ends: ends(),
        from: CLIENT,
        number: 1,
        span: span(),
        header: header(1, false, true, 10),
        frames: [1, 2],
        fragments: 2,
        compressed: false,
        assumed: false,
        undecoded: None,
        wire_length: 300,
        missing: &[],
        length: Some(300),
        payload: None,
        complete,
        truncated: false,
        close: None,
        ping_nanos: None,
    })
}

static NO_FRAMES: LazyLock<Frames> = LazyLock::new(Frames::default);

/// Frames of the client with these headers and no payload.
pub fn frames(headers: impl IntoIterator<Item = FrameHeader>) -> Frames {
    let mut frames = Frames::default();
    for header in headers {
        let Record::Frame(frame) = frame(CLIENT, header) else { panic!("a frame") };
        frames.push(&frame, usize::MAX);
    }
    frames
}

pub fn packet_between(ends: Ends, from: Direction) -> Record<'static> {
    packet_of(ends, from, "TCP")
}

/// A packet that completes nothing.
pub fn packet_of(ends: Ends, from: Direction, protocol: &'static str) -> Record<'static> {
    packet(ends, from, protocol, &NO_FRAMES)
}

pub fn packet<'a>(ends: Ends, from: Direction, protocol: &'static str, frames: &'a Frames) -> Record<'a> {
    Record::Packet(PacketRow {
        place: place(),
        ends,
        from,
        protocol,
        flags: Flags::ACK,
        seq: 1,
        ack: Some(1),
        length: 66,
        payload_length: 0,
        analysis: Analysis::default(),
        window: 0,
        window_size: None,
        layers: no_layers(),
        since: Since::default(),
        tls: &[],
        heads: &[],
        head_count: 0,
        frames,
        frame_count: frames.len() as u64,
    })
}

/// A packet of which nothing was captured.
fn no_layers() -> Layers<'static> {
    let packet =
        Packet { time: Timestamp::default(), link_type: LinkType::ETHERNET, original_length: 66, data: &[] };
    let ends = ends();
    let segment = Segment {
        source: ends.client,
        destination: ends.server,
        sequence: SeqNumber(1),
        acknowledgment: SeqNumber(1),
        flags: Flags::ACK,
        window: 0,
        payload_length: 0,
        payload: &[],
        captured: &[],
    };
    Layers::new(&packet, &segment)
}

pub fn opened() -> Record<'static> {
    Record::Opened(Opened { place: place(), ends: ends(), handshake_nanos: None })
}

pub static REQUEST: LazyLock<http::Request> = LazyLock::new(|| http::Request {
    method: (*b"GET").into(),
    target: (*b"/").into(),
    version: (1, 1),
    headers: http::Headers::default(),
    oddities: http::Oddities::default(),
    span: span(),
    began: span().end,
    body: None,
});

pub static RESPONSE: LazyLock<http::Response> = LazyLock::new(|| http::Response {
    version: (1, 1),
    status: 101,
    reason: Box::default(),
    headers: http::Headers::default(),
    oddities: http::Oddities::default(),
    span: span(),
});

pub fn request() -> Record<'static> {
    Record::Request(RequestRow { place: place(), ends: ends(), head: &REQUEST })
}

pub fn switched() -> Record<'static> {
    let protocol = Text(b"h2c");
    Record::Switched(Switched { place: place(), ends: ends(), span: span(), head: &RESPONSE, protocol })
}

pub fn handshake(answered: bool) -> Record<'static> {
    Record::Handshake(Handshake {
        place: place(),
        ends: ends(),
        tls: None,
        request: None,
        response: answered.then(|| HandshakeResponse { packet: span().end, head: &RESPONSE }),
        key: None,
        accept: Accept::default(),
        subprotocol: None,
        extensions: &[],
        outcome: Some(if answered { Outcome::Accepted } else { Outcome::Unanswered }),
    })
}

pub fn finding(side: Side) -> Record<'static> {
    Record::Finding(Finding { place: Some(place()), ends: Some(ends()), side, ..plain_finding() })
}

pub fn finding_about_the_capture() -> Record<'static> {
    Record::Finding(plain_finding())
}

fn plain_finding() -> Finding<'static> {
    Finding {
        place: None,
        ends: None,
        code: "WS900",
        name: "",
        severity: Severity::Info,
        side: Side::Capture,
        rfc: "",
        text: "",
        requirement: "",
        help: "",
        packets: [7, 7],
        frame: None,
        message: None,
        stream_offset: None,
        length: None,
        bytes: &[],
        mark: None,
        details: &[],
    }
}

pub fn connection() -> Record<'static> {
    Record::Connection(Connection {
        place: place(),
        ends: ends(),
        sides_known_by: SidesKnownBy::Syn,
        tls: None,
        protocol: Protocol::Websocket,
        switched_to: None,
        opened: Timestamp::default(),
        closed: None,
        ended_by: EndedBy::Open,
        close: None,
        frames: 0,
        messages: 0,
        payload_bytes: PerDirection::default(),
        tcp_handshake_nanos: None,
        tcp: Default::default(),
        silence: Default::default(),
        missing_bytes: PerDirection::default(),
        verdict: None,
        findings: FindingCounts::default(),
    })
}

pub fn capture() -> Record<'static> {
    Record::Capture(CaptureInfo { schema: SCHEMA, files: &[], filter: None })
}

pub fn summary() -> Record<'static> {
    Record::Summary(Summary::default())
}
