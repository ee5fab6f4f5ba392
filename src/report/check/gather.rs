//! Findings, kept until their connection is over.
//!
//! A hostile capture has millions of them, so of each rule only the first few of a connection are kept in full, and
//! only so many at a time; the rest is counted. How much there is against a connection is always known, so that none
//! passes for want of memory.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::base::Timestamp;
use crate::record::{Connection, Ends, Finding, FindingCounts, Severity, Side, Verdict};
use crate::report::escape::escape_into;

/// Findings of one rule that a connection shows in full. Who has not understood it by then will not.
const OF_A_RULE: u64 = 10;

/// Findings kept in full at a time, and groups: about 10 MB.
const KEPT: usize = 10_000;

/// A finding, in full. What came from the wire is escaped as for a terminal.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub code: &'static str,
    pub name: &'static str,
    pub severity: Severity,
    pub side: Side,
    pub rfc: &'static str,
    pub requirement: &'static str,
    pub help: &'static str,
    pub text: String,
    pub packets: [u64; 2],
    pub frame: Option<u64>,
    pub stream_offset: Option<u64>,
    pub length: Option<u64>,
    pub bytes: Vec<u8>,
    pub mark: Option<(u8, u8)>,
    /// Whether it makes the check fail.
    pub fails: bool,
}

/// How often a rule was broken.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    pub code: &'static str,
    pub name: &'static str,
    pub severity: Severity,
    pub side: Side,
    pub seen: u64,
    /// How many of them are in [`Group::findings`].
    pub kept: u64,
}

/// A connection with its findings, or those about the capture as a whole.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// `None` for the capture.
    pub stream: Option<u64>,
    pub ends: Option<Ends>,
    /// `None` if it is not WebSocket, or has not been told.
    pub verdict: Option<Verdict>,
    /// When it began and ended; `None` for the capture, and for a connection whose record a filter left out.
    pub times: Option<[Timestamp; 2]>,
    pub findings: Vec<Kept>,
    /// By code and side, so that counts say whom they are about.
    tallies: BTreeMap<(&'static str, u8), Tally>,
    pub weight: Weight,
}

/// What there is against a connection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weight {
    pub counts: FindingCounts,
    /// Findings that make the check fail.
    pub failing: u64,
}

impl Weight {
    fn add(&mut self, severity: Severity, fails: bool) {
        match severity {
            Severity::Error => self.counts.error += 1,
            Severity::Warning => self.counts.warning += 1,
            Severity::Info => self.counts.info += 1,
        }
        self.failing += u64::from(fails);
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        let (these, those) = (self.counts, other.counts);
        Self {
            counts: FindingCounts {
                error: these.error + those.error,
                warning: these.warning + those.warning,
                info: these.info + those.info,
            },
            failing: self.failing + other.failing,
        }
    }
}

/// How a connection stands, in the words of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Something makes the check fail, or is an error that the user lets pass.
    Fail,
    /// The capture lacks what would tell.
    Undetermined,
    /// Nothing against it.
    Pass,
    /// Only some of its findings were selected, and its verdict was not.
    Partial,
    /// Not WebSocket, or not a connection.
    Unjudged,
}

impl Standing {
    pub fn word(self) -> &'static str {
        match self {
            Standing::Fail => "fail",
            Standing::Undetermined => "undetermined",
            Standing::Pass => "pass",
            Standing::Partial => "selected in part",
            Standing::Unjudged => "no WebSocket",
        }
    }
}

impl Group {
    pub fn standing(&self) -> Standing {
        // A display filter may have passed the connection and not its errors: then they do not count.
        if self.weight.failing > 0 || self.weight.counts.error > 0 {
            return Standing::Fail;
        }
        match self.verdict {
            Some(Verdict::Undetermined) => Standing::Undetermined,
            Some(Verdict::Pass | Verdict::Fail) => Standing::Pass,
            None if self.stream.is_some() && self.times.is_none() => Standing::Partial,
            None => Standing::Unjudged,
        }
    }

