//! The timeline: Wireshark's columns in Wireshark's order, a row a record, written as the records come.

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;

use tabled::grid::config::CompactConfig;
use tabled::grid::dimension::Dimension;
use tabled::grid::util::string::get_line_width;
use tabled::settings::style::Style as Borders;
use tabled::settings::width::Truncate;
use tabled::settings::{Padding, TableOption};
use tabled::tables::CompactTable;

use super::style::Style;
use super::{Report, words};
use crate::base::Direction;
use crate::record::{Place, Record, Side};

/// How the table looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableOptions {
    /// Rows are packets: the payload column becomes Wireshark's Length, connections have no rows of their own.
    pub packets: bool,
    /// Colour the rows.
    pub color: bool,
    /// Cut rows to this many columns of the terminal; `None` never cuts.
    pub width: Option<usize>,
    /// Payload bytes that are not text shown in a row.
    pub bytes_shown: usize,
}

const COLUMNS: usize = 7;
/// Columns whose cells are numbers, set flush right: No. and Payload.
const NUMBERS: [usize; 2] = [0, 5];
/// The last column, as wide as it is in each row.
const INFO: usize = 6;
/// Blanks before each cell, which tabled counts into the width of a column.
const PADDING: usize = 1;

/// The table report.
///
/// Columns are as wide as the widest cell so far: rows go out at once, so a later row may be wider than those above.
#[derive(Debug)]
pub struct Table {
    options: TableOptions,
    config: CompactConfig,
    widths: Widths,
    cells: [String; COLUMNS],
    line: String,
    started: bool,
}

#[derive(Debug, Clone, Copy)]
struct Widths([usize; COLUMNS]);

impl Dimension for Widths {
    fn get_width(&self, column: usize) -> usize {
        self.0.get(column).map_or(0, |width| width + PADDING)
    }

    fn get_height(&self, _row: usize) -> usize {
        1
    }
}

impl Table {
    /// An empty table.
    pub fn new(options: TableOptions) -> Self {
        let mut config = CompactConfig::new();
        let mut unused = ((), Widths([0; COLUMNS]));
        TableOption::<(), _, _>::change(Borders::blank(), &mut unused.0, &mut config, &mut unused.1);
        TableOption::<(), _, _>::change(
            Padding::new(PADDING, 0, 0, 0),
            &mut unused.0,
            &mut config,
            &mut unused.1,
        );
        Self {
            options,
            config,
            // No. and Time at the widths of a small capture, so that most tables never shift.
            widths: Widths([3, 8, 0, 0, 9, 7, 0]),
            cells: Default::default(),
            line: String::new(),
            started: false,
        }
    }

    fn header(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        self.started = true;
        let size = if self.options.packets { "Length" } else { "Payload" };
        let titles = ["No.", "Time", "Source", "Destination", "Protocol", size, "Info"];
        for (cell, title) in self.cells.iter_mut().zip(titles) {
            cell.clear();
            cell.push_str(title);
        }
        self.write_row(Style::Plain, out)
    }

    /// Lays out `self.cells` and writes them as one line.
    fn write_row(&mut self, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
        // tabled loops without end if a cell is wider than its column.
        for (column, (width, cell)) in self.widths.0.iter_mut().zip(&self.cells).enumerate() {
            let least = if column == INFO { 0 } else { *width };
            *width = get_line_width(cell).max(least);
        }
        for column in NUMBERS {
            if let (Some(cell), Some(width)) = (self.cells.get_mut(column), self.widths.0.get(column)) {
                let padding = width.saturating_sub(get_line_width(cell));
                cell.insert_str(0, SPACES.get(..padding).unwrap_or_default());
            }
        }
        self.line.clear();
        CompactTable::with_dimension([self.cells.each_ref()], self.widths)
            .columns(COLUMNS)
            .with(self.config)
            .fmt(&mut self.line)
            .map_err(io::Error::other)?;
        let line = self.line.trim_end();
        let fitting = match self.options.width {
            Some(width) if get_line_width(line) > width => {
                Truncate::truncate(line, width.saturating_sub(1)) + "…"
            }
            _ => line.into(),
        };
        let style = if self.options.color { style } else { Style::Plain };
        writeln!(out, "{}{fitting}{}", style.begin(), style.end())
    }
}

const SPACES: &str = "                    ";

impl Report for Table {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let Some(row) = row(record, self.options.packets) else { return Ok(()) };
        let (source, destination) = row.ends.unzip();
        if !self.started {
            // The first row's addresses set the width, so that the title stands over its column.
            for (column, address) in [(2, source), (3, destination)] {
                if let (Some(width), Some(address)) = (self.widths.0.get_mut(column), address) {
                    *width = address.to_string().len().max(COMMON_ADDRESS);
                }
            }
            self.header(out)?;
        }
        self.cells.iter_mut().for_each(String::clear);
        let [number, time, from, to, protocol, size, info] = &mut self.cells;
        if let Some(place) = row.place {
            let _ = write!(number, "{}", place.packet);
            let _ = write!(time, "{:.6}", place.time_relative);
        }
        let _ = source.map(|address| write!(from, "{address}"));
        let _ = destination.map(|address| write!(to, "{address}"));
        protocol.push_str(row.protocol);
        let _ = row.size.map(|bytes| write!(size, "{bytes}"));
        words::info(info, record, self.options.bytes_shown);
        self.write_row(Style::of(record), out)
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        if self.started { Ok(()) } else { self.header(out) }
    }
}

/// `127.0.0.1:48890`: most addresses are not longer.
const COMMON_ADDRESS: usize = 15;

/// The cells that can be told from the kind of record.
struct Row {
    place: Option<Place>,
    /// Source and destination.
    ends: Option<(SocketAddr, SocketAddr)>,
    protocol: &'static str,
    size: Option<u64>,
}

/// The row of a record; `None` if it has none.
fn row(record: &Record<'_>, packets: bool) -> Option<Row> {
    let client = Direction::ClientToServer;
    let server = Direction::ServerToClient;
    let row = |place: Place, ends, protocol, size| {
        Some(Row { place: Some(place), ends: Some(ends), protocol, size: Some(size) })
    };
    match record {
        Record::Packet(r) => row(r.place, r.ends.of(r.from), r.protocol, u64::from(r.length)),
        Record::Finding(r) => {
            let direction = if r.side == Side::Server { server } else { client };
            let ends = r.ends.filter(|_| r.side != Side::Capture).map(|ends| ends.of(direction));
            Some(Row { place: r.place, ends, protocol: words::severity(r.severity), size: r.length })
        }
        _ if packets => None,
        Record::Opened(r) => row(r.place, r.ends.of(client), "TCP", 0),
        Record::Request(r) => row(r.place, r.ends.of(client), "HTTP", r.head.span.length),
        Record::Switched(r) => row(r.place, r.ends.of(server), "HTTP", r.span.length),
        Record::Handshake(r) => {
            let length = r.response.map_or(0, |response| response.head.span.length);
            row(r.place, r.ends.of(server), "HTTP", length)
        }
        Record::Frame(r) => row(r.place, r.ends.of(r.from), "WebSocket", r.header.payload_length),
        Record::Message(r) => row(r.place, r.ends.of(r.from), "WebSocket", r.length.unwrap_or(r.wire_length)),
        Record::Connection(r) => row(r.place, r.ends.of(client), "TCP", 0),
        Record::Capture(_) | Record::Summary(_) => None,
    }
}
