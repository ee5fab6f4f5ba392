//! IPv4 and IPv6: whose payload it is, and how much of it the capture lacks.

use std::net::IpAddr;

use etherparse::err::{ip_auth, ipv4, ipv6};
use etherparse::{
    IpAuthHeaderSlice, IpNumber, Ipv4HeaderSlice, Ipv6FragmentHeaderSlice, Ipv6HeaderSlice,
    Ipv6RawExtHeaderSlice,
};

use super::NotTcp;

const IPV6_HEADER: usize = 40;

/// An IP packet, and perhaps padding behind it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ip<'a> {
    V4(&'a [u8]),
    V6(&'a [u8]),
}

/// What an IP packet carries.
#[derive(Debug)]
pub(super) struct Payload<'a> {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    /// What its first bytes are.
    pub(super) protocol: u8,
    /// The bytes captured, without padding.
    pub(super) captured: &'a [u8],
    /// Bytes that were sent behind them, by the header's account.
    pub(super) missing: usize,
}

/// Where a payload that is a fragment belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fragment {
    pub(super) id: u32,
    /// In bytes; a multiple of 8.
    pub(super) offset: usize,
    /// Whether it is not the last fragment of its datagram.
    pub(super) more: bool,
}

impl<'a> Ip<'a> {
    /// What a packet carries that lacks its last `cut` bytes, and where that belongs if it is a fragment.
    pub(super) fn payload(self, cut: usize) -> Result<(Payload<'a>, Option<Fragment>), NotTcp> {
        let (mut payload, fragment) = match self {
            Ip::V4(bytes) => v4(bytes, cut)?,
            Ip::V6(bytes) => (v6(bytes, cut)?, None),
        };
        // What a later fragment begins with is not a header, whatever it looks like.
        let fragment = match fragment {
            None => payload.skip_extensions()?,
            Some(fragment) => Some(fragment),
        };
        Ok((payload, fragment))
    }

    /// How long its header is, without extension headers, and the packet as far as it was captured, without padding.
    pub(super) fn whole(self, cut: usize) -> Result<(usize, &'a [u8]), NotTcp> {
        let (bytes, length, payload) = match self {
            Ip::V4(bytes) => {
                let words = bytes.first().map_or(0, |byte| byte & 0x0f);
                (bytes, 4 * usize::from(words), v4(bytes, cut)?.0)
            }
            Ip::V6(bytes) => (bytes, IPV6_HEADER, v6(bytes, cut)?),
        };
        Ok((length, bytes.get(..length + payload.captured.len()).unwrap_or(bytes)))
    }
}

/// An IPv4 packet (RFC 791 §3.1).
///
/// A total length of 0 is no error: with segmentation offload the sender's system captures the packet before the
/// network card fills it in. It then reaches to the end. (Such a packet has no frame check sequence either, which would
/// be taken for payload: whoever captures those sees what was on the wire.)
fn v4(bytes: &[u8], cut: usize) -> Result<(Payload<'_>, Option<Fragment>), NotTcp> {
    let header = Ipv4HeaderSlice::from_slice(bytes).map_err(|error| match error {
        ipv4::HeaderSliceError::Len(_) => NotTcp::too_short("IPv4 header", cut),
        ipv4::HeaderSliceError::Content(_) => NotTcp::Malformed("IPv4 header"),
    })?;
    let length = header.slice().len();
    let (end, missing) = match usize::from(header.total_len()) {
        0 => (bytes.len(), cut),
        total if total < length => return Err(NotTcp::Malformed("IPv4 header")),
        total => (total.min(bytes.len()), total.saturating_sub(bytes.len())),
    };
    let payload = Payload {
        source: header.source_addr().into(),
        destination: header.destination_addr().into(),
        protocol: header.protocol().0,
        captured: bytes.get(length..end).unwrap_or_default(),
        missing,
    };
    let fragment = header.is_fragmenting_payload().then(|| Fragment {
        id: header.identification().into(),
        offset: header.fragments_offset().byte_offset().into(),
        more: header.more_fragments(),
    });
    Ok((payload, fragment))
}

/// An IPv6 packet (RFC 8200 §3), its extension headers still in the payload.
///
/// A payload length of 0 means a jumbogram (RFC 2675 §3) or offload: the packet reaches to the end.
fn v6(bytes: &[u8], cut: usize) -> Result<Payload<'_>, NotTcp> {
    let header = Ipv6HeaderSlice::from_slice(bytes).map_err(|error| match error {
        ipv6::HeaderSliceError::Len(_) => NotTcp::too_short("IPv6 header", cut),
        ipv6::HeaderSliceError::Content(_) => NotTcp::Malformed("IPv6 header"),
    })?;
    let (end, missing) = match usize::from(header.payload_length()) {
        0 => (bytes.len(), cut),
        payload => {
            let total = IPV6_HEADER + payload;
            (total.min(bytes.len()), total.saturating_sub(bytes.len()))
        }
    };
    Ok(Payload {
        source: header.source_addr().into(),
        destination: header.destination_addr().into(),
        protocol: header.next_header().0,
        captured: bytes.get(IPV6_HEADER..end).unwrap_or_default(),
        missing,
    })
}

impl Payload<'_> {
    /// Goes past extension headers (RFC 8200 §4; IPv4 has but the one of RFC 4302), at most to one that says that the
    /// rest is a fragment. Their order is not judged.
    pub(super) fn skip_extensions(&mut self) -> Result<Option<Fragment>, NotTcp> {
        let too_short = NotTcp::too_short("IPv6 extension header", self.missing);
        let v6 = self.source.is_ipv6();
        loop {
            let (next, length) = match IpNumber(self.protocol) {
                IpNumber::AUTHENTICATION_HEADER => {
                    let header =
                        IpAuthHeaderSlice::from_slice(self.captured).map_err(|error| match error {
                            ip_auth::HeaderSliceError::Len(_) => {
                                NotTcp::too_short("IP authentication header", self.missing)
                            }
                            ip_auth::HeaderSliceError::Content(_) => {
                                NotTcp::Malformed("IP authentication header")
                            }
                        })?;
                    (header.next_header(), header.slice().len())
                }
                IpNumber::IPV6_FRAGMENTATION_HEADER if v6 => {
                    let header = Ipv6FragmentHeaderSlice::from_slice(self.captured).map_err(|_| too_short)?;
                    let length = header.slice().len();
                    if header.is_fragmenting_payload() {
                        self.enter(header.next_header(), length);
                        return Ok(Some(Fragment {
                            id: header.identification(),
                            offset: header.fragment_offset().byte_offset().into(),
                            more: header.more_fragments(),
                        }));
                    }
                    (header.next_header(), length)
                }
                number if v6 && Ipv6RawExtHeaderSlice::header_type_supported(number) => {
                    let header = Ipv6RawExtHeaderSlice::from_slice(self.captured).map_err(|_| too_short)?;
                    (header.next_header(), header.slice().len())
                }
                _ => return Ok(None),
            };
            self.enter(next, length);
        }
    }

    /// Leaves a header of this length behind.
    fn enter(&mut self, next: IpNumber, length: usize) {
        self.protocol = next.0;
        self.captured = self.captured.get(length..).unwrap_or_default();
    }
}
