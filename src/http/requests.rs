//! The client's half: reading requests, until they ask for an upgrade or cannot be followed.

use super::body::Body;
use super::dialogue::{Dialogue, Out, Requests, Stage};
use super::head::{self, HeadError};
use super::scan::{Found, Kind, Scan};
use super::source::{Front, Source};
use super::{HttpEvent, Request, proxy};
use crate::base::Direction::ClientToServer;

impl Dialogue {
    /// Reads one request head; `false` if that must wait.
    pub(super) fn read_request(&mut self, source: &mut Source<'_, '_>, out: &mut Out<'_>) -> bool {
        if self.is_full() {
            return false;
        }
        let bytes = match source.front() {
            Some(Front::Bytes(bytes)) => bytes,
            Some(Front::Gap(_)) => {
                self.lose_requests(source, out);
                return true;
            }
            Some(Front::End) | None => return false,
        };
        let found = match self.look_for_proxy(bytes) {
            proxy::Look::Header(length) => {
                self.sides.client.body = Some(Body::Length(length));
                return true;
            }
            proxy::Look::Undecided => Found::Incomplete,
            proxy::Look::Other => self.sides.client.scan.find(Kind::Request, bytes, self.caps.head),
        };
        match found {
            Found::Head { start, end } => match request(source, bytes, start, end, self.caps.fields) {
                Ok(mut request) => {
                    request.oddities.leading_empty_lines &= request.span.offset == start as u64;
                    source.advance(end);
                    self.take_request(request, out);
                }
                Err(HeadError::StartLine) => self.stop_reading_requests(Requests::NotHttp),
                Err(HeadError::TooManyFields) => self.end(HttpEvent::LimitReached("http_fields"), out),
            },
            Found::Incomplete if source.ends_in_gap() => self.lose_requests(source, out),
            Found::Incomplete => return false,
            Found::Impossible => self.stop_reading_requests(Requests::NotHttp),
            Found::TooLong => self.end(HttpEvent::LimitReached("http_head"), out),
        }
        true
    }

    fn look_for_proxy(&mut self, bytes: &[u8]) -> proxy::Look {
        if !self.may_be_proxied {
            return proxy::Look::Other;
        }
        let look = proxy::look(bytes);
        self.may_be_proxied = look == proxy::Look::Undecided;
        look
    }

    fn take_request(&mut self, request: Request, out: &mut Out<'_>) {
        out(HttpEvent::Request(&request));
        let client = &mut self.sides.client;
        client.scan = Scan::default();
        client.body = Body::of_request(&request.headers).unless_empty();
        if request.asks_for_upgrade() {
            client.stage = Stage::Waiting;
        }
        self.pending.push_back(request);
    }

    /// A gap hides where the next request begins, and perhaps whole requests.
    pub(super) fn lose_requests(&mut self, source: &mut Source<'_, '_>, out: &mut Out<'_>) {
        if self.sides.client.body.is_none() {
            // The first part of a head: certainly HTTP, and of no use.
            source.drop_bytes();
        }
        out(HttpEvent::Lost(ClientToServer));
        self.stop_reading_requests(Requests::Lost);
    }

    /// Leaves it to the server to say what the client's bytes are.
    pub(super) fn stop_reading_requests(&mut self, why: Requests) {
        self.requests = why;
        self.sides.client.body = None;
        self.sides.client.stage = Stage::Waiting;
    }
}

/// The request whose head is `bytes[start..end]`.
fn request(
    source: &Source<'_, '_>,
    bytes: &[u8],
    start: usize,
    end: usize,
    max_fields: usize,
) -> Result<Request, HeadError> {
    let head = bytes.get(start..end).ok_or(HeadError::StartLine)?;
    let (span, began) = source.place(start, end - start).ok_or(HeadError::StartLine)?;
    let (line, headers, mut oddities) = head::split(head, max_fields)?;
    let line = head::request_line(line).ok_or(HeadError::StartLine)?;
    oddities.leading_empty_lines = start > 0;
    let body = match Body::of_request(&headers) {
        Body::Length(length) => Some(length),
        Body::Chunked(_) | Body::UntilClose => None,
    };
    Ok(Request {
        method: line.method.into(),
        target: line.target.into(),
        version: line.version,
        headers,
        oddities,
        span,
        began,
        body,
    })
}
