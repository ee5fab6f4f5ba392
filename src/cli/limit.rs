//! `--limit NAME=VALUE`: another value for a cap.

use std::fmt::Write;
use std::str::FromStr;

use crate::base::Limits;
use crate::base::limits::{ALL, Limit};

/// The suffixes of numbers, the largest first.
const SUFFIXES: [(char, u64); 3] = [('G', 1 << 30), ('M', 1 << 20), ('K', 1 << 10)];

/// Longer words are like no name, and the edit distance takes time with their length.
const LONGEST_WORD: usize = 64;

/// One cap with its new value.
#[derive(Debug, Clone, Copy)]
pub(super) struct LimitArg {
    limit: &'static Limit,
    value: u64,
}

/// The default caps, some of them replaced; the last value of a name counts.
pub(super) fn limits(args: &[LimitArg]) -> Limits {
    let mut limits = Limits::default();
    for LimitArg { limit, value } in args {
        (limit.set)(&mut limits, *value);
    }
    limits
}

impl PartialEq for LimitArg {
    fn eq(&self, other: &Self) -> bool {
        (self.limit.name, self.value) == (other.limit.name, other.value)
    }
}

impl FromStr for LimitArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| format!("write it like this: connections=1000\n{}", known()))?;
        let (name, value) = (name.trim(), value.trim());
        let limit = ALL.iter().find(|limit| limit.name == name).ok_or_else(|| unknown(name))?;
        let value = number(value).ok_or("the value is not a number such as 1000, 64K, 16M or 2G")?;
        Ok(Self { limit, value })
    }
}

fn unknown(name: &str) -> String {
    let alike = Some(name)
        .filter(|name| name.len() <= LONGEST_WORD)
        .and_then(|name| ALL.iter().min_by_key(|limit| strsim::osa_distance(name, limit.name)))
        .filter(|limit| strsim::osa_distance(name, limit.name) <= limit.name.len() / 3);
    let hint = alike.map_or_else(String::new, |limit| format!("; did you mean `{}`?", limit.name));
    format!("there is no such limit{hint}\n{}", known())
}

/// All names with their defaults.
fn known() -> String {
    let mut text = "the limits and their defaults:".to_owned();
    for limit in &ALL {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {}={}", limit.name, Limits::default().shown(limit));
    }
    text
}

/// A number with or without a suffix; `None` if it is none, or too large.
fn number(text: &str) -> Option<u64> {
    let with_suffix = |(suffix, factor): &(char, u64)| {
        let digits = text.strip_suffix([*suffix, suffix.to_ascii_lowercase()])?;
        Some((digits, *factor))
    };
    let (digits, factor) = SUFFIXES.iter().find_map(with_suffix).unwrap_or((text, 1));
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_binary_suffixes() {
        for (text, value) in [("0", 0), ("7", 7), ("64K", 65_536), ("2m", 2 << 20), ("3G", 3 << 30)] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for bad in ["", "K", "-1", "1.5M", "1T", "1KB", "99999999999G"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_shown_can_be_given() {
        for limit in &ALL {
            let default = Limits::default();
            assert_eq!(number(&default.shown(limit)), Some((limit.get)(&default)), "{}", limit.name);
        }
    }

    #[test]
    fn the_last_value_of_a_name_counts() {
        let args = ["payload=1K", " connections = 5", "payload=2K"].map(|text| text.parse().unwrap());
        assert_eq!(limits(&args), Limits { payload: 2048, connections: 5, ..Limits::default() });
    }

    #[test]
    fn an_unknown_name_gets_a_suggestion_if_one_is_alike() {
        let error = |text: &str| text.parse::<LimitArg>().unwrap_err();
        assert!(error("conections=5").contains("; did you mean `connections`?"));
        assert!(error("out-of-order=5").contains("; did you mean `out_of_order`?"));
        assert!(!error("x=5").contains("did you mean"));
        assert!(!error(&format!("{}=5", "x".repeat(100_000))).contains("did you mean"));
        assert!(error("payload").contains("payload=16M"));
    }
}
