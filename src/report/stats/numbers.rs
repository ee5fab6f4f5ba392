//! Numbers as people read them.

use crate::record::EndedBy;
use crate::report::escape::quote_into;
use crate::report::words::counted;
use crate::stats::{CloseStats, Total};
use crate::websocket::code_name;

/// What is not known.
pub(super) const UNKNOWN: &str = "–";

/// Three digits of a quantity: `847 B`, `1.32 KiB`.
pub(super) fn bytes(bytes: u64) -> String {
    scaled(bytes as f64, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"])
}

/// `31 µs`, `1.82 ms`, `12.3 s`, `3 min 20 s`, `2 h 05 min`.
pub(super) fn time(nanos: u64) -> String {
    let seconds = nanos / 1_000_000_000;
    match seconds {
        0..60 => scaled(nanos as f64, 1000.0, &["ns", "µs", "ms", "s"]),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// Three digits, or all of them before the point.
pub(super) fn number(number: f64) -> String {
    match number {
        _ if number == number.trunc() && number < 1e6 => format!("{number:.0}"),
        _ if number >= 99.95 => format!("{number:.0}"),
        _ if number >= 9.995 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

fn scaled(value: f64, step: f64, units: &[&str]) -> String {
    let mut value = value;
    let mut units = units.iter();
    let mut unit = units.next().copied().unwrap_or_default();
    // What would be rounded to the next unit is written in it.
    while value >= step - 0.5 {
        let Some(next) = units.next() else { break };
        unit = next;
        value /= step;
    }
    format!("{} {unit}", number(value))
}

/// A power of two of bytes: `512 B`, `64 KiB`.
pub(super) fn round_bytes(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let step = (u64::BITS - 1).saturating_sub(bytes.leading_zeros()) / 10;
    let unit = units.get(step as usize).copied().unwrap_or_default();
    format!("{} {unit}", bytes >> (10 * step))
}

/// How a connection ended, as few words as will do: `1000 by client`, `no Close, RST`.
pub(super) fn end(close: Option<&CloseStats>, ended_by: EndedBy) -> String {
    let close = close.map(|close| {
        let code = close.code.map_or_else(|| "no status".to_owned(), |code| code.to_string());
        format!("{code} by {}", close.by.sender())
    });
    match (close, tcp_end(ended_by)) {
        (Some(close), None) => close,
        (Some(close), Some(end)) => format!("{close}, {end}"),
        (None, end) => end.unwrap_or("Close").to_owned(),
    }
}

/// How TCP ended, if that was not the close handshake.
fn tcp_end(ended_by: EndedBy) -> Option<&'static str> {
    match ended_by {
        EndedBy::CloseHandshake => None,
        EndedBy::Fin => Some("FIN"),
        EndedBy::Reset => Some("RST"),
        EndedBy::Open => Some("open"),
        EndedBy::Evicted => Some("evicted"),
        EndedBy::PortReuse => Some("port reuse"),
    }
}

/// The same in full: `close handshake, 1000 Normal Closure "bye" by client`.
pub(super) fn end_in_full(close: Option<&CloseStats>, by: EndedBy) -> String {
    let mut text = ended_by(by).to_owned();
    let Some(close) = close else { return text };
    match close.code {
        Some(code) => {
            text += &format!(", {code}");
            if let Some(name) = code_name(code) {
                text += &format!(" {name}");
            }
        }
        None => text += ", no status",
    }
    if let Some(reason) = close.reason.as_deref().filter(|reason| !reason.is_empty()) {
        text.push(' ');
        quote_into(&mut text, reason);
    }
    text += &format!(" by {}", close.by.sender());
    text
}

/// How a connection ended.
pub(super) fn ended_by(by: EndedBy) -> &'static str {
    match by {
        EndedBy::CloseHandshake => "close handshake",
        EndedBy::Fin => "FIN",
        EndedBy::Reset => "RST",
        EndedBy::Open => "still open at the end of the capture",
        EndedBy::Evicted => "no longer followed (too many connections)",
        EndedBy::PortReuse => "the ports are used again",
    }
}

/// Why there are no numbers.
pub(super) fn nothing(total: &Total) -> String {
    format!("no WebSocket connection in {}", counted(total.tcp_connections, "TCP connection"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_three_digits() {
        for (value, text) in [
            (0, "0 B"),
            (847, "847 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (1347, "1.32 KiB"),
            (102_297, "99.9 KiB"),
            (1_048_575, "1.00 MiB"),
            (u64::MAX, "16 EiB"),
        ] {
            assert_eq!(bytes(value), text);
        }
        for (value, text) in [
            (0, "0 ns"),
            (31_000, "31 µs"),
            (1_820_400, "1.82 ms"),
            (999_999, "1.00 ms"),
            (12_340_000_000, "12.3 s"),
            (200_000_000_000, "3 min 20 s"),
            (7_500_000_000_000, "2 h 05 min"),
        ] {
            assert_eq!(time(value), text);
        }
        assert_eq!(
            ["0 B", "512 B", "64 KiB", "8 EiB"],
            [0, 512, 65_536, 1 << 63].map(round_bytes).each_ref().map(String::as_str)
        );
    }
}
