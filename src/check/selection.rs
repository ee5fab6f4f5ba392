//! Which rules are judged, by codes, beginnings of codes, or names.

use std::fmt;

use super::{Rule, registry::RULES};

/// Which rules a user wants to hear of. By default, all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// The codes of the others, in their order.
    left_out: Vec<&'static str>,
}

impl Selection {
    /// The rules that `select` names (all, if it names none) without those that `ignore` names. A pattern is a code, the
    /// beginning of one (`WS2`), or a name, in any case. Where both name a rule, the longer beginning decides, and of
    /// equal ones `ignore`.
    ///
    /// # Errors
    ///
    /// If no rule has a pattern.
    pub fn new<P: AsRef<str>>(select: &[P], ignore: &[P]) -> Result<Self, UnknownPattern> {
        let select = select.iter().map(Pattern::parse).collect::<Result<Vec<_>, _>>()?;
        let ignore = ignore.iter().map(Pattern::parse).collect::<Result<Vec<_>, _>>()?;
        let wanted = |rule: &Rule| {
            let selected = if select.is_empty() { Some(0) } else { closest(&select, rule) };
            selected > closest(&ignore, rule)
        };
        Ok(Self { left_out: RULES.iter().filter(|rule| !wanted(rule)).map(|rule| rule.code).collect() })
    }

    /// Whether a rule is among them.
    pub fn includes(&self, rule: &Rule) -> bool {
        self.left_out.is_empty() || self.left_out.binary_search(&rule.code).is_err()
    }
}

/// The beginning of a code, in capitals.
struct Pattern(String);

impl Pattern {
    fn parse(text: impl AsRef<str>) -> Result<Self, UnknownPattern> {
        let text = text.as_ref().trim();
        if let Some(rule) = RULES.iter().find(|rule| rule.name.eq_ignore_ascii_case(text)) {
            return Ok(Self(rule.code.to_owned()));
        }
        let code = text.to_ascii_uppercase();
        let is_known = !code.is_empty() && RULES.iter().any(|rule| rule.code.starts_with(&code));
        if is_known { Ok(Self(code)) } else { Err(UnknownPattern::new(text)) }
    }
}

/// The length of the longest pattern that names the rule.
fn closest(patterns: &[Pattern], rule: &Rule) -> Option<usize> {
    patterns.iter().filter(|Pattern(code)| rule.code.starts_with(code)).map(|Pattern(code)| code.len()).max()
}

/// No rule has this code or name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPattern {
    /// What was given.
    pub pattern: String,
    /// The code or name that was meant, if one is alike.
    pub alike: Option<&'static str>,
}

/// Longer words are like no rule, and the edit distance takes time with their length.
const LONGEST_WORD: usize = 64;

impl UnknownPattern {
    fn new(pattern: &str) -> Self {
        let word = pattern.to_ascii_lowercase();
        // A code has few characters, all of them meant: one may be wrong.
        let codes = RULES.iter().map(|rule| (rule.code, 1));
        let names = RULES.iter().map(|rule| (rule.name, rule.name.len() / 3));
        let alike = names
            .chain(codes)
            .filter(|_| word.len() <= LONGEST_WORD)
            .map(|(known, most)| (strsim::osa_distance(&word, &known.to_ascii_lowercase()), most, known))
            .filter(|(distance, most, _)| distance <= most)
            .min_by_key(|(distance, ..)| *distance)
            .map(|(.., known)| known);
        Self { pattern: pattern.to_owned(), alike }
    }
}

/// Two lines: what is wrong, and what to try.
impl fmt::Display for UnknownPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no rule has the code or name `{}`\n  ", self.pattern.escape_debug())?;
        match self.alike {
            Some(known) => write!(f, "did you mean `{known}`?"),
            None => f.write_str(
                "give a code such as `WS201`, the beginning of one such as `WS2`, or a name such as \
                 `unmasked-client-frame`",
            ),
        }
    }
}

impl std::error::Error for UnknownPattern {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::registry::rule;

    fn includes(select: &[&str], ignore: &[&str]) -> impl Fn(&str) -> bool {
        let selection = Selection::new(select, ignore).unwrap();
        move |code| selection.includes(rule(code).unwrap())
    }

    #[test]
    fn by_default_every_rule_is_selected() {
        assert_eq!(Selection::new::<&str>(&[], &[]), Ok(Selection::default()));
        assert!(RULES.iter().all(|rule| Selection::default().includes(rule)));
    }

    #[test]
    fn codes_their_beginnings_and_names_select_in_any_case() {
        let selected = includes(&["ws1", "WS201", "Control-Frame-Too-Long", " ws91 "], &[]);
        for code in ["WS101", "WS136", "WS201", "WS401", "WS911"] {
            assert!(selected(code), "{code}");
        }
        for code in ["WS202", "WS402", "WS901"] {
            assert!(!selected(code), "{code}");
        }
        assert!(RULES.iter().all(|rule| includes(&["WS"], &[])(rule.code)));
        assert!(!RULES.iter().any(|rule| includes(&[], &["ws"])(rule.code)));
    }

    #[test]
    fn the_more_specific_pattern_wins_and_ignoring_wins_a_tie() {
        let selected = includes(&["WS201", "WS1"], &["WS2", "WS111", "WS1"]);
        assert!(selected("WS201"));
        assert!(!selected("WS202") && !selected("WS111") && !selected("WS101"));
        let selected = includes(&[], &["WS9", "unmasked-client-frame"]);
        assert!(selected("WS101") && !selected("WS901") && !selected("WS201"));
    }

    #[test]
    fn an_unknown_pattern_gets_a_suggestion_if_one_is_alike() {
        let alike = |pattern: &str| Selection::new(&[], &[pattern]).unwrap_err().alike;
        assert_eq!(alike("unmasked-client-frames"), Some("unmasked-client-frame"));
        assert_eq!(alike("WS2O1"), Some("WS201"));
        assert_eq!(alike("S201"), Some("WS201"));
        for pattern in ["", "E501", "2", "nothing like it", &"x".repeat(100_000)] {
            assert_eq!(alike(pattern), None, "{pattern:.9}");
        }
    }
}
