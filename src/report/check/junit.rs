//! JUnit XML, as CI servers read it: a test case for each connection.
//!
//! The counts stand in the first tags, so everything is kept until the end, and bounded: what does not fit becomes one
//! test case. Names of test cases are the same in the next run of a job, as far as a capture allows: the client's port
//! is not in them.

use std::io::{self, Write};

use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::Writer;

use super::gather::{Group, Standing};
use super::layout::Page;
use super::outcome::{Totals, findings, shown};
use super::{CheckOptions, Form, text};
use crate::base::Timestamp;
use crate::report::words::counted;

/// Test cases, and bytes of their texts.
const CASES: usize = 10_000;
const TEXTS: usize = 32 << 20;

/// The JUnit form.
#[derive(Debug, Default)]
pub(super) struct Junit {
    cases: Vec<Case>,
    texts: usize,
    rest: Rest,
    /// When the first connection began, and the last one ended.
    times: Option<[Timestamp; 2]>,
}

#[derive(Debug)]
struct Case {
    name: String,
    class: &'static str,
    seconds: Option<f64>,
    grade: Grade,
    output: String,
}

#[derive(Debug)]
enum Grade {
    Passed,
    Skipped(String),
    Failed { message: String, kind: String },
}

/// Connections beyond [`CASES`].
#[derive(Debug, Default)]
struct Rest {
    passed: u64,
    skipped: u64,
    failed: u64,
}

impl Form for Junit {
    fn group(&mut self, group: &Group, options: &CheckOptions, _out: &mut dyn Write) -> io::Result<()> {
        if let Some([began, ended]) = group.times {
            let [first, last] = self.times.unwrap_or([began, ended]);
            self.times = Some([first.min(began), last.max(ended)]);
        }
        // What is said of the capture always has its own.
        let has_room = group.stream.is_none() || self.cases.len() < CASES && self.texts < TEXTS;
        if has_room {
            let case = Case::of(group, options);
            self.texts += case.output.len();
            self.cases.push(case);
        } else {
            match Grade::of(group) {
                Grade::Passed => self.rest.passed += 1,
                Grade::Skipped(_) => self.rest.skipped += 1,
                Grade::Failed { .. } => self.rest.failed += 1,
            }
        }
        Ok(())
    }

    fn finish(&mut self, totals: &Totals, options: &CheckOptions, out: &mut dyn Write) -> io::Result<()> {
        self.cases.extend(self.rest.case());
        self.cases.extend(demand(totals, options));
        let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let suites = writer.create_element("testsuites").with_attribute(("name", "sockeye check"));
        suites.with_attributes(borrowed(&self.counts())).write_inner_content(|writer| {
            let name = options.captures.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ");
            let suite = writer.create_element("testsuite").with_attribute(("name", clean(&name).as_str()));
            let suite =
                suite.with_attributes(borrowed(&self.counts())).with_attributes(borrowed(&self.more()));
            suite.write_inner_content(|writer| {
                self.cases.iter().try_for_each(|case| case.write(writer))?;
                let lines = format!("{}\n{}\n", totals.connections_line(), totals.outcome_line(options));
                writer.create_element("system-out").write_text_content(BytesText::new(&lines))?;
                Ok(())
            })?;
            Ok(())
        })?;
        writeln!(out)
    }
}

