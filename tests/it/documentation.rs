//! What the documentation lists is what the code has.
//!
//! `UPDATE_DOCS=1 cargo test --test it documentation` writes the lists into the pages.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use sockeye::base::Limits;
use sockeye::base::limits::ALL;
use sockeye::check::registry::RULES;
use sockeye::check::{REQUEST, RESPONSE};
use sockeye::filter::FIELDS;
use sockeye::report::{SCHEMA_TEXT, fields_markdown, rule_markdown};
use sockeye::stats::COLUMNS;

use crate::layering::{HOMES, MAY_KNOW};

/// Holds the part of a page between `<!-- begin NAME -->` and `<!-- end NAME -->` against what it should be.
fn holds(page: &str, name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
    let start = text.find(&begin).unwrap_or_else(|| panic!("{page} has no {begin}")) + begin.len();
    let stop = start + text[start..].find(&end).unwrap_or_else(|| panic!("{page} has no {end}"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, [&text[..start], expected, &text[stop..]].concat()).unwrap();
    } else {
        assert_eq!(&text[start..stop], expected, "{page} is out of date; UPDATE_DOCS=1 writes it");
    }
}

#[test]
fn the_fields_of_filters_are_listed() {
    holds("docs/fields.md", "fields", &(fields_markdown(&FIELDS) + "\n"));
}

#[test]
fn the_limits_are_listed() {
    let mut table = String::from("\n| name | default | what it limits |\n|---|---|---|\n");
    for limit in &ALL {
        let default = Limits::default().shown(limit);
        writeln!(table, "| `{}` | {default} | {} |", limit.name, limit.meaning).unwrap();
    }
    holds("docs/limits.md", "limits", &(table + "\n"));
}

#[test]
fn the_columns_of_statistics_are_listed() {
    let mut table = String::from("\n| name | what it is |\n|---|---|\n");
    for column in COLUMNS {
        writeln!(table, "| `{}` | {} |", column.key, column.meaning).unwrap();
    }
    holds("docs/stats.md", "columns", &(table + "\n"));
}

/// Families of rules by the first digit of their codes.
const FAMILIES: [(&str, &str); 7] = [
    ("WS1", "The opening handshake"),
    ("WS2", "Frame headers"),
    ("WS3", "Messages and fragments"),
    ("WS4", "Control frames and closing"),
    ("WS5", "Payload"),
    ("WS6", "permessage-deflate"),
    ("WS9", "What the capture does not show"),
];

#[test]
fn the_rules_are_listed() {
    let head = |head: &str| format!("\n```text\n{}\n```\n", head.replace("\r\n", "\n").trim_end());
    let mut page = head(REQUEST) + &head(RESPONSE);
    for (prefix, title) in FAMILIES {
        let mut rules = RULES.iter().filter(|rule| rule.code.starts_with(prefix)).peekable();
        if rules.peek().is_some() {
            write!(page, "\n## {title}\n").unwrap();
        }
        for rule in rules {
            write!(page, "\n{}", rule_markdown(rule)).unwrap();
        }
    }
    assert_eq!(page.matches("\n### ").count(), RULES.len(), "every rule belongs to a family");
    holds("docs/rules.md", "rules", &(page + "\n"));
}

#[test]
fn the_keys_of_records_are_listed() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/output.md")).unwrap();
    let schema: Value = serde_json::from_str(SCHEMA_TEXT).unwrap();
    let common = ["type", "stream", "packet", "time", "time_relative"];
    for reference in schema["oneOf"].as_array().unwrap() {
        let kind = reference["$ref"].as_str().unwrap().trim_start_matches("#/$defs/");
        let row = page.lines().find(|line| line.starts_with(&format!("| `{kind}` | "))).unwrap();
        for key in schema["$defs"][kind]["properties"].as_object().unwrap().keys() {
            let is_listed = common.contains(&key.as_str()) || row.contains(&format!("`{key}`"));
            assert!(is_listed, "docs/output.md does not name `{key}` of `{kind}`");
        }
    }
}

/// The keys of objects in `value`, at all depths.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| keys(value, found)),
        Value::Object(object) => {
            found.extend(object.keys().cloned());
            object.values().for_each(|value| keys(value, found));
        }
        _ => {}
    }
}

#[test]
fn the_keys_of_explanations_are_listed() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/output.md")).unwrap();
    let (_, section) = page.split_once("\n## explain\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let mut found = BTreeSet::new();
    for args in [
        "explain samples/violations.pcap --frame 2:3",
        "explain samples/fragments.pcap --message 0:1",
        "explain samples/wrong-accept.pcap --handshake 0",
        "explain samples/echo.pcap --stream 0",
        "accept abc abc",
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_sockeye"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(args.split(' '))
            .args(["--format", "json"])
            .output()
            .unwrap();
        keys(&serde_json::from_slice(&output.stdout).unwrap(), &mut found);
    }
    for own in ["sockeye", "version", "schema", "explanations"] {
        assert!(found.remove(own));
    }
    assert!(found.len() > 40, "{found:?}");
    for key in found {
        assert!(section.contains(&format!("`{key}`")), "docs/output.md does not name `{key}` of explain");
    }
}

fn names(names: &[&str]) -> String {
    if names.is_empty() {
        return "–".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[test]
fn who_may_know_whom_is_listed() {
    let mut table = String::from("\n| room | may name | crates that others may not name |\n|---|---|---|\n");
    for (room, may) in MAY_KNOW {
        let crates: Vec<&str> =
            HOMES.iter().filter(|(_, homes)| homes.contains(room)).map(|(name, _)| *name).collect();
        writeln!(table, "| `{room}` | {} | {} |", names(may), names(&crates)).unwrap();
    }
    holds("ARCHITECTURE.md", "rooms", &(table + "\n"));
}
