//! Connections that ended before the TLS secrets of their records came.

use std::collections::VecDeque;

use super::Out;
use super::connection::Connection;
use super::scene::{Means, Shared};
use crate::base::{Budget, SHARDS};
use crate::tcp::Closed;

/// Connections of one part that are over, and whose records wait for secrets; the one that ended first is the first.
#[derive(Debug, Default)]
pub(super) struct Lingering(VecDeque<Ended>);

#[derive(Debug)]
struct Ended {
    connection: Box<Connection>,
    closed: Closed,
}

/// The most of them in each part, 1024 in all, of some 3 KiB each beside their records: what a browser opens in minutes, and
/// a key log is written at once or when a program ends. All are looked through for each secret that comes.
const CONNECTIONS: usize = 1024 / SHARDS;

impl Lingering {
    /// Lets a connection wait for its secrets.
    pub fn push(&mut self, connection: Box<Connection>, closed: Closed) {
        self.0.push_back(Ended { connection, closed });
    }

    /// There are more secrets: finishes those that have got all of theirs.
    pub fn keys_arrived(&mut self, means: Means<'_>, shared: &mut Shared, out: Out<'_>) {
        self.0.retain_mut(|Ended { connection, closed }| {
            connection.keys_arrived(means, shared, out);
            let waits = connection.waits_for_secrets();
            if !waits {
                connection.closed(closed, means, shared, out);
            }
            waits
        });
    }

    /// Finishes the first ones without their secrets, if there are too many or others need the memory, which is `held`.
    pub fn make_room(&mut self, held: &Budget, means: Means<'_>, shared: &mut Shared, out: Out<'_>) {
        while self.0.len() > CONNECTIONS || is_scarce(held) {
            let Some(mut first) = self.0.pop_front() else { return };
            *shared.summary.limits_reached.entry("tls_lingering").or_default() += 1;
            first.connection.closed(&first.closed, means, shared, out);
        }
    }

    /// No more secrets will come.
    pub fn finish(&mut self, means: Means<'_>, shared: &mut Shared, out: Out<'_>) {
        for mut ended in self.0.drain(..) {
            ended.connection.closed(&ended.closed, means, shared, out);
        }
    }
}

/// Whether what is left is for connections that go on: their records may wait in half of the memory.
fn is_scarce(held: &Budget) -> bool {
    held.used() > held.cap() / 4
}
