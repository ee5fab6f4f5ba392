//! Finding a head in what has come so far: where it begins, whether it can be one, where it ends.

use memchr::memchr;

use super::{head, proxy};

/// Which of the two kinds of messages a direction carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Request,
    Response,
}

/// What the first bytes of a direction look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    /// A request: the client speaks.
    Request,
    /// A response: the server speaks.
    Response,
    /// Too few bytes to tell.
    Undecided,
    /// No HTTP.
    Neither,
}

/// Tells by the first bytes of a direction whose they are, to turn directions round that were named by guess. Looks
/// at the first line only, and takes nothing for a request whose method is not in capitals: `220 smtp.example` and
/// `SSH-2.0-x y` are not.
pub fn speaks(bytes: &[u8]) -> Speaks {
    // Asked of every segment of traffic that is something else.
    if !matches!(bytes, [] | [b'\r' | b'\n' | b'-' | b'A'..=b'Z', ..]) {
        return Speaks::Neither;
    }
    match proxy::look(bytes) {
        proxy::Look::Header(_) => return Speaks::Request,
        proxy::Look::Undecided if !bytes.is_empty() => return Speaks::Undecided,
        _ => {}
    }
    let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
    let line = bytes.get(start..).unwrap_or_default();
    let capitals = |line: &[u8]| {
        let mut method = line.iter().take_while(|byte| **byte != b' ');
        method.all(|byte| byte.is_ascii_uppercase() || *byte == b'-')
    };
    let mut undecided = false;
    for (kind, speaks) in [(Kind::Response, Speaks::Response), (Kind::Request, Speaks::Request)] {
        if kind == Kind::Request && !capitals(line) {
            continue;
        }
        match Scan::default().find(kind, line, usize::MAX) {
            Found::Impossible => {}
            _ if kind.begins(line) == Begins::Yes => return speaks,
            _ => undecided = true,
        }
    }
    if undecided { Speaks::Undecided } else { Speaks::Neither }
}

/// Whether a message begins like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begins {
    Yes,
    Undecided,
    No,
}

impl Kind {
    /// Judges the first bytes of the first line; looks at so few that it may be asked again and again.
    fn begins(self, line: &[u8]) -> Begins {
        match self {
            Kind::Request => {
                let method = line.iter().take_while(|&&byte| head::is_tchar(byte)).take(head::METHOD_MAX + 1);
                match (method.count(), line) {
                    (0, []) => Begins::Undecided,
                    (0, _) => Begins::No,
                    _ if line.starts_with(b"PRI * ") => Begins::No,
                    (length, _) => match line.get(length) {
                        None if length <= head::METHOD_MAX => Begins::Undecided,
                        Some(b' ') => Begins::Yes,
                        _ => Begins::No,
                    },
                }
            }
            Kind::Response => {
                // A version, with digits where the digits are.
                let like = line.iter().zip(b"HTTP/1.1 ").all(|(&byte, &model)| match model {
                    b'1' => byte.is_ascii_digit(),
                    b' ' => matches!(byte, b' ' | b'\t'),
                    model => byte == model,
                });
                match (like, line.len()) {
                    (false, _) => Begins::No,
                    (true, 9..) => Begins::Yes,
                    (true, _) => Begins::Undecided,
                }
            }
        }
    }

    fn is_first_line(self, line: &[u8]) -> bool {
        match self {
            Kind::Request => head::request_line(line).is_some(),
            Kind::Response => head::status_line(line).is_some(),
        }
    }
}

/// The search for a head. Remembers how far it came, so that a head that comes byte by byte is read once.
///
/// Invariant: `start <= at`, and both are offsets into the bytes of which [`Scan::find`] is given ever more.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scan {
    phase: Phase,
    /// Where the first line starts: behind the empty lines.
    start: usize,
    /// Before this there is nothing left to find.
    at: usize,
}

/// What is being looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// The first line.
    #[default]
    Start,
    /// The end of the first line.
    FirstLine,
    /// The empty line.
    Fields,
    /// Nothing any more: the head ends at `at`.
    Done,
}

/// What the search led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The head from `start` to `end`, its empty line included.
    Head { start: usize, end: usize },
    /// More bytes are needed.
    Incomplete,
    /// No head begins like this.
    Impossible,
    /// It has more than `max` bytes, counted with the empty lines before it.
    TooLong,
}

impl Scan {
    /// Whether the whole head is there.
    pub(super) fn is_done(&self) -> bool {
        self.phase == Phase::Done
    }

    /// Goes on searching in `bytes`, which begins with the bytes of the last time.
    pub(super) fn find(&mut self, kind: Kind, bytes: &[u8], max: usize) -> Found {
        let possible = self.skip_empty_lines(bytes) && self.first_line(kind, bytes);
        if !possible {
            return Found::Impossible;
        }
        self.fields(bytes);
        match self.phase {
            _ if self.at > max => Found::TooLong,
            Phase::Done => Found::Head { start: self.start, end: self.at },
            _ if bytes.len() > max => Found::TooLong,
            _ => Found::Incomplete,
        }
    }

    /// RFC 9112 §2.2: a server ignores at least one empty line before the request.
    fn skip_empty_lines(&mut self, bytes: &[u8]) -> bool {
        while self.phase == Phase::Start {
            match bytes.get(self.at..).unwrap_or_default() {
                [b'\r', b'\n', ..] => self.at += 2,
                [b'\n', ..] => self.at += 1,
                [] | [b'\r'] => break,
                [b'\r', ..] => return false,
                _ => self.phase = Phase::FirstLine,
            }
            self.start = self.at;
        }
        true
    }

