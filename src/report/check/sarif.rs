//! SARIF 2.1.0 (OASIS), the static-analysis format that code hosts show.
//!
//! Results are written as they come; the rules that they name, and the rest of the run, stand behind them. Nothing is
//! made up for the format's sake: a packet is no line of a file, so there are no regions; and two captures have nothing
//! in common by which a finding would be the same one again, so there are no fingerprints.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::gather::{Group, Kept, Tally};
use super::outcome::Totals;
use super::{CheckOptions, Form};
use crate::check::registry;
use crate::record::Severity;
use crate::report::words::counted;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The SARIF form.
#[derive(Debug, Default)]
pub(super) struct Sarif {
    results: u64,
    /// Codes, names and severities of the rules that results name by their index.
    rules: Vec<(&'static str, &'static str, Severity)>,
}

impl Form for Sarif {
    fn group(&mut self, group: &Group, options: &CheckOptions, out: &mut dyn Write) -> io::Result<()> {
        for finding in &group.findings {
            let rule = self.rule(finding.code, finding.name, finding.severity);
            self.result(&of_finding(rule, group, finding, options), out)?;
        }
        for (tally, more) in group.counted() {
            let rule = self.rule(tally.code, tally.name, tally.severity);
            self.result(&of_counted(rule, group, tally, more, options), out)?;
        }
        Ok(())
    }

    fn finish(&mut self, totals: &Totals, options: &CheckOptions, out: &mut dyn Write) -> io::Result<()> {
        if self.results == 0 {
            begin(out)?;
        }
        let rules: Vec<_> = self.rules.iter().map(descriptor).collect();
        let version = env!("CARGO_PKG_VERSION");
        let driver =
            json!({ "name": "Sockeye", "version": version, "semanticVersion": version, "rules": rules });
        // They are a set (§3.14.15), and one file may be named twice.
        let names: BTreeSet<_> = options.captures.iter().filter(|name| *name != "-").collect();
        let artifacts: Vec<_> = names
            .into_iter()
            .map(|name| json!({ "location": { "uri": uri(name) }, "roles": ["analysisTarget"] }))
            .collect();
        write!(out, "\n],\"tool\":{},", json!({ "driver": driver }))?;
        writeln!(
            out,
            "\"artifacts\":{},\"invocations\":{}}}]}}",
            json!(artifacts),
            json!([invocation(totals, options)])
        )
    }
}

/// The document, as far as the first result.
fn begin(out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"results\":[")
}

impl Sarif {
    /// The index of a rule.
    fn rule(&mut self, code: &'static str, name: &'static str, severity: Severity) -> usize {
        match self.rules.iter().position(|known| known.0 == code) {
            Some(index) => index,
            None => {
                self.rules.push((code, name, severity));
                self.rules.len() - 1
            }
        }
    }

    fn result(&mut self, result: &Value, out: &mut dyn Write) -> io::Result<()> {
        if self.results == 0 {
            begin(out)?;
        }
        let separator = if self.results == 0 { "" } else { "," };
        self.results += 1;
        write!(out, "{separator}\n{result}")
    }
}

fn of_finding(rule: usize, group: &Group, finding: &Kept, options: &CheckOptions) -> Value {
    let mut properties = Map::new();
    properties.insert("stream".into(), json!(group.stream));
    properties.insert("client".into(), json!(group.ends.map(|ends| ends.client)));
    properties.insert("server".into(), json!(group.ends.map(|ends| ends.server)));
    properties.insert("side".into(), json!(finding.side));
    properties.insert("packets".into(), json!(finding.packets));
    properties.insert("frame".into(), json!(finding.frame));
    properties.insert("stream_offset".into(), json!(finding.stream_offset));
    properties.insert("length".into(), json!(finding.length));
    properties.retain(|_, value| !value.is_null());
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": message(&finding.text),
        "properties": properties,
    });
    locate(&mut result, group, finding.frame, options);
    result
}

/// One result for all findings of a rule that are only counted.
fn of_counted(rule: usize, group: &Group, tally: &Tally, more: u64, options: &CheckOptions) -> Value {
    let findings = counted(more, "more finding");
    let text = format!("{findings} of {} {} about the {}", tally.code, tally.name, tally.side.name());
    let mut result = json!({
        "ruleId": tally.code,
        "ruleIndex": rule,
        "level": level(tally.severity),
        "message": message(&text),
        "occurrenceCount": more,
    });
    locate(&mut result, group, None, options);
    result
}

/// Adds the capture, if it is one file, and the connection or frame.
fn locate(result: &mut Value, group: &Group, frame: Option<u64>, options: &CheckOptions) {
    let mut location = Map::new();
    if let Some(name) = options.file() {
        location.insert("physicalLocation".into(), json!({ "artifactLocation": { "uri": uri(name) } }));
    }
    if let Some(stream) = group.stream {
        let stream = format!("stream {stream}");
        let place = match frame {
            None => json!({ "name": stream, "fullyQualifiedName": stream, "kind": "connection" }),
            Some(frame) => json!({
                "name": format!("frame {frame}"),
                "fullyQualifiedName": format!("{stream}/frame {frame}"),
                "kind": "frame",
            }),
        };
        location.insert("logicalLocations".into(), json!([place]));
    }
    if let (false, Value::Object(result)) = (location.is_empty(), result) {
        result.insert("locations".into(), json!([location]));
    }
}

/// A reporting descriptor.
fn descriptor(&(code, name, severity): &(&str, &str, Severity)) -> Value {
    let mut descriptor =
        json!({ "id": code, "name": name, "defaultConfiguration": { "level": level(severity) } });
    if let (Some(rule), Value::Object(keys)) = (registry::rule(code), &mut descriptor) {
        let demand =
            [rule.rfc, rule.requirement].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
        let full = [demand.join(": ").as_str(), rule.why].join(" ");
        keys.insert("shortDescription".into(), message(rule.summary));
        keys.insert("fullDescription".into(), message(full.trim()));
        keys.insert("help".into(), message(rule.help));
    }
    descriptor
}

