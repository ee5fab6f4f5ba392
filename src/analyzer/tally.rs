//! What the findings about one connection, or about the capture as a whole, amount to.

use crate::check::Violation;
use crate::record::{FindingCounts, Severity, Side, Verdict};

/// Findings, counted and weighed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub counts: FindingCounts,
    /// A peer has broken a rule.
    failed: bool,
    /// Something that judging needs was not captured.
    pub incomplete: bool,
}

impl Tally {
    /// One more.
    pub fn add(&mut self, violation: &Violation) {
        let severity = violation.rule.severity;
        count(&mut self.counts, severity);
        match violation.side {
            Side::Client | Side::Server => self.failed |= severity == Severity::Error,
            Side::Capture => self.incomplete = true,
        }
    }

    /// What they say of the connection. A proven violation stands, whatever the capture lacks.
    pub fn verdict(&self) -> Verdict {
        match (self.failed, self.incomplete) {
            (true, _) => Verdict::Fail,
            (false, true) => Verdict::Undetermined,
            (false, false) => Verdict::Pass,
        }
    }
}

/// One more finding of this severity.
pub(super) fn count(counts: &mut FindingCounts, severity: Severity) {
    match severity {
        Severity::Error => counts.error += 1,
        Severity::Warning => counts.warning += 1,
        Severity::Info => counts.info += 1,
    }
}
