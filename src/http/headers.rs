//! Header fields and the lists in their values.

/// One header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name, as written.
    pub name: Box<[u8]>,
    /// Its value without the white space around it; a folded value is joined with single spaces (RFC 9112 §5.2).
    pub value: Box<[u8]>,
    /// Where its line starts within the head, in bytes.
    pub offset: u32,
    /// Length of the line (or folded lines) without the line end.
    pub length: u32,
}

/// Header fields in the order of the wire. Names are compared without regard to case (RFC 9110 §5.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers(pub Vec<Header>);

impl Headers {
    /// The value of the first field of this name.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    /// The values of all fields of this name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.fields(name).map(|header| &*header.value)
    }

    /// All fields of this name.
    pub fn fields<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Header> {
        self.0.iter().filter(move |header| header.name.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// How many fields have this name.
    pub fn count(&self, name: &str) -> usize {
        self.all(name).count()
    }

    /// The elements of the comma-separated lists in all fields of this name (RFC 9110 §5.6.1): without the white
    /// space around them, empty ones left out; a comma within a quoted string does not separate.
    pub fn tokens<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.all(name).flat_map(|list| Elements { rest: Some(list) })
    }

    /// Whether `token` is an element of these lists, in any case.
    pub fn has_token(&self, name: &str, token: &str) -> bool {
        self.tokens(name).any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
    }
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
        let header = |(name, value): &(&str, &str)| Header {
            name: name.as_bytes().into(),
            value: value.as_bytes().into(),
            offset: 0,
            length: 0,
        };
        Headers(fields.iter().map(header).collect())
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
