//! A job summary in GitHub-flavoured Markdown: the verdict, the connections, the findings, what to do.
//!
//! The verdict comes first, so everything is kept until the end, and bounded: the worst of each table are shown.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use super::gather::{Group, Kept, Standing};
use super::outcome::{Totals, demand, place, shown};
use super::worst::Worst;
use super::{CheckOptions, Form};
use crate::record::{FindingCounts, Severity};
use crate::report::words::counted;

/// Rows of the tables. A summary may have 1 MiB on GitHub, and nobody reads so much.
const CONNECTIONS: usize = 100;
const FINDINGS: usize = 300;

/// The Markdown form.
#[derive(Debug)]
pub(super) struct Markdown {
    connections: Worst<Standing, Connection>,
    findings: Worst<std::cmp::Reverse<Severity>, Row>,
    /// Findings that were counted before they came here.
    counted: u64,
}

#[derive(Debug)]
struct Connection {
    route: String,
    stream: u64,
    standing: Standing,
    counts: FindingCounts,
}

#[derive(Debug)]
struct Row {
    stream: Option<u64>,
    finding: Kept,
}

impl Default for Markdown {
    fn default() -> Self {
        Self { connections: Worst::of(CONNECTIONS), findings: Worst::of(FINDINGS), counted: 0 }
    }
}

impl Form for Markdown {
    fn group(&mut self, group: &Group, _options: &CheckOptions, _out: &mut dyn io::Write) -> io::Result<()> {
        if let (Some(stream), Some(route)) = (group.stream, group.route()) {
            let standing = group.standing();
            self.connections
                .push(standing, Connection { route, stream, standing, counts: group.weight.counts });
        }
        for finding in &group.findings {
            let row = Row { stream: group.stream, finding: finding.clone() };
            self.findings.push(std::cmp::Reverse(finding.severity), row);
        }
        self.counted += group.counted().map(|(_, more)| more).sum::<u64>();
        Ok(())
    }

    fn finish(&mut self, totals: &Totals, options: &CheckOptions, out: &mut dyn io::Write) -> io::Result<()> {
        let verdict = if totals.fails(options) { "failed" } else { "passed" };
        let names: Vec<_> = options.captures.iter().map(|name| escaped(&shown(name))).collect();
        let mut text = format!("## sockeye check: {verdict}\n\n");
        if !names.is_empty() {
            let _ = writeln!(text, "{}\n", names.join(", "));
        }
        let _ = writeln!(text, "{}  ", totals.connections_line());
        let _ = writeln!(text, "{}", totals.outcome_line(options));
        self.connections(&mut text);
        self.findings(&mut text);
        self.help(&mut text);
        out.write_all(text.as_bytes())
    }
}

// Writing to a String cannot fail, so the results of `write!` are not looked at.
impl Markdown {
    fn connections(&self, text: &mut String) {
        if self.connections.iter().next().is_none() {
            return;
        }
        text.push_str("\n### Connections\n\n| connection | stream | verdict | errors | warnings | infos |\n");
        text.push_str("|---|---:|---|---:|---:|---:|\n");
        for Connection { route, stream, standing, counts } in self.connections.iter() {
            let route = escaped(route);
            let standing = match standing {
                Standing::Fail => "**fail**",
                other => other.word(),
            };
            let FindingCounts { error, warning, info } = counts;
            let _ = writeln!(text, "| {route} | {stream} | {standing} | {error} | {warning} | {info} |");
        }
        left_out(text, self.connections.left_out(), "more connection");
    }

    fn findings(&self, text: &mut String) {
        if self.findings.iter().next().is_some() {
            text.push_str(
                "\n### Findings\n\n| code | severity | stream | where | what |\n|---|---|---:|---|---|\n",
            );
        }
        for Row { stream, finding } in self.findings.iter() {
            let stream = stream.map(|stream| stream.to_string()).unwrap_or_default();
            let _ = writeln!(
                text,
                "| {} {} | {} | {stream} | {} | {} |",
                finding.code,
                escaped(finding.name),
                finding.severity.name(),
                place(finding),
                escaped(&finding.text)
            );
        }
        left_out(text, self.counted.saturating_add(self.findings.left_out()), "more finding");
    }

