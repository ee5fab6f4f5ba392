//! The keys of a handshake record.

use serde::Serialize;
use std::net::SocketAddr;

use crate::base::Timestamp;
use crate::http::Headers;
use crate::record::{
    Accept, Extension, Handshake, HandshakeRequest, HandshakeResponse, Outcome, Place, Text,
};

#[derive(Serialize)]
pub(super) struct HandshakeView<'a> {
    #[serde(flatten)]
    place: Place,
    client: SocketAddr,
    server: SocketAddr,
    transport: &'static str,
    http_version: Option<Version>,
    request: Option<RequestView<'a>>,
    response: Option<ResponseView<'a>>,
    key: Option<Text<'a>>,
    accept: &'a Accept<'a>,
    subprotocol: Option<Text<'a>>,
    extensions: &'a [Extension],
    outcome: Option<Outcome>,
}

impl<'a> HandshakeView<'a> {
    pub(super) fn of(handshake: &'a Handshake<'a>) -> Self {
        let version = handshake
            .request
            .map(|request| request.head.version)
            .or(handshake.response.map(|response| response.head.version));
        Self {
            place: handshake.place,
            client: handshake.ends.client,
            server: handshake.ends.server,
            transport: if handshake.tls.is_some() { "tls" } else { "tcp" },
            http_version: version.map(Version),
            request: handshake.request.map(RequestView::of),
            response: handshake.response.map(ResponseView::of),
            key: handshake.key,
            accept: &handshake.accept,
            subprotocol: handshake.subprotocol,
            extensions: handshake.extensions,
            outcome: handshake.outcome,
        }
    }
}

/// `"1.1"`.
struct Version((u8, u8));

impl Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}.{}", self.0.0, self.0.1))
    }
}

#[derive(Serialize)]
struct RequestView<'a> {
    packet: u64,
    time: Timestamp,
    method: Text<'a>,
    target: Text<'a>,
    headers: HeaderList<'a>,
}

impl<'a> RequestView<'a> {
    fn of(request: HandshakeRequest<'a>) -> Self {
        Self {
            packet: request.packet.number,
            time: request.packet.time,
            method: Text(&request.head.method),
            target: Text(&request.head.target),
            headers: HeaderList(&request.head.headers),
        }
    }
}

#[derive(Serialize)]
struct ResponseView<'a> {
    packet: u64,
    time: Timestamp,
    status: u16,
    reason: Text<'a>,
    headers: HeaderList<'a>,
}

impl<'a> ResponseView<'a> {
    fn of(response: HandshakeResponse<'a>) -> Self {
        Self {
            packet: response.packet.number,
            time: response.packet.time,
            status: response.head.status,
            reason: Text(&response.head.reason),
            headers: HeaderList(&response.head.headers),
        }
    }
}

/// `[["Host", "example.com"], …]`: order and repetition matter.
struct HeaderList<'a>(&'a Headers);

impl Serialize for HeaderList<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|header| (Text(header.name), Text(header.value))))
    }
}
