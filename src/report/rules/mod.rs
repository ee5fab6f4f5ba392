//! The rules: a table of them, and all that there is to say about one, for people, for programs and for the
//! documentation.

mod conversation;
mod table;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use tabled::settings::width::Wrap;

use super::listing::{MOST_WIDTH, write_wrapped};
use super::style::Style;
use crate::check::{Example, Rule};

pub use table::write_rules_table;

/// How the text about a rule looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RulesOptions {
    /// Colour its title by severity.
    pub color: bool,
    /// Columns of the terminal; `None` if it is none.
    pub width: Option<usize>,
}

/// Columns of a text that no terminal limits.
const COMMON_WIDTH: usize = 80;
/// Blanks before what stands below a title.
const INDENT: usize = 2;

/// Writes everything about these rules, one after the other.
///
/// # Errors
/// Those of `out`.
pub fn write_rules(rules: &[&Rule], options: RulesOptions, out: &mut dyn io::Write) -> io::Result<()> {
    for (number, rule) in rules.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        write_rule(rule, options, out)?;
    }
    Ok(())
}

fn write_rule(rule: &Rule, options: RulesOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let width = options.width.unwrap_or(COMMON_WIDTH).min(MOST_WIDTH);
    let style = if options.color { Style::of_severity(rule.severity) } else { Style::Plain };
    writeln!(out, "{}{} {}{}", style.begin(), rule.code, rule.name, style.end())?;
    writeln!(out, "{}\n", kind(rule))?;
    write_wrapped(rule.summary, 0, width, out)?;
    for (title, text) in [("Demanded", rule.requirement), ("Why", rule.why), ("What to do", rule.help)] {
        writeln!(out, "\n{title}")?;
        write_wrapped(text, INDENT, width, out)?;
    }
    for (title, example) in examples(rule) {
        writeln!(out, "\n{title}")?;
        for line in conversation::lines(example) {
            let (label, text) = line.split_at_checked(conversation::LABEL).unwrap_or(("", &line));
            write!(out, "{:INDENT$}{label}", "")?;
            write_hanging(text, INDENT + label.len(), width, out)?;
        }
    }
    Ok(())
}

/// `error · RFC 6455 §4.2.2`.
fn kind(rule: &Rule) -> String {
    let separator = if rule.rfc.is_empty() { "" } else { " · " };
    format!("{}{separator}{}", rule.severity.name(), rule.rfc)
}

fn examples(rule: &Rule) -> [(&'static str, &Example); 2] {
    [("Found in", &rule.breaking), ("Not found in", &rule.correct)]
}

/// Writes `text` behind so many columns that are written; what does not fit goes on below it, a little indented.
fn write_hanging(text: &str, column: usize, width: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let room = width.saturating_sub(column + INDENT).max(1);
    let wrapped = Wrap::wrap(text, room, true);
    let mut lines = wrapped.lines().map(str::trim);
    writeln!(out, "{}", lines.next().unwrap_or_default())?;
    lines.try_for_each(|line| writeln!(out, "{:indent$}{line}", "", indent = column + INDENT))
}

/// Writes everything about these rules as a JSON array.
///
/// # Errors
/// Those of `out`.
pub fn write_rules_json(rules: &[&Rule], out: &mut dyn io::Write) -> io::Result<()> {
    let views: Vec<_> = rules.iter().copied().map(RuleView::of).collect();
    serde_json::to_writer_pretty(&mut *out, &views)?;
    writeln!(out)
}

/// A rule as JSON has it.
#[derive(Serialize)]
struct RuleView {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    /// `null` for what a capture lacks.
    rfc: Option<&'static str>,
    summary: &'static str,
    requirement: &'static str,
    why: &'static str,
    help: &'static str,
    /// The lines of the conversation.
    breaking: Vec<String>,
    correct: Vec<String>,
}

impl RuleView {
    fn of(rule: &Rule) -> Self {
        Self {
            code: rule.code,
            name: rule.name,
            severity: rule.severity.name(),
            rfc: Some(rule.rfc).filter(|rfc| !rfc.is_empty()),
            summary: rule.summary,
            requirement: rule.requirement,
            why: rule.why,
            help: rule.help,
            breaking: conversation::lines(&rule.breaking),
            correct: conversation::lines(&rule.correct),
        }
    }
}

/// Everything about a rule as Markdown, under a heading of the third level.
pub fn rule_markdown(rule: &Rule) -> String {
    let mut page =
        format!("### {} {}\n\n{}\n\n{}\n\n", rule.code, rule.name, kind(rule), markdown(rule.summary));
    for (title, text) in [("Demanded", rule.requirement), ("Why", rule.why), ("What to do", rule.help)] {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "- **{title}:** {}", markdown(text));
    }
    for (title, example) in examples(rule) {
        let _ = write!(page, "\n{title}:\n\n```text\n{}\n```\n", conversation::lines(example).join("\n"));
    }
    page
}

/// Text of a rule, in which Markdown would see `*_no_…` as emphasis.
fn markdown(text: &str) -> Cow<'_, str> {
    if text.contains('*') { text.replace('*', "\\*").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use tabled::grid::util::string::get_line_width;

    use super::*;
    use crate::check::registry::RULES;

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn everything_about_every_rule_is_readable_at_80_columns() {
        let page = text(|out| write_rules(RULES, RulesOptions { color: false, width: Some(80) }, out));
        let wide: Vec<_> = page.lines().filter(|line| get_line_width(line) > 80).collect();
        assert!(wide.is_empty(), "{wide:#?}");
        assert!(page.chars().all(|c| !c.is_control() || c == '\n'));
        assert!(page.lines().all(|line| line.trim_end() == line));
    }

    #[test]
    fn no_width_brings_it_down() {
        for width in [0, 1, 2, 5, 12, 13, 14, 40, 80, 189, 190, 1000] {
            let options = RulesOptions { color: true, width: Some(width) };
            let list = text(|out| write_rules_table(RULES, options.width, out));
            let page = text(|out| write_rules(RULES, options, out));
            assert!(page.starts_with("\x1b[1;31mWS101 request-not-get\x1b[0m\n"));
            for rule in RULES {
                assert!(page.contains(rule.code) && list.contains(rule.name), "{} at {width}", rule.code);
            }
        }
    }

    #[test]
    fn programs_get_all_that_people_get() {
        let json = text(|out| write_rules_json(RULES, out));
        let rules: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
        assert_eq!(rules.len(), RULES.len());
        for (rule, view) in RULES.iter().zip(&rules) {
            assert_eq!((view["code"].as_str(), view["why"].as_str()), (Some(rule.code), Some(rule.why)));
            assert_eq!(view["rfc"].is_null(), rule.rfc.is_empty());
            let page = rule_markdown(rule);
            for line in view["breaking"].as_array().unwrap() {
                assert!(page.contains(line.as_str().unwrap()), "{line} in {page}");
            }
        }
    }
}
