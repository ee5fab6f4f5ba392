//! What is said of a connection as a whole, and of which rules.

use serde_json::{Value, json};
use sockeye::analyzer::{Options, Rows};
use sockeye::base::Limits;
use sockeye::check::Selection;
use sockeye::report::Json;

use super::{at_frames, at_frames_under, codes, none, only, records, table_rows, told};
use crate::output::{parse_lines, render, render_with, validate};
use crate::traffic::{Capture, REQUEST, RESPONSE, frame, masked};

/// A connection on which the client says these bytes and the server answers.
fn saying(bytes: &[u8]) -> Capture {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, bytes);
    capture.server(tcp, &frame(0x81, b"yes"));
    capture.close(tcp);
    capture
}

/// The same, and the middle of what the server answers was not captured.
fn saying_with_a_gap(bytes: &[u8]) -> Capture {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, bytes);
    let answer = frame(0x81, b"yes, no, yes");
    capture.server(tcp, &answer[..5]);
    capture.server(tcp, &answer[5..9]);
    capture.lose();
    capture.server(tcp, &answer[9..]);
    capture.close(tcp);
    capture
}

fn verdicts(capture: &Capture) -> Value {
    told(&at_frames(capture), "connection", "verdict")
}

fn at_frames_selecting(select: &[&str], ignore: &[&str], capture: &Capture) -> Vec<Value> {
    let selection = Selection::new(select, ignore).unwrap();
    let options = Options { payload: usize::MAX, selection, ..Options::default() };
    let records = parse_lines(&render_with(&capture.pcap()[..], options, &mut Json::lines()));
    records.iter().for_each(validate);
    records
}

#[test]
fn without_an_error_and_with_everything_captured_it_is_pass() {
    assert_eq!(verdicts(&saying(&masked(0x81, b"right"))), json!(["pass"]));
}

#[test]
fn an_error_of_a_peer_is_fail_and_stands_beside_a_gap() {
    assert_eq!(verdicts(&saying(&frame(0x81, b"unmasked"))), json!(["fail"]));
    assert_eq!(verdicts(&saying_with_a_gap(&frame(0x81, b"unmasked"))), json!(["fail"]));
}

#[test]
fn a_gap_or_a_missing_handshake_is_undetermined() {
    assert_eq!(verdicts(&saying_with_a_gap(&masked(0x81, b"right"))), json!(["undetermined"]));
    let mut capture = Capture::default();
    let tcp = capture.connection();
    for _ in 0..8 {
        capture.client(tcp, &masked(0x81, b"the middle of a conversation"));
    }
    let records = at_frames(&capture);
    assert!(codes(&records).as_array().unwrap().contains(&"WS903".into()));
    assert_eq!(only(&records, "connection")["verdict"], "undetermined");
}

#[test]
fn what_was_still_open_where_a_file_is_cut_is_undetermined() {
    let mut capture = Capture::default();
    let closed = capture.websocket();
    capture.close(closed);
    let open = capture.websocket();
    capture.client(open, &masked(0x81, b"cut"));
    let whole = capture.pcap();
    let records = parse_lines(&render(&whole[..whole.len() - 1], Rows::Frames, &mut Json::lines()));
    let expected = json!([["WS416", "WS111", "WS908"], ["pass", "undetermined"]]);
    let verdicts = told(&records, "connection", "verdict");
    assert_eq!(json!([told(&records, "finding", "code"), verdicts]), expected);
    assert_eq!(told(&at_frames(&capture), "connection", "verdict"), json!(["pass", "pass"]));
}

#[test]
fn a_warning_or_a_fact_changes_no_verdict() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, &[b"\r\n", REQUEST].concat());
    capture.server(tcp, RESPONSE);
    let records = at_frames(&capture);
    assert_eq!(told(&records, "finding", "code severity"), json!([["WS116", "warning"]]));
    assert_eq!(only(&records, "connection")["verdict"], "pass");
}

#[test]
fn what_is_not_websocket_gets_no_verdict() {
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, REQUEST);
    capture.server(tcp, b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(verdicts(&capture), json!([null]));
}

#[test]
fn that_less_is_shown_than_was_judged_changes_no_verdict() {
    let limits = Limits { payload: 4, ..Limits::default() };
    let records = at_frames_under(limits, &saying(&masked(0x81, b"longer than that")));
    assert_eq!(
        (codes(&records), &only(&records, "connection")["verdict"]),
        (json!(["WS906", "WS416"]), &json!("pass"))
    );
    let records = at_frames_under(limits, &saying_with_a_gap(&masked(0x81, b"longer than that")));
    assert_eq!(codes(&records), json!(["WS906", "WS901"]));
    assert_eq!(only(&records, "connection")["verdict"], "undetermined");
}

