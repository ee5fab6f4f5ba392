//! Workflow commands of GitHub Actions: each finding becomes an annotation of the run.

use std::io::{self, Write};

use super::gather::{Group, Kept};
use super::outcome::{Totals, demand, place, shown};
use super::{CheckOptions, Form};
use crate::record::Severity;
use crate::report::words::counted;

/// The GitHub form.
#[derive(Debug)]
pub(super) struct Github;

impl Form for Github {
    fn group(&mut self, group: &Group, options: &CheckOptions, out: &mut dyn Write) -> io::Result<()> {
        let who = who(group);
        for finding in &group.findings {
            let title = format!("{} {}", finding.code, finding.name);
            command(out, finding.severity, options.file(), &title, &message(&who, finding))?;
        }
        for (tally, more) in group.counted() {
            let title = format!("{} {}", tally.code, tally.name);
            let findings = counted(more, "more finding");
            let message = format!("{who}{findings} about the {}, not shown", tally.side.name());
            command(out, tally.severity, options.file(), &title, &message)?;
        }
        Ok(())
    }

    fn finish(&mut self, totals: &Totals, options: &CheckOptions, out: &mut dyn Write) -> io::Result<()> {
        if let Some((false, says)) = totals.expectation(options) {
            command(out, Severity::Error, options.file(), "expect-websocket", &says)?;
        }
        writeln!(out, "{}\n{}", totals.connections_line(), totals.outcome_line(options))
    }
}

/// `127.0.0.1:48890 → 127.0.0.1:3000, stream 0, `; empty for the capture.
fn who(group: &Group) -> String {
    match (group.stream, group.route()) {
        (Some(stream), Some(route)) => format!("{route}, stream {stream}, "),
        _ => String::new(),
    }
}

fn message(who: &str, finding: &Kept) -> String {
    format!("{who}{}: {}\n{}\nhelp: {}", place(finding), finding.text, demand(finding), finding.help)
}

fn command(
    out: &mut dyn Write,
    severity: Severity,
    file: Option<&str>,
    title: &str,
    message: &str,
) -> io::Result<()> {
    let name = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let file = file.map(|file| format!("file={},", property(&shown(file)))).unwrap_or_default();
    writeln!(out, "::{name} {file}title={}::{}", property(title), data(message))
}

/// A message, as the toolkit escapes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, as the toolkit escapes it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::testing::{HOSTILE, connection, finding, options, rendered, session};
    use super::super::{CheckFormat, CheckOptions};
    use super::*;
    use crate::record::{Record, Verdict};

    fn github(options: &CheckOptions, records: &[Record<'_>]) -> String {
        rendered(CheckFormat::Github, options, records)
    }

    /// Reads a command as the runner does: its name, properties, and message.
    fn parse(line: &str) -> Option<(&str, BTreeMap<&str, String>, String)> {
        let (head, message) = line.trim().strip_prefix("::")?.split_once("::")?;
        let (name, list) = head.split_once(' ').unwrap_or((head, ""));
        let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
        let value = |text: &str| data(&text.replace("%3A", ":").replace("%2C", ","));
        let properties = list.split(',').filter_map(|pair| pair.split_once('='));
        Some((name, properties.map(|(key, text)| (key, value(text))).collect(), data(message)))
    }

    #[test]
    fn a_finding_is_an_annotation() {
        let records = [
            Record::Finding(finding(Some(0), Severity::Error, "100% wrong")),
            Record::Connection(connection(0, Some(Verdict::Fail))),
        ];
        assert_eq!(
            github(&options(), &records),
            "::error file=capture.pcap,title=WS201 unmasked-client-frame::127.0.0.1:48890 → 127.0.0.1:3000, \
             stream 0, packet 8, client, frame 3, byte 97 of the stream: 100%25 wrong%0ARFC 6455 §5.1: A client \
             masks every frame that it sends.%0Ahelp: Use a WebSocket library for the client.\n\
             1 connection failed: 1 error\n\
             check failed: 1 finding fails (--fail-on error)\n"
        );
    }

    #[test]
    fn no_text_makes_commands_or_ends_one() {
        let name = "a,b:c%0A::x\u{1b}\n::error::y.pcap";
        let options = CheckOptions { captures: vec![name.into()], ..options() };
        let output = github(&options, &session(HOSTILE));
        let commands: Vec<_> = output.lines().map(parse).collect();
        assert_eq!(commands.len(), 5, "three findings and two lines: {output}");
        for (name_of_command, properties, message) in commands[..3].iter().flatten() {
            assert!(matches!(*name_of_command, "error" | "warning"));
            assert_eq!(properties.keys().copied().collect::<Vec<_>>(), ["file", "title"]);
            assert_eq!(properties["file"], r"a,b:c%0A::x\u{1b}\n::error::y.pcap");
            assert!(message.contains("\nhelp: ") && message.contains(r"a\u{1b}[31m\r\n::error::x%0A,:<b>"));
        }
        assert!(commands[3..].iter().all(Option::is_none));
    }

    #[test]
    fn what_was_expected_and_did_not_come_is_an_error() {
        let output = github(&CheckOptions { expect_websocket: Some(1), captures: vec![], ..options() }, &[]);
        let (name, properties, _) = parse(output.lines().next().unwrap()).unwrap();
        assert_eq!((name, properties["title"].as_str()), ("error", "expect-websocket"));
    }
}
