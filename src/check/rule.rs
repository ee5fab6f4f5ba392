//! What a rule is.

use super::Example;
use crate::record::Severity;

/// One thing that a protocol demands, or that a capture cannot show. Plain data; what breaks it is judged elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// `WS120` and the like: `WS` and three digits, never changed and never reused.
    pub code: &'static str,
    /// `wrong-accept` and the like: lower case, with hyphens.
    pub name: &'static str,
    /// How bad it is to break it; the same every time.
    pub severity: Severity,
    /// Who demands it: `RFC 6455 §5.1`. Empty for what a capture lacks.
    pub rfc: &'static str,
    /// What is wrong, in one line.
    pub summary: &'static str,
    /// What is demanded, in our words.
    pub requirement: &'static str,
    /// What goes wrong for users if it is broken, or why the demand was made.
    pub why: &'static str,
    /// What to do about it.
    pub help: &'static str,
    /// A conversation that breaks it.
    pub breaking: Example,
    /// One much like it that does not.
    pub correct: Example,
}