fn invocation(totals: &Totals, options: &CheckOptions) -> Value {
    let mut invocation = json!({
        "executionSuccessful": true,
        "exitCode": i32::from(totals.fails(options)),
        "exitCodeDescription": totals.outcome_line(options),
    });
    if let (Some((false, says)), Value::Object(keys)) = (totals.expectation(options), &mut invocation) {
        let notification = json!([{ "level": Severity::Error.name(), "message": message(&says) }]);
        keys.insert("toolExecutionNotifications".into(), notification);
    }
    invocation
}

/// A message that says just this: braces would be placeholders (§3.11.5), and `[…](…)` a link (§3.11.6), for which there
/// is no escape but a blank.
fn message(text: &str) -> Value {
    json!({ "text": text.replace('{', "{{").replace('}', "}}").replace("](", "] (") })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// The name of a file as a URI reference (RFC 3986): relative, or with its scheme if the path is absolute.
fn uri(name: &str) -> String {
    let mut uri = String::from(if name.starts_with('/') { "file://" } else { "" });
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HOSTILE, connection, finding, options, rendered, session};
    use super::super::{CheckFormat, CheckOptions};
    use super::*;
    use crate::record::{Record, Verdict};

    /// Renders a log and reads it by the types made from the schema of SARIF 2.1.0. They lack nothing that it demands,
    /// and what it does not know would be missing from them.
    fn sarif(options: &CheckOptions, records: &[Record<'_>]) -> Value {
        let text = rendered(CheckFormat::Sarif, options, records);
        let value: Value = serde_json::from_str(&text).unwrap();
        let log: serde_sarif::sarif::Sarif = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_value(&log).unwrap(), value);
        value
    }

    #[test]
    fn a_finding_is_a_result_of_its_rule() {
        let records = [
            Record::Finding(finding(Some(0), Severity::Error, "not masked")),
            Record::Connection(connection(0, Some(Verdict::Fail))),
        ];
        let log = sarif(&options(), &records);
        let run = &log["runs"][0];
        assert_eq!(
            run["results"],
            json!([{
                "ruleId": "WS201",
                "ruleIndex": 0,
                "level": "error",
                "message": { "text": "not masked" },
                "locations": [{
                    "physicalLocation": { "artifactLocation": { "uri": "capture.pcap" } },
                    "logicalLocations": [
                        { "name": "frame 3", "fullyQualifiedName": "stream 0/frame 3", "kind": "frame" }
                    ],
                }],
                "properties": {
                    "stream": 0, "client": "127.0.0.1:48890", "server": "127.0.0.1:3000", "side": "client",
                    "packets": [8, 8], "frame": 3, "stream_offset": 97, "length": 7,
                },
            }])
        );
        let rule = &run["tool"]["driver"]["rules"][0];
        assert_eq!((&rule["id"], &rule["name"]), (&json!("WS201"), &json!("unmasked-client-frame")));
        assert!(rule["fullDescription"]["text"].as_str().unwrap().starts_with("RFC 6455 §5.1: "));
        assert_eq!(run["invocations"][0]["exitCode"], 1);
    }

    #[test]
    fn every_log_is_valid_whatever_the_texts_are() {
        let several =
            CheckOptions { captures: vec!["a b.pcap".into(), HOSTILE.into(), "-".into()], ..options() };
        let expecting = CheckOptions { expect_websocket: Some(9), captures: vec!["-".into()], ..options() };
        for options in [options(), several, expecting] {
            for records in [session(HOSTILE), session(""), vec![]] {
                let log = sarif(&options, &records);
                let run = &log["runs"][0];
                for result in run["results"].as_array().unwrap() {
                    let index = result["ruleIndex"].as_u64().unwrap() as usize;
                    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
                    assert_eq!(
                        result["locations"][0].get("physicalLocation").is_some(),
                        options.file().is_some()
                    );
                }
            }
        }
    }

    #[test]
    fn nothing_in_a_message_is_a_placeholder_or_a_link() {
        let log = sarif(
            &options(),
            &[Record::Finding(finding(Some(0), Severity::Error, "{0} [a](https://b) \u{1b}"))],
        );
        let text = &log["runs"][0]["results"][0]["message"]["text"];
        assert_eq!(text, r"{{0}} [a] (https://b) \u{{1b}}");
    }

    #[test]
    fn a_capture_that_is_named_twice_is_one_artifact() {
        let options =
            CheckOptions { captures: vec!["b.pcap".into(), "a.pcap".into(), "b.pcap".into()], ..options() };
        let log = sarif(&options, &[]);
        let artifacts = log["runs"][0]["artifacts"].as_array().unwrap();
        let uris: Vec<_> = artifacts.iter().map(|artifact| &artifact["location"]["uri"]).collect();
        assert_eq!(uris, ["a.pcap", "b.pcap"]);
    }

    #[test]
    fn repeats_are_one_result_that_counts_them() {
        let mut records = vec![Record::Finding(finding(Some(0), Severity::Error, "again")); 25];
        records.push(Record::Connection(connection(0, Some(Verdict::Fail))));
        let log = sarif(&options(), &records);
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!((results.len(), &results[10]["occurrenceCount"]), (11, &json!(15)));
    }

    #[test]
    fn names_of_files_become_uri_references() {
        assert_eq!(uri("out/a b:c#1?.pcap"), "out/a%20b%3Ac%231%3F.pcap");
        assert_eq!(uri("/tmp/ü.pcap"), "file:///tmp/%C3%BC.pcap");
    }
}
