//! A line of output, put together in a buffer that serves one line after the other.
//!
//! Short pieces are appended as arrays of a fixed length, of which the end is then cut off again: that is a few
//! instructions, where copying what is exactly so long would be a call.

use std::fmt::{self, Write as _};
use std::io;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::escape::{self, Buffer};
use crate::base::{Direction, Timestamp, decimal};

/// A line of output. Its bytes are UTF-8 whenever nothing is appended.
#[derive(Debug, Default)]
pub(super) struct Line(Vec<u8>);

impl Line {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// What `serde_json` can write to.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    /// Appends the first `length` bytes of an array, which has no less.
    #[inline]
    pub fn put<const N: usize>(&mut self, chunk: [u8; N], length: usize) {
        let end = self.0.len() + length;
        self.0.extend_from_slice(&chunk);
        self.0.truncate(end);
    }

    /// Appends a few bytes.
    #[inline]
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    #[inline]
    pub fn number(&mut self, number: u64) {
        if number < 10 {
            self.0.push(b'0' + number as u8);
        } else if number < 100_000_000 {
            let (digits, count) = decimal::short(number as u32);
            self.put(digits, count);
        } else {
            self.long_number(number);
        }
    }

    #[inline(never)]
    fn long_number(&mut self, number: u64) {
        self.number(number / 100_000_000);
        self.put(decimal::eight((number % 100_000_000) as u32), 8);
    }

    #[inline]
    pub fn truth(&mut self, truth: bool) {
        if truth {
            self.put(*b"true", 4);
        } else {
            self.put(*b"false", 5);
        }
    }

    /// Appends a number, or nothing, flush right in a column that is made as wide as it must be.
    pub fn number_right(&mut self, number: Option<u64>, width: &mut usize) {
        let mut buffer = itoa::Buffer::new();
        let digits = number.map_or("", |number| buffer.format(number));
        *width = digits.len().max(*width);
        self.blanks(*width - digits.len());
        self.push_bytes(digits.as_bytes());
    }

    /// Appends what `write` does, flush left in a column that is made as wide as it must be. It has to be ASCII.
    #[inline]
    pub fn padded(&mut self, width: &mut usize, write: impl FnOnce(&mut Self)) {
        let start = self.0.len();
        write(self);
        let length = self.0.len() - start;
        *width = length.max(*width);
        self.blanks(*width - length);
    }

    /// Appends blanks.
    #[inline]
    pub fn blanks(&mut self, mut count: usize) {
        while count > 0 {
            self.put([b' '; 16], count.min(16));
            count = count.saturating_sub(16);
        }
    }

    /// Appends what `write` does in quotation marks. Nothing in it may have to be escaped.
    #[inline]
    pub fn quoted(&mut self, write: impl FnOnce(&mut Self)) {
        self.byte(b'"');
        write(self);
        self.byte(b'"');
    }

    /// Appends `"client"` or `"server"`.
    #[inline]
    pub fn sender(&mut self, direction: Direction) {
        self.put(
            match direction {
                Direction::ClientToServer => *b"\"client\"",
                Direction::ServerToClient => *b"\"server\"",
            },
            8,
        );
    }

    /// Appends seconds as JSON has them: the fewest digits that tell the number from all others.
    pub fn seconds(&mut self, seconds: f64) {
        let Some(nanos) = exact_nanos(seconds).filter(|nanos| *nanos >= 100_000) else {
            // Writing to a Vec cannot fail.
            let _ = serde_json::to_writer(&mut self.0, &seconds);
            return;
        };
        // No more than 15 digits: no other number so short is the same f64.
        self.number(nanos / 1_000_000_000);
        let fraction = (nanos % 1_000_000_000) as u32;
        let (first, last) = (decimal::eight(fraction / 10), b'0' + (fraction % 10) as u8);
        let [a, b, c, d, e, f, g, h] = first;
        let zeros = match last {
            b'0' => 1 + first.iter().rev().take_while(|digit| **digit == b'0').count(),
            _ => 0,
        };
        // One digit stands behind the point in any case.
        self.put([b'.', a, b, c, d, e, f, g, h, last], (10 - zeros).max(2));
    }

    /// Appends seconds with six digits behind the point.
    pub fn microseconds(&mut self, seconds: f64) {
        // Where it lies between two of them, what is behind the nanoseconds decides.
        let Some(nanos) = exact_nanos(seconds).filter(|nanos| nanos % 1_000 != 500) else {
            let _ = write!(self, "{seconds:.6}");
            return;
        };
        let micros = (nanos + 500) / 1_000;
        self.number(micros / 1_000_000);
        let [_, _, a, b, c, d, e, f] = decimal::eight((micros % 1_000_000) as u32);
        self.put([b'.', a, b, c, d, e, f], 7);
    }

    /// Makes room for a payload and what stands behind it: somewhat more, for lines like it, but not twice as much.
    pub fn reserve(&mut self, payload: usize) {
        let least = payload.saturating_add(BEHIND);
        if self.0.capacity() - self.0.len() < least {
            self.0.reserve_exact(least.saturating_add(payload / 8));
        }
    }

