//! Grammar and meaning. Where a name says so, the fact was observed in Wireshark 4.0.17.

use super::matches;
use super::samples::*;
use crate::filter::Filter;

fn normal(filter: &str) -> String {
    Filter::parse(filter).unwrap_or_else(|error| panic!("{error}")).to_string()
}

#[test]
fn not_binds_tighter_than_and_and_and_tighter_than_or_as_in_wireshark_4() {
    assert_eq!(normal("tcp or http and websocket"), normal("tcp or (http and websocket)"));
    assert_eq!(normal("tcp and http or websocket"), normal("(tcp and http) or websocket"));
    assert_eq!(normal("not tcp and http"), normal("(not tcp) and http"));
    assert_eq!(normal("not tcp.port == 1 or http"), normal("(not (tcp.port == 1)) or http"));
    assert_ne!(normal("not (tcp and http)"), normal("not tcp and http"));
    assert_eq!(normal("(tcp or http) and websocket"), "(tcp or http) and websocket");
}

#[test]
fn precedence_decides_as_observed_in_wireshark() {
    let record = frame(CLIENT, header(1, true, true, 9));
    assert!(matches("websocket or frame.number == 1 and frame.number == 2", &record));
    assert!(!matches("(websocket or frame.number == 1) and frame.number == 2", &record));
    assert!(matches("! tcp.port == 80 and frame.number < 8", &record));
    assert!(!matches("not (tcp.port == 80 or frame.number < 8)", &record));
}

#[test]
fn words_and_symbols_are_the_same_operators() {
    for (symbol, word) in [("==", "eq"), ("!=", "ne"), (">", "gt"), ("<", "lt"), (">=", "ge"), ("<=", "le")] {
        let filter = normal(&format!("frame.number {word} 7"));
        assert_eq!(filter, format!("frame.number {symbol} 7"));
        assert_eq!(filter, normal(&format!("frame.number{symbol}7")));
    }
    assert_eq!(normal("!tcp&&http||!!websocket"), "not tcp and http or not not websocket");
    assert_eq!(normal("not(tcp)"), "not tcp");
    assert_eq!(normal(" tcp\n\tand  http "), "tcp and http");
}

#[test]
fn parentheses_that_change_nothing_vanish_and_the_others_stay() {
    assert_eq!(normal("((((tcp))))"), "tcp");
    assert_eq!(normal("(tcp and http) and websocket"), "(tcp and http) and websocket");
    assert_eq!(normal("tcp and http and websocket"), "tcp and http and websocket");
    assert_eq!(normal("not (not (tcp or http))"), "not not (tcp or http)");
}

#[test]
fn relations_compare_numbers() {
    let record = opened();
    let cases = [
        ("==", [false, true, false]),
        ("!=", [true, false, true]),
        (">", [true, false, false]),
        ("<", [false, false, true]),
        (">=", [true, true, false]),
        ("<=", [false, true, true]),
    ];
    for (relation, expected) in cases {
        let found = [6, 7, 8].map(|number| matches(&format!("frame.number {relation} {number}"), &record));
        assert_eq!(found, expected, "{relation}");
    }
}

#[test]
fn numbers_are_decimal_hexadecimal_octal_or_binary_as_in_wireshark() {
    for number in ["3000", "0x0bb8", "0XBB8", "05670", "0b101110111000", "0B101110111000"] {
        assert_eq!(normal(&format!("tcp.port == {number}")), "tcp.port == 3000");
    }
    assert_eq!(normal("tcp.port == 00000"), "tcp.port == 0");
    assert_eq!(normal("frame.number == 18446744073709551615"), "frame.number == 18446744073709551615");
}

#[test]
fn booleans_are_words_in_any_case_or_bits_as_in_wireshark() {
    for yes in ["1", "0x1", "true", "True", "TRUE", "tRUE"] {
        assert_eq!(normal(&format!("websocket.fin == {yes}")), "websocket.fin == true");
    }
    for no in ["0", "00", "false", "FALSE"] {
        assert_eq!(normal(&format!("websocket.mask != {no}")), "websocket.mask != false");
    }
}

#[test]
fn observed_in_wireshark_a_boolean_field_alone_asks_whether_it_exists_not_whether_it_is_true() {
    assert!(matches("websocket.fin", &frame(CLIENT, header(1, false, true, 9))));
    assert!(!matches("websocket.fin", &request()));
}

