//! IP packets inside IP packets: directly (RFC 2003, RFC 4213), in GRE, in VXLAN.

use etherparse::IpNumber;

use super::NotTcp;
use super::ip::{Ip, Payload};
use super::link::{self, Layer, ether_type};

/// The EtherType of Ethernet frames themselves.
const BRIDGED: Layer = Layer::EtherType(0x6558);
/// The EtherType of PPP.
const PPP: Layer = Layer::EtherType(0x880b);
/// The UDP port that VXLAN listens on (RFC 7348 §5).
const VXLAN_PORT: [u8; 2] = 4789_u16.to_be_bytes();

/// The IP packet that this payload carries, which is not TCP.
pub(super) fn enter<'a>(payload: &Payload<'a>) -> Result<Ip<'a>, NotTcp> {
    let (layer, data) = inside(payload)?;
    link::descend(layer, data, payload.missing)
}

/// What is in the tunnel.
pub(super) fn inside<'a>(payload: &Payload<'a>) -> Result<(Layer, &'a [u8]), NotTcp> {
    let other = NotTcp::Protocol(payload.protocol);
    match IpNumber(payload.protocol) {
        IpNumber::IPV4 => Ok((Layer::IPV4, payload.captured)),
        IpNumber::IPV6 => Ok((Layer::IPV6, payload.captured)),
        IpNumber::GRE => gre(payload),
        IpNumber::UDP => Ok((Layer::Ethernet, vxlan(payload.captured).ok_or(other)?)),
        _ => Err(other),
    }
}

/// Goes past a GRE header (RFC 2784 §2, RFC 2890 §2), or the enhanced one of PPTP (RFC 2637 §4.1), which carries
/// PPP unless it only acknowledges. Routing information (RFC 1701) is not understood: nobody sends it.
fn gre<'a>(payload: &Payload<'a>) -> Result<(Layer, &'a [u8]), NotTcp> {
    let too_short = NotTcp::too_short("GRE header", payload.missing);
    let ([flags, version, high, low], rest) = payload.captured.split_first_chunk::<4>().ok_or(too_short)?;
    let (routing, sequence) = (flags & 0x40 != 0, flags & 0x10 != 0);
    let enhanced = version & 0x07 == 1;
    if routing || version & 0x07 > 1 || (enhanced && !sequence) {
        return Err(NotTcp::Protocol(payload.protocol));
    }
    let optional = [flags & 0x80 != 0, flags & 0x20 != 0, sequence, enhanced && version & 0x80 != 0];
    let length = 4 * optional.iter().filter(|present| **present).count();
    let layer = match ether_type(*high, *low) {
        BRIDGED => Layer::Ethernet,
        PPP => Layer::Ppp,
        other => other,
    };
    Ok((layer, rest.get(length..).ok_or(too_short)?))
}

/// The Ethernet frame behind the headers of UDP (RFC 768) and VXLAN (RFC 7348 §5), whose I flag must be set.
fn vxlan(data: &[u8]) -> Option<&[u8]> {
    let (udp, rest) = data.split_first_chunk::<8>()?;
    let (header, frame) = rest.split_first_chunk::<8>()?;
    (udp[2..4] == VXLAN_PORT && header[0] & 0x08 != 0).then_some(frame)
}
