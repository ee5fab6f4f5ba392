//! The rules against heads and frames: what a finding says, what nearly breaks a rule, and what real
//! stacks do. That each rule is broken by its example is for the tests of the whole.

mod legal;
mod near;
mod negotiation;
mod random;

use super::frame::{self, FrameAt};
use super::handshake::{self, Exchange};
use super::testing::{packet, request, response};
use super::{KeyMemory, REQUEST, RESPONSE, Rule, Violation, edited};
use crate::base::{Direction, PerDirection, Span};
use crate::websocket::Negotiated;
use crate::websocket::{CloseBody, FrameHeader, Opcode};

const COMPLETE: PerDirection<bool> = PerDirection { client: true, server: true };

/// `base` with one change.
fn edit(base: &str, from: &str, to: &str) -> String {
    assert!(base.contains(from), "{from:?} is in {base:?}");
    edited(base, &[(from, to)])
}

/// What is found in a handshake, and the rule that obliges the client to fail it.
fn judge(
    request_head: Option<&str>,
    response_head: Option<&str>,
    complete: PerDirection<bool>,
) -> (Vec<Violation>, Option<&'static Rule>) {
    let request = request_head.map(|head| request(head.as_bytes()));
    let response = response_head.map(|head| response(head.as_bytes()));
    let exchange = Exchange {
        stream: 0,
        request: request.as_ref(),
        response: response.as_ref(),
        expected: None,
        complete,
    };
    let mut found = Vec::new();
    let must_fail =
        handshake::judge(&exchange, &mut KeyMemory::default(), &mut |violation| found.push(violation));
    (found, must_fail)
}

/// What is found in a complete handshake.
fn heads(request: &str, response: &str) -> Vec<Violation> {
    judge(Some(request), Some(response), COMPLETE).0
}

/// What is found in a frame, its Close body included.
fn frame(from: Direction, bytes: &[u8], negotiated: Negotiated, open: Option<bool>) -> Vec<Violation> {
    let (rest, header) = FrameHeader::parse(bytes).unwrap();
    let at = frame_at(from, bytes.len());
    let mut found = Vec::new();
    let mut out = |violation| found.push(violation);
    frame::header(&header, &at, negotiated, open, &mut out);
    if header.opcode == Opcode::Close && !header.masked() {
        frame::close(&header, CloseBody::parse(rest), &at, &mut out);
    }
    found
}

fn frame_at(from: Direction, length: usize) -> FrameAt {
    FrameAt { from, number: 3, message: Some(2), span: Span::of(packet(9), 200, length as u64) }
}

fn codes(found: &[Violation]) -> Vec<&'static str> {
    found.iter().map(|violation| violation.rule.code).collect()
}
