//! The timeline: Wireshark's columns in Wireshark's order, a row a record, written as the records come.

mod loose;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;

use tabled::grid::config::CompactConfig;
use tabled::grid::dimension::Dimension;
use tabled::grid::util::string::get_line_width;
use tabled::settings::Padding;
use tabled::settings::style::Style as Borders;
use tabled::settings::width::Wrap;
use tabled::tables::CompactTable;
use unicode_width::UnicodeWidthChar;

use super::escape::Buffer as _;
use super::line::Line;
use super::style::Style;
use super::{Report, words};
use crate::base::Direction;
use crate::record::{Place, Record, Side};
use loose::Loose;

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
/// Columns of the terminal that Info needs to stand beside the others; otherwise it stands below them.
const INFO_LEAST: usize = 30;
/// Blanks before an Info that stands below.
const BELOW: usize = 6;
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
    /// A row that need not fit anything.
    plain: Line,
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
        let look = CompactTable::new([[""]]).with(Borders::blank()).with(Padding::new(PADDING, 0, 0, 0));
        Self {
            options,
            config: *look.get_config(),
            // No. and Time at the widths of a small capture, so that most tables never shift.
            widths: Widths([3, 8, 0, 0, 9, 7, 0]),
            cells: Default::default(),
            line: String::new(),
            plain: Line::default(),
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
        self.write_row(Style::Plain, false, out)
    }

    /// Writes a row that need not fit anything, as tabled lays it out: all cells but Info are ASCII, as wide as they are long.
    fn write_plain(&mut self, row: &Row, record: &Record<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let style = if self.options.color { Style::of(record) } else { Style::Plain };
        let line = &mut self.plain;
        line.clear();
        line.push_str(style.begin());
        let [number, time, source, destination, protocol, size, _] = &mut self.widths.0;
        let (from, to) = row.ends.unzip();
        line.byte(b' ');
        line.number_right(row.place.map(|place| place.packet), number);
        line.push_str("  ");
        line.padded(time, |line| row.place.iter().for_each(|place| line.microseconds(place.time_relative)));
        line.push_str("  ");
        line.padded(source, |line| from.iter().for_each(|address| line.address(*address)));
        line.push_str("  ");
        line.padded(destination, |line| to.iter().for_each(|address| line.address(*address)));
        line.push_str("  ");
        line.padded(protocol, |line| line.push_str(row.protocol));
        line.push_str("  ");
        line.number_right(row.size, size);
        line.push_str("  ");
        words::info(line, record, self.options.bytes_shown);
        line.cut_blanks();
        line.push_str(style.end());
        line.byte(b'\n');
        line.write(out)
    }

    /// Writes `self.cells` as a row that need not fit anything.
    fn write_plain_cells(&mut self, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
        let style = if self.options.color { style } else { Style::Plain };
        let Self { plain: line, cells, widths, .. } = self;
        line.clear();
        line.push_str(style.begin());
        for (column, (cell, width)) in cells.iter().zip(&mut widths.0).enumerate() {
            line.push_str(if column == 0 { " " } else { "  " });
            *width = if column == INFO { cell.len() } else { cell.len().max(*width) };
            let blanks = *width - cell.len();
            let before = if NUMBERS.contains(&column) { blanks } else { 0 };
            line.blanks(before);
            line.push_str(cell);
            line.blanks(blanks - before);
        }
        line.cut_blanks();
        line.push_str(style.end());
        line.byte(b'\n');
        line.write(out)
    }

    /// Writes `self.cells` as one row. If it does not fit the terminal, Info is cut, or, if `whole`, goes on over
    /// several lines.
    fn write_row(&mut self, style: Style, whole: bool, out: &mut dyn io::Write) -> io::Result<()> {
        self.align();
        let style = if self.options.color { style } else { Style::Plain };
        out.write_all(style.begin().as_bytes())?;
        match self.options.width {
            None => {
                self.lay_out()?;
                out.write_all(self.line.trim_end().as_bytes())?;
            }
            Some(width) => self.write_fitting(width, whole, out)?,
        }
        writeln!(out, "{}", style.end())
    }

    /// Widens columns for their cells, and sets numbers flush right.
    fn align(&mut self) {
        for (column, (width, cell)) in self.widths.0.iter_mut().zip(&mut self.cells).enumerate() {
            // tabled loops without end if a cell is wider than its column.
            let least = if column == INFO { 0 } else { *width };
            *width = get_line_width(cell).max(least);
            if NUMBERS.contains(&column) {
                let padding = *width - get_line_width(cell);
                cell.insert_str(0, SPACES.get(..padding).unwrap_or_default());
            }
        }
    }

    /// Puts the cells side by side into `self.line`.
    fn lay_out(&mut self) -> io::Result<()> {
        self.line.clear();
        CompactTable::with_dimension([self.cells.each_ref()], self.widths)
            .columns(COLUMNS)
            .with(self.config)
            .fmt(&mut self.line)
            .map_err(io::Error::other)
    }

    /// Writes the row on lines of at most `width` columns: Info behind the other columns if there is room for it,
    /// else below them.
    fn write_fitting(&mut self, width: usize, whole: bool, out: &mut dyn io::Write) -> io::Result<()> {
        let [.., info] = &mut self.cells;
        let info = std::mem::take(info);
        self.widths.0[INFO] = 0;
        self.lay_out()?;
        let columns = get_line_width(&self.line);
        let beside = columns + INFO_LEAST <= width;
        let (indent, room) =
            if beside { (columns, width - columns) } else { (BELOW, width.saturating_sub(BELOW).max(1)) };
        let text = if whole { Wrap::wrap(&info, room, true).into() } else { fit(&info, room) };
        let first = if beside { self.line.as_str() } else { self.line.trim_end() };
        write!(out, "{}", fit(first, width))?;
        for (number, line) in text.lines().enumerate() {
            if number > 0 || !beside {
                write!(out, "\n{:indent$}", "")?;
            }
            write!(out, "{}", line.trim_end())?;
        }
        let [.., cell] = &mut self.cells;
        *cell = info;
        Ok(())
    }
}

