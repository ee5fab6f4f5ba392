//! What searches, sets, slices, computations and functions mean. Where a name says so, the fact was observed in
//! Wireshark 4.0.17.

use super::matches;
use super::samples::*;
use crate::filter::Filter;
use crate::record::{Message, Payload, Record};

/// A message that says `text`.
fn says(text: &str) -> Record<'_> {
    let Record::Message(message) = message(true) else { panic!("a message") };
    Record::Message(Message { payload: Some(Payload::Text(text)), ..message })
}

fn all_hold(record: &Record<'_>, filters: &[&str]) {
    for filter in filters {
        assert!(matches(filter, record), "{filter}");
    }
}

fn none_hold(record: &Record<'_>, filters: &[&str]) {
    for filter in filters {
        assert!(!matches(filter, record), "{filter}");
    }
}

fn normal(filter: &str) -> String {
    Filter::parse(filter).unwrap_or_else(|error| panic!("{error}")).to_string()
}

#[test]
fn observed_in_wireshark_any_and_all_say_for_which_values_a_comparison_holds() {
    let record = packet_between(ends(), CLIENT);
    all_hold(
        &record,
        &[
            "tcp.port == 3000",
            "any tcp.port === 3000",
            "tcp.port any_eq 3000",
            "tcp.port !== 3000",
            "tcp.port ~= 3000",
            "tcp.port any_ne 3000",
            "any tcp.port != 3000",
            "all tcp.port > 1024",
            "all tcp.port in {3000, 40000}",
            "tcp.port all_ne 80",
            "tcp.stream === 2",
            "any tcp.port + 1 == 3001",
        ],
    );
    none_hold(
        &record,
        &[
            "tcp.port === 3000",
            "all tcp.port == 3000",
            "tcp.port all_eq 3000",
            "tcp.port != 3000",
            "tcp.port all_ne 3000",
            "tcp.stream !== 2",
            "all tcp.port > 3000",
            "all tcp.port in {3000}",
            "all ipv6.addr == ::1",
            "all websocket.opcode > 0",
        ],
    );
    assert_eq!(normal("all tcp.port == 1 or any tcp.port != 1"), "tcp.port === 1 or tcp.port !== 1");
    assert_eq!(normal("all tcp.port<1"), "all tcp.port < 1");
}

#[test]
fn exactly_one_of_two_or_an_odd_number() {
    let record = opened();
    assert!(matches("tcp xor http", &record) && matches("tcp ^^ tcp ^^ tcp", &record));
    assert!(!matches("tcp xor tcp", &record));
    assert_eq!(normal("tcp or http xor tls and websocket"), normal("tcp or (http xor (tls and websocket))"));
}

#[test]
fn observed_in_wireshark_comparisons_can_be_chained() {
    let record = packet_between(ends(), CLIENT);
    all_hold(&record, &["1024 < tcp.srcport < 50000", "tcp.dstport < tcp.srcport > 4000"]);
    none_hold(&record, &["tcp.srcport < 50000 < tcp.dstport", "1 < tcp.srcport < 2"]);
    assert_eq!(normal("1 < tcp.port < 5"), "tcp.port > 1 and tcp.port < 5");
}

#[test]
fn a_value_can_stand_on_either_side() {
    assert_eq!(normal("3000 == tcp.port"), "tcp.port == 3000");
    assert_eq!(normal("3000 <= tcp.port"), "tcp.port >= 3000");
    assert_eq!(normal("10.0.0.0/8 === ip.addr"), "ip.addr === 10.0.0.0/8");
}

#[test]
fn observed_in_wireshark_bytes_are_searched_for_text_and_bytes() {
    let record = says("GET /index\r\nx");
    all_hold(
        &record,
        &[
            "websocket.payload contains \"GET\"",
            "websocket.payload contains 47:45:54",
            "websocket.payload contains 474554",
            "websocket.payload contains 0d-0a",
            "websocket.payload[0:4] == 4745.5420",
            "websocket.payload[0:3] == 4745-54",
            "websocket.payload contains d.a",
            "websocket.payload contains 'G'",
            "websocket.payload contains 0x47",
            r#"websocket.payload contains "\x47\105T""#,
            "websocket.payload[4:] contains \"index\"",
            "all websocket.payload contains \"x\"",
        ],
    );
    none_hold(
        &record,
        &["websocket.payload contains \"get\"", "http contains \"GET\"", "tcp contains \"GET\""],
    );
}

