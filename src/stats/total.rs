//! All connections together.

use std::collections::BTreeMap;

use super::histogram::{Histogram, Range, Spread};
use super::measures::{ConnectionStats, Measures};
use crate::base::{Budget, Timestamp};
use crate::record::{EndedBy, Verdict};

/// All connections together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Total {
    /// TCP connections in the capture, whatever they carried and whatever a filter selects.
    pub tcp_connections: u64,
    /// Those of them that these numbers are about: WebSocket connections, and handshakes that became none.
    pub connections: u64,
    /// Those of these that are not listed, because there are too many.
    pub not_listed: u64,
    /// How they ended.
    pub ended_by: Vec<(EndedBy, u64)>,
    /// The status codes of their first Close frames; `None` where it carries none.
    pub close_codes: BTreeMap<Option<u16>, u64>,
    /// Those without a Close frame.
    pub without_close: u64,
    /// Their verdicts; `None` where it is not WebSocket.
    pub verdicts: Vec<(Option<Verdict>, u64)>,
    /// From SYN to ACK.
    pub tcp_handshakes: Option<Spread>,
    /// From the request of the opening handshake to the response.
    pub handshakes: Option<Spread>,
    /// What was measured of all of them.
    pub measures: Measures,
    /// How long text and binary messages are, by magnitude.
    pub size_ranges: Vec<Range>,
}

/// The histograms of all connections, which need not share a budget with anybody.
#[derive(Debug)]
pub(super) struct Spreads {
    room: Budget,
    sizes: Histogram,
    round_trips: Histogram,
    gaps: Histogram,
    tcp_handshakes: Histogram,
    handshakes: Histogram,
}

impl Default for Spreads {
    fn default() -> Self {
        Self {
            room: Budget::new(u64::MAX),
            sizes: Histogram::default(),
            round_trips: Histogram::default(),
            gaps: Histogram::default(),
            tcp_handshakes: Histogram::default(),
            handshakes: Histogram::default(),
        }
    }
}

impl Spreads {
    /// A message is so long.
    pub(super) fn sizes(&mut self, bytes: u64) {
        self.sizes.record(bytes, &self.room);
    }

    /// A ping was answered after so long.
    pub(super) fn round_trips(&mut self, nanos: u64) {
        self.round_trips.record(nanos, &self.room);
    }

    /// A message came so long after the one before.
    pub(super) fn gaps(&mut self, nanos: u64) {
        self.gaps.record(nanos, &self.room);
    }
}

/// Adds up.
#[derive(Debug, Default)]
pub(super) struct Sum {
    pub total: Total,
    pub spreads: Spreads,
    /// The first packet of all, and the last.
    span: Option<(Timestamp, Timestamp)>,
}

impl Sum {
    /// A connection has ended, the last packet of it at `last`.
    pub(super) fn add(&mut self, connection: &ConnectionStats, last: Timestamp) {
        let Total { measures, .. } = &mut self.total;
        measures.add(&connection.measures);
        if connection.measures.silence.nanos > measures.silence.nanos {
            measures.silence = connection.measures.silence;
            measures.silence_stream = connection.stream;
        }
        let (first, end) = self.span.unwrap_or((connection.opened, last));
        self.span = Some((first.min(connection.opened), end.max(last)));
        self.total.connections += 1;
        one_more(&mut self.total.ended_by, connection.ended_by);
        one_more(&mut self.total.verdicts, connection.verdict);
        match &connection.close {
            Some(close) => *self.total.close_codes.entry(close.code).or_default() += 1,
            None => self.total.without_close += 1,
        }
        let Spreads { room, tcp_handshakes, handshakes, .. } = &mut self.spreads;
        connection.tcp_handshake.iter().for_each(|nanos| tcp_handshakes.record(*nanos, room));
        connection.handshake.iter().for_each(|nanos| handshakes.record(*nanos, room));
    }

    /// What it amounts to.
    pub(super) fn finish(self) -> Total {
        let Self { mut total, spreads, span } = self;
        total.tcp_handshakes = spreads.tcp_handshakes.spread();
        total.handshakes = spreads.handshakes.spread();
        total.size_ranges = spreads.sizes.ranges();
        total.measures.sizes = spreads.sizes.spread();
        total.measures.round_trips = spreads.round_trips.spread();
        total.measures.gaps = spreads.gaps.spread();
        total.measures.duration =
            span.map_or(0, |(first, last)| u64::try_from(last.nanos_since(first)).unwrap_or(0));
        total
    }
}

fn one_more<T: PartialEq>(counts: &mut Vec<(T, u64)>, of: T) {
    match counts.iter_mut().find(|(other, _)| *other == of) {
        Some((_, count)) => *count += 1,
        None => counts.push((of, 1)),
    }
}