#[test]
fn observed_in_wireshark_equal_is_any_occurrence_and_not_equal_is_all_of_at_least_one() {
    let record = packet_between(ends(), CLIENT);
    assert!(matches("tcp.port == 3000", &record) && !matches("tcp.port != 3000", &record));
    assert!(!matches("tcp.port == 1", &record) && matches("tcp.port != 1", &record));
    assert!(!matches("!(tcp.port == 3000)", &record));
    assert!(!matches("websocket.opcode != 1", &record), "it has none");
    assert!(matches("not websocket.opcode == 1", &record));

    let headers = frames([header(1, true, true, 5), header(9, true, true, 0)]);
    let coalesced = packet(ends(), CLIENT, "WebSocket", &headers);
    assert!(!matches("websocket.opcode != 9", &coalesced), "one of the two is a ping");
    assert!(matches("websocket.opcode != 8", &coalesced));
}

#[test]
fn observed_in_wireshark_orders_hold_for_any_occurrence() {
    let record = packet_between(ends(), CLIENT);
    assert!(matches("tcp.port > 3000", &record) && matches("tcp.port < 3001", &record));
    assert!(!matches("tcp.port > 40000", &record) && !matches("tcp.port < 3000", &record));
    assert!(!matches("ipv6.addr > ::", &record));
}

#[test]
fn observed_in_wireshark_fields_are_compared_with_fields_pair_by_pair() {
    let record = packet_between(ends(), CLIENT);
    assert!(
        !matches("tcp.srcport == tcp.dstport", &record) && matches("tcp.srcport != tcp.dstport", &record)
    );
    assert!(matches("tcp.port == tcp.port", &record) && !matches("tcp.port != tcp.port", &record));
    assert!(matches("tcp.port > tcp.port", &record));
    assert!(matches("tcp.srcport > tcp.dstport", &record) && !matches("tcp.srcport < tcp.dstport", &record));
    assert!(!matches("websocket.opcode == frame.number", &record));
    assert!(!matches("websocket.opcode != frame.number", &record));
    assert!(!matches("frame.number != websocket.opcode", &record));
    assert!(matches("websocket.fin == websocket.mask", &frame(CLIENT, header(1, true, true, 9))));
}

#[test]
fn observed_in_wireshark_an_address_is_compared_with_a_network_by_the_bits_that_count() {
    let record = packet_between(ends(), CLIENT);
    for filter in [
        "ip.addr == 10.0.0.0/8",
        "ip.src == 10.200.3.4/8",
        "ip.addr == 0.0.0.0/0",
        "ip.addr == 10.0.0.1/32",
        "ip.src >= 10.0.0.0/8",
        "not ip.src > 10.0.0.0/8",
        "not ip.addr != 10.0.0.0/8",
        "ip.addr != 172.16.0.0/12",
        "ip.addr > 126.0.0.1",
    ] {
        assert!(matches(filter, &record), "{filter}");
    }
}

#[test]
fn and_or_and_not_are_those_of_logic() {
    let record = opened();
    assert!(matches("tcp and not http and not websocket", &record));
    assert!(matches("http or websocket or tcp", &record));
    assert!(!matches("tcp and http", &record) && !matches("http or websocket", &record));
    assert!(matches("not not tcp", &record) && !matches("not tcp", &record));
}

#[test]
fn levels_up_to_the_limit_are_read_printed_and_evaluated_on_a_small_stack() {
    let on_a_small_stack = std::thread::Builder::new().stack_size(1 << 20).spawn(|| {
        let parentheses = format!("{}tcp{}", "(not ".repeat(64), ")".repeat(64));
        assert!(matches(&parentheses, &opened()));
        let nots = format!("{}tcp", "!".repeat(128));
        assert_eq!(normal(&nots), format!("{}tcp", "not ".repeat(128)));
        let mixed = format!("{}tcp{}", "(http or tcp and ".repeat(128), ")".repeat(128));
        assert!(matches(&mixed, &opened()));
        assert_eq!(normal(&normal(&mixed)), normal(&mixed));
        for endless in ["(", "!", "not ", "(tcp and not "] {
            let error = Filter::parse(&endless.repeat(5000)).unwrap_err().to_string();
            assert!(error.contains("nested too deep"), "{error}");
        }
    });
    on_a_small_stack.unwrap().join().unwrap();
}

#[test]
fn a_chain_is_not_deep_however_long_it_is() {
    let chain = vec!["tcp.port == 1"; 3000].join(" or ");
    assert!(!matches(&chain, &opened()));
    assert!(matches(&format!("{chain} or tcp"), &opened()));
}