    /// Whether this can be a first line as far as it has come.
    fn first_line(&mut self, kind: Kind, bytes: &[u8]) -> bool {
        if self.phase != Phase::FirstLine {
            return true;
        }
        let line = bytes.get(self.start..).unwrap_or_default();
        if kind.begins(line) == Begins::No {
            return false;
        }
        let fresh = bytes.get(self.at..).unwrap_or_default();
        let end = memchr(b'\n', fresh);
        let fresh = fresh.get(..end.unwrap_or(fresh.len())).unwrap_or_default();
        // Without a way out in between, many bytes are looked at in one step.
        let is_control = |&byte: &u8| (byte < 32 && !matches!(byte, 9 | 10 | 13)) || byte == 127;
        if fresh.iter().fold(false, |any, byte| any | is_control(byte)) {
            return false;
        }
        self.at += fresh.len();
        if end.is_none() {
            return true;
        }
        self.phase = Phase::Fields;
        let line = bytes.get(self.start..self.at).unwrap_or_default();
        kind.is_first_line(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Looks for a line end with an empty line behind it. `at` stays at the last line end while that is open.
    fn fields(&mut self, bytes: &[u8]) {
        while self.phase == Phase::Fields {
            let fresh = bytes.get(self.at..).unwrap_or_default();
            let Some(line_end) = memchr(b'\n', fresh) else {
                self.at = bytes.len();
                return;
            };
            self.at += line_end;
            let empty_line = match fresh.get(line_end + 1..).unwrap_or_default() {
                [b'\n', ..] => 1,
                [b'\r', b'\n', ..] => 2,
                [] | [b'\r'] => return,
                _ => 0,
            };
            self.at += 1 + empty_line;
            if empty_line > 0 {
                self.phase = Phase::Done;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn byte_by_byte(kind: Kind, bytes: &[u8], max: usize) -> (usize, Found) {
        let mut scan = Scan::default();
        for length in 0..=bytes.len() {
            match scan.find(kind, &bytes[..length], max) {
                Found::Incomplete => {}
                found => return (length, found),
            }
        }
        (bytes.len(), Found::Incomplete)
    }

    #[test]
    fn a_head_ends_at_its_empty_line_however_it_comes() {
        for head in [
            &b"GET / HTTP/1.1\r\n\r\n"[..],
            b"GET / HTTP/1.1\n\n",
            b"GET / HTTP/1.1\r\nA: b\r\nC: d\r\n\r\n",
            b"GET / HTTP/1.1\nA: b\r\n \r\nC: d\n\r\n",
        ] {
            let whole = [b"\r\n\n", head, b"\x81\x00\n\n"].concat();
            let found = Found::Head { start: 3, end: 3 + head.len() };
            assert_eq!(Scan::default().find(Kind::Request, &whole, 1000), found);
            assert_eq!(byte_by_byte(Kind::Request, &whole, 1000), (3 + head.len(), found));
            assert_eq!(byte_by_byte(Kind::Request, &whole, 3 + head.len()).1, found);
            assert_eq!(Scan::default().find(Kind::Request, &whole, 2 + head.len()), Found::TooLong);
            assert_eq!(byte_by_byte(Kind::Request, &whole, 2 + head.len()).1, Found::TooLong);
        }
    }

    #[test]
    fn what_cannot_be_http_is_known_at_the_first_wrong_byte() {
        let cases: [(Kind, &[u8], usize); 9] = [
            (Kind::Request, b"\x16\x03\x01", 1),
            (Kind::Request, b"\x81\x85", 1),
            (Kind::Request, b"HTTP/1.1 200 OK", 5),
            (Kind::Request, b"GET \x00/", 5),
            (Kind::Request, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 6),
            (Kind::Request, b"EHLO example.com\r\nx", 18),
            (Kind::Response, b"HTTPS", 5),
            (Kind::Response, b"\x00\x00\x12", 1),
            (Kind::Response, b"HTTP/1.1 OK\n", 12),
        ];
        for (kind, bytes, at) in cases {
            assert_eq!(byte_by_byte(kind, bytes, 1000), (at, Found::Impossible), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn who_speaks() {
        let cases: [(&[u8], Speaks); 16] = [
            (b"", Speaks::Undecided),
            (b"\r\n", Speaks::Undecided),
            (b"GE", Speaks::Undecided),
            (b"HTTP/1", Speaks::Undecided),
            (b"HTTP/1.1 1", Speaks::Response),
            (b"HTTP/1.1 101 Switching Protocols\r\n", Speaks::Response),
            (b"GET /", Speaks::Request),
            (b"\r\nM-SEARCH * HTTP/1.1\r\nHost: x\r\n\r\n", Speaks::Request),
            (b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", Speaks::Request),
            (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", Speaks::Request),
            (b"EHLO example.com\r\n", Speaks::Neither),
            (b"220 smtp.example.com ESMTP", Speaks::Neither),
            (b"SSH-2.0-OpenSSH_9.6 Debian", Speaks::Neither),
            (b"\x16\x03\x01\x02\x00", Speaks::Neither),
            (b"PRI * HTTP/2.0\r\n\r\n", Speaks::Neither),
            (b"\x81\x05hello", Speaks::Neither),
        ];
        for (bytes, expected) in cases {
            assert_eq!(speaks(bytes), expected, "{}", bytes.escape_ascii());
        }
    }
}
