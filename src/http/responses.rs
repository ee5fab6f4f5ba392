//! The server's half: reading responses, finding out what they answer, and switching.

use super::body::Body;
use super::dialogue::{Dialogue, Out, Requests, Stage};
use super::head::{self, HeadError};
use super::scan::{Found, Kind, Scan};
use super::source::{Front, Source};
use super::{HttpEvent, Response};
use crate::base::Direction::ServerToClient;

impl Dialogue {
    /// Reads one response head; `false` if that must wait.
    pub(super) fn read_response(&mut self, source: &mut Source<'_, '_>, out: &mut Out<'_>) -> bool {
        let bytes = match source.front() {
            Some(Front::Bytes(bytes)) => bytes,
            Some(Front::Gap(_)) => {
                self.lose_responses(source, out);
                return true;
            }
            Some(Front::End) | None => return false,
        };
        let may_wait = self.may_wait_for_request();
        if may_wait && let Some(end) = source.end_offset() {
            self.early_until = end;
        }
        match self.sides.server.scan.find(Kind::Response, bytes, self.caps.head) {
            Found::Head { .. } if may_wait && !self.impatient => return false,
            Found::Head { start, end } => match response(source, bytes, start, end, self.caps.fields) {
                Ok(response) => {
                    let unasked = self.precedes_request(&response, source.acked());
                    source.advance(end);
                    self.take_response(response, unasked, out);
                }
                Err(HeadError::StartLine) => self.refuse_responses(out),
                Err(HeadError::TooManyFields) => self.end(HttpEvent::LimitReached("http_fields"), out),
            },
            Found::Incomplete if source.ends_in_gap() => self.lose_responses(source, out),
            Found::Incomplete => return false,
            Found::Impossible => self.refuse_responses(out),
            Found::TooLong => self.end(HttpEvent::LimitReached("http_head"), out),
        }
        true
    }

    /// Whether the next response has come before the request that it answers may have: the order of packets in a
    /// capture is not the order in which they were sent.
    pub(super) fn may_wait_for_request(&self) -> bool {
        self.pending.is_empty() && self.requests == Requests::Followed
    }

    /// Whether a response that came while no request was known cannot answer the first one that then came: its sender
    /// had not received a byte of that.
    fn precedes_request(&self, response: &Response, acked: Option<u64>) -> bool {
        let early = response.span.offset < self.early_until;
        early && self.pending.front().zip(acked).is_some_and(|(request, acked)| acked <= request.span.offset)
    }

    fn take_response(&mut self, response: Response, unasked: bool, out: &mut Out<'_>) {
        self.impatient = false;
        self.sides.server.scan = Scan::default();
        let index = self.answered(response.status, unasked);
        let request = index.and_then(|index| self.pending.get(index));
        let interim = matches!(response.status, 100 | 102..=199);
        out(HttpEvent::Response { request, response: &response, interim });
        if interim {
            return;
        }
        let method = request.map(|request| &*request.method);
        // RFC 9110 §9.3.6: any 2xx to CONNECT makes a tunnel, whatever its header fields say of a body.
        let tunnel = method == Some(b"CONNECT") && matches!(response.status, 200..=299);
        let switches = response.status == 101 || tunnel;
        let body = Body::of_response(response.status, method, &response.headers);
        let answered = index.and_then(|index| self.pending.remove(index));
        if switches {
            self.agreed = index.is_some_and(|index| index > 0);
            if !self.agreed {
                self.switch(out);
            }
            return;
        }
        self.sides.server.body = body.unless_empty();
        let decided = answered.is_some_and(|request| request.asks_for_upgrade());
        if decided && self.requests == Requests::Followed {
            self.sides.client.stage = Stage::Head;
        }
    }

    /// Which of the pending requests a response of this status answers. A 101 may overtake the responses to requests
    /// pipelined before the one that asked for the upgrade.
    fn answered(&self, status: u16, unasked: bool) -> Option<usize> {
        let asking = || self.pending.iter().position(|request| request.asks_for_upgrade());
        match status {
            _ if unasked || self.pending.is_empty() => None,
            101 => asking().or(Some(0)),
            _ => Some(0),
        }
    }

    /// The server's bytes are no response. After a 101 they are what it switched to, though earlier requests were not
    /// answered.
    pub(super) fn refuse_responses(&mut self, out: &mut Out<'_>) {
        self.sides.server.body = None;
        if self.agreed {
            self.switch(out);
        } else {
            self.end(HttpEvent::NotHttp(ServerToClient), out);
        }
    }

    /// A gap hides where the next response begins.
    pub(super) fn lose_responses(&mut self, source: &mut Source<'_, '_>, out: &mut Out<'_>) {
        if self.sides.server.body.is_none() {
            source.drop_bytes();
        }
        self.sides.server.body = None;
        if self.agreed {
            self.switch(out);
        } else {
            self.end(HttpEvent::Lost(ServerToClient), out);
        }
    }
}

/// The response whose head is `bytes[start..end]`.
fn response(
    source: &Source<'_, '_>,
    bytes: &[u8],
    start: usize,
    end: usize,
    max_fields: usize,
) -> Result<Response, HeadError> {
    let head = bytes.get(start..end).ok_or(HeadError::StartLine)?;
    let (span, _) = source.place(start, end - start).ok_or(HeadError::StartLine)?;
    let (line, headers, mut oddities) = head::split(head, max_fields)?;
    let line = head::status_line(line).ok_or(HeadError::StartLine)?;
    oddities.leading_empty_lines = start > 0;
    oddities.no_space_after_status = line.no_space_after_status;
    Ok(Response {
        version: line.version,
        status: line.status,
        reason: line.reason.into(),
        headers,
        oddities,
        span,
    })
}
