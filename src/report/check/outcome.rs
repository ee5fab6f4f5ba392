//! What the check comes to, in sentences that all forms share.

use super::CheckOptions;
use super::gather::{Group, Kept, Standing, Weight};
use crate::record::{FindingCounts, Severity, Side};
use crate::report::escape::escape_into;
use crate::report::words::counted;

/// What was counted over all groups.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub failed: u64,
    pub undetermined: u64,
    pub passed: u64,
    /// Connections of which a filter selects findings only.
    pub partial: u64,
    pub weight: Weight,
    /// Accepted WebSocket handshakes.
    pub accepted: u64,
    pub packets: u64,
    pub connections: u64,
    pub connections_excluded: u64,
    pub websocket_connections: u64,
}

impl Totals {
    pub fn add(&mut self, group: &Group) {
        if group.stream.is_some() {
            match group.standing() {
                Standing::Fail => self.failed += 1,
                Standing::Undetermined => self.undetermined += 1,
                Standing::Pass => self.passed += 1,
                Standing::Partial => self.partial += 1,
                Standing::Unjudged => {}
            }
        }
        self.weight = self.weight.and(group.weight);
    }

    /// Whether the check fails: exit code 1.
    pub fn fails(&self, options: &CheckOptions) -> bool {
        self.weight.failing > 0 || self.expectation(options).is_some_and(|(is_met, _)| !is_met)
    }

    /// `2 connections failed, 1 undetermined, 14 passed: 3 errors, 1 warning, 2 infos`.
    pub fn connections_line(&self) -> String {
        let parts = [
            (self.failed, "failed"),
            (self.undetermined, "undetermined"),
            (self.passed, "passed"),
            (self.partial, "selected in part"),
        ];
        let mut line = String::new();
        for (number, what) in parts.into_iter().filter(|(number, _)| *number > 0) {
            let who = if line.is_empty() { counted(number, "connection") } else { format!(", {number}") };
            line += &format!("{who} {what}");
        }
        if line.is_empty() {
            line += "no WebSocket connection was judged";
        }
        format!("{line}: {}", findings(&self.weight.counts))
    }

    /// Why there was nothing to judge.
    pub fn nothing(&self) -> Option<String> {
        if self.packets == 0 {
            Some("the capture holds no packets".into())
        } else if self.connections == 0 {
            Some("the capture holds no TCP connection".into())
        } else if self.failed + self.undetermined + self.passed + self.partial > 0 {
            None
        } else if self.connections == self.connections_excluded {
            let connections = counted(self.connections, "TCP connection");
            Some(format!("the filter selects none of {connections}"))
        } else if self.websocket_connections > 0 {
            let connections = counted(self.websocket_connections, "WebSocket connection");
            Some(format!("the filter selects nothing of {connections}"))
        } else {
            let looked_into = self.connections.saturating_sub(self.connections_excluded);
            let connections = counted(looked_into, "TCP connection");
            Some(format!("no WebSocket connection was seen in {connections}"))
        }
    }

    /// Whether there are as many handshakes as demanded, and how many there are.
    pub fn expectation(&self, options: &CheckOptions) -> Option<(bool, String)> {
        let least = options.expect_websocket?;
        let handshakes = counted(self.accepted, "accepted WebSocket handshake");
        Some((self.accepted >= least, format!("{handshakes}, and --expect-websocket demands {least}")))
    }

    /// `check failed: …` or `check passed: …`, with each reason.
    pub fn outcome_line(&self, options: &CheckOptions) -> String {
        let mut reasons = Vec::new();
        let Weight { counts, failing } = self.weight;
        if failing > 0 {
            let verb = if failing == 1 { "fails" } else { "fail" };
            reasons.push(format!("{} {verb} ({})", counted(failing, "finding"), demanded(options)));
        }
        if let Some((false, says)) = self.expectation(options) {
            reasons.push(says);
        }
        if !reasons.is_empty() {
            return format!("check failed: {}", reasons.join("; "));
        }
        let all = counts.error + counts.warning + counts.info;
        match self.nothing() {
            Some(why) => format!("check passed, but there was nothing to judge: {why}"),
            None if all == 0 => "check passed: nothing found".into(),
            None => format!("check passed: nothing fails ({})", demanded(options)),
        }
    }
}

