//! From records to numbers.

use std::collections::HashMap;

use super::live::Live;
use super::total::Sum;
use super::{ConnectionStats, Order, Stats};
use crate::base::Budget;
use crate::record::{Connection, Protocol, Record};

/// Connections that are listed at most: some 20 MB of them. The total counts all.
pub const LISTED: usize = 1 << 15;

/// Bytes that the histograms of connections that go on may take together. The percentiles of those that come too late are
/// not known.
const HISTOGRAMS: u64 = 64 << 20;

/// Takes records, with messages as rows, and measures them.
#[derive(Debug)]
pub struct Collector {
    order: Order,
    most: usize,
    live: HashMap<u64, Box<Live>>,
    room: Budget,
    ended: Vec<ConnectionStats>,
    sum: Sum,
}

impl Collector {
    /// Nothing yet. At most `most` connections will be listed, and never more than [`LISTED`]: those that `order` puts
    /// first.
    pub fn new(order: Order, most: usize) -> Self {
        Self {
            order,
            most: most.min(LISTED),
            live: HashMap::new(),
            room: Budget::new(HISTOGRAMS),
            ended: Vec::new(),
            sum: Sum::default(),
        }
    }

    /// Takes the next record, and whether it is selected. A connection counts if its own record is, its handshake or one
    /// of its messages; of its messages, those do that are.
    pub fn record(&mut self, record: &Record<'_>, selected: bool) {
        match record {
            Record::Handshake(handshake) => {
                let live = self.live.entry(handshake.place.stream).or_default();
                live.selected |= selected;
                live.handshake(handshake);
            }
            Record::Message(message) => {
                let live = self.live.entry(message.place.stream).or_default();
                live.selected |= selected;
                live.message(message, selected, &self.room, &mut self.sum.spreads);
            }
            Record::Connection(connection) => self.end(connection, selected),
            _ => {}
        }
    }

    /// The capture is over.
    pub fn finish(mut self) -> Stats {
        self.keep(self.most);
        let mut total = self.sum.finish();
        total.not_listed = total.connections - self.ended.len() as u64;
        Stats { connections: self.ended, total }
    }

    fn end(&mut self, connection: &Connection<'_>, selected: bool) {
        self.sum.total.tcp_connections += 1;
        let live = self.live.remove(&connection.place.stream);
        if live.is_none() && connection.protocol != Protocol::Websocket {
            return;
        }
        let live = live.unwrap_or_default();
        let selected = selected || live.selected;
        let stats = live.end(connection, &self.room, &mut self.sum.spreads);
        if !selected {
            return;
        }
        self.sum.add(&stats, connection.place.time);
        self.ended.push(stats);
        if self.ended.len() >= 2 * self.most.max(1) {
            self.keep(self.most);
        }
    }

    /// Keeps the first of those that have ended.
    fn keep(&mut self, most: usize) {
        let Self { ended, order, .. } = self;
        ended.sort_by(|a, b| order.compare(a, b));
        ended.truncate(most);
    }
}
