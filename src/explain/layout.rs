//! The picture of RFC 6455 §5.2, derived from the fields: rows of 32 bits.

use super::model::{Cell, Explanation, Field, Role, Row, hex};

/// Bytes drawn; of a longer frame fewer, and a row that stands for the rest. A multiple of a row's four.
const DRAWN: u64 = 40;
/// Bytes drawn of a longer frame.
const DRAWN_OF_LONG: u64 = 24;
/// Bits of a row.
const WIDTH: u64 = 32;

/// The picture of a frame.
pub(super) fn rows(frame: &Explanation) -> Vec<Row> {
    let there = (frame.bytes.0.len() as u64).next_multiple_of(WIDTH / 8);
    let drawn = if frame.length > DRAWN { DRAWN_OF_LONG.min(there) } else { frame.length };
    let mut rows: Vec<Row> = Vec::new();
    for (index, field) in frame.fields.iter().enumerate() {
        let (mut at, end) = extent(field, drawn);
        let start = at;
        while at < end {
            let column = at % WIDTH;
            let width = (end - at).min(WIDTH - column);
            let cell = cell(frame, index, field, [at, width], at > start);
            match rows.last_mut().filter(|_| column != 0) {
                Some(row) => row.cells.push(cell),
                None => rows.push(Row { cells: vec![cell] }),
            }
            at += width;
        }
    }
    if frame.length > drawn {
        rows.push(rest(frame, frame.length - drawn));
    }
    rows
}

/// The first bit of a field and the one behind its last, of the bytes that are drawn.
fn extent(field: &Field, drawn: u64) -> (u64, u64) {
    let start = field.offset.min(drawn) * 8;
    match field.bits {
        Some([first, count]) => (start + u64::from(first), start + u64::from(first) + u64::from(count)),
        None => (start, field.offset.saturating_add(field.length).min(drawn) * 8),
    }
}

fn cell(frame: &Explanation, index: usize, field: &Field, [at, width]: [u64; 2], continued: bool) -> Cell {
    let bits = (at..at + width).map(|bit| {
        let byte = frame.bytes.part(bit / 8, 1, 1).first().copied().flatten();
        byte.map_or('?', |byte| if byte & (0x80 >> (bit % 8)) != 0 { '1' } else { '0' })
    });
    let value = match field.role {
        Role::ExtendedLength if continued => String::new(),
        Role::MaskingKey | Role::Payload | Role::StatusCode => {
            let pairs: Vec<String> =
                frame.bytes.part(at / 8, width / 8, 4).iter().map(|byte| hex(*byte)).collect();
            pairs.join(" ")
        }
        Role::Opcode => field.value.replace("continuation", "cont.").replace("reserved", "rsvd."),
        _ => field.value.clone(),
    };
    let name = if continued { format!("{} (continued)", field.name) } else { field.name.clone() };
    // A bit takes two columns, of which one is the border.
    let fits = (name.len() as u64) < 2 * width;
    Cell {
        field: index,
        width: width as u8,
        name: if fits { name } else { field.name.clone() },
        value,
        bits: bits.collect(),
    }
}

/// The row that stands for all that is not drawn.
fn rest(frame: &Explanation, bytes: u64) -> Row {
    let field = frame.fields.len().saturating_sub(1);
    let name = frame.fields.last().map_or("", |field| &field.name);
    let cell = Cell {
        field,
        width: WIDTH as u8,
        name: format!("… {bytes} more bytes of {name}"),
        value: String::new(),
        bits: String::new(),
    };
    Row { cells: vec![cell] }
}
