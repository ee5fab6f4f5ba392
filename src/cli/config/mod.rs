//! `sockeye.toml`: the options of a project.
//!
//! In comes the text of a file; out come the choices that its `[check]` table makes, or what is wrong with it, where, and
//! what to try. Read as a tree of spanned values rather than by serde, as every error has to name its place.

mod error;
#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::CheckChoices;
use super::failure::{Failure, visible};
use crate::check::Selection;
use crate::filter::Filter;

pub(super) use error::ConfigError;
use error::Mistake;

/// How the file is called.
const NAME: &str = "sockeye.toml";
/// Bytes of a file; one that somebody wrote is shorter.
const LONGEST: u64 = 1 << 20;

/// The choices of `file`, or of the `sockeye.toml` that counts here; `None` if there is none.
pub(super) fn read(file: Option<&Path>) -> Result<Option<CheckChoices>, Failure> {
    let Some(path) = file.map(Path::to_owned).or_else(find) else { return Ok(None) };
    let shown = visible(&path.to_string_lossy());
    let text = text(&path).map_err(|why| Failure::Config(ConfigError::unreadable(&shown, &why)))?;
    let choices = parse(&text).map_err(|mistake| Failure::Config(mistake.found_in(&shown, &text)))?;
    Ok(Some(choices))
}

/// The file of the current directory, or of the next one above it that has one.
fn find() -> Option<PathBuf> {
    if is_there(Path::new(NAME)) {
        return Some(NAME.into());
    }
    let here = std::env::current_dir().ok()?;
    here.ancestors().skip(1).map(|directory| directory.join(NAME)).find(|path| is_there(path))
}

/// A link that leads nowhere counts too, so that its owner is told of it instead of being judged by other options.
fn is_there(path: &Path) -> bool {
    path.is_file() || path.is_symlink() && !path.exists()
}

fn text(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > LONGEST { Err("it is longer than 1 MiB".to_owned()) } else { Ok(text) }
}

/// Reads the text of a file.
fn parse(text: &str) -> Result<CheckChoices, Mistake> {
    let tree = DeTable::parse(text).map_err(Mistake::of_toml)?;
    let mut choices = CheckChoices::default();
    for (key, value) in in_order(tree.get_ref()) {
        if key.get_ref() != "check" {
            return Err(Mistake::unknown_key(key, &["check"]));
        }
        let table = value.get_ref().as_table().ok_or_else(|| wrong_type(value, "a table", "[check]"))?;
        for (key, value) in in_order(table) {
            choose(&mut choices, key, value)?;
        }
    }
    Ok(choices)
}

type Key<'t> = Spanned<toml::de::DeString<'t>>;
type Value<'t> = Spanned<DeValue<'t>>;

/// The entries of a table as they stand in the file.
fn in_order<'a, 't>(table: &'a DeTable<'t>) -> Vec<(&'a Key<'t>, &'a Value<'t>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// All keys of `[check]`, as they are called on the command line.
const KEYS: [&str; 9] = [
    "format",
    "fail-on",
    "select",
    "ignore",
    "require-complete",
    "expect-websocket",
    "filter",
    "decode-as",
    "limit",
];

fn choose(choices: &mut CheckChoices, key: &Key<'_>, value: &Value<'_>) -> Result<(), Mistake> {
    match key.get_ref().as_ref() {
        "format" => choices.format = Some(one_of(value, "format = \"junit\"")?),
        "fail-on" => choices.fail_on = Some(one_of(value, "fail-on = \"warning\"")?),
        "select" => choices.select = rules(value, "select = [\"WS1\", \"WS201\"]")?,
        "ignore" => choices.ignore = rules(value, "ignore = [\"WS111\"]")?,
        "require-complete" => {
            let wanted = value.get_ref().as_bool();
            choices.require_complete =
                Some(wanted.ok_or_else(|| wrong_type(value, "a boolean", "require-complete = true"))?);
        }
        "expect-websocket" => choices.expect_websocket = Some(number(value)?),
        "filter" => {
            let expression = string(value, "filter = \"tcp.port == 3000\"")?;
            Filter::parse(expression).map_err(|error| wrong(value.span(), &error))?;
            choices.filter = Some(expression.to_owned());
        }
        "decode-as" => {
            choices.reading.decode_as = parsed(value, "decode-as = [\"tcp.port==3000,websocket\"]")?;
        }
        "limit" => choices.reading.limit = parsed(value, "limit = [\"payload=64M\"]")?,
        _ => return Err(Mistake::unknown_key(key, &KEYS)),
    }
    Ok(())
}

fn string<'v>(value: &'v Value<'_>, example: &str) -> Result<&'v str, Mistake> {
    value.get_ref().as_str().ok_or_else(|| wrong_type(value, "a string", example))
}

fn number(value: &Value<'_>) -> Result<u64, Mistake> {
    let integer = value.get_ref().as_integer();
    let number = integer.and_then(|integer| u64::from_str_radix(integer.as_str(), integer.radix()).ok());
    number.ok_or_else(|| {
        let mut mistake = wrong_type(value, "a number, 0 or more", "expect-websocket = 1");
        if integer.is_some() {
            mistake.message = format!("expected a number, 0 or more, and at most {}", u64::MAX);
        }
        mistake
    })
}

/// One of the values that the command line has for it.
fn one_of<T: ValueEnum>(value: &Value<'_>, example: &str) -> Result<T, Mistake> {
    let text = string(value, example)?;
    T::from_str(text, false).map_err(|_| {
        let known: Vec<String> = T::value_variants()
            .iter()
            .filter_map(T::to_possible_value)
            .map(|v| v.get_name().to_owned())
            .collect();
        Mistake {
            span: value.span(),
            message: format!("there is no such value as `{}`", text.escape_debug()),
            help: format!("the values are {}", known.join(", ")),
        }
    })
}

/// The strings of a list, with their places.
fn strings<'v>(value: &'v Value<'_>, example: &str) -> Result<Vec<(&'v str, Range<usize>)>, Mistake> {
    let list = value.get_ref().as_array().ok_or_else(|| wrong_type(value, "a list of strings", example))?;
    list.iter().map(|entry| Ok((string(entry, example)?, entry.span()))).collect()
}

fn rules(value: &Value<'_>, example: &str) -> Result<Vec<String>, Mistake> {
    let rule = |(pattern, span): (&str, Range<usize>)| {
        Selection::new(&[pattern], &[]).map_err(|error| wrong(span, &error))?;
        Ok(pattern.to_owned())
    };
    strings(value, example)?.into_iter().map(rule).collect()
}

fn parsed<T: FromStr<Err: Display>>(value: &Value<'_>, example: &str) -> Result<Vec<T>, Mistake> {
    let entry = |(text, span): (&str, Range<usize>)| text.parse().map_err(|error| wrong(span, &error));
    strings(value, example)?.into_iter().map(entry).collect()
}

fn wrong(span: Range<usize>, error: &dyn Display) -> Mistake {
    Mistake { span, message: error.to_string(), help: String::new() }
}

fn wrong_type(value: &Value<'_>, expected: &str, example: &str) -> Mistake {
    let message = format!("expected {expected}, and this is of type {}", value.get_ref().type_str());
    Mistake { span: value.span(), message, help: format!("write it like this: {example}") }
}
