//! Explanations as a picture: the bit box, or the lines of a handshake.

use std::fmt::Write;
use std::io;

use super::Form;
use super::markup::{classes, markup};
use super::wrap::fit;
use crate::explain::{Cell, Explanation};

/// Pixels of a bit, of a line of text, and around everything.
const BIT: usize = 26;
const LINE: usize = 18;
const MARGIN: usize = 16;
const WIDTH: usize = 32 * BIT + 2 * MARGIN;
/// Columns of text that fit into the width.
const COLUMNS: usize = 96;
/// Explanations drawn; the number of those left out is said.
const DRAWN: u64 = 64;

const STYLE: &str = "
svg{--paper:#fff;--ink:#1a1a1a;--faint:#666;--alarm:#c00;--header:#d8ecf8;--length:#ecdff5;--key:#f8ecd0;--payload:#dcf2dc}
@media(prefers-color-scheme:dark){svg{--paper:#16181c;--ink:#e6e6e6;--faint:#a0a0a0;--alarm:#ff7b72;--header:#17374a;--length:#37244a;--key:#46381a;--payload:#1c3d22}}
.paper{fill:var(--paper)}text{fill:var(--ink);font:13px ui-monospace,monospace;white-space:pre}.mid{text-anchor:middle}.faint{fill:var(--faint);font-size:10px}
.title{font-weight:bold}rect{stroke:var(--ink)}.paper{stroke:none}.header{fill:var(--header)}.length{fill:var(--length)}.key{fill:var(--key)}.payload{fill:var(--payload)}
rect.bad{stroke:var(--alarm);stroke-width:3}text.bad{fill:var(--alarm);font-weight:bold}
";

/// A picture. It is written at the end, when its height is known.
#[derive(Debug, Default)]
pub struct SvgForm {
    body: String,
    height: usize,
    seen: u64,
}

impl Form for SvgForm {
    fn explanation(&mut self, explanation: &Explanation, _: &mut dyn io::Write) -> io::Result<()> {
        self.seen += 1;
        if self.seen <= DRAWN {
            self.draw(explanation);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        if self.seen > DRAWN {
            let rest = format!("… and {} more", self.seen - DRAWN);
            self.text(MARGIN, "title", &rest);
        }
        let height = self.height + 2 * MARGIN;
        writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\">"
        )?;
        writeln!(
            out,
            "<style>{STYLE}</style>\n<rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>"
        )?;
        out.write_all(self.body.as_bytes())?;
        out.write_all(b"</svg>\n")
    }
}

/// Writing to a `String` cannot fail, so the results of `write!` are not looked at.
impl SvgForm {
    fn draw(&mut self, explanation: &Explanation) {
        self.text(MARGIN, "title", &explanation.title);
        if explanation.layout.is_empty() {
            for field in &explanation.fields {
                let name = if field.name.is_empty() { String::new() } else { format!("{}: ", field.name) };
                let class = if field.rules.is_empty() { "" } else { "bad" };
                self.text(MARGIN, class, &format!("{name}{}", field.value));
            }
        } else {
            self.ruler();
        }
        for row in &explanation.layout {
            let upright = row.cells.iter().any(|cell| cell.width == 1);
            let lines = if upright { 5 } else { 3 };
            let mut left = MARGIN;
            for cell in &row.cells {
                self.cell(explanation, cell, left, lines);
                left += usize::from(cell.width) * BIT;
            }
            self.height += lines * LINE;
        }
        self.height += LINE / 2;
        for mark in &explanation.findings {
            self.text(MARGIN, "bad", &format!("{} {}: {}", mark.code, mark.name, mark.text));
        }
        self.height += LINE;
    }

    /// A line of text, and the way down to the next.
    fn text(&mut self, left: usize, class: &str, text: &str) {
        self.height += LINE;
        let line = fit(&super::wrap::safe(text), COLUMNS);
        let _ = writeln!(
            self.body,
            "<text class=\"{class}\" x=\"{left}\" y=\"{}\">{}</text>",
            self.height,
            markup(line.trim_end())
        );
    }

    fn ruler(&mut self) {
        self.height += LINE;
        for bit in 0..32 {
            let middle = MARGIN + bit * BIT + BIT / 2;
            let _ = writeln!(
                self.body,
                "<text class=\"mid faint\" x=\"{middle}\" y=\"{}\">{bit}</text>",
                self.height
            );
        }
        self.height += 4;
    }

    fn cell(&mut self, explanation: &Explanation, cell: &Cell, left: usize, lines: usize) {
        let (top, width) = (self.height, usize::from(cell.width) * BIT);
        let class = classes(explanation, cell.field);
        let _ = writeln!(
            self.body,
            "<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{}\"/>",
            lines * LINE
        );
        let mut line = |at: usize, middle: usize, text: &str| {
            let y = top + at * LINE + LINE - 5;
            let _ =
                writeln!(self.body, "<text class=\"mid\" x=\"{middle}\" y=\"{y}\">{}</text>", markup(text));
        };
        if cell.width == 1 {
            for (at, letter) in cell.name.chars().enumerate() {
                line(at, left + width / 2, &letter.to_string());
            }
        } else {
            line(0, left + width / 2, &cell.name);
            line(1, left + width / 2, &cell.value);
        }
        for (at, bit) in cell.bits.chars().enumerate() {
            line(lines - 1, left + at * BIT + BIT / 2, &bit.to_string());
        }
    }
}
