//! What rows of all kinds have: a place, two ends, a sender.

use std::net::SocketAddr;

use crate::base::Direction;
use crate::record::{Ends, Place, Record, Side};

/// Where a record belongs; `None` if it is about the capture as a whole.
pub(in crate::filter) fn place(record: &Record<'_>) -> Option<Place> {
    record.place()
}

pub(in crate::filter) fn ends(record: &Record<'_>) -> Option<Ends> {
    match record {
        Record::Capture(_) | Record::Summary(_) => None,
        Record::Packet(row) => Some(row.ends),
        Record::Opened(opened) => Some(opened.ends),
        Record::Alert(alert) => Some(alert.ends),
        Record::Request(request) => Some(request.ends),
        Record::Switched(switched) => Some(switched.ends),
        Record::Handshake(handshake) => Some(handshake.ends),
        Record::Frame(frame) => Some(*frame.ends),
        Record::Message(message) => Some(message.ends),
        Record::Finding(finding) => finding.ends,
        Record::Connection(connection) => Some(connection.ends),
    }
}

/// Who sent what a record tells. What nobody sent counts as the client's.
pub(in crate::filter) fn direction(record: &Record<'_>) -> Direction {
    match record {
        Record::Packet(row) => row.from,
        Record::Alert(alert) => alert.from,
        Record::Frame(frame) => frame.from,
        Record::Message(message) => message.from,
        Record::Switched(_) => Direction::ServerToClient,
        Record::Handshake(handshake) if handshake.response.is_some() => Direction::ServerToClient,
        Record::Finding(finding) if finding.side == Side::Server => Direction::ServerToClient,
        Record::Handshake(_)
        | Record::Finding(_)
        | Record::Request(_)
        | Record::Opened(_)
        | Record::Connection(_)
        | Record::Capture(_)
        | Record::Summary(_) => Direction::ClientToServer,
    }
}

pub(in crate::filter) fn sender(record: &Record<'_>) -> Option<SocketAddr> {
    ends(record).map(|ends| match direction(record) {
        Direction::ClientToServer => ends.client,
        Direction::ServerToClient => ends.server,
    })
}

pub(in crate::filter) fn receiver(record: &Record<'_>) -> Option<SocketAddr> {
    ends(record).map(|ends| match direction(record) {
        Direction::ClientToServer => ends.server,
        Direction::ServerToClient => ends.client,
    })
}

/// The sender, then the receiver.
pub(in crate::filter) fn both(record: &Record<'_>, mut found: impl FnMut(SocketAddr) -> bool) -> bool {
    sender(record).is_some_and(&mut found) || receiver(record).is_some_and(found)
}
