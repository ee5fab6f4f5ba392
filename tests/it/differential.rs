//! What filters select, held against what tshark selects: the same packets of the samples, but for the differences that
//! are listed with their reasons.
//!
//! `tests/data/tshark/record.sh` records tshark's answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use sockeye::analyzer::{Analyzer, Options, Rows};
use sockeye::base::Limits;
use sockeye::capture::{Reader, Recording};
use sockeye::filter::Filter;
use sockeye::record::Record;

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn lines(name: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(file("tests/data/tshark").join(name)).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.map(|line| line.split_once('\t').map(|(one, two)| (one.to_owned(), two.to_owned())).unwrap())
        .collect()
}

/// `1-3 7` as numbers; `None` if tshark does not take the expression.
fn numbers(answer: &str) -> Option<BTreeSet<u64>> {
    if answer == "error" {
        return None;
    }
    let number = |text: &str| text.parse::<u64>().unwrap();
    let range = |range: &str| match range.split_once('-') {
        Some((first, last)) => number(first)..=number(last),
        None => number(range)..=number(range),
    };
    Some(answer.split_whitespace().flat_map(range).collect())
}

/// Which packets of all samples each filter selects.
fn selected(filters: &[Filter]) -> Vec<BTreeSet<u64>> {
    let mut samples: Vec<PathBuf> =
        fs::read_dir(file("samples")).unwrap().map(|entry| entry.unwrap().path()).collect();
    samples.retain(|path| path.extension().is_some_and(|extension| extension == "pcap"));
    samples.retain(|path| !["gap.pcap", "midstream.pcap"].iter().any(|other| path.ends_with(other)));
    samples.sort();
    let reader = |path: &PathBuf| Reader::open(File::open(path).unwrap(), &Limits::default()).unwrap();
    let mut recording = Recording::new(samples.iter().map(reader).collect());
    let options = Options { rows: Rows::Packets, payload: usize::MAX, ..Options::default() };
    let mut analyzer = Analyzer::new(options);
    let mut found = vec![BTreeSet::new(); filters.len()];
    let mut take = |record: &Record<'_>| {
        let Record::Packet(row) = record else { return };
        for (filter, packets) in filters.iter().zip(&mut found) {
            if filter.matches(record) {
                packets.insert(row.place.packet);
            }
        }
    };
    analyzer.add_keys(&fs::read(file("samples/tls.keys")).unwrap(), &mut take);
    loop {
        while let Some(packet) = recording.next_packet() {
            analyzer.push(&packet, &mut take);
        }
        if !recording.fill() {
            break;
        }
    }
    analyzer.finish(&mut take);
    found
}

/// What is wrong with an answer of ours, if anything is.
fn mistake(
    expression: &str,
    theirs: Option<&BTreeSet<u64>>,
    ours: Option<&BTreeSet<u64>>,
    reason: Option<&String>,
) -> Option<String> {
    let only = |one: &BTreeSet<u64>, other: &BTreeSet<u64>| {
        one.difference(other).take(12).map(u64::to_string).collect::<Vec<_>>().join(" ")
    };
    match (theirs == ours, reason) {
        (true, None) | (false, Some(_)) => None,
        (true, Some(reason)) => Some(format!("{expression}\n  is no difference any more: {reason}")),
        (false, None) => Some(match (theirs, ours) {
            (Some(theirs), Some(ours)) => {
                format!(
                    "{expression}\n  only tshark: {}\n  only here: {}",
                    only(theirs, ours),
                    only(ours, theirs)
                )
            }
            (None, _) => format!("{expression}\n  tshark does not take it"),
            (_, None) => format!("{expression}\n  {}", Filter::parse(expression).unwrap_err()),
        }),
    }
}

#[test]
fn filters_select_what_tshark_selects() {
    let answers = lines("answers.tsv");
    let mut differences: BTreeMap<String, String> = lines("differences.tsv").into_iter().collect();
    assert!(answers.len() >= 150, "{}", answers.len());
    let parsed: Vec<Option<Filter>> =
        answers.iter().map(|(expression, _)| Filter::parse(expression).ok()).collect();
    let filters: Vec<Filter> = parsed.iter().flatten().cloned().collect();
    let mut found = selected(&filters).into_iter();
    let mut mistakes = Vec::new();
    for ((expression, answer), parsed) in answers.iter().zip(&parsed) {
        let ours = parsed.as_ref().map(|_| found.next().unwrap());
        let reason = differences.remove(expression);
        mistakes.extend(mistake(expression, numbers(answer).as_ref(), ours.as_ref(), reason.as_ref()));
    }
    assert!(mistakes.is_empty(), "{} of {}:\n{}", mistakes.len(), answers.len(), mistakes.join("\n"));
    assert!(differences.is_empty(), "these are asked by nobody: {differences:?}");
}