    /// `127.0.0.1:48890 → 127.0.0.1:3000`.
    pub fn route(&self) -> Option<String> {
        self.ends.map(|Ends { client, server }| format!("{client} → {server}"))
    }

    /// Where the server listens.
    pub fn server(&self) -> Option<SocketAddr> {
        self.ends.map(|ends| ends.server)
    }

    /// Rules with findings that are only counted, and how many these are.
    pub fn counted(&self) -> impl Iterator<Item = (&Tally, u64)> {
        self.tallies
            .values()
            .map(|tally| (tally, tally.seen.saturating_sub(tally.kept)))
            .filter(|(_, n)| *n > 0)
    }

    /// Whether there is anything to say.
    pub fn has_findings(&self) -> bool {
        !self.tallies.is_empty()
    }

    fn tally(&mut self, finding: &Finding<'_>) -> &mut Tally {
        let Finding { code, name, severity, side, .. } = *finding;
        let tally = self.tallies.entry((code, side as u8)).or_insert(Tally {
            code,
            name,
            severity,
            side,
            seen: 0,
            kept: 0,
        });
        tally.seen += 1;
        tally
    }

    /// Counts a finding, and keeps it if there is room. Whether it was kept.
    fn add(&mut self, finding: &Finding<'_>, fails: bool, room: bool) -> bool {
        self.weight.add(finding.severity, fails);
        let tally = self.tally(finding);
        let keeps = room && tally.kept < OF_A_RULE;
        if keeps {
            tally.kept += 1;
            self.findings.push(Kept::of(finding, fails));
        }
        keeps
    }
}

impl Kept {
    fn of(finding: &Finding<'_>, fails: bool) -> Self {
        let mut text = String::with_capacity(finding.text.len());
        escape_into(&mut text, finding.text.as_bytes(), false);
        Self {
            code: finding.code,
            name: finding.name,
            severity: finding.severity,
            side: finding.side,
            rfc: finding.rfc,
            requirement: finding.requirement,
            help: finding.help,
            text,
            packets: finding.packets,
            frame: finding.frame,
            stream_offset: finding.stream_offset,
            length: finding.length,
            bytes: finding.bytes.to_vec(),
            mark: finding.mark,
            fails,
        }
    }
}

/// The groups that are not over yet.
#[derive(Debug, Default)]
pub(super) struct Gather {
    /// By stream; `None` for the capture, which is over when all is.
    groups: BTreeMap<Option<u64>, Group>,
    /// Findings kept in all of them.
    kept: usize,
    /// Connections that found no room in `groups`, as many as are open at a time. The capture counts their findings by
    /// rule.
    crowded: BTreeMap<u64, Weight>,
}

impl Gather {
    pub fn finding(&mut self, finding: &Finding<'_>, fails: bool) {
        let stream = finding.place.map(|place| place.stream);
        let is_full = self.groups.len() >= KEPT && !self.groups.contains_key(&stream);
        if let Some(stream) = stream.filter(|stream| is_full || self.crowded.contains_key(stream)) {
            self.crowded.entry(stream).or_default().add(finding.severity, fails);
            self.groups.entry(None).or_default().tally(finding);
            return;
        }
        let group = self.groups.entry(stream).or_default();
        group.stream = stream;
        group.ends = finding.ends.filter(|_| stream.is_some());
        self.kept += usize::from(group.add(finding, fails, self.kept < KEPT));
    }

    /// A connection is over: its group, if it is WebSocket or has findings.
    pub fn connection(&mut self, connection: &Connection<'_>) -> Option<Group> {
        let stream = connection.place.stream;
        let found = self.groups.remove(&Some(stream));
        let crowded = self.crowded.remove(&stream);
        if found.is_none() && crowded.is_none() && connection.verdict.is_none() {
            return None;
        }
        let group = found.unwrap_or_default();
        self.kept = self.kept.saturating_sub(group.findings.len());
        Some(Group {
            stream: Some(stream),
            ends: Some(connection.ends),
            verdict: connection.verdict,
            times: Some([connection.opened, connection.closed.unwrap_or(connection.place.time)]),
            weight: group.weight.and(crowded.unwrap_or_default()),
            ..group
        })
    }