type Attribute = (&'static str, String);

fn pair((name, value): &Attribute) -> (&str, &str) {
    (name, value)
}

fn borrowed(attributes: &[Attribute]) -> impl Iterator<Item = (&str, &str)> {
    attributes.iter().map(pair)
}

impl Junit {
    fn number(&self, wanted: fn(&Grade) -> bool) -> String {
        self.cases.iter().filter(|case| wanted(&case.grade)).count().to_string()
    }

    /// Of all suites and of the only one.
    fn counts(&self) -> Vec<Attribute> {
        vec![
            ("tests", self.cases.len().to_string()),
            ("failures", self.number(|grade| matches!(grade, Grade::Failed { .. }))),
            ("errors", "0".into()),
            ("time", format!("{:.6}", self.times.map_or(0.0, seconds))),
        ]
    }

    /// What the schema of Jenkins allows of a suite, and not of all of them.
    fn more(&self) -> Vec<Attribute> {
        let mut more = vec![("skipped", self.number(|grade| matches!(grade, Grade::Skipped(_))))];
        more.extend(self.timestamp());
        more
    }

    /// Without fractions of a second and without a zone, as the common schemas demand.
    fn timestamp(&self) -> Option<Attribute> {
        let [first, _] = self.times?;
        let text = first.to_string();
        Some(("timestamp", text.split('.').next().unwrap_or_default().to_owned()))
    }
}

fn seconds([began, ended]: [Timestamp; 2]) -> f64 {
    ended.nanos_since(began).max(0) as f64 / 1e9
}

impl Grade {
    fn of(group: &Group) -> Self {
        if group.weight.failing > 0 {
            let first = group
                .findings
                .iter()
                .filter(|finding| finding.fails)
                .max_by_key(|f| (f.severity, std::cmp::Reverse(f.packets)));
            let (kind, said) = match first {
                Some(finding) => {
                    (finding.code, format!("{} {}: {}", finding.code, finding.name, finding.text))
                }
                None => ("findings", "not kept in full".into()),
            };
            let more = group.weight.failing.saturating_sub(1);
            let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
            return Grade::Failed { message: said + &more, kind: kind.into() };
        }
        match group.standing() {
            Standing::Undetermined => {
                let why = group.findings.iter().find(|finding| finding.code.starts_with("WS9"));
                let why = why.map_or("the capture does not show enough", |finding| &finding.text);
                Grade::Skipped(format!("undetermined: {why}"))
            }
            _ => Grade::Passed,
        }
    }
}

impl Case {
    fn of(group: &Group, options: &CheckOptions) -> Self {
        let name = match (group.stream, group.server()) {
            (Some(stream), Some(server)) => format!("stream {stream} to {server}"),
            _ => "capture".into(),
        };
        let mut page = Page::default();
        if group.has_findings() {
            if let Some(route) = group.route() {
                page.text = format!("{route}  {}\n\n", findings(&group.weight.counts));
            }
            text::findings(&mut page, group, options, &mut text::Explained::new());
        }
        let class = if group.stream.is_some() { "sockeye.connection" } else { "sockeye.capture" };
        Self { name, class, seconds: group.times.map(seconds), grade: Grade::of(group), output: page.text }
    }

    fn write<W: Write>(&self, writer: &mut Writer<W>) -> io::Result<()> {
        let seconds = self.seconds.map(|seconds| ("time", format!("{seconds:.6}")));
        let element = writer
            .create_element("testcase")
            .with_attributes([("classname", self.class), ("name", self.name.as_str())])
            .with_attributes(seconds.as_ref().map(pair));
        if matches!(self.grade, Grade::Passed) && self.output.is_empty() {
            element.write_empty()?;
            return Ok(());
        }
        element.write_inner_content(|writer| {
            match &self.grade {
                Grade::Passed => {}
                Grade::Skipped(why) => {
                    let why = clean(why);
                    writer
                        .create_element("skipped")
                        .with_attribute(("message", why.as_str()))
                        .write_empty()?;
                }
                Grade::Failed { message, kind } => {
                    let message = clean(message);
                    writer
                        .create_element("failure")
                        .with_attributes([("message", message.as_str()), ("type", kind.as_str())])
                        .write_text_content(BytesText::new(&message))?;
                }
            }
            if !self.output.is_empty() {
                let output = clean(&self.output);
                writer.create_element("system-out").write_text_content(BytesText::new(&output))?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

impl Rest {
    fn case(&self) -> Option<Case> {
        let Rest { passed, skipped, failed } = *self;
        let all = passed + skipped + failed;
        if all == 0 {
            return None;
        }
        let says = format!(
            "{}: {failed} failed, {skipped} undetermined, {passed} passed",
            counted(all, "more connection")
        );
        let grade = match (failed, skipped) {
            (0, 0) => Grade::Passed,
            (0, _) => Grade::Skipped(says.clone()),
            _ => Grade::Failed { message: says.clone(), kind: "findings".into() },
        };
        let name = "all further connections".into();
        Some(Case { name, class: "sockeye.connection", seconds: None, grade, output: says })
    }
}

/// The test case of `--expect-websocket`.
fn demand(totals: &Totals, options: &CheckOptions) -> Option<Case> {
    let (is_met, says) = totals.expectation(options)?;
    let grade = match is_met {
        true => Grade::Passed,
        false => Grade::Failed { message: says.clone(), kind: "expect-websocket".into() },
    };
    let name = "expect-websocket".into();
    Some(Case { name, class: "sockeye.demand", seconds: None, grade, output: says })
}

/// The text without characters that XML 1.0 cannot hold.
fn clean(text: &str) -> String {
    let allowed = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if allowed(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use quick_xml::events::Event;
    use quick_xml::reader::Reader;

    use super::super::testing::{HOSTILE, connection, finding, options, rendered, session};
    use super::super::{CheckFormat, CheckOptions};
    use super::*;
    use crate::record::{Record, Severity, Verdict};

    fn junit(options: &CheckOptions, records: &[Record<'_>]) -> String {
        rendered(CheckFormat::Junit, options, records)
    }

    /// The attributes that the schema of Jenkins' xUnit plugin (junit-10) knows of each element that is written here.
    const ATTRIBUTES: [(&str, &[&str]); 6] = [
        ("testsuites", &["name", "time", "tests", "failures", "errors"]),
        ("testsuite", &["name", "time", "tests", "failures", "errors", "skipped", "timestamp"]),
        ("testcase", &["name", "time", "classname"]),
        ("failure", &["type", "message"]),
        ("skipped", &["type", "message"]),
        ("system-out", &[]),
    ];

    /// Reads a document, and holds its counts against its elements. Returns how many there are of each name.
    fn read(xml: &str) -> BTreeMap<String, usize> {
        let allowed = |c: char| matches!(c, '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
        assert!(xml.chars().all(allowed), "every character is one of XML 1.0");
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = true;
        let mut counts = BTreeMap::new();
        let mut announced = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(element) | Event::Empty(element) => {
                    let name = element.name().as_ref().to_owned();
                    let known = ATTRIBUTES.iter().find(|(known, _)| *known == name).unwrap().1;
                    for attribute in element.attributes() {
                        let attribute = attribute.unwrap();
                        let key = attribute.key.as_ref();
                        assert!(known.contains(&key), "{name} {key}");
                        if name.starts_with("testsuite") {
                            announced.push((key.to_owned(), attribute.value.clone().into_owned()));
                        }
                    }
                    *counts.entry(name).or_default() += 1;
                }
                Event::Eof => break,
                _ => {}
            }
        }
        for (attribute, element) in [("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")] {
            let number = counts.get(element).copied().unwrap_or(0).to_string();
            let mut values = announced.iter().filter(|(key, _)| key == attribute).map(|(_, value)| value);
            assert!(values.clone().count() > 0 && values.all(|value| *value == number), "{attribute}");
        }
        counts
    }

    #[test]
    fn a_connection_is_a_test_case() {
        let records = [
            Record::Finding(finding(Some(0), Severity::Error, "the client's <text> is not masked")),
            Record::Connection(connection(0, Some(Verdict::Fail))),
            Record::Connection(connection(1, Some(Verdict::Pass))),
        ];
        let options = CheckOptions { expect_websocket: Some(1), ..options() };
        assert_eq!(
            junit(&options, &records),
            r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="sockeye check" tests="3" failures="2" errors="0" time="1.500000">
  <testsuite name="capture.pcap" tests="3" failures="2" errors="0" time="1.500000" skipped="0" timestamp="1970-01-01T00:00:00">
    <testcase classname="sockeye.connection" name="stream 0 to 127.0.0.1:3000" time="1.500000">
      <failure message="WS201 unmasked-client-frame: the client&apos;s &lt;text&gt; is not masked" type="WS201">WS201 unmasked-client-frame: the client&apos;s &lt;text&gt; is not masked</failure>
      <system-out>127.0.0.1:48890 → 127.0.0.1:3000  1 error

error[WS201] unmasked-client-frame: the client&apos;s &lt;text&gt; is not masked
  --&gt; capture.pcap: packet 8, client, frame 3, byte 97 of the stream
   |
97 | 81 05 48 65 6c 6c 6f
   |    ^^
   = RFC 6455 §5.1: A client masks every frame that it sends.
   = help: Use a WebSocket library for the client.

</system-out>
    </testcase>
    <testcase classname="sockeye.connection" name="stream 1 to 127.0.0.1:3000" time="1.500000"/>
    <testcase classname="sockeye.demand" name="expect-websocket">
      <failure message="0 accepted WebSocket handshakes, and --expect-websocket demands 1" type="expect-websocket">0 accepted WebSocket handshakes, and --expect-websocket demands 1</failure>
      <system-out>0 accepted WebSocket handshakes, and --expect-websocket demands 1</system-out>
    </testcase>
    <system-out>1 connection failed, 1 passed: 1 error
check failed: 1 finding fails (--fail-on error); 0 accepted WebSocket handshakes, and --expect-websocket demands 1
</system-out>
  </testsuite>
</testsuites>
"#
        );
    }

    #[test]
    fn any_text_is_well_formed_xml_and_the_counts_are_right() {
        for records in [session(HOSTILE), session(""), vec![]] {
            let complete = CheckOptions {
                require_complete: true,
                captures: vec![HOSTILE.into(), "-".into()],
                ..options()
            };
            for options in [options(), complete] {
                read(&junit(&options, &records));
            }
        }
        let counts = read(&junit(&options(), &session("x")));
        assert_eq!((counts["testcase"], counts["failure"], counts["skipped"]), (5, 1, 1));
    }

    #[test]
    fn very_many_connections_become_one_test_case() {
        let many = CASES as u64 + 7;
        let mut records = Vec::new();
        for stream in 0..many {
            let verdict = if stream == many - 1 { Verdict::Undetermined } else { Verdict::Pass };
            records.push(Record::Connection(connection(stream, Some(verdict))));
        }
        let xml = junit(&options(), &records);
        let counts = read(&xml);
        assert_eq!((counts["testcase"], counts["skipped"]), (CASES + 1, 1));
        assert!(xml.contains("7 more connections: 0 failed, 1 undetermined, 6 passed"));
    }
}
