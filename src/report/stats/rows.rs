//! A row for each connection, and one for all of them.

use std::io;

use super::grid::{self, BETWEEN};
use super::numbers::{UNKNOWN, bytes, end, number, time};
use super::{StatsOptions, line};
use crate::base::{Direction, PerDirection};
use crate::record::Verdict;
use crate::report::explain::wrap;
use crate::report::style::Style;
use crate::report::table::fit;
use crate::stats::{ConnectionStats, Measures, Total};

/// A column of the table.
struct Column {
    title: &'static str,
    /// On a narrow terminal, the columns with the highest have the first room.
    weight: u8,
    cell: Cell,
}

enum Cell {
    Connection(fn(&ConnectionStats) -> String),
    Measured(fn(&Measures) -> String),
}

const COLUMNS: [Column; 21] = [
    column("Stream", 21, Cell::Connection(|c| c.stream.to_string())),
    column("Client", 20, Cell::Connection(|c| c.ends.client.to_string())),
    column("Server", 8, Cell::Connection(|c| c.ends.server.to_string())),
    column("Duration", 14, Cell::Measured(|m| time(m.duration))),
    column("Packets", 3, Cell::Measured(|m| both(m.tcp, |tcp| tcp.packets).to_string())),
    column("Bytes", 15, Cell::Measured(|m| bytes(both(m.tcp, |tcp| tcp.bytes)))),
    column("Resent", 11, Cell::Measured(|m| both(m.tcp, |tcp| tcp.retransmissions).to_string())),
    column("Missing", 18, Cell::Measured(|m| missing(both(m.missing_bytes, |missing| missing)))),
    column("Messages", 17, Cell::Measured(|m| both(m.said, |said| said.data()).to_string())),
    column("per s", 6, Cell::Measured(per_second)),
    column("Control", 4, Cell::Measured(|m| both(m.said, |said| said.control()).to_string())),
    column("Payload", 9, Cell::Measured(|m| bytes(both(m.payload_bytes, |payload| payload)))),
    column("Ratio", 5, Cell::Measured(ratio)),
    column("Size 50 %", 12, Cell::Measured(|m| percentile(m.sizes.as_ref(), 0, bytes))),
    column("Size 99 %", 2, Cell::Measured(|m| percentile(m.sizes.as_ref(), 2, bytes))),
    column("Ping 50 %", 13, Cell::Measured(|m| percentile(m.round_trips.as_ref(), 0, time))),
    column("Gap 50 %", 1, Cell::Measured(|m| percentile(m.gaps.as_ref(), 0, time))),
    column("Silence", 10, Cell::Measured(|m| time(m.silence.nanos))),
    column("Handshake", 7, Cell::Connection(|c| c.handshake.map_or_else(unknown, time))),
    column("End", 16, Cell::Connection(|c| end(c.close.as_ref(), c.ended_by))),
    column("Verdict", 19, Cell::Connection(|c| c.verdict.map_or_else(unknown, |it| it.name().to_owned()))),
];

/// Texts; the others are numbers.
const LEFT: [&str; 4] = ["Client", "Server", "End", "Verdict"];

const fn column(title: &'static str, weight: u8, cell: Cell) -> Column {
    Column { title, weight, cell }
}

/// Writes the rows. Columns that a terminal has no room for are left out, and named below.
pub(super) fn write(
    connections: &[ConnectionStats],
    total: &Total,
    options: StatsOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let fitting = fitting(connections, total, options.width.unwrap_or(usize::MAX));
    let titles = fitting.iter().map(|column| column.title.to_owned()).collect();
    let rows =
        connections.iter().map(|connection| fitting.iter().map(|column| column.of(connection)).collect());
    let sums = fitting.iter().map(|column| column.total(total)).collect();
    let left: Vec<usize> = fitting
        .iter()
        .enumerate()
        .filter(|(_, column)| LEFT.contains(&column.title))
        .map(|(at, _)| at)
        .collect();
    let lines = grid::lines([titles].into_iter().chain(rows).chain([sums]), &left);
    let styles = connections.iter().map(|connection| style(connection.verdict));
    let styles = [Style::Plain].into_iter().chain(styles).chain([Style::Plain]);
    for (text, style) in lines.iter().zip(styles) {
        line(style, &cut(text, options.width), options, out)?;
    }
    left_out(&fitting, options, out)
}

