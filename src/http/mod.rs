//! The bytes of a connection become HTTP heads, until they are no longer HTTP.
//!
//! In come the [`StreamEvent`]s of both directions; out go request and response heads, paired; and, behind an
//! upgrade or a CONNECT, all further events untouched. Bodies are measured and skipped. This room does not know
//! WebSocket: what a `101` switched to is for the caller to say. It judges nobody: what is odd about a head is
//! written down in [`Oddities`].
//!
//! ```text
//!  client ──► queue ──► head ─► body ─► head ─► body ─► (asks for an upgrade: wait) ─┐
//!                         │ pending requests                                         ├─► passed on
//!  server ──► queue ──► (wait for a request) head ─► body ─► … ─► 101 ───────────────┘
//! ```
//!
//! Bytes are kept only while they wait: for the rest of a head, for the response that decides what they are, or for
//! the request that they answer. All of them count against [`Limits`](crate::base::Limits) and against a budget for
//! all connections together.
//!
//! Protocol: RFC 9110, RFC 9112.

mod body;
mod dialogue;
mod exchange;
mod head;
mod headers;
mod proxy;
mod queue;
mod requests;
mod responses;
mod scan;
mod source;
#[cfg(test)]
mod tests;

use crate::base::{Direction, PacketId, Span, StreamEvent};

pub use exchange::Exchange;
pub use headers::{Header, Headers};
pub use scan::{Speaks, speaks};

/// What is odd about the form of a head (RFC 9112 §2.2, §4, §5.1, §5.2). Recorded here, judged elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Oddities {
    /// A line ended in LF alone.
    pub bare_lf: bool,
    /// Empty lines came before the first line. Of requests, only where nothing else came before: behind an earlier
    /// request they may just as well belong to that.
    pub leading_empty_lines: bool,
    /// A header value went on over the next line.
    pub folded: bool,
    /// White space between a header's name and its colon.
    pub space_before_colon: bool,
    /// No space behind the status code, and no reason phrase.
    pub no_space_after_status: bool,
    /// A header line without a colon. The line is not among the header fields.
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
    /// Where the head stands, from the first byte of the method to the end of the final empty line. Empty lines or a
    /// PROXY header before it are not in it.
    pub span: Span,
    /// The packet that carried its first byte.
    pub began: PacketId,
    /// Bytes of body that its header fields declare and that are not frames; `None` if chunked.
    pub body: Option<u64>,
}

impl Request {
    /// Whether it asks to leave HTTP if the server agrees: `CONNECT` (RFC 9110 §9.3.6), an `Upgrade` field
    /// (§7.8), or the fields of a WebSocket handshake whose `Upgrade` somebody took away.
    pub fn asks_for_upgrade(&self) -> bool {
        let asking = ["Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];
        &*self.method == b"CONNECT" || asking.into_iter().any(|name| self.headers.has(name))
    }
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
    /// Where the head stands, from the first byte of the version to the end of the final empty line.
    pub span: Span,
}

/// Something that [`Exchange`] found out.
///
/// HTTP ends with one of `Switched`, `NotHttp`, `Lost(ServerToClient)` or `LimitReached`. Behind it come, as
/// `Passed`, the events that were not digested before, in order, and then all later ones: nothing that may be more
/// than HTTP is swallowed, only what is left of a body whose length is known. Every request that [asks for an upgrade](Request::asks_for_upgrade) gets one `Response`
/// that is not interim, or one `Unanswered`.
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
    /// No response to this request will be told any more: the connection ended, or HTTP could not be followed (the
    /// event before says so). Told only of requests that ask for an upgrade.
    Unanswered(&'a Request),
    /// The exchange ended with a 101 or a 2xx to CONNECT, told by the last `Response` of that status; from now on
    /// everything is `Passed`. Between the two stand the responses to earlier requests if the 101 overtook them.
    Switched,
    /// An event of what came after HTTP, or is none.
    Passed(Direction, StreamEvent<'a>),
    /// The bytes of this direction are not HTTP, or no longer.
    NotHttp(Direction),
    /// Bytes that were needed to follow HTTP in this direction were not captured. If they are the client's, the
    /// responses are still told, as answering no known request, and a 101 still switches; if they are the server's,
    /// HTTP ends.
    Lost(Direction),
    /// A cap was reached and HTTP can no longer be followed: the name of the field of [`Limits`](crate::base::Limits).
    LimitReached(&'static str),
}
