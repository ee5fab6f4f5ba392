//! `sockeye rules`: what is judged, why, and how it looks.

use std::io::{self, BufWriter, Write};

use clap::{Args as ClapArgs, ColorChoice};

use super::args::ListFormat;
use super::failure::Failure;
use super::terminal;
use crate::check::registry::RULES;
use crate::check::{Rule, Selection};
use crate::report::{RulesOptions, write_rules, write_rules_json, write_rules_table};

#[derive(Debug, ClapArgs)]
pub(super) struct RulesArgs {
    /// Print only these, in full: codes (`WS120`) or names (`wrong-accept`); beginnings of codes (`WS4`) as a table
    #[arg(value_name = "CODE")]
    pub rules: Vec<String>,
    /// How to write them; JSON has everything about each rule
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub format: ListFormat,
    /// When to colour the text; `auto` means on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub color: ColorChoice,
}

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
