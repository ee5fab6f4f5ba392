//! Connections in numbers: counts, bytes, rates, sizes, times.
//!
//! In come [`Record`](crate::record::Record)s with messages as rows; out go [`Stats`]: what was measured of each
//! WebSocket connection, and of all together. This room writes nothing, and judges nobody.
//!
//! ```text
//!   Collector   which connection is it?       total (of all), order (which come first)
//!       ▼
//!   Live        one that goes on              pings (and their pongs), histogram (of sizes and times)
//!       ▼ at its end
//!   ConnectionStats, Measures                 columns: every number by its name
//! ```
//!
//! Memory: what a connection needs while it goes on is a few hundred bytes, and its histograms share a [`Budget`](
//! crate::base::Budget). Of very many that have ended, those are kept that the order puts first; the total counts all.

mod collector;
mod columns;
mod histogram;
mod live;
mod measures;
mod order;
mod pings;
#[cfg(test)]
mod tests;
mod total;

pub use collector::{Collector, LISTED};
pub use columns::{COLUMNS, Column, Of, Value};
pub use histogram::{EXACT, Range, Spread};
pub use measures::{CloseStats, Compressed, ConnectionStats, Measures, Said};
pub use order::Order;
pub use total::Total;

/// What a capture holds, in numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats {
    /// WebSocket connections, and handshakes that became none, in the order that was asked for.
    pub connections: Vec<ConnectionStats>,
    /// All of them together, those too that are not listed.
    pub total: Total,
}
