//! What each field is in each kind of record.

use super::matches;
use super::samples::*;
use crate::filter::{FIELDS, FieldType};
use crate::record::{Finding, Record, Side};

fn all_kinds() -> Vec<(&'static str, Record<'static>)> {
    vec![
        ("packet", packet_between(ends(), CLIENT)),
        ("opened", opened()),
        ("request", request()),
        ("switched", switched()),
        ("handshake", handshake(true)),
        ("frame", frame(CLIENT, header(1, true, true, 9))),
        ("message", message(true)),
        ("finding", finding(Side::Client)),
        ("connection", connection()),
    ]
}

#[test]
fn fields_are_sorted_by_name_and_described() {
    assert!(FIELDS.is_sorted_by(|one, next| one.name < next.name));
    for field in FIELDS.iter() {
        assert!(field.meaning.ends_with('.') && field.meaning.len() > 20, "{field:?}");
    }
}

#[test]
fn protocols_are_exactly_the_names_without_a_dot() {
    for field in FIELDS.iter() {
        assert_eq!(field.field_type == FieldType::Protocol, !field.name.contains('.'), "{field:?}");
    }
}

#[test]
fn field_types_are_named_as_in_wireshark() {
    let names: Vec<String> =
        ["http", "websocket.fin", "tcp.port", "ip.src", "ipv6.src"].map(type_name).to_vec();
    assert_eq!(names, ["Protocol", "Boolean", "Unsigned integer (16 bits)", "IPv4 address", "IPv6 address"]);
}

fn type_name(field: &str) -> String {
    FIELDS.iter().find(|other| other.name == field).unwrap().field_type.to_string()
}

#[test]
fn every_record_of_a_connection_has_number_stream_ports_and_addresses() {
    for (kind, record) in all_kinds() {
        for filter in [
            "frame.number == 7",
            "tcp.stream == 2",
            "tcp",
            "tcp.port == 40000",
            "tcp.port == 3000",
            "ip.addr == 10.0.0.1",
            "ip.addr == 192.168.0.2",
            "tcp.srcport",
            "tcp.dstport",
            "ip.src",
            "ip.dst",
            "not tcp.port == 7",
            "not ip.addr == 10.0.0.2",
            "not ipv6.addr",
            "not ipv6.src",
            "not ipv6.dst",
            "not frame.number == 2",
            "not tcp.stream == 7",
        ] {
            assert!(matches(filter, &record), "{filter} on {kind}");
        }
    }
}

#[test]
fn source_and_destination_follow_who_sent() {
    let from_client = [
        packet_between(ends(), CLIENT),
        frame(CLIENT, header(1, true, true, 9)),
        message(true),
        request(),
        handshake(false),
        finding(Side::Client),
        finding(Side::Capture),
        opened(),
        connection(),
    ];
    let from_server = [
        packet_between(ends(), SERVER),
        frame(SERVER, header(1, true, false, 9)),
        switched(),
        handshake(true),
        finding(Side::Server),
    ];
    let client_first =
        "tcp.srcport == 40000 and tcp.dstport == 3000 and ip.src == 10.0.0.1 and ip.dst == 192.168.0.2";
    let server_first =
        "tcp.srcport == 3000 and tcp.dstport == 40000 and ip.src == 192.168.0.2 and ip.dst == 10.0.0.1";
    for record in from_client {
        assert!(matches(client_first, &record) && !matches(server_first, &record), "{record:?}");
    }
    for record in from_server {
        assert!(matches(server_first, &record) && !matches(client_first, &record), "{record:?}");
    }
}

#[test]
fn ipv6_ends_have_ipv6_fields_and_no_ipv4_ones() {
    let record = packet_between(ends_v6(), SERVER);
    for filter in [
        "ipv6.addr == fe80::1",
        "ipv6.addr == 2001:db8::2",
        "ipv6.src == 2001:db8::/32",
        "ipv6.dst == fe80::/10",
        "ipv6.src > ipv6.dst or ipv6.src < ipv6.dst",
        "not ip.addr",
        "not ip.src",
        "not ip.dst",
        "tcp.srcport == 3000",
    ] {
        assert!(matches(filter, &record), "{filter}");
    }
}

