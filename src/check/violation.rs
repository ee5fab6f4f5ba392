//! A rule that was broken, before it has its place in the output.

use serde_json::Value;

use super::Rule;
use crate::base::Span;
use crate::http::Header;
use crate::record::{Ends, Finding, Place, Side};

/// The most bytes that a finding shows.
pub(super) const SHOWN: usize = 16;

/// A rule that was broken, with all that is known about it except where in the output it belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// The rule.
    pub rule: &'static Rule,
    /// Who broke it.
    pub side: Side,
    /// What happened, with the values; escaped, and safe to print.
    pub text: String,
    /// The lowest and highest number of the packets it is about.
    pub packets: [u64; 2],
    /// Where its bytes stand in the stream of the side's direction.
    pub stream_offset: Option<u64>,
    /// How many bytes it is about.
    pub length: Option<u64>,
    /// The first few of these bytes.
    pub bytes: Vec<u8>,
    /// Which of `bytes` it is about, as first and number; `None` for all of them.
    pub mark: Option<(u8, u8)>,
    /// The frame it is about.
    pub frame: Option<u64>,
    /// The message it is about.
    pub message: Option<u64>,
    /// Values by name, different for each rule.
    pub details: Vec<(&'static str, Value)>,
}

impl Violation {
    /// The finding that tells it.
    pub fn finding(&self, place: Option<Place>, ends: Option<Ends>) -> Finding<'_> {
        Finding {
            place,
            ends,
            code: self.rule.code,
            name: self.rule.name,
            severity: self.rule.severity,
            side: self.side,
            rfc: self.rule.rfc,
            text: &self.text,
            requirement: self.rule.requirement,
            help: self.rule.help,
            packets: self.packets,
            frame: self.frame,
            message: self.message,
            stream_offset: self.stream_offset,
            length: self.length,
            bytes: &self.bytes,
            mark: self.mark,
            details: &self.details,
        }
    }

    /// About nothing but packets.
    pub(super) fn of_packets(rule: &'static Rule, side: Side, packets: [u64; 2], text: String) -> Self {
        Self {
            rule,
            side,
            text,
            packets,
            stream_offset: None,
            length: None,
            bytes: Vec::new(),
            mark: None,
            frame: None,
            message: None,
            details: Vec::new(),
        }
    }

    /// About a range of bytes of the side's direction.
    pub(super) fn of_span(rule: &'static Rule, side: Side, span: &Span, text: String) -> Self {
        let violation = Self::of_packets(rule, side, [span.first, span.last], text);
        Self { stream_offset: Some(span.offset), length: Some(span.length), ..violation }
    }

    /// About one field of the head at `head`.
    pub(super) fn of_header(
        rule: &'static Rule,
        side: Side,
        head: &Span,
        header: Header<'_>,
        text: String,
    ) -> Self {
        let line = head.part(u64::from(header.offset), u64::from(header.length));
        Self::of_span(rule, side, &line, text).with_bytes(header.name)
    }

    /// The bytes that stand at its offset; only the first few are kept.
    pub(super) fn with_bytes(mut self, bytes: &[u8]) -> Self {
        self.bytes = bytes.get(..SHOWN).unwrap_or(bytes).to_vec();
        self
    }

    /// One more value.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.details.push((name, value.into()));
        self
    }
}
