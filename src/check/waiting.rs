//! Whether the client waited for a valid response before it sent frames (RFC 6455 §4.1).
//!
//! Judged by what the client had acknowledged when it sent them. The order of packets in a capture proves nothing.

use super::frame::FrameAt;
use super::{Rule, Violation, registry};
use crate::websocket::{FrameHeader, Opcode};

/// WS115, for the client's first frame. `end_of_101` is the offset behind the response in the server's stream,
/// `acked` how much of that stream the segment with the first byte of the frame acknowledged.
pub fn early_data(
    end_of_101: u64,
    header: &FrameHeader,
    at: &FrameAt,
    acked: Option<u64>,
) -> Option<Violation> {
    let acked = acked.filter(|&acked| acked < end_of_101)?;
    let text = format!(
        "the client sent frame {} when it had received {acked} bytes from the server; the 101 ends at {end_of_101}",
        at.number
    );
    Some(of_frame(&registry::DATA_BEFORE_RESPONSE, header, at, end_of_101, acked, text))
}

/// WS118, for a frame of the client behind a 101 that [`super::handshake::judge`] returned `invalid` for. Told for
/// any frame but a Close; it is for the caller to tell it once.
pub fn continued_after_invalid_response(
    invalid: &'static Rule,
    end_of_101: u64,
    header: &FrameHeader,
    at: &FrameAt,
    acked: Option<u64>,
) -> Option<Violation> {
    if header.opcode == Opcode::Close {
        return None;
    }
    let acked = acked.filter(|&acked| acked >= end_of_101)?;
    let text = format!(
        "the client had received the 101, which it had to reject ({} {}), and sent a {} frame",
        invalid.code,
        invalid.name,
        header.opcode.name()
    );
    let violation =
        of_frame(&registry::CONTINUED_AFTER_INVALID_RESPONSE, header, at, end_of_101, acked, text);
    Some(violation.with("response_breaks", invalid.code))
}

fn of_frame(
    rule: &'static Rule,
    header: &FrameHeader,
    at: &FrameAt,
    end_of_101: u64,
    acked: u64,
    text: String,
) -> Violation {
    super::frame::of_frame(rule, header, at, text).with("acked", acked).with("end_of_response", end_of_101)
}