/// The options that say what fails.
fn demanded(options: &CheckOptions) -> String {
    let complete = if options.require_complete { " --require-complete" } else { "" };
    format!("--fail-on {}{complete}", options.fail_on.map_or("never", Severity::name))
}

/// `3 errors, 1 warning, 2 infos`, without those that are not there.
pub(super) fn findings(counts: &FindingCounts) -> String {
    let parts = [(counts.error, "error"), (counts.warning, "warning"), (counts.info, "info")];
    let named: Vec<_> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| counted(number, noun))
        .collect();
    if named.is_empty() { "no findings".into() } else { named.join(", ") }
}

/// `packet 6, server, frame 3, byte 97 of the stream`.
pub(super) fn place(finding: &Kept) -> String {
    let mut place = match finding.packets {
        [0, 0] => "before the first packet".to_owned(),
        [first, last] if first == last => format!("packet {first}"),
        [first, last] => format!("packets {first} to {last}"),
    };
    place += match finding.side {
        Side::Client => ", client",
        Side::Server => ", server",
        Side::Capture => "",
    };
    if let Some(frame) = finding.frame {
        place += &format!(", frame {frame}");
    }
    // What the capture lacks does not belong to one of the streams; its text says where it would stand.
    if let Some(offset) = finding.stream_offset.filter(|_| finding.side != Side::Capture) {
        place += &format!(", byte {offset} of the stream");
    }
    place
}

/// The name of a capture, on one line.
pub(super) fn shown(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    escape_into(&mut text, name.as_bytes(), false);
    text
}

/// `RFC 6455 §5.1: A client …`.
pub(super) fn demand(finding: &Kept) -> String {
    if finding.rfc.is_empty() {
        finding.requirement.into()
    } else {
        format!("{}: {}", finding.rfc, finding.requirement)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::options;
    use super::*;

    #[test]
    fn counts_become_sentences() {
        let counts = FindingCounts { error: 3, warning: 1, info: 2 };
        let weight = Weight { counts, failing: 3 };
        let totals = Totals { failed: 2, undetermined: 1, passed: 14, weight, ..Totals::default() };
        let line = "2 connections failed, 1 undetermined, 14 passed: 3 errors, 1 warning, 2 infos";
        assert_eq!(totals.connections_line(), line);
        assert_eq!(totals.outcome_line(&options()), "check failed: 3 findings fail (--fail-on error)");
        let totals = Totals { passed: 1, packets: 9, connections: 1, ..Totals::default() };
        assert_eq!(totals.connections_line(), "1 connection passed: no findings");
        assert_eq!(totals.outcome_line(&options()), "check passed: nothing found");
    }

    #[test]
    fn an_empty_capture_is_said_and_fails_if_something_is_expected() {
        let totals = Totals::default();
        assert!(!totals.fails(&options()));
        assert_eq!(
            totals.outcome_line(&options()),
            "check passed, but there was nothing to judge: the capture holds no packets"
        );
        let expecting = CheckOptions { expect_websocket: Some(2), ..options() };
        assert!(totals.fails(&expecting));
        assert_eq!(
            totals.outcome_line(&expecting),
            "check failed: 0 accepted WebSocket handshakes, and --expect-websocket demands 2"
        );
    }

    #[test]
    fn what_a_filter_leaves_out_is_not_denied() {
        let seen = Totals { packets: 9, connections: 2, websocket_connections: 1, ..Totals::default() };
        let nothing = "check passed, but there was nothing to judge: the filter selects nothing of 1 WebSocket connection";
        assert_eq!(seen.outcome_line(&options()), nothing);
        let counts = FindingCounts { error: 0, warning: 1, info: 0 };
        let findings = Totals { partial: 1, weight: Weight { counts, failing: 0 }, ..seen };
        assert_eq!(findings.connections_line(), "1 connection selected in part: 1 warning");
        assert_eq!(findings.outcome_line(&options()), "check passed: nothing fails (--fail-on error)");
    }

    #[test]
    fn what_the_capture_lacks_fails_only_on_demand() {
        let never = CheckOptions { fail_on: None, ..options() };
        assert!(options().fails(Severity::Error, Side::Client));
        assert!(!options().fails(Severity::Warning, Side::Server));
        assert!(!never.fails(Severity::Error, Side::Client));
        assert!(!options().fails(Severity::Error, Side::Capture));
        assert!(CheckOptions { require_complete: true, ..never }.fails(Severity::Info, Side::Capture));
    }
}
