//! IPv4 and IPv6: whose payload it is, and how much of it the capture lacks.

use std::net::IpAddr;

use etherparse::err::{ip_auth, ipv4, ipv6, ipv6_exts};
use etherparse::{IpNumber, LaxIpPayloadSlice, LaxIpv4Slice, LaxIpv6Slice};

use super::NotTcp;

const IPV6_HEADER: usize = 40;

/// What an unfragmented IP packet carries, which is TCP.
#[derive(Debug)]
pub(super) struct IpPayload<'a> {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    /// The bytes captured, without padding.
    pub(super) captured: &'a [u8],
    /// Bytes that were sent behind them, by the header's account.
    pub(super) missing: usize,
}

/// An IPv4 packet (RFC 791 §3.1) that lacks its last `cut` bytes.
///
/// A total length of 0 is no error: with segmentation offload the sender's system captures the packet before the
/// network card fills it in. It then reaches to the end.
pub(super) fn v4(bytes: &[u8], cut: usize) -> Result<IpPayload<'_>, NotTcp> {
    let (packet, error) = LaxIpv4Slice::from_slice(bytes).map_err(|error| match error {
        ipv4::HeaderSliceError::Len(_) => NotTcp::too_short("IPv4 header", cut),
        ipv4::HeaderSliceError::Content(_) => NotTcp::Malformed("IPv4 header"),
    })?;
    let header = packet.header();
    let missing = match usize::from(header.total_len()) {
        0 => cut,
        total if total < header.slice().len() => return Err(NotTcp::Malformed("IPv4 header")),
        total => total.saturating_sub(bytes.len()),
    };
    tcp_only(packet.payload(), || {
        error.map(|error| match error {
            ip_auth::HeaderSliceError::Len(_) => NotTcp::too_short("IP authentication header", missing),
            ip_auth::HeaderSliceError::Content(_) => NotTcp::Malformed("IP authentication header"),
        })
    })?;
    Ok(IpPayload {
        source: header.source_addr().into(),
        destination: header.destination_addr().into(),
        captured: packet.payload().payload,
        missing,
    })
}

/// An IPv6 packet (RFC 8200 §3, §4) that lacks its last `cut` bytes.
///
/// A payload length of 0 means a jumbogram (RFC 2675 §3) or offload: the packet reaches to the end.
pub(super) fn v6(bytes: &[u8], cut: usize) -> Result<IpPayload<'_>, NotTcp> {
    let (packet, error) = LaxIpv6Slice::from_slice(bytes).map_err(|error| match error {
        ipv6::HeaderSliceError::Len(_) => NotTcp::too_short("IPv6 header", cut),
        ipv6::HeaderSliceError::Content(_) => NotTcp::Malformed("IPv6 header"),
    })?;
    let header = packet.header();
    let missing = match usize::from(header.payload_length()) {
        0 => cut,
        payload => (IPV6_HEADER + payload).saturating_sub(bytes.len()),
    };
    tcp_only(packet.payload(), || {
        error.map(|(error, _)| match error {
            ipv6_exts::HeaderSliceError::Len(_) => NotTcp::too_short("IPv6 extension header", missing),
            ipv6_exts::HeaderSliceError::Content(_) => NotTcp::Malformed("IPv6 extension header"),
        })
    })?;
    Ok(IpPayload {
        source: header.source_addr().into(),
        destination: header.destination_addr().into(),
        captured: packet.payload().payload,
        missing,
    })
}

/// Refuses everything but whole TCP segments. Fragments come first: what follows the headers of a later fragment is
/// not a header, whatever it looks like.
fn tcp_only(payload: &LaxIpPayloadSlice<'_>, error: impl FnOnce() -> Option<NotTcp>) -> Result<(), NotTcp> {
    if payload.fragmented {
        return Err(NotTcp::Fragment);
    }
    if let Some(error) = error() {
        return Err(error);
    }
    match payload.ip_number {
        IpNumber::TCP => Ok(()),
        IpNumber(other) => Err(NotTcp::Protocol(other)),
    }
}