#[test]
fn observed_in_wireshark_regular_expressions_ignore_case_and_take_text_in_quotation_marks() {
    let record = says("GET /index\nx\u{e9}");
    all_hold(
        &record,
        &[
            "websocket.payload matches \"get\"",
            "websocket.payload ~ \"^get /[a-z]+\"",
            "websocket.payload matches \"(?-i)GET\"",
            r#"websocket.payload matches r"\s\w+""#,
            r#"websocket.payload matches "\\s\\w+""#,
            r#"websocket.payload matches "(?m)^x..$""#,
            "websocket.payload[0:3] matches \"^get$\"",
        ],
    );
    none_hold(
        &record,
        &[
            "websocket.payload matches \"(?-i)get\"",
            "websocket.payload matches \"index.x\"",
            "tcp matches \"get\"",
        ],
    );
}

#[test]
fn text_is_matched_by_characters_and_bytes_by_bytes() {
    let record = says(r#"{"name": "É"}"#);
    all_hold(
        &record,
        &[r#"websocket.json["name"] matches "^é$""#, r#"websocket.json["name"] matches "^.$""#],
    );
    assert!(matches(r#"websocket.payload matches r"\xc3\x89""#, &record));
}

#[test]
fn a_regular_expression_takes_linear_time() {
    let long = "a".repeat(60_000);
    assert!(!matches(r#"websocket.payload matches "(a*)*(a*)*b""#, &says(&long)));
}

#[test]
fn observed_in_wireshark_sets_have_values_and_ranges_of_every_type() {
    let record = packet_between(ends(), CLIENT);
    all_hold(
        &record,
        &[
            "tcp.port in {80, 3000}",
            "tcp.port in {80,2999..3001}",
            "tcp.port in { 2999 .. 3001 }",
            "ip.addr in {10.0.0.0 .. 10.0.0.9}",
            "ip.addr in {172.16.0.0/12, 10.0.0.0/8}",
            "frame.time_relative in {0.4..0.6}",
            "frame.time in {\"1960-01-01\" .. \"1980-01-01\"}",
            "tcp.port not in {80}",
            "ipv6.addr not in {::1}",
            "tcp.port + 1 in {3001}",
            "tcp.port in {-1 + 3001}",
        ],
    );
    none_hold(&record, &["tcp.port in {80}", "tcp.port not in {80, 3000}", "ipv6.addr in {::..::ff}"]);
    assert_eq!(normal("tcp.port not in {1,2 .. 3}"), "not tcp.port in {1, 2..3}");
}

#[test]
fn observed_in_wireshark_slices_are_bytes() {
    let record = says("0123456789");
    all_hold(
        &record,
        &[
            "websocket.payload[0:2] == \"01\"",
            "websocket.payload[0:2] == 30:31",
            "websocket.payload[0-2] == \"012\"",
            "websocket.payload[-2:] == \"89\"",
            "websocket.payload[:1,9] == \"09\"",
            "websocket.payload[3] == '3'",
            "websocket.payload[3] == 33",
            "websocket.payload[3] == 0x33",
            "websocket.payload[3]",
            "websocket.payload[0] & 10",
            "websocket.payload[0:2] & f0:0f == 30:01",
            "websocket.payload[0:2] > 30:30",
            "ip.addr[0] == 0a",
            "ip.addr[0:2] == c0:a8",
            "upper(string(ip.src))[0:3] == \"10.\"",
        ],
    );
    none_hold(&record, &["websocket.payload[10]", "websocket.payload[9:2]", "websocket.payload[0] & 0f"]);
}

#[test]
fn observed_in_wireshark_computations_bind_as_in_c_but_for_the_bits() {
    let record = packet_between(ends(), CLIENT);
    all_hold(
        &record,
        &[
            "tcp.port + 1 == 3001",
            "tcp.port+1==3001",
            "tcp.port -1 == 2999",
            "1 + tcp.port * 2 == 6001",
            "{1 + tcp.port} * 2 == 6002",
            "tcp.port / 7 == 428",
            "tcp.port % 7 == 4",
            "-tcp.port == -3000",
            "tcp.stream - 3 < 0",
            "frame.number & 3 + 3 == 6",
            "frame.number & 1",
            "frame.number - 6",
            "tcp.srcport == tcp.dstport + 37000",
            "tcp.port == 3 * {999 + 1}",
            "frame.time_relative + 0.5 == 1",
            "frame.time_relative - 1 < -0.4",
            "ip.src & 255.0.0.0 == 10.0.0.0",
        ],
    );
    none_hold(
        &record,
        &[
            "frame.number - 7",
            "frame.number & 8",
            "frame.number / 0 == 0",
            "frame.number % 0 == 0",
            "websocket.opcode + 1",
        ],
    );
    assert_eq!(normal("tcp.port == 1 + 2 * 3"), "tcp.port == 7");
    assert_eq!(normal("tcp.port bitwise_and 1"), "tcp.port & 1");
    assert_eq!(normal("{{tcp.port + 1}} * {2} - {3 - tcp.port}"), "{tcp.port + 1} * 2 - {3 - tcp.port}");
}

#[test]
fn observed_in_wireshark_functions() {
    let record = says("abcÄ");
    all_hold(
        &record,
        &[
            "len(websocket.payload) == 5",
            "len(ip.addr) == 4",
            "count(tcp.port) == 2",
            "count(tcp.port) + 1 == 3",
            "string(tcp.port) == \"3000\"",
            "string(ip.addr) matches \"^192\"",
            "string(frame.number) matches \"[13579]$\"",
            "max(tcp.port) == 40000",
            "max(tcp.port, 60000) == 60000",
            "min(tcp.srcport, tcp.dstport) == 3000",
            "max(tcp.port, websocket.payload_length, 1) == 40000",
            "max(len(websocket.payload), 3) == 5",
            "abs(-tcp.stream) == 2",
            "abs(frame.time_relative - 1) == 0.5",
            "tcp.port == max(tcp.port)",
        ],
    );
    none_hold(&record, &["count(ipv6.addr) == 0", "max(ipv6.addr) > ::", "len(http) > 0"]);
}

#[test]
fn objects_and_arrays_are_searched_and_equal_to_nothing() {
    let record = says(r#"{"a": {"name": "Bob"}, "b": {"name": "Bob"}, "c": [1, 2]}"#);
    all_hold(
        &record,
        &[
            "websocket.json contains \"Bob\"",
            "websocket.json[\"a\"] matches \"^.{2}NAME\"",
            "len(websocket.json[\"c\"]) == 6",
        ],
    );
    none_hold(
        &record,
        &[
            "websocket.json == true",
            "websocket.json[\"a\"] == websocket.json[\"b\"]",
            "websocket.json[\"a\"] != websocket.json[\"b\"]",
            "websocket.json[\"c\"] contains \"Bob\"",
        ],
    );
}

#[test]
fn rfc_6901_pointers_lead_to_values_and_what_is_beside_them_is_not_looked_at() {
    let record =
        says(r#"{"huge": 1e999, "a/b": {"~": [0, [10, 11]]}, "01": 1, "": 2, "twice": 1, "twice": 2}"#);
    all_hold(
        &record,
        &[
            "websocket.json[\"/a~1b/~0/1/0\"] == 10",
            "websocket.json[\"/01\"] == 1",
            "websocket.json[\"/\"] == 2",
            "websocket.json[\"\"] == 2",
            "websocket.json[\"twice\"] == 2",
            "not websocket.json[\"huge\"]",
        ],
    );
    none_hold(
        &record,
        &[
            "websocket.json[\"/a~1b/~0/2\"]",
            "websocket.json[\"/a~1b/~0/01\"]",
            "websocket.json[\"/a~1b/~0/-1\"]",
            "websocket.json[\"/a~1b/~0/+1\"]",
            "websocket.json[\"/01/0\"]",
        ],
    );
    none_hold(&says(r#"{"a": 1} {"a": 1}"#), &["websocket.json[\"a\"]"]);
    none_hold(&says(r#"{"a": 1, "b": }"#), &["websocket.json[\"a\"]"]);
    let deep = format!("{{\"a\":{}1{},\"b\":2}}", "[".repeat(1000), "]".repeat(1000));
    all_hold(&says(&deep), &["websocket.json[\"b\"] == 2"]);
    none_hold(&says(&deep), &[&format!("websocket.json[\"/a{}\"]", "/0".repeat(1000))]);
}

#[test]
fn json_is_compared_by_the_kind_of_the_value() {
    let record = says(
        r#" {"price": 101.5, "n": 7, "neg": -1, "name": "Bob", "ok": true, "none": null, "a": [{"b": 3}], "/x": 1}"#,
    );
    all_hold(
        &record,
        &[
            "websocket.json",
            "websocket.json[\"price\"] > 100",
            "websocket.json[\"price\"] == 101.5",
            "websocket.json[\"n\"] == 7.0",
            "websocket.json[\"neg\"] < 0",
            "websocket.json[\"neg\"] in {-5..-1}",
            "websocket.json[\"name\"] == \"Bob\"",
            "websocket.json[\"name\"] matches \"^b\"",
            "lower(websocket.json[\"name\"]) == \"bob\"",
            "websocket.json[\"ok\"] == true",
            "websocket.json[\"none\"] == null",
            "websocket.json[\"/a/0/b\"] == 3",
            "websocket.json[\"a\"]",
            "websocket.json[\"n\"] + 1 == tcp.stream + 6",
            "not websocket.json[\"x\"]",
        ],
    );
    none_hold(
        &record,
        &[
            "websocket.json[\"name\"] == 7",
            "websocket.json[\"name\"] != 7",
            "websocket.json[\"n\"] == \"7\"",
            "websocket.json[\"n\"] contains \"7\"",
            "websocket.json[\"missing\"] != 1",
        ],
    );
    none_hold(&says("7"), &["websocket.json"]);
    none_hold(&says("{7"), &["websocket.json", "websocket.json[\"a\"]"]);
}

#[test]
fn times_and_durations_are_written_in_several_ways() {
    for time in [
        "\"2026-11-20 09:30:00.5\"",
        "\"2026-11-20T09:30:00.5Z\"",
        "\"2026-11-20T11:30:00.5+02:00\"",
        "\"Nov 20, 2026 09:30:00.5\"",
        "\"Nov 20, 2026 09:30:00.5 UTC\"",
        "2026-11-20T09:30:00.5Z",
    ] {
        assert_eq!(
            normal(&format!("frame.time > {time}")),
            "frame.time > \"2026-11-20T09:30:00.500000000Z\""
        );
    }
    assert_eq!(normal("frame.time > 2026-11-20"), "frame.time > \"2026-11-20T00:00:00.000000000Z\"");
    assert_eq!(normal("frame.time_relative > .25"), "frame.time_relative > 0.25");
    assert_eq!(normal("frame.time_relative > -1.000000001"), "frame.time_relative > -1.000000001");
    assert_eq!(normal("frame.time_relative > 1.5 - 2"), "frame.time_relative > -0.5");
}

#[test]
fn what_reads_payload_says_so() {
    for (filter, reads) in [
        ("websocket.payload contains \"x\"", true),
        ("tcp or not len(lower(websocket.json[\"a\"])) == 1", true),
        ("tcp.port == 1 and count(websocket.payload) + 1 == 2", true),
        ("websocket and tcp.port == 1", false),
        ("websocket.payload_length > 1", false),
    ] {
        assert_eq!(Filter::parse(filter).unwrap().reads_payload(), reads, "{filter}");
    }
}

#[test]
fn values_of_many_frames_are_computed_and_compared_in_bounded_time() {
    let completed = frames((0..65_536).map(|length| header(1, true, false, 2 * length)));
    let record = packet(ends(), CLIENT, "WebSocket", &completed);
    all_hold(
        &record,
        &[
            "websocket.payload_length === websocket.payload_length or websocket",
            "websocket.payload_length + 1 == 131071",
        ],
    );
    none_hold(
        &record,
        &[
            "websocket.payload_length == websocket.payload_length + 1",
            "websocket.payload_length === websocket.payload_length",
            "websocket.payload_length + websocket.payload_length == 1",
            "websocket.payload_length * {websocket.payload_length - websocket.payload_length} == 1",
        ],
    );
}