#[test]
fn the_closing_row_says_the_verdict() {
    let row = |capture: &Capture| table_rows(capture, "closed (FIN)").remove(0);
    assert!(row(&saying(&masked(0x81, b"right"))).ends_with("2 frames, 2 messages, verdict pass"));
    assert!(row(&saying(&frame(0x81, b"wrong"))).ends_with(", verdict fail"));
    let row = row(&saying_with_a_gap(&masked(0x81, b"right")));
    assert!(row.ends_with("2 frames, 2 messages, 4 bytes missing, verdict undetermined"), "{row}");
}

#[test]
fn what_is_not_selected_does_not_arise() {
    let capture = saying_with_a_gap(&frame(0x93, b"three rules"));
    let all = at_frames(&capture);
    assert_eq!(codes(&all), json!(["WS201", "WS203", "WS204", "WS901", "WS420"]));
    for (select, ignore, codes_left, verdict) in [
        (&[][..], &["WS2"][..], json!(["WS901", "WS420"]), "undetermined"),
        (&[], &["WS2", "missing-bytes", "WS420"], none(), "pass"),
        (&["WS204"], &["WS2"], json!(["WS204"]), "fail"),
        (&["WS9"], &[], json!(["WS901"]), "undetermined"),
        (&["ws1"], &[], none(), "pass"),
    ] {
        let records = at_frames_selecting(select, ignore, &capture);
        let errors =
            codes_left.as_array().unwrap().iter().filter(|code| *code != "WS901" && *code != "WS420").count();
        assert_eq!(codes(&records), codes_left, "{select:?} {ignore:?}");
        let connection = only(&records, "connection");
        assert_eq!(
            (&connection["verdict"], &connection["findings"]["error"]),
            (&verdict.into(), &errors.into())
        );
        assert_eq!(only(&records, "summary")["findings"]["error"], errors);
    }
}

#[test]
fn a_rule_that_is_not_selected_still_silences_others() {
    let offer =
        String::from_utf8_lossy(REQUEST).replace("dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAA==");
    let mut capture = Capture::default();
    let tcp = capture.connection();
    capture.open(tcp);
    capture.client(tcp, offer.as_bytes());
    capture.server(tcp, RESPONSE);
    capture.client(tcp, &masked(0x81, b"goes on"));
    capture.client(tcp, &masked(0x81, b"and on"));
    let told_of =
        |select: &[&str]| told(&at_frames_selecting(select, &[], &capture), "finding", "code packet");
    assert_eq!(told_of(&[]), json!([["WS120", 5], ["WS118", 6]]));
    assert_eq!(told_of(&["WS118"]), json!([["WS118", 6]]));
    assert_eq!(told_of(&["WS120"]), json!([["WS120", 5]]));
}

#[test]
fn handshakes_and_findings_stand_at_their_place_among_messages() {
    let mut capture = Capture::default();
    let tcp = capture.websocket();
    capture.client(tcp, &masked(0x01, b"two "));
    capture.client(tcp, &frame(0x80, b"parts"));
    capture.server(tcp, &frame(0x83, b"reserved"));
    capture.server(tcp, &frame(0x81, b"answer"));
    capture.close(tcp);
    let order = |records: &[Value]| -> Value {
        let of = |record: &Value| json!([record["type"], record["packet"], record["code"]]);
        records.iter().filter(|record| record["packet"].is_u64()).map(of).collect()
    };
    assert_eq!(
        order(&records(&capture, "messages")),
        json!([
            ["handshake", 5, null],
            ["message", 7, null],
            ["finding", 7, "WS201"],
            ["finding", 8, "WS203"],
            ["message", 9, null],
            ["finding", 9, "WS420"],
            ["connection", 12, null],
        ])
    );
    let table = {
        use sockeye::report::{Table, TableOptions};
        let options = Options { rows: Rows::Messages, payload: usize::MAX, ..Options::default() };
        let mut table = Table::new(TableOptions::default());
        String::from_utf8(render_with(&capture.pcap()[..], options, &mut table)).unwrap()
    };
    let at = |part: &str| table.find(part).unwrap_or_else(|| panic!("{part} in\n{table}"));
    let parts = ["GET /chat", "101 Switching", "two parts", "WS201", "WS203", "answer", "verdict fail"];
    assert!(parts.map(at).is_sorted(), "{table}");
}
