//! The bytes of a connection become HTTP heads, until they are no longer HTTP.
//!
//! In come the [`StreamEvent`]s of both directions; out go request and response heads, paired; and, behind an
//! upgrade or a CONNECT, all further events untouched. Bodies are measured and skipped. This room does not know
//! WebSocket: what a `101` switched to is for the caller to say. It keeps bytes only while it waits for the rest of
//! a head, or for the response that decides what they are.
//!
//! Protocol: RFC 9110, RFC 9112.

use crate::base::{Direction, PacketId, Span, StreamEvent};

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

/// Header fields in the order of the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers(pub Vec<Header>);

/// What is odd about the form of a head (RFC 9112 §2.2, §4, §5.1, §5.2). Recorded here, judged elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Oddities {
    /// A line ended in LF alone.
    pub bare_lf: bool,
    /// Empty lines came before the first line.
    pub leading_empty_lines: bool,
    /// A header value went on over the next line.
    pub folded: bool,
    /// White space between a header's name and its colon.
    pub space_before_colon: bool,
    /// No space behind the status code, and no reason phrase.
    pub no_space_after_status: bool,
    /// A header line without a colon.
    pub line_without_colon: bool,
}

/// The head of a request.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET` and the like.
    pub method: Box<[u8]>,
    /// What was asked for, as written.
    pub target: Box<[u8]>,
    /// `(1, 1)` for HTTP/1.1.
    pub version: (u8, u8),
    /// The header fields.
    pub headers: Headers,
    /// What is odd about its form.
    pub oddities: Oddities,
    /// Where the head stands, its final empty line included.
    pub span: Span,
    /// When its first byte was captured, and in which packet.
    pub began: PacketId,
    /// Bytes of body that its header fields declare and that are not frames; `None` if chunked.
    pub body: Option<u64>,
}

/// The head of a response.
#[derive(Debug, Clone)]
pub struct Response {
    /// `(1, 1)` for HTTP/1.1.
    pub version: (u8, u8),
    /// The status code, 0 to 999.
    pub status: u16,
    /// The reason phrase, possibly empty.
    pub reason: Box<[u8]>,
    /// The header fields.
    pub headers: Headers,
    /// What is odd about its form.
    pub oddities: Oddities,
    /// Where the head stands, its final empty line included.
    pub span: Span,
}

/// Something that [`Exchange`] found out.
#[derive(Debug)]
pub enum HttpEvent<'a> {
    /// A request head is complete.
    Request(&'a Request),
    /// A response head is complete. Interim responses (1xx other than 101) come too, with `interim`.
    Response {
        /// The request it answers, if that was captured.
        request: Option<&'a Request>,
        /// The response.
        response: &'a Response,
        /// A final response is still to come.
        interim: bool,
    },
    /// These requests will not be answered any more: the connection ended.
    Unanswered(&'a Request),
    /// The exchange ended with a 101 or a 2xx to CONNECT, told by the `Response` just before; from now on
    /// everything is `Passed`.
    Switched,
    /// An event of what came after HTTP.
    Passed(Direction, StreamEvent<'a>),
    /// The bytes are not HTTP (or no longer); nothing more will be told.
    NotHttp(Direction),
    /// A cap was reached and HTTP can no longer be followed; nothing more will be told.
    LimitReached(&'static str),
}