    /// What the rules demand and what to do, each once.
    fn help(&self, text: &mut String) {
        let rules: BTreeMap<_, _> =
            self.findings.iter().map(|row| (row.finding.code, &row.finding)).collect();
        if rules.is_empty() {
            return;
        }
        text.push_str("\n<details>\n<summary>What is demanded, and what to do</summary>\n\n");
        for (code, finding) in rules {
            let (name, demand, help) =
                (escaped(finding.name), escaped(&demand(finding)), escaped(finding.help));
            let _ = writeln!(text, "- **{code} {name}**: {demand}<br>{help}");
        }
        text.push_str("\n</details>\n");
    }
}

fn left_out(text: &mut String, number: u64, noun: &str) {
    if number > 0 {
        let _ = writeln!(text, "\n{}, not shown.", counted(number, noun));
    }
}

/// The text as Markdown that shows it as it is, in a table too: what could be markup, HTML, a link, a mention or a
/// formula is written as a character reference, which is never any of these (CommonMark §2.5).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // Before a blank it begins neither a link nor the name of an emoji.
            ':' if characters.peek() == Some(&' ') => out.push(':'),
            // `www.` begins a link.
            '.' if before.eq_ignore_ascii_case(&'w') => out.push_str("&#46;"),
            ' ' | ',' | '.' | '-' | '/' | '(' | ')' | '=' | '"' | '\'' | ';' | '?' | '%' => {
                out.push(character)
            }
            _ if character.is_ascii_punctuation() || character.is_control() => {
                let _ = write!(out, "&#{};", u32::from(character));
            }
            _ => out.push(character),
        }
        before = character;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::CheckFormat;
    use super::super::testing::{HOSTILE, connection, finding, options, rendered, session};
    use super::*;
    use crate::record::{Record, Verdict};

    #[test]
    fn the_verdict_comes_first_then_tables_then_help() {
        let records = [
            Record::Finding(finding(Some(0), Severity::Error, "a \"<b>|\" is not masked")),
            Record::Connection(connection(0, Some(Verdict::Fail))),
        ];
        assert_eq!(
            rendered(CheckFormat::Markdown, &options(), &records),
            "## sockeye check: failed

capture.pcap

1 connection failed: 1 error  
check failed: 1 finding fails (--fail-on error)

### Connections

| connection | stream | verdict | errors | warnings | infos |
|---|---:|---|---:|---:|---:|
| 127.0.0.1&#58;48890 → 127.0.0.1&#58;3000 | 0 | **fail** | 1 | 0 | 0 |

### Findings

| code | severity | stream | where | what |
|---|---|---:|---|---|
| WS201 unmasked-client-frame | error | 0 | packet 8, client, frame 3, byte 97 of the stream | a \"&#60;b&#62;&#124;\" is not masked |

<details>
<summary>What is demanded, and what to do</summary>

- **WS201 unmasked-client-frame**: RFC 6455 §5.1: A client masks every frame that it sends.<br>Use a WebSocket library for the client.

</details>
"
        );
    }

    #[test]
    fn no_text_leaves_its_cell() {
        let page = rendered(CheckFormat::Markdown, &options(), &session(HOSTILE));
        let tables: Vec<_> = page.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(tables.len(), 2 + 4 + 2 + 3, "{page}");
        for row in &tables {
            let columns =
                if row.contains("→") || row.starts_with("| connection") || row.contains("---|---:|---:|---:")
                {
                    6
                } else {
                    5
                };
            assert_eq!(row.matches('|').count(), columns + 1, "{row}");
        }
        let rows = tables[8..].concat();
        for markup in ["<", ">", "`", "*", "_", "[", "@", "$", "\\", "www.", "::", "~"] {
            assert!(!rows.contains(markup), "{markup} in {rows}");
        }
    }

    #[test]
    fn the_worst_are_shown_and_the_rest_is_counted() {
        let mut records = Vec::new();
        for stream in 0..2 * FINDINGS as u64 {
            records.push(Record::Finding(finding(Some(stream), Severity::Warning, "mild")));
            records.push(Record::Connection(connection(stream, Some(Verdict::Pass))));
        }
        records.push(Record::Finding(finding(Some(9999), Severity::Error, "wild")));
        records.push(Record::Connection(connection(9999, Some(Verdict::Fail))));
        let page = rendered(CheckFormat::Markdown, &options(), &records);
        assert!(page.contains("| wild |") && page.contains("| 9999 | **fail** |"));
        assert!(
            page.contains("301 more findings, not shown.")
                && page.contains("501 more connections, not shown.")
        );
        assert!(page.len() < 100_000);
    }
}
