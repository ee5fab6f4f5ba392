//! `sockeye rules`: what is judged, why, and how it looks.

use std::io::{self, BufWriter, Write};

use super::args::{ListFormat, RulesArgs};
use super::failure::Failure;
use super::terminal;
use crate::check::registry::RULES;
use crate::check::{Rule, Selection};
use crate::report::{RulesOptions, write_rules, write_rules_json, write_rules_table};

/// Runs the command.
pub(super) fn run(args: &RulesArgs) -> Result<(), Failure> {
    let selection = Selection::new(&args.rules, &[]).map_err(Failure::Rule)?;
    let rules: Vec<&Rule> = RULES.iter().copied().filter(|rule| selection.includes(rule)).collect();
    let options = RulesOptions { color: terminal::color(args.color), width: terminal::width() };
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        ListFormat::Json => write_rules_json(&rules, &mut out)?,
        ListFormat::Text if is_in_full(&args.rules) => write_rules(&rules, options, &mut out)?,
        ListFormat::Text => write_rules_table(&rules, options.width, &mut out)?,
    }
    Ok(out.flush()?)
}

/// Whether each of these names one rule, rather than a family.
fn is_in_full(patterns: &[String]) -> bool {
    let names = |pattern: &str, rule: &Rule| {
        [rule.code, rule.name].iter().any(|known| known.eq_ignore_ascii_case(pattern.trim()))
    };
    !patterns.is_empty() && patterns.iter().all(|pattern| RULES.iter().any(|rule| names(pattern, rule)))
}