    /// What is left, the capture's last.
    pub fn rest(&mut self) -> impl Iterator<Item = Group> + use<> {
        self.kept = 0;
        let mut groups = std::mem::take(&mut self.groups);
        let capture = groups.remove(&None);
        let crowded = std::mem::take(&mut self.crowded).into_iter();
        let crowded =
            crowded.map(|(stream, weight)| Group { stream: Some(stream), weight, ..Group::default() });
        groups.into_values().chain(crowded).chain(capture)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{connection, finding};
    use super::*;

    #[test]
    fn a_group_is_handed_out_when_its_connection_is_over() {
        let mut gather = Gather::default();
        gather.finding(&finding(Some(3), Severity::Error, "a"), true);
        gather.finding(&finding(Some(4), Severity::Info, "b"), false);
        gather.finding(&finding(None, Severity::Warning, "c"), false);
        let group = gather.connection(&connection(3, Some(Verdict::Fail))).unwrap();
        assert_eq!((group.stream, group.findings.len(), group.weight.failing), (Some(3), 1, 1));
        assert_eq!(group.standing(), Standing::Fail);
        assert!(gather.connection(&connection(5, None)).is_none(), "not WebSocket, and nothing found");
        let rest: Vec<_> = gather.rest().map(|group| group.stream).collect();
        assert_eq!(rest, [Some(4), None]);
    }

    #[test]
    fn of_a_rule_the_first_few_are_kept_and_the_rest_is_counted() {
        let mut gather = Gather::default();
        for _ in 0..1_000 {
            gather.finding(&finding(Some(0), Severity::Error, "a"), true);
        }
        let group = gather.connection(&connection(0, Some(Verdict::Fail))).unwrap();
        assert_eq!(
            (group.findings.len() as u64, group.weight.counts.error, group.weight.failing),
            (OF_A_RULE, 1_000, 1_000)
        );
        let counted: Vec<_> = group.counted().map(|(tally, more)| (tally.code, more)).collect();
        assert_eq!(counted, [("WS201", 990)]);
    }

    #[test]
    fn what_is_kept_at_a_time_is_bounded_and_nothing_goes_uncounted() {
        let mut gather = Gather::default();
        let findings = 3 * KEPT as u64;
        for stream in 0..findings {
            gather.finding(&finding(Some(stream), Severity::Warning, "a"), false);
        }
        assert_eq!((gather.kept, gather.groups.len()), (KEPT, KEPT + 1));
        let groups: Vec<_> = gather.rest().collect();
        assert_eq!(groups.iter().map(|group| group.weight.counts.warning).sum::<u64>(), findings);
        assert_eq!(
            groups.last().unwrap().counted().map(|(_, more)| more).sum::<u64>(),
            findings - KEPT as u64
        );
    }

    #[test]
    fn no_connection_passes_because_there_was_no_room_for_its_findings() {
        let mut gather = Gather::default();
        let connections = KEPT as u64 + 2;
        for stream in 0..connections {
            gather.finding(&finding(Some(stream), Severity::Error, "a"), true);
        }
        let verdict = Some(Verdict::Fail);
        let first = gather.connection(&connection(0, verdict)).unwrap();
        // There would be room again, but one connection is not told twice.
        gather.finding(&finding(Some(connections - 1), Severity::Error, "b"), true);
        let last = gather.connection(&connection(connections - 1, verdict)).unwrap();
        assert_eq!((first.standing(), first.weight.failing), (Standing::Fail, 1));
        assert_eq!((last.standing(), last.weight.failing), (Standing::Fail, 2));
        assert!(gather.connection(&connection(connections - 2, None)).is_some(), "it has a finding");
        assert!(gather.crowded.is_empty());
    }

    #[test]
    fn a_verdict_of_errors_that_were_filtered_out_is_no_failure() {
        let mut gather = Gather::default();
        let group = gather.connection(&connection(0, Some(Verdict::Fail))).unwrap();
        assert_eq!(group.standing(), Standing::Pass);
    }
}
