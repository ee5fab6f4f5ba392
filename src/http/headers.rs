//! Header fields and the lists in their values.

use std::ops::Range;

/// One header field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// Its name, as written.
    pub name: &'a [u8],
    /// Its value without the white space around it; a folded value is joined with single spaces (RFC 9112 §5.2).
    pub value: &'a [u8],
    /// Where its line starts within the head, in bytes.
    pub offset: u32,
    /// Length of the line (or folded lines) without the line end.
    pub length: u32,
}

/// Header fields in the order of the wire. Names are compared without regard to case (RFC 9110 §5.1).
///
/// All of them stand in one buffer. Invariant: `lengths` has the bit of the length of every name.
#[derive(Debug, Clone, Default)]
pub struct Headers {
    text: Vec<u8>,
    fields: Vec<Field>,
    /// A bit for the length of each name: most names that somebody looks for are not there.
    lengths: u64,
}

/// Where in the buffer a field stands.
#[derive(Debug, Clone)]
struct Field {
    name: Range<usize>,
    value: Range<usize>,
    offset: u32,
    length: u32,
}

/// Fields that a head has room for without another allocation.
const USUAL: usize = 8;

impl Headers {
    /// No fields yet, of a head that has these bytes.
    pub(super) fn of(head: &[u8]) -> Self {
        Self { text: head.to_vec(), fields: Vec::with_capacity(USUAL), lengths: 0 }
    }

    /// One more field: where in the head its name, its value and its line stand.
    pub(super) fn push(&mut self, name: Range<usize>, value: Range<usize>, line: Range<usize>) {
        let short = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        self.lengths |= length_bit(name.len());
        self.fields.push(Field { name, value, offset: short(line.start), length: short(line.len()) });
    }

    /// Goes on with the last field on a folded line, with a single space before it (RFC 9112 §5.2); `end` is where the
    /// line ends in the head.
    pub(super) fn fold(&mut self, more: &[u8], end: usize) {
        let Some(field) = self.fields.last_mut() else { return };
        if field.value.end != self.text.len() {
            let start = self.text.len();
            self.text.extend_from_within(field.value.clone());
            field.value = start..self.text.len();
        }
        if !field.value.is_empty() && !more.is_empty() {
            self.text.push(b' ');
        }
        self.text.extend_from_slice(more);
        field.value.end = self.text.len();
        field.length = u32::try_from(end).unwrap_or(u32::MAX).saturating_sub(field.offset);
    }

    /// What it has allocated.
    pub(super) fn footprint(&self) -> usize {
        self.text.capacity() + self.fields.capacity() * size_of::<Field>()
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = Header<'_>> {
        self.fields.iter().map(|field| self.header(field))
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    fn header(&self, field: &Field) -> Header<'_> {
        let Field { name, value, offset, length } = field;
        let text = |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default();
        Header { name: text(name), value: text(value), offset: *offset, length: *length }
    }

    /// The value of the first field of this name.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    /// The values of all fields of this name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.fields(name).map(|header| header.value)
    }

    /// All fields of this name.
    pub fn fields<'a>(&'a self, name: &str) -> impl Iterator<Item = Header<'a>> {
        let possible = self.lengths & length_bit(name.len()) != 0;
        let fields = if possible { self.fields.as_slice() } else { &[] };
        let name = name.as_bytes();
        let of_length = fields.iter().filter(move |field| field.name.len() == name.len());
        of_length.map(|field| self.header(field)).filter(move |header| same(header.name, name))
    }

    /// How many fields have this name.
    pub fn count(&self, name: &str) -> usize {
        self.fields(name).count()
    }

    /// Whether there is a field of this name.
    pub fn has(&self, name: &str) -> bool {
        self.fields(name).next().is_some()
    }

    /// The elements of the comma-separated lists in all fields of this name (RFC 9110 §5.6.1): without the white
    /// space around them, empty ones left out; a comma within a quoted string does not separate.
    pub fn tokens<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.all(name).flat_map(|list| Elements { rest: Some(list) })
    }

    /// Whether `token` is an element of these lists, in any case.
    pub fn has_token(&self, name: &str, token: &str) -> bool {
        let token = token.as_bytes();
        // Most lists have one element.
        self.all(name).any(|list| same(list, token)) || self.tokens(name).any(|element| same(element, token))
    }
}

impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Headers {}

impl<'a> FromIterator<Header<'a>> for Headers {
    /// Fields that were not read from a head.
    fn from_iter<I: IntoIterator<Item = Header<'a>>>(headers: I) -> Self {
        let mut all = Self::default();
        for Header { name, value, offset, length } in headers {
            let start = all.text.len();
            let value_start = start + name.len();
            all.text.extend_from_slice(name);
            all.text.extend_from_slice(value);
            all.lengths |= length_bit(name.len());
            let (name, value) = (start..value_start, value_start..all.text.len());
            all.fields.push(Field { name, value, offset, length });
        }
        all
    }
}

fn length_bit(length: usize) -> u64 {
    1 << length.min(63)
}

/// Whether they are the same in any case. Most are, or have other lengths.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && (one == other || one.eq_ignore_ascii_case(other))
}

/// The elements of one list; `rest` is what has not been looked at.
struct Elements<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let rest = self.rest?;
            let (element, behind) = split_at_comma(rest);
            self.rest = behind;
            let element = element.trim_ascii();
            if !element.is_empty() {
                return Some(element);
            }
        }
    }
}

/// What stands before the first comma outside of quotes, and what behind it.
fn split_at_comma(list: &[u8]) -> (&[u8], Option<&[u8]>) {
    let (mut quoted, mut escaped) = (false, false);
    let separates = |&byte: &u8| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => return true,
            _ => {}
        }
        false
    };
    match list.iter().position(separates).and_then(|comma| list.split_at_checked(comma)) {
        Some((element, behind)) => (element, behind.get(1..)),
        None => (list, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&str, &str)]) -> Headers {
        let header = |&(name, value)| Header {
            name: str::as_bytes(name),
            value: str::as_bytes(value),
            offset: 0,
            length: 0,
        };
        fields.iter().map(header).collect()
    }

    #[test]
    fn rfc9110_5_1_names_have_no_case() {
        let headers = headers(&[("Sec-Websocket-Key", "a"), ("host", "h"), ("SEC-WEBSOCKET-KEY", "b")]);
        assert_eq!(headers.get("Sec-WebSocket-Key"), Some(&b"a"[..]));
        assert_eq!(headers.all("sec-websocket-key").collect::<Vec<_>>(), [b"a", b"b"]);
        assert_eq!((headers.count("Host"), headers.count("Origin")), (1, 0));
    }

    #[test]
    fn rfc9110_5_6_1_lists_over_several_fields_with_empty_elements() {
        let headers =
            headers(&[("Connection", " , keep-alive,\tUpgrade ,"), ("Connection", ""), ("connection", "x")]);
        assert_eq!(headers.tokens("Connection").collect::<Vec<_>>(), [&b"keep-alive"[..], b"Upgrade", b"x"]);
        assert!(headers.has_token("connection", "upgrade"));
        assert!(!headers.has_token("connection", "keep"));
    }

    #[test]
    fn rfc9110_5_6_4_commas_in_quoted_strings_do_not_separate() {
        let headers = headers(&[("E", r#"a; b="x,\",y", c"#), ("E", r#"d="open, e"#)]);
        let tokens: Vec<_> = headers.tokens("E").collect();
        assert_eq!(tokens, [&br#"a; b="x,\",y""#[..], b"c", br#"d="open, e"#]);
    }
}
