//! All forms, on records that nobody would make.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::testing::{connection, finding, options, rendered};
use super::{CheckFormat, CheckOptions};
use crate::record::{Finding, Record, Severity, Side, Verdict};

const FORMS: [CheckFormat; 5] =
    [CheckFormat::Text, CheckFormat::Junit, CheckFormat::Sarif, CheckFormat::Github, CheckFormat::Markdown];

/// What a finding may hold that the records of the other tests do not.
#[derive(Debug, Clone)]
struct Odd {
    stream: Option<u64>,
    text: String,
    severity: Severity,
    side: Side,
    numbers: [u64; 2],
    options: [Option<u64>; 3],
    bytes: Vec<u8>,
    mark: Option<(u8, u8)>,
    code: &'static str,
}

impl Odd {
    fn record(&self) -> Record<'_> {
        let [frame, stream_offset, length] = self.options;
        Record::Finding(Finding {
            code: self.code,
            side: self.side,
            packets: self.numbers,
            frame,
            stream_offset,
            length,
            bytes: &self.bytes,
            mark: self.mark,
            ..finding(self.stream, self.severity, &self.text)
        })
    }
}

/// Any text, control characters included.
fn text() -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..40).prop_map(String::from_iter)
}

fn odd() -> impl Strategy<Value = Odd> {
    let severity = prop_oneof![Just(Severity::Error), Just(Severity::Warning), Just(Severity::Info)];
    let side = prop_oneof![Just(Side::Client), Just(Side::Server), Just(Side::Capture)];
    let code = prop_oneof![Just("WS120"), Just("WS201"), Just("WS901"), Just("WS000"), Just("")];
    let place = (option::of(0..4u64), any::<[u64; 2]>(), any::<[Option<u64>; 3]>());
    let bytes = (vec(any::<u8>(), 0..40), any::<Option<(u8, u8)>>());
    (place, text(), severity, side, bytes, code).prop_map(
        |((stream, numbers, options), text, severity, side, (bytes, mark), code)| Odd {
            stream,
            text,
            severity,
            side,
            numbers,
            options,
            bytes,
            mark,
            code,
        },
    )
}

fn odd_options() -> impl Strategy<Value = CheckOptions> {
    let fail_on = prop_oneof![Just(None), Just(Some(Severity::Info)), Just(Some(Severity::Error))];
    let rest = (any::<[bool; 2]>(), any::<Option<u64>>(), option::of(0..200usize));
    (vec(text(), 0..3), fail_on, rest).prop_map(
        |(captures, fail_on, ([require_complete, color], expect_websocket, width))| CheckOptions {
            captures,
            fail_on,
            require_complete,
            expect_websocket,
            color,
            width,
        },
    )
}

proptest! {
    #[test]
    fn no_finding_brings_a_form_down(found in vec(odd(), 0..30), options in odd_options()) {
        let mut records: Vec<_> = found.iter().map(Odd::record).collect();
        records.push(Record::Connection(connection(0, Some(Verdict::Fail))));
        records.push(Record::Connection(connection(1, Some(Verdict::Undetermined))));
        records.push(Record::Connection(connection(2, None)));
        for form in FORMS {
            let text = rendered(form, &options, &records);
            let controls = |c: char| c.is_control() && c != '\n' && !(options.color && c == '\u{1b}');
            prop_assert!(!text.chars().any(controls), "{form:?}: {text:?}");
            match form {
                CheckFormat::Sarif => {
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
                }
                CheckFormat::Junit => {
                    let mut reader = quick_xml::reader::Reader::from_str(&text);
                    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
                }
                _ => {}
            }
        }
    }
}

#[test]
fn no_records_at_all_are_an_output_too() {
    for form in FORMS {
        let text = rendered(form, &options(), &[]);
        assert!(text.contains("there was nothing to judge"), "{form:?}: {text}");
    }
}