fn left_out(fitting: &[&Column], options: StatsOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let names: Vec<&str> = COLUMNS
        .iter()
        .filter(|column| !fitting.iter().any(|other| other.title == column.title))
        .map(|column| column.title)
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let note = format!("Left out for lack of room: {} (--format csv has all).", names.join(", "));
    let width = options.width.unwrap_or(usize::MAX);
    wrap(&note, width).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// The columns that a terminal has room for, in their order. Those that say nothing of any connection come last into it.
fn fitting(connections: &[ConnectionStats], total: &Total, room: usize) -> Vec<&'static Column> {
    let measured = |(place, column): (usize, &'static Column)| {
        let mut width = grid::width(column.title).max(grid::width(&column.total(total)));
        let mut silent = true;
        for connection in connections {
            let cell = column.of(connection);
            width = width.max(grid::width(&cell));
            silent &= cell == UNKNOWN || cell == "0";
        }
        (if silent { 0 } else { column.weight }, width + BETWEEN, place, column)
    };
    let mut columns: Vec<_> = COLUMNS.iter().enumerate().map(measured).collect();
    columns.sort_by_key(|(weight, ..)| std::cmp::Reverse(*weight));
    let mut left = room.saturating_add(BETWEEN);
    columns.retain(|(_, width, place, _)| {
        let fits = *width <= left || *place == 0;
        left = if fits { left.saturating_sub(*width) } else { left };
        fits
    });
    columns.sort_by_key(|(_, _, place, _)| *place);
    columns.into_iter().map(|(.., column)| column).collect()
}

/// A line that no column can be left out of any more.
fn cut(text: &str, width: Option<usize>) -> String {
    width.map_or_else(|| text.to_owned(), |width| fit(text, width).into_owned())
}

impl Column {
    fn of(&self, connection: &ConnectionStats) -> String {
        match self.cell {
            Cell::Connection(read) => read(connection),
            Cell::Measured(read) => read(&connection.measures),
        }
    }

    fn total(&self, total: &Total) -> String {
        match (self.title, &self.cell) {
            ("Stream", _) => "total".to_owned(),
            ("Handshake", _) => percentile(total.handshakes.as_ref(), 0, time),
            (_, Cell::Measured(read)) => read(&total.measures),
            (_, Cell::Connection(_)) => String::new(),
        }
    }
}

/// Colours never are the only sign: the verdict stands in its row.
pub(super) fn style(verdict: Option<Verdict>) -> Style {
    match verdict {
        Some(Verdict::Fail) => Style::Alarm,
        Some(Verdict::Undetermined) => Style::Caution,
        Some(Verdict::Pass) => Style::Good,
        None => Style::Plain,
    }
}

fn unknown() -> String {
    UNKNOWN.to_owned()
}

/// Bytes that the capture lacks. There mostly are none, which should not look like a number of them.
fn missing(missing: u64) -> String {
    if missing == 0 { "0".to_owned() } else { bytes(missing) }
}

pub(super) fn both<T: Copy>(of: PerDirection<T>, read: fn(T) -> u64) -> u64 {
    Direction::BOTH.into_iter().fold(0, |sum, from| sum.saturating_add(read(of[from])))
}

fn percentile(spread: Option<&crate::stats::Spread>, which: usize, write: fn(u64) -> String) -> String {
    let value = spread.and_then(|spread| spread.percentiles).and_then(|all| all.get(which).copied());
    value.map_or_else(unknown, write)
}

pub(super) fn per_second(measures: &Measures) -> String {
    rate(both(measures.said, |said| said.data()), measures.duration).map_or_else(unknown, number)
}

/// How many a second; `None` if no time passed.
pub(super) fn rate(count: u64, nanos: u64) -> Option<f64> {
    (nanos > 0).then(|| count as f64 * 1e9 / nanos as f64)
}

pub(super) fn ratio(measures: &Measures) -> String {
    let compressed = measures.compressed;
    let ratio = (compressed.sent > 0).then(|| compressed.inflated as f64 / compressed.sent as f64);
    ratio.map_or_else(unknown, number)
}