#[test]
fn http_and_websocket_are_where_they_are_seen() {
    let http = packet_of(ends(), CLIENT, "HTTP");
    let headers = frames([header(9, true, true, 0)]);
    let websocket = packet(ends(), CLIENT, "WebSocket", &headers);
    let cases = [
        (http, true, false),
        (websocket, false, true),
        (packet_between(ends(), CLIENT), false, false),
        (request(), true, false),
        (switched(), true, false),
        (handshake(true), true, false),
        (handshake(false), true, false),
        (frame(CLIENT, header(1, true, true, 9)), false, true),
        (message(false), false, true),
        (finding(Side::Client), false, false),
        (opened(), false, false),
    ];
    for (record, http, websocket) in cases {
        assert_eq!(matches("http", &record), http, "{record:?}");
        assert_eq!(matches("websocket", &record), websocket, "{record:?}");
        for field in ["websocket.fin", "websocket.mask", "websocket.opcode", "websocket.payload_length"] {
            assert_eq!(matches(field, &record), websocket, "{field} on {record:?}");
        }
    }
}

#[test]
fn websocket_keeps_what_is_told_of_its_frames_and_connections() {
    let Record::Finding(finding) = finding(Side::Client) else { panic!("a finding") };
    let finding = Record::Finding(Finding { frame: Some(1), ..finding });
    for record in [finding, connection()] {
        assert!(matches("websocket", &record), "{record:?}");
        assert!(!matches("websocket.fin", &record), "{record:?}");
    }
}

#[test]
fn a_frame_has_the_values_of_its_header() {
    let record = frame(SERVER, header(2, false, false, u64::MAX));
    assert!(matches("websocket.opcode == 2 and websocket.fin == false", &record));
    assert!(matches("websocket.mask == 0", &record));
    assert!(matches("websocket.payload_length == 0xffffffffffffffff", &record));
}

#[test]
fn a_message_has_the_length_of_all_its_frames_and_is_final_when_whole() {
    let values = "websocket.opcode == 1 and websocket.mask == 1 and websocket.payload_length == 300";
    assert!(matches(values, &message(true)) && matches(values, &message(false)));
    assert!(matches("websocket.fin == 1", &message(true)));
    assert!(matches("websocket.fin == 0", &message(false)));
}

#[test]
fn a_packet_row_has_one_value_for_each_frame_that_it_completes() {
    let headers = frames([header(1, true, true, 5), header(9, false, false, 126)]);
    let record = packet(ends(), CLIENT, "WebSocket", &headers);
    for filter in [
        "websocket.opcode == 1 and websocket.opcode == 9",
        "websocket.fin == 1 and websocket.fin == 0",
        "websocket.mask == 1 and websocket.mask == 0",
        "websocket.payload_length < 6 and websocket.payload_length > 125",
    ] {
        assert!(matches(filter, &record), "{filter}");
    }
    assert!(!matches("websocket.opcode == 2", &record));
}

#[test]
fn what_is_about_the_capture_as_a_whole_always_passes() {
    for record in [capture(), summary(), finding_about_the_capture()] {
        assert!(matches("frame.number == 1", &record) && matches("not tcp", &record), "{record:?}");
    }
    assert!(!matches("frame.number == 1", &finding(Side::Capture)));
}

#[test]
fn a_packet_of_very_many_frames_is_no_more_work_than_its_frames() {
    let headers =
        frames([0, 1].into_iter().cycle().take(1_000_000).map(|opcode| header(opcode, true, false, 20)));
    let record = packet(ends(), CLIENT, "WebSocket", &headers);
    assert!(!matches("websocket.opcode == websocket.payload_length", &record));
    assert!(!matches("websocket.fin == websocket.mask", &record));
    assert!(!matches("websocket.opcode > websocket.payload_length", &record));
}
