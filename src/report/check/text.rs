//! For people: findings in the manner of rustc, grouped by connection, written as soon as a connection is over.

use std::collections::BTreeSet;
use std::io;

use super::gather::{Group, Standing};
use super::layout::Page;
use super::outcome::{Totals, shown};
use super::{CheckOptions, Form};
use crate::record::Severity;
use crate::report::style::Style;
use crate::report::words::counted;

/// The text form.
#[derive(Debug, Default)]
pub(super) struct Text {
    page: Page,
    facts: Explained,
}

/// Rules whose demand has been told.
pub(super) type Explained = BTreeSet<&'static str>;

impl Form for Text {
    fn group(&mut self, group: &Group, options: &CheckOptions, out: &mut dyn io::Write) -> io::Result<()> {
        if !group.has_findings() {
            return Ok(());
        }
        self.page.width = options.width;
        self.page.color = options.color;
        self.page.text.clear();
        head(&mut self.page, group);
        self.page.text.push('\n');
        findings(&mut self.page, group, options, &mut self.facts);
        out.write_all(self.page.text.as_bytes())
    }

    fn finish(&mut self, totals: &Totals, options: &CheckOptions, out: &mut dyn io::Write) -> io::Result<()> {
        self.page = Page { text: String::new(), width: options.width, color: options.color };
        if totals.nothing().is_none() || totals.weight.counts != Default::default() {
            self.page.words(0, 4, &totals.connections_line());
        }
        let style = if totals.fails(options) { Style::Alarm } else { Style::Good };
        let line = totals.outcome_line(options);
        let (verdict, reasons) = line.split_at_checked("check passed".len()).unwrap_or((&line, ""));
        self.page.styled(style, verdict);
        self.page.words(verdict.len(), 4, reasons);
        out.write_all(self.page.text.as_bytes())
    }
}

fn head(page: &mut Page, group: &Group) {
    let (Some(stream), Some(route)) = (group.stream, group.route()) else {
        page.text.push_str("the capture as a whole\n");
        return;
    };
    page.text += &format!("{route}  stream {stream}  ");
    let standing = group.standing();
    let style = match standing {
        Standing::Fail => Style::Alarm,
        Standing::Undetermined => Style::Caution,
        Standing::Pass => Style::Good,
        Standing::Partial | Standing::Unjudged => Style::Plain,
    };
    page.styled(style, standing.word());
    page.text.push('\n');
}

/// Appends the findings of a group. What a rule demands is told the first time only; of facts worth knowing, the first
/// time for all groups that share `facts`.
pub(super) fn findings(page: &mut Page, group: &Group, options: &CheckOptions, facts: &mut Explained) {
    let file = options.file().map(shown);
    let mut explained = Explained::new();
    for finding in &group.findings {
        let told = if finding.severity == Severity::Info { &mut *facts } else { &mut explained };
        page.finding(finding, file.as_deref(), !told.insert(finding.code));
        page.text.push('\n');
    }
    for (tally, more) in group.counted() {
        let findings = counted(more, "more finding");
        let note =
            format!("note: {findings} of {} {} ({}), not shown", tally.code, tally.name, tally.side.name());
        page.words(0, 4, &note);
        page.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HOSTILE, connection, finding, options, rendered, session};
    use super::super::{CheckFormat, CheckOptions};
    use crate::record::{Finding, Record, Severity, Verdict};

    fn text(options: &CheckOptions, records: &[Record<'_>]) -> String {
        rendered(CheckFormat::Text, options, records)
    }

    #[test]
    fn a_finding_shows_what_where_the_bytes_and_what_to_do() {
        let records = [
            Record::Finding(finding(Some(0), Severity::Error, "the client's text frame is not masked")),
            Record::Connection(connection(0, Some(Verdict::Fail))),
        ];
        assert_eq!(
            text(&options(), &records),
            "127.0.0.1:48890 → 127.0.0.1:3000  stream 0  fail

error[WS201] unmasked-client-frame: the client's text frame is not masked
  --> capture.pcap: packet 8, client, frame 3, byte 97 of the stream
   |
97 | 81 05 48 65 6c 6c 6f
   |    ^^
   = RFC 6455 §5.1: A client masks every frame that it sends.
   = help: Use a WebSocket library for the client.

1 connection failed: 1 error
check failed: 1 finding fails (--fail-on error)
"
        );
    }

    #[test]
    fn bytes_of_text_stand_beside_their_numbers_and_the_rest_is_counted() {
        let header = Finding {
            bytes: b"Upgrade",
            mark: None,
            length: Some(18),
            ..finding(Some(0), Severity::Error, "x")
        };
        let text = text(&options(), &[Record::Finding(header)]);
        assert!(text.contains("\n97 | 55 70 67 72 61 64 65  Upgrade\n"), "{text}");
        assert!(text.contains("\n   | ^^^^^^^^^^^^^^^^^^^^ … 18 bytes in all\n"), "{text}");
    }

    #[test]
    fn what_a_rule_demands_is_told_once_a_connection_and_repeats_are_counted() {
        let mut records = vec![Record::Finding(finding(Some(0), Severity::Error, "again")); 25];
        records.push(Record::Connection(connection(0, Some(Verdict::Fail))));
        let text = text(&options(), &records);
        assert_eq!((text.matches("error[WS201]").count(), text.matches("= help").count()), (10, 1));
        assert!(text.contains("note: 15 more findings of WS201 unmasked-client-frame (client), not shown"));
        assert!(text.contains("1 connection failed: 25 errors"));
    }

    #[test]
    fn what_facts_mean_is_told_once() {
        let records: Vec<_> = (0..3)
            .flat_map(|stream| {
                let [error, fact] = [Severity::Error, Severity::Info]
                    .map(|severity| Record::Finding(finding(Some(stream), severity, "x")));
                [error, fact, Record::Connection(connection(stream, Some(Verdict::Fail)))]
            })
            .collect();
        let text = text(&options(), &records);
        assert_eq!((text.matches("error[").count(), text.matches("info[").count()), (3, 3));
        assert_eq!(text.matches("= help").count(), 3 + 1, "of errors, for each connection");
    }

    #[test]
    fn connections_without_findings_are_only_counted() {
        let text = text(&options(), &session("x"));
        assert!(text.contains("stream 0  fail") && text.contains("stream 1  pass"));
        assert!(!text.contains("stream 2") && !text.contains("stream 3"));
        assert!(text.contains("1 connection failed, 1 undetermined, 2 passed: 1 error, 2 warnings\n"));
        assert!(text.contains("the capture as a whole\n\nwarning[WS908]"));
    }

    #[test]
    fn nothing_from_the_wire_controls_the_terminal() {
        for color in [false, true] {
            let text =
                text(&CheckOptions { color, captures: vec![HOSTILE.into()], ..options() }, &session(HOSTILE));
            let plain = ["\u{1b}[0m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[1;31m"]
                .iter()
                .fold(text, |text, sequence| text.replace(sequence, ""));
            assert!(!plain.chars().any(|c| c.is_control() && c != '\n'), "{plain:?}");
            assert!(!plain.contains("\n::"));
        }
    }

    #[test]
    fn lines_keep_to_the_terminal() {
        use unicode_width::UnicodeWidthStr;
        for width in [60, 80, 100] {
            let text =
                text(&CheckOptions { width: Some(width), ..options() }, &session(&"word 世界 ".repeat(40)));
            assert!(text.lines().all(|line| line.width() <= width), "{text}");
        }
    }
}