/// The beginning of `text` that fits into `room` columns, with `…` if that is not all.
pub(super) fn fit(text: &str, room: usize) -> Cow<'_, str> {
    if get_line_width(text) <= room {
        return text.into();
    }
    let mut width = 0;
    let end = text.char_indices().find(|(_, character)| {
        width += character.width().unwrap_or(0);
        width >= room
    });
    let kept = end.and_then(|(at, _)| text.get(..at)).unwrap_or_default();
    format!("{kept}…").into()
}

const SPACES: &str = "                    ";

impl Report for Table {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let Some(row) = row(record, self.options.packets) else { return Ok(()) };
        if !self.started {
            let (source, destination) = row.ends.unzip();
            self.begin([source, destination].map(|end| end.map(|end| end.to_string().len())), out)?;
        }
        if self.options.width.is_none() {
            return self.write_plain(&row, record, out);
        }
        fill(&mut self.cells, &row, record, self.options.bytes_shown);
        let Look { style, whole } = Look::of(record);
        self.write_row(style, whole, out)
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        if self.started { Ok(()) } else { self.header(out) }
    }

    fn fork(&self) -> Option<Box<dyn Report + Send>> {
        Some(Box::new(Loose::new(self.options)))
    }

    fn join(&mut self, mut written: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
        while let Some(Look { style, whole }) = loose::read(&mut written, &mut self.cells) {
            if !self.started {
                let cells = std::mem::take(&mut self.cells);
                let [_, _, source, destination, ..] = cells.each_ref();
                let length = |end: &String| (!end.is_empty()).then_some(end.len());
                self.begin([length(source), length(destination)], out)?;
                self.cells = cells;
            }
            match self.options.width {
                None => self.write_plain_cells(style, out)?,
                Some(_) => self.write_row(style, whole, out)?,
            }
        }
        Ok(())
    }
}

impl Table {
    /// Writes the titles over the first row. The lengths of its addresses set the width, so that the title stands over its
    /// column.
    fn begin(&mut self, addresses: [Option<usize>; 2], out: &mut dyn io::Write) -> io::Result<()> {
        for (column, length) in [2, 3].into_iter().zip(addresses) {
            if let (Some(width), Some(length)) = (self.widths.0.get_mut(column), length) {
                *width = length.max(COMMON_ADDRESS);
            }
        }
        self.header(out)
    }
}

/// How a row looks.
struct Look {
    style: Style,
    /// It is never cut.
    whole: bool,
}

impl Look {
    fn of(record: &Record<'_>) -> Self {
        // The end of a finding often says the most.
        Self { style: Style::of(record), whole: matches!(record, Record::Finding(_)) }
    }
}

/// Fills the cells with a row.
fn fill(cells: &mut [String; COLUMNS], row: &Row, record: &Record<'_>, bytes_shown: usize) {
    cells.iter_mut().for_each(String::clear);
    let [number, time, from, to, protocol, size, info] = cells;
    if let Some(place) = row.place {
        let _ = write!(number, "{}", place.packet);
        let _ = write!(time, "{:.6}", place.time_relative);
    }
    if let Some((source, destination)) = row.ends {
        let _ = write!(from, "{source}");
        let _ = write!(to, "{destination}");
    }
    protocol.push_str(row.protocol);
    let _ = row.size.map(|bytes| write!(size, "{bytes}"));
    words::info(info, record, bytes_shown);
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
            Some(Row { place: r.place, ends, protocol: r.severity.name(), size: r.length })
        }
        _ if packets => None,
        Record::Opened(r) => row(r.place, r.ends.of(client), "TCP", 0),
        Record::Alert(r) => row(r.place, r.ends.of(r.from), r.protocol, 2),
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

#[cfg(test)]
mod tests;