    /// Appends bytes as base64, with padding.
    pub fn base64(&mut self, bytes: &[u8]) {
        let start = self.0.len();
        let length = base64::encoded_len(bytes.len(), true).unwrap_or(0);
        self.reserve(length);
        self.0.resize(start.saturating_add(length), 0);
        let room = self.0.get_mut(start..).unwrap_or_default();
        let written = STANDARD.encode_slice(bytes, room).unwrap_or(0);
        self.0.truncate(start + written);
    }

    pub fn time(&mut self, time: Timestamp) {
        self.put(time.text(), 30);
    }

    pub fn address(&mut self, address: SocketAddr) {
        match address {
            SocketAddr::V4(address) => {
                let mut separator = [b'.', b'.', b'.', b':'].into_iter();
                for octet in address.ip().octets() {
                    let (mut digits, count) = decimal::short(octet.into());
                    if let Some((place, separator)) = digits.get_mut(count).zip(separator.next()) {
                        *place = separator;
                    }
                    self.put(digits, count + 1);
                }
                self.number(address.port().into());
            }
            SocketAddr::V6(_) => {
                let _ = write!(self, "{address}");
            }
        }
    }

    /// Takes back blanks at the end.
    pub fn cut_blanks(&mut self) {
        match self.0.last() {
            Some(b'!'..=b'~') | None => {}
            _ => self.0.truncate(self.text().trim_end().len()),
        }
    }
}

/// Bytes of a line behind a payload.
const BEHIND: usize = 1 << 10;

/// Seconds as nanoseconds, if they were computed from so many, and are less than some eleven days.
///
/// Numbers of 15 digits are told apart by an f64, so what is returned is the only one.
fn exact_nanos(seconds: f64) -> Option<u64> {
    const MOST: i64 = 1_000_000_000_000_000;
    let nanos = (seconds * 1e9 + 0.5) as i64;
    let exact = (0..MOST).contains(&nanos) && nanos as f64 / 1e9 == seconds && seconds.is_sign_positive();
    exact.then_some(nanos.unsigned_abs())
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

impl Buffer for Line {
    #[inline]
    fn push_str(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    fn escape(&mut self, text: &str, quotes: bool) {
        escape::escape_fast(self, text, quotes);
    }

    fn cut_blanks(&mut self) {
        Line::cut_blanks(self);
    }
}

impl Line {
    /// Writes what is there.
    pub fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    fn line(write: impl FnOnce(&mut Line)) -> String {
        let mut line = Line::default();
        write(&mut line);
        line.text().to_owned()
    }

    /// Holds both forms of seconds against the plain ones.
    fn assert_seconds(seconds: f64) {
        assert_eq!(line(|line| line.seconds(seconds)), serde_json::to_string(&seconds).unwrap());
        assert_eq!(line(|line| line.microseconds(seconds)), format!("{seconds:.6}"));
    }

    #[test]
    fn seconds_of_all_sizes_are_as_they_are_printed() {
        for seconds in [0.0, -0.0, 1.0, 0.1, 1e-9, 9.9999e-5, 1e-4, 0.5, 1e15, 999_999.999_999_999, 1e6, -1.5]
        {
            assert_seconds(seconds);
        }
        for seconds in [f64::NAN, f64::INFINITY, f64::MIN, f64::MAX, f64::MIN_POSITIVE, f64::EPSILON] {
            assert_seconds(seconds);
        }
        for digits in 0..18 {
            let nanos = 10_i64.pow(digits);
            for nanos in [nanos - 1, nanos, nanos + 1, nanos * 5, nanos + 500, nanos + 1_500, -nanos] {
                assert_seconds(nanos as f64 / 1e9);
            }
        }
    }

    proptest! {
        #[test]
        fn any_seconds_are_as_they_are_printed(seconds: f64, bits: u64) {
            assert_seconds(seconds);
            assert_seconds(f64::from_bits(bits));
        }

        #[test]
        fn any_nanoseconds_are_as_they_are_printed(nanos: i64, shift in 0_u32..60, half in 0_i64..1_000_000_000_000) {
            assert_seconds((nanos >> shift) as f64 / 1e9);
            assert_seconds((half * 1_000 + 500) as f64 / 1e9);
            assert_seconds(f64::from_bits(((half * 1_000 + 500) as f64 / 1e9).to_bits() + 1));
        }

        #[test]
        fn any_bytes_are_the_base64_of_the_crate(bytes: Vec<u8>) {
            prop_assert_eq!(line(|line| line.base64(&bytes)), STANDARD.encode(&bytes));
        }

        #[test]
        fn any_number_is_as_it_is_printed(number: u64, shift in 0_u32..64) {
            let number = number >> shift;
            prop_assert_eq!(line(|line| line.number(number)), number.to_string());
        }

        #[test]
        fn any_address_is_as_it_is_printed(v4: u32, v6: u128, port: u16) {
            for ip in [IpAddr::V4(Ipv4Addr::from(v4)), IpAddr::V6(Ipv6Addr::from(v6))] {
                let address = SocketAddr::new(ip, port);
                prop_assert_eq!(line(|line| line.address(address)), address.to_string());
            }
        }

        #[test]
        fn any_time_is_as_it_is_printed(nanos: i64) {
            let time = Timestamp::from_nanos(nanos);
            prop_assert_eq!(line(|line| line.time(time)), time.to_string());
        }
    }
}
